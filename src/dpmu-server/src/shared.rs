//! The device with its slices, as everyone who serves it shares it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use hyper4_dpmu::{DeviceName, Dpmu, Wiring};
use hyper4_p4runtime_server::Device;

use crate::Incoming;

/// What a slice may have waiting for all its programs to be there.
pub(crate) struct SliceWiring {
    pub(crate) wiring: Wiring,
    /// The virtual devices that it wants.
    pub(crate) devices: Vec<String>,
}

/// Counts, for the operator.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) packets_in: AtomicU64,
    pub(crate) packets_out: AtomicU64,
    pub(crate) packets_lost: AtomicU64,
    /// Commands of tenants by slice: done and refused.
    pub(crate) commands: RwLock<BTreeMap<String, [Arc<AtomicU64>; 2]>>,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// The device with its slices.
pub(crate) struct Shared {
    dpmu: Mutex<Dpmu>,
    pub(crate) wirings: BTreeMap<String, SliceWiring>,
    pub(crate) packets: SyncSender<Incoming>,
    /// Who is told of packets to the controller, by port.
    pub(crate) controllers: RwLock<BTreeMap<u16, Arc<Device>>>,
    /// Who is told of what the packets of a virtual device teach.
    pub(crate) learners: RwLock<BTreeMap<DeviceName, Arc<Device>>>,
    pub(crate) counts: Counts,
}

impl Shared {
    pub(crate) fn new(
        dpmu: Dpmu,
        wirings: BTreeMap<String, SliceWiring>,
        packets: SyncSender<Incoming>,
    ) -> Self {
        let counts = Counts {
            commands: RwLock::new(wirings.keys().map(|slice| (slice.clone(), Default::default())).collect()),
            ..Counts::default()
        };
        Self {
            dpmu: Mutex::new(dpmu),
            wirings,
            packets,
            controllers: RwLock::default(),
            learners: RwLock::default(),
            counts,
        }
    }

    /// Have the device for oneself.
    pub(crate) fn lock(&self) -> MutexGuard<'_, Dpmu> {
        self.dpmu.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Note what became of a tenant's command.
    pub(crate) fn count_command(&self, slice: &str, done: bool) {
        let commands = self.counts.commands.read().unwrap_or_else(PoisonError::into_inner);
        if let Some([accepted, refused]) = commands.get(slice) {
            count(if done { accepted } else { refused });
        }
    }
}
