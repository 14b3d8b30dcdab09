//! What a switch answers.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use serde::{Deserialize, Serialize};

use super::{CounterValue, EntryAction, MeterRate, MirroringSession, TableEntry};

/// A member of an action profile as read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileMember {
    /// What names it to the control plane.
    pub handle: u64,
    /// The action's full name.
    pub action: String,
    /// Its arguments.
    pub arguments: Vec<Bits>,
}

/// A group of an action profile as read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProfileGroup {
    /// What names it to the control plane.
    pub handle: u64,
    /// Its members' handles, ascending.
    pub members: Vec<u64>,
}

/// A multicast node as read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct MulticastNodeEntry {
    /// The replicas' `egress_rid`.
    pub rid: u16,
    /// Ports, ascending.
    pub ports: Vec<u16>,
    /// Link aggregation groups, ascending.
    pub lags: Vec<u16>,
}

/// Multicast groups, nodes and link aggregation groups as read back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MulticastDump {
    /// Groups, each with its nodes in the order in which they were associated.
    pub groups: BTreeMap<u16, Vec<u64>>,
    /// Nodes by handle.
    pub nodes: BTreeMap<u64, MulticastNodeEntry>,
    /// The ports of each link aggregation group that was given any, ascending.
    pub lags: BTreeMap<u16, Vec<u16>>,
}

/// What a switch answers to a [`Command`](crate::Command).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Done.
    Done,
    /// Done; the new thing's handle.
    Handle(u64),
    /// How many there are.
    Count(u64),
    /// Entries, in ascending handle order, and the default entry.
    Entries {
        /// The entries.
        entries: Vec<TableEntry>,
        /// What is done on a miss; `None` also for an indirect table whose default was not set.
        default: Option<EntryAction>,
    },
    /// An entry.
    Entry(TableEntry),
    /// What is in an action profile.
    Profile {
        /// Members in ascending handle order.
        members: Vec<ProfileMember>,
        /// Groups in ascending handle order.
        groups: Vec<ProfileGroup>,
    },
    /// A counter.
    Counter(CounterValue),
    /// A meter's rates, the lowest first; none when they were not set.
    Rates(Vec<MeterRate>),
    /// Registers in order, or the members of a value set in no particular order.
    Values(Vec<Bits>),
    /// A mirroring session.
    Mirroring(MirroringSession),
    /// Everything about multicast.
    Multicast(MulticastDump),
}
