//! The throughput of a real simple_switch: packets over the time in which they left.

use std::sync::Arc;

use hyper4_bench::{RealSpeed, Spread};
use hyper4_drivers::{Cores, SimpleSwitch};
use hyper4_engine::Engine;
use hyper4_ir::{Command, Output, Packet, Program};
use hyper4_switch::{Recorder, Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualNetwork;

use crate::persona::Persona;
use crate::prove;
use crate::subject::{Guests, Subject};

/// A program and its commands on a real switch, and how fast it was so far.
pub(super) struct Replay<'a> {
    real: &'a SimpleSwitch,
    /// Whether the program is the persona.
    pub(super) virtually: bool,
    program: Arc<Program>,
    json: String,
    commands: Vec<Command>,
    packets: &'a [Packet],
    expected: Vec<Output>,
    all_cores: Vec<f64>,
    one_core: Vec<f64>,
}

/// A subject itself, and on the persona where that was found to carry it; what is missing is told.
pub(super) fn replays<'a>(
    real: &'a SimpleSwitch,
    persona: &Persona,
    subject: &Subject,
    placed: bool,
    packets: &'a [Packet],
    missing: &mut Vec<String>,
) -> Result<Vec<Replay<'a>>, SwitchError> {
    let mut all = Vec::new();
    match &subject.guests {
        Guests::One(guest) => {
            all.push(Replay::new(real, false, &guest.program, guest.commands.clone(), packets)?);
        }
        Guests::Composition { .. } => {
            missing.push("one simple_switch doesn't run several programs natively".to_owned());
        }
    }
    if placed {
        let (recorder, recording) = Recorder::new();
        let program = Arc::clone(&persona.program);
        let mut network = VirtualNetwork::new(Box::new(recorder), program, persona.layout.clone())?;
        prove::place(&mut network, &subject.guests)?;
        all.push(Replay::new(real, true, &persona.program, recording.commands(), packets)?);
    }
    Ok(all)
}

impl<'a> Replay<'a> {
    fn new(
        real: &'a SimpleSwitch,
        virtually: bool,
        program: &Arc<Program>,
        commands: Vec<Command>,
        packets: &'a [Packet],
    ) -> Result<Self, SwitchError> {
        let mut engine = Engine::new();
        engine.load(Arc::clone(program))?;
        commands.iter().try_for_each(|command| engine.control(command).map(|_| ()))?;
        Ok(Self {
            real,
            virtually,
            program: Arc::clone(program),
            json: program.to_json().to_string(),
            commands,
            packets,
            expected: engine.inject(packets, Tracing::Off)?.outputs,
            all_cores: Vec::new(),
            one_core: Vec::new(),
        })
    }

    /// Once with all cores, and once with one.
    pub(super) fn run(&mut self) -> Result<(), SwitchError> {
        for cores in [Cores::All, Cores::One] {
            let Self { real, program, json, commands, packets, expected, .. } = self;
            let replayed = real.replay(program, json, commands, packets, expected, cores)?;
            let pps = packets.len() as f64 / replayed.span.as_secs_f64().max(f64::MIN_POSITIVE);
            match cores {
                Cores::All => self.all_cores.push(pps),
                Cores::One => self.one_core.push(pps),
            }
        }
        Ok(())
    }

    /// How fast it was.
    pub(super) fn speed(&self) -> Option<RealSpeed> {
        let (all_cores, one_core) = (Spread::of(self.all_cores.clone())?, Spread::of(self.one_core.clone())?);
        Some(RealSpeed { all_cores, one_core })
    }
}
