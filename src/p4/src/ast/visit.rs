//! A walk over a tree.

use super::{
    Annotation, Argument, Declaration, DeclarationKind, Expression, ExpressionKind, ForHeader, Parameter,
    Program, Property, PropertyValue, State, Statement, StatementKind, SwitchLabel, Transition, Type,
    TypeKind, TypeOrDeclaration,
};

/// What is done at the nodes of a tree. A method that does not call its `walk_…` leaves out what is inside.
#[allow(missing_docs, reason = "each method is named after the node it is for")]
pub trait Visitor<'a> {
    fn declaration(&mut self, declaration: &'a Declaration) {
        walk_declaration(self, declaration);
    }
    fn annotations(&mut self, _annotations: &'a [Annotation]) {}
    fn parameter(&mut self, parameter: &'a Parameter) {
        walk_parameter(self, parameter);
    }
    fn state(&mut self, state: &'a State) {
        walk_state(self, state);
    }
    fn property(&mut self, property: &'a Property) {
        walk_property(self, property);
    }
    fn statement(&mut self, statement: &'a Statement) {
        walk_statement(self, statement);
    }
    fn expression(&mut self, expression: &'a Expression) {
        walk_expression(self, expression);
    }
    fn arguments(&mut self, arguments: &'a [Argument]) {
        for argument in arguments {
            self.expression(&argument.value);
        }
    }
    fn ty(&mut self, ty: &'a Type) {
        walk_type(self, ty);
    }
}

/// Visits all declarations of a program.
pub fn walk_program<'a>(visitor: &mut (impl Visitor<'a> + ?Sized), program: &'a Program) {
    for declaration in &program.declarations {
        visitor.declaration(declaration);
    }
}

fn all<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, statements: &'a [Statement]) {
    for statement in statements {
        visitor.statement(statement);
    }
}

/// Visits what is in a declaration.
pub fn walk_declaration<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, declaration: &'a Declaration) {
    visitor.annotations(&declaration.annotations);
    match &declaration.kind {
        DeclarationKind::Constant(ty, value) | DeclarationKind::ValueSet(ty, value) => {
            visitor.ty(ty);
            visitor.expression(value);
        }
        DeclarationKind::Variable(ty, value) => {
            visitor.ty(ty);
            value.iter().for_each(|value| visitor.expression(value));
        }
        DeclarationKind::Instance(instance) => {
            visitor.ty(&instance.ty);
            visitor.arguments(&instance.arguments);
            instance.body.iter().flatten().for_each(|inner| visitor.declaration(inner));
        }
        DeclarationKind::Typedef(TypeOrDeclaration::Type(ty)) | DeclarationKind::NewType(ty) => {
            visitor.ty(ty)
        }
        DeclarationKind::Typedef(TypeOrDeclaration::Declaration(inner)) => visitor.declaration(inner),
        DeclarationKind::Structure(structure) => {
            for field in &structure.fields {
                visitor.annotations(&field.annotations);
                visitor.ty(&field.ty);
            }
        }
        DeclarationKind::SerializableEnum(ty, members) => {
            visitor.ty(ty);
            members.iter().for_each(|(_, value)| visitor.expression(value));
        }
        DeclarationKind::Enum(_) | DeclarationKind::Errors(_) | DeclarationKind::MatchKinds(_) => {}
        DeclarationKind::Extern(_, methods) => {
            for method in methods {
                visitor.annotations(&method.annotations);
                method.signature.result.iter().for_each(|ty| visitor.ty(ty));
                method.signature.parameters.iter().for_each(|parameter| visitor.parameter(parameter));
            }
        }
        DeclarationKind::ExternFunction(signature) => {
            signature.result.iter().for_each(|ty| visitor.ty(ty));
            signature.parameters.iter().for_each(|parameter| visitor.parameter(parameter));
        }
        DeclarationKind::Function(signature, body) => {
            signature.result.iter().for_each(|ty| visitor.ty(ty));
            signature.parameters.iter().for_each(|parameter| visitor.parameter(parameter));
            all(visitor, body);
        }
        DeclarationKind::Action(parameters, body) => {
            parameters.iter().for_each(|parameter| visitor.parameter(parameter));
            all(visitor, body);
        }
        DeclarationKind::Parser(parser) => {
            let parameters = parser.parameters.iter().chain(&parser.constructor);
            parameters.for_each(|parameter| visitor.parameter(parameter));
            if let Some(body) = &parser.body {
                body.locals.iter().for_each(|local| visitor.declaration(local));
                body.states.iter().for_each(|state| visitor.state(state));
            }
        }
        DeclarationKind::Control(control) => {
            let parameters = control.parameters.iter().chain(&control.constructor);
            parameters.for_each(|parameter| visitor.parameter(parameter));
            if let Some(body) = &control.body {
                body.locals.iter().for_each(|local| visitor.declaration(local));
                all(visitor, &body.apply);
            }
        }
        DeclarationKind::Package(_, parameters) => {
            parameters.iter().for_each(|parameter| visitor.parameter(parameter));
        }
        DeclarationKind::Table(table) => {
            table.properties.iter().for_each(|property| visitor.property(property));
        }
    }
}

/// Visits what is in a parameter.
pub fn walk_parameter<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, parameter: &'a Parameter) {
    visitor.annotations(&parameter.annotations);
    visitor.ty(&parameter.ty);
    parameter.default.iter().for_each(|value| visitor.expression(value));
}

/// Visits what is in a parser state.
pub fn walk_state<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, state: &'a State) {
    visitor.annotations(&state.annotations);
    all(visitor, &state.statements);
    if let Some(Transition::Select(select)) = &state.transition {
        select.keys.iter().for_each(|key| visitor.expression(key));
        select.cases.iter().for_each(|case| visitor.expression(&case.keyset));
    }
}

/// Visits what is in a table property.
pub fn walk_property<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, property: &'a Property) {
    visitor.annotations(&property.annotations);
    match &property.value {
        PropertyValue::Key(keys) => {
            for key in keys {
                visitor.annotations(&key.annotations);
                visitor.expression(&key.expression);
            }
        }
        PropertyValue::Actions(actions) => {
            for action in actions {
                visitor.annotations(&action.annotations);
                visitor.expression(&action.expression);
            }
        }
        PropertyValue::Entries(entries) => {
            for entry in entries {
                entry.priority.iter().for_each(|priority| visitor.expression(priority));
                visitor.expression(&entry.keyset);
                visitor.annotations(&entry.action.annotations);
                visitor.expression(&entry.action.expression);
            }
        }
        PropertyValue::Expression(value) => visitor.expression(value),
    }
}

/// Visits what is in a statement.
pub fn walk_statement<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, statement: &'a Statement) {
    visitor.annotations(&statement.annotations);
    match &statement.kind {
        StatementKind::Empty
        | StatementKind::Exit
        | StatementKind::Break
        | StatementKind::Continue
        | StatementKind::Return(None) => {}
        StatementKind::Declaration(declaration) => visitor.declaration(declaration),
        StatementKind::Assign(left, _, right) => {
            visitor.expression(left);
            visitor.expression(right);
        }
        StatementKind::Call(value) | StatementKind::Return(Some(value)) => visitor.expression(value),
        StatementKind::Block(statements) => all(visitor, statements),
        StatementKind::If(condition, then, otherwise) => {
            visitor.expression(condition);
            visitor.statement(then);
            otherwise.iter().for_each(|statement| visitor.statement(statement));
        }
        StatementKind::Switch(value, cases) => {
            visitor.expression(value);
            for case in cases {
                if let SwitchLabel::Expression(label) = &case.label {
                    visitor.expression(label);
                }
                case.body.iter().for_each(|body| all(visitor, body));
            }
        }
        StatementKind::For(header, body) => {
            match &**header {
                ForHeader::Classic { init, condition, update } => {
                    all(visitor, init);
                    visitor.expression(condition);
                    all(visitor, update);
                }
                ForHeader::In { ty, collection, .. } => {
                    ty.iter().for_each(|ty| visitor.ty(ty));
                    visitor.expression(collection);
                }
            }
            visitor.statement(body);
        }
    }
}

/// Visits what is in an expression.
pub fn walk_expression<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, expression: &'a Expression) {
    match &expression.kind {
        ExpressionKind::Invalid
        | ExpressionKind::Integer(_)
        | ExpressionKind::Bool(_)
        | ExpressionKind::Str(_)
        | ExpressionKind::Name(_)
        | ExpressionKind::GlobalName(_)
        | ExpressionKind::This
        | ExpressionKind::InvalidHeader
        | ExpressionKind::Default
        | ExpressionKind::DontCare
        | ExpressionKind::Ellipsis => {}
        ExpressionKind::Type(ty) => visitor.ty(ty),
        ExpressionKind::Member(base, _) | ExpressionKind::Unary(_, base) => visitor.expression(base),
        ExpressionKind::Index(a, b) | ExpressionKind::Binary(_, a, b) => {
            visitor.expression(a);
            visitor.expression(b);
        }
        ExpressionKind::Slice(a, b, c)
        | ExpressionKind::PlusSlice(a, b, c)
        | ExpressionKind::Conditional(a, b, c) => {
            visitor.expression(a);
            visitor.expression(b);
            visitor.expression(c);
        }
        ExpressionKind::Cast(ty, operand) => {
            visitor.ty(ty);
            visitor.expression(operand);
        }
        ExpressionKind::Call { callee, types, arguments } => {
            visitor.expression(callee);
            types.iter().for_each(|ty| visitor.ty(ty));
            visitor.arguments(arguments);
        }
        ExpressionKind::List(parts, _) | ExpressionKind::KeyTuple(parts) => {
            parts.iter().for_each(|part| visitor.expression(part));
        }
        ExpressionKind::Record(fields, _) => {
            fields.iter().for_each(|(_, value)| visitor.expression(value));
        }
    }
}

/// Visits what is in a type.
pub fn walk_type<'a, V: Visitor<'a> + ?Sized>(visitor: &mut V, ty: &'a Type) {
    match &ty.kind {
        TypeKind::Bit(Some(width)) | TypeKind::Int(width) | TypeKind::Varbit(width) => {
            visitor.expression(width);
        }
        TypeKind::Specialized(_, types) | TypeKind::Tuple(types) => {
            types.iter().for_each(|ty| visitor.ty(ty));
        }
        TypeKind::Stack(element, size) => {
            visitor.ty(element);
            visitor.expression(size);
        }
        TypeKind::List(element) => visitor.ty(element),
        TypeKind::Void
        | TypeKind::Bool
        | TypeKind::Error
        | TypeKind::Str
        | TypeKind::MatchKind
        | TypeKind::Integer
        | TypeKind::Bit(None)
        | TypeKind::Named(_)
        | TypeKind::DontCare => {}
    }
}
