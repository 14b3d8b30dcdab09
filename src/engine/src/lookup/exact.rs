//! Keys that are compared as a whole.
//!
//! Of wide keys, most limbs are often the same in all entries. They don't tell entries apart: only the others are hashed.

use hyper4_switch::{HashIndex, hash};

use crate::key::KeyShape;

/// Entries by their keys.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    limbs: usize,
    /// The key of each entry, at its number.
    keys: Vec<u64>,
    /// The limbs that are hashed: where an entry's key is not like `base`.
    live: Vec<u32>,
    /// The key of an entry.
    base: Box<[u64]>,
    index: HashIndex,
}

impl Exact {
    pub(super) fn new(limbs: usize) -> Self {
        Self { limbs, keys: Vec::new(), live: Vec::new(), base: Box::default(), index: HashIndex::default() }
    }

    fn key(&self, number: u32) -> &[u64] {
        let at = number as usize * self.limbs;
        self.keys.get(at..at + self.limbs).unwrap_or_default()
    }

    fn hash(&self, key: &[u64]) -> u64 {
        hash(self.live.iter().map(|at| key.get(*at as usize).copied().unwrap_or(0)))
    }

    pub(super) fn insert(&mut self, key: &[u64], number: u32) {
        let at = number as usize * self.limbs;
        if self.keys.len() < at + self.limbs {
            self.keys.resize(at + self.limbs, 0);
        }
        if let Some(place) = self.keys.get_mut(at..at + self.limbs) {
            place.copy_from_slice(key);
        }
        let mut index = std::mem::take(&mut self.index);
        if index.is_empty() {
            self.base = key.into();
            self.live.clear();
        }
        let differs =
            |at: &u32| self.base.get(*at as usize) != key.get(*at as usize) && !self.live.contains(at);
        let more: Vec<u32> = (0..self.limbs as u32).filter(differs).collect();
        if !more.is_empty() {
            self.live.extend(more);
            self.live.sort_unstable();
            let mut again = HashIndex::default();
            for other in index.numbers() {
                again.insert(self.hash(self.key(other)), other, |other| self.hash(self.key(other)));
            }
            index = again;
        }
        index.insert(self.hash(key), number, |other| self.hash(self.key(other)));
        self.index = index;
    }

    pub(super) fn remove(&mut self, number: u32) {
        let mut index = std::mem::take(&mut self.index);
        index.remove(self.hash(self.key(number)), number, |other| self.hash(self.key(other)));
        self.index = index;
    }

    pub(super) fn clear(&mut self) {
        *self = Self::new(self.limbs);
    }

    /// The same without a key.
    #[inline]
    pub(super) fn scan(&self, shape: &KeyShape, memory: &[u64]) -> Option<u32> {
        let hash = hash(self.live.iter().map(|at| shape.limb(memory, *at)));
        self.index.find(hash, |number| shape.is_key(memory, self.key(number)))
    }

    /// The entry with that key.
    pub(super) fn find(&self, key: &[u64]) -> Option<u32> {
        self.index.find(self.hash(key), |number| self.key(number) == key)
    }
}
