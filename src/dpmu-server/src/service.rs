//! Starting and stopping it all.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use hyper4_dpmu::{DeviceName, Dpmu, DpmuConfig, DpmuError, SliceConfig, TlsConfig};
use hyper4_ir::{Command, Program};
use hyper4_p4runtime::tonic::transport::server::TcpIncoming;
use hyper4_p4runtime::tonic::transport::{self, Certificate, Identity, Server, ServerTlsConfig};
use hyper4_p4runtime::v1::ForwardingPipelineConfig;
use hyper4_p4runtime::v1::p4_runtime_server::P4RuntimeServer;
use hyper4_p4runtime_server::{Device, Failure, Journal, Noted, Observer, P4RuntimeService};
use hyper4_persona::compile;
use hyper4_serve::{DeviceInfo, ThriftServer};
use tokio::net::TcpListener;
use tokio::runtime::Runtime;
use tokio::sync::watch;

use crate::audit::{Audit, Deed};
use crate::doorkeeper::Doorkeeper;
use crate::rate::Rate;
use crate::shared::{Shared, SliceWiring};
use crate::store::{DeviceJournal, Record, Store, StoreError};
use crate::thrift::VirtualHost;
use crate::virtual_target::{VirtualTarget, load};
use crate::{Compile, Incoming, Ports, forward, http};

/// Bytes of the longest message from a controller: programs and large batches.
const LONGEST_MESSAGE: usize = 64 << 20;

/// How often it is looked for what has waited for long enough.
const GLANCE: Duration = Duration::from_millis(10);

/// Why it could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// An address can't be listened on.
    #[error("can't listen on `{address}`: {reason}")]
    Listen {
        /// The address.
        address: SocketAddr,
        /// Why.
        reason: std::io::Error,
    },
    /// A file can't be read.
    #[error("can't read `{path}`: {reason}")]
    Read {
        /// The file.
        path: String,
        /// Why.
        reason: std::io::Error,
    },
    /// The DPMU refuses what the configuration says.
    #[error("slice `{slice}`: {reason}")]
    Slice {
        /// The slice.
        slice: String,
        /// Why.
        reason: Box<DpmuError>,
    },
    /// A program that the configuration names can't be run as a P4Runtime pipeline.
    #[error("slice `{slice}`, device `{device}`: {reason}")]
    Pipeline {
        /// The slice.
        slice: String,
        /// The virtual device.
        device: String,
        /// Why.
        reason: Failure,
    },
    /// Certificates that can't be used.
    #[error("slice `{slice}`: `tls`: {reason}")]
    Tls {
        /// The slice.
        slice: String,
        /// Why.
        reason: String,
    },
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No threads.
    #[error("can't start threads: {0}")]
    Threads(std::io::Error),
}

/// What a virtual device runs from the start.
pub struct Started {
    /// Its program.
    pub program: Arc<Program>,
    /// What is carried out first.
    pub commands: Vec<Command>,
    /// What controllers are told of it, where its P4Info is known.
    pub pipeline: Option<ForwardingPipelineConfig>,
}

/// A running service.
pub struct Service {
    runtime: Runtime,
    stop: watch::Sender<bool>,
    tasks: Vec<tokio::task::JoinHandle<()>>,
    /// Each slice's P4Runtime server, and where it listens.
    addresses: BTreeMap<String, SocketAddr>,
    metrics: Option<SocketAddr>,
    thrift: Vec<(DeviceName, ThriftServer)>,
    store: Option<Arc<Store>>,
    audit: Option<Arc<Audit>>,
}

impl Service {
    /// Make the slices of a configuration on a DPMU that has none, and serve them. `started` has what runs from the
    /// start; tokens lie relative to `base`. Packets come by `packets`, of which `sender` is the other end.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn start(
        config: &DpmuConfig,
        base: &Path,
        mut dpmu: Dpmu,
        mut started: BTreeMap<DeviceName, Started>,
        compile: &Compile,
        (sender, packets): (SyncSender<Incoming>, Receiver<Incoming>),
        mut ports: Box<dyn Ports>,
    ) -> Result<Self, StartError> {
        for slice in &config.slices {
            let refused = |reason| StartError::Slice { slice: slice.name.clone(), reason: Box::new(reason) };
            dpmu.create_slice(&slice.name, slice.lease.clone()).map_err(refused)?;
        }
        let wirings = config.slices.iter().map(|slice| {
            let devices = slice.composition.devices.iter().map(|device| device.name.clone()).collect();
            let wiring = slice.composition.wiring.clone();
            (slice.name.clone(), SliceWiring { wiring, devices })
        });
        let shared = Arc::new(Shared::new(dpmu, wirings.collect(), sender));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("requests")
            .build()
            .map_err(StartError::Threads)?;
        let (stop, _) = watch::channel(false);
        let mut service = Self {
            runtime,
            stop,
            tasks: Vec::new(),
            addresses: BTreeMap::new(),
            metrics: None,
            thrift: Vec::new(),
            store: match &config.server.store {
                Some(path) => Some(Arc::new(Store::open(&base.join(path))?)),
                None => None,
            },
            audit: match &config.server.audit {
                Some(path) => {
                    let path = base.join(path);
                    let unread = |reason| StartError::Read { path: path.display().to_string(), reason };
                    Some(Arc::new(Audit::open(&path).map_err(unread)?))
                }
                None => None,
            },
        };
        for slice in &config.slices {
            service.slice(slice, base, &shared, &mut started, compile)?;
        }
        if let Some(address) = config.server.metrics {
            let (listener, bound) = service.listen(address)?;
            service.metrics = Some(bound);
            service.tasks.push(service.runtime.spawn(http::serve(listener, Arc::clone(&shared))));
        }
        std::thread::Builder::new()
            .name("packets".to_owned())
            .spawn(move || forward::forward(&shared, &packets, ports.as_mut()))
            .map_err(StartError::Threads)?;
        Ok(service)
    }

    fn slice(
        &mut self,
        slice: &SliceConfig,
        base: &Path,
        shared: &Arc<Shared>,
        started: &mut BTreeMap<DeviceName, Started>,
        compile: &Compile,
    ) -> Result<(), StartError> {
        let mut devices = Vec::new();
        for (number, config) in (1u64..).zip(&slice.composition.devices) {
            let name = DeviceName { slice: slice.name.clone(), device: config.name.clone() };
            let target = VirtualTarget {
                shared: Arc::clone(shared),
                name: name.clone(),
                cpu_port: slice.cpu_port,
                compile: Arc::clone(compile),
                layout: shared.lock().layout().clone(),
                verified: Mutex::default(),
            };
            let journal = self
                .store
                .as_ref()
                .map(|store| Arc::new(DeviceJournal::new(Arc::clone(store), name.clone())));
            let kept = journal.clone().map(|journal| journal as Arc<dyn Journal>);
            let device = Arc::new(Device::new(config.device_id.unwrap_or(number), Arc::new(target), kept));
            let records = match &self.store {
                Some(store) => store.records(&name)?,
                None => Vec::new(),
            };
            begin(shared, &device, &name, started.remove(&name), records)?;
            if let Some(address) = config.thrift {
                let host = VirtualHost {
                    shared: Arc::clone(shared),
                    name: name.clone(),
                    info: DeviceInfo {
                        device_id: device.id(),
                        thrift_port: address.port(),
                        ..DeviceInfo::default()
                    },
                    ports: slice.lease.ports.iter().copied().collect(),
                    started: Instant::now(),
                    journal,
                    audit: self.audit.clone(),
                    json: Mutex::default(),
                };
                let unbound = |reason| StartError::Listen { address, reason };
                let server = ThriftServer::start(address, Arc::new(Mutex::new(host))).map_err(unbound)?;
                self.thrift.push((name.clone(), server));
            }
            let mut learners = shared.learners.write().unwrap_or_else(PoisonError::into_inner);
            learners.insert(name, Arc::clone(&device));
            drop(learners);
            let watched = Arc::clone(&device);
            self.tasks.push(self.runtime.spawn(async move {
                let mut glance = tokio::time::interval(GLANCE);
                loop {
                    glance.tick().await;
                    watched.look_at_time();
                }
            }));
            devices.push(device);
        }
        if let (Some(port), Some(first)) = (slice.cpu_port, devices.first()) {
            let mut controllers = shared.controllers.write().unwrap_or_else(PoisonError::into_inner);
            controllers.insert(port, Arc::clone(first));
        }
        match slice.p4runtime {
            Some(address) => self.p4runtime(slice, base, address, devices),
            None => Ok(()),
        }
    }

    fn p4runtime(
        &mut self,
        slice: &SliceConfig,
        base: &Path,
        address: SocketAddr,
        devices: Vec<Arc<Device>>,
    ) -> Result<(), StartError> {
        let token = match &slice.token_file {
            None => None,
            Some(path) => Some(read(base, path)?.trim().into()),
        };
        let mut server = Server::builder();
        if let Some(config) = &slice.tls {
            let refused = |reason: transport::Error| StartError::Tls {
                slice: slice.name.clone(),
                reason: std::error::Error::source(&reason)
                    .map_or_else(|| reason.to_string(), ToString::to_string),
            };
            server = server.tls_config(tls(config, base)?).map_err(refused)?;
        }
        let (listener, bound) = self.listen(address)?;
        let rate = slice.requests_per_second;
        let rate = rate.map(|rate| Arc::new(Mutex::new(Rate::new(rate.get(), Instant::now()))));
        let observer = self.audit.clone().map(|audit| observer(audit, slice.name.clone()));
        let service = P4RuntimeServer::new(P4RuntimeService::new(devices, observer))
            .max_decoding_message_size(LONGEST_MESSAGE);
        let service = hyper4_p4runtime::tonic::service::interceptor::InterceptedService::new(
            service,
            Doorkeeper { token, rate },
        );
        let mut stopped = self.stop.subscribe();
        let name = slice.name.clone();
        let task = async move {
            let stop = async move {
                // When nobody can say it any more, it is time, too.
                let _ = stopped.wait_for(|stop| *stop).await;
            };
            let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
            let served = server.add_service(service).serve_with_incoming_shutdown(incoming, stop);
            if let Err(error) = served.await {
                tracing::error!(slice = name, %error, "the P4Runtime server ended");
            }
        };
        self.tasks.push(self.runtime.spawn(task));
        tracing::info!(slice = slice.name, address = %bound, "P4Runtime is spoken");
        self.addresses.insert(slice.name.clone(), bound);
        Ok(())
    }

    fn listen(&self, address: SocketAddr) -> Result<(TcpListener, SocketAddr), StartError> {
        let unbound = |reason| StartError::Listen { address, reason };
        let listener = self.runtime.block_on(TcpListener::bind(address)).map_err(unbound)?;
        let bound = listener.local_addr().map_err(unbound)?;
        Ok((listener, bound))
    }

    /// Where a slice's P4Runtime server listens.
    pub fn p4runtime_address(&self, slice: &str) -> Option<SocketAddr> {
        self.addresses.get(slice).copied()
    }

    /// Where the Thrift services of a virtual device listen.
    pub fn thrift_address(&self, name: &DeviceName) -> Option<SocketAddr> {
        self.thrift.iter().find(|(known, _)| known == name).map(|(_, server)| server.address())
    }

    /// Where metrics and health are answered.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Wait until the process is told to end (interrupt or SIGTERM).
    pub fn wait(&self) {
        self.runtime.block_on(async {
            let terminated = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
            match terminated {
                Ok(mut terminated) => tokio::select! {
                    _ = tokio::signal::ctrl_c() => {}
                    _ = terminated.recv() => {}
                },
                Err(_) => drop(tokio::signal::ctrl_c().await),
            }
        });
    }

    /// Take no more requests, and end when those that were taken are answered, or when it takes too long.
    pub fn stop(mut self) {
        tracing::info!("stopping");
        let _ = self.stop.send(true);
        drop(std::mem::take(&mut self.thrift));
        self.runtime.shutdown_timeout(Duration::from_secs(2));
    }
}

/// Notes what P4Runtime controllers of a slice do.
fn observer(audit: Arc<Audit>, slice: String) -> Observer {
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

fn read(base: &Path, file: &Path) -> Result<String, StartError> {
    let path = base.join(file);
    let unread = |reason| StartError::Read { path: path.display().to_string(), reason };
    std::fs::read_to_string(&path).map_err(unread)
}

fn tls(config: &TlsConfig, base: &Path) -> Result<ServerTlsConfig, StartError> {
    let identity = Identity::from_pem(read(base, &config.certificate)?, read(base, &config.key)?);
    let tls = ServerTlsConfig::new().identity(identity);
    Ok(match &config.client_authority {
        Some(authority) => tls.client_ca_root(Certificate::from_pem(read(base, authority)?)),
        None => tls,
    })
}

/// Make a virtual device run what it ran before, or what it is to run from the start.
fn begin(
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
