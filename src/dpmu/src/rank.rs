//! An order of entries as numbers that leave room between them.
//!
//! simple_switch breaks ties of priority by the handle. Rows of the persona must not depend on the handles that the
//! device happens to give, so each entry of a table gets a priority of its own, in the native order.

use std::collections::BTreeMap;

/// A native entry's place: priority (the lowest wins), then the number of its handle.
pub(crate) type Place = (u64, u32);

/// Ranks of the entries of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranks {
    ranks: BTreeMap<Place, u32>,
}

/// bmv2 keeps priorities as signed integers of 32 bits.
const LAST: u32 = i32::MAX as u32;
/// Room that a new last entry leaves to the one before it.
const STEP: u32 = 1 << 10;

impl Ranks {
    /// Give `place` a rank. The places whose rank had to change are returned with it.
    pub(crate) fn insert(&mut self, place: Place) -> (u32, Vec<Place>) {
        let below = self.ranks.range(..place).next_back().map_or(0, |(_, r)| *r);
        let above = self.ranks.range(place..).find(|(p, _)| **p != place).map(|(_, r)| *r);
        let rank = match above {
            None if below <= LAST - STEP => Some(below + STEP),
            None => None,
            Some(above) if above - below >= 2 => Some(below + (above - below) / 2),
            Some(_) => None,
        };
        if let Some(rank) = rank {
            self.ranks.insert(place, rank);
            return (rank, Vec::new());
        }
        self.ranks.insert(place, 0);
        let step = LAST / (u32::try_from(self.ranks.len()).unwrap_or(LAST - 1) + 1);
        let mut moved = Vec::new();
        let mut own = 0;
        for (i, (p, rank)) in (1u32..).zip(self.ranks.iter_mut()) {
            let next = i * step.max(1);
            if *p == place {
                own = next;
            } else if *rank != next {
                moved.push(*p);
            }
            *rank = next;
        }
        (own, moved)
    }

    /// The rank of a place.
    pub(crate) fn get(&self, place: Place) -> Option<u32> {
        self.ranks.get(&place).copied()
    }

    /// Forget a place.
    pub(crate) fn remove(&mut self, place: Place) {
        self.ranks.remove(&place);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn ranks_are_ordered_like_places(places in prop::collection::vec((0u64..4, 0u32..64), 1..80)) {
            let mut ranks = Ranks::default();
            for place in places {
                ranks.insert(place);
                let all: Vec<u32> = ranks.ranks.values().copied().collect();
                prop_assert!(all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
            }
        }
    }

    #[test]
    fn entries_that_always_come_first_make_the_others_move() {
        let mut ranks = Ranks::default();
        let mut moved = 0;
        for i in 0..100u64 {
            let (_, others) = ranks.insert((1000 - i, 0));
            moved += others.len();
            let all: Vec<u32> = ranks.ranks.values().copied().collect();
            assert!(all.windows(2).all(|w| w[0] < w[1]), "{all:?}");
        }
        assert!(moved > 0);
    }
}
