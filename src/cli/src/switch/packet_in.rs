//! Packets over nanomsg (`--packet-in`; dev_mgr_packet_in.cpp of bmv2): messages of a kind, a port, a third number, and
//! maybe a packet, all in the machine's own order of bytes.

use std::collections::BTreeSet;
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, PoisonError};

use hyper4_serve::{BindError, Pair};

use super::log::{Level, Log};
use hyper4_dpmu_server::Incoming;

const PORT_ADD: i32 = 0;
const PORT_REMOVE: i32 = 1;
const PORT_SET_STATUS: i32 = 2;
const PACKET_IN: i32 = 3;
const PACKET_OUT: i32 = 4;
const INFO_REQUEST: i32 = 5;
const INFO_REPLY: i32 = 6;
/// What every question for information is answered with.
const NOT_SUPPORTED: i32 = 1;

/// The peer that packets come from and go to.
pub(super) struct PacketIn {
    pair: Pair,
    pub(super) address: String,
    ports: Arc<Mutex<Ports>>,
}

/// Ports that the peer has told of, and those of them that are up. Packets pass by others, too.
#[derive(Default)]
struct Ports {
    known: BTreeSet<i32>,
    up: BTreeSet<i32>,
}

impl PacketIn {
    /// Listen for the peer.
    pub(super) fn bind(
        address: &str,
        packets: SyncSender<Incoming>,
        log: Arc<Log>,
    ) -> Result<Self, BindError> {
        let ports = Arc::new(Mutex::new(Ports::default()));
        let told = Arc::clone(&ports);
        let pair = Pair::bind(address, move |pair, message| hear(pair, &message, &told, &packets, &log))?;
        Ok(Self { pair, address: address.to_owned(), ports })
    }

    /// Send a packet.
    pub(super) fn send(&self, port: u16, bytes: &[u8]) {
        let mut message = numbers([PACKET_OUT, port.into(), i32::try_from(bytes.len()).unwrap_or(i32::MAX)]);
        message.extend_from_slice(bytes);
        self.pair.send(message);
    }

    /// The ports that the peer has told of, and whether they are up.
    pub(super) fn ports(&self) -> Vec<(i32, bool)> {
        let ports = self.ports.lock().unwrap_or_else(PoisonError::into_inner);
        ports.known.iter().map(|port| (*port, ports.up.contains(port))).collect()
    }
}

fn numbers(numbers: [i32; 3]) -> Vec<u8> {
    numbers.map(i32::to_ne_bytes).concat()
}

fn hear(pair: &Pair, message: &[u8], ports: &Mutex<Ports>, packets: &SyncSender<Incoming>, log: &Log) {
    let mut rest = message;
    let mut number = || {
        let (first, behind) = rest.split_first_chunk()?;
        rest = behind;
        Some(i32::from_ne_bytes(*first))
    };
    let (Some(kind), Some(port), Some(more)) = (number(), number(), number()) else {
        return log.write(Level::Error, "A message that is too short was received");
    };
    let mut ports = ports.lock().unwrap_or_else(PoisonError::into_inner);
    match (kind, more) {
        (PORT_ADD, _) => {
            // As long as nothing else is said.
            if ports.known.insert(port) {
                ports.up.insert(port);
            }
        }
        (PORT_REMOVE, _) => {
            ports.known.remove(&port);
            ports.up.remove(&port);
        }
        (PORT_SET_STATUS, 0) => drop(ports.up.remove(&port)),
        (PORT_SET_STATUS, 1) => drop(ports.up.insert(port)),
        (PORT_SET_STATUS, _) => log.write(Level::Error, "Unknown port status requested"),
        (PACKET_IN, length) => {
            drop(ports);
            let bytes = usize::try_from(length).ok().and_then(|length| rest.get(..length));
            let (Some(bytes), Ok(port)) = (bytes, u16::try_from(port)) else {
                return log.write(Level::Error, "A packet whose length or port can't be was received");
            };
            log.write(Level::Trace, &format!("Packet in received on port {port}"));
            // Without a switch there is nobody to tell.
            let _ = packets.send(Incoming { port, bytes: bytes.to_vec() });
        }
        (PACKET_OUT, _) => log.write(Level::Error, "Invalid PACKET_OUT message received"),
        (INFO_REQUEST, _) => {
            let mut reply = numbers([INFO_REPLY, port, more]);
            reply.extend(NOT_SUPPORTED.to_ne_bytes());
            pair.send(reply);
        }
        (INFO_REPLY, _) => log.write(Level::Error, "Invalid INFO_REP message received"),
        _ => log.write(Level::Error, "Unknown message type"),
    }
}
