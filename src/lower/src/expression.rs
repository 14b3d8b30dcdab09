//! Numbers and truth values. In the IR numbers are unbounded, so wherever P4 wraps a mask is put, as p4c does.
//!
//! An expression of the IR has no side effects: what has some is done before, from left to right.

use hyper4_ir::{BinaryOp as Op, Expr, UnaryOp};
use hyper4_p4::typed::{BinaryOp, Callee, Direction, Expression, ExpressionKind, Type, UnaryOp as Sign};
use num_bigint::BigInt;
use num_traits::ToPrimitive;

use crate::fold::{as_number, as_truth, binary, constant, mask, not, ternary, unary};
use crate::graph::End;
use crate::storage::{Storage, is_aggregate};
use crate::{Lowered, Lowerer};

/// The largest shift amounts that simple_switch's compiler takes: a constant, and bits of a run-time one.
const MAX_SHIFT: u32 = 1 << MAX_SHIFT_BITS;
const MAX_SHIFT_BITS: u32 = 8;

/// A number cut to a type.
pub(crate) fn wrap(value: Expr, ty: &Type) -> Expr {
    match ty.underlying() {
        Type::Bit(width) => binary(Op::BitAnd, value, mask(*width)),
        Type::Int(width) => binary(Op::TwosComplement, value, constant(*width)),
        _ => value,
    }
}

/// Whether evaluating an expression changes something that another one may read.
pub(crate) fn has_effects(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Call(call) => match &call.callee {
            Callee::IsValid(header) => has_effects(header),
            Callee::Method { method, .. } if &**method == "lookahead" => false,
            Callee::Function(_) => call.arguments.iter().any(|argument| {
                matches!(argument.direction, Direction::Out | Direction::InOut)
                    || argument.value.as_ref().is_some_and(has_effects)
            }),
            _ => true,
        },
        ExpressionKind::TableHit(_) | ExpressionKind::TableMiss(_) | ExpressionKind::TableActionRun(_) => {
            true
        }
        ExpressionKind::Member(base, _)
        | ExpressionKind::StackNext(base)
        | ExpressionKind::StackLast(base)
        | ExpressionKind::StackLastIndex(base)
        | ExpressionKind::Slice(base, ..)
        | ExpressionKind::Unary(_, base)
        | ExpressionKind::Cast(base) => has_effects(base),
        ExpressionKind::Index(left, right)
        | ExpressionKind::PlusSlice(left, right, _)
        | ExpressionKind::Binary(_, left, right) => has_effects(left) || has_effects(right),
        ExpressionKind::Conditional(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().any(|part| has_effects(part))
        }
        ExpressionKind::List(values) => values.iter().any(has_effects),
        _ => false,
    }
}

/// Whether something has to be done before the expression's value is there.
fn needs_code(expression: &Expression) -> bool {
    match &expression.kind {
        ExpressionKind::Call(call) => !matches!(&call.callee, Callee::IsValid(header) if !needs_code(header)),
        ExpressionKind::TableHit(_) | ExpressionKind::TableMiss(_) | ExpressionKind::TableActionRun(_) => {
            true
        }
        ExpressionKind::Member(base, _)
        | ExpressionKind::StackLastIndex(base)
        | ExpressionKind::Slice(base, ..)
        | ExpressionKind::Unary(_, base)
        | ExpressionKind::Cast(base) => needs_code(base),
        ExpressionKind::Index(left, right)
        | ExpressionKind::PlusSlice(left, right, _)
        | ExpressionKind::Binary(_, left, right) => needs_code(left) || needs_code(right),
        ExpressionKind::Conditional(condition, then, otherwise) => {
            [condition, then, otherwise].into_iter().any(|part| needs_code(part))
                || is_aggregate(&expression.ty)
        }
        ExpressionKind::List(_) | ExpressionKind::InvalidHeader => true,
        _ => false,
    }
}

impl Lowerer<'_> {
    /// An expression as a number; truth values become 1 and 0.
    pub(crate) fn number(&mut self, expression: &Expression) -> Lowered<Expr> {
        if let Some(known) = self.known(expression) {
            return self.number(&known);
        }
        if matches!(expression.ty.underlying(), Type::Bool) {
            return self.truth(expression).map(as_number);
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
            ExpressionKind::Variable(_) | ExpressionKind::Member(..) | ExpressionKind::Index(..) => {
                let storage = self.place(expression)?;
                self.read(&storage, span)
            }
            ExpressionKind::StackLastIndex(stack) => match self.place(stack)? {
                Storage::Stack(stack) => match stack.reference {
                    Some(reference) => Some(wrap(Expr::LastIndex(reference), &expression.ty)),
                    None => self.no_value(expression),
                },
                _ => self.no_value(expression),
            },
            ExpressionKind::Slice(base, high, low) => {
                let base = self.number(base)?;
                let base = if *low == 0 { base } else { binary(Op::Shr, base, constant(*low)) };
                Some(binary(Op::BitAnd, base, mask(high - low + 1)))
            }
            ExpressionKind::PlusSlice(base, low, width) => {
                let (left, right) = self.operands(base, low)?;
                Some(binary(Op::BitAnd, binary(Op::Shr, left, right), mask(*width)))
            }
            ExpressionKind::Unary(operator, operand) => {
                let operand = self.number(operand)?;
                let value = match operator {
                    Sign::Plus => return Some(operand),
                    Sign::Minus => binary(Op::Sub, constant(0), operand),
                    Sign::Complement => unary(UnaryOp::BitNot, operand),
                    Sign::Not => return self.no_value(expression),
                };
                Some(wrap(value, &expression.ty))
            }
            ExpressionKind::Binary(operator, left, right) => {
                if matches!(operator, BinaryOp::ShiftLeft | BinaryOp::ShiftRight) {
                    if left.integer().is_some_and(|value| value.bits() == 0) {
                        return self.number(right).map(|_| constant(0));
                    }
                    self.check_shift(right)?;
                }
                let operands = self.operands(left, right)?;
                let types = (&left.ty, &right.ty, &expression.ty);
                match arithmetic(*operator, operands, types) {
                    Some(value) => Some(value),
                    None => self.no_value(expression),
                }
            }
            ExpressionKind::Conditional(condition, then, otherwise) => {
                if needs_code(then) || needs_code(otherwise) {
                    return self.stored_conditional(condition, then, otherwise, expression);
                }
                let condition = self.truth(condition)?;
                let (then, otherwise) = (self.number(then)?, self.number(otherwise)?);
                Some(ternary(condition, then, otherwise))
            }
            ExpressionKind::Cast(inner) => self.cast(inner, &expression.ty),
            ExpressionKind::Call(call) => {
                let result = self.call_result(call, &expression.ty)?;
                self.read(&result, span)
            }
            // A list of one value is that value.
            ExpressionKind::List(values) if values.len() == 1 => self.number(values.first()?),
            _ => self.no_value(expression),
        }
    }

    fn no_value<T>(&mut self, expression: &Expression) -> Lowered<T> {
        let message = format!("a value of type `{}` is not supported here", expression.ty);
        self.refused(expression.span, message)
    }

    /// Two numbers, the left one as it is before the right one is evaluated.
    pub(crate) fn operands(&mut self, left: &Expression, right: &Expression) -> Lowered<(Expr, Expr)> {
        let mut l = self.number(left)?;
        if has_effects(right) {
            l = self.snapshot(l, &left.ty, left.span)?;
        }
        Some((l, self.number(right)?))
    }

    fn stored_conditional(
        &mut self,
        condition: &Expression,
        then: &Expression,
        otherwise: &Expression,
        whole: &Expression,
    ) -> Lowered<Expr> {
        let copy = self.temporary_field(&whole.ty, "tmp", whole.span)?;
        let storage = Storage::Field(copy);
        self.branch(
            condition,
            |lowerer| lowerer.store(&storage, &whole.ty, then, then.span),
            |lowerer| lowerer.store(&storage, &whole.ty, otherwise, otherwise.span),
        )?;
        Some(Expr::Field(copy))
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

    fn check_shift(&mut self, amount: &Expression) -> Lowered<()> {
        let known = self.known(amount);
        let amount = known.as_ref().unwrap_or(amount);
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
        if let Some(known) = self.known(expression) {
            return self.truth(&known);
        }
        match &expression.kind {
            ExpressionKind::Bool(value) => Some(Expr::Bool(*value)),
            ExpressionKind::Integer(value) => Some(as_truth(Expr::Const(value.clone()))),
            ExpressionKind::Variable(_) | ExpressionKind::Member(..) | ExpressionKind::Index(..) => {
                let storage = self.place(expression)?;
                self.read(&storage, expression.span).map(as_truth)
            }
            ExpressionKind::Unary(Sign::Not, operand) => self.truth(operand).map(not),
            ExpressionKind::Binary(operator @ (BinaryOp::And | BinaryOp::Or), left, right) => {
                let is_and = *operator == BinaryOp::And;
                if needs_code(right) {
                    return self.short_circuit(is_and, left, right);
                }
                let (left, right) = (self.truth(left)?, self.truth(right)?);
                Some(binary(if is_and { Op::And } else { Op::Or }, left, right))
            }
            ExpressionKind::Binary(operator, left, right) => self.comparison(*operator, left, right),
            ExpressionKind::Conditional(condition, then, otherwise) => {
                if needs_code(then) || needs_code(otherwise) {
                    return self.stored_conditional(condition, then, otherwise, expression).map(as_truth);
                }
                let condition = self.truth(condition)?;
                let (then, otherwise) = (self.truth(then)?, self.truth(otherwise)?);
                Some(ternary(condition, then, otherwise))
            }
            ExpressionKind::Cast(inner) if matches!(inner.ty.underlying(), Type::Bool) => self.truth(inner),
            ExpressionKind::Cast(inner) => Some(binary(Op::Ne, self.number(inner)?, constant(0))),
            ExpressionKind::List(values) if values.len() == 1 => self.truth(values.first()?),
            ExpressionKind::Call(call) => match &call.callee {
                Callee::IsValid(header) => {
                    let header = self.value(header)?;
                    self.valid(&header, expression.span)
                }
                _ => {
                    let result = self.call_result(call, &expression.ty)?;
                    self.read(&result, expression.span).map(as_truth)
                }
            },
            ExpressionKind::TableHit(_) | ExpressionKind::TableMiss(_) => {
                let copy = self.temporary_field(&Type::Bool, "tmp", expression.span)?;
                self.store(&Storage::Field(copy), &Type::Bool, expression, expression.span)?;
                Some(as_truth(Expr::Field(copy)))
            }
            _ => self.no_value(expression),
        }
    }

    /// `&&` and `||` whose right side is evaluated only where it is needed.
    fn short_circuit(&mut self, is_and: bool, left: &Expression, right: &Expression) -> Lowered<Expr> {
        let span = left.span.to(right.span);
        let copy = self.temporary_field(&Type::Bool, "tmp", span)?;
        let left = self.truth(left)?;
        let (then, otherwise, after) = (self.graph.block(), self.graph.block(), self.graph.block());
        self.graph.end(End::Branch { condition: left, span, then, otherwise });
        for (block, evaluates) in [(then, is_and), (otherwise, !is_and)] {
            self.graph.start(block);
            let value = if evaluates { self.number(right)? } else { constant(u8::from(!is_and)) };
            self.put(copy, value, span);
            self.graph.end(End::Goto(after));
        }
        self.graph.start(after);
        Some(as_truth(Expr::Field(copy)))
    }

    fn comparison(&mut self, operator: BinaryOp, left: &Expression, right: &Expression) -> Lowered<Expr> {
        let operator = match operator {
            BinaryOp::Equal => Op::Eq,
            BinaryOp::NotEqual => Op::Ne,
            BinaryOp::Less => Op::Lt,
            BinaryOp::LessEqual => Op::Le,
            BinaryOp::Greater => Op::Gt,
            BinaryOp::GreaterEqual => Op::Ge,
            _ => return self.no_value(left),
        };
        if is_aggregate(&left.ty) {
            let (l, r) = (self.compared(left, right)?, self.compared(right, left)?);
            let equal = self.equal(&l, &r, &left.ty, left.span.to(right.span))?;
            return Some(if operator == Op::Ne { not(equal) } else { equal });
        }
        if matches!(left.ty.underlying(), Type::Bool) {
            let mut l = self.truth(left)?;
            if has_effects(right) {
                l = as_truth(self.snapshot(as_number(l), &left.ty, left.span)?);
            }
            return Some(binary(operator, l, self.truth(right)?));
        }
        let (l, r) = self.operands(left, right)?;
        Some(binary(operator, l, r))
    }

    /// A side of a comparison; a list has the type of the other side.
    fn compared(&mut self, side: &Expression, other: &Expression) -> Lowered<Storage> {
        if matches!(side.kind, ExpressionKind::List(_)) && matches!(other.ty.underlying(), Type::Structure(_))
        {
            let typed = Expression { ty: other.ty.clone(), ..side.clone() };
            return self.value(&typed);
        }
        self.value(side)
    }
}

/// An operation on numbers, wrapped to its type; nothing for others.
pub(crate) fn arithmetic(
    operator: BinaryOp,
    (l, r): (Expr, Expr),
    (left, right, ty): (&Type, &Type, &Type),
) -> Option<Expr> {
    // p4c adds the complement instead of taking a constant away.
    if let (BinaryOp::Sub, Expr::Const(value), Type::Bit(width)) = (operator, &r, ty.underlying())
        && !matches!(l, Expr::Const(_))
    {
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
                _ => return None,
            };
            return Some(binary(clamp, binary(plain, l, r), constant(width)));
        }
        BinaryOp::Concat => {
            let width = right.width()?;
            let low = binary(Op::BitAnd, r, mask(width));
            let joined = binary(Op::BitOr, binary(Op::Shl, l, constant(width)), low);
            // A signed left side would fill the word with its sign.
            return Some(if matches!(left.underlying(), Type::Int(_)) { wrap(joined, ty) } else { joined });
        }
        _ => return None,
    };
    let value = binary(simple, l, r);
    let bounded = matches!(operator, BinaryOp::Div | BinaryOp::Mod | BinaryOp::ShiftRight);
    Some(if bounded { value } else { wrap(value, ty) })
}

impl Lowerer<'_> {
    /// Does one thing or another.
    pub(crate) fn branch(
        &mut self,
        condition: &Expression,
        then: impl FnOnce(&mut Self) -> Lowered<()>,
        otherwise: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> Lowered<()> {
        let span = condition.span;
        let condition = self.truth(condition)?;
        if let Expr::Bool(known) = condition {
            return if known { then(self) } else { otherwise(self) };
        }
        let (first, second, after) = (self.graph.block(), self.graph.block(), self.graph.block());
        self.graph.end(End::Branch { condition, span, then: first, otherwise: second });
        self.graph.start(first);
        let done = then(self);
        self.graph.end(End::Goto(after));
        self.graph.start(second);
        let also = otherwise(self);
        self.graph.proceed(after);
        done.and(also)
    }
}
