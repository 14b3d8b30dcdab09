//! Loops in a pipeline: simple_switch's pipelines have no way back, but its actions have.

use hyper4_ir::{self as ir, BinaryOp as Op, Expr, Place, PrimitiveKind};
use hyper4_p4::typed::Type;

use crate::fold::{binary, constant};
use crate::graph::{BlockId, End, Graph, OpKind};
use crate::{Lowered, Lowerer};

/// Bits of the number of a loop's ways out.
const WAY_WIDTH: u32 = 8;

/// The stretches of blocks, by their first and last position, that lie within an outermost circle.
fn circles(graph: &Graph) -> Vec<(usize, usize)> {
    let position = |id: BlockId| graph.order.iter().position(|known| *known == id);
    let mut found: Vec<(usize, usize)> = Vec::new();
    for (from, id) in graph.order.iter().enumerate() {
        let targets = graph.get(*id).map(|block| block.end.targets()).unwrap_or_default();
        for to in targets.into_iter().filter_map(position).filter(|to| *to <= from) {
            let (mut first, mut last) = (to, from);
            found.retain(|(start, end)| {
                let apart = *end < first || last < *start;
                if !apart {
                    first = first.min(*start);
                    last = last.max(*end);
                }
                apart
            });
            found.push((first, last));
        }
    }
    found.sort_unstable();
    found
}

impl Lowerer<'_> {
    /// Makes each loop one block, whose code jumps.
    pub(crate) fn collapse_loops(&mut self, graph: &mut Graph) -> Lowered<()> {
        for (first, last) in circles(graph).into_iter().rev() {
            self.collapse(graph, first, last)?;
        }
        Some(())
    }

    fn collapse(&mut self, graph: &mut Graph, first: usize, last: usize) -> Lowered<()> {
        let within: Vec<BlockId> = graph.order.get(first..=last)?.to_vec();
        let head = *within.first()?;
        let mut ways: Vec<Option<BlockId>> = Vec::new();
        for id in &within {
            let block = graph.get(*id)?;
            if let End::Table { span, .. } = &block.end {
                let help = "apply a table for each round, or do in an action what has to be repeated";
                let message =
                    "a table can't be applied in a loop: simple_switch's pipelines have no way back";
                return self.refused_with_help(*span, message, help);
            }
            let out = block.end.targets().into_iter().filter(|target| !within.contains(target)).map(Some);
            let stops = matches!(block.end, End::Stop).then_some(None);
            for way in out.chain(stops) {
                if !ways.contains(&way) {
                    ways.push(way);
                }
            }
        }
        let span = within.iter().find_map(|id| graph.get(*id).and_then(|block| block.since))?;
        let chosen = if ways.len() > 1 {
            Some(self.temporary_field(&Type::Bit(WAY_WIDTH), "way", span)?)
        } else {
            None
        };
        let number = |way: &Option<BlockId>| ways.iter().position(|known| known == way);
        let leaving = |way: Option<BlockId>| {
            let place = Place::Field(chosen?);
            Some(PrimitiveKind::Assign { place, value: constant(number(&way)?) })
        };
        let primitives = self.linear(graph, &within, leaving)?;
        // The loop stands where its first block stood.
        let end = match (chosen, ways.as_slice()) {
            (None, [Some(only)]) => End::Goto(*only),
            (None, _) => End::Stop,
            (Some(field), ways) => self.chain(graph, field, ways, span, first.saturating_add(1), last),
        };
        if chosen.is_none() {
            graph.order.drain(first.saturating_add(1)..=last);
        }
        let block = graph.get_mut(head)?;
        block.ops.clear();
        block.since = Some(span);
        for primitive in primitives {
            block.ops.push(crate::graph::Op { kind: OpKind::Do(primitive.kind), span });
        }
        block.end = end;
        Some(())
    }

    /// Conditions that lead to the ways out, in the place of the loop's other blocks.
    fn chain(
        &mut self,
        graph: &mut Graph,
        field: ir::FieldRef,
        ways: &[Option<BlockId>],
        span: hyper4_p4::Span,
        from: usize,
        last: usize,
    ) -> End {
        let stop = graph.block();
        if let Some(block) = graph.get_mut(stop) {
            block.end = End::Stop;
        }
        let target = |way: &Option<BlockId>| way.unwrap_or(stop);
        let mut added = vec![stop];
        let mut end = ways.last().map_or(End::Stop, |way| End::Goto(target(way)));
        for (position, way) in ways.iter().enumerate().rev().skip(1) {
            let otherwise = graph.block();
            if let Some(block) = graph.get_mut(otherwise) {
                block.end = end;
            }
            added.push(otherwise);
            let condition = binary(Op::Eq, Expr::Field(field), constant(position));
            end = End::Branch { condition, span, then: target(way), otherwise };
        }
        added.reverse();
        graph.order.splice(from..=last, added);
        end
    }
}
