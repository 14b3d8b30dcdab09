//! The device with its slices, as everyone who serves it shares it.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::mpsc::SyncSender;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock, RwLockWriteGuard};

use hyper4_dpmu::{DeviceName, Dpmu, Wiring};
use hyper4_p4runtime_server::{Device, Failure};

use crate::Incoming;
use crate::watch::Repairs;

/// What a slice may have waiting for all its programs to be there.
pub(crate) struct SliceWiring {
    pub(crate) wiring: Wiring,
    /// The virtual devices that it wants.
    pub(crate) devices: Vec<String>,
}

/// Whether a virtual device is still there. It ends while nobody else has the device below, so whoever has it and finds it
/// alive may do what a tenant asked for.
#[derive(Clone, Debug, Default)]
pub(crate) struct Life(Arc<AtomicBool>);

impl Life {
    pub(crate) fn end(&self) {
        self.0.store(true, Ordering::SeqCst);
    }

    /// # Errors
    /// [`Failure`] of one that is gone.
    pub(crate) fn check(&self) -> Result<(), Failure> {
        match self.0.load(Ordering::SeqCst) {
            false => Ok(()),
            true => Err(Failure::not_found("the device is gone")),
        }
    }
}

/// Counts, for the operator.
#[derive(Default)]
pub(crate) struct Counts {
    pub(crate) packets_in: AtomicU64,
    pub(crate) packets_out: AtomicU64,
    pub(crate) packets_lost: AtomicU64,
    pub(crate) repairs: Repairs,
    /// Commands of tenants by slice: done and refused.
    pub(crate) commands: RwLock<BTreeMap<String, [Arc<AtomicU64>; 2]>>,
}

pub(crate) fn count(counter: &AtomicU64) {
    counter.fetch_add(1, Ordering::Relaxed);
}

/// Change what is shared; someone who failed meanwhile left it whole.
pub(crate) fn write<T>(shared: &RwLock<T>) -> RwLockWriteGuard<'_, T> {
    shared.write().unwrap_or_else(PoisonError::into_inner)
}

/// The device with its slices.
pub(crate) struct Shared {
    dpmu: Mutex<Dpmu>,
    pub(crate) wirings: RwLock<BTreeMap<String, SliceWiring>>,
    pub(crate) packets: SyncSender<Incoming>,
    /// Who is told of packets to the controller, by port.
    pub(crate) controllers: RwLock<BTreeMap<u16, Arc<Device>>>,
    /// Who is told of what the packets of a virtual device teach.
    pub(crate) learners: RwLock<BTreeMap<DeviceName, Arc<Device>>>,
    pub(crate) counts: Counts,
}

impl Shared {
    pub(crate) fn new(dpmu: Dpmu, packets: SyncSender<Incoming>) -> Self {
        Self {
            dpmu: Mutex::new(dpmu),
            wirings: RwLock::default(),
            packets,
            controllers: RwLock::default(),
            learners: RwLock::default(),
            counts: Counts::default(),
        }
    }

    /// A slice is to be wired so, as soon as all of its virtual devices have a program.
    pub(crate) fn expect(&self, slice: &str, wiring: SliceWiring) {
        write(&self.wirings).insert(slice.to_owned(), wiring);
        write(&self.counts.commands).entry(slice.to_owned()).or_default();
    }

    /// A slice is gone.
    pub(crate) fn forget(&self, slice: &str) {
        write(&self.wirings).remove(slice);
        write(&self.counts.commands).remove(slice);
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
