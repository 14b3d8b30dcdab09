//! Bits of the state, as sets: those that live somewhere, and those whose value is known.

use roaring::RoaringBitmap;

use super::form::Bit;

/// Some bits of the state.
pub(super) type BitSet = RoaringBitmap;

/// Bits of the state with a known value.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Known {
    zeros: BitSet,
    ones: BitSet,
}

impl Known {
    /// These bits are 0.
    pub(super) fn zeros(bits: impl IntoIterator<Item = Bit>) -> Self {
        Self { zeros: bits.into_iter().collect(), ones: BitSet::new() }
    }

    /// The value of a bit, where it is known.
    pub(super) fn get(&self, bit: Bit) -> Option<bool> {
        match (self.zeros.contains(bit), self.ones.contains(bit)) {
            (true, _) => Some(false),
            (false, true) => Some(true),
            (false, false) => None,
        }
    }

    /// From now on a bit has that value, or one that isn't known.
    pub(super) fn set(&mut self, bit: Bit, value: Option<bool>) {
        let (now, not) = match value {
            Some(true) => (Some(&mut self.ones), [Some(&mut self.zeros), None]),
            Some(false) => (Some(&mut self.zeros), [Some(&mut self.ones), None]),
            None => (None, [Some(&mut self.zeros), Some(&mut self.ones)]),
        };
        if let Some(now) = now {
            now.insert(bit);
        }
        for not in not.into_iter().flatten() {
            not.remove(bit);
        }
    }

    /// The values of these bits aren't known any more.
    pub(super) fn forget(&mut self, bits: impl IntoIterator<Item = Bit>) {
        let bits: BitSet = bits.into_iter().collect();
        self.zeros -= &bits;
        self.ones -= &bits;
    }

    /// What is known to be 1 is not known any more.
    pub(super) fn forget_ones(&mut self) {
        self.ones.clear();
    }

    /// Only what the other knows too stays known.
    pub(super) fn join(&mut self, other: &Self) {
        self.zeros &= &other.zeros;
        self.ones &= &other.ones;
    }
}
