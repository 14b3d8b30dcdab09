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
//!
//! [[link]]                         # only packets that are so take it: ARP
//! from = "firewall:3"
//! to = "arp:1"
//! when = [{ byte = 12, value = "0806" }]
//! ```
//!
//! Of the links of a port that have conditions, a packet takes the first whose condition holds, else the one that has
//! none, else it is lost. A condition is a list of bytes of the packet as it leaves, in hexadecimal, each under a `mask`
//! (all ones when there is none); all must be so. `from = "firewall:*"` stands for every port of the device that has no
//! link of its own, `"firewall:4-7"` for some; `to = "next:*"` then keeps the number. A program that doesn't choose a
//! port sends by port 0: `from = "firewall:0"` is the link of packets that it didn't decide about.
//!
//! A configuration of several slices has this once for each slice, below `[[slice]]`, with a `name` and the leased
//! `ports`; a slice of one device needs neither ports nor links: the device then has the leased ports themselves. What
//! else is leased, and promised, is `rows`, multicast `groups` and `copies` that they make; without such a number the
//! slice shares what is not promised to others.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::ops::RangeInclusive;
use std::path::{Path, PathBuf};

use hyper4_switch::{BytesMatch, ConditionalLink, Endpoint, Links, PacketCondition};
use serde::{Deserialize, Serialize};

mod server;
mod slice;

pub use server::{OperatorConfig, Packets, ServerConfig, TlsConfig};
pub use slice::{SliceConfig, Token};

use crate::Wiring;
use crate::wiring::LAST_PORT;
use slice::SliceText;

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
    /// Not a condition.
    #[error(
        "the condition of the link from `{0}` is not one: `value` and `mask` are as many hexadecimal digits, an even \
         number of them, and `byte` with what follows is below 9216"
    )]
    Condition(String),
    /// Several devices, but nothing says how they are joined.
    #[error("{0} devices need `[ports]` and `[[link]]`s")]
    NotWired(usize),
    /// A virtual device without a program, where nobody can load one.
    #[error("device `{0}` has no `program`")]
    NoProgram(String),
    /// Something that only one may have.
    #[error("{what} is given to slice `{slice}` and to another one, or twice")]
    Twice {
        /// What.
        what: String,
        /// One of them.
        slice: String,
    },
    /// A port for a controller's packets that the slice doesn't have.
    #[error("`cpu_port` {port} of slice `{slice}` is not among its `ports`")]
    CpuPort {
        /// The slice.
        slice: String,
        /// The port.
        port: u16,
    },
    /// Two ways to say what controllers show.
    #[error("slice `{0}` has `token` and `token_file`: one of them says what controllers have to show")]
    TwoTokens(String),
    /// Anyone could change anything.
    #[error(
        "`[operator]` has neither `token_file` nor `tls` with `client_authority`, so that anyone could change everything"
    )]
    OpenOperator,
    /// Not a name.
    #[error(
        "`{0}` is not a name: expected letters, digits, `_`, `-` and `.`, at least one and at most 64 of them"
    )]
    Name(String),
    /// No device at all.
    #[error("there is no `[[device]]`")]
    NoDevice,
}

/// A virtual device in a configuration.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct DeviceConfig {
    /// Its name.
    pub name: String,
    /// Its program, `.p4` or bmv2 `.json`, relative to the configuration. Where the DPMU is served, a controller may load
    /// it later.
    pub program: Option<PathBuf>,
    /// Commands that are carried out at the start, in simple_switch_CLI's language, relative to the configuration.
    pub commands: Option<PathBuf>,
    /// By which number controllers know it.
    pub device_id: Option<u64>,
    /// Where simple_switch's Thrift services are answered for it.
    pub thrift: Option<SocketAddr>,
}

impl DeviceConfig {
    /// Its program, where it must have one.
    ///
    /// # Errors
    /// [`ConfigError::NoProgram`]
    pub fn given_program(&self) -> Result<&Path, ConfigError> {
        self.program.as_deref().ok_or_else(|| ConfigError::NoProgram(self.name.clone()))
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct LinkConfig {
    from: String,
    to: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    when: Vec<BytesConfig>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct BytesConfig {
    byte: u16,
    value: String,
    mask: Option<String>,
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
struct DpmuText {
    #[serde(default)]
    server: ServerConfig,
    operator: Option<OperatorConfig>,
    #[serde(default)]
    slice: Vec<SliceText>,
}

/// A configuration of slices beside each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DpmuConfig {
    /// How it is served.
    pub server: ServerConfig,
    /// How its operator reaches it; without it by this file alone.
    pub operator: Option<OperatorConfig>,
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
        let slices = text.slice.into_iter().map(SliceText::read);
        let config =
            Self { server: text.server, operator: text.operator, slices: slices.collect::<Result<_, _>>()? };
        config.check()?;
        Ok(config)
    }

    /// Whether what only one may have is given once, and the rest makes sense.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn check(&self) -> Result<(), ConfigError> {
        server::check(self)
    }
}

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
    // Links of one port come before those of many.
    let (single, many): (Vec<_>, Vec<_>) = links.iter().partition(|link| port_end(&link.from).is_some());
    for link in single {
        let Endpoint::Device { device, port } = endpoint(&link.from)? else {
            return Err(ConfigError::Endpoint(link.from.clone()));
        };
        add_link(&mut wires, link, (device, port), endpoint(&link.to)?)?;
    }
    let own: BTreeSet<(String, u16)> = wires.egress.keys().chain(wires.conditional.keys()).cloned().collect();
    for link in many {
        let many = range(&link.from).filter(|(device, _)| *device != PHYSICAL);
        let (device, ports) = many.ok_or_else(|| ConfigError::Endpoint(link.from.clone()))?;
        for port in ports.clone() {
            let to = match range(&link.to) {
                // The number stays as it is.
                Some((to, numbers)) if numbers == ports || link.to.ends_with(":*") => end(to, port),
                _ => endpoint(&link.to)?,
            };
            let from = (device.to_owned(), port);
            if !own.contains(&from) {
                add_link(&mut wires, link, from, to)?;
            }
        }
    }
    Ok(wires)
}

fn add_link(
    wires: &mut Links,
    link: &LinkConfig,
    from: (String, u16),
    to: Endpoint,
) -> Result<(), ConfigError> {
    if link.when.is_empty() {
        return match wires.egress.insert(from, to) {
            Some(_) => Err(ConfigError::TwoLinks(link.from.clone())),
            None => Ok(()),
        };
    }
    let when = condition(&link.when).ok_or_else(|| ConfigError::Condition(link.from.clone()))?;
    wires.conditional.entry(from).or_default().push(ConditionalLink { when, to });
    Ok(())
}

/// The longest frames have so many bytes.
const LONGEST: usize = 9216;

fn condition(bytes: &[BytesConfig]) -> Option<PacketCondition> {
    let part = |part: &BytesConfig| {
        let value = hex::decode(&part.value).ok()?;
        let mask = match &part.mask {
            Some(mask) => hex::decode(mask).ok()?,
            None => vec![0xff; value.len()],
        };
        let fits = !value.is_empty()
            && value.len() == mask.len()
            && usize::from(part.byte) + value.len() <= LONGEST
            && value.iter().zip(&mask).all(|(value, mask)| value & !mask == 0);
        fits.then_some(BytesMatch { at: part.byte, value, mask })
    };
    Some(PacketCondition(bytes.iter().map(part).collect::<Option<_>>()?))
}

fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|p| *p <= LAST_PORT)
}

/// `device:port`
fn port_end(text: &str) -> Option<(&str, u16)> {
    let (name, number) = text.rsplit_once(':')?;
    Some((name, port(number)?)).filter(|_| !name.is_empty())
}

/// `device:first-last`, or `device:*`
fn range(text: &str) -> Option<(&str, RangeInclusive<u16>)> {
    let (name, numbers) = text.rsplit_once(':')?;
    let ports = match numbers {
        "*" => 0..=LAST_PORT,
        _ => {
            let (first, last) = numbers.split_once('-')?;
            port(first)?..=port(last)?
        }
    };
    Some((name, ports)).filter(|(name, ports)| !name.is_empty() && !ports.is_empty())
}

const PHYSICAL: &str = "physical";

fn endpoint(text: &str) -> Result<Endpoint, ConfigError> {
    let (name, port) = port_end(text).ok_or_else(|| ConfigError::Endpoint(text.to_owned()))?;
    Ok(end(name, port))
}

/// `device:port` or `physical:port`, as it is written in a configuration.
pub fn end_text(end: &Endpoint) -> String {
    match end {
        Endpoint::Physical(port) => format!("{PHYSICAL}:{port}"),
        Endpoint::Device { device, port } => format!("{device}:{port}"),
    }
}

/// What [`end_text`] writes.
///
/// # Errors
/// [`ConfigError::Endpoint`]
pub fn parse_end(text: &str) -> Result<Endpoint, ConfigError> {
    endpoint(text)
}

fn end(name: &str, port: u16) -> Endpoint {
    match name {
        PHYSICAL => Endpoint::Physical(port),
        device => Endpoint::Device { device: device.to_owned(), port },
    }
}

#[cfg(test)]
mod tests;
