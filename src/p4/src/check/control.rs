//! Controls.

use std::sync::Arc;

use super::block::numbered;
use super::constant::is_constant;
use super::{Checker, Place, Symbol};
use crate::ast::{self, DeclarationKind};
use crate::source::Text;
use crate::typed::{Control, SignatureKind, Statement, StatementKind, Type, VariableKind};

/// What the body of a control or parser declares besides instances.
#[derive(Default)]
pub(super) struct Locals {
    pub(super) variables: Vec<Statement>,
    pub(super) actions: Vec<Arc<crate::typed::Action>>,
    pub(super) tables: Vec<Arc<crate::typed::Table>>,
}

impl Checker<'_, '_> {
    pub(super) fn control(
        &mut self,
        declaration: &ast::Declaration,
        control: &ast::ControlDeclaration,
        body: &ast::ControlBody,
    ) {
        let name = &declaration.name;
        let before = self.namesakes(name, SignatureKind::Control);
        self.declare(name, Symbol::Unfinished);
        let checked = self.control_of(declaration, control, body, Text::clone(&name.text));
        let levels = self.calls.get(&name.text).copied().unwrap_or(0);
        if self.too_deep(levels, "controls apply each other", name.span) {
            self.redeclare(name, Symbol::Invalid);
            return;
        }
        let checked = Arc::new(checked);
        let key = numbered(&name.text, before.len());
        self.types.controls.insert(key, Arc::clone(&checked));
        self.declare_block(name, before, Type::Control(checked));
    }

    /// A control with the type parameters that are in scope.
    pub(super) fn control_of(
        &mut self,
        declaration: &ast::Declaration,
        control: &ast::ControlDeclaration,
        body: &ast::ControlBody,
        full: Text,
    ) -> Control {
        let name = &declaration.name;
        let context = Self::block_context(name, Place::Control);
        let ((mut checked, apply), context) = self.within(context, |checker| {
            checker.scoped(|checker| {
                let parameters = checker.parameter_variables(&control.parameters);
                let constructor = checker.constructor_variables(&control.constructor);
                checker.scoped(|checker| {
                    let locals = checker.locals(&body.locals);
                    let apply = checker.scoped(|checker| checker.statements(&body.apply));
                    let checked = Control {
                        name: full,
                        parameters,
                        constructor,
                        instances: Vec::new(),
                        locals: locals.variables,
                        actions: locals.actions,
                        tables: locals.tables,
                        apply: Vec::new(),
                        annotations: declaration.annotations.clone(),
                        span: name.span,
                    };
                    (checked, apply)
                })
            })
        });
        checked.apply = apply;
        checked.instances = context.instances;
        self.called(Text::clone(&checked.name), context.calls);
        checked
    }

    pub(super) fn locals(&mut self, declarations: &[ast::Declaration]) -> Locals {
        let mut locals = Locals::default();
        for declaration in declarations {
            let name = &declaration.name;
            match &declaration.kind {
                DeclarationKind::Constant(ty, value) => self.constant(name, ty, value),
                DeclarationKind::Variable(ty, value) => {
                    let kind = self.local_variable(declaration, ty, value.as_ref());
                    locals.variables.push(Statement { kind, span: declaration.span });
                }
                DeclarationKind::Instance(instance) => self.instance(declaration, instance),
                DeclarationKind::Action(parameters, body) => {
                    locals.actions.push(self.action(declaration, parameters, body));
                }
                DeclarationKind::Table(table) => {
                    locals.tables.push(self.table(declaration, table));
                }
                DeclarationKind::ValueSet(ty, size) => self.value_set(declaration, ty, size),
                _ => self.error(declaration.span, format!("`{}` can't be declared here", name.text)),
            }
        }
        locals
    }

    fn value_set(&mut self, declaration: &ast::Declaration, ty: &ast::Type, size: &ast::Expression) {
        let element = self.ty(ty);
        let fits = match &element {
            Type::Bit(_) | Type::Int(_) | Type::Bool | Type::Enum(_) | Type::NewType(_) | Type::Tuple(_) => {
                true
            }
            Type::Structure(structure) => structure.kind == ast::StructureKind::Struct,
            Type::Invalid | Type::Parameter(..) => true,
            _ => false,
        };
        if !fits {
            self.error(ty.span, format!("a value set can't hold values of type `{element}`"));
        }
        let size = self.expression(size);
        if !size.ty.is_invalid()
            && (!is_constant(&size)
                || !matches!(size.ty.underlying(), Type::Integer | Type::Bit(_) | Type::Int(_)))
        {
            self.error(size.span, "the size of a value set has to be a number known when compiled");
        }
        self.object(declaration, Type::ValueSet(Box::new(element)), size);
    }

    pub(super) fn local_variable(
        &mut self,
        declaration: &ast::Declaration,
        ty: &ast::Type,
        value: Option<&ast::Expression>,
    ) -> StatementKind {
        let mut ty = self.ty(ty);
        if matches!(
            ty,
            Type::Integer
                | Type::Void
                | Type::Str
                | Type::MatchKind
                | Type::Extern(..)
                | Type::Parser(_)
                | Type::Control(_)
                | Type::Signature(..)
                | Type::ValueSet(_)
        ) {
            let diagnostic = crate::Diagnostic::error(
                declaration.name.span,
                format!("a variable can't be of type `{ty}`"),
            );
            self.report(match ty {
                Type::Integer => diagnostic.help("give it a width: `bit<…>` or `int<…>`"),
                Type::Extern(..) | Type::Parser(_) | Type::Control(_) => {
                    diagnostic.help(format!("make an object: `{ty}(…) {};`", declaration.name.text))
                }
                _ => diagnostic,
            });
            ty = Type::Invalid;
        }
        let value = value.map(|value| {
            let value = self.expression(value);
            self.coerce(value, &ty)
        });
        let kind = VariableKind::Local;
        let variable = self.variable(&declaration.name, ty, kind, None, &declaration.annotations);
        StatementKind::Variable(variable, value)
    }
}
