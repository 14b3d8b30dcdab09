//! Folding of constants.

use num_bigint::BigInt;
use num_traits::{Signed, ToPrimitive, Zero};

use crate::parse::MAX_WIDTH;
use crate::typed::{BinaryOp, Callee, Direction, Expression, ExpressionKind, Type, UnaryOp, VariableKind};

impl Expression {
    /// Its value, when it is an integer known when compiled.
    pub fn integer(&self) -> Option<&BigInt> {
        match &self.kind {
            ExpressionKind::Integer(value) => Some(value),
            _ => None,
        }
    }

    /// Its value, when it is a boolean known when compiled.
    pub fn boolean(&self) -> Option<bool> {
        match self.kind {
            ExpressionKind::Bool(value) => Some(value),
            _ => None,
        }
    }
}

/// A value as one of a type: what does not fit is cut off.
pub(super) fn wrap(value: BigInt, ty: &Type) -> BigInt {
    match ty.underlying() {
        Type::Bit(width) => modulo(value, *width),
        Type::Int(width) => {
            let value = modulo(value, *width);
            let negative = value.bit(u64::from(width.saturating_sub(1)));
            if negative { value - (BigInt::from(1) << *width) } else { value }
        }
        _ => value,
    }
}

fn modulo(value: BigInt, width: u32) -> BigInt {
    let mask = (BigInt::from(1) << width) - 1;
    value & mask
}

/// `op operand` of a type, when it can be computed.
pub(super) fn unary(operator: UnaryOp, operand: &ExpressionKind, ty: &Type) -> Option<ExpressionKind> {
    Some(match (operator, operand) {
        (UnaryOp::Not, ExpressionKind::Bool(value)) => ExpressionKind::Bool(!value),
        (UnaryOp::Complement, ExpressionKind::Integer(value)) => {
            ExpressionKind::Integer(wrap(-value - BigInt::from(1), ty))
        }
        (UnaryOp::Minus, ExpressionKind::Integer(value)) => ExpressionKind::Integer(wrap(-value, ty)),
        (UnaryOp::Plus, ExpressionKind::Integer(value)) => ExpressionKind::Integer(value.clone()),
        _ => return None,
    })
}

/// `left op right` of a type, when it can be computed.
pub(super) fn binary(
    operator: BinaryOp,
    left: &Expression,
    right: &Expression,
    ty: &Type,
) -> Option<ExpressionKind> {
    match (&left.kind, &right.kind) {
        (ExpressionKind::Integer(l), ExpressionKind::Integer(r)) => {
            integers(operator, (l, r), left, right, ty)
        }
        (ExpressionKind::Bool(l), ExpressionKind::Bool(r)) => {
            let value = match operator {
                BinaryOp::And => *l && *r,
                BinaryOp::Or => *l || *r,
                BinaryOp::Equal => l == r,
                BinaryOp::NotEqual => l != r,
                _ => return None,
            };
            Some(ExpressionKind::Bool(value))
        }
        (ExpressionKind::Str(l), ExpressionKind::Str(r)) if operator == BinaryOp::Concat => {
            Some(ExpressionKind::Str(format!("{l}{r}").into()))
        }
        (ExpressionKind::Str(l), ExpressionKind::Str(r))
        | (ExpressionKind::Error(l), ExpressionKind::Error(r))
        | (ExpressionKind::EnumMember(l), ExpressionKind::EnumMember(r)) => match operator {
            BinaryOp::Equal => Some(ExpressionKind::Bool(l == r)),
            BinaryOp::NotEqual => Some(ExpressionKind::Bool(l != r)),
            _ => None,
        },
        _ => None,
    }
}

/// Whether a value is known when compiled, once the constructor parameters around it are.
pub(super) fn is_constant(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Bool(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Str(_)
        | ExpressionKind::Error(_)
        | ExpressionKind::EnumMember(_)
        | ExpressionKind::InvalidHeader
        | ExpressionKind::Default
        | ExpressionKind::Invalid
        | ExpressionKind::Instance(_)
        | ExpressionKind::This => true,
        ExpressionKind::Variable(variable) => matches!(
            variable.kind,
            VariableKind::ConstructorParameter | VariableKind::Parameter(Direction::None)
        ),
        ExpressionKind::List(values) => values.iter().all(is_constant),
        ExpressionKind::Cast(inner)
        | ExpressionKind::Unary(_, inner)
        | ExpressionKind::Member(inner, _)
        | ExpressionKind::Slice(inner, _, _) => is_constant(inner),
        ExpressionKind::Binary(_, left, right)
        | ExpressionKind::Index(left, right)
        | ExpressionKind::PlusSlice(left, right, _) => is_constant(left) && is_constant(right),
        ExpressionKind::Conditional(condition, then, otherwise) => {
            is_constant(condition) && is_constant(then) && is_constant(otherwise)
        }
        ExpressionKind::Call(call) => match &call.callee {
            Callee::ExternFunction(signature) => {
                let pure = signature.annotations.iter().any(|annotation| &*annotation.name.text == "pure");
                let factory = matches!(signature.result, Type::Extern(..));
                (pure || factory || &*signature.name == "static_assert")
                    && call.arguments.iter().all(|argument| argument.value.as_ref().is_none_or(is_constant))
            }
            _ => false,
        },
        ExpressionKind::StackNext(_)
        | ExpressionKind::StackLast(_)
        | ExpressionKind::StackLastIndex(_)
        | ExpressionKind::TableHit(_)
        | ExpressionKind::TableMiss(_)
        | ExpressionKind::TableActionRun(_) => false,
    }
}

fn integers(
    operator: BinaryOp,
    (l, r): (&BigInt, &BigInt),
    left: &Expression,
    right: &Expression,
    ty: &Type,
) -> Option<ExpressionKind> {
    let value = match operator {
        BinaryOp::Mul => l * r,
        BinaryOp::Div if r.is_positive() && !l.is_negative() => l / r,
        BinaryOp::Mod if r.is_positive() && !l.is_negative() => l % r,
        BinaryOp::Add => l + r,
        BinaryOp::Sub => l - r,
        BinaryOp::AddSaturating => saturate(l + r, ty),
        BinaryOp::SubSaturating => saturate(l - r, ty),
        // An `int` would have to hold all the bits.
        BinaryOp::ShiftLeft => match r.to_u32().filter(|amount| *amount <= MAX_WIDTH) {
            Some(amount) => l << amount,
            None if matches!(ty, Type::Integer) || r.is_negative() => return None,
            None => BigInt::zero(),
        },
        BinaryOp::ShiftRight if !r.is_negative() => l >> r.to_u32().unwrap_or(u32::MAX),
        BinaryOp::BitAnd => l & r,
        BinaryOp::BitXor => l ^ r,
        BinaryOp::BitOr => l | r,
        BinaryOp::Concat => {
            let (Some(_), Some(width)) = (left.ty.width(), right.ty.width()) else { return None };
            (l << width) | modulo(r.clone(), width)
        }
        BinaryOp::LessEqual => return Some(ExpressionKind::Bool(l <= r)),
        BinaryOp::GreaterEqual => return Some(ExpressionKind::Bool(l >= r)),
        BinaryOp::Less => return Some(ExpressionKind::Bool(l < r)),
        BinaryOp::Greater => return Some(ExpressionKind::Bool(l > r)),
        BinaryOp::Equal => return Some(ExpressionKind::Bool(l == r)),
        BinaryOp::NotEqual => return Some(ExpressionKind::Bool(l != r)),
        _ => return None,
    };
    // An `int` has no width that bounds it: repeated squaring would fill the memory.
    let bounded = value.bits() <= 2 * u64::from(MAX_WIDTH);
    bounded.then(|| ExpressionKind::Integer(wrap(value, ty)))
}

fn saturate(value: BigInt, ty: &Type) -> BigInt {
    let (low, high) = match ty.underlying() {
        Type::Bit(width) => (BigInt::zero(), (BigInt::from(1) << *width) - 1),
        Type::Int(width) => {
            let half = BigInt::from(1) << width.saturating_sub(1);
            (-half.clone(), half - 1)
        }
        _ => return value,
    };
    value.clamp(low, high)
}
