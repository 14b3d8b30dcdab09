//! The device is looked after: one that has gone is brought back, and one that isn't as it should be is set right.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use hyper4_dpmu::{DpmuError, Reconciled};
use tokio::sync::watch;

use crate::audit::{Audit, Deed};
use crate::shared::{Shared, count};

/// How often it is looked at.
const GLANCE: Duration = Duration::from_millis(200);

/// What was done to bring the device to what is known of it, for the operator.
#[derive(Default)]
pub(crate) struct Repairs {
    /// 1 while it does not run.
    pub(crate) down: AtomicU64,
    /// How often it was set right.
    pub(crate) times: AtomicU64,
    pub(crate) missing: AtomicU64,
    pub(crate) foreign: AtomicU64,
    pub(crate) changed: AtomicU64,
    pub(crate) groups: AtomicU64,
    pub(crate) cells: AtomicU64,
}

/// Look after the device until `stop`.
pub(crate) async fn watch(shared: Arc<Shared>, audit: Option<Arc<Audit>>, mut stop: watch::Receiver<bool>) {
    let mut glance = tokio::time::interval(GLANCE);
    glance.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
    loop {
        tokio::select! {
            _ = glance.tick() => {}
            // When nobody can say it any more, it is time, too.
            _ = stop.wait_for(|stop| *stop) => return,
        }
        let (shared, audit) = (Arc::clone(&shared), audit.clone());
        // One that fails tries again.
        let _ = tokio::task::spawn_blocking(move || look(&shared, audit.as_deref())).await;
    }
}

fn look(shared: &Shared, audit: Option<&Audit>) {
    let done = shared.lock().revive();
    let was_down = shared.counts.repairs.down.load(Ordering::Relaxed) == 1;
    match done {
        Ok(None) => shared.counts.repairs.down.store(0, Ordering::Relaxed),
        Ok(Some(done)) => {
            shared.counts.repairs.down.store(0, Ordering::Relaxed);
            note(shared, audit, "the device was brought back", &done);
        }
        Err(error) => {
            shared.counts.repairs.down.store(1, Ordering::Relaxed);
            if !was_down {
                tracing::error!(%error, "the device doesn't run, and is tried again");
                tell(audit, "bring the device back", "Unavailable");
            }
        }
    }
}

/// Bring the device to what is known of it now, as the operator wished.
pub(crate) fn reconcile(shared: &Shared, audit: Option<&Audit>) -> Result<Reconciled, DpmuError> {
    let mut dpmu = shared.lock();
    let revived = dpmu.revive()?;
    let found = dpmu.reconcile()?;
    drop(dpmu);
    let done = revived.map_or(found, |revived| revived.and(found));
    note(shared, audit, "the device was compared with what is known of it", &done);
    Ok(done)
}

fn note(shared: &Shared, audit: Option<&Audit>, what: &str, done: &Reconciled) {
    let repairs = &shared.counts.repairs;
    let sums = [
        (&repairs.missing, done.missing),
        (&repairs.foreign, done.foreign),
        (&repairs.changed, done.changed),
        (&repairs.groups, done.groups),
        (&repairs.cells, done.cells),
    ];
    count(&repairs.times);
    for (sum, more) in sums {
        sum.fetch_add(more, Ordering::Relaxed);
    }
    match done.is_nothing() {
        true => tracing::info!("{what}: it is as it should be"),
        false => tracing::warn!("{what}: {done}"),
    }
    tell(audit, &format!("{what}: {done}"), "Ok");
}

fn tell(audit: Option<&Audit>, request: &str, outcome: &str) {
    if let Some(audit) = audit {
        audit.note(&Deed { slice: "", device: "", peer: None, by: "DPMU", request, outcome });
    }
}
