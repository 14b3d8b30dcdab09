//! Several switches joined by links: the native meaning of a composition.

use std::collections::{BTreeMap, VecDeque};

use hyper4_ir::{Batch, Event, Output, Packet, Trace, TracedPacket};

use crate::{PacketCondition, Switch, SwitchError, Tracing};

/// A port of one of the switches, or a physical port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// A port of the whole.
    Physical(u16),
    /// A port of the switch of that name.
    Device {
        /// The switch's name.
        device: String,
        /// Its port.
        port: u16,
    },
}

/// A link that a packet takes if it is so as it leaves the switch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionalLink {
    /// The condition.
    pub when: PacketCondition,
    /// Where it leads.
    pub to: Endpoint,
}

/// Which port leads where. A packet that leaves by a port without a link is lost.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Links {
    /// Where packets of a physical port enter.
    pub ingress: BTreeMap<u16, Endpoint>,
    /// Where packets go that leave a switch by a port.
    pub egress: BTreeMap<(String, u16), Endpoint>,
    /// Links that come before those of `egress`: the first of a port whose condition holds.
    pub conditional: BTreeMap<(String, u16), Vec<ConditionalLink>>,
}

impl Links {
    /// Where a packet goes that leaves a switch by a port; `None`: it is lost.
    pub fn next(&self, device: &str, port: u16, packet: &[u8]) -> Option<&Endpoint> {
        let from = (device.to_owned(), port);
        let conditional = self.conditional.get(&from).into_iter().flatten();
        let taken = conditional.filter(|link| link.when.holds(packet)).map(|link| &link.to).next();
        taken.or_else(|| self.egress.get(&from))
    }

    /// Whether a port has a link, be it one that few packets take.
    pub fn has(&self, device: &str, port: u16) -> bool {
        let from = (device.to_owned(), port);
        self.egress.contains_key(&from) || self.conditional.contains_key(&from)
    }

    /// Every end of a link that leads on from a switch, and that switch.
    pub fn onward(&self) -> impl Iterator<Item = (&(String, u16), &Endpoint)> {
        let conditional =
            self.conditional.iter().flat_map(|(from, links)| links.iter().map(move |l| (from, &l.to)));
        self.egress.iter().chain(conditional)
    }
}

/// Why switches can't be joined so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkError {
    /// A link names a switch that isn't there.
    #[error("a link names device `{0}`, which doesn't exist")]
    UnknownDevice(String),
    /// A physical port leads to a physical port.
    #[error("physical port {0} must enter a device")]
    NoDevice(u16),
}

/// Switches joined by links. A packet passes from one to the next in the order in which it was sent; one that would
/// pass more than [`LinkedSwitches::HOPS`] switches is a failure, since links may form a circle.
pub struct LinkedSwitches {
    switches: BTreeMap<String, Box<dyn Switch + Send>>,
    links: Links,
}

impl LinkedSwitches {
    /// Switches that one packet, with all its copies, may visit.
    pub const HOPS: usize = 256;

    /// Join switches.
    ///
    /// # Errors
    /// [`LinkError`] when a link leads nowhere.
    pub fn new(switches: BTreeMap<String, Box<dyn Switch + Send>>, links: Links) -> Result<Self, LinkError> {
        for (port, end) in &links.ingress {
            if matches!(end, Endpoint::Physical(_)) {
                return Err(LinkError::NoDevice(*port));
            }
        }
        let onward = links.onward().map(|(_, end)| end);
        let ends = links.ingress.values().chain(onward).filter_map(|end| match end {
            Endpoint::Device { device, .. } => Some(device),
            Endpoint::Physical(_) => None,
        });
        for device in ends.chain(links.onward().map(|((device, _), _)| device)) {
            if !switches.contains_key(device) {
                return Err(LinkError::UnknownDevice(device.clone()));
            }
        }
        Ok(Self { switches, links })
    }

    /// The switch of that name, to load or control it.
    pub fn device(&mut self, name: &str) -> Option<&mut (dyn Switch + Send)> {
        self.switches.get_mut(name).map(|s| s.as_mut() as _)
    }

    /// As [`Switch::inject`], by physical ports. Each switch's part of a trace begins with [`Event::Device`].
    ///
    /// # Errors
    /// What the switches say; [`SwitchError::Failed`] for a packet that goes round in a circle.
    pub fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let mut batch = Batch::default();
        for (cause, packet) in packets.iter().enumerate() {
            let trace = self.inject_one(cause, packet, tracing, &mut batch.outputs)?;
            if tracing != Tracing::Off {
                batch.traces.push(trace);
            }
        }
        Ok(batch)
    }

    fn inject_one(
        &mut self,
        cause: usize,
        packet: &Packet,
        tracing: Tracing,
        outputs: &mut Vec<Output>,
    ) -> Result<Trace, SwitchError> {
        let mut trace = Trace::default();
        let mut waiting = VecDeque::new();
        if let Some(end) = self.links.ingress.get(&packet.port) {
            waiting.push_back((end.clone(), packet.bytes.clone()));
        }
        let mut hops = 0;
        while let Some((end, bytes)) = waiting.pop_front() {
            let (device, port) = match end {
                Endpoint::Physical(port) => {
                    outputs.push(Output { cause: Some(cause), port, bytes });
                    continue;
                }
                Endpoint::Device { device, port } => (device, port),
            };
            hops += 1;
            if hops > Self::HOPS {
                return Err(SwitchError::Failed(format!(
                    "packet {cause} passed {} devices: its links form a circle",
                    Self::HOPS
                )));
            }
            let Some(switch) = self.switches.get_mut(&device) else { continue };
            let done = switch.inject(&[Packet { port, bytes }], tracing)?;
            for part in done.traces {
                append(&mut trace, &device, part, &self.links);
            }
            for output in done.outputs {
                if let Some(next) = self.links.next(&device, output.port, &output.bytes) {
                    waiting.push_back((next.clone(), output.bytes));
                }
            }
        }
        Ok(trace)
    }
}

/// Add what one switch did, its copies' numbers moved behind those that are there.
fn append(trace: &mut Trace, device: &str, part: Trace, links: &Links) {
    let base = trace.packets.len();
    let linked = |event: Event| match event {
        Event::Unicast(port) | Event::Transmit(port) if !links.has(device, port) => Event::Unlinked,
        other => other,
    };
    for (i, packet) in part.packets.into_iter().enumerate() {
        let begin = (i == 0).then(|| Event::Device(device.to_owned()));
        let events = begin.into_iter().chain(packet.events.into_iter().map(linked)).collect();
        trace.packets.push(TracedPacket { copied_from: packet.copied_from.map(|p| p + base), events });
    }
}
