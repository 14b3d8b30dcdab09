//! Keys that are compared under masks, of few bytes: the control plane's own hash table is searched once for each mask in
//! use, by ascending rank of the best entry under it, until no mask can lead to a better one than was found. So nothing
//! is kept for an entry here.

use hyper4_switch::KeyMask;
use rustc_hash::FxHashMap;

use super::Pattern;
use super::order::Order;
use super::scan::{Scan, Scanned};
use crate::key::KeyShape;

/// Masks in use.
#[derive(Clone, Debug)]
pub(crate) struct Masked {
    scan: Scan,
    masks: Vec<KeyMask>,
    numbers: FxHashMap<KeyMask, u32>,
    free: Vec<u32>,
    order: Order,
}

impl Masked {
    /// `fixed` are the bits that every entry compares.
    pub(super) fn new(shape: &KeyShape, fixed: &[u64]) -> Self {
        Self {
            scan: Scan::new(shape, fixed),
            masks: Vec::new(),
            numbers: FxHashMap::default(),
            free: Vec::new(),
            order: Order::default(),
        }
    }

    /// Take note of entry `number`, which has that mask.
    pub(super) fn insert(&mut self, pattern: &Pattern, mask: KeyMask, number: u32) {
        self.scan.insert(pattern, number);
        let at = match self.numbers.get(&mask) {
            Some(at) => *at,
            None => {
                let at = self.free.pop().unwrap_or(self.masks.len() as u32);
                match self.masks.get_mut(at as usize) {
                    Some(place) => *place = mask.clone(),
                    None => self.masks.push(mask.clone()),
                }
                self.numbers.insert(mask, at);
                at
            }
        };
        self.order.enter(at, pattern.rank);
    }

    /// Forget an entry.
    pub(super) fn remove(&mut self, pattern: &Pattern, mask: &KeyMask, number: u32) {
        self.scan.remove(&pattern.value, number);
        if let Some(at) = self.numbers.get(mask).copied()
            && self.order.leave(at)
        {
            self.numbers.remove(mask);
            self.free.push(at);
        }
    }

    pub(super) fn clear(&mut self) {
        self.scan.clear();
        self.masks.clear();
        self.numbers.clear();
        self.free.clear();
        self.order = Order::default();
    }

    /// What few entries tell, when there are few.
    #[inline]
    pub(super) fn scan(&self, memory: &[u64]) -> Scanned {
        self.scan.find(memory)
    }

    /// The entry that matches the key of those words; `under` tells rank and number of what matches under a mask.
    pub(super) fn find(
        &self,
        words: &[u64],
        under: impl Fn(&KeyMask, &[u64]) -> Option<(u32, u32)>,
    ) -> Option<u32> {
        let mut best: Option<(u32, u32)> = None;
        for step in self.order.steps() {
            if best.is_some_and(|(rank, _)| step.best > rank) {
                break;
            }
            let Some(mask) = self.masks.get(step.group as usize) else { continue };
            if let Some((priority, number)) = under(mask, words) {
                // Where entries have no priorities, all of a mask are of the same rank.
                let found = (step.best.max(priority), number);
                best = Some(best.map_or(found, |best| found.min(best)));
            }
        }
        best.map(|(_, number)| number)
    }
}
