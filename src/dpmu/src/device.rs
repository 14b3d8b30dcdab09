//! A device below the DPMU, and transactions on it.

mod admit;
mod groups;
mod memory;
mod reconcile;
#[cfg(test)]
mod tests;
#[cfg(test)]
pub(crate) mod willing;

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{Command, Reply};
use hyper4_persona::Layout;
use hyper4_switch::{ControlError, Switch, SwitchError};

use crate::lease::Promises;
use crate::store::{InstalledRow, RowId, RowMeaning, RowStore};
use crate::{DpmuError, Gate};

pub(crate) use admit::Own;
use memory::Memory;
pub use reconcile::Reconciled;

/// Whose a row is.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum RowOwner {
    /// The operator's.
    Operator,
    /// The tenant's of that slice.
    Tenant(String),
}

/// A copy's `egress_rid` and ports.
pub(crate) type Node = (u16, Vec<u16>);

/// One change of a device.
#[derive(Clone, Debug)]
pub(crate) enum Step {
    /// Add a row.
    Add { owner: RowOwner, command: Command, meaning: RowMeaning },
    /// Give a row another action; table, key and priority are the same.
    Replace { row: RowId, command: Command, meaning: RowMeaning },
    /// Remove a row.
    Remove(RowId),
    /// Set a cell of state that nothing reads until the steps behind this one are taken.
    Clear(Command),
    /// Make a multicast group.
    CreateGroup { group: u16, nodes: Vec<Node> },
    /// Remove a multicast group and its nodes.
    DestroyGroup(u16),
}

/// How to take a step back.
enum Undo {
    Nothing,
    Remove(RowId),
    Restore(RowId, InstalledRow),
    Replace(RowId, InstalledRow),
    DestroyGroup(u16),
    CreateGroup(u16, Vec<Node>, Promises),
}

#[derive(Clone, Debug)]
struct Group {
    nodes: Vec<Node>,
    handles: Vec<u64>,
    promises: Promises,
}

/// A switch that runs a persona, and what lies in it.
pub(crate) struct Device {
    switch: Box<dyn Switch + Send>,
    layout: Layout,
    gate: Gate,
    rows: RowStore,
    groups: BTreeMap<u16, Group>,
    ids: BTreeSet<u16>,
    promised: Promised,
    memory: Memory,
    /// It may be otherwise than it is known to be.
    doubtful: bool,
}

/// What must be left for those that were promised it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Promised {
    pub(crate) rows: u64,
    pub(crate) groups: u64,
    pub(crate) copies: u64,
}

/// Groups and nodes that a simple_switch has room for (simple_pre.h).
pub(crate) const MOST_GROUPS: u64 = 4096;
/// See [`MOST_GROUPS`].
pub(crate) const MOST_COPIES: u64 = 4096;

impl Device {
    /// `switch` runs a persona of that layout already and has no rows.
    pub(crate) fn new(switch: Box<dyn Switch + Send>, layout: Layout) -> Self {
        let gate = Gate::new(&layout);
        let (rows, groups, ids) = (RowStore::default(), BTreeMap::new(), BTreeSet::new());
        let (promised, memory) = (Promised::default(), Memory::default());
        Self { switch, layout, gate, rows, groups, ids, promised, memory, doubtful: false }
    }

    pub(crate) fn promise(&mut self, promised: Promised) {
        self.promised = promised;
    }

    /// Groups that were made without a promise, and their copies.
    pub(crate) fn unpromised_groups(&self) -> (u64, u64) {
        self.groups.values().fold((0, 0), |(groups, copies), group| {
            let group_copies = if group.promises.copies { 0 } else { group.nodes.len() as u64 };
            (groups + u64::from(!group.promises.groups), copies + group_copies)
        })
    }

    /// Copies that a group makes.
    pub(crate) fn copies(&self, group: u16) -> u64 {
        self.groups.get(&group).map_or(0, |group| group.nodes.len() as u64)
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn rows(&self) -> &RowStore {
        &self.rows
    }

    /// Whether the switch may be otherwise than it is known to be.
    pub(crate) fn is_doubtful(&self) -> bool {
        self.doubtful
    }

    /// Tell the switch something. Where it fails rather than refuses, nobody knows what it did.
    pub(crate) fn tell(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let result = self.switch.control(command);
        match &result {
            Ok(_) => self.memory.note(command),
            Err(SwitchError::Failed(_) | SwitchError::NotLoaded) => self.doubtful = true,
            Err(_) => {}
        }
        result
    }

    pub(crate) fn switch(&mut self) -> &mut (dyn Switch + Send) {
        self.switch.as_mut()
    }

    /// Device IDs that nobody has; 0 is never given.
    pub(crate) fn free_ids(&self) -> impl Iterator<Item = u16> + '_ {
        (1..=u16::MAX).filter(|id| !self.ids.contains(id))
    }

    pub(crate) fn take_ids(&mut self, ids: impl IntoIterator<Item = u16>) {
        self.ids.extend(ids);
    }

    pub(crate) fn release_ids(&mut self, ids: impl IntoIterator<Item = u16>) {
        for id in ids {
            self.ids.remove(&id);
        }
    }

    /// Multicast groups that nobody has; 0 is none.
    pub(crate) fn free_groups(&self) -> impl Iterator<Item = u16> + '_ {
        (1..=u16::MAX).filter(|g| !self.groups.contains_key(g))
    }

    /// Take all steps, or, when one fails, none. Answers the names of the rows that were added, in order. What `own`'s lease
    /// doesn't promise leaves free what was promised to others.
    pub(crate) fn transact(&mut self, steps: Vec<Step>, own: &Own<'_>) -> Result<Vec<RowId>, DpmuError> {
        self.admit(&steps, own)?;
        if self.doubtful {
            self.reconcile(false).map_err(DpmuError::Device)?;
        }
        let promises = own.promises();
        let mut added = Vec::new();
        let mut undo = Vec::new();
        for step in steps {
            let room = self.room(&step, promises);
            let taken = room.and_then(|()| self.take(step, promises, &mut added).map_err(refusal));
            match taken {
                Ok(back) => undo.push(back),
                Err(error) => return Err(self.take_all_back(undo, error)),
            }
        }
        Ok(added)
    }

    /// Whether a step leaves free what was promised to others.
    fn room(&self, step: &Step, own: Promises) -> Result<(), DpmuError> {
        let check = |resource, total: u64, promised: u64, used: u64, needed: u64| {
            let left = total.saturating_sub(promised).saturating_sub(used);
            let refused = DpmuError::Exhausted { resource, needed, left };
            // Where nothing is promised, the device itself says when it is full.
            if promised > 0 && needed > left { Err(refused) } else { Ok(()) }
        };
        match step {
            Step::Add { command, .. } if !own.rows => {
                let used = self.rows.unpromised(crate::store::table(command));
                let total = self.layout.config().rows_per_table.into();
                check("rows in a table of the device", total, self.promised.rows, used, 1)
            }
            Step::CreateGroup { nodes, .. } => {
                let (groups, copies) = self.unpromised_groups();
                if !own.groups {
                    check("multicast groups of the device", MOST_GROUPS, self.promised.groups, groups, 1)?;
                }
                if own.copies {
                    return Ok(());
                }
                let needed = nodes.len() as u64;
                check("copies of the device", MOST_COPIES, self.promised.copies, copies, needed)
            }
            _ => Ok(()),
        }
    }

    /// Take steps back, the last first; each one, even when the device refuses. What is known is as it was then, and the device
    /// is brought there before the next change.
    fn take_all_back(&mut self, undo: Vec<Undo>, error: DpmuError) -> DpmuError {
        let mut first = None;
        for back in undo.into_iter().rev() {
            if let Err(failed) = self.take_back(back) {
                first.get_or_insert(failed);
            }
        }
        match first {
            None => error,
            Some(undoing) => {
                let failure = match error {
                    DpmuError::Device(failure) => failure,
                    other => SwitchError::Failed(other.to_string()),
                };
                DpmuError::Inconsistent { failure: Box::new(failure), undoing: Box::new(undoing) }
            }
        }
    }

    fn take(&mut self, step: Step, promises: Promises, added: &mut Vec<RowId>) -> Result<Undo, SwitchError> {
        match step {
            Step::Add { owner, command, meaning, .. } => {
                let handle = self.add(&command)?;
                let promised = promises.rows;
                let id = self.rows.insert(InstalledRow { command, handle, owner, meaning, promised });
                added.push(id);
                Ok(Undo::Remove(id))
            }
            Step::Replace { row, command, meaning } => {
                let old = self.rows.get(row).cloned().ok_or_else(gone)?;
                self.modify(old.handle, &command)?;
                self.rows.put(row, InstalledRow { command, meaning, ..old.clone() });
                Ok(Undo::Replace(row, old))
            }
            Step::Remove(row) => {
                let old = self.rows.get(row).cloned().ok_or_else(gone)?;
                self.delete(&old)?;
                self.rows.remove(row);
                Ok(Undo::Restore(row, old))
            }
            Step::Clear(command) => self.tell(&command).map(|_| Undo::Nothing),
            Step::CreateGroup { group, nodes } => {
                self.create_group(group, nodes, promises)?;
                Ok(Undo::DestroyGroup(group))
            }
            Step::DestroyGroup(group) => {
                let (nodes, promises) = self.destroy_group(group)?;
                Ok(Undo::CreateGroup(group, nodes, promises))
            }
        }
    }

    fn take_back(&mut self, undo: Undo) -> Result<(), SwitchError> {
        let done = match undo {
            Undo::Nothing => Ok(()),
            Undo::Remove(id) => match self.rows.remove(id) {
                Some(row) => self.delete(&row),
                None => Ok(()),
            },
            Undo::Restore(id, mut row) => {
                let added = self.add(&row.command);
                row.handle = *added.as_ref().unwrap_or(&nowhere(id));
                self.rows.put(id, row);
                added.map(drop)
            }
            Undo::Replace(id, row) => {
                let done = self.modify(row.handle, &row.command);
                self.rows.put(id, row);
                done
            }
            Undo::DestroyGroup(group) => {
                let destroyed = self.destroy_group(group).map(drop);
                self.groups.remove(&group);
                destroyed
            }
            Undo::CreateGroup(group, nodes, promises) => self.restore_group(group, nodes, promises),
        };
        self.doubtful |= done.is_err();
        done
    }

    fn add(&mut self, command: &Command) -> Result<u64, SwitchError> {
        match self.tell(command)? {
            Reply::Handle(handle) => Ok(handle),
            other => Err(SwitchError::Failed(format!("answered {other:?} to a row that was added"))),
        }
    }

    /// `command` is the one that would add the row as it is to be.
    fn modify(&mut self, handle: u64, command: &Command) -> Result<(), SwitchError> {
        let Command::TableAdd { table, action, arguments, .. } = command else { return Err(gone()) };
        let (table, action, arguments) = (table.clone(), action.clone(), arguments.clone());
        self.tell(&Command::TableModify { table, handle, action, arguments }).map(|_| ())
    }

    fn delete(&mut self, row: &InstalledRow) -> Result<(), SwitchError> {
        let table = crate::store::table(&row.command).to_owned();
        self.tell(&Command::TableDelete { table, handle: row.handle }).map(|_| ())
    }
}

/// What a tenant is told of a device that doesn't take a row.
fn refusal(error: SwitchError) -> DpmuError {
    match error {
        SwitchError::Control(ControlError::TableFull { size, .. }) => DpmuError::Exhausted {
            resource: "rows in a table of the device",
            needed: u64::from(size) + 1,
            left: 0,
        },
        other => DpmuError::Device(other),
    }
}

/// A handle that no device gives: of a row that lies in none now.
fn nowhere(row: RowId) -> u64 {
    u64::MAX - row
}

fn gone() -> SwitchError {
    SwitchError::Failed("a row that should lie in the device is not known".to_owned())
}
