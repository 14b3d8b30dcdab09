//! Parsers and controls whose type arguments are left out: what they are used as, or made with, says them.

use std::sync::Arc;

use super::argument::Passing;
use super::generic::Substitution;
use super::{Checker, Symbol};
use crate::ast::{self, TypeKind};
use crate::source::{Span, Text};
use crate::typed::{Type, Variable};

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
