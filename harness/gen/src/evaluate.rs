//! What an expression of the parser comes to for the packet that is being made.

use hyper4_bits::Bits;
use hyper4_ir::{BinaryOp, Expr, FieldRef};

/// The number an expression comes to, as far as `field` knows its fields and numbers stay small. The generator uses it
/// to keep its bearings in a parser that computes; where it knows nothing the walk goes on by guesses.
pub(crate) fn number(expr: &Expr, field: &dyn Fn(FieldRef) -> Option<Bits>) -> Option<i128> {
    let small = |value: &Bits| value.to_u64().map(i128::from);
    match expr {
        Expr::Const(value) => value.try_into().ok(),
        Expr::Field(place) => small(&field(*place)?),
        Expr::Binary(op, left, right) => {
            let (left, right) = (number(left, field)?, number(right, field)?);
            match op {
                BinaryOp::Add => left.checked_add(right),
                BinaryOp::Sub => left.checked_sub(right),
                BinaryOp::Mul => left.checked_mul(right),
                BinaryOp::BitAnd => Some(left & right),
                BinaryOp::BitOr => Some(left | right),
                BinaryOp::BitXor => Some(left ^ right),
                BinaryOp::Shl if (0..64).contains(&right) => left.checked_mul(1_i128 << right),
                BinaryOp::Shr if (0..64).contains(&right) => Some(left >> right),
                _ => None,
            }
        }
        _ => None,
    }
}
