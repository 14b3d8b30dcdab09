//! Commands for what isn't a table.

use std::fmt::{self, Formatter};

use hyper4_bits::CrcParameters;

use super::{last, spaced};
use crate::{
    CalculationCommand, CounterCommand, MeterCommand, MeterRate, MirroringCommand, MirroringSession,
    ProfileCommand, QueueCommand, Queues, RegisterCommand, ValueSetCommand,
};

pub(super) fn profile(f: &mut Formatter<'_>, profile: &str, command: &ProfileCommand) -> fmt::Result {
    match command {
        ProfileCommand::CreateMember { action, arguments } => {
            write!(f, "act_prof_create_member {profile} {action}")?;
            spaced(f, arguments)
        }
        ProfileCommand::ModifyMember { member, action, arguments } => {
            // Without a word behind the member simple_switch_CLI falls over.
            write!(f, "act_prof_modify_member {profile} {action} {member} =>")?;
            spaced(f, arguments)
        }
        ProfileCommand::DeleteMember { member } => write!(f, "act_prof_delete_member {profile} {member}"),
        ProfileCommand::CreateGroup => write!(f, "act_prof_create_group {profile}"),
        ProfileCommand::DeleteGroup { group } => write!(f, "act_prof_delete_group {profile} {group}"),
        ProfileCommand::AddToGroup { member, group } => {
            write!(f, "act_prof_add_member_to_group {profile} {member} {group}")
        }
        ProfileCommand::RemoveFromGroup { member, group } => {
            write!(f, "act_prof_remove_member_from_group {profile} {member} {group}")
        }
        ProfileCommand::Dump => write!(f, "act_prof_dump {profile}"),
        ProfileCommand::DumpMember { member } => write!(f, "act_prof_dump_member {profile} {member}"),
        ProfileCommand::DumpGroup { group } => write!(f, "act_prof_dump_group {profile} {group}"),
    }
}

pub(super) fn counter(f: &mut Formatter<'_>, counter: &str, command: &CounterCommand) -> fmt::Result {
    match command {
        CounterCommand::Read { index } => write!(f, "counter_read {counter} {index}"),
        CounterCommand::Write { index, value } => {
            write!(f, "counter_write {counter} {index} {} {}", value.packets, value.bytes)
        }
        CounterCommand::Reset => write!(f, "counter_reset {counter}"),
    }
}

pub(super) fn meter(f: &mut Formatter<'_>, meter: &str, command: &MeterCommand) -> fmt::Result {
    let rates = |f: &mut Formatter<'_>, rates: &[MeterRate]| {
        rates.iter().try_for_each(|rate| write!(f, " {}:{}", rate.per_microsecond, rate.burst))
    };
    match command {
        MeterCommand::SetRates { index, rates: all } => {
            write!(f, "meter_set_rates {meter} {index}")?;
            rates(f, all)
        }
        MeterCommand::SetAllRates { rates: all } => {
            write!(f, "meter_array_set_rates {meter}")?;
            rates(f, all)
        }
        MeterCommand::GetRates { index } => write!(f, "meter_get_rates {meter} {index}"),
    }
}

pub(super) fn register(f: &mut Formatter<'_>, register: &str, command: &RegisterCommand) -> fmt::Result {
    match command {
        RegisterCommand::Read { index } => write!(f, "register_read {register} {index}"),
        RegisterCommand::ReadAll => write!(f, "register_read {register}"),
        RegisterCommand::Write { index, value } => {
            write!(f, "register_write {register} {index} {}", value.to_biguint())
        }
        RegisterCommand::WriteRange { start, end, value } => {
            write!(f, "register_write_range {register} {start} {end} {}", value.to_biguint())
        }
        RegisterCommand::Reset => write!(f, "register_reset {register}"),
    }
}

pub(super) fn value_set(f: &mut Formatter<'_>, set: &str, command: &ValueSetCommand) -> fmt::Result {
    match command {
        ValueSetCommand::Add { value } => write!(f, "pvs_add {set} {value}"),
        ValueSetCommand::Remove { value } => write!(f, "pvs_remove {set} {value}"),
        ValueSetCommand::Clear => write!(f, "pvs_clear {set}"),
        ValueSetCommand::Get => write!(f, "pvs_get {set}"),
    }
}

pub(super) fn mirroring(f: &mut Formatter<'_>, session: u16, command: &MirroringCommand) -> fmt::Result {
    match command {
        MirroringCommand::Set(MirroringSession { port: Some(port), group: None }) => {
            write!(f, "mirroring_add {session} {port}")
        }
        MirroringCommand::Set(MirroringSession { port: None, group: Some(group) }) => {
            write!(f, "mirroring_add_mc {session} {group}")
        }
        MirroringCommand::Set(MirroringSession { port: Some(port), group: Some(group) }) => {
            write!(f, "mirroring_set {session} port {port} group {group}")
        }
        MirroringCommand::Set(MirroringSession { port: None, group: None }) => {
            write!(f, "mirroring_set {session}")
        }
        MirroringCommand::Delete => write!(f, "mirroring_delete {session}"),
        MirroringCommand::Get => write!(f, "mirroring_get {session}"),
    }
}

pub(super) fn queue(f: &mut Formatter<'_>, queues: Queues, command: QueueCommand) -> fmt::Result {
    match command {
        QueueCommand::SetDepth(packets) => write!(f, "set_queue_depth {packets}")?,
        QueueCommand::SetRate(rate) => write!(f, "set_queue_rate {rate}")?,
    }
    match queues {
        Queues::All => Ok(()),
        Queues::Port(port) => last(f, Some(port)),
        Queues::Priority { port, priority } => write!(f, " {port} {priority}"),
    }
}

pub(super) fn calculation(f: &mut Formatter<'_>, name: &str, command: &CalculationCommand) -> fmt::Result {
    let (width, parameters) = match command {
        CalculationCommand::SetCrc16(parameters) => (16, parameters),
        CalculationCommand::SetCrc32(parameters) => (32, parameters),
        CalculationCommand::SetToeplitzKey(key) => {
            write!(f, "set_toeplitz_hash_key {name} ")?;
            return key.iter().try_for_each(|byte| write!(f, "{byte:02x}"));
        }
    };
    let CrcParameters { polynomial, initial_remainder, final_xor_value, .. } = parameters;
    write!(
        f,
        "set_crc{width}_parameters {name} {polynomial:#x} {initial_remainder:#x} {final_xor_value:#x} {} {}",
        parameters.data_reflected, parameters.remainder_reflected
    )
}
