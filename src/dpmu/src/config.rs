//! The configuration language: compositions and slices, as TOML.
//!
//! ```toml
//! [[device]]
//! name = "firewall"
//! program = "firewall.p4"          # relative to this file
//! commands = "firewall.txt"        # may be left out
//!
//! [ports]                          # where packets of a physical port enter
//! 1 = "firewall:1"
//!
//! [[link]]                         # where packets go that leave by a port
//! from = "firewall:2"
//! to = "physical:2"
//! ```
//!
//! A configuration of several slices has this once for each slice, below `[[slice]]`, with a `name` and the leased
//! `ports`; a slice of one device needs neither ports nor links: the device then has the leased ports themselves.

use std::collections::BTreeMap;
use std::path::PathBuf;

use hyper4_switch::{Endpoint, Links};
use serde::Deserialize;

use crate::Wiring;

/// Why a configuration was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML, or not of the expected shape.
    #[error("{0}")]
    Toml(String),
    /// Not `device:port` or `physical:port`.
    #[error("`{0}` is not an end of a link: expected `device:port` or `physical:port`, ports from 0 to 510")]
    Endpoint(String),
    /// Not a port.
    #[error("`{0}` is not a port: expected a number from 0 to 510")]
    Port(String),
    /// The same end twice.
    #[error("`{0}` has two links")]
    TwoLinks(String),
    /// Several devices, but nothing says how they are joined.
    #[error("{0} devices need `[ports]` and `[[link]]`s")]
    NotWired(usize),
    /// No device at all.
    #[error("there is no `[[device]]`")]
    NoDevice,
}

/// A virtual device in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceConfig {
    /// Its name.
    pub name: String,
    /// Its program, `.p4` or bmv2 `.json`, relative to the configuration.
    pub program: PathBuf,
    /// Commands that are carried out at the start, in simple_switch_CLI's language, relative to the configuration.
    pub commands: Option<PathBuf>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct LinkConfig {
    from: String,
    to: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct CompositionText {
    #[serde(default)]
    device: Vec<DeviceConfig>,
    #[serde(default)]
    ports: BTreeMap<String, String>,
    #[serde(default)]
    link: Vec<LinkConfig>,
}

/// Virtual devices and how they are joined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CompositionConfig {
    /// The virtual devices.
    pub devices: Vec<DeviceConfig>,
    /// How they are joined.
    pub wiring: Wiring,
}

impl CompositionConfig {
    /// Read a composition.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let text: CompositionText = toml::from_str(text).map_err(|e| ConfigError::Toml(e.to_string()))?;
        composition(text.device, &text.ports, &text.link)
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SliceText {
    name: String,
    ports: Vec<u16>,
    #[serde(default)]
    device: Vec<DeviceConfig>,
    #[serde(default)]
    enter: BTreeMap<String, String>,
    #[serde(default)]
    link: Vec<LinkConfig>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct DpmuText {
    #[serde(default)]
    slice: Vec<SliceText>,
}

/// A slice in a configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SliceConfig {
    /// Its name.
    pub name: String,
    /// The physical ports that are leased to it.
    pub ports: Vec<u16>,
    /// What runs in it; where packets enter stands below `[slice.enter]`.
    pub composition: CompositionConfig,
}

/// A configuration of slices beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DpmuConfig {
    /// The slices.
    pub slices: Vec<SliceConfig>,
}

impl DpmuConfig {
    /// Read a configuration.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let text: DpmuText = toml::from_str(text).map_err(|e| ConfigError::Toml(e.to_string()))?;
        let slices = text.slice.into_iter().map(|s| {
            if let Some(port) = s.ports.iter().find(|p| **p > LAST_PORT) {
                return Err(ConfigError::Port(port.to_string()));
            }
            let composition = composition(s.device, &s.enter, &s.link)?;
            Ok(SliceConfig { name: s.name, ports: s.ports, composition })
        });
        Ok(Self { slices: slices.collect::<Result<_, _>>()? })
    }
}

/// 511 means a drop.
const LAST_PORT: u16 = 510;

fn composition(
    devices: Vec<DeviceConfig>,
    ports: &BTreeMap<String, String>,
    links: &[LinkConfig],
) -> Result<CompositionConfig, ConfigError> {
    let wiring = match devices.as_slice() {
        [] => return Err(ConfigError::NoDevice),
        [only] if ports.is_empty() && links.is_empty() => Wiring::Direct(only.name.clone()),
        _ if ports.is_empty() => return Err(ConfigError::NotWired(devices.len())),
        _ => Wiring::Links(wires(ports, links)?),
    };
    Ok(CompositionConfig { devices, wiring })
}

fn wires(ports: &BTreeMap<String, String>, links: &[LinkConfig]) -> Result<Links, ConfigError> {
    let mut wires = Links::default();
    for (physical, end) in ports {
        wires
            .ingress
            .insert(port(physical).ok_or_else(|| ConfigError::Port(physical.clone()))?, endpoint(end)?);
    }
    for link in links {
        let Endpoint::Device { device, port } = endpoint(&link.from)? else {
            return Err(ConfigError::Endpoint(link.from.clone()));
        };
        if wires.egress.insert((device, port), endpoint(&link.to)?).is_some() {
            return Err(ConfigError::TwoLinks(link.from.clone()));
        }
    }
    Ok(wires)
}

fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|p| *p <= LAST_PORT)
}

fn endpoint(text: &str) -> Result<Endpoint, ConfigError> {
    let wrong = || ConfigError::Endpoint(text.to_owned());
    let (name, number) = text.rsplit_once(':').ok_or_else(wrong)?;
    let port = port(number).ok_or_else(wrong)?;
    Ok(match name {
        "" => return Err(wrong()),
        "physical" => Endpoint::Physical(port),
        device => Endpoint::Device { device: device.to_owned(), port },
    })
}
