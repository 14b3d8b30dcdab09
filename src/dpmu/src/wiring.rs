//! How virtual devices, their ports and physical ports are joined.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_switch::{Endpoint, Links};

/// How a slice's virtual devices are joined to its ports and to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wiring {
    /// One virtual device has all ports of the slice under their own numbers.
    Direct(String),
    /// By links; a packet that leaves by a port without one is lost.
    Links(Links),
}

/// Why virtual devices can't be wired so.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum WiringError {
    /// A link names a virtual device that isn't there.
    #[error("a link names virtual device `{0}`, which doesn't exist")]
    UnknownDevice(String),
    /// A physical port leads to a physical port.
    #[error("physical port {0} must enter a virtual device")]
    NoDevice(u16),
    /// The slice doesn't have the port.
    #[error("port {0} isn't leased to the slice")]
    PortNotLeased(u16),
    /// Packets could go round for ever; in one pass there is no way back.
    #[error("the links form a circle through virtual device `{0}`")]
    Circle(String),
    /// The egress pipeline of a virtual device runs where packets leave the switch.
    #[error(
        "virtual device `{0}` has an egress pipeline, so none of its ports can lead to another virtual device"
    )]
    EgressInside(String),
    /// Two ports of one device lead to one physical port, and its egress pipeline couldn't tell which it was.
    #[error(
        "virtual device `{device}` has an egress pipeline and two ports that lead to physical port {port}"
    )]
    AmbiguousPort {
        /// The virtual device.
        device: String,
        /// The physical port.
        port: u16,
    },
    /// Copies can't go on inside of the switch.
    #[error(
        "multicast group {group} of virtual device `{device}` has port {port}, which leads to another virtual device"
    )]
    MulticastInside {
        /// The virtual device.
        device: String,
        /// Its group.
        group: u16,
        /// The port.
        port: u16,
    },
}

impl Wiring {
    /// Check it against the slice's virtual devices and ports.
    ///
    /// # Errors
    /// [`WiringError`]
    pub(crate) fn validate(
        &self,
        devices: &BTreeSet<String>,
        leased: &BTreeSet<u16>,
    ) -> Result<(), WiringError> {
        let known = |name: &String| {
            if devices.contains(name) { Ok(()) } else { Err(WiringError::UnknownDevice(name.clone())) }
        };
        let links = match self {
            Self::Direct(name) => return known(name),
            Self::Links(links) => links,
        };
        for (port, end) in &links.ingress {
            if !leased.contains(port) {
                return Err(WiringError::PortNotLeased(*port));
            }
            match end {
                Endpoint::Device { device, .. } => known(device)?,
                Endpoint::Physical(_) => return Err(WiringError::NoDevice(*port)),
            }
        }
        for ((device, _), end) in &links.egress {
            known(device)?;
            match end {
                Endpoint::Device { device, .. } => known(device)?,
                Endpoint::Physical(port) if !leased.contains(port) => {
                    return Err(WiringError::PortNotLeased(*port));
                }
                Endpoint::Physical(_) => {}
            }
        }
        self.order(devices).map(|_| ())
    }

    /// The virtual devices so that every link leads from an earlier one to a later one.
    pub(crate) fn order(&self, devices: &BTreeSet<String>) -> Result<Vec<String>, WiringError> {
        let mut waiting: BTreeSet<&String> = devices.iter().collect();
        let mut order = Vec::new();
        while let Some(first) = waiting.first().copied() {
            let free = waiting.iter().copied().find(|d| !self.sources(d).iter().any(|s| waiting.contains(s)));
            let next = free.ok_or_else(|| WiringError::Circle(first.clone()))?;
            waiting.remove(next);
            order.push(next.clone());
        }
        Ok(order)
    }

    /// The virtual devices that have a link to this one.
    pub(crate) fn sources(&self, device: &str) -> BTreeSet<String> {
        let Self::Links(links) = self else { return BTreeSet::new() };
        let to_device = |end: &Endpoint| matches!(end, Endpoint::Device { device: d, .. } if d == device);
        links.egress.iter().filter(|(_, end)| to_device(end)).map(|((source, _), _)| source.clone()).collect()
    }

    /// Whether a port of this virtual device leads to another one.
    pub(crate) fn leads_inside(&self, device: &str) -> bool {
        self.ports(device).values().any(|end| matches!(end, Endpoint::Device { .. }))
    }

    /// Where the ports of a virtual device lead; empty for [`Wiring::Direct`], where every port leads to itself.
    pub(crate) fn ports(&self, device: &str) -> BTreeMap<u16, Endpoint> {
        let Self::Links(links) = self else { return BTreeMap::new() };
        let own = links.egress.iter().filter(|((d, _), _)| d == device);
        own.map(|((_, port), end)| (*port, end.clone())).collect()
    }

    /// The port of a virtual device that leads to a physical port.
    pub fn guest_port(&self, device: &str, physical: u16) -> Option<u16> {
        match self {
            Self::Direct(_) => Some(physical),
            Self::Links(_) => {
                let ports = self.ports(device);
                ports.into_iter().find(|(_, end)| *end == Endpoint::Physical(physical)).map(|(port, _)| port)
            }
        }
    }
}
