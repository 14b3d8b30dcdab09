//! Tables.

use std::collections::HashMap;
use std::sync::Arc;

use super::argument::Passing;
use super::call::of_action;
use super::generic::Substitution;
use super::{Checker, Symbol};
use crate::ast::{self, ExpressionKind as Written, PropertyValue};
use crate::diagnostic::Diagnostic;
use crate::print::expression_text;
use crate::source::{Span, Text};
use crate::typed::{
    Action, ActionCall, Direction, Entry, Expression, Key, KeySet, Signature, Table, TableAction, Type,
};

/// Arguments that the list of actions binds, as they were written, by the action.
type Bound<'b> = HashMap<*const Action, &'b [ast::Argument]>;

impl Checker<'_, '_> {
    pub(super) fn table(&mut self, declaration: &ast::Declaration, written: &ast::Table) -> Arc<Table> {
        let name = &declaration.name;
        let mut table = Table {
            name: Text::clone(&name.text),
            control_plane_name: self.control_plane_name(&name.text, &declaration.annotations),
            keys: Vec::new(),
            actions: Vec::new(),
            default_action: None,
            const_default: false,
            entries: Vec::new(),
            const_entries: false,
            largest_priority_wins: true,
            size: None,
            properties: Vec::new(),
            annotations: declaration.annotations.clone(),
            span: name.span,
        };
        self.declare(name, Symbol::Unfinished);
        let mut bound = Bound::new();
        // Keys and actions first: the other properties refer to them.
        for property in &written.properties {
            match &property.value {
                PropertyValue::Key(keys) => table.keys = keys.iter().map(|key| self.key(key)).collect(),
                PropertyValue::Actions(actions) => {
                    table.actions = self.listed_actions(actions, &mut bound);
                }
                PropertyValue::Entries(_) | PropertyValue::Expression(_) => {}
            }
        }
        for property in &written.properties {
            if let PropertyValue::Expression(value) = &property.value {
                self.property(&mut table, property, value);
            }
        }
        self.default_action(&mut table, written, &bound);
        for property in &written.properties {
            if let PropertyValue::Entries(entries) = &property.value {
                self.entries(&mut table, property, entries, &bound);
                self.priorities(&mut table);
            }
        }
        if table.default_action.is_none()
            && let Some(Symbol::Action(action)) = self.find_global("NoAction")
        {
            let action = Arc::clone(action);
            table.default_action = Some(ActionCall { action, arguments: Vec::new(), span: name.span });
        }
        let table = Arc::new(table);
        self.redeclare(name, Symbol::Table(Arc::clone(&table)));
        table
    }

    fn key(&mut self, key: &ast::KeyElement) -> Key {
        let expression = self.expression(&key.expression);
        if !matches!(
            expression.ty.underlying(),
            Type::Bit(_) | Type::Int(_) | Type::Bool | Type::Error | Type::Enum(_) | Type::Invalid
        ) {
            let message = format!("a key can't be of type `{}`", expression.ty);
            let diagnostic = Diagnostic::error(key.expression.span, message);
            self.report(match &expression.ty {
                Type::Integer => diagnostic.help("give the literal a width: `8w…`"),
                Type::Structure(_) => diagnostic.help("name the fields to look up"),
                _ => diagnostic,
            });
        }
        let kind = &key.match_kind;
        if !self.types.match_kinds.contains_key(&kind.text) {
            let known = self.types.match_kinds.keys().map(|kind| &**kind);
            let diagnostic = Diagnostic::error(kind.span, format!("`{}` is no match kind", kind.text));
            let diagnostic = diagnostic.suggest(&kind.text, known);
            self.report(diagnostic);
        }
        let name = crate::typed::annotation_string(&key.annotations, "name");
        Key {
            match_kind: Text::clone(&kind.text),
            control_plane_name: name
                .or_else(|| super::key::name(&expression))
                .unwrap_or_else(|| expression_text(&key.expression).into()),
            expression,
            annotations: key.annotations.clone(),
            span: key.expression.span,
        }
    }

    fn listed_actions<'b>(
        &mut self,
        written: &'b [ast::ActionReference],
        bound: &mut Bound<'b>,
    ) -> Vec<TableAction> {
        let mut listed: Vec<TableAction> = Vec::new();
        let mut seen: HashMap<*const Action, Span> = HashMap::new();
        for reference in written {
            let Some((action, arguments)) = self.listed(reference) else { continue };
            let place = Arc::as_ptr(&action.call.action);
            if let Some(first) = seen.insert(place, action.call.span) {
                let message = format!("action `{}` is listed twice", action.call.action.name);
                self.report(Diagnostic::error(action.call.span, message).related(first, "first listed here"));
                continue;
            }
            bound.insert(place, arguments);
            listed.push(action);
        }
        listed
    }

    /// The action of `name` or `name(arguments)`.
    fn action_of<'b>(&mut self, written: &'b ast::Expression) -> Option<(Arc<Action>, &'b [ast::Argument])> {
        let (callee, arguments) = match &written.kind {
            Written::Call { callee, arguments, .. } => (&**callee, arguments.as_slice()),
            _ => (written, [].as_slice()),
        };
        let (name, global) = match &callee.kind {
            Written::Name(name) => (name, false),
            Written::GlobalName(name) => (name, true),
            Written::Invalid => return None,
            _ => {
                self.error(callee.span, "expected the name of an action");
                return None;
            }
        };
        match self.resolve(name, global) {
            Symbol::Action(action) => Some((action, arguments)),
            Symbol::Invalid => None,
            other => {
                self.error(name.span, format!("`{}` is {}, not an action", name.text, other.describe()));
                None
            }
        }
    }

    /// An action of the list: arguments are for the parameters with a direction.
    fn listed<'b>(
        &mut self,
        reference: &'b ast::ActionReference,
    ) -> Option<(TableAction, &'b [ast::Argument])> {
        let (action, written) = self.action_of(&reference.expression)?;
        let whole = of_action(&action);
        let directed = whole.parameters.iter().filter(|parameter| parameter.direction != Direction::None);
        let signature = Signature { parameters: directed.cloned().collect(), ..whole.clone() };
        let span = reference.expression.span;
        if let Some(free) = whole.parameters.get(signature.parameters.len())
            && let Some(extra) = written.get(signature.parameters.len())
        {
            let message = format!("`{}` can't be bound here: the control plane gives it", free.name);
            self.error(extra.value.span, message);
            return None;
        }
        let (bound, _) = self.matched(&signature, written, Substitution::default(), Passing::Action, span)?;
        let rest = whole.parameters.len().saturating_sub(bound.len());
        let bound = bound.into_iter().map(|argument| argument.value);
        let arguments = bound.chain(std::iter::repeat_n(None, rest)).collect();
        let call = ActionCall { action, arguments, span };
        Some((TableAction { call, annotations: reference.annotations.clone() }, written))
    }

    fn default_action(&mut self, table: &mut Table, written: &ast::Table, bound: &Bound<'_>) {
        let is_default = |property: &&ast::Property| &*property.name.text == "default_action";
        let Some(property) = written.properties.iter().find(is_default) else { return };
        let PropertyValue::Expression(value) = &property.value else { return };
        table.const_default = property.is_const;
        let position =
            |name: &str| written.properties.iter().position(|property| &*property.name.text == name);
        if position("actions").is_none() {
            let message = format!("table `{}` has no `actions` to choose the default from", table.name);
            self.error(value.span, message);
            return;
        }
        let Some((call, listed)) = self.chosen(table, value, bound) else { return };
        if listed.iter().any(|annotation| &*annotation.name.text == "tableonly") {
            let message = format!("action `{}` is `@tableonly`: it can't be the default", call.action.name);
            self.error(value.span, message);
            return;
        }
        table.default_action = Some(call);
    }

    /// An action with all its arguments, as the default or in an entry. It has to be in the list. The annotations it
    /// has there come along.
    fn chosen(
        &mut self,
        table: &Table,
        written: &ast::Expression,
        bound: &Bound<'_>,
    ) -> Option<(ActionCall, Vec<ast::Annotation>)> {
        let (action, arguments) = self.action_of(written)?;
        let is_it = |listed: &&TableAction| Arc::ptr_eq(&listed.call.action, &action);
        let Some(listed) = table.actions.iter().find(is_it) else {
            let message = format!("action `{}` is not in `actions` of table `{}`", action.name, table.name);
            let diagnostic = Diagnostic::error(written.span, message);
            let diagnostic = diagnostic.related(table.span, "this table");
            let mut known = table.actions.iter().map(|listed| &listed.call.action);
            self.report(match known.clone().find(|listed| listed.name == action.name) {
                Some(other) => {
                    let diagnostic = diagnostic.related(other.span, "the one in the list");
                    diagnostic.related(action.span, "the one that is meant here").help(
                        "a leading dot means the one outside of the control; write the name as in the list",
                    )
                }
                None => diagnostic.suggest(&action.name, known.by_ref().map(|listed| &*listed.name)),
            });
            return None;
        };
        let annotations = listed.annotations.clone();
        let signature = of_action(&action);
        let in_list = bound.get(&Arc::as_ptr(&action)).copied().unwrap_or_default();
        // What the list binds is repeated, the same.
        for (index, argument) in in_list.iter().enumerate() {
            let repeated = match &argument.name {
                Some(name) => arguments.iter().find(|other| other.name.as_ref() == Some(name)),
                None => arguments.get(index),
            };
            if repeated.is_none_or(|other| !same(&other.value, &argument.value)) {
                let text = expression_text(&argument.value);
                let message = format!(
                    "the arguments of `{}` that the list of actions binds are repeated here: `{text}` is missing",
                    action.name
                );
                let span = repeated.map_or(written.span, |other| other.value.span);
                self.report(Diagnostic::error(span, message).related(argument.value.span, "bound here"));
                return None;
            }
        }
        let passing = Passing::Entry;
        let (values, _) =
            self.matched(&signature, arguments, Substitution::default(), passing, written.span)?;
        let arguments: Vec<Option<Expression>> = values.into_iter().map(|argument| argument.value).collect();
        Some((ActionCall { action, arguments, span: written.span }, annotations))
    }

    fn entries(
        &mut self,
        table: &mut Table,
        property: &ast::Property,
        entries: &[ast::Entry],
        bound: &Bound<'_>,
    ) {
        table.const_entries = property.is_const;
        let keys: Vec<Expression> = table.keys.iter().map(|key| key.expression.clone()).collect();
        if keys.is_empty() && !entries.is_empty() {
            return;
        }
        for entry in entries {
            let keysets = self.keysets(&entry.keyset, &keys, "table");
            self.entry_kinds(table, &keysets, entry.keyset.span);
            let priority = entry.priority.as_ref().and_then(|priority| self.constant_integer(priority));
            let Some((action, listed)) = self.chosen(table, &entry.action.expression, bound) else {
                continue;
            };
            if listed.iter().any(|annotation| &*annotation.name.text == "defaultonly") {
                let message =
                    format!("action `{}` is `@defaultonly`: no entry can have it", action.action.name);
                self.error(entry.span, message);
                continue;
            }
            let is_const = entry.is_const || property.is_const;
            let annotations = entry.action.annotations.clone();
            let span = entry.span;
            table.entries.push(Entry { keysets, action, priority, is_const, annotations, span });
        }
    }

    /// Masks and ranges have to fit the match kind.
    fn entry_kinds(&mut self, table: &Table, keysets: &[KeySet], span: Span) {
        for (key, keyset) in table.keys.iter().zip(keysets) {
            let fits = match (keyset, &*key.match_kind) {
                (KeySet::Value(_), _) => true,
                (KeySet::Any, kind) => kind != "exact",
                (KeySet::Mask(..), "exact" | "range" | "optional") => false,
                (KeySet::Range(..), "exact" | "lpm" | "ternary" | "optional") => false,
                // Match kinds of the program mean what the target says.
                (KeySet::Mask(..) | KeySet::Range(..), _) => true,
                (KeySet::ValueSet(_), _) => false,
            };
            if !fits {
                let message = format!(
                    "this does not fit key `{}`, which is `{}`",
                    key.control_plane_name, key.match_kind
                );
                self.error(span, message);
            }
        }
    }
}

/// Whether two expressions are the same as they are written, but for the order of named fields.
fn same(a: &ast::Expression, b: &ast::Expression) -> bool {
    match (&a.kind, &b.kind) {
        (Written::Record(a, rest_a), Written::Record(b, rest_b)) => {
            rest_a == rest_b
                && a.len() == b.len()
                && a.iter().all(|(name, value)| {
                    b.iter().any(|(other, other_value)| other == name && same(value, other_value))
                })
        }
        _ => a == b,
    }
}
