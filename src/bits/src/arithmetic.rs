//! Operators: bitwise, modular and saturating arithmetic, shifts, comparisons.

use std::cmp::Ordering;

use crate::Bits;
use crate::bits::LIMB_BITS;

impl Bits {
    fn zip_with(&self, rhs: &Self, operator: impl Fn(u64, u64) -> u64) -> Self {
        let limbs = self.limbs().iter().enumerate().map(|(index, limb)| operator(*limb, rhs.limb(index)));
        Self::from_limbs(self.width(), limbs)
    }

    /// Bitwise and.
    #[must_use]
    pub fn and(&self, rhs: &Self) -> Self {
        self.zip_with(rhs, |a, b| a & b)
    }

    /// Bitwise or.
    #[must_use]
    pub fn or(&self, rhs: &Self) -> Self {
        self.zip_with(rhs, |a, b| a | b)
    }

    /// Bitwise exclusive or.
    #[must_use]
    pub fn xor(&self, rhs: &Self) -> Self {
        self.zip_with(rhs, |a, b| a ^ b)
    }

    /// Bitwise complement.
    #[must_use]
    pub fn not(&self) -> Self {
        Self::from_limbs(self.width(), self.limbs().iter().map(|limb| !limb))
    }

    /// Whether this value and `value` agree in every bit that is one in `mask`: a ternary match.
    #[must_use]
    pub fn matches(&self, value: &Self, mask: &Self) -> bool {
        self.limbs()
            .iter()
            .enumerate()
            .all(|(index, limb)| (limb ^ value.limb(index)) & mask.limb(index) == 0)
    }

    /// Sum modulo 2^width.
    #[must_use]
    pub fn wrapping_add(&self, rhs: &Self) -> Self {
        let mut carry = false;
        let limbs = self.limbs().iter().enumerate().map(|(index, limb)| {
            let (sum, first) = limb.overflowing_add(rhs.limb(index));
            let (sum, second) = sum.overflowing_add(u64::from(carry));
            carry = first || second;
            sum
        });
        Self::from_limbs(self.width(), limbs)
    }

    /// Difference modulo 2^width.
    #[must_use]
    pub fn wrapping_sub(&self, rhs: &Self) -> Self {
        let mut borrow = false;
        let limbs = self.limbs().iter().enumerate().map(|(index, limb)| {
            let (difference, first) = limb.overflowing_sub(rhs.limb(index));
            let (difference, second) = difference.overflowing_sub(u64::from(borrow));
            borrow = first || second;
            difference
        });
        Self::from_limbs(self.width(), limbs)
    }

    /// Two's complement.
    #[must_use]
    pub fn wrapping_neg(&self) -> Self {
        Self::zero(self.width()).wrapping_sub(self)
    }

    /// Product modulo 2^width.
    #[must_use]
    pub fn wrapping_mul(&self, rhs: &Self) -> Self {
        if self.width() <= LIMB_BITS {
            return Self::from_u64(self.width(), self.low_u64().wrapping_mul(rhs.low_u64()));
        }
        Self::from_biguint_wrapped(self.width(), &(self.to_biguint() * rhs.to_biguint()))
    }

    /// Unsigned sum, all ones when it does not fit.
    #[must_use]
    pub fn saturating_add(&self, rhs: &Self) -> Self {
        let rhs = rhs.resize(self.width());
        let sum = self.wrapping_add(&rhs);
        if sum.cmp_unsigned(&rhs) == Ordering::Less { Self::ones(self.width()) } else { sum }
    }

    /// Unsigned difference, zero when it would be negative.
    #[must_use]
    pub fn saturating_sub(&self, rhs: &Self) -> Self {
        let rhs = rhs.resize(self.width());
        if self.cmp_unsigned(&rhs) == Ordering::Less {
            Self::zero(self.width())
        } else {
            self.wrapping_sub(&rhs)
        }
    }

    /// Sum in two's complement, clamped to the smallest or largest signed value of the width.
    #[must_use]
    pub fn saturating_add_signed(&self, rhs: &Self) -> Self {
        let sum = self.to_bigint_signed() + rhs.resize(self.width()).to_bigint_signed();
        Self::from_bigint_clamped_signed(self.width(), &sum)
    }

    /// Difference in two's complement, clamped to the smallest or largest signed value of the width.
    #[must_use]
    pub fn saturating_sub_signed(&self, rhs: &Self) -> Self {
        let difference = self.to_bigint_signed() - rhs.resize(self.width()).to_bigint_signed();
        Self::from_bigint_clamped_signed(self.width(), &difference)
    }

    /// Shifted towards the most significant bit, zeros coming in.
    #[must_use]
    pub fn shl(&self, amount: usize) -> Self {
        if amount >= self.width() as usize {
            return Self::zero(self.width());
        }
        let (skip, shift) = (amount / LIMB_BITS as usize, amount as u32 % LIMB_BITS);
        let limb = |index: usize| index.checked_sub(skip).map_or(0, |index| self.limb(index));
        if shift == 0 {
            return Self::from_limbs(self.width(), (0..self.limbs().len()).map(limb));
        }
        let below = |index: usize| index.checked_sub(1).map_or(0, limb);
        let shifted = |index| limb(index) << shift | below(index) >> (LIMB_BITS - shift);
        Self::from_limbs(self.width(), (0..self.limbs().len()).map(shifted))
    }

    /// Shifted towards the least significant bit, zeros coming in.
    #[must_use]
    pub fn lshr(&self, amount: usize) -> Self {
        self.window(amount, self.width())
    }

    /// Shifted towards the least significant bit, copies of the sign bit coming in.
    #[must_use]
    pub fn ashr(&self, amount: usize) -> Self {
        let shifted = self.lshr(amount);
        if !self.sign_bit() {
            return shifted;
        }
        let incoming = u32::try_from(amount).unwrap_or(u32::MAX);
        shifted.or(&Self::prefix_mask(self.width(), incoming))
    }

    /// Compares as unsigned numbers; widths play no part.
    #[must_use]
    pub fn cmp_unsigned(&self, rhs: &Self) -> Ordering {
        let count = self.limbs().len().max(rhs.limbs().len());
        (0..count)
            .rev()
            .map(|index| self.limb(index).cmp(&rhs.limb(index)))
            .find(|order| order.is_ne())
            .unwrap_or(Ordering::Equal)
    }

    /// Compares as numbers in two's complement, each of its own width.
    #[must_use]
    pub fn cmp_signed(&self, rhs: &Self) -> Ordering {
        let width = self.width().max(rhs.width());
        rhs.sign_bit()
            .cmp(&self.sign_bit())
            .then_with(|| self.sign_extend(width).cmp_unsigned(&rhs.sign_extend(width)))
    }
}
