//! Slices, and all that can be asked for in them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_ir::{Command, PipelineKind, Program, Reply};
use hyper4_persona::{Guest, Layout, PortMatch, Refusal, compile};
use hyper4_switch::{Change, Switch};

use crate::device::Device;
use crate::edit::Edit;
use crate::plan::{self, Plan};
use crate::store::{DeviceName, InstalledRow, RowId};
use crate::virtual_device::VirtualDevice;
use crate::{DpmuError, Wiring};

/// What a slice may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lease {
    /// Physical ports, 0 to 510.
    pub ports: BTreeSet<u16>,
    /// Rows in the device.
    pub rows: u64,
    /// Multicast groups in the device.
    pub groups: u64,
}

impl Lease {
    /// Every port and no limit but the device's.
    pub fn everything() -> Self {
        Self { ports: (0..=510).collect(), rows: u64::MAX, groups: u64::MAX }
    }

    pub(crate) fn has_all_ports(&self) -> bool {
        self.ports.len() == 511
    }
}

/// A tenant's share of a device.
pub(crate) struct Slice {
    pub(crate) lease: Lease,
    pub(crate) devices: BTreeMap<String, VirtualDevice>,
    pub(crate) wiring: Option<Wiring>,
    /// The rows by which packets enter.
    pub(crate) enter: BTreeMap<PortMatch, RowId>,
}

/// A data plane management unit over one device.
pub struct Dpmu {
    device: Device,
    slices: BTreeMap<String, Slice>,
}

impl Dpmu {
    /// Take charge of a switch. It must run a persona of that layout and have no rows.
    pub fn new(switch: Box<dyn Switch + Send>, layout: Layout) -> Self {
        Self { device: Device::new(switch, layout), slices: BTreeMap::new() }
    }

    /// The persona's layout.
    pub fn layout(&self) -> &Layout {
        self.device.layout()
    }

    /// The switch below, to send packets through it.
    pub fn switch(&mut self) -> &mut (dyn Switch + Send) {
        self.device.switch()
    }

    /// The row that has that handle in a table of the persona.
    pub fn row(&self, table: &str, handle: u64) -> Option<&InstalledRow> {
        self.device.rows().by_handle(table, handle)
    }

    /// Every row in the device.
    pub fn rows(&self) -> impl Iterator<Item = &InstalledRow> {
        self.device.rows().iter()
    }

    /// How a slice's virtual devices are wired; `None` until they are.
    pub fn wiring(&self, slice: &str) -> Option<&Wiring> {
        self.slices.get(slice)?.wiring.as_ref()
    }

    /// The program of a virtual device.
    pub fn program(&self, name: &DeviceName) -> Option<&Arc<Program>> {
        Some(self.guest(name)?.program())
    }

    /// Whether a virtual device does anything in egress.
    pub fn has_egress(&self, name: &DeviceName) -> bool {
        self.guest(name).is_some_and(|g| g.egress_start().is_some())
    }

    fn guest(&self, name: &DeviceName) -> Option<&Guest> {
        Some(&self.slices.get(&name.slice)?.devices.get(&name.device)?.guest)
    }

    /// Make a slice.
    ///
    /// # Errors
    /// [`DpmuError::Exists`], [`DpmuError::PortTaken`].
    pub fn create_slice(&mut self, name: &str, lease: Lease) -> Result<(), DpmuError> {
        if self.slices.contains_key(name) {
            return Err(DpmuError::Exists { kind: "slice", name: name.to_owned() });
        }
        for (other, slice) in &self.slices {
            if let Some(port) = lease.ports.intersection(&slice.lease.ports).next() {
                return Err(DpmuError::PortTaken { port: *port, slice: other.clone() });
            }
        }
        let slice = Slice { lease, devices: BTreeMap::new(), wiring: None, enter: BTreeMap::new() };
        self.slices.insert(name.to_owned(), slice);
        Ok(())
    }

    /// Load a program into a slice. It takes no part in the traffic until it is wired.
    ///
    /// # Errors
    /// [`DpmuError::Refused`] when the persona can't emulate it; [`DpmuError::Exhausted`] when it has too few slots;
    /// [`DpmuError::Exists`].
    pub fn load(&mut self, slice: &str, name: &str, program: Arc<Program>) -> Result<(), DpmuError> {
        let layout = self.device.layout().clone();
        let named = DeviceName { slice: slice.to_owned(), device: name.to_owned() };
        let slice = find(&mut self.slices, slice)?;
        if slice.devices.contains_key(name) {
            return Err(DpmuError::Exists { kind: "virtual device", name: name.to_owned() });
        }
        let device = VirtualDevice::new(named, compile(program, &layout)?);
        for pipeline in [PipelineKind::Ingress, PipelineKind::Egress] {
            plan::admit_slots(&layout, pipeline, 0, device.guest.slots(pipeline))?;
        }
        slice.devices.insert(name.to_owned(), device);
        Ok(())
    }

    /// Wire a slice's virtual devices, all at once: the new rows lie ready before the first packet takes the new way,
    /// and the old ones go when the last port has changed over.
    ///
    /// # Errors
    /// [`DpmuError::Wiring`], [`DpmuError::Exhausted`], [`DpmuError::Refused`]; nothing has changed then.
    pub fn wire(&mut self, slice_name: &str, wiring: Wiring) -> Result<(), DpmuError> {
        let slice = find(&mut self.slices, slice_name)?;
        let names: BTreeSet<String> = slice.devices.keys().cloned().collect();
        wiring.validate(&names, &slice.lease.ports)?;
        let mut plan = Plan::new(slice, &wiring, &self.device)?;
        let added = self.device.transact(std::mem::take(&mut plan.steps))?;
        let (free, taken) = plan.commit(slice, wiring, added);
        self.device.release_ids(free);
        self.device.take_ids(taken);
        Ok(())
    }

    /// Carry out a tenant's command on one of its virtual devices.
    ///
    /// # Errors
    /// [`DpmuError::Control`] when it is wrong, [`DpmuError::Refused`] when the persona can't emulate the entry,
    /// [`DpmuError::Exhausted`]; nothing has changed then.
    pub fn control(&mut self, slice_name: &str, device: &str, command: &Command) -> Result<Reply, DpmuError> {
        let slice = find(&mut self.slices, slice_name)?;
        let held = slice.devices.values().map(plan::held_rows).sum();
        let left = slice.lease.rows.saturating_sub(held);
        let unknown = || DpmuError::Unknown { kind: "virtual device", name: device.to_owned() };
        let target = slice.devices.get_mut(device).ok_or_else(unknown)?;
        let prepared = target.plane.prepare(command)?;
        let mut edit = Edit::new(target);
        match &prepared.change {
            Change::None => {}
            Change::Entry { table, entry } => edit.put(self.device.rows(), *table, entry)?,
            Change::Delete { table, handles } | Change::Clear { table, handles } => {
                edit.delete(*table, handles)
            }
            Change::Default { table, default } => {
                edit.default(self.device.rows(), *table, default.as_ref())?
            }
            Change::Multicast(next) => {
                let mut free = self.device.free_groups();
                edit.multicast(next, slice.wiring.as_ref(), &slice.lease, &mut free)?;
            }
            Change::Timeout { .. }
            | Change::Profile { .. }
            | Change::Rates { .. }
            | Change::ValueSet { .. }
            | Change::Mirroring { .. }
            | Change::Queue { .. }
            | Change::Calculation { .. }
            | Change::Reset
            | Change::Data(_) => {
                let reason = "a virtual device takes commands for tables with actions of their own and for multicast \
                              groups alone";
                return Err(Refusal::new(format!("command `{command}`"), reason).into());
            }
        }
        let (done, steps) = edit.finish();
        let needed = done.growth();
        if needed > left {
            return Err(DpmuError::Exhausted { resource: "rows of the lease", needed, left });
        }
        let added = self.device.transact(steps)?;
        done.commit(target, added);
        target.plane.commit(prepared.change);
        Ok(prepared.reply)
    }
}

fn find<'a>(slices: &'a mut BTreeMap<String, Slice>, name: &str) -> Result<&'a mut Slice, DpmuError> {
    slices.get_mut(name).ok_or_else(|| DpmuError::Unknown { kind: "slice", name: name.to_owned() })
}
