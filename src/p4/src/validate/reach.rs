//! The code that `main` reaches, and what its variables are made of.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use crate::typed::visit::{Visitor, branches, walk_call, walk_expression, walk_statement};
use crate::typed::{
    Action, ActionCall, Argument, Call, Callee, Control, Direction, Expression, ExpressionKind, Function,
    Instance, Object, Parser, Program, Statement, StatementKind, Table, Transition, Type, Variable,
};

/// What is reached.
pub(super) struct Reached<'a> {
    pub(super) code: Vec<Code<'a>>,
    /// What tables and parsers look at.
    pub(super) keys: Vec<(&'a Expression, Place)>,
    pub(super) values: Values,
}

/// Code in a row that is reached.
pub(super) struct Code<'a> {
    pub(super) statements: &'a [Statement],
    pub(super) place: Place,
}

/// Where code stands, or from where it is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Place {
    Parser,
    Control,
    Action,
}

/// What variables are made of: whether a value is known when compiled, as far as it can be seen from all that is
/// assigned to them, without looking at the order.
#[derive(Default)]
pub(super) struct Values {
    /// Variables that something unknown is assigned to, in one step or several.
    unknown: HashSet<u32>,
    read: HashSet<u32>,
}

impl Values {
    /// Whether a value depends on a packet, on the control plane or on what a target keeps.
    pub(super) fn is_unknown(&self, expression: &Expression) -> bool {
        let (mut variables, mut unknown) = (Vec::new(), false);
        sources(expression, &mut variables, &mut unknown);
        unknown || variables.iter().any(|variable| self.unknown.contains(variable))
    }

    /// Whether anything looks at a variable.
    pub(super) fn is_read(&self, variable: &Variable) -> bool {
        self.read.contains(&variable.id)
    }
}

/// The variables that a value is made of, and whether something else is in it that isn't known.
fn sources(expression: &Expression, variables: &mut Vec<u32>, unknown: &mut bool) {
    match &expression.kind {
        ExpressionKind::Integer(_)
        | ExpressionKind::Bool(_)
        | ExpressionKind::Error(_)
        | ExpressionKind::EnumMember(_)
        | ExpressionKind::Str(_) => {}
        ExpressionKind::Variable(variable) => variables.push(variable.id),
        ExpressionKind::Slice(inner, ..)
        | ExpressionKind::Unary(_, inner)
        | ExpressionKind::Cast(inner)
        | ExpressionKind::Member(inner, _) => sources(inner, variables, unknown),
        ExpressionKind::List(parts) => parts.iter().for_each(|part| sources(part, variables, unknown)),
        ExpressionKind::Binary(_, left, right) => {
            sources(left, variables, unknown);
            sources(right, variables, unknown);
        }
        ExpressionKind::Conditional(condition, then, otherwise) => {
            sources(condition, variables, unknown);
            sources(then, variables, unknown);
            sources(otherwise, variables, unknown);
        }
        // A function's value is not followed: where it is known, so are its arguments.
        ExpressionKind::Call(call) if matches!(call.callee, Callee::Function(_)) => {
            for value in call.arguments.iter().filter_map(|argument| argument.value.as_ref()) {
                sources(value, variables, unknown);
            }
        }
        _ => *unknown = true,
    }
}

/// What is reached from `main`. What a constant condition rules out, or stands behind a `return`, is not.
pub(super) fn reached(program: &Program) -> Reached<'_> {
    let mut reach = Reach {
        code: Vec::new(),
        keys: Vec::new(),
        waiting: Vec::new(),
        seen: HashSet::new(),
        place: Place::Control,
        links: HashMap::new(),
        unknown: Vec::new(),
        read: HashSet::new(),
    };
    reach.instance(&program.main);
    while let Some(code) = reach.waiting.pop() {
        reach.place = code.place;
        reach.statements(code.statements);
        reach.code.push(code);
    }
    let mut values = Values { unknown: HashSet::new(), read: reach.read };
    let mut waiting = reach.unknown;
    while let Some(variable) = waiting.pop() {
        if values.unknown.insert(variable) {
            waiting.extend(reach.links.get(&variable).into_iter().flatten());
        }
    }
    Reached { code: reach.code, keys: reach.keys, values }
}

struct Reach<'a> {
    code: Vec<Code<'a>>,
    keys: Vec<(&'a Expression, Place)>,
    waiting: Vec<Code<'a>>,
    /// Things are told apart by where they lie, which the tree keeps.
    seen: HashSet<(*const u8, Place)>,
    place: Place,
    /// By a variable, those it is assigned to.
    links: HashMap<u32, Vec<u32>>,
    unknown: Vec<u32>,
    read: HashSet<u32>,
}

impl<'a> Reach<'a> {
    fn new_here<T>(&mut self, thing: &Arc<T>, place: Place) -> bool {
        self.seen.insert((Arc::as_ptr(thing).cast(), place))
    }

    fn later(&mut self, statements: &'a [Statement], place: Place) {
        self.waiting.push(Code { statements, place });
    }

    fn becomes(&mut self, variable: &Variable, value: &Expression) {
        let (mut variables, mut unknown) = (Vec::new(), false);
        sources(value, &mut variables, &mut unknown);
        if unknown {
            self.unknown.push(variable.id);
        }
        for source in variables {
            self.links.entry(source).or_default().push(variable.id);
        }
    }

    fn unknown<'v>(&mut self, variables: impl IntoIterator<Item = &'v Arc<Variable>>) {
        self.unknown.extend(variables.into_iter().map(|variable| variable.id));
    }

    fn instance(&mut self, instance: &'a Instance) {
        match &instance.ty {
            Type::Parser(parser) => {
                self.unknown(&parser.parameters);
                self.parser(parser);
            }
            Type::Control(control) => {
                self.unknown(&control.parameters);
                self.control(control);
            }
            _ => {}
        }
        for argument in &instance.arguments {
            if let ExpressionKind::Instance(inner) = &argument.kind {
                self.instance(inner);
            }
        }
    }

    fn parser(&mut self, parser: &'a Arc<Parser>) {
        if !self.new_here(parser, Place::Parser) {
            return;
        }
        self.later(&parser.locals, Place::Parser);
        let before = std::mem::replace(&mut self.place, Place::Parser);
        for state in &parser.states {
            self.later(&state.statements, Place::Parser);
            if let Transition::Select { keys, .. } = &state.transition {
                keys.iter().for_each(|key| self.key(key, Place::Parser));
            }
        }
        self.place = before;
    }

    fn key(&mut self, key: &'a Expression, place: Place) {
        self.keys.push((key, place));
        self.expression(key);
    }

    fn control(&mut self, control: &'a Arc<Control>) {
        if self.new_here(control, Place::Control) {
            self.later(&control.locals, Place::Control);
            self.later(&control.apply, Place::Control);
        }
    }

    fn table(&mut self, table: &'a Arc<Table>) {
        if !self.new_here(table, Place::Control) {
            return;
        }
        for key in &table.keys {
            self.key(&key.expression, Place::Control);
        }
        let entries = table.entries.iter().map(|entry| &entry.action);
        let listed = table.actions.iter().map(|listed| &listed.call);
        for call in listed.chain(entries).chain(&table.default_action) {
            self.action_call(call);
        }
    }

    fn action_call(&mut self, call: &'a ActionCall) {
        for (parameter, argument) in call.action.parameters.iter().zip(&call.arguments) {
            match argument {
                Some(value) => self.becomes(parameter, value),
                None => self.unknown([parameter]),
            }
        }
        self.action(&call.action);
    }

    fn action(&mut self, action: &'a Arc<Action>) {
        if self.new_here(action, Place::Action) {
            self.later(&action.body, Place::Action);
        }
    }

    fn function(&mut self, function: &'a Arc<Function>) {
        if self.new_here(function, self.place) {
            self.later(&function.body, self.place);
        }
    }

    /// Arguments that are copied in and out.
    fn passed(&mut self, parameters: &'a [Arc<Variable>], arguments: &'a [Argument]) {
        for (parameter, argument) in parameters.iter().zip(arguments) {
            let Some(value) = &argument.value else {
                self.unknown([parameter]);
                continue;
            };
            if argument.direction != Direction::Out {
                self.becomes(parameter, value);
            }
            if let Some(variable) = value.root()
                && matches!(argument.direction, Direction::Out | Direction::InOut)
            {
                self.links.entry(parameter.id).or_default().push(variable.id);
            }
        }
    }

    /// What a callee that isn't written in P4 may change.
    fn changed(&mut self, arguments: &'a [Argument]) {
        for argument in arguments {
            if let Some(value) = &argument.value
                && matches!(argument.direction, Direction::Out | Direction::InOut)
            {
                self.unknown(value.root());
            }
        }
    }
}

/// Statements up to the one behind which nothing is reached.
pub(super) fn live(statements: &[Statement]) -> impl Iterator<Item = &Statement> {
    let mut ended = false;
    statements.iter().take_while(move |statement| {
        let live = !ended;
        ended |= matches!(
            statement.kind,
            StatementKind::Return(_) | StatementKind::Exit | StatementKind::Break | StatementKind::Continue
        );
        live
    })
}

impl<'a> Visitor<'a> for Reach<'a> {
    fn statements(&mut self, statements: &'a [Statement]) {
        live(statements).for_each(|statement| self.statement(statement));
    }

    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Variable(variable, Some(value)) => self.becomes(variable, value),
            StatementKind::Assign(left, right) => {
                if let Some(variable) = left.root() {
                    self.becomes(variable, right);
                }
            }
            StatementKind::AssignOp(left, ..) => self.unknown(left.root()),
            StatementKind::ForIn(each) => self.unknown([&each.variable]),
            StatementKind::If(condition, then, otherwise) => {
                self.expression(condition);
                for branch in branches(condition, then, otherwise) {
                    self.statements(branch);
                }
                return;
            }
            _ => {}
        }
        walk_statement(self, statement);
    }

    fn target(&mut self, target: &'a Expression) {
        // The variable itself isn't read, what is in its indexes is.
        if !matches!(target.kind, ExpressionKind::Variable(_)) {
            self.expression(target);
        }
    }

    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::Variable(variable) => {
                self.read.insert(variable.id);
            }
            ExpressionKind::TableHit(table)
            | ExpressionKind::TableMiss(table)
            | ExpressionKind::TableActionRun(table) => self.table(table),
            _ => {}
        }
        walk_expression(self, expression);
    }

    fn call(&mut self, call: &'a Call) {
        match &call.callee {
            Callee::Action(action) => {
                self.passed(&action.parameters, &call.arguments);
                self.action(action);
            }
            Callee::Function(function) => {
                self.passed(&function.parameters, &call.arguments);
                self.function(function);
            }
            Callee::Table(table) => self.table(table),
            Callee::Control(control, instance) => {
                self.passed(&control.parameters, &call.arguments);
                self.control(control);
                instance.arguments.iter().for_each(|argument| self.constructed(argument));
            }
            Callee::Parser(parser, instance) => {
                self.passed(&parser.parameters, &call.arguments);
                self.parser(parser);
                instance.arguments.iter().for_each(|argument| self.constructed(argument));
            }
            Callee::Method { object, .. } => {
                self.changed(&call.arguments);
                if let Object::Instance(instance) = object {
                    for function in &instance.methods {
                        self.unknown(&function.parameters);
                        self.function(function);
                    }
                }
            }
            Callee::ExternFunction(_) | Callee::Constructed(..) => self.changed(&call.arguments),
            _ => {}
        }
        walk_call(self, call);
    }
}

impl<'a> Reach<'a> {
    fn constructed(&mut self, argument: &'a Expression) {
        if let ExpressionKind::Instance(instance) = &argument.kind {
            self.instance(instance);
        }
    }
}
