//! A program with what its control plane told it: what a proof is about.
//!
//! This is a control plane of its own: it shares no code with the switches whose behaviour is proved, so that a mistake
//! in theirs shows as a refutation that doesn't replay.

mod groups;
mod open;
mod profiles;
mod rows;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    Action, ActionId, Command, CounterCommand, EntryAction, MeterCommand, MirroringCommand, MirroringSession,
    Program, RegisterCommand, Reply, Table, TableEntry, TableId, ValueSetCommand,
};

pub(crate) use groups::Groups;
pub use open::OpenEntry;
pub(crate) use open::{OpenRow, padding};
pub(crate) use profiles::Profile;
pub(crate) use rows::{PLACE_BITS, Row, Rows, prefix_bits};

/// Why a command is refused; nothing is changed then.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SubjectError {
    /// Names, widths, counts, or a priority where there must be none (or the other way round).
    #[error("{construct}: {reason}")]
    Invalid {
        /// The table, action or group.
        construct: String,
        /// What is wrong.
        reason: String,
    },
    /// bmv2 would refuse it in the state in which the subject is.
    #[error("{construct}: {reason}")]
    State {
        /// The table, group or node.
        construct: String,
        /// What is in the way.
        reason: String,
    },
}

/// A program with table entries and multicast groups. Commands have the meaning, and new entries and nodes the handles,
/// that simple_switch gives them.
#[derive(Clone, Debug)]
pub struct Subject {
    program: Arc<Program>,
    tables: Vec<Rows>,
    groups: Groups,
    profiles: Vec<Profile>,
    mirroring: BTreeMap<u16, MirroringSession>,
    /// Members of value sets, by the set's number.
    value_sets: BTreeMap<usize, BTreeSet<Bits>>,
    cells: Vec<Cells>,
    samples: Vec<Samples>,
    open: Vec<OpenRow>,
}

/// Samples that a proof's two sides know by one name: of a persona, whose samples have a device ID, the number of a list
/// and the values that the other side's have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Samples {
    /// The device ID.
    pub device: u64,
    /// The list's number.
    pub list: u64,
    /// What both sides call the list: on the native side its name, in a composition behind `DEVICE: `.
    pub is: String,
    /// Bits of all values.
    pub width: u32,
}

/// A part of an array of registers, counters or meters that a proof's two sides know by one name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cells {
    /// The array in this subject's program.
    pub array: String,
    /// Its first cell.
    pub base: u64,
    /// How many cells.
    pub size: u64,
    /// What both sides call it: on the native side the array's name, in a composition behind `DEVICE: `.
    pub is: String,
    /// Bits of a register that are in use.
    pub width: u32,
}

impl Subject {
    /// A program as it is after it was loaded: with its constant entries and default actions.
    ///
    /// # Errors
    /// [`SubjectError`] when an entry of the program contradicts the program.
    pub fn new(program: Arc<Program>) -> Result<Self, SubjectError> {
        let mut tables = Vec::with_capacity(program.tables.len());
        for table in &program.tables {
            let mut rows = Rows::new(table.default_entry.as_ref().map(|e| (e.action, e.arguments.clone())));
            for entry in &table.const_entries {
                let arguments = entry.arguments.clone();
                rows.add(table, entry.key.clone(), entry.action, arguments, Some(entry.priority))?;
            }
            tables.push(rows);
        }
        let profiles = vec![Profile::default(); program.action_profiles.len()];
        Ok(Self {
            program,
            tables,
            profiles,
            groups: Groups::default(),
            mirroring: BTreeMap::new(),
            value_sets: BTreeMap::new(),
            cells: Vec::new(),
            samples: Vec::new(),
            open: Vec::new(),
        })
    }

    /// The same, where parts of arrays are what the other side has arrays of its own for. That both held the same before
    /// a packet is what a proof starts from, and that they do so after it is part of what it proves.
    pub fn with_cells(self, cells: Vec<Cells>) -> Self {
        Self { cells, ..self }
    }

    /// The same, where samples are what the other side has lists of its own for.
    pub fn with_samples(self, samples: Vec<Samples>) -> Self {
        Self { samples, ..self }
    }

    /// A program after these commands.
    ///
    /// # Errors
    /// The first command that is refused.
    pub fn with_commands<'a>(
        program: Arc<Program>,
        commands: impl IntoIterator<Item = &'a Command>,
    ) -> Result<Self, SubjectError> {
        let mut subject = Self::new(program)?;
        for command in commands {
            subject.apply(command)?;
        }
        Ok(subject)
    }

    /// The program.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    pub(crate) fn rows(&self, table: TableId) -> Option<&Rows> {
        self.tables.get(table.index())
    }

    pub(crate) fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Sessions that clones can be sent to.
    pub(crate) fn mirroring(&self) -> Vec<(u16, MirroringSession)> {
        self.mirroring.iter().map(|(number, session)| (*number, *session)).collect()
    }

    pub(crate) fn value_set(&self, number: usize) -> impl Iterator<Item = &Bits> {
        self.value_sets.get(&number).into_iter().flatten()
    }

    /// In the order in which they win.
    pub(crate) fn open_rows(&self) -> &[OpenRow] {
        &self.open
    }

    pub(crate) fn samples(&self) -> &[Samples] {
        &self.samples
    }

    pub(crate) fn cells(&self) -> &[Cells] {
        &self.cells
    }

    /// Do what a command says.
    ///
    /// # Errors
    /// [`SubjectError`]; nothing is changed then.
    pub fn apply(&mut self, command: &Command) -> Result<Reply, SubjectError> {
        let program = Arc::clone(&self.program);
        match command {
            Command::TableAdd { table, key, action, arguments, priority } => {
                let (id, table, rows) = self.mutable(&program, table)?;
                let action = action_of(&program, id, action, arguments)?;
                let row = rows.add(table, key.clone(), action, arguments.clone(), *priority)?;
                Ok(Reply::Handle(row))
            }
            Command::TableModify { table, handle, action, arguments } => {
                let (id, table, rows) = self.mutable(&program, table)?;
                let action = action_of(&program, id, action, arguments)?;
                rows.modify(table, *handle, action, arguments.clone())?;
                Ok(Reply::Done)
            }
            Command::TableDelete { table, handle } => {
                let (_, table, rows) = self.mutable(&program, table)?;
                rows.delete(table, *handle)?;
                Ok(Reply::Done)
            }
            Command::TableClear { table } => {
                // Constant entries too: simple_switch takes care of them for all other commands, but not for this one.
                let (_, _, rows) = self.table(&program, table)?;
                rows.clear();
                Ok(Reply::Done)
            }
            Command::TableSetDefault { table, action, arguments } => {
                let (id, table, rows) = self.table(&program, table)?;
                let action = action_of(&program, id, action, arguments)?;
                rows.set_default(table, action, arguments.clone())?;
                Ok(Reply::Done)
            }
            Command::TableResetDefault { table } => {
                let (_, table, rows) = self.table(&program, table)?;
                rows.reset_default(table);
                Ok(Reply::Done)
            }
            Command::TableDump { table } => {
                let (_, _, rows) = self.table(&program, table)?;
                Ok(dump(&program, rows))
            }
            Command::MulticastGroupCreate { .. }
            | Command::MulticastGroupDestroy { .. }
            | Command::MulticastNodeCreate { .. }
            | Command::MulticastNodeUpdate { .. }
            | Command::MulticastNodeAssociate { .. }
            | Command::MulticastNodeDissociate { .. }
            | Command::MulticastNodeDestroy { .. } => self.groups.apply(command),
            Command::Mirroring { session, command: MirroringCommand::Set(config) } => {
                self.mirroring.insert(*session, *config);
                Ok(Reply::Done)
            }
            Command::Mirroring { session, command: MirroringCommand::Delete } => {
                self.mirroring.remove(session);
                Ok(Reply::Done)
            }
            Command::Profile { profile, command } => self.profile_command(&program, profile, command),
            Command::TableIndirectAdd { .. }
            | Command::TableIndirectModify { .. }
            | Command::TableIndirectDelete { .. }
            | Command::TableIndirectSetDefault { .. }
            | Command::TableIndirectResetDefault { .. } => self.indirect_command(&program, command),
            Command::ValueSet { set, command } => self.value_set_command(set, command),
            // Proofs are for whatever they hold.
            Command::Register { command: RegisterCommand::Write { .. }, .. }
            | Command::Register { command: RegisterCommand::WriteRange { .. }, .. }
            | Command::Register { command: RegisterCommand::Reset, .. }
            | Command::Counter { command: CounterCommand::Write { .. } | CounterCommand::Reset, .. }
            | Command::Meter {
                command: MeterCommand::SetRates { .. } | MeterCommand::SetAllRates { .. },
                ..
            } => Ok(Reply::Done),
            _ => Err(SubjectError::Invalid {
                construct: format!("command `{command}`"),
                reason:
                    "proofs are about what can be told to tables, groups, sessions, value sets and arrays"
                        .to_owned(),
            }),
        }
    }

    fn value_set_command(&mut self, name: &str, command: &ValueSetCommand) -> Result<Reply, SubjectError> {
        let found = self.program.value_sets.iter().position(|set| set.name == name);
        let Some(number) = found else {
            return Err(invalid(format!("value set `{name}`"), "there is no such set"));
        };
        let members = self.value_sets.entry(number).or_default();
        match command {
            ValueSetCommand::Add { value } => {
                members.insert(value.clone());
            }
            ValueSetCommand::Remove { value } => {
                members.remove(value);
            }
            ValueSetCommand::Clear => members.clear(),
            ValueSetCommand::Get => return Ok(Reply::Values(members.iter().cloned().collect())),
        }
        Ok(Reply::Done)
    }

    fn table<'a>(
        &'a mut self,
        program: &'a Program,
        name: &str,
    ) -> Result<(TableId, &'a Table, &'a mut Rows), SubjectError> {
        let id = program.table_by_name(name);
        let found =
            id.and_then(|id| Some((id, program.tables.get(id.index())?, self.tables.get_mut(id.index())?)));
        found.ok_or_else(|| invalid(format!("table `{name}`"), "there is no such table"))
    }

    /// A table whose entries a controller may change.
    fn mutable<'a>(
        &'a mut self,
        program: &'a Program,
        name: &str,
    ) -> Result<(TableId, &'a Table, &'a mut Rows), SubjectError> {
        let found = self.table(program, name)?;
        if found.1.const_entries.is_empty() {
            Ok(found)
        } else {
            Err(SubjectError::State {
                construct: format!("table `{}`", found.1.name),
                reason: "its entries are constant".to_owned(),
            })
        }
    }
}

fn invalid(construct: String, reason: impl Into<String>) -> SubjectError {
    SubjectError::Invalid { construct, reason: reason.into() }
}

/// The action of that name, when the arguments fit it.
fn action_of(
    program: &Program,
    table: TableId,
    name: &str,
    arguments: &[Bits],
) -> Result<ActionId, SubjectError> {
    let found: Option<(ActionId, &Action)> = program
        .action_by_name(table, name)
        .and_then(|id| program.actions.get(id.index()).map(|action| (id, action)));
    let Some((id, action)) = found else {
        return Err(invalid(format!("action `{name}`"), "the table has no such action"));
    };
    let widths: Vec<u32> = action.parameters.iter().map(|parameter| parameter.width).collect();
    if widths.iter().copied().eq(arguments.iter().map(Bits::width)) {
        return Ok(id);
    }
    let given: Vec<u32> = arguments.iter().map(Bits::width).collect();
    Err(invalid(
        format!("action `{}`", action.name),
        format!("its parameters have {widths:?} bits, the arguments {given:?}"),
    ))
}

fn dump(program: &Program, rows: &Rows) -> Reply {
    let name = |id: ActionId| program.actions.get(id.index()).map_or_else(String::new, |a| a.name.clone());
    let entries = rows.by_handle().map(|row| TableEntry {
        handle: row.handle,
        key: row.key.clone(),
        action: EntryAction::Direct { action: name(row.action), arguments: row.arguments.clone() },
        priority: row.priority,
        life: None,
    });
    Reply::Entries {
        entries: entries.collect(),
        default: rows.default().map(|(action, arguments)| EntryAction::Direct {
            action: name(*action),
            arguments: arguments.clone(),
        }),
    }
}
