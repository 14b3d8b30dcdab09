//! Commands as calls of the runtime API, and what the switch refuses as [`ControlError`].
//!
//! The switch decides. Only what it would take and silently do something else with (a value of another width, an entry
//! without a needed priority) is refused before it is asked, as its own command line does.

use hyper4_bits::Bits;
use hyper4_ir::{Command, EntryAction, MatchKind, MatchValue, Program, Reply, Table, TableEntry, TableId};
use hyper4_switch::{ControlError, ControlPlane, MulticastError, SwitchError};

use super::rpc::CallError;
use super::runtime::{ActionEntry, KeyPart, RawEntry, Runtime};

/// Codes of `TableOperationErrorCode`.
mod table_code {
    pub(super) const FULL: i32 = 1;
    pub(super) const INVALID_HANDLE: i32 = 2;
    pub(super) const EXPIRED_HANDLE: i32 = 3;
    pub(super) const INVALID_TABLE_NAME: i32 = 7;
    pub(super) const INVALID_ACTION_NAME: i32 = 8;
    pub(super) const WRONG_TABLE_TYPE: i32 = 9;
    pub(super) const DUPLICATE_ENTRY: i32 = 17;
    pub(super) const BAD_MATCH_KEY: i32 = 18;
    pub(super) const DEFAULT_ACTION_IS_CONST: i32 = 20;
    pub(super) const DEFAULT_ENTRY_IS_CONST: i32 = 21;
    pub(super) const IMMUTABLE_TABLE_ENTRIES: i32 = 25;
    pub(super) const BAD_ACTION_DATA: i32 = 26;
    pub(super) const NO_TABLE_KEY: i32 = 27;
}

/// Codes of `McOperationErrorCode`.
mod multicast_code {
    pub(super) const FULL: i32 = 1;
    pub(super) const INVALID_GROUP: i32 = 2;
    pub(super) const INVALID_GROUP_HANDLE: i32 = 3;
    pub(super) const INVALID_NODE: i32 = 4;
}

/// Let the switch carry out a command.
pub(super) fn control(
    runtime: &mut Runtime,
    program: &Program,
    command: &Command,
) -> Result<Reply, SwitchError> {
    match command {
        Command::TableAdd { table, .. }
        | Command::TableModify { table, .. }
        | Command::TableDelete { table, .. }
        | Command::TableSetDefault { table, .. }
        | Command::TableResetDefault { table }
        | Command::TableClear { table }
        | Command::TableDump { table } => {
            let unknown = || ControlError::UnknownTable(table.clone());
            let id = program.table_by_name(table).ok_or_else(unknown)?;
            let table = program.tables.get(id.index()).ok_or_else(unknown)?;
            TableCall { runtime, program, id, table }.control(command)
        }
        Command::MulticastGroupCreate { group } => {
            multicast(runtime.group_create(*group), Some(*group), None)
        }
        Command::MulticastGroupDestroy { group } => {
            multicast(runtime.group_destroy(*group), Some(*group), None)
        }
        Command::MulticastNodeCreate { rid, ports, lags } => {
            check_ports(ports)?;
            check_ports(lags)?;
            let handle = runtime.node_create(*rid, ports, lags);
            handle.map(Reply::Handle).map_err(|error| multicast_error(error, None, None))
        }
        Command::MulticastNodeUpdate { node, ports, lags } => {
            check_ports(ports)?;
            check_ports(lags)?;
            multicast(runtime.node_update(node_handle(*node)?, ports, lags), None, Some(*node))
        }
        Command::MulticastNodeAssociate { group, node } => {
            multicast(runtime.node_associate(*group, node_handle(*node)?), Some(*group), Some(*node))
        }
        Command::MulticastNodeDissociate { group, node } => {
            multicast(runtime.node_dissociate(*group, node_handle(*node)?), Some(*group), Some(*node))
        }
        Command::MulticastNodeDestroy { node } => {
            multicast(runtime.node_destroy(node_handle(*node)?), None, Some(*node))
        }
        _ => Err(SwitchError::Unsupported {
            construct: format!("command `{command}`"),
            reason: "only commands for tables with actions of their own and for multicast are sent to simple_switch"
                .to_owned(),
            source_info: None,
        }),
    }
}

/// What can be said of a command without knowing what is in the tables: `blank` is the control plane of the same
/// program as it was loaded.
pub(super) fn check(blank: &ControlPlane, command: &Command) -> Result<(), ControlError> {
    match blank.prepare(command) {
        Err(
            error @ (ControlError::UnknownTable(_)
            | ControlError::UnknownAction { .. }
            | ControlError::BadMatchKey { .. }
            | ControlError::BadActionData { .. }
            | ControlError::PriorityMissing(_)),
        ) => Err(error),
        // The rest depends on what is there, which the switch knows better.
        _ => Ok(()),
    }
}

fn check_ports(ports: &[u16]) -> Result<(), ControlError> {
    match ports.iter().find(|port| **port > 511) {
        Some(port) => Err(MulticastError::OutOfRange(format!("port {port}: ports are 0 to 511")).into()),
        None => Ok(()),
    }
}

fn node_handle(node: u64) -> Result<i32, ControlError> {
    i32::try_from(node).map_err(|_| MulticastError::NoNode(node).into())
}

fn multicast(
    result: Result<(), CallError>,
    group: Option<u16>,
    node: Option<u64>,
) -> Result<Reply, SwitchError> {
    result.map(|()| Reply::Done).map_err(|error| multicast_error(error, group, node))
}

fn multicast_error(error: CallError, group: Option<u16>, node: Option<u64>) -> SwitchError {
    let error = match error {
        CallError::Broken(reason) => return SwitchError::Failed(reason),
        // So it answers when a node is destroyed whose group has gone before.
        CallError::Exception(reason) => MulticastError::Other(reason),
        CallError::Refused(code) => multicast_refused(code, group, node),
    };
    ControlError::from(error).into()
}

fn multicast_refused(code: i32, group: Option<u16>, node: Option<u64>) -> MulticastError {
    match (code, group, node) {
        (multicast_code::FULL, ..) => MulticastError::Full,
        (multicast_code::INVALID_GROUP | multicast_code::INVALID_GROUP_HANDLE, Some(group), _) => {
            MulticastError::NoGroup(group)
        }
        (multicast_code::INVALID_NODE, _, Some(node)) => MulticastError::NoNode(node),
        (_, Some(group), Some(node)) => MulticastError::Association(format!(
            "node {node} isn't in group {group}, or is in a group already"
        )),
        _ => MulticastError::Other(format!("simple_switch refuses it with code {code}")),
    }
}

/// A command for a table.
struct TableCall<'a> {
    runtime: &'a mut Runtime,
    program: &'a Program,
    id: TableId,
    table: &'a Table,
}

impl<'a> TableCall<'a> {
    fn control(mut self, command: &Command) -> Result<Reply, SwitchError> {
        let table = self.table.name.as_str();
        let done = |()| Reply::Done;
        match command {
            Command::TableAdd { key, action, arguments, priority, .. } => {
                let name = self.action(action)?;
                let priority = self.priority(*priority)?;
                let result = self.runtime.add_entry(table, &self.key(key), name, arguments, priority);
                result.map(Reply::Handle).map_err(|error| self.error(error, action, None))
            }
            Command::TableModify { handle, action, arguments, .. } => {
                let name = self.action(action)?;
                let number = self.handle(*handle)?;
                let result = self.runtime.modify_entry(table, number, name, arguments);
                result.map(done).map_err(|error| self.error(error, action, Some(*handle)))
            }
            Command::TableDelete { handle, .. } => {
                let number = self.handle(*handle)?;
                let result = self.runtime.delete_entry(table, number);
                result.map(done).map_err(|error| self.error(error, "", Some(*handle)))
            }
            Command::TableSetDefault { action, arguments, .. } => {
                let name = self.action(action)?;
                let result = self.runtime.set_default_action(table, name, arguments);
                result.map(done).map_err(|error| self.error(error, action, None))
            }
            Command::TableResetDefault { .. } => {
                let result = self.runtime.reset_default_entry(table);
                result.map(done).map_err(|error| self.error(error, "", None))
            }
            Command::TableClear { .. } => {
                let result = self.runtime.clear_entries(table);
                result.map(done).map_err(|error| self.error(error, "", None))
            }
            _ => self.dump(),
        }
    }

    fn dump(&mut self) -> Result<Reply, SwitchError> {
        let table = self.table.name.as_str();
        let raw = self.runtime.entries(table).map_err(|error| self.error(error, "", None))?;
        let default = self.runtime.default_entry(table).map_err(|error| self.error(error, "", None))?;
        let mut entries = raw.into_iter().map(|entry| self.entry(entry)).collect::<Result<Vec<_>, _>>()?;
        entries.sort_by_key(|entry| hyper4_switch::Handles::number(entry.handle));
        let default = default.map(|action| self.action_entry(action)).transpose()?;
        Ok(Reply::Entries { entries, default })
    }

    fn entry(&self, raw: RawEntry) -> Result<TableEntry, SwitchError> {
        let failed = || SwitchError::Failed(format!("an entry of `{}` has another key", self.table.name));
        if raw.key.len() != self.table.keys.len() {
            return Err(failed());
        }
        let parts = self.table.keys.iter().zip(raw.key);
        let key = parts.map(|(key, part)| match_value(key.match_kind, key.width, part).ok_or_else(failed));
        let key = key.collect::<Result<_, _>>()?;
        let action = self.action_entry(raw.action)?;
        let ranked =
            matches!(self.table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional);
        let priority = raw.priority.filter(|_| ranked).map(i32::cast_unsigned);
        Ok(TableEntry { handle: raw.handle.cast_unsigned().into(), key, action, priority, life: None })
    }

    fn action_entry(&self, (name, data): ActionEntry) -> Result<EntryAction, SwitchError> {
        let failed = || SwitchError::Failed(format!("`{}` has an action `{name}`", self.table.name));
        // The default action may be one that entries can't have.
        let action = self.program.actions.iter().find(|action| action.name == name).ok_or_else(failed)?;
        if action.parameters.len() != data.len() {
            return Err(failed());
        }
        let values = action.parameters.iter().zip(&data);
        let values = values.map(|(parameter, bytes)| Bits::from_be_bytes(parameter.width, bytes)).collect();
        Ok(EntryAction::Direct { action: name, arguments: values })
    }

    /// The action's full name.
    fn action(&self, name: &str) -> Result<&'a str, ControlError> {
        let id = self.program.action_by_name(self.id, name);
        let action = id.and_then(|id| self.program.actions.get(id.index()));
        action.map(|action| action.name.as_str()).ok_or_else(|| self.unknown_action(name))
    }

    fn unknown_action(&self, name: &str) -> ControlError {
        ControlError::UnknownAction { table: self.table.name.clone(), action: name.to_owned() }
    }

    fn key(&self, key: &[MatchValue]) -> Vec<KeyPart> {
        self.table.keys.iter().zip(key).map(|(declared, value)| key_part(declared.width, value)).collect()
    }

    fn priority(&self, priority: Option<u32>) -> Result<Option<i32>, ControlError> {
        priority.map(i32::try_from).transpose().map_err(|_| ControlError::BadMatchKey {
            table: self.table.name.clone(),
            reason: format!("a priority of simple_switch is at most {}", i32::MAX),
        })
    }

    fn handle(&self, handle: u64) -> Result<i32, ControlError> {
        let handle32 = u32::try_from(handle).map_err(|_| self.invalid_handle(handle))?;
        Ok(handle32.cast_signed())
    }

    fn invalid_handle(&self, handle: u64) -> ControlError {
        ControlError::InvalidHandle { table: self.table.name.clone(), handle }
    }

    /// What the switch means by a code, said of this table.
    fn error(&self, error: CallError, action: &str, handle: Option<u64>) -> SwitchError {
        let code = match error {
            CallError::Broken(reason) | CallError::Exception(reason) => return SwitchError::Failed(reason),
            CallError::Refused(code) => code,
        };
        let table = self.table.name.clone();
        let refused = || "simple_switch refuses it".to_owned();
        let error = match (code, handle) {
            (table_code::FULL, _) => ControlError::TableFull { table, size: self.table.max_size },
            (table_code::INVALID_HANDLE, Some(handle)) => self.invalid_handle(handle),
            (table_code::EXPIRED_HANDLE, Some(handle)) => ControlError::ExpiredHandle { table, handle },
            (table_code::INVALID_TABLE_NAME, _) => ControlError::UnknownTable(table),
            (table_code::INVALID_ACTION_NAME, _) => self.unknown_action(action),
            (table_code::DUPLICATE_ENTRY, _) => ControlError::DuplicateEntry(table),
            (table_code::BAD_MATCH_KEY, _) => ControlError::BadMatchKey { table, reason: refused() },
            (table_code::NO_TABLE_KEY, _) => ControlError::NoTableKey(table),
            (table_code::DEFAULT_ACTION_IS_CONST, _) => ControlError::ConstDefaultAction(table),
            (table_code::DEFAULT_ENTRY_IS_CONST, _) => ControlError::ConstDefaultEntry(table),
            (table_code::IMMUTABLE_TABLE_ENTRIES, _) => ControlError::ImmutableEntries(table),
            (table_code::BAD_ACTION_DATA, _) => {
                ControlError::BadActionData { action: action.to_owned(), reason: refused() }
            }
            (table_code::WRONG_TABLE_TYPE, _) => {
                return SwitchError::Unsupported {
                    construct: format!("table `{table}`"),
                    reason: "it has an action profile, whose members only its own commands can name"
                        .to_owned(),
                    source_info: self.table.source_info.clone(),
                };
            }
            _ => {
                return SwitchError::Failed(format!(
                    "table `{table}`: simple_switch refuses the command with code {code}"
                ));
            }
        };
        error.into()
    }
}

fn key_part(width: u32, value: &MatchValue) -> KeyPart {
    match value {
        MatchValue::Exact(value) => KeyPart::Exact(value.to_be_bytes()),
        MatchValue::Lpm { value, prefix_length } => {
            KeyPart::Lpm(value.to_be_bytes(), prefix_length.cast_signed())
        }
        MatchValue::Ternary { value, mask } => KeyPart::Ternary(value.to_be_bytes(), mask.to_be_bytes()),
        MatchValue::Range { low, high } => KeyPart::Range(low.to_be_bytes(), high.to_be_bytes()),
        // simple_switch has no such kind; p4c makes ternary of it.
        MatchValue::Optional(value) => {
            let mask = if value.is_some() { Bits::ones(width) } else { Bits::zero(width) };
            let value = value.clone().unwrap_or_else(|| Bits::zero(width));
            KeyPart::Ternary(value.to_be_bytes(), mask.to_be_bytes())
        }
    }
}

fn match_value(kind: MatchKind, width: u32, part: KeyPart) -> Option<MatchValue> {
    let bits = |bytes: Vec<u8>| Bits::from_be_bytes(width, &bytes);
    Some(match (kind, part) {
        (MatchKind::Exact, KeyPart::Exact(value)) => MatchValue::Exact(bits(value)),
        (MatchKind::Lpm, KeyPart::Lpm(value, length)) => {
            MatchValue::Lpm { value: bits(value), prefix_length: u32::try_from(length).ok()? }
        }
        (MatchKind::Ternary, KeyPart::Ternary(value, mask)) => {
            MatchValue::Ternary { value: bits(value), mask: bits(mask) }
        }
        (MatchKind::Range, KeyPart::Range(low, high)) => {
            MatchValue::Range { low: bits(low), high: bits(high) }
        }
        (MatchKind::Optional, KeyPart::Ternary(value, mask)) => {
            MatchValue::Optional((!bits(mask).is_zero()).then(|| bits(value)))
        }
        _ => return None,
    })
}
