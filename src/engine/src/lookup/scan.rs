//! Few entries, looked at one after the other.
//!
//! Where a table has few entries, or few with the same values of its exact keys, comparing each costs less than hashing a
//! key under every mask in use. What is compared is read where it lies: no key is built.

use rustc_hash::FxHashMap;
use smallvec::SmallVec;

use super::Pattern;

/// Entries up to which all are looked at.
const FEW_ENTRIES: usize = 24;
/// Combinations of exact keys' values above which none has its entries apart.
const MANY_PLACES: usize = 1024;
/// Places that are looked through.
const FEW_PLACES: usize = 4;

/// What the exact keys are: limb by limb, the bits that every entry compares.
type Place = SmallVec<[u64; 1]>;

/// A limb of the key, what of it is compared, and with what.
#[derive(Clone, Copy, Debug)]
struct Test {
    at: u32,
    mask: u64,
    value: u64,
}

/// An entry: how many tests it has, one behind the other.
#[derive(Clone, Copy, Debug)]
struct Row {
    rank: u32,
    entry: u32,
    tests: u32,
}

/// The entries of a place.
#[derive(Clone, Debug, Default)]
struct Few {
    /// By rank, then by number.
    rows: Vec<Row>,
    tests: Vec<Test>,
}

/// What a place has.
#[derive(Clone, Debug)]
enum Entries {
    Few(Few),
    /// That many, or some with ranges.
    Others(usize),
}

/// What looking through few entries told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Scanned {
    /// The entry that matches.
    Found(u32),
    /// None matches.
    Nothing,
    /// That must be searched in another way.
    Unknown,
}

/// Entries by the values of the exact keys.
#[derive(Clone, Debug)]
pub(super) struct Scan {
    /// The bits that every entry compares.
    fixed: Box<[(u32, u64)]>,
    places: Vec<(Place, Entries)>,
    /// Which is where.
    index: FxHashMap<Place, u32>,
    /// There were too many places.
    off: bool,
}

impl Few {
    fn insert(&mut self, pattern: &Pattern, fixed: &[(u32, u64)], entry: u32) {
        let at = self.rows.partition_point(|row| (row.rank, row.entry) < (pattern.rank, entry));
        let before = self.tests_before(at);
        let limbs = (0u32..).zip(pattern.mask.iter().zip(&pattern.value));
        let tests: Vec<Test> = limbs
            .filter_map(|(at, (mask, value))| {
                // What tells the place is compared already.
                let known = fixed.iter().find(|(limb, _)| *limb == at).map_or(0, |(_, bits)| *bits);
                let mask = mask & !known;
                (mask != 0).then_some(Test { at, mask, value: value & mask })
            })
            .collect();
        self.rows.insert(at, Row { rank: pattern.rank, entry, tests: tests.len() as u32 });
        self.tests.splice(before..before, tests);
    }

    fn remove(&mut self, entry: u32) {
        let Some(at) = self.rows.iter().position(|row| row.entry == entry) else { return };
        let before = self.tests_before(at);
        let row = self.rows.remove(at);
        self.tests.drain(before..before + row.tests as usize);
    }

    fn tests_before(&self, row: usize) -> usize {
        self.rows.iter().take(row).map(|row| row.tests as usize).sum()
    }

    #[inline]
    fn find(&self, limb: impl Fn(u32) -> u64) -> Scanned {
        let mut tests = self.tests.as_slice();
        for row in &self.rows {
            let Some((own, rest)) = tests.split_at_checked(row.tests as usize) else { break };
            tests = rest;
            if own.iter().all(|test| limb(test.at) & test.mask == test.value) {
                return Scanned::Found(row.entry);
            }
        }
        Scanned::Nothing
    }
}

impl Scan {
    /// `fixed` are the bits that every entry compares.
    pub(super) fn new(fixed: &[(u32, u64)]) -> Self {
        Self { fixed: fixed.into(), places: Vec::new(), index: FxHashMap::default(), off: false }
    }

    #[inline]
    fn at(&self, limb: impl Fn(u32) -> u64) -> Option<usize> {
        if self.places.len() <= FEW_PLACES {
            return self.places.iter().position(|(place, _)| {
                let mut pairs = self.fixed.iter().zip(place);
                pairs.all(|((at, mask), value)| limb(*at) & mask == *value)
            });
        }
        let place: Place = self.fixed.iter().map(|(at, mask)| limb(*at) & mask).collect();
        self.index.get(&place).map(|at| *at as usize)
    }

    pub(super) fn insert(&mut self, pattern: &Pattern, entry: u32) {
        if self.off {
            return;
        }
        let value = &pattern.value;
        let limb = |at: u32| value.get(at as usize).copied().unwrap_or(0);
        let at = match self.at(limb) {
            Some(at) => at,
            None if self.places.len() >= MANY_PLACES => {
                *self = Self { off: true, ..Self::new(&self.fixed) };
                return;
            }
            None => {
                let place: Place = self.fixed.iter().map(|(at, mask)| limb(*at) & mask).collect();
                self.index.insert(place.clone(), self.places.len() as u32);
                self.places.push((place, Entries::Few(Few::default())));
                self.places.len() - 1
            }
        };
        let Some((_, entries)) = self.places.get_mut(at) else { return };
        match entries {
            Entries::Few(few) if pattern.ranges.is_empty() && few.rows.len() < FEW_ENTRIES => {
                few.insert(pattern, &self.fixed, entry);
            }
            Entries::Few(few) => *entries = Entries::Others(few.rows.len() + 1),
            Entries::Others(count) => *count += 1,
        }
    }

    /// Remove an entry whose value is that.
    pub(super) fn remove(&mut self, value: &[u64], entry: u32) {
        let Some(at) = self.at(|at| value.get(at as usize).copied().unwrap_or(0)) else { return };
        let Some((_, entries)) = self.places.get_mut(at) else { return };
        let empty = match entries {
            Entries::Few(few) => {
                few.remove(entry);
                few.rows.is_empty()
            }
            Entries::Others(count) => {
                *count -= 1;
                *count == 0
            }
        };
        if empty {
            let (place, _) = self.places.swap_remove(at);
            self.index.remove(&place);
            if let Some((moved, _)) = self.places.get(at) {
                self.index.insert(moved.clone(), at as u32);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(&self.fixed);
    }

    #[inline]
    pub(super) fn find(&self, limb: impl Fn(u32) -> u64) -> Scanned {
        if self.off {
            return Scanned::Unknown;
        }
        match self.at(&limb).and_then(|at| self.places.get(at)) {
            Some((_, Entries::Few(few))) => few.find(limb),
            Some((_, Entries::Others(_))) => Scanned::Unknown,
            None => Scanned::Nothing,
        }
    }
}
