//! A switch without a data plane, that remembers what it was told.

use std::sync::{Arc, Mutex, PoisonError};

use hyper4_ir::{Batch, Command, Packet, Program, Reply};

use crate::{Change, ControlPlane, Switch, SwitchError, Tracing};

/// What a [`Recorder`] was told, shared with whoever wants to read it.
#[derive(Clone, Debug, Default)]
pub struct Recording(Arc<Mutex<Vec<Command>>>);

impl Recording {
    /// The commands that were carried out since the program was loaded, in order.
    pub fn commands(&self) -> Vec<Command> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn push(&self, command: Command) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(command);
    }

    fn clear(&self) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clear();
    }
}

/// A switch that answers commands as any other and remembers them, but can't take packets: for proofs and
/// explanations, which want to know what a switch would be told.
#[derive(Debug, Default)]
pub struct Recorder {
    recording: Recording,
    plane: Option<ControlPlane>,
}

impl Recorder {
    /// A recorder, and what it will have recorded.
    pub fn new() -> (Self, Recording) {
        let recorder = Self::default();
        let recording = recorder.recording.clone();
        (recorder, recording)
    }
}

impl Switch for Recorder {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.recording.clear();
        self.plane = Some(ControlPlane::new(program));
        Ok(())
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.plane.as_ref().map(ControlPlane::program)
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let plane = self.plane.as_mut().ok_or(SwitchError::NotLoaded)?;
        let prepared = plane.prepare(command)?;
        if let Change::Data(_) = prepared.change {
            return Err(SwitchError::Unsupported {
                construct: format!("command `{command}`"),
                reason: "this switch only records commands and has no counters and registers".to_owned(),
                source_info: None,
            });
        }
        plane.commit(prepared.change);
        self.recording.push(command.clone());
        Ok(prepared.reply)
    }

    fn inject(&mut self, _packets: &[Packet], _tracing: Tracing) -> Result<Batch, SwitchError> {
        Err(SwitchError::Unsupported {
            construct: "a packet".to_owned(),
            reason: "this switch only records commands".to_owned(),
            source_info: None,
        })
    }
}
