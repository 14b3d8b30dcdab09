//! A virtual device as simple_switch's clients see it.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Instant;

use hyper4_dpmu::DeviceName;
use hyper4_ir::{
    Command, CounterCommand, MeterCommand, MirroringCommand, ProfileCommand, Program, RegisterCommand, Reply,
    ValueSetCommand,
};
use hyper4_p4runtime_server::Failure;
use hyper4_proto::LearningRequest;
use hyper4_serve::{ConfigError, DeviceInfo, Host, PortInfo};
use hyper4_switch::SwitchError;

use crate::audit::{Audit, Deed};
use crate::refusal::switch_error;
use crate::shared::{Life, Shared};
use crate::store::DeviceJournal;

/// A virtual device behind a Thrift server.
pub(crate) struct VirtualHost {
    pub(crate) shared: Arc<Shared>,
    pub(crate) name: DeviceName,
    pub(crate) life: Life,
    pub(crate) info: DeviceInfo,
    pub(crate) started: Instant,
    pub(crate) journal: Option<Arc<DeviceJournal>>,
    pub(crate) audit: Option<Arc<Audit>>,
    /// The program that ran when it was last asked for, as JSON.
    pub(crate) json: std::sync::Mutex<Option<(Arc<Program>, String)>>,
}

/// Whether nothing is to be kept of a command.
fn only_reads(command: &Command) -> bool {
    match command {
        Command::TableDump { .. }
        | Command::TableNumEntries { .. }
        | Command::TableDumpEntry { .. }
        | Command::TableDumpEntryFromKey { .. }
        | Command::MulticastDump => true,
        Command::Profile { command, .. } => matches!(
            command,
            ProfileCommand::Dump | ProfileCommand::DumpMember { .. } | ProfileCommand::DumpGroup { .. }
        ),
        Command::Counter { command, .. } => matches!(command, CounterCommand::Read { .. }),
        Command::Meter { command, .. } => matches!(command, MeterCommand::GetRates { .. }),
        Command::Register { command, .. } => {
            matches!(command, RegisterCommand::Read { .. } | RegisterCommand::ReadAll)
        }
        Command::ValueSet { command, .. } => matches!(command, ValueSetCommand::Get),
        Command::Mirroring { command, .. } => matches!(command, MirroringCommand::Get),
        _ => false,
    }
}

impl Host for VirtualHost {
    fn program(&self) -> Option<Arc<Program>> {
        self.shared.lock().program(&self.name).cloned()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let DeviceName { slice, device } = &self.name;
        let failed = |failure: Failure| SwitchError::Failed(failure.message);
        let journal = self.journal.as_ref().filter(|_| !only_reads(command));
        let turn = journal.map(|journal| journal.begin()).transpose().map_err(failed)?;
        let mut dpmu = self.shared.lock();
        self.life.check().map_err(failed)?;
        let result = dpmu.control(slice, device, command);
        drop(dpmu);
        self.shared.count_command(slice, result.is_ok());
        if let Some(audit) = self.audit.as_ref().filter(|_| !only_reads(command)) {
            let request = command.to_string();
            let outcome = if result.is_ok() { "Ok" } else { "Refused" };
            audit.note(&Deed { slice, device, peer: None, by: "Thrift", request: &request, outcome });
        }
        if let (Ok(_), Some(turn)) = (&result, turn) {
            turn.command(command).map_err(failed)?;
        }
        result.map_err(switch_error)
    }

    fn info(&self) -> DeviceInfo {
        self.info.clone()
    }

    fn config(&self) -> String {
        let Some(program) = self.program() else { return String::new() };
        let mut known = self.json.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        match known.as_ref().filter(|(known, _)| Arc::ptr_eq(known, &program)) {
            Some((_, json)) => json.clone(),
            None => {
                let json = program.to_json().to_string();
                *known = Some((program, json.clone()));
                json
            }
        }
    }

    fn load_config(&mut self, _json: &str) -> Result<(), ConfigError> {
        Err(ConfigError::Disabled)
    }

    fn swap_configs(&mut self) -> Result<(), ConfigError> {
        Err(ConfigError::Disabled)
    }

    fn state(&self) -> Result<Vec<u8>, String> {
        Err("a virtual device's state can't be written".to_owned())
    }

    fn ports(&self) -> Vec<PortInfo> {
        let port = |port: &u16| PortInfo {
            port: (*port).into(),
            interface: "N/A".to_owned(),
            up: true,
            extra: BTreeMap::new(),
        };
        let dpmu = self.shared.lock();
        dpmu.lease(&self.name.slice).into_iter().flat_map(|lease| &lease.ports).map(port).collect()
    }

    fn add_port(&mut self, _interface: &str, _port: u32) -> Result<(), String> {
        Err("ports are leased by the operator".to_owned())
    }

    fn remove_port(&mut self, _port: u32) -> Result<(), String> {
        Err("ports are leased by the operator".to_owned())
    }

    fn learning(&mut self, _list: i32, _what: &LearningRequest) -> bool {
        false
    }

    fn elapsed(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }
}
