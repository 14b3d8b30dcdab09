//! Operators, casts and slices.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive};

use super::infer::fits_literal;
use super::{Checker, constant, invalid};
use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{BinaryOp, Expression, ExpressionKind, StructureKind, Type, UnaryOp};

impl Checker<'_> {
    pub(super) fn unary(&mut self, operator: UnaryOp, operand: &ast::Expression, span: Span) -> Expression {
        let operand = self.expression(operand);
        let fits = match operator {
            UnaryOp::Not => matches!(operand.ty, Type::Bool),
            UnaryOp::Complement => matches!(operand.ty.underlying(), Type::Bit(_) | Type::Int(_)),
            UnaryOp::Minus | UnaryOp::Plus => {
                matches!(operand.ty.underlying(), Type::Bit(_) | Type::Int(_) | Type::Integer)
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

    pub(super) fn binary(
        &mut self,
        operator: BinaryOp,
        left: &ast::Expression,
        right: &ast::Expression,
        span: Span,
    ) -> Expression {
        let left = self.expression(left);
        let right = self.expression(right);
        if left.ty.is_invalid() || right.ty.is_invalid() {
            return invalid(span);
        }
        let (left, right) = match operator {
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight | BinaryOp::Concat => (left, right),
            _ => self.balance(left, right),
        };
        if left.ty.is_invalid() || right.ty.is_invalid() {
            return invalid(span);
        }
        let Some(ty) = self.result(operator, &left, &right, span) else { return invalid(span) };
        let kind = constant::binary(operator, &left, &right, &ty)
            .unwrap_or_else(|| ExpressionKind::Binary(operator, Box::new(left), Box::new(right)));
        Expression { kind, ty, span }
    }

    /// Gives a literal the type of the other side, and a list that of a struct.
    fn balance(&mut self, left: Expression, right: Expression) -> (Expression, Expression) {
        if left.ty == right.ty {
            return (left, right);
        }
        if fits_literal(&left.ty, &right.ty) || matches!(right.kind, ExpressionKind::InvalidHeader) {
            let ty = left.ty.clone();
            let right = self.coerce(right, &ty);
            return (left, right);
        }
        if fits_literal(&right.ty, &left.ty) || matches!(left.kind, ExpressionKind::InvalidHeader) {
            let ty = right.ty.clone();
            let left = self.coerce(left, &ty);
            return (left, right);
        }
        (left, right)
    }

    /// The type of `left op right`, or a report that there is none.
    fn result(
        &mut self,
        operator: BinaryOp,
        left: &Expression,
        right: &Expression,
        span: Span,
    ) -> Option<Type> {
        let number = |ty: &Type| matches!(ty, Type::Bit(_) | Type::Int(_) | Type::Integer);
        let sized = |ty: &Type| matches!(ty, Type::Bit(_) | Type::Int(_));
        let negative = |value: &Expression| value.integer().is_some_and(BigInt::is_negative);
        let same = left.ty == right.ty;
        let (l, r) = (left.ty.underlying(), right.ty.underlying());
        let ty = match operator {
            BinaryOp::Mul | BinaryOp::Add | BinaryOp::Sub => same && number(l),
            BinaryOp::BitAnd | BinaryOp::BitXor | BinaryOp::BitOr => same && number(l),
            BinaryOp::AddSaturating | BinaryOp::SubSaturating => same && sized(l),
            BinaryOp::Div | BinaryOp::Mod => {
                if right.integer().is_some_and(|value| !value.is_positive()) {
                    self.error(right.span, "the divisor has to be positive");
                    return None;
                }
                same && matches!(l, Type::Bit(_) | Type::Integer)
            }
            BinaryOp::ShiftLeft | BinaryOp::ShiftRight => {
                if negative(right) {
                    self.error(right.span, "a shift amount can't be negative");
                    return None;
                }
                let amount = matches!(r, Type::Bit(_)) || (number(r) && right.integer().is_some());
                amount && (sized(l) || (matches!(l, Type::Integer) && right.integer().is_some()))
            }
            BinaryOp::Concat => {
                let width = left.ty.width().zip(right.ty.width()).and_then(|(l, r)| l.checked_add(r));
                let width = width.filter(|_| sized(l) && sized(r));
                if let Some(width) = width {
                    return Some(if matches!(l, Type::Int(_)) { Type::Int(width) } else { Type::Bit(width) });
                }
                false
            }
            BinaryOp::LessEqual | BinaryOp::GreaterEqual | BinaryOp::Less | BinaryOp::Greater => {
                if same && number(l) {
                    return Some(Type::Bool);
                }
                false
            }
            BinaryOp::Equal | BinaryOp::NotEqual => {
                if same && comparable(&left.ty) {
                    return Some(Type::Bool);
                }
                false
            }
            BinaryOp::And | BinaryOp::Or => same && matches!(left.ty, Type::Bool),
            BinaryOp::Mask | BinaryOp::Range => {
                self.error(span, "sets are allowed only in select cases and table entries");
                return None;
            }
        };
        if ty {
            return Some(left.ty.clone());
        }
        let symbol = operator.symbol();
        let message = format!("`{symbol}` can't be applied to `{}` and `{}`", left.ty, right.ty);
        let diagnostic = Diagnostic::error(span, message);
        let diagnostic = match (operator, l, r) {
            (BinaryOp::And | BinaryOp::Or, Type::Bit(_), _)
            | (BinaryOp::And | BinaryOp::Or, _, Type::Bit(_)) => {
                diagnostic.help("this operator is for `bool`: compare with `!= 0`")
            }
            (BinaryOp::Concat, Type::Integer, _) | (BinaryOp::Concat, _, Type::Integer) => {
                diagnostic.help("give the literal a width: `8w…`")
            }
            (BinaryOp::ShiftLeft | BinaryOp::ShiftRight, Type::Integer, _) => {
                diagnostic.help("give the literal a width: `8w…`")
            }
            (_, Type::Bit(_) | Type::Int(_), Type::Bit(_) | Type::Int(_)) => {
                diagnostic.help(format!("both sides need one type: `({})(…)`", left.ty))
            }
            _ => diagnostic,
        };
        self.report(
            diagnostic
                .related(left.span, format!("`{}`", left.ty))
                .related(right.span, format!("`{}`", right.ty)),
        );
        None
    }

    pub(super) fn conditional(
        &mut self,
        condition: &ast::Expression,
        then: &ast::Expression,
        otherwise: &ast::Expression,
        span: Span,
    ) -> Expression {
        let condition = self.expression(condition);
        let condition = self.coerce(condition, &Type::Bool);
        let then = self.expression(then);
        let otherwise = self.expression(otherwise);
        let (then, otherwise) = self.balance(then, otherwise);
        let otherwise = self.coerce(otherwise, &then.ty.clone());
        if [&condition, &then, &otherwise].iter().any(|part| part.ty.is_invalid()) {
            return invalid(span);
        }
        if let Some(value) = condition.boolean() {
            return Expression { span, ..if value { then } else { otherwise } };
        }
        if matches!(then.ty, Type::Integer) {
            self.error(span, "give one of the literals a width: which one it is, is not known when compiled");
            return invalid(span);
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
        if fits_literal(&target, &operand.ty) && !matches!(operand.ty, Type::Integer | Type::Enum(_)) {
            return self.coerce(operand, &target);
        }
        if !castable(&operand.ty, &target) {
            let message = format!("`{}` can't be converted to `{target}`", operand.ty);
            let diagnostic = Diagnostic::error(span, message);
            let diagnostic = match (operand.ty.underlying(), target.underlying()) {
                (Type::Bit(_), Type::Int(_)) | (Type::Int(_), Type::Bit(_)) => {
                    diagnostic.help("change the width and the sign in two steps")
                }
                (Type::Bit(_), Type::Bool) => diagnostic.help("compare it: `… != 0`"),
                _ => diagnostic,
            };
            self.report(diagnostic);
            return invalid(span);
        }
        let kind = match (&operand.kind, target.underlying()) {
            (ExpressionKind::Integer(value), Type::Bool) => ExpressionKind::Bool(*value != BigInt::from(0)),
            (ExpressionKind::Integer(value), _) => {
                ExpressionKind::Integer(constant::wrap(value.clone(), &target))
            }
            (ExpressionKind::Bool(value), Type::Bit(_)) => {
                ExpressionKind::Integer(BigInt::from(u8::from(*value)))
            }
            _ => ExpressionKind::Cast(Box::new(operand)),
        };
        Expression { kind, ty: target, span }
    }

    pub(super) fn slice(
        &mut self,
        base: &ast::Expression,
        high: &ast::Expression,
        low: &ast::Expression,
        span: Span,
    ) -> Expression {
        let base = self.expression(base);
        let bounds = self.constant_integer(high).zip(self.constant_integer(low));
        let Some((high, low)) = bounds else { return invalid(span) };
        self.slice_of(base, high, low, span)
    }

    pub(super) fn plus_slice(
        &mut self,
        base: &ast::Expression,
        low: &ast::Expression,
        width: &ast::Expression,
        span: Span,
    ) -> Expression {
        let base = self.expression(base);
        let bounds = self.constant_integer(low).zip(self.constant_integer(width));
        let Some((low, width)) = bounds else { return invalid(span) };
        self.slice_of(base, &low + width - 1, low, span)
    }

    fn slice_of(&mut self, base: Expression, high: BigInt, low: BigInt, span: Span) -> Expression {
        let width = match base.ty.underlying() {
            Type::Bit(width) | Type::Int(width) => *width,
            Type::Invalid => return invalid(span),
            other => {
                self.error(span, format!("bits can be taken out of `bit<…>` and `int<…>`, not of `{other}`"));
                return invalid(span);
            }
        };
        let bounds = high.to_u32().zip(low.to_u32()).filter(|(high, low)| low <= high && *high < width);
        let Some((high, low)) = bounds else {
            let message = format!("bits {high} to {low} are not in a value of {width} bits");
            let diagnostic = Diagnostic::error(span, message);
            self.report(if low > high { diagnostic.help("the higher bit comes first") } else { diagnostic });
            return invalid(span);
        };
        let ty = Type::Bit(high - low + 1);
        let kind = match base.integer() {
            Some(value) => ExpressionKind::Integer(constant::wrap(value >> low, &ty)),
            None => ExpressionKind::Slice(Box::new(base), high, low),
        };
        Expression { kind, ty, span }
    }
}

fn comparable(ty: &Type) -> bool {
    match ty {
        Type::Bool
        | Type::Bit(_)
        | Type::Int(_)
        | Type::Varbit(_)
        | Type::Integer
        | Type::Error
        | Type::Enum(_)
        | Type::NewType(_)
        | Type::Str
        | Type::Stack(..) => true,
        Type::Structure(structure) => {
            structure.kind != StructureKind::Union
                || structure.fields.iter().all(|field| comparable(&field.ty))
        }
        Type::Tuple(types) => types.iter().all(comparable),
        _ => false,
    }
}

fn castable(from: &Type, to: &Type) -> bool {
    // Into and out of `type` names and serializable enums.
    let (inner_from, inner_to) = (from.underlying(), to.underlying());
    if inner_from == inner_to {
        return true;
    }
    match (inner_from, inner_to) {
        (Type::Bit(1), Type::Bool) | (Type::Bool, Type::Bit(1)) => true,
        (Type::Bit(_), Type::Bit(_)) | (Type::Int(_), Type::Int(_)) => true,
        (Type::Bit(a), Type::Int(b)) | (Type::Int(a), Type::Bit(b)) => a == b,
        (Type::Integer, Type::Bit(_) | Type::Int(_)) => true,
        (Type::Integer, Type::Bool) => true,
        (Type::Bit(_) | Type::Int(_), Type::Integer) => false,
        _ => false,
    }
}
