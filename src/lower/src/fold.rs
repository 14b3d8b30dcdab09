//! Expressions of the IR, folded where they are constant.

use hyper4_ir::{BinaryOp as Op, Expr, UnaryOp};
use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

/// Left shifts of constants beyond this are left to the switch.
const MAX_FOLDED_SHIFT: u32 = 1 << 16;

pub(crate) fn constant(value: impl Into<BigInt>) -> Expr {
    Expr::Const(value.into())
}

/// So many ones.
pub(crate) fn ones(width: u32) -> BigInt {
    (BigInt::from(1) << width) - 1
}

pub(crate) fn mask(width: u32) -> Expr {
    Expr::Const(ones(width))
}

/// A truth value as a number.
pub(crate) fn as_number(truth: Expr) -> Expr {
    match truth {
        Expr::Bool(value) => constant(u8::from(value)),
        // A stored truth value is a number already.
        Expr::Unary(UnaryOp::DataToBool, inner) => *inner,
        truth => Expr::Unary(UnaryOp::BoolToData, Box::new(truth)),
    }
}

/// A number as a truth value.
pub(crate) fn as_truth(number: Expr) -> Expr {
    match number {
        Expr::Const(value) => Expr::Bool(!value.is_zero()),
        Expr::Unary(UnaryOp::BoolToData, inner) => *inner,
        number => Expr::Unary(UnaryOp::DataToBool, Box::new(number)),
    }
}

pub(crate) fn not(truth: Expr) -> Expr {
    match truth {
        Expr::Bool(value) => Expr::Bool(!value),
        truth => Expr::Unary(UnaryOp::Not, Box::new(truth)),
    }
}

pub(crate) fn unary(operator: UnaryOp, operand: Expr) -> Expr {
    match (operator, operand) {
        (UnaryOp::BitNot, Expr::Const(value)) => Expr::Const(-value - 1),
        (UnaryOp::Neg, Expr::Const(value)) => Expr::Const(-value),
        (operator, operand) => Expr::Unary(operator, Box::new(operand)),
    }
}

pub(crate) fn ternary(condition: Expr, then: Expr, otherwise: Expr) -> Expr {
    match condition {
        Expr::Bool(true) => then,
        Expr::Bool(false) => otherwise,
        condition => Expr::Ternary(Box::new(condition), Box::new(then), Box::new(otherwise)),
    }
}

pub(crate) fn binary(operator: Op, left: Expr, right: Expr) -> Expr {
    let folded = match (&left, &right) {
        (Expr::Const(l), Expr::Const(r)) => fold(operator, l, r),
        (Expr::Bool(value), other) | (other, Expr::Bool(value)) => match (operator, value) {
            (Op::And, true) | (Op::Or, false) | (Op::Eq, true) => Some(other.clone()),
            (Op::And, false) => Some(Expr::Bool(false)),
            (Op::Or, true) => Some(Expr::Bool(true)),
            (Op::Ne, false) => Some(other.clone()),
            (Op::Eq, false) | (Op::Ne, true) => Some(not(other.clone())),
            _ => None,
        },
        _ => None,
    };
    folded.unwrap_or_else(|| Expr::Binary(operator, Box::new(left), Box::new(right)))
}

fn fold(operator: Op, l: &BigInt, r: &BigInt) -> Option<Expr> {
    let number = match operator {
        Op::Add => l + r,
        Op::Sub => l - r,
        Op::Mul => l * r,
        Op::Div if r.is_positive() && !l.is_negative() => l / r,
        Op::Mod if r.is_positive() && !l.is_negative() => l % r,
        Op::Shl => l << r.to_u32().filter(|amount| *amount <= MAX_FOLDED_SHIFT)?,
        Op::Shr => l >> r.to_u32()?,
        Op::BitAnd => l & r,
        Op::BitOr => l | r,
        Op::BitXor => l ^ r,
        Op::Eq => return Some(Expr::Bool(l == r)),
        Op::Ne => return Some(Expr::Bool(l != r)),
        Op::Lt => return Some(Expr::Bool(l < r)),
        Op::Le => return Some(Expr::Bool(l <= r)),
        Op::Gt => return Some(Expr::Bool(l > r)),
        Op::Ge => return Some(Expr::Bool(l >= r)),
        Op::UnsignedSaturate => l.clone().clamp(BigInt::zero(), ones(r.to_u32()?)),
        Op::SignedSaturate => {
            let half = BigInt::from(1) << r.to_u32()?.checked_sub(1)?;
            l.clone().clamp(-&half, half - 1)
        }
        Op::TwosComplement => {
            let width = r.to_u32()?;
            let half = BigInt::from(1) << width.checked_sub(1)?;
            let low = l & ones(width);
            if low >= half { low - (half << 1) } else { low }
        }
        Op::Div | Op::Mod | Op::And | Op::Or => return None,
    };
    Some(Expr::Const(number))
}
