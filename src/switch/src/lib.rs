//! What every switch under test can do, whatever runs it: the embedded engine, a real simple_switch, a guest on the
//! persona, or several switches joined by links.
//!
//! A check knows switches by [`Switch`] alone. What an implementation can't do it refuses with [`SwitchError`]; it
//! never does something else instead.

mod condition;
mod control;
mod error;
mod index;
mod linked;
mod recorder;

pub use condition::{BytesMatch, PacketCondition};
pub use control::{
    Change, ControlPlane, DataAccess, DefaultAction, EntryKind, EntryStore, Handles, KeyMask, Multicast,
    MulticastNode, Prepared, ProfileChange, ProfileState, Replica, TableState, normal_key, prefix_mask,
};
pub use error::{ControlError, MulticastError, ObjectKind, SwitchError};
pub use index::{HashIndex, hash, words};
pub use linked::{ConditionalLink, Endpoint, LinkError, LinkedSwitches, Links};
pub use recorder::{Recorder, Recording};

use std::sync::Arc;

use hyper4_ir::{Batch, Command, Packet, Program, Reply};

/// Whether a [`Batch`] is to carry traces.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tracing {
    /// No traces: the fastest.
    Off,
    /// A trace for each packet.
    On,
    /// What bmv2's event logger tells besides ([`hyper4_ir::Event::Signature`], [`hyper4_ir::Event::Missing`],
    /// [`hyper4_ir::Event::Emit`]); a switch that can't says as much as by [`Tracing::On`].
    Full,
}

/// What [`Switch::revive`] found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Revival {
    /// It is the switch that it was.
    Same,
    /// It runs again, and has forgotten all that it was told since [`Switch::load`].
    Anew,
}

/// A switch that runs one program at a time.
pub trait Switch {
    /// Start afresh with `program`: its constant entries are there, its tables are otherwise empty, its state is zero.
    ///
    /// # Errors
    /// [`SwitchError::Unsupported`] when this switch can't run it; it then runs what it ran before.
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError>;

    /// The program that runs.
    fn program(&self) -> Option<&Arc<Program>>;

    /// Carry out one command of the control plane, whole or not at all.
    ///
    /// # Errors
    /// [`SwitchError::Control`] when the command is wrong; nothing has changed then.
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError>;

    /// Let packets arrive, one after the other; every packet has run its course before the next arrives.
    ///
    /// # Errors
    /// [`SwitchError::Port`] for a port that can't be an ingress port, before anything is sent;
    /// [`SwitchError::Failed`] when the switch gave up.
    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError>;

    /// See whether the switch still runs; where it doesn't, let it run its program again. One inside this process does.
    ///
    /// # Errors
    /// [`SwitchError::Failed`] when it can't be brought back now; [`SwitchError::NotLoaded`].
    fn revive(&mut self) -> Result<Revival, SwitchError> {
        match self.program() {
            Some(_) => Ok(Revival::Same),
            None => Err(SwitchError::NotLoaded),
        }
    }

    /// End what runs outside of this process: the switch runs nothing then, until the next [`Switch::load`].
    fn end(&mut self) {}
}
