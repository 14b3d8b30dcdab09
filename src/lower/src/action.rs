//! Actions: their graphs as primitives with jumps.

use std::collections::HashMap;
use std::sync::Arc;

use hyper4_ir::{self as ir, Primitive, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::typed::{Action, Argument, Direction, Expression, Type, VariableKind};

use crate::fold::as_number;
use crate::graph::{BlockId, End, Graph, Op, OpKind};
use crate::scope::{GLOBAL, qualified};
use crate::storage::{Storage, scalar};
use crate::{Context, Lowered, Lowerer, index};

impl Lowerer<'_> {
    /// An action as one of the program, made when it is the first time that it is needed with these arguments for its
    /// parameters with a direction.
    pub(crate) fn action(
        &mut self,
        action: &Arc<Action>,
        bound: &[Option<Expression>],
    ) -> Lowered<ir::ActionId> {
        let global = self.program.actions.iter().any(|known| Arc::ptr_eq(known, action));
        let scope = if global { GLOBAL } else { self.scope };
        let written: Vec<String> = action
            .parameters
            .iter()
            .zip(bound)
            .filter(|(parameter, _)| parameter.kind != VariableKind::Parameter(Direction::None))
            .filter_map(|(_, argument)| argument.as_ref())
            .map(|argument| self.program.sources.slice(argument.span).to_owned())
            .collect();
        // What bound arguments mean depends on where they stand.
        let place = if global && !written.is_empty() { self.scope.0 } else { 0 };
        // In which pipeline it is matters for clones and the like.
        let key = format!("{:?} {place} {}", self.pipeline, written.join("\0"));
        let key = if global { key } else { written.join("\0") };
        let pointer = Arc::as_ptr(action);
        let known = self
            .scope_mut(scope)
            .and_then(|scope| scope.actions.get(&pointer))
            .and_then(|known| known.iter().find(|(arguments, _)| *arguments == key).map(|(_, id)| *id));
        if let Some(known) = known {
            return Some(known);
        }
        let prefix = if global { String::new() } else { self.prefix() };
        let name = qualified(&prefix, &action.name, &action.annotations);
        let id = self.new_action(action, bound, name, false)?;
        if let Some(scope) = self.scope_mut(scope) {
            scope.actions.entry(pointer).or_default().push((key, id));
        }
        Some(id)
    }

    /// An action that a statement calls with arguments: none of its parameters come from the control plane.
    pub(crate) fn called_action(
        &mut self,
        action: &Arc<Action>,
        arguments: &[Argument],
    ) -> Lowered<ir::ActionId> {
        let global = self.program.actions.iter().any(|known| Arc::ptr_eq(known, action));
        let prefix = if global { String::new() } else { self.prefix() };
        let name = qualified(&prefix, &action.name, &action.annotations);
        let bound: Vec<Option<Expression>> =
            arguments.iter().map(|argument| argument.value.clone()).collect();
        self.new_action(action, &bound, name, true)
    }

    /// Parameters without a direction come from the control plane, unless all are bound.
    fn new_action(
        &mut self,
        action: &Arc<Action>,
        bound: &[Option<Expression>],
        name: String,
        all_bound: bool,
    ) -> Lowered<ir::ActionId> {
        let mut parameters = Vec::new();
        let (mut directed, mut arguments) = (Vec::new(), Vec::new());
        for (position, parameter) in action.parameters.iter().enumerate() {
            let direction = match parameter.kind {
                VariableKind::Parameter(Direction::None) if all_bound => Direction::In,
                VariableKind::Parameter(direction) => direction,
                VariableKind::Local | VariableKind::ConstructorParameter => Direction::None,
            };
            if direction != Direction::None {
                let value = bound.get(position).cloned().flatten();
                directed.push(Arc::clone(parameter));
                arguments.push(Argument { name: parameter.name.clone(), direction, value });
                continue;
            }
            let Some((width, _)) = scalar(&parameter.ty).filter(|(width, _)| {
                *width > 0 && !matches!(parameter.ty.underlying(), Type::Bool | Type::Error)
            }) else {
                let message =
                    format!("a parameter of type `{}` can't come from the control plane", parameter.ty);
                return self.refused(parameter.span, message);
            };
            self.bind_storage(parameter.id, Storage::Parameter(parameters.len()));
            let name = hyper4_p4::typed::annotation_string(&parameter.annotations, "name");
            let name = name.unwrap_or_else(|| parameter.name.clone()).to_string();
            parameters.push(ir::ActionParameter { name, width });
        }
        let context = Context::Action(self.pipeline);
        let (graph, done) = self.with_graph(context, |lowerer| {
            let passing = lowerer.passing_of(action);
            lowerer.inlined(&directed, &arguments, passing, None, action.span, |lowerer| {
                lowerer.statements(&action.body)
            })
        });
        done?;
        let primitives = self.primitives(&graph)?;
        Some(self.add_action(name, parameters, primitives, action.span))
    }

    pub(crate) fn add_action(
        &mut self,
        name: String,
        parameters: Vec<ir::ActionParameter>,
        primitives: Vec<Primitive>,
        span: Span,
    ) -> ir::ActionId {
        let id = ir::ActionId(index(&self.actions));
        let source_info = self.source_info(span);
        self.actions.push(ir::Action { name, parameters, primitives, source_info });
        id
    }

    /// Straight-line code as primitives.
    pub(crate) fn straight_primitives(&mut self, ops: &[Op]) -> Lowered<Vec<Primitive>> {
        let mut primitives = Vec::new();
        for op in ops {
            let OpKind::Do(kind) = &op.kind else {
                return self.refused(op.span, "this can't be done in an action");
            };
            primitives.push(Primitive { kind: kind.clone(), source_info: self.source_info(op.span) });
        }
        Some(primitives)
    }

    /// A graph as primitives, its blocks one after the other.
    pub(crate) fn primitives(&mut self, graph: &Graph) -> Lowered<Vec<Primitive>> {
        self.linear(graph, &graph.order, |_| None)
    }

    /// Blocks one after the other. What leads elsewhere leads to the end; `leaving` says what is done before, by where
    /// it leads to.
    pub(crate) fn linear(
        &mut self,
        graph: &Graph,
        order: &[BlockId],
        leaving: impl Fn(Option<BlockId>) -> Option<PrimitiveKind>,
    ) -> Lowered<Vec<Primitive>> {
        let mut code = Code { order, ..Code::default() };
        for (position, id) in order.iter().enumerate() {
            let Some(block) = graph.get(*id) else { continue };
            code.starts.insert(Way::To(*id), index(&code.primitives));
            code.primitives.extend(self.straight_primitives(&block.ops)?);
            let span = block.ops.last().map(|op| op.span).or(block.since);
            let source_info = span.and_then(|span| self.source_info(span));
            let next = order.get(position.saturating_add(1)).copied();
            match &block.end {
                End::Goto(target) => code.go(Some(*target), next, source_info),
                End::Stop | End::Open => code.go(None, next, source_info),
                End::Branch { condition, then, otherwise, span } => {
                    let source_info = self.source_info(*span);
                    let way = code.way(Some(*otherwise));
                    code.jumps.push((code.primitives.len(), way));
                    let kind =
                        PrimitiveKind::JumpIfZero { condition: as_number(condition.clone()), target: 0 };
                    code.primitives.push(Primitive { kind, source_info: source_info.clone() });
                    code.go(Some(*then), next, source_info);
                }
                End::Table { span, .. } => {
                    return self
                        .refused(*span, "a table can't be applied here: simple_switch's actions apply none");
                }
                End::Select { .. } => return None,
            }
        }
        code.finish(leaving)
    }
}

/// Where a jump leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
enum Way {
    /// To a block of the code.
    To(BlockId),
    /// Out of it.
    Out(Option<BlockId>),
}

/// Primitives whose jumps don't know their targets yet.
#[derive(Default)]
struct Code<'o> {
    order: &'o [BlockId],
    primitives: Vec<Primitive>,
    jumps: Vec<(usize, Way)>,
    starts: HashMap<Way, u32>,
    out: Vec<Option<BlockId>>,
}

impl Code<'_> {
    fn way(&mut self, target: Option<BlockId>) -> Way {
        match target {
            Some(target) if self.order.contains(&target) => Way::To(target),
            target => {
                if !self.out.contains(&target) {
                    self.out.push(target);
                }
                Way::Out(target)
            }
        }
    }

    fn go(&mut self, target: Option<BlockId>, next: Option<BlockId>, source_info: Option<ir::SourceInfo>) {
        let way = self.way(target);
        if next.is_none_or(|next| way != Way::To(next)) {
            self.jumps.push((self.primitives.len(), way));
            self.primitives.push(Primitive { kind: PrimitiveKind::Jump { target: 0 }, source_info });
        }
    }

    /// The ways out that need something done stand at the end.
    fn finish(
        mut self,
        leaving: impl Fn(Option<BlockId>) -> Option<PrimitiveKind>,
    ) -> Option<Vec<Primitive>> {
        let out = std::mem::take(&mut self.out);
        let done: Vec<(Option<BlockId>, PrimitiveKind)> =
            out.iter().filter_map(|way| leaving(*way).map(|kind| (*way, kind))).collect();
        // A jump to the end that stands there is none.
        if done.is_empty()
            && let Some((position, Way::Out(_))) = self.jumps.last()
            && position.saturating_add(1) == self.primitives.len()
            && matches!(self.primitives.last().map(|last| &last.kind), Some(PrimitiveKind::Jump { .. }))
        {
            self.jumps.pop();
            self.primitives.pop();
        }
        let mut ends = Vec::new();
        for (position, (way, kind)) in done.iter().enumerate() {
            self.starts.insert(Way::Out(*way), index(&self.primitives));
            self.primitives.push(Primitive { kind: kind.clone(), source_info: None });
            if position.saturating_add(1) < done.len() {
                ends.push(self.primitives.len());
                self.primitives
                    .push(Primitive { kind: PrimitiveKind::Jump { target: 0 }, source_info: None });
            }
        }
        let end = index(&self.primitives);
        for way in out {
            self.starts.entry(Way::Out(way)).or_insert(end);
        }
        for (position, way) in std::mem::take(&mut self.jumps) {
            let to = self.starts.get(&way).copied()?;
            self.aim(position, to);
        }
        for position in ends {
            self.aim(position, end);
        }
        Some(self.primitives)
    }

    fn aim(&mut self, position: usize, to: u32) {
        if let Some(primitive) = self.primitives.get_mut(position)
            && let PrimitiveKind::Jump { target } | PrimitiveKind::JumpIfZero { target, .. } =
                &mut primitive.kind
        {
            *target = to;
        }
    }
}
