//! Looking names up.

use super::{Checker, Symbol};
use crate::ast::Name;
use crate::diagnostic::Diagnostic;

impl Checker<'_, '_> {
    pub(super) fn find(&self, name: &str) -> Option<&Symbol> {
        self.scopes.iter().rev().find_map(|scope| scope.get(name)).map(|(symbol, _)| symbol)
    }

    pub(super) fn find_global(&self, name: &str) -> Option<&Symbol> {
        self.scopes.first().and_then(|scope| scope.get(name)).map(|(symbol, _)| symbol)
    }

    pub(super) fn find_name(&self, name: &Name, global: bool) -> Option<&Symbol> {
        if global { self.find_global(&name.text) } else { self.find(&name.text) }
    }

    /// What a name means, or a report that it means nothing.
    pub(super) fn resolve(&mut self, name: &Name, global: bool) -> Symbol {
        if let Some(symbol) = self.find_name(name, global) {
            if matches!(symbol, Symbol::Unfinished) {
                self.error(name.span, format!("`{}` can't be used within itself", name.text));
                return Symbol::Invalid;
            }
            return symbol.clone();
        }
        let known = self.scopes.iter().flat_map(|scope| scope.keys()).map(|known| &**known);
        let diagnostic = Diagnostic::error(name.span, format!("`{}` is not declared", name.text))
            .label("not found in this scope")
            .suggest(&name.text, known);
        let diagnostic = match (&*name.text, &diagnostic.help) {
            ("packet_in" | "packet_out" | "NoAction", _) => {
                diagnostic.help("it comes with `#include <core.p4>`")
            }
            ("standard_metadata_t" | "V1Switch" | "mark_to_drop" | "register" | "counter" | "meter", _) => {
                diagnostic.help("it comes with `#include <v1model.p4>`")
            }
            _ => diagnostic,
        };
        self.report(diagnostic);
        Symbol::Invalid
    }
}

impl Symbol {
    /// What it is, for a message.
    pub(super) fn describe(&self) -> &'static str {
        match self {
            Self::Type(_) | Self::Template(_) => "a type",
            Self::Extern(_) => "an extern type",
            Self::Signature(_) | Self::Packages(_) => "a parser, control or package type",
            Self::Blocks(_) => "several parsers or controls",
            Self::Constant(_) => "a constant",
            Self::Variable(_) => "a variable",
            Self::Action(_) => "an action",
            Self::Table(_) => "a table",
            Self::Instance(_) => "an instance",
            Self::Functions(_) => "a function",
            Self::Unfinished => "not yet declared",
            Self::Invalid => "invalid",
        }
    }
}
