//! What comes back, as replies.

use hyper4_bits::Bits;
use hyper4_ir::{
    Command, CounterCommand, CounterValue, EntryAction, MeterCommand, MeterRate, MirroringCommand,
    MirroringSession, ProfileCommand, Program, RegisterCommand, Reply, ValueSetCommand,
};

use super::table_of;
use crate::actions::{action_entry_of, group_of, member_of};
use crate::entries::entry_of;
use crate::fields::{double, int, long, structures};
use crate::multicast::multicast_dump;
use crate::{Fields, Value};

/// What the answers to the [`calls`](super::calls) of a command come to.
///
/// # Errors
/// What isn't understood in them.
pub fn reply(program: &Program, command: &Command, answers: &[Option<Value>]) -> Result<Reply, String> {
    let first = answers.first().and_then(Option::as_ref);
    let second = answers.get(1).and_then(Option::as_ref);
    match command {
        Command::TableAdd { .. }
        | Command::TableIndirectAdd { .. }
        | Command::MulticastNodeCreate { .. }
        | Command::Profile {
            command: ProfileCommand::CreateMember { .. } | ProfileCommand::CreateGroup,
            ..
        } => match first {
            Some(Value::I32(handle)) => Ok(Reply::Handle(handle.cast_unsigned().into())),
            _ => Err("a handle is missing".to_owned()),
        },
        Command::TableNumEntries { .. } => match first {
            Some(Value::I64(count)) => Ok(Reply::Count(count.cast_unsigned())),
            _ => Err("a number is missing".to_owned()),
        },
        Command::TableDump { table } => {
            let (_, table) = table_of(program, table).map_err(|error| error.to_string())?;
            let entries = structures(list(first)?).map(|entry| entry_of(program, table, entry));
            let mut entries = entries.collect::<Result<Vec<_>, _>>()?;
            entries.sort_by_key(|entry| hyper4_switch::Handles::number(entry.handle));
            let default: Option<EntryAction> = action_entry_of(program, structure(second)?)?;
            Ok(Reply::Entries { entries, default })
        }
        Command::TableDumpEntry { table, .. } | Command::TableDumpEntryFromKey { table, .. } => {
            let (_, table) = table_of(program, table).map_err(|error| error.to_string())?;
            Ok(Reply::Entry(entry_of(program, table, structure(first)?)?))
        }
        Command::Profile { command: ProfileCommand::Dump, .. } => {
            let members = structures(list(first)?).map(|member| member_of(program, member));
            let groups = structures(list(second)?).map(group_of);
            Ok(Reply::Profile {
                members: members.collect::<Result<_, _>>()?,
                groups: groups.collect::<Result<_, _>>()?,
            })
        }
        Command::Profile { command: ProfileCommand::DumpMember { .. }, .. } => {
            Ok(Reply::Profile { members: vec![member_of(program, structure(first)?)?], groups: Vec::new() })
        }
        Command::Profile { command: ProfileCommand::DumpGroup { .. }, .. } => {
            Ok(Reply::Profile { members: Vec::new(), groups: vec![group_of(structure(first)?)?] })
        }
        Command::Counter { command: CounterCommand::Read { .. }, .. } => {
            let value = structure(first)?;
            let number =
                |field| long(value, field).map(i64::cast_unsigned).ok_or("a counter without a number");
            Ok(Reply::Counter(CounterValue { bytes: number(1)?, packets: number(2)? }))
        }
        Command::Meter { command: MeterCommand::GetRates { .. }, .. } => {
            let rate = |rate: &Fields| MeterRate {
                per_microsecond: double(rate, 1).unwrap_or_default(),
                burst: u64::from(int(rate, 2).unwrap_or_default().cast_unsigned()),
            };
            Ok(Reply::Rates(structures(list(first)?).map(rate).collect()))
        }
        Command::Register { register, command: RegisterCommand::Read { .. } | RegisterCommand::ReadAll } => {
            let id = program.register_by_name(register).and_then(|id| program.registers.get(id.index()));
            let width = id.ok_or("a register that the program doesn't have")?.width;
            if width > 64 {
                return Err(format!("a register of {width} bits can't be read: the wire has 64"));
            }
            let value = |value: &Value| match value {
                Value::I64(value) => Some(Bits::from_u64(width, value.cast_unsigned())),
                _ => None,
            };
            let values = match first {
                Some(Value::List(values)) => values.iter().filter_map(value).collect(),
                other => other.and_then(value).into_iter().collect(),
            };
            Ok(Reply::Values(values))
        }
        Command::ValueSet { set, command: ValueSetCommand::Get } => {
            let id = program.value_set_by_name(set).and_then(|id| program.value_sets.get(id.index()));
            let width = id.ok_or("a value set that the program doesn't have")?.width;
            let values = crate::fields::strings(list(first)?).map(|bytes| value_set_member(width, bytes));
            Ok(Reply::Values(values.collect()))
        }
        Command::Mirroring { command: MirroringCommand::Get, .. } => {
            let session = structure(first)?;
            let part = |number| int(session, number).map(i32::cast_unsigned);
            Ok(Reply::Mirroring(MirroringSession { port: part(1), group: part(2) }))
        }
        Command::MulticastDump => match first {
            Some(Value::Binary(text)) => multicast_dump(&String::from_utf8_lossy(text)).map(Reply::Multicast),
            _ => Err("the groups are missing".to_owned()),
        },
        _ => Ok(Reply::Done),
    }
}

/// The member of a value set that is these bytes: as wide as the set when it has as many bytes, else as wide as they.
pub(crate) fn value_set_member(width: u32, bytes: &[u8]) -> Bits {
    let given = bytes.len() as u32 * 8;
    Bits::from_be_bytes(if given == width.next_multiple_of(8) { width } else { given }, bytes)
}

fn structure(value: Option<&Value>) -> Result<&Fields, String> {
    match value {
        Some(Value::Struct(fields)) => Ok(fields),
        _ => Err("a structure is missing".to_owned()),
    }
}

fn list(value: Option<&Value>) -> Result<&[Value], String> {
    match value {
        Some(Value::List(values)) => Ok(values),
        _ => Err("a list is missing".to_owned()),
    }
}
