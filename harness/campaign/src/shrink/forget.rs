//! What speaks of something that is gone goes, too.

use hyper4_ir::{Command, Stimulus};
use hyper4_p4::ast::visit::{Visitor, walk_expression, walk_statement, walk_type};
use hyper4_p4::ast::{
    ControlBody, Declaration, DeclarationKind, Expression, ExpressionKind, Program, PropertyValue, State,
    Statement, StatementKind, Table, Transition, Type, TypeKind,
};

use super::edit::{Gone, drop_table_key};

/// Takes away whatever speaks of what is gone.
pub(super) fn forget(program: &mut Program, gone: &Gone) {
    match gone {
        Gone::Nothing | Gone::Key { .. } => {}
        Gone::Name(name) => program.declarations.iter_mut().for_each(|one| declaration(one, name)),
        Gone::Parameter { action, name, at } => {
            for one in &mut program.declarations {
                let DeclarationKind::Control(control) = &mut one.kind else { continue };
                let Some(body) = &mut control.body else { continue };
                parameter(body, action, name, *at);
            }
        }
    }
}

/// Takes from the commands what belongs to what is gone.
pub(super) fn forget_in(stimulus: &mut [Stimulus], gone: &Gone) {
    for step in stimulus {
        let Stimulus::Command(command) = step else { continue };
        match (gone, command) {
            (
                Gone::Key { table: gone, at },
                Command::TableAdd { table, key, .. } | Command::TableIndirectAdd { table, key, .. },
            ) if named(table, gone) && *at < key.len() => drop(key.remove(*at)),
            (
                Gone::Parameter { action: gone, at, .. },
                Command::TableAdd { action, arguments, .. }
                | Command::TableModify { action, arguments, .. }
                | Command::TableSetDefault { action, arguments, .. },
            ) if named(action, gone) && *at < arguments.len() => drop(arguments.remove(*at)),
            _ => {}
        }
    }
}

/// Whether a full name ends with that one.
fn named(full: &str, name: &str) -> bool {
    full.rsplit('.').next() == Some(name)
}

/// A parameter that is gone: what used it, and what calls gave for it.
fn parameter(body: &mut ControlBody, action: &str, name: &str, at: usize) {
    for local in &mut body.locals {
        match &mut local.kind {
            DeclarationKind::Action(_, inner) if &*local.name.text == action => statements(inner, name),
            DeclarationKind::Table(table) => {
                for property in &mut table.properties {
                    match &mut property.value {
                        PropertyValue::Entries(entries) => {
                            entries.iter_mut().for_each(|one| unpass(&mut one.action.expression, action, at));
                        }
                        PropertyValue::Expression(value) => unpass(value, action, at),
                        _ => {}
                    }
                }
            }
            _ => {}
        }
    }
    calls(&mut body.apply, action, at);
}

fn calls(list: &mut [Statement], action: &str, at: usize) {
    for one in list {
        match &mut one.kind {
            StatementKind::Call(call) => unpass(call, action, at),
            StatementKind::Block(inner) => calls(inner, action, at),
            StatementKind::If(_, then, otherwise) => {
                calls(std::slice::from_mut(then), action, at);
                otherwise.iter_mut().for_each(|one| calls(std::slice::from_mut(one), action, at));
            }
            StatementKind::Switch(_, cases) => {
                cases
                    .iter_mut()
                    .filter_map(|case| case.body.as_mut())
                    .for_each(|body| calls(body, action, at));
            }
            _ => {}
        }
    }
}

/// A call of that action without argument `at`.
fn unpass(call: &mut Expression, action: &str, at: usize) {
    if let ExpressionKind::Call { callee, arguments, .. } = &mut call.kind
        && matches!(&callee.kind, ExpressionKind::Name(name) if &*name.text == action)
        && at < arguments.len()
    {
        arguments.remove(at);
    }
}

fn declaration(one: &mut Declaration, name: &str) {
    match &mut one.kind {
        DeclarationKind::Structure(structure) => {
            structure.fields.retain(|field| {
                let mut speaks = Speaks { of: name, found: false };
                speaks.ty(&field.ty);
                !speaks.found
            });
        }
        DeclarationKind::Action(_, body) => statements(body, name),
        DeclarationKind::Parser(parser) => {
            if let Some(body) = &mut parser.body {
                body.states.iter_mut().for_each(|one| state(one, name));
            }
        }
        DeclarationKind::Control(control) => {
            if let Some(body) = &mut control.body {
                body.locals.iter_mut().for_each(|local| declaration(local, name));
                statements(&mut body.apply, name);
            }
        }
        DeclarationKind::Table(one) => table(one, name),
        _ => {}
    }
}

fn state(state: &mut State, name: &str) {
    statements(&mut state.statements, name);
    if let Some(Transition::Select(select)) = &state.transition
        && select.keys.iter().any(|key| speaks(key, name))
        && let Some(last) = select.cases.last()
    {
        state.transition = Some(Transition::Direct(last.state.clone()));
    }
}

fn table(table: &mut Table, name: &str) {
    let keys = table.properties.iter().find_map(|property| match &property.value {
        PropertyValue::Key(keys) => Some(keys.iter().map(|key| speaks(&key.expression, name)).collect()),
        _ => None,
    });
    let keys: Vec<bool> = keys.unwrap_or_default();
    for (at, _) in keys.iter().enumerate().rev().filter(|(_, gone)| **gone) {
        drop_table_key(table, at);
    }
    for property in &mut table.properties {
        match &mut property.value {
            PropertyValue::Actions(actions) => actions.retain(|action| !speaks(&action.expression, name)),
            PropertyValue::Entries(entries) => {
                entries.retain(|entry| !speaks(&entry.action.expression, name));
            }
            _ => {}
        }
    }
    table.properties.retain(|property| match &property.value {
        PropertyValue::Expression(value) => !speaks(value, name),
        PropertyValue::Entries(entries) => !entries.is_empty(),
        _ => true,
    });
}

fn statements(list: &mut Vec<Statement>, name: &str) {
    list.retain(|one| match &one.kind {
        // What is inside of these is looked at by itself.
        StatementKind::If(condition, ..) => !speaks(condition, name),
        StatementKind::Switch(value, _) => !speaks(value, name),
        StatementKind::Block(_) => true,
        _ => {
            let mut speaks = Speaks { of: name, found: false };
            speaks.statement(one);
            !speaks.found
        }
    });
    for one in list {
        match &mut one.kind {
            StatementKind::Block(inner) => statements(inner, name),
            StatementKind::If(_, then, otherwise) => {
                nested(then, name);
                otherwise.iter_mut().for_each(|otherwise| nested(otherwise, name));
            }
            StatementKind::Switch(_, cases) => {
                cases.retain(|case| match &case.label {
                    hyper4_p4::ast::SwitchLabel::Expression(label) => !speaks(label, name),
                    hyper4_p4::ast::SwitchLabel::Default => true,
                });
                cases
                    .iter_mut()
                    .filter_map(|case| case.body.as_mut())
                    .for_each(|body| statements(body, name));
            }
            _ => {}
        }
    }
}

fn nested(one: &mut Statement, name: &str) {
    let mut list = match std::mem::replace(&mut one.kind, StatementKind::Empty) {
        StatementKind::Block(list) => list,
        kind => vec![Statement { kind, ..one.clone() }],
    };
    statements(&mut list, name);
    one.kind = StatementKind::Block(list);
}

fn speaks(expression: &Expression, name: &str) -> bool {
    let mut speaks = Speaks { of: name, found: false };
    speaks.expression(expression);
    speaks.found
}

struct Speaks<'a> {
    of: &'a str,
    found: bool,
}

impl<'a> Visitor<'a> for Speaks<'_> {
    fn statement(&mut self, statement: &'a Statement) {
        walk_statement(self, statement);
    }

    fn expression(&mut self, expression: &'a Expression) {
        self.found |= match &expression.kind {
            ExpressionKind::Name(name) | ExpressionKind::Member(_, name) => &*name.text == self.of,
            _ => false,
        };
        walk_expression(self, expression);
    }

    fn ty(&mut self, ty: &'a Type) {
        self.found |= match &ty.kind {
            TypeKind::Named(name) | TypeKind::Specialized(name, _) => &*name.name.text == self.of,
            _ => false,
        };
        walk_type(self, ty);
    }
}
