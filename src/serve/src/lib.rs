//! Servers in front of a switch: simple_switch's Thrift services, as its own clients use them, and its notifications.
//!
//! [`ThriftServer`] takes connections and answers their calls over a [`Host`]: a switch with what its process has
//! around it. Every method of the services `standard`, `simple_pre`, `simple_pre_lag` and `simple_switch` is answered; where
//! the host can't do what is asked, by the method's own exception where it has one, else by an exception with the reason.
//!
//! [`Publisher`] sends [`Notification`]s to whoever listens: what was learnt, as [`LearningList`] makes lots of it, entries
//! that have aged, and ports that went up or down; [`EventLog`] tells what happens to each packet. A [`Pair`] carries
//! messages between the switch and one peer.

mod event_log;
mod host;
mod learning;
mod nanomsg;
mod notification;
mod pair;
mod publisher;
mod state_dump;
mod thrift_server;

#[cfg(test)]
mod tests;

pub use event_log::EventLog;
pub use host::{ConfigError, DeviceInfo, Host, PortInfo};
pub use learning::{LearningList, Lot};
pub use nanomsg::BindError;
pub use notification::Notification;
pub use pair::Pair;
pub use publisher::Publisher;
pub use state_dump::{DumpError, deserialize, serialize};
pub use thrift_server::{ThriftServer, table_number};
