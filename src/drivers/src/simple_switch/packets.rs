//! Packets over simple_switch's `--packet-in` socket.
//!
//! The socket is nanomsg's PAIR over a Unix socket: after eight bytes of greeting each way, messages of one byte 1, the
//! length in 64 bits, most significant byte first, and the content. A message of simple_switch (`packet_hdr_t` in
//! dev_mgr_packet_in.cpp) is three 32-bit numbers of the machine's byte order (what it is, port, bytes of the packet),
//! then the packet. All packets of all ports pass here, none is lost, and they come in the order in which they were sent.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::path::Path;
use std::time::Duration;

/// SP, version 0, protocol PAIR.
const GREETING: [u8; 8] = [0, b'S', b'P', 0, 0, 16, 0, 0];
const WHOLE_MESSAGE: u8 = 1;
const PACKET_IN: i32 = 3;
const PACKET_OUT: i32 = 4;
const HEADER: usize = 12;
/// nanomsg's limit for a message is 1 MiB.
const LONGEST_MESSAGE: usize = 1 << 20;

/// Bytes of the longest packet that can be sent.
pub(super) const LONGEST_PACKET: usize = LONGEST_MESSAGE - HEADER;

#[derive(Debug)]
pub(super) struct PacketSocket {
    stream: UnixStream,
}

impl PacketSocket {
    pub(super) fn connect(path: &Path, patience: Duration) -> io::Result<Self> {
        let mut stream = UnixStream::connect(path)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        stream.write_all(&GREETING)?;
        let mut greeting = [0; GREETING.len()];
        stream.read_exact(&mut greeting)?;
        if greeting != GREETING {
            return Err(invalid("it isn't a nanomsg pair"));
        }
        Ok(Self { stream })
    }

    pub(super) fn send(&mut self, port: u16, packet: &[u8]) -> io::Result<()> {
        let length = i32::try_from(packet.len()).map_err(|_| invalid("the packet is too long"))?;
        let message_length = (HEADER + packet.len()) as u64;
        let mut message = Vec::with_capacity(9 + HEADER + packet.len());
        message.push(WHOLE_MESSAGE);
        message.extend(message_length.to_be_bytes());
        message.extend(PACKET_IN.to_ne_bytes());
        message.extend(i32::from(port).to_ne_bytes());
        message.extend(length.to_ne_bytes());
        message.extend(packet);
        self.stream.write_all(&message)
    }

    /// The next packet that left the switch, with its port.
    pub(super) fn receive(&mut self) -> io::Result<(u16, Vec<u8>)> {
        let [kind] = self.read()?;
        let length = u64::from_be_bytes(self.read()?);
        if kind != WHOLE_MESSAGE || !(HEADER as u64..=LONGEST_MESSAGE as u64).contains(&length) {
            return Err(invalid("a message isn't one of nanomsg"));
        }
        let (message, port) = (i32::from_ne_bytes(self.read()?), i32::from_ne_bytes(self.read()?));
        let bytes = i32::from_ne_bytes(self.read()?);
        let mut packet = vec![0; length as usize - HEADER];
        self.stream.read_exact(&mut packet)?;
        match (message, u16::try_from(port)) {
            (PACKET_OUT, Ok(port)) if usize::try_from(bytes) == Ok(packet.len()) => Ok((port, packet)),
            _ => Err(invalid("a message isn't a packet")),
        }
    }

    fn read<const N: usize>(&mut self) -> io::Result<[u8; N]> {
        let mut bytes = [0; N];
        self.stream.read_exact(&mut bytes)?;
        Ok(bytes)
    }
}

fn invalid(what: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, what)
}
