//! Ids and aliases, which follow from names alone: the same program gets the same ever again.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// What an id is of: its uppermost byte.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Kind {
    Action = 0x01,
    Table = 0x02,
    ValueSet = 0x03,
    ControllerHeader = 0x04,
    ActionProfile = 0x11,
    Counter = 0x12,
    DirectCounter = 0x13,
    Meter = 0x14,
    DirectMeter = 0x15,
    Register = 0x16,
    Digest = 0x17,
}

/// All names with their ids.
#[derive(Debug, Default)]
pub(crate) struct Symbols {
    ids: BTreeMap<Kind, BTreeMap<String, Option<u32>>>,
    suffixes: HashMap<String, u32>,
    names: HashSet<String>,
}

impl Symbols {
    /// Make a name known, with the id of its `@id`.
    pub(crate) fn add(&mut self, kind: Kind, name: &str, id: Option<u32>) {
        let id = id.filter(|id| *id != 0).map(|id| id | (kind as u32) << 24);
        self.ids.entry(kind).or_default().entry(name.to_owned()).or_insert(id);
        if self.names.insert(name.to_owned()) {
            for suffix in suffixes(name) {
                *self.suffixes.entry(suffix.to_owned()).or_default() += 1;
            }
        }
    }

    /// Give an id to each name that has none: the hash of the name, or the next that is free.
    pub(crate) fn number(&mut self) {
        let mut taken: BTreeSet<u32> =
            self.ids.values().flat_map(|names| names.values().copied().flatten()).collect();
        for (kind, names) in &mut self.ids {
            for (name, id) in names.iter_mut().filter(|(_, id)| id.is_none()) {
                let mut value = hash(name);
                let mut made = (*kind as u32) << 24 | value & 0xff_ffff;
                while taken.contains(&made) {
                    value = value.wrapping_add(1);
                    made = (*kind as u32) << 24 | value & 0xff_ffff;
                }
                taken.insert(made);
                *id = Some(made);
            }
        }
    }

    pub(crate) fn id(&self, kind: Kind, name: &str) -> u64 {
        let id = self.ids.get(&kind).and_then(|names| names.get(name)).copied().flatten();
        u64::from(id.unwrap_or(0))
    }

    /// The shortest end of a name, in whole components, that no other name has.
    pub(crate) fn alias<'a>(&self, name: &'a str) -> &'a str {
        let alone = |suffix: &&str| self.suffixes.get(*suffix).is_none_or(|count| *count < 2);
        suffixes(name).find(alone).unwrap_or(name)
    }
}

/// The ends of a name, the shortest first.
fn suffixes(name: &str) -> impl Iterator<Item = &str> {
    let inner = name.rmatch_indices('.').filter_map(|(at, _)| name.get(at + 1..));
    inner.chain([name])
}

/// Bob Jenkins' one-at-a-time hash.
fn hash(name: &str) -> u32 {
    let mut hash = 0u32;
    for byte in name.bytes() {
        hash = hash.wrapping_add(u32::from(byte));
        hash = hash.wrapping_add(hash << 10);
        hash ^= hash >> 6;
    }
    hash = hash.wrapping_add(hash << 3);
    hash ^= hash >> 11;
    hash.wrapping_add(hash << 15)
}
