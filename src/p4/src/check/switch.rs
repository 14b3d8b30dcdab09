//! `switch`.

use std::collections::HashMap;
use std::sync::Arc;

use num_bigint::BigInt;

use super::coerce::number;
use super::constant::is_constant;
use super::{Checker, Symbol, invalid};
use crate::ast::{self, SwitchLabel as WrittenLabel};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{Expression, ExpressionKind, StatementKind, SwitchCase, SwitchLabel, Table, Type};

impl Checker<'_, '_> {
    pub(super) fn switch(
        &mut self,
        value: &ast::Expression,
        cases: &[ast::SwitchCase],
    ) -> Option<StatementKind> {
        self.context.switched = true;
        let value = self.expression(value);
        self.context.switched = false;
        if value.ty.is_invalid() {
            return None;
        }
        if !matches!(
            value.ty,
            Type::ActionRun(_) | Type::Bit(_) | Type::Int(_) | Type::Integer | Type::Enum(_)
        ) {
            let message = format!("a value of type `{}` can't be switched on", value.ty);
            let diagnostic = Diagnostic::error(value.span, message);
            self.report(match value.ty {
                Type::Bool => diagnostic.help("use `if`"),
                _ => diagnostic.help("it is for integers, enums and the `action_run` of a table"),
            });
            return None;
        }
        let mut checked = Vec::new();
        // Labels without a body belong to the next one.
        let mut labels = Vec::new();
        let mut seen = HashMap::new();
        for case in cases {
            match &case.label {
                WrittenLabel::Default => labels.push(SwitchLabel::Default),
                WrittenLabel::Expression(label) => {
                    let found = self.label(&value, label);
                    if let Some(SwitchLabel::Value(value)) = &found {
                        self.once(value, &mut seen);
                    }
                    labels.extend(found);
                }
            }
            if let Some(body) = &case.body {
                let body = self.scoped(|checker| checker.statements(body));
                checked.push(SwitchCase { labels: std::mem::take(&mut labels), body, span: case.span });
            }
        }
        if !labels.is_empty() {
            let span = cases.last().map_or(value.span, |case| case.span);
            self.report(Diagnostic::warning(span, "the last label has no body: nothing is done for it"));
            checked.push(SwitchCase { labels, body: Vec::new(), span });
        }
        Some(StatementKind::Switch(value, checked))
    }

    /// Reports a value that is there already, however it was written.
    fn once(&mut self, value: &Expression, seen: &mut HashMap<BigInt, Span>) {
        let ExpressionKind::Integer(number) = &value.kind else { return };
        if let Some(before) = seen.insert(number.clone(), value.span) {
            let diagnostic = Diagnostic::error(value.span, "this label is there already");
            self.report(diagnostic.related(before, "the first one"));
        }
    }

    fn label(&mut self, value: &Expression, label: &ast::Expression) -> Option<SwitchLabel> {
        if let ExpressionKind::TableActionRun(table) = &value.kind {
            return self.action_label(&Arc::clone(table), label);
        }
        let written = self.expression(label);

        let written = match (&value.ty, &written.ty) {
            (Type::Bit(_) | Type::Int(_), Type::Enum(_)) => {
                let number = number(written);
                self.coerce(number, &value.ty)
            }
            _ => self.coerce(written, &value.ty),
        };
        if written.ty.is_invalid() {
            return None;
        }
        if !is_constant(&written) {
            self.error(label.span, "a label has to be known when compiled");
            return Some(SwitchLabel::Value(invalid(label.span)));
        }
        Some(SwitchLabel::Value(written))
    }

    fn action_label(&mut self, table: &Arc<Table>, label: &ast::Expression) -> Option<SwitchLabel> {
        let (name, global) = match &label.kind {
            ast::ExpressionKind::Name(name) => (name, false),
            ast::ExpressionKind::GlobalName(name) => (name, true),
            _ => {
                let message = format!("a label here is the name of an action of table `{}`", table.name);
                self.error(label.span, message);
                return None;
            }
        };
        let listed = table.actions.iter().map(|listed| &listed.call.action);
        let meant = match self.find_name(name, global) {
            Some(Symbol::Action(action)) => listed.clone().find(|listed| Arc::ptr_eq(listed, action)),
            _ => None,
        };
        if let Some(action) = meant {
            return Some(SwitchLabel::Action(Arc::clone(action)));
        }
        let message = format!("`{}` is no action of table `{}`", name.text, table.name);
        let diagnostic = Diagnostic::error(name.span, message);
        self.report(diagnostic.suggest(&name.text, listed.map(|action| &*action.name)));
        None
    }
}
