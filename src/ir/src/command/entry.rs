//! Entries of tables.

use hyper4_bits::Bits;
use serde::{Deserialize, Serialize};

/// How an entry matches one key field.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum MatchValue {
    /// Equal.
    Exact(Bits),
    /// Equal in the first bits.
    Lpm {
        /// The value; bits behind the prefix don't count.
        value: Bits,
        /// Bits.
        prefix_length: u32,
    },
    /// Equal under the mask.
    Ternary {
        /// The value; bits outside the mask don't count.
        value: Bits,
        /// 1 where it is looked at.
        mask: Bits,
    },
    /// Between, both included.
    Range {
        /// The least.
        low: Bits,
        /// The greatest.
        high: Bits,
    },
    /// Equal, or anything (`None`).
    Optional(Option<Bits>),
}

/// What an entry of an indirect table refers to, in its table's action profile.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub enum ProfileTarget {
    /// The member with that handle.
    Member(u64),
    /// The group with that handle.
    Group(u64),
}

/// What an entry does.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum EntryAction {
    /// An action of its own.
    Direct {
        /// The action's full name.
        action: String,
        /// Its arguments.
        arguments: Vec<Bits>,
    },
    /// What a member, or one of a group's members, of the table's action profile does.
    Indirect(ProfileTarget),
}

impl EntryAction {
    /// Action and arguments; `None` for an entry of an indirect table.
    pub fn direct(&self) -> Option<(&str, &[Bits])> {
        match self {
            Self::Direct { action, arguments } => Some((action, arguments)),
            Self::Indirect(_) => None,
        }
    }
}

/// How long an entry is kept without being hit. Nothing happens to it by itself: the switch tells the controller.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLife {
    /// Milliseconds, not 0.
    pub timeout: u32,
    /// Milliseconds since a packet hit it, or since it was added, or its timeout was set.
    pub since_hit: u64,
}

/// An entry of a table as read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// What names it to the control plane.
    pub handle: u64,
    /// One for each key.
    pub key: Vec<MatchValue>,
    /// What it does.
    pub action: EntryAction,
    /// bmv2's priority, the lowest wins; of ternary and range tables only.
    pub priority: Option<u32>,
    /// Set where a timeout was set.
    pub life: Option<EntryLife>,
}
