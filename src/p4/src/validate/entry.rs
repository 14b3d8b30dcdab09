//! Entries of tables whose types fit: masks and duplicates.

use num_bigint::BigInt;
use num_traits::{One, Zero};

use crate::diagnostic::Diagnostic;
use crate::typed::{Entry, Expression, ExpressionKind, KeySet, Program, Table};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for table in program.controls.values().flat_map(|control| &control.tables) {
        masks(table, diagnostics);
        duplicates(table, diagnostics);
    }
}

/// The mask of an `lpm` key is a prefix: ones, and behind them zeros alone.
fn masks(table: &Table, diagnostics: &mut Vec<Diagnostic>) {
    for entry in &table.entries {
        for (key, keyset) in table.keys.iter().zip(&entry.keysets) {
            let KeySet::Mask(_, mask) = keyset else { continue };
            let (ExpressionKind::Integer(value), Some(width)) = (&mask.kind, mask.ty.width()) else {
                continue;
            };
            let ones = (BigInt::one() << width) - BigInt::one();
            let free = ones.clone() - (value & &ones);
            if &*key.match_kind == "lpm" && !(&free & (&free + BigInt::one())).is_zero() {
                let message = format!("{value} is no mask for an `lpm` key: its ones have to come first");
                diagnostics.push(Diagnostic::error(mask.span, message).help("make the match kind `ternary`"));
            }
        }
    }
}

/// Two entries with the same keys: the second can never match. simple_switch refuses those whose prefixes are the same.
fn duplicates(table: &Table, diagnostics: &mut Vec<Diagnostic>) {
    let keys = |entry: &Entry| {
        let sets = table.keys.iter().zip(&entry.keysets);
        sets.map(|(key, set)| text(set, &*key.match_kind == "lpm")).collect::<Vec<_>>()
    };
    let mut seen: std::collections::HashMap<Vec<String>, &Entry> = std::collections::HashMap::new();
    for entry in &table.entries {
        if let Some(first) = seen.insert(keys(entry), entry) {
            let diagnostic = Diagnostic::error(entry.span, "there is an entry with the same keys already");
            diagnostics.push(diagnostic.related(first.span, "this one"));
        }
    }
}

/// What tells key sets apart that are not the same.
fn text(keyset: &KeySet, is_prefix: bool) -> String {
    let value = |value: &Expression| match &value.kind {
        ExpressionKind::Integer(value) => value.to_string(),
        ExpressionKind::Bool(value) => value.to_string(),
        ExpressionKind::Error(name) | ExpressionKind::EnumMember(name) => name.to_string(),
        _ => format!("at {} of {}", value.span.start, value.span.file.0),
    };
    match keyset {
        KeySet::Any => "_".to_owned(),
        KeySet::Value(one) => value(one),
        KeySet::Mask(left, right) => match (&left.kind, &right.kind) {
            (ExpressionKind::Integer(left), ExpressionKind::Integer(mask)) if is_prefix => {
                format!("{} &&& {mask}", left & mask)
            }
            _ => format!("{} &&& {}", value(left), value(right)),
        },
        KeySet::Range(left, right) => format!("{} .. {}", value(left), value(right)),
        KeySet::ValueSet(instance) => instance.control_plane_name.to_string(),
    }
}
