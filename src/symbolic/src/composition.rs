//! Several subjects joined by links: the native meaning of a composition.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use crate::execute::{Executor, Input, Outcome, Prepared, Sent, Stop, World};
use crate::path::{Context, Path};
use crate::subject::{OpenEntry, Subject};
use crate::term::{Cond, Side, Word};
use crate::visit::Visits;

/// Subjects that one packet, with all its copies, may visit: links may form a circle.
const MAX_HOPS: usize = 64;

/// A port of one of the devices, or a physical port.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Endpoint {
    /// A port of the whole.
    Physical(u16),
    /// A port of the device of that name.
    Device {
        /// The device's name.
        device: String,
        /// Its port.
        port: u16,
    },
}

/// Devices joined by links. A packet that comes in or leaves by a port without a link is lost.
#[derive(Clone, Debug)]
pub struct Composition {
    devices: BTreeMap<String, Subject>,
    ingress: BTreeMap<u16, Endpoint>,
    egress: BTreeMap<(String, u16), Endpoint>,
    conditional: BTreeMap<(String, u16), Vec<ConditionalLink>>,
}

/// A link that a packet takes if it is so as it leaves the device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConditionalLink {
    /// Bytes that it must have: position, value, and which bits of it count.
    pub bytes: Vec<(u16, u8, u8)>,
    /// Where the link leads.
    pub to: Endpoint,
}

/// A link that leads nowhere.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CompositionError {
    /// It names a device that isn't there.
    #[error("a link names device `{0}`, which doesn't exist")]
    UnknownDevice(String),
    /// A physical port leads to a physical port.
    #[error("physical port {0} must enter a device")]
    NoDevice(u16),
}

impl Composition {
    /// Join devices: where packets of a physical port enter, and where packets go that leave a device by a port.
    ///
    /// # Errors
    /// [`CompositionError`] when a link leads nowhere.
    pub fn new(
        devices: BTreeMap<String, Subject>,
        ingress: BTreeMap<u16, Endpoint>,
        egress: BTreeMap<(String, u16), Endpoint>,
    ) -> Result<Self, CompositionError> {
        if let Some((port, _)) = ingress.iter().find(|(_, end)| matches!(end, Endpoint::Physical(_))) {
            return Err(CompositionError::NoDevice(*port));
        }
        let ends = ingress.values().chain(egress.values()).filter_map(|end| match end {
            Endpoint::Device { device, .. } => Some(device),
            Endpoint::Physical(_) => None,
        });
        match ends.chain(egress.keys().map(|(device, _)| device)).find(|name| !devices.contains_key(*name)) {
            Some(unknown) => Err(CompositionError::UnknownDevice(unknown.clone())),
            None => Ok(Self { devices, ingress, egress, conditional: BTreeMap::new() }),
        }
    }

    /// The same with links that come before the others of their ports: the first whose condition holds.
    ///
    /// # Errors
    /// [`CompositionError::UnknownDevice`].
    pub fn with_conditional(
        mut self,
        conditional: BTreeMap<(String, u16), Vec<ConditionalLink>>,
    ) -> Result<Self, CompositionError> {
        for ((from, _), links) in &conditional {
            let ends = links.iter().filter_map(|link| match &link.to {
                Endpoint::Device { device, .. } => Some(device),
                Endpoint::Physical(_) => None,
            });
            let mut named = ends.chain([from]);
            if let Some(unknown) = named.find(|name| !self.devices.contains_key(*name)) {
                return Err(CompositionError::UnknownDevice(unknown.clone()));
            }
        }
        self.conditional = conditional;
        Ok(self)
    }

    /// The open entries of all devices.
    pub(crate) fn open_entries(&self) -> Vec<OpenEntry> {
        self.devices.values().flat_map(Subject::open_entries).collect()
    }

    /// The links of a device's ports.
    fn links(&self, device: &str) -> BTreeMap<u16, Vec<ConditionalLink>> {
        let ports = (device.to_owned(), 0)..=(device.to_owned(), u16::MAX);
        let mut links: BTreeMap<u16, Vec<ConditionalLink>> = BTreeMap::new();
        for ((_, port), conditional) in self.conditional.range(ports.clone()) {
            links.entry(*port).or_default().extend(conditional.iter().cloned());
        }
        for ((_, port), to) in self.egress.range(ports) {
            let always = ConditionalLink { bytes: Vec::new(), to: to.clone() };
            links.entry(*port).or_default().push(always);
        }
        links
    }
}

/// A composition with its devices prepared.
pub(crate) struct PreparedComposition<'a> {
    devices: BTreeMap<&'a str, Prepared<'a>>,
    composition: &'a Composition,
}

/// A packet at an end of a link.
#[derive(Clone)]
struct Arrival {
    end: Endpoint,
    bytes: Word,
    tail: bool,
}

/// A path with the packets that are on their way.
#[derive(Clone)]
struct Journey {
    path: Path,
    waiting: VecDeque<Arrival>,
    sent: Vec<Sent>,
    world: World,
    hops: usize,
}

impl<'a> PreparedComposition<'a> {
    pub(crate) fn new(composition: &'a Composition) -> Self {
        let devices = composition.devices.iter().map(|(name, device)| (name.as_str(), Prepared::new(device)));
        Self { devices: devices.collect(), composition }
    }

    /// What is done with the packets of a path, and which undefined values are read on the way.
    pub(crate) fn run(
        &self,
        context: &mut Context,
        input: &Input,
        max_paths: usize,
        (path, world): (Path, World),
    ) -> Result<(Vec<Outcome>, BTreeSet<String>), Stop> {
        let arrival =
            Sent { port: input.port.clone(), bytes: input.head.clone(), tail: input.tail, cut: None };
        let (waiting, sent) = (VecDeque::new(), Vec::new());
        let start = Journey { path, waiting, sent, world, hops: 0 };
        let entrances = self.composition.ingress.iter().map(|(port, to)| {
            let always = ConditionalLink { bytes: Vec::new(), to: to.clone() };
            (*port, vec![always])
        });
        let mut journeys = follow(context, start, &arrival, &entrances.collect())?;
        let mut reads = BTreeSet::new();
        let mut outcomes = Vec::new();
        while let Some(mut journey) = journeys.pop() {
            let Some(arrival) = journey.waiting.pop_front() else {
                let visits = Visits::default();
                outcomes.push(Outcome {
                    path: journey.path,
                    sent: journey.sent,
                    world: journey.world,
                    visits,
                });
                continue;
            };
            match arrival.end {
                Endpoint::Physical(port) => {
                    let port = Word::number(9, port.into());
                    journey.sent.push(Sent { port, bytes: arrival.bytes, tail: arrival.tail, cut: None });
                    journeys.push(journey);
                }
                Endpoint::Device { ref device, port } => {
                    journey.hops += 1;
                    if journey.hops > MAX_HOPS {
                        return Err(Stop(format!("a packet passes more than {MAX_HOPS} devices")));
                    }
                    let Some(prepared) = self.devices.get(device.as_str()) else { continue };
                    let next = behind(context, input, &arrival, port);
                    let executor =
                        Executor::new(prepared, Side::Native, context, &next, max_paths).of_device(device);
                    let done = executor.run_in(journey.path.clone(), journey.world.clone());
                    let (done, read) = done.map_err(|stop| Stop(format!("device `{device}`: {}", stop.0)))?;
                    reads.extend(read.into_iter().map(|read| format!("{device}: {read}")));
                    for outcome in done {
                        let links = self.composition.links(device);
                        let (path, world) = (outcome.path, outcome.world);
                        let mut next = vec![Journey { path, world, ..journey.clone() }];
                        for sent in &outcome.sent {
                            if sent.cut.is_some() {
                                let reason = "a packet that is cut behind the window goes on over a link";
                                return Err(Stop(format!("device `{device}`: {reason}")));
                            }
                            let mut forked = Vec::new();
                            for journey in next {
                                forked.extend(follow(context, journey, sent, &links)?);
                            }
                            next = forked;
                        }
                        journeys.extend(next);
                    }
                }
            }
            if outcomes.len() + journeys.len() > max_paths {
                return Err(Stop(format!("there are more than {max_paths} paths")));
            }
        }
        Ok((outcomes, reads))
    }
}

/// Where a packet goes by links: one journey for each link that it can take, and one where it takes none.
fn follow(
    context: &mut Context,
    journey: Journey,
    sent: &Sent,
    links: &BTreeMap<u16, Vec<ConditionalLink>>,
) -> Result<Vec<Journey>, Stop> {
    let mut journeys = Vec::new();
    let mut rest = Some(journey.path.clone());
    for (port, links) in links {
        let Some(path) = rest.take() else { break };
        let here = context.terms.equal(&sent.port, &Word::number(9, (*port).into()));
        let split = context.split(path, &here)?;
        rest = split.fails;
        let mut left = split.holds;
        for link in links {
            let Some(path) = left.take() else { break };
            let condition = is_so(context, sent, &link.bytes)?;
            let split = context.split(path, &condition)?;
            left = split.fails;
            if let Some(path) = split.holds {
                let mut next = Journey { path, ..journey.clone() };
                let arrival = Arrival { end: link.to.clone(), bytes: sent.bytes.clone(), tail: sent.tail };
                next.waiting.push_back(arrival);
                journeys.push(next);
            }
        }
        journeys.extend(left.map(|path| Journey { path, ..journey.clone() }));
    }
    journeys.extend(rest.map(|path| Journey { path, ..journey.clone() }));
    Ok(journeys)
}

/// Whether a packet has these bytes; one that is too short hasn't.
fn is_so(context: &mut Context, sent: &Sent, bytes: &[(u16, u8, u8)]) -> Result<Cond, Stop> {
    let length = sent.bytes.width() / 8;
    let mut conditions = Vec::new();
    for (at, value, mask) in bytes {
        let end = u32::from(*at) + 1;
        if end > length {
            if sent.tail {
                return Err(Stop("a link: its condition looks behind the window".to_owned()));
            }
            return Ok(context.terms.bool(false));
        }
        let byte = context.terms.extract(&sent.bytes, 8 * (length - end), 8);
        let masked = context.terms.and(&byte, &Word::number(8, (*mask).into()));
        conditions.push(context.terms.equal(&masked, &Word::number(8, (value & mask).into())));
    }
    Ok(context.terms.all(conditions))
}

/// A packet that came over a link, as what comes in at a device.
fn behind(context: &mut Context, input: &Input, arrival: &Arrival, port: u16) -> Input {
    let bytes = |word: &Word| Word::number(32, (word.width() / 8).into());
    let length = if arrival.tail {
        // As much longer or shorter as the part before the tail is.
        let tail = context.terms.subtract(&input.length, &bytes(&input.head));
        context.terms.add(&tail, &bytes(&arrival.bytes))
    } else {
        bytes(&arrival.bytes)
    };
    Input { head: arrival.bytes.clone(), port: Word::number(9, port.into()), length, tail: arrival.tail }
}
