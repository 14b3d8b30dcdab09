//! The packets of one path.

use hyper4_ir::Output;

use crate::execute::Outcome;
use crate::path::{Context, Path};
use crate::prove::Example;
use crate::term::{Cond, Evaluator, Support};
use crate::visit::Visit;

use super::{CoveringPacket, Goal, OneLength};

/// Rows of one table that are hit alike, with the conditions under which they match.
type Alike<'a> = (hyper4_ir::TableId, &'a [(u64, Cond)]);

impl OneLength<'_, '_> {
    /// Packets of a path: as many as it takes to hit all the rows on it that nothing has hit so far.
    pub(super) fn packets_of(&mut self, context: &mut Context, outcome: &Outcome) {
        let tables: Vec<Alike<'_>> = outcome
            .visits
            .iter()
            .filter_map(|visit| match visit {
                Visit::Table { table, rows, .. } if rows.len() > 1 => Some((*table, rows.as_slice())),
                _ => None,
            })
            .collect();
        let mut tried = Vec::new();
        let mut first = true;
        loop {
            let mut path = outcome.path.clone();
            let mut narrowed = false;
            for (place, (table, rows)) in tables.iter().enumerate() {
                for (number, (handle, _)) in rows.iter().enumerate() {
                    let goal = self.search.goals.number(Goal::Entry { table: *table, handle: *handle });
                    let wanted = goal.is_some_and(|goal| self.search.open.contains(goal));
                    if !wanted || tried.contains(&(place, number)) {
                        continue;
                    }
                    if let Some(narrower) = hitting(context, &path, rows, number) {
                        path = narrower;
                        narrowed = true;
                        break;
                    }
                    // On a path that other tables have narrowed it may fail and still be possible.
                    if !narrowed {
                        tried.push((place, number));
                    }
                }
            }
            if !narrowed && !first {
                return;
            }
            self.packet_of(context, path, outcome, first);
            if self.search.is_content() {
                return;
            }
            first = false;
        }
    }

    /// One packet of a path, if it reaches anything new or every path is to have one.
    fn packet_of(&mut self, context: &mut Context, path: Path, outcome: &Outcome, first: bool) {
        let mut support = Support::default();
        path.conditions().iter().for_each(|condition| support.condition(condition));
        let undefined = support.unsaid();
        for sent in &outcome.sent {
            support.word(&sent.port);
            support.word(&sent.bytes);
        }
        let example = Example::new(context, path, self.input, self.length);
        let reached = self.reached(&example, outcome);
        let new: Vec<usize> =
            reached.iter().copied().filter(|goal| self.search.open.contains(*goal)).collect();
        new.iter().for_each(|goal| self.search.open.remove(*goal));
        if !new.is_empty() {
            self.search.idle = 0;
        }
        if let Some(what) = undefined {
            new.into_iter().for_each(|goal| {
                self.search.doubtful.insert(goal, what.clone());
            });
            return;
        }
        let upgraded = reached.iter().any(|goal| self.search.doubtful.remove(goal).is_some());
        let every = self.search.options.paths.is_some() && first;
        if new.is_empty() && !upgraded && !every {
            return;
        }
        let outputs: Option<Vec<Output>> = support.unsaid().is_none().then(|| example.outputs(&outcome.sent));
        self.search.packets.push(CoveringPacket { packet: example.packet(), goals: reached, outputs });
    }

    /// The goals that a packet of a path reaches.
    fn reached(&self, example: &Example<'_>, outcome: &Outcome) -> Vec<usize> {
        let mut evaluator = Evaluator::new(example.witness());
        let mut reached = Vec::new();
        for visit in outcome.visits.iter() {
            match visit {
                Visit::Table { table, rows, action } => {
                    let hit = rows.iter().find(|(_, condition)| evaluator.holds(condition));
                    let entry = hit.map(|(handle, _)| Goal::Entry { table: *table, handle: *handle });
                    let miss = rows.is_empty().then_some(Goal::Miss { table: *table });
                    let action = action.map(|action| Goal::Action { table: *table, action });
                    let goals = [entry, miss, action].into_iter().flatten();
                    reached.extend(goals.filter_map(|goal| self.search.goals.number(goal)));
                }
                Visit::Case { .. } | Visit::Branch { .. } => reached.extend(self.goals_of(visit)),
            }
        }
        reached.sort_unstable();
        reached.dedup();
        reached
    }
}

/// The part of a path on which one of several rows is hit.
fn hitting(context: &mut Context, path: &Path, rows: &[(u64, Cond)], number: usize) -> Option<Path> {
    let mut path = path.clone();
    let (_, own) = rows.get(number)?;
    path = context.restrict(path, own).ok()??;
    for (_, before) in rows.iter().take(number) {
        path = context.restrict(path, &before.not()).ok()??;
    }
    Some(path)
}
