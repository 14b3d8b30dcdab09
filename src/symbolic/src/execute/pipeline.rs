//! Pipelines: tables, conditions, actions.

use hyper4_bits::Bits;
use hyper4_ir::{
    ActionId, NextNode, Node, PipelineKind, Primitive, PrimitiveKind, StandardField, Table, TableId,
    TableNext,
};

use crate::integer::Integer;
use crate::term::Word;
use crate::visit::Visit;

use super::expression::Scope;
use super::state::State;
use super::{DROP_PORT, Executor, Point, Stop, Thread, unsupported};

impl Executor<'_, '_> {
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
            None => self.end_of_egress(&thread),
            Some(Node::Conditional(id)) => {
                let Some(conditional) = self.program().conditionals.get(id.index()) else {
                    return Err(unsupported("a condition", None, "it is missing"));
                };
                let condition = self.truth(&Scope::of(&thread.state), &conditional.expression)?;
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
        let default = default.map(|(action, arguments)| (*action, arguments.as_slice()));
        for matched in self.look_up(thread.path.clone(), &thread.state, id, table)? {
            let mut next = thread.on(matched.path);
            let hit = matched.row.is_some();
            let action = matched.row.map(|row| (row.action, row.arguments.as_slice())).or(default);
            let ran = action.map(|(action, _)| action);
            next.visits.push(Visit::Table { table: id, rows: matched.rows, action: ran });
            if let Some((action, arguments)) = action {
                self.act(&mut next.state, action, arguments)?;
            }
            next.point = Point::Node(kind, next_of(table, hit, ran));
            self.threads.push(next);
        }
        Ok(())
    }

    fn act(&mut self, state: &mut State, action: ActionId, arguments: &[Bits]) -> Result<(), Stop> {
        let Some(action) = self.program().actions.get(action.index()) else {
            return Err(unsupported("an action", None, "it is missing"));
        };
        for primitive in &action.primitives {
            self.primitive(state, primitive, arguments).map_err(|stop| {
                let place = primitive.source_info.as_ref();
                unsupported(&format!("action `{}`", action.name), place, &stop.0)
            })?;
        }
        Ok(())
    }

    fn primitive(
        &mut self,
        state: &mut State,
        primitive: &Primitive,
        arguments: &[Bits],
    ) -> Result<(), Stop> {
        match &primitive.kind {
            PrimitiveKind::Assign { place, value } => {
                let value = self.number(&Scope { state, arguments }, value)?;
                self.store(state, place, &value)?;
            }
            PrimitiveKind::AssignHeader { destination, source } => {
                if state.is_valid(*source) {
                    state.copy_header(*destination, *source);
                } else {
                    state.set_valid(*destination, false);
                }
            }
            PrimitiveKind::SetValid(header) => {
                if !state.is_valid(*header) {
                    let fields =
                        state.header(*header).map(|header| header.fields.clone()).unwrap_or_default();
                    let zeros = fields.iter().map(|field| Word::zero(field.width())).collect::<Vec<_>>();
                    let bytes = fields.iter().map(Word::width).sum::<u32>() / 8;
                    state
                        .set_header(*header, super::state::HeaderState { valid: true, fields: zeros.into() });
                    self.grow(state, i64::from(bytes));
                }
            }
            PrimitiveKind::SetInvalid(header) => {
                if state.is_valid(*header) {
                    let fields =
                        state.header(*header).map(|header| header.fields.clone()).unwrap_or_default();
                    let bytes = fields.iter().map(Word::width).sum::<u32>() / 8;
                    state.set_valid(*header, false);
                    self.grow(state, -i64::from(bytes));
                }
            }
            PrimitiveKind::MarkToDrop => {
                self.set_standard(state, StandardField::EgressSpec, &super::constant(9, DROP_PORT));
                self.set_standard(state, StandardField::McastGrp, &Word::zero(16));
            }
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                let scope = Scope { state, arguments };
                let (base, modulus) = (self.number(&scope, base)?, self.number(&scope, modulus)?);
                let hash = self.hash(state, *calculation, &modulus)?;
                let value = hash.add(&mut self.context.terms, &base);
                let value: Integer = value.map_err(|reason| unsupported("a hash", None, &reason))?;
                self.store(state, place, &value)?;
            }
            PrimitiveKind::Exit => state.exit = true,
            PrimitiveKind::NoOp => {}
            other => {
                return Err(unsupported(
                    &format!("primitive `{}`", other.name()),
                    None,
                    "the proofs don't carry it",
                ));
            }
        }
        Ok(())
    }

    /// The switch keeps count of headers that are added and removed.
    fn grow(&mut self, state: &mut State, bytes: i64) {
        let bytes = Word::constant(Bits::from_u64(32, bytes as u64));
        state.length = self.context.terms.add(&state.length, &bytes);
    }
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
