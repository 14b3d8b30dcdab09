//! Runs of equal bits in constants: masks are wide and have few.

use hyper4_bits::Bits;

/// How many bits from bit `low` on have the value of bit `low`.
pub(super) fn run_from(bits: &Bits, low: u32) -> u32 {
    let value = bits.bit(low);
    let mut end = low;
    while end < bits.width() {
        let limb = bits.limbs().get(end as usize / 64).copied().unwrap_or(0);
        let shift = end % 64;
        let different = (if value { !limb } else { limb }) >> shift;
        let equal = different.trailing_zeros().min(64 - shift);
        end += equal;
        if equal < 64 - shift {
            break;
        }
    }
    end.min(bits.width()) - low
}

/// All runs, the most significant first.
pub(super) fn runs(bits: &Bits) -> Vec<(bool, u32)> {
    let mut runs = Vec::new();
    let mut low = 0;
    while low < bits.width() {
        let length = run_from(bits, low);
        runs.push((bits.bit(low), length));
        low += length;
    }
    runs.reverse();
    runs
}

/// Zeros at the most significant end.
pub(super) fn leading_zeros(bits: &Bits) -> u32 {
    let top = bits.limbs().iter().rposition(|limb| *limb != 0);
    top.map_or(bits.width(), |index| {
        let limb = bits.limbs().get(index).copied().unwrap_or(0);
        bits.width() - (64 * index as u32 + 64 - limb.leading_zeros())
    })
}

/// `width` bits from bit `low` on.
pub(super) fn bits_at(bits: &Bits, low: u32, width: u32) -> Bits {
    if width == 0 { Bits::zero(0) } else { bits.slice(low + width - 1, low) }
}
