//! The operator's rows: what each does to packets of a slice.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::time::Duration;

use hyper4_bits::Bits;
use hyper4_ir::{FieldRef, MatchKind, MatchValue, Program, Table, TableId};

use crate::execute::{Executor, Input, Prepared, Stand, Stop};
use crate::isolation::Slice;
use crate::options::Length;
use crate::path::{Context, Path};
use crate::solver::Answer;
use crate::subject::{Row, Subject};
use crate::term::{Assignment, Cond, Evaluator, Side, Word};

use super::program::Persona;
use super::{Device, Hole, RowPredicate, probe};

/// How long Z3 may think about one question.
pub(super) const TIMEOUT: Duration = Duration::from_secs(10);
/// Paths that one row may have.
pub(super) const MAX_PATHS: usize = 64;

/// What packets of a slice can reach.
#[derive(Default)]
pub(super) struct Reached {
    pub(super) devices: BTreeSet<u64>,
    /// Array, first cell, the cell behind the last.
    pub(super) cells: BTreeSet<(u64, u128, u128)>,
    pub(super) rows: usize,
    pub(super) queries: usize,
}

/// The operator's rows by the device ID that they are keyed by.
pub(super) type ByDevice<'a> = BTreeMap<u64, Vec<(TableId, &'a Row)>>;

/// The number of the key field that is the device ID, looked at whole.
fn device_key(persona: &Persona, table: &Table) -> Option<usize> {
    table.keys.iter().position(|key| {
        key.field == persona.device
            && key.match_kind == MatchKind::Exact
            && key.mask.is_none()
            && key.valid_of.is_none()
    })
}

/// The rows that are not any tenant's: all of the operator's tables, and of the tenants' those that don't satisfy the
/// predicate.
pub(super) fn by_device<'a>(
    subject: &'a Subject,
    persona: &Persona,
    predicate: &RowPredicate,
) -> Result<ByDevice<'a>, Hole> {
    let program = subject.program();
    let mut by_device = ByDevice::new();
    for id in persona.operators.iter().chain(&persona.tenants) {
        let Some(table) = program.tables.get(id.index()) else { continue };
        let rows = subject.rows(*id);
        let tenants = predicate.tables.contains(&table.name);
        if let Some((action, _)) = rows.and_then(|rows| rows.default())
            && tenants
            && !persona.is_harmless(program, table, *action)
        {
            return Err(Hole::Open(format!(
                "the default action of tenants' table `{}` does harm",
                table.name
            )));
        }
        let Some(key) = device_key(persona, table) else { continue };
        for row in rows.into_iter().flat_map(|rows| rows.by_handle()) {
            if tenants && satisfies(program, predicate, row) {
                continue;
            }
            if let Some(MatchValue::Exact(device)) = row.key.get(key) {
                by_device.entry(device.low_u64()).or_default().push((*id, row));
            }
        }
    }
    Ok(by_device)
}

/// Whether a row of a tenants' table is one that a tenant may have.
fn satisfies(program: &Program, predicate: &RowPredicate, row: &Row) -> bool {
    let Some(action) = program.actions.get(row.action.index()) else { return false };
    let bounded = predicate.bounds.get(&action.name).is_none_or(|(number, below)| {
        row.arguments.get(*number).is_some_and(|argument| argument.low_u64() < *below)
    });
    predicate.actions.contains(&action.name) && bounded
}

/// What packets that come in by a slice's ports can reach.
pub(super) fn of_slice(
    device: &Device,
    persona: &Persona,
    by_device: &ByDevice<'_>,
    slice: &Slice,
) -> Result<Reached, Hole> {
    let prepared = Prepared::new(&device.subject);
    let groups = device.subject.groups();
    let own = |group: &u16| groups.copies(*group).iter().all(|(_, port)| slice.egress_ports.contains(port));
    let mut walk = Walk {
        device,
        persona,
        slice,
        groups: groups.numbers().filter(own).collect(),
        reached: Reached::default(),
        waiting: VecDeque::new(),
    };
    // Tables that look at no device ID see packets of all.
    let tables = &device.subject.program().tables;
    let open: Vec<TableId> = persona
        .operators
        .iter()
        .copied()
        .filter(|id| tables.get(id.index()).is_some_and(|table| device_key(persona, table).is_none()))
        .collect();
    // Those whose default action may do harm, each with what it does without a row.
    let misses: Vec<TableId> = persona
        .operators
        .iter()
        .copied()
        .filter(|id| {
            let table = tables.get(id.index());
            let default = device.subject.rows(*id).and_then(|rows| rows.default());
            let harmless = |(action, _): &(_, _)| {
                table.is_some_and(|table| persona.is_harmless(device.subject.program(), table, *action))
            };
            !open.contains(id) && !default.is_none_or(harmless)
        })
        .collect();
    // A packet that has just come in has no device ID; one that comes in again may have one.
    walk.waiting.push_back(0);
    while let Some(id) = walk.waiting.pop_front() {
        for table in &open {
            for port in &slice.ingress_ports {
                walk.step(*table, &prepared, id, Some(*port))?;
            }
        }
        if id == 0 {
            continue;
        }
        for (table, row) in by_device.get(&id).into_iter().flatten() {
            walk.reached.rows += 1;
            walk.step(*table, &prepared.with_row(*table, Some(row)), id, None)?;
        }
        for table in &misses {
            walk.step(*table, &prepared.with_row(*table, None), id, None)?;
        }
    }
    Ok(walk.reached)
}

struct Walk<'s> {
    device: &'s Device,
    persona: &'s Persona,
    slice: &'s Slice,
    /// Multicast groups that reach the slice's ports alone.
    groups: BTreeSet<u16>,
    reached: Reached,
    /// Device IDs whose rows are still to be looked at.
    waiting: VecDeque<u64>,
}

impl Walk<'_> {
    /// What a table with these rows does to packets with a device ID, of one port or of any.
    fn step(
        &mut self,
        id: TableId,
        prepared: &Prepared<'_>,
        device: u64,
        port: Option<u16>,
    ) -> Result<(), Hole> {
        let program = self.device.subject.program();
        let Some(table) = program.tables.get(id.index()) else { return Ok(()) };
        let mut context = Context::new(TIMEOUT);
        let input = Input::new(&mut context.terms, Length::Bytes(0));
        let executor = Executor::new(prepared, Side::Native, &mut context, &input, MAX_PATHS);
        let [cell, session] = self.persona.probes;
        let stepped = executor.apply_anywhere(table.pipeline, id, |context, before| {
            let mut known = vec![self.is_kept(context, before)];
            for (field, value) in [
                (self.persona.device, Some(device)),
                (self.persona.port, port.map(u64::from)),
                (cell, Some(0)),
                (session, Some(0)),
            ] {
                let word = before.field(field);
                known.extend(
                    value.map(|value| context.terms.equal(&word, &Word::number(word.width(), value))),
                );
            }
            let mut path = Some(before.path.clone());
            for condition in known {
                let Some(here) = path.take() else { break };
                path = context.restrict(here, &condition)?;
            }
            Ok(path)
        });
        let refused = |stop: Stop| Hole::Unknown(format!("table `{}`: {}", table.name, stop.0));
        let Some((before, after)) = stepped.map_err(refused)? else { return Ok(()) };
        for stand in after {
            self.check(&mut context, table, prepared.only_row(id), (&before, &stand))?;
        }
        self.reached.queries += context.solver.queries;
        Ok(())
    }

    /// Of a packet of the slice: its group is the slice's; or it has none, and its port is the slice's, or no port (then it
    /// is dropped), or still what it was when the packet came in, and the end of ingress is to come.
    fn is_kept(&self, context: &mut Context, stand: &Stand) -> Cond {
        let terms = &mut context.terms;
        let spec = stand.field(self.persona.spec);
        let guard = stand.field(self.persona.guard);
        let ports = self.slice.egress_ports.iter().copied().chain([511]);
        let ports: Vec<Cond> =
            ports.map(|port| terms.equal(&spec, &Word::number(spec.width(), port.into()))).collect();
        let decided = terms.any(ports);
        let as_it_came = terms.equal(&spec, &Word::zero(spec.width()));
        let open = terms.less(&guard, &Word::number(guard.width(), self.persona.below));
        let open = terms.all([as_it_came, open]);
        let port = terms.any([decided, open]);
        let Some(group) = self.persona.group else { return port };
        let group = stand.field(group);
        let none = terms.equal(&group, &Word::zero(group.width()));
        let groups: Vec<Cond> = self
            .groups
            .iter()
            .map(|number| terms.equal(&group, &Word::number(group.width(), (*number).into())))
            .collect();
        let replicated = terms.any(groups);
        let port = terms.all([none, port]);
        terms.any([replicated, port])
    }

    fn check(
        &mut self,
        context: &mut Context,
        table: &Table,
        row: Option<&Row>,
        (before, stand): (&Stand, &Stand),
    ) -> Result<(), Hole> {
        let row = row.filter(|_| stand.hit);
        let what = match row {
            Some(row) => format!("row {} of table `{}`", row.handle, table.name),
            None => format!("table `{}`", table.name),
        };
        let slice = &self.slice.name;
        let unknown =
            |undecided: crate::path::Undecided| Hole::Unknown(format!("{what}: Z3 gave up: {}", undecided.0));
        // Egress chooses no port: what is sent leaves by the port for which it was queued.
        if table.pipeline == hyper4_ir::PipelineKind::Ingress {
            let kept = self.is_kept(context, stand);
            if let Some(witness) = breaks(context, &stand.path, &kept).map_err(unknown)? {
                let value = |field: FieldRef| Evaluator::new(&witness).word(&stand.field(field)).low_u64();
                let port = value(self.persona.spec);
                let group = self.persona.group.map_or(0, value);
                let to = if group == 0 { format!("port {port}") } else { format!("group {group}") };
                return Err(Hole::Open(format!(
                    "{what} sends packets of slice `{slice}` to {to}, which isn't its"
                )));
            }
        }
        let ids = constants(context, &stand.path, &stand.field(self.persona.device)).map_err(unknown)?;
        let Some(next) = ids else {
            return Err(Hole::Open(format!("{what} gives packets of slice `{slice}` any device ID")));
        };
        // 0 is nobody's: a packet that enters no device.
        if next.low_u64() != 0 && self.reached.devices.insert(next.low_u64()) {
            self.waiting.push_back(next.low_u64());
        }
        let [cell, session] = self.persona.probes;
        let touched = stand.field(cell);
        if touched != before.field(cell) {
            let cells = self.cells(context, &stand.path, &touched, row).map_err(unknown)?;
            let Some(cells) = cells else {
                return Err(Hole::Open(format!(
                    "{what} lets packets of slice `{slice}` reach any cell: no two of its arguments bound it"
                )));
            };
            self.reached.cells.insert(cells);
        }
        let copied = stand.field(session);
        if copied != before.field(session) {
            let number = constants(context, &stand.path, &copied).map_err(unknown)?;
            let number = number.and_then(|number| u16::try_from(probe::split(&number).1).ok());
            let Some(number) = number else {
                return Err(Hole::Open(format!("{what} copies packets of slice `{slice}` to any session")));
            };
            let leads = self.device.sessions.get(&number).copied().unwrap_or((None, None));
            let own_port =
                |port: u32| u16::try_from(port).is_ok_and(|p| self.slice.egress_ports.contains(&p));
            let own_group = |group: u32| u16::try_from(group).is_ok_and(|g| self.groups.contains(&g));
            if !leads.0.is_none_or(own_port) || !leads.1.is_none_or(own_group) {
                return Err(Hole::Open(format!(
                    "{what} copies packets of slice `{slice}` to session {number}, which leads elsewhere"
                )));
            }
        }
        Ok(())
    }

    /// The cells that a row's packets can touch: an array and two of the row's arguments, a first cell and a number of
    /// cells, of which it is shown that nothing else is touched.
    fn cells(
        &self,
        context: &mut Context,
        path: &Path,
        touched: &Word,
        row: Option<&Row>,
    ) -> Result<Option<(u64, u128, u128)>, crate::path::Undecided> {
        let example = Evaluator::new(path.witness()).word(touched);
        let (array, index) = probe::split(&example);
        let width = touched.width();
        let arguments: Vec<u64> =
            row.map_or_else(Vec::new, |row| row.arguments.iter().map(Bits::low_u64).collect());
        let mut candidates: Vec<(u64, u64)> = arguments
            .iter()
            .flat_map(|first| arguments.iter().map(|count| (*first, *count)))
            .chain([(index, 1)])
            .filter(|(first, count)| {
                first.checked_add(*count).is_some_and(|end| (*first..end).contains(&index))
            })
            .collect();
        candidates.sort_unstable_by_key(|(_, count)| *count);
        // The probe's upper bits say which array it is.
        let base = example.wrapping_sub(&Bits::from_u64(width, index));
        for (first, count) in candidates {
            let terms = &mut context.terms;
            let at = |value: u64| Word::constant(base.wrapping_add(&Bits::from_u64(width, value)));
            let below = terms.less(touched, &at(first));
            let inside = terms.less(touched, &at(first + count));
            let inside = terms.all([below.not(), inside]);
            if breaks(context, path, &inside)?.is_none() {
                return Ok(Some((array, first.into(), u128::from(first) + u128::from(count))));
            }
        }
        Ok(None)
    }
}

/// Values under which a condition doesn't hold on a path. Z3 is asked even where the terms' normal forms settle it.
pub(super) fn breaks(
    context: &mut Context,
    path: &Path,
    condition: &Cond,
) -> Result<Option<Assignment>, crate::path::Undecided> {
    match context.solver.satisfiable(path.conditions().iter().chain([&condition.not()])) {
        Answer::Satisfiable(witness) => Ok(Some(witness)),
        Answer::Unsatisfiable => Ok(None),
        Answer::Unknown(reason) => Err(crate::path::Undecided(reason)),
    }
}

/// The only value that a word can have on a path.
fn constants(
    context: &mut Context,
    path: &Path,
    word: &Word,
) -> Result<Option<Bits>, crate::path::Undecided> {
    if let Some(value) = word.as_const() {
        return Ok(Some(value));
    }
    let value = Evaluator::new(path.witness()).word(word);
    let same = context.terms.equal(word, &Word::constant(value.clone()));
    Ok(breaks(context, path, &same)?.is_none().then_some(value))
}
