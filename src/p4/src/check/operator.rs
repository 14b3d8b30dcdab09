//! Operators with one operand, `?:` and casts.

use num_bigint::BigInt;
use num_traits::ToPrimitive;

use super::coerce::{convert, number};
use super::{Checker, constant, invalid};
use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{Expression, ExpressionKind, Type, UnaryOp};

impl Checker<'_, '_> {
    pub(super) fn unary(&mut self, operator: UnaryOp, operand: &ast::Expression, span: Span) -> Expression {
        let operand = number(self.expression(operand));
        let fits = match operator {
            UnaryOp::Not => matches!(operand.ty, Type::Bool),
            UnaryOp::Complement => matches!(operand.ty, Type::Bit(_) | Type::Int(_)),
            UnaryOp::Minus | UnaryOp::Plus => {
                matches!(operand.ty, Type::Bit(_) | Type::Int(_) | Type::Integer)
            }
        };
        if operand.ty.is_invalid() {
            return invalid(span);
        }
        if !fits {
            let message = format!("`{}` can't be applied to `{}`", operator.symbol(), operand.ty);
            let diagnostic = Diagnostic::error(span, message);
            let diagnostic = match (operator, &operand.ty) {
                (UnaryOp::Not, Type::Bit(_)) => diagnostic.help("compare it: `… == 0`"),
                (UnaryOp::Complement, Type::Integer) => diagnostic.help("give the literal a width: `8w…`"),
                _ => diagnostic,
            };
            self.report(diagnostic);
            return invalid(span);
        }
        let ty = operand.ty.clone();
        let kind = constant::unary(operator, &operand.kind, &ty)
            .unwrap_or_else(|| ExpressionKind::Unary(operator, Box::new(operand)));
        Expression { kind, ty, span }
    }

    pub(super) fn conditional(
        &mut self,
        condition: &ast::Expression,
        then: &ast::Expression,
        otherwise: &ast::Expression,
        span: Span,
    ) -> Expression {
        let condition = self.condition(condition);
        let then = self.expression(then);
        let otherwise = self.expression(otherwise);
        if [&condition, &then, &otherwise].iter().any(|part| part.ty.is_invalid()) {
            return invalid(span);
        }
        let (then, otherwise) = self.balance(then, otherwise);
        if then.ty.is_invalid() || otherwise.ty.is_invalid() {
            return invalid(span);
        }
        if let (Some(value), Type::Integer) = (condition.boolean(), &then.ty) {
            return Expression { span, ..if value { then } else { otherwise } };
        }
        if matches!(then.ty, Type::Integer) && matches!(otherwise.ty, Type::Integer) {
            let diagnostic = Diagnostic::error(span, "the values of `?:` have no width");
            self.report(diagnostic.help("give one of the literals a width: `8w…`"));
            return invalid(span);
        }
        if then.ty != otherwise.ty {
            let message = format!("`?:` needs values of one type, not `{}` and `{}`", then.ty, otherwise.ty);
            let diagnostic = Diagnostic::error(span, message).related(then.span, format!("`{}`", then.ty));
            self.report(diagnostic.related(otherwise.span, format!("`{}`", otherwise.ty)));
            return invalid(span);
        }
        if matches!(then.ty, Type::Void | Type::Extern(..) | Type::Control(_) | Type::Parser(_)) {
            self.error(span, format!("`?:` can't choose between values of type `{}`", then.ty));
            return invalid(span);
        }
        if let Some(value) = condition.boolean() {
            return Expression { span, ..if value { then } else { otherwise } };
        }
        let ty = then.ty.clone();
        let parts = (Box::new(condition), Box::new(then), Box::new(otherwise));
        Expression { kind: ExpressionKind::Conditional(parts.0, parts.1, parts.2), ty, span }
    }

    pub(super) fn cast(&mut self, target: &ast::Type, operand: &ast::Expression, span: Span) -> Expression {
        let target = self.ty(target);
        let operand = self.expression(operand);
        if target.is_invalid() || operand.ty.is_invalid() {
            return invalid(span);
        }
        if target == operand.ty {
            return Expression { span, ..operand };
        }
        match (&operand.kind, &target) {
            (ExpressionKind::List(_), Type::List(element)) if matches!(operand.ty, Type::Tuple(_)) => {
                return self.cast_list(operand, element, &target, span);
            }
            (
                ExpressionKind::List(_) | ExpressionKind::InvalidHeader | ExpressionKind::Default,
                Type::Structure(_) | Type::Tuple(_) | Type::Stack(..),
            ) => {
                let converted = self.coerce(operand, &target);
                return Expression { span, ..converted };
            }
            _ => {}
        }
        if !castable(&operand.ty, &target) {
            let message = format!("`{}` can't be converted to `{target}`", operand.ty);
            let diagnostic = Diagnostic::error(span, message);
            let diagnostic = match (operand.ty.underlying(), target.underlying()) {
                (Type::Bit(_), Type::Int(_)) | (Type::Int(_), Type::Bit(_)) => {
                    diagnostic.help("change the width and the sign in two steps")
                }
                (Type::Bit(_) | Type::Int(_), Type::Bool) => diagnostic.help("compare it: `… != 0`"),
                (Type::Bool, Type::Bit(_) | Type::Int(_)) => {
                    diagnostic.help("choose the number: `… ? 1 : 0`")
                }
                (_, Type::Structure(_)) => diagnostic.help("only lists are converted to structures"),
                _ => diagnostic,
            };
            self.report(diagnostic);
            return invalid(span);
        }
        if let (ExpressionKind::Integer(value), Type::Integer, Type::Bool) =
            (&operand.kind, &operand.ty, &target)
            && !matches!(value.to_u8(), Some(0 | 1))
        {
            self.error(span, format!("only 0 and 1 can be converted to `bool`, not {value}"));
            return invalid(span);
        }
        let kind = match (&operand.kind, target.underlying()) {
            (ExpressionKind::Integer(value), Type::Bool) => ExpressionKind::Bool(*value != BigInt::from(0)),
            (ExpressionKind::Integer(_), _) => convert(operand, &target).kind,
            (ExpressionKind::Bool(value), Type::Bit(_)) => {
                ExpressionKind::Integer(BigInt::from(u8::from(*value)))
            }
            _ => ExpressionKind::Cast(Box::new(operand)),
        };
        Expression { kind, ty: target, span }
    }

    fn cast_list(&mut self, operand: Expression, element: &Type, target: &Type, span: Span) -> Expression {
        let ExpressionKind::List(values) = operand.kind else { return invalid(span) };
        let values: Vec<Expression> = values.into_iter().map(|value| self.coerce(value, element)).collect();
        if values.iter().any(|value| value.ty.is_invalid()) {
            return invalid(span);
        }
        Expression { kind: ExpressionKind::List(values), ty: target.clone(), span }
    }
}

fn castable(from: &Type, to: &Type) -> bool {
    // A type parameter may be anything.
    if matches!(from, Type::Parameter(..)) || matches!(to, Type::Parameter(..)) {
        return true;
    }
    // One step into or out of a `type` name.
    if matches!(to, Type::NewType(new) if new.underlying == *from)
        || matches!(from, Type::NewType(new) if new.underlying == *to)
    {
        return true;
    }
    match (from, to) {
        (Type::Bit(1), Type::Bool) | (Type::Bool, Type::Bit(1)) => true,
        (Type::Bit(_), Type::Bit(_)) | (Type::Int(_), Type::Int(_)) => true,
        (Type::Bit(a), Type::Int(b)) | (Type::Int(a), Type::Bit(b)) => a == b,
        (Type::Integer, Type::Bit(_) | Type::Int(_) | Type::Bool) => true,
        (Type::Bit(_) | Type::Int(_), Type::Integer) => true,
        // A literal for what a `type` name or a serializable enum is made of.
        (Type::Integer, Type::NewType(_) | Type::Enum(_)) => {
            matches!(to.underlying(), Type::Bit(_) | Type::Int(_))
        }
        (Type::Enum(_), Type::Enum(_)) => from.underlying() == to.underlying(),
        (Type::Enum(declared), _) => declared.underlying.as_ref().is_some_and(|inner| inner == to),
        (_, Type::Enum(declared)) => declared.underlying.as_ref().is_some_and(|inner| inner == from),
        _ => false,
    }
}
