//! The persona's trace, told in the guests' terms.
//!
//! A row of a guest stands for a definite piece of the native program's life, which its [`Origin`] carries; the
//! operator's rows stand for what the native switch around the program does.
//!
//! [`Origin`]: hyper4_persona::Origin

use std::sync::Arc;

use hyper4_dpmu::{DeviceName, Dpmu, InstalledRow, RowMeaning};
use hyper4_ir::{Event, PipelineKind, TableOutcome, Trace, TracedPacket};
use hyper4_persona::{PortMatch, StateAccess, Verdict};

/// A row of the persona that a packet met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PersonaRow {
    /// The persona's table.
    pub table: String,
    /// The device's handle of the row.
    pub handle: u64,
    /// What it stands for, `table MyIngress.acl`.
    pub construct: String,
}

/// The rows that a packet met, in order.
pub fn persona_rows(dpmu: &Dpmu, trace: &Trace) -> Vec<PersonaRow> {
    let events = trace.packets.iter().flat_map(|p| &p.events);
    let hits = events.filter_map(|e| match e {
        Event::Table { name, outcome: TableOutcome::Hit(handle) } => Some((name, *handle)),
        _ => None,
    });
    hits.filter_map(|(table, handle)| {
        let construct = match &dpmu.row(table, handle)?.meaning {
            RowMeaning::Guest { origin, .. } => origin.construct.clone(),
            RowMeaning::Enter { device, .. } => format!("ports of {}", device.device),
            RowMeaning::GoOn { device, pass } => format!("pass {pass} of {}", device.device),
            RowMeaning::Leave { device, .. } | RowMeaning::LeaveMulticast { device, .. } => {
                format!("links of {}", device.device)
            }
            RowMeaning::Wire { device, port } | RowMeaning::WireEnd { device, port, .. } => {
                format!("conditions behind port {port} of {}", device.device)
            }
            RowMeaning::Mirror { device, session } => {
                format!("mirroring session {session} of {}", device.device)
            }
            RowMeaning::EnterEgress { device, .. } | RowMeaning::EnterClone { device, .. } => {
                format!("egress of {}", device.device)
            }
            RowMeaning::State { device, .. } => format!("state of {}", device.device),
        };
        Some(PersonaRow { table: table.clone(), handle, construct })
    })
    .collect()
}

/// What the native switches would tell of the packet of which the persona told `trace`. With `devices`, each virtual
/// device's part begins with [`Event::Device`].
pub fn guest_trace(dpmu: &Dpmu, trace: &Trace, devices: bool) -> Trace {
    let mut told = Trace::default();
    // Of each of the persona's packets: where its last part stands in `told`, and how it ended.
    let mut ends: Vec<(usize, Teller<'_>)> = Vec::new();
    for packet in &trace.packets {
        let parent = packet.copied_from.and_then(|p| ends.get(p));
        let mut teller = match parent {
            Some((index, parent)) => {
                let events = told.packets.get(*index).map_or(&[][..], |packet| packet.events.as_slice());
                parent.copy(*index, events)
            }
            None => Teller::new(dpmu, devices),
        };
        for event in &packet.events {
            teller.hear(event, &mut told);
        }
        let index = told.packets.len();
        if teller.device.is_none() {
            // Its port leads into no virtual device, or it is between two: nobody sees it.
            ends.push((index, teller));
            continue;
        }
        let packet = TracedPacket {
            copied_from: teller.copied_from.take(),
            events: std::mem::take(&mut teller.events),
        };
        match teller.resumed.take().and_then(|before| Some((before, told.packets.get_mut(before)?))) {
            Some((before, place)) => {
                *place = packet;
                ends.push((before, teller));
            }
            None => {
                told.packets.push(packet);
                ends.push((index, teller));
            }
        }
    }
    told
}

/// Retells one packet.
struct Teller<'a> {
    dpmu: &'a Dpmu,
    devices: bool,
    copied_from: Option<usize>,
    /// Of another pass: the number of the part that it goes on with.
    resumed: Option<usize>,
    /// The virtual device that has the packet.
    device: Option<Arc<DeviceName>>,
    events: Vec<Event>,
    /// What the guest did already and a native switch does in egress.
    updates: Vec<Event>,
    /// The packet left by a port without a link; what the persona says of its end is not to be told.
    lost: bool,
    /// How many events were told before it chose a port or a group.
    before_leaving: Option<usize>,
    /// How many before it was to be cloned.
    asked: Option<usize>,
    /// The number that the list has of which a sample is taken.
    sampled: Option<u32>,
    /// What is told of the parser, of the packet that this is a copy of.
    parsed: Vec<Event>,
    /// The virtual device's port by which the packet itself leaves.
    port: Option<u16>,
    /// The virtual device's egress has been told of.
    egress_done: bool,
}

impl<'a> Teller<'a> {
    fn new(dpmu: &'a Dpmu, devices: bool) -> Self {
        let (copied_from, device) = (None, None);
        Self {
            dpmu,
            devices,
            copied_from,
            resumed: None,
            device,
            events: Vec::new(),
            updates: Vec::new(),
            lost: false,
            before_leaving: None,
            asked: None,
            sampled: None,
            parsed: Vec::new(),
            port: None,
            egress_done: false,
        }
    }

    /// For a copy of this packet, whose last part is number `index`.
    fn copy(&self, index: usize, told: &[Event]) -> Self {
        let begun = |event: &&Event| !matches!(event, Event::Pipeline(_));
        let parsed = told.iter().take_while(begun).filter(|event| !matches!(event, Event::Device(_)));
        Self {
            dpmu: self.dpmu,
            devices: self.devices,
            copied_from: Some(index),
            resumed: None,
            device: self.device.clone(),
            events: Vec::new(),
            updates: self.updates.clone(),
            // A packet that was lost has no copies but those that were asked for before.
            lost: false,
            before_leaving: None,
            asked: None,
            sampled: None,
            parsed: parsed.cloned().collect(),
            port: None,
            egress_done: false,
        }
    }

    fn hear(&mut self, event: &Event, told: &mut Trace) {
        match event {
            Event::Table { name, outcome: TableOutcome::Hit(handle) } => {
                let dpmu = self.dpmu;
                if let Some(row) = dpmu.row(name, *handle) {
                    self.meet(row, told);
                }
            }
            // On a wire between two virtual devices: nobody tells of it.
            _ if self.device.is_none() => {}
            Event::Table { name, outcome: TableOutcome::Miss } if is_leave(name) => self.lose(),
            Event::Unicast(_) | Event::Pipeline(_) if self.egress_done => {}
            Event::Unicast(port) if !self.lost => self.events.push(Event::Unicast(self.guest_port(*port))),
            Event::Replica { rid, port } => {
                self.events.push(Event::Replica { rid: *rid, port: self.guest_port(*port) });
            }
            Event::Pipeline(name) if name == "egress" && !self.lost => {
                self.events.push(event.clone());
                self.events.append(&mut self.updates);
            }
            Event::Transmit(port) if !self.lost => self.events.push(Event::Transmit(self.guest_port(*port))),
            Event::Resubmit => {
                // It goes back before it goes anywhere.
                if let Some(told) = self.before_leaving {
                    self.events.truncate(told);
                }
                self.events.push(Event::Resubmit);
            }
            // The switch clones at the end, before it does what the guest's last rows do for it.
            Event::Clone => {
                let told = self.asked.unwrap_or(self.events.len());
                self.events.insert(told.min(self.events.len()), Event::Clone);
                if let Some(leaving) = self.before_leaving.as_mut().filter(|leaving| **leaving >= told) {
                    *leaving += 1;
                }
            }
            // Samples are taken at the end, too, before the packet goes anywhere.
            Event::Digest(_) => {
                if let Some(list) = self.sampled.take() {
                    let told = self.before_leaving.unwrap_or(self.events.len());
                    self.events.insert(told.min(self.events.len()), Event::Digest(list));
                }
            }
            Event::Recirculate => self.events.push(Event::Recirculate),
            Event::Drop if !self.lost => self.events.push(Event::Drop),
            _ => {}
        }
    }

    /// A row matched.
    fn meet(&mut self, row: &InstalledRow, told: &mut Trace) {
        match &row.meaning {
            RowMeaning::Enter { device, first } => {
                self.arrive(device);
                self.events.extend(first.events.iter().cloned());
                self.updates.extend(first.egress_events.iter().cloned());
            }
            RowMeaning::GoOn { .. } => self.resume(told),
            RowMeaning::Guest { origin, .. } => {
                self.events.extend(origin.events.iter().cloned());
                self.updates.extend(origin.egress_events.iter().cloned());
            }
            RowMeaning::Leave { port, verdict, next, egress, egress_done, .. } => match (verdict, port) {
                (Verdict::Forward { .. }, PortMatch::Port(port)) => {
                    self.go_on(*port, *egress_done, next.as_ref(), told);
                }
                (Verdict::Transmit { .. }, port) => {
                    self.port = if let PortMatch::Port(port) = port { Some(*port) } else { None };
                    self.egress_done = *egress_done;
                    self.updates.extend(egress.events.iter().cloned());
                }
                // Nobody forwards whatever port it is.
                (Verdict::Forward { .. }, PortMatch::Any) | (Verdict::Discard, _) => {}
            },
            RowMeaning::Wire { .. } => {}
            RowMeaning::WireEnd { next, .. } => {
                if let Some(next) = next {
                    self.arrive(next);
                }
            }
            RowMeaning::LeaveMulticast { group, .. } => {
                self.before_leaving = Some(self.events.len());
                self.events.push(Event::Multicast(*group));
            }
            RowMeaning::EnterEgress { egress, .. } => self.events.extend(egress.events.iter().cloned()),
            RowMeaning::State { access: StateAccess::Ask, .. } => self.asked = Some(self.events.len()),
            RowMeaning::State { device, access: StateAccess::Sample(list) } => {
                let program = self.dpmu.program(device);
                let declared = program.and_then(|program| program.learn_lists.get(list.index()));
                self.sampled = declared.map(|declared| declared.id);
            }
            RowMeaning::State { .. } | RowMeaning::Mirror { .. } => {}
            RowMeaning::EnterClone { made_in, egress, .. } => {
                if *made_in == PipelineKind::Ingress {
                    self.events.splice(0..0, self.parsed.drain(..));
                }
                self.events.extend(egress.events.iter().cloned());
            }
        }
    }

    /// The packet goes on by a port that leads to a virtual device, or to a wire that looks at it.
    fn go_on(&mut self, port: u16, egress_done: bool, next: Option<&Arc<DeviceName>>, told: &mut Trace) {
        if !egress_done {
            self.events.push(Event::Unicast(port));
            self.events.push(Event::Pipeline("egress".to_owned()));
            self.events.append(&mut self.updates);
        }
        self.events.push(Event::Transmit(port));
        let events = std::mem::take(&mut self.events);
        told.packets.push(TracedPacket { copied_from: self.copied_from.take(), events });
        self.device = None;
        if let Some(next) = next {
            self.arrive(next);
        }
    }

    /// Another pass of the packet that this is a copy of: the program goes on, and nobody was resubmitted.
    fn resume(&mut self, told: &mut Trace) {
        let Some(index) = self.copied_from.take() else { return };
        let Some(before) = told.packets.get_mut(index) else { return };
        self.resumed = Some(index);
        self.copied_from = before.copied_from;
        self.events = std::mem::take(&mut before.events);
        if self.events.last() == Some(&Event::Resubmit) {
            self.events.pop();
        }
    }

    fn arrive(&mut self, device: &Arc<DeviceName>) {
        (self.port, self.egress_done, self.lost) = (None, false, false);
        self.before_leaving = None;
        self.updates.clear();
        self.device = Some(Arc::clone(device));
        if self.devices {
            self.events.push(Event::Device(device.device.clone()));
        }
    }

    /// The guest chose a port or a group that leads nowhere.
    fn lose(&mut self) {
        self.lost = true;
        self.before_leaving.get_or_insert(self.events.len());
        self.events.push(Event::Unlinked);
        if self.device.as_ref().is_some_and(|device| self.dpmu.has_egress_inside(device)) {
            return;
        }
        self.events.push(Event::Pipeline("egress".to_owned()));
        self.events.append(&mut self.updates);
        self.events.push(Event::Unlinked);
    }

    /// The guest's port that leads to a physical one.
    fn guest_port(&self, physical: u16) -> u16 {
        if let Some(port) = self.port {
            return port;
        }
        let Some(device) = self.device.as_ref() else { return physical };
        let wiring = self.dpmu.wiring(&device.slice);
        wiring.and_then(|w| w.guest_port(&device.device, physical)).unwrap_or(physical)
    }
}

/// Whether a table decides on ports, so that a miss is a port without a link.
fn is_leave(table: &str) -> bool {
    table.contains(".leave_") && !table.contains(".leave_multicast_")
}
