//! A device below the DPMU, and transactions on it.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{Command, Reply};
use hyper4_persona::Layout;
use hyper4_switch::{ControlError, Switch, SwitchError};

use crate::store::{InstalledRow, RowId, RowMeaning, RowStore};
use crate::{DpmuError, Gate};

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
    /// Add a row. A tenant's passes the gate, with the device IDs that the tenant has.
    Add { owner: RowOwner, devices: BTreeSet<u16>, command: Command, meaning: RowMeaning },
    /// Give a row another action; table, key and priority are the same.
    Replace { row: RowId, command: Command, meaning: RowMeaning },
    /// Remove a row.
    Remove(RowId),
    /// Make a multicast group.
    CreateGroup { group: u16, nodes: Vec<Node> },
    /// Remove a multicast group and its nodes.
    DestroyGroup(u16),
}

/// How to take a step back.
enum Undo {
    Remove(RowId),
    Restore(RowId, InstalledRow),
    Replace(RowId, InstalledRow),
    DestroyGroup(u16),
    CreateGroup(u16, Vec<Node>),
}

#[derive(Clone, Debug)]
struct Group {
    nodes: Vec<Node>,
    handles: Vec<u64>,
}

/// A switch that runs a persona, and what lies in it.
pub(crate) struct Device {
    switch: Box<dyn Switch + Send>,
    layout: Layout,
    gate: Gate,
    rows: RowStore,
    groups: BTreeMap<u16, Group>,
    ids: BTreeSet<u16>,
}

impl Device {
    /// `switch` runs a persona of that layout already and has no rows.
    pub(crate) fn new(switch: Box<dyn Switch + Send>, layout: Layout) -> Self {
        let gate = Gate::new(&layout);
        let (rows, groups, ids) = (RowStore::default(), BTreeMap::new(), BTreeSet::new());
        Self { switch, layout, gate, rows, groups, ids }
    }

    pub(crate) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(crate) fn rows(&self) -> &RowStore {
        &self.rows
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

    /// Take all steps, or, when one fails, none. Answers the names of the rows that were added, in order.
    pub(crate) fn transact(&mut self, steps: Vec<Step>) -> Result<Vec<RowId>, DpmuError> {
        for step in &steps {
            if let Step::Add { owner: RowOwner::Tenant(_), devices, command, .. } = step {
                self.gate.check(command, devices)?;
            }
        }
        let mut added = Vec::new();
        let mut undo = Vec::new();
        for step in steps {
            match self.take(step, &mut added) {
                Ok(back) => undo.push(back),
                Err(error) => {
                    for back in undo.into_iter().rev() {
                        self.take_back(back).map_err(DpmuError::Device)?;
                    }
                    return Err(match error {
                        SwitchError::Control(ControlError::TableFull { size, .. }) => DpmuError::Exhausted {
                            resource: "rows in a table of the device",
                            needed: u64::from(size) + 1,
                            left: 0,
                        },
                        other => DpmuError::Device(other),
                    });
                }
            }
        }
        Ok(added)
    }

    fn take(&mut self, step: Step, added: &mut Vec<RowId>) -> Result<Undo, SwitchError> {
        match step {
            Step::Add { owner, command, meaning, .. } => {
                let handle = self.add(&command)?;
                let id = self.rows.insert(InstalledRow { command, handle, owner, meaning });
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
            Step::CreateGroup { group, nodes } => {
                self.create_group(group, nodes)?;
                Ok(Undo::DestroyGroup(group))
            }
            Step::DestroyGroup(group) => Ok(Undo::CreateGroup(group, self.destroy_group(group)?)),
        }
    }

    fn take_back(&mut self, undo: Undo) -> Result<(), SwitchError> {
        match undo {
            Undo::Remove(id) => {
                if let Some(row) = self.rows.remove(id) {
                    self.delete(&row)?;
                }
            }
            Undo::Restore(id, mut row) => {
                row.handle = self.add(&row.command)?;
                self.rows.put(id, row);
            }
            Undo::Replace(id, row) => {
                self.modify(row.handle, &row.command)?;
                self.rows.put(id, row);
            }
            Undo::DestroyGroup(group) => {
                self.destroy_group(group)?;
            }
            Undo::CreateGroup(group, nodes) => self.create_group(group, nodes)?,
        }
        Ok(())
    }

    fn add(&mut self, command: &Command) -> Result<u64, SwitchError> {
        match self.switch.control(command)? {
            Reply::Handle(handle) => Ok(handle),
            other => Err(SwitchError::Failed(format!("answered {other:?} to a row that was added"))),
        }
    }

    /// `command` is the one that would add the row as it is to be.
    fn modify(&mut self, handle: u64, command: &Command) -> Result<(), SwitchError> {
        let Command::TableAdd { table, action, arguments, .. } = command else { return Err(gone()) };
        let (table, action, arguments) = (table.clone(), action.clone(), arguments.clone());
        self.switch.control(&Command::TableModify { table, handle, action, arguments }).map(|_| ())
    }

    fn delete(&mut self, row: &InstalledRow) -> Result<(), SwitchError> {
        let table = crate::store::table(&row.command).to_owned();
        self.switch.control(&Command::TableDelete { table, handle: row.handle }).map(|_| ())
    }

    fn create_group(&mut self, group: u16, nodes: Vec<Node>) -> Result<(), SwitchError> {
        self.switch.control(&Command::MulticastGroupCreate { group })?;
        let mut handles = Vec::new();
        for (rid, ports) in &nodes {
            let done = self.create_node(group, *rid, ports.clone());
            match done {
                Ok(handle) => handles.push(handle),
                Err(error) => {
                    self.groups.insert(group, Group { nodes: Vec::new(), handles });
                    self.destroy_group(group)?;
                    return Err(error);
                }
            }
        }
        self.groups.insert(group, Group { nodes, handles });
        Ok(())
    }

    fn create_node(&mut self, group: u16, rid: u16, ports: Vec<u16>) -> Result<u64, SwitchError> {
        let node =
            match self.switch.control(&Command::MulticastNodeCreate { rid, ports, lags: Vec::new() })? {
                Reply::Handle(node) => node,
                other => {
                    return Err(SwitchError::Failed(format!("answered {other:?} to a node that was made")));
                }
            };
        match self.switch.control(&Command::MulticastNodeAssociate { group, node }) {
            Ok(_) => Ok(node),
            Err(error) => {
                self.switch.control(&Command::MulticastNodeDestroy { node })?;
                Err(error)
            }
        }
    }

    fn destroy_group(&mut self, group: u16) -> Result<Vec<Node>, SwitchError> {
        let Some(old) = self.groups.remove(&group) else { return Ok(Vec::new()) };
        for node in old.handles {
            self.switch.control(&Command::MulticastNodeDestroy { node })?;
        }
        self.switch.control(&Command::MulticastGroupDestroy { group })?;
        Ok(old.nodes)
    }
}

fn gone() -> SwitchError {
    SwitchError::Failed("a row that should lie in the device is not known".to_owned())
}
