//! Real tools behind the project's interfaces: a [`SimpleSwitch`] is bmv2's simple_switch behind
//! [`hyper4_switch::Switch`], [`P4c`] its compiler.
//!
//! They are the oracles: what they do is right by definition. Use the engine where speed matters or where nothing may be
//! installed; here each packet costs some hundred microseconds, most of them in the log that
//! has to be written and read.
//!
//! A `SimpleSwitch` starts a process for each program it loads, gives and takes packets over its `--packet-in` socket,
//! speaks to it over Thrift on a loopback port, and reads its log, which alone says when a packet has run its course.
//! The process ends, and its files are removed, when the `SimpleSwitch` is dropped or loads another program.

mod installed;
mod p4c;
mod simple_switch;

pub use installed::{ToolError, find_p4c, find_simple_switch, logs, version};
pub use p4c::{Compiled, P4c, P4cError};
pub use simple_switch::{Cores, Replayed, SimpleSwitch, SimpleSwitchOptions};
