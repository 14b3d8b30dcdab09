//! An order of entries as numbers that leave room between them.
//!
//! simple_switch breaks ties of priority by the handle. Rows of the persona must not depend on the handles that the
//! device happens to give, so each entry of a table with priorities gets one of its own, in the native order.
//!
//! Each new rank costs a row, so ranks stay as they are while there is room beside them, and where there is none as few
//! as possible move (list labelling after Bender, Cole, Demaine, Farach-Colton, Zito: "Two simplified algorithms for
//! maintaining order in a list", 2002): on average a bounded number an entry, whatever the order in which entries come.

use std::collections::BTreeMap;

/// A native entry's place: priority (the lowest wins), then the number of its handle.
pub(crate) type Place = (u64, u32);

/// An entry's rank, and its handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Ranked {
    pub(crate) rank: u32,
    pub(crate) handle: u64,
}

/// An entry whose rank changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Moved {
    pub(crate) place: Place,
    pub(crate) handle: u64,
    pub(crate) from: u32,
    pub(crate) to: u32,
}

/// What a new entry does to the ranks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Insertion {
    pub(crate) place: Place,
    pub(crate) own: Ranked,
    /// In an order in which one after the other can move, and at no time two have the wrong order.
    pub(crate) moved: Vec<Moved>,
}

/// Ranks of the entries of one table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Ranks {
    ranks: BTreeMap<Place, Ranked>,
}

/// bmv2 keeps priorities as signed integers of 32 bits; the last one is that of a miss.
const LAST: u64 = i32::MAX as u64 - 1;
/// Where the first entry goes: others may come before it.
const MIDDLE: u64 = 1 << 30;
/// Room for each priority that lies between two entries.
const STEP: u64 = 1 << 10;
/// Steps that a new first or last entry is away from the next at most.
const FAR: u64 = 1 << 9;
/// A range of `2^i` ranks is crowded when more than `CROWDED^i` of them are taken.
const CROWDED: f64 = 1.6;

impl Ranks {
    /// Where a new entry would go.
    pub(crate) fn insertion(&self, place: Place, handle: u64) -> Insertion {
        let below = self.ranks.range(..place).next_back();
        let above = self.ranks.range(place..).find(|(other, _)| **other != place);
        let ends = |at: Option<(&Place, &Ranked)>| at.map(|(p, r)| (p.0, u64::from(r.rank)));
        match between(place.0, ends(below), ends(above)) {
            Some(rank) => Insertion { place, own: Ranked { rank: rank as u32, handle }, moved: Vec::new() },
            None => self.make_room(place, handle),
        }
    }

    /// Note a new entry.
    pub(crate) fn insert(&mut self, insertion: &Insertion) {
        for moved in &insertion.moved {
            self.ranks.insert(moved.place, Ranked { rank: moved.to, handle: moved.handle });
        }
        self.ranks.insert(insertion.place, insertion.own);
    }

    /// The rank of a place.
    pub(crate) fn get(&self, place: Place) -> Option<u32> {
        self.ranks.get(&place).map(|ranked| ranked.rank)
    }

    /// Forget a place.
    pub(crate) fn remove(&mut self, place: Place) {
        self.ranks.remove(&place);
    }

    /// Spread the entries of the smallest range around the new one that isn't crowded, the new one among them.
    fn make_room(&self, place: Place, handle: u64) -> Insertion {
        let mut before = self.ranks.range(..place).rev().peekable();
        let mut after = self.ranks.range(place..).filter(|(other, _)| **other != place).peekable();
        let near = before.peek().or(after.peek()).map_or(MIDDLE, |(_, ranked)| u64::from(ranked.rank));
        let (mut lower, mut upper): (Vec<Moved>, Vec<Moved>) = (Vec::new(), Vec::new());
        let found = |(place, ranked): (&Place, &Ranked)| Moved {
            place: *place,
            handle: ranked.handle,
            from: ranked.rank,
            to: ranked.rank,
        };
        let (mut first, mut size) = (near, 1u64);
        for bits in 1..=31 {
            size = 1 << bits;
            first = near & !(size - 1);
            while let Some(next) = before.next_if(|(_, r)| u64::from(r.rank) >= first) {
                lower.push(found(next));
            }
            while let Some(next) = after.next_if(|(_, r)| u64::from(r.rank) < first + size) {
                upper.push(found(next));
            }
            let taken = (lower.len() + upper.len() + 1) as f64;
            if taken <= CROWDED.powi(bits) && taken < size as f64 {
                break;
            }
        }
        let own_index = lower.len() as u64;
        let count = own_index + upper.len() as u64 + 1;
        // In the middle of equal parts; rank 0 is not given.
        let rank_of = |index: u64| (first + (2 * index + 1) * size / (2 * count)).clamp(1, LAST) as u32;
        let own = Ranked { rank: rank_of(own_index), handle };
        lower.reverse();
        let mut moved: Vec<Moved> = (0..).zip(lower).map(|(i, m)| Moved { to: rank_of(i), ..m }).collect();
        moved.extend((own_index + 1..).zip(upper).map(|(i, m)| Moved { to: rank_of(i), ..m }));
        moved.retain(|m| m.to != m.from);
        // Those that go up begin with the last, then those that go down with the first: none passes another.
        let (up, down): (Vec<Moved>, Vec<Moved>) = moved.into_iter().partition(|m| m.to > m.from);
        Insertion { place, own, moved: up.into_iter().rev().chain(down).collect() }
    }
}

/// A rank between those of two neighbours, which have these priorities and ranks. `None`: there is no room.
fn between(priority: u64, below: Option<(u64, u64)>, above: Option<(u64, u64)>) -> Option<u64> {
    match (below, above) {
        (None, None) => Some(MIDDLE),
        (Some((p, rank)), None) => {
            let wanted = rank + STEP * priority.abs_diff(p).clamp(1, FAR);
            let rank = if wanted <= LAST { wanted } else { rank + (LAST + 1 - rank) / 2 };
            (rank <= LAST && rank > below.map_or(0, |b| b.1)).then_some(rank)
        }
        (None, Some((p, rank))) => {
            let wanted = rank.checked_sub(STEP * priority.abs_diff(p).clamp(1, FAR)).filter(|r| *r > 0);
            let rank = wanted.unwrap_or(rank / 2);
            (rank > 0).then_some(rank)
        }
        (Some((p, low)), Some((q, high))) => {
            let room = high.saturating_sub(low);
            if room < 2 {
                return None;
            }
            // Of one priority, entries mostly come by ascending handles.
            let ahead = if p == priority {
                1 + room / 256
            } else if q == priority {
                room - 1 - room / 256
            } else {
                (u128::from(room) * u128::from(priority - p) / u128::from(q - p)) as u64
            };
            Some(low + ahead.clamp(1, room - 1))
        }
    }
}

#[cfg(test)]
mod tests;
