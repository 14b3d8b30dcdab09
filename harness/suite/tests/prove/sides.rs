//! The same guests as something to prove about and as something that runs.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_dpmu::{Lease, Wiring};
use hyper4_engine::Engine;
use hyper4_ir::{Command, Output, Packet};
use hyper4_suite::{Composition, Error, Fault, FaultySwitch, Guest, persona};
use hyper4_switch::{Recorder, Switch, Tracing};
use hyper4_symbolic::Subject;
use hyper4_virtual::VirtualNetwork;

/// The name of the device of a guest that is alone.
pub(crate) const DEVICE: &str = "guest";

/// A slice: its ports, its guests, how they are wired.
pub(crate) struct Slice {
    pub(crate) name: &'static str,
    pub(crate) ports: Vec<u16>,
    pub(crate) guests: BTreeMap<String, Guest>,
    pub(crate) wiring: Wiring,
}

impl Slice {
    /// A guest that has some ports.
    pub(crate) fn of(name: &'static str, ports: &[u16], guest: &Guest) -> Self {
        let guests = BTreeMap::from([(DEVICE.to_owned(), guest.clone())]);
        Self { name, ports: ports.to_vec(), guests, wiring: Wiring::Direct(DEVICE.to_owned()) }
    }

    /// A guest that has every port.
    pub(crate) fn alone(guest: &Guest) -> Vec<Self> {
        vec![Self::of("tenant", &(0..=510).collect::<Vec<u16>>(), guest)]
    }

    /// A composition that has every port.
    pub(crate) fn composed(composition: &Composition) -> Vec<Self> {
        let Composition { guests, wiring } = composition.clone();
        vec![Self { name: "tenant", ports: (0..=510).collect(), guests, wiring }]
    }
}

/// The persona on a switch, with slices.
pub(crate) fn network(below: Box<dyn Switch + Send>, slices: &[Slice]) -> Result<VirtualNetwork, Error> {
    let persona = persona()?;
    let mut network = VirtualNetwork::new(below, persona.program, persona.layout)?;
    for slice in slices {
        let lease = Lease { ports: slice.ports.iter().copied().collect(), ..Lease::everything() };
        let programs = slice.guests.iter().map(|(name, guest)| (name.clone(), Arc::clone(&guest.program)));
        network.add_slice(slice.name, lease, &programs.collect(), slice.wiring.clone())?;
        for (device, guest) in &slice.guests {
            for command in &guest.commands {
                network.control(slice.name, device, command)?;
            }
        }
    }
    Ok(network)
}

/// What the switch below the persona is told; with a fault, what it understands.
pub(crate) fn rows(slices: &[Slice], fault: Option<&Fault>) -> Result<Vec<Command>, Error> {
    let (recorder, recording) = Recorder::new();
    let below: Box<dyn Switch + Send> = match fault {
        Some(fault) => Box::new(FaultySwitch::new(recorder, fault.clone())),
        None => Box::new(recorder),
    };
    network(below, slices)?;
    Ok(recording.commands())
}

/// The persona with those rows.
pub(crate) fn device(rows: &[Command]) -> Result<Subject, Error> {
    Ok(Subject::with_commands(persona()?.program, rows)?)
}

/// A guest by itself.
pub(crate) fn native(guest: &Guest) -> Result<Subject, Error> {
    Ok(Subject::with_commands(Arc::clone(&guest.program), &guest.commands)?)
}

/// What an engine sends that runs a guest by itself.
pub(crate) fn run_native(guest: &Guest, packets: &[Packet]) -> Result<Vec<Output>, Error> {
    let mut engine = Engine::new();
    engine.load(Arc::clone(&guest.program))?;
    guest.commands.iter().try_for_each(|command| engine.control(command).map(|_| ()))?;
    Ok(engine.inject(packets, Tracing::Off)?.outputs)
}

/// What an engine sends that runs the persona with those rows.
pub(crate) fn run_device(rows: &[Command], packets: &[Packet]) -> Result<Vec<Output>, Error> {
    let mut engine = Engine::new();
    engine.load(persona()?.program)?;
    rows.iter().try_for_each(|command| engine.control(command).map(|_| ()))?;
    Ok(engine.inject(packets, Tracing::Off)?.outputs)
}
