//! The persona: a P4_16 program that emulates others, steered by table rows.
//!
//! [`PersonaConfig`] says how large a persona is, [`Layout`] where everything lies in it (the one ABI), [`generate`]
//! writes it as P4_16 text, [`compile`] turns a guest program into the [`Row`]s that make the persona emulate it, and
//! [`Row::command`] and [`OperatorRow::command`] say a row in the control plane's terms. Each row carries its
//! [`Origin`], so that what the persona does can be told in the guest's own terms.
//!
//! What can't be emulated is refused with a [`Refusal`] that names construct and place; nothing is emulated
//! approximately.

mod compile;
mod config;
mod encode;
mod generate;
mod layout;
mod operator;
mod row;

pub use compile::{
    EgressSplit, Guest, Inside, Landing, MissAction, OpenEntry, ProfileNumber, Refusal, SizeChange, compile,
};
pub use config::{ConfigError, PersonaConfig};
pub use encode::Place;
pub use generate::generate;
pub use layout::{BitRange, Layout, TableRole};
pub use operator::{Cells, DeviceStart, Entrance, OperatorRow, PortMatch, ReplicaEgress, Touched, Verdict};
pub use row::{
    Effect, EgressStart, HASHES, Lookup, Next, Operand, Operation, Origin, Row, RowMatch, StateAccess,
};
