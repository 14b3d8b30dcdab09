//! Keys that are compared as a whole.

use hyper4_switch::{HashIndex, hash_wide};

/// Entries by their keys.
#[derive(Clone, Debug)]
pub(crate) struct Exact {
    limbs: usize,
    /// The key of each entry, at its number.
    keys: Vec<u64>,
    index: HashIndex,
}

impl Exact {
    pub(super) fn new(limbs: usize) -> Self {
        Self { limbs, keys: Vec::new(), index: HashIndex::default() }
    }

    fn key(&self, number: u32) -> &[u64] {
        let at = number as usize * self.limbs;
        self.keys.get(at..at + self.limbs).unwrap_or_default()
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
        index.insert(hash_wide(key), number, |other| hash_wide(self.key(other)));
        self.index = index;
    }

    pub(super) fn remove(&mut self, number: u32) {
        let mut index = std::mem::take(&mut self.index);
        index.remove(hash_wide(self.key(number)), number, |other| hash_wide(self.key(other)));
        self.index = index;
    }

    pub(super) fn clear(&mut self) {
        self.keys = Vec::new();
        self.index.clear();
    }

    pub(super) fn find(&self, key: &[u64]) -> Option<u32> {
        match key {
            [limb] => {
                let hash = hash_wide(&[*limb]);
                self.index.find(hash, |number| self.keys.get(number as usize) == Some(limb))
            }
            _ => self.index.find(hash_wide(key), |number| self.key(number) == key),
        }
    }
}
