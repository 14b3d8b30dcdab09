//! Calls about tables and action profiles.

use hyper4_ir::{
    Action, ActionId, ActionProfileId, Command, CounterCommand, MeterCommand, ProfileCommand, ProfileTarget,
    Program, Table, TableId, TableImplementation,
};

use super::state::{counter_value, rates};
use crate::actions::{arguments_of, handle_of};
use crate::code::table as code;
use crate::entries::{key_of, ranked};
use crate::fields::{boolean, int, list, structure, text};
use crate::{Fields, Outcome};

fn refuse<T>(code: i32) -> Result<T, Outcome> {
    Err(Outcome::Refused(code))
}

/// Arguments 1 and 2 are always the context and a name.
pub(super) fn commands(
    program: Option<&Program>,
    method: &str,
    arguments: &Fields,
) -> Result<Vec<Command>, Outcome> {
    let name = text(arguments, 2);
    if let Some(what) = method.strip_prefix("bm_mt_act_prof_") {
        return profile(program, what, &name, arguments).map(|command| vec![command]);
    }
    let Some((program, id, table)) = program.and_then(|program| {
        let position = program.tables.iter().position(|table| table.name == name)?;
        Some((program, TableId(position as u32), program.tables.get(position)?))
    }) else {
        return if known(method) { refuse(code::INVALID_TABLE_NAME) } else { Err(Outcome::UnknownMethod) };
    };
    let call = TableCall { program, id, table, arguments };
    let simple = table.implementation == TableImplementation::Simple;
    let handle = handle_of(arguments, 3).unwrap_or_default();
    let table = name;
    let direct = |member: bool| {
        // What a table with an action profile, or without one, doesn't do.
        if simple == member { refuse(code::WRONG_TABLE_TYPE) } else { Ok(()) }
    };
    let member = ProfileTarget::Member(handle_of(arguments, 4).unwrap_or_default());
    let group = ProfileTarget::Group(handle_of(arguments, 4).unwrap_or_default());
    Ok(vec![match method {
        "bm_mt_get_num_entries" => Command::TableNumEntries { table },
        "bm_mt_clear_entries" => {
            let clear = Command::TableClear { table: table.clone() };
            if !boolean(arguments, 3).unwrap_or_default() {
                return Ok(vec![clear]);
            }
            let reset = if simple {
                Command::TableResetDefault { table }
            } else {
                Command::TableIndirectResetDefault { table }
            };
            return Ok(vec![clear, reset]);
        }
        "bm_mt_add_entry" => {
            direct(false)?;
            let (action, data) = call.action(4)?;
            call.check_mutable()?;
            let data = data.ok_or(Outcome::Refused(code::BAD_ACTION_DATA))?;
            let (key, priority) = (call.key(3)?, call.priority(6)?);
            Command::TableAdd { table, key, action, arguments: data, priority }
        }
        "bm_mt_set_default_action" => {
            direct(false)?;
            let (action, data) = call.action(3)?;
            let data = data.ok_or(Outcome::Refused(code::BAD_ACTION_DATA))?;
            Command::TableSetDefault { table, action, arguments: data }
        }
        "bm_mt_reset_default_entry" => Command::TableResetDefault { table },
        "bm_mt_delete_entry" => Command::TableDelete { table, handle },
        "bm_mt_modify_entry" => {
            direct(false)?;
            let (action, data) = call.action(4)?;
            call.check_mutable()?;
            let data = data.ok_or(Outcome::Refused(code::BAD_ACTION_DATA))?;
            Command::TableModify { table, handle, action, arguments: data }
        }
        "bm_mt_set_entry_ttl" | "bm_mt_indirect_set_entry_ttl" => {
            let milliseconds = int(arguments, 4).unwrap_or_default().cast_unsigned();
            Command::TableSetTimeout { table, handle, milliseconds }
        }
        "bm_mt_indirect_add_entry" => {
            direct(true)?;
            let (key, priority) = (call.key(3)?, call.priority(5)?);
            Command::TableIndirectAdd { table, key, target: member, priority }
        }
        "bm_mt_indirect_ws_add_entry" => {
            direct(true)?;
            let (key, priority) = (call.key(3)?, call.priority(5)?);
            Command::TableIndirectAdd { table, key, target: group, priority }
        }
        "bm_mt_indirect_modify_entry" => Command::TableIndirectModify { table, handle, target: member },
        "bm_mt_indirect_ws_modify_entry" => Command::TableIndirectModify { table, handle, target: group },
        "bm_mt_indirect_delete_entry" => Command::TableIndirectDelete { table, handle },
        "bm_mt_indirect_set_default_member" => {
            Command::TableIndirectSetDefault { table, target: ProfileTarget::Member(handle) }
        }
        "bm_mt_indirect_ws_set_default_group" => {
            Command::TableIndirectSetDefault { table, target: ProfileTarget::Group(handle) }
        }
        "bm_mt_indirect_reset_default_entry" => Command::TableIndirectResetDefault { table },
        "bm_mt_read_counter" => call.counter(CounterCommand::Read { index: handle })?,
        "bm_mt_reset_counters" => call.counter(CounterCommand::Reset)?,
        "bm_mt_write_counter" => {
            let value = counter_value(structure(arguments, 4));
            call.counter(CounterCommand::Write { index: handle, value })?
        }
        "bm_mt_set_meter_rates" => {
            call.meter(MeterCommand::SetRates { index: handle, rates: rates(arguments, 4) })?
        }
        "bm_mt_get_meter_rates" => call.meter(MeterCommand::GetRates { index: handle })?,
        "bm_mt_get_entries" | "bm_mt_get_default_entry" => Command::TableDump { table },
        "bm_mt_get_entry" => Command::TableDumpEntry { table, handle },
        "bm_mt_get_entry_from_key" if list(arguments, 3).is_empty() => Command::TableDump { table },
        "bm_mt_get_entry_from_key" => {
            let (key, priority) = (call.key(3)?, call.priority(4)?);
            Command::TableDumpEntryFromKey { table, key, priority }
        }
        _ => return Err(Outcome::UnknownMethod),
    }])
}

/// Methods about tables: without a program they find no table.
fn known(method: &str) -> bool {
    let what = method.strip_prefix("bm_mt_").unwrap_or_default();
    ["get_", "set_", "reset_", "read_", "write_", "indirect_"].iter().any(|begin| what.starts_with(begin))
        || ["clear_entries", "add_entry", "delete_entry", "modify_entry"].contains(&what)
}

struct TableCall<'a> {
    program: &'a Program,
    id: TableId,
    table: &'a Table,
    arguments: &'a Fields,
}

impl TableCall<'_> {
    /// The action that field `number` names, and the arguments in the next field when they fit it.
    fn action(&self, number: i16) -> Result<(String, Option<Vec<hyper4_bits::Bits>>), Outcome> {
        let name = text(self.arguments, number);
        let (_, action) = find_action(self.program, &self.table.actions, &name)?;
        Ok((name, arguments_of(action, list(self.arguments, number + 1))))
    }

    fn check_mutable(&self) -> Result<(), Outcome> {
        if self.table.const_entries.is_empty() { Ok(()) } else { refuse(code::IMMUTABLE_TABLE_ENTRIES) }
    }

    fn key(&self, number: i16) -> Result<Vec<hyper4_ir::MatchValue>, Outcome> {
        if self.table.keys.is_empty() {
            return refuse(code::NO_TABLE_KEY);
        }
        key_of(self.table, list(self.arguments, number)).ok_or(Outcome::Refused(code::BAD_MATCH_KEY))
    }

    /// Priorities below 0 are no priorities here.
    fn priority(&self, number: i16) -> Result<Option<u32>, Outcome> {
        let given = structure(self.arguments, number).and_then(|options| int(options, 1)).unwrap_or_default();
        if !ranked(self.table) {
            return Ok(None);
        }
        u32::try_from(given).map(Some).map_err(|_| Outcome::Refused(code::ERROR))
    }

    fn counter(&self, command: CounterCommand) -> Result<Command, Outcome> {
        let declared = |counter: &&hyper4_ir::CounterArray| counter.direct == Some(self.id);
        match self.program.counters.iter().find(declared) {
            Some(counter) => Ok(Command::Counter { counter: counter.name.clone(), command }),
            None => refuse(code::COUNTERS_DISABLED),
        }
    }

    fn meter(&self, command: MeterCommand) -> Result<Command, Outcome> {
        let declared = |meter: &&hyper4_ir::MeterArray| meter.direct == Some(self.id);
        match self.program.meters.iter().find(declared) {
            Some(meter) => Ok(Command::Meter { meter: meter.name.clone(), command }),
            None => refuse(code::METERS_DISABLED),
        }
    }
}

fn find_action<'a>(
    program: &'a Program,
    among: &[ActionId],
    name: &str,
) -> Result<(ActionId, &'a Action), Outcome> {
    let named = |id: &ActionId| {
        let action = program.actions.get(id.index())?;
        (action.name == name).then_some((*id, action))
    };
    among.iter().find_map(named).ok_or(Outcome::Refused(code::INVALID_ACTION_NAME))
}

fn profile(
    program: Option<&Program>,
    what: &str,
    name: &str,
    arguments: &Fields,
) -> Result<Command, Outcome> {
    let number = |field| handle_of(arguments, field).unwrap_or_default();
    let found = program.and_then(|program| {
        let position = program.action_profiles.iter().position(|profile| profile.name == name)?;
        Some((program, ActionProfileId(position as u32)))
    });
    let action = |field: i16| {
        let (program, id) = found.ok_or(Outcome::Refused(code::INVALID_PROFILE_NAME))?;
        let wanted = text(arguments, field);
        let (_, action) = find_action(program, &program.actions_of_profile(id), &wanted)?;
        let data = arguments_of(action, list(arguments, field + 1));
        Ok::<_, Outcome>((wanted, data.ok_or(Outcome::Refused(code::BAD_ACTION_DATA))?))
    };
    let command = match what {
        "add_member" => {
            let (action, arguments) = action(3)?;
            ProfileCommand::CreateMember { action, arguments }
        }
        "modify_member" => {
            let (action, arguments) = action(4)?;
            ProfileCommand::ModifyMember { member: number(3), action, arguments }
        }
        "delete_member" => ProfileCommand::DeleteMember { member: number(3) },
        "create_group" => ProfileCommand::CreateGroup,
        "delete_group" => ProfileCommand::DeleteGroup { group: number(3) },
        "add_member_to_group" => ProfileCommand::AddToGroup { member: number(3), group: number(4) },
        "remove_member_from_group" => ProfileCommand::RemoveFromGroup { member: number(3), group: number(4) },
        "get_members" | "get_groups" => ProfileCommand::Dump,
        "get_member" => ProfileCommand::DumpMember { member: number(3) },
        "get_group" => ProfileCommand::DumpGroup { group: number(3) },
        _ => return Err(Outcome::UnknownMethod),
    };
    match found {
        Some(_) => Ok(Command::Profile { profile: name.to_owned(), command }),
        // What lists all has no error for it.
        None if command == ProfileCommand::Dump => Err(Outcome::Result(crate::Value::List(Vec::new()))),
        None => refuse(code::INVALID_PROFILE_NAME),
    }
}
