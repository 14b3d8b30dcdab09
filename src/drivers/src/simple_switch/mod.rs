//! bmv2's simple_switch behind [`Switch`].

mod control;
mod lives;
mod log;
mod packets;
mod process;
mod rpc;
mod runtime;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper4_ir::{Batch, Command, Output, Packet, Program, Reply};
use hyper4_switch::{ControlPlane, Switch, SwitchError, Tracing};

use crate::ToolError;
use crate::installed::given_or_found;
use lives::{Lives, Step};
use log::Line;
use packets::LONGEST_PACKET;
use process::{NoLine, Process, StartError};
use runtime::Replicas;

/// The greatest ingress port; 511 is the drop port.
const LAST_PORT: u16 = 510;

/// How much simple_switch writes into its log. It can't be changed while it runs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LogLevel {
    /// Enough to know when a packet has run its course; faster, but there are no traces.
    Debug,
    /// Enough for traces.
    #[default]
    Trace,
}

impl LogLevel {
    fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Trace => "trace",
        }
    }
}

/// How simple_switch is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleSwitchOptions {
    /// Its file; `None`: the one on `PATH`.
    pub program_path: Option<PathBuf>,
    /// How much it writes into its log.
    pub log_level: LogLevel,
    /// How many packets may be in it at once, at least 1. More than 1 is faster, but a packet may then see what an
    /// earlier one hasn't done yet: only for programs that keep no state and look at no queue.
    pub in_flight: usize,
    /// How long it may take to start, to answer a command, or to deal with a packet.
    pub patience: Duration,
}

impl Default for SimpleSwitchOptions {
    fn default() -> Self {
        Self {
            program_path: None,
            log_level: LogLevel::default(),
            in_flight: 1,
            patience: Duration::from_secs(10),
        }
    }
}

/// A real simple_switch.
///
/// Every port from 0 to 510 is there. Its egress queues are made long enough never to drop a packet. Each output has
/// its cause; those of one cause come in the order in which its copies were made, since between ports there is no other. Once it has died or fallen silent, every call fails until the next [`Switch::load`].
pub struct SimpleSwitch {
    path: PathBuf,
    options: SimpleSwitchOptions,
    running: Option<Running>,
}

/// A program on a process.
struct Running {
    program: Arc<Program>,
    process: Process,
    /// The control plane as it was after loading.
    blank: ControlPlane,
    /// What groups copy to, unless it may have changed since it was asked.
    replicas: Option<Replicas>,
    /// Packets that have been sent since the process started: the switch numbers them so, too.
    sent: u64,
    /// Why it can't be used any more.
    dead: Option<String>,
}

impl SimpleSwitch {
    /// A simple_switch that runs nothing yet.
    ///
    /// # Errors
    /// [`ToolError::NotFound`] when there is none.
    pub fn new(options: SimpleSwitchOptions) -> Result<Self, ToolError> {
        let path = given_or_found(options.program_path.as_deref(), "simple_switch")?;
        Ok(Self { path, options, running: None })
    }

    /// The file that is run.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// As [`Switch::load`], with the bmv2 JSON that is to be given to the switch as it is: p4c's, say. `program` must be
    /// what [`Program::from_json`] reads from it.
    ///
    /// # Errors
    /// As of [`Switch::load`].
    pub fn load_json(&mut self, program: Arc<Program>, json: &str) -> Result<(), SwitchError> {
        let level = self.options.log_level.name();
        let started = Process::start(&self.path, level, json, self.options.patience);
        let mut process = started.map_err(|error| match error {
            StartError::Refused(reason) => SwitchError::Unsupported {
                construct: format!("program `{}`", program.name),
                reason,
                source_info: None,
            },
            StartError::Failed(reason) => SwitchError::Failed(reason),
            StartError::PortTaken => SwitchError::Failed("no port is free".to_owned()),
        })?;
        // The default, 64 packets, drops silently.
        let depths = process.runtime.set_all_egress_queue_depths(i32::MAX);
        depths.map_err(|error| SwitchError::Failed(format!("its queues can't be made longer: {error:?}")))?;
        let blank = ControlPlane::new(Arc::clone(&program));
        self.running = Some(Running { program, process, blank, replicas: None, sent: 0, dead: None });
        Ok(())
    }

    fn running(&mut self) -> Result<&mut Running, SwitchError> {
        let running = self.running.as_mut().ok_or(SwitchError::NotLoaded)?;
        match &running.dead {
            Some(reason) => Err(SwitchError::Failed(reason.clone())),
            None => Ok(running),
        }
    }
}

impl Switch for SimpleSwitch {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        let json = program.to_json().to_string();
        self.load_json(program, &json)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.running.as_ref().map(|running| &running.program)
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.running()?.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let SimpleSwitchOptions { log_level, in_flight, patience, .. } = self.options;
        let running = self.running()?;
        if let Some(packet) = packets.iter().find(|packet| packet.port > LAST_PORT) {
            return Err(SwitchError::Port { port: packet.port, last: LAST_PORT });
        }
        let unsupported = |construct: String, reason: String| {
            Err(SwitchError::Unsupported { construct, reason, source_info: None })
        };
        if let Some(index) = packets.iter().position(|packet| packet.bytes.len() > LONGEST_PACKET) {
            let reason = format!("simple_switch takes packets of at most {LONGEST_PACKET} bytes");
            return unsupported(format!("packet {index}"), reason);
        }
        if tracing == Tracing::On && log_level != LogLevel::Trace {
            let reason = "simple_switch was started with another log level than `trace`".to_owned();
            return unsupported("a trace".to_owned(), reason);
        }
        running.inject(packets, tracing, in_flight.max(1), patience).map_err(|reason| {
            running.dead = Some(reason.clone());
            SwitchError::Failed(reason)
        })
    }
}

impl Running {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        control::check(&self.blank, command)?;
        let result = control::control(&mut self.process.runtime, &self.program, command);
        // What the log says of commands is in the way of what it says of packets.
        self.process.log.forget();
        // Nearly any command may be one for groups, and asking again is cheap.
        self.replicas = None;
        result
    }

    fn inject(
        &mut self,
        packets: &[Packet],
        tracing: Tracing,
        in_flight: usize,
        patience: Duration,
    ) -> Result<Batch, String> {
        if tracing == Tracing::On && self.replicas.is_none() {
            let replicas = self.process.runtime.replicas();
            self.replicas = Some(replicas.map_err(|error| format!("its groups can't be read: {error:?}"))?);
        }
        let replicas = self.replicas.as_ref().filter(|_| tracing == Tracing::On);
        let program = Arc::clone(&self.program);
        let mut lives = Lives::new(&program, replicas);
        let mut outputs = Vec::new();
        let mut waiting = packets.iter().enumerate();
        let mut line = String::new();
        let mut deadline = Instant::now() + patience;
        loop {
            while lives.in_flight() < in_flight
                && let Some((cause, packet)) = waiting.next()
            {
                let sent = self.process.packets.send(packet.port, &packet.bytes);
                sent.map_err(|error| format!("it doesn't take packet {cause}: {error}"))?;
                lives.begin(self.sent, cause, packet.bytes.len());
                self.sent += 1;
                deadline = Instant::now() + patience;
            }
            if lives.in_flight() == 0 {
                break;
            }
            match self.process.log.next(&mut line, deadline) {
                Ok(()) => {}
                Err(NoLine::Ended) => return Err(self.process.obituary()),
                Err(NoLine::Late) => {
                    let seconds = patience.as_secs_f64();
                    return Err(format!(
                        "simple_switch doesn't get done with a packet in {seconds} s; its log ends with: {line}"
                    ));
                }
            }
            let Some(line) = Line::parse(&line) else { continue };
            if let Step::Transmit { cause, copy, length, port } = lives.line(&line)? {
                let (from, bytes) = self
                    .process
                    .packets
                    .receive()
                    .map_err(|error| format!("a packet that left can't be read: {error}"))?;
                if (from, bytes.len()) != (port, length) {
                    return Err(format!(
                        "a packet of {} bytes left by port {from}, but its log says {length} and {port}",
                        bytes.len()
                    ));
                }
                outputs.push((cause, copy, Output { cause: Some(cause), port, bytes }));
            }
        }
        outputs.sort_by_key(|(cause, copy, _)| (*cause, *copy));
        let outputs = outputs.into_iter().map(|(_, _, output)| output).collect();
        Ok(Batch { outputs, traces: lives.into_traces() })
    }
}
