//! Where what was done is kept.

use hyper4_ir::Command;
use hyper4_p4runtime::v1::{ForwardingPipelineConfig, Update};

use crate::Failure;

/// Keeps what is done to a device, before its controller is told that it was.
pub trait Journal: Send + Sync {
    /// Begin to do something: until the turn is over nobody else does anything that is kept of this device.
    ///
    /// # Errors
    /// [`Failure`] when nothing can be kept any more.
    fn turn(&self) -> Result<Box<dyn Turn + '_>, Failure>;
}

/// What was done in a turn.
pub trait Turn {
    /// A pipeline runs, and these commands were carried out first, or these updates written with it. Whatever was done
    /// before is over.
    ///
    /// # Errors
    /// [`Failure`] when it can't be kept. It is done all the same: nothing must follow.
    fn pipeline(
        &mut self,
        config: &ForwardingPipelineConfig,
        first: &[Command],
        updates: Vec<Update>,
    ) -> Result<(), Failure>;

    /// Updates were carried out, in that order.
    ///
    /// # Errors
    /// As of [`Turn::pipeline`].
    fn updates(&mut self, updates: Vec<Update>) -> Result<(), Failure>;
}
