//! What can be written to.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::typed::{Direction, Expression, ExpressionKind, VariableKind};

impl Checker<'_, '_> {
    /// Reports what can't be assigned to; whether it can.
    pub(super) fn check_writable(&mut self, target: &Expression, why: &str) -> bool {
        let mut place = target;
        loop {
            match &place.kind {
                ExpressionKind::Member(base, _)
                | ExpressionKind::Index(base, _)
                | ExpressionKind::StackNext(base)
                | ExpressionKind::PlusSlice(base, _, _)
                | ExpressionKind::Slice(base, _, _) => place = base,
                ExpressionKind::Invalid => return true,
                ExpressionKind::Variable(variable) => {
                    let readable = match variable.kind {
                        VariableKind::Local | VariableKind::Parameter(Direction::Out | Direction::InOut) => {
                            return true;
                        }
                        VariableKind::Parameter(Direction::In) => "an `in` parameter",
                        VariableKind::Parameter(Direction::None) => "a parameter without a direction",
                        VariableKind::ConstructorParameter => "a constructor parameter",
                    };
                    let message = format!("`{}` can't be changed: it is {readable}", variable.name);
                    let diagnostic = Diagnostic::error(target.span, message).label(why);
                    self.report(diagnostic.related(variable.span, "declared here"));
                    return false;
                }
                _ => {
                    let message = "this is no variable or field, so it can't be changed";
                    self.report(Diagnostic::error(target.span, message).label(why));
                    return false;
                }
            }
        }
    }
}

/// Whether evaluating it may do something besides.
pub(super) fn has_side_effects(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Call(_)
        | ExpressionKind::TableHit(_)
        | ExpressionKind::TableMiss(_)
        | ExpressionKind::TableActionRun(_)
        // It moves on with each use.
        | ExpressionKind::StackNext(_) => true,
        ExpressionKind::Member(inner, _)
        | ExpressionKind::StackLast(inner)
        | ExpressionKind::StackLastIndex(inner)
        | ExpressionKind::Slice(inner, _, _)
        | ExpressionKind::Unary(_, inner)
        | ExpressionKind::Cast(inner) => has_side_effects(inner),
        ExpressionKind::Index(a, b)
        | ExpressionKind::PlusSlice(a, b, _)
        | ExpressionKind::Binary(_, a, b) => has_side_effects(a) || has_side_effects(b),
        ExpressionKind::Conditional(a, b, c) => {
            has_side_effects(a) || has_side_effects(b) || has_side_effects(c)
        }
        ExpressionKind::List(values) => values.iter().any(has_side_effects),
        ExpressionKind::Invalid
        | ExpressionKind::Bool(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Str(_)
        | ExpressionKind::Error(_)
        | ExpressionKind::EnumMember(_)
        | ExpressionKind::Variable(_)
        | ExpressionKind::Default
        | ExpressionKind::InvalidHeader
        | ExpressionKind::Instance(_)
        | ExpressionKind::This => false,
    }
}
