//! Labels of `switch`.

use std::collections::HashMap;

use crate::ast::visit::{Visitor, walk_statement};
use crate::ast::{
    DeclarationKind, Expression, ExpressionKind, Program, Statement, StatementKind, SwitchCase, SwitchLabel,
};
use crate::diagnostic::Diagnostic;
use crate::source::Span;

pub(super) struct Switches<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// Whether there is a match kind `exact`: cases of values are matched with it.
    exact: bool,
}

/// Whether two labels are sure to be the same value.
pub(super) fn same(left: &Expression, right: &Expression) -> bool {
    match (&left.kind, &right.kind) {
        (ExpressionKind::Integer(a), ExpressionKind::Integer(b)) => {
            a.value == b.value && (a.width == b.width || a.width.is_none() || b.width.is_none())
        }
        (ExpressionKind::Record(a, x), ExpressionKind::Record(b, y)) => {
            x == y
                && a.len() == b.len()
                && a.iter().all(|(name, value)| {
                    b.iter().any(|(other, with)| other.text == name.text && same(value, with))
                })
        }
        _ => left == right,
    }
}

/// What labels that are the same have in common.
fn key(label: &Expression) -> String {
    match &label.kind {
        ExpressionKind::Integer(literal) => literal.value.to_string(),
        // The order of their fields says nothing.
        ExpressionKind::Record(..) => "{".to_owned(),
        _ => crate::print::expression_text(label),
    }
}

/// The word `default` at the start of a case.
fn word(case: Span) -> Span {
    Span { end: case.start.saturating_add(7), ..case }
}

impl<'d> Switches<'d> {
    pub(super) fn new(program: &Program, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        let exact = program.declarations.iter().any(|declaration| match &declaration.kind {
            DeclarationKind::MatchKinds(names) => names.iter().any(|name| &*name.text == "exact"),
            _ => false,
        });
        Self { diagnostics, exact }
    }

    fn labels(&mut self, cases: &[SwitchCase]) {
        let value = cases.iter().find_map(|case| match &case.label {
            SwitchLabel::Expression(label) if matches!(label.kind, ExpressionKind::Integer(_)) => Some(label),
            _ => None,
        });
        if let Some(value) = value.filter(|_| !self.exact) {
            let message = "there is no match kind `exact`, which a switch of values needs";
            self.diagnostics.push(Diagnostic::error(value.span, message).help("write `#include <core.p4>`"));
        }
        let mut default: Option<Span> = None;
        // Only labels that are written alike can be the same.
        let mut labels: HashMap<String, Vec<&Expression>> = HashMap::new();
        for case in cases {
            match (&case.label, default) {
                (SwitchLabel::Default, None) => default = Some(word(case.span)),
                (SwitchLabel::Default, Some(first)) => {
                    let diagnostic =
                        Diagnostic::error(word(case.span), "this switch has two `default` labels");
                    self.diagnostics.push(diagnostic.related(first, "the first"));
                }
                (SwitchLabel::Expression(label), Some(default)) => {
                    let diagnostic =
                        Diagnostic::error(label.span, "`default` has to be the last label of a switch");
                    self.diagnostics.push(diagnostic.related(default, "the default case"));
                    return;
                }
                (SwitchLabel::Expression(label), None) => {
                    let alike = labels.entry(key(label)).or_default();
                    match alike.iter().find(|first| same(first, label)) {
                        Some(first) => {
                            let diagnostic = Diagnostic::error(label.span, "this label is there twice");
                            self.diagnostics.push(diagnostic.related(first.span, "the first"));
                        }
                        None => alike.push(label),
                    }
                }
            }
        }
    }
}

impl<'a> Visitor<'a> for Switches<'_> {
    fn statement(&mut self, statement: &'a Statement) {
        if let StatementKind::Switch(_, cases) = &statement.kind {
            self.labels(cases);
        }
        walk_statement(self, statement);
    }

    fn expression(&mut self, _expression: &'a Expression) {}
}
