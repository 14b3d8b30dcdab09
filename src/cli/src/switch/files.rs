//! Packets from and to capture files, as simple_switch's `--use-files`.
//!
//! `X_in.pcap` may be a FIFO: it is opened in the order of the ports, and each opening waits for its writer.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufReader, Write};
use std::sync::mpsc::SyncSender;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use pcap_file::pcap::{PcapHeader, PcapPacket, PcapReader, PcapWriter};
use pcap_file::{DataLink, Endianness};

use hyper4_dpmu_server::Incoming;

/// What captures hold at most of a packet.
const LONGEST: u32 = 65_535;

/// A file that packets come from.
pub(crate) struct Source {
    port: u16,
    reader: PcapReader<BufReader<File>>,
    /// The packet that is next, and its time.
    next: Option<(Duration, Vec<u8>)>,
}

impl Source {
    /// Open an interface's file. An error is what simple_switch says of it.
    pub(crate) fn open(port: u16, interface: &str) -> Result<Self, String> {
        let name = format!("{interface}_in.pcap");
        let file = File::open(&name).map_err(|error| format!("{name}: {}", reason(&error)))?;
        let reader = PcapReader::new(BufReader::new(file)).map_err(|error| format!("{name}: {error}"))?;
        Ok(Self { port, reader, next: None })
    }

    fn advance(&mut self) {
        // What can't be read is the end.
        self.next = match self.reader.next_packet() {
            Some(Ok(packet)) => Some((packet.timestamp, packet.data.into_owned())),
            _ => None,
        };
    }
}

fn reason(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "No such file or directory".to_owned(),
        std::io::ErrorKind::PermissionDenied => "Permission denied".to_owned(),
        _ => error.to_string(),
    }
}

/// Send the packets of all files, the earliest first, until all have ended.
pub(crate) fn replay(mut sources: Vec<Source>, packets: &SyncSender<Incoming>) {
    sources.iter_mut().for_each(Source::advance);
    loop {
        let earliest = sources
            .iter_mut()
            .filter(|source| source.next.is_some())
            .min_by_key(|source| source.next.as_ref().map(|(time, _)| *time));
        let Some(source) = earliest else { return };
        if let Some((_, bytes)) = source.next.take()
            && packets.send(Incoming { port: source.port, bytes }).is_err()
        {
            return;
        }
        source.advance();
    }
}

/// The files that packets go to. A file is there from the start, and empty until its first packet.
#[derive(Default)]
pub(crate) struct Files {
    files: BTreeMap<u16, (File, bool)>,
}

impl Files {
    pub(crate) fn create(&mut self, port: u16, interface: &str) -> Result<(), String> {
        let name = format!("{interface}_out.pcap");
        let file = File::create(&name).map_err(|error| format!("{name}: {}", reason(&error)))?;
        self.files.insert(port, (file, false));
        Ok(())
    }

    /// Write a packet; one for a port that isn't there is lost.
    pub(crate) fn send(&mut self, port: u16, bytes: &[u8], time: Duration) -> Result<(), String> {
        let Some((file, begun)) = self.files.get_mut(&port) else { return Ok(()) };
        let failed =
            |error: pcap_file::PcapError| format!("a packet of port {port} can't be written: {error}");
        // Whole packets, each written at once: who reads along never sees a part of one.
        let mut buffer = Vec::new();
        let mut writer = PcapWriter::with_header(&mut buffer, header()).map_err(failed)?;
        let start = HEADER_BYTES * usize::from(*begun);
        let packet = PcapPacket::new(time, bytes.len() as u32, bytes);
        writer.write_packet(&packet).map_err(failed)?;
        let written = buffer.get(start..).unwrap_or_default();
        file.write_all(written)
            .map_err(|error| format!("a packet of port {port} can't be written: {error}"))?;
        *begun = true;
        Ok(())
    }
}

fn header() -> PcapHeader {
    PcapHeader {
        snaplen: LONGEST,
        datalink: DataLink::ETHERNET,
        endianness: Endianness::native(),
        ..PcapHeader::default()
    }
}

/// Bytes of a capture's own header.
const HEADER_BYTES: usize = 24;

/// A capture of what passes an interface one way.
pub(crate) struct Capture(std::sync::Mutex<PcapWriter<File>>);

impl Capture {
    pub(crate) fn create(path: &std::path::Path) -> Result<Self, String> {
        let failed = |error: String| format!("`{}` can't be written: {error}", path.display());
        let file = File::create(path).map_err(|error| failed(error.to_string()))?;
        let writer = PcapWriter::with_header(file, header()).map_err(|error| failed(error.to_string()))?;
        Ok(Self(std::sync::Mutex::new(writer)))
    }

    /// Write a packet. What can't be written is missing there, and passes all the same.
    pub(crate) fn write(&self, bytes: &[u8]) {
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let packet = PcapPacket::new(now, bytes.len() as u32, bytes);
        let _ = self.0.lock().unwrap_or_else(std::sync::PoisonError::into_inner).write_packet(&packet);
    }
}
