//! From a guest program to what makes a persona emulate it.

mod refusal;

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, PipelineKind, Program, TableEntry, TableId};

pub use refusal::Refusal;

use crate::{Effect, Layout, Lookup, Next, Origin, Row, RowMatch};

/// A guest as a persona of one layout emulates it: its fixed rows, and how its entries become rows.
///
/// Slots are counted from the guest's first one, micro-PCs are unique in a pipeline of a guest; device ID and first
/// slot are given when a row is encoded ([`Row::command`]).
#[derive(Clone, Debug)]
pub struct Guest {
    program: Arc<Program>,
    start: (u8, u16, Lookup),
    egress_start: Option<(u8, u16, Lookup)>,
    leave_slots: Vec<u8>,
    slots: u8,
    egress_slots: u8,
    fixed_rows: Vec<Row>,
}

/// Compile `program` for a persona of that layout.
///
/// # Errors
/// A [`Refusal`] when it does what such a persona can't do exactly.
pub fn compile(program: Arc<Program>, layout: &Layout) -> Result<Guest, Refusal> {
    let trivial = program.ingress.start.is_none()
        && program.egress.start.is_none()
        && program.checksums.is_empty()
        && program.parser.states.iter().all(|s| s.ops.is_empty() && s.key.is_empty());
    if !trivial {
        return Err(Refusal::new(
            format!("program {}", program.name),
            "only the empty program is compiled yet",
        ));
    }
    let zero = Bits::zero(layout.state_bits());
    let row = Row {
        pipeline: PipelineKind::Ingress,
        slot: 0,
        pc: 1,
        matches: RowMatch::Step,
        effect: Effect::Commit { keep: zero.not(), value: zero.clone() },
        next: Next::Lookup { slot: 1, pc: 0, lookup: Lookup::Leave, key_mask: zero },
        origin: Origin { construct: format!("parser {}", program.parser.name), ..Origin::default() },
    };
    Ok(Guest {
        program,
        start: (0, 1, Lookup::Step),
        egress_start: None,
        leave_slots: vec![1],
        slots: 2,
        egress_slots: 0,
        fixed_rows: vec![row],
    })
}

impl Guest {
    /// The program it emulates.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// Its first lookup in ingress: slot, micro-PC and kind, which needs no key mask.
    pub fn start(&self) -> (u8, u16, Lookup) {
        self.start
    }

    /// Its first lookup in egress; `None` when nothing is left to do there.
    pub fn egress_start(&self) -> Option<(u8, u16, Lookup)> {
        self.egress_start
    }

    /// The ingress slots in which it may end: the operator's `leave` rows are wanted in each.
    pub fn leave_slots(&self) -> &[u8] {
        &self.leave_slots
    }

    /// How many slots it needs, the last one that it leaves in included.
    pub fn slots(&self, pipeline: PipelineKind) -> u8 {
        match pipeline {
            PipelineKind::Ingress => self.slots,
            PipelineKind::Egress => self.egress_slots,
        }
    }

    /// The rows that don't depend on what the control plane does: parser, branches, straight-line code, constant
    /// entries. Default actions are not among them.
    pub fn fixed_rows(&self) -> &[Row] {
        &self.fixed_rows
    }

    /// The rows that stand for an entry: as many as there are places in the program's life where the table is applied
    /// and the entry can match, times what its ranges need.
    ///
    /// `rank` orders the table's entries that can match the same packet: the lowest wins.
    ///
    /// # Errors
    /// A [`Refusal`] when the table or the action is not the program's, or the entry doesn't fit the table.
    pub fn entry_rows(&self, table: TableId, entry: &TableEntry, rank: u32) -> Result<Vec<Row>, Refusal> {
        let (_, _) = (entry, rank);
        Err(Refusal::new(format!("table number {}", table.0), "the program has no such table"))
    }

    /// The rows that stand for a table's miss: its default action, or none.
    ///
    /// # Errors
    /// A [`Refusal`] when the table or the action is not the program's.
    pub fn default_rows(
        &self,
        table: TableId,
        action: Option<(ActionId, &[Bits])>,
    ) -> Result<Vec<Row>, Refusal> {
        let _ = action;
        Err(Refusal::new(format!("table number {}", table.0), "the program has no such table"))
    }
}
