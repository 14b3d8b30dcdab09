//! Assignments.

use super::Checker;
use super::writable::has_side_effects;
use crate::ast::{self, BinaryOp};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{Expression, ExpressionKind, StatementKind, Type};

impl Checker<'_, '_> {
    pub(super) fn assign(
        &mut self,
        left: &ast::Expression,
        operator: Option<BinaryOp>,
        right: &ast::Expression,
        span: Span,
    ) -> Option<StatementKind> {
        let target = self.expression(left);
        let writable = target.ty.is_invalid() || self.check_writable(&target, "this is assigned to");
        let value = self.expression(right);
        if target.ty.is_invalid() || value.ty.is_invalid() || !writable {
            return None;
        }
        if matches!(value.ty, Type::Void) {
            self.error(value.span, "this gives no value to assign");
            return None;
        }
        match operator {
            None => {
                let value = self.coerce(value, &target.ty.clone());
                (!value.ty.is_invalid()).then_some(StatementKind::Assign(target, value))
            }
            Some(operator) => self.assign_operation(target, operator, value, span),
        }
    }

    fn assign_operation(
        &mut self,
        target: Expression,
        operator: BinaryOp,
        value: Expression,
        span: Span,
    ) -> Option<StatementKind> {
        if !matches!(target.ty, Type::Bit(_) | Type::Int(_)) {
            let message = format!("`{}=` can't be applied to a `{}`", operator.symbol(), target.ty);
            self.report(Diagnostic::error(span, message).help("it is for `bit<…>` and `int<…>`"));
            return None;
        }
        let wanted = target.ty.clone();
        let result = self.combined(operator, target.clone(), value, span);
        let result = self.coerce(result, &wanted);
        if result.ty.is_invalid() {
            return None;
        }
        if !has_side_effects(&target) {
            return Some(StatementKind::Assign(target, result));
        }
        match result.kind {
            ExpressionKind::Binary(operator, _, value) => {
                Some(StatementKind::AssignOp(target, operator, *value))
            }
            _ => Some(StatementKind::Assign(target, result)),
        }
    }
}
