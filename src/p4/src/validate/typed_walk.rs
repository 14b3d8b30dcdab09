//! A walk over the statements and expressions of a checked program.

use crate::typed::{
    Callee, Collection, Expression, ExpressionKind, KeySet, Program, Statement, StatementKind, SwitchLabel,
    Transition,
};

/// Where a statement or an expression stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Place {
    /// The body of a function, or of what an instance gives to an abstract method.
    Function,
    /// The body of an action.
    Action,
    /// A parser's state or local variable.
    Parser,
    /// A control's apply block or local variable.
    Control,
    /// A key, a property or an entry of a table.
    Table,
}

/// What is done at each node.
pub(super) trait Visitor {
    fn expression(&mut self, _expression: &Expression, _place: Place) {}
    fn call(&mut self, _call: &crate::typed::Call, _place: Place) {}
}

pub(super) fn walk(program: &Program, visitor: &mut impl Visitor) {
    for action in &program.actions {
        statements(&action.body, Place::Action, visitor);
    }
    for function in &program.functions {
        statements(&function.body, Place::Function, visitor);
    }
    for parser in program.parsers.values() {
        statements(&parser.locals, Place::Parser, visitor);
        for state in &parser.states {
            statements(&state.statements, Place::Parser, visitor);
            if let Transition::Select { keys, cases, .. } = &state.transition {
                keys.iter().for_each(|key| expression(key, Place::Parser, visitor));
                let keysets = cases.iter().flat_map(|case| &case.keysets);
                keysets.for_each(|keyset| self::keyset(keyset, Place::Parser, visitor));
            }
        }
    }
    for control in program.controls.values() {
        statements(&control.locals, Place::Control, visitor);
        for action in &control.actions {
            statements(&action.body, Place::Action, visitor);
        }
        for table in &control.tables {
            table.keys.iter().for_each(|key| expression(&key.expression, Place::Table, visitor));
            let calls = table.actions.iter().map(|action| &action.call);
            let calls =
                calls.chain(&table.default_action).chain(table.entries.iter().map(|entry| &entry.action));
            for argument in calls.flat_map(|call| &call.arguments).flatten() {
                expression(argument, Place::Table, visitor);
            }
            table.properties.iter().for_each(|property| expression(&property.value, Place::Table, visitor));
        }
        statements(&control.apply, Place::Control, visitor);
    }
}

fn statements(list: &[Statement], place: Place, visitor: &mut impl Visitor) {
    for statement in list {
        self::statement(statement, place, visitor);
    }
}

fn statement(statement: &Statement, place: Place, visitor: &mut impl Visitor) {
    match &statement.kind {
        StatementKind::Variable(_, value) | StatementKind::Return(value) => {
            value.iter().for_each(|value| expression(value, place, visitor));
        }
        StatementKind::Assign(left, right) | StatementKind::AssignOp(left, _, right) => {
            expression(left, place, visitor);
            expression(right, place, visitor);
        }
        StatementKind::Call(call) => self::call(call, place, visitor),
        StatementKind::Block(inner) => statements(inner, place, visitor),
        StatementKind::If(condition, then, otherwise) => {
            expression(condition, place, visitor);
            statements(then, place, visitor);
            statements(otherwise, place, visitor);
        }
        StatementKind::Switch(value, cases) => {
            expression(value, place, visitor);
            for case in cases {
                for label in &case.labels {
                    if let SwitchLabel::Value(value) = label {
                        expression(value, place, visitor);
                    }
                }
                statements(&case.body, place, visitor);
            }
        }
        StatementKind::For(header) => {
            statements(&header.init, place, visitor);
            expression(&header.condition, place, visitor);
            statements(&header.update, place, visitor);
            statements(&header.body, place, visitor);
        }
        StatementKind::ForIn(header) => {
            match &header.collection {
                Collection::Range(low, high) => {
                    expression(low, place, visitor);
                    expression(high, place, visitor);
                }
                Collection::Elements(value) => expression(value, place, visitor),
            }
            statements(&header.body, place, visitor);
        }
        StatementKind::Exit | StatementKind::Break | StatementKind::Continue => {}
    }
}

fn call(call: &crate::typed::Call, place: Place, visitor: &mut impl Visitor) {
    visitor.call(call, place);
    match &call.callee {
        Callee::SetValid(target)
        | Callee::SetInvalid(target)
        | Callee::IsValid(target)
        | Callee::PushFront(target, _)
        | Callee::PopFront(target, _) => expression(target, place, visitor),
        _ => {}
    }
    for value in call.arguments.iter().filter_map(|argument| argument.value.as_ref()) {
        expression(value, place, visitor);
    }
}

fn keyset(keyset: &KeySet, place: Place, visitor: &mut impl Visitor) {
    match keyset {
        KeySet::Any | KeySet::ValueSet(_) => {}
        KeySet::Value(value) => expression(value, place, visitor),
        KeySet::Mask(left, right) | KeySet::Range(left, right) => {
            expression(left, place, visitor);
            expression(right, place, visitor);
        }
    }
}

fn expression(node: &Expression, place: Place, visitor: &mut impl Visitor) {
    visitor.expression(node, place);
    match &node.kind {
        ExpressionKind::Member(inner, _)
        | ExpressionKind::StackNext(inner)
        | ExpressionKind::StackLast(inner)
        | ExpressionKind::StackLastIndex(inner)
        | ExpressionKind::Slice(inner, _, _)
        | ExpressionKind::Unary(_, inner)
        | ExpressionKind::Cast(inner) => expression(inner, place, visitor),
        ExpressionKind::Index(left, right)
        | ExpressionKind::PlusSlice(left, right, _)
        | ExpressionKind::Binary(_, left, right) => {
            expression(left, place, visitor);
            expression(right, place, visitor);
        }
        ExpressionKind::Conditional(condition, then, otherwise) => {
            expression(condition, place, visitor);
            expression(then, place, visitor);
            expression(otherwise, place, visitor);
        }
        ExpressionKind::List(parts) => parts.iter().for_each(|part| expression(part, place, visitor)),
        ExpressionKind::Call(inner) => call(inner, place, visitor),
        _ => {}
    }
}
