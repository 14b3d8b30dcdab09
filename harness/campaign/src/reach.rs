//! What packets of a case reach: ways through native programs, and what of the persona they meet.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, PoisonError};

use hyper4_ir::{Batch, ChecksumOutcome, Command, Event, Packet, Program, Reply, TableOutcome, Trace};
use hyper4_switch::{Switch, SwitchError, Tracing};

/// What was met since somebody last asked.
#[derive(Clone, Debug, Default)]
pub struct Tap(Arc<Mutex<BTreeSet<String>>>);

impl Tap {
    /// Takes what was met.
    pub fn take(&self) -> BTreeSet<String> {
        std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Notes the parts of a program that traces name.
    fn note(&self, traces: &[Trace]) {
        let mut met = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for event in traces.iter().flat_map(|trace| &trace.packets).flat_map(|packet| &packet.events) {
            let (Event::ParseState(name) | Event::Table { name, .. } | Event::Action { name, .. }) = event
            else {
                continue;
            };
            if !met.contains(name) {
                met.insert(name.clone());
            }
        }
    }
}

/// A switch that tells a [`Tap`] what its packets meet, as far as they are traced.
pub struct Tapped<S> {
    below: S,
    tap: Tap,
}

impl<S: Switch> Tapped<S> {
    /// `below` with a tap.
    pub fn new(below: S, tap: Tap) -> Self {
        Self { below, tap }
    }
}

impl<S: Switch> Switch for Tapped<S> {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.below.load(program)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.below.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.below.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let batch = self.below.inject(packets, tracing)?;
        self.tap.note(&batch.traces);
        Ok(batch)
    }
}

/// What a tapped persona could meet: its parser's states, its tables and its actions, of which the source knows.
pub fn reachable(persona: &Program) -> BTreeSet<String> {
    let states = persona.parser.states.iter().map(|one| &one.name);
    let tables = persona.tables.iter().map(|one| &one.name);
    let actions = persona.actions.iter().map(|one| &one.name);
    // What a front end makes of statements in `apply` has names of its own.
    let named = |name: &&String| name.contains('.');
    states.chain(tables.chain(actions).filter(named)).cloned().collect()
}

/// Ways that packets can take through any program.
pub(crate) const WAYS: [&str; 25] = [
    "checksum right",
    "checksum skipped",
    "checksum wrong",
    "checksum updated",
    "clone",
    "condition false",
    "condition true",
    "digest",
    "drop",
    "exit",
    "extract",
    "multicast",
    "no output",
    "one output",
    "parser error",
    "recirculate",
    "replica",
    "resubmit",
    "several outputs",
    "several parts",
    "parser state",
    "table hit",
    "table miss",
    "transmit",
    "unicast",
];

/// The ways that packets of a batch took.
pub(crate) fn ways(batch: &Batch, packets: usize, met: &mut BTreeSet<&'static str>) {
    for trace in &batch.traces {
        if trace.packets.len() > 1 {
            met.insert("several parts");
        }
        met.extend(trace.packets.iter().flat_map(|packet| &packet.events).filter_map(way));
    }
    let mut sent = vec![0usize; packets];
    for cause in batch.outputs.iter().filter_map(|output| output.cause) {
        if let Some(count) = sent.get_mut(cause) {
            *count += 1;
        }
    }
    met.extend(sent.into_iter().map(|count| match count {
        0 => "no output",
        1 => "one output",
        _ => "several outputs",
    }));
}

fn way(event: &Event) -> Option<&'static str> {
    Some(match event {
        Event::ParseState(_) => "parser state",
        Event::Extract(_) => "extract",
        Event::ParserError(_) => "parser error",
        Event::Checksum { outcome, .. } => match outcome {
            ChecksumOutcome::Correct => "checksum right",
            ChecksumOutcome::Wrong => "checksum wrong",
            ChecksumOutcome::Updated => "checksum updated",
            ChecksumOutcome::Skipped => "checksum skipped",
        },
        Event::Condition { value: true, .. } => "condition true",
        Event::Condition { value: false, .. } => "condition false",
        Event::Table { outcome: TableOutcome::Hit(_), .. } => "table hit",
        Event::Table { outcome: TableOutcome::Miss, .. } => "table miss",
        Event::Exit => "exit",
        Event::Clone => "clone",
        Event::Digest(_) => "digest",
        Event::Resubmit => "resubmit",
        Event::Recirculate => "recirculate",
        Event::Unicast(_) => "unicast",
        Event::Multicast(_) => "multicast",
        Event::Replica { .. } => "replica",
        Event::Drop => "drop",
        Event::Transmit(_) => "transmit",
        _ => return None,
    })
}
