//! Typed P4_16 to the bmv2 IR, as p4c's simple_switch back end would.
//!
//! [`lower`] takes a checked program whose `main` is a `V1Switch`. What simple_switch would see is the same as
//! with p4c: names of tables, actions, keys and headers, `scalars` for variables and user metadata, hidden
//! tables for straight-line code, masks after arithmetic. What can't be lowered is refused, with the construct,
//! its place and the reason; nothing is approximated.
//!
//! It goes in two steps. Statements and expressions are elaborated to a control-flow graph (`graph`) of assignments to
//! flat places (`storage`, `place`) and pure expressions, side effects done from left to right; what is called is
//! put in its place (`inline`), each instance a scope of its own (`scope`). Then a graph becomes the hidden tables,
//! tables and conditions of a pipeline (`pipeline`, loops by way of `circle`), the primitives and jumps of an action
//! (`action`), parser states (`parser`), checksums or the deparser.

mod action;
mod assignment;
mod calculation;
mod circle;
mod compare;
mod deparser;
mod entry;
mod expression;
mod externs;
mod fold;
mod graph;
mod inline;
mod key;
mod keyset;
mod layout;
mod log;
mod loops;
mod object;
mod parser;
mod pipeline;
mod place;
mod scope;
mod select;
mod statement;
mod storage;
mod table;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use hyper4_ir as ir;
use hyper4_p4::typed::{self, Control, ExpressionKind, Type};
use hyper4_p4::{Diagnostic, Diagnostics, Span};

use crate::graph::{End, Graph};
use crate::object::{DirectCounter, DirectMeter};
use crate::scope::{Binding, GLOBAL, Object, Scope, ScopeId};
use crate::statement::{Frame, Loop};

/// Lowers a checked program, or says all that stands against it.
pub fn lower(program: &typed::Program) -> Result<ir::Program, Diagnostics> {
    let mut lowerer = Lowerer::new(program);
    let lowered = lowerer.program();
    let mut list = lowerer.diagnostics;
    // Two instances of a control have tables of one name, say, at which p4c doesn't object.
    if let (true, Some(Err(error))) = (list.is_empty(), lowered.as_ref().map(ir::Program::validate)) {
        list.push(Diagnostic::global(format!("simple_switch can't load this program: {error}")));
    }
    match lowered {
        Some(lowered) if list.is_empty() => Ok(lowered),
        _ => Err(Diagnostics { sources: (*program.sources).clone(), list }),
    }
}

/// Nothing where a diagnostic was made.
type Lowered<T> = Option<T>;

/// What code is elaborated for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Context {
    Parser,
    Pipeline(ir::PipelineKind),
    /// An action of a table in that pipeline.
    Action(ir::PipelineKind),
    Checksum(ir::ChecksumKind),
    Deparser,
}

struct Lowerer<'a> {
    program: &'a typed::Program,
    diagnostics: Vec<Diagnostic>,
    header_types: Vec<ir::HeaderType>,
    headers: Vec<ir::Header>,
    header_stacks: Vec<ir::HeaderStack>,
    header_unions: Vec<ir::HeaderUnion>,
    header_union_stacks: Vec<ir::HeaderUnionStack>,
    /// Fields of `scalars`: variables and user metadata.
    scalars: Vec<ir::FieldType>,
    /// What variables stand for, by their number.
    bindings: HashMap<u32, Binding>,
    /// What instances stand for, by the address of their declaration.
    objects: HashMap<*const typed::Instance, Object>,
    scopes: Vec<Scope>,
    /// The instance whose code is elaborated.
    scope: ScopeId,
    /// The controls around it, the innermost last.
    controls: Vec<Arc<Control>>,
    context: Context,
    graph: Graph,
    frames: Vec<Frame>,
    loops: Vec<Loop>,
    actions: Vec<ir::Action>,
    tables: Vec<Option<ir::Table>>,
    /// Where the computed keys of tables are stored, and what they are.
    computed_keys: HashMap<ir::TableId, Vec<(ir::FieldRef, typed::Expression)>>,
    conditionals: Vec<Option<ir::TableConditional>>,
    calculations: Vec<ir::Calculation>,
    checksums: Vec<ir::Checksum>,
    checksum_names: u32,
    counters: Vec<ir::CounterArray>,
    meters: Vec<ir::MeterArray>,
    registers: Vec<ir::RegisterArray>,
    direct_counters: Vec<DirectCounter>,
    direct_meters: Vec<DirectMeter>,
    action_profiles: Vec<ir::ActionProfile>,
    /// Those that a table names.
    used_profiles: HashSet<ir::ActionProfileId>,
    value_sets: Vec<ir::ValueSet>,
    field_lists: Vec<ir::FieldList>,
    /// Field lists by the number in `@field_list`.
    numbered_field_lists: HashMap<u32, ir::FieldListId>,
    learn_lists: Vec<ir::LearnList>,
    /// Where the standard metadata lie.
    standard: BTreeMap<ir::StandardField, ir::FieldRef>,
    /// Names in use, for hidden tables, actions and variables.
    names: HashMap<String, u32>,
    /// Names of parser states in use.
    state_names: HashMap<String, u32>,
    /// Tables, conditions, starts and ends so far: p4c numbers conditions among them.
    nodes: u32,
    /// The pipeline that is being lowered.
    pipeline: ir::PipelineKind,
}

/// `scalars` is the first header type and the first header.
const SCALARS: u32 = 0;
const STANDARD_METADATA: u32 = 1;

impl<'a> Lowerer<'a> {
    fn new(program: &'a typed::Program) -> Self {
        Self {
            program,
            diagnostics: Vec::new(),
            header_types: Vec::new(),
            headers: Vec::new(),
            header_stacks: Vec::new(),
            header_unions: Vec::new(),
            header_union_stacks: Vec::new(),
            scalars: Vec::new(),
            bindings: HashMap::new(),
            objects: HashMap::new(),
            scopes: Vec::new(),
            scope: GLOBAL,
            controls: Vec::new(),
            context: Context::Parser,
            graph: Graph::new(),
            frames: Vec::new(),
            loops: Vec::new(),
            actions: Vec::new(),
            tables: Vec::new(),
            computed_keys: HashMap::new(),
            conditionals: Vec::new(),
            calculations: Vec::new(),
            checksums: Vec::new(),
            checksum_names: 0,
            counters: Vec::new(),
            meters: Vec::new(),
            registers: Vec::new(),
            direct_counters: Vec::new(),
            direct_meters: Vec::new(),
            action_profiles: Vec::new(),
            used_profiles: HashSet::new(),
            value_sets: Vec::new(),
            field_lists: Vec::new(),
            numbered_field_lists: HashMap::new(),
            learn_lists: Vec::new(),
            standard: BTreeMap::new(),
            names: HashMap::new(),
            state_names: HashMap::new(),
            nodes: 0,
            pipeline: ir::PipelineKind::Ingress,
        }
    }

    fn program(&mut self) -> Lowered<ir::Program> {
        let main = &self.program.main;
        match &main.ty {
            Type::Package(name, _) if &**name == "V1Switch" => {}
            other => {
                let message = format!("`main` is a `{other}`: only programs for `V1Switch` are supported");
                self.refuse(main.span, message);
                return None;
            }
        }
        let part = |index: usize| main.arguments.get(index).and_then(instance);
        let (parser, parser_arguments) = match part(0).map(|instance| (&instance.ty, instance)) {
            Some((Type::Parser(parser), instance)) => (Arc::clone(parser), instance.arguments.clone()),
            _ => return self.broken_package(),
        };
        let mut controls = Vec::new();
        for index in 1..6 {
            match part(index).map(|instance| (&instance.ty, instance)) {
                Some((Type::Control(control), instance)) => {
                    controls.push((Arc::clone(control), instance.arguments.clone()));
                }
                _ => return self.broken_package(),
            }
        }
        let [verify, ingress, egress, compute, deparser] = controls.as_slice() else {
            return self.broken_package();
        };
        let roots = self.roots(&parser)?;
        self.new_scope(String::new(), &[], &[], &self.program.instances)?;
        let (headers, meta, standard) = (Some(&roots.headers), Some(&roots.meta), Some(&roots.standard));

        self.bind(&parser.parameters, &[None, headers, meta, standard]);
        let prefix = parser.name.to_string();
        let entered = self.new_scope(prefix, &parser.constructor, &parser_arguments, &parser.instances);
        let parser = entered.and_then(|scope| {
            self.enter(scope);
            self.parser(&parser)
        });

        let pipeline = |lowerer: &mut Self, (control, arguments): &Part, kind| {
            lowerer.bind(&control.parameters, &[headers, meta, standard]);
            lowerer.enter_control(control, arguments)?;
            lowerer.pipeline(control, kind)
        };
        let ingress = pipeline(self, ingress, ir::PipelineKind::Ingress);
        let egress = pipeline(self, egress, ir::PipelineKind::Egress);
        let checksums = |lowerer: &mut Self, (control, arguments): &Part, kind| {
            lowerer.bind(&control.parameters, &[headers, meta]);
            lowerer.enter_control(control, arguments)?;
            lowerer.checksum_control(control, kind)
        };
        let computed = checksums(self, compute, ir::ChecksumKind::Update);
        let verified = checksums(self, verify, ir::ChecksumKind::Verify);
        let (control, arguments) = deparser;
        self.bind(&control.parameters, &[None, headers]);
        self.enter_control(control, arguments)?;
        let deparser = self.deparser(control);
        computed.and(verified)?;
        self.finish(parser?, ingress?, egress?, deparser?)
    }

    fn enter_control(&mut self, control: &Control, arguments: &[typed::Expression]) -> Lowered<()> {
        let prefix = control.name.to_string();
        let scope = self.new_scope(prefix, &control.constructor, arguments, &control.instances)?;
        self.enter(scope);
        Some(())
    }

    /// A control's code as a graph of its own.
    fn body_of(&mut self, control: &Arc<Control>) -> (Graph, Lowered<()>) {
        self.with_graph(self.context, |lowerer| {
            let passing = inline::Passing::Copied;
            lowerer.inlined(&[], &[], passing, None, control.span, |lowerer| lowerer.control_body(control))
        })
    }

    /// Code that is elaborated to a graph of its own.
    fn with_graph(
        &mut self,
        context: Context,
        run: impl FnOnce(&mut Self) -> Lowered<()>,
    ) -> (Graph, Lowered<()>) {
        let graph = std::mem::replace(&mut self.graph, Graph::new());
        let frames = std::mem::take(&mut self.frames);
        let loops = std::mem::take(&mut self.loops);
        let before = std::mem::replace(&mut self.context, context);
        let done = run(self);
        self.graph.end(End::Stop);
        self.graph.merge();
        self.context = before;
        self.loops = loops;
        self.frames = frames;
        (std::mem::replace(&mut self.graph, graph), done)
    }

    fn broken_package<T>(&mut self) -> Lowered<T> {
        let span = self.program.main.span;
        self.refuse(span, "`V1Switch` takes a parser and five controls, made in place: `V1Switch(P(), …)`");
        None
    }

    fn finish(
        &mut self,
        parser: ir::Parser,
        ingress: ir::Pipeline,
        egress: ir::Pipeline,
        deparser: ir::Deparser,
    ) -> Lowered<ir::Program> {
        let mut scalars = std::mem::take(&mut self.scalars);
        layout::pad(&mut scalars, "_padding_0");
        if let Some(declared) = self.header_types.get_mut(SCALARS as usize) {
            declared.fields = scalars;
        }
        self.drop_unused_selectors();
        let errors = self.program.errors.iter().zip(0u32..);
        Some(ir::Program {
            name: self.program.sources.name(self.program.main.span.file).to_owned(),
            header_types: std::mem::take(&mut self.header_types),
            headers: std::mem::take(&mut self.headers),
            errors: errors.map(|(name, code)| (name.to_string(), ir::ErrorCode(code))).collect(),
            parser,
            deparser,
            actions: std::mem::take(&mut self.actions),
            tables: std::mem::take(&mut self.tables).into_iter().collect::<Option<_>>()?,
            conditionals: std::mem::take(&mut self.conditionals).into_iter().collect::<Option<_>>()?,
            ingress,
            egress,
            calculations: std::mem::take(&mut self.calculations),
            checksums: std::mem::take(&mut self.checksums),
            header_stacks: std::mem::take(&mut self.header_stacks),
            header_unions: std::mem::take(&mut self.header_unions),
            header_union_stacks: std::mem::take(&mut self.header_union_stacks),
            counters: std::mem::take(&mut self.counters),
            meters: std::mem::take(&mut self.meters),
            registers: std::mem::take(&mut self.registers),
            field_lists: std::mem::take(&mut self.field_lists),
            learn_lists: std::mem::take(&mut self.learn_lists),
            value_sets: std::mem::take(&mut self.value_sets),
            action_profiles: std::mem::take(&mut self.action_profiles),
            standard: std::mem::take(&mut self.standard),
        })
    }

    fn refuse(&mut self, span: Span, message: impl Into<String>) {
        self.diagnostics.push(Diagnostic::error(span, message));
    }

    /// Refuses and gives nothing, for use in expressions.
    fn refused<T>(&mut self, span: Span, message: impl Into<String>) -> Lowered<T> {
        self.refuse(span, message);
        None
    }

    fn refused_with_help<T>(&mut self, span: Span, message: impl Into<String>, help: &str) -> Lowered<T> {
        self.diagnostics.push(Diagnostic::error(span, message).help(help));
        None
    }

    fn source_info(&self, span: Span) -> Option<ir::SourceInfo> {
        let position = self.program.sources.position(span);
        let text = self.program.sources.slice(span);
        let line = text.lines().next().unwrap_or("");
        let mut source_fragment: String = line.chars().take(60).collect();
        if source_fragment.len() < text.len() {
            source_fragment.push_str(" ...");
        }
        Some(ir::SourceInfo {
            filename: position.file.to_string(),
            line: position.line,
            column: position.column,
            source_fragment,
        })
    }

    /// The number of the next table or condition.
    fn count_node(&mut self) -> u32 {
        let number = self.nodes;
        self.nodes = self.nodes.saturating_add(1);
        number
    }

    /// A name that nothing has yet: itself, or with a number.
    fn fresh(&mut self, name: &str) -> String {
        loop {
            let count = self.names.entry(name.to_owned()).or_insert(0);
            *count += 1;
            let candidate =
                if *count == 1 { name.to_owned() } else { format!("{name}_{}", count.saturating_sub(2)) };
            if candidate == *name || !self.names.contains_key(&candidate) {
                self.names.entry(candidate.clone()).or_insert(1);
                return candidate;
            }
        }
    }
}

/// A control of the package and its constructor arguments.
type Part = (Arc<Control>, Vec<typed::Expression>);

fn instance(expression: &typed::Expression) -> Option<&Arc<typed::Instance>> {
    match &expression.kind {
        ExpressionKind::Instance(instance) => Some(instance),
        _ => None,
    }
}

fn index<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
