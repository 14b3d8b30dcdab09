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
const INFO_REQUEST: i32 = 5;
const INFO_REPLY: i32 = 6;
const HEADER: usize = 12;
/// nanomsg's limit for a message is 1 MiB.
const LONGEST_MESSAGE: usize = 1 << 20;
/// A packet may grow by 512 bytes.
const LONGEST_ANSWER: usize = LONGEST_MESSAGE + 512;

/// Bytes of the longest packet that can be sent.
pub(super) const LONGEST_PACKET: usize = LONGEST_MESSAGE - HEADER;

#[derive(Debug)]
pub(super) struct PacketSocket {
    stream: UnixStream,
}

impl PacketSocket {
    /// Connect, and wait until the switch answers, which it does when it is ready for packets and commands: it listens
    /// to both earlier, but knows its own commands only then.
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
        let mut socket = Self { stream };
        socket.write([INFO_REQUEST, 0, 1], &[])?;
        match socket.read_message()? {
            ([INFO_REPLY, ..], _) => Ok(socket),
            _ => Err(invalid("it isn't simple_switch")),
        }
    }

    pub(super) fn send(&mut self, port: u16, packet: &[u8]) -> io::Result<()> {
        let length = i32::try_from(packet.len()).map_err(|_| invalid("the packet is too long"))?;
        self.write([PACKET_IN, port.into(), length], packet)
    }

    /// The next packet that left the switch, with its port.
    pub(super) fn receive(&mut self) -> io::Result<(u16, Vec<u8>)> {
        let ([kind, port, length], packet) = self.read_message()?;
        match (kind, u16::try_from(port)) {
            (PACKET_OUT, Ok(port)) if usize::try_from(length) == Ok(packet.len()) => Ok((port, packet)),
            _ => Err(invalid("a message isn't a packet")),
        }
    }

    fn write(&mut self, header: [i32; 3], content: &[u8]) -> io::Result<()> {
        let mut message = Vec::with_capacity(9 + HEADER + content.len());
        message.push(WHOLE_MESSAGE);
        message.extend(((HEADER + content.len()) as u64).to_be_bytes());
        header.iter().for_each(|number| message.extend(number.to_ne_bytes()));
        message.extend(content);
        self.stream.write_all(&message)
    }

    fn read_message(&mut self) -> io::Result<([i32; 3], Vec<u8>)> {
        let [kind] = self.read()?;
        let length = u64::from_be_bytes(self.read()?);
        if kind != WHOLE_MESSAGE || !(HEADER as u64..=LONGEST_ANSWER as u64).contains(&length) {
            return Err(invalid("a message isn't one of nanomsg"));
        }
        let mut number = || self.read().map(i32::from_ne_bytes);
        let header = [number()?, number()?, number()?];
        let mut content = vec![0; length as usize - HEADER];
        self.stream.read_exact(&mut content)?;
        Ok((header, content))
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

#[cfg(test)]
mod tests;
