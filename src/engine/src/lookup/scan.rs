//! Few entries, looked at one after the other.
//!
//! Where a table has few entries, or few with the same values of its exact keys, comparing each costs less than hashing a
//! key under every mask in use. What is compared is read where it lies: no key is built.

use hyper4_switch::{HashIndex, hash};
use smallvec::SmallVec;

use super::Pattern;
use crate::key::{KeyShape, Piece};

/// Entries up to which all are looked at.
const FEW_ENTRIES: usize = 24;
/// Combinations of exact keys' values above which none has its entries apart.
const MANY_PLACES: usize = 1024;
/// Places that are looked through.
const FEW_PLACES: usize = 4;

/// What the exact keys are: limb by limb, the bits that every entry compares.
type Place = SmallVec<[u64; 4]>;

/// A limb of memory, what of it is compared, and with what.
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
    /// Where the key's bits lie.
    pieces: Box<[Piece]>,
    /// The bits that every entry compares: of the key, and where these lie.
    fixed: Box<[u64]>,
    fixed_pieces: Box<[Piece]>,
    places: Vec<(Place, Entries)>,
    /// Which is where.
    index: HashIndex,
    /// There were too many places.
    off: bool,
}

#[inline]
fn limb(memory: &[u64], at: u32) -> u64 {
    memory.get(at as usize).copied().unwrap_or(0)
}

/// The bits of a key's limb that a piece is.
fn bits(key: &[u64], piece: &Piece) -> u64 {
    limb(key, piece.to) >> piece.shift & piece.mask
}

impl Few {
    fn insert(&mut self, pattern: &Pattern, fixed: &[u64], pieces: &[Piece], entry: u32) {
        let at = self.rows.partition_point(|row| (row.rank, row.entry) < (pattern.rank, entry));
        let before = self.tests_before(at);
        // What tells the place is compared already.
        let mask: Vec<u64> = pattern.mask.iter().zip(fixed).map(|(mask, fixed)| mask & !fixed).collect();
        let test = |piece: &Piece| {
            let mask = bits(&mask, piece);
            (mask != 0).then(|| Test { at: piece.from, mask, value: bits(&pattern.value, piece) & mask })
        };
        let tests: Vec<Test> = pieces.iter().filter_map(test).collect();
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
    fn find(&self, memory: &[u64]) -> Scanned {
        let mut tests = self.tests.as_slice();
        for row in &self.rows {
            let Some((own, rest)) = tests.split_at_checked(row.tests as usize) else { break };
            tests = rest;
            if own.iter().all(|test| limb(memory, test.at) & test.mask == test.value) {
                return Scanned::Found(row.entry);
            }
        }
        Scanned::Nothing
    }
}

impl Scan {
    /// For keys of that shape; `fixed` are the bits that every entry compares.
    pub(super) fn new(shape: &KeyShape, fixed: &[u64]) -> Self {
        let pieces = shape.pieces();
        let fixed_piece = |piece: &Piece| {
            let mask = bits(fixed, piece);
            (mask != 0).then_some(Piece { mask, ..*piece })
        };
        Self {
            fixed_pieces: pieces.iter().filter_map(fixed_piece).collect(),
            pieces,
            fixed: fixed.into(),
            places: Vec::new(),
            index: HashIndex::default(),
            off: false,
        }
    }

    /// The place of a packet.
    #[inline]
    fn at(&self, memory: &[u64]) -> Option<usize> {
        let here = || self.fixed_pieces.iter().map(|piece| limb(memory, piece.from) & piece.mask);
        let same = |(place, _): &(Place, Entries)| here().zip(place).all(|(here, value)| here == *value);
        if self.places.len() <= FEW_PLACES {
            return self.places.iter().position(same);
        }
        let found =
            self.index.find(hash(here()), |number| self.places.get(number as usize).is_some_and(same));
        found.map(|number| number as usize)
    }

    /// The place of an entry of that value, and its number when it is there.
    fn place(&self, value: &[u64]) -> (Place, Option<usize>) {
        let place: Place = self.fixed_pieces.iter().map(|piece| bits(value, piece)).collect();
        let same = |number: u32| self.places.get(number as usize).is_some_and(|(other, _)| *other == place);
        let found = self.index.find(place_hash(&place), same);
        (place, found.map(|number| number as usize))
    }

    pub(super) fn insert(&mut self, pattern: &Pattern, entry: u32) {
        if self.off {
            return;
        }
        let at = match self.place(&pattern.value) {
            (_, Some(at)) => at,
            (_, None) if self.places.len() >= MANY_PLACES => {
                self.clear();
                self.off = true;
                return;
            }
            (place, None) => {
                let places = &self.places;
                self.index.insert(place_hash(&place), places.len() as u32, |number| {
                    places.get(number as usize).map_or(0, |(place, _)| place_hash(place))
                });
                self.places.push((place, Entries::Few(Few::default())));
                self.places.len() - 1
            }
        };
        let Some((_, entries)) = self.places.get_mut(at) else { return };
        match entries {
            Entries::Few(few) if pattern.ranges.is_empty() && few.rows.len() < FEW_ENTRIES => {
                few.insert(pattern, &self.fixed, &self.pieces, entry);
            }
            Entries::Few(few) => *entries = Entries::Others(few.rows.len() + 1),
            Entries::Others(count) => *count += 1,
        }
    }

    /// Remove an entry whose value is that.
    pub(super) fn remove(&mut self, value: &[u64], entry: u32) {
        let (place, Some(at)) = self.place(value) else { return };
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
            let places = &self.places;
            self.index.remove(place_hash(&place), at as u32, |number| {
                places.get(number as usize).map_or(0, |(place, _)| place_hash(place))
            });
            self.places.swap_remove(at);
            if let Some((moved, _)) = self.places.get(at) {
                self.index.replace(place_hash(moved), self.places.len() as u32, at as u32);
            }
        }
    }

    pub(super) fn clear(&mut self) {
        self.places = Vec::new();
        self.index.clear();
        self.off = false;
    }

    #[inline]
    pub(super) fn find(&self, memory: &[u64]) -> Scanned {
        if self.off {
            return Scanned::Unknown;
        }
        match self.at(memory).and_then(|at| self.places.get(at)) {
            Some((_, Entries::Few(few))) => few.find(memory),
            Some((_, Entries::Others(_))) => Scanned::Unknown,
            None => Scanned::Nothing,
        }
    }
}

fn place_hash(place: &Place) -> u64 {
    hash(place.iter().copied())
}
