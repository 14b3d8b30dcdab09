//! One table's entries and default action.

use std::collections::{BTreeMap, HashMap};

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, MatchKind, MatchValue, Program, Table, TableEntry, TableId};

use super::{Handles, key};
use crate::ControlError;

/// Two entries with the same of this can't both be in a table.
type Identity = (Vec<MatchValue>, Option<u32>);

/// Entries and default action of one table.
#[derive(Clone, Debug)]
pub struct TableState {
    handles: Handles,
    entries: BTreeMap<u32, TableEntry>,
    present: HashMap<Identity, u64>,
    default: Option<(ActionId, Vec<Bits>)>,
    table: Table,
    constant: bool,
}

impl TableState {
    pub(super) fn new(program: &Program, table: &Table) -> Self {
        let mut state = Self {
            handles: Handles::default(),
            entries: BTreeMap::new(),
            present: HashMap::new(),
            default: table.default_entry.as_ref().map(|d| (d.action, d.arguments.clone())),
            table: table.clone(),
            constant: !table.const_entries.is_empty(),
        };
        for entry in &table.const_entries {
            let handle = state.handles.peek();
            state.put(TableEntry {
                handle,
                key: key::stored(table, &entry.key),
                action: action_name(program, entry.action),
                arguments: entry.arguments.clone(),
                priority: wants_priority(table).then_some(entry.priority),
            });
        }
        state
    }

    /// The entries, by ascending number of their handles.
    pub fn entries(&self) -> impl Iterator<Item = &TableEntry> {
        self.entries.values()
    }

    /// The entry with that handle.
    pub fn by_handle(&self, handle: u64) -> Option<&TableEntry> {
        self.entries.get(&Handles::number(handle)).filter(|e| e.handle == handle)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is done on a miss; `None`: nothing.
    pub fn default(&self) -> Option<&(ActionId, Vec<Bits>)> {
        self.default.as_ref()
    }

    pub(super) fn mutable(&self, program: &Program, table: TableId) -> Result<&Self, ControlError> {
        if self.constant { Err(ControlError::ImmutableEntries(table_name(program, table))) } else { Ok(self) }
    }

    pub(super) fn entry(
        &self,
        program: &Program,
        table: TableId,
        handle: u64,
    ) -> Result<&TableEntry, ControlError> {
        self.by_handle(handle)
            .ok_or_else(|| ControlError::InvalidHandle { table: table_name(program, table), handle })
    }

    pub(super) fn prepare_add(
        &self,
        program: &Program,
        id: TableId,
        key: &[MatchValue],
        action: ActionId,
        arguments: &[Bits],
        priority: Option<u32>,
    ) -> Result<TableEntry, ControlError> {
        self.mutable(program, id)?;
        let table = &self.table;
        let bad_key = |reason| ControlError::BadMatchKey { table: table.name.clone(), reason };
        if table.keys.is_empty() {
            return Err(bad_key("it has no key, so that it can't have entries".to_owned()));
        }
        if key.len() != table.keys.len() {
            return Err(bad_key(format!("{} key fields, but it has {}", key.len(), table.keys.len())));
        }
        for (declared, value) in table.keys.iter().zip(key) {
            key::check(declared, value).map_err(bad_key)?;
        }
        let priority = match (wants_priority(table), priority) {
            (true, None) => return Err(ControlError::PriorityMissing(table.name.clone())),
            (true, given) => given,
            // simple_switch takes a priority here and doesn't look at it.
            (false, _) => None,
        };
        if self.present.contains_key(&self.identity(key, priority)) {
            return Err(ControlError::DuplicateEntry(table.name.clone()));
        }
        if self.entries.len() >= table.max_size as usize {
            return Err(ControlError::TableFull { table: table.name.clone(), size: table.max_size });
        }
        Ok(TableEntry {
            handle: self.handles.peek(),
            key: key::stored(table, key),
            action: action_name(program, action),
            arguments: arguments.to_vec(),
            priority,
        })
    }

    fn identity(&self, key: &[MatchValue], priority: Option<u32>) -> Identity {
        (key::normal(&self.table, key), priority)
    }

    pub(super) fn put(&mut self, entry: TableEntry) {
        if self.by_handle(entry.handle).is_none() {
            self.handles.take();
        }
        self.present.insert(self.identity(&entry.key, entry.priority), entry.handle);
        self.entries.insert(Handles::number(entry.handle), entry);
    }

    pub(super) fn remove(&mut self, handle: u64) {
        if let Some(entry) = self.entries.remove(&Handles::number(handle)) {
            self.present.remove(&self.identity(&entry.key, entry.priority));
            self.handles.release(handle);
        }
    }

    /// Nothing is left, not even the memory of handles that were given.
    pub(super) fn clear(&mut self) {
        self.handles = Handles::default();
        self.entries.clear();
        self.present.clear();
    }

    pub(super) fn set_default(&mut self, default: Option<(ActionId, Vec<Bits>)>) {
        self.default = default;
    }
}

/// Ternary, range and optional keys make the order of entries matter.
fn wants_priority(table: &Table) -> bool {
    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional)
}

pub(super) fn table_name(program: &Program, table: TableId) -> String {
    program.tables.get(table.index()).map_or_else(String::new, |t| t.name.clone())
}

pub(super) fn action_name(program: &Program, action: ActionId) -> String {
    program.actions.get(action.index()).map_or_else(String::new, |a| a.name.clone())
}

pub(super) fn program_default(program: &Program, table: TableId) -> Option<(ActionId, Vec<Bits>)> {
    let default = program.tables.get(table.index())?.default_entry.as_ref()?;
    Some((default.action, default.arguments.clone()))
}

/// The action of that name, when the arguments fit it.
pub(super) fn action(
    program: &Program,
    table: TableId,
    name: &str,
    arguments: &[Bits],
) -> Result<ActionId, ControlError> {
    let unknown =
        || ControlError::UnknownAction { table: table_name(program, table), action: name.to_owned() };
    let id = program.action_by_name(table, name).ok_or_else(unknown)?;
    let declared = program.actions.get(id.index()).ok_or_else(unknown)?;
    let bad = |reason| Err(ControlError::BadActionData { action: declared.name.clone(), reason });
    if declared.parameters.len() != arguments.len() {
        return bad(format!(
            "{} arguments, but it has {} parameters",
            arguments.len(),
            declared.parameters.len()
        ));
    }
    for (parameter, argument) in declared.parameters.iter().zip(arguments) {
        if parameter.width != argument.width() {
            let given = argument.width();
            return bad(format!(
                "`{}` has {} bits, but the argument {given}",
                parameter.name, parameter.width
            ));
        }
    }
    Ok(id)
}

/// Whether the control plane may set this default action.
pub(super) fn check_default(program: &Program, table: TableId, action: ActionId) -> Result<(), ControlError> {
    match program.tables.get(table.index()).and_then(|t| t.default_entry.as_ref()) {
        Some(d) if d.const_entry || (d.const_action && d.action != action) => {
            Err(ControlError::ConstDefault(table_name(program, table)))
        }
        _ => Ok(()),
    }
}
