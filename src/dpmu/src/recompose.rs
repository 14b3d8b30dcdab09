//! Changes of a wiring by one virtual device: where it stands is said once, and what links lead to it follows.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_switch::{Endpoint, Links};

use crate::config::end_text;
use crate::{Wiring, WiringError};

/// The two ports by which a virtual device stands in a cable: what comes from one side leaves by the other, if it likes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Inline {
    /// The port on the side of the end that it is put at.
    pub near: u16,
    /// The port on the side of all else.
    pub far: u16,
}

impl Wiring {
    /// As links, for a slice that has these ports.
    pub(crate) fn to_links(&self, leased: &BTreeSet<u16>) -> Links {
        match self {
            Self::Links(links) => links.clone(),
            Self::Direct(name) => {
                let own = |port: u16| Endpoint::Device { device: name.clone(), port };
                Links {
                    ingress: leased.iter().map(|port| (*port, own(*port))).collect(),
                    egress: leased
                        .iter()
                        .map(|port| ((name.clone(), *port), Endpoint::Physical(*port)))
                        .collect(),
                    conditional: BTreeMap::new(),
                }
            }
        }
    }

    /// With another virtual device in the cable at an end, a physical port or a port of a virtual device: what led there leads
    /// to the new one's far port, and its near port there; the other way round, too.
    ///
    /// # Errors
    /// [`WiringError::NoCable`] when nothing leads there or comes from there; [`WiringError::Present`].
    pub fn inserted(
        &self,
        device: &str,
        at: &Endpoint,
        ports: Inline,
        leased: &BTreeSet<u16>,
    ) -> Result<Self, WiringError> {
        if self.names(device) {
            return Err(WiringError::Present(device.to_owned()));
        }
        let mut links = self.to_links(leased);
        let own = |port: u16| Endpoint::Device { device: device.to_owned(), port };
        let mut cut = false;
        for end in ends(&mut links).filter(|end| *end == at) {
            *end = own(ports.far);
            cut = true;
        }
        if cut {
            links.egress.insert((device.to_owned(), ports.near), at.clone());
        }
        match at {
            Endpoint::Physical(port) => {
                if let Some(end) = links.ingress.get_mut(port) {
                    let before = std::mem::replace(end, own(ports.near));
                    links.egress.insert((device.to_owned(), ports.far), before);
                    cut = true;
                }
            }
            Endpoint::Device { device: other, port } => {
                let from = (other.clone(), *port);
                let far = (device.to_owned(), ports.far);
                let plain = links.egress.remove(&from);
                let chosen = links.conditional.remove(&from);
                if plain.is_some() || chosen.is_some() {
                    links.egress.insert(from, own(ports.near));
                    cut = true;
                }
                // Conditions are about the packets that the new one lets through.
                links.egress.extend(plain.map(|end| (far.clone(), end)));
                links.conditional.extend(chosen.map(|chosen| (far, chosen)));
            }
        }
        match cut {
            true => Ok(Self::Links(links)),
            false => Err(WiringError::NoCable(end_text(at))),
        }
    }

    /// Without a virtual device: of each of these pairs of its ports, what led to the one leads to where the other led.
    ///
    /// # Errors
    /// [`WiringError::UnknownDevice`]; [`WiringError::Loose`] when links lead to a port of which no pair tells.
    pub fn removed(
        &self,
        device: &str,
        joined: &[Inline],
        leased: &BTreeSet<u16>,
    ) -> Result<Self, WiringError> {
        if !self.names(device) {
            return Err(WiringError::UnknownDevice(device.to_owned()));
        }
        let mut links = self.to_links(leased);
        let mut behind = BTreeMap::new();
        if let Some((_, port)) = links.conditional.keys().find(|(from, _)| from == device) {
            return Err(WiringError::Loose { device: device.to_owned(), port: *port });
        }
        links.egress.retain(|(from, port), end| {
            let own = from == device;
            if own {
                behind.insert(*port, end.clone());
            }
            !own
        });
        let other = |port: u16| {
            joined.iter().find_map(|pair| match port {
                _ if port == pair.near => Some(pair.far),
                _ if port == pair.far => Some(pair.near),
                _ => None,
            })
        };
        let mut lost = BTreeSet::new();
        for end in ends(&mut links) {
            let Endpoint::Device { device: to, port } = &*end else { continue };
            if to != device {
                continue;
            }
            let port = *port;
            match other(port).and_then(|other| behind.get(&other)) {
                Some(onward) => *end = onward.clone(),
                None => drop(lost.insert(port)),
            }
        }
        match lost.first() {
            None => Ok(Self::Links(links)),
            Some(port) => Err(WiringError::Loose { device: device.to_owned(), port: *port }),
        }
    }
}

/// Where all links lead.
fn ends(links: &mut Links) -> impl Iterator<Item = &mut Endpoint> {
    let conditional = links.conditional.values_mut().flatten().map(|link| &mut link.to);
    links.ingress.values_mut().chain(links.egress.values_mut()).chain(conditional)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn end(text: &str) -> Endpoint {
        let (name, port) = text.split_once(':').unwrap();
        let port = port.parse().unwrap();
        match name {
            "physical" => Endpoint::Physical(port),
            device => Endpoint::Device { device: device.to_owned(), port },
        }
    }

    fn shown(wiring: &Wiring) -> Vec<String> {
        let links = wiring.to_links(&BTreeSet::new());
        let ingress = links.ingress.iter().map(|(port, end)| format!("{port} {}", end_text(end)));
        let egress =
            links.egress.iter().map(|((device, port), end)| format!("{device}:{port} {}", end_text(end)));
        ingress.chain(egress).collect()
    }

    #[test]
    fn a_device_is_put_into_a_cable_and_taken_out_again() {
        let leased = BTreeSet::from([1, 2]);
        let before = Wiring::Direct("s".to_owned());
        let ports = Inline { near: 1, far: 2 };
        let with = before.inserted("f", &end("physical:2"), ports, &leased).unwrap();
        assert_eq!(
            shown(&with),
            ["1 s:1", "2 f:1", "f:1 physical:2", "f:2 s:2", "s:1 physical:1", "s:2 f:2"]
        );
        // In front of a port of a device it is the same cable, seen from there.
        let other = before.inserted("f", &end("s:2"), Inline { near: 2, far: 1 }, &leased).unwrap();
        assert_eq!(other, with);
        // A second one between these two.
        let both = with.inserted("g", &end("f:2"), ports, &leased).unwrap();
        assert_eq!(
            shown(&both),
            [
                "1 s:1",
                "2 f:1",
                "f:1 physical:2",
                "f:2 g:1",
                "g:1 f:2",
                "g:2 s:2",
                "s:1 physical:1",
                "s:2 g:2"
            ]
        );
        assert_eq!(both.removed("g", &[ports], &leased).unwrap(), with);
        let without = with.removed("f", &[ports], &leased).unwrap();
        assert_eq!(without, Wiring::Links(before.to_links(&leased)));
    }

    #[test]
    fn what_would_leave_loose_ends_is_refused() {
        let leased = BTreeSet::from([1, 2]);
        let wiring = Wiring::Direct("s".to_owned());
        let ports = Inline { near: 1, far: 2 };
        let no_cable = Err(WiringError::NoCable("s:9".to_owned()));
        assert_eq!(wiring.inserted("f", &end("s:9"), ports, &leased), no_cable);
        let present = Err(WiringError::Present("s".to_owned()));
        assert_eq!(wiring.inserted("s", &end("physical:1"), ports, &leased), present);
        let with = wiring.inserted("f", &end("physical:2"), ports, &leased).unwrap();
        for joined in [&[][..], &[Inline { near: 1, far: 3 }]] {
            let loose = Err(WiringError::Loose { device: "f".to_owned(), port: 1 });
            assert_eq!(with.removed("f", joined, &leased), loose);
        }
        assert!(matches!(with.removed("x", &[], &leased), Err(WiringError::UnknownDevice(_))));
    }
}
