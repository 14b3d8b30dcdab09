//! Priorities of the entries of a table.

use num_bigint::BigInt;
use num_traits::{One, Signed};

use crate::ast::{Entry, Expression, ExpressionKind, Name, Property, PropertyValue, Table, UnaryOp};
use crate::diagnostic::Diagnostic;

/// The largest priority that the control plane can have.
const LARGEST: u32 = i32::MAX as u32;

fn integer(value: &Expression) -> Option<BigInt> {
    match &value.kind {
        ExpressionKind::Integer(literal) => Some(literal.value.clone()),
        ExpressionKind::Unary(UnaryOp::Minus, operand) => integer(operand).map(|value| -value),
        ExpressionKind::Unary(UnaryOp::Plus, operand) => integer(operand),
        _ => None,
    }
}

fn property<'a>(table: &'a Table, name: &str) -> Option<&'a Property> {
    table.properties.iter().find(|property| &*property.name.text == name)
}

fn value<'a>(table: &'a Table, name: &str) -> Option<&'a Expression> {
    match &property(table, name)?.value {
        PropertyValue::Expression(value) => Some(value),
        _ => None,
    }
}

/// Checks the properties about priorities and the priorities themselves.
pub(super) fn check(name: &Name, table: &Table, diagnostics: &mut Vec<Diagnostic>) {
    let mut largest_wins = true;
    if let Some(value) = value(table, "largest_priority_wins") {
        match &value.kind {
            ExpressionKind::Bool(wins) => largest_wins = *wins,
            ExpressionKind::Name(_) => {}
            _ => {
                let message = "`largest_priority_wins` is `true` or `false`";
                diagnostics.push(Diagnostic::error(value.span, message));
            }
        }
    }
    let mut delta = BigInt::one();
    if let Some(value) = value(table, "priority_delta") {
        match (integer(value), &value.kind) {
            (Some(number), _) if number.is_positive() => delta = number,
            (None, ExpressionKind::Name(_)) => {}
            _ => {
                let message = "`priority_delta` has to be a positive integer";
                diagnostics.push(Diagnostic::error(value.span, message));
            }
        }
    }
    let Some(entries) = property(table, "entries") else { return };
    let PropertyValue::Entries(list) = &entries.value else { return };
    let Some(key) = property(table, "key") else { return };
    let Some(prioritised) = list.iter().find(|entry| entry.priority.is_some()) else { return };
    if entries.is_const {
        let diagnostic = Diagnostic::error(prioritised.span, "constant entries have no priorities");
        let diagnostic = diagnostic.related(entries.name.span, "they go in their order");
        diagnostics.push(diagnostic.help("leave out the priorities, or the `const` of the entries"));
        return;
    }
    let PropertyValue::Key(keys) = &key.value else { return };
    if keys.iter().all(|key| matches!(&*key.match_kind.text, "exact" | "lpm")) {
        let message = "no match kind of this key needs priorities";
        let diagnostic = Diagnostic::error(key.name.span, message);
        diagnostics.push(diagnostic.related(prioritised.span, "but this entry has one"));
        return;
    }
    numbers(name, list, largest_wins, &delta, diagnostics);
}

/// An entry without a priority gets the one of the entry before it and the delta: the first needs one.
fn numbers(
    name: &Name,
    list: &[Entry],
    largest_wins: bool,
    delta: &BigInt,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let range = BigInt::from(0)..=BigInt::from(LARGEST);
    let mut next: Option<BigInt> = None;
    for entry in list {
        let priority = match (&entry.priority, next) {
            (Some(written), _) => match integer(written) {
                Some(priority) => priority,
                // A constant: its value isn't known yet.
                None => return,
            },
            (None, Some(next)) => next,
            (None, None) => {
                let message = "the first entry needs a priority, as another has one";
                let help = "write `priority = N:` before its keys";
                diagnostics.push(Diagnostic::error(entry.span, message).help(help));
                return;
            }
        };
        if !range.contains(&priority) {
            let message = format!("priority {priority} is not between 0 and {LARGEST}");
            diagnostics.push(Diagnostic::error(entry.span, message));
            return;
        }
        let following = if largest_wins { &priority - delta } else { &priority + delta };
        if following.is_negative() {
            let message = format!("the priorities of table `{}` become negative", name.text);
            let diagnostic = Diagnostic::error(name.span, message);
            diagnostics.push(diagnostic.related(entry.span, "behind this entry"));
            return;
        }
        next = Some(following);
    }
}
