//! What is served.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_ir::{Command, Program, Reply};
use hyper4_proto::LearningRequest;
use hyper4_switch::SwitchError;

/// What a client may know of a switch's process (`bm_mgmt_get_info`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DeviceInfo {
    /// Its number.
    pub device_id: u64,
    /// The TCP port of its Thrift server.
    pub thrift_port: u16,
    /// Where it tells of digests and timeouts.
    pub notifications: Option<String>,
    /// Where it tells what happens to packets.
    pub event_log: Option<String>,
}

/// A port.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PortInfo {
    /// Its number.
    pub port: u32,
    /// The interface it stands for.
    pub interface: String,
    /// Whether packets can pass.
    pub up: bool,
    /// More about it.
    pub extra: BTreeMap<String, String>,
}

/// Why another program can't be loaded (`SwapOperationErrorCode`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigError {
    /// The switch was started without `--enable-swap`.
    Disabled,
    /// Another one waits already, or is no program.
    Ongoing,
    /// None waits.
    NotOngoing,
}

impl ConfigError {
    /// Its code on the wire.
    pub fn code(self) -> i32 {
        match self {
            Self::Disabled => 1,
            Self::Ongoing => 2,
            Self::NotOngoing => 3,
        }
    }
}

/// A switch with what its process has around it.
pub trait Host: Send {
    /// The program that runs.
    fn program(&self) -> Option<Arc<Program>>;

    /// As [`hyper4_switch::Switch::control`].
    ///
    /// # Errors
    /// As there.
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError>;

    /// What may be known of the process.
    fn info(&self) -> DeviceInfo;

    /// The program's bmv2 JSON as it was loaded; empty when none is.
    fn config(&self) -> String;

    /// Let another program wait.
    ///
    /// # Errors
    /// [`ConfigError`].
    fn load_config(&mut self, json: &str) -> Result<(), ConfigError>;

    /// Run the program that waits.
    ///
    /// # Errors
    /// [`ConfigError`].
    fn swap_configs(&mut self) -> Result<(), ConfigError>;

    /// What the control plane has set, as [`crate::serialize`] writes it.
    ///
    /// # Errors
    /// Why it can't be written.
    fn state(&self) -> Result<Vec<u8>, String>;

    /// The ports.
    fn ports(&self) -> Vec<PortInfo>;

    /// Add a port.
    ///
    /// # Errors
    /// Why not.
    fn add_port(&mut self, interface: &str, port: u32) -> Result<(), String>;

    /// Remove a port.
    ///
    /// # Errors
    /// Why not.
    fn remove_port(&mut self, port: u32) -> Result<(), String>;

    /// What a client says about the learning list of that number; false when there is none.
    fn learning(&mut self, list: i32, what: &LearningRequest) -> bool;

    /// Microseconds since it started.
    fn elapsed(&self) -> u64;
}
