//! The search for the entry that matches.
//!
//! A table whose keys are all exact is one hash table: that of the control plane ([`hyper4_switch::EntryStore`]), or
//! for wide keys [`exact`]. Of the others, entries with the same mask are searched together: of an LPM table those of each
//! prefix length in use, of a ternary one those of each combination of masks in use. Where keys are of few bytes that is
//! done in the control plane's hash table ([`masked`]), else, and where there are ranges or some keys are exact, in one
//! for each mask ([`tuples`]). Where entries are few, they are looked at one after the other ([`scan`]). Among the
//! entries that match, the lowest rank wins, among equal ranks the lowest number.

mod exact;
mod masked;
mod order;
mod range;
mod scan;
mod tuples;

#[cfg(test)]
mod tests;

use exact::Exact;
use hyper4_switch::KeyMask;
use masked::Masked;
pub(crate) use scan::Scanned;
use tuples::Tuples;

use crate::key::KeyShape;

/// What matches an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// The key's limbs; zero outside the mask.
    pub(crate) value: Box<[u64]>,
    /// The limbs that are looked at; zero where a range is.
    pub(crate) mask: Box<[u64]>,
    /// Bounds, both included.
    pub(crate) ranges: Box<[RangeOf]>,
    /// The lowest wins.
    pub(crate) rank: u32,
}

/// Bounds for some limbs of the key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RangeOf {
    pub(crate) at: usize,
    pub(crate) mask: Box<[u64]>,
    pub(crate) low: Box<[u64]>,
    pub(crate) high: Box<[u64]>,
}

impl RangeOf {
    fn contains(&self, key: &[u64]) -> bool {
        let Some(limbs) = key.get(self.at..self.at + self.mask.len()) else { return false };
        // From the most significant limb: the first difference decides.
        let mut above_low = false;
        let mut below_high = false;
        let bounds = limbs.iter().zip(&self.mask).zip(self.low.iter().zip(&self.high)).rev();
        for ((limb, mask), (low, high)) in bounds {
            let limb = limb & mask;
            if (!above_low && limb < *low) || (!below_high && limb > *high) {
                return false;
            }
            above_low |= limb > *low;
            below_high |= limb < *high;
        }
        true
    }
}

/// What numbers a key is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum KeyForm {
    /// Limbs, as in a [`Pattern`].
    Limbs,
    /// The words of its bytes, as [`EntryStore::find_under`](hyper4_switch::EntryStore::find_under) takes
    /// them.
    Words,
}

/// Entries by what they match.
#[derive(Clone, Debug)]
pub(crate) enum Lookup {
    Exact(Exact),
    Masked(Box<Masked>),
    Tuples(Box<Tuples>),
}

impl Lookup {
    /// For keys of that many limbs, when all that counts of a key is compared by every entry.
    pub(crate) fn exact(limbs: usize) -> Self {
        Self::Exact(Exact::new(limbs))
    }

    /// For keys of that shape that the control plane finds under masks
    /// ([`EntryStore::mask`](hyper4_switch::EntryStore::mask)); `fixed` are the bits that every entry compares.
    pub(crate) fn masked(shape: &KeyShape, fixed: &[u64]) -> Self {
        Self::Masked(Box::new(Masked::new(shape, fixed)))
    }

    /// For keys of that shape; `fixed` are the bits that every entry compares.
    pub(crate) fn tuples(shape: &KeyShape, fixed: &[u64]) -> Self {
        Self::Tuples(Box::new(Tuples::new(shape, fixed)))
    }

    /// Add entry `number`, of 24 bits; it isn't there yet. `mask` is its mask where the control plane tells one.
    pub(crate) fn insert(&mut self, pattern: &Pattern, mask: impl FnOnce() -> Option<KeyMask>, number: u32) {
        match self {
            Self::Masked(masked) => {
                mask().into_iter().for_each(|mask| masked.insert(pattern, mask, number));
            }
            Self::Exact(exact) => exact.insert(&pattern.value, number),
            Self::Tuples(tuples) => tuples.insert(pattern, number),
        }
    }

    /// Remove entry `number`, which is there; `entry` tells its pattern and its mask.
    pub(crate) fn remove(&mut self, number: u32, entry: impl FnOnce() -> Option<(Pattern, KeyMask)>) {
        match self {
            Self::Exact(exact) => exact.remove(number),
            Self::Masked(masked) => {
                entry().into_iter().for_each(|(pattern, mask)| masked.remove(&pattern, &mask, number));
            }
            Self::Tuples(tuples) => tuples.remove(number),
        }
    }

    /// Remove everything.
    pub(crate) fn clear(&mut self) {
        match self {
            Self::Exact(exact) => exact.clear(),
            Self::Masked(masked) => masked.clear(),
            Self::Tuples(tuples) => tuples.clear(),
        }
    }

    /// The entry that matches, as far as it is told without making a key.
    #[inline(always)]
    pub(crate) fn scan(&self, shape: &KeyShape, memory: &[u64]) -> Scanned {
        match self {
            Self::Exact(exact) => exact.scan(shape, memory).map_or(Scanned::Nothing, Scanned::Found),
            Self::Masked(masked) => masked.scan(memory),
            Self::Tuples(tuples) => tuples.scan(memory),
        }
    }

    /// The entry that matches a key, which `key` gives in a form. `under` finds what the control plane has under a mask
    /// ([`EntryStore::find_under`](hyper4_switch::EntryStore::find_under)).
    pub(crate) fn find<'a>(
        &self,
        key: impl FnOnce(KeyForm) -> &'a [u64],
        under: impl Fn(&KeyMask, &[u64]) -> Option<(u32, u32)>,
    ) -> Option<u32> {
        match self {
            Self::Exact(exact) => exact.find(key(KeyForm::Limbs)),
            Self::Masked(masked) => masked.find(key(KeyForm::Words), under),
            Self::Tuples(tuples) => tuples.find(key(KeyForm::Limbs)),
        }
    }
}
