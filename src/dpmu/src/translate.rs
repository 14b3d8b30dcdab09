//! The operator's rows that bind a virtual device to ports and to other virtual devices.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_persona::{DeviceStart, OperatorRow, Origin, PortMatch, Verdict};
use hyper4_switch::Endpoint;

use crate::device::{RowOwner, Step};
use crate::dpmu::Lease;
use crate::store::{DeviceName, RowMeaning};
use crate::virtual_device::VirtualDevice;
use crate::{Wiring, WiringError};

/// `egress_spec` that drops.
const DROP_PORT: u16 = 511;

/// Where a virtual device is going to lie.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Site {
    pub(crate) id: u16,
    pub(crate) slot_base: u8,
}

/// Where the ingress of a virtual device begins.
pub(crate) fn start(device: &VirtualDevice, site: Site) -> DeviceStart {
    let (slot, pc, lookup) = device.guest.start();
    DeviceStart { device: site.id, slot: slot.saturating_add(site.slot_base), pc, lookup }
}

/// The rows for its ports: where its choices lead, and how its egress begins.
pub(crate) fn port_steps(
    device: &VirtualDevice,
    site: Site,
    wiring: &Wiring,
    lease: &Lease,
    starts: &BTreeMap<String, DeviceStart>,
) -> Result<Vec<Step>, WiringError> {
    let egress = device.guest.egress_start().map(|(start, _)| start.clone());
    let mut choices: Vec<(PortMatch, Verdict, Option<Arc<DeviceName>>)> = Vec::new();
    match wiring {
        Wiring::Direct(_) => {
            choices.push((PortMatch::Port(DROP_PORT), Verdict::Discard, None));
            let same = Verdict::Transmit { port: None, egress };
            if lease.has_all_ports() {
                choices.push((PortMatch::Any, same, None));
            } else {
                choices.extend(lease.ports.iter().map(|p| (PortMatch::Port(*p), same.clone(), None)));
            }
        }
        Wiring::Links(_) => {
            choices.push((PortMatch::Port(DROP_PORT), Verdict::Discard, None));
            for (port, end) in wiring.ports(&device.name.device) {
                let (verdict, next) = match end {
                    Endpoint::Physical(physical) => {
                        (Verdict::Transmit { port: Some(physical), egress: egress.clone() }, None)
                    }
                    Endpoint::Device { device: next, port } => {
                        let Some(start) = starts.get(&next) else {
                            return Err(WiringError::UnknownDevice(next));
                        };
                        let next = DeviceName { slice: device.name.slice.clone(), device: next };
                        (Verdict::Forward { start: *start, port }, Some(Arc::new(next)))
                    }
                };
                choices.push((PortMatch::Port(port), verdict, next));
            }
        }
    }
    let mut steps = Vec::new();
    let origin = egress_origin(device);
    for slot in device.guest.leave_slots() {
        let slot = slot.saturating_add(site.slot_base);
        for (port, verdict, next) in &choices {
            let row = OperatorRow::Leave { slot, device: site.id, port: *port, verdict: verdict.clone() };
            let device = Arc::clone(&device.name);
            let egress = match verdict {
                Verdict::Transmit { .. } => Arc::clone(&origin),
                Verdict::Discard | Verdict::Forward { .. } => Arc::default(),
            };
            let (verdict, next) = (verdict.clone(), next.clone());
            steps.push(operator(row, RowMeaning::Leave { device, port: *port, verdict, next, egress }));
        }
    }
    steps.extend(egress_steps(device, site, wiring));
    Ok(steps)
}

/// What the rows that begin its egress stand for.
fn egress_origin(device: &VirtualDevice) -> Arc<Origin> {
    Arc::new(device.guest.egress_start().map(|(_, origin)| origin).unwrap_or_default())
}

/// How its egress begins for replicas, for each physical port.
fn egress_steps(device: &VirtualDevice, site: Site, wiring: &Wiring) -> Vec<Step> {
    let Some((start, _)) = device.guest.egress_start() else { return Vec::new() };
    let meaning = RowMeaning::EnterEgress { device: Arc::clone(&device.name), egress: egress_origin(device) };
    let row = |port, guest_port| {
        let row = OperatorRow::EnterEgress { port, device: site.id, start: start.clone(), guest_port };
        operator(row, meaning.clone())
    };
    match wiring {
        Wiring::Direct(_) => vec![row(PortMatch::Any, None)],
        Wiring::Links(_) => {
            let ports = wiring.ports(&device.name.device);
            let physical = ports.iter().filter_map(|(port, end)| match end {
                Endpoint::Physical(physical) => Some((*physical, *port)),
                Endpoint::Device { .. } => None,
            });
            physical.map(|(physical, port)| row(PortMatch::Port(physical), Some(port))).collect()
        }
    }
}

/// The rows that lead one of its groups to a group of the device.
pub(crate) fn group_steps(device: &VirtualDevice, site: Site, group: u16, physical_group: u16) -> Vec<Step> {
    let egress = device.guest.egress_start().is_some();
    let row = |slot: &u8| {
        let slot = slot.saturating_add(site.slot_base);
        let row = OperatorRow::LeaveMulticast { slot, device: site.id, group, physical_group, egress };
        operator(row, RowMeaning::LeaveMulticast { device: Arc::clone(&device.name), group })
    };
    device.guest.leave_slots().iter().map(row).collect()
}

/// The row by which packets of a port enter a virtual device.
pub(crate) fn enter(
    port: PortMatch,
    start: DeviceStart,
    guest_port: Option<u16>,
    device: &Arc<DeviceName>,
) -> Step {
    operator(OperatorRow::Enter { port, start, guest_port }, RowMeaning::Enter { device: Arc::clone(device) })
}

fn operator(row: OperatorRow, meaning: RowMeaning) -> Step {
    let devices = std::collections::BTreeSet::new();
    Step::Add { owner: RowOwner::Operator, devices, command: row.command(), meaning }
}

/// Whether the egress pipelines run where packets leave, and can tell by which port.
pub(crate) fn check_egress(device: &VirtualDevice, wiring: &Wiring) -> Result<(), WiringError> {
    if device.guest.egress_start().is_none() {
        return Ok(());
    }
    let name = || device.name.device.clone();
    if wiring.leads_inside(&device.name.device) {
        return Err(WiringError::EgressInside(name()));
    }
    let mut seen = std::collections::BTreeSet::new();
    for end in wiring.ports(&device.name.device).into_values() {
        if let Endpoint::Physical(port) = end
            && !seen.insert(port)
        {
            return Err(WiringError::AmbiguousPort { device: name(), port });
        }
    }
    Ok(())
}
