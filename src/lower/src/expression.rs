//! Expressions. In the IR numbers are unbounded, so wherever P4 wraps a mask is put, as p4c does.

use hyper4_ir::{self as ir, BinaryOp as Op, Expr, UnaryOp};
use hyper4_p4::typed::{BinaryOp, Callee, Expression, ExpressionKind, Type, UnaryOp as Sign};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::storage::Storage;
use crate::{Lowered, Lowerer};

/// The largest shift amounts that simple_switch's compiler takes: a constant, and bits of a run-time one.
const MAX_SHIFT: u32 = 1 << MAX_SHIFT_BITS;
const MAX_SHIFT_BITS: u32 = 8;

pub(crate) fn constant(value: impl Into<BigInt>) -> Expr {
    Expr::Const(value.into())
}

pub(crate) fn binary(operator: Op, left: Expr, right: Expr) -> Expr {
    Expr::Binary(operator, Box::new(left), Box::new(right))
}

pub(crate) fn mask(width: u32) -> Expr {
    Expr::Const((BigInt::from(1) << width) - 1)
}

/// A number cut to a type.
fn wrap(value: Expr, ty: &Type) -> Expr {
    match ty.underlying() {
        Type::Bit(width) => binary(Op::BitAnd, value, mask(*width)),
        Type::Int(width) => binary(Op::TwosComplement, value, constant(*width)),
        _ => value,
    }
}

impl Lowerer<'_> {
    /// An expression as a number; truth values become 1 and 0.
    pub(crate) fn number(&mut self, expression: &Expression) -> Lowered<Expr> {
        if matches!(expression.ty, Type::Bool) {
            return Some(match self.truth(expression)? {
                Expr::Bool(value) => constant(u8::from(value)),
                // A stored truth value is a number already.
                Expr::Unary(UnaryOp::DataToBool, inner) => *inner,
                truth => Expr::Unary(UnaryOp::BoolToData, Box::new(truth)),
            });
        }
        let span = expression.span;
        match &expression.kind {
            ExpressionKind::Integer(value) => Some(Expr::Const(value.clone())),
            ExpressionKind::Error(name) => {
                let code = self.program.errors.iter().position(|known| known == name)?;
                Some(constant(code))
            }
            ExpressionKind::EnumMember(name) => {
                let Type::Enum(declared) = &expression.ty else { return self.no_value(expression) };
                let position = declared.members.iter().position(|member| member.name == *name)?;
                Some(constant(position))
            }
            ExpressionKind::Variable(_) | ExpressionKind::Member(..) => match self.place_of(expression) {
                Some(Storage::Field(field)) => Some(Expr::Field(field)),
                Some(Storage::Parameter(number)) => Some(Expr::Param(number)),
                _ => self.no_value(expression),
            },
            ExpressionKind::Slice(base, high, low) => {
                let base = self.number(base)?;
                let base = if *low == 0 { base } else { binary(Op::Shr, base, constant(*low)) };
                Some(binary(Op::BitAnd, base, mask(high - low + 1)))
            }
            ExpressionKind::Unary(operator, operand) => {
                let operand = self.number(operand)?;
                let value = match operator {
                    Sign::Plus => return Some(operand),
                    Sign::Minus => binary(Op::Sub, constant(0), operand),
                    Sign::Complement => Expr::Unary(UnaryOp::BitNot, Box::new(operand)),
                    Sign::Not => return self.no_value(expression),
                };
                Some(wrap(value, &expression.ty))
            }
            ExpressionKind::Binary(operator, left, right) => {
                self.arithmetic(*operator, left, right, expression)
            }
            ExpressionKind::Conditional(condition, then, otherwise) => {
                let condition = self.truth(condition)?;
                let (then, otherwise) = (self.number(then)?, self.number(otherwise)?);
                Some(Expr::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)))
            }
            ExpressionKind::Cast(inner) => self.cast(inner, &expression.ty),
            ExpressionKind::Call(_) => {
                let help = "assign its result to a variable first";
                self.refused_with_help(span, "a call can't be part of an expression here", help)
            }
            ExpressionKind::Index(..)
            | ExpressionKind::StackNext(_)
            | ExpressionKind::StackLast(_)
            | ExpressionKind::StackLastIndex(_) => {
                self.refused(span, "header stacks and tuples are not supported yet")
            }
            _ => self.no_value(expression),
        }
    }

    fn no_value<T>(&mut self, expression: &Expression) -> Lowered<T> {
        let message = format!("a value of type `{}` is not supported here", expression.ty);
        self.refused(expression.span, message)
    }

    fn cast(&mut self, inner: &Expression, ty: &Type) -> Lowered<Expr> {
        let value = self.number(inner)?;
        let narrower = |to: u32, from: u32| to < from;
        Some(match (inner.ty.underlying(), ty.underlying()) {
            (Type::Bit(from), Type::Bit(to)) | (Type::Int(from), Type::Int(to)) if !narrower(*to, *from) => {
                value
            }
            (Type::Bool, Type::Bit(_)) | (Type::Error | Type::Enum(_), _) => value,
            (_, Type::Bit(_) | Type::Int(_)) => wrap(value, ty),
            _ => value,
        })
    }

    fn arithmetic(
        &mut self,
        operator: BinaryOp,
        left: &Expression,
        right: &Expression,
        whole: &Expression,
    ) -> Lowered<Expr> {
        let ty = &whole.ty;
        if matches!(operator, BinaryOp::ShiftLeft | BinaryOp::ShiftRight) {
            self.check_shift(right)?;
        }
        let (l, r) = (self.number(left)?, self.number(right)?);
        // p4c adds the complement instead of taking a constant away.
        if let (BinaryOp::Sub, Expr::Const(value), Type::Bit(width)) = (operator, &r, ty.underlying()) {
            let complement = (BigInt::from(1) << *width) - value;
            return Some(wrap(binary(Op::Add, l, Expr::Const(complement)), ty));
        }
        let simple = match operator {
            BinaryOp::Mul => Op::Mul,
            BinaryOp::Div => Op::Div,
            BinaryOp::Mod => Op::Mod,
            BinaryOp::Add => Op::Add,
            BinaryOp::Sub => Op::Sub,
            BinaryOp::ShiftLeft => Op::Shl,
            BinaryOp::ShiftRight => Op::Shr,
            BinaryOp::BitAnd => return Some(binary(Op::BitAnd, l, r)),
            BinaryOp::BitOr => return Some(binary(Op::BitOr, l, r)),
            BinaryOp::BitXor => return Some(binary(Op::BitXor, l, r)),
            BinaryOp::AddSaturating | BinaryOp::SubSaturating => {
                let plain = if operator == BinaryOp::AddSaturating { Op::Add } else { Op::Sub };
                let (clamp, width) = match ty.underlying() {
                    Type::Int(width) => (Op::SignedSaturate, *width),
                    Type::Bit(width) => (Op::UnsignedSaturate, *width),
                    _ => return self.no_value(whole),
                };
                return Some(binary(clamp, binary(plain, l, r), constant(width)));
            }
            BinaryOp::Concat => {
                let Some(width) = right.ty.width() else { return self.no_value(whole) };
                let low = binary(Op::BitAnd, r, mask(width));
                let joined = binary(Op::BitOr, binary(Op::Shl, l, constant(width)), low);
                // A signed left side would fill the word with its sign.
                return Some(if matches!(left.ty, Type::Int(_)) { wrap(joined, ty) } else { joined });
            }
            _ => return self.no_value(whole),
        };
        let value = binary(simple, l, r);
        let bounded = matches!(operator, BinaryOp::Div | BinaryOp::Mod | BinaryOp::ShiftRight);
        Some(if bounded { value } else { wrap(value, ty) })
    }

    fn check_shift(&mut self, amount: &Expression) -> Lowered<()> {
        let message = match (amount.integer(), amount.ty.width()) {
            (Some(value), _) => {
                if value.to_u32().is_some_and(|value| value <= MAX_SHIFT) {
                    return Some(());
                }
                format!("simple_switch shifts by {MAX_SHIFT} bits at most")
            }
            (None, Some(width)) if width <= MAX_SHIFT_BITS => return Some(()),
            _ => format!("simple_switch takes shift amounts of {MAX_SHIFT_BITS} bits at most"),
        };
        self.refused_with_help(amount.span, message, "shift several times")
    }

    /// An expression of type `bool` as a truth value.
    pub(crate) fn truth(&mut self, expression: &Expression) -> Lowered<Expr> {
        match &expression.kind {
            ExpressionKind::Bool(value) => Some(Expr::Bool(*value)),
            ExpressionKind::Variable(_) | ExpressionKind::Member(..) => {
                let stored = match self.place_of(expression) {
                    Some(Storage::Field(field)) => Expr::Field(field),
                    Some(Storage::Parameter(number)) => Expr::Param(number),
                    _ => return self.no_value(expression),
                };
                Some(Expr::Unary(UnaryOp::DataToBool, Box::new(stored)))
            }
            ExpressionKind::Unary(Sign::Not, operand) => {
                Some(Expr::Unary(UnaryOp::Not, Box::new(self.truth(operand)?)))
            }
            ExpressionKind::Binary(operator, left, right) => self.comparison(*operator, left, right),
            ExpressionKind::Conditional(condition, then, otherwise) => {
                let condition = self.truth(condition)?;
                let (then, otherwise) = (self.truth(then)?, self.truth(otherwise)?);
                Some(Expr::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)))
            }
            ExpressionKind::Cast(inner) => Some(binary(Op::Ne, self.number(inner)?, constant(0))),
            ExpressionKind::Call(call) => match &call.callee {
                Callee::IsValid(header) => Some(Expr::Valid(self.header_of(header)?)),
                _ => {
                    let help = "assign its result to a variable first";
                    self.refused_with_help(call.span, "a call can't be part of an expression here", help)
                }
            },
            ExpressionKind::TableHit(_) | ExpressionKind::TableMiss(_) => {
                let message = "`apply().hit` and `.miss` are supported only as the whole condition of an `if`, \
                               or the whole value of an assignment";
                self.refused(expression.span, message)
            }
            _ => self.no_value(expression),
        }
    }

    fn comparison(&mut self, operator: BinaryOp, left: &Expression, right: &Expression) -> Lowered<Expr> {
        let operator = match operator {
            BinaryOp::And => Op::And,
            BinaryOp::Or => Op::Or,
            BinaryOp::Equal => Op::Eq,
            BinaryOp::NotEqual => Op::Ne,
            BinaryOp::Less => Op::Lt,
            BinaryOp::LessEqual => Op::Le,
            BinaryOp::Greater => Op::Gt,
            BinaryOp::GreaterEqual => Op::Ge,
            _ => return self.no_value(left),
        };
        if matches!(left.ty, Type::Bool) {
            return Some(binary(operator, self.truth(left)?, self.truth(right)?));
        }
        if matches!(left.ty, Type::Structure(_) | Type::Tuple(_) | Type::Stack(..)) {
            let message = format!("comparing values of type `{}` is not supported yet", left.ty);
            return self.refused(left.span.to(right.span), message);
        }
        Some(binary(operator, self.number(left)?, self.number(right)?))
    }

    /// The field that an expression is, without any computation.
    pub(crate) fn field_of(&self, expression: &Expression) -> Option<ir::FieldRef> {
        match self.place_of(expression) {
            Some(Storage::Field(field)) => Some(field),
            _ => None,
        }
    }
}
