//! What faults are planted in, and what is seen of it.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{Command, LearnListId, Output, Packet, Program, Reply, Stimulus, Trace};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::oracle::Oracle;

/// Where a packet comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A result recorded on a real switch has it.
    Golden,
    /// The subject brings it.
    Captured,
    /// It was made to reach something.
    Covering,
    /// It is a random one.
    Generated,
}

impl Source {
    /// Who says of such a packet whether it came out as it should.
    pub(crate) fn oracle(self) -> Oracle {
        match self {
            Self::Golden => Oracle::Golden,
            Self::Captured => Oracle::Captured,
            Self::Covering => Oracle::Covering,
            Self::Generated => Oracle::Generated,
        }
    }
}

/// A program with its first commands, and what happens to it then.
#[derive(Clone, Debug)]
pub struct Subject {
    /// Its name.
    pub name: String,
    /// The program.
    pub program: Arc<Program>,
    /// The first commands.
    pub commands: Vec<Command>,
    /// Packets and commands; those that were recorded come first.
    pub steps: Vec<(Source, Stimulus)>,
    /// What a real switch sent, of the packets from [`Source::Golden`].
    pub recorded: Vec<Output>,
}

impl Subject {
    /// All its commands, the first ones and those between packets.
    pub fn all_commands(&self) -> impl Iterator<Item = &Command> {
        let later = self.steps.iter().filter_map(|(_, step)| match step {
            Stimulus::Command(command) => Some(command),
            Stimulus::Packet(_) => None,
        });
        self.commands.iter().chain(later)
    }
}

/// What came of a packet.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Deed {
    pub(crate) source: Source,
    pub(crate) outputs: Vec<(u16, Vec<u8>)>,
    pub(crate) digests: Vec<(LearnListId, Vec<Bits>)>,
    pub(crate) trace: Trace,
}

/// What is seen of a subject from outside.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Seen {
    pub(crate) deeds: Vec<Deed>,
    /// What commands were answered; `None` where they were refused.
    pub(crate) replies: Vec<Option<Reply>>,
}

/// As many packets at a time.
const BATCH: usize = 256;

/// Runs a subject on a switch.
pub(crate) fn run(switch: &mut dyn Switch, subject: &Subject) -> Result<Seen, SwitchError> {
    switch.load(Arc::clone(&subject.program))?;
    run_loaded(switch, subject)
}

/// Runs a subject whose program is loaded.
pub(crate) fn run_loaded(switch: &mut dyn Switch, subject: &Subject) -> Result<Seen, SwitchError> {
    let mut seen = Seen::default();
    for command in &subject.commands {
        seen.replies.push(answered(switch, command)?);
    }
    let mut waiting: Vec<(Source, Packet)> = Vec::new();
    for (source, step) in &subject.steps {
        match step {
            Stimulus::Packet(packet) => {
                waiting.push((*source, packet.clone()));
                if waiting.len() == BATCH {
                    inject(switch, &mut waiting, &mut seen)?;
                }
            }
            Stimulus::Command(command) => {
                inject(switch, &mut waiting, &mut seen)?;
                seen.replies.push(answered(switch, command)?);
            }
        }
    }
    inject(switch, &mut waiting, &mut seen)?;
    Ok(seen)
}

fn answered(switch: &mut dyn Switch, command: &Command) -> Result<Option<Reply>, SwitchError> {
    match switch.control(command) {
        Ok(reply) => Ok(Some(reply)),
        Err(SwitchError::Control(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn inject(
    switch: &mut dyn Switch,
    waiting: &mut Vec<(Source, Packet)>,
    seen: &mut Seen,
) -> Result<(), SwitchError> {
    let (sources, packets): (Vec<Source>, Vec<Packet>) = std::mem::take(waiting).into_iter().unzip();
    if packets.is_empty() {
        return Ok(());
    }
    let batch = switch.inject(&packets, Tracing::On)?;
    let first = seen.deeds.len();
    let mut traces = batch.traces.into_iter();
    seen.deeds.extend(sources.into_iter().map(|source| Deed {
        source,
        outputs: Vec::new(),
        digests: Vec::new(),
        trace: traces.next().unwrap_or_default(),
    }));
    for output in batch.outputs {
        if let Some(deed) = output.cause.and_then(|cause| seen.deeds.get_mut(first + cause)) {
            deed.outputs.push((output.port, output.bytes));
        }
    }
    for digest in batch.digests {
        if let Some(deed) = digest.cause.and_then(|cause| seen.deeds.get_mut(first + cause)) {
            deed.digests.push((digest.list, digest.values));
        }
    }
    Ok(())
}
