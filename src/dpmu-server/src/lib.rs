//! The DPMU as a service.
//!
//! A [`Service`] has one device with its slices behind one lock: the DPMU's core is synchronous, and one request, one
//! packet or one change has it at a time. In front of each slice stand a P4Runtime server and, for each virtual device
//! that wants it, simple_switch's Thrift services; behind it are ports, where packets come from and go to. Where those
//! lead, and how programs are compiled, is for whoever starts it ([`Ports`], [`Programs`]).

mod audit;
mod bounds;
mod connections;
mod doorkeeper;
mod forward;
mod front;
mod http;
mod manager;
mod operator;
mod rate;
mod refusal;
mod served;
mod service;
mod shared;
mod store;
mod thrift;
mod virtual_target;
mod watch;

pub use forward::{Incoming, Ports};
pub use service::{Place, Service, StartError, Started};
pub use store::StoreError;
pub use virtual_target::Programs;
