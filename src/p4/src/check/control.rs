//! Controls.

use std::sync::Arc;

use super::{Checker, Symbol};
use crate::ast::{self, DeclarationKind};
use crate::source::Text;
use crate::typed::{Control, Statement, StatementKind, Type, VariableKind};

/// What the body of a control or parser declares besides instances.
#[derive(Default)]
pub(super) struct Locals {
    pub(super) variables: Vec<Statement>,
    pub(super) actions: Vec<Arc<crate::typed::Action>>,
    pub(super) tables: Vec<Arc<crate::typed::Table>>,
}

impl Checker<'_> {
    pub(super) fn control(
        &mut self,
        declaration: &ast::Declaration,
        control: &ast::ControlDeclaration,
        body: &ast::ControlBody,
    ) {
        let name = &declaration.name;
        if let Some(parameter) = control.type_parameters.first() {
            self.error(parameter.span, "controls with type parameters are not supported");
            self.declare(name, Symbol::Invalid);
            return;
        }
        let outer = std::mem::take(&mut self.instances);
        let before = self.owner.replace(Text::clone(&name.text));
        let checked = self.scoped(|checker| {
            let parameters = checker.parameter_variables(&control.parameters);
            let constructor = checker.constructor_variables(&control.constructor);
            checker.scoped(|checker| {
                let locals = checker.locals(&body.locals);
                let apply = checker.scoped(|checker| checker.statements(&body.apply));
                Control {
                    name: Text::clone(&name.text),
                    parameters,
                    constructor,
                    instances: std::mem::take(&mut checker.instances),
                    locals: locals.variables,
                    actions: locals.actions,
                    tables: locals.tables,
                    apply,
                    annotations: declaration.annotations.clone(),
                    span: name.span,
                }
            })
        });
        self.owner = before;
        self.instances = outer;
        let checked = Arc::new(checked);
        self.types.controls.insert(Text::clone(&name.text), Arc::clone(&checked));
        self.declare(name, Symbol::Type(Type::Control(checked)));
    }

    pub(super) fn constructor_variables(
        &mut self,
        parameters: &[ast::Parameter],
    ) -> Vec<Arc<crate::typed::Variable>> {
        let mut variables = Vec::new();
        for parameter in parameters {
            let ty = self.ty(&parameter.ty);
            let kind = VariableKind::ConstructorParameter;
            variables.push(self.variable(&parameter.name, ty, kind, &parameter.annotations));
        }
        variables
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
                    locals.actions.extend(self.action(declaration, parameters, body));
                }
                DeclarationKind::Table(table) => {
                    locals.tables.extend(self.table(declaration, table));
                }
                DeclarationKind::ValueSet(ty, size) => {
                    let ty = self.ty(ty);
                    let size = self.expression(size).constant_or_invalid();
                    self.object(declaration, Type::ValueSet(Box::new(ty)), size);
                }
                _ => self.error(declaration.span, format!("`{}` can't be declared here", name.text)),
            }
        }
        locals
    }

    pub(super) fn local_variable(
        &mut self,
        declaration: &ast::Declaration,
        ty: &ast::Type,
        value: Option<&ast::Expression>,
    ) -> StatementKind {
        let mut ty = self.ty(ty);
        if matches!(ty, Type::Integer | Type::Void | Type::Str | Type::MatchKind | Type::Extern(..)) {
            self.error(declaration.span, format!("a variable can't be of type `{ty}`"));
            ty = Type::Invalid;
        }
        let value = value.map(|value| {
            let value = self.expression(value);
            self.coerce(value, &ty)
        });
        let variable = self.variable(&declaration.name, ty, VariableKind::Local, &declaration.annotations);
        StatementKind::Variable(variable, value)
    }
}
