//! How a DPMU is served.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

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
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct TlsConfig {
    /// The server's certificate, with those that lead to its authority.
    pub certificate: PathBuf,
    /// Its key.
    pub key: PathBuf,
    /// Who signs the certificates of controllers; without it they need none.
    pub client_authority: Option<PathBuf>,
}

/// How the operator reaches what is served.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OperatorConfig {
    /// Where the operator's service is answered.
    pub address: SocketAddr,
    /// The token that the operator must show, relative to the configuration.
    pub token_file: Option<PathBuf>,
    /// How connections are encrypted; without it they aren't. Whose certificate `client_authority` signed is the operator.
    pub tls: Option<TlsConfig>,
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
    let mut addresses: BTreeSet<SocketAddr> = BTreeSet::new();
    // Any free port is free for each.
    let mut free = |address: SocketAddr| address.port() == 0 || addresses.insert(address);
    let operator = config.operator.as_ref();
    for address in config.server.metrics.into_iter().chain(operator.map(|operator| operator.address)) {
        if !free(address) {
            return Err(ConfigError::Twice { what: format!("`{address}`"), slice: "operator".to_owned() });
        }
    }
    let known = |operator: &OperatorConfig| {
        operator.token_file.is_some()
            || operator.tls.as_ref().is_some_and(|tls| tls.client_authority.is_some())
    };
    if !operator.is_none_or(known) {
        return Err(ConfigError::OpenOperator);
    }
    let mut names = BTreeSet::new();
    for slice in &config.slices {
        let twice = |what: String| Err(ConfigError::Twice { what, slice: slice.name.clone() });
        if !names.insert(&slice.name) {
            return twice(format!("the name `{}`", slice.name));
        }
        named(&slice.name)?;
        if slice.token.is_some() && slice.token_file.is_some() {
            return Err(ConfigError::TwoTokens(slice.name.clone()));
        }
        if let Some(port) = slice.cpu_port.filter(|port| !slice.lease.ports.contains(port)) {
            return Err(ConfigError::CpuPort { slice: slice.name.clone(), port });
        }
        let mut devices = BTreeSet::new();
        for device in &slice.composition.devices {
            named(&device.name)?;
            if !devices.insert(&device.name) {
                return twice(format!("the device `{}`", device.name));
            }
        }
        let mut ids = BTreeSet::new();
        let thrift = slice.composition.devices.iter().filter_map(|device| device.thrift);
        for address in slice.p4runtime.into_iter().chain(thrift) {
            if !free(address) {
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

/// Whether something can be called so: names stand in logs, addresses of ports and tables of a terminal.
fn named(name: &str) -> Result<(), ConfigError> {
    let fits = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    match (1..=64).contains(&name.chars().count()) && name.chars().all(fits) {
        true => Ok(()),
        false => Err(ConfigError::Name(name.to_owned())),
    }
}
