//! The value type: how it is made, read and cut.

use std::cmp::Ordering;

use num_bigint::{BigInt, BigUint, Sign};
use smallvec::SmallVec;

use crate::BitsError;

pub(crate) const LIMB_BITS: u32 = u64::BITS;

/// An unsigned integer tagged with its width in bits.
///
/// Always canonical: bits beyond the width are zero, so equality and hashing are those of (width, value).
/// The order is by width first, then by value; to compare two values as numbers use [`Bits::cmp_unsigned`] or
/// [`Bits::cmp_signed`].
///
/// No operation panics. A binary operation on two widths resizes its right operand (zero-extends or truncates it) to
/// the width of the left one, which is the width of the result. Bits that are asked for beyond the width are zero.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Bits {
    width: u32,
    limbs: SmallVec<[u64; 2]>,
}

impl Bits {
    /// The widest value that [`Bits::parse`] and deserialisation make.
    pub const MAX_WIDTH: u32 = 1 << 20;

    /// Collects little-endian limbs; missing ones are zero, surplus ones and surplus bits are dropped.
    pub(crate) fn from_limbs(width: u32, limbs: impl IntoIterator<Item = u64>) -> Self {
        let count = width.div_ceil(LIMB_BITS) as usize;
        let mut limbs: SmallVec<[u64; 2]> = limbs.into_iter().take(count).collect();
        limbs.resize(count, 0);
        let used = width % LIMB_BITS;
        if used != 0
            && let Some(top) = limbs.last_mut()
        {
            *top &= u64::MAX >> (LIMB_BITS - used);
        }
        Self { width, limbs }
    }

    /// Zero.
    #[must_use]
    pub fn zero(width: u32) -> Self {
        Self::from_limbs(width, [])
    }

    /// All ones.
    #[must_use]
    pub fn ones(width: u32) -> Self {
        Self::from_limbs(width, std::iter::repeat(u64::MAX))
    }

    /// Ones in the bits `low..low + len`, bit 0 being the least significant.
    #[must_use]
    pub fn mask(width: u32, low: u32, len: u32) -> Self {
        Self::ones(len.min(width)).resize(width).shl(low as usize)
    }

    /// Ones in the `len` most significant bits: the mask of an LPM key. A longer `len` is taken as the width.
    #[must_use]
    pub fn prefix_mask(width: u32, len: u32) -> Self {
        let len = len.min(width);
        Self::mask(width, width - len, len)
    }

    /// The low `width` bits of `value`.
    #[must_use]
    pub fn from_u64(width: u32, value: u64) -> Self {
        Self::from_limbs(width, [value])
    }

    /// The low `width` bits of `value`.
    #[must_use]
    pub fn from_u128(width: u32, value: u128) -> Self {
        Self::from_limbs(width, [value as u64, (value >> LIMB_BITS) as u64])
    }

    /// A one-bit value.
    #[must_use]
    pub fn from_bool(value: bool) -> Self {
        Self::from_u64(1, u64::from(value))
    }

    /// `value`, when it fits.
    ///
    /// # Errors
    /// [`BitsError::DoesNotFit`] when `value` needs more than `width` bits.
    pub fn try_from_biguint(width: u32, value: &BigUint) -> Result<Self, BitsError> {
        if value.bits() > u64::from(width) {
            return Err(BitsError::DoesNotFit { value: format!("{value:#x}"), width });
        }
        Ok(Self::from_biguint_wrapped(width, value))
    }

    /// The low `width` bits of `value`.
    #[must_use]
    pub fn from_biguint_wrapped(width: u32, value: &BigUint) -> Self {
        Self::from_limbs(width, value.iter_u64_digits())
    }

    /// The low `width` bits of `value` in two's complement: what bmv2 does on a store to an unsigned field.
    #[must_use]
    pub fn from_bigint_wrapped(width: u32, value: &BigInt) -> Self {
        let magnitude = Self::from_biguint_wrapped(width, value.magnitude());
        if value.sign() == Sign::Minus { magnitude.wrapping_neg() } else { magnitude }
    }

    /// `value` clamped to what an unsigned field of that width can hold.
    #[must_use]
    pub fn from_bigint_clamped(width: u32, value: &BigInt) -> Self {
        if value.sign() == Sign::Minus {
            Self::zero(width)
        } else {
            Self::try_from_biguint(width, value.magnitude()).unwrap_or_else(|_| Self::ones(width))
        }
    }

    /// `value` clamped to what a signed field of that width can hold, in two's complement.
    #[must_use]
    pub fn from_bigint_clamped_signed(width: u32, value: &BigInt) -> Self {
        let wrapped = Self::from_bigint_wrapped(width, value);
        if wrapped.to_bigint_signed() == *value {
            wrapped
        } else if value.sign() == Sign::Minus {
            Self::min_signed(width)
        } else {
            Self::max_signed(width)
        }
    }

    /// The smallest signed value in two's complement: a one and then zeros.
    #[must_use]
    pub fn min_signed(width: u32) -> Self {
        Self::mask(width, width.saturating_sub(1), 1)
    }

    /// The largest signed value in two's complement: a zero and then ones.
    #[must_use]
    pub fn max_signed(width: u32) -> Self {
        Self::ones(width.saturating_sub(1)).resize(width)
    }

    /// The number that `bytes` are in network order, its low `width` bits.
    #[must_use]
    pub fn from_be_bytes(width: u32, bytes: &[u8]) -> Self {
        let limb = |chunk: &[u8]| chunk.iter().fold(0, |limb, byte| limb << 8 | u64::from(*byte));
        Self::from_limbs(width, bytes.rchunks(8).map(limb))
    }

    /// `width / 8` bytes, rounded up, in network order; the value is right-aligned in them.
    #[must_use]
    pub fn to_be_bytes(&self) -> Vec<u8> {
        let count = self.width.div_ceil(8) as usize;
        let mut bytes: Vec<u8> = self.limbs.iter().flat_map(|limb| limb.to_le_bytes()).take(count).collect();
        bytes.reverse();
        bytes
    }

    /// The width in bits.
    #[must_use]
    pub fn width(&self) -> u32 {
        self.width
    }

    /// The value, least significant limb first; `width / 64` limbs, rounded up.
    #[must_use]
    pub fn limbs(&self) -> &[u64] {
        &self.limbs
    }

    pub(crate) fn limb(&self, index: usize) -> u64 {
        self.limbs.get(index).copied().unwrap_or(0)
    }

    /// The value, or `None` when it does not fit into 64 bits (its width does not matter).
    #[must_use]
    pub fn to_u64(&self) -> Option<u64> {
        self.limbs.iter().skip(1).all(|limb| *limb == 0).then_some(self.low_u64())
    }

    /// The low 64 bits of the value.
    #[must_use]
    pub fn low_u64(&self) -> u64 {
        self.limb(0)
    }

    /// The value.
    #[must_use]
    pub fn to_biguint(&self) -> BigUint {
        let halves = |limb: &u64| [*limb as u32, (*limb >> 32) as u32];
        BigUint::new(self.limbs.iter().flat_map(halves).collect())
    }

    /// The value.
    #[must_use]
    pub fn to_bigint(&self) -> BigInt {
        self.to_biguint().into()
    }

    /// The value read as two's complement.
    #[must_use]
    pub fn to_bigint_signed(&self) -> BigInt {
        if self.sign_bit() { -self.wrapping_neg().to_bigint() } else { self.to_bigint() }
    }

    /// Whether all bits are zero.
    #[must_use]
    pub fn is_zero(&self) -> bool {
        self.limbs.iter().all(|limb| *limb == 0)
    }

    /// Whether all bits are one; true for a width of zero.
    #[must_use]
    pub fn is_ones(&self) -> bool {
        self.count_ones() == self.width
    }

    /// Bit `index`, 0 being the least significant.
    #[must_use]
    pub fn bit(&self, index: u32) -> bool {
        self.limb((index / LIMB_BITS) as usize) >> (index % LIMB_BITS) & 1 == 1
    }

    /// The most significant bit; false for a width of zero.
    #[must_use]
    pub fn sign_bit(&self) -> bool {
        self.width != 0 && self.bit(self.width - 1)
    }

    /// How many bits are one.
    #[must_use]
    pub fn count_ones(&self) -> u32 {
        self.limbs.iter().map(|limb| limb.count_ones()).sum()
    }

    /// How many of the most significant bits are one before the first that is zero.
    #[must_use]
    pub fn leading_ones(&self) -> u32 {
        (0..self.width).rev().take_while(|index| self.bit(*index)).count() as u32
    }

    /// The prefix length when this is the mask of an LPM key (ones, then zeros), `None` otherwise.
    #[must_use]
    pub fn prefix_len(&self) -> Option<u32> {
        let ones = self.leading_ones();
        (ones == self.count_ones()).then_some(ones)
    }

    /// `width` bits from bit `low` on.
    pub(crate) fn window(&self, low: usize, width: u32) -> Self {
        let (skip, shift) = (low / LIMB_BITS as usize, low as u32 % LIMB_BITS);
        let count = width.div_ceil(LIMB_BITS) as usize;
        if shift == 0 {
            return Self::from_limbs(width, (0..count).map(|index| self.limb(index.saturating_add(skip))));
        }
        let limb = |index: usize| {
            let index = index.saturating_add(skip);
            self.limb(index) >> shift | self.limb(index.saturating_add(1)) << (LIMB_BITS - shift)
        };
        Self::from_limbs(width, (0..count).map(limb))
    }

    /// The bits `hi` down to `lo`, both included, as P4's `x[hi:lo]`; a width of zero when `hi < lo`.
    #[must_use]
    pub fn slice(&self, hi: u32, lo: u32) -> Self {
        let width = if hi < lo { 0 } else { (hi - lo).saturating_add(1) };
        self.window(lo as usize, width)
    }

    /// This value with the bits `hi` down to `lo` replaced by `value`, as P4's `x[hi:lo] = value`.
    #[must_use]
    pub fn with_slice(&self, hi: u32, lo: u32, value: &Self) -> Self {
        let width = if hi < lo { 0 } else { (hi - lo).saturating_add(1) };
        let kept = self.and(&Self::mask(self.width, lo, width).not());
        kept.or(&value.resize(width.min(self.width)).resize(self.width).shl(lo as usize))
    }

    /// These bits followed by those of `low`, as P4's `self ++ low`.
    #[must_use]
    pub fn concat(&self, low: &Self) -> Self {
        let width = self.width.saturating_add(low.width);
        self.resize(width).shl(low.width as usize).or(low)
    }

    /// The same value zero-extended, or its low bits.
    #[must_use]
    pub fn resize(&self, width: u32) -> Self {
        if width == self.width { self.clone() } else { Self::from_limbs(width, self.limbs.iter().copied()) }
    }

    /// The same value sign-extended, or its low bits.
    #[must_use]
    pub fn sign_extend(&self, width: u32) -> Self {
        let resized = self.resize(width);
        if self.sign_bit() { resized.or(&Self::ones(width).shl(self.width as usize)) } else { resized }
    }
}

impl Ord for Bits {
    fn cmp(&self, other: &Self) -> Ordering {
        self.width.cmp(&other.width).then_with(|| self.cmp_unsigned(other))
    }
}

impl PartialOrd for Bits {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
