//! Pipelines: tables, conditions, actions.

use std::rc::Rc;

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, NextNode, Node, PipelineKind, PrimitiveKind, Table, TableId, TableImplementation, TableNext,
};

use crate::integer::Integer;
use crate::term::Word;
use crate::visit::Visit;

use super::expression::Scope;
use super::lookup::Hit;
use super::{Executor, MAX_STEPS, Point, Stop, Thread, unsupported};

/// An action with its arguments, if there is one.
type Does = Option<(ActionId, Rc<[Word]>)>;

impl<'a> Executor<'a, '_> {
    /// A node of a pipeline, or its end.
    pub(super) fn node(
        &mut self,
        mut thread: Thread,
        kind: PipelineKind,
        node: NextNode,
    ) -> Result<(), Stop> {
        // `exit` is tested between nodes only.
        let node = if thread.state.exit { None } else { node };
        match node {
            None if kind == PipelineKind::Ingress => {
                thread.state.exit = false;
                thread.point = Point::TrafficManager;
                self.threads.push(thread);
                Ok(())
            }
            None => self.end_of_egress(thread),
            Some(Node::Conditional(id)) => {
                let Some(conditional) = self.program().conditionals.get(id.index()) else {
                    return Err(unsupported("a condition", None, "it is missing"));
                };
                let condition =
                    self.truth(&Scope::of(&thread.path, &thread.state), &conditional.expression)?;
                self.fork(&thread, &condition, |_, thread, holds| {
                    let next = if holds { conditional.true_next } else { conditional.false_next };
                    thread.visits.push(Visit::Branch { condition: id, holds });
                    thread.point = Point::Node(kind, next);
                    Ok(())
                })
            }
            Some(Node::Table(id)) => self.table(&thread, kind, id),
        }
    }

    fn table(&mut self, thread: &Thread, kind: PipelineKind, id: TableId) -> Result<(), Stop> {
        let Some(table) = self.program().tables.get(id.index()) else {
            return Err(unsupported("a table", None, "it is missing"));
        };
        let default = self.subject.subject.rows(id).and_then(|rows| rows.default());
        let default = default.map(|(action, arguments)| (*action, words(arguments)));
        for matched in self.look_up(thread.path.clone(), &thread.state, id, table)? {
            let mut next = thread.on(matched.path);
            if let Some(hit) = matched.hit {
                self.count_directly(&mut next, table, hit.handle());
            }
            let ways = match matched.hit {
                Some(hit) => self.chosen(next, table, hit)?,
                None => vec![(next, default.clone())],
            };
            for (mut next, action) in ways {
                let ran = action.as_ref().map(|(action, _)| *action);
                // A group without members leads on as a miss does.
                let hit = matched.hit.filter(|_| ran.is_some());
                if let Some(hit) = hit {
                    self.measure_directly(&mut next, table, hit.handle())?;
                }
                next.visits.push(Visit::Table { table: id, rows: matched.rows.clone(), action: ran });
                let done = match action {
                    Some((action, arguments)) => self.act(next, action, &arguments)?,
                    None => vec![next],
                };
                let point = Point::Node(kind, next_of(table, hit.is_some(), ran));
                self.threads.extend(done.into_iter().map(|thread| Thread { point, ..thread }));
            }
        }
        Ok(())
    }

    /// What a row does: of one that refers to a group what each member does, on a path of its own.
    fn chosen(&mut self, thread: Thread, table: &Table, hit: Hit<'a>) -> Result<Vec<(Thread, Does)>, Stop> {
        let row = match hit {
            Hit::Row(row) => row,
            Hit::Open(row) => {
                let arguments = self.open_arguments(row);
                return Ok(vec![(thread, Some((row.action, arguments)))]);
            }
        };
        let own = (row.action, words(&row.arguments));
        let profile = self.subject.subject.profile(table);
        let (Some(group), Some(profile)) = (row.group(), profile) else {
            return Ok(vec![(thread, Some(own))]);
        };
        let construct = format!("table `{}`", table.name);
        let refused = |reason: &str| unsupported(&construct, table.source_info.as_ref(), reason);
        let members = profile.group(group);
        let TableImplementation::Profile(id) = table.implementation else {
            return Ok(vec![(thread, Some(own))]);
        };
        let selector = self.program().action_profiles.get(id.index()).and_then(|p| p.selector.as_ref());
        let Some(selector) = selector else { return Err(refused("its action profile has no selector")) };
        if members.is_empty() {
            return Ok(vec![(thread, None)]);
        }
        let input = self.gather(&construct, &thread.state, &selector.inputs)?;
        let hash = self.hashed(&construct, selector.algorithm, &input)?;
        // `hash_t` of bmv2's action_profile.h has 32 bits.
        let hash = self.context.terms.resize(&hash, 32);
        let size = Bits::from_u64(hash.width(), members.len() as u64);
        let number = self.context.terms.remainder(&hash, &size);
        let mut ways = Vec::new();
        let mut rest = Some(thread.path.clone());
        for (place, (action, arguments)) in members.into_iter().enumerate() {
            let Some(path) = rest.take() else { break };
            let this = Word::number(number.width(), place as u64);
            let this = self.context.terms.equal(&number, &this);
            let split = self.context.split(path, &this)?;
            ways.extend(split.holds.map(|path| (thread.on(path), Some((*action, words(arguments))))));
            rest = split.fails;
        }
        Ok(ways)
    }

    /// An action's primitives, on each way through its jumps.
    fn act(&mut self, thread: Thread, action: ActionId, arguments: &[Word]) -> Result<Vec<Thread>, Stop> {
        let Some(action) = self.program().actions.get(action.index()) else {
            return Err(unsupported("an action", None, "it is missing"));
        };
        let mut done = Vec::new();
        let mut running = vec![(thread, 0)];
        while let Some((mut thread, index)) = running.pop() {
            let Some(primitive) = action.primitives.get(index) else {
                done.push(thread);
                continue;
            };
            thread.steps += 1;
            if thread.steps > MAX_STEPS {
                return Err(Stop(format!("a path has more than {MAX_STEPS} steps")));
            }
            let refused = |stop: Stop| {
                let place = primitive.source_info.as_ref();
                unsupported(&format!("action `{}`", action.name), place, &stop.0)
            };
            match &primitive.kind {
                PrimitiveKind::Jump { target } => running.push((thread, *target as usize)),
                PrimitiveKind::JumpIfZero { condition, target } => {
                    let scope = Scope { state: &thread.state, arguments, path: &thread.path };
                    let value = self.number(&scope, condition).map_err(refused)?;
                    let zero = Integer::unsigned(Word::zero(1));
                    let is_zero =
                        value.equal(&mut self.context.terms, &zero).map_err(|why| refused(Stop(why)))?;
                    let split = self.context.split(thread.path.clone(), &is_zero)?;
                    let ways = [(split.holds, *target as usize), (split.fails, index + 1)];
                    let ways = ways.into_iter().filter_map(|(path, to)| Some((thread.on(path?), to)));
                    running.extend(ways);
                }
                kind => {
                    let ways = self.primitive(thread, kind, arguments).map_err(refused)?;
                    running.extend(ways.into_iter().map(|thread| (thread, index + 1)));
                }
            }
        }
        Ok(done)
    }
}

/// Arguments that are known.
fn words(arguments: &[Bits]) -> Rc<[Word]> {
    arguments.iter().map(|argument| Word::constant(argument.clone())).collect()
}

/// What comes after a table.
fn next_of(table: &Table, hit: bool, action: Option<ActionId>) -> NextNode {
    match &table.next {
        TableNext::HitMiss { hit: next, .. } if hit => *next,
        TableNext::HitMiss { miss, .. } => *miss,
        TableNext::ByAction { nodes, base_default } => {
            let position = action.and_then(|action| table.actions.iter().position(|other| *other == action));
            position.and_then(|position| nodes.get(position)).copied().unwrap_or(*base_default)
        }
    }
}
