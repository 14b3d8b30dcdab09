//! Shifts. Several by amounts of the packet, one after the other, are one by their sum.

use hyper4_ir::{BinaryOp, Expr};

use crate::code::{Binary, Unary};
use crate::expression::{Compiler, EXACT, Value, low_ones};
use crate::range::Range;

/// Bits of an amount that is added to others.
const SMALL_AMOUNT: u32 = 16;

impl Compiler<'_> {
    pub(crate) fn shift_left(&mut self, a: &Expr, b: &Expr, need: u32) -> Result<Value, String> {
        if let Some(amount) = self.literal_amount(b) {
            let inner = if need == EXACT { EXACT } else { need.saturating_sub(amount) };
            let a = self.value(a, inner)?;
            let range = a.range.grown(amount);
            if need != EXACT && need <= amount {
                return Ok(Value { operand: self.constant(&[0]), range });
            }
            let (limbs, signed) = self.shape(range, need)?;
            let operand = self.unary(Unary::ShiftLeft(amount), limbs, signed, a.operand);
            return Ok(Value { operand, range });
        }
        let (a, amounts) = self.chain(BinaryOp::Shl, a, b, need);
        let (a, (b, most)) = (self.value(a, need)?, self.sum(&amounts)?);
        let range = a.range.grown(u32::try_from(most).unwrap_or(u32::MAX));
        self.arithmetic(Binary::ShiftLeft, a, b, range, need)
    }

    pub(crate) fn shift_right(&mut self, a: &Expr, b: &Expr, need: u32) -> Result<Value, String> {
        if let Some(amount) = self.literal_amount(b) {
            let inner = if need == EXACT { EXACT } else { need.saturating_add(amount) };
            let a = self.value(a, inner)?;
            let range = match a.range {
                Range::Unsigned(bits) => Range::Unsigned(bits.saturating_sub(amount)),
                Range::Signed(bits) => Range::Signed(bits.saturating_sub(amount).max(1)),
            };
            let (limbs, signed) = self.shape(range, need)?;
            let operand = self.unary(Unary::ShiftRight(amount), limbs, signed, a.operand);
            return Ok(Value { operand, range });
        }
        let (a, amounts) = self.chain(BinaryOp::Shr, a, b, need);
        let (a, (b, _)) = (self.value(a, EXACT)?, self.sum(&amounts)?);
        self.arithmetic(Binary::ShiftRight, a, b, a.range, need)
    }

    /// What is shifted by `b` and by other amounts before that, and all the amounts.
    fn chain<'e>(
        &self,
        operator: BinaryOp,
        mut a: &'e Expr,
        b: &'e Expr,
        need: u32,
    ) -> (&'e Expr, Vec<&'e Expr>) {
        let small = |amount: &Expr| {
            let range = self.range_of(amount, EXACT);
            matches!(range, Ok(Range::Unsigned(bits)) if bits <= SMALL_AMOUNT)
        };
        let mut amounts = vec![b];
        if !small(b) {
            return (a, amounts);
        }
        while let Expr::Binary(inner, value, amount) = self.unmasked(operator, a, need)
            && *inner == operator
            && self.literal_amount(amount).is_none()
            && small(amount)
        {
            amounts.push(amount);
            a = value;
        }
        (a, amounts)
    }

    /// A value without masks that change nothing: of what is shifted to the left, those that have all the low `need`
    /// bits; of what is shifted to the right, those that have all the bits that it can have.
    fn unmasked<'e>(&self, operator: BinaryOp, value: &'e Expr, need: u32) -> &'e Expr {
        let Expr::Binary(BinaryOp::BitAnd, a, b) = value else { return value };
        for (mask, other) in [(a, b), (b, a)] {
            let Expr::Const(mask) = &**mask else { continue };
            let Some(ones) = low_ones(mask) else { continue };
            let idle = match operator {
                BinaryOp::Shl => need <= ones,
                _ => matches!(self.range_of(other, EXACT), Ok(Range::Unsigned(bits)) if bits <= ones),
            };
            if idle {
                return self.unmasked(operator, other, need);
            }
        }
        value
    }

    /// The sum of amounts, and what it is at most; of the same amount several times it is a product.
    fn sum(&mut self, amounts: &[&Expr]) -> Result<(Value, u64), String> {
        let Some((first, more)) = amounts.split_first() else { return Err("a shift by nothing".to_owned()) };
        let most = |range: Range| 1u64.checked_shl(range.bits().min(32)).unwrap_or(u64::MAX);
        let Value { operand, range } = self.value(first, EXACT)?;
        if more.is_empty() {
            return Ok((Value { operand, range }, most(range)));
        }
        let mut sum = (operand, most(range));
        if more.iter().all(|amount| amount == first) {
            let count = amounts.len() as u64;
            let by = self.constant(&[count]);
            sum = (self.binary(Binary::Mul, 1, false, operand, by), most(range).saturating_mul(count));
        } else {
            for amount in more {
                let amount = self.value(amount, EXACT)?;
                let operand = self.binary(Binary::Add, 1, false, sum.0, amount.operand);
                sum = (operand, sum.1.saturating_add(most(amount.range)));
            }
        }
        let (operand, most) = sum;
        Ok((Value { operand, range: Range::Unsigned(u64::BITS - most.leading_zeros()) }, most))
    }
}
