//! What a control plane says, and what it is told: simple_switch's runtime API as data.

mod entry;
mod reply;
mod state;

use hyper4_bits::Bits;
use serde::{Deserialize, Serialize};

pub use entry::{EntryAction, EntryLife, MatchValue, ProfileTarget, TableEntry};
pub use reply::{MulticastDump, MulticastNodeEntry, ProfileGroup, ProfileMember, Reply};
pub use state::{
    CalculationCommand, CounterCommand, CounterValue, MeterCommand, MeterRate, MirroringCommand,
    MirroringSession, ProfileCommand, QueueCommand, Queues, RegisterCommand, ValueSetCommand,
};

/// A table by its full name in the program that the switch runs.
pub type TableRef = String;

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
    /// `table_num_entries`: answers [`Reply::Count`].
    TableNumEntries {
        /// The table.
        table: TableRef,
    },
    /// `table_dump_entry`: answers [`Reply::Entry`].
    TableDumpEntry {
        /// The table.
        table: TableRef,
        /// The entry.
        handle: u64,
    },
    /// `table_dump_entry_from_key`: answers [`Reply::Entry`].
    TableDumpEntryFromKey {
        /// The table.
        table: TableRef,
        /// One for each key.
        key: Vec<MatchValue>,
        /// Wanted for ternary and range tables.
        priority: Option<u32>,
    },
    /// `table_set_timeout`, for all kinds of tables.
    TableSetTimeout {
        /// The table.
        table: TableRef,
        /// The entry.
        handle: u64,
        /// How long it is kept; 0 for ever.
        milliseconds: u32,
    },
    /// `table_indirect_add`, `table_indirect_add_with_group`: answers [`Reply::Handle`].
    TableIndirectAdd {
        /// The table.
        table: TableRef,
        /// One for each key.
        key: Vec<MatchValue>,
        /// A member or group of the table's profile.
        target: ProfileTarget,
        /// Wanted for ternary and range tables.
        priority: Option<u32>,
    },
    /// `bm_mt_indirect_modify_entry`, `bm_mt_indirect_ws_modify_entry`, which simple_switch_CLI has no command for.
    TableIndirectModify {
        /// The table.
        table: TableRef,
        /// The entry.
        handle: u64,
        /// A member or group of the table's profile.
        target: ProfileTarget,
    },
    /// `table_indirect_delete`.
    TableIndirectDelete {
        /// The table.
        table: TableRef,
        /// The entry.
        handle: u64,
    },
    /// `table_indirect_set_default`, `table_indirect_set_default_with_group`.
    TableIndirectSetDefault {
        /// The table.
        table: TableRef,
        /// A member or group of the table's profile.
        target: ProfileTarget,
    },
    /// `table_indirect_reset_default`: no member and no group, but what the program says.
    TableIndirectResetDefault {
        /// The table.
        table: TableRef,
    },
    /// To an action profile.
    Profile {
        /// Its full name.
        profile: String,
        /// What.
        command: ProfileCommand,
    },
    /// To counters, direct or not.
    Counter {
        /// Their full name.
        counter: String,
        /// What.
        command: CounterCommand,
    },
    /// To meters, direct or not.
    Meter {
        /// Their full name.
        meter: String,
        /// What.
        command: MeterCommand,
    },
    /// To registers.
    Register {
        /// Their full name.
        register: String,
        /// What.
        command: RegisterCommand,
    },
    /// To a parser's value set.
    ValueSet {
        /// Its full name.
        set: String,
        /// What.
        command: ValueSetCommand,
    },
    /// About a mirroring session.
    Mirroring {
        /// The session, 0 to 32767.
        session: u16,
        /// What.
        command: MirroringCommand,
    },
    /// To egress queues.
    Queue {
        /// Which.
        queues: Queues,
        /// What.
        command: QueueCommand,
    },
    /// To a calculation.
    Calculation {
        /// The name in bmv2 JSON, `calc_0`.
        calculation: String,
        /// What.
        command: CalculationCommand,
    },
    /// `reset_state`: as the switch was when the program was loaded, but that mirroring sessions, queues, value sets and
    /// calculations stay as they are and constant entries are gone.
    ResetState,
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
        /// Link aggregation groups, 0 to 511; each gives one copy, to one of its ports.
        lags: Vec<u16>,
    },
    /// `mc_node_update`.
    MulticastNodeUpdate {
        /// The node.
        node: u64,
        /// Ports.
        ports: Vec<u16>,
        /// Link aggregation groups.
        lags: Vec<u16>,
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
    /// `mc_set_lag_membership`.
    MulticastSetLagMembership {
        /// The link aggregation group, 0 to 256.
        lag: u16,
        /// Its ports, 0 to 511.
        ports: Vec<u16>,
    },
    /// `mc_dump`: answers [`Reply::Multicast`].
    MulticastDump,
}
