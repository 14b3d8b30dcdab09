//! Packets from and to network interfaces (AF_PACKET).
//!
//! What the host itself sends by an interface doesn't arrive at the switch. An interface that isn't virtual must be made
//! promiscuous (`ip link set … promisc on`) for packets to others' addresses to arrive.

use std::collections::BTreeMap;
use std::os::fd::{AsRawFd, OwnedFd};
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::SyncSender;

use nix::ifaddrs::getifaddrs;
use nix::sys::socket::{
    AddressFamily, LinkAddr, MsgFlags, SockFlag, SockProtocol, SockType, bind, recvfrom, send, socket,
};

use super::files::Capture;
use hyper4_dpmu_server::Incoming;

/// Longer than any packet, also of interfaces that join them.
const LONGEST: usize = 1 << 16;
/// `PACKET_OUTGOING` of linux/if_packet.h: sent by this host.
const OUTGOING: u8 = 4;

/// An interface that is attached to a port.
struct Attached {
    name: String,
    socket: Arc<OwnedFd>,
    captures: Option<(Arc<Capture>, Arc<Capture>)>,
}

/// The interfaces of a switch.
pub(crate) struct Interfaces {
    attached: BTreeMap<u16, Attached>,
    packets: SyncSender<Incoming>,
}

impl Interfaces {
    pub(crate) fn new(packets: SyncSender<Incoming>) -> Self {
        Self { attached: BTreeMap::new(), packets }
    }

    /// Attach an interface to a port; what passes is written to captures in that folder.
    pub(crate) fn attach(&mut self, port: u16, name: &str, captures: Option<&Path>) -> Result<(), String> {
        if self.attached.contains_key(&port) {
            return Err(format!("port {port} has an interface already"));
        }
        let socket = open(name).map_err(|reason| format!("interface `{name}`: {reason}"))?;
        let socket = Arc::new(socket);
        let captures = captures
            .map(|folder| {
                let create =
                    |way: &str| Capture::create(&folder.join(format!("{name}_{way}.pcap"))).map(Arc::new);
                Ok::<_, String>((create("in")?, create("out")?))
            })
            .transpose()?;
        let (from, packets) = (Arc::downgrade(&socket), self.packets.clone());
        let incoming = captures.as_ref().map(|(incoming, _)| Arc::clone(incoming));
        let listen = move || {
            let mut buffer = vec![0; LONGEST];
            // It ends with the next packet after the interface was detached.
            while let Some(socket) = from.upgrade() {
                let Ok((length, address)) = recvfrom::<LinkAddr>(socket.as_raw_fd(), &mut buffer) else {
                    break;
                };
                if from.strong_count() < 2 || address.is_some_and(|address| address.pkttype() == OUTGOING) {
                    continue;
                }
                let bytes = buffer.get(..length).unwrap_or_default().to_vec();
                if let Some(capture) = &incoming {
                    capture.write(&bytes);
                }
                if packets.send(Incoming { port, bytes }).is_err() {
                    break;
                }
            }
        };
        std::thread::Builder::new()
            .name(format!("port {port}"))
            .spawn(listen)
            .map_err(|error| format!("no thread for port {port}: {error}"))?;
        self.attached.insert(port, Attached { name: name.to_owned(), socket, captures });
        Ok(())
    }

    /// Detach a port's interface.
    pub(crate) fn detach(&mut self, port: u16) -> Result<(), String> {
        self.attached.remove(&port).map(drop).ok_or_else(|| format!("port {port} has no interface"))
    }

    /// Ports and interfaces.
    pub(crate) fn ports(&self) -> impl Iterator<Item = (u16, &str)> {
        self.attached.iter().map(|(port, attached)| (*port, attached.name.as_str()))
    }

    /// Send a packet; one for a port that isn't there, or that the interface doesn't take, is lost, as on any wire.
    pub(crate) fn send(&self, port: u16, bytes: &[u8]) {
        let Some(attached) = self.attached.get(&port) else { return };
        if let Some((_, capture)) = &attached.captures {
            capture.write(bytes);
        }
        let _ = send(attached.socket.as_raw_fd(), bytes, MsgFlags::empty());
    }
}

fn open(name: &str) -> Result<OwnedFd, String> {
    let said = |error: nix::errno::Errno| error.desc().to_owned();
    let mut addresses = getifaddrs().map_err(said)?;
    let address = addresses.find_map(|interface| {
        (interface.interface_name == name).then_some(interface.address?.as_link_addr().copied()).flatten()
    });
    let address = address.ok_or("there is no such interface")?;
    let socket = socket(AddressFamily::Packet, SockType::Raw, SockFlag::SOCK_CLOEXEC, SockProtocol::EthAll)
        .map_err(said)?;
    // It hears all interfaces until it is bound to one.
    bind(socket.as_raw_fd(), &address).map_err(said)?;
    Ok(socket)
}
