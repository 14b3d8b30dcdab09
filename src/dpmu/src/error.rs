//! Why the DPMU refused.

use hyper4_persona::Refusal;
use hyper4_switch::{ControlError, SwitchError};

use crate::{GateError, WiringError};

/// Why the DPMU refused. Device and state are as they were before.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum DpmuError {
    /// Nothing of that kind has that name.
    #[error("there is no {kind} `{name}`")]
    Unknown {
        /// `device`, `slice`, `virtual device`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The name is taken.
    #[error("there is a {kind} `{name}` already")]
    Exists {
        /// `device`, `slice`, `virtual device`.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// Another slice has the port.
    #[error("port {port} is leased to slice `{slice}` already")]
    PortTaken {
        /// The port.
        port: u16,
        /// Who has it.
        slice: String,
    },
    /// The persona can't emulate the program or the entry.
    #[error(transparent)]
    Refused(#[from] Refusal),
    /// The lease or the persona has not enough of something.
    #[error("out of {resource}: {needed} needed, {left} left")]
    Exhausted {
        /// Which resource.
        resource: &'static str,
        /// How much is needed.
        needed: u64,
        /// How much is left.
        left: u64,
    },
    /// The virtual devices can't be wired so.
    #[error(transparent)]
    Wiring(#[from] WiringError),
    /// The tenant's command is wrong.
    #[error(transparent)]
    Control(#[from] ControlError),
    /// A row that the tenant may not own; a defect of the translation.
    #[error(transparent)]
    Gate(#[from] GateError),
    /// The virtual device is part of the wiring.
    #[error("virtual device `{0}` is wired: replace it, or wire the slice without it first")]
    Wired(String),
    /// A change failed, and the device refused to have it taken back: rows may be missing in it or be too many until it is
    /// reconciled, before the next change at the latest.
    #[error(
        "device: {failure}; taking the change back failed too, and is done when the device is reconciled: {undoing}"
    )]
    Inconsistent {
        /// Why the change failed.
        failure: Box<SwitchError>,
        /// The first failure of taking it back.
        undoing: Box<SwitchError>,
    },
    /// The device below failed.
    #[error("device: {0}")]
    Device(SwitchError),
}
