//! What carries packets through a program, one after the other, and what it needs for that.

use hyper4_ir::{Batch, Packet, Undefined};
use hyper4_switch::{ControlPlane, SwitchError, Tracing};

use crate::clock::Clock;
use crate::copies::Queues;
use crate::executable::Executable;
use crate::packet::Journey;
use crate::random::Random;
use crate::recorder::Recorder;
use crate::state::State;
use crate::table::Key;
use crate::undefined::Tracker;

/// What simple_switch's own options say of it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Target {
    /// The port that stands for dropping.
    pub(crate) drop_port: u64,
    /// Priorities that a port has queues for: there is one unless told otherwise, and the rest is dropped.
    pub(crate) priorities: u64,
}

impl Default for Target {
    fn default() -> Self {
        Self { drop_port: 511, priorities: 1 }
    }
}

/// Time, chance, and room that is kept from one packet to the next.
pub(crate) struct Worker {
    pub(crate) clock: Box<dyn Clock>,
    pub(crate) random: Box<dyn Random>,
    pub(crate) target: Target,
    pub(crate) memory: Vec<u64>,
    /// Room for a key to look up or to select on.
    pub(crate) key: Key,
    pub(crate) queues: Queues,
}

/// What runs, and how.
#[derive(Clone, Copy)]
pub(crate) struct Run<'a> {
    pub(crate) control: &'a ControlPlane,
    pub(crate) executable: &'a Executable,
    pub(crate) tracing: Tracing,
    /// Whether undefined values are followed.
    pub(crate) tracking: bool,
}

impl Worker {
    pub(crate) fn new(clock: Box<dyn Clock>, random: Box<dyn Random>) -> Self {
        Self {
            clock,
            random,
            target: Target::default(),
            memory: Vec::new(),
            key: Key::default(),
            queues: Queues::default(),
        }
    }

    /// Forget what packets of another program left behind.
    pub(crate) fn forget(&mut self) {
        self.memory = Vec::new();
        self.queues = Queues::default();
    }

    /// What becomes of packets, the first of which has the number `first`.
    pub(crate) fn process(
        &mut self,
        run: Run<'_>,
        state: &mut State,
        first: usize,
        packets: &[Packet],
    ) -> Result<Batch, SwitchError> {
        let mut batch = Batch::default();
        batch.outputs.reserve(packets.len());
        let memory_limbs = run.executable.memory_limbs as usize;
        self.memory.resize(memory_limbs * if run.tracking { 2 } else { 1 }, 0);
        let mut journey = Journey {
            program: run.control.program(),
            control: run.control,
            executable: run.executable,
            state,
            clock: self.clock.as_mut(),
            random: self.random.as_mut(),
            memory: &mut self.memory,
            key: &mut self.key,
            queues: &mut self.queues,
            outputs: &mut batch.outputs,
            digests: &mut batch.digests,
            cause: first,
            target: self.target,
            port: 0,
            recorder: Recorder::new(Tracing::Off, None),
        };
        for (cause, packet) in (first..).zip(packets) {
            if run.tracking {
                let tracker = Tracker::new(run.executable.memory_limbs, &run.executable.layout);
                journey.recorder = Recorder::new(run.tracing, Some(tracker));
            } else {
                journey.recorder.begin();
            }
            journey.cause = cause;
            journey.run(packet).map_err(|fault| SwitchError::Failed(format!("packet {cause}: {fault}")))?;
            if run.tracking {
                let (trace, reached) = journey.recorder.finish();
                batch.traces.extend(trace);
                batch.undefined.extend(reached.into_iter().map(|reached| Undefined { cause, reached }));
            }
        }
        Ok(batch)
    }
}
