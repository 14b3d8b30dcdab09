//! Local declarations that hide a parameter.

use std::collections::HashMap;

use crate::ast::visit::{Visitor, walk_declaration, walk_state, walk_statement};
use crate::ast::{Declaration, DeclarationKind, Name, Parameter, State, Statement, StatementKind};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};

pub(super) struct Shadowing<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// Names of the scopes that are open; with the place of a parameter, or nothing for what is none.
    scopes: Vec<HashMap<Text, Option<Span>>>,
}

impl<'d> Shadowing<'d> {
    pub(super) fn new(diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        Self { diagnostics, scopes: Vec::new() }
    }

    fn scoped(&mut self, inner: impl FnOnce(&mut Self)) {
        self.scopes.push(HashMap::new());
        inner(self);
        self.scopes.pop();
    }

    fn declare(&mut self, name: &Name, parameter: Option<Span>) {
        if let Some(scope) = self.scopes.last_mut() {
            scope.insert(Text::clone(&name.text), parameter);
        }
    }

    /// What is declared among statements.
    fn local(&mut self, name: &Name) {
        let found = self.scopes.iter().rev().find_map(|scope| scope.get(&name.text)).copied();
        if let Some(Some(parameter)) = found {
            let message = format!("`{}` hides a parameter of this name", name.text);
            let diagnostic = Diagnostic::error(name.span, message).related(parameter, "the parameter");
            self.diagnostics.push(diagnostic.help("give it another name"));
        }
        self.declare(name, None);
    }
}

impl<'a> Visitor<'a> for Shadowing<'_> {
    fn parameter(&mut self, parameter: &'a Parameter) {
        self.declare(&parameter.name, Some(parameter.name.span));
    }

    fn declaration(&mut self, declaration: &'a Declaration) {
        match &declaration.kind {
            DeclarationKind::Control(_)
            | DeclarationKind::Parser(_)
            | DeclarationKind::Action(..)
            | DeclarationKind::Function(..) => {
                self.declare(&declaration.name, None);
                // Parameters in one scope, what is declared inside in the next.
                self.scoped(|shadowing| walk_declaration(shadowing, declaration));
            }
            DeclarationKind::Instance(instance) => {
                self.declare(&declaration.name, None);
                instance.body.iter().flatten().for_each(|inner| self.declaration(inner));
            }
            DeclarationKind::Variable(..) | DeclarationKind::Constant(..) | DeclarationKind::Table(_) => {
                self.declare(&declaration.name, None);
            }
            _ => {}
        }
    }

    fn state(&mut self, state: &'a State) {
        self.scoped(|shadowing| walk_state(shadowing, state));
    }

    fn statement(&mut self, statement: &'a Statement) {
        match &statement.kind {
            StatementKind::Declaration(declaration) => self.local(&declaration.name),
            StatementKind::Block(_) | StatementKind::For(..) => {
                self.scoped(|shadowing| walk_statement(shadowing, statement));
            }
            _ => walk_statement(self, statement),
        }
    }
}
