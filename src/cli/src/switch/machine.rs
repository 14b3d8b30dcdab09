//! The switch with what its process has around it, as clients see it.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use hyper4_ir::{Batch, Command, Packet, Program, Reply};
use hyper4_proto::LearningRequest;
use hyper4_serve::{ConfigError, DeviceInfo, EventLog, Host, PortInfo, serialize};
use hyper4_switch::{SwitchError, Tracing};

use super::interfaces::Interfaces;
use super::log::{Level, Log};
use super::notify::{Notifier, Served};
use super::packet_in::PacketIn;

/// Where packets come from and go to.
pub(super) enum Ports {
    /// Files: their names.
    Files(Vec<(u16, String)>),
    /// Interfaces.
    Interfaces(Interfaces),
    /// Messages.
    PacketIn(PacketIn),
}

/// A running switch.
pub(super) struct Machine {
    pub(super) switch: Box<dyn Served>,
    pub(super) notifier: Notifier,
    /// Where it is told what happens to packets.
    pub(super) events: Option<EventLog>,
    pub(super) ports: Ports,
    pub(super) log: Arc<Log>,
    pub(super) info: DeviceInfo,
    pub(super) started: Instant,
    /// The program's JSON.
    pub(super) config: String,
    /// Whether a client may load another program, and what waits for it.
    pub(super) enable_swap: bool,
    pub(super) waiting: Option<(Arc<Program>, String)>,
    pub(super) packets: u64,
}

impl Machine {
    /// Let one packet pass: its number, and what became of it.
    pub(super) fn inject(&mut self, packet: Packet, tracing: Tracing) -> (u64, Result<Batch, SwitchError>) {
        let number = self.packets;
        self.packets += 1;
        let result = self.switch.inject(&[packet], tracing);
        if let (Ok(batch), Some(program)) = (&result, self.switch.program()) {
            self.notifier.learn(program, &batch.digests, &self.log);
        }
        (number, result)
    }

    /// Send what was learnt and has waited for long enough.
    pub(super) fn send_overdue(&mut self) {
        self.notifier.send_overdue(&self.log);
    }

    /// Tell of ports that went up or down.
    pub(super) fn look_at_ports(&mut self) {
        if let Ports::Interfaces(interfaces) = &self.ports {
            self.notifier.look_at(interfaces.ports().map(|(port, name)| (port.into(), is_up(name))));
        }
    }

    /// Tell of entries that have aged.
    pub(super) fn sweep(&mut self) {
        let aged = self.switch.sweep();
        if let (false, Some(program)) = (aged.is_empty(), self.switch.program()) {
            self.notifier.age(program, &self.config, &aged, &self.log);
        }
    }
}

/// Whether packets can pass an interface, as the kernel says.
fn is_up(interface: &str) -> bool {
    let state = std::fs::read_to_string(format!("/sys/class/net/{interface}/operstate"));
    state.is_ok_and(|state| state.starts_with('u'))
}

impl Host for Machine {
    fn program(&self) -> Option<Arc<Program>> {
        self.switch.program().cloned()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.log.write(Level::Trace, &command.to_string());
        let result = self.switch.control(command);
        if let Err(error) = &result {
            self.log.write(Level::Error, &format!("`{command}`: {error}"));
        } else if *command == Command::ResetState {
            self.notifier.reset();
        }
        result
    }

    fn info(&self) -> DeviceInfo {
        self.info.clone()
    }

    fn config(&self) -> String {
        self.config.clone()
    }

    fn load_config(&mut self, json: &str) -> Result<(), ConfigError> {
        if !self.enable_swap {
            return Err(ConfigError::Disabled);
        }
        match Program::from_json(json) {
            Ok(program) => {
                self.waiting = Some((Arc::new(program), json.to_owned()));
                Ok(())
            }
            Err(error) => {
                self.log.write(Level::Error, &format!("the new program can't be loaded: {error}"));
                Err(ConfigError::Ongoing)
            }
        }
    }

    fn swap_configs(&mut self) -> Result<(), ConfigError> {
        if !self.enable_swap {
            return Err(ConfigError::Disabled);
        }
        let (program, json) = self.waiting.take().ok_or(ConfigError::NotOngoing)?;
        match self.switch.load(program) {
            Ok(()) => {
                self.config = json;
                if let Some(program) = self.switch.program() {
                    self.notifier.load(program);
                }
                if let Some(events) = &mut self.events {
                    events.load(&self.config);
                    events.tell_config_change();
                }
                Ok(())
            }
            Err(error) => {
                self.log.write(Level::Error, &format!("the new program can't be run: {error}"));
                Err(ConfigError::NotOngoing)
            }
        }
    }

    fn state(&self) -> Result<Vec<u8>, String> {
        match self.switch.control_plane() {
            Some(control) => Ok(serialize(control, &self.config)),
            None => Err("there is no state that can be written".to_owned()),
        }
    }

    fn ports(&self) -> Vec<PortInfo> {
        let info = |port: u32, interface: &str, up, extra: BTreeMap<String, String>| PortInfo {
            port,
            interface: interface.to_owned(),
            up,
            extra,
        };
        match &self.ports {
            Ports::Files(files) => files
                .iter()
                .map(|(port, name)| {
                    let extra =
                        [("in_pcap", format!("{name}_in.pcap")), ("out_pcap", format!("{name}_out.pcap"))];
                    info((*port).into(), name, true, extra.map(|(key, value)| (key.to_owned(), value)).into())
                })
                .collect(),
            Ports::Interfaces(interfaces) => interfaces
                .ports()
                .map(|(port, name)| info(port.into(), name, is_up(name), BTreeMap::new()))
                .collect(),
            Ports::PacketIn(peer) => peer
                .ports()
                .into_iter()
                .map(|(port, up)| {
                    let extra = BTreeMap::from([("socket_addr".to_owned(), peer.address.clone())]);
                    info(port.cast_unsigned(), "N/A", up, extra)
                })
                .collect(),
        }
    }

    fn add_port(&mut self, interface: &str, port: u32) -> Result<(), String> {
        let number = u16::try_from(port).ok().filter(|port| *port < 511).ok_or("ports are 0 to 510")?;
        match &mut self.ports {
            Ports::Files(_) => Err("ports can't be added when packets come from files".to_owned()),
            Ports::PacketIn(_) => Err("the peer that sends packets adds ports".to_owned()),
            Ports::Interfaces(interfaces) => interfaces.attach(number, interface, None::<&Path>),
        }
    }

    fn remove_port(&mut self, port: u32) -> Result<(), String> {
        let number = u16::try_from(port).map_err(|error| error.to_string())?;
        match &mut self.ports {
            Ports::Files(_) => Err("ports can't be removed when packets come from files".to_owned()),
            Ports::PacketIn(_) => Err("the peer that sends packets removes ports".to_owned()),
            Ports::Interfaces(interfaces) => interfaces.detach(number),
        }
    }

    fn learning(&mut self, list: i32, what: &LearningRequest) -> bool {
        self.notifier.hear(list, what, &self.log)
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
