//! Expressions: what they refer to, and whether they are numbers or truth values.

use super::{Checker, invalid, unresolved};
use crate::{BinaryOp, Expr, IrError, Place, UnaryOp};

/// Who an expression belongs to.
#[derive(Clone, Copy)]
pub(super) struct Scope<'a> {
    pub(super) kind: &'a str,
    pub(super) name: &'a str,
    /// How many parameters there are.
    pub(super) parameters: usize,
}

impl Checker<'_> {
    pub(super) fn place(&self, scope: Scope<'_>, place: &Place) -> Result<(), IrError> {
        let Place::Field(field) = place;
        self.width(scope.kind, scope.name, *field).map(|_| ())
    }

    pub(super) fn number(&self, scope: Scope<'_>, expression: &Expr) -> Result<(), IrError> {
        self.expression(scope, expression, false)
    }

    pub(super) fn truth(&self, scope: Scope<'_>, expression: &Expr) -> Result<(), IrError> {
        self.expression(scope, expression, true)
    }

    fn expression(&self, scope: Scope<'_>, expression: &Expr, truth: bool) -> Result<(), IrError> {
        if expression.is_truth() != truth {
            let (found, wanted) =
                if truth { ("a number", "a truth value") } else { ("a truth value", "a number") };
            return invalid(scope.kind, scope.name, format!("{found} stands where {wanted} is wanted"));
        }
        match expression {
            Expr::Const(_) | Expr::Bool(_) => Ok(()),
            Expr::Field(field) => self.width(scope.kind, scope.name, *field).map(|_| ()),
            Expr::Valid(header) => match self.program.headers.get(header.index()) {
                Some(_) => Ok(()),
                None => unresolved(scope.kind, scope.name, format!("header {}", header.0)),
            },
            Expr::FieldOf(..)
            | Expr::ValidOf(_)
            | Expr::UnionValid(_)
            | Expr::LastIndex(_)
            | Expr::StackSize(_)
            | Expr::Equal(..) => invalid(scope.kind, scope.name, "stacks and unions are not read yet"),
            Expr::Param(index) if *index < scope.parameters => Ok(()),
            Expr::Param(index) => unresolved(scope.kind, scope.name, format!("parameter {index}")),
            Expr::Unary(op, a) => self.expression(scope, a, matches!(op, UnaryOp::Not | UnaryOp::BoolToData)),
            Expr::Binary(op, a, b) => {
                let of_truths = match op {
                    BinaryOp::And | BinaryOp::Or => true,
                    BinaryOp::Eq | BinaryOp::Ne => a.is_truth(),
                    _ => false,
                };
                self.expression(scope, a, of_truths)?;
                self.expression(scope, b, of_truths)
            }
            Expr::Ternary(condition, then, otherwise) => {
                self.expression(scope, condition, true)?;
                self.expression(scope, then, truth)?;
                self.expression(scope, otherwise, truth)
            }
        }
    }
}
