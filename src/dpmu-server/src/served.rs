//! A slice and its virtual devices as they are served.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use hyper4_dpmu::{DeviceConfig, DeviceName, SliceConfig};
use hyper4_p4runtime::tonic::service::interceptor::InterceptedService;
use hyper4_p4runtime::tonic::transport::server::Router;
use hyper4_p4runtime::v1::p4_runtime_server::P4RuntimeServer;
use hyper4_p4runtime_server::{Device, Journal, Noted, Observer, P4RuntimeService};
use hyper4_persona::compile;
use hyper4_serve::{DeviceInfo, ThriftServer};
use tokio::task::JoinHandle;

use crate::audit::{Audit, Deed};
use crate::bounds::{Bound, Bounded};
use crate::front::{Door, Front, LONGEST_MESSAGE};
use crate::manager::Manager;
use crate::service::Place;
use crate::shared::{Life, Shared, write};
use crate::store::{DeviceJournal, Record};
use crate::thrift::VirtualHost;
use crate::virtual_target::{VirtualTarget, load};
use crate::{StartError, Started};

/// How often it is looked for what has waited for long enough.
const GLANCE: Duration = Duration::from_millis(10);

/// A stream of a controller's and some requests beside it.
const LEAST_STREAMS: u32 = 16;

/// A slice as it is served.
pub(crate) struct Served {
    /// Each virtual device has its number in it.
    pub(crate) config: SliceConfig,
    pub(crate) devices: BTreeMap<String, ServedDevice>,
    pub(crate) service: P4RuntimeService,
    pub(crate) door: Door,
    pub(crate) front: Option<Front>,
}

/// A virtual device as it is served.
pub(crate) struct ServedDevice {
    pub(crate) device: Arc<Device>,
    pub(crate) life: Life,
    pub(crate) journal: Option<Arc<DeviceJournal>>,
    pub(crate) thrift: Option<ThriftServer>,
    glance: JoinHandle<()>,
}

impl Served {
    pub(crate) fn place(&self, slice: &str) -> Place {
        let thrift = self.devices.iter().filter_map(|(device, served)| {
            Some((device.clone(), served.thrift.as_ref().map(ThriftServer::address)?))
        });
        let p4runtime = self.front.as_ref().map(Front::address);
        Place { slice: slice.to_owned(), p4runtime, thrift: thrift.collect() }
    }

    /// What is served in front of it.
    pub(crate) fn router(&self, door: &Door, bound: &Arc<Bound>) -> Result<Router, StartError> {
        let service = P4RuntimeServer::new(self.service.clone()).max_decoding_message_size(LONGEST_MESSAGE);
        let service = Bounded::new(service, self.config.requests_at_once.get());
        let keeper = door.keeper(self.config.requests_per_second, Arc::clone(bound));
        let service = InterceptedService::new(service, keeper);
        // Streams are what is held longest: of these a connection has no more than requests may be made at once.
        let streams = u32::try_from(self.config.requests_at_once.get()).unwrap_or(u32::MAX);
        let mut server =
            door.server(&self.config.name)?.max_concurrent_streams(Some(streams.max(LEAST_STREAMS)));
        Ok(server.add_service(service))
    }

    /// Whom packets to the controller and what they teach go to.
    pub(crate) fn connect(&self, shared: &Shared) {
        let mut learners = write(&shared.learners);
        for (name, served) in &self.devices {
            let name = DeviceName { slice: self.config.name.clone(), device: name.clone() };
            learners.insert(name, Arc::clone(&served.device));
        }
        drop(learners);
        let first = self.config.composition.devices.first().and_then(|first| self.devices.get(&first.name));
        if let (Some(port), Some(first)) = (self.config.cpu_port, first) {
            write(&shared.controllers).insert(port, Arc::clone(&first.device));
        }
    }
}

impl ServedDevice {
    /// Nobody is served any more, and nothing is kept. It was ended in the device below before.
    pub(crate) fn end(self) {
        self.glance.abort();
        if let Some(journal) = &self.journal {
            journal.settle();
        }
        if let Some(thrift) = self.thrift {
            thrift.cut();
        }
        self.device.retire();
    }
}

impl Manager {
    /// Serve a virtual device of a slice. It runs nothing yet.
    pub(crate) fn serve_device(
        &self,
        slice: &SliceConfig,
        config: &DeviceConfig,
    ) -> Result<ServedDevice, StartError> {
        let name = DeviceName { slice: slice.name.clone(), device: config.name.clone() };
        let life = Life::default();
        let target = VirtualTarget {
            shared: Arc::clone(&self.shared),
            name: name.clone(),
            life: life.clone(),
            cpu_port: slice.cpu_port,
            programs: Arc::clone(&self.programs),
            layout: self.shared.lock().layout().clone(),
            verified: Mutex::default(),
        };
        let store = self.store.clone();
        let journal = store.map(|store| Arc::new(DeviceJournal::new(store, name.clone(), life.clone())));
        let kept = journal.clone().map(|journal| journal as Arc<dyn Journal>);
        let device = Arc::new(Device::new(config.device_id.unwrap_or(1), Arc::new(target), kept));
        let thrift = match config.thrift {
            Some(address) => {
                let most = slice.connections.get();
                Some(self.serve_thrift(address, &name, &life, journal.clone(), (device.id(), most))?)
            }
            None => None,
        };
        let watched = Arc::clone(&device);
        let glance = self.handle.spawn(async move {
            let mut glance = tokio::time::interval(GLANCE);
            loop {
                glance.tick().await;
                watched.look_at_time();
            }
        });
        Ok(ServedDevice { device, life, journal, thrift, glance })
    }

    /// Serve a virtual device's Thrift services; as the device of that number, with at most so many connections.
    pub(crate) fn serve_thrift(
        &self,
        address: SocketAddr,
        name: &DeviceName,
        life: &Life,
        journal: Option<Arc<DeviceJournal>>,
        (id, most): (u64, usize),
    ) -> Result<ThriftServer, StartError> {
        let host = VirtualHost {
            shared: Arc::clone(&self.shared),
            name: name.clone(),
            life: life.clone(),
            info: DeviceInfo { device_id: id, thrift_port: address.port(), ..DeviceInfo::default() },
            started: Instant::now(),
            journal,
            audit: self.audit.clone(),
            json: Mutex::default(),
        };
        let unbound = |reason| StartError::Listen { address, reason };
        ThriftServer::start_bounded(address, Arc::new(Mutex::new(host)), most).map_err(unbound)
    }
}

/// Notes what P4Runtime controllers of a slice do.
pub(crate) fn observer(audit: Arc<Audit>, slice: String) -> Observer {
    Arc::new(move |noted: Noted| {
        audit.note(&Deed {
            slice: &slice,
            device: &noted.device.to_string(),
            peer: noted.peer,
            by: "P4Runtime",
            request: &noted.request,
            outcome: &format!("{:?}", noted.outcome),
        });
    })
}

/// Make a virtual device run what it ran before, or what it is to run from the start.
pub(crate) fn begin(
    shared: &Shared,
    device: &Device,
    name: &DeviceName,
    started: Option<Started>,
    records: Vec<Record>,
) -> Result<(), StartError> {
    let pipeline_refused =
        |reason| StartError::Pipeline { slice: name.slice.clone(), device: name.device.clone(), reason };
    match started {
        // A controller has set another one since.
        _ if matches!(records.first(), Some(Record::Pipeline(_))) => {}
        None => {}
        Some(Started { pipeline: Some(pipeline), commands, .. }) => {
            device.start(&pipeline, &commands).map_err(pipeline_refused)?;
        }
        Some(Started { program, commands, .. }) => {
            let refused = |reason| StartError::Slice { slice: name.slice.clone(), reason: Box::new(reason) };
            let mut dpmu = shared.lock();
            let guest = compile(program, dpmu.layout()).map_err(|refusal| refused(refusal.into()))?;
            load(&mut dpmu, shared, name, guest, &commands).map_err(refused)?;
        }
    }
    let kept = records.len();
    for record in records {
        let (slice, device_name) = (&name.slice, &name.device);
        match record {
            Record::Pipeline(config) => device.start(&config, &[]).map_err(pipeline_refused)?,
            Record::Updates(updates) => {
                if let Err(status) = device.resume(updates) {
                    let error = status.message();
                    tracing::error!(slice, device = device_name, error, "a stored write can't be done again");
                }
            }
            Record::Command(command) => {
                if let Err(error) = shared.lock().control(slice, device_name, &command) {
                    tracing::error!(slice, device = device_name, %error, "a stored command can't be done again");
                }
            }
        }
    }
    if kept > 0 {
        tracing::info!(slice = name.slice, device = name.device, records = kept, "as it was before");
    }
    Ok(())
}
