//! The two sides of a comparison: the programs themselves, and the programs on a persona.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_diff::{LinkedSide, Side};
use hyper4_dpmu::{DpmuError, Lease, RowMeaning, Wiring};
use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions};
use hyper4_engine::Engine;
use hyper4_ir::{Batch, Command, Event, Packet, PrimitiveKind, Program, Reply};
use hyper4_switch::{LinkError, LinkedSwitches, Links, Switch, SwitchError, Tracing};
use hyper4_virtual::{VirtualNetwork, VirtualSwitch};

use crate::args::{Options, SwitchKind};
use crate::failure::Failure;
use crate::persona::Persona;
use crate::subject::{Guest, Guests};

/// The name of the slice in which a composition runs.
const SLICE: &str = "tenant";

/// Makes switches of the kind the user wants.
#[derive(Clone)]
pub(crate) enum Switches {
    /// Embedded engines.
    Engine,
    /// Real simple_switches.
    Real(SimpleSwitchOptions),
}

impl Switches {
    pub(crate) fn new(options: &Options) -> Result<Self, Failure> {
        if options.switch == SwitchKind::Engine {
            return Ok(Self::Engine);
        }
        let wanted =
            SimpleSwitchOptions { program_path: options.simple_switch.clone(), ..Default::default() };
        SimpleSwitch::new(wanted.clone()).map_err(|e| {
            Failure::input(format!("{e}; name one with --simple-switch, or leave out --switch bmv2"))
        })?;
        Ok(Self::Real(wanted))
    }

    /// A new switch without a program.
    pub(crate) fn make(&self) -> Result<Box<dyn Switch + Send>, SwitchError> {
        match self {
            Self::Engine => Ok(Box::new(Engine::new())),
            Self::Real(options) => match SimpleSwitch::new(options.clone()) {
                Ok(switch) => Ok(Box::new(switch)),
                Err(error) => Err(SwitchError::Failed(error.to_string())),
            },
        }
    }
}

/// One side, whatever it is made of.
pub(crate) type AnySide = Box<dyn Side + Send>;

/// The programs themselves, with their first commands carried out.
pub(crate) fn native(switches: &Switches, guests: &Guests) -> Result<AnySide, SwitchError> {
    match guests {
        Guests::One(guest) => Ok(Box::new(NativeSide(native_switch(switches, guest)?))),
        Guests::Composition { guests, wiring } => {
            let mut joined = BTreeMap::new();
            for (name, guest) in guests {
                joined.insert(name.clone(), native_switch(switches, guest)?);
            }
            let linked = LinkedSwitches::new(joined, links(wiring)).map_err(link_error)?;
            Ok(Box::new(LinkedSide(linked)))
        }
    }
}

/// The programs on a persona, with their first commands carried out.
pub(crate) fn on_persona(
    switches: &Switches,
    persona: &Persona,
    guests: &Guests,
) -> Result<AnySide, SwitchError> {
    match guests {
        Guests::One(guest) => {
            let mut switch = virtual_switch(switches, persona);
            switch.load(Arc::clone(&guest.program))?;
            control_all(&guest.commands, |command| switch.control(command))?;
            Ok(Box::new(VirtualSide(switch)))
        }
        Guests::Composition { guests, wiring } => {
            let below = switches.make()?;
            let mut network =
                VirtualNetwork::new(below, Arc::clone(&persona.program), persona.layout.clone())?;
            add_slice(&mut network, SLICE, Lease::everything(), guests, wiring)?;
            Ok(Box::new(NetworkSide(network)))
        }
    }
}

/// A switch that runs one program on a persona; it has none yet.
pub(crate) fn virtual_switch(switches: &Switches, persona: &Persona) -> VirtualSwitch {
    let (make, program, layout) = (switches.clone(), Arc::clone(&persona.program), persona.layout.clone());
    VirtualSwitch::new(Box::new(move || make.make()), program, layout)
}

/// Make a slice and carry out its programs' first commands.
pub(crate) fn add_slice(
    network: &mut VirtualNetwork,
    slice: &str,
    lease: Lease,
    guests: &BTreeMap<String, Guest>,
    wiring: &Wiring,
) -> Result<(), SwitchError> {
    let programs = guests.iter().map(|(name, g)| (name.clone(), Arc::clone(&g.program))).collect();
    network.add_slice(slice, lease, &programs, wiring.clone()).map_err(dpmu_error)?;
    for (name, guest) in guests {
        control_all(&guest.commands, |command| network.control(slice, name, command))?;
    }
    Ok(())
}

fn native_switch(switches: &Switches, guest: &Guest) -> Result<Box<dyn Switch + Send>, SwitchError> {
    let mut switch = switches.make()?;
    switch.load(Arc::clone(&guest.program))?;
    control_all(&guest.commands, |command| switch.control(command))?;
    Ok(switch)
}

/// The programs themselves, to be compared with something.
pub(crate) fn comparable(switches: &Switches, guests: &Guests) -> Result<AnySide, SwitchError> {
    if let Switches::Real(_) = switches {
        match guests {
            Guests::One(guest) => refuse_random_numbers(&guest.program)?,
            Guests::Composition { guests, .. } => {
                guests.values().try_for_each(|guest| refuse_random_numbers(&guest.program))?;
            }
        }
    }
    native(switches, guests)
}

/// A real switch draws other numbers each time, so that two of them can't be compared packet by packet.
fn refuse_random_numbers(program: &Program) -> Result<(), SwitchError> {
    let primitives = program
        .actions
        .iter()
        .flat_map(|action| action.primitives.iter().map(move |primitive| (action, primitive)));
    let mut random =
        primitives.filter(|(_, primitive)| matches!(primitive.kind, PrimitiveKind::Random { .. }));
    match random.next() {
        Some((action, primitive)) => Err(SwitchError::Unsupported {
            construct: format!("action {}", action.name),
            reason:
                "it draws random numbers, and a real simple_switch draws others each time: compare it on the \
                     embedded engine"
                    .to_owned(),
            source_info: primitive.source_info.clone(),
        }),
        None => Ok(()),
    }
}

fn control_all(
    commands: &[Command],
    mut control: impl FnMut(&Command) -> Result<Reply, SwitchError>,
) -> Result<(), SwitchError> {
    commands.iter().try_for_each(|command| control(command).map(|_| ()))
}

/// The links of a wiring.
pub(crate) fn links(wiring: &Wiring) -> Links {
    match wiring {
        Wiring::Links(links) => links.clone(),
        Wiring::Direct(device) => direct(device),
    }
}

/// One device with every port under its own number.
fn direct(device: &str) -> Links {
    let end = |port| hyper4_switch::Endpoint::Device { device: device.to_owned(), port };
    Links {
        ingress: (0..=510).map(|port| (port, end(port))).collect(),
        egress: (0..=510)
            .map(|port| ((device.to_owned(), port), hyper4_switch::Endpoint::Physical(port)))
            .collect(),
        conditional: BTreeMap::new(),
    }
}

fn link_error(error: LinkError) -> SwitchError {
    SwitchError::Failed(error.to_string())
}

fn dpmu_error(error: DpmuError) -> SwitchError {
    hyper4_virtual::switch_error(error)
}

/// A native switch.
struct NativeSide(Box<dyn Switch + Send>);

impl Side for NativeSide {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.0.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.0.inject(packets, tracing)
    }

    fn program(&mut self, _device: Option<&str>) -> Option<Arc<Program>> {
        self.0.program().cloned()
    }
}

/// One program on a persona.
struct VirtualSide(VirtualSwitch);

impl Side for VirtualSide {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.0.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.0.inject(packets, tracing)
    }

    fn program(&mut self, _device: Option<&str>) -> Option<Arc<Program>> {
        self.0.program().cloned()
    }

    fn origin(&mut self, device: Option<&str>, event: &Event) -> Option<String> {
        origin(self.0.network()?, device, event)
    }
}

/// A composition on a persona.
struct NetworkSide(VirtualNetwork);

impl Side for NetworkSide {
    fn control(&mut self, _command: &Command) -> Result<Reply, SwitchError> {
        Err(SwitchError::Unsupported {
            construct: "a command in the stimulus of a composition".to_owned(),
            reason: "it doesn't say which device it is for; put it into that device's commands".to_owned(),
            source_info: None,
        })
    }

    fn control_device(&mut self, device: &str, command: &Command) -> Result<Reply, SwitchError> {
        self.0.control(SLICE, device, command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let mut batch = self.0.inject(packets, tracing)?;
        // Joined switches don't tell whose samples theirs are; the traces do.
        batch.digests.clear();
        Ok(batch)
    }

    fn origin(&mut self, device: Option<&str>, event: &Event) -> Option<String> {
        origin(&mut self.0, device, event)
    }
}

/// The row of the persona that tells of an event; where several do, the first and how many others.
fn origin(network: &mut VirtualNetwork, device: Option<&str>, event: &Event) -> Option<String> {
    let dpmu = network.dpmu();
    let mut found = dpmu.rows().filter_map(|row| match &row.meaning {
        RowMeaning::Guest { device: of, origin } => {
            let here = device.is_none_or(|d| d == of.device) && origin.events.contains(event);
            here.then(|| format!("row {} of {}: {}", row.handle, row.table(), origin.construct))
        }
        _ => None,
    });
    let first = found.next()?;
    Some(match found.count() {
        0 => first,
        more => format!("{first}, or one of {more} more"),
    })
}
