//! Handles as simple_switch gives them.

use std::collections::{BTreeMap, BTreeSet};

/// Gives the lowest free number, with a version in the upper 8 bits that counts how often it was given back, so that a
/// handle of a deleted entry doesn't name the next one (`HANDLE_SET` in match_units.cpp, `HandleMgr`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Handles {
    next: u32,
    freed: BTreeSet<u32>,
    versions: BTreeMap<u32, u8>,
}

impl Handles {
    /// Bits of the number; the version lies above.
    pub const NUMBER_BITS: u32 = 24;

    /// The handle that [`Handles::take`] gives next.
    pub fn peek(&self) -> u64 {
        let number = self.freed.first().copied().unwrap_or(self.next);
        let version = self.versions.get(&number).copied().unwrap_or(0);
        u64::from(version) << Self::NUMBER_BITS | u64::from(number)
    }

    /// The number in the handle that [`Handles::take`] gives next, where handles have no versions.
    pub(super) fn peek_number(&self) -> u64 {
        u64::from(Self::number(self.peek()))
    }

    /// Take a handle.
    pub fn take(&mut self) -> u64 {
        let handle = self.peek();
        if self.freed.pop_first().is_none() {
            self.next += 1;
        }
        handle
    }

    /// Take that handle, which nobody has.
    pub(super) fn claim(&mut self, handle: u64) {
        let number = Self::number(handle);
        if number >= self.next {
            self.freed.extend(self.next..number);
            self.next = number + 1;
        }
        self.freed.remove(&number);
        let version = (handle >> Self::NUMBER_BITS) as u8;
        if version != self.versions.get(&number).copied().unwrap_or(0) {
            self.versions.insert(number, version);
        }
    }

    /// How many numbers have been given so far, those that were given back among them.
    pub(super) fn given(&self) -> u64 {
        self.next.into()
    }

    /// Give a handle back.
    pub fn release(&mut self, handle: u64) {
        let number = Self::number(handle);
        self.freed.insert(number);
        let version = self.versions.entry(number).or_default();
        *version = version.wrapping_add(1);
    }

    /// The number in a handle: the lowest wins where priorities are equal.
    pub fn number(handle: u64) -> u32 {
        (handle & ((1 << Self::NUMBER_BITS) - 1)) as u32
    }
}
