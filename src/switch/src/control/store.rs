//! A table's entries, packed into bytes.
//!
//! An entry is a record: what it does, its handle's version, its key, its priority, its action's arguments. Records are
//! all of one size, one for each number that a handle can have. They are found by number, and by key through a hash
//! table of numbers, which has no keys of its own.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{EntryAction, EntryLife, MatchKind, MatchValue, ProfileTarget, Program, Table, TableEntry};
use smallvec::SmallVec;

use super::{Handles, key};
use crate::index::{HashIndex, hash_bytes};

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

type Bytes = SmallVec<[u8; 64]>;

/// A key field.
#[derive(Clone, Debug)]
struct Part {
    kind: MatchKind,
    width: u32,
}

impl Part {
    /// Bytes of a value.
    fn value(&self) -> usize {
        self.width.div_ceil(8) as usize
    }

    /// Bytes of a prefix length.
    fn length(&self) -> usize {
        if self.width < 256 { 1 } else { 2 }
    }

    fn bytes(&self) -> usize {
        match self.kind {
            MatchKind::Exact => self.value(),
            MatchKind::Lpm => self.value() + self.length(),
            MatchKind::Ternary | MatchKind::Range => 2 * self.value(),
            MatchKind::Optional => 1 + self.value(),
        }
    }
}

/// An action that entries can have: its name and its parameters' widths.
#[derive(Clone, Debug)]
struct Call {
    name: String,
    widths: Box<[u32]>,
}

/// The entries of a table.
#[derive(Clone, Debug)]
pub struct EntryStore {
    parts: Box<[Part]>,
    calls: Box<[Call]>,
    /// Bits behind a prefix are kept, but don't count.
    keeps_suffixes: bool,
    /// Bytes of what the record says first.
    head: usize,
    key_bytes: usize,
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
        let parts: Box<[Part]> =
            table.keys.iter().map(|key| Part { kind: key.match_kind, width: key.width }).collect();
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
        let key_bytes = parts.iter().map(Part::bytes).sum();
        let record_bytes = head + key_bytes + prioritised_bytes + data_bytes;
        Self {
            parts,
            calls,
            keeps_suffixes: table.match_kind == MatchKind::Lpm,
            head,
            key_bytes,
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

    /// Bytes of an exact key: each field in as many bytes as it needs, the first one first.
    pub fn key_bytes(&self) -> usize {
        self.key_bytes
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
        let end = at + self.record_bytes;
        if self.chunks.len() <= chunk {
            self.chunks.resize_with(chunk + 1, Vec::new);
        }
        let whole = self.record_bytes << self.chunk_bits;
        let chunk = self.chunks.get_mut(chunk)?;
        if chunk.len() < end {
            // Twice as much, but never more than is to be in it.
            if chunk.capacity() < end {
                chunk.reserve_exact((2 * end).min(whole) - chunk.len());
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
        self.identity_at().end
    }

    /// Where key and priority are.
    #[inline]
    fn identity_at(&self) -> std::ops::Range<usize> {
        self.head..self.head + self.key_bytes + if self.prioritised { PRIORITY } else { 0 }
    }

    /// The number of the entry whose key has those bytes, in a table whose keys are all exact.
    #[inline]
    pub fn find(&self, key: &[u8]) -> Option<u32> {
        self.index.find(hash_bytes(key), |number| {
            let (chunk, at) = self.place(number);
            let at = at + self.head;
            self.chunks.get(chunk).and_then(|chunk| chunk.get(at..at + self.key_bytes)) == Some(key)
        })
    }

    /// The number of the entry that has the same key, as far as it counts, and priority.
    pub(super) fn find_same(&self, table: &Table, key: &[MatchValue], priority: Option<u32>) -> Option<u32> {
        let identity = self.identity(&key::normal(table, key), priority);
        let same = |number| self.normal_identity(number).is_some_and(|other| other == identity);
        self.index.find(hash_bytes(&identity), same)
    }

    fn identity(&self, key: &[MatchValue], priority: Option<u32>) -> Bytes {
        let mut bytes = Bytes::new();
        for (part, value) in self.parts.iter().zip(key) {
            match value {
                MatchValue::Exact(value) => push(&mut bytes, part.width, value),
                MatchValue::Lpm { value, prefix_length } => {
                    push(&mut bytes, part.width, value);
                    let length = (*prefix_length as u16).to_be_bytes();
                    bytes.extend(length.into_iter().skip(2 - part.length()));
                }
                MatchValue::Ternary { value: first, mask: second }
                | MatchValue::Range { low: first, high: second } => {
                    push(&mut bytes, part.width, first);
                    push(&mut bytes, part.width, second);
                }
                MatchValue::Optional(value) => {
                    bytes.push(u8::from(value.is_some()));
                    push(&mut bytes, part.width, value.as_ref().unwrap_or(&Bits::zero(part.width)));
                }
            }
        }
        if self.prioritised {
            bytes.extend(priority.unwrap_or(0).to_be_bytes());
        }
        bytes
    }

    /// Key and priority of an entry, without bits that don't count.
    fn normal_identity(&self, number: u32) -> Option<Bytes> {
        let mut identity = Bytes::from_slice(self.record(number)?.get(self.identity_at())?);
        if !self.keeps_suffixes {
            return Some(identity);
        }
        let mut rest = identity.as_mut_slice();
        for part in &self.parts {
            let (own, behind) = rest.split_at_mut_checked(part.bytes())?;
            rest = behind;
            if part.kind == MatchKind::Lpm {
                let (value, length) = own.split_at_mut_checked(part.value())?;
                // It counts from the first bit of the first byte.
                let mut left = length.iter().fold(0, |length, byte| length << 8 | usize::from(*byte));
                for byte in value {
                    *byte &= !(0xff_u16 >> left.min(8)) as u8;
                    left = left.saturating_sub(8);
                }
            }
        }
        Some(identity)
    }

    fn hash_of(&self, number: u32) -> u64 {
        self.normal_identity(number).map_or(0, |identity| hash_bytes(&identity))
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
        let identity = self.identity(&entry.key, entry.priority);
        let [high, low] = tag.to_be_bytes();
        let version = (entry.handle >> Handles::NUMBER_BITS) as u8;
        let head = [low, version, high];
        let bytes = head.iter().take(self.head).chain(&identity).chain(&data);
        let record = self.record_mut(number).unwrap_or_default();
        record.iter_mut().zip(bytes).for_each(|(place, byte)| *place = *byte);
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
    pub(super) fn entry(&self, number: u32) -> Option<TableEntry> {
        let (handle, kind, data) = self.get(number)?;
        let mut rest = self.record(number)?.get(self.head..)?;
        let mut key = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let mut value = || take(&mut rest, part.width);
            key.push(match part.kind {
                MatchKind::Exact => MatchValue::Exact(value()?),
                MatchKind::Ternary => MatchValue::Ternary { value: value()?, mask: value()? },
                MatchKind::Range => MatchValue::Range { low: value()?, high: value()? },
                MatchKind::Lpm => {
                    let value = value()?;
                    let length = take(&mut rest, 8 * part.length() as u32)?.to_u64()?;
                    MatchValue::Lpm { value, prefix_length: length as u32 }
                }
                MatchKind::Optional => {
                    let there = take(&mut rest, 8)?.to_u64()? != 0;
                    let value = take(&mut rest, part.width)?;
                    MatchValue::Optional(there.then_some(value))
                }
            });
        }
        let priority = self.prioritised.then(|| rest.first_chunk().map_or(0, |p| u32::from_be_bytes(*p)));
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

/// Append a value of that width.
fn push(bytes: &mut Bytes, width: u32, value: &Bits) {
    let count = width.div_ceil(8) as usize;
    let limbs = value.limbs();
    bytes.extend((0..count).rev().map(|i| (limbs.get(i / 8).copied().unwrap_or(0) >> (8 * (i % 8))) as u8));
}

/// Take a value of that width from the front.
fn take(rest: &mut &[u8], width: u32) -> Option<Bits> {
    let (own, behind) = rest.split_at_checked(width.div_ceil(8) as usize)?;
    *rest = behind;
    Some(Bits::from_be_bytes(width, own))
}
