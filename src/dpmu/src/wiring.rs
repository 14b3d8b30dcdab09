//! How virtual devices, their ports and physical ports are joined.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_switch::{ConditionalLink, Endpoint, Links};

/// The greatest port; 511 means a drop.
pub(crate) const LAST_PORT: u16 = 510;

/// How a slice's virtual devices are joined to its ports and to each other.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wiring {
    /// One virtual device has all ports of the slice under their own numbers.
    Direct(String),
    /// By links; a packet that leaves by a port without one is lost.
    Links(Links),
}

/// The links of one port, of which packets choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Wire {
    pub(crate) links: Vec<ConditionalLink>,
    pub(crate) otherwise: Option<Endpoint>,
}

impl Wire {
    /// The virtual devices that it leads to.
    pub(crate) fn targets(&self) -> impl Iterator<Item = &str> {
        let ends = self.links.iter().map(|link| &link.to).chain(&self.otherwise);
        ends.filter_map(|end| match end {
            Endpoint::Device { device, .. } => Some(device.as_str()),
            Endpoint::Physical(_) => None,
        })
    }
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
    #[error("the links form a circle, so that packets could go round for ever: `{}`", .0.join("` → `"))]
    Circle(Vec<String>),
    /// Nothing leads to where a virtual device is to be put.
    #[error("nothing leads to `{0}`: there is no way to put a virtual device on")]
    NoWay(String),
    /// A port would have two links.
    #[error("port {port} of virtual device `{device}` would lead to two ends: give each a port of its own")]
    TwoWays {
        /// The virtual device.
        device: String,
        /// Its port.
        port: u16,
    },
    /// A virtual device that is to be put somewhere is wired.
    #[error("virtual device `{0}` is wired already: remove it from the composition first")]
    Present(String),
    /// A virtual device that is to be taken out is led to by a port that isn't joined to another one.
    #[error(
        "port {port} of virtual device `{device}` has a link, and it isn't said which of its ports it is joined to \
         without it (one that leads on without a condition)"
    )]
    Loose {
        /// The virtual device.
        device: String,
        /// Its port.
        port: u16,
    },
    /// A link's condition looks at bytes that the persona doesn't hold.
    #[error(
        "the condition behind port {port} of virtual device `{device}` looks at the first {length} bytes of a packet, \
         but the persona holds {window}"
    )]
    ConditionBeyond {
        /// The virtual device.
        device: String,
        /// Its port.
        port: u16,
        /// Bytes that are looked at.
        length: u16,
        /// Bytes that the persona holds.
        window: u16,
    },
    /// A packet with all its ways takes more slots than there are.
    #[error(
        "virtual device `{device}` needs {needed} ingress slots behind those it comes after, which take {taken} of the \
         persona's {slots}: {} are left", .slots.saturating_sub(*.taken)
    )]
    Slots {
        /// The virtual device.
        device: String,
        /// Slots that it needs, with the conditions of its links.
        needed: u16,
        /// Slots that the devices before it take, on the longest way.
        taken: u16,
        /// Slots of the persona.
        slots: u16,
    },
    /// The switch counts the bytes that came in, not those that come to a device in the middle.
    #[error(
        "virtual device `{device}` looks at the length of packets (`standard_metadata.packet_length`, or the bytes of a \
         counter or meter), and devices before it make packets longer or shorter: put it first"
    )]
    LengthChanged {
        /// The virtual device.
        device: String,
    },
    /// What a guest asks for a whole packet, the switch does when the packet leaves it.
    #[error(
        "virtual device `{device}` cuts packets (`truncate`), and port {port} leads to another virtual device or has a \
         condition: the switch cuts packets when they leave it"
    )]
    CutInside {
        /// The virtual device.
        device: String,
        /// The port.
        port: u16,
    },
    /// What comes in again comes in by no port.
    #[error(
        "virtual device `{device}` clones, resubmits or recirculates packets or takes samples of them, and is linked to another \
         virtual device: the switch does so once, with packets as they came to it or leave it"
    )]
    AgainInside {
        /// The virtual device.
        device: String,
    },
    /// What comes in again comes in by no port, and as it came to the switch.
    #[error(
        "virtual device `{device}` is longer than the persona, so that its packets go through it several times, and is linked \
         to another virtual device: give it a persona with more ingress slots, or a slice without links"
    )]
    PassesInside {
        /// The virtual device.
        device: String,
    },
    /// A packet that is to come in again leaves egress by some port first.
    #[error(
        "virtual device `{device}` recirculates packets, or clones them in egress, and doesn't have every port: one \
         that it sends to another port is lost before"
    )]
    AgainLost {
        /// The virtual device.
        device: String,
    },
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
        "multicast group {group} of virtual device `{device}` has port {port}, which leads to another virtual device or has \
         a condition: copies can't go on inside of the switch"
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
    /// Whether a virtual device has a link to or from another one.
    pub(crate) fn joins(&self, name: &str) -> bool {
        let Self::Links(links) = self else { return false };
        links.onward().any(|((from, _), end)| match end {
            Endpoint::Device { device, .. } => from == name || device == name,
            Endpoint::Physical(_) => false,
        })
    }

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
        for ((device, _), end) in links.onward() {
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
        let mut waiting: BTreeMap<&String, BTreeSet<String>> =
            devices.iter().map(|device| (device, self.sources(device))).collect();
        let mut order: Vec<String> = Vec::new();
        while let Some(first) = waiting.keys().next().copied() {
            let held = |device: &String| waiting.get(device)?.iter().find(|s| waiting.contains_key(s));
            let Some(next) = waiting.keys().copied().find(|device| held(device).is_none()) else {
                // Each one waits for another: backwards one comes to a circle.
                let mut path: Vec<&String> = vec![first];
                while let Some(before) = path.last().and_then(|device| held(device)) {
                    if let Some(at) = path.iter().position(|device| *device == before) {
                        let circle = path.iter().skip(at).chain([&before]).rev();
                        return Err(WiringError::Circle(circle.map(|device| (*device).clone()).collect()));
                    }
                    path.push(before);
                }
                return Err(WiringError::Circle(vec![first.clone()]));
            };
            waiting.remove(next);
            order.push(next.clone());
        }
        Ok(order)
    }

    /// The virtual devices that have a link to this one.
    fn sources(&self, device: &str) -> BTreeSet<String> {
        let Self::Links(links) = self else { return BTreeSet::new() };
        let to_device = |end: &Endpoint| matches!(end, Endpoint::Device { device: d, .. } if d == device);
        links.onward().filter(|(_, end)| to_device(end)).map(|((source, _), _)| source.clone()).collect()
    }

    /// Whether a link names this virtual device.
    pub(crate) fn names(&self, device: &str) -> bool {
        let links = match self {
            Self::Direct(name) => return name == device,
            Self::Links(links) => links,
        };
        let to_device = |end: &Endpoint| matches!(end, Endpoint::Device { device: d, .. } if d == device);
        links.ingress.values().any(to_device)
            || links.onward().any(|((from, _), end)| from == device || to_device(end))
    }

    /// Whether an egress pipeline of this virtual device has to run for packets that don't leave the switch behind it: they
    /// go on to another virtual device or to a condition, or are lost by a port without a link.
    pub(crate) fn wants_egress_inside(&self, device: &str) -> bool {
        let Self::Links(links) = self else { return false };
        let ports = self.ports(device);
        ports.values().any(|end| matches!(end, Endpoint::Device { .. }))
            || (0..=LAST_PORT).any(|port| !ports.contains_key(&port))
            || links.conditional.keys().any(|(from, _)| from == device)
    }

    /// Where the ports of a virtual device lead that have a link without a condition alone; empty for
    /// [`Wiring::Direct`], where every port leads to itself.
    pub(crate) fn ports(&self, device: &str) -> BTreeMap<u16, Endpoint> {
        let Self::Links(links) = self else { return BTreeMap::new() };
        let own = links
            .egress
            .iter()
            .filter(|(from, _)| from.0 == device && !links.conditional.contains_key(*from));
        own.map(|((_, port), end)| (*port, end.clone())).collect()
    }

    /// The ports of a virtual device whose links have conditions.
    pub(crate) fn wires(&self, device: &str) -> BTreeMap<u16, Wire> {
        let Self::Links(links) = self else { return BTreeMap::new() };
        let own = links.conditional.iter().filter(|((d, _), _)| d == device);
        own.map(|(from, conditional)| {
            let otherwise = links.egress.get(from).cloned();
            (from.1, Wire { links: conditional.clone(), otherwise })
        })
        .collect()
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
