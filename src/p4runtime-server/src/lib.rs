//! A P4Runtime server in front of devices that each run one program.
//!
//! A [`Device`] stands for one device of the specification: its pipeline, its controllers and what they said. What
//! really carries commands out is a [`Target`], of which the server needs no more than that it takes the runtime API's
//! commands ([`hyper4_ir::Command`]) while nobody else has it: so one request is one change for the packets that
//! pass, and `DATAPLANE_ATOMIC` is kept. [`P4RuntimeService`] is the service itself; how it is listened for, and who
//! may connect, is for whoever runs it.
//!
//! What a controller said and the device doesn't keep (numbers of members and groups, remarks on entries) lies here.
//! Entries themselves are always read from the device, so that changes by its other interfaces are seen.

mod arbitration;
mod device;
mod digests;
mod entry;
mod failure;
mod journal;
mod packet;
mod pipeline;
mod read;
mod records;
mod rehearsal;
mod service;
mod target;
mod value;
mod write;

#[cfg(test)]
mod tests;

pub use device::Device;
pub use failure::Failure;
pub use journal::{Journal, Turn};
pub use service::{Noted, Observer, P4RuntimeService};
pub use target::{Session, Target};
