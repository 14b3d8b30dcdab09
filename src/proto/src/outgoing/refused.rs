//! What a real switch's codes say of a command.

use hyper4_ir::{
    Command, CounterCommand, MeterCommand, ProfileCommand, ProfileTarget, Program, RegisterCommand,
};
use hyper4_switch::{ControlError, MulticastError, ObjectKind};

use super::table_of;
use crate::code;

/// What the code of an exception says of the command whose call it answers; `None` when it says nothing known.
pub fn refused(program: &Program, command: &Command, code: i32) -> Option<ControlError> {
    let unknown =
        |kind: ObjectKind, name: &str| Some(ControlError::UnknownObject { kind, name: name.to_owned() });
    match command {
        Command::TableAdd { table, action, .. }
        | Command::TableModify { table, action, .. }
        | Command::TableSetDefault { table, action, .. } => {
            table_error(program, table, code, Subject { action, ..subject(command) })
        }
        Command::TableDelete { table, .. }
        | Command::TableResetDefault { table }
        | Command::TableClear { table }
        | Command::TableDump { table }
        | Command::TableNumEntries { table }
        | Command::TableDumpEntry { table, .. }
        | Command::TableDumpEntryFromKey { table, .. }
        | Command::TableSetTimeout { table, .. }
        | Command::TableIndirectAdd { table, .. }
        | Command::TableIndirectModify { table, .. }
        | Command::TableIndirectDelete { table, .. }
        | Command::TableIndirectSetDefault { table, .. }
        | Command::TableIndirectResetDefault { table } => table_error(program, table, code, subject(command)),
        Command::Profile { profile, command } => profile_error(profile, command, code),
        Command::Counter { counter, command } => {
            let id = program.counter_by_name(counter).and_then(|id| program.counters.get(id.index()))?;
            let index = match command {
                CounterCommand::Read { index } | CounterCommand::Write { index, .. } => *index,
                CounterCommand::Reset => 0,
            };
            match id.direct.and_then(|table| program.tables.get(table.index())) {
                Some(table) => table_error(program, &table.name, code, Subject { handle: index, ..NOTHING }),
                None if code == code::INVALID_NAME => unknown(ObjectKind::Counter, counter),
                None => indexed(&id.name, index, id.size, code),
            }
        }
        Command::Meter { meter, command } => {
            let declared = program.meter_by_name(meter).and_then(|id| program.meters.get(id.index()))?;
            let (index, rates, all) = match command {
                MeterCommand::SetRates { index, rates } => (*index, rates.len(), false),
                MeterCommand::SetAllRates { rates } => (0, rates.len(), true),
                MeterCommand::GetRates { index } => (*index, 0, false),
            };
            let table = declared.direct.and_then(|table| program.tables.get(table.index()));
            match (table, code) {
                // The table's code for all that is wrong with rates; how many they are is looked at first.
                (Some(_), code::table::ERROR) if !all && rates == declared.rate_count as usize => {
                    Some(ControlError::FallingRates(declared.name.clone()))
                }
                (Some(table), _) if !all => {
                    table_error(program, &table.name, code, Subject { handle: index, ..NOTHING })
                }
                (_, code::INVALID_NAME) => unknown(ObjectKind::Meter, meter),
                (_, code::BAD_RATES_LIST) => Some(ControlError::BadRatesList {
                    meter: declared.name.clone(),
                    wanted: declared.rate_count,
                    given: rates,
                }),
                (_, code::INVALID_RATE) => Some(ControlError::FallingRates(declared.name.clone())),
                _ => indexed(&declared.name, index, declared.size, code),
            }
        }
        Command::Register { register, command } => {
            let declared =
                program.register_by_name(register).and_then(|id| program.registers.get(id.index()))?;
            let size = declared.size;
            let index = match command {
                RegisterCommand::Read { index } | RegisterCommand::Write { index, .. } => *index,
                RegisterCommand::WriteRange { end, .. } if *end > u64::from(size) => *end,
                RegisterCommand::WriteRange { start, .. } => *start,
                RegisterCommand::ReadAll | RegisterCommand::Reset => 0,
            };
            match code {
                code::INVALID_NAME => unknown(ObjectKind::Register, register),
                _ => indexed(&declared.name, index, size, code),
            }
        }
        Command::ValueSet { set, .. } => match code {
            code::INVALID_NAME => unknown(ObjectKind::ValueSet, set),
            _ => None,
        },
        Command::Mirroring { session, .. } => Some(ControlError::UnknownSession(*session)),
        Command::Calculation { calculation, .. } => match code {
            code::INVALID_NAME => unknown(ObjectKind::Calculation, calculation),
            code::WRONG_TYPE_CALCULATION => Some(ControlError::WrongCalculation {
                calculation: calculation.clone(),
                algorithm: program
                    .calculation_by_name(calculation)
                    .and_then(|id| program.calculations.get(id.index()))
                    .map_or("of another kind", |calculation| calculation.algorithm.bmv2_name()),
            }),
            _ => None,
        },
        Command::Queue { .. } | Command::ResetState => None,
        Command::MulticastGroupCreate { group } | Command::MulticastGroupDestroy { group } => {
            Some(multicast_error(code, Some(*group), None).into())
        }
        Command::MulticastNodeAssociate { group, node }
        | Command::MulticastNodeDissociate { group, node } => {
            Some(multicast_error(code, Some(*group), Some(*node)).into())
        }
        Command::MulticastNodeUpdate { node, .. } | Command::MulticastNodeDestroy { node } => {
            Some(multicast_error(code, None, Some(*node)).into())
        }
        Command::MulticastNodeCreate { .. }
        | Command::MulticastSetLagMembership { .. }
        | Command::MulticastDump => Some(multicast_error(code, None, None).into()),
    }
}

/// What a command for a table names.
#[derive(Clone, Copy)]
struct Subject<'a> {
    action: &'a str,
    handle: u64,
    member: u64,
    group: u64,
}

const NOTHING: Subject<'static> = Subject { action: "", handle: 0, member: 0, group: 0 };

fn subject(command: &Command) -> Subject<'static> {
    let handle = match command {
        Command::TableModify { handle, .. }
        | Command::TableDelete { handle, .. }
        | Command::TableDumpEntry { handle, .. }
        | Command::TableSetTimeout { handle, .. }
        | Command::TableIndirectModify { handle, .. }
        | Command::TableIndirectDelete { handle, .. } => *handle,
        _ => 0,
    };
    let (member, group) = match command {
        Command::TableIndirectAdd { target, .. }
        | Command::TableIndirectModify { target, .. }
        | Command::TableIndirectSetDefault { target, .. } => match target {
            ProfileTarget::Member(member) => (*member, 0),
            ProfileTarget::Group(group) => (0, *group),
        },
        _ => (0, 0),
    };
    Subject { handle, member, group, ..NOTHING }
}

fn table_error(program: &Program, name: &str, code: i32, subject: Subject<'_>) -> Option<ControlError> {
    let (_, declared) = table_of(program, name).ok()?;
    let table = declared.name.clone();
    let refused = || "simple_switch refuses it".to_owned();
    let profile = || match declared.implementation {
        hyper4_ir::TableImplementation::Profile(id) => {
            program.action_profiles.get(id.index()).map_or_else(String::new, |profile| profile.name.clone())
        }
        hyper4_ir::TableImplementation::Simple => String::new(),
    };
    let Subject { action, handle, member, group } = subject;
    let action = action.to_owned();
    Some(match code {
        code::table::FULL => ControlError::TableFull { table, size: declared.max_size },
        code::table::INVALID_HANDLE => ControlError::InvalidHandle { table, handle },
        code::table::EXPIRED_HANDLE => ControlError::ExpiredHandle { table, handle },
        code::table::COUNTERS_DISABLED => ControlError::CountersDisabled(table),
        code::table::METERS_DISABLED => ControlError::MetersDisabled(table),
        code::table::AGEING_DISABLED => ControlError::AgeingDisabled(table),
        code::table::INVALID_TABLE_NAME => ControlError::UnknownTable(table),
        code::table::INVALID_ACTION_NAME => ControlError::UnknownAction { table, action },
        code::table::WRONG_TABLE_TYPE => {
            ControlError::WrongTableType { table, reason: "is of another kind than the command is for" }
        }
        code::table::INVALID_MEMBER => ControlError::InvalidMember { profile: profile(), member },
        code::table::INVALID_GROUP => ControlError::InvalidGroup { profile: profile(), group },
        code::table::EMPTY_GROUP => ControlError::EmptyGroup { profile: profile(), group },
        code::table::DUPLICATE_ENTRY => ControlError::DuplicateEntry(table),
        code::table::BAD_MATCH_KEY => ControlError::BadMatchKey { table, reason: refused() },
        code::table::NO_TABLE_KEY => ControlError::NoTableKey(table),
        code::table::DEFAULT_ACTION_IS_CONST => ControlError::ConstDefaultAction(table),
        code::table::DEFAULT_ENTRY_IS_CONST => ControlError::ConstDefaultEntry(table),
        code::table::IMMUTABLE_TABLE_ENTRIES => ControlError::ImmutableEntries(table),
        code::table::BAD_ACTION_DATA => ControlError::BadActionData { action, reason: refused() },
        _ => return None,
    })
}

fn profile_error(name: &str, command: &ProfileCommand, code: i32) -> Option<ControlError> {
    let profile = name.to_owned();
    let (member, group, action) = match command {
        ProfileCommand::CreateMember { action, .. } => (0, 0, action.as_str()),
        ProfileCommand::ModifyMember { member, action, .. } => (*member, 0, action.as_str()),
        ProfileCommand::DeleteMember { member } | ProfileCommand::DumpMember { member } => (*member, 0, ""),
        ProfileCommand::DeleteGroup { group } | ProfileCommand::DumpGroup { group } => (0, *group, ""),
        ProfileCommand::AddToGroup { member, group } | ProfileCommand::RemoveFromGroup { member, group } => {
            (*member, *group, "")
        }
        ProfileCommand::CreateGroup | ProfileCommand::Dump => (0, 0, ""),
    };
    let action = action.to_owned();
    Some(match code {
        code::table::INVALID_PROFILE_NAME => {
            ControlError::UnknownObject { kind: ObjectKind::Profile, name: profile }
        }
        code::table::INVALID_ACTION_NAME => ControlError::UnknownProfileAction { profile, action },
        code::table::BAD_ACTION_DATA => {
            ControlError::BadActionData { action, reason: "simple_switch refuses it".to_owned() }
        }
        code::table::INVALID_MEMBER => ControlError::InvalidMember { profile, member },
        code::table::MEMBER_STILL_USED => ControlError::MemberInUse { profile, member },
        code::table::MEMBER_ALREADY_IN_GROUP => ControlError::MemberInGroup { member, group },
        code::table::MEMBER_NOT_IN_GROUP => ControlError::MemberNotInGroup { member, group },
        code::table::INVALID_GROUP => ControlError::InvalidGroup { profile, group },
        code::table::GROUP_STILL_USED => ControlError::GroupInUse { profile, group },
        _ => return None,
    })
}

fn indexed(name: &str, index: u64, size: u32, code: i32) -> Option<ControlError> {
    (code == code::INVALID_INDEX).then(|| ControlError::InvalidIndex { name: name.to_owned(), index, size })
}

fn multicast_error(code: i32, group: Option<u16>, node: Option<u64>) -> MulticastError {
    match (code, group, node) {
        (code::multicast::FULL, ..) => MulticastError::Full,
        (code::multicast::INVALID_GROUP | code::multicast::INVALID_GROUP_HANDLE, Some(group), _) => {
            MulticastError::NoGroup(group)
        }
        (code::multicast::INVALID_NODE, _, Some(node)) => MulticastError::NoNode(node),
        (_, Some(group), Some(node)) => MulticastError::Association(format!(
            "node {node} isn't in group {group}, or is in a group already"
        )),
        _ => MulticastError::Other(format!("simple_switch refuses it with code {code}")),
    }
}
