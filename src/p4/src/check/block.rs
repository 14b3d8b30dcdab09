//! Parsers and controls whose type arguments are left out: what they are used as, or made with, says them. And those of
//! one name: what they are made with says which.

use std::sync::Arc;

use super::argument::Passing;
use super::call::of_variables;
use super::external::same_names;
use super::generic::Substitution;
use super::{Checker, Symbol};
use crate::ast::{self, TypeKind};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Signature, SignatureKind, Type, Variable};

/// A parser or control with type parameters, as it was checked with these as types of their own.
#[derive(Clone)]
pub(super) struct Block {
    pub(super) ty: Type,
    pub(super) type_parameters: Vec<(Text, u32)>,
}

impl Checker<'_, '_> {
    /// The parser or control that a type without type arguments means, where it has type parameters.
    pub(super) fn inferred_block(
        &mut self,
        ty: &ast::Type,
        arguments: &[ast::Argument],
        expected: Option<Type>,
        span: Span,
    ) -> Option<Type> {
        let name = match &ty.kind {
            TypeKind::Named(name) => name,
            TypeKind::Specialized(name, types)
                if types.iter().all(|ty| matches!(ty.kind, TypeKind::DontCare)) =>
            {
                name
            }
            _ => return None,
        };
        let Some(Symbol::Template(template)) = self.find_name(&name.name, name.global) else { return None };
        let template = *template;
        let block = self.blocks.get(&template)?.clone();
        let mut substitution = Substitution::open(&block.type_parameters);
        if let Some(Type::Signature(signature, types)) = expected {
            let own = Substitution::with(&signature.type_parameters, &types);
            for (parameter, wanted) in parameters(&block.ty).iter().zip(&signature.parameters) {
                let wanted = self.substitute(&wanted.ty, &own);
                if !super::generic::has_parameters(&wanted) {
                    self.unify(&parameter.ty, &wanted, &mut substitution);
                }
            }
        }
        for (index, parameter) in constructor(&block.ty).iter().enumerate() {
            let named = |argument: &&ast::Argument| {
                argument.name.as_ref().is_some_and(|name| name.text == parameter.name)
            };
            let argument = arguments.iter().find(named).or(arguments.get(index));
            if let Some(argument) = argument {
                let value = self.value(&argument.value, Passing::Constructor);
                self.unify(&parameter.ty, &value.ty, &mut substitution);
            }
        }
        let types = substitution.arguments(&block.type_parameters);
        if types.iter().any(Type::is_invalid) {
            return None;
        }
        Some(self.specialise(template, &types, span))
    }

    /// Parsers or controls that were declared with that name before, in the same scope, without type parameters. They
    /// give way to the one that is declared now, until [`Checker::declare_block`] says what the name means.
    pub(super) fn namesakes(&mut self, name: &ast::Name, kind: SignatureKind) -> Vec<Type> {
        let Some(scope) = self.scopes.last_mut() else { return Vec::new() };
        let blocks = match scope.get(&name.text) {
            Some((Symbol::Type(block), _)) => std::slice::from_ref(block),
            Some((Symbol::Blocks(blocks), _)) => blocks.as_slice(),
            _ => return Vec::new(),
        };
        let same = |block: &Type| match block {
            Type::Parser(_) => kind == SignatureKind::Parser,
            Type::Control(_) => kind == SignatureKind::Control,
            _ => false,
        };
        if !blocks.iter().all(same) {
            return Vec::new();
        }
        let blocks = blocks.to_vec();
        scope.remove(&name.text);
        blocks
    }

    /// Declares a parser or control, beside those of the same name.
    pub(super) fn declare_block(&mut self, name: &ast::Name, mut before: Vec<Type>, block: Type) {
        let own = signature(&name.text, &block, name.span);
        let twin = before.iter().map(|other| signature(&name.text, other, span_of(other)));
        if let Some(twin) = twin.into_iter().find(|twin| same_names(twin, &own)) {
            let message = format!("there is one `{}` with these constructor parameters already", name.text);
            let diagnostic =
                Diagnostic::warning(name.span, message).related(twin.span, "first declared here");
            self.report(diagnostic.help("nothing tells them apart: give one of them another name"));
        }
        before.push(block.clone());
        let symbol = if before.len() == 1 { Symbol::Type(block) } else { Symbol::Blocks(before) };
        self.redeclare(name, symbol);
    }

    /// Of parsers or controls with one name the one that is made with such arguments.
    pub(super) fn chosen_block(
        &mut self,
        ty: &ast::Type,
        arguments: &[ast::Argument],
        span: Span,
    ) -> Option<Type> {
        let TypeKind::Named(name) = &ty.kind else { return None };
        let Some(Symbol::Blocks(blocks)) = self.find_name(&name.name, name.global) else { return None };
        let blocks = blocks.clone();
        let signatures: Vec<Arc<Signature>> =
            blocks.iter().map(|block| Arc::new(signature(&name.name.text, block, span_of(block)))).collect();
        let chosen = self.choose(&signatures.iter().collect::<Vec<_>>(), arguments, span);
        Some(chosen.and_then(|chosen| blocks.get(chosen).cloned()).unwrap_or(Type::Invalid))
    }
}

/// A name of its own for the next one of a name.
pub(super) fn numbered(name: &Text, before: usize) -> Text {
    if before == 0 { Text::clone(name) } else { format!("{name}#{before}").into() }
}

fn signature(name: &Text, block: &Type, span: Span) -> Signature {
    of_variables(name, constructor(block), Type::Void, span)
}

fn span_of(block: &Type) -> Span {
    match block {
        Type::Parser(parser) => parser.span,
        Type::Control(control) => control.span,
        _ => Span::default(),
    }
}

fn parameters(block: &Type) -> &[Arc<Variable>] {
    match block {
        Type::Parser(parser) => &parser.parameters,
        Type::Control(control) => &control.parameters,
        _ => &[],
    }
}

fn constructor(block: &Type) -> &[Arc<Variable>] {
    match block {
        Type::Parser(parser) => &parser.constructor,
        Type::Control(control) => &control.constructor,
        _ => &[],
    }
}
