//! The DPMU as a service.
//!
//! A [`Service`] has one device with its slices behind one lock: the DPMU's core is synchronous, and one request, one
//! packet or one change has it at a time. In front of each slice stand a P4Runtime server and, for each virtual device
//! that wants it, simple_switch's Thrift services; behind it are ports, where packets come from and go to. Where those
//! lead, and how programs are compiled, is for whoever starts it ([`Ports`], [`Compile`]).

mod audit;
mod doorkeeper;
mod forward;
mod http;
mod rate;
mod refusal;
mod service;
mod shared;
mod store;
mod thrift;
mod virtual_target;

pub use forward::{Incoming, Ports};
pub use service::{Service, StartError, Started};
pub use store::StoreError;
pub use virtual_target::Compile;
