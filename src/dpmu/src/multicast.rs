//! A tenant's multicast groups as groups of the device.

use hyper4_switch::{Endpoint, Multicast};

use crate::device::Node;
use crate::lease::Lease;
use crate::{Wiring, WiringError};

/// The copies of a tenant's group, by physical ports. Ports that lead nowhere make no copy, as on a switch on whose
/// port no cable is.
pub(crate) fn nodes(
    device: &str,
    multicast: &Multicast,
    group: u16,
    wiring: &Wiring,
    lease: &Lease,
) -> Result<Vec<Node>, WiringError> {
    let mut nodes: Vec<Node> = Vec::new();
    let (links, wires) = (wiring.ports(device), wiring.wires(device));
    for replica in multicast.replicas(group).unwrap_or_default() {
        let port = match wiring {
            Wiring::Direct(_) => lease.ports.contains(&replica.port).then_some(replica.port),
            Wiring::Links(_) => match links.get(&replica.port) {
                None if wires.contains_key(&replica.port) => {
                    let (device, port) = (device.to_owned(), replica.port);
                    return Err(WiringError::MulticastInside { device, group, port });
                }
                None => None,
                Some(Endpoint::Physical(port)) => Some(*port),
                Some(Endpoint::Device { .. }) => {
                    let (device, port) = (device.to_owned(), replica.port);
                    return Err(WiringError::MulticastInside { device, group, port });
                }
            },
        };
        // One node a copy: a node sends by ascending physical ports, and the tenant's order is another.
        nodes.extend(port.map(|port| (replica.rid, vec![port])));
    }
    Ok(nodes)
}
