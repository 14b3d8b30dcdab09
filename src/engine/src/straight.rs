//! What an action does one after the other when its arguments are known.
//!
//! p4c makes jumps of `if` in actions. A condition that asks for arguments alone always goes the same way for one entry:
//! what that leaves out isn't compiled for it, and what stays is in a row.

use hyper4_bits::Bits;
use hyper4_ir::{BinaryOp, Expr, Primitive, PrimitiveKind, UnaryOp};
use num_bigint::BigInt;
use num_traits::{Signed, Zero};

/// The primitives that are carried out with those arguments, with their numbers, and no jumps; `None` where that depends on
/// something else.
pub(crate) fn straight<'a>(
    primitives: &'a [Primitive],
    arguments: &[Bits],
) -> Option<Vec<(usize, &'a Primitive)>> {
    let mut all = Vec::new();
    let mut next = 0;
    // Nothing is carried out twice, unless in a loop.
    for _ in 0..=primitives.len() {
        let Some(primitive) = primitives.get(next) else { return Some(all) };
        let jumps = match &primitive.kind {
            PrimitiveKind::Jump { target } => Some(*target),
            PrimitiveKind::JumpIfZero { condition, target } => {
                let zero = if condition.is_truth() {
                    !truth(condition, arguments)?
                } else {
                    number(condition, arguments)?.is_zero()
                };
                Some(*target).filter(|_| zero)
            }
            _ => {
                all.push((next, primitive));
                None
            }
        };
        next = jumps.map_or(next + 1, |target| target as usize);
    }
    None
}

fn truth(expression: &Expr, arguments: &[Bits]) -> Option<bool> {
    let truth = |expression: &Expr| truth(expression, arguments);
    let number = |expression: &Expr| number(expression, arguments);
    Some(match expression {
        Expr::Bool(value) => *value,
        Expr::Unary(UnaryOp::Not, a) => !truth(a)?,
        Expr::Unary(UnaryOp::DataToBool, a) => !number(a)?.is_zero(),
        Expr::Binary(BinaryOp::And, a, b) => truth(a)? && truth(b)?,
        Expr::Binary(BinaryOp::Or, a, b) => truth(a)? || truth(b)?,
        Expr::Binary(operator, a, b) if !a.is_truth() && !b.is_truth() => {
            let (a, b) = (number(a)?, number(b)?);
            match operator {
                BinaryOp::Eq => a == b,
                BinaryOp::Ne => a != b,
                BinaryOp::Lt => a < b,
                BinaryOp::Le => a <= b,
                BinaryOp::Gt => a > b,
                BinaryOp::Ge => a >= b,
                _ => return None,
            }
        }
        _ => return None,
    })
}

fn number(expression: &Expr, arguments: &[Bits]) -> Option<BigInt> {
    match expression {
        Expr::Const(number) => Some(number.clone()),
        Expr::Param(index) => arguments.get(*index).map(Bits::to_bigint),
        Expr::Unary(UnaryOp::BoolToData, a) => Some(BigInt::from(u8::from(truth(a, arguments)?))),
        Expr::Binary(BinaryOp::BitAnd, a, b) => {
            let (a, b) = (number(a, arguments)?, number(b, arguments)?);
            (!a.is_negative() && !b.is_negative()).then(|| a & b)
        }
        _ => None,
    }
}
