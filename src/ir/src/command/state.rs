//! What is said to action profiles, counters, meters, registers, value sets, mirroring sessions and queues.

use hyper4_bits::{Bits, CrcParameters};
use serde::{Deserialize, Serialize};

/// What is said to an action profile.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ProfileCommand {
    /// `act_prof_create_member`: answers [`Reply::Handle`](crate::Reply::Handle).
    CreateMember {
        /// The action.
        action: String,
        /// Its arguments.
        arguments: Vec<Bits>,
    },
    /// `act_prof_modify_member`.
    ModifyMember {
        /// The member.
        member: u64,
        /// The action.
        action: String,
        /// Its arguments.
        arguments: Vec<Bits>,
    },
    /// `act_prof_delete_member`: refused while an entry or a group refers to it.
    DeleteMember {
        /// The member.
        member: u64,
    },
    /// `act_prof_create_group`: answers [`Reply::Handle`](crate::Reply::Handle).
    CreateGroup,
    /// `act_prof_delete_group`: refused while an entry refers to it.
    DeleteGroup {
        /// The group.
        group: u64,
    },
    /// `act_prof_add_member_to_group`.
    AddToGroup {
        /// The member.
        member: u64,
        /// The group.
        group: u64,
    },
    /// `act_prof_remove_member_from_group`.
    RemoveFromGroup {
        /// The member.
        member: u64,
        /// The group.
        group: u64,
    },
    /// `act_prof_dump`: answers [`Reply::Profile`](crate::Reply::Profile).
    Dump,
    /// `act_prof_dump_member`: answers [`Reply::Profile`](crate::Reply::Profile) with that member alone.
    DumpMember {
        /// The member.
        member: u64,
    },
    /// `act_prof_dump_group`: answers [`Reply::Profile`](crate::Reply::Profile) with that group alone.
    DumpGroup {
        /// The group.
        group: u64,
    },
}

/// A counter's state.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct CounterValue {
    /// Packets.
    pub packets: u64,
    /// Bytes, by the packets' lengths at ingress.
    pub bytes: u64,
}

/// What is said to counters. An index of a direct counter is the handle of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CounterCommand {
    /// `counter_read`: answers [`Reply::Counter`](crate::Reply::Counter).
    Read {
        /// Which.
        index: u64,
    },
    /// `counter_write`.
    Write {
        /// Which.
        index: u64,
        /// What it is to be.
        value: CounterValue,
    },
    /// `counter_reset`: all to zero.
    Reset,
}

/// One rate of a meter.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct MeterRate {
    /// Packets or bytes a microsecond.
    pub per_microsecond: f64,
    /// Packets or bytes.
    pub burst: u64,
}

impl PartialEq for MeterRate {
    /// The same bits: what is said is compared, not what it means.
    fn eq(&self, other: &Self) -> bool {
        self.per_microsecond.to_bits() == other.per_microsecond.to_bits() && self.burst == other.burst
    }
}

impl Eq for MeterRate {}

/// What is said to meters. An index of a direct meter is the handle of an entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MeterCommand {
    /// `meter_set_rates`.
    SetRates {
        /// Which.
        index: u64,
        /// As many as the meter has, the lowest first.
        rates: Vec<MeterRate>,
    },
    /// `meter_array_set_rates`: all the same; of a direct meter all that its table has room for.
    SetAllRates {
        /// As many as the meter has, the lowest first.
        rates: Vec<MeterRate>,
    },
    /// `meter_get_rates`: answers [`Reply::Rates`](crate::Reply::Rates).
    GetRates {
        /// Which.
        index: u64,
    },
}

/// What is said to registers.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum RegisterCommand {
    /// `register_read` with an index: answers [`Reply::Values`](crate::Reply::Values) with one value.
    Read {
        /// Which.
        index: u64,
    },
    /// `register_read` without an index: answers [`Reply::Values`](crate::Reply::Values).
    ReadAll,
    /// `register_write`.
    Write {
        /// Which.
        index: u64,
        /// What it is to be, as wide as the register.
        value: Bits,
    },
    /// `bm_register_write_range`, which simple_switch_CLI has no command for: from `start` to before `end`.
    WriteRange {
        /// The first.
        start: u64,
        /// Behind the last.
        end: u64,
        /// What they are to be, as wide as the register.
        value: Bits,
    },
    /// `register_reset`: all to zero.
    Reset,
}

/// What is said to a parser's value set.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum ValueSetCommand {
    /// `pvs_add`: a value that is there already stays.
    Add {
        /// The value, as wide as the set's members.
        value: Bits,
    },
    /// `pvs_remove`: done too when it isn't there.
    Remove {
        /// The value.
        value: Bits,
    },
    /// `pvs_clear`.
    Clear,
    /// `pvs_get`: answers [`Reply::Values`](crate::Reply::Values).
    Get,
}

/// Where the copies of a mirroring session go. Both may be set: to a port and to a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MirroringSession {
    /// A port.
    pub port: Option<u32>,
    /// A multicast group.
    pub group: Option<u32>,
}

/// What is said about a mirroring session.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum MirroringCommand {
    /// `mirroring_add`, `mirroring_add_mc`: replaces what the session was.
    Set(MirroringSession),
    /// `mirroring_delete`.
    Delete,
    /// `mirroring_get`: answers [`Reply::Mirroring`](crate::Reply::Mirroring).
    Get,
}

/// Which egress queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Queues {
    /// Those of all ports.
    All,
    /// Those of a port.
    Port(u32),
    /// One of a port.
    Priority {
        /// The port.
        port: u32,
        /// The queue, 0 served first.
        priority: u32,
    },
}

/// What is said to egress queues.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum QueueCommand {
    /// `set_queue_depth`: packets that it may hold.
    SetDepth(u32),
    /// `set_queue_rate`: packets a second; 0 is no limit.
    SetRate(u64),
}

/// What is said to a calculation whose algorithm has parameters.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum CalculationCommand {
    /// `set_crc16_parameters`, of `crc16_custom`.
    SetCrc16(CrcParameters),
    /// `set_crc32_parameters`, of `crc32_custom`.
    SetCrc32(CrcParameters),
    /// `set_toeplitz_hash_key`: bytes, a multiple of four.
    SetToeplitzKey(Vec<u8>),
}
