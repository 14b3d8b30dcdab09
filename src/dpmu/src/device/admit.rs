//! What a transaction is going to do passes the gate whole, before its first step is taken.

use std::cell::OnceCell;
use std::collections::BTreeSet;

use hyper4_ir::{Command, MirroringCommand};

use super::{Device, Step};
use crate::lease::{Lease, Promises};
use crate::slice::Slice;
use crate::store::{InstalledRow, matches_same};
use crate::{Estate, GateError, RowOwner};

/// Whose change it is.
pub(crate) struct Own<'a> {
    slice: &'a Slice,
    /// What its new rows are held against.
    lease: &'a Lease,
    devices: BTreeSet<u16>,
}

impl<'a> Own<'a> {
    /// A slice that gets these device IDs, which nobody has, beside those that it has.
    pub(crate) fn new(slice: &'a Slice, fresh: impl IntoIterator<Item = u16>) -> Self {
        Self { slice, lease: &slice.lease, devices: slice.ids().into_iter().chain(fresh).collect() }
    }

    /// As it will be with another lease: what is added is held against that one, what goes is of the old one.
    pub(crate) fn under(self, lease: &'a Lease) -> Self {
        Self { lease, ..self }
    }

    /// What its lease promises.
    pub(super) fn promises(&self) -> Promises {
        self.lease.promises()
    }

    /// What it has, with the groups that the steps make.
    fn estate(&self, steps: &[Step]) -> Estate {
        let mut estate = self.slice.estate_under(self.lease);
        estate.devices.clone_from(&self.devices);
        estate.groups.extend(steps.iter().filter_map(|step| match step {
            Step::CreateGroup { group, .. } => Some(*group),
            _ => None,
        }));
        estate
    }
}

impl Device {
    /// Whether all steps are the slice's to take.
    pub(super) fn admit(&self, steps: &[Step], own: &Own<'_>) -> Result<(), GateError> {
        let known = OnceCell::new();
        // Most changes are of tenants' rows, which ask for less.
        let estate = || known.get_or_init(|| own.estate(steps));
        let held = OnceCell::new();
        let before = || held.get_or_init(|| Estate { devices: own.devices.clone(), ..own.slice.estate() });
        let row = |owner: &RowOwner, command: &Command| match owner {
            RowOwner::Tenant(_) => self.gate.check(command, &own.devices),
            RowOwner::Operator => self.gate.check_operator(command, estate()),
        };
        let gone = |old: &InstalledRow| match (&old.owner, &old.command) {
            (RowOwner::Tenant(_), Command::TableAdd { table, key, .. }) => {
                self.gate.check_device(table, key, &own.devices)
            }
            (_, command) => self.gate.check_removal(command, before()),
        };
        for step in steps {
            match step {
                Step::Add { owner, command, .. } => row(owner, command)?,
                Step::Replace { row: id, command, .. } => {
                    // One that isn't there is an error of the step's own.
                    let Some(old) = self.rows.get(*id) else { continue };
                    if !matches_same(&old.command, command) {
                        return Err(GateError::Key { table: old.table().to_owned() });
                    }
                    row(&old.owner, command)?;
                }
                Step::Remove(id) => self.rows.get(*id).map_or(Ok(()), gone)?,
                Step::Clear(Command::Mirroring { session, command: MirroringCommand::Set(copies) }) => {
                    self.gate.check_session(*session, *copies, estate())?;
                }
                Step::CreateGroup { group, nodes } => {
                    let ports = nodes.iter().flat_map(|(_, ports)| ports);
                    self.gate.check_copies(*group, ports, estate())?;
                }
                Step::Clear(_) | Step::DestroyGroup(_) => {}
            }
        }
        Ok(())
    }
}
