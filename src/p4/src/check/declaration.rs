//! Declarations at the top.

use std::sync::Arc;

use indexmap::IndexMap;
use num_bigint::BigInt;

use super::block::Block;
use super::constant::{is_constant, wrap};
use super::{Checker, Context, Place, Symbol};
use crate::ast::{self, DeclarationKind, TypeOrDeclaration};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{
    Enum, EnumMember, Expression, ExpressionKind, Instance, NewType, SignatureKind, Structure, Type,
};

impl<'a> Checker<'a, '_> {
    pub(super) fn top(&mut self, declaration: &'a ast::Declaration) {
        if Self::is_generic(declaration) && self.generic_block(declaration) {
            return;
        }
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
            DeclarationKind::NewType(ty) => self.new_type(declaration, ty),
            DeclarationKind::Structure(structure) => self.structure(declaration, structure),
            DeclarationKind::Enum(members) => {
                let members = members.iter().map(|name| (name, None));
                self.declare_enum(name, None, members.collect());
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
            DeclarationKind::ExternFunction(signature) => self.external_function(declaration, signature),
            DeclarationKind::Function(signature, body) => self.function(declaration, signature, body),
            DeclarationKind::Action(parameters, body) => {
                let action = self.action(declaration, parameters, body);
                self.types.actions.push(action);
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

    /// Checks a structure, parser or control with type parameters as it stands, and remembers it. Parser and control
    /// types have type parameters too, but nothing to check twice.
    fn generic_block(&mut self, declaration: &'a ast::Declaration) -> bool {
        let name = &declaration.name;
        let full = || Text::clone(&name.text);
        self.scopes.push(std::collections::HashMap::new());
        let before = self.diagnostics.len();
        let mut block = None;
        let is_block = match &declaration.kind {
            DeclarationKind::Structure(structure) => {
                self.declare_type_parameters(&structure.type_parameters);
                self.fields(structure);
                true
            }
            DeclarationKind::Parser(parser) => match &parser.body {
                Some(body) => {
                    let type_parameters = self.declare_type_parameters(&parser.type_parameters);
                    let checked = self.parser_of(declaration, parser, body, full());
                    block = Some(Block { ty: Type::Parser(Arc::new(checked)), type_parameters });
                    true
                }
                None => false,
            },
            DeclarationKind::Control(control) => match &control.body {
                Some(body) => {
                    let type_parameters = self.declare_type_parameters(&control.type_parameters);
                    let checked = self.control_of(declaration, control, body, full());
                    block = Some(Block { ty: Type::Control(Arc::new(checked)), type_parameters });
                    true
                }
                None => false,
            },
            _ => false,
        };
        self.scopes.pop();
        if !is_block {
            return false;
        }
        let found = self.diagnostics.iter().skip(before);
        let symbol = if found.into_iter().any(|found| found.severity == crate::Severity::Error) {
            Symbol::Invalid
        } else {
            let template = self.template(declaration);
            if let Some(block) = block {
                self.blocks.insert(template, block);
            }
            Symbol::Template(template)
        };
        self.declare(name, symbol);
        true
    }

    pub(super) fn constant(&mut self, name: &ast::Name, ty: &ast::Type, value: &ast::Expression) {
        let mut ty = self.ty(ty);
        if matches!(
            ty,
            Type::Extern(..) | Type::Parser(_) | Type::Control(_) | Type::Signature(..) | Type::Void
        ) {
            self.error(name.span, format!("a constant can't be of type `{ty}`"));
            ty = Type::Invalid;
        }
        let value = self.expression(value);
        let value = self.coerce(value, &ty);
        let symbol = if value.ty.is_invalid() || ty.is_invalid() {
            Symbol::Invalid
        } else if is_constant(&value) {
            Symbol::Constant(Arc::new(value))
        } else {
            let message = format!("the value of constant `{}` is not known when compiled", name.text);
            self.error(value.span, message);
            Symbol::Invalid
        };
        self.declare(name, symbol);
    }

    fn new_type(&mut self, declaration: &ast::Declaration, ty: &ast::Type) {
        let name = &declaration.name;
        let underlying = self.ty(ty);
        let fits =
            matches!(underlying, Type::Bit(_) | Type::Int(_) | Type::Bool | Type::NewType(_) | Type::Invalid);
        if !fits {
            let message = format!("`type` is for `bit<…>`, `int<…>` and `bool`, not for `{underlying}`");
            let diagnostic = Diagnostic::error(name.span, message);
            self.report(diagnostic.help("`typedef` gives another name to any type"));
            self.declare(name, Symbol::Invalid);
            return;
        }
        let new = NewType {
            name: Text::clone(&name.text),
            underlying,
            annotations: declaration.annotations.clone(),
        };
        self.declare(name, Symbol::Type(Type::NewType(Arc::new(new))));
    }

    fn structure(&mut self, declaration: &ast::Declaration, structure: &ast::Structure) {
        let name = &declaration.name;
        // Its fields can't be of its own type.
        self.declare(name, Symbol::Unfinished);
        let fields = self.fields(structure);
        let resolved = Arc::new(Structure {
            name: Text::clone(&name.text),
            kind: structure.kind,
            arguments: Vec::new(),
            fields,
            annotations: declaration.annotations.clone(),
            span: name.span,
        });
        let ty = Type::Structure(Arc::clone(&resolved));
        if self.too_large(&ty, name.span) {
            self.redeclare(name, Symbol::Invalid);
            return;
        }
        self.types.structures.insert(Text::clone(&name.text), resolved);
        self.redeclare(name, Symbol::Type(ty));
    }

    fn serializable_enum(
        &mut self,
        declaration: &ast::Declaration,
        ty: &ast::Type,
        written: &[(ast::Name, ast::Expression)],
    ) {
        let mut underlying = self.ty(ty);
        if !matches!(underlying, Type::Bit(_) | Type::Int(_) | Type::Invalid) {
            let message = format!("an enum is made of `bit<…>` or `int<…>`, not of `{underlying}`");
            self.error(ty.span, message);
            underlying = Type::Invalid;
        }
        let mut members = Vec::new();
        // A member may refer to those before it.
        self.scopes.push(std::collections::HashMap::new());
        for (name, value) in written {
            let checked = super::coerce::number(self.expression(value));
            let value =
                if checked.ty.is_invalid() { None } else { self.member_value(name, &checked, &underlying) };
            if let Some(value) = value.clone() {
                let kind = ExpressionKind::Integer(value);
                let known = Expression { kind, ty: underlying.clone(), span: name.span };
                self.redeclare(name, Symbol::Constant(Arc::new(known)));
            }
            members.push((name, value));
        }
        self.scopes.pop();
        self.declare_enum(&declaration.name, Some(underlying), members);
    }

    fn member_value(&mut self, name: &ast::Name, value: &Expression, underlying: &Type) -> Option<BigInt> {
        let Some(number) = value.integer().cloned() else {
            let message = format!("the value of `{}` has to be an integer known when compiled", name.text);
            self.error(value.span, message);
            return None;
        };
        if underlying.is_invalid() {
            return None;
        }
        if !matches!(value.ty, Type::Integer) && value.ty != *underlying {
            let message = format!("the value of `{}` is a `{}`, not a `{underlying}`", name.text, value.ty);
            self.error(value.span, message);
            return None;
        }
        if wrap(number.clone(), underlying) != number {
            self.error(
                name.span,
                format!("the value {number} of `{}` doesn't fit into `{underlying}`", name.text),
            );
            return None;
        }
        Some(number)
    }

    fn declare_enum(
        &mut self,
        name: &ast::Name,
        underlying: Option<Type>,
        written: Vec<(&ast::Name, Option<BigInt>)>,
    ) {
        let mut members: IndexMap<Text, (Option<BigInt>, Span)> = IndexMap::new();
        for (member, value) in written {
            if let Some((_, first)) = members.get(&member.text) {
                let message = format!("`{}` is twice in enum `{}`", member.text, name.text);
                let first = *first;
                self.report(Diagnostic::error(member.span, message).related(first, "first declared here"));
                continue;
            }
            members.insert(Text::clone(&member.text), (value, member.span));
        }
        let members = members.into_iter().map(|(name, (value, _))| EnumMember { name, value }).collect();
        let declared = Enum { name: Text::clone(&name.text), underlying, members, span: name.span };
        let declared = Arc::new(declared);
        self.types.enums.insert(Text::clone(&name.text), Arc::clone(&declared));
        self.declare(name, Symbol::Type(Type::Enum(declared)));
    }

    fn add_members(&mut self, mut known: IndexMap<Text, Span>, names: &[ast::Name]) -> IndexMap<Text, Span> {
        for name in names {
            match known.get(&name.text) {
                Some(first) => {
                    let message = format!("`{}` is declared twice", name.text);
                    let first = *first;
                    self.report(Diagnostic::error(name.span, message).related(first, "first declared here"));
                }
                None => {
                    known.insert(Text::clone(&name.text), name.span);
                }
            }
        }
        known
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
        let signature = Arc::new(self.signature(name, &written, kind));
        if kind == SignatureKind::Package {
            let before = self.scopes.last_mut().and_then(|scope| scope.get_mut(&name.text));
            match before.map(|(symbol, _)| symbol) {
                Some(Symbol::Packages(packages)) => {
                    packages.push(signature);
                    return;
                }
                Some(symbol) => {
                    if let Symbol::Signature(first) = symbol
                        && first.kind == kind
                    {
                        *symbol = Symbol::Packages(vec![Arc::clone(first), signature]);
                        return;
                    }
                }
                None => {}
            }
        }
        self.declare(name, Symbol::Signature(signature));
    }

    pub(super) fn instance(&mut self, declaration: &ast::Declaration, written: &ast::Instance) {
        let name = &declaration.name;
        let annotations = &declaration.annotations;
        let made = self.construct(&written.ty, &written.arguments, &name.text, annotations, name.span);
        let Some(instance) = made else {
            // Its methods may still have faults of their own, but nothing would say what they are for.
            self.declare(name, Symbol::Invalid);
            return;
        };
        if self.context.place == Place::Top && matches!(instance.ty, Type::Control(_) | Type::Parser(_)) {
            let message = format!("a `{}` can't be made at the top", instance.ty);
            let help = "make it within a control or parser, or as an argument of a package";
            self.report(Diagnostic::error(name.span, message).help(help));
            self.declare(name, Symbol::Invalid);
            return;
        }
        let instance = Arc::unwrap_or_clone(instance);
        let instance = Arc::new(self.implemented(instance, written.body.as_deref(), name.span));
        self.context.instances.push(Arc::clone(&instance));
        self.declare(name, Symbol::Instance(instance));
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
        self.context.instances.push(Arc::clone(&instance));
        self.declare(name, Symbol::Instance(instance));
    }

    /// The context of the body of a parser or control of this name.
    pub(super) fn block_context(name: &ast::Name, place: Place) -> Context {
        Context { owner: Some(Text::clone(&name.text)), place, ..Context::default() }
    }
}
