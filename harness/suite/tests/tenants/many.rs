//! Tenants of different programs, each with ports and packets of its own.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use hyper4_dpmu::{Lease, Wiring};
use hyper4_engine::Engine;
use hyper4_ir::{Command, Packet};
use hyper4_persona::{PersonaConfig, compile};
use hyper4_suite::{Error, Guest, Persona, SINGLE_GUESTS, guest, persona_of};
use hyper4_switch::{Endpoint, LinkedSwitches, Links, Switch};
use hyper4_virtual::VirtualNetwork;

use crate::draw::Draw;
use crate::programs;

/// Ports of a tenant: its program's 0 to 5.
pub(crate) const PORTS: u16 = 6;
/// Its only virtual device.
pub(crate) const DEVICE: &str = "sw";

/// A tenant.
#[derive(Clone)]
pub(crate) struct Tenant {
    pub(crate) name: String,
    pub(crate) guest: Guest,
    /// Its first physical port.
    pub(crate) first_port: u16,
    /// What it sends, by physical ports.
    pub(crate) packets: Vec<Packet>,
}

/// A persona with room in its tables for many.
pub(crate) fn roomy_persona() -> Result<Persona, Error> {
    static PERSONA: OnceLock<Result<Persona, String>> = OnceLock::new();
    let config = PersonaConfig { rows_per_table: 1 << 17, ..PersonaConfig::default() };
    PERSONA.get_or_init(|| persona_of(config).map_err(|e| e.to_string())).clone().map_err(Into::into)
}

/// So many tenants: the guests of p4programs/ and programs drawn at random.
pub(crate) fn tenants(count: u16, packets: usize) -> Result<Vec<Tenant>, Error> {
    let layout = roomy_persona()?.layout;
    let mut tenants = Vec::new();
    let mut seed = 0;
    for number in 0..count {
        let first_port = number * PORTS;
        let (guest, sent) = match SINGLE_GUESTS.get(usize::from(number)) {
            Some(name) => {
                let guest = guest(name)?;
                let sent = crate::packets(&guest, packets as u64)?;
                (guest, sent)
            }
            None => loop {
                seed += 1;
                let mut draw = Draw(seed);
                let program = Arc::new(programs::program(&mut draw));
                if compile(Arc::clone(&program), &layout).is_err() {
                    continue;
                }
                let commands = draw.commands(&program);
                let sent = (0..packets).map(|_| programs::packet(&mut draw)).collect();
                break (Guest { program, commands }, sent);
            },
        };
        let physical = |p: Packet| Packet { port: first_port + p.port % PORTS, bytes: p.bytes };
        let packets = sent.into_iter().map(physical).collect();
        tenants.push(Tenant { name: format!("tenant{number}"), guest, first_port, packets });
    }
    Ok(tenants)
}

impl Tenant {
    pub(crate) fn links(&self) -> Links {
        let ports = 0..PORTS;
        let device = |port| Endpoint::Device { device: DEVICE.to_owned(), port };
        Links {
            ingress: ports.clone().map(|p| (self.first_port + p, device(p))).collect(),
            egress: ports
                .map(|p| ((DEVICE.to_owned(), p), Endpoint::Physical(self.first_port + p)))
                .collect(),
            ..Links::default()
        }
    }

    /// A lease of its ports, so many rows and some groups.
    pub(crate) fn lease(&self, rows: u64) -> Lease {
        let ports = (self.first_port..self.first_port + PORTS).collect();
        Lease { ports, rows, groups: 8, copies: 32, cells: 0 }
    }

    /// The program itself behind the same links.
    pub(crate) fn native(&self) -> Result<LinkedSwitches, Error> {
        let mut engine = Engine::new();
        engine.load(Arc::clone(&self.guest.program))?;
        let switch: Box<dyn Switch + Send> = Box::new(engine);
        Ok(LinkedSwitches::new(BTreeMap::from([(DEVICE.to_owned(), switch)]), self.links())?)
    }

    /// Give it a slice of the device, its entries not added yet.
    pub(crate) fn add(&self, network: &mut VirtualNetwork, rows: u64) -> Result<(), Error> {
        let programs = BTreeMap::from([(DEVICE.to_owned(), Arc::clone(&self.guest.program))]);
        network.add_slice(&self.name, self.lease(rows), &programs, Wiring::Links(self.links()))?;
        Ok(())
    }

    pub(crate) fn commands(&self) -> &[Command] {
        &self.guest.commands
    }
}

/// The persona with room on a switch.
pub(crate) fn network(below: Box<dyn Switch + Send>) -> Result<VirtualNetwork, Error> {
    let persona = roomy_persona()?;
    Ok(VirtualNetwork::new(below, persona.program, persona.layout)?)
}
