//! Writing to a program that isn't there yet: what a device is told before it changes over.

use std::sync::Arc;

use hyper4_ir::{Command, Program, Reply};
use hyper4_switch::ControlPlane;

use crate::{Failure, Session};

/// A session that answers as a device does that was just loaded, and keeps the commands.
pub(crate) struct Rehearsal {
    plane: ControlPlane,
    pub(crate) commands: Vec<Command>,
}

impl Rehearsal {
    pub(crate) fn new(program: Arc<Program>) -> Self {
        Self { plane: ControlPlane::new(program), commands: Vec::new() }
    }
}

impl Session for Rehearsal {
    fn load(&mut self, program: Arc<Program>, commands: &[Command]) -> Result<Vec<Reply>, Failure> {
        *self = Self::new(program);
        commands.iter().map(|command| self.control(command)).collect()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, Failure> {
        let prepared = self.plane.prepare(command)?;
        self.plane.commit(prepared.change);
        self.commands.push(command.clone());
        Ok(prepared.reply)
    }
}
