//! Slices, and all that can be asked for in them.

mod grant;
mod overview;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_ir::{Command, PipelineKind, Program, Reply, RowTemplate};
use hyper4_persona::{Guest, Layout, OpenEntry, compile};
use hyper4_switch::{Change, Revival, Switch};

use crate::device::{Device, Own, Promised, Reconciled, Step};
use crate::edit::{Edit, GroupUse};
use crate::lease::{self, Lease};
use crate::plan::{self, Plan};
use crate::slice::Slice;
use crate::state::{Holdings, Ledger};
use crate::store::{DeviceName, InstalledRow};
use crate::virtual_device::VirtualDevice;
use crate::{DpmuError, Estate, Wiring};

pub use overview::TranslatedEntry;

/// A data plane management unit over one device.
pub struct Dpmu {
    device: Device,
    slices: BTreeMap<String, Slice>,
    /// How many cells of each array somebody has had.
    soiled: Ledger,
}

impl Dpmu {
    /// Take charge of a switch. It must run a persona of that layout and have no rows.
    pub fn new(switch: Box<dyn Switch + Send>, layout: Layout) -> Self {
        Self { device: Device::new(switch, layout), slices: BTreeMap::new(), soiled: Ledger::default() }
    }

    /// The persona's layout.
    pub fn layout(&self) -> &Layout {
        self.device.layout()
    }

    /// The switch below, to send packets through it.
    pub fn switch(&mut self) -> &mut (dyn Switch + Send) {
        self.device.switch()
    }

    /// Whether the switch may be otherwise than it is known to be: a change failed in it, and so did taking it back. Before the
    /// next change it is reconciled.
    pub fn is_doubtful(&self) -> bool {
        self.device.is_doubtful()
    }

    /// Bring the switch back if it has gone, and to what is known of it if it has forgotten that, or if a change failed
    /// half-way. `None`: all was well.
    ///
    /// # Errors
    /// [`DpmuError::Device`]: it can't be brought back now. It may be tried again.
    pub fn revive(&mut self) -> Result<Option<Reconciled>, DpmuError> {
        match self.device.switch().revive().map_err(DpmuError::Device)? {
            Revival::Anew => self.device.reconcile(true).map(Some).map_err(DpmuError::Device),
            Revival::Same if self.is_doubtful() => self.reconcile().map(Some),
            Revival::Same => Ok(None),
        }
    }

    /// Bring the switch to what is known of it: rows, groups and sessions that are missing or do something else are as they
    /// should be then, and those that nobody knows are gone.
    ///
    /// # Errors
    /// [`DpmuError::Device`]: it doesn't tell or take something. It may be tried again.
    pub fn reconcile(&mut self) -> Result<Reconciled, DpmuError> {
        self.device.reconcile(false).map_err(DpmuError::Device)
    }

    /// The row that has that handle in a table of the persona.
    pub fn row(&self, table: &str, handle: u64) -> Option<&InstalledRow> {
        self.device.rows().by_handle(table, handle)
    }

    /// Every row in the device.
    pub fn rows(&self) -> impl Iterator<Item = &InstalledRow> {
        self.device.rows().iter()
    }

    /// Cells of the persona that virtual devices have: registers, counters, and meters of each kind.
    pub fn cells_used(&self) -> [u32; 3] {
        self.ledger().used()
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

    /// Whether a virtual device's egress pipeline runs where its packets go on to others.
    pub fn has_egress_inside(&self, name: &DeviceName) -> bool {
        let device = self.slices.get(&name.slice).and_then(|slice| slice.devices.get(&name.device));
        device.is_some_and(|device| device.inside.is_some())
    }

    /// What a slice may use.
    pub fn lease(&self, slice: &str) -> Option<&Lease> {
        Some(&self.slices.get(slice)?.lease)
    }

    /// Rows that a slice has in the device.
    pub fn rows_held(&self, slice: &str) -> u64 {
        self.slices.get(slice).map_or(0, Slice::held_rows)
    }

    /// What a slice has of the device: all that its rows may lead to.
    pub fn estate(&self, slice: &str) -> Option<Estate> {
        Some(self.slices.get(slice)?.estate())
    }

    fn guest(&self, name: &DeviceName) -> Option<&Guest> {
        Some(&self.slices.get(&name.slice)?.devices.get(&name.device)?.guest)
    }

    /// What the rows of an entry of a wired virtual device are, whatever its key and its arguments are.
    ///
    /// # Errors
    /// [`DpmuError::Unknown`]; [`DpmuError::Refused`] when that can't be said for all of them at once.
    pub fn entry_templates(
        &self,
        name: &DeviceName,
        entry: OpenEntry,
    ) -> Result<Vec<RowTemplate>, DpmuError> {
        let device = self.slices.get(&name.slice).and_then(|slice| slice.devices.get(&name.device));
        let placed = device.and_then(|device| Some((device.placed(), device.placement.as_ref()?)));
        let unknown = || DpmuError::Unknown { kind: "wired virtual device", name: name.device.clone() };
        let (guest, placement) = placed.ok_or_else(unknown)?;
        Ok(guest.entry_templates(entry, placement.site)?)
    }

    /// Make a slice.
    ///
    /// # Errors
    /// [`DpmuError::Exists`], [`DpmuError::PortTaken`]; [`DpmuError::Exhausted`] when the device can't promise what the
    /// lease does.
    pub fn create_slice(&mut self, name: &str, lease: Lease) -> Result<(), DpmuError> {
        if self.slices.contains_key(name) {
            return Err(DpmuError::Exists { kind: "slice", name: name.to_owned() });
        }
        self.grantable(name, &lease)?;
        self.slices.insert(name.to_owned(), Slice::new(lease));
        self.promise();
        Ok(())
    }

    /// Delete a slice with everything in it. Its ports are free then.
    ///
    /// # Errors
    /// [`DpmuError::Unknown`], or what the device says; nothing has changed then.
    pub fn delete_slice(&mut self, name: &str) -> Result<(), DpmuError> {
        let slice = find(&mut self.slices, name)?;
        self.device.transact(slice.whole_removal(), &Own::new(slice, []))?;
        self.device.release_ids(slice.ids());
        self.slices.remove(name);
        self.promise();
        Ok(())
    }

    /// Tell the device what the leases promise.
    fn promise(&mut self) {
        let leases = self.slices.values().map(|slice| &slice.lease);
        self.device.promise(Promised {
            rows: lease::ROWS.promised(leases.clone()),
            groups: lease::GROUPS.promised(leases.clone()),
            copies: lease::COPIES.promised(leases),
        });
    }

    /// Load a program into a slice. It takes no part in the traffic until it is wired.
    ///
    /// # Errors
    /// [`DpmuError::Refused`] when the persona can't emulate it; [`DpmuError::Exhausted`] when it has too few slots;
    /// [`DpmuError::Exists`].
    pub fn load(&mut self, slice: &str, name: &str, program: Arc<Program>) -> Result<(), DpmuError> {
        let guest = compile(program, self.device.layout())?;
        self.load_guest(slice, name, guest)
    }

    /// As [`Dpmu::load`], of a program that was compiled for the persona already.
    ///
    /// # Errors
    /// As there.
    pub fn load_guest(&mut self, slice: &str, name: &str, guest: Guest) -> Result<(), DpmuError> {
        let loaded = self.admitted(slice, name, guest)?;
        let slice = find(&mut self.slices, slice)?;
        if slice.devices.contains_key(name) {
            return Err(DpmuError::Exists { kind: "virtual device", name: name.to_owned() });
        }
        slice.devices.insert(name.to_owned(), loaded);
        Ok(())
    }

    fn admitted(&mut self, slice: &str, name: &str, guest: Guest) -> Result<VirtualDevice, DpmuError> {
        let layout = self.device.layout();
        let named = DeviceName { slice: slice.to_owned(), device: name.to_owned() };
        for pipeline in [PipelineKind::Ingress, PipelineKind::Egress] {
            plan::admit_slots(layout, pipeline, 0, guest.slots(pipeline))?;
        }
        let config = layout.config().clone();
        let holdings = Holdings::take(&mut self.ledger(), &guest, &config)?;
        if let Some(slice) = self.slices.get(slice) {
            // One that takes another's place has its cells beside the other's until that goes.
            let others = slice.devices.iter().filter(|(other, _)| *other != name);
            let held: u64 = others.map(|(_, device)| device.holdings.size()).sum();
            let left = slice.lease.cells.saturating_sub(held);
            if holdings.size() > left {
                let (resource, needed) = (lease::CELLS_OF_LEASE, holdings.size());
                return Err(DpmuError::Exhausted { resource, needed, left });
            }
        }
        for command in holdings.clear(guest.program(), &mut self.soiled) {
            self.device.tell(&command).map_err(DpmuError::Device)?;
        }
        Ok(VirtualDevice::new(named, guest, holdings))
    }

    /// The virtual devices of all slices.
    pub(crate) fn devices(&self) -> impl Iterator<Item = &VirtualDevice> {
        self.slices.values().flat_map(|slice| slice.devices.values())
    }

    /// Which of the persona's cells are whose.
    fn ledger(&self) -> Ledger {
        self.devices().fold(Ledger::default(), |mut ledger, device| {
            device.holdings.note(device.guest.program(), &mut ledger);
            ledger
        })
    }

    /// Take a program out of a slice that is not wired.
    ///
    /// # Errors
    /// [`DpmuError::Unknown`], [`DpmuError::Wired`].
    pub fn unload(&mut self, slice: &str, name: &str) -> Result<(), DpmuError> {
        let slice = find(&mut self.slices, slice)?;
        let unknown = || DpmuError::Unknown { kind: "virtual device", name: name.to_owned() };
        let device = slice.devices.get(name).ok_or_else(unknown)?;
        if device.placement.is_some() && slice.wiring.as_ref().is_some_and(|wiring| wiring.names(name)) {
            return Err(DpmuError::Wired(name.to_owned()));
        }
        let Some(placement) = device.placement.as_ref() else {
            slice.devices.remove(name);
            return Ok(());
        };
        let mut steps: Vec<Step> = placement.rows.all().map(Step::Remove).collect();
        steps.extend(placement.groups.values().map(|group| Step::DestroyGroup(*group)));
        let id = placement.site.id;
        self.device.transact(steps, &Own::new(slice, []))?;
        self.device.release_ids([id]);
        slice.devices.remove(name);
        Ok(())
    }

    /// Run another program where a virtual device is, under traffic: the new one lies ready with its entries, then each
    /// port changes over, then the old one goes. Each packet is treated by one of them.
    ///
    /// # Errors
    /// As of [`Dpmu::load`], [`Dpmu::control`] for each of the commands, and [`Dpmu::wire`]; nothing has changed then.
    pub fn replace(
        &mut self,
        slice_name: &str,
        name: &str,
        program: Arc<Program>,
        commands: &[Command],
    ) -> Result<Vec<Reply>, DpmuError> {
        let guest = compile(program, self.device.layout())?;
        self.replace_guest(slice_name, name, guest, commands)
    }

    /// As [`Dpmu::replace`], with a program that was compiled for the persona already.
    ///
    /// # Errors
    /// As there.
    pub fn replace_guest(
        &mut self,
        slice_name: &str,
        name: &str,
        guest: Guest,
        commands: &[Command],
    ) -> Result<Vec<Reply>, DpmuError> {
        let mut fresh = self.admitted(slice_name, name, guest)?;
        let mut replies = Vec::new();
        for command in commands {
            replies.push(self.prepare(&mut fresh, command)?);
        }
        let slice = find(&mut self.slices, slice_name)?;
        let unknown = || DpmuError::Unknown { kind: "virtual device", name: name.to_owned() };
        let place = slice.devices.get_mut(name).ok_or_else(unknown)?;
        // The new one owns the old one's place until the change is done.
        fresh.placement = place.placement.take();
        let mut old = std::mem::replace(place, fresh);
        let Some(wiring) = slice.wiring.clone() else { return Ok(replies) };
        if let Err(error) = self.wire(slice_name, wiring) {
            if let Some(place) = find(&mut self.slices, slice_name)?.devices.get_mut(name) {
                old.placement = place.placement.take();
                *place = old;
            }
            return Err(error);
        }
        Ok(replies)
    }

    /// Carry out a command on a virtual device that has no place yet.
    fn prepare(&mut self, device: &mut VirtualDevice, command: &Command) -> Result<Reply, DpmuError> {
        let prepared = device.plane.prepare(command)?;
        let program = Arc::clone(device.guest.program());
        match &prepared.change {
            Change::Data(access) => return device.holdings.access(&program, access, &mut self.device),
            Change::Rates { meter, cells, rates } => {
                // Its cells are its own already.
                for command in device.holdings.rates(&program, *meter, cells, rates)? {
                    self.device.tell(&command).map_err(DpmuError::Device)?;
                }
            }
            _ => {}
        }
        let mut edit = Edit::new(device);
        let nothing = || GroupUse::default();
        edit.take(&prepared.change, command, None, &Lease::everything(), &nothing, &self.device)?;
        let (done, _) = edit.finish();
        done.commit(device, Vec::new());
        device.plane.commit(prepared.change);
        Ok(prepared.reply)
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
        let plan = Plan::new(slice, &slice.lease, &wiring, &self.device)?;
        carry_out(&mut self.device, slice, None, plan, wiring)
    }

    /// Carry out a tenant's command on one of its virtual devices.
    ///
    /// # Errors
    /// [`DpmuError::Control`] when it is wrong, [`DpmuError::Refused`] when the persona can't emulate the entry,
    /// [`DpmuError::Exhausted`]; nothing has changed then.
    pub fn control(&mut self, slice: &str, device: &str, command: &Command) -> Result<Reply, DpmuError> {
        find(&mut self.slices, slice)?.control(&mut self.device, device, command)
    }
}

/// Do what was planned, under another lease if there is one.
fn carry_out(
    device: &mut Device,
    slice: &mut Slice,
    lease: Option<&Lease>,
    mut plan: Plan,
    wiring: Wiring,
) -> Result<(), DpmuError> {
    let own = Own::new(slice, plan.ids());
    let own = match lease {
        Some(lease) => own.under(lease),
        None => own,
    };
    let added = device.transact(std::mem::take(&mut plan.steps), &own)?;
    let (free, taken) = plan.commit(slice, wiring, added);
    device.release_ids(free);
    device.take_ids(taken);
    Ok(())
}

fn find<'a>(slices: &'a mut BTreeMap<String, Slice>, name: &str) -> Result<&'a mut Slice, DpmuError> {
    slices.get_mut(name).ok_or_else(|| DpmuError::Unknown { kind: "slice", name: name.to_owned() })
}
