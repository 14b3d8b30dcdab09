//! What programs take of a persona.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_dpmu::RowMeaning;
use hyper4_ir::{PipelineKind, Program};
use hyper4_persona::{Layout, PersonaConfig, StateAccess, TableRole, generate};
use hyper4_switch::{Recorder, SwitchError};
use hyper4_virtual::VirtualNetwork;

use crate::args::Options;
use crate::failure::Failure;
use crate::frontend;
use crate::prove;
use crate::subject::Subject;

/// What a subject takes, its commands included.
#[derive(Clone, Debug, Default)]
pub(super) struct Need {
    /// Lookups one after the other, in ingress and in egress.
    pub(super) slots: [u8; 2],
    /// How often a packet goes through it at most.
    pub(super) passes: u8,
    /// Rows in each table.
    pub(super) rows: BTreeMap<String, u32>,
    /// Registers, counters, and meters of each kind.
    pub(super) cells: [u32; 3],
    /// Something is done to whole packets.
    pub(super) copies: bool,
    /// Samples are taken.
    pub(super) digests: bool,
    /// Random numbers are drawn.
    pub(super) random: bool,
}

impl Need {
    /// Rows in all tables.
    pub(super) fn rows_in_all(&self) -> u32 {
        self.rows.values().sum()
    }

    /// Beside another subject on the same device: slots are shared, rows are not.
    pub(super) fn beside(mut self, other: &Self) -> Self {
        for (mine, theirs) in self.slots.iter_mut().zip(other.slots) {
            *mine = theirs.max(*mine);
        }
        for (mine, theirs) in self.cells.iter_mut().zip(other.cells) {
            *mine += theirs;
        }
        self.passes = other.passes.max(self.passes);
        self.copies |= other.copies;
        self.digests |= other.digests;
        self.random |= other.random;
        for (table, rows) in &other.rows {
            *self.rows.entry(table.clone()).or_default() += rows;
        }
        self
    }
}

/// A persona that is only asked what it would take.
pub(super) struct Trial {
    layout: Layout,
    program: Arc<Program>,
}

impl Trial {
    pub(super) fn new(options: &Options, config: PersonaConfig) -> Result<Self, Failure> {
        let layout = Layout::new(config).map_err(|e| Failure::input(e.to_string()))?;
        let program = Arc::new(frontend::compile_text(options, "persona.p4", &generate(&layout))?);
        Ok(Self { layout, program })
    }

    pub(super) fn layout(&self) -> &Layout {
        &self.layout
    }

    pub(super) fn program(&self) -> &Program {
        &self.program
    }

    /// What the subject takes.
    ///
    /// # Errors
    /// [`SwitchError::Unsupported`] when such a persona can't carry it, with the construct and the reason.
    pub(super) fn need(&self, subject: &Subject) -> Result<Need, SwitchError> {
        let (recorder, _) = Recorder::new();
        let mut network =
            VirtualNetwork::new(Box::new(recorder), Arc::clone(&self.program), self.layout.clone())?;
        prove::place(&mut network, &subject.guests)?;
        let mut need = Need { cells: network.dpmu().cells_used(), passes: 1, ..Need::default() };
        for row in network.dpmu().rows() {
            *need.rows.entry(row.table().to_owned()).or_default() += 1;
            if let RowMeaning::GoOn { pass, .. } = &row.meaning {
                need.passes = (*pass).max(need.passes);
            }
            let RowMeaning::State { access, .. } = &row.meaning else { continue };
            need.copies |= matches!(access, StateAccess::Truncate | StateAccess::Ask);
            need.digests |= matches!(access, StateAccess::Sample(_));
            need.random |= *access == StateAccess::Draw;
        }
        let config = self.layout.config();
        let pipelines =
            [(PipelineKind::Ingress, config.ingress_slots), (PipelineKind::Egress, config.egress_slots)];
        for ((pipeline, all), slots) in pipelines.into_iter().zip(&mut need.slots) {
            let prefix = format!("{}.", Layout::control(pipeline));
            let of_pipeline = need.rows.keys().filter_map(|table| table.strip_prefix(&prefix));
            let numbers = of_pipeline.filter_map(|table| table.rsplit_once('_')?.1.parse::<u8>().ok());
            // Leaving behind all slots is counted as one more, as a guest may be put before another.
            let numbers: Vec<u8> = numbers.collect();
            let of_all = |role| need.rows.contains_key(&Layout::table(pipeline, role, all));
            let by_any_port =
                [TableRole::LeaveSame, TableRole::LeaveBack, TableRole::LeaveOnward].into_iter().any(of_all);
            let behind = u8::from(by_any_port || numbers.iter().any(|number| *number >= all));
            let last = numbers.into_iter().filter(|number| *number < all).max();
            *slots = last.map_or(0, |last| last.saturating_add(1)).saturating_add(behind);
        }
        Ok(need)
    }
}
