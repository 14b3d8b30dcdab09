//! The control plane's view of a program: entries, defaults, multicast groups, as simple_switch keeps them.
//!
//! Whoever answers [`Command`]s keeps one [`ControlPlane`] and lets it decide what is valid and which handle comes
//! next, so that handles, duplicates and errors are simple_switch's everywhere (src/bm_sim/match_units.cpp,
//! handle_mgr.h, simple_pre.cpp). It doesn't look packets up.
//!
//! A command is taken in two steps, so that it can be carried out elsewhere in between: [`ControlPlane::prepare`]
//! checks it and says what would change, [`ControlPlane::commit`] makes it so.

mod handles;
mod key;
mod multicast;
mod table;

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, Command, Program, Reply, TableEntry, TableId};

pub use handles::Handles;
pub use key::prefix_mask;
pub use multicast::{Multicast, MulticastNode, Replica};
pub use table::TableState;

use crate::ControlError;

/// What a command changes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// Nothing: the command only reads.
    None,
    /// An entry is added, or its action is replaced.
    Entry {
        /// The table.
        table: TableId,
        /// The entry as it will be.
        entry: TableEntry,
    },
    /// Entries are deleted.
    Delete {
        /// The table.
        table: TableId,
        /// Their handles.
        handles: Vec<u64>,
    },
    /// A table's entries are all deleted, and its handles start afresh: those given before may be given again.
    Clear {
        /// The table.
        table: TableId,
        /// The entries' handles.
        handles: Vec<u64>,
    },
    /// A table's default action is replaced; `None` where the program has none.
    Default {
        /// The table.
        table: TableId,
        /// Action and arguments.
        default: Option<(ActionId, Vec<Bits>)>,
    },
    /// The multicast groups and nodes as they will be.
    Multicast(Multicast),
}

/// A checked command: what it changes and what it answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Prepared {
    /// What it changes.
    pub change: Change,
    /// What it answers.
    pub reply: Reply,
}

/// Entries, defaults and multicast groups of one loaded program.
#[derive(Clone, Debug)]
pub struct ControlPlane {
    program: Arc<Program>,
    tables: Vec<TableState>,
    multicast: Multicast,
}

impl ControlPlane {
    /// As it is right after `program` was loaded: constant entries and the program's default actions.
    pub fn new(program: Arc<Program>) -> Self {
        let tables = program.tables.iter().map(|t| TableState::new(&program, t)).collect();
        Self { program, tables, multicast: Multicast::default() }
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// The state of a table.
    pub fn table(&self, table: TableId) -> Option<&TableState> {
        self.tables.get(table.index())
    }

    /// Every table's state, in the program's order.
    pub fn tables(&self) -> impl Iterator<Item = (TableId, &TableState)> {
        (0u32..).map(TableId).zip(&self.tables)
    }

    /// Groups and nodes.
    pub fn multicast(&self) -> &Multicast {
        &self.multicast
    }

    /// Check a command against the program and the present state. Nothing changes.
    ///
    /// # Errors
    /// [`ControlError`] says what is wrong.
    pub fn prepare(&self, command: &Command) -> Result<Prepared, ControlError> {
        let done = |change| Ok(Prepared { change, reply: Reply::Done });
        match command {
            Command::TableAdd { table, key, action, arguments, priority } => {
                let (id, state) = self.find(table)?;
                let action = table::action(&self.program, id, action, arguments)?;
                let entry = state.prepare_add(&self.program, id, key, action, arguments, *priority)?;
                let reply = Reply::Handle(entry.handle);
                Ok(Prepared { change: Change::Entry { table: id, entry }, reply })
            }
            Command::TableModify { table, handle, action, arguments } => {
                let (id, state) = self.find(table)?;
                let action = table::action(&self.program, id, action, arguments)?;
                let mut entry = state.mutable(&self.program, id)?.entry(&self.program, id, *handle)?.clone();
                entry.action = table::action_name(&self.program, action);
                entry.arguments.clone_from(arguments);
                done(Change::Entry { table: id, entry })
            }
            Command::TableDelete { table, handle } => {
                let (id, state) = self.find(table)?;
                state.mutable(&self.program, id)?.entry(&self.program, id, *handle)?;
                done(Change::Delete { table: id, handles: vec![*handle] })
            }
            Command::TableClear { table } => {
                // simple_switch clears constant entries too; the table stays immutable.
                let (id, state) = self.find(table)?;
                done(Change::Clear { table: id, handles: state.entries().map(|e| e.handle).collect() })
            }
            Command::TableSetDefault { table, action, arguments } => {
                let (id, _) = self.find(table)?;
                let action = table::action(&self.program, id, action, arguments)?;
                table::check_default(&self.program, id, action)?;
                done(Change::Default { table: id, default: Some((action, arguments.clone())) })
            }
            Command::TableResetDefault { table } => {
                let (id, _) = self.find(table)?;
                done(Change::Default { table: id, default: table::program_default(&self.program, id) })
            }
            Command::TableDump { table } => {
                let (_, state) = self.find(table)?;
                let default =
                    state.default().map(|(a, v)| (table::action_name(&self.program, *a), v.clone()));
                let reply = Reply::Entries { entries: state.entries().cloned().collect(), default };
                Ok(Prepared { change: Change::None, reply })
            }
            Command::MulticastGroupCreate { .. }
            | Command::MulticastGroupDestroy { .. }
            | Command::MulticastNodeCreate { .. }
            | Command::MulticastNodeUpdate { .. }
            | Command::MulticastNodeAssociate { .. }
            | Command::MulticastNodeDissociate { .. }
            | Command::MulticastNodeDestroy { .. } => {
                let mut next = self.multicast.clone();
                let reply = next.apply(command)?;
                Ok(Prepared { change: Change::Multicast(next), reply })
            }
        }
    }

    /// Make a prepared change so. It must have been prepared on the present state.
    pub fn commit(&mut self, change: Change) {
        match change {
            Change::None => {}
            Change::Entry { table, entry } => {
                if let Some(state) = self.tables.get_mut(table.index()) {
                    state.put(entry);
                }
            }
            Change::Delete { table, handles } => {
                if let Some(state) = self.tables.get_mut(table.index()) {
                    handles.into_iter().for_each(|h| state.remove(h));
                }
            }
            Change::Clear { table, .. } => {
                if let Some(state) = self.tables.get_mut(table.index()) {
                    state.clear();
                }
            }
            Change::Default { table, default } => {
                if let Some(state) = self.tables.get_mut(table.index()) {
                    state.set_default(default);
                }
            }
            Change::Multicast(next) => self.multicast = next,
        }
    }

    fn find(&self, name: &str) -> Result<(TableId, &TableState), ControlError> {
        let unknown = || ControlError::UnknownTable(name.to_owned());
        let id = self.program.table_by_name(name).ok_or_else(unknown)?;
        Ok((id, self.tables.get(id.index()).ok_or_else(unknown)?))
    }
}

#[cfg(test)]
mod tests;
