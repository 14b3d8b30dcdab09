//! Key sets as values and masks.

use hyper4_bits::Bits;
use hyper4_p4::typed::{Expression, KeySet, Type};
use num_bigint::BigInt;

use crate::{Lowered, Lowerer};

/// A range becomes so many masks at most, two for each bit.
pub(crate) type Masks = Vec<(Bits, Bits)>;

impl Lowerer<'_> {
    /// The number of a constant.
    pub(crate) fn constant_bits(&mut self, expression: &Expression, width: u32) -> Lowered<Bits> {
        let literal = self.constant(expression)?;
        let value = match self.number(&literal)? {
            hyper4_ir::Expr::Const(value) => value,
            _ => return self.refused(expression.span, "this has to be a constant"),
        };
        Some(Bits::from_bigint_wrapped(width, &value))
    }

    /// A key set as values with masks, any of which may match.
    pub(crate) fn masks(&mut self, keyset: &KeySet, width: u32) -> Lowered<Masks> {
        match keyset {
            KeySet::Any => Some(vec![(Bits::zero(width), Bits::zero(width))]),
            KeySet::Value(value) => Some(vec![(self.constant_bits(value, width)?, Bits::ones(width))]),
            KeySet::Mask(value, mask) => {
                let mask = self.constant_bits(mask, width)?;
                let value = self.constant_bits(value, width)?;
                Some(vec![(value.and(&mask), mask)])
            }
            KeySet::Range(low, high) => {
                if matches!(low.ty.underlying(), Type::Int(_)) {
                    return self.refused(low.span, "ranges of signed values are not supported");
                }
                let low = self.constant_bits(low, width)?;
                let high = self.constant_bits(high, width)?;
                Some(range_masks(&low, &high))
            }
            KeySet::ValueSet(set) => {
                self.refused(set.span, format!("value set `{}` can't stand beside other keys", set.name))
            }
        }
    }
}

/// The least number of prefixes that make up a range.
pub(crate) fn range_masks(low: &Bits, high: &Bits) -> Masks {
    let width = low.width();
    let (mut low, high) = (low.to_bigint(), high.to_bigint());
    let mut masks = Vec::new();
    while low <= high {
        // The largest aligned block that starts here and ends in the range.
        let aligned =
            low.trailing_zeros().map_or(width, |zeros| u32::try_from(zeros).unwrap_or(width).min(width));
        let mut size = aligned;
        while size > 0 && &low + (BigInt::from(1) << size) - 1 > high {
            size -= 1;
        }
        let mask = Bits::prefix_mask(width, width.saturating_sub(size));
        masks.push((Bits::from_bigint_wrapped(width, &low), mask));
        low += BigInt::from(1) << size;
    }
    masks
}
