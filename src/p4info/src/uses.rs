//! What a control really applies: what nobody applies, the control plane doesn't see.

use std::collections::HashSet;
use std::sync::Arc;

use hyper4_p4::typed::{
    Action, Call, Callee, Collection, Expression, ExpressionKind, Function, Instance, Statement,
    StatementKind, SwitchLabel, Table, Type,
};

/// What was found so far. Things are told apart by where they lie, which the tree keeps.
#[derive(Debug, Default)]
pub(crate) struct Uses {
    tables: HashSet<*const Table>,
    instances: HashSet<*const Instance>,
    actions: HashSet<*const Action>,
    functions: HashSet<*const Function>,
    called: HashSet<*const Action>,
    /// How many actions are around what is looked at.
    depth: u32,
    /// What digests are made of.
    pub(crate) digests: Vec<Type>,
}

impl Uses {
    pub(crate) fn table(&self, table: &Arc<Table>) -> bool {
        self.tables.contains(&Arc::as_ptr(table))
    }

    pub(crate) fn instance(&self, instance: &Arc<Instance>) -> bool {
        self.instances.contains(&Arc::as_ptr(instance))
    }

    pub(crate) fn action(&mut self, action: &Arc<Action>) {
        if self.actions.insert(Arc::as_ptr(action)) {
            self.depth += 1;
            self.statements(&action.body);
            self.depth -= 1;
        }
    }

    /// Whether a control calls it itself. An action that only actions call is a part of them.
    pub(crate) fn called(&self, action: &Arc<Action>) -> bool {
        self.called.contains(&Arc::as_ptr(action))
    }

    pub(crate) fn statements(&mut self, statements: &[Statement]) {
        for statement in statements {
            self.statement(statement);
        }
    }

    fn statement(&mut self, statement: &Statement) {
        match &statement.kind {
            StatementKind::Variable(_, value) | StatementKind::Return(value) => {
                if let Some(value) = value {
                    self.expression(value);
                }
            }
            StatementKind::Assign(left, right) | StatementKind::AssignOp(left, _, right) => {
                self.expression(left);
                self.expression(right);
            }
            StatementKind::Call(call) => self.call(call),
            StatementKind::Block(statements) => self.statements(statements),
            StatementKind::If(condition, then, otherwise) => {
                self.expression(condition);
                // A branch that a constant rules out isn't there.
                match condition.kind {
                    ExpressionKind::Bool(true) => self.statements(then),
                    ExpressionKind::Bool(false) => self.statements(otherwise),
                    _ => {
                        self.statements(then);
                        self.statements(otherwise);
                    }
                }
            }
            StatementKind::Switch(value, cases) => {
                self.expression(value);
                for case in cases {
                    for label in &case.labels {
                        if let SwitchLabel::Value(value) = label {
                            self.expression(value);
                        }
                    }
                    self.statements(&case.body);
                }
            }
            StatementKind::For(each) => {
                self.statements(&each.init);
                self.expression(&each.condition);
                self.statements(&each.update);
                self.statements(&each.body);
            }
            StatementKind::ForIn(each) => {
                match &each.collection {
                    Collection::Range(low, high) => {
                        self.expression(low);
                        self.expression(high);
                    }
                    Collection::Elements(elements) => self.expression(elements),
                }
                self.statements(&each.body);
            }
            StatementKind::Exit | StatementKind::Break | StatementKind::Continue => {}
        }
    }

    fn expression(&mut self, expression: &Expression) {
        match &expression.kind {
            ExpressionKind::TableHit(table)
            | ExpressionKind::TableMiss(table)
            | ExpressionKind::TableActionRun(table) => self.apply(table),
            ExpressionKind::Call(call) => self.call(call),
            ExpressionKind::Member(inner, _)
            | ExpressionKind::StackNext(inner)
            | ExpressionKind::StackLast(inner)
            | ExpressionKind::StackLastIndex(inner)
            | ExpressionKind::Slice(inner, _, _)
            | ExpressionKind::Unary(_, inner)
            | ExpressionKind::Cast(inner) => self.expression(inner),
            ExpressionKind::Index(a, b)
            | ExpressionKind::PlusSlice(a, b, _)
            | ExpressionKind::Binary(_, a, b) => {
                self.expression(a);
                self.expression(b);
            }
            ExpressionKind::Conditional(a, b, c) => {
                self.expression(a);
                self.expression(b);
                self.expression(c);
            }
            ExpressionKind::List(parts) => parts.iter().for_each(|part| self.expression(part)),
            _ => {}
        }
    }

    fn apply(&mut self, table: &Arc<Table>) {
        if !self.tables.insert(Arc::as_ptr(table)) {
            return;
        }
        for key in &table.keys {
            self.expression(&key.expression);
        }
        for action in &table.actions {
            self.action(&action.call.action);
        }
    }

    /// An instance that is applied, and those that it was given when it was made.
    fn applied(&mut self, instance: &Arc<Instance>) {
        if self.instances.insert(Arc::as_ptr(instance)) {
            for argument in &instance.arguments {
                if let ExpressionKind::Instance(given) = &argument.kind {
                    self.applied(given);
                }
            }
        }
    }

    fn call(&mut self, call: &Call) {
        for value in call.arguments.iter().filter_map(|argument| argument.value.as_ref()) {
            self.expression(value);
        }
        match &call.callee {
            Callee::Table(table) => self.apply(table),
            Callee::Action(action) => {
                if self.depth == 0 {
                    self.called.insert(Arc::as_ptr(action));
                }
                self.action(action);
            }
            Callee::Function(function) if self.functions.insert(Arc::as_ptr(function)) => {
                self.statements(&function.body);
            }
            Callee::Control(_, instance) | Callee::Parser(_, instance) => {
                self.applied(instance);
            }
            Callee::ExternFunction(function) if &*function.name == "digest" => {
                self.digests.extend(call.types.first().cloned());
            }
            _ => {}
        }
    }
}
