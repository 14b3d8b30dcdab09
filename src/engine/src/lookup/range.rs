//! Ranges as prefixes, which hash.

use super::{Pattern, RangeOf};

/// A value and the mask under which it is compared.
type Masked = (Box<[u64]>, Box<[u64]>);

/// What a pattern's first range comes to: value and mask of the prefixes that cover it, at most two for each of its bits.
/// A range of more than one limb, or one that is masked, is covered by everything: whoever finds an entry checks its
/// ranges.
pub(super) fn cover(pattern: &Pattern) -> Vec<Masked> {
    let whole = || vec![(pattern.value.clone(), pattern.mask.clone())];
    let Some(RangeOf { at, mask, low, high }) = pattern.ranges.first() else { return whole() };
    let ([mask], [low], [high]) = (&**mask, &**low, &**high) else { return whole() };
    if mask & mask.wrapping_add(1) != 0 {
        return whole();
    }
    let with = |(value, looked_at): (u64, u64)| {
        let mut pair = (pattern.value.clone(), pattern.mask.clone());
        if let (Some(limb), Some(limb_mask)) = (pair.0.get_mut(*at), pair.1.get_mut(*at)) {
            (*limb, *limb_mask) = (value, looked_at);
        }
        pair
    };
    prefixes(*low, (*high).min(*mask), *mask).into_iter().map(with).collect()
}

/// Value and mask of the fewest prefixes that are the numbers from `low` to `high`, of the bits that `ones` has.
fn prefixes(mut low: u64, high: u64, ones: u64) -> Vec<(u64, u64)> {
    let mut found = Vec::new();
    while low <= high {
        // The greatest block that begins at `low` and doesn't end behind `high`.
        let mut block = if low == 0 { ones } else { (low & low.wrapping_neg()) - 1 };
        while low | block > high {
            block >>= 1;
        }
        found.push((low, ones & !block));
        match (low | block).checked_add(1) {
            Some(next) => low = next,
            None => break,
        }
    }
    found
}
