//! What commands change.

use std::ops::Range;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, ActionProfileId, CalculationCommand, CalculationId, CounterId, CounterValue, EntryAction,
    MeterId, MeterRate, MirroringSession, ProfileTarget, Program, QueueCommand, Queues, RegisterId, Reply,
    TableEntry, TableId, ValueSetId,
};

use super::Multicast;

/// What is done on a miss.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DefaultAction {
    /// An action with its arguments.
    Direct(ActionId, Vec<Bits>),
    /// What a member, or one of a group's members, of the table's action profile does.
    Indirect(ProfileTarget),
}

impl DefaultAction {
    /// Action and arguments; `None` where the control plane has set a member or a group.
    pub fn direct(&self) -> Option<(ActionId, &[Bits])> {
        match self {
            Self::Direct(action, arguments) => Some((*action, arguments)),
            Self::Indirect(_) => None,
        }
    }

    /// As a controller reads it.
    pub(super) fn read(&self, program: &Program) -> EntryAction {
        match self {
            Self::Direct(action, arguments) => EntryAction::Direct {
                action: super::table::action_name(program, *action),
                arguments: arguments.clone(),
            },
            Self::Indirect(target) => EntryAction::Indirect(*target),
        }
    }
}

/// What a command changes in an action profile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ProfileChange {
    /// A member is created, or its action is replaced.
    Member {
        /// Its handle.
        member: u64,
        /// The action.
        action: ActionId,
        /// Its arguments.
        arguments: Vec<Bits>,
    },
    /// A member is deleted; nothing refers to it.
    DeleteMember {
        /// Its handle.
        member: u64,
    },
    /// A group is created, or its members are others.
    Group {
        /// Its handle.
        group: u64,
        /// Its members' handles, ascending: the order in which a selector counts them.
        members: Vec<u64>,
    },
    /// A group is deleted; no entry refers to it.
    DeleteGroup {
        /// Its handle.
        group: u64,
    },
}

/// What a command does to what packets change too: counters and registers, which the data plane keeps.
///
/// A cell is an index; of direct counters it is the number of the entry's handle
/// ([`Handles::number`](super::Handles::number)).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DataAccess {
    /// The reply is [`Reply::Counter`] of that cell.
    ReadCounter {
        /// The counters.
        counter: CounterId,
        /// Which.
        cell: u32,
    },
    /// A counter is to be `value`.
    WriteCounter {
        /// The counters.
        counter: CounterId,
        /// Which.
        cell: u32,
        /// What it is to be.
        value: CounterValue,
    },
    /// All of them are to be zero.
    ResetCounters {
        /// The counters.
        counter: CounterId,
    },
    /// The reply is [`Reply::Values`] of those cells.
    ReadRegisters {
        /// The registers.
        register: RegisterId,
        /// Which.
        cells: Range<u32>,
    },
    /// Those registers are to be `value`.
    WriteRegisters {
        /// The registers.
        register: RegisterId,
        /// Which.
        cells: Range<u32>,
        /// What they are to be, as wide as they are.
        value: Bits,
    },
}

/// What a command changes.
///
/// The control plane keeps what only commands change, and whoever processes packets takes from here what it needs of it
/// in its own form. What packets change as well (counters, registers, the fill of meters, when entries were hit) is
/// kept by whoever processes packets alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: the command only reads.
    None,
    /// An entry is added, or what it does is replaced. The direct counter of an added entry starts at zero; a direct
    /// meter keeps the rates that its cell has (`EntryMeta` in match_units.cpp).
    Entry {
        /// The table.
        table: TableId,
        /// The entry as it will be.
        entry: TableEntry,
    },
    /// Entries are deleted.
    Delete {
        /// The table.
        table: TableId,
        /// Their handles.
        handles: Vec<u64>,
    },
    /// A table's entries are all deleted, its direct counters are zero, and its handles start afresh: those given before
    /// may be given again.
    Clear {
        /// The table.
        table: TableId,
        /// The entries' handles.
        handles: Vec<u64>,
    },
    /// What a table does on a miss is replaced; `None` where the program has nothing.
    Default {
        /// The table.
        table: TableId,
        /// What it does.
        default: Option<DefaultAction>,
    },
    /// An entry's timeout is set; it counts from now.
    Timeout {
        /// The table.
        table: TableId,
        /// The entry's handle.
        handle: u64,
        /// Milliseconds; 0 is none.
        milliseconds: u32,
    },
    /// An action profile's members or groups.
    Profile {
        /// The profile.
        profile: ActionProfileId,
        /// What changes.
        change: ProfileChange,
    },
    /// Meters' rates are set, and their buckets are full.
    Rates {
        /// The meters.
        meter: MeterId,
        /// Which; of direct meters the numbers of the entries' handles.
        cells: Range<u32>,
        /// As many as the meter has, the lowest first.
        rates: Vec<MeterRate>,
    },
    /// A value set's members as they will be.
    ValueSet {
        /// The set.
        set: ValueSetId,
        /// Its members.
        members: Vec<Bits>,
    },
    /// A mirroring session as it will be.
    Mirroring {
        /// The session.
        session: u16,
        /// Where its copies go; `None`: there is no such session.
        copies: Option<MirroringSession>,
    },
    /// Limits of egress queues. Where no queue can fill up there is nothing to do.
    Queue {
        /// Which.
        queues: Queues,
        /// What.
        command: QueueCommand,
    },
    /// Parameters of a calculation.
    Calculation {
        /// The calculation.
        calculation: CalculationId,
        /// What.
        command: CalculationCommand,
    },
    /// The multicast groups, nodes and link aggregation groups as they will be.
    Multicast(Multicast),
    /// Entries, members, groups and multicast are gone, rates are unset, counters and registers are zero, and misses do
    /// what the program says.
    Reset,
    /// What packets change is read or written: the control plane keeps nothing of it.
    Data(DataAccess),
}

/// A checked command: what it changes and what it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// What it changes.
    pub change: Change,
    /// What it answers, unless [`Prepared::change`] is a [`Change::Data`] that reads: then it is for whoever keeps the
    /// data to say, and this is [`Reply::Done`]. [`EntryLife::since_hit`](hyper4_ir::EntryLife::since_hit) is 0 here.
    pub reply: Reply,
}
