//! Key sets of `select` that have to be known when compiled.

use crate::diagnostic::Diagnostic;
use crate::typed::{Expression, ExpressionKind, KeySet, Parser, Program, Transition, VariableKind};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    for parser in program.parsers.values() {
        bounds(parser, diagnostics);
    }
}

/// Whether it is known, at the latest when its parser is instantiated.
fn is_known(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Variable(variable) => variable.kind == VariableKind::ConstructorParameter,
        ExpressionKind::Member(base, _) | ExpressionKind::Cast(base) | ExpressionKind::Unary(_, base) => {
            is_known(base)
        }
        ExpressionKind::Slice(base, _, _) => is_known(base),
        ExpressionKind::Binary(_, left, right) => is_known(left) && is_known(right),
        ExpressionKind::Call(_) | ExpressionKind::Index(..) | ExpressionKind::PlusSlice(..) => false,
        _ => true,
    }
}

/// Masks and the ends of ranges.
fn bounds(parser: &Parser, diagnostics: &mut Vec<Diagnostic>) {
    for state in &parser.states {
        let Transition::Select { cases, .. } = &state.transition else { continue };
        for keyset in cases.iter().flat_map(|case| &case.keysets) {
            let (parts, what) = match keyset {
                KeySet::Mask(value, mask) => ([value, mask], "a value with a mask has"),
                KeySet::Range(low, high) => ([low, high], "the ends of a range have"),
                KeySet::Any | KeySet::Value(_) | KeySet::ValueSet(_) => continue,
            };
            for part in parts.into_iter().filter(|part| !is_known(part)) {
                let message = format!("{what} to be known when compiled");
                let help = "compare in an `if` of the state, and select on the result";
                diagnostics.push(Diagnostic::error(part.span, message).help(help));
            }
        }
    }
}
