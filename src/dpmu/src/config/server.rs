//! How a DPMU is served.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::Deserialize;

use super::{ConfigError, DpmuConfig};

/// Where packets come from and go to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Packets {
    /// Network interfaces.
    #[default]
    Interfaces,
    /// Captures: of `X` they are `X_in.pcap` and `X_out.pcap`.
    Files,
}

/// Certificates and keys, PEM files relative to the configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The server's certificate, with those that lead to its authority.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Who signs the certificates of controllers; without it they need none.
    pub client_authority: Option<PathBuf>,
}

/// What belongs to the device and to the process.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ServerConfig {
    /// The persona, `.toml` or `.p4`, relative to the configuration.
    pub persona: Option<PathBuf>,
    /// Where what tenants did is kept, relative to the configuration; without it all is gone with the process.
    pub store: Option<PathBuf>,
    /// Where it is noted who did what, a JSON document a line, relative to the configuration.
    pub audit: Option<PathBuf>,
    /// Where metrics and health are answered, by HTTP.
    pub metrics: Option<SocketAddr>,
    /// What stands at the ports.
    #[serde(default)]
    pub packets: Packets,
    /// What stands at each port: an interface, or the name of captures.
    #[serde(default)]
    ports: BTreeMap<String, String>,
}

impl ServerConfig {
    /// What stands at each port, in order.
    ///
    /// # Errors
    /// [`ConfigError::Port`]
    pub fn ports(&self) -> Result<Vec<(u16, String)>, ConfigError> {
        let port = |(port, name): (&String, &String)| {
            let number = super::port(port).ok_or_else(|| ConfigError::Port(port.clone()))?;
            Ok((number, name.clone()))
        };
        let mut ports = self.ports.iter().map(port).collect::<Result<Vec<_>, _>>()?;
        ports.sort_unstable();
        Ok(ports)
    }
}

/// Whether what only one may have is given once, and the rest makes sense.
pub(super) fn check(config: &DpmuConfig) -> Result<(), ConfigError> {
    config.server.ports()?;
    let mut addresses: BTreeSet<SocketAddr> = config.server.metrics.into_iter().collect();
    let mut names = BTreeSet::new();
    for slice in &config.slices {
        let twice = |what: String| Err(ConfigError::Twice { what, slice: slice.name.clone() });
        if !names.insert(&slice.name) {
            return twice(format!("the name `{}`", slice.name));
        }
        let mut ids = BTreeSet::new();
        let thrift = slice.composition.devices.iter().filter_map(|device| device.thrift);
        for address in slice.p4runtime.into_iter().chain(thrift) {
            // Any free port.
            if address.port() != 0 && !addresses.insert(address) {
                return twice(format!("`{address}`"));
            }
        }
        for id in slice.composition.devices.iter().filter_map(|device| device.device_id) {
            if !ids.insert(id) {
                return twice(format!("`device_id` {id}"));
            }
        }
    }
    Ok(())
}
