//! What the operator decided about slices while they were served.

use redb::{ReadableDatabase, ReadableTable, TableDefinition};
use serde::{Deserialize, Serialize};

use super::{Store, StoreError, unavailable};
use hyper4_p4runtime_server::Failure;

pub(super) const DECISIONS: TableDefinition<'_, &str, &[u8]> = TableDefinition::new("slices");

/// What a slice is since the operator changed it, as long as the configuration says of it what it said then.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize, Serialize)]
pub(crate) struct Decision {
    /// What the configuration said; `None`: nothing.
    pub(crate) configured: Option<String>,
    /// What it is to be; `None`: deleted.
    pub(crate) now: Option<String>,
}

impl Store {
    /// All decisions, by slice.
    pub(crate) fn decisions(&self) -> Result<Vec<(String, Decision)>, StoreError> {
        let read = self.database.begin_read()?;
        let table = read.open_table(DECISIONS)?;
        let mut decisions = Vec::new();
        for entry in table.iter()? {
            let (slice, decision) = entry?;
            let slice = slice.value().to_owned();
            let unreadable = |_| StoreError::Decision(slice.clone());
            let decision = serde_json::from_slice(decision.value()).map_err(unreadable)?;
            decisions.push((slice, decision));
        }
        Ok(decisions)
    }

    /// Keep a decision, or that there is none, and forget what was done to virtual devices that are gone: those of the slice
    /// that `gone` says.
    pub(crate) fn decide(
        &self,
        slice: &str,
        decision: Option<&Decision>,
        gone: &[String],
    ) -> Result<(), Failure> {
        self.guarded(|| {
            let change = self.database.begin_write()?;
            {
                let mut table = change.open_table(DECISIONS)?;
                match decision {
                    // It has text alone: it can be written.
                    Some(decision) => {
                        drop(
                            table
                                .insert(slice, serde_json::to_vec(decision).unwrap_or_default().as_slice())?,
                        );
                    }
                    None => drop(table.remove(slice)?),
                }
                let mut records = change.open_table(super::RECORDS)?;
                for device in gone {
                    let device = device.as_str();
                    records.retain_in((slice, device, 0)..=(slice, device, u64::MAX), |_, _| false)?;
                }
            }
            change.commit()?;
            Ok(())
        })
    }

    /// Do something with the file that must not fail: when it does nothing is taken any more.
    pub(super) fn guarded(&self, work: impl FnOnce() -> Result<(), StoreError>) -> Result<(), Failure> {
        use std::sync::atomic::Ordering;
        if self.failed.load(Ordering::SeqCst) {
            return Err(unavailable());
        }
        work().map_err(|error| {
            self.failed.store(true, Ordering::SeqCst);
            tracing::error!(%error, "nothing is taken any more");
            unavailable()
        })
    }
}
