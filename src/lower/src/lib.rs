//! Typed P4_16 to the bmv2 IR, as p4c's simple_switch back end would.
//!
//! [`lower`] takes a checked program whose `main` is a `V1Switch`. What simple_switch would see is the same as
//! with p4c: names of tables, actions, keys and headers, `scalars` for variables and user metadata, hidden
//! tables for straight-line code, masks after arithmetic. What can't be lowered is refused, with the construct,
//! its place and the reason; nothing is approximated.

mod action;
mod assignment;
mod block;
mod calculation;
mod control;
mod expression;
mod key;
mod keyset;
mod link;
mod parser;
mod pipeline;
mod predicate;
mod select;
mod storage;
mod table;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use hyper4_ir as ir;
use hyper4_p4::typed::{self, ExpressionKind, Type};
use hyper4_p4::{Diagnostic, Diagnostics, Span};

use crate::storage::Storage;

/// Lowers a checked program, or says all that stands against it.
pub fn lower(program: &typed::Program) -> Result<ir::Program, Diagnostics> {
    let mut lowerer = Lowerer::new(program);
    let lowered = lowerer.program();
    let list = lowerer.diagnostics;
    match lowered {
        Some(lowered) if list.is_empty() => Ok(lowered),
        _ => Err(Diagnostics { sources: (*program.sources).clone(), list }),
    }
}

/// Nothing where a diagnostic was made.
type Lowered<T> = Option<T>;

struct Lowerer<'a> {
    program: &'a typed::Program,
    diagnostics: Vec<Diagnostic>,
    header_types: Vec<ir::HeaderType>,
    headers: Vec<ir::Header>,
    /// Fields of `scalars`: variables and user metadata.
    scalars: Vec<ir::FieldType>,
    /// Where variables are, by their number.
    storage: HashMap<u32, Storage>,
    /// Lowered actions by the address of their declaration.
    lowered_actions: HashMap<*const typed::Action, ir::ActionId>,
    actions: Vec<ir::Action>,
    tables: Vec<Option<ir::Table>>,
    /// Where a table was applied, by the address of its declaration.
    applied: HashMap<*const typed::Table, Span>,
    conditionals: Vec<Option<ir::TableConditional>>,
    calculations: Vec<ir::Calculation>,
    checksums: Vec<ir::Checksum>,
    /// Where the standard metadata lie.
    standard: BTreeMap<ir::StandardField, ir::FieldRef>,
    /// Names in use, for hidden tables, actions and variables.
    names: HashMap<String, u32>,
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
            scalars: Vec::new(),
            storage: HashMap::new(),
            lowered_actions: HashMap::new(),
            actions: Vec::new(),
            tables: Vec::new(),
            applied: HashMap::new(),
            conditionals: Vec::new(),
            calculations: Vec::new(),
            checksums: Vec::new(),
            standard: BTreeMap::new(),
            names: HashMap::new(),
            nodes: 0,
            pipeline: ir::PipelineKind::Ingress,
        }
    }

    fn program(&mut self) -> Lowered<ir::Program> {
        let main = &self.program.main;
        match &main.ty {
            Type::Package(name) if &**name == "V1Switch" => {}
            other => {
                let message = format!("`main` is a `{other}`: only programs for `V1Switch` are supported");
                self.refuse(main.span, message);
                return None;
            }
        }
        let part = |index: usize| main.arguments.get(index).and_then(instance);
        let parser = match part(0).map(|instance| &instance.ty) {
            Some(Type::Parser(parser)) => Arc::clone(parser),
            _ => return self.broken_package(),
        };
        let mut controls = Vec::new();
        for index in 1..6 {
            match part(index).map(|instance| &instance.ty) {
                Some(Type::Control(control)) => controls.push(Arc::clone(control)),
                _ => return self.broken_package(),
            }
        }
        let [verify, ingress, egress, compute, deparser] = controls.as_slice() else {
            return self.broken_package();
        };
        let roots = self.roots(&parser)?;
        self.bind(
            &parser.parameters,
            &[None, Some(&roots.headers), Some(&roots.meta), Some(&roots.standard)],
        );
        for control in [verify, compute] {
            self.bind(&control.parameters, &[Some(&roots.headers), Some(&roots.meta)]);
        }
        for control in [ingress, egress] {
            let bound = [Some(&roots.headers), Some(&roots.meta), Some(&roots.standard)];
            self.bind(&control.parameters, &bound);
        }
        self.bind(&deparser.parameters, &[None, Some(&roots.headers)]);

        for instance in &self.program.instances {
            let message = format!("`{}` of type `{}` is not supported yet", instance.name, instance.ty);
            self.refuse(instance.span, message);
        }
        let parser = self.parser(&parser);
        let ingress = self.pipeline(ingress, ir::PipelineKind::Ingress);
        let egress = self.pipeline(egress, ir::PipelineKind::Egress);
        self.checksum_control(compute, ir::ChecksumKind::Update);
        self.checksum_control(verify, ir::ChecksumKind::Verify);
        let deparser = self.deparser(deparser);
        self.finish(parser?, ingress?, egress?, deparser?)
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
        storage::pad(&mut scalars, "_padding_0");
        if let Some(declared) = self.header_types.get_mut(SCALARS as usize) {
            declared.fields = scalars;
        }
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
            header_stacks: Vec::new(),
            header_unions: Vec::new(),
            header_union_stacks: Vec::new(),
            counters: Vec::new(),
            meters: Vec::new(),
            registers: Vec::new(),
            field_lists: Vec::new(),
            learn_lists: Vec::new(),
            value_sets: Vec::new(),
            action_profiles: Vec::new(),
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

fn instance(expression: &typed::Expression) -> Option<&Arc<typed::Instance>> {
    match &expression.kind {
        ExpressionKind::Instance(instance) => Some(instance),
        _ => None,
    }
}

fn index<T>(list: &[T]) -> u32 {
    u32::try_from(list.len()).unwrap_or(u32::MAX)
}
