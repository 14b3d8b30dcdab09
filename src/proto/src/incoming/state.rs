//! Calls about counters, meters, registers, value sets, calculations, multicast, mirroring and queues.

use hyper4_bits::{Bits, CrcParameters};
use hyper4_ir::{
    CalculationCommand, Command, CounterCommand, CounterValue, MeterCommand, MeterRate, MirroringCommand,
    MirroringSession, Program, QueueCommand, Queues, RegisterCommand, ValueSetCommand,
};

use super::{index, set};
use crate::code::{INVALID_NAME, SESSION_NOT_FOUND, multicast as code};
use crate::fields::{boolean, bytes, double, int, list, long, short, structure, structures, text};
use crate::outgoing::value_set_member;
use crate::{Fields, Outcome};

/// A number of 64 bits as a register of that width keeps it.
fn wrapped(width: u32, value: i64) -> Bits {
    Bits::from_u64(64, value.cast_unsigned()).sign_extend(width.max(64)).resize(width)
}

pub(super) fn counter_value(value: Option<&Fields>) -> CounterValue {
    let number = |field| value.and_then(|value| long(value, field)).unwrap_or_default().cast_unsigned();
    CounterValue { bytes: number(1), packets: number(2) }
}

pub(super) fn rates(fields: &Fields, number: i16) -> Vec<MeterRate> {
    let rate = |rate: &Fields| MeterRate {
        per_microsecond: double(rate, 1).unwrap_or_default(),
        burst: i64::from(int(rate, 2).unwrap_or_default()).cast_unsigned(),
    };
    structures(list(fields, number)).map(rate).collect()
}

/// Arguments 1 and 2 are the context and a name.
pub(super) fn standard(
    program: Option<&Program>,
    method: &str,
    arguments: &Fields,
) -> Result<Vec<Command>, Outcome> {
    if method == "bm_reset_state" {
        return Ok(vec![Command::ResetState]);
    }
    let name = text(arguments, 2);
    let unknown = || Outcome::Refused(INVALID_NAME);
    let (area, what) =
        method.strip_prefix("bm_").and_then(|rest| rest.split_once('_')).ok_or(Outcome::UnknownMethod)?;
    Ok(vec![match (area, what) {
        ("counter", _) => {
            let command = match what {
                "read" => CounterCommand::Read { index: index(arguments, 3) },
                "write" => CounterCommand::Write {
                    index: index(arguments, 3),
                    value: counter_value(structure(arguments, 4)),
                },
                "reset_all" => CounterCommand::Reset,
                _ => return Err(Outcome::UnknownMethod),
            };
            // Direct counters are their table's.
            let found =
                program.and_then(|p| p.counters.iter().find(|c| c.name == name && c.direct.is_none()));
            Command::Counter { counter: found.ok_or_else(unknown)?.name.clone(), command }
        }
        ("meter", _) => {
            let command = match what {
                "array_set_rates" => MeterCommand::SetAllRates { rates: rates(arguments, 3) },
                "set_rates" => {
                    MeterCommand::SetRates { index: index(arguments, 3), rates: rates(arguments, 4) }
                }
                "get_rates" => MeterCommand::GetRates { index: index(arguments, 3) },
                _ => return Err(Outcome::UnknownMethod),
            };
            let found = program.and_then(|p| p.meters.iter().find(|m| m.name == name));
            Command::Meter { meter: found.ok_or_else(unknown)?.name.clone(), command }
        }
        ("register", _) => {
            let found = program.and_then(|p| p.registers.iter().find(|r| r.name == name));
            let value = |number| match found {
                Some(register) => wrapped(register.width, long(arguments, number).unwrap_or_default()),
                None => Bits::zero(1),
            };
            let command = match what {
                "read" => RegisterCommand::Read { index: index(arguments, 3) },
                "read_all" => RegisterCommand::ReadAll,
                "write" => RegisterCommand::Write { index: index(arguments, 3), value: value(4) },
                "write_range" => RegisterCommand::WriteRange {
                    start: index(arguments, 3),
                    end: index(arguments, 4),
                    value: value(5),
                },
                "reset" => RegisterCommand::Reset,
                _ => return Err(Outcome::UnknownMethod),
            };
            Command::Register { register: found.ok_or_else(unknown)?.name.clone(), command }
        }
        ("parse", _) => {
            let found = program.and_then(|p| p.value_sets.iter().find(|s| s.name == name));
            let value = || {
                let bytes = bytes(arguments, 3).unwrap_or_default();
                value_set_member(found.map_or(1, |set| set.width), bytes)
            };
            let command = match what {
                "vset_add" => ValueSetCommand::Add { value: value() },
                "vset_remove" => ValueSetCommand::Remove { value: value() },
                "vset_get" => ValueSetCommand::Get,
                "vset_clear" => ValueSetCommand::Clear,
                _ => return Err(Outcome::UnknownMethod),
            };
            Command::ValueSet { set: found.ok_or_else(unknown)?.name.clone(), command }
        }
        ("set", "crc16_custom_parameters") => {
            let crc =
                crc(arguments, |fields, field| short(fields, field).map(|n| u64::from(n.cast_unsigned())));
            calculation(program, &name, CalculationCommand::SetCrc16(crc))?
        }
        ("set", "crc32_custom_parameters") => {
            let crc =
                crc(arguments, |fields, field| int(fields, field).map(|n| u64::from(n.cast_unsigned())));
            calculation(program, &name, CalculationCommand::SetCrc32(crc))?
        }
        ("set", "toeplitz_hash_key") => {
            let key = bytes(arguments, 3).unwrap_or_default().to_vec();
            // bmv2 doesn't look first whether it is there.
            let unknown = |_| Outcome::Failed("unordered_map::at".to_owned());
            calculation(program, &name, CalculationCommand::SetToeplitzKey(key)).map_err(unknown)?
        }
        _ => return Err(Outcome::UnknownMethod),
    }])
}

fn calculation(
    program: Option<&Program>,
    name: &str,
    command: CalculationCommand,
) -> Result<Command, Outcome> {
    let found = program.and_then(|p| p.calculations.iter().find(|c| c.name == name));
    let found = found.ok_or(Outcome::Refused(INVALID_NAME))?;
    Ok(Command::Calculation { calculation: found.name.clone(), command })
}

fn crc(arguments: &Fields, number: fn(&Fields, i16) -> Option<u64>) -> CrcParameters {
    let none = Fields::new();
    let parameters = structure(arguments, 3).unwrap_or(&none);
    CrcParameters {
        polynomial: number(parameters, 1).unwrap_or_default(),
        initial_remainder: number(parameters, 2).unwrap_or_default(),
        final_xor_value: number(parameters, 3).unwrap_or_default(),
        data_reflected: boolean(parameters, 4).unwrap_or_default(),
        remainder_reflected: boolean(parameters, 5).unwrap_or_default(),
    }
}

/// A multicast group; greater ones than a packet can name can be made in simple_switch, and aren't carried here.
fn group(arguments: &Fields, number: i16) -> Result<u16, Outcome> {
    u16::try_from(int(arguments, number).unwrap_or_default())
        .map_err(|_| Outcome::Refused(code::INVALID_GROUP_HANDLE))
}

/// Argument 1 is the context.
pub(super) fn multicast(method: &str, arguments: &Fields, with_lags: bool) -> Result<Vec<Command>, Outcome> {
    let node = |number| index(arguments, number);
    let lags = |number| if with_lags { set(arguments, number) } else { Ok(Vec::new()) };
    Ok(vec![match method {
        "bm_mc_mgrp_create" => Command::MulticastGroupCreate { group: group(arguments, 2)? },
        "bm_mc_mgrp_destroy" => Command::MulticastGroupDestroy { group: group(arguments, 2)? },
        "bm_mc_node_create" => Command::MulticastNodeCreate {
            // A copy's number has 16 bits.
            rid: int(arguments, 2).unwrap_or_default() as u16,
            ports: set(arguments, 3)?,
            lags: lags(4)?,
        },
        "bm_mc_node_update" => {
            Command::MulticastNodeUpdate { node: node(2), ports: set(arguments, 3)?, lags: lags(4)? }
        }
        "bm_mc_node_associate" => {
            Command::MulticastNodeAssociate { group: group(arguments, 2)?, node: node(3) }
        }
        "bm_mc_node_dissociate" => {
            Command::MulticastNodeDissociate { group: group(arguments, 2)?, node: node(3) }
        }
        "bm_mc_node_destroy" => Command::MulticastNodeDestroy { node: node(2) },
        "bm_mc_set_lag_membership" if with_lags => Command::MulticastSetLagMembership {
            lag: short(arguments, 2).unwrap_or_default().cast_unsigned(),
            ports: set(arguments, 3)?,
        },
        "bm_mc_get_entries" => Command::MulticastDump,
        _ => return Err(Outcome::UnknownMethod),
    }])
}

pub(super) fn simple_switch(method: &str, arguments: &Fields) -> Result<Vec<Command>, Outcome> {
    if let Some(rest) = method.strip_prefix("set_") {
        return queue(rest, arguments).map(|command| vec![command]);
    }
    let session = u16::try_from(int(arguments, 1).unwrap_or_default()).ok();
    let config = structure(arguments, 2);
    let part = |number| config.and_then(|config| int(config, number)).map(i32::cast_unsigned);
    let (command, out_of_range) = match method {
        "mirroring_session_add" => {
            let copies = MirroringSession { port: part(1), group: part(2) };
            // It has no exception for a session that can't be.
            (MirroringCommand::Set(copies), Outcome::Done)
        }
        "mirroring_mapping_add" => {
            let port = int(arguments, 2).unwrap_or_default().cast_unsigned();
            let copies = MirroringSession { port: Some(port), group: None };
            (MirroringCommand::Set(copies), Outcome::Result(crate::Value::I32(0)))
        }
        "mirroring_session_delete" => (MirroringCommand::Delete, Outcome::Refused(SESSION_NOT_FOUND)),
        "mirroring_mapping_delete" => (MirroringCommand::Delete, Outcome::Result(crate::Value::I32(0))),
        "mirroring_session_get" => (MirroringCommand::Get, Outcome::Refused(SESSION_NOT_FOUND)),
        "mirroring_mapping_get_egress_port" => {
            (MirroringCommand::Get, Outcome::Result(crate::Value::I32(-1)))
        }
        _ => return Err(Outcome::UnknownMethod),
    };
    match session.filter(|session| *session < 1 << 15) {
        Some(session) => Ok(vec![Command::Mirroring { session, command }]),
        None => Err(out_of_range),
    }
}

fn queue(method: &str, arguments: &Fields) -> Result<Command, Outcome> {
    let number = |field| int(arguments, field).unwrap_or_default().cast_unsigned();
    let (queues, value) = match method.rsplit_once('_') {
        Some(("all_egress_queue", _)) => (Queues::All, 1),
        Some(("egress_queue", _)) => (Queues::Port(number(1)), 2),
        Some(("egress_priority_queue", _)) => (Queues::Priority { port: number(1), priority: number(2) }, 3),
        _ => return Err(Outcome::UnknownMethod),
    };
    let command = match method.rsplit('_').next() {
        Some("depth" | "depths") => QueueCommand::SetDepth(number(value)),
        Some("rate" | "rates") => {
            QueueCommand::SetRate(long(arguments, value).unwrap_or_default().cast_unsigned())
        }
        _ => return Err(Outcome::UnknownMethod),
    };
    Ok(Command::Queue { queues, command })
}
