//! A table's entries, packed into bytes.
//!
//! An entry is a record: what it does, its handle's version, its key, its priority, its action's arguments. Records are
//! all of one size, one for each number that a handle can have. They are found by number, and by key through a hash
//! table of numbers, which has no keys of its own. Whoever processes packets can search there too, of tables whose keys
//! are compared under masks once for each mask in use.

use std::collections::BTreeMap;

use hyper4_ir::{EntryAction, EntryLife, MatchValue, ProfileTarget, Program, Table, TableEntry};

use super::packed::{Bytes, KeyFormat, KeyMask, push, take};
use super::{Handles, key};
use crate::index::{HashIndex, hash, words};

/// What an entry does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    /// The table's action of that number.
    Call(u16),
    /// What that member of the action profile does.
    Member(u64),
    /// What one of the members of that group of the action profile does.
    Group(u64),
}

const ABSENT: u16 = 0;
const MEMBER: u16 = 1;
const GROUP: u16 = 2;
const CALLS: u16 = 3;
/// Bytes of a chunk, as long as two records fit in.
const CHUNK: usize = 1 << 16;
/// Bytes of a priority.
const PRIORITY: usize = 4;
/// Bytes of a member's or group's handle.
const TARGET: usize = 8;

/// An action that entries can have: its name and its parameters' widths.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    widths: Box<[u32]>,
}

/// The entries of a table.
#[derive(Clone, Debug)]
pub struct EntryStore {
    keys: KeyFormat,
    calls: Box<[Call]>,
    /// Bytes of what the record says first.
    head: usize,
    prioritised: bool,
    record_bytes: usize,
    /// In chunks of [`CHUNK`] bytes and less, so that no table's growth copies it.
    chunks: Vec<Vec<u8>>,
    /// Records of a chunk: two to the power of it.
    chunk_bits: u32,
    count: usize,
    index: HashIndex,
    /// Of entries that may not be idle for ever.
    lives: BTreeMap<u32, EntryLife>,
}

impl EntryStore {
    pub(super) fn new(program: &Program, table: &Table, prioritised: bool) -> Self {
        let keys = KeyFormat::new(table);
        let call = |action: &hyper4_ir::ActionId| match program.actions.get(action.index()) {
            Some(action) => Call {
                name: action.name.clone(),
                widths: action.parameters.iter().map(|p| p.width).collect(),
            },
            None => Call { name: String::new(), widths: Box::default() },
        };
        let calls: Box<[Call]> = table.actions.iter().map(call).collect();
        let data = |call: &Call| call.widths.iter().map(|width| width.div_ceil(8) as usize).sum();
        let target = match table.implementation {
            hyper4_ir::TableImplementation::Simple => 0,
            hyper4_ir::TableImplementation::Profile(_) => TARGET,
        };
        let data_bytes = calls.iter().map(data).max().unwrap_or(0).max(target);
        let prioritised_bytes = if prioritised { PRIORITY } else { 0 };
        let head = if calls.len() + usize::from(CALLS) < 256 { 2 } else { 3 };
        let record_bytes = head + keys.bytes() + prioritised_bytes + data_bytes;
        Self {
            keys,
            calls,
            head,
            prioritised,
            record_bytes,
            chunks: Vec::new(),
            chunk_bits: (CHUNK / record_bytes).max(2).ilog2(),
            count: 0,
            index: HashIndex::default(),
            lives: BTreeMap::new(),
        }
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.count
    }

    /// Whether there are none.
    #[inline]
    pub fn is_empty(&self) -> bool {
        self.count == 0
    }

    #[inline]
    fn record(&self, number: u32) -> Option<&[u8]> {
        let (chunk, at) = self.place(number);
        let record = self.chunks.get(chunk)?.get(at..at + self.record_bytes)?;
        (self.tag(record) != ABSENT).then_some(record)
    }

    /// The chunk of a record, and where it begins in it.
    #[inline]
    fn place(&self, number: u32) -> (usize, usize) {
        let within = number & ((1 << self.chunk_bits) - 1);
        ((number >> self.chunk_bits) as usize, within as usize * self.record_bytes)
    }

    /// The record of that number, which may not be an entry's yet.
    fn record_mut(&mut self, number: u32) -> Option<&mut [u8]> {
        let (chunk, at) = self.place(number);
        let first = chunk == 0;
        let end = at + self.record_bytes;
        if self.chunks.len() <= chunk {
            self.chunks.resize_with(chunk + 1, Vec::new);
        }
        let whole = self.record_bytes << self.chunk_bits;
        let chunk = self.chunks.get_mut(chunk)?;
        if chunk.len() < end {
            // Of the first chunk twice as much, but never more than is to be in it.
            if chunk.capacity() < end {
                let room = if first { (2 * end).min(whole) } else { whole };
                chunk.reserve_exact(room - chunk.len());
            }
            chunk.resize(end, 0);
        }
        chunk.get_mut(at..end)
    }

    #[inline]
    fn tag(&self, record: &[u8]) -> u16 {
        match (self.head, record) {
            (3, [low, _, high, ..]) => u16::from(*high) << 8 | u16::from(*low),
            (_, [tag, ..]) => u16::from(*tag),
            _ => ABSENT,
        }
    }

    #[inline]
    fn handle_of(&self, number: u32, record: &[u8]) -> u64 {
        let version = record.get(1).copied().unwrap_or(0);
        u64::from(version) << Handles::NUMBER_BITS | u64::from(number)
    }

    /// The handle of the entry with that number.
    pub fn handle(&self, number: u32) -> Option<u64> {
        self.record(number).map(|record| self.handle_of(number, record))
    }

    /// The handle of the entry with that number, what it does, and its action's arguments: each in as many bytes as it
    /// needs.
    #[inline]
    pub fn get(&self, number: u32) -> Option<(u64, EntryKind, &[u8])> {
        let record = self.record(number)?;
        let data = record.get(self.data_at()..).unwrap_or_default();
        let target = || data.first_chunk().map_or(0, |bytes| u64::from_be_bytes(*bytes));
        let kind = match self.tag(record) {
            MEMBER => EntryKind::Member(target()),
            GROUP => EntryKind::Group(target()),
            call => EntryKind::Call(call - CALLS),
        };
        Some((self.handle_of(number, record), kind, data))
    }

    #[inline]
    fn data_at(&self) -> usize {
        self.key_end() + if self.prioritised { PRIORITY } else { 0 }
    }

    #[inline]
    fn key_end(&self) -> usize {
        self.head + self.keys.bytes()
    }

    /// The packed key of the record of that number.
    #[inline]
    fn key(&self, number: u32) -> Option<&[u8]> {
        let (chunk, at) = self.place(number);
        self.chunks.get(chunk)?.get(at + self.head..at + self.key_end())
    }

    #[inline]
    fn priority(&self, number: u32) -> u32 {
        let record = self.record(number).and_then(|record| record.get(self.key_end()..));
        record.and_then(|rest| rest.first_chunk()).map_or(0, |priority| u32::from_be_bytes(*priority))
    }

    /// The number of the entry with a key of those [`words`](crate::words), in a table whose keys are all exact and of
    /// less than 64 bytes: each field in as many bytes as it needs, the first one first.
    #[inline]
    pub fn find(&self, key: &[u64]) -> Option<u32> {
        self.index.find(hash(key.iter().copied()), |number| {
            self.key(number).is_some_and(|packed| words(packed).eq(key.iter().copied()))
        })
    }

    /// The priority and the number of the entry of that mask that matches, the lowest one: of the fields' bytes in the
    /// order of [`EntryStore::find`], `key` are the [`words`](crate::words). Where entries have no priorities, 0 is theirs.
    #[inline]
    pub fn find_under(&self, mask: &KeyMask, key: &[u64]) -> Option<(u32, u32)> {
        let values = self.keys.values();
        let mut best = None;
        let found = self.index.find(mask.hash(key), |number| {
            let same = self.key(number).is_some_and(|packed| mask.is(packed, values, key));
            if same && self.prioritised {
                let found = (self.priority(number), number);
                best = Some(best.map_or(found, |best| found.min(best)));
            }
            same && !self.prioritised
        });
        found.map(|number| (0, number)).or(best)
    }

    /// The mask of an entry with that key; `None` where a key can't be searched under a mask: one with ranges, or of many
    /// bytes.
    pub fn mask(&self, key: &[MatchValue]) -> Option<KeyMask> {
        self.keys.mask(&self.keys.pack(key))
    }

    /// The number of the entry that has the same key, as far as it counts, and priority.
    pub(super) fn find_same(&self, table: &Table, key: &[MatchValue], priority: Option<u32>) -> Option<u32> {
        let wanted = self.keys.pack(&key::normal(table, key));
        self.index.find(self.keys.hash(&wanted), |number| {
            self.normal(number).is_some_and(|other| other == wanted)
                && (!self.prioritised || self.priority(number) == priority.unwrap_or(0))
        })
    }

    /// The key of an entry, without bits that don't count.
    fn normal(&self, number: u32) -> Option<Bytes> {
        self.key(number).map(|packed| self.keys.normal(packed))
    }

    fn hash_of(&self, number: u32) -> u64 {
        self.normal(number).map_or(0, |normal| self.keys.hash(&normal))
    }

    /// Add an entry or replace what it does.
    pub(super) fn put(&mut self, entry: &TableEntry) {
        let number = Handles::number(entry.handle);
        self.remove(number);
        let (tag, data) = match &entry.action {
            EntryAction::Direct { action, arguments } => {
                let Some(call) = self.calls.iter().position(|call| call.name == *action) else { return };
                let mut data = Bytes::new();
                let widths = self.calls.get(call).map_or(&[][..], |call| &call.widths);
                widths.iter().zip(arguments).for_each(|(width, value)| push(&mut data, *width, value));
                (call as u16 + CALLS, data)
            }
            EntryAction::Indirect(ProfileTarget::Member(member)) => {
                (MEMBER, Bytes::from_slice(&member.to_be_bytes()))
            }
            EntryAction::Indirect(ProfileTarget::Group(group)) => {
                (GROUP, Bytes::from_slice(&group.to_be_bytes()))
            }
        };
        let key = self.keys.pack(&entry.key);
        let priority = entry.priority.unwrap_or(0).to_be_bytes();
        let priority = priority.get(..if self.prioritised { PRIORITY } else { 0 }).unwrap_or_default();
        let [high, low] = tag.to_be_bytes();
        let version = (entry.handle >> Handles::NUMBER_BITS) as u8;
        let head = [low, version, high];
        let head = head.get(..self.head).unwrap_or(&head);
        let mut record = self.record_mut(number).unwrap_or_default();
        for part in [head, &key, priority, &data] {
            let Some((place, rest)) = std::mem::take(&mut record).split_at_mut_checked(part.len()) else {
                break;
            };
            place.copy_from_slice(part);
            record = rest;
        }
        let mut index = std::mem::take(&mut self.index);
        index.insert(self.hash_of(number), number, |other| self.hash_of(other));
        self.index = index;
        self.count += 1;
        if let Some(life) = entry.life {
            self.lives.insert(number, life);
        }
    }

    /// Remove an entry; true when it was there.
    pub(super) fn remove(&mut self, number: u32) -> bool {
        if self.record(number).is_none() {
            return false;
        }
        let mut index = std::mem::take(&mut self.index);
        index.remove(self.hash_of(number), number, |other| self.hash_of(other));
        self.index = index;
        self.record_mut(number).unwrap_or_default().fill(0);
        self.count -= 1;
        self.lives.remove(&number);
        true
    }

    pub(super) fn clear(&mut self) {
        self.chunks = Vec::new();
        self.index.clear();
        self.lives.clear();
        self.count = 0;
    }

    pub(super) fn set_life(&mut self, number: u32, life: Option<EntryLife>) {
        match life.filter(|_| self.record(number).is_some()) {
            Some(life) => self.lives.insert(number, life),
            None => self.lives.remove(&number),
        };
    }

    /// The entry with that number, as it is read back.
    pub fn entry(&self, number: u32) -> Option<TableEntry> {
        let (handle, kind, data) = self.get(number)?;
        let key = self.keys.unpack(self.key(number)?)?;
        let priority = self.prioritised.then(|| self.priority(number));
        let action = match kind {
            EntryKind::Member(member) => EntryAction::Indirect(ProfileTarget::Member(member)),
            EntryKind::Group(group) => EntryAction::Indirect(ProfileTarget::Group(group)),
            EntryKind::Call(call) => {
                let Call { name, widths } = self.calls.get(usize::from(call))?;
                let mut rest = data;
                let arguments = widths.iter().map(|width| take(&mut rest, *width)).collect::<Option<_>>()?;
                EntryAction::Direct { action: name.clone(), arguments }
            }
        };
        Some(TableEntry { handle, key, action, priority, life: self.lives.get(&number).copied() })
    }

    /// The numbers of all entries, ascending.
    pub(super) fn numbers(&self) -> impl Iterator<Item = u32> {
        let count = (self.chunks.len() as u32) << self.chunk_bits;
        (0..count).filter(|number| self.record(*number).is_some())
    }
}
