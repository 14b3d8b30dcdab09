//! Parsers.

use std::collections::HashMap;
use std::sync::Arc;

use super::block::numbered;
use super::{Checker, Place, Symbol};
use crate::ast;
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Expression, Parser, SelectCase, SignatureKind, State, Transition, Type};

/// States by name.
type States<'b> = HashMap<&'b str, Span>;

impl Checker<'_, '_> {
    pub(super) fn parser(
        &mut self,
        declaration: &ast::Declaration,
        parser: &ast::ParserDeclaration,
        body: &ast::ParserBody,
    ) {
        let name = &declaration.name;
        let before = self.namesakes(name, SignatureKind::Parser);
        self.declare(name, Symbol::Unfinished);
        let checked = self.parser_of(declaration, parser, body, Text::clone(&name.text));
        let levels = self.calls.get(&name.text).copied().unwrap_or(0);
        if self.too_deep(levels, "parsers apply each other", name.span) {
            self.redeclare(name, Symbol::Invalid);
            return;
        }
        let checked = Arc::new(checked);
        let key = numbered(&name.text, before.len());
        self.types.parsers.insert(key, Arc::clone(&checked));
        self.declare_block(name, before, Type::Parser(checked));
    }

    /// A parser with the type parameters that are in scope.
    pub(super) fn parser_of(
        &mut self,
        declaration: &ast::Declaration,
        parser: &ast::ParserDeclaration,
        body: &ast::ParserBody,
        full: Text,
    ) -> Parser {
        let name = &declaration.name;
        let names = self.state_names(name, body);
        let context = Self::block_context(name, Place::Parser);
        let (mut checked, context) = self.within(context, |checker| {
            checker.scoped(|checker| {
                let parameters = checker.parameter_variables(&parser.parameters);
                let constructor = checker.constructor_variables(&parser.constructor);
                checker.scoped(|checker| {
                    let locals = checker.locals(&body.locals);
                    let states = body.states.iter().map(|state| checker.state(state, &names)).collect();
                    Parser {
                        name: full,
                        parameters,
                        constructor,
                        instances: Vec::new(),
                        locals: locals.variables,
                        states,
                        annotations: declaration.annotations.clone(),
                        span: name.span,
                    }
                })
            })
        });
        checked.instances = context.instances;
        self.called(Text::clone(&checked.name), context.calls);
        checked
    }

    fn state_names<'b>(&mut self, name: &ast::Name, body: &'b ast::ParserBody) -> States<'b> {
        let mut names = States::new();
        for state in &body.states {
            let state = &state.name;
            if matches!(&*state.text, "accept" | "reject") {
                let message = format!("state `{}` is built in: it can't be declared", state.text);
                self.error(state.span, message);
            }
            if let Some(first) = names.insert(&state.text, state.span) {
                let message = format!("there are two states `{}`", state.text);
                self.report(Diagnostic::error(state.span, message).related(first, "first declared here"));
            }
        }
        if !names.contains_key("start") {
            let diagnostic =
                Diagnostic::error(name.span, format!("parser `{}` has no state `start`", name.text));
            self.report(diagnostic.suggest("start", names.keys().copied()));
        }
        names
    }

    fn state(&mut self, state: &ast::State, names: &States<'_>) -> State {
        let (statements, transition) = self.scoped(|checker| {
            let statements = checker.statements(&state.statements);
            (statements, checker.transition(state.transition.as_ref(), names))
        });
        State {
            name: Text::clone(&state.name.text),
            statements,
            transition,
            annotations: state.annotations.clone(),
            span: state.name.span,
        }
    }

    fn transition(&mut self, transition: Option<&ast::Transition>, names: &States<'_>) -> Transition {
        match transition {
            None => Transition::Direct("reject".into()),
            Some(ast::Transition::Direct(name)) => {
                self.next_state(name, names);
                Transition::Direct(Text::clone(&name.text))
            }
            Some(ast::Transition::Select(select)) => {
                let keys: Vec<Expression> = select.keys.iter().map(|key| self.selected(key)).collect();
                let mut cases = Vec::new();
                for case in &select.cases {
                    self.next_state(&case.state, names);
                    let keysets = self.keysets(&case.keyset, &keys, "select");
                    cases.push(SelectCase {
                        keysets,
                        state: Text::clone(&case.state.text),
                        span: case.keyset.span,
                    });
                }
                Transition::Select { keys, cases, span: select.span }
            }
        }
    }

    fn selected(&mut self, key: &ast::Expression) -> Expression {
        let key = self.expression(key);
        if key.ty.is_invalid() || selectable(&key.ty) {
            return key;
        }
        let diagnostic =
            Diagnostic::error(key.span, format!("a value of type `{}` can't be selected on", key.ty));
        self.report(match key.ty {
            Type::Integer => diagnostic.help("give the literal a width: `8w…`"),
            Type::Structure(_) => diagnostic.help("name the fields to select on"),
            Type::NewType(_) => diagnostic.help("convert it to what it is made of"),
            _ => diagnostic,
        });
        super::invalid(key.span)
    }

    fn next_state(&mut self, name: &ast::Name, names: &States<'_>) {
        if matches!(&*name.text, "accept" | "reject") || names.contains_key(&*name.text) {
            return;
        }
        let known = names.keys().copied().chain(["accept", "reject"]);
        let message = format!("there is no state `{}`", name.text);
        let diagnostic = Diagnostic::error(name.span, message).label("no such state");
        self.report(diagnostic.suggest(&name.text, known));
    }
}

fn selectable(ty: &Type) -> bool {
    match ty {
        Type::Bit(_) | Type::Int(_) | Type::Bool | Type::Enum(_) | Type::Parameter(..) => true,
        Type::Tuple(types) => types.iter().all(selectable),
        _ => false,
    }
}
