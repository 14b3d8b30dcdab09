//! A compiled guest.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, EntryAction, Event, LearnListId, MatchKind, MatchValue, PipelineKind, Program, Table,
    TableEntry, TableId, TableOutcome,
};

use super::Refusal;
use super::deparse::SizeChange;
use super::direct::{NUMBER_BITS, number as handle_number};
use super::entry::PlacedTable;
use super::inside::Inside;
use super::member::PlacedPiece;
use super::numbers::{MissAction, ProfileNumber};
use super::passes::Landing;
use crate::{BitRange, EgressStart, Lookup, Origin, Row, StateAccess};

/// A guest as a persona of one layout emulates it: its fixed rows, and how its entries become rows.
///
/// Slots are counted from the guest's first one, micro-PCs are unique in a pipeline of a guest; device ID and first
/// slot are given when a row is encoded ([`Row::command`]).
#[derive(Clone, Debug)]
pub struct Guest {
    pub(super) program: Arc<Program>,
    pub(super) start: (u8, u16, Lookup),
    pub(super) egress_start: Option<EgressStart>,
    /// A first egress row that decides nothing, which the operator's rows do: see [`EgressStart`].
    pub(super) egress_prologue: Option<Row>,
    pub(super) leave_slots: Vec<u8>,
    pub(super) slots: u8,
    pub(super) egress_slots: u8,
    pub(super) accesses: Vec<(PipelineKind, u8, StateAccess)>,
    pub(super) fixed_rows: Vec<Row>,
    pub(super) tables: BTreeMap<TableId, Vec<PlacedTable>>,
    pub(super) pieces: Vec<PlacedPiece>,
    pub(super) inside: Option<Inside>,
    pub(super) size_change: SizeChange,
    /// What packets that come in again keep of the state, by the number of their field list.
    pub(super) again: Vec<(u8, Bits)>,
    /// What clones keep of it, by the pipeline that they are made in, and that number.
    pub(super) clones: Vec<(PipelineKind, u8, Bits)>,
    /// Where samples lie in the state when they are taken.
    pub(super) samples: Vec<(LearnListId, BitRange)>,
    /// Where packets go on that go through ingress once more than the program makes them.
    pub(super) landings: Vec<Landing>,
    pub(super) rewrites: bool,
}

impl Guest {
    /// The program it emulates.
    pub fn program(&self) -> &Arc<Program> {
        &self.program
    }

    /// What it does to the length of packets: a guest behind it in a chain sees less of a packet that became shorter, and
    /// has less room to make one longer.
    pub fn size_change(&self) -> SizeChange {
        self.size_change
    }

    /// Whether packets may leave it otherwise than they came.
    pub fn rewrites(&self) -> bool {
        self.rewrites
    }

    /// Its first lookup in ingress: slot, micro-PC and kind, which needs no key mask.
    pub fn start(&self) -> (u8, u16, Lookup) {
        self.start
    }

    /// What packets that it resubmits or recirculates keep of the state when they come in again, by the number of their
    /// field list.
    pub fn again(&self) -> &[(u8, Bits)] {
        &self.again
    }

    /// Where packets go on that go through ingress again because it is longer than the persona; empty where it isn't.
    pub fn landings(&self) -> &[Landing] {
        &self.landings
    }

    /// What its clones keep of the state when they begin egress, by the pipeline at whose end they are made and the number
    /// of their field list.
    pub fn clones(&self) -> &[(PipelineKind, u8, Bits)] {
        &self.clones
    }

    /// The learn lists that it takes samples for, and where those lie in the state when [`StateAccess::Sample`] takes them:
    /// the first element uppermost.
    pub fn samples(&self) -> &[(LearnListId, BitRange)] {
        &self.samples
    }

    /// How its egress begins; `None` when nothing is left to do there. The origin's events are what the native trace
    /// says from there to the first lookup. `Pipeline("egress")` is not among them: every copy's trace says it, and then
    /// the ingress rows' [`Origin::egress_events`].
    pub fn egress_start(&self) -> Option<(&EgressStart, Origin)> {
        let origin = self.egress_prologue.as_ref().map(|row| row.origin.clone());
        self.egress_start.as_ref().map(|start| (start, origin.unwrap_or_default()))
    }

    /// The ingress slots in which it may end: the operator's `leave` rows are wanted in each.
    pub fn leave_slots(&self) -> &[u8] {
        &self.leave_slots
    }

    /// The accesses to state outside of packets that it makes, by pipeline and slot: each wants an operator's row.
    pub fn accesses(&self) -> &[(PipelineKind, u8, StateAccess)] {
        &self.accesses
    }

    /// How many slots it needs, the last one that it leaves in included.
    pub fn slots(&self, pipeline: PipelineKind) -> u8 {
        match pipeline {
            PipelineKind::Ingress => self.slots,
            PipelineKind::Egress => self.egress_slots,
        }
    }

    /// The rows that don't depend on what the control plane does: parser, branches, straight-line code. Default actions
    /// and constant entries are not among them: the former can be changed, the latter be cleared.
    pub fn fixed_rows(&self) -> &[Row] {
        &self.fixed_rows
    }

    /// The rows that stand for an entry: as many as there are places in the program's life where the table is applied
    /// and the entry can match, times what its ranges need.
    ///
    /// `rank` orders the table's entries that can match the same packet: the lowest wins. `number` is that of the member or
    /// group, where the entry refers to one.
    ///
    /// # Errors
    /// A [`Refusal`] when the table or the action is not the program's, or the entry doesn't fit the table.
    pub fn entry_rows(
        &self,
        table: TableId,
        entry: &TableEntry,
        rank: u32,
        number: ProfileNumber,
    ) -> Result<Vec<Row>, Refusal> {
        let declared = self.table(table)?;
        let construct = || format!("entry {} of table {}", entry.handle, declared.name);
        let no_action = |name: &str| Refusal::new(construct(), format!("the table has no action `{name}`"));
        if declared.keys.is_empty() {
            return Err(Refusal::new(construct(), "the table has no key, so nothing can match"));
        }
        let fits = |(key, value): (&hyper4_ir::TableKey, &MatchValue)| {
            kind(value) == key.match_kind && widths(value).iter().all(|w| *w == key.width)
        };
        if entry.key.len() != declared.keys.len() || !declared.keys.iter().zip(&entry.key).all(fits) {
            return Err(Refusal::new(construct(), "its key doesn't fit the table's"));
        }
        let hit = Event::Table { name: declared.name.clone(), outcome: TableOutcome::Hit(entry.handle) };
        let (events, arguments, chosen) = match &entry.action {
            EntryAction::Direct { action: name, arguments } => {
                let action = self.program.action_by_name(table, name).ok_or_else(|| no_action(name))?;
                self.check_arguments(action, arguments, &construct)?;
                // What follows the action's own arguments: direct counters and meters want to know which entry it is.
                let entry_number = Bits::from_u64(NUMBER_BITS, handle_number(entry.handle));
                let events = vec![hit, self.action_event(action, arguments)];
                (events, [arguments.as_slice(), &[entry_number]].concat(), Ok((action, name)))
            }
            EntryAction::Indirect(target) => (vec![hit], Vec::new(), Err(*target)),
        };
        let mut rows = Vec::new();
        for place in self.tables.get(&table).into_iter().flatten() {
            let outcome = match chosen {
                Ok((action, name)) => {
                    let outcome = place.outcomes.get(&(action, true));
                    Cow::Borrowed(outcome.ok_or_else(|| no_action(name))?)
                }
                Err(target) => Cow::Owned(self.chosen(place, target, true, number, &construct)?),
            };
            let here =
                place.entry_rows(&declared.keys, &entry.key, rank, &outcome, events.clone(), &arguments);
            let too_many = || {
                let reason = format!("its ranges take more than the {} rows of a table", place.max_rows);
                Refusal::new(construct(), reason)
            };
            rows.extend(here.ok_or_else(too_many)?);
        }
        Ok(rows)
    }

    /// The rows that stand for a table's miss: its default action, or none.
    ///
    /// # Errors
    /// A [`Refusal`] when the table or the action is not the program's.
    pub fn default_rows(&self, table: TableId, default: Option<MissAction<'_>>) -> Result<Vec<Row>, Refusal> {
        let declared = self.table(table)?;
        let construct = || format!("default action of table {}", declared.name);
        let mut events = vec![Event::Table { name: declared.name.clone(), outcome: TableOutcome::Miss }];
        if let Some(MissAction::Action(action, arguments)) = default {
            self.check_arguments(action, arguments, &construct)?;
            events.push(self.action_event(action, arguments));
        }
        let mut rows = Vec::new();
        for place in self.tables.get(&table).into_iter().flatten() {
            let (outcome, arguments) = match default {
                None => (Cow::Borrowed(&place.no_action), &[][..]),
                Some(MissAction::Action(action, arguments)) => {
                    let outcome = place.outcomes.get(&(action, false));
                    let outcome =
                        outcome.ok_or_else(|| Refusal::new(construct(), "the table has no such action"))?;
                    (Cow::Borrowed(outcome), arguments)
                }
                Some(MissAction::Profile(target, number)) => {
                    (Cow::Owned(self.chosen(place, target, false, number, &construct)?), &[][..])
                }
            };
            rows.push(place.miss_row(&outcome, events.clone(), arguments));
        }
        Ok(rows)
    }

    fn table(&self, table: TableId) -> Result<&Table, Refusal> {
        let found = self.program.tables.get(table.index());
        found
            .ok_or_else(|| Refusal::new(format!("table number {}", table.0), "the program has no such table"))
    }

    pub(super) fn action_event(&self, action: ActionId, arguments: &[Bits]) -> Event {
        let name = self.program.actions.get(action.index()).map_or(String::new(), |a| a.name.clone());
        Event::Action { name, arguments: arguments.to_vec() }
    }

    pub(super) fn check_arguments(
        &self,
        action: ActionId,
        arguments: &[Bits],
        construct: &dyn Fn() -> String,
    ) -> Result<(), Refusal> {
        let Some(declared) = self.program.actions.get(action.index()) else {
            return Err(Refusal::new(construct(), "the program has no such action"));
        };
        let widths: Vec<u32> = declared.parameters.iter().map(|p| p.width).collect();
        if arguments.iter().map(Bits::width).eq(widths.iter().copied()) {
            return Ok(());
        }
        let reason = format!("action `{}` takes arguments of {widths:?} bits", declared.name);
        Err(Refusal::new(construct(), reason))
    }
}

fn kind(value: &MatchValue) -> MatchKind {
    match value {
        MatchValue::Exact(_) => MatchKind::Exact,
        MatchValue::Lpm { .. } => MatchKind::Lpm,
        MatchValue::Ternary { .. } => MatchKind::Ternary,
        MatchValue::Range { .. } => MatchKind::Range,
        MatchValue::Optional(_) => MatchKind::Optional,
    }
}

fn widths(value: &MatchValue) -> Vec<u32> {
    match value {
        MatchValue::Exact(value) | MatchValue::Lpm { value, .. } | MatchValue::Optional(Some(value)) => {
            vec![value.width()]
        }
        MatchValue::Ternary { value, mask } => vec![value.width(), mask.width()],
        MatchValue::Range { low, high } => vec![low.width(), high.width()],
        MatchValue::Optional(None) => Vec::new(),
    }
}
