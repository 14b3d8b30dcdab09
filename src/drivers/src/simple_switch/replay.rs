//! Packets through a simple_switch as fast as it takes them.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper4_ir::{Command, Output, Packet, Program};
use hyper4_switch::{ControlPlane, SwitchError};
use nix::sched::{CpuSet, sched_getaffinity, sched_setaffinity};
use nix::unistd::Pid;
use pcap_file::pcap::{PcapHeader, PcapPacket, PcapReader, PcapWriter};

use super::process::{StartError, Started, temporary_folder};
use super::{SimpleSwitch, control};

/// How often the files that it writes are looked at.
const GLANCE: Duration = Duration::from_millis(20);
/// Bytes of a pcap file before its first packet, and before each packet (man 5 pcap-savefile).
const FILE_HEADER: u64 = 24;

/// Which cores a switch may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cores {
    /// All that this process may use.
    All,
    /// One of them. Its threads hand each packet from one to the next, which takes less time when nobody must wake up
    /// another core, so that this may be the fastest.
    One,
}

/// Do something that starts a process, which may use those cores.
fn with_cores<T>(cores: Cores, start: impl FnOnce() -> Result<T, StartError>) -> Result<T, StartError> {
    if cores == Cores::All {
        return start();
    }
    let failed = |error: nix::Error| StartError::Failed(format!("it can't be put on one core: {error}"));
    let this_thread = Pid::from_raw(0);
    let all = sched_getaffinity(this_thread).map_err(failed)?;
    let mut one = CpuSet::new();
    if let Some(core) = (0..CpuSet::count()).rev().find(|core| all.is_set(*core).unwrap_or(false)) {
        one.set(core).map_err(failed)?;
    }
    // What is started now inherits it.
    sched_setaffinity(this_thread, &one).map_err(failed)?;
    let started = start();
    sched_setaffinity(this_thread, &all).map_err(failed)?;
    started
}

/// What came of a replay.
#[derive(Clone, Debug)]
pub struct Replayed {
    /// What came out, port by port, each port's in the order in which it came; causes aren't known.
    pub outputs: Vec<Output>,
    /// From the first packet that left to the last one, by the switch's own clock.
    pub span: Duration,
}

impl SimpleSwitch {
    /// Give packets to a new process in capture files, which it reads as fast as it can (`--use-files`), and wait until
    /// as many bytes have come out as `expected` has (what leaves by other ports is not kept): its throughput, where [`hyper4_switch::Switch::inject`] measures
    /// its latency. `json` is the program as in [`SimpleSwitch::load_json`]; the log may be built out of the switch.
    ///
    /// `cores` are those that the process may use.
    ///
    /// # Errors
    /// [`SwitchError::Unsupported`] when it refuses the program; [`SwitchError::Control`] for a wrong command;
    /// [`SwitchError::Failed`] when it gives up, or nothing more comes before everything has.
    pub fn replay(
        &self,
        program: &Arc<Program>,
        json: &str,
        commands: &[Command],
        packets: &[Packet],
        expected: &[Output],
        cores: Cores,
    ) -> Result<Replayed, SwitchError> {
        // Commands are carried out before packets come: a second for each 200 of them, and two to begin with, which is
        // plenty unless the machine has other things to do.
        let short = 2 + commands.len() as u64 / 200;
        for wait in [short, short + self.options.patience.as_secs()] {
            if let Some(replayed) =
                self.replay_after(wait, program, json, commands, packets, expected, cores)?
            {
                return Ok(replayed);
            }
        }
        Err(SwitchError::Failed("its commands took longer than it waits for them".to_owned()))
    }

    /// With so many seconds for the commands; `None` when they took longer.
    #[allow(clippy::too_many_arguments, reason = "what `replay` is given, and the time")]
    fn replay_after(
        &self,
        wait: u64,
        program: &Arc<Program>,
        json: &str,
        commands: &[Command],
        packets: &[Packet],
        expected: &[Output],
        cores: Cores,
    ) -> Result<Option<Replayed>, SwitchError> {
        let failed = |error: std::io::Error| SwitchError::Failed(format!("a capture can't be kept: {error}"));
        let start_error = |error: StartError| error.with(program);
        let folder = temporary_folder().map_err(start_error)?;
        let ports: BTreeSet<u16> =
            packets.iter().map(|p| p.port).chain(expected.iter().map(|o| o.port)).collect();
        for port in &ports {
            write_capture(folder.path(), *port, packets).map_err(failed)?;
        }
        let mut arguments = vec!["--use-files".to_owned(), wait.to_string()];
        for port in &ports {
            arguments
                .extend(["-i".to_owned(), format!("{port}@{}", interface(folder.path(), *port).display())]);
        }
        let patience = self.options.patience;
        let begun = Instant::now();
        let start = || Started::start(&self.path, json, &folder, &arguments, patience);
        let mut started = with_cores(cores, start).map_err(start_error)?;
        let depths = started.runtime.set_all_egress_queue_depths(i32::MAX);
        depths.map_err(|error| SwitchError::Failed(format!("its queues can't be made longer: {error}")))?;
        let blank = ControlPlane::new(Arc::clone(program));
        for command in commands {
            control::check(&blank, command)?;
            started.runtime.control(program, command)?;
        }
        if begun.elapsed() > Duration::from_secs(wait) {
            return Ok(None);
        }
        // A file gets its header with its first packet.
        let leaving: BTreeSet<u16> = expected.iter().map(|output| output.port).collect();
        let bytes: u64 = leaving.len() as u64 * FILE_HEADER
            + expected.iter().map(|output| 16 + output.bytes.len() as u64).sum::<u64>();
        let mut last = (0, Instant::now());
        loop {
            let written = ports.iter().map(|port| output_file(folder.path(), *port));
            let written: u64 = written.map(|file| std::fs::metadata(file).map_or(0, |m| m.len())).sum();
            if written >= bytes {
                break;
            }
            if let Some(reason) = started.ended(folder.path()) {
                return Err(SwitchError::Failed(reason));
            }
            if written > last.0 {
                last = (written, Instant::now());
            } else if last.1.elapsed() > patience + Duration::from_secs(wait) {
                let reason = format!("nothing more comes out after {written} of {bytes} bytes of captures");
                return Err(SwitchError::Failed(reason));
            }
            std::thread::sleep(GLANCE);
        }
        drop(started);
        read_captures(folder.path(), &leaving).map(Some).map_err(SwitchError::Failed)
    }
}

fn interface(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!("port{port}"))
}

fn output_file(folder: &Path, port: u16) -> PathBuf {
    folder.join(format!("port{port}_out.pcap"))
}

/// All packets have their number as their time, by which the switch merges its files.
fn write_capture(folder: &Path, port: u16, packets: &[Packet]) -> std::io::Result<()> {
    let file = BufWriter::new(File::create(folder.join(format!("port{port}_in.pcap")))?);
    let header = PcapHeader { snaplen: u32::from(u16::MAX), ..PcapHeader::default() };
    let other = |error: pcap_file::PcapError| std::io::Error::other(error.to_string());
    let mut writer = PcapWriter::with_header(file, header).map_err(other)?;
    for (number, packet) in (0u64..).zip(packets).filter(|(_, packet)| packet.port == port) {
        let length = u32::try_from(packet.bytes.len()).map_err(std::io::Error::other)?;
        let packet = PcapPacket::new(Duration::from_micros(number), length, &packet.bytes);
        writer.write_packet(&packet).map_err(other)?;
    }
    std::io::Write::flush(&mut writer.into_writer())
}

fn read_captures(folder: &Path, ports: &BTreeSet<u16>) -> Result<Replayed, String> {
    let mut outputs = Vec::new();
    let (mut first, mut last) = (Duration::MAX, Duration::ZERO);
    for port in ports {
        let bad = |error: &dyn std::fmt::Display| format!("what left by port {port} can't be read: {error}");
        let file = File::open(output_file(folder, *port)).map_err(|error| bad(&error))?;
        let mut reader = PcapReader::new(BufReader::new(file)).map_err(|error| bad(&error))?;
        // Raw, since the header that the switch writes allows packets of no byte.
        while let Some(packet) = reader.next_raw_packet() {
            let packet = packet.map_err(|error| bad(&error))?;
            let time =
                Duration::from_secs(packet.ts_sec.into()) + Duration::from_micros(packet.ts_frac.into());
            first = first.min(time);
            last = last.max(time);
            outputs.push(Output { cause: None, port: *port, bytes: packet.data.into_owned() });
        }
    }
    Ok(Replayed { outputs, span: last.saturating_sub(first) })
}
