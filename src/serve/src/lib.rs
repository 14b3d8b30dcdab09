//! Servers in front of a switch: simple_switch's Thrift services, as its own clients use them.
//!
//! [`ThriftServer`] takes connections and answers their calls over a [`Host`]: a switch with what its process has
//! around it. Every method of the services `standard`, `simple_pre`, `simple_pre_lag` and `simple_switch` is answered; where
//! the host can't do what is asked, by the method's own exception where it has one, else by an exception with the reason.

mod host;
mod thrift_server;

pub use host::{ConfigError, DeviceInfo, Host, PortInfo};
pub use thrift_server::ThriftServer;
