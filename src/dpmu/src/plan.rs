//! A new wiring of a slice, worked out before anything is touched.

use std::collections::BTreeMap;

use hyper4_ir::PipelineKind;
use hyper4_persona::{DeviceStart, Guest, Layout, PortMatch, Row};
use hyper4_switch::Endpoint;

use crate::device::{Device, Step};
use crate::edit::{no_groups, out_of_copies, out_of_groups};
use crate::lease::{Lease, ROWS_OF_LEASE};
use crate::sites::Sites;
use crate::slice::{Entrances, Slice};
use crate::store::RowId;
use crate::translate::{self, Placing, Starts};
use crate::virtual_device::{Part, PartRows, Placement};
use crate::{DpmuError, Wiring, mirroring, multicast, wire};

/// What an added row is.
enum Added {
    Enter(PortMatch),
    Part(String, Part),
    Wire,
}

/// A virtual device's new place.
struct NewPlace {
    placement: Placement,
    /// The guest, where it is not as it was loaded.
    inside: Option<Guest>,
}

/// Steps, and what they will have made.
pub(crate) struct Plan {
    pub(crate) steps: Vec<Step>,
    places: BTreeMap<String, NewPlace>,
    wire_ids: Vec<u16>,
    added: Vec<Added>,
    /// The ports by which packets enter, and whether their rows win over those that there were.
    ports: BTreeMap<PortMatch, bool>,
}

impl Plan {
    /// Plan to wire a slice so, which has that lease or is about to get it. The new rows come first, then each port changes
    /// over, then the old rows go: no packet meets a half-made way.
    pub(crate) fn new(
        slice: &Slice,
        lease: &Lease,
        wiring: &Wiring,
        device: &Device,
    ) -> Result<Self, DpmuError> {
        let sites = Sites::new(slice, lease, wiring, device)?;
        let mut plan = Self {
            steps: Vec::new(),
            places: BTreeMap::new(),
            wire_ids: sites.wires.values().map(|site| site.id).collect(),
            added: Vec::new(),
            ports: BTreeMap::new(),
        };
        let starts = sites.starts();
        let layout = device.layout();
        let mut free_groups = device.free_groups();
        let (mut groups, mut copies) = (0u64, 0u64);
        for (name, (guest, site)) in &sites.devices {
            let Some(loaded) = slice.devices.get(name) else { continue };
            let placing = Placing { device: loaded, guest, site: *site };
            let made = plan.place(placing, lease, wiring, &starts, layout, &mut free_groups)?;
            groups += made.0;
            copies += made.1;
        }
        out_of_groups(lease, groups)?;
        out_of_copies(lease, copies)?;
        for ((name, port), site) in &sites.wires {
            let wire = wiring.wires(name).remove(port);
            if let (Some(wire), Some(from)) = (wire, slice.devices.get(name)) {
                let steps = wire::steps(&from.name, *port, &wire, *site, &starts.devices, layout)?;
                plan.added.extend(steps.iter().map(|_| Added::Wire));
                plan.steps.extend(steps);
            }
        }
        plan.enter(slice, lease, wiring, &starts.devices, &sites, layout);
        let needed = plan.added.len() as u64;
        if needed > lease.rows {
            let left = lease.rows;
            return Err(DpmuError::Exhausted { resource: ROWS_OF_LEASE, needed, left });
        }
        plan.remove_old(slice);
        for (name, (guest, site)) in sites.devices {
            let groups = plan.places.remove(&name).map(|place| place.placement.groups).unwrap_or_default();
            let inside = guest.inside().is_some().then(|| guest.into_owned());
            let placement = Placement { site, rows: PartRows::default(), groups };
            plan.places.insert(name, NewPlace { placement, inside });
        }
        Ok(plan)
    }

    /// Answers how many groups it has, and how many copies they make.
    fn place(
        &mut self,
        placing: Placing<'_>,
        lease: &Lease,
        wiring: &Wiring,
        starts: &Starts,
        layout: &Layout,
        free_groups: &mut dyn Iterator<Item = u16>,
    ) -> Result<(u64, u64), DpmuError> {
        let Placing { device, guest, site } = placing;
        let name = &device.name.device;
        translate::check_egress(placing, wiring)?;
        translate::check_whole_packets(placing, wiring, lease)?;
        // Rows that those by which packets enter do, too, are for packets that come otherwise.
        let entrances = guest.entrances();
        let unmet = matches!(wiring, Wiring::Direct(_)) && guest.again().is_empty();
        for (part, mut rows) in device.all_rows(guest)? {
            if part == Part::Fixed && unmet && enters_by_rows(&entrances, wiring, lease) {
                rows.retain(|row| !entrances.contains(&row));
            }
            let steps = rows.into_iter().map(|r| device.add(site, r)).collect();
            self.add(name, part, steps);
        }
        self.add(name, Part::State, translate::state_steps(placing, layout));
        self.add(name, Part::Fixed, translate::inside_steps(placing, wiring, lease, layout));
        self.add(name, Part::Ports, translate::port_steps(placing, wiring, lease, starts, layout)?);
        for (session, copies) in device.plane.mirroring_sessions() {
            let steps = mirroring::steps(placing, session, copies, wiring, lease, layout)?;
            if let Some((made, rows)) = steps {
                self.steps.push(made);
                self.add(name, Part::Session(session), rows);
            }
        }
        let (mut made, mut copies) = (BTreeMap::new(), 0);
        for group in device.plane.multicast().groups() {
            let nodes = multicast::nodes(name, device.plane.multicast(), group, wiring, lease)?;
            let physical = free_groups.next().ok_or_else(no_groups)?;
            copies += nodes.len() as u64;
            self.steps.push(Step::CreateGroup { group: physical, nodes });
            made.insert(group, physical);
            self.add(
                name,
                Part::Group(group),
                translate::group_steps(placing, group, physical, wiring, layout),
            );
        }
        let count = made.len() as u64;
        let placement = Placement { site, rows: PartRows::default(), groups: made };
        self.places.insert(name.clone(), NewPlace { placement, inside: None });
        Ok((count, copies))
    }

    fn add(&mut self, device: &str, part: Part, steps: Vec<Step>) {
        self.added.extend(steps.iter().map(|_| Added::Part(device.to_owned(), part)));
        self.steps.extend(steps);
    }

    /// Each port changes over. Its new rows are added, those that win first, and then the old ones go, those that win last:
    /// whichever of two sets of rows wins over the other, a packet is treated by all of the old or all of the new one.
    fn enter(
        &mut self,
        slice: &Slice,
        lease: &Lease,
        wiring: &Wiring,
        starts: &BTreeMap<String, DeviceStart>,
        sites: &Sites<'_>,
        layout: &Layout,
    ) {
        let mut ways: Vec<(PortMatch, &str, Option<u16>)> = Vec::new();
        match wiring {
            Wiring::Direct(device) if lease.has_all_ports() => ways.push((PortMatch::Any, device, None)),
            Wiring::Direct(device) => {
                ways.extend(lease.ports.iter().map(|p| (PortMatch::Port(*p), device.as_str(), None)));
            }
            Wiring::Links(links) => {
                for (physical, end) in &links.ingress {
                    if let Endpoint::Device { device, port } = end {
                        ways.push((PortMatch::Port(*physical), device, Some(*port)));
                    }
                }
            }
        }
        for (port, device, guest_port) in ways.iter().copied() {
            let (Some(start), Some(name)) = (starts.get(device), slice.devices.get(device).map(|d| &d.name))
            else {
                continue;
            };
            let old = slice.enter.get(&port);
            let upper = old.is_some_and(|old| !old.upper);
            let mut entrances = Vec::new();
            if let Some((guest, site)) = sites.devices.get(device) {
                entrances = guest.entrances().into_iter().map(|row| (row, *site)).collect();
            }
            if !merges(entrances.len(), ways.len()) {
                entrances.clear();
            }
            let steps = translate::enter(port, *start, guest_port, &entrances, upper, name, layout);
            self.added.extend(steps.iter().map(|_| Added::Enter(port)));
            self.steps.extend(steps);
            self.steps.extend(old.into_iter().flat_map(Entrances::removal));
            self.ports.insert(port, upper);
        }
        let gone = slice.enter.iter().filter(|(port, _)| !self.ports.contains_key(port));
        self.steps.extend(gone.flat_map(|(_, old)| old.removal()));
    }

    fn remove_old(&mut self, slice: &Slice) {
        self.steps.extend(slice.removal());
    }

    /// The device IDs that it takes.
    pub(crate) fn ids(&self) -> Vec<u16> {
        let places = self.places.values().map(|place| place.placement.site.id);
        places.chain(self.wire_ids.iter().copied()).collect()
    }

    /// Note what was done; `rows` are the names of the rows that the device took. Answers the device IDs that are free
    /// now, and those that are taken.
    pub(crate) fn commit(
        mut self,
        slice: &mut Slice,
        wiring: Wiring,
        rows: Vec<RowId>,
    ) -> (Vec<u16>, Vec<u16>) {
        let old = slice.ids();
        for (name, device) in &mut slice.devices {
            let place = self.places.remove(name);
            (device.placement, device.inside) = match place {
                Some(NewPlace { placement, inside }) => (Some(placement), inside),
                None => (None, None),
            };
        }
        slice.enter.clear();
        slice.wires = self.wire_ids;
        slice.wire_rows.clear();
        for (whose, row) in self.added.into_iter().zip(rows) {
            match whose {
                Added::Enter(port) => {
                    let entrances = slice.enter.entry(port).or_default();
                    entrances.upper = self.ports.get(&port).copied().unwrap_or_default();
                    entrances.rows.push(row);
                }
                Added::Part(name, part) => {
                    if let Some(p) = slice.devices.get_mut(&name).and_then(|d| d.placement.as_mut()) {
                        p.rows.add(part, row);
                    }
                }
                Added::Wire => slice.wire_rows.push(row),
            }
        }
        slice.wiring = Some(wiring);
        (old, slice.ids())
    }
}

/// Whether the rows by which packets of so many ports enter do what so many first rows of a guest do: there are as many for
/// each port.
fn merges(rows: usize, ports: usize) -> bool {
    const MOST: usize = 256;
    rows > 0 && rows * ports <= MOST
}

/// Whether packets enter the only device by rows that do what its first ones do.
fn enters_by_rows(entrances: &[&Row], wiring: &Wiring, lease: &Lease) -> bool {
    let ports = if lease.has_all_ports() { 1 } else { lease.ports.len() };
    matches!(wiring, Wiring::Direct(_)) && merges(entrances.len(), ports)
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
