//! simple_switch's runtime API on the wire.
//!
//! simple_switch is controlled over Thrift: buffered binary messages over TCP, several services on one connection, each
//! call named `service:method`. `thrift/*.thrift` beside this crate says what the services are; nothing is generated
//! from them, since the binary protocol names each field's type itself: a [`Value`] reads and writes them all. A test
//! holds the methods served and called here against those files.
//!
//! Both ends are here, so that who drives a real simple_switch and who serves one's clients mean the same by a call:
//! [`calls`], [`reply`] and [`refused`] turn a [`Command`](hyper4_ir::Command) into calls and what comes back into a
//! [`Reply`](hyper4_ir::Reply) or [`ControlError`](hyper4_switch::ControlError); [`request`], [`answer`] and [`refusal`]
//! are the same the other way.

mod actions;
mod client;
mod code;
mod entries;
mod fields;
mod incoming;
mod multicast;
mod outgoing;
mod server;
mod value;

pub use client::{CallError, Client};
pub use code::{Family, Refusal, refusal};
pub use incoming::{LearningRequest, Method, ProcessRequest, Request, answer, request};
pub use multicast::multicast_dump;
pub use outgoing::{Call, calls, refused, reply};
pub use server::{Connection, IncomingCall, Outcome};
pub use value::{Fields, Value};
