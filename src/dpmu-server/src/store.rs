//! What outlives the process: for each virtual device, what was done to it, in order.
//!
//! A record is a pipeline that was set, updates that a P4Runtime controller wrote, or a command of a Thrift client; all of
//! them carried out, none refused. It is on the disk before the client hears that it was done. Whoever starts again does
//! the same again, and has the same entries under the same handles. A pipeline begins a device's records anew.
//!
//! Beside them lies what the operator decided about slices ([`Decision`]).
//!
//! When the disk fails the store takes no more: from then on clients are refused, and after a restart what they were
//! told was done is there.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use crate::shared::Life;
use hyper4_dpmu::DeviceName;
use hyper4_ir::Command;
use hyper4_p4runtime::prost::Message;
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime::v1::{ForwardingPipelineConfig, Update, WriteRequest};
use hyper4_p4runtime_server::{Failure, Journal, Turn};
use redb::{Database, ReadableDatabase, ReadableTable, TableDefinition};

mod decisions;
#[cfg(test)]
mod tests;

use decisions::DECISIONS;
pub(crate) use decisions::Decision;

/// Slice, virtual device and number of the record.
type Key<'a> = (&'a str, &'a str, u64);

const RECORDS: TableDefinition<'_, Key<'_>, &[u8]> = TableDefinition::new("records");
const ABOUT: TableDefinition<'_, &str, u64> = TableDefinition::new("about");
const SCHEMA: &str = "schema";
/// The version of this layout.
const VERSION: u64 = 1;

const PIPELINE: u8 = 1;
const UPDATES: u8 = 2;
const COMMAND: u8 = 3;

/// Something that was done to a virtual device.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Record {
    /// A pipeline was set.
    Pipeline(Box<ForwardingPipelineConfig>),
    /// Updates were written.
    Updates(Vec<Update>),
    /// A command was carried out.
    Command(Command),
}

/// Why a store can't be used.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The file, or the disk.
    #[error("the store: {0}")]
    File(Box<redb::Error>),
    /// Another version wrote it.
    #[error("the store has layout {0}, and this program knows layout 1: use the version that wrote it")]
    Version(u64),
    /// A slice that can't be read.
    #[error("the store has a slice `{0}` that can't be read")]
    Decision(String),
    /// A record that can't be read.
    #[error("the store has a record of `{slice}`, `{device}` that can't be read: number {number}")]
    Record {
        /// The slice.
        slice: String,
        /// The virtual device.
        device: String,
        /// Its number.
        number: u64,
    },
}

impl<E: Into<redb::Error>> From<E> for StoreError {
    fn from(error: E) -> Self {
        Self::File(Box::new(error.into()))
    }
}

impl Record {
    fn to_bytes(&self) -> Vec<u8> {
        let (kind, bytes) = match self {
            Self::Pipeline(config) => (PIPELINE, config.encode_to_vec()),
            Self::Updates(updates) => {
                let request = WriteRequest { updates: updates.clone(), ..Default::default() };
                (UPDATES, request.encode_to_vec())
            }
            // It has names, numbers and bits alone: it can be written.
            Self::Command(command) => (COMMAND, serde_json::to_vec(command).unwrap_or_default()),
        };
        [vec![kind], bytes].concat()
    }

    fn from_bytes(bytes: &[u8]) -> Option<Self> {
        let (kind, bytes) = bytes.split_first()?;
        Some(match *kind {
            PIPELINE => Self::Pipeline(Box::new(ForwardingPipelineConfig::decode(bytes).ok()?)),
            UPDATES => Self::Updates(WriteRequest::decode(bytes).ok()?.updates),
            COMMAND => Self::Command(serde_json::from_slice(bytes).ok()?),
            _ => return None,
        })
    }
}

fn unavailable() -> Failure {
    let message = "the change could not be stored: the DPMU must be restarted, which may lose it";
    Failure::new(Code::Unavailable, message)
}

/// A file with all records.
pub(crate) struct Store {
    database: Database,
    failed: AtomicBool,
}

impl Store {
    /// Open a file, or make it.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let database = Database::create(path)?;
        let change = database.begin_write()?;
        {
            let mut about = change.open_table(ABOUT)?;
            let version = about.get(SCHEMA)?.map(|version| version.value());
            match version {
                Some(VERSION) => {}
                Some(other) => return Err(StoreError::Version(other)),
                None => drop(about.insert(SCHEMA, VERSION)?),
            }
            change.open_table(RECORDS)?;
            change.open_table(DECISIONS)?;
        }
        change.commit()?;
        Ok(Self { database, failed: AtomicBool::new(false) })
    }

    /// All that was done to a virtual device, in order.
    pub(crate) fn records(&self, name: &DeviceName) -> Result<Vec<Record>, StoreError> {
        let (slice, device) = (name.slice.as_str(), name.device.as_str());
        let read = self.database.begin_read()?;
        let table = read.open_table(RECORDS)?;
        let mut records = Vec::new();
        for entry in table.range((slice, device, 0)..=(slice, device, u64::MAX))? {
            let (key, value) = entry?;
            let number = key.value().2;
            let unreadable =
                || StoreError::Record { slice: slice.to_owned(), device: device.to_owned(), number };
            records.push(Record::from_bytes(value.value()).ok_or_else(unreadable)?);
        }
        Ok(records)
    }

    /// Put a record behind the others, or, with `anew`, these in the place of all of them.
    pub(crate) fn append(&self, name: &DeviceName, records: &[Record], anew: bool) -> Result<(), Failure> {
        self.guarded(|| self.put(name, records, anew))
    }

    fn put(&self, name: &DeviceName, records: &[Record], anew: bool) -> Result<(), StoreError> {
        let (slice, device) = (name.slice.as_str(), name.device.as_str());
        let all = (slice, device, 0)..=(slice, device, u64::MAX);
        let change = self.database.begin_write()?;
        {
            let mut table = change.open_table(RECORDS)?;
            if anew {
                table.retain_in(all.clone(), |_, _| false)?;
            }
            let last = table.range(all)?.next_back().transpose()?.map(|(key, _)| key.value().2);
            let first = last.map_or(0, |last| last + 1);
            for (number, record) in (first..).zip(records) {
                table.insert((slice, device, number), record.to_bytes().as_slice())?;
            }
        }
        change.commit()?;
        Ok(())
    }
}

/// The records of one virtual device.
pub(crate) struct DeviceJournal {
    store: Arc<Store>,
    name: DeviceName,
    life: Life,
    /// Held while something is done and kept: records stand in the order in which things were done.
    order: Mutex<()>,
}

/// Someone who does something.
pub(crate) struct DeviceTurn<'a> {
    journal: &'a DeviceJournal,
    _order: MutexGuard<'a, ()>,
}

impl DeviceJournal {
    pub(crate) fn new(store: Arc<Store>, name: DeviceName, life: Life) -> Self {
        Self { store, name, life, order: Mutex::new(()) }
    }

    /// Wait for whoever does something; of a virtual device that is gone nothing is kept from then on.
    pub(crate) fn settle(&self) {
        drop(self.order.lock().unwrap_or_else(PoisonError::into_inner));
    }

    /// Forget all: it begins anew.
    pub(crate) fn clear(&self) -> Result<(), Failure> {
        self.begin()?.append(&[], true)
    }

    pub(crate) fn begin(&self) -> Result<DeviceTurn<'_>, Failure> {
        let order = self.order.lock().unwrap_or_else(PoisonError::into_inner);
        self.life.check()?;
        match self.store.failed.load(Ordering::SeqCst) {
            true => Err(unavailable()),
            false => Ok(DeviceTurn { journal: self, _order: order }),
        }
    }
}

impl DeviceTurn<'_> {
    fn append(&self, records: &[Record], anew: bool) -> Result<(), Failure> {
        self.journal.store.append(&self.journal.name, records, anew)
    }

    /// A command was carried out.
    pub(crate) fn command(&self, command: &Command) -> Result<(), Failure> {
        self.append(&[Record::Command(command.clone())], false)
    }
}

impl Journal for DeviceJournal {
    fn turn(&self) -> Result<Box<dyn Turn + '_>, Failure> {
        Ok(Box::new(self.begin()?))
    }
}

impl Turn for DeviceTurn<'_> {
    fn pipeline(
        &mut self,
        config: &ForwardingPipelineConfig,
        first: &[Command],
        updates: Vec<Update>,
    ) -> Result<(), Failure> {
        let mut records = vec![Record::Pipeline(Box::new(config.clone()))];
        records.extend(first.iter().cloned().map(Record::Command));
        if !updates.is_empty() {
            records.push(Record::Updates(updates));
        }
        self.append(&records, true)
    }

    fn updates(&mut self, updates: Vec<Update>) -> Result<(), Failure> {
        self.append(&[Record::Updates(updates)], false)
    }
}
