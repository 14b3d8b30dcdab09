//! Changes of a wiring by one virtual device: where it stands is said once, and what links lead to it follows.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_switch::{Endpoint, Links};

use crate::config::end_text;
use crate::{Wiring, WiringError};

/// The two ports by which packets pass a virtual device. In one pass through the switch there is no way back, so it is for
/// one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Through {
    /// The port by which they come.
    pub entering: u16,
    /// The port by which they leave.
    pub leaving: u16,
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

    /// With another virtual device on the way to some ends, physical ports or ports of virtual devices: what led there leads
    /// to the port by which packets enter the new one, and that by which they leave leads there.
    ///
    /// # Errors
    /// [`WiringError::NoWay`] when nothing leads to one of them; [`WiringError::Present`]; [`WiringError::TwoWays`].
    pub fn inserted(
        &self,
        device: &str,
        places: &[(Endpoint, Through)],
        leased: &BTreeSet<u16>,
    ) -> Result<Self, WiringError> {
        if self.names(device) {
            return Err(WiringError::Present(device.to_owned()));
        }
        let mut links = self.to_links(leased);
        let mut leaving = BTreeMap::new();
        for (at, ports) in places {
            let own = Endpoint::Device { device: device.to_owned(), port: ports.entering };
            let mut ways = ends(&mut links).filter(|end| *end == at).peekable();
            if ways.peek().is_none() {
                return Err(WiringError::NoWay(end_text(at)));
            }
            ways.for_each(|end| *end = own.clone());
            let before = leaving.insert((device.to_owned(), ports.leaving), at.clone());
            if before.is_some_and(|before| before != *at) {
                return Err(WiringError::TwoWays { device: device.to_owned(), port: ports.leaving });
            }
        }
        // What leads on from it is not led to itself.
        links.egress.extend(leaving);
        Ok(Self::Links(links))
    }

    /// Without a virtual device: of each of these pairs of its ports, what led to the first leads to where the second led.
    ///
    /// # Errors
    /// [`WiringError::UnknownDevice`]; [`WiringError::Loose`] when links lead to a port of which no pair tells.
    pub fn removed(
        &self,
        device: &str,
        joined: &[Through],
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
        let onward = |port: u16| {
            let pair = joined.iter().find(|pair| pair.entering == port);
            pair.and_then(|pair| behind.get(&pair.leaving))
        };
        let mut lost = BTreeSet::new();
        for end in ends(&mut links) {
            let Endpoint::Device { device: to, port } = &*end else { continue };
            if to != device {
                continue;
            }
            let port = *port;
            match onward(port) {
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
    fn a_device_is_put_on_a_way_and_taken_out_again() {
        let leased = BTreeSet::from([1, 2]);
        let before = Wiring::Direct("s".to_owned());
        let through = |entering, leaving| Through { entering, leaving };
        let with = before.inserted("f", &[(end("physical:2"), through(1, 2))], &leased).unwrap();
        assert_eq!(shown(&with), ["1 s:1", "2 s:2", "f:2 physical:2", "s:1 physical:1", "s:2 f:1"]);
        // Before a device, whose ports are kept apart.
        let places = [(end("s:1"), through(1, 1)), (end("s:2"), through(2, 2))];
        let both = with.inserted("g", &places, &leased).unwrap();
        assert_eq!(
            shown(&both),
            ["1 g:1", "2 g:2", "f:2 physical:2", "g:1 s:1", "g:2 s:2", "s:1 physical:1", "s:2 f:1"]
        );
        assert_eq!(both.removed("g", &[through(1, 1), through(2, 2)], &leased).unwrap(), with);
        let without = with.removed("f", &[through(1, 2)], &leased).unwrap();
        assert_eq!(without, Wiring::Links(before.to_links(&leased)));
        // Between two others.
        let between = with.inserted("h", &[(end("f:1"), through(7, 8))], &leased).unwrap();
        assert_eq!(
            shown(&between),
            ["1 s:1", "2 s:2", "f:2 physical:2", "h:8 f:1", "s:1 physical:1", "s:2 h:7"]
        );
    }

    #[test]
    fn what_would_leave_loose_ends_is_refused() {
        let leased = BTreeSet::from([1, 2]);
        let wiring = Wiring::Direct("s".to_owned());
        let through = Through { entering: 1, leaving: 2 };
        let no_way = Err(WiringError::NoWay("s:9".to_owned()));
        assert_eq!(wiring.inserted("f", &[(end("s:9"), through)], &leased), no_way);
        let present = Err(WiringError::Present("s".to_owned()));
        assert_eq!(wiring.inserted("s", &[(end("physical:1"), through)], &leased), present);
        let places = [(end("physical:1"), through), (end("physical:2"), through)];
        let two = Err(WiringError::TwoWays { device: "f".to_owned(), port: 2 });
        assert_eq!(wiring.inserted("f", &places, &leased), two);
        let with = wiring.inserted("f", &[(end("physical:2"), through)], &leased).unwrap();
        for joined in [&[][..], &[Through { entering: 1, leaving: 3 }]] {
            let loose = Err(WiringError::Loose { device: "f".to_owned(), port: 1 });
            assert_eq!(with.removed("f", joined, &leased), loose);
        }
        assert!(matches!(with.removed("x", &[], &leased), Err(WiringError::UnknownDevice(_))));
    }
}
