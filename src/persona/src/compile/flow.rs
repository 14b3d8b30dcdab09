//! The order of a program's stages, and which headers' validity matters from each of them on.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::{
    Action, ActionId, Aggregate, CalculationInput, Checksum, ChecksumKind, Expr, HeaderExpr, HeaderId,
    HeaderUnionId, Node, PipelineKind, Place, PrimitiveKind, Program, StackRef, UnionExpr,
};

use super::profile::selector;
use super::sample::sampled_headers;
use super::site::Stage;

/// Headers.
pub(super) type Headers = BTreeSet<HeaderId>;

/// Order and relevance of the stages of a pipeline.
#[derive(Clone, Debug)]
pub(super) struct Flow {
    /// The nodes that can be reached, in an order in which each comes before those behind it.
    order: BTreeMap<Node, usize>,
    relevant: BTreeMap<Node, Headers>,
    verify: Headers,
    update: Headers,
    end: Headers,
    start: Headers,
    verifies: usize,
}

impl Flow {
    /// The flow of `pipeline`; checksums are updated at its end when `updates`.
    pub(super) fn new(program: &Program, pipeline: PipelineKind, updates: bool) -> Self {
        let start = match pipeline {
            PipelineKind::Ingress => program.ingress.start,
            PipelineKind::Egress => program.egress.start,
        };
        let mut reversed = Vec::new();
        visit(program, start, &mut BTreeSet::new(), &mut reversed);
        let checksums = |kind: ChecksumKind| -> Headers {
            let of_kind = program.checksums.iter().filter(|c| c.kind == kind);
            of_kind.flat_map(|c| checksum_headers(program, c)).collect()
        };
        let update = if updates { checksums(ChecksumKind::Update) } else { Headers::new() };
        let mut end = update.clone();
        if pipeline == PipelineKind::Ingress {
            end.extend(sampled_headers(program));
        }
        let mut relevant: BTreeMap<Node, Headers> = BTreeMap::new();
        for node in &reversed {
            let mut headers = node_headers(program, *node);
            headers.extend(&end);
            for next in program.next_nodes(*node).into_iter().flatten() {
                headers.extend(relevant.get(&next).into_iter().flatten());
            }
            relevant.insert(*node, headers);
        }
        let first = start.and_then(|n| relevant.get(&n)).cloned().unwrap_or_else(|| end.clone());
        let (verify, verifies) = match pipeline {
            PipelineKind::Ingress => (
                checksums(ChecksumKind::Verify).union(&first).copied().collect(),
                program.checksums.iter().filter(|c| c.kind == ChecksumKind::Verify).count(),
            ),
            PipelineKind::Egress => (first.clone(), 0),
        };
        let order = reversed.iter().rev().enumerate().map(|(i, n)| (*n, i)).collect();
        Self { order, relevant, verify, end, update, start: first, verifies }
    }

    /// A number that grows from each stage to those behind it.
    pub(super) fn rank(&self, stage: Stage) -> usize {
        let nodes = 1 + self.verifies;
        match stage {
            Stage::Start => 0,
            Stage::Verify(i) => 1 + i,
            Stage::Node(node) => nodes + self.order.get(&node).copied().unwrap_or(0),
            Stage::Profile(table, ..) => self.rank(Stage::Node(Node::Table(table))),
            Stage::Resume(frame) => self.rank(Stage::Node(Node::Table(frame.table))),
            Stage::End => nodes + self.order.len(),
            Stage::Told => nodes + self.order.len() + 1,
            Stage::Left => nodes + self.order.len() + 2,
            Stage::Deparse => nodes + self.order.len() + 3,
            Stage::Update(i) => nodes + self.order.len() + 4 + i,
        }
    }

    /// The headers whose validity matters from a stage on.
    pub(super) fn relevant(&self, stage: Stage) -> &Headers {
        match stage {
            Stage::Verify(_) => &self.verify,
            Stage::Node(node) => self.relevant.get(&node).unwrap_or(&self.end),
            Stage::Profile(table, ..) => self.relevant(Stage::Node(Node::Table(table))),
            Stage::Resume(frame) => self.relevant(Stage::Node(Node::Table(frame.table))),
            Stage::Start => &self.start,
            Stage::End | Stage::Told | Stage::Left | Stage::Deparse => &self.end,
            Stage::Update(_) => &self.update,
        }
    }
}

/// Depth first, each node after those behind it; by hand, for graphs may be deep.
fn visit(program: &Program, start: Option<Node>, seen: &mut BTreeSet<Node>, reversed: &mut Vec<Node>) {
    let mut work: Vec<(Node, bool)> = start.into_iter().map(|n| (n, false)).collect();
    while let Some((node, done)) = work.pop() {
        if done {
            reversed.push(node);
        } else if seen.insert(node) {
            work.push((node, true));
            work.extend(program.next_nodes(node).into_iter().flatten().map(|n| (n, false)));
        }
    }
}

fn node_headers(program: &Program, node: Node) -> Headers {
    let mut headers = Headers::new();
    match node {
        Node::Conditional(id) => {
            if let Some(conditional) = program.conditionals.get(id.index()) {
                expression_headers(program, &conditional.expression, &mut headers);
            }
        }
        Node::Table(id) => {
            if let Some(table) = program.tables.get(id.index()) {
                headers.extend(table.keys.iter().map(|k| k.valid_of.unwrap_or(k.field.header)));
                let default = table.default_entry.as_ref().map(|d| d.action);
                for action in table.actions.iter().copied().chain(default) {
                    action_headers(program, action, &mut headers);
                }
                if let Some(selector) = selector(program, table) {
                    headers.extend(input_headers(&selector.inputs));
                }
            }
        }
    }
    headers.retain(|h| program.headers.get(h.index()).is_some_and(|h| !h.metadata));
    headers
}

fn action_headers(program: &Program, id: ActionId, headers: &mut Headers) {
    let primitives = program.actions.get(id.index()).map_or(&[][..], |a: &Action| a.primitives.as_slice());
    for primitive in primitives {
        match &primitive.kind {
            PrimitiveKind::Assign { place, value } => {
                place_headers(program, place, headers);
                expression_headers(program, value, headers);
            }
            PrimitiveKind::AssignHeader { destination, source } => headers.extend([*destination, *source]),
            PrimitiveKind::SetValid(header) | PrimitiveKind::SetInvalid(header) => {
                headers.insert(*header);
            }
            PrimitiveKind::SetValidOf(header) | PrimitiveKind::SetInvalidOf(header) => {
                found_headers(program, header, headers);
            }
            PrimitiveKind::AssignHeaderOf { destination, source } => {
                found_headers(program, destination, headers);
                found_headers(program, source, headers);
            }
            PrimitiveKind::AssignVarbit { destination, source } => {
                headers.extend([destination.header, source.header]);
            }
            PrimitiveKind::AssignStack { destination, source } => {
                stack_headers(program, StackRef::Headers(*destination), headers);
                stack_headers(program, StackRef::Headers(*source), headers);
            }
            PrimitiveKind::AssignUnion { destination, source } => {
                union_headers(program, *destination, headers);
                union_headers(program, *source, headers);
            }
            PrimitiveKind::AssignUnionStack { destination, source } => {
                stack_headers(program, StackRef::Unions(*destination), headers);
                stack_headers(program, StackRef::Unions(*source), headers);
            }
            PrimitiveKind::Push { stack, .. } | PrimitiveKind::Pop { stack, .. } => {
                stack_headers(program, *stack, headers);
            }
            PrimitiveKind::JumpIfZero { condition: number, .. }
            | PrimitiveKind::Count { index: number, .. }
            | PrimitiveKind::Truncate { bytes: number }
            | PrimitiveKind::Assert { condition: number }
            | PrimitiveKind::Assume { condition: number }
            | PrimitiveKind::Clone { session: number, .. } => expression_headers(program, number, headers),
            PrimitiveKind::RegisterRead { place, index: number, .. }
            | PrimitiveKind::ExecuteMeter { place, index: number, .. } => {
                place_headers(program, place, headers);
                expression_headers(program, number, headers);
            }
            PrimitiveKind::RegisterWrite { index, value, .. } => {
                expression_headers(program, index, headers);
                expression_headers(program, value, headers);
            }
            PrimitiveKind::Random { place, low, high } => {
                place_headers(program, place, headers);
                expression_headers(program, low, headers);
                expression_headers(program, high, headers);
            }
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                place_headers(program, place, headers);
                expression_headers(program, base, headers);
                expression_headers(program, modulus, headers);
                if let Some(calculation) = program.calculations.get(calculation.index()) {
                    headers.extend(input_headers(&calculation.inputs));
                }
            }
            // What is kept is metadata, what is sampled counts where ingress ends, and what is logged is no part of a packet.
            PrimitiveKind::Digest { .. }
            | PrimitiveKind::Resubmit { .. }
            | PrimitiveKind::Recirculate { .. }
            | PrimitiveKind::LogMessage { .. }
            | PrimitiveKind::MarkToDrop
            | PrimitiveKind::MarkToDropOf(_)
            | PrimitiveKind::Jump { .. }
            | PrimitiveKind::Exit
            | PrimitiveKind::NoOp => {}
        }
    }
}

fn place_headers(program: &Program, place: &Place, headers: &mut Headers) {
    match place {
        Place::Field(field) => headers.extend([field.header]),
        Place::FieldOf(header, _) => found_headers(program, header, headers),
    }
}

/// All headers that it may be.
fn found_headers(program: &Program, header: &HeaderExpr, headers: &mut Headers) {
    match header {
        HeaderExpr::Header(header) => headers.extend([*header]),
        HeaderExpr::Element { stack, index } => {
            stack_headers(program, StackRef::Headers(*stack), headers);
            expression_headers(program, index, headers);
        }
        HeaderExpr::Last(stack) => stack_headers(program, StackRef::Headers(*stack), headers),
        HeaderExpr::UnionMember { union, .. } => found_unions(program, union, headers),
    }
}

fn found_unions(program: &Program, union: &UnionExpr, headers: &mut Headers) {
    match union {
        UnionExpr::Union(id) => union_headers(program, *id, headers),
        UnionExpr::Element { stack, index } => {
            stack_headers(program, StackRef::Unions(*stack), headers);
            expression_headers(program, index, headers);
        }
    }
}

fn union_headers(program: &Program, id: HeaderUnionId, headers: &mut Headers) {
    let union = program.header_unions.get(id.index());
    headers.extend(union.into_iter().flat_map(|u| &u.members).map(|m| m.header));
}

fn stack_headers(program: &Program, stack: StackRef, headers: &mut Headers) {
    match stack {
        StackRef::Headers(id) => {
            headers.extend(program.header_stacks.get(id.index()).into_iter().flat_map(|s| &s.headers));
        }
        StackRef::Unions(id) => {
            let stack = program.header_union_stacks.get(id.index());
            stack.into_iter().flat_map(|s| &s.unions).for_each(|u| union_headers(program, *u, headers));
        }
    }
}

fn aggregate_headers(program: &Program, aggregate: &Aggregate, headers: &mut Headers) {
    match aggregate {
        Aggregate::Header(header) => found_headers(program, header, headers),
        Aggregate::Stack(stack) => stack_headers(program, StackRef::Headers(*stack), headers),
        Aggregate::Union(union) => found_unions(program, union, headers),
        Aggregate::UnionStack(stack) => stack_headers(program, StackRef::Unions(*stack), headers),
    }
}

pub(super) fn expression_headers(program: &Program, expr: &Expr, headers: &mut Headers) {
    match expr {
        Expr::Const(_) | Expr::Bool(_) | Expr::Param(_) => {}
        Expr::FieldOf(header, _) | Expr::ValidOf(header) => found_headers(program, header, headers),
        Expr::UnionValid(union) => found_unions(program, union, headers),
        Expr::LastIndex(stack) | Expr::StackSize(stack) => stack_headers(program, *stack, headers),
        Expr::Equal(a, b) => {
            aggregate_headers(program, a, headers);
            aggregate_headers(program, b, headers);
        }
        Expr::Field(field) => {
            headers.insert(field.header);
        }
        Expr::Valid(header) => {
            headers.insert(*header);
        }
        Expr::Unary(_, a) => expression_headers(program, a, headers),
        Expr::Binary(_, a, b) => {
            expression_headers(program, a, headers);
            expression_headers(program, b, headers);
        }
        Expr::Ternary(a, b, c) => {
            expression_headers(program, a, headers);
            expression_headers(program, b, headers);
            expression_headers(program, c, headers);
        }
    }
}

fn checksum_headers(program: &Program, checksum: &Checksum) -> Headers {
    let mut headers = Headers::from([checksum.target.header]);
    if let Some(condition) = &checksum.condition {
        expression_headers(program, condition, &mut headers);
    }
    let inputs =
        program.calculations.get(checksum.calculation.index()).map_or(&[][..], |c| c.inputs.as_slice());
    headers.extend(input_headers(inputs));
    headers.retain(|h| program.headers.get(h.index()).is_some_and(|h| !h.metadata));
    headers
}

fn input_headers(inputs: &[CalculationInput]) -> impl Iterator<Item = HeaderId> + '_ {
    inputs.iter().filter_map(|input| match input {
        CalculationInput::Field(field) => Some(field.header),
        CalculationInput::Header(header) => Some(*header),
        CalculationInput::Constant(_) | CalculationInput::Payload => None,
    })
}
