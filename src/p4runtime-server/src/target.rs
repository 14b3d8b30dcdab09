//! What a server stands in front of.

use std::sync::Arc;

use hyper4_ir::{Command, Program, Reply};

use crate::Failure;

/// A device that runs one program and that a server speaks for.
pub trait Target: Send + Sync + 'static {
    /// Have the device for oneself: until the session is dropped no packet passes, and nobody else changes anything.
    fn session(&self) -> Box<dyn Session + '_>;

    /// The program that a controller sent as the device's configuration.
    ///
    /// # Errors
    /// [`Failure`] when it is none.
    fn program(&self, config: &[u8]) -> Result<Program, Failure>;

    /// Whether the device can run a program; nothing changes, and packets pass meanwhile.
    ///
    /// # Errors
    /// [`Failure`] says why not.
    fn verify(&self, program: &Arc<Program>) -> Result<(), Failure>;

    /// The port by which packets come from and go to the controller, if there is one.
    fn cpu_port(&self) -> Option<u16>;

    /// Let a packet come in by the controller's port. It may pass later.
    ///
    /// # Errors
    /// [`Failure`] when too many wait.
    fn packet_out(&self, bytes: Vec<u8>) -> Result<(), Failure>;
}

/// A device for as long as nobody else has it.
pub trait Session {
    /// Run a program, with these commands carried out before the first packet. What ran before is gone with all its
    /// state.
    ///
    /// # Errors
    /// [`Failure`]; what ran before goes on then as it was.
    fn load(&mut self, program: Arc<Program>, commands: &[Command]) -> Result<Vec<Reply>, Failure>;

    /// Carry out a command, whole or not at all.
    ///
    /// # Errors
    /// [`Failure`]; nothing has changed then.
    fn control(&mut self, command: &Command) -> Result<Reply, Failure>;
}
