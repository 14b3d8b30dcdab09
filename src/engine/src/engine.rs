//! The switch.

use std::sync::Arc;

use hyper4_ir::{Batch, Command, Packet, Program, Reply, TableEntry, TableId};
use hyper4_switch::{Change, ControlPlane, Handles, Switch, SwitchError, Tracing};
use rayon::prelude::*;

use crate::changes;
use crate::clock::{Clock, StoppedClock};
use crate::executable::Executable;
use crate::random::{Random, SeededRandom};
use crate::state::State;
use crate::worker::{Run, Worker};

/// The greatest port that packets come in by.
const LAST_PORT: u16 = 510;

/// Parts that packets are divided into for each thread: who is done early takes another.
const PARTS: usize = 4;
/// Packets that aren't worth being divided.
const FEW_PACKETS: usize = 64;

/// A switch inside this process.
pub struct Engine {
    worker: Worker,
    loaded: Option<Loaded>,
    tracking: bool,
    threads: usize,
}

struct Loaded {
    control: ControlPlane,
    executable: Executable,
    state: State,
    /// What processes packets beside each other.
    forks: Vec<(Worker, State)>,
}

/// Entries of a table that no packet has hit for as long as they may be idle.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aged {
    /// The table.
    pub table: TableId,
    /// The entries' handles.
    pub handles: Vec<u64>,
}

impl Default for Engine {
    fn default() -> Self {
        Self::new()
    }
}

impl std::fmt::Debug for Engine {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Engine")
            .field("program", &self.program().map(|program| program.name.as_str()))
            .finish_non_exhaustive()
    }
}

impl Engine {
    /// A switch for which time stands still, and whose random numbers are always the same.
    pub fn new() -> Self {
        Self::with_clock(Box::new(StoppedClock))
    }

    /// A switch with that clock.
    pub fn with_clock(clock: Box<dyn Clock>) -> Self {
        Self::with(clock, Box::new(SeededRandom::new(0)))
    }

    /// A switch with that clock and those random numbers.
    pub fn with(clock: Box<dyn Clock>, random: Box<dyn Random>) -> Self {
        Self { worker: Worker::new(clock, random), loaded: None, tracking: false, threads: 1 }
    }

    /// How many threads may process packets beside each other; 1 unless told. What comes out is the same, in the same
    /// order. Packets go one after the other all the same where one can find what another left behind (registers,
    /// meters, random numbers, hashes that count), or where the clock wants it ([`Clock::fork`]).
    pub fn set_threads(&mut self, threads: usize) {
        self.threads = threads.max(1);
    }

    /// How many priorities a port has queues for (simple_switch's `--priority-queues`); 1 unless told. A packet of a
    /// greater one is dropped.
    pub fn set_priority_queues(&mut self, queues: u64) {
        self.worker.target.priorities = queues;
        self.forget_forks();
    }

    /// Which port stands for dropping (simple_switch's `--drop-port`); 511 unless told.
    pub fn set_drop_port(&mut self, port: u32) {
        self.worker.target.drop_port = port.into();
        self.forget_forks();
    }

    fn forget_forks(&mut self) {
        if let Some(loaded) = &mut self.loaded {
            loaded.forks.clear();
        }
    }

    /// Find out where undefined values reach something that can be observed ([`Batch::undefined`]), for packets that
    /// aren't traced too; it takes time.
    pub fn track_undefined(&mut self, tracking: bool) {
        self.tracking = tracking;
    }

    /// What the control plane has set; `None` without a program.
    pub fn control_plane(&self) -> Option<&ControlPlane> {
        self.loaded.as_ref().map(|loaded| &loaded.control)
    }

    /// Make changes as they are, which keep the handles that they name.
    ///
    /// # Errors
    /// [`SwitchError`] as of commands.
    pub fn restore(&mut self, changes: Vec<Change>) -> Result<(), SwitchError> {
        let loaded = self.loaded.as_mut().ok_or(SwitchError::NotLoaded)?;
        let now = self.worker.clock.microseconds() / 1000;
        for change in changes {
            let Loaded { control, executable, state, .. } = loaded;
            changes::apply(control, executable, state, &change, now)?;
            control.commit(change);
        }
        Ok(())
    }

    /// Look for entries that no packet has hit for as long as they may be idle, as simple_switch does every second. An
    /// entry that stays idle is told of by every second look.
    pub fn sweep(&mut self) -> Vec<Aged> {
        let now = self.worker.clock.microseconds() / 1000;
        let Some(loaded) = &mut self.loaded else { return Vec::new() };
        let tables = loaded.control.tables().zip(&mut loaded.executable.tables);
        let aged = tables.map(|((table, state), compiled)| {
            let handles = compiled.sweep(state.store(), now);
            Aged { table, handles }
        });
        aged.filter(|aged| !aged.handles.is_empty()).collect()
    }

    fn run(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let loaded = self.loaded.as_mut().ok_or(SwitchError::NotLoaded)?;
        let run = Run {
            control: &loaded.control,
            executable: &loaded.executable,
            tracing,
            tracking: self.tracking || tracing != Tracing::Off,
        };
        let parts = self.threads.saturating_mul(PARTS).min(packets.len() / FEW_PACKETS);
        if self.threads < 2 || parts < 2 || !loaded.executable.stateless {
            return self.worker.process(run, &mut loaded.state, 0, packets);
        }
        while loaded.forks.len() < parts {
            let Some(clock) = self.worker.clock.fork() else {
                return self.worker.process(run, &mut loaded.state, 0, packets);
            };
            let mut worker = Worker::new(clock, Box::new(SeededRandom::new(0)));
            worker.target = self.worker.target;
            loaded.forks.push((worker, loaded.state.fork()));
        }
        let size = packets.len().div_ceil(parts);
        let batches: Vec<Result<Batch, SwitchError>> = packets
            .par_chunks(size)
            .zip(&mut loaded.forks)
            .enumerate()
            .map(|(part, (packets, (worker, state)))| worker.process(run, state, part * size, packets))
            .collect();
        loaded.forks.iter_mut().for_each(|(_, fork)| loaded.state.join(fork));
        let mut whole = Batch::default();
        whole.outputs.reserve(packets.len());
        for batch in batches {
            let Batch { outputs, traces, digests, undefined } = batch?;
            whole.outputs.extend(outputs);
            whole.traces.extend(traces);
            whole.digests.extend(digests);
            whole.undefined.extend(undefined);
        }
        Ok(whole)
    }
}

impl Loaded {
    /// The control plane doesn't know when an entry was hit.
    fn tell_life(&self, table: &str, entry: &mut TableEntry, now: u64) {
        let table = self.control.program().table_by_name(table);
        let compiled = table.and_then(|table| self.executable.tables.get(table.index()));
        if let (Some(life), Some(compiled)) = (&mut entry.life, compiled) {
            life.since_hit =
                now.saturating_sub(compiled.last_hit(Handles::number(entry.handle)).unwrap_or(now));
        }
    }
}

impl Switch for Engine {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        let control = ControlPlane::new(program.clone());
        let (executable, state) = Executable::new(&program, &control)?;
        self.loaded = Some(Loaded { control, executable, state, forks: Vec::new() });
        self.worker.forget();
        Ok(())
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.loaded.as_ref().map(|loaded| loaded.control.program())
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let loaded = self.loaded.as_mut().ok_or(SwitchError::NotLoaded)?;
        let prepared = loaded.control.prepare(command)?;
        let program = loaded.control.program().clone();
        let now = if loaded.executable.ages { self.worker.clock.microseconds() / 1000 } else { 0 };
        let reply = changes::apply(
            &loaded.control,
            &mut loaded.executable,
            &mut loaded.state,
            &prepared.change,
            now,
        )?;
        if matches!(prepared.change, Change::Calculation { .. }) {
            loaded.forks.clear();
        }
        let (multicast, reset) =
            (matches!(prepared.change, Change::Multicast(_)), prepared.change == Change::Reset);
        loaded.control.commit(prepared.change);
        if multicast {
            loaded.executable.set_groups(loaded.control.multicast());
        } else if reset {
            loaded.state.reset();
            loaded.executable.fill(&program, &loaded.control);
        }
        let mut reply = reply.unwrap_or(prepared.reply);
        match (command, &mut reply) {
            (Command::TableDump { table }, Reply::Entries { entries, .. }) => {
                entries.iter_mut().for_each(|entry| loaded.tell_life(table, entry, now));
            }
            (
                Command::TableDumpEntry { table, .. } | Command::TableDumpEntryFromKey { table, .. },
                Reply::Entry(entry),
            ) => loaded.tell_life(table, entry, now),
            _ => {}
        }
        Ok(reply)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        if let Some(packet) = packets.iter().find(|packet| packet.port > LAST_PORT) {
            return Err(SwitchError::Port { port: packet.port, last: LAST_PORT });
        }
        self.run(packets, tracing)
    }
}
