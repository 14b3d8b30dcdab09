//! The switch.

use std::sync::Arc;

use hyper4_ir::{Batch, Command, Output, Packet, Program, Reply, Trace};
use hyper4_switch::{Change, ControlPlane, DefaultAction, Switch, SwitchError, Tracing};

use crate::clock::{Clock, StoppedClock};
use crate::executable::Executable;
use crate::packet::Journey;
use crate::recorder::Recorder;

/// The greatest port that packets come in by.
const LAST_PORT: u16 = 510;

/// A switch inside this process.
pub struct Engine {
    clock: Box<dyn Clock>,
    loaded: Option<Loaded>,
    memory: Vec<u64>,
    saved: Vec<u64>,
}

struct Loaded {
    control: ControlPlane,
    executable: Executable,
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
    /// A switch for which time stands still.
    pub fn new() -> Self {
        Self::with_clock(Box::new(StoppedClock))
    }

    /// A switch with that clock.
    pub fn with_clock(clock: Box<dyn Clock>) -> Self {
        Self { clock, loaded: None, memory: Vec::new(), saved: Vec::new() }
    }

    fn process(
        &mut self,
        cause: usize,
        packet: &Packet,
        tracing: Tracing,
        outputs: &mut Vec<Output>,
    ) -> Result<Option<Trace>, SwitchError> {
        let loaded = self.loaded.as_mut().ok_or(SwitchError::NotLoaded)?;
        let journey = Journey {
            program: loaded.control.program(),
            multicast: loaded.control.multicast(),
            executable: &mut loaded.executable,
            clock: self.clock.as_mut(),
            memory: &mut self.memory,
            saved: &mut self.saved,
            outputs,
            cause,
            recorder: Recorder::new(tracing),
        };
        journey.run(packet).map_err(|fault| SwitchError::Failed(format!("packet {cause}: {fault}")))
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
        match &prepared.change {
            Change::None
            | Change::Multicast(_)
            | Change::Mirroring { .. }
            // Every packet has run its course before the next arrives: no queue fills up.
            | Change::Queue { .. } => {}
            Change::Timeout { .. }
            | Change::Profile { .. }
            | Change::Rates { .. }
            | Change::ValueSet { .. }
            | Change::Calculation { .. }
            | Change::Reset
            | Change::Data(_) => {
                return Err(SwitchError::Unsupported {
                    construct: format!("command `{command}`"),
                    reason: "the engine carries tables with actions of their own and multicast groups".to_owned(),
                    source_info: None,
                });
            }
            Change::Entry { table, entry } => {
                if let (Some(compiled), Some(action)) = (
                    loaded.executable.tables.get_mut(table.index()),
                    entry.action.direct().and_then(|(name, _)| program.action_by_name(*table, name)),
                ) {
                    compiled.put(entry, action);
                }
            }
            Change::Delete { table, handles } => {
                if let Some(compiled) = loaded.executable.tables.get_mut(table.index()) {
                    handles.iter().for_each(|handle| compiled.remove(*handle));
                }
            }
            Change::Clear { table, .. } => {
                if let Some(compiled) = loaded.executable.tables.get_mut(table.index()) {
                    compiled.clear();
                }
            }
            Change::Default { table, default } => {
                if let Some(compiled) = loaded.executable.tables.get_mut(table.index()) {
                    compiled.set_default(default.as_ref().and_then(DefaultAction::direct));
                }
            }
        }
        loaded.control.commit(prepared.change);
        Ok(prepared.reply)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        if let Some(packet) = packets.iter().find(|packet| packet.port > LAST_PORT) {
            return Err(SwitchError::Port { port: packet.port, last: LAST_PORT });
        }
        let mut batch = Batch::default();
        for (cause, packet) in packets.iter().enumerate() {
            batch.traces.extend(self.process(cause, packet, tracing, &mut batch.outputs)?);
        }
        Ok(batch)
    }
}
