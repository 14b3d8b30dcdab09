//! What a control really applies: what nobody applies, the control plane doesn't see.

use std::collections::HashSet;
use std::sync::Arc;

use hyper4_p4::typed::visit::{Visitor, branches, walk_call, walk_expression, walk_statement};
use hyper4_p4::typed::{
    Action, Call, Callee, Expression, ExpressionKind, Function, Instance, Statement, StatementKind, Table,
    Type,
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
}

impl<'a> Visitor<'a> for Uses {
    fn statement(&mut self, statement: &'a Statement) {
        if let StatementKind::If(condition, then, otherwise) = &statement.kind {
            self.expression(condition);
            branches(condition, then, otherwise).iter().for_each(|branch| self.statements(branch));
        } else {
            walk_statement(self, statement);
        }
    }

    fn expression(&mut self, expression: &'a Expression) {
        match &expression.kind {
            ExpressionKind::TableHit(table)
            | ExpressionKind::TableMiss(table)
            | ExpressionKind::TableActionRun(table) => self.apply(table),
            _ => walk_expression(self, expression),
        }
    }

    fn call(&mut self, call: &'a Call) {
        walk_call(self, call);
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
