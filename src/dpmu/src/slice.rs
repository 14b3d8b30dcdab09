//! A tenant's share of a device, and what its commands do.

use std::collections::BTreeMap;

use hyper4_ir::{Command, Reply};
use hyper4_persona::PortMatch;
use hyper4_switch::Change;

use crate::device::{Device, Own, Step};
use crate::edit::{Edit, GroupUse};
use crate::lease::{Lease, ROWS_OF_LEASE, Usage};
use crate::store::RowId;
use crate::virtual_device::{Placement, VirtualDevice};
use crate::{DpmuError, Estate, Wiring};

/// The rows by which packets of a port enter, those that win first.
#[derive(Clone, Debug, Default)]
pub(crate) struct Entrances {
    /// They win over rows that aren't.
    pub(crate) upper: bool,
    pub(crate) rows: Vec<RowId>,
}

impl Entrances {
    /// The steps that remove them, the last first: a packet that one was for meets none of the others.
    pub(crate) fn removal(&self) -> impl Iterator<Item = Step> + '_ {
        self.rows.iter().rev().map(|row| Step::Remove(*row))
    }
}

/// A tenant's share of a device.
pub(crate) struct Slice {
    pub(crate) lease: Lease,
    pub(crate) devices: BTreeMap<String, VirtualDevice>,
    pub(crate) wiring: Option<Wiring>,
    /// The rows by which packets enter.
    pub(crate) enter: BTreeMap<PortMatch, Entrances>,
    /// The device IDs of links with conditions.
    pub(crate) wires: Vec<u16>,
    /// Their rows.
    pub(crate) wire_rows: Vec<RowId>,
}

impl Slice {
    pub(crate) fn new(lease: Lease) -> Self {
        Self {
            lease,
            devices: BTreeMap::new(),
            wiring: None,
            enter: BTreeMap::new(),
            wires: Vec::new(),
            wire_rows: Vec::new(),
        }
    }

    fn placements(&self) -> impl Iterator<Item = &Placement> {
        self.devices.values().filter_map(|device| device.placement.as_ref())
    }

    /// Rows that it has in the device.
    pub(crate) fn held_rows(&self) -> u64 {
        let placed: u64 = self.placements().map(|p| p.rows.count()).sum();
        let entrances: usize = self.enter.values().map(|entrances| entrances.rows.len()).sum();
        placed + entrances as u64 + self.wire_rows.len() as u64
    }

    /// How much it uses of what a lease grants.
    pub(crate) fn usage(&self, below: &Device) -> Usage {
        let groups = self.placements().flat_map(|placement| placement.groups.values());
        let (groups, copies) =
            groups.fold((0, 0), |(groups, copies), group| (groups + 1, copies + below.copies(*group)));
        let cells = self.devices.values().map(|device| device.holdings.size()).sum();
        Usage { rows: self.held_rows(), groups, copies, cells }
    }

    /// Its device IDs.
    pub(crate) fn ids(&self) -> Vec<u16> {
        self.placements().map(|p| p.site.id).chain(self.wires.iter().copied()).collect()
    }

    /// What it has of the device: all that its rows may lead to.
    pub(crate) fn estate(&self) -> Estate {
        self.estate_under(&self.lease)
    }

    /// What it has with that lease.
    pub(crate) fn estate_under(&self, lease: &Lease) -> Estate {
        let ports = lease.ports.clone();
        let sessions = ports.iter().map(|port| Estate::session(*port)).collect();
        let held = self.devices.values().flat_map(|device| device.holdings.ranges(device.guest.program()));
        let cells = held.map(|(array, first, count)| (array, first.into(), count.into())).collect();
        let groups = self.placements().flat_map(|placement| placement.groups.values().copied()).collect();
        Estate { devices: self.ids().into_iter().collect(), ports, groups, sessions, cells }
    }

    /// The steps that remove everything of it but the rows by which packets enter.
    pub(crate) fn removal(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.wire_rows.iter().map(|row| Step::Remove(*row)).collect();
        for placement in self.placements() {
            steps.extend(placement.rows.all().map(Step::Remove));
            steps.extend(placement.groups.values().map(|group| Step::DestroyGroup(*group)));
        }
        steps
    }

    /// The steps that remove everything of it, packets' ways in first.
    pub(crate) fn whole_removal(&self) -> Vec<Step> {
        let mut steps: Vec<Step> = self.enter.values().flat_map(Entrances::removal).collect();
        steps.extend(self.removal());
        steps
    }

    /// What the virtual devices but one use of groups.
    fn group_use(&self, but: &str, below: &Device) -> GroupUse {
        let others = self.devices.iter().filter(|(name, _)| *name != but);
        let groups = others.filter_map(|(_, d)| d.placement.as_ref()).flat_map(|p| p.groups.values());
        groups.fold(GroupUse::default(), |used, group| GroupUse {
            groups: used.groups + 1,
            copies: used.copies + below.copies(*group),
        })
    }

    /// Carry out a command on one of the virtual devices.
    pub(crate) fn control(
        &mut self,
        below: &mut Device,
        name: &str,
        command: &Command,
    ) -> Result<Reply, DpmuError> {
        let left = self.lease.rows.saturating_sub(self.held_rows());
        let unknown = || DpmuError::Unknown { kind: "virtual device", name: name.to_owned() };
        let target = self.devices.get(name).ok_or_else(unknown)?;
        let prepared = target.plane.prepare(command)?;
        if let Change::Data(access) = &prepared.change {
            return target.holdings.access(target.guest.program(), access, below);
        }
        let mut edit = Edit::new(target);
        let others = || self.group_use(name, below);
        edit.take(&prepared.change, command, self.wiring.as_ref(), &self.lease, &others, below)?;
        let (done, steps) = edit.finish();
        let needed = done.growth();
        if needed > left {
            return Err(DpmuError::Exhausted { resource: ROWS_OF_LEASE, needed, left });
        }
        let added = below.transact(steps, &Own::new(self, []))?;
        if let Some(target) = self.devices.get_mut(name) {
            done.commit(target, added);
            target.plane.commit(prepared.change);
        }
        Ok(prepared.reply)
    }
}
