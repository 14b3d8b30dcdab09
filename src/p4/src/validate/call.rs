//! Who may call what.

use super::typed_walk::{Place, Visitor, walk};
use crate::diagnostic::Diagnostic;
use crate::source::Span;
use crate::typed::{Call, Callee, Expression, ExpressionKind, Program, Table};

pub(super) fn check(program: &Program, diagnostics: &mut Vec<Diagnostic>) {
    walk(program, &mut Calls { diagnostics });
}

struct Calls<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
}

fn name(place: Place) -> &'static str {
    match place {
        Place::Function => "a function",
        Place::Action => "an action",
        Place::Parser => "a parser",
        Place::Control => "a control",
        Place::Table => "a table",
    }
}

impl Calls<'_> {
    fn table(&mut self, table: &Table, span: Span, place: Place) {
        if matches!(place, Place::Control | Place::Table) {
            return;
        }
        let message = format!("table `{}` can't be applied in {}", table.name, name(place));
        self.diagnostics
            .push(Diagnostic::error(span, message).help("apply it in the apply block of a control"));
    }
}

impl Visitor for Calls<'_> {
    fn call(&mut self, call: &Call, place: Place) {
        let allowed = match &call.callee {
            Callee::Table(table) => return self.table(table, call.span, place),
            Callee::Action(_) => matches!(place, Place::Action | Place::Control),
            Callee::Control(..) => place == Place::Control,
            Callee::Parser(..) => place == Place::Parser,
            Callee::Constructed(..) => matches!(place, Place::Control | Place::Parser),
            Callee::ExternFunction(signature) if &*signature.name == "verify" => place == Place::Parser,
            _ => true,
        };
        if allowed {
            return;
        }
        let (message, help) = match &call.callee {
            Callee::Action(action) => {
                (format!("action `{}` can't be called in {}", action.name, name(place)), "")
            }
            Callee::Control(control, _) => (
                format!("control `{}` can't be applied in {}", control.name, name(place)),
                "apply it in the apply block of a control",
            ),
            Callee::Parser(parser, _) => (
                format!("parser `{}` can't be applied in {}", parser.name, name(place)),
                "apply it in a parser state",
            ),
            Callee::Constructed(variable, _) => {
                (format!("`{}` can't be applied in {}", variable.name, name(place)), "")
            }
            _ => (
                format!("`verify` is for parsers: it can't be called in {}", name(place)),
                "test the condition with `if`",
            ),
        };
        let diagnostic = Diagnostic::error(call.span, message);
        self.diagnostics.push(if help.is_empty() { diagnostic } else { diagnostic.help(help) });
    }

    fn expression(&mut self, expression: &Expression, place: Place) {
        match &expression.kind {
            ExpressionKind::TableHit(table)
            | ExpressionKind::TableMiss(table)
            | ExpressionKind::TableActionRun(table) => self.table(table, expression.span, place),
            ExpressionKind::StackNext(_) | ExpressionKind::StackLast(_) if place != Place::Parser => {
                let message = "`next` and `last` of a stack are for parsers alone";
                self.diagnostics.push(Diagnostic::error(expression.span, message).help("use an index"));
            }
            ExpressionKind::StackLastIndex(_) if place != Place::Parser => {
                let message = "`lastIndex` of a stack is for parsers alone";
                self.diagnostics.push(Diagnostic::error(expression.span, message));
            }
            _ => {}
        }
    }
}
