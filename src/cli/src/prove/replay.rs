//! What the executor says is tried out on switches.

use hyper4_diff::Side;
use hyper4_ir::{Batch, Command, Digest, Output, Reply, Trace};
use hyper4_switch::{SwitchError, Tracing};
use hyper4_symbolic::{Refutation, Setting};

use crate::args::Options;
use crate::failure::Failure;
use crate::persona::Persona;
use crate::run;
use crate::sides::{self, Switches};
use crate::subject::{Guests, Subject};

/// What came of it.
pub(super) struct Replay {
    /// Whether it is as the executor says, or else what isn't.
    pub(super) outcome: Result<(), String>,
    /// What became of the last packet, by whose account.
    pub(super) traces: Vec<(&'static str, Trace)>,
}

impl Replay {
    pub(super) fn is_as_said(&self) -> bool {
        self.outcome.is_ok()
    }

    /// For people.
    pub(super) fn text(&self) -> String {
        let mut text = match &self.outcome {
            Ok(()) => "\n    replayed: so it is on a switch".to_owned(),
            Err(wrong) => format!("\n    replayed: {wrong}"),
        };
        for (whose, trace) in &self.traces {
            text.push_str(&format!("\n    the last packet, {whose}:"));
            let lines = run::told(trace);
            text.extend(lines.lines().map(|line| format!("\n    {line}")));
        }
        text
    }
}

/// What one side shows of a counterexample.
#[derive(PartialEq, Eq)]
struct Shown {
    outputs: Vec<Output>,
    digests: Vec<Digest>,
    cell: Option<Reply>,
}

/// Whether the switches do different things with a counterexample, as the executor says.
pub(super) fn equivalence(
    options: &Options,
    persona: &Persona,
    subject: &Subject,
    refutation: &Refutation,
) -> Result<Replay, Failure> {
    let switches = Switches::new(options)?;
    let mut guests = subject.guests.clone();
    refutation.before.iter().for_each(|setting| tell(&mut guests, setting));
    let show = |side: Result<sides::AnySide, SwitchError>| {
        side.and_then(|mut side| shown(&mut side, refutation)).map_err(run::failure)
    };
    let (native, native_trace) = show(sides::native(&switches, &guests))?;
    let (on_persona, persona_trace) = show(sides::on_persona(&switches, persona, &guests))?;
    let outcome = if native == on_persona {
        Err("the switches do the same with this: the executor is wrong".to_owned())
    } else {
        Ok(())
    };
    let traces = [("native", native_trace), ("virtual", persona_trace)];
    let traces = traces.into_iter().filter_map(|(whose, trace)| Some((whose, trace?))).collect();
    Ok(Replay { outcome, traces })
}

/// A guest is told something before packets come.
fn tell(guests: &mut Guests, Setting { device, command }: &Setting) {
    let guest = match (guests, device) {
        (Guests::One(guest), _) => Some(guest),
        (Guests::Composition { guests, .. }, Some(device)) => guests.get_mut(device),
        (Guests::Composition { .. }, None) => None,
    };
    guest.into_iter().for_each(|guest| guest.commands.push(command.clone()));
}

/// What a side does with the last packet of a counterexample, and what it holds behind it.
fn shown(side: &mut dyn Side, refutation: &Refutation) -> Result<(Shown, Option<Trace>), SwitchError> {
    let mut last = Batch::default();
    for packet in refutation.packets() {
        last = side.inject(std::slice::from_ref(packet), Tracing::On)?;
    }
    let cell = refutation.cell.as_ref().map(|cell| read(side, cell.device.as_deref(), &cell.command));
    let Batch { outputs, mut traces, digests, .. } = last;
    Ok((Shown { outputs, digests, cell: cell.transpose()? }, traces.pop()))
}

fn read(side: &mut dyn Side, device: Option<&str>, command: &Command) -> Result<Reply, SwitchError> {
    match device {
        Some(device) => side.control_device(device, command),
        None => side.control(command),
    }
}
