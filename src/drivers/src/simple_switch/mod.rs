//! bmv2's simple_switch behind [`Switch`].

mod control;
mod life;
mod log;
mod packets;
mod process;
mod replay;
mod runtime;

use std::collections::{BTreeMap, VecDeque};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper4_ir::{Batch, Command, Output, Packet, Program, Reply};
use hyper4_switch::{ControlPlane, Revival, Switch, SwitchError, Tracing};

use crate::ToolError;
use crate::installed::given_or_found;
use life::{Leaving, Life};
use log::Line;
use packets::LONGEST_PACKET;
pub use replay::{Cores, Replayed};

use process::{MOURNING, NoLine, Process};
use runtime::Replicas;

/// The greatest ingress port; 511 is the drop port.
const LAST_PORT: u16 = 510;

/// How simple_switch is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SimpleSwitchOptions {
    /// Its file; `None`: the one on `PATH`.
    pub program_path: Option<PathBuf>,
    /// How long it may take to start, to answer a command, or to deal with a packet.
    pub patience: Duration,
}

impl Default for SimpleSwitchOptions {
    fn default() -> Self {
        Self { program_path: None, patience: Duration::from_secs(10) }
    }
}

/// A real simple_switch, built with logging and nanomsg, as it is unless told otherwise.
///
/// It is started with a log of level `trace`, traces wanted or not: what takes time is that packets pass alone, from
/// thread to thread. Every port from 0 to 510 is there. Its egress queues are made long enough never to drop a packet.
/// Each output has its cause; those of one cause come in the order in which its copies were made, since between ports
/// there is no other, and those of one port in the order in which they left by it. Once it has died or fallen silent,
/// every call fails until the next [`Switch::load`].
pub struct SimpleSwitch {
    path: PathBuf,
    options: SimpleSwitchOptions,
    running: Option<Running>,
}

/// A program on a process.
struct Running {
    program: Arc<Program>,
    /// The program as it was given to the switch.
    json: String,
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
        let started = Process::start(&self.path, json, self.options.patience);
        let mut process = started.map_err(|error| error.with(&program))?;
        // The default, 64 packets, drops silently.
        let depths = process.runtime.set_all_egress_queue_depths(i32::MAX);
        depths.map_err(|error| SwitchError::Failed(format!("its queues can't be made longer: {error}")))?;
        let blank = ControlPlane::new(Arc::clone(&program));
        let json = json.to_owned();
        self.running = Some(Running { program, json, process, blank, replicas: None, sent: 0, dead: None });
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
        let patience = self.options.patience;
        let running = self.running()?;
        if let Some(packet) = packets.iter().find(|packet| packet.port > LAST_PORT) {
            return Err(SwitchError::Port { port: packet.port, last: LAST_PORT });
        }
        if let Some(index) = packets.iter().position(|packet| packet.bytes.len() > LONGEST_PACKET) {
            return Err(SwitchError::Unsupported {
                construct: format!("packet {index}"),
                reason: format!("simple_switch takes packets of at most {LONGEST_PACKET} bytes"),
                source_info: None,
            });
        }
        running.inject(packets, tracing, patience).map_err(|reason| {
            let reason = running.process.ended(MOURNING).unwrap_or(reason);
            running.dead = Some(reason.clone());
            SwitchError::Failed(reason)
        })
    }

    fn end(&mut self) {
        self.running = None;
    }

    fn revive(&mut self) -> Result<Revival, SwitchError> {
        let running = self.running.as_mut().ok_or(SwitchError::NotLoaded)?;
        if running.dead.is_none() && running.process.ended(Duration::ZERO).is_none() {
            return Ok(Revival::Same);
        }
        let (program, json) = (Arc::clone(&running.program), running.json.clone());
        self.load_json(program, &json).map(|()| Revival::Anew)
    }
}

impl Running {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        control::check(&self.blank, command)?;
        let result = self.process.runtime.control(&self.program, command);
        // What the log says of commands is in the way of what it says of packets.
        let failed = matches!(result, Err(SwitchError::Failed(_)));
        if let Some(reason) = self.process.ended(if failed { MOURNING } else { Duration::ZERO }) {
            self.dead = Some(reason.clone());
            return Err(SwitchError::Failed(reason));
        }
        // Nearly any command may be one for groups, and asking again is cheap.
        self.replicas = None;
        result
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing, patience: Duration) -> Result<Batch, String> {
        let Self { program, process, replicas, sent, .. } = self;
        let replicas = match (tracing, &mut *replicas) {
            (Tracing::Off, _) => None,
            (Tracing::On | Tracing::Full, Some(known)) => Some(&*known),
            (Tracing::On | Tracing::Full, unknown) => {
                let asked = process.runtime.replicas();
                let asked = asked.map_err(|error| format!("its groups can't be read: {error}"))?;
                Some(&*unknown.insert(asked))
            }
        };
        let mut batch = Batch::default();
        for (cause, packet) in packets.iter().enumerate() {
            let mut life = Life::new(program, replicas, *sent, packet.bytes.len());
            process
                .packets
                .send(packet.port, &packet.bytes)
                .map_err(|error| format!("it doesn't take packet {cause}: {error}"))?;
            *sent += 1;
            let copies = process.follow(&mut life, Instant::now() + patience)?;
            let outputs = in_order(copies).into_iter();
            batch.outputs.extend(outputs.map(|(port, bytes)| Output { cause: Some(cause), port, bytes }));
            if tracing != Tracing::Off {
                batch.traces.push(life.into_trace());
            }
        }
        Ok(batch)
    }
}

/// What left, as port and bytes, in the order in which the copies were made; but packets of one port stay in the order in
/// which they left by it, which is the one that can be seen: a clone overtakes its original.
fn in_order(left: Vec<(u64, u16, Vec<u8>)>) -> Vec<(u16, Vec<u8>)> {
    let mut made: Vec<(u64, u16)> = left.iter().map(|(copy, port, _)| (*copy, *port)).collect();
    made.sort_by_key(|(copy, _)| *copy);
    let mut by_port: BTreeMap<u16, VecDeque<Vec<u8>>> = BTreeMap::new();
    for (_, port, bytes) in left {
        by_port.entry(port).or_default().push_back(bytes);
    }
    let next = |(_, port): (u64, u16)| Some((port, by_port.get_mut(&port)?.pop_front()?));
    made.into_iter().filter_map(next).collect()
}

impl Process {
    /// Follow a packet to the end of its life: what left the switch, as copy, port and bytes.
    fn follow(&mut self, life: &mut Life<'_>, deadline: Instant) -> Result<Vec<(u64, u16, Vec<u8>)>, String> {
        let mut copies = Vec::new();
        let mut line = String::new();
        while !life.is_over() {
            match self.log.next(&mut line, deadline) {
                Ok(()) => {}
                Err(NoLine::Ended) => return Err("its log has ended".to_owned()),
                Err(NoLine::Late) => {
                    return Err(format!(
                        "simple_switch doesn't get done with a packet in time; its log, which must be built in, ends \
                         with `{line}`"
                    ));
                }
            }
            let Some(line) = Line::parse(&line) else { continue };
            if let Some(Leaving { copy, length, port }) = life.line(&line)? {
                let (from, bytes) = self
                    .packets
                    .receive()
                    .map_err(|error| format!("a packet that left can't be read: {error}"))?;
                if (from, bytes.len()) != (port, length) {
                    return Err(format!(
                        "a packet of {} bytes left by port {from}, but its log says {length} and {port}",
                        bytes.len()
                    ));
                }
                copies.push((copy, port, bytes));
            }
        }
        Ok(copies)
    }
}

#[cfg(test)]
mod tests {
    use super::in_order;

    #[test]
    fn a_port_keeps_the_order_in_which_packets_left_by_it() {
        let packet = |text: &str| text.as_bytes().to_vec();
        let left = vec![
            (2, 7, packet("second copy, first on 7")),
            (0, 7, packet("original")),
            (1, 8, packet("first copy")),
        ];
        let expected =
            vec![(7, packet("second copy, first on 7")), (8, packet("first copy")), (7, packet("original"))];
        assert_eq!(in_order(left), expected);
        assert_eq!(in_order(Vec::new()), Vec::new());
    }
}
