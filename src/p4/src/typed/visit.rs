//! Walks through the statements and expressions of the typed tree.
//!
//! What is called isn't entered: that is up to the visitor, which knows where it was already.

use super::{
    Argument, Call, Callee, Collection, Expression, ExpressionKind, Object, Statement, StatementKind,
    SwitchLabel,
};

/// Something that looks at statements and expressions. Each method goes on into the parts of what it is given.
pub trait Visitor<'a> {
    /// Statements in a row.
    fn statements(&mut self, statements: &'a [Statement]) {
        statements.iter().for_each(|statement| self.statement(statement));
    }

    /// A statement.
    fn statement(&mut self, statement: &'a Statement) {
        walk_statement(self, statement);
    }

    /// What is assigned to.
    fn target(&mut self, target: &'a Expression) {
        self.expression(target);
    }

    /// An expression whose value is used.
    fn expression(&mut self, expression: &'a Expression) {
        walk_expression(self, expression);
    }

    /// A call, as a statement or within an expression.
    fn call(&mut self, call: &'a Call) {
        walk_call(self, call);
    }
}

/// The branches of an `if` that may be taken.
pub fn branches<'a>(
    condition: &Expression,
    then: &'a [Statement],
    otherwise: &'a [Statement],
) -> [&'a [Statement]; 2] {
    match condition.kind {
        ExpressionKind::Bool(true) => [then, &[]],
        ExpressionKind::Bool(false) => [&[], otherwise],
        _ => [then, otherwise],
    }
}

/// Visits what is in a statement.
pub fn walk_statement<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, statement: &'a Statement) {
    match &statement.kind {
        StatementKind::Variable(_, value) | StatementKind::Return(value) => {
            value.iter().for_each(|value| visitor.expression(value));
        }
        StatementKind::Assign(left, right) | StatementKind::AssignOp(left, _, right) => {
            visitor.target(left);
            visitor.expression(right);
        }
        StatementKind::Call(call) => visitor.call(call),
        StatementKind::Block(statements) => visitor.statements(statements),
        StatementKind::If(condition, then, otherwise) => {
            visitor.expression(condition);
            visitor.statements(then);
            visitor.statements(otherwise);
        }
        StatementKind::Switch(value, cases) => {
            visitor.expression(value);
            for case in cases {
                for label in &case.labels {
                    if let SwitchLabel::Value(value) = label {
                        visitor.expression(value);
                    }
                }
                visitor.statements(&case.body);
            }
        }
        StatementKind::For(each) => {
            visitor.statements(&each.init);
            visitor.expression(&each.condition);
            visitor.statements(&each.body);
            visitor.statements(&each.update);
        }
        StatementKind::ForIn(each) => {
            match &each.collection {
                Collection::Range(low, high) => {
                    visitor.expression(low);
                    visitor.expression(high);
                }
                Collection::Elements(elements) => visitor.expression(elements),
            }
            visitor.statements(&each.body);
        }
        StatementKind::Exit | StatementKind::Break | StatementKind::Continue => {}
    }
}

/// Visits what is in an expression.
pub fn walk_expression<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, expression: &'a Expression) {
    match &expression.kind {
        ExpressionKind::Member(inner, _)
        | ExpressionKind::StackNext(inner)
        | ExpressionKind::StackLast(inner)
        | ExpressionKind::StackLastIndex(inner)
        | ExpressionKind::Slice(inner, _, _)
        | ExpressionKind::Unary(_, inner)
        | ExpressionKind::Cast(inner) => visitor.expression(inner),
        ExpressionKind::Index(a, b)
        | ExpressionKind::PlusSlice(a, b, _)
        | ExpressionKind::Binary(_, a, b) => {
            visitor.expression(a);
            visitor.expression(b);
        }
        ExpressionKind::Conditional(a, b, c) => {
            visitor.expression(a);
            visitor.expression(b);
            visitor.expression(c);
        }
        ExpressionKind::List(parts) => parts.iter().for_each(|part| visitor.expression(part)),
        ExpressionKind::Call(call) => visitor.call(call),
        ExpressionKind::Invalid
        | ExpressionKind::Bool(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Str(_)
        | ExpressionKind::Error(_)
        | ExpressionKind::EnumMember(_)
        | ExpressionKind::Variable(_)
        | ExpressionKind::Default
        | ExpressionKind::InvalidHeader
        | ExpressionKind::TableHit(_)
        | ExpressionKind::TableMiss(_)
        | ExpressionKind::TableActionRun(_)
        | ExpressionKind::Instance(_)
        | ExpressionKind::This => {}
    }
}

/// Visits the object and the arguments of a call.
pub fn walk_call<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, call: &'a Call) {
    match &call.callee {
        Callee::SetValid(header)
        | Callee::SetInvalid(header)
        | Callee::PushFront(header, _)
        | Callee::PopFront(header, _) => visitor.target(header),
        Callee::IsValid(header) => visitor.expression(header),
        Callee::Method { object: Object::Value(value), .. } => visitor.expression(value),
        _ => {}
    }
    for Argument { value, direction, .. } in &call.arguments {
        let Some(value) = value else { continue };
        match direction {
            super::Direction::Out => visitor.target(value),
            super::Direction::InOut => {
                visitor.target(value);
                visitor.expression(value);
            }
            super::Direction::None | super::Direction::In => visitor.expression(value),
        }
    }
}
