//! Parsers.

use std::sync::Arc;

use super::{Checker, Symbol};
use crate::ast::{self, BinaryOp, ExpressionKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::{Span, Text};
use crate::typed::{Expression, ExpressionKind, KeySet, Parser, SelectCase, State, Transition, Type};

impl Checker<'_> {
    pub(super) fn parser(
        &mut self,
        declaration: &ast::Declaration,
        parser: &ast::ParserDeclaration,
        body: &ast::ParserBody,
    ) {
        let name = &declaration.name;
        if let Some(parameter) = parser.type_parameters.first() {
            self.error(parameter.span, "parsers with type parameters are not supported");
            self.declare(name, Symbol::Invalid);
            return;
        }
        let names: Vec<&ast::Name> = body.states.iter().map(|state| &state.name).collect();
        for (index, state) in names.iter().enumerate() {
            if let Some(first) = names.iter().take(index).find(|other| other.text == state.text) {
                let message = format!("there are two states `{}`", state.text);
                self.report(
                    Diagnostic::error(state.span, message).related(first.span, "first declared here"),
                );
            }
            if matches!(&*state.text, "accept" | "reject") {
                self.error(state.span, format!("state `{}` is there already", state.text));
            }
        }
        if !names.iter().any(|state| &*state.text == "start") {
            let diagnostic =
                Diagnostic::error(name.span, format!("parser `{}` has no state `start`", name.text));
            self.report(diagnostic.suggest("start", names.iter().map(|state| &*state.text)));
        }
        let outer = std::mem::take(&mut self.instances);
        let before = self.owner.replace(Text::clone(&name.text));
        let checked = self.scoped(|checker| {
            let parameters = checker.parameter_variables(&parser.parameters);
            let constructor = checker.constructor_variables(&parser.constructor);
            checker.scoped(|checker| {
                let locals = checker.locals(&body.locals);
                let states = body.states.iter().map(|state| checker.state(state, &names)).collect();
                Parser {
                    name: Text::clone(&name.text),
                    parameters,
                    constructor,
                    instances: std::mem::take(&mut checker.instances),
                    locals: locals.variables,
                    states,
                    annotations: declaration.annotations.clone(),
                    span: name.span,
                }
            })
        });
        self.owner = before;
        self.instances = outer;
        let checked = Arc::new(checked);
        self.types.parsers.insert(Text::clone(&name.text), Arc::clone(&checked));
        self.declare(name, Symbol::Type(Type::Parser(checked)));
    }

    fn state(&mut self, state: &ast::State, names: &[&ast::Name]) -> State {
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

    fn transition(&mut self, transition: Option<&ast::Transition>, names: &[&ast::Name]) -> Transition {
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
        if matches!(key.ty, Type::Integer) {
            self.error(key.span, "give the literal a width: `8w…`");
            return super::invalid(key.span);
        }
        key
    }

    fn next_state(&mut self, name: &ast::Name, names: &[&ast::Name]) {
        let known = || names.iter().map(|state| &*state.text).chain(["accept", "reject"]);
        if !known().any(|state| *state == *name.text) {
            let message = format!("there is no state `{}`", name.text);
            self.report(
                Diagnostic::error(name.span, message).label("no such state").suggest(&name.text, known()),
            );
        }
    }

    /// The key sets of a select case or table entry, one per key.
    pub(super) fn keysets(
        &mut self,
        written: &ast::Expression,
        keys: &[Expression],
        what: &str,
    ) -> Vec<KeySet> {
        let elements = match &written.kind {
            Written::Default | Written::DontCare => return keys.iter().map(|_| KeySet::Any).collect(),
            Written::KeyTuple(elements) => elements.as_slice(),
            _ => std::slice::from_ref(written),
        };
        if elements.len() != keys.len() {
            // A parser value set stands for all keys at once.
            if let [only] = elements
                && let KeySet::ValueSet(set) = self.keyset(only, &Type::Invalid)
            {
                return vec![KeySet::ValueSet(set)];
            }
            let message = format!("this {what} has {} keys, not {}", keys.len(), elements.len());
            self.error(written.span, message);
            return Vec::new();
        }
        elements.iter().zip(keys).map(|(element, key)| self.keyset(element, &key.ty)).collect()
    }

    fn keyset(&mut self, element: &ast::Expression, ty: &Type) -> KeySet {
        match &element.kind {
            Written::Default | Written::DontCare => KeySet::Any,
            Written::Binary(BinaryOp::Mask, value, mask) => {
                KeySet::Mask(self.bound(value, ty), self.bound(mask, ty))
            }
            Written::Binary(BinaryOp::Range, low, high) => {
                let (low, high) = (self.bound(low, ty), self.bound(high, ty));
                if let (Some(from), Some(to)) = (low.integer(), high.integer())
                    && from > to
                {
                    self.error(element.span, format!("the range `{from}..{to}` is empty"));
                }
                KeySet::Range(low, high)
            }
            _ => {
                let value = self.expression(element);
                if let ExpressionKind::Instance(instance) = &value.kind
                    && matches!(instance.ty, Type::ValueSet(_))
                {
                    return KeySet::ValueSet(Arc::clone(instance));
                }
                KeySet::Value(self.known(value, ty, element.span))
            }
        }
    }

    fn bound(&mut self, written: &ast::Expression, ty: &Type) -> Expression {
        let value = self.expression(written);
        if !matches!(ty.underlying(), Type::Bit(_) | Type::Int(_) | Type::Invalid) {
            self.error(
                written.span,
                format!("masks and ranges are for `bit<…>` and `int<…>`, not for `{ty}`"),
            );
            return super::invalid(written.span);
        }
        self.known(value, ty, written.span)
    }

    fn known(&mut self, value: Expression, ty: &Type, span: Span) -> Expression {
        let value = self.coerce(value, ty);
        if !value.ty.is_invalid() && !super::declaration::is_constant(&value) {
            self.error(span, "this has to be known when compiled");
            return super::invalid(span);
        }
        value
    }
}
