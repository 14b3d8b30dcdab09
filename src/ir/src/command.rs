//! What a control plane says, and what it is told: simple_switch's runtime API as data.

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

/// A table by its full name in the program that the switch runs.
pub type TableRef = String;

/// An entry of a table as read back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TableEntry {
    /// What names it to the control plane.
    pub handle: u64,
    /// One for each key.
    pub key: Vec<MatchValue>,
    /// The action's full name.
    pub action: String,
    /// Its arguments.
    pub arguments: Vec<Bits>,
    /// bmv2's priority, the lowest wins; of ternary and range tables only.
    pub priority: Option<u32>,
}

/// A command of the runtime API. Names are full names of the program; widths are those of the program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Command {
    /// `table_add`: answers [`Reply::Handle`].
    TableAdd {
        /// The table.
        table: TableRef,
        /// One for each key.
        key: Vec<MatchValue>,
        /// The action.
        action: String,
        /// Its arguments.
        arguments: Vec<Bits>,
        /// Wanted for ternary and range tables.
        priority: Option<u32>,
    },
    /// `table_modify`: another action for an entry.
    TableModify {
        /// The table.
        table: TableRef,
        /// The entry.
        handle: u64,
        /// The action.
        action: String,
        /// Its arguments.
        arguments: Vec<Bits>,
    },
    /// `table_delete`.
    TableDelete {
        /// The table.
        table: TableRef,
        /// The entry.
        handle: u64,
    },
    /// `table_set_default`.
    TableSetDefault {
        /// The table.
        table: TableRef,
        /// The action.
        action: String,
        /// Its arguments.
        arguments: Vec<Bits>,
    },
    /// `table_reset_default`: what the program says.
    TableResetDefault {
        /// The table.
        table: TableRef,
    },
    /// `table_clear`: all entries, constant ones too; the default entry is left. Handles start afresh.
    TableClear {
        /// The table.
        table: TableRef,
    },
    /// `table_dump`: answers [`Reply::Entries`].
    TableDump {
        /// The table.
        table: TableRef,
    },
    /// `mc_mgrp_create`.
    MulticastGroupCreate {
        /// The group, 1 to 65535.
        group: u16,
    },
    /// `mc_mgrp_destroy`.
    MulticastGroupDestroy {
        /// The group.
        group: u16,
    },
    /// `mc_node_create`: answers [`Reply::Handle`] of the node.
    MulticastNodeCreate {
        /// The replicas' `egress_rid`.
        rid: u16,
        /// Ports, 0 to 511.
        ports: Vec<u16>,
    },
    /// `mc_node_update`.
    MulticastNodeUpdate {
        /// The node.
        node: u64,
        /// Ports.
        ports: Vec<u16>,
    },
    /// `mc_node_associate`.
    MulticastNodeAssociate {
        /// The group.
        group: u16,
        /// The node.
        node: u64,
    },
    /// `mc_node_dissociate`.
    MulticastNodeDissociate {
        /// The group.
        group: u16,
        /// The node.
        node: u64,
    },
    /// `mc_node_destroy`.
    MulticastNodeDestroy {
        /// The node.
        node: u64,
    },
}

/// What a switch answers to a [`Command`].
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Reply {
    /// Done.
    Done,
    /// Done; the new thing's handle.
    Handle(u64),
    /// Entries, in ascending handle order, and the default entry's action with its arguments.
    Entries {
        /// The entries.
        entries: Vec<TableEntry>,
        /// The default action.
        default: Option<(String, Vec<Bits>)>,
    },
}
