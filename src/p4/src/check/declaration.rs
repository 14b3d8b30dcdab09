//! Declarations at the top.

use std::collections::HashSet;
use std::sync::Arc;

use super::constant::wrap;
use super::types::{signature_substitution, substitute};
use super::{Checker, Symbol, invalid};
use crate::ast::{self, DeclarationKind, TypeOrDeclaration};
use crate::source::{Span, Text};
use crate::typed::{
    Action, Direction, Enum, EnumMember, Expression, ExpressionKind, Extern, Function, Instance, Method,
    NewType, Parameter, Signature, SignatureKind, Structure, Type, Variable, VariableKind,
};

impl<'a> Checker<'a> {
    pub(super) fn top(&mut self, declaration: &'a ast::Declaration) {
        let name = &declaration.name;
        match &declaration.kind {
            DeclarationKind::Constant(ty, value) => self.constant(name, ty, value),
            DeclarationKind::Typedef(TypeOrDeclaration::Type(ty)) => {
                let ty = self.ty(ty);
                self.declare(name, Symbol::Type(ty));
            }
            DeclarationKind::Typedef(TypeOrDeclaration::Declaration(inner)) => {
                self.top(inner);
                if let Some(symbol) = self.find(&inner.name.text).cloned() {
                    self.declare(name, symbol);
                }
            }
            DeclarationKind::NewType(ty) => {
                let underlying = self.ty(ty);
                let new = NewType { name: Text::clone(&name.text), underlying };
                self.declare(name, Symbol::Type(Type::NewType(Arc::new(new))));
            }
            DeclarationKind::Structure(structure) => self.structure(declaration, structure),
            DeclarationKind::Enum(members) => {
                let members =
                    members.iter().map(|name| EnumMember { name: Text::clone(&name.text), value: None });
                self.declare_enum(name, None, members.collect(), declaration.span);
            }
            DeclarationKind::SerializableEnum(ty, members) => {
                self.serializable_enum(declaration, ty, members);
            }
            DeclarationKind::Errors(members) => {
                let known = std::mem::take(&mut self.types.errors);
                self.types.errors = self.add_members(known, members);
            }
            DeclarationKind::MatchKinds(members) => {
                let known = std::mem::take(&mut self.types.match_kinds);
                self.types.match_kinds = self.add_members(known, members);
            }
            DeclarationKind::Extern(parameters, methods) => self.external(declaration, parameters, methods),
            DeclarationKind::ExternFunction(signature) => {
                let signature = Arc::new(self.signature(name, signature, SignatureKind::Function));
                let before = self.scopes.last_mut().and_then(|scope| scope.get_mut(&name.text));
                if let Some((Symbol::ExternFunctions(overloads), _)) = before {
                    overloads.push(signature);
                } else {
                    self.declare(name, Symbol::ExternFunctions(vec![signature]));
                }
            }
            DeclarationKind::Function(signature, body) => self.function(name, signature, body),
            DeclarationKind::Action(parameters, body) => {
                if let Some(action) = self.action(declaration, parameters, body) {
                    self.types.actions.push(action);
                }
            }
            DeclarationKind::Parser(parser) => match &parser.body {
                None => self.type_signature(
                    name,
                    &parser.type_parameters,
                    &parser.parameters,
                    SignatureKind::Parser,
                ),
                Some(body) => self.parser(declaration, parser, body),
            },
            DeclarationKind::Control(control) => match &control.body {
                None => self.type_signature(
                    name,
                    &control.type_parameters,
                    &control.parameters,
                    SignatureKind::Control,
                ),
                Some(body) => self.control(declaration, control, body),
            },
            DeclarationKind::Package(types, parameters) => {
                self.type_signature(name, types, parameters, SignatureKind::Package);
            }
            DeclarationKind::Instance(instance) => self.instance(declaration, instance),
            DeclarationKind::Variable(..) | DeclarationKind::Table(_) | DeclarationKind::ValueSet(..) => {
                self.error(declaration.span, format!("`{}` can't be declared at the top", name.text));
            }
        }
    }

    pub(super) fn constant(&mut self, name: &ast::Name, ty: &ast::Type, value: &ast::Expression) {
        let ty = self.ty(ty);
        let value = self.expression(value);
        let value = self.coerce(value, &ty);
        let symbol = if value.ty.is_invalid() || ty.is_invalid() {
            Symbol::Invalid
        } else if is_constant(&value) {
            Symbol::Constant(Box::new(value))
        } else {
            self.error(
                value.span,
                format!("the value of constant `{}` is not known when compiled", name.text),
            );
            Symbol::Invalid
        };
        self.declare(name, symbol);
    }

    fn structure(&mut self, declaration: &'a ast::Declaration, structure: &ast::Structure) {
        let name = &declaration.name;
        if !structure.type_parameters.is_empty() {
            self.templates.insert(Text::clone(&name.text), declaration);
            self.declare(name, Symbol::Template);
            return;
        }
        let fields = self.fields(structure);
        let resolved = Arc::new(Structure {
            name: Text::clone(&name.text),
            kind: structure.kind,
            fields,
            annotations: declaration.annotations.clone(),
            span: name.span,
        });
        let ty = Type::Structure(Arc::clone(&resolved));
        if self.too_large(&ty, name.span) {
            self.declare(name, Symbol::Invalid);
            return;
        }
        self.types.structures.insert(Text::clone(&name.text), resolved);
        self.declare(name, Symbol::Type(ty));
    }

    fn serializable_enum(
        &mut self,
        declaration: &ast::Declaration,
        ty: &ast::Type,
        written: &[(ast::Name, ast::Expression)],
    ) {
        let underlying = self.ty(ty);
        if !matches!(underlying.underlying(), Type::Bit(_) | Type::Int(_) | Type::Invalid) {
            self.error(ty.span, format!("an enum is made of `bit<…>` or `int<…>`, not of `{underlying}`"));
        }
        let mut members = Vec::new();
        for (name, value) in written {
            let value = self.constant_integer(value).map(|value| wrap(value, &underlying));
            members.push(EnumMember { name: Text::clone(&name.text), value });
        }
        self.declare_enum(&declaration.name, Some(underlying), members, declaration.span);
    }

    fn declare_enum(
        &mut self,
        name: &ast::Name,
        underlying: Option<Type>,
        members: Vec<EnumMember>,
        span: Span,
    ) {
        let mut names = HashSet::new();
        for member in &members {
            if !names.insert(Text::clone(&member.name)) {
                self.error(span, format!("`{}` is twice in enum `{}`", member.name, name.text));
            }
        }
        let declared = Arc::new(Enum { name: Text::clone(&name.text), underlying, members, span });
        self.types.enums.insert(Text::clone(&name.text), Arc::clone(&declared));
        self.declare(name, Symbol::Type(Type::Enum(declared)));
    }

    fn add_members(&mut self, mut known: Vec<Text>, names: &[ast::Name]) -> Vec<Text> {
        for name in names {
            if known.contains(&name.text) {
                self.error(name.span, format!("`{}` is declared twice", name.text));
            } else {
                known.push(Text::clone(&name.text));
            }
        }
        known
    }

    fn signature(&mut self, name: &ast::Name, written: &ast::Signature, kind: SignatureKind) -> Signature {
        self.scoped(|checker| {
            let type_parameters = checker.declare_type_parameters(&written.type_parameters);
            let result = written.result.as_ref().map_or(Type::Void, |result| checker.ty(result));
            let parameters = checker.parameters(&written.parameters);
            Signature {
                name: Text::clone(&name.text),
                kind,
                type_parameters,
                parameters,
                result,
                annotations: Vec::new(),
                span: name.span,
            }
        })
    }

    fn parameters(&mut self, written: &[ast::Parameter]) -> Vec<Parameter> {
        let mut parameters = Vec::new();
        for parameter in written {
            let optional = parameter.default.is_some()
                || parameter.annotations.iter().any(|annotation| &*annotation.name.text == "optional");
            if let Some(default) = &parameter.default {
                self.error(default.span, "default values of parameters are not supported");
            }
            parameters.push(Parameter {
                name: Text::clone(&parameter.name.text),
                direction: parameter.direction,
                ty: self.ty(&parameter.ty),
                optional,
                default: None,
            });
        }
        parameters
    }

    fn type_signature(
        &mut self,
        name: &ast::Name,
        types: &[ast::Name],
        parameters: &[ast::Parameter],
        kind: SignatureKind,
    ) {
        let written =
            ast::Signature { result: None, type_parameters: types.to_vec(), parameters: parameters.to_vec() };
        let signature = self.signature(name, &written, kind);
        self.declare(name, Symbol::Signature(Arc::new(signature)));
    }

    fn external(
        &mut self,
        declaration: &ast::Declaration,
        parameters: &[ast::Name],
        methods: &[ast::Method],
    ) {
        let name = &declaration.name;
        let declared = self.scoped(|checker| {
            let type_parameters = checker.declare_type_parameters(parameters);
            let mut resolved = Vec::new();
            for method in methods {
                if method.is_abstract {
                    checker.error(method.name.span, "abstract methods are not supported");
                }
                let signature = checker.signature(&method.name, &method.signature, SignatureKind::Function);
                let name = Text::clone(&method.name.text);
                resolved.push(Method {
                    name,
                    signature: Arc::new(signature),
                    is_abstract: method.is_abstract,
                });
            }
            Extern {
                name: Text::clone(&name.text),
                type_parameters,
                methods: resolved,
                span: declaration.span,
            }
        });
        self.declare(name, Symbol::Extern(Arc::new(declared)));
    }

    /// Parameters as variables of the scope.
    pub(super) fn parameter_variables(&mut self, parameters: &[ast::Parameter]) -> Vec<Arc<Variable>> {
        let mut variables = Vec::new();
        for parameter in parameters {
            if let Some(default) = &parameter.default {
                self.error(default.span, "default values of parameters are not supported");
            }
            let ty = self.ty(&parameter.ty);
            let kind = VariableKind::Parameter(parameter.direction);
            variables.push(self.variable(&parameter.name, ty, kind, &parameter.annotations));
        }
        variables
    }

    fn function(&mut self, name: &ast::Name, signature: &ast::Signature, body: &[ast::Statement]) {
        if let Some(parameter) = signature.type_parameters.first() {
            self.error(parameter.span, "functions with type parameters are not supported");
            self.declare(name, Symbol::Invalid);
            return;
        }
        let result = signature.result.as_ref().map_or(Type::Void, |result| self.ty(result));
        let before = self.returns.replace(result.clone());
        let (parameters, body) = self.scoped(|checker| {
            let parameters = checker.parameter_variables(&signature.parameters);
            (parameters, checker.scoped(|checker| checker.statements(body)))
        });
        self.returns = before;
        let function = Function { name: Text::clone(&name.text), result, parameters, body, span: name.span };
        let function = Arc::new(function);
        self.types.functions.push(Arc::clone(&function));
        self.declare(name, Symbol::Function(function));
    }

    pub(super) fn action(
        &mut self,
        declaration: &ast::Declaration,
        parameters: &[ast::Parameter],
        body: &[ast::Statement],
    ) -> Option<Arc<Action>> {
        let name = &declaration.name;
        let mut seen_control_plane = false;
        for parameter in parameters {
            let control_plane = parameter.direction == Direction::None;
            if seen_control_plane && !control_plane {
                let message = "parameters without a direction come last: the control plane gives them";
                self.error(parameter.name.span, message);
            }
            seen_control_plane |= control_plane;
        }
        let before = self.returns.replace(Type::Void);
        let (parameters, body) = self.scoped(|checker| {
            let parameters = checker.parameter_variables(parameters);
            (parameters, checker.scoped(|checker| checker.statements(body)))
        });
        self.returns = before;
        let action = Arc::new(Action {
            name: Text::clone(&name.text),
            control_plane_name: self.control_plane_name(&name.text, &declaration.annotations),
            parameters,
            body,
            annotations: declaration.annotations.clone(),
            span: name.span,
        });
        self.declare(name, Symbol::Action(Arc::clone(&action)));
        Some(action)
    }

    pub(super) fn instance(&mut self, declaration: &ast::Declaration, written: &ast::Instance) {
        let name = &declaration.name;
        if let Some(inner) = written.body.first() {
            self.error(inner.span, "instances with a body are not supported");
        }
        let annotations = &declaration.annotations;
        let made = self.construct(&written.ty, &written.arguments, &name.text, annotations, name.span);
        match made {
            Some(instance) => {
                self.instances.push(Arc::clone(&instance));
                self.declare(name, Symbol::Instance(instance));
            }
            None => self.declare(name, Symbol::Invalid),
        }
    }

    /// An object that is a value set or the like, declared in a parser.
    pub(super) fn object(&mut self, declaration: &ast::Declaration, ty: Type, size: Expression) {
        let name = &declaration.name;
        let instance = Arc::new(Instance {
            name: Text::clone(&name.text),
            control_plane_name: self.control_plane_name(&name.text, &declaration.annotations),
            ty,
            arguments: vec![size],
            methods: Vec::new(),
            annotations: declaration.annotations.clone(),
            span: name.span,
        });
        self.instances.push(Arc::clone(&instance));
        self.declare(name, Symbol::Instance(instance));
    }
}

/// Whether a value is known when compiled.
pub(super) fn is_constant(value: &Expression) -> bool {
    match &value.kind {
        ExpressionKind::Bool(_)
        | ExpressionKind::Integer(_)
        | ExpressionKind::Str(_)
        | ExpressionKind::Error(_)
        | ExpressionKind::EnumMember(_) => true,
        ExpressionKind::List(values) => values.iter().all(is_constant),
        ExpressionKind::Cast(inner) => is_constant(inner),
        _ => false,
    }
}

/// The parameters that a control or parser type asks for, for a message.
pub(super) fn expected_parameters(signature: &Signature, arguments: &[Type]) -> String {
    let substitution = signature_substitution(signature, arguments);
    let list: Vec<String> = signature
        .parameters
        .iter()
        .map(|parameter| {
            let direction = match parameter.direction {
                Direction::None => "",
                Direction::In => "in ",
                Direction::Out => "out ",
                Direction::InOut => "inout ",
            };
            format!("{direction}{} {}", substitute(&parameter.ty, &substitution), parameter.name)
        })
        .collect();
    format!("its parameters have to be ({})", list.join(", "))
}

impl Expression {
    /// The expression, unless it is not known when compiled.
    pub(super) fn constant_or_invalid(self) -> Self {
        if is_constant(&self) { self } else { invalid(self.span) }
    }
}
