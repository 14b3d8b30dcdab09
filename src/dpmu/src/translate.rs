//! The operator's rows that bind a virtual device to ports and to other virtual devices.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_ir::PipelineKind;
pub(crate) use hyper4_persona::Place as Site;
use hyper4_persona::{
    DeviceStart, EgressSplit, EgressStart, Entrance, Guest, Layout, Lookup, OperatorRow, Origin, PortMatch,
    ReplicaEgress, Row, StateAccess, Touched, Verdict,
};
use hyper4_switch::Endpoint;

use crate::device::{RowOwner, Step};
use crate::lease::Lease;
use crate::store::{DeviceName, RowMeaning};
use crate::virtual_device::VirtualDevice;
use crate::{Wiring, WiringError};

/// `egress_spec` that drops.
const DROP_PORT: u16 = 511;

/// The slot in which a virtual device leaves that leads to no other one, and has its ports under their own numbers.
pub(crate) fn exit(guest: &Guest, wiring: &Wiring, lease: &Lease, layout: &Layout) -> Option<u8> {
    let own = matches!(wiring, Wiring::Direct(_)) && guest.inside().is_none();
    let exit = match (lease.has_all_ports(), guest.egress_split()) {
        (true, Some(_)) => layout.split_exit_slot(),
        (true, None) => layout.same_exit_slot(),
        (false, _) => layout.exit_slot(),
    };
    own.then_some(exit)
}

/// How its egress begins, where it asks first whether a packet goes back to where it came from, and has its ports under
/// their own numbers.
fn split(guest: &Guest, wiring: &Wiring) -> Option<EgressSplit> {
    let own = matches!(wiring, Wiring::Direct(_)) && guest.inside().is_none();
    own.then(|| guest.egress_split()).flatten()
}

/// Where the ingress of a virtual device begins.
pub(crate) fn start(guest: &Guest, site: Site) -> DeviceStart {
    let (slot, pc, lookup) = guest.start();
    DeviceStart {
        device: site.id,
        slot: slot.saturating_add(site.slot_base),
        pc,
        lookup,
        rewrites: guest.rewrites(),
    }
}

/// Where the links lead: the first lookups of virtual devices, and of the wires behind ports.
#[derive(Debug, Default)]
pub(crate) struct Starts {
    pub(crate) devices: BTreeMap<String, DeviceStart>,
    pub(crate) wires: BTreeMap<(String, u16), DeviceStart>,
}

/// A virtual device as it is going to be placed.
#[derive(Clone, Copy)]
pub(crate) struct Placing<'a> {
    pub(crate) device: &'a VirtualDevice,
    pub(crate) guest: &'a Guest,
    pub(crate) site: Site,
}

/// What becomes of a packet, and the virtual device that it goes to.
type Choice = (PortMatch, Verdict, Option<Arc<DeviceName>>);

/// The rows for its ports: where its choices lead, and how its egress begins.
pub(crate) fn port_steps(
    placing: Placing<'_>,
    wiring: &Wiring,
    lease: &Lease,
    starts: &Starts,
    layout: &Layout,
) -> Result<Vec<Step>, WiringError> {
    let Placing { device, guest, site } = placing;
    // One that has its egress inside has done it when it leaves.
    let (egress, origin) = match guest.egress_start() {
        Some((start, origin)) if guest.inside().is_none() => (Some(start), Arc::new(origin)),
        _ => (None, Arc::default()),
    };
    let discard: Choice = (PortMatch::Port(DROP_PORT), Verdict::Discard, None);
    // Where every port is the device's, the switch itself knows which one drops.
    let all = matches!(wiring, Wiring::Direct(_)) && lease.has_all_ports();
    let mut choices = if all && site.exit.is_some() { Vec::new() } else { vec![discard.clone()] };
    match wiring {
        Wiring::Direct(_) if site.exit == Some(layout.split_exit_slot()) => {}
        Wiring::Direct(_) => {
            let by = |port| Verdict::Transmit { port, egress: egress.cloned().map(Box::new) };
            if lease.has_all_ports() {
                choices.push((PortMatch::Any, by(None), None));
            } else {
                choices.extend(lease.ports.iter().map(|p| (PortMatch::Port(*p), by(Some(*p)), None)));
            }
        }
        Wiring::Links(_) => choices.extend(linked(&device.name, wiring, egress, starts)?),
    }
    let row = |slot: u8, choice: &Choice, origin: &Arc<Origin>, back: Option<bool>| {
        let (port, verdict, next) = choice;
        let verdict = verdict.clone();
        let row = OperatorRow::Leave { slot, device: site.id, port: *port, verdict: verdict.clone(), back };
        let meaning = RowMeaning::Leave {
            device: Arc::clone(&device.name),
            port: *port,
            verdict: verdict.clone(),
            next: next.clone(),
            egress: match verdict {
                Verdict::Transmit { .. } => Arc::clone(origin),
                Verdict::Discard | Verdict::Forward { .. } => Arc::default(),
            },
            egress_done: guest.inside().is_some(),
        };
        operator(row, meaning, layout)
    };
    let leave = |slot: u8, choice: &Choice| {
        let slot = site.exit.map_or(slot.saturating_add(site.slot_base), |_| layout.exit_slot());
        row(slot, choice, &origin, None)
    };
    let slots = guest.leave_slots().iter().take(if site.exit.is_some() { 1 } else { usize::MAX });
    let mut steps: Vec<Step> = slots
        .flat_map(|slot| choices.iter().map(move |choice| (*slot, choice)))
        .map(|(s, c)| leave(s, c))
        .collect();
    if site.exit == Some(layout.split_exit_slot())
        && let Some(EgressSplit { back, onward }) = guest.egress_split()
    {
        for (back, (start, origin)) in [(true, back), (false, onward)] {
            let verdict = Verdict::Transmit { port: None, egress: Some(Box::new(start)) };
            let choice = (PortMatch::Any, verdict, None);
            steps.push(row(layout.exit_slot(), &choice, &Arc::new(origin), Some(back)));
        }
    }
    if let Some(inside) = guest.inside() {
        steps.extend(inside.early_slots.iter().map(|slot| leave(*slot, &discard)));
    }
    steps.extend(egress_steps(placing, wiring, layout));
    steps.extend(guest.again().iter().map(|(list, keep)| {
        let start = start(guest, site);
        let row = OperatorRow::EnterAgain { start, list: *list, keep: keep.clone() };
        let meaning = RowMeaning::Enter { device: Arc::clone(&device.name), first: Arc::default() };
        operator(row, meaning, layout)
    }));
    steps.extend(guest.landings().iter().map(|landing| {
        let start = DeviceStart {
            slot: landing.slot.saturating_add(site.slot_base),
            pc: landing.pc,
            lookup: Lookup::Step,
            ..start(guest, site)
        };
        let row = OperatorRow::GoOn { start, number: landing.number };
        operator(row, RowMeaning::GoOn { device: Arc::clone(&device.name), pass: landing.pass }, layout)
    }));
    Ok(steps)
}

/// The rows that say what its accesses to what lies outside of the packet mean.
pub(crate) fn state_steps(placing: Placing<'_>, layout: &Layout) -> Vec<Step> {
    let Placing { device, guest, site } = placing;
    let row = |(pipeline, slot, access): &(PipelineKind, u8, StateAccess)| {
        let base = if *pipeline == PipelineKind::Ingress { site.slot_base } else { 0 };
        let slot = slot.saturating_add(base);
        let touched = match access {
            StateAccess::Truncate | StateAccess::Ask | StateAccess::Draw => Touched::Packet,
            StateAccess::Sample(list) => {
                let (list, place) = *guest.samples().iter().find(|(of, _)| of == list)?;
                Touched::Sample { list, place }
            }
            _ => Touched::Cells(device.holdings.cells(guest.program(), *access)?),
        };
        let row = OperatorRow::State { pipeline: *pipeline, slot, device: site.id, access: *access, touched };
        let meaning = RowMeaning::State { device: Arc::clone(&device.name), access: *access };
        Some(operator(row, meaning, layout))
    };
    guest.accesses().iter().filter_map(row).collect()
}

/// Where the links of its ports lead.
fn linked(
    name: &DeviceName,
    wiring: &Wiring,
    egress: Option<&EgressStart>,
    starts: &Starts,
) -> Result<Vec<Choice>, WiringError> {
    let mut choices = Vec::new();
    for (port, end) in wiring.ports(&name.device) {
        let (verdict, next) = match end {
            Endpoint::Physical(physical) => {
                (Verdict::Transmit { port: Some(physical), egress: egress.cloned().map(Box::new) }, None)
            }
            Endpoint::Device { device: next, port } => {
                let Some(start) = starts.devices.get(&next) else {
                    return Err(WiringError::UnknownDevice(next));
                };
                let next = DeviceName { slice: name.slice.clone(), device: next };
                (Verdict::Forward { start: *start, port }, Some(Arc::new(next)))
            }
        };
        choices.push((PortMatch::Port(port), verdict, next));
    }
    for port in wiring.wires(&name.device).into_keys() {
        if let Some(start) = starts.wires.get(&(name.device.clone(), port)) {
            choices.push((PortMatch::Port(port), Verdict::Forward { start: *start, port: 0 }, None));
        }
    }
    Ok(choices)
}

/// The rows between the pipelines of a guest that has its egress inside.
pub(crate) fn inside_steps(
    placing: Placing<'_>,
    wiring: &Wiring,
    lease: &Lease,
    layout: &Layout,
) -> Vec<Step> {
    let Placing { device, guest, site } = placing;
    let linked: Vec<u16> = match wiring {
        Wiring::Direct(_) => lease.ports.iter().copied().collect(),
        Wiring::Links(_) => {
            let ports = wiring.ports(&device.name.device).into_keys();
            ports.chain(wiring.wires(&device.name.device).into_keys()).collect()
        }
    };
    guest.inside_rows(layout, &linked).into_iter().map(|row| device.add(site, row)).collect()
}

/// How its egress begins for replicas, for each physical port.
fn egress_steps(placing: Placing<'_>, wiring: &Wiring, layout: &Layout) -> Vec<Step> {
    let Placing { device, guest, site } = placing;
    let Some((start, origin)) = guest.egress_start() else { return Vec::new() };
    let mut steps = clone_steps(placing, wiring, start, &Arc::new(origin.clone()), layout);
    let row = |port, guest_port, start: &EgressStart, origin: &Arc<Origin>, back| {
        let start = Box::new(start.clone());
        let row = OperatorRow::EnterEgress { port, device: site.id, start, guest_port, back };
        let (device, egress) = (Arc::clone(&device.name), Arc::clone(origin));
        operator(row, RowMeaning::EnterEgress { device, egress }, layout)
    };
    if let Some(EgressSplit { back, onward }) = split(guest, wiring) {
        for (back, (start, origin)) in [(true, back), (false, onward)] {
            steps.push(row(PortMatch::Any, None, &start, &Arc::new(origin), Some(back)));
        }
        return steps;
    }
    let origin = Arc::new(origin);
    let ports = egress_ports(device, wiring).into_iter();
    steps.extend(ports.map(|(port, own)| row(port, own, start, &origin, None)));
    steps
}

/// The physical ports by which copies leave, and the guest's own numbers of them, where they have others.
fn egress_ports(device: &VirtualDevice, wiring: &Wiring) -> Vec<(PortMatch, Option<u16>)> {
    match wiring {
        Wiring::Direct(_) => vec![(PortMatch::Any, None)],
        Wiring::Links(_) => {
            let ports = wiring.ports(&device.name.device).into_iter();
            let physical = ports.filter_map(|(port, end)| match end {
                Endpoint::Physical(physical) => Some((PortMatch::Port(physical), Some(port))),
                Endpoint::Device { .. } => None,
            });
            physical.collect()
        }
    }
}

/// How its egress begins for clones.
fn clone_steps(
    placing: Placing<'_>,
    wiring: &Wiring,
    start: &EgressStart,
    origin: &Arc<hyper4_persona::Origin>,
    layout: &Layout,
) -> Vec<Step> {
    let Placing { device, guest, site } = placing;
    let mut steps = Vec::new();
    for (port, guest_port) in egress_ports(device, wiring) {
        for (made_in, list, keep) in guest.clones() {
            let row = OperatorRow::EnterClone {
                port,
                device: site.id,
                made_in: *made_in,
                list: *list,
                keep: keep.clone(),
                start: Box::new(start.clone()),
                guest_port,
            };
            let meaning = RowMeaning::EnterClone {
                device: Arc::clone(&device.name),
                made_in: *made_in,
                egress: Arc::clone(origin),
            };
            steps.push(operator(row, meaning, layout));
        }
    }
    steps
}

/// The rows that lead one of its groups to a group of the device.
pub(crate) fn group_steps(
    placing: Placing<'_>,
    group: u16,
    physical_group: u16,
    wiring: &Wiring,
    layout: &Layout,
) -> Vec<Step> {
    let Placing { device, guest, site } = placing;
    let egress = match (guest.egress_start(), split(guest, wiring)) {
        (None, _) => ReplicaEgress::None,
        (Some(_), None) => ReplicaEgress::ByPort,
        (Some(_), Some(_)) => ReplicaEgress::Split,
    };
    let row = |slot: &u8| {
        let slot = site.exit.map_or(slot.saturating_add(site.slot_base), |_| layout.exit_slot());
        let row = OperatorRow::LeaveMulticast { slot, device: site.id, group, physical_group, egress };
        operator(row, RowMeaning::LeaveMulticast { device: Arc::clone(&device.name), group }, layout)
    };
    let slots = guest.inside().map_or(guest.leave_slots(), |inside| &inside.early_slots);
    slots.iter().take(if site.exit.is_some() { 1 } else { usize::MAX }).map(row).collect()
}

/// The rows by which packets of a port enter a virtual device, those that win first. `first` are the rows of its first
/// lookup that they do, too. `upper` ones win over those that aren't.
pub(crate) fn enter(
    port: PortMatch,
    start: DeviceStart,
    guest_port: Option<u16>,
    first: &[(&Row, Site)],
    upper: bool,
    device: &Arc<DeviceName>,
    layout: &Layout,
) -> Vec<Step> {
    let base = if upper { 0 } else { 4096 };
    let row = |number: usize, first: Option<(&Row, Site)>| {
        let origin = first.map(|(row, _)| Arc::new(row.origin.clone())).unwrap_or_default();
        let meaning = RowMeaning::Enter { device: Arc::clone(device), first: origin };
        let first = first.map(|(row, site)| Box::new(Entrance::new(row, site)));
        let order = base + number as u16;
        operator(OperatorRow::Enter { port, start, guest_port, first, order }, meaning, layout)
    };
    match first.is_empty() {
        true => vec![row(0, None)],
        false => first.iter().enumerate().map(|(number, first)| row(number, Some(*first))).collect(),
    }
}

pub(crate) fn operator(row: OperatorRow, meaning: RowMeaning, layout: &Layout) -> Step {
    Step::Add { owner: RowOwner::Operator, command: row.command(layout), meaning }
}

/// Whether what is asked for whole packets is done behind the last virtual device.
pub(crate) fn check_whole_packets(
    placing: Placing<'_>,
    wiring: &Wiring,
    lease: &Lease,
) -> Result<(), WiringError> {
    let Placing { device, guest, .. } = placing;
    let asks = !guest.again().is_empty() || !guest.clones().is_empty() || !guest.samples().is_empty();
    let joined = wiring.joins(&device.name.device);
    if joined && !guest.landings().is_empty() {
        return Err(WiringError::PassesInside { device: device.name.device.clone() });
    }
    if asks && joined {
        return Err(WiringError::AgainInside { device: device.name.device.clone() });
    }
    let again = (PipelineKind::Egress, StateAccess::Ask);
    let recirculates = guest.accesses().iter().any(|(pipeline, _, access)| (*pipeline, *access) == again);
    if recirculates && !(matches!(wiring, Wiring::Direct(_)) && lease.has_all_ports()) {
        return Err(WiringError::AgainLost { device: device.name.device.clone() });
    }
    if !guest.accesses().iter().any(|(.., access)| *access == StateAccess::Truncate) {
        return Ok(());
    }
    let device = device.name.device.clone();
    let ports = wiring.ports(&device);
    let onward =
        ports.iter().filter(|(_, end)| matches!(end, Endpoint::Device { .. })).map(|(port, _)| *port);
    match onward.chain(wiring.wires(&device).into_keys()).next() {
        Some(port) => Err(WiringError::CutInside { device, port }),
        None => Ok(()),
    }
}

/// Whether the egress pipelines can tell by which port a copy leaves.
pub(crate) fn check_egress(placing: Placing<'_>, wiring: &Wiring) -> Result<(), WiringError> {
    let Placing { device, guest, .. } = placing;
    if guest.egress_start().is_none() {
        return Ok(());
    }
    let mut seen = std::collections::BTreeSet::new();
    for end in wiring.ports(&device.name.device).into_values() {
        if let Endpoint::Physical(port) = end
            && !seen.insert(port)
        {
            return Err(WiringError::AmbiguousPort { device: device.name.device.clone(), port });
        }
    }
    Ok(())
}
