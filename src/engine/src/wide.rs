//! Numbers of many limbs: two's complement, least significant limb first.

use std::cmp::Ordering;

/// A number to read: its limbs, and what every limb beyond them is.
#[derive(Clone, Copy, Debug)]
pub(crate) struct View<'a> {
    pub(crate) limbs: &'a [u64],
    pub(crate) fill: u64,
}

impl View<'_> {
    pub(crate) fn limb(&self, index: usize) -> u64 {
        self.limbs.get(index).copied().unwrap_or(self.fill)
    }

    pub(crate) fn is_negative(&self) -> bool {
        self.fill != 0
    }

    pub(crate) fn is_zero(&self) -> bool {
        self.fill == 0 && self.limbs.iter().all(|limb| *limb == 0)
    }

    pub(crate) fn cmp(&self, other: &View<'_>) -> Ordering {
        // A fill is 0 or -1: it is the sign.
        let signs = (self.fill as i64).cmp(&(other.fill as i64));
        let count = self.limbs.len().max(other.limbs.len());
        let limbs = || {
            (0..count)
                .rev()
                .map(|i| self.limb(i).cmp(&other.limb(i)))
                .find(|order| order.is_ne())
                .unwrap_or(Ordering::Equal)
        };
        signs.then_with(limbs)
    }
}

/// `out = operator(a, b)`, limb by limb.
pub(crate) fn zip(out: &mut [u64], a: View<'_>, b: View<'_>, operator: impl Fn(u64, u64) -> u64) {
    let common = a.limbs.len().min(b.limbs.len()).min(out.len());
    let (head, tail) = out.split_at_mut(common);
    for ((out, a), b) in head.iter_mut().zip(a.limbs).zip(b.limbs) {
        *out = operator(*a, *b);
    }
    for (i, out) in (common..).zip(tail) {
        *out = operator(a.limb(i), b.limb(i));
    }
}

pub(crate) fn add(out: &mut [u64], a: View<'_>, b: View<'_>) {
    let mut carry = false;
    for (i, out) in out.iter_mut().enumerate() {
        let (sum, first) = a.limb(i).overflowing_add(b.limb(i));
        let (sum, second) = sum.overflowing_add(u64::from(carry));
        *out = sum;
        carry = first || second;
    }
}

pub(crate) fn sub(out: &mut [u64], a: View<'_>, b: View<'_>) {
    let mut borrow = false;
    for (i, out) in out.iter_mut().enumerate() {
        let (difference, first) = a.limb(i).overflowing_sub(b.limb(i));
        let (difference, second) = difference.overflowing_sub(u64::from(borrow));
        *out = difference;
        borrow = first || second;
    }
}

/// The product, cut to the limbs of `out`.
pub(crate) fn mul(out: &mut [u64], a: View<'_>, b: View<'_>) {
    out.fill(0);
    let count = out.len();
    for i in 0..count {
        let factor = u128::from(a.limb(i));
        if factor == 0 {
            continue;
        }
        let mut carry = 0;
        for (j, out) in out.iter_mut().skip(i).enumerate() {
            let sum = u128::from(*out) + factor * u128::from(b.limb(j)) + carry;
            *out = sum as u64;
            carry = sum >> 64;
        }
    }
}

pub(crate) fn shift_left(out: &mut [u64], a: View<'_>, amount: usize) {
    let (skip, left) = ((amount / 64).min(out.len()), amount as u32 % 64);
    let (low, high) = out.split_at_mut(skip);
    low.fill(0);
    let mut below = 0;
    let limbs = a.limbs.iter().copied().chain(std::iter::repeat(a.fill));
    if left == 0 {
        let common = high.len().min(a.limbs.len());
        let (own, beyond) = high.split_at_mut(common);
        own.copy_from_slice(a.limbs.get(..common).unwrap_or_default());
        beyond.fill(a.fill);
        return;
    }
    for (out, limb) in high.iter_mut().zip(limbs) {
        *out = limb << left | below >> (64 - left);
        below = limb;
    }
}

/// Towards the least significant bit, rounding down.
pub(crate) fn shift_right(out: &mut [u64], a: View<'_>, amount: usize) {
    let (skip, right) = (amount / 64, amount as u32 % 64);
    let limbs = a.limbs.get(skip..).unwrap_or_default();
    let common = out.len().min(limbs.len());
    let (own, beyond) = out.split_at_mut(common);
    beyond.fill(a.fill);
    if right == 0 {
        own.copy_from_slice(limbs.get(..common).unwrap_or_default());
        return;
    }
    let above = limbs.iter().skip(1).copied().chain(std::iter::once(a.fill));
    for ((out, limb), above) in own.iter_mut().zip(limbs).zip(above) {
        *out = limb >> right | above << (64 - right);
    }
}

/// Quotient or remainder of two numbers that aren't negative, the divisor positive.
pub(crate) fn divide(out: &mut [u64], a: View<'_>, b: View<'_>, remainder: bool) {
    let number = |v: View<'_>| {
        num_bigint::BigUint::new(v.limbs.iter().flat_map(|l| [*l as u32, (*l >> 32) as u32]).collect())
    };
    let (a, b) = (number(a), number(b));
    let result = if remainder { a % b } else { a / b };
    let mut digits = result.iter_u64_digits();
    out.fill_with(|| digits.next().unwrap_or(0));
}

/// `out = a`, every bit from `width` on a copy of the one before.
pub(crate) fn sign_extend(out: &mut [u64], a: View<'_>, width: u32) {
    out.iter_mut().enumerate().for_each(|(i, out)| *out = a.limb(i));
    sign_extend_in_place(out, width);
}

/// Every bit from `width` on becomes a copy of the one before.
pub(crate) fn sign_extend_in_place(number: &mut [u64], width: u32) {
    let (top, used) = ((width.saturating_sub(1) / 64) as usize, (width.saturating_sub(1)) % 64);
    let mut fill = 0;
    for (i, limb) in number.iter_mut().enumerate().skip(top) {
        if i == top {
            let extended = (*limb << (63 - used)) as i64 >> (63 - used);
            fill = if extended < 0 { u64::MAX } else { 0 };
            *limb = extended as u64;
        } else {
            *limb = fill;
        }
    }
}

/// Whether all bits of `a` from bit `from` on are its sign.
fn is_sign_from(a: View<'_>, from: u32) -> bool {
    let (limb, bit) = ((from / 64) as usize, from % 64);
    (limb..a.limbs.len().max(limb + 1)).all(|i| {
        let mask = if i > limb { u64::MAX } else { u64::MAX << bit };
        a.limb(i) & mask == a.fill & mask
    })
}

/// Whether `a` is a number of that many bits, signed when it is negative and unsigned when it isn't.
pub(crate) fn fits(a: View<'_>, width: u32) -> bool {
    is_sign_from(a, if a.is_negative() { width.saturating_sub(1) } else { width })
}

/// `a` clamped to what `width` bits hold.
pub(crate) fn saturate(out: &mut [u64], a: View<'_>, width: u32, signed: bool) {
    let value_bits = if signed { width.saturating_sub(1) } else { width };
    let (limb, bit) = ((value_bits / 64) as usize, value_bits % 64);
    let fits = is_sign_from(a, value_bits);
    let negative = a.is_negative();
    for (i, out) in out.iter_mut().enumerate() {
        let ones = if i < limb {
            u64::MAX
        } else if i == limb {
            !(u64::MAX << bit)
        } else {
            0
        };
        *out = match (fits, negative) {
            (true, false) => a.limb(i),
            (true, true) if signed => a.limb(i),
            (false, true) if signed => !ones,
            (_, true) => 0,
            (false, false) => ones,
        };
    }
}
