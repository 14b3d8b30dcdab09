//! What is there, for the operator.

use std::collections::BTreeMap;

use hyper4_ir::TableEntry;

use super::Dpmu;
use crate::DpmuError;
use crate::lease::Usage;
use crate::store::{DeviceName, InstalledRow};

/// An entry of a tenant's, and what lies in the device for it.
#[derive(Clone, Debug)]
pub struct TranslatedEntry<'a> {
    /// The tenant's table.
    pub table: &'a str,
    /// The entry, as the tenant knows it.
    pub entry: TableEntry,
    /// The device's rows; none of a virtual device that isn't wired.
    pub rows: Vec<&'a InstalledRow>,
}

impl Dpmu {
    /// The slices, by name.
    pub fn slices(&self) -> impl Iterator<Item = &str> {
        self.slices.keys().map(String::as_str)
    }

    /// The virtual devices of a slice that have a program, by name.
    pub fn loaded(&self, slice: &str) -> impl Iterator<Item = &str> {
        self.slices.get(slice).into_iter().flat_map(|slice| slice.devices.keys().map(String::as_str))
    }

    /// How much a slice uses of what its lease grants.
    pub fn usage(&self, slice: &str) -> Option<Usage> {
        Some(self.slices.get(slice)?.usage(&self.device))
    }

    /// Rows that a virtual device has in the device; 0 until it is wired.
    pub fn device_rows(&self, name: &DeviceName) -> u64 {
        let device = self.slices.get(&name.slice).and_then(|slice| slice.devices.get(&name.device));
        device.and_then(|device| device.placement.as_ref()).map_or(0, |placement| placement.rows.count())
    }

    /// The entries of a virtual device's tables with what they became, in the order of tables and handles: those of one
    /// table, or of all. At most `most` of them.
    ///
    /// # Errors
    /// [`DpmuError::Unknown`]
    pub fn translated(
        &self,
        name: &DeviceName,
        table: Option<&str>,
        most: usize,
    ) -> Result<Vec<TranslatedEntry<'_>>, DpmuError> {
        let unknown = |kind, name: &str| DpmuError::Unknown { kind, name: name.to_owned() };
        let slice = self.slices.get(&name.slice).ok_or_else(|| unknown("slice", &name.slice))?;
        let device = slice.devices.get(&name.device);
        let device = device.ok_or_else(|| unknown("virtual device", &name.device))?;
        let program = device.guest.program();
        // As simple_switch_CLI takes names: the end of one will do.
        let wanted = |name: &str| {
            table.is_none_or(|table| {
                name.strip_suffix(table).is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
            })
        };
        if let Some(table) = table
            && !program.tables.iter().any(|native| wanted(&native.name))
        {
            return Err(unknown("table", table));
        }
        let mut found = Vec::new();
        for (id, state) in device.plane.tables() {
            let Some(native) = program.tables.get(id.index()) else { continue };
            if !wanted(&native.name) {
                continue;
            }
            let lying: BTreeMap<u64, &[u64]> =
                device.placement.iter().flat_map(|placement| placement.rows.entries(id)).collect();
            for entry in state.entries().take(most.saturating_sub(found.len())) {
                let rows = lying.get(&entry.handle).copied().unwrap_or_default();
                found.push(TranslatedEntry {
                    table: &native.name,
                    rows: rows.iter().filter_map(|row| self.device.rows().get(*row)).collect(),
                    entry,
                });
            }
        }
        Ok(found)
    }
}
