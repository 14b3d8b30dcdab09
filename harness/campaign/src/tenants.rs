//! A tenant beside others is what it is alone.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use hyper4_diff::Counts;
use hyper4_dpmu::{Lease, Wiring};
use hyper4_ir::{Command, Digest, Packet, Program, RegisterCommand, Reply, Stimulus, Trace};
use hyper4_switch::{Endpoint, Links, SwitchError, Tracing};
use hyper4_virtual::{VirtualNetwork, switch_error};

use crate::case::Case;
use crate::finding::Signature;
use crate::oracle::{Oracle, Verdict};

/// Ports of each tenant: number `n` of its own is the physical one that many behind its first.
const PORTS: u16 = 8;

/// As many tenants run programs of their own.
const COMPANIONS: u16 = 3;

const DEVICE: &str = "guest";

/// Makes a network without slices.
type MakeNetwork = dyn Fn() -> Result<VirtualNetwork, SwitchError> + Send + Sync;

/// The case's tenant alone, and the same one with others on the device: one that runs the same program and says other
/// things to it, and some that run programs of their own. Theirs come between its packets and commands. What it sends,
/// what it is told, its traces and its samples must be the same.
pub struct Tenants {
    make: Box<MakeNetwork>,
    idle: Mutex<Vec<VirtualNetwork>>,
    companions: Vec<Case>,
}

impl Tenants {
    /// An oracle with companions: the first ones are taken that there is room for.
    pub fn new(
        make: impl Fn() -> Result<VirtualNetwork, SwitchError> + Send + Sync + 'static,
        companions: Vec<Case>,
    ) -> Self {
        Self { make: Box::new(make), idle: Mutex::new(Vec::new()), companions }
    }

    /// What is seen of the case's tenant.
    fn run(&self, case: &Case, beside: bool) -> Result<Seen, SwitchError> {
        let idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        let mut network = match idle {
            Some(network) => network,
            None => (self.make)()?,
        };
        let mut tenants = vec![Tenant::new(0, &case.program, &case.stimulus)];
        let mut entered = tenants.iter().try_for_each(|tenant| tenant.enter(&mut network));
        if beside && entered.is_ok() {
            let sibling = Tenant { hostile: true, ..Tenant::new(1, &case.program, &case.stimulus) };
            entered = sibling.enter(&mut network);
            tenants.push(sibling);
            for companion in &self.companions {
                let number = tenants.len() as u16;
                let tenant = Tenant::new(number, &companion.program, &companion.stimulus);
                // One that the persona doesn't carry, or has no room for, stays away.
                if number <= COMPANIONS && tenant.enter(&mut network).is_ok() {
                    tenants.push(tenant);
                } else {
                    // It may not have got so far that there is something to delete.
                    network.delete_slice(&tenant.name).ok();
                }
            }
        }
        let seen = entered.and_then(|()| interleaved(&mut network, &tenants));
        let deleted: Vec<bool> = tenants.iter().map(|one| network.delete_slice(&one.name).is_ok()).collect();
        if deleted.into_iter().all(|gone| gone) {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(network);
        }
        seen
    }
}

/// What is seen of a tenant.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    sent: Vec<(usize, u16, Vec<u8>)>,
    traces: Vec<Trace>,
    learnt: Vec<(usize, Digest)>,
    /// `None` where a command was refused.
    replies: Vec<Option<Reply>>,
    commands: Vec<Command>,
    packets: usize,
    /// Outputs of packets of the others by this tenant's ports.
    intruders: usize,
}

struct Tenant<'a> {
    name: String,
    first: u16,
    program: &'a Arc<Program>,
    steps: &'a [Stimulus],
    /// Whether it throws its own rows and state away now and then, and asks for what isn't its own.
    hostile: bool,
}

impl<'a> Tenant<'a> {
    fn new(number: u16, program: &'a Arc<Program>, steps: &'a [Stimulus]) -> Self {
        Self { name: format!("tenant {number}"), first: number * PORTS, program, steps, hostile: false }
    }

    fn enter(&self, network: &mut VirtualNetwork) -> Result<(), SwitchError> {
        let end = |port| Endpoint::Device { device: DEVICE.to_owned(), port };
        let links = Links {
            ingress: (0..PORTS).map(|port| (self.first + port, end(port))).collect(),
            egress: (0..PORTS)
                .map(|port| ((DEVICE.to_owned(), port), Endpoint::Physical(self.first + port)))
                .collect(),
            conditional: BTreeMap::new(),
        };
        let lease = Lease { ports: (self.first..self.first + PORTS).collect(), ..Lease::everything() };
        let programs = BTreeMap::from([(DEVICE.to_owned(), Arc::clone(self.program))]);
        network.add_slice(&self.name, lease, &programs, Wiring::Links(links)).map_err(switch_error)
    }

    fn has(&self, port: u16) -> bool {
        (self.first..self.first + PORTS).contains(&port)
    }

    /// Its packet as it comes in.
    fn packet(&self, packet: &Packet) -> Packet {
        Packet { port: self.first + packet.port % PORTS, bytes: packet.bytes.clone() }
    }

    /// What it says to the DPMU when it is hostile: its own rows and state go, and handles, nodes and ports are named that
    /// are others', if anybody's.
    fn attack(&self, round: u64) -> Vec<Command> {
        let tables = self.program.tables.iter();
        let mut commands: Vec<Command> = tables
            .flat_map(|table| {
                let table = table.name.clone();
                [
                    Command::TableDelete { table: table.clone(), handle: round + 1_000 },
                    Command::TableClear { table },
                ]
            })
            .collect();
        commands.extend(self.program.registers.iter().map(|register| Command::Register {
            register: register.name.clone(),
            command: RegisterCommand::Reset,
        }));
        commands.push(Command::MulticastNodeDestroy { node: round + 1_000 });
        commands.push(Command::MulticastNodeCreate {
            rid: 1,
            ports: vec![PORTS, PORTS + 1],
            lags: Vec::new(),
        });
        commands
    }
}

/// A refusal is an answer, unless the device is full.
fn told(reply: Result<Reply, SwitchError>) -> Result<Option<Reply>, SwitchError> {
    match reply {
        Ok(reply) => Ok(Some(reply)),
        Err(SwitchError::Control(hyper4_switch::ControlError::Exhausted { .. })) => {
            Err(SwitchError::Unsupported {
                construct: "the tenants together".to_owned(),
                reason: "the device is full".to_owned(),
                source_info: None,
            })
        }
        Err(SwitchError::Control(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The first tenant's steps in their order; between them those of the others, one of each in turn.
fn interleaved(network: &mut VirtualNetwork, tenants: &[Tenant<'_>]) -> Result<Seen, SwitchError> {
    let Some((first, others)) = tenants.split_first() else { return Ok(Seen::default()) };
    let mut seen = Seen::default();
    for (round, step) in first.steps.iter().enumerate() {
        for other in others {
            if other.hostile && round % 16 == 15 {
                for command in other.attack(round as u64) {
                    // What becomes of it is nobody's business here.
                    told_others(network.control(&other.name, DEVICE, &command))?;
                }
            }
            match other.steps.get(round % other.steps.len().max(1)) {
                Some(Stimulus::Packet(packet)) => {
                    let batch = network.inject(&[other.packet(packet)], Tracing::Off)?;
                    seen.intruders += batch.outputs.iter().filter(|output| !other.has(output.port)).count();
                }
                Some(Stimulus::Command(command)) => {
                    told_others(network.control(&other.name, DEVICE, command))?;
                }
                None => {}
            }
        }
        match step {
            Stimulus::Command(command) => {
                seen.replies.push(told(network.control(&first.name, DEVICE, command))?);
                seen.commands.push(command.clone());
            }
            Stimulus::Packet(packet) => {
                let number = seen.packets;
                seen.packets += 1;
                let batch = network.inject(&[first.packet(packet)], Tracing::On)?;
                seen.sent.extend(batch.outputs.into_iter().map(|output| (number, output.port, output.bytes)));
                seen.traces.extend(batch.traces);
                let learnt = batch.digests.iter().filter_map(|digest| network.dpmu().learnt(digest));
                seen.learnt.extend(
                    learnt.filter(|(whose, _)| whose.slice == first.name).map(|(_, digest)| (number, digest)),
                );
            }
        }
    }
    Ok(seen)
}

/// What others are told doesn't matter, only that the device goes on.
fn told_others(reply: Result<Reply, SwitchError>) -> Result<(), SwitchError> {
    match reply {
        Err(error @ SwitchError::Failed(_)) => Err(error),
        _ => Ok(()),
    }
}

/// Where two views of a tenant first differ.
fn difference(alone: &Seen, beside: &Seen) -> Option<(&'static str, String, String)> {
    if beside.intruders > 0 {
        return Some((
            "intruder",
            String::new(),
            format!("{} packets of others left by its ports or nobody's", beside.intruders),
        ));
    }
    if let Some(at) = (0..alone.replies.len()).find(|at| alone.replies.get(*at) != beside.replies.get(*at)) {
        let command = alone.commands.get(at).map(ToString::to_string).unwrap_or_default();
        let word = command.split_whitespace().next().unwrap_or_default().to_owned();
        let (a, b) = (alone.replies.get(at), beside.replies.get(at));
        return Some(("reply", word, format!("`{command}` is answered {a:?} alone and {b:?} beside others")));
    }
    if alone.sent != beside.sent {
        let at = alone.sent.iter().zip(&beside.sent).position(|(a, b)| a != b).unwrap_or_default();
        let (a, b) = (alone.sent.get(at), beside.sent.get(at));
        return Some(("bytes", String::new(), format!("alone it sends {a:02x?}, beside others {b:02x?}")));
    }
    if let Some(at) = (0..alone.traces.len()).find(|at| alone.traces.get(*at) != beside.traces.get(*at)) {
        return Some(("trace", String::new(), format!("packet {at} has another trace beside others")));
    }
    (alone.learnt != beside.learnt).then(|| ("digest", String::new(), "other samples are told of".to_owned()))
}

impl Oracle for Tenants {
    fn name(&self) -> &str {
        "tenants"
    }

    fn questions(&self) -> usize {
        2_000
    }

    fn examine(&self, case: &Case) -> Verdict {
        let runs = self.run(case, false).and_then(|alone| Ok((alone, self.run(case, true)?)));
        let (alone, beside) = match runs {
            Ok(runs) => runs,
            Err(SwitchError::Unsupported { construct, reason, .. }) => {
                return Verdict::Unsupported(format!("{construct}: {reason}"));
            }
            Err(error) => return Verdict::Error(error.to_string()),
        };
        match difference(&alone, &beside) {
            Some((kind, construct, description)) => {
                Verdict::Differ { signature: Signature::new(self.name(), kind, &construct), description }
            }
            None => Verdict::Agree(Counts {
                packets: alone.packets as u64,
                outputs: alone.sent.len() as u64,
                commands: alone.replies.len() as u64,
                traces: alone.traces.len() as u64,
                events: alone.traces.iter().flat_map(|t| &t.packets).map(|p| p.events.len() as u64).sum(),
                ..Counts::default()
            }),
        }
    }
}
