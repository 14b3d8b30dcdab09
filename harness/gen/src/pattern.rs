//! Sets of values that a program or an entry looks for.

use std::cmp::Ordering;

use hyper4_bits::Bits;
use hyper4_ir::MatchValue;

use crate::dice::Dice;

/// A set of values that a program or an entry looks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Pattern {
    /// Equal under a mask that isn't zero.
    Masked { value: Bits, mask: Bits },
    /// Between, both included.
    Range { low: Bits, high: Bits },
}

impl Pattern {
    pub(crate) fn exactly(value: Bits) -> Self {
        let mask = Bits::ones(value.width());
        Self::Masked { value, mask }
    }

    /// `None` when everything matches.
    pub(crate) fn of_match(value: &MatchValue) -> Option<Self> {
        let pattern = match value {
            MatchValue::Exact(value) | MatchValue::Optional(Some(value)) => Self::exactly(value.clone()),
            MatchValue::Lpm { value, prefix_length } => {
                let mask = Bits::prefix_mask(value.width(), *prefix_length);
                Self::Masked { value: value.and(&mask), mask }
            }
            MatchValue::Ternary { value, mask } => {
                Self::Masked { value: value.and(mask), mask: mask.clone() }
            }
            MatchValue::Range { low, high } => Self::Range { low: low.clone(), high: high.clone() },
            MatchValue::Optional(None) => return None,
        };
        let everything = match &pattern {
            Self::Masked { mask, .. } => mask.is_zero(),
            Self::Range { low, high } => low.is_zero() && high.is_ones(),
        };
        (!everything).then_some(pattern)
    }

    /// The same set, among values of another width.
    pub(crate) fn resize(&self, width: u32) -> Self {
        match self {
            Self::Masked { value, mask } => {
                Self::Masked { value: value.resize(width), mask: mask.resize(width) }
            }
            Self::Range { low, high } => Self::Range { low: low.resize(width), high: high.resize(width) },
        }
    }

    pub(crate) fn matches(&self, candidate: &Bits) -> bool {
        match self {
            Self::Masked { value, mask } => candidate.matches(value, mask),
            Self::Range { low, high } => {
                candidate.cmp_unsigned(low) != Ordering::Less
                    && candidate.cmp_unsigned(high) != Ordering::Greater
            }
        }
    }

    /// A value of the set.
    pub(crate) fn hit(&self, dice: &mut Dice<'_>) -> Bits {
        match self {
            Self::Masked { value, mask } if mask.is_ones() => value.clone(),
            Self::Masked { value, mask } => {
                let rest = match dice.below(4) {
                    0 => Bits::zero(value.width()),
                    1 => Bits::ones(value.width()),
                    _ => dice.bits(value.width()),
                };
                value.or(&rest.and(&mask.not()))
            }
            Self::Range { low, high } => {
                let one = Bits::from_u64(low.width(), 1);
                let value = match dice.below(6) {
                    0 => low.clone(),
                    1 => high.clone(),
                    2 => low.wrapping_add(&one),
                    3 => high.wrapping_sub(&one),
                    4 => low.wrapping_add(&high.wrapping_sub(low).lshr(1)),
                    _ => dice.bits(low.width()),
                };
                if self.matches(&value) { value } else { low.clone() }
            }
        }
    }

    /// A value just outside of the set, where there is one: one bit of the mask flipped, or the neighbour of a prefix
    /// or range.
    pub(crate) fn near_miss(&self, dice: &mut Dice<'_>) -> Bits {
        match self {
            Self::Masked { value, mask } => {
                let lowest = mask.and(&mask.wrapping_neg());
                let inside = self.hit(dice);
                match dice.below(4) {
                    0 => inside.wrapping_add(&lowest),
                    1 => inside.wrapping_sub(&lowest),
                    2 => inside.xor(&lowest),
                    _ => {
                        let bit = Bits::from_u64(value.width(), 1).shl(dice.below(value.width() as usize));
                        let bit = if bit.and(mask).is_zero() { lowest } else { bit };
                        inside.xor(&bit)
                    }
                }
            }
            Self::Range { low, high } => {
                let one = Bits::from_u64(low.width(), 1);
                // A range that ends at a limit has no neighbour there: the sum would wrap into the range.
                if high.is_ones() || (dice.percent(50) && !low.is_zero()) {
                    low.wrapping_sub(&one)
                } else {
                    high.wrapping_add(&one)
                }
            }
        }
    }
}
