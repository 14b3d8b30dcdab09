//! The one gate through which every tenant's row passes on its way to a device.
//!
//! Isolation rests on this predicate: a tenant's row lies in a lookup table, is keyed exactly by a device ID of that
//! tenant, runs an action that can't write the device ID, and in ingress goes on in a slot that is there: a packet leaves
//! ingress by a row of the operator's, or is dropped. `hyper4 prove isolation` proves that this is enough. Rows of the operator don't pass here; they alone bind
//! ports to device IDs, and a device ID's accesses to cells of registers, counters and meters.

mod rules;

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, PipelineKind, Program};
use hyper4_persona::{Effect, Layout, Lookup, TableRole};

pub use rules::{Estate, OperatorRule, Owned};

/// What a tenant may own in a device.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gate {
    tables: BTreeSet<String>,
    actions: BTreeSet<String>,
    /// Slots of ingress, those in which devices leave included.
    slots: u8,
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
    /// A packet would go on in a slot that isn't there, and leave with no port decided.
    #[error("row of table `{table}` goes on in slot {slot}, of which there are {slots}")]
    Slot {
        /// The table.
        table: String,
        /// Where it goes on.
        slot: u64,
        /// The slots of ingress.
        slots: u8,
    },
    /// A row of the operator's that holds what isn't the slice's.
    #[error("row of table `{table}` holds what isn't its slice's: {what}")]
    Foreign {
        /// The table.
        table: String,
        /// What it holds.
        what: &'static str,
    },
    /// A multicast group or a mirroring session that leads to what isn't the slice's.
    #[error("{what} {number} leads to port {port}, which isn't its slice's")]
    Copy {
        /// `multicast group`, `mirroring session`.
        what: &'static str,
        /// Its number.
        number: u16,
        /// The port.
        port: u16,
    },
    /// A row that is to be changed would match something else.
    #[error("row of table `{table}` is to be changed into one that has another key")]
    Key {
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
        let slots = layout.split_exit_slot() + 1;
        let mut gate = Self { tables: BTreeSet::new(), actions: BTreeSet::new(), slots };
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

    /// Which of an action's last arguments says what is looked up next, and so in which slot a packet goes on, counted from
    /// the end: the last is 1.
    pub const NEXT_FROM_END: usize = 4;

    /// The tables in which tenants may own rows.
    pub fn tables(&self) -> &BTreeSet<String> {
        &self.tables
    }

    /// The actions that they may run.
    pub fn actions(&self) -> &BTreeSet<String> {
        &self.actions
    }

    /// What a row of that action must be less than in the argument [`Gate::NEXT_FROM_END`], where it must be.
    pub fn bound(&self, action: &str) -> Option<u64> {
        let ingress = action.strip_prefix(Layout::control(PipelineKind::Ingress));
        ingress.is_some_and(|rest| rest.starts_with('.')).then_some(Layout::next(self.slots, 0, 0).into())
    }

    /// Of each of the actions of a program of the persona that has such a bound: the argument's number, and the bound.
    pub fn bounds(&self, persona: &Program) -> BTreeMap<String, (usize, u64)> {
        let own = persona.actions.iter().filter(|action| self.actions.contains(&action.name));
        let bounds = own.filter_map(|action| {
            let number = action.parameters.len().checked_sub(Self::NEXT_FROM_END)?;
            Some((action.name.clone(), (number, self.bound(&action.name)?)))
        });
        bounds.collect()
    }

    /// Whether a row is keyed by a device ID of the tenant.
    pub(crate) fn check_device(
        &self,
        table: &str,
        key: &[MatchValue],
        devices: &BTreeSet<u16>,
    ) -> Result<(), GateError> {
        let own = |id: &Bits| {
            id.to_u64().and_then(|id| u16::try_from(id).ok()).is_some_and(|id| devices.contains(&id))
        };
        match key.first() {
            Some(MatchValue::Exact(id)) if own(id) => Ok(()),
            _ => Err(GateError::Device { table: table.to_owned() }),
        }
    }

    /// Whether a tenant that has the device IDs `devices` may install this row.
    ///
    /// # Errors
    /// [`GateError`] says which part of the predicate doesn't hold.
    pub fn check(&self, command: &Command, devices: &BTreeSet<u16>) -> Result<(), GateError> {
        let Command::TableAdd { table, key, action, arguments, .. } = command else {
            return Err(GateError::NoRow);
        };
        if !self.tables.contains(table) {
            return Err(GateError::Table(table.clone()));
        }
        if !self.actions.contains(action) {
            return Err(GateError::Action(action.clone()));
        }
        self.check_device(table, key, devices)?;
        let Some(bound) = self.bound(action) else { return Ok(()) };
        let next = arguments.len().checked_sub(Self::NEXT_FROM_END).and_then(|number| arguments.get(number));
        match next.and_then(Bits::to_u64) {
            Some(next) if next < bound => Ok(()),
            next => {
                let slot = next.map_or(u64::MAX, |next| next >> Layout::SLOT_SHIFT);
                Err(GateError::Slot { table: table.clone(), slot, slots: self.slots })
            }
        }
    }
}
