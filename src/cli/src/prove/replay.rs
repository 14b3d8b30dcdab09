//! What the executor says is tried out on switches.

use std::path::PathBuf;

use hyper4_diff::Side;
use hyper4_ir::{Batch, Command, Digest, Output, Program, Reply, Stimulus, Trace};
use hyper4_switch::{SwitchError, Tracing};
use hyper4_symbolic::{Refutation, Setting};

use crate::args::Options;
use crate::failure::Failure;
use crate::persona::Persona;
use crate::sides::{self, Switches};
use crate::subject::{Guests, Subject};
use crate::{kept, run};

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

impl Shown {
    /// Whether it sends this; there is no order across ports.
    fn sends(&self, expected: &[Output]) -> bool {
        let by_port = |outputs: &[Output]| {
            let mut sent: Vec<(u16, Vec<u8>)> = outputs.iter().map(|o| (o.port, o.bytes.clone())).collect();
            sent.sort_by_key(|(port, _)| *port);
            sent
        };
        by_port(&self.outputs) == by_port(expected)
    }
}

/// Keep a counterexample with its program and its entries in `--out`, as a subject; what is said is how to see it again. Of
/// a composition, whose parts have files of their own, there is nothing to keep beside what is printed.
pub(super) fn keep(
    options: &Options,
    subject: &Subject,
    refutation: &Refutation,
) -> Result<Option<String>, Failure> {
    let Guests::One(guest) = &subject.guests else { return Ok(None) };
    let settings = refutation.before.iter().map(|setting| setting.command.clone());
    let commands = guest.commands.iter().cloned().chain(settings);
    let folder = keep_case(options, (&subject.name, &guest.program), commands, refutation)?;
    Ok(folder.map(|folder| {
        format!("kept: `hyper4 verify {} --packets 0 --covering false` shows it", folder.display())
    }))
}

/// Keep a program with commands and the packets of a counterexample.
pub(super) fn keep_case(
    options: &Options,
    (name, program): (&str, &Program),
    commands: impl Iterator<Item = Command>,
    refutation: &Refutation,
) -> Result<Option<PathBuf>, Failure> {
    let Some(folder) = &options.out else { return Ok(None) };
    let folder = folder.join("counterexamples").join(name);
    let packets = refutation.packets().cloned().map(Stimulus::Packet);
    let steps: Vec<Stimulus> = commands.map(Stimulus::Command).chain(packets).collect();
    kept::write_case(options, &folder, program, &steps)?;
    Ok(Some(folder))
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
    // What hangs on what a switch does as it likes says nothing of what is sent.
    let said = refutation.assumes.is_empty();
    let outcome = if native == on_persona {
        Err("the switches do the same with this: the executor is wrong".to_owned())
    } else if said && (!native.sends(&refutation.native) || !on_persona.sends(&refutation.virtual_)) {
        Err("the switches send something else than the executor says: it is wrong".to_owned())
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
