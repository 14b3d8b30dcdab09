//! Variables that are looked at before anything was assigned to them, and `out` parameters that nothing is assigned
//! to: what is in them then differs from target to target.
//!
//! Only that is warned about which some way through the code really leaves without a value, as far as it can be seen
//! without knowing what conditions give. A struct counts as assigned with its first field. Headers begin invalid.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::Arc;

use crate::diagnostic::Diagnostic;
use crate::typed::visit::{Visitor, branches, walk_call, walk_expression, walk_statement};
use crate::typed::{
    Action, AnnotationBody, BinaryOp, Call, Callee, Direction, Expression, ExpressionKind, Parser, Program,
    Statement, StatementKind, Structure, StructureKind, SwitchLabel, Transition, Type, Variable,
    VariableKind,
};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    let mut warned = HashSet::new();
    let mut body = |parameters: &[Arc<Variable>], statements: &[&[Statement]], what: &str| {
        let mut flow = Flow::new(what, &mut warned, diagnostics);
        flow.begin(parameters);
        statements.iter().for_each(|statements| flow.statements(statements));
        flow.leave(parameters);
    };
    for function in &program.functions {
        body(&function.parameters, &[&function.body], &function.name);
    }
    let controls = program.controls.values();
    for action in program.actions.iter().chain(controls.clone().flat_map(|control| &control.actions)) {
        body(&action.parameters, &[&action.body], &action.name);
    }
    for control in controls {
        body(&control.parameters, &[&control.locals, &control.apply], &control.name);
    }
    for parser in program.parsers.values() {
        states(parser, &mut warned, diagnostics);
    }
}

/// Variables that may have no value yet, by their number.
type Empty = BTreeSet<u32>;

/// A parser: what may be without a value when a state begins is what may be so at the end of one before it.
fn states(parser: &Parser, warned: &mut HashSet<(u32, u32)>, diagnostics: &mut Vec<Diagnostic>) {
    let by_name: HashMap<&str, _> = parser.states.iter().map(|state| (&*state.name, state)).collect();
    let mut silent = Vec::new();
    let mut quiet = HashSet::new();
    let mut flow = Flow::new(&parser.name, &mut quiet, &mut silent);
    flow.begin(&parser.parameters);
    flow.statements(&parser.locals);
    let mut at: HashMap<&str, Empty> = HashMap::from([("start", flow.empty)]);
    let mut waiting = vec!["start"];
    while let Some(name) = waiting.pop() {
        let (Some(state), Some(empty)) = (by_name.get(name), at.get(name).cloned()) else { continue };
        let mut flow = Flow::new(&parser.name, &mut quiet, &mut silent);
        flow.empty = empty;
        flow.statements(&state.statements);
        flow.transition(&state.transition);
        for target in super::flow::targets(&state.transition) {
            let known = at.contains_key(target);
            let there = at.entry(target).or_default();
            let before = there.len();
            there.extend(&flow.empty);
            if !known || there.len() > before {
                waiting.push(target);
            }
        }
    }
    let mut flow = Flow::new(&parser.name, warned, diagnostics);
    flow.begin(&parser.parameters);
    flow.statements(&parser.locals);
    for state in &parser.states {
        let Some(empty) = at.get(&*state.name) else { continue };
        flow.empty.clone_from(empty);
        flow.statements(&state.statements);
        flow.transition(&state.transition);
    }
    if let Some(empty) = at.get("accept") {
        flow.empty.clone_from(empty);
        flow.leave(&parser.parameters);
    }
}

struct Flow<'d> {
    /// What the code is the body of.
    what: &'d str,
    empty: Empty,
    /// Those that left through `return`.
    returned: Empty,
    /// Nothing is reached here any more.
    ended: bool,
    /// What was warned about: a body may be looked at more than once.
    warned: &'d mut HashSet<(u32, u32)>,
    diagnostics: &'d mut Vec<Diagnostic>,
}

/// Whether what such a variable holds at first is nothing anybody can know.
fn begins_empty(ty: &Type) -> bool {
    let scalars = |structure: &Arc<Structure>| {
        !structure.fields.is_empty() && structure.fields.iter().all(|field| begins_empty(&field.ty))
    };
    match ty {
        Type::Bool | Type::Bit(_) | Type::Int(_) | Type::Error | Type::Enum(_) | Type::NewType(_) => true,
        Type::Structure(structure) if structure.kind == StructureKind::Struct => scalars(structure),
        _ => false,
    }
}

fn has_no_warning(variable: &Variable, name: &str) -> bool {
    variable.annotations.iter().filter(|annotation| &*annotation.name.text == "noWarn").any(|annotation| {
        match &annotation.body {
            AnnotationBody::Unstructured(tokens) => {
                tokens.iter().any(|token| token.text.trim_matches('"') == name)
            }
            AnnotationBody::Empty | AnnotationBody::Structured(_) => false,
        }
    })
}

impl<'d> Flow<'d> {
    fn new(what: &'d str, warned: &'d mut HashSet<(u32, u32)>, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self { what, empty: Empty::new(), returned: Empty::new(), ended: false, warned, diagnostics }
    }

    fn begin(&mut self, parameters: &[Arc<Variable>]) {
        for parameter in parameters {
            if parameter.kind == VariableKind::Parameter(Direction::Out) && begins_empty(&parameter.ty) {
                self.empty.insert(parameter.id);
            }
        }
    }

    fn leave(&mut self, parameters: &[Arc<Variable>]) {
        if !self.ended {
            self.returned.extend(&self.empty);
        }
        for parameter in parameters {
            if parameter.kind == VariableKind::Parameter(Direction::Out)
                && self.returned.contains(&parameter.id)
                && !has_no_warning(parameter, "uninitialized_out_param")
                && self.warned.insert((parameter.id, u32::MAX))
            {
                let message = format!(
                    "`out` parameter `{}` may be left without a value by `{}`",
                    parameter.name, self.what
                );
                let help = "assign to it on every path: what the caller gets is undefined otherwise";
                self.diagnostics.push(Diagnostic::warning(parameter.span, message).help(help));
            }
        }
    }

    fn look(&mut self, variable: &Variable, place: &Expression) {
        if self.ended
            || !self.empty.contains(&variable.id)
            || has_no_warning(variable, "uninitialized_use")
            || !self.warned.insert((variable.id, place.span.start))
        {
            return;
        }
        let message = format!("`{}` may have no value yet", variable.name);
        let diagnostic = Diagnostic::warning(place.span, message).related(variable.span, "declared here");
        self.diagnostics.push(diagnostic.help("assign to it first: what is in it is undefined"));
    }

    fn transition(&mut self, transition: &Transition) {
        if let Transition::Select { keys, .. } = transition {
            keys.iter().for_each(|key| self.expression(key));
        }
    }

    /// Ways that part and come together again.
    fn apart(&mut self, ways: impl IntoIterator<Item = impl FnOnce(&mut Self)>) {
        let (before, ended) = (self.empty.clone(), self.ended);
        let mut after: Option<Empty> = None;
        for way in ways {
            self.empty.clone_from(&before);
            self.ended = ended;
            way(self);
            if !self.ended {
                after.get_or_insert_default().extend(&self.empty);
            }
        }
        self.ended = after.is_none();
        self.empty = after.unwrap_or(before);
    }

    /// Code that may be run or not, any number of times.
    fn perhaps(&mut self, run: impl FnOnce(&mut Self)) {
        let (before, ended) = (self.empty.clone(), self.ended);
        run(self);
        self.empty = before;
        self.ended = ended;
    }

    /// An action may assign to variables of its control; it is taken to do so.
    fn assigned_by(&mut self, action: &Action) {
        let mut assigned = Assigned::default();
        assigned.action(action);
        for variable in assigned.variables {
            self.empty.remove(&variable);
        }
    }

    fn applied(&mut self, expression: &Expression) {
        if let ExpressionKind::TableHit(table)
        | ExpressionKind::TableMiss(table)
        | ExpressionKind::TableActionRun(table) = &expression.kind
        {
            for key in &table.keys {
                self.expression(&key.expression);
            }
            table.actions.iter().for_each(|listed| self.assigned_by(&listed.call.action));
        }
    }
}

/// The variables that code assigns to.
#[derive(Default)]
struct Assigned {
    variables: Vec<u32>,
    seen: HashSet<*const Action>,
}

impl Assigned {
    fn action(&mut self, action: &Action) {
        if self.seen.insert(action) {
            self.statements(&action.body);
        }
    }
}

impl<'a> Visitor<'a> for Assigned {
    fn target(&mut self, target: &'a Expression) {
        self.variables.extend(target.root().map(|variable| variable.id));
    }

    fn call(&mut self, call: &'a Call) {
        if let Callee::Action(action) = &call.callee {
            self.action(action);
        }
        walk_call(self, call);
    }
}

impl<'a> Visitor<'a> for Flow<'_> {
    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Variable(variable, None) => {
                if begins_empty(&variable.ty) {
                    self.empty.insert(variable.id);
                }
            }
            StatementKind::Variable(variable, Some(value)) => {
                self.expression(value);
                // In a loop it was another one before.
                self.empty.remove(&variable.id);
            }
            StatementKind::Assign(left, right) => {
                self.expression(right);
                self.target(left);
            }
            StatementKind::AssignOp(left, _, right) => {
                self.expression(left);
                self.expression(right);
                self.target(left);
            }
            StatementKind::If(condition, then, otherwise) => {
                self.expression(condition);
                match condition.kind {
                    ExpressionKind::Bool(_) => {
                        branches(condition, then, otherwise)
                            .iter()
                            .for_each(|branch| self.statements(branch));
                    }
                    _ => {
                        self.apart([then, otherwise].map(|branch| |flow: &mut Self| flow.statements(branch)))
                    }
                }
            }
            StatementKind::Switch(value, cases) => {
                self.expression(value);
                let labels = || cases.iter().flat_map(|case| &case.labels);
                let all = match &value.kind {
                    ExpressionKind::TableActionRun(table) => labels().count() >= table.actions.len(),
                    _ => false,
                };
                let whole = all || labels().any(|label| matches!(label, SwitchLabel::Default));
                let nothing: &[Statement] = &[];
                let bodies = cases.iter().map(|case| case.body.as_slice());
                let bodies = bodies.chain((!whole).then_some(nothing));
                self.apart(bodies.map(|body| |flow: &mut Self| flow.statements(body)));
            }
            StatementKind::For(each) => {
                self.statements(&each.init);
                self.expression(&each.condition);
                self.perhaps(|flow| {
                    flow.statements(&each.body);
                    // `continue` may lead here from anywhere.
                    flow.ended = true;
                    flow.statements(&each.update);
                });
            }
            StatementKind::ForIn(each) => {
                walk_collection(self, statement);
                self.empty.remove(&each.variable.id);
                self.perhaps(|flow| flow.statements(&each.body));
            }
            StatementKind::Return(value) => {
                value.iter().for_each(|value| self.expression(value));
                if !self.ended {
                    self.returned.extend(&self.empty);
                }
                self.ended = true;
            }
            StatementKind::Exit | StatementKind::Break | StatementKind::Continue => self.ended = true,
            StatementKind::Call(_) | StatementKind::Block(_) => walk_statement(self, statement),
        }
    }

    fn target(&mut self, target: &'a Expression) {
        // Indexes are looked at.
        let mut place = target;
        loop {
            place = match &place.kind {
                ExpressionKind::Index(base, index) | ExpressionKind::PlusSlice(base, index, _) => {
                    self.expression(index);
                    base
                }
                ExpressionKind::Member(base, _)
                | ExpressionKind::Slice(base, ..)
                | ExpressionKind::StackNext(base)
                | ExpressionKind::StackLast(base) => base,
                _ => break,
            };
        }
        if let Some(variable) = target.root() {
            self.empty.remove(&variable.id);
        }
    }

    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::Variable(variable) => self.look(variable, expression),
            ExpressionKind::Binary(BinaryOp::And | BinaryOp::Or, left, right) => {
                self.expression(left);
                self.perhaps(|flow| flow.expression(right));
                return;
            }
            ExpressionKind::Conditional(condition, then, otherwise) => {
                self.expression(condition);
                self.apart([then, otherwise].map(|value| |flow: &mut Self| flow.expression(value)));
                return;
            }
            _ => self.applied(expression),
        }
        walk_expression(self, expression);
    }

    fn call(&mut self, call: &'a Call) {
        // What comes out is there once all arguments were looked at.
        for argument in &call.arguments {
            if let Some(value) = &argument.value
                && argument.direction != Direction::Out
            {
                self.expression(value);
            }
        }
        for argument in &call.arguments {
            if let Some(value) = &argument.value
                && matches!(argument.direction, Direction::Out | Direction::InOut)
            {
                self.target(value);
            }
        }
        match &call.callee {
            Callee::Action(action) => self.assigned_by(action),
            Callee::Table(table) => {
                for key in &table.keys {
                    self.expression(&key.expression);
                }
                table.actions.iter().for_each(|listed| self.assigned_by(&listed.call.action));
            }
            Callee::IsValid(header) => self.expression(header),
            _ => {}
        }
    }
}

fn walk_collection(flow: &mut Flow<'_>, statement: &Statement) {
    let StatementKind::ForIn(each) = &statement.kind else { return };
    match &each.collection {
        crate::typed::Collection::Range(low, high) => {
            flow.expression(low);
            flow.expression(high);
        }
        crate::typed::Collection::Elements(elements) => flow.expression(elements),
    }
}
