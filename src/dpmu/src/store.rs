//! What lies in a device, and what it means.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hyper4_ir::{Command, PipelineKind};
use hyper4_persona::{Origin, PortMatch, StateAccess, Verdict};

use crate::RowOwner;

/// A virtual device of a slice.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DeviceName {
    /// The slice.
    pub slice: String,
    /// The virtual device; unique in the slice.
    pub device: String,
}

/// What a row of the persona means to whom it belongs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RowMeaning {
    /// A piece of a guest.
    Guest {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// The piece.
        origin: Arc<Origin>,
    },
    /// Packets of a port enter a virtual device.
    Enter {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// What it does first.
        first: Arc<Origin>,
    },
    /// A packet goes on in a virtual device that is longer than the persona.
    GoOn {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// Which pass begins; the first one has number 1.
        pass: u8,
    },
    /// A virtual device chose a port.
    Leave {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// Its port.
        port: PortMatch,
        /// What becomes of the packet.
        verdict: Verdict,
        /// The virtual device it goes to, where it goes to one.
        next: Option<Arc<DeviceName>>,
        /// What it does of the egress pipeline, where the packet leaves.
        egress: Arc<Origin>,
        /// The virtual device's egress pipeline has run already.
        egress_done: bool,
    },
    /// A packet is looked at that left a virtual device by a port whose links have conditions.
    Wire {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// Its port.
        port: u16,
    },
    /// A packet takes one of these links.
    WireEnd {
        /// The virtual device that it left.
        device: Arc<DeviceName>,
        /// The port by which it did.
        port: u16,
        /// The virtual device it goes to, where it goes to one.
        next: Option<Arc<DeviceName>>,
    },
    /// A virtual device chose a multicast group.
    LeaveMulticast {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// Its group.
        group: u16,
    },
    /// A virtual device's access to registers, counters or meters means cells of the persona's.
    State {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// The access.
        access: StateAccess,
    },
    /// A virtual device's mirroring session is one of the persona's.
    Mirror {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// Its session.
        session: u16,
    },
    /// A clone enters a virtual device's egress.
    EnterClone {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// At the end of which pipeline it was made.
        made_in: PipelineKind,
        /// What it does of the egress pipeline.
        egress: Arc<Origin>,
    },
    /// A replica enters a virtual device's egress.
    EnterEgress {
        /// The virtual device.
        device: Arc<DeviceName>,
        /// What it does of the egress pipeline.
        egress: Arc<Origin>,
    },
}

/// A row that lies in a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InstalledRow {
    /// The command that put it there.
    pub command: Command,
    /// The device's handle.
    pub handle: u64,
    /// Whose it is.
    pub owner: RowOwner,
    /// What it means.
    pub meaning: RowMeaning,
    /// A lease promised room for it.
    pub(crate) promised: bool,
}

impl InstalledRow {
    /// The persona's table it lies in.
    pub fn table(&self) -> &str {
        table(&self.command)
    }
}

/// Names a row for as long as it lies in the device, whatever handle the device gives it.
pub(crate) type RowId = u64;

/// The rows of a device.
#[derive(Clone, Debug, Default)]
pub(crate) struct RowStore {
    rows: BTreeMap<RowId, InstalledRow>,
    by_table: HashMap<String, HashMap<u64, RowId>>,
    next: RowId,
    /// Rows of each table that no lease promised room for.
    unpromised: HashMap<String, u64>,
}

impl RowStore {
    pub(crate) fn insert(&mut self, row: InstalledRow) -> RowId {
        let id = self.next;
        self.next += 1;
        self.put(id, row);
        id
    }

    /// Put a row under a name that it had.
    pub(crate) fn put(&mut self, id: RowId, row: InstalledRow) {
        match self.by_table.get_mut(table(&row.command)) {
            Some(handles) => handles.insert(row.handle, id),
            None => self.by_table.entry(table(&row.command).to_owned()).or_default().insert(row.handle, id),
        };
        if !row.promised {
            match self.unpromised.get_mut(table(&row.command)) {
                Some(count) => *count += 1,
                None => drop(self.unpromised.insert(table(&row.command).to_owned(), 1)),
            }
        }
        if let Some(before) = self.rows.insert(id, row) {
            self.forget(&before);
        }
    }

    pub(crate) fn remove(&mut self, id: RowId) -> Option<InstalledRow> {
        let row = self.rows.remove(&id)?;
        if let Some(handles) = self.by_table.get_mut(table(&row.command)) {
            handles.remove(&row.handle);
        }
        self.forget(&row);
        Some(row)
    }

    /// Rows have other handles than they had.
    pub(crate) fn rename(&mut self, handles: BTreeMap<RowId, u64>) {
        // All of them leave their old handles before the first one has its new one: one may get what another had.
        for id in handles.keys() {
            if let Some(row) = self.rows.get(id)
                && let Some(known) = self.by_table.get_mut(table(&row.command))
            {
                known.remove(&row.handle);
            }
        }
        for (id, handle) in handles {
            if let Some(row) = self.rows.get_mut(&id) {
                row.handle = handle;
                self.by_table.entry(table(&row.command).to_owned()).or_default().insert(handle, id);
            }
        }
    }

    /// The rows by name, in the order in which they were added.
    pub(crate) fn named(&self) -> impl Iterator<Item = (RowId, &InstalledRow)> {
        self.rows.iter().map(|(id, row)| (*id, row))
    }

    fn forget(&mut self, row: &InstalledRow) {
        if !row.promised
            && let Some(count) = self.unpromised.get_mut(table(&row.command))
        {
            *count -= 1;
        }
    }

    /// Rows of a table that no lease promised room for.
    pub(crate) fn unpromised(&self, table: &str) -> u64 {
        self.unpromised.get(table).copied().unwrap_or(0)
    }

    /// The most of them in one table.
    pub(crate) fn most_unpromised(&self) -> u64 {
        self.unpromised.values().copied().max().unwrap_or(0)
    }

    pub(crate) fn get(&self, id: RowId) -> Option<&InstalledRow> {
        self.rows.get(&id)
    }

    pub(crate) fn by_handle(&self, table: &str, handle: u64) -> Option<&InstalledRow> {
        self.rows.get(self.by_table.get(table)?.get(&handle)?)
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &InstalledRow> {
        self.rows.values()
    }
}

/// Whether two rows are in one table and match the same with the same priority.
pub(crate) fn matches_same(a: &Command, b: &Command) -> bool {
    match (a, b) {
        (
            Command::TableAdd { table: t, key: k, priority: p, .. },
            Command::TableAdd { table: u, key: l, priority: q, .. },
        ) => t == u && k == l && p == q,
        _ => false,
    }
}

/// The table of a command that adds a row; rows are never added by another kind.
pub(crate) fn table(command: &Command) -> &str {
    match command {
        Command::TableAdd { table, .. } => table,
        _ => "",
    }
}
