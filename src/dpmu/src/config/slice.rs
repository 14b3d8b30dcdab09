//! A slice in the configuration language, to and fro.

use std::collections::BTreeMap;
use std::fmt;
use std::net::SocketAddr;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::PathBuf;

use hyper4_switch::Links;
use serde::{Deserialize, Serialize};

use super::{
    BytesConfig, CompositionConfig, ConfigError, DeviceConfig, LinkConfig, TlsConfig, composition, end_text,
};
use crate::wiring::LAST_PORT;
use crate::{Lease, Wiring};

/// What controllers have to show. It is never shown by accident.
#[derive(Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(transparent)]
pub struct Token(String);

impl Token {
    /// The token.
    pub fn secret(&self) -> &str {
        &self.0
    }
}

impl From<String> for Token {
    fn from(token: String) -> Self {
        Self(token)
    }
}

impl fmt::Debug for Token {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Token(…)")
    }
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(super) struct SliceText {
    name: String,
    ports: Vec<u16>,
    rows: Option<u64>,
    groups: Option<u64>,
    copies: Option<u64>,
    cells: Option<u64>,
    cpu_port: Option<u16>,
    p4runtime: Option<SocketAddr>,
    token_file: Option<PathBuf>,
    token: Option<Token>,
    requests_per_second: Option<NonZeroU32>,
    requests_at_once: Option<NonZeroUsize>,
    connections: Option<NonZeroUsize>,
    tls: Option<TlsConfig>,
    #[serde(default)]
    enter: BTreeMap<String, String>,
    #[serde(default)]
    device: Vec<DeviceConfig>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    link: Vec<LinkConfig>,
}

/// A slice in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceConfig {
    /// Its name.
    pub name: String,
    /// What is leased to it.
    pub lease: Lease,
    /// What runs in it; where packets enter stands below `[slice.enter]`.
    pub composition: CompositionConfig,
    /// The port by which packets go to its controllers and come from them.
    pub cpu_port: Option<u16>,
    /// Where P4Runtime is spoken with its controllers.
    pub p4runtime: Option<SocketAddr>,
    /// The token that its controllers must show, relative to the configuration; without it anyone may connect.
    pub token_file: Option<PathBuf>,
    /// The token itself, where it stands here.
    pub token: Option<Token>,
    /// How connections are encrypted; without it they aren't.
    pub tls: Option<TlsConfig>,
    /// How many requests its controllers may make in a second, all together; without it as many as they like.
    pub requests_per_second: Option<NonZeroU32>,
    /// How many requests of its controllers may wait for an answer at a time; 64 unless told.
    pub requests_at_once: NonZeroUsize,
    /// How many connections its controllers may have, and each virtual device's Thrift clients from when
    /// their server begins on; 64 unless told.
    pub connections: NonZeroUsize,
}

/// What a slice may have at once, connections and requests, where nothing is said.
const AT_ONCE: NonZeroUsize = NonZeroUsize::MIN.saturating_add(63);

impl SliceText {
    pub(super) fn read(self) -> Result<SliceConfig, ConfigError> {
        if let Some(port) = self.ports.iter().find(|p| **p > LAST_PORT) {
            return Err(ConfigError::Port(port.to_string()));
        }
        let composition = composition(self.device, &self.enter, &self.link)?;
        let all = Lease::everything();
        let lease = Lease {
            ports: self.ports.into_iter().collect(),
            rows: self.rows.unwrap_or(all.rows),
            groups: self.groups.unwrap_or(all.groups),
            copies: self.copies.unwrap_or(all.copies),
            cells: self.cells.unwrap_or(all.cells),
        };
        Ok(SliceConfig {
            name: self.name,
            lease,
            composition,
            cpu_port: self.cpu_port,
            p4runtime: self.p4runtime,
            token_file: self.token_file,
            token: self.token,
            tls: self.tls,
            requests_per_second: self.requests_per_second,
            requests_at_once: self.requests_at_once.unwrap_or(AT_ONCE),
            connections: self.connections.unwrap_or(AT_ONCE),
        })
    }
}

impl SliceConfig {
    /// Read a slice: what stands below `[[slice]]`, at the top of a document of its own.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let text: SliceText = toml::from_str(text).map_err(|e| ConfigError::Toml(e.to_string()))?;
        text.read()
    }

    /// What [`SliceConfig::from_toml`] reads.
    ///
    /// # Errors
    /// [`ConfigError::Toml`] for a path that is no text.
    pub fn to_toml(&self) -> Result<String, ConfigError> {
        let granted = |number: u64| Some(number).filter(|number| *number != u64::MAX);
        let (enter, link) = match &self.composition.wiring {
            Wiring::Direct(_) => (BTreeMap::new(), Vec::new()),
            Wiring::Links(links) => written(links),
        };
        let text = SliceText {
            name: self.name.clone(),
            ports: self.lease.ports.iter().copied().collect(),
            rows: granted(self.lease.rows),
            groups: granted(self.lease.groups),
            copies: granted(self.lease.copies),
            cells: granted(self.lease.cells),
            cpu_port: self.cpu_port,
            p4runtime: self.p4runtime,
            token_file: self.token_file.clone(),
            token: self.token.clone(),
            requests_per_second: self.requests_per_second,
            requests_at_once: Some(self.requests_at_once).filter(|most| *most != AT_ONCE),
            connections: Some(self.connections).filter(|most| *most != AT_ONCE),
            tls: self.tls.clone(),
            enter,
            device: self.composition.devices.clone(),
            link,
        };
        toml::to_string(&text).map_err(|error| ConfigError::Toml(error.to_string()))
    }
}

/// Links as they stand in a configuration, one for each.
fn written(links: &Links) -> (BTreeMap<String, String>, Vec<LinkConfig>) {
    let enter = links.ingress.iter().map(|(port, end)| (port.to_string(), end_text(end))).collect();
    let from = |(device, port): &(String, u16)| format!("{device}:{port}");
    let mut written = Vec::new();
    for (port, chosen) in &links.conditional {
        for link in chosen {
            let bytes = link.when.0.iter().map(|part| BytesConfig {
                byte: part.at,
                value: hex::encode(&part.value),
                mask: Some(hex::encode(&part.mask)),
            });
            written.push(LinkConfig { from: from(port), to: end_text(&link.to), when: bytes.collect() });
        }
    }
    written.extend(links.egress.iter().map(|(port, end)| LinkConfig {
        from: from(port),
        to: end_text(end),
        when: Vec::new(),
    }));
    (enter, written)
}
