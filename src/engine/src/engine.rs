//! The switch.

use std::sync::Arc;

use hyper4_ir::{Batch, Command, Packet, Program, Reply, TableEntry, TableId, Undefined};
use hyper4_switch::{Change, ControlPlane, Switch, SwitchError, Tracing};

use crate::changes;
use crate::clock::{Clock, StoppedClock};
use crate::copies::Queues;
use crate::executable::Executable;
use crate::packet::Journey;
use crate::random::{Random, SeededRandom};
use crate::recorder::Recorder;
use crate::undefined::Tracker;

/// The greatest port that packets come in by.
const LAST_PORT: u16 = 510;

/// A switch inside this process.
pub struct Engine {
    clock: Box<dyn Clock>,
    random: Box<dyn Random>,
    loaded: Option<Loaded>,
    tracking: bool,
    memory: Vec<u64>,
    queues: Queues,
}

struct Loaded {
    control: ControlPlane,
    executable: Executable,
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
        Self { clock, random, loaded: None, tracking: false, memory: Vec::new(), queues: Queues::default() }
    }

    /// Find out where undefined values reach something that can be observed ([`Batch::undefined`]), for packets that
    /// aren't traced too; it takes time.
    pub fn track_undefined(&mut self, tracking: bool) {
        self.tracking = tracking;
    }

    /// Look for entries that no packet has hit for as long as they may be idle, as simple_switch does every second. An
    /// entry that stays idle is told of by every second look.
    pub fn sweep(&mut self) -> Vec<Aged> {
        let now = self.clock.microseconds() / 1000;
        let tables = self.loaded.iter_mut().flat_map(|loaded| &mut loaded.executable.tables);
        let aged = (0u32..).map(TableId).zip(tables);
        let aged = aged.map(|(table, compiled)| Aged { table, handles: compiled.sweep(now) });
        aged.filter(|aged| !aged.handles.is_empty()).collect()
    }

    fn process(
        &mut self,
        cause: usize,
        packet: &Packet,
        tracing: Tracing,
        batch: &mut Batch,
    ) -> Result<(), SwitchError> {
        let loaded = self.loaded.as_mut().ok_or(SwitchError::NotLoaded)?;
        let tracker = (self.tracking || tracing == Tracing::On)
            .then(|| Tracker::new(loaded.executable.memory_limbs, &loaded.executable.layout));
        let journey = Journey {
            program: loaded.control.program(),
            executable: &mut loaded.executable,
            clock: self.clock.as_mut(),
            random: self.random.as_mut(),
            memory: &mut self.memory,
            queues: &mut self.queues,
            outputs: &mut batch.outputs,
            digests: &mut batch.digests,
            cause,
            packet,
            recorder: Recorder::new(tracing, tracker),
        };
        let (trace, reached) =
            journey.run().map_err(|fault| SwitchError::Failed(format!("packet {cause}: {fault}")))?;
        batch.traces.extend(trace);
        batch.undefined.extend(reached.into_iter().map(|reached| Undefined { cause, reached }));
        Ok(())
    }
}

impl Loaded {
    /// The control plane doesn't know when an entry was hit.
    fn tell_life(&self, table: &str, entry: &mut TableEntry, now: u64) {
        let table = self.control.program().table_by_name(table);
        let compiled = table.and_then(|table| self.executable.tables.get(table.index()));
        if let (Some(life), Some(compiled)) = (&mut entry.life, compiled) {
            life.since_hit = now.saturating_sub(compiled.last_hit(entry.handle).unwrap_or(now));
        }
    }
}

impl Switch for Engine {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        let control = ControlPlane::new(program.clone());
        let executable = Executable::new(&program, &control)?;
        self.loaded = Some(Loaded { control, executable });
        Ok(())
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.loaded.as_ref().map(|loaded| loaded.control.program())
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let loaded = self.loaded.as_mut().ok_or(SwitchError::NotLoaded)?;
        let prepared = loaded.control.prepare(command)?;
        let program = loaded.control.program().clone();
        let now = if loaded.executable.ages { self.clock.microseconds() / 1000 } else { 0 };
        let reply = changes::apply(&program, &mut loaded.executable, &prepared.change, now)?;
        let (multicast, reset) =
            (matches!(prepared.change, Change::Multicast(_)), prepared.change == Change::Reset);
        loaded.control.commit(prepared.change);
        if multicast {
            loaded.executable.set_groups(loaded.control.multicast());
        } else if reset {
            loaded.executable.state.reset();
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
        let mut batch = Batch::default();
        for (cause, packet) in packets.iter().enumerate() {
            self.process(cause, packet, tracing, &mut batch)?;
        }
        Ok(batch)
    }
}
