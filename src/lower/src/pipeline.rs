//! Ingress and egress: hidden tables for straight-line code, conditions, tables, joined to a graph.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;

use hyper4_ir::{self as ir, NextNode, Node, Primitive, TableNext};
use hyper4_p4::typed::{Action, Call, Control};
use hyper4_p4::{Diagnostic, Span};

use crate::graph::{BlockId, End, Graph, Targets};
use crate::{Context, Lowered, Lowerer, index};

/// The nodes that a block became.
#[derive(Clone, Copy, Default)]
struct Nodes {
    /// The hidden table of its code.
    code: Option<ir::TableId>,
    /// The condition at its end.
    condition: Option<ir::ConditionalId>,
}

impl Lowerer<'_> {
    pub(crate) fn pipeline(
        &mut self,
        control: &Arc<Control>,
        kind: ir::PipelineKind,
    ) -> Lowered<ir::Pipeline> {
        self.pipeline = kind;
        self.context = Context::Pipeline(kind);
        // Its start and its end.
        self.count_node();
        self.count_node();
        let (mut graph, done) = self.body_of(control);
        done?;
        self.collapse_loops(&mut graph)?;
        let start = self.join(&graph)?;
        Some(ir::Pipeline { kind, start })
    }

    /// Makes the nodes of a graph and joins them, from the end.
    fn join(&mut self, graph: &Graph) -> Lowered<NextNode> {
        let mut made: HashMap<BlockId, Nodes> = HashMap::new();
        for id in &graph.order {
            let Some(block) = graph.get(*id) else { continue };
            let mut nodes = Nodes::default();
            if let (false, Some(span)) = (block.ops.is_empty(), block.since) {
                let primitives = self.straight_primitives(&block.ops)?;
                nodes.code = Some(self.code_table(primitives, span));
            }
            match &block.end {
                End::Branch { condition, span, .. } => {
                    nodes.condition = Some(self.conditional(condition.clone(), *span));
                }
                End::Table { .. } => {
                    self.count_node();
                }
                _ => {}
            }
            made.insert(*id, nodes);
        }
        let mut entries: HashMap<BlockId, NextNode> = HashMap::new();
        let mut linked: HashMap<ir::TableId, (TableNext, Span)> = HashMap::new();
        let mut sound = Some(());
        for id in graph.order.iter().rev() {
            let Some(block) = graph.get(*id) else { continue };
            let nodes = made.get(id).copied().unwrap_or_default();
            let entry = |target: &BlockId| entries.get(target).copied().flatten();
            let end = match &block.end {
                End::Goto(target) => entry(target),
                End::Stop | End::Open | End::Select { .. } => None,
                End::Branch { then, otherwise, .. } => {
                    let (then, otherwise) = (entry(then), entry(otherwise));
                    let position = nodes.condition.map(ir::ConditionalId::index);
                    if let Some(Some(conditional)) =
                        position.and_then(|position| self.conditionals.get_mut(position))
                    {
                        conditional.true_next = then;
                        conditional.false_next = otherwise;
                    }
                    nodes.condition.map(Node::Conditional)
                }
                End::Table { table, span, targets } => {
                    let next = match targets {
                        Targets::Always(target) => {
                            let next = entry(target);
                            TableNext::ByAction {
                                nodes: vec![next; self.action_count(*table)],
                                base_default: next,
                            }
                        }
                        Targets::HitMiss(hit, miss) => {
                            TableNext::HitMiss { hit: entry(hit), miss: entry(miss) }
                        }
                        Targets::ByAction(nodes, none) => TableNext::ByAction {
                            nodes: nodes.iter().map(entry).collect(),
                            base_default: entry(none),
                        },
                    };
                    if let Some((before, related)) = linked.get(table)
                        && *before != next
                    {
                        self.refuse_second(*table, *related, *span);
                        sound = None;
                    }
                    linked.insert(*table, (next.clone(), *span));
                    self.set_next(*table, next);
                    Some(Node::Table(*table))
                }
            };
            let entry = match nodes.code {
                None => end,
                Some(code) => {
                    self.set_next(code, TableNext::ByAction { nodes: vec![end], base_default: end });
                    Some(Node::Table(code))
                }
            };
            entries.insert(*id, entry);
        }
        sound?;
        Some(graph.order.first().and_then(|first| entries.get(first).copied().flatten()))
    }

    fn refuse_second(&mut self, table: ir::TableId, other: Span, span: Span) {
        let known = self.tables.get(table.index()).and_then(Option::as_ref);
        let name = known.map_or("", |table| table.name.as_str());
        let message = format!(
            "table `{name}` is applied twice and goes on in different ways: simple_switch knows one way for each table"
        );
        let help = "declare two tables, or let what follows be the same";
        let diagnostic = Diagnostic::error(other, message).help(help);
        // Where a control is applied twice, it is one place in the program. Spans as such are all equal.
        let same = (other.file, other.start) == (span.file, span.start);
        let diagnostic = if same { diagnostic } else { diagnostic.related(span, "also applied here") };
        self.diagnostics.push(diagnostic);
    }

    fn action_count(&self, table: ir::TableId) -> usize {
        self.tables.get(table.index()).and_then(Option::as_ref).map_or(0, |table| table.actions.len())
    }

    fn set_next(&mut self, table: ir::TableId, next: TableNext) {
        if let Some(Some(table)) = self.tables.get_mut(table.index()) {
            table.next = next;
        }
    }

    fn conditional(&mut self, expression: ir::Expr, span: Span) -> ir::ConditionalId {
        let id = ir::ConditionalId(index(&self.conditionals));
        let name = format!("node_{}", self.count_node());
        self.conditionals.push(Some(ir::TableConditional {
            name,
            pipeline: self.pipeline,
            expression,
            true_next: None,
            false_next: None,
            source_info: self.source_info(span),
        }));
        id
    }

    /// The hidden table of straight-line code.
    fn code_table(&mut self, primitives: Vec<Primitive>, span: Span) -> ir::TableId {
        let name = self.hidden_name(span);
        let name = self.fresh(&name);
        let action = self.add_action(name.clone(), Vec::new(), primitives, span);
        self.count_node();
        self.hidden_table(format!("tbl_{name}"), action, span)
    }

    /// As p4c names it: the file's name and the line.
    fn hidden_name(&self, span: Span) -> String {
        let position = self.program.sources.position(span);
        let stem = Path::new(&*position.file).file_name().map(|name| name.to_string_lossy().into_owned());
        let stem = stem.unwrap_or_default();
        let letters = stem.trim_start_matches(|letter: char| !letter.is_ascii_alphabetic());
        let mut name: String = letters
            .chars()
            .take_while(|letter| *letter != '.')
            .filter(|letter| letter.is_ascii_alphanumeric() || *letter == '_')
            .collect();
        if name.is_empty() {
            return "act".to_owned();
        }
        if name.ends_with(|letter: char| letter.is_ascii_digit()) {
            name.push('l');
        }
        format!("{name}{}", position.line)
    }

    /// The hidden table of an action that is called by a statement.
    pub(crate) fn action_table(&mut self, action: &Arc<Action>, call: &Call) -> Lowered<ir::TableId> {
        let lowered = match call.arguments.as_slice() {
            [] => self.action(action, &[])?,
            arguments => self.called_action(action, arguments)?,
        };
        let name = self.fresh(&format!("tbl_{}", action.name));
        Some(self.hidden_table(name, lowered, call.span))
    }

    fn hidden_table(&mut self, name: String, action: ir::ActionId, span: Span) -> ir::TableId {
        let id = ir::TableId(index(&self.tables));
        let source_info = self.source_info(span);
        self.tables.push(Some(ir::Table {
            name,
            pipeline: self.pipeline,
            keys: Vec::new(),
            match_kind: ir::MatchKind::Exact,
            actions: vec![action],
            next: TableNext::ByAction { nodes: vec![None], base_default: None },
            default_entry: Some(ir::DefaultEntry {
                action,
                arguments: Vec::new(),
                const_action: true,
                const_entry: true,
            }),
            const_entries: Vec::new(),
            max_size: crate::table::DEFAULT_SIZE,
            implementation: ir::TableImplementation::Simple,
            with_counters: false,
            direct_counter: None,
            direct_meter: None,
            support_timeout: false,
            hidden: true,
            source_info,
        }));
        id
    }
}
