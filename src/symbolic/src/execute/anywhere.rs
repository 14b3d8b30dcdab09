//! One table, applied to a packet of which nothing is known but what is assumed: a step of an induction.

use std::collections::VecDeque;
use std::rc::Rc;

use hyper4_ir::{FieldRef, Node, PipelineKind, TableId};

use crate::path::{Context, Path, Undecided};
use crate::subject::Row;
use crate::term::Word;
use crate::visit::{Visit, Visits};

use super::again::Purpose;
use super::state::{HeaderState, State};
use super::{Executor, Point, Prepared, Stop, Thread, World};

impl<'a> Prepared<'a> {
    /// The same with one row, or none, in one table, and none in all others.
    pub(crate) fn with_row(&self, table: TableId, row: Option<&'a Row>) -> Self {
        let rows = (0..self.rows.len()).map(|number| {
            let here = row.filter(|_| number == table.index());
            here.into_iter().collect()
        });
        Self { program: self.program, subject: self.subject, rows: rows.collect(), open: self.open.clone() }
    }

    /// The row of a table that has one only.
    pub(crate) fn only_row(&self, table: TableId) -> Option<&'a Row> {
        match self.rows.get(table.index()).map(Vec::as_slice) {
            Some([row]) => Some(row),
            _ => None,
        }
    }
}

/// A packet at one place of its life.
pub(crate) struct Stand {
    pub(crate) path: Path,
    /// A row was hit.
    pub(crate) hit: bool,
    state: State,
}

impl Stand {
    /// A field's value.
    pub(crate) fn field(&self, field: FieldRef) -> Word {
        self.state.field(field).cloned().unwrap_or_else(|| Word::zero(0))
    }
}

impl Executor<'_, '_> {
    /// What a table does to packets that are anywhere: before it, and after it in each way that it can go. `assumed` says
    /// what is known of a packet; `None` when there is no such packet.
    pub(crate) fn apply_anywhere(
        mut self,
        kind: PipelineKind,
        table: TableId,
        assumed: impl FnOnce(&mut Context, &Stand) -> Result<Option<Path>, Undecided>,
    ) -> Result<Option<(Stand, Vec<Stand>)>, Stop> {
        let mut state = State::new(self.program(), self.input)?;
        for (header, number) in self.program().headers.iter().zip(0..).filter(|(header, _)| header.metadata) {
            let id = hyper4_ir::HeaderId(number);
            let fields = state.header(id).map(|header| Rc::clone(&header.fields)).unwrap_or_default();
            let any = fields.iter().map(|field| self.undefined(&header.name, field.width()));
            let fields = any.collect::<Vec<_>>().into();
            state.set_header(id, HeaderState { valid: true, fields });
        }
        let before = Stand { path: Context::anything(), hit: false, state: state.clone() };
        let Some(path) = assumed(self.context, &before)? else { return Ok(None) };
        let thread = Thread {
            path,
            arrived: (state.payload.clone(), state.length.clone()),
            came_by: None,
            purpose: Purpose::Arrival,
            state,
            point: Point::Node(kind, Some(Node::Table(table))),
            waiting: VecDeque::new(),
            port: Word::zero(9),
            sent: Vec::new(),
            visits: Visits::default(),
            world: World::default(),
            steps: 0,
        };
        self.step(thread)?;
        let after = self.threads.drain(..).map(|thread| {
            let hit = |visit: &Visit| matches!(visit, Visit::Table { rows, .. } if !rows.is_empty());
            Stand { hit: thread.visits.iter().any(hit), path: thread.path, state: thread.state }
        });
        Ok(Some((before, after.collect())))
    }
}
