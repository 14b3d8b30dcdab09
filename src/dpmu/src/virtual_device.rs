//! One program in a slice: what its tenant sees, and where its rows lie.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_ir::{MatchValue, TableEntry, TableId};
use hyper4_persona::{Guest, Row};
use hyper4_switch::{ControlPlane, DefaultAction, Handles, TableState};

use crate::DpmuError;
use crate::device::{RowOwner, Step};
use crate::rank::{Place, Ranks};
use crate::store::{DeviceName, RowId, RowMeaning};

/// Which of the virtual device's things some rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Part {
    /// Parser paths, branches.
    Fixed,
    /// The default action of a table.
    Default(TableId),
    /// The entry with that handle.
    Entry(TableId, u64),
    /// The operator's rows that bind its ports.
    Ports,
    /// The operator's rows of one of its multicast groups.
    Group(u16),
}

/// Where a virtual device lies in its device.
#[derive(Clone, Debug)]
pub(crate) struct Placement {
    pub(crate) id: u16,
    pub(crate) slot_base: u8,
    pub(crate) rows: BTreeMap<Part, Vec<RowId>>,
    /// Its groups under the numbers they have in the device.
    pub(crate) groups: BTreeMap<u16, u16>,
}

/// A program that was loaded into a slice.
pub(crate) struct VirtualDevice {
    pub(crate) name: Arc<DeviceName>,
    pub(crate) guest: Guest,
    pub(crate) plane: ControlPlane,
    pub(crate) ranks: BTreeMap<TableId, Ranks>,
    pub(crate) placement: Option<Placement>,
}

impl VirtualDevice {
    pub(crate) fn new(name: DeviceName, guest: Guest) -> Self {
        let plane = ControlPlane::new(Arc::clone(guest.program()));
        let ranked = |(table, state): (TableId, &TableState)| {
            let mut ranks = Ranks::default();
            state.entries().for_each(|entry| drop(ranks.insert(place(entry))));
            (table, ranks)
        };
        let ranks = plane.tables().map(ranked).collect();
        Self { name: Arc::new(name), guest, plane, ranks, placement: None }
    }

    /// The rows of everything that doesn't depend on the wiring.
    pub(crate) fn all_rows(&self) -> Result<Vec<(Part, Vec<Row>)>, DpmuError> {
        let mut parts = vec![(Part::Fixed, self.guest.fixed_rows().to_vec())];
        for (table, state) in self.plane.tables() {
            let default = state.default().and_then(DefaultAction::direct);
            parts.push((Part::Default(table), self.guest.default_rows(table, default)?));
            for entry in state.entries() {
                let rank = self.ranks.get(&table).and_then(|r| r.get(place(entry))).unwrap_or_default();
                parts.push((Part::Entry(table, entry.handle), self.guest.entry_rows(table, entry, rank)?));
            }
        }
        Ok(parts)
    }

    /// The step that adds one of its rows at a place.
    pub(crate) fn add(&self, id: u16, slot_base: u8, row: Row) -> Step {
        Step::Add {
            owner: RowOwner::Tenant(self.name.slice.clone()),
            devices: BTreeSet::from([id]),
            command: row.command(id, slot_base),
            meaning: self.meaning(row),
        }
    }

    pub(crate) fn meaning(&self, row: Row) -> RowMeaning {
        RowMeaning::Guest { device: Arc::clone(&self.name), origin: Arc::new(row.origin) }
    }
}

/// Where an entry stands among those of its table: by priority, or by the length of its prefix, then by handle.
pub(crate) fn place(entry: &TableEntry) -> Place {
    let prefix = entry.key.iter().find_map(|k| match k {
        MatchValue::Lpm { value, prefix_length } => Some(value.width().saturating_sub(*prefix_length)),
        _ => None,
    });
    let order = entry.priority.or(prefix).unwrap_or(0);
    (u64::from(order), Handles::number(entry.handle))
}
