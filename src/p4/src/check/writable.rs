//! What can be written to.

use super::Checker;
use crate::diagnostic::Diagnostic;
use crate::typed::visit::{Visitor, walk_expression};
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
    struct SideEffects(bool);
    impl<'a> Visitor<'a> for SideEffects {
        fn expression(&mut self, expression: &'a Expression) {
            self.0 |= matches!(
                expression.kind,
                ExpressionKind::Call(_)
                    | ExpressionKind::TableHit(_)
                    | ExpressionKind::TableMiss(_)
                    | ExpressionKind::TableActionRun(_)
                    // It moves on with each use.
                    | ExpressionKind::StackNext(_)
            );
            if !self.0 {
                walk_expression(self, expression);
            }
        }
    }
    let mut found = SideEffects(false);
    found.expression(value);
    found.0
}
