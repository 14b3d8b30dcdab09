//! One table's entries and default action.

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, ActionProfileId, EntryAction, EntryLife, MatchKind, MatchValue, ProfileTarget, Program, Table,
    TableEntry, TableId, TableImplementation,
};

use super::change::DefaultAction;
use super::store::{EntryKind, EntryStore};
use super::{Handles, key};
use crate::ControlError;

/// Entries and default action of one table.
#[derive(Clone, Debug)]
pub struct TableState {
    handles: Handles,
    entries: EntryStore,
    default: Option<DefaultAction>,
    table: Table,
    constant: bool,
}

impl TableState {
    pub(super) fn new(program: &Program, table: &Table) -> Self {
        let mut state = Self {
            handles: Handles::default(),
            entries: EntryStore::new(program, table, wants_priority(table)),
            default: program_default(table),
            table: table.clone(),
            constant: !table.const_entries.is_empty(),
        };
        for entry in &table.const_entries {
            let handle = state.handles.peek();
            state.put(&TableEntry {
                handle,
                key: key::stored(table, &entry.key),
                action: EntryAction::Direct {
                    action: action_name(program, entry.action),
                    arguments: entry.arguments.clone(),
                },
                priority: wants_priority(table).then_some(entry.priority),
                life: None,
            });
        }
        state
    }

    /// The entries, by ascending number of their handles.
    pub fn entries(&self) -> impl Iterator<Item = TableEntry> {
        self.entries.numbers().filter_map(|number| self.entries.entry(number))
    }

    /// The entries' handles, by ascending number.
    pub fn handles(&self) -> impl Iterator<Item = u64> {
        self.entries.numbers().filter_map(|number| self.entries.handle(number))
    }

    /// The entries as they are kept.
    pub fn store(&self) -> &EntryStore {
        &self.entries
    }

    /// Whether there is an entry with that handle.
    pub fn has(&self, handle: u64) -> bool {
        self.entries.handle(Handles::number(handle)) == Some(handle)
    }

    /// The entry with that handle.
    pub fn by_handle(&self, handle: u64) -> Option<TableEntry> {
        self.has(handle).then(|| self.entries.entry(Handles::number(handle)))?
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// What is done on a miss; `None`: nothing. Of an indirect table whose default was not set, what the program says.
    pub fn default(&self) -> Option<&DefaultAction> {
        self.default.as_ref()
    }

    /// The program's table.
    pub(super) fn declared(&self) -> &Table {
        &self.table
    }

    /// The handle of the entry with that number, of whatever version the handle is: what counters and timeouts look at.
    pub(super) fn by_number(&self, handle: u64) -> Result<u64, ControlError> {
        let invalid = || ControlError::InvalidHandle { table: self.table.name.clone(), handle };
        self.entries.handle(Handles::number(handle)).ok_or_else(invalid)
    }

    /// A command for tables whose entries have actions of their own.
    pub(super) fn simple(&self) -> Result<&Self, ControlError> {
        match self.table.implementation {
            TableImplementation::Simple => Ok(self),
            TableImplementation::Profile(_) => {
                Err(self.wrong_type("has an action profile: name a member of it"))
            }
        }
    }

    /// A command for tables whose entries refer to an action profile.
    pub(super) fn indirect(&self) -> Result<ActionProfileId, ControlError> {
        match self.table.implementation {
            TableImplementation::Profile(profile) => Ok(profile),
            TableImplementation::Simple => Err(self.wrong_type("has no action profile")),
        }
    }

    pub(super) fn wrong_type(&self, reason: &'static str) -> ControlError {
        ControlError::WrongTableType { table: self.table.name.clone(), reason }
    }

    pub(super) fn mutable(&self) -> Result<&Self, ControlError> {
        if self.constant { Err(ControlError::ImmutableEntries(self.table.name.clone())) } else { Ok(self) }
    }

    /// Whether the control plane may set this default action, or, with `None`, this table's member or group.
    pub(super) fn check_default(&self, action: Option<ActionId>) -> Result<(), ControlError> {
        let name = || self.table.name.clone();
        match self.table.default_entry.as_ref() {
            Some(d) if d.const_entry => Err(ControlError::ConstDefaultEntry(name())),
            Some(d) if d.const_action && action.is_some_and(|action| d.action != action) => {
                Err(ControlError::ConstDefaultAction(name()))
            }
            _ => Ok(()),
        }
    }

    /// What the program says is done on a miss.
    pub(super) fn program_default(&self) -> Option<DefaultAction> {
        program_default(&self.table)
    }

    /// What the control plane has set to be done on a miss, as it is read.
    pub(super) fn read_default(&self, program: &Program) -> Option<EntryAction> {
        let default = self.default.as_ref()?;
        // Of an indirect table simple_switch tells what was set, not what the program says.
        let unset = self.indirect().is_ok() && default.direct().is_some();
        (!unset).then(|| default.read(program))
    }

    pub(super) fn entry(&self, handle: u64) -> Result<TableEntry, ControlError> {
        self.by_number(handle)?;
        if let Some(entry) = self.by_handle(handle) {
            return Ok(entry);
        }
        Err(ControlError::ExpiredHandle { table: self.table.name.clone(), handle })
    }

    /// What that key and priority find.
    pub(super) fn by_key(
        &self,
        key: &[MatchValue],
        priority: Option<u32>,
    ) -> Result<TableEntry, ControlError> {
        let priority = self.check_key(key, priority)?;
        let number = self.entries.find_same(&self.table, key, priority);
        number.and_then(|number| self.entries.entry(number)).ok_or_else(|| ControlError::BadMatchKey {
            table: self.table.name.clone(),
            reason: "no entry has that key".to_owned(),
        })
    }

    fn check_key(&self, key: &[MatchValue], priority: Option<u32>) -> Result<Option<u32>, ControlError> {
        let table = &self.table;
        let bad_key = |reason| ControlError::BadMatchKey { table: table.name.clone(), reason };
        if key.len() != table.keys.len() {
            return Err(bad_key(format!("{} key fields, but it has {}", key.len(), table.keys.len())));
        }
        for (declared, value) in table.keys.iter().zip(key) {
            key::check(declared, value).map_err(bad_key)?;
        }
        match (wants_priority(table), priority) {
            (true, None) => Err(ControlError::PriorityMissing(table.name.clone())),
            (true, given) => Ok(given),
            // simple_switch takes a priority here and doesn't look at it.
            (false, _) => Ok(None),
        }
    }

    pub(super) fn prepare_add(
        &self,
        key: &[MatchValue],
        action: EntryAction,
        priority: Option<u32>,
    ) -> Result<TableEntry, ControlError> {
        let table = &self.table;
        if table.keys.is_empty() {
            return Err(ControlError::NoTableKey(table.name.clone()));
        }
        let priority = self.check_key(key, priority)?;
        if self.entries.find_same(table, key, priority).is_some() {
            return Err(ControlError::DuplicateEntry(table.name.clone()));
        }
        if self.entries.len() >= table.max_size as usize {
            return Err(ControlError::TableFull { table: table.name.clone(), size: table.max_size });
        }
        let key = key::stored(table, key);
        Ok(TableEntry { handle: self.handles.peek(), key, action, priority, life: None })
    }

    pub(super) fn put(&mut self, entry: &TableEntry) {
        if !self.has(entry.handle) {
            self.handles.claim(entry.handle);
        }
        self.entries.put(entry);
    }

    pub(super) fn remove(&mut self, handle: u64) {
        if self.entries.remove(Handles::number(handle)) {
            self.handles.release(handle);
        }
    }

    /// Nothing is left, not even the memory of handles that were given.
    pub(super) fn clear(&mut self) {
        self.handles = Handles::default();
        self.entries.clear();
    }

    pub(super) fn set_default(&mut self, default: Option<DefaultAction>) {
        self.default = default;
    }

    pub(super) fn set_timeout(&mut self, handle: u64, milliseconds: u32) {
        let life = (milliseconds > 0).then_some(EntryLife { timeout: milliseconds, since_hit: 0 });
        self.entries.set_life(Handles::number(handle), life);
    }

    /// What it and its entries refer to: the entry with that handle, or the default.
    pub(super) fn target(&self, handle: Option<u64>) -> Option<ProfileTarget> {
        match handle {
            Some(handle) => match self.entries.get(Handles::number(handle)).filter(|_| self.has(handle))?.1 {
                EntryKind::Member(member) => Some(ProfileTarget::Member(member)),
                EntryKind::Group(group) => Some(ProfileTarget::Group(group)),
                EntryKind::Call(_) => None,
            },
            None => match self.default.as_ref()? {
                DefaultAction::Indirect(target) => Some(*target),
                DefaultAction::Direct(..) => None,
            },
        }
    }
}

/// Ternary, range and optional keys make the order of entries matter.
fn wants_priority(table: &Table) -> bool {
    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional)
}

fn program_default(table: &Table) -> Option<DefaultAction> {
    table.default_entry.as_ref().map(|d| DefaultAction::Direct(d.action, d.arguments.clone()))
}

pub(super) fn action_name(program: &Program, action: ActionId) -> String {
    program.actions.get(action.index()).map_or_else(String::new, |a| a.name.clone())
}

/// The action of that name.
pub(super) fn action(program: &Program, table: TableId, name: &str) -> Result<ActionId, ControlError> {
    program.action_by_name(table, name).ok_or_else(|| ControlError::UnknownAction {
        table: program.tables.get(table.index()).map_or_else(String::new, |t| t.name.clone()),
        action: name.to_owned(),
    })
}

/// Whether the arguments fit the action.
pub(super) fn check_arguments(
    program: &Program,
    action: ActionId,
    arguments: &[Bits],
) -> Result<(), ControlError> {
    let Some(declared) = program.actions.get(action.index()) else { return Ok(()) };
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
    Ok(())
}
