//! What a controller said that the device doesn't keep: its own numbers, and remarks.

use std::collections::{BTreeMap, HashMap};

use hyper4_p4runtime::v1;

/// Of an entry of a table.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct EntryRecord {
    pub(crate) metadata: Vec<u8>,
    pub(crate) controller_metadata: u64,
    pub(crate) idle_timeout_ns: i64,
}

impl EntryRecord {
    pub(crate) fn of(entry: &v1::TableEntry) -> Self {
        Self {
            metadata: entry.metadata.clone(),
            controller_metadata: entry.controller_metadata,
            idle_timeout_ns: entry.idle_timeout_ns,
        }
    }
}

/// A group of an action profile.
#[derive(Clone, Debug)]
pub(crate) struct GroupRecord {
    pub(crate) handle: u64,
    pub(crate) max_size: i32,
    pub(crate) members: Vec<v1::action_profile_group::Member>,
}

/// Actions that an entry has for itself: members and a group that its controller never sees.
#[derive(Clone, Debug)]
pub(crate) struct OneShot {
    pub(crate) set: v1::ActionProfileActionSet,
    pub(crate) profile: u32,
    pub(crate) group: u64,
    pub(crate) members: Vec<u64>,
}

/// What is remembered of one program's life.
#[derive(Clone, Debug, Default)]
pub(crate) struct Records {
    /// By table and handle; what says nothing isn't here.
    pub(crate) entries: HashMap<(u32, u64), EntryRecord>,
    /// By table and handle.
    pub(crate) one_shots: HashMap<(u32, u64), OneShot>,
    /// By table.
    pub(crate) defaults: BTreeMap<u32, EntryRecord>,
    /// Handles by profile and member.
    pub(crate) members: BTreeMap<(u32, u32), u64>,
    /// By profile and group.
    pub(crate) groups: BTreeMap<(u32, u32), GroupRecord>,
    /// Groups with their nodes' handles.
    pub(crate) multicast: BTreeMap<u32, (v1::MulticastGroupEntry, Vec<u64>)>,
    /// Clone sessions.
    pub(crate) sessions: BTreeMap<u32, v1::CloneSessionEntry>,
    /// Which digests are sent, and how.
    pub(crate) digests: BTreeMap<u32, v1::digest_entry::Config>,
}

impl Records {
    pub(crate) fn note(&mut self, table: u32, handle: u64, record: EntryRecord) {
        if record == EntryRecord::default() {
            self.entries.remove(&(table, handle));
        } else {
            self.entries.insert((table, handle), record);
        }
    }

    /// The controller's number of a member.
    pub(crate) fn member_id(&self, profile: u32, handle: u64) -> Option<u32> {
        let members = self.members.range((profile, 0)..=(profile, u32::MAX));
        members.into_iter().find(|(_, known)| **known == handle).map(|((_, id), _)| *id)
    }

    /// The controller's number of a group.
    pub(crate) fn group_id(&self, profile: u32, handle: u64) -> Option<u32> {
        let groups = self.groups.range((profile, 0)..=(profile, u32::MAX));
        groups.into_iter().find(|(_, known)| known.handle == handle).map(|((_, id), _)| *id)
    }
}
