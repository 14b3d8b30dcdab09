//! Starting and stopping it all.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::Path;
use std::sync::mpsc::{Receiver, SyncSender};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use hyper4_dpmu::{ConfigError, DeviceName, Dpmu, DpmuConfig, DpmuError};
use hyper4_ir::{Command, Program};
use hyper4_p4runtime::v1::ForwardingPipelineConfig;
use hyper4_p4runtime_server::Failure;
use tokio::runtime::Runtime;
use tokio::signal::unix::{Signal, SignalKind, signal};
use tokio::sync::watch;

use crate::audit::Audit;
use crate::front::{Front, bind};
use crate::manager::{Manager, lock};
use crate::shared::Shared;
use crate::store::{Store, StoreError};
use crate::{Incoming, Ports, Programs, forward, http, operator};

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
    /// Slices that don't go together.
    #[error(transparent)]
    Config(#[from] ConfigError),
    /// A program that the configuration names can't be read.
    #[error("slice `{slice}`, device `{device}`: {reason}")]
    Program {
        /// The slice.
        slice: String,
        /// The virtual device.
        device: String,
        /// Why.
        reason: String,
    },
    /// The store can't be used.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No threads.
    #[error("can't start threads: {0}")]
    Threads(std::io::Error),
    /// It couldn't be told when the process is to end.
    #[error("signals can't be taken: {0}")]
    Signals(std::io::Error),
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
    manager: Arc<Manager>,
    operator: Option<Front>,
    metrics: Option<SocketAddr>,
    /// An interrupt, and SIGTERM: noticed from the start.
    ends: [Signal; 2],
}

/// Where a slice is served.
pub struct Place {
    /// The slice.
    pub slice: String,
    /// Its P4Runtime server.
    pub p4runtime: Option<SocketAddr>,
    /// The Thrift services of its virtual devices.
    pub thrift: Vec<(String, SocketAddr)>,
}

impl Service {
    /// Make the slices of a configuration on a DPMU that has none, and serve them: as the configuration, which was read from
    /// `file`, says, and as the operator decided since. `started` has what runs from the start, where that is known
    /// already; files lie relative to the configuration's. Packets come by `packets`, of which `sender` is the other end.
    ///
    /// # Errors
    /// [`StartError`]
    pub fn start(
        config: DpmuConfig,
        file: &Path,
        dpmu: Dpmu,
        started: BTreeMap<DeviceName, Started>,
        programs: Arc<dyn Programs>,
        (sender, packets): (SyncSender<Incoming>, Receiver<Incoming>),
        mut ports: Box<dyn Ports>,
    ) -> Result<Self, StartError> {
        let base = file.parent().unwrap_or(Path::new("."));
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .enable_all()
            .thread_name("requests")
            .build()
            .map_err(StartError::Threads)?;
        let (stop, _) = watch::channel(false);
        let shared = Arc::new(Shared::new(dpmu, sender));
        let store = match &config.server.store {
            Some(path) => Some(Arc::new(Store::open(&base.join(path))?)),
            None => None,
        };
        let audit = match &config.server.audit {
            Some(path) => {
                let path = base.join(path);
                let unread = |reason| StartError::Read { path: path.display().to_string(), reason };
                Some(Arc::new(Audit::open(&path).map_err(unread)?))
            }
            None => None,
        };
        let manager = Arc::new(Manager {
            shared: Arc::clone(&shared),
            handle: runtime.handle().clone(),
            file: file.to_owned(),
            base: base.to_owned(),
            programs,
            store,
            audit,
            stop: stop.clone(),
            server: config.server.clone(),
            operator: config.operator.clone(),
            slices: Mutex::default(),
        });
        manager.begin(&config, started)?;
        runtime.spawn(crate::watch::watch(Arc::clone(&shared), manager.audit.clone(), stop.subscribe()));
        let operator = match &config.operator {
            Some(wanted) => Some(operator::start(wanted, &manager)?),
            None => None,
        };
        let metrics = match config.server.metrics {
            Some(address) => {
                let unbound = |reason| StartError::Listen { address, reason };
                let socket = bind(address)?;
                let bound = socket.local_addr().map_err(unbound)?;
                let _entered = runtime.enter();
                let listener = tokio::net::TcpListener::from_std(socket).map_err(unbound)?;
                runtime.spawn(http::serve(listener, Arc::clone(&shared)));
                Some(bound)
            }
            None => None,
        };
        std::thread::Builder::new()
            .name("packets".to_owned())
            .spawn(move || forward::forward(&shared, &packets, ports.as_mut()))
            .map_err(StartError::Threads)?;
        let ends = {
            let _in_runtime = runtime.enter();
            let noticed = |kind| signal(kind).map_err(StartError::Signals);
            [noticed(SignalKind::interrupt())?, noticed(SignalKind::terminate())?]
        };
        Ok(Self { runtime, stop, manager, operator, metrics, ends })
    }

    /// Where the slices are served, by name.
    pub fn places(&self) -> Vec<Place> {
        let slices = lock(&self.manager.slices);
        slices.served.iter().map(|(slice, served)| served.place(slice)).collect()
    }

    /// Where the operator's service is answered.
    pub fn operator_address(&self) -> Option<SocketAddr> {
        self.operator.as_ref().map(Front::address)
    }

    /// Where metrics and health are answered.
    pub fn metrics_address(&self) -> Option<SocketAddr> {
        self.metrics
    }

    /// Wait until the process is told to end (interrupt or SIGTERM), or has been since the start.
    pub fn wait(&mut self) {
        let [interrupted, terminated] = &mut self.ends;
        self.runtime.block_on(async {
            tokio::select! {
                _ = interrupted.recv() => {}
                _ = terminated.recv() => {}
            }
        });
    }

    /// Take no more requests, and end when those that were taken are answered, or when it takes too long.
    pub fn stop(self) {
        tracing::info!("stopping");
        let _ = self.stop.send(true);
        self.manager.end_thrift();
        self.runtime.shutdown_timeout(Duration::from_secs(2));
        // Those that pass packets have it, too, until the process ends: nobody else would end what it started.
        self.manager.shared.lock().switch().end();
    }
}
