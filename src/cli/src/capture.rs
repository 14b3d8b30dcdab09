//! Packets from capture files.

use std::fs::File;
use std::io::BufReader;
use std::path::Path;
use std::time::Duration;

use hyper4_ir::Packet;
use pcap_file::pcap::PcapReader;

use crate::failure::Failure;

/// A packet with the time at which it was captured.
struct Captured {
    time: Duration,
    packet: Packet,
}

/// The packets of several captures, each of one port, in the order of their time stamps; equal ones in the order of the
/// ports.
pub(crate) fn read_captures<'a>(
    files: impl IntoIterator<Item = (u16, &'a Path)>,
) -> Result<Vec<Packet>, Failure> {
    let mut all = Vec::new();
    for (port, path) in files {
        all.extend(read_capture(port, path)?);
    }
    all.sort_by_key(|c| (c.time, c.packet.port));
    Ok(all.into_iter().map(|c| c.packet).collect())
}

fn read_capture(port: u16, path: &Path) -> Result<Vec<Captured>, Failure> {
    let bad = |reason: String| Failure::input(format!("capture `{}`: {reason}", path.display()));
    let file = File::open(path).map_err(|e| bad(e.to_string()))?;
    let mut reader = PcapReader::new(BufReader::new(file)).map_err(|e| bad(describe(&e)))?;
    let link = reader.header().datalink;
    if link != pcap_file::DataLink::ETHERNET {
        return Err(bad(format!("packets of link type {link:?}, but only Ethernet can be read")));
    }
    let mut packets = Vec::new();
    while let Some(next) = reader.next_packet() {
        let number = packets.len() + 1;
        let next = next.map_err(|e| bad(format!("packet {number}: {}", describe(&e))))?;
        if next.data.len() < next.orig_len as usize {
            let (got, sent) = (next.data.len(), next.orig_len);
            return Err(bad(format!("packet {number} was captured only in part, {got} of {sent} bytes")));
        }
        packets
            .push(Captured { time: next.timestamp, packet: Packet { port, bytes: next.data.into_owned() } });
    }
    Ok(packets)
}

/// The library's errors name its types; say it in words.
fn describe(error: &pcap_file::PcapError) -> String {
    match error {
        pcap_file::PcapError::IncompleteBuffer => "the file ends in the middle of a packet".to_owned(),
        pcap_file::PcapError::IoError(e) if e.kind() == std::io::ErrorKind::UnexpectedEof => {
            "the file ends in the middle of a packet".to_owned()
        }
        pcap_file::PcapError::IoError(e) => e.to_string(),
        pcap_file::PcapError::InvalidField(field) => format!("not a pcap file: {field}"),
        other => format!("not a pcap file: {other}"),
    }
}
