//! A new wiring of a slice, worked out before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::PipelineKind;
use hyper4_persona::{DeviceStart, Layout, PortMatch};
use hyper4_switch::Endpoint;

use crate::device::{Device, Step};
use crate::dpmu::Slice;
use crate::edit::no_groups;
use crate::store::RowId;
use crate::translate::{self, Site};
use crate::virtual_device::{Part, PartRows, Placement, VirtualDevice};
use crate::{DpmuError, Wiring, multicast};

/// What an added row is.
enum Added {
    Enter(PortMatch),
    Part(String, Part),
}

/// Steps, and what they will have made.
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    sites: BTreeMap<String, Site>,
    added: Vec<Added>,
    groups: BTreeMap<String, BTreeMap<u16, u16>>,
    ports: BTreeSet<PortMatch>,
}

impl Plan {
    /// Plan to wire a slice so. The new rows come first, then each port changes over, then the old rows go: no packet
    /// meets a half-made way.
    pub(crate) fn new(slice: &Slice, wiring: &Wiring, device: &Device) -> Result<Self, DpmuError> {
        let sites = sites(slice, wiring, device)?;
        let mut plan = Self {
            steps: Vec::new(),
            sites,
            added: Vec::new(),
            groups: BTreeMap::new(),
            ports: BTreeSet::new(),
        };
        let starts = plan.starts(slice);
        let mut free_groups = device.free_groups();
        for (device_name, guest) in &slice.devices {
            plan.place(device_name, guest, slice, wiring, &starts, &mut free_groups)?;
        }
        plan.enter(slice, wiring, &starts);
        if plan.added.len() as u64 > slice.lease.rows {
            let (needed, left) = (plan.added.len() as u64, slice.lease.rows);
            return Err(DpmuError::Exhausted { resource: "rows of the lease", needed, left });
        }
        plan.remove_old(slice);
        Ok(plan)
    }

    fn starts(&self, slice: &Slice) -> BTreeMap<String, DeviceStart> {
        let start = |(name, device): (&String, &VirtualDevice)| {
            Some((name.clone(), translate::start(device, *self.sites.get(name)?)))
        };
        slice.devices.iter().filter_map(start).collect()
    }

    fn place(
        &mut self,
        name: &str,
        device: &VirtualDevice,
        slice: &Slice,
        wiring: &Wiring,
        starts: &BTreeMap<String, DeviceStart>,
        free_groups: &mut dyn Iterator<Item = u16>,
    ) -> Result<(), DpmuError> {
        let Some(site) = self.sites.get(name).copied() else { return Ok(()) };
        translate::check_egress(device, wiring)?;
        for (part, rows) in device.all_rows()? {
            let steps = rows.into_iter().map(|r| device.add(site.id, site.slot_base, r)).collect();
            self.add(name, part, steps);
        }
        self.add(name, Part::Ports, translate::port_steps(device, site, wiring, &slice.lease, starts)?);
        let groups: Vec<u16> = device.plane.multicast().groups().collect();
        for group in groups {
            let nodes = multicast::nodes(name, device.plane.multicast(), group, wiring, &slice.lease)?;
            let physical = free_groups.next().ok_or_else(no_groups)?;
            self.steps.push(Step::CreateGroup { group: physical, nodes });
            self.groups.entry(name.to_owned()).or_default().insert(group, physical);
            self.add(name, Part::Group(group), translate::group_steps(device, site, group, physical));
        }
        let made: usize = self.groups.values().map(BTreeMap::len).sum();
        if made as u64 > slice.lease.groups {
            let (needed, left) = (made as u64, slice.lease.groups);
            return Err(DpmuError::Exhausted { resource: "multicast groups of the lease", needed, left });
        }
        Ok(())
    }

    fn add(&mut self, device: &str, part: Part, steps: Vec<Step>) {
        self.added.extend(steps.iter().map(|_| Added::Part(device.to_owned(), part)));
        self.steps.extend(steps);
    }

    /// Each port changes over: its row gets another action, or is added.
    fn enter(&mut self, slice: &Slice, wiring: &Wiring, starts: &BTreeMap<String, DeviceStart>) {
        let mut ways: Vec<(PortMatch, &str, Option<u16>)> = Vec::new();
        match wiring {
            Wiring::Direct(device) if slice.lease.has_all_ports() => {
                ways.push((PortMatch::Any, device, None))
            }
            Wiring::Direct(device) => {
                ways.extend(slice.lease.ports.iter().map(|p| (PortMatch::Port(*p), device.as_str(), None)));
            }
            Wiring::Links(links) => {
                for (physical, end) in &links.ingress {
                    if let Endpoint::Device { device, port } = end {
                        ways.push((PortMatch::Port(*physical), device, Some(*port)));
                    }
                }
            }
        }
        for (port, device, guest_port) in ways {
            let (Some(start), Some(name)) = (starts.get(device), slice.devices.get(device).map(|d| &d.name))
            else {
                continue;
            };
            self.ports.insert(port);
            match (slice.enter.get(&port), translate::enter(port, *start, guest_port, name)) {
                (Some(row), Step::Add { command, meaning, .. }) => {
                    self.steps.push(Step::Replace { row: *row, command, meaning });
                }
                (_, step) => {
                    self.steps.push(step);
                    self.added.push(Added::Enter(port));
                }
            }
        }
        let gone = slice.enter.iter().filter(|(port, _)| !self.ports.contains(port));
        self.steps.extend(gone.map(|(_, row)| Step::Remove(*row)));
    }

    fn remove_old(&mut self, slice: &Slice) {
        for placement in slice.devices.values().filter_map(|d| d.placement.as_ref()) {
            self.steps.extend(placement.rows.all().map(Step::Remove));
            self.steps.extend(placement.groups.values().map(|group| Step::DestroyGroup(*group)));
        }
    }

    /// Note what was done; `rows` are the names of the rows that the device took. Answers the device IDs that are free
    /// now, and those that are taken.
    pub(crate) fn commit(
        mut self,
        slice: &mut Slice,
        wiring: Wiring,
        rows: Vec<RowId>,
    ) -> (Vec<u16>, Vec<u16>) {
        let old = slice.devices.values().filter_map(|d| d.placement.as_ref()).map(|p| p.id).collect();
        for (name, device) in &mut slice.devices {
            let groups = self.groups.remove(name).unwrap_or_default();
            device.placement = self.sites.get(name).map(|site| Placement {
                id: site.id,
                slot_base: site.slot_base,
                rows: PartRows::default(),
                groups,
            });
        }
        for (whose, row) in self.added.into_iter().zip(rows) {
            match whose {
                Added::Enter(port) => {
                    slice.enter.insert(port, row);
                }
                Added::Part(name, part) => {
                    if let Some(p) = slice.devices.get_mut(&name).and_then(|d| d.placement.as_mut()) {
                        p.rows.add(part, row);
                    }
                }
            }
        }
        slice.enter.retain(|port, _| self.ports.contains(port));
        slice.wiring = Some(wiring);
        (old, self.sites.values().map(|s| s.id).collect())
    }
}

/// Device IDs and first slots: a virtual device begins behind all that lead to it.
fn sites(slice: &Slice, wiring: &Wiring, device: &Device) -> Result<BTreeMap<String, Site>, DpmuError> {
    let names: BTreeSet<String> = slice.devices.keys().cloned().collect();
    let mut ids = device.free_ids();
    let mut sites: BTreeMap<String, Site> = BTreeMap::new();
    for name in wiring.order(&names)? {
        let after = |source: &String| {
            let used = slice.devices.get(source)?.guest.slots(PipelineKind::Ingress);
            Some(sites.get(source)?.slot_base.saturating_add(used))
        };
        let slot_base = wiring.sources(&name).iter().filter_map(after).max().unwrap_or(0);
        if let Some(guest) = slice.devices.get(&name).map(|d| &d.guest) {
            admit_slots(
                device.layout(),
                PipelineKind::Ingress,
                slot_base,
                guest.slots(PipelineKind::Ingress),
            )?;
        }
        let id = ids.next().ok_or(DpmuError::Exhausted { resource: "device IDs", needed: 1, left: 0 })?;
        sites.insert(name, Site { id, slot_base });
    }
    Ok(sites)
}

/// Whether the persona has `needed` slots behind the first `taken`.
pub(crate) fn admit_slots(
    layout: &Layout,
    pipeline: PipelineKind,
    taken: u8,
    needed: u8,
) -> Result<(), DpmuError> {
    let left = layout.slots(pipeline).saturating_sub(taken);
    if needed <= left {
        return Ok(());
    }
    let resource = match pipeline {
        PipelineKind::Ingress => "ingress slots of the persona",
        PipelineKind::Egress => "egress slots of the persona",
    };
    Err(DpmuError::Exhausted { resource, needed: needed.into(), left: left.into() })
}

/// Rows that a virtual device has in the device.
pub(crate) fn held_rows(device: &VirtualDevice) -> u64 {
    device.placement.as_ref().map_or(0, |p| p.rows.count())
}
