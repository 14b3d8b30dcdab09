//! The one gate through which every tenant's row passes on its way to a device.
//!
//! Isolation rests on this predicate: a tenant's row lies in a lookup table, is keyed exactly by a device ID of that
//! tenant, and runs an action that can't write the device ID. Rows of the operator don't pass here; they alone bind
//! ports to device IDs, and a device ID's accesses to cells of registers, counters and meters.

use std::collections::BTreeSet;

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, PipelineKind};
use hyper4_persona::{Effect, Layout, Lookup, TableRole};

/// What a tenant may own in a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    tables: BTreeSet<String>,
    actions: BTreeSet<String>,
}

/// Why a row was not let through.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GateError {
    /// The table is the operator's.
    #[error("a tenant may not own rows in table `{0}`")]
    Table(String),
    /// The action is the operator's.
    #[error("a tenant's row may not run action `{0}`")]
    Action(String),
    /// The row isn't keyed by a device ID of the tenant.
    #[error("row of table `{table}` is not keyed by a device ID of the tenant")]
    Device {
        /// The table.
        table: String,
    },
    /// Not a command that adds or changes a row.
    #[error("not a command for a row")]
    NoRow,
}

impl Gate {
    /// The gate of a device that runs a persona of that layout.
    pub fn new(layout: &Layout) -> Self {
        let mut gate = Self { tables: BTreeSet::new(), actions: BTreeSet::new() };
        for pipeline in [PipelineKind::Ingress, PipelineKind::Egress] {
            for slot in 0..layout.slots(pipeline) {
                for lookup in [Lookup::Step, Lookup::Exact, Lookup::Lpm, Lookup::Ternary] {
                    gate.tables.insert(Layout::table(pipeline, TableRole::Lookup(lookup), slot));
                }
            }
            gate.actions.extend(
                Effect::actions(layout, Lookup::Step)
                    .iter()
                    .map(|e| format!("{}.{e}", Layout::control(pipeline))),
            );
        }
        gate
    }

    /// Whether a tenant that has the device IDs `devices` may install this row.
    ///
    /// # Errors
    /// [`GateError`] says which part of the predicate doesn't hold.
    pub fn check(&self, command: &Command, devices: &BTreeSet<u16>) -> Result<(), GateError> {
        let Command::TableAdd { table, key, action, .. } = command else { return Err(GateError::NoRow) };
        if !self.tables.contains(table) {
            return Err(GateError::Table(table.clone()));
        }
        if !self.actions.contains(action) {
            return Err(GateError::Action(action.clone()));
        }
        let own = |id: &Bits| {
            id.to_u64().and_then(|id| u16::try_from(id).ok()).is_some_and(|id| devices.contains(&id))
        };
        match key.first() {
            Some(MatchValue::Exact(id)) if own(id) => Ok(()),
            _ => Err(GateError::Device { table: table.clone() }),
        }
    }
}
