//! Slices that come, change and go while they are served.

mod change;
mod reload;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper4_dpmu::{ConfigError, DeviceName, DpmuConfig, OperatorConfig, ServerConfig, SliceConfig};
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime_server::{Failure, P4RuntimeService};
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::audit::Audit;
use crate::bounds::Bound;
use crate::front::{Door, Front, bind};
use crate::refusal;
use crate::served::{Served, ServedDevice, begin, observer};
use crate::shared::{Shared, SliceWiring, write};
use crate::store::{Decision, Store};
use crate::{Programs, StartError, Started};

pub(crate) use change::Sent;
pub(crate) use reload::Outcome;

/// Everything that is served.
pub(crate) struct Manager {
    pub(crate) shared: Arc<Shared>,
    pub(crate) handle: Handle,
    /// The configuration.
    pub(crate) file: PathBuf,
    /// Where its files lie.
    pub(crate) base: PathBuf,
    pub(crate) programs: Arc<dyn Programs>,
    pub(crate) store: Option<Arc<Store>>,
    pub(crate) audit: Option<Arc<Audit>>,
    pub(crate) stop: watch::Sender<bool>,
    pub(crate) server: ServerConfig,
    pub(crate) operator: Option<OperatorConfig>,
    /// Held while the operator changes something.
    pub(crate) slices: Mutex<Slices>,
}

/// The slices, and where they come from.
#[derive(Default)]
pub(crate) struct Slices {
    pub(crate) served: BTreeMap<String, Served>,
    /// What the configuration says of each, as it was last read.
    configured: BTreeMap<String, String>,
    /// What the operator decided otherwise.
    decisions: BTreeMap<String, Decision>,
}

pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What the operator is told: all of it.
pub(crate) fn refused(error: StartError) -> Failure {
    let code = match &error {
        StartError::Slice { reason, .. } => refusal::code(reason),
        StartError::Pipeline { reason, .. } => reason.code,
        StartError::Config(_) | StartError::Program { .. } => Code::InvalidArgument,
        StartError::Listen { .. } | StartError::Read { .. } | StartError::Tls { .. } => {
            Code::FailedPrecondition
        }
        StartError::Store(_) | StartError::Threads(_) | StartError::Signals(_) => Code::Unavailable,
    };
    Failure::new(code, error.to_string())
}

pub(crate) fn no_slice(name: &str) -> Failure {
    Failure::not_found(format!("there is no slice `{name}`"))
}

impl Manager {
    /// Make the slices of a configuration, and as the operator decided since.
    pub(crate) fn begin(
        &self,
        config: &DpmuConfig,
        mut started: BTreeMap<DeviceName, Started>,
    ) -> Result<(), StartError> {
        let mut slices = lock(&self.slices);
        if let Some(store) = &self.store {
            slices.decisions = store.decisions()?.into_iter().collect();
        }
        let wanted = slices.wanted(config)?;
        self.check(wanted.values().cloned())?;
        // In the order of the configuration, those that it doesn't know last.
        let position = |name: &str| config.slices.iter().position(|slice| slice.name == name);
        let mut wanted: Vec<SliceConfig> = wanted.into_values().collect();
        wanted.sort_by_key(|slice| position(&slice.name).unwrap_or(usize::MAX));
        for slice in wanted {
            let name = slice.name.clone();
            let served = self.create(numbered(slice, None), &mut started)?;
            slices.served.insert(name, served);
        }
        Ok(())
    }

    /// Whether slices go together with each other and with all else.
    fn check(&self, slices: impl Iterator<Item = SliceConfig>) -> Result<(), ConfigError> {
        let (server, operator) = (self.server.clone(), self.operator.clone());
        DpmuConfig { server, operator, slices: slices.collect() }.check()
    }

    /// Make a slice and serve it. Where that fails there is nothing of it.
    fn create(
        &self,
        config: SliceConfig,
        started: &mut BTreeMap<DeviceName, Started>,
    ) -> Result<Served, StartError> {
        let name = config.name.clone();
        let door = Door::of_slice(&config, &self.base)?;
        let socket = config.p4runtime.map(bind).transpose()?;
        let refused = |reason| StartError::Slice { slice: name.clone(), reason: Box::new(reason) };
        self.shared.lock().create_slice(&name, config.lease.clone()).map_err(refused)?;
        let devices = config.composition.devices.iter().map(|device| device.name.clone()).collect();
        let wiring = config.composition.wiring.clone();
        self.shared.expect(&name, SliceWiring { wiring, devices });
        let observer = self.audit.clone().map(|audit| observer(audit, name.clone()));
        let service = P4RuntimeService::new([], observer);
        let mut served = Served { config, devices: BTreeMap::new(), service, door, front: None };
        match self.fill(&mut served, socket, started) {
            Ok(()) => Ok(served),
            Err(error) => {
                if let Err(failure) = self.end_below(&served) {
                    tracing::error!(slice = name, error = failure.message, "what was begun can't be undone");
                }
                self.part(served);
                Err(error)
            }
        }
    }

    fn fill(
        &self,
        served: &mut Served,
        socket: Option<std::net::TcpListener>,
        started: &mut BTreeMap<DeviceName, Started>,
    ) -> Result<(), StartError> {
        let config = served.config.clone();
        for device in &config.composition.devices {
            let name = DeviceName { slice: config.name.clone(), device: device.name.clone() };
            let begun = self.serve_device(&config, device)?;
            let made = Arc::clone(&begun.device);
            served.devices.insert(device.name.clone(), begun);
            let records = match &self.store {
                Some(store) => store.records(&name)?,
                None => Vec::new(),
            };
            let start = match started.remove(&name) {
                Some(started) => Some(started),
                None => self.read(&name, device)?,
            };
            begin(&self.shared, &made, &name, start, records)?;
            served.service.add(made);
        }
        served.connect(&self.shared);
        if let Some(socket) = socket {
            served.front = Some(self.open(served, &served.door, socket)?);
        }
        Ok(())
    }

    /// What the configuration names for a virtual device.
    fn read(
        &self,
        name: &DeviceName,
        device: &hyper4_dpmu::DeviceConfig,
    ) -> Result<Option<Started>, StartError> {
        let unread =
            |reason| StartError::Program { slice: name.slice.clone(), device: name.device.clone(), reason };
        self.programs.read(device).map_err(unread)
    }

    /// Serve a slice's controllers.
    fn open(&self, served: &Served, door: &Door, socket: std::net::TcpListener) -> Result<Front, StartError> {
        let bound = Bound::new(served.config.connections.get());
        let router = served.router(door, &bound)?;
        let front = Front::start(&self.handle, socket, router, Some(bound), self.stop.subscribe());
        let front = front.map_err(StartError::Threads)?;
        tracing::info!(slice = served.config.name, address = %front.address(), "P4Runtime is spoken");
        Ok(front)
    }

    /// Make a slice that wasn't there.
    pub(crate) fn add(&self, slices: &mut Slices, config: SliceConfig) -> Result<(), Failure> {
        if slices.served.contains_key(&config.name) {
            let message = format!("there is a slice `{}` already", config.name);
            return Err(Failure::new(Code::AlreadyExists, message));
        }
        let others = slices.served.values().map(|served| served.config.clone());
        self.check(others.chain([config.clone()])).map_err(|error| Failure::invalid(error.to_string()))?;
        let name = config.name.clone();
        if let Some(store) = &self.store {
            // What one of that name did before is another's.
            for device in &config.composition.devices {
                store.append(&DeviceName { slice: name.clone(), device: device.name.clone() }, &[], true)?;
            }
        }
        let served = self.create(numbered(config, None), &mut BTreeMap::new()).map_err(refused)?;
        slices.served.insert(name.clone(), served);
        self.decided(slices, &name, &[])
    }

    /// Delete a slice with everything in it.
    pub(crate) fn delete(&self, slices: &mut Slices, name: &str) -> Result<(), Failure> {
        self.end_below(slices.served.get(name).ok_or_else(|| no_slice(name))?)?;
        let served = slices.served.remove(name);
        let gone: Vec<String> = served.iter().flat_map(|served| served.devices.keys().cloned()).collect();
        served.into_iter().for_each(|served| self.part(served));
        self.decided(slices, name, &gone)
    }

    /// A slice is no more. What its tenants are in the middle of is done before, or not at all.
    fn end_below(&self, served: &Served) -> Result<(), Failure> {
        let name = &served.config.name;
        let mut dpmu = self.shared.lock();
        let refused = |reason| StartError::Slice { slice: name.clone(), reason: Box::new(reason) };
        dpmu.delete_slice(name).map_err(|error| self::refused(refused(error)))?;
        served.devices.values().for_each(|device| device.life.end());
        drop(dpmu);
        Ok(())
    }

    /// Of a slice that is no more nothing is served either, and its connections end.
    fn part(&self, served: Served) {
        let name = &served.config.name;
        self.shared.forget(name);
        if let Some(port) = served.config.cpu_port {
            write(&self.shared.controllers).remove(&port);
        }
        write(&self.shared.learners).retain(|device, _| device.slice != *name);
        drop(served.front.map(Front::cut));
        served.devices.into_values().for_each(ServedDevice::end);
    }

    /// Keep what a slice is now, where that isn't what the configuration says.
    fn decided(&self, slices: &mut Slices, name: &str, gone: &[String]) -> Result<(), Failure> {
        let unwritable = |error: ConfigError| Failure::invalid(error.to_string());
        let now = slices.served.get(name).map(|served| served.config.to_toml()).transpose();
        let now = now.map_err(unwritable)?;
        let configured = slices.configured.get(name).cloned();
        let said = configured.as_ref().and_then(|text| SliceConfig::from_toml(text).ok());
        let said = said.and_then(|said| numbered(said, None).to_toml().ok());
        let decision = (said != now).then_some(Decision { configured, now });
        match &decision {
            Some(decision) => drop(slices.decisions.insert(name.to_owned(), decision.clone())),
            None => drop(slices.decisions.remove(name)),
        }
        match &self.store {
            Some(store) => store.decide(name, decision.as_ref(), gone),
            None => Ok(()),
        }
    }

    /// The Thrift servers take no more connections.
    pub(crate) fn end_thrift(&self) {
        for served in lock(&self.slices).served.values_mut() {
            served.devices.values_mut().for_each(|device| drop(device.thrift.take()));
        }
    }
}

/// Each virtual device by a number of its own: the one that it had, else its place in the list, else the first that is free.
fn numbered(mut config: SliceConfig, before: Option<&SliceConfig>) -> SliceConfig {
    let known = |name: &str| {
        let devices = before.into_iter().flat_map(|before| &before.composition.devices);
        devices.filter(|device| device.name == name).find_map(|device| device.device_id)
    };
    let devices = &mut config.composition.devices;
    for device in devices.iter_mut() {
        device.device_id = device.device_id.or_else(|| known(&device.name));
    }
    let mut taken: BTreeSet<u64> = devices.iter().filter_map(|device| device.device_id).collect();
    for (place, device) in (1u64..).zip(devices) {
        if device.device_id.is_none() {
            let free = [place].into_iter().chain(1..).find(|id| !taken.contains(id));
            taken.extend(free);
            device.device_id = free;
        }
    }
    config
}
