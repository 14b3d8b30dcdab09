//! Properties of tables.

use std::collections::HashMap;

use super::switch::same;
use crate::ast::visit::Visitor;
use crate::ast::{
    ActionReference, Argument, BinaryOp, Declaration, DeclarationKind, Expression, ExpressionKind, Name,
    Program, Property, PropertyValue, Table,
};
use crate::diagnostic::Diagnostic;

pub(super) struct Tables<'d> {
    diagnostics: &'d mut Vec<Diagnostic>,
    /// The declaration of `NoAction`, and whether it is an action that can stand alone.
    no_action: Option<(Name, bool)>,
}

/// An action's name and its arguments, none where there are no brackets.
fn action(expression: &Expression) -> Option<(&Name, Option<&[Argument]>)> {
    match &expression.kind {
        ExpressionKind::Name(name) | ExpressionKind::GlobalName(name) => Some((name, None)),
        ExpressionKind::Call { callee, arguments, .. } => {
            let (name, _) = action(callee)?;
            Some((name, Some(arguments)))
        }
        _ => None,
    }
}

/// The name that a key starts with.
fn names_of(key: &Expression) -> impl Iterator<Item = &Name> {
    let mut base = key;
    loop {
        base = match &base.kind {
            ExpressionKind::Member(inner, _)
            | ExpressionKind::Index(inner, _)
            | ExpressionKind::Slice(inner, _, _)
            | ExpressionKind::PlusSlice(inner, _, _)
            | ExpressionKind::Cast(_, inner)
            | ExpressionKind::Unary(_, inner) => inner,
            ExpressionKind::Call { callee, .. } => callee,
            ExpressionKind::Name(name) => return Some(name).into_iter(),
            _ => return None.into_iter(),
        };
    }
}

/// Whether a key's text is a name that the control plane can use.
fn is_simple(key: &Expression) -> bool {
    match &key.kind {
        ExpressionKind::Name(_) | ExpressionKind::GlobalName(_) => true,
        ExpressionKind::Integer(_) | ExpressionKind::Bool(_) => true,
        ExpressionKind::Member(base, _) => is_simple(base),
        ExpressionKind::Index(base, index) => is_simple(base) && is_simple(index),
        ExpressionKind::Slice(base, high, low) => is_simple(base) && is_simple(high) && is_simple(low),
        ExpressionKind::PlusSlice(base, low, width) => is_simple(base) && is_simple(low) && is_simple(width),
        ExpressionKind::Binary(BinaryOp::BitAnd, left, right) => is_simple(left) && is_simple(right),
        ExpressionKind::Call { callee, arguments, .. } => {
            arguments.is_empty()
                && matches!(&callee.kind, ExpressionKind::Member(base, name)
                    if &*name.text == "isValid" && is_simple(base))
        }
        _ => false,
    }
}

impl<'d> Tables<'d> {
    pub(super) fn new(program: &Program, diagnostics: &'d mut Vec<Diagnostic>) -> Self {
        let found = program.declarations.iter().find(|declaration| &*declaration.name.text == "NoAction");
        let no_action = found.map(|declaration| {
            let fits =
                matches!(&declaration.kind, DeclarationKind::Action(parameters, _) if parameters.is_empty());
            (declaration.name.clone(), fits)
        });
        Self { diagnostics, no_action }
    }

    /// A table without a default action has `NoAction`.
    fn needs_no_action(&mut self, table: &Name) {
        let help = "write `#include <core.p4>`, or give the table a `default_action`";
        let diagnostic = match &self.no_action {
            Some((_, true)) => return,
            Some((name, false)) => {
                let message = "`NoAction` has to be an action without parameters";
                let text = "this table has it as its default action";
                Diagnostic::error(name.span, message).related(table.span, text)
            }
            None => {
                let message =
                    format!("table `{}` has no default action, and there is no `NoAction`", table.text);
                Diagnostic::error(table.span, message)
            }
        };
        self.diagnostics.push(diagnostic.help(help));
    }

    fn table(&mut self, name: &Name, table: &Table) {
        let mut seen: HashMap<&str, &Property> = HashMap::new();
        for property in &table.properties {
            if property.is_const && matches!(&*property.name.text, "key" | "actions") {
                let message =
                    format!("`{}` is constant anyway: `const` can't stand here", property.name.text);
                self.diagnostics.push(Diagnostic::error(property.name.span, message));
            }
            if let Some(first) = seen.get(&*property.name.text) {
                let message = format!("property `{}` is there twice", property.name.text);
                let diagnostic = Diagnostic::error(property.name.span, message);
                self.diagnostics.push(diagnostic.related(first.name.span, "the first"));
                continue;
            }
            seen.insert(&property.name.text, property);
        }
        let Some(actions) = seen.get("actions") else {
            let message = format!("table `{}` has no `actions`", name.text);
            self.diagnostics.push(Diagnostic::error(name.span, message).help("list them: `actions = { … }`"));
            return;
        };
        if let PropertyValue::Actions(list) = &actions.value {
            self.actions(list);
            match seen.get("default_action") {
                Some(default) => self.default_action(list, default, actions),
                None => self.needs_no_action(name),
            }
            if let Some(PropertyValue::Entries(entries)) = seen.get("entries").map(|entries| &entries.value) {
                for (name, arguments) in entries.iter().filter_map(|entry| action(&entry.action.expression)) {
                    self.bound(list, name, arguments);
                }
            }
        }
        super::priority::check(name, table, self.diagnostics);
        let entries = seen.get("entries").filter(|entries| match &entries.value {
            PropertyValue::Entries(list) => !list.is_empty(),
            _ => false,
        });
        let key = seen.get("key");
        match (entries, key) {
            (Some(entries), None) => self.no_key(name, entries),
            (Some(entries), Some(key)) => {
                let empty = matches!(&key.value, PropertyValue::Key(keys) if keys.is_empty());
                let position =
                    |name: &str| table.properties.iter().position(|property| &*property.name.text == name);
                if empty {
                    self.no_key(name, entries);
                } else if position("entries") < position("key") {
                    let message = "the entries of a table come after its key";
                    let diagnostic = Diagnostic::error(entries.name.span, message);
                    self.diagnostics.push(diagnostic.related(key.name.span, "the key"));
                }
            }
            (None, _) => {}
        }
        if let Some(PropertyValue::Key(keys)) = key.map(|key| &key.value) {
            for key in keys {
                if let Some(own) = names_of(&key.expression).find(|own| own.text == name.text) {
                    let message = format!("the key of table `{}` can't refer to the table itself", name.text);
                    self.diagnostics.push(Diagnostic::error(own.span, message));
                }
                let named = key.annotations.iter().any(|annotation| &*annotation.name.text == "name");
                if !named && !is_simple(&key.expression) {
                    let message = "the control plane has no name for this key";
                    let diagnostic = Diagnostic::error(key.expression.span, message);
                    self.diagnostics.push(diagnostic.help("give it one: `: exact @name(\"…\");`"));
                }
            }
        }
    }

    fn no_key(&mut self, name: &Name, entries: &Property) {
        let message = format!("table `{}` has entries but no key", name.text);
        let diagnostic = Diagnostic::error(name.span, message);
        self.diagnostics.push(diagnostic.related(entries.name.span, "the entries"));
    }

    fn actions(&mut self, list: &[ActionReference]) {
        let mut seen: HashMap<&str, &Name> = HashMap::new();
        for (name, _) in list.iter().filter_map(|reference| action(&reference.expression)) {
            match seen.get(&*name.text) {
                None => {
                    seen.insert(&name.text, name);
                }
                Some(first) => {
                    let message = format!("action `{}` is listed twice", name.text);
                    let diagnostic = Diagnostic::error(name.span, message);
                    self.diagnostics.push(diagnostic.related(first.span, "the first"));
                }
            }
        }
    }

    /// The default action binds what the list of actions binds.
    fn default_action(&mut self, list: &[ActionReference], property: &Property, actions: &Property) {
        let PropertyValue::Expression(value) = &property.value else { return };
        let Some((name, arguments)) = action(value) else { return };
        if property.name.span.start < actions.name.span.start {
            let diagnostic =
                Diagnostic::error(name.span, "the default action comes after the list of actions");
            self.diagnostics.push(diagnostic.related(actions.name.span, "the list"));
        }
        self.bound(list, name, arguments);
        let listed = list.iter().filter(|reference| {
            action(&reference.expression).is_some_and(|(listed, _)| listed.text == name.text)
        });
        for reference in listed {
            if reference.annotations.iter().any(|annotation| &*annotation.name.text == "tableonly") {
                let message = format!("`{}` is for entries alone: it can't be the default action", name.text);
                let diagnostic = Diagnostic::error(name.span, message);
                self.diagnostics
                    .push(diagnostic.related(reference.expression.span, "listed with `@tableonly`"));
            }
        }
    }

    /// What the list of actions binds, a default action or an entry binds to the same.
    fn bound(&mut self, list: &[ActionReference], name: &Name, arguments: Option<&[Argument]>) {
        let listed = list.iter().filter_map(|reference| action(&reference.expression));
        for (_, bound) in listed.filter(|(listed, _)| listed.text == name.text) {
            let positional = bound.unwrap_or_default().iter().zip(arguments.unwrap_or_default());
            for (listed, given) in positional.filter(|(listed, given)| {
                listed.name.is_none() && given.name.is_none() && !same(&listed.value, &given.value)
            }) {
                let message = "the list of actions binds another argument";
                let diagnostic = Diagnostic::error(given.value.span, message);
                self.diagnostics.push(diagnostic.related(listed.value.span, "bound to this there"));
            }
        }
    }
}

impl<'a> Visitor<'a> for Tables<'_> {
    fn declaration(&mut self, declaration: &'a Declaration) {
        if let DeclarationKind::Table(table) = &declaration.kind {
            self.table(&declaration.name, table);
            self.entries(table);
            return;
        }
        crate::ast::visit::walk_declaration(self, declaration);
    }
}

impl Tables<'_> {
    /// Actions that are for the default alone can't be in entries.
    fn entries(&mut self, table: &Table) {
        let references = table.properties.iter().flat_map(|property| match &property.value {
            PropertyValue::Actions(list) => list.as_slice(),
            _ => &[],
        });
        let default_only: HashMap<&str, &Name> = references
            .filter(|reference| {
                reference.annotations.iter().any(|annotation| &*annotation.name.text == "defaultonly")
            })
            .filter_map(|reference| action(&reference.expression))
            .map(|(name, _)| (&*name.text, name))
            .collect();
        let entries = table.properties.iter().flat_map(|property| match &property.value {
            PropertyValue::Entries(list) => list.as_slice(),
            _ => &[],
        });
        for (name, _) in entries.filter_map(|entry| action(&entry.action.expression)) {
            if let Some(listed) = default_only.get(&*name.text) {
                let message =
                    format!("`{}` is for the default action alone: no entry can have it", name.text);
                let diagnostic = Diagnostic::error(name.span, message);
                self.diagnostics.push(diagnostic.related(listed.span, "listed with `@defaultonly`"));
            }
        }
    }
}
