//! The search for the entry that matches: one hash table for each mask (tuple space search).
//!
//! An exact table has one mask, an LPM table one for each prefix length in use, a ternary table one for each combination
//! of masks in use. Among the entries that match, the lowest rank wins, among equal ranks the lowest number. Ranges
//! don't hash: they are checked entry by entry among those that agree in all other keys.

use std::collections::BTreeMap;

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

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

#[derive(Clone, Debug)]
struct Candidate {
    rank: u32,
    number: u32,
    ranges: Box<[RangeOf]>,
}

#[derive(Clone, Debug, Default)]
struct Group {
    mask: Box<[u64]>,
    entries: FxHashMap<Box<[u64]>, SmallVec<[Candidate; 1]>>,
    /// How many entries have which rank.
    ranks: BTreeMap<u32, u32>,
}

impl Group {
    fn best_rank(&self) -> u32 {
        self.ranks.keys().next().copied().unwrap_or(u32::MAX)
    }
}

/// Entries by what they match.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lookup {
    /// By best rank.
    groups: Vec<Group>,
    masked: Vec<u64>,
}

impl Lookup {
    /// Add entry `number`.
    pub(crate) fn insert(&mut self, pattern: &Pattern, number: u32) {
        let position = self.groups.iter().position(|group| group.mask == pattern.mask);
        let candidate = Candidate { rank: pattern.rank, number, ranges: pattern.ranges.clone() };
        let mut group = match position {
            Some(position) => self.groups.remove(position),
            None => Group { mask: pattern.mask.clone(), ..Group::default() },
        };
        let bucket = group.entries.entry(pattern.value.clone()).or_default();
        let at = bucket.partition_point(|other| (other.rank, other.number) < (candidate.rank, number));
        bucket.insert(at, candidate);
        *group.ranks.entry(pattern.rank).or_default() += 1;
        self.place(group);
    }

    /// Remove entry `number`, which was added with that pattern.
    pub(crate) fn remove(&mut self, pattern: &Pattern, number: u32) {
        let Some(position) = self.groups.iter().position(|group| group.mask == pattern.mask) else { return };
        let mut group = self.groups.remove(position);
        if let Some(bucket) = group.entries.get_mut(&pattern.value) {
            bucket.retain(|candidate| candidate.number != number);
            if bucket.is_empty() {
                group.entries.remove(&pattern.value);
            }
        }
        if let Some(count) = group.ranks.get_mut(&pattern.rank) {
            *count -= 1;
            if *count == 0 {
                group.ranks.remove(&pattern.rank);
            }
        }
        if !group.entries.is_empty() {
            self.place(group);
        }
    }

    fn place(&mut self, group: Group) {
        let at = self.groups.partition_point(|other| other.best_rank() <= group.best_rank());
        self.groups.insert(at, group);
    }

    /// Remove everything.
    pub(crate) fn clear(&mut self) {
        self.groups.clear();
    }

    /// The entry that matches.
    pub(crate) fn find(&mut self, key: &[u64]) -> Option<u32> {
        let mut best: Option<(u32, u32)> = None;
        for group in &self.groups {
            if best.is_some_and(|(rank, _)| group.best_rank() > rank) {
                break;
            }
            self.masked.clear();
            self.masked.extend(key.iter().zip(&group.mask).map(|(limb, mask)| limb & mask));
            let Some(bucket) = group.entries.get(self.masked.as_slice()) else { continue };
            let matches = |candidate: &&Candidate| candidate.ranges.iter().all(|range| range.contains(key));
            if let Some(found) = bucket.iter().find(matches)
                && best.is_none_or(|best| (found.rank, found.number) < best)
            {
                best = Some((found.rank, found.number));
            }
        }
        best.map(|(_, number)| number)
    }
}
