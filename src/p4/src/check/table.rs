//! Tables.

use std::sync::Arc;

use num_bigint::BigInt;

use super::call::of_action;
use super::types::Substitution;
use super::{Checker, Symbol};
use crate::ast::{self, ExpressionKind as Written, PropertyValue};
use crate::diagnostic::Diagnostic;
use crate::print::expression_text;
use crate::source::{Span, Text};
use crate::typed::{
    Action, ActionCall, Direction, Entry, Expression, Key, Signature, Table, TableAction, TableProperty, Type,
};

/// Properties that v1model knows.
const PROPERTIES: [&str; 12] = [
    "key",
    "actions",
    "entries",
    "default_action",
    "size",
    "implementation",
    "counters",
    "meters",
    "support_timeout",
    "largest_priority_wins",
    "priority_delta",
    "psa_idle_timeout",
];

impl Checker<'_> {
    pub(super) fn table(
        &mut self,
        declaration: &ast::Declaration,
        written: &ast::Table,
    ) -> Option<Arc<Table>> {
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
        self.once(written);
        // Keys and actions first: the other properties refer to them.
        for property in &written.properties {
            match &property.value {
                PropertyValue::Key(keys) => table.keys = keys.iter().map(|key| self.key(key)).collect(),
                PropertyValue::Actions(actions) => {
                    table.actions = actions.iter().filter_map(|action| self.listed(action)).collect();
                }
                PropertyValue::Entries(_) | PropertyValue::Expression(_) => {}
            }
        }
        if !written.properties.iter().any(|property| matches!(property.value, PropertyValue::Actions(_))) {
            self.error(name.span, format!("table `{}` has no `actions`", name.text));
        }
        for property in &written.properties {
            match &property.value {
                PropertyValue::Entries(entries) => self.entries(&mut table, property, entries),
                PropertyValue::Expression(value) => self.property(&mut table, property, value),
                PropertyValue::Key(_) | PropertyValue::Actions(_) => {}
            }
        }
        if table.default_action.is_none()
            && let Some(Symbol::Action(action)) = self.find_global("NoAction")
        {
            table.default_action =
                Some(ActionCall { action: Arc::clone(action), arguments: Vec::new(), span: name.span });
        }
        let table = Arc::new(table);
        self.declare(name, Symbol::Table(Arc::clone(&table)));
        Some(table)
    }

    fn once(&mut self, written: &ast::Table) {
        for (index, property) in written.properties.iter().enumerate() {
            let before = written.properties.iter().take(index);
            if let Some(first) = before.into_iter().find(|other| other.name.text == property.name.text) {
                let message = format!("`{}` is given twice", property.name.text);
                let diagnostic = Diagnostic::error(property.name.span, message);
                self.report(diagnostic.related(first.name.span, "first given here"));
            }
        }
    }

    fn key(&mut self, key: &ast::KeyElement) -> Key {
        let expression = self.expression(&key.expression);
        if !matches!(
            expression.ty.underlying(),
            Type::Bit(_)
                | Type::Int(_)
                | Type::Varbit(_)
                | Type::Bool
                | Type::Error
                | Type::Enum(_)
                | Type::Invalid
        ) {
            self.error(key.expression.span, format!("a key can't be of type `{}`", expression.ty));
        }
        let kind = &key.match_kind;
        if !self.types.match_kinds.contains(&kind.text) {
            let known = self.types.match_kinds.clone();
            let diagnostic = Diagnostic::error(kind.span, format!("`{}` is no match kind", kind.text));
            self.report(diagnostic.suggest(&kind.text, known.iter().map(|kind| &**kind)));
        }
        let name = crate::typed::annotation_string(&key.annotations, "name");
        Key {
            expression,
            match_kind: Text::clone(&kind.text),
            control_plane_name: name.unwrap_or_else(|| expression_text(&key.expression).into()),
            annotations: key.annotations.clone(),
            span: key.expression.span,
        }
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
    fn listed(&mut self, reference: &ast::ActionReference) -> Option<TableAction> {
        let (action, arguments) = self.action_of(&reference.expression)?;
        let whole = of_action(&action);
        let directed = whole.parameters.iter().filter(|parameter| parameter.direction != Direction::None);
        let signature = Signature { parameters: directed.cloned().collect(), ..whole.clone() };
        let span = reference.expression.span;
        let (bound, _) = self.matched(&signature, arguments, Substitution::new(), span)?;
        let rest = whole.parameters.len().saturating_sub(bound.len());
        let bound = bound.into_iter().map(|argument| argument.value);
        let arguments = bound.chain(std::iter::repeat_n(None, rest)).collect();
        let call = ActionCall { action, arguments, span };
        Some(TableAction { call, annotations: reference.annotations.clone() })
    }

    /// An action with all its arguments, as the default or in an entry. It has to be in the list.
    fn chosen(&mut self, table: &Table, written: &ast::Expression) -> Option<ActionCall> {
        let (action, arguments) = self.action_of(written)?;
        let same = |listed: &&TableAction| Arc::ptr_eq(&listed.call.action, &action);
        let Some(listed) = table.actions.iter().find(same) else {
            let message = format!("action `{}` is not in `actions` of table `{}`", action.name, table.name);
            let diagnostic = Diagnostic::error(written.span, message);
            let known = table.actions.iter().map(|listed| &*listed.call.action.name);
            self.report(diagnostic.related(table.span, "this table").suggest(&action.name, known));
            return None;
        };
        let signature = of_action(&action);
        // What the list binds may be left out.
        let bound = listed.call.arguments.iter().filter(|argument| argument.is_some()).count();
        let given = signature.parameters.len().saturating_sub(bound);
        if bound > 0 && arguments.len() == given {
            let own = signature.parameters.iter().skip(bound).cloned().collect();
            let signature = Signature { parameters: own, ..signature.clone() };
            let (values, _) = self.matched(&signature, arguments, Substitution::new(), written.span)?;
            let head = listed.call.arguments.iter().take(bound).cloned();
            let arguments = head.chain(values.into_iter().map(|argument| argument.value)).collect();
            return Some(ActionCall { action, arguments, span: written.span });
        }
        let (values, _) = self.matched(&signature, arguments, Substitution::new(), written.span)?;
        let arguments: Vec<Option<Expression>> = values.into_iter().map(|argument| argument.value).collect();
        for (value, parameter) in arguments.iter().zip(&signature.parameters) {
            if let Some(value) = value
                && parameter.direction == Direction::None
                && !super::declaration::is_constant(value)
            {
                self.error(value.span, "this has to be known when compiled");
            }
        }
        Some(ActionCall { action, arguments, span: written.span })
    }

    fn entries(&mut self, table: &mut Table, property: &ast::Property, entries: &[ast::Entry]) {
        table.const_entries = property.is_const;
        let keys: Vec<Expression> = table.keys.iter().map(|key| key.expression.clone()).collect();
        for entry in entries {
            let keysets = self.keysets(&entry.keyset, &keys, "table");
            self.entry_kinds(table, &keysets, entry.keyset.span);
            let priority = entry.priority.as_ref().and_then(|priority| self.constant_integer(priority));
            if let Some(action) = self.chosen(table, &entry.action.expression) {
                let is_const = entry.is_const || property.is_const;
                let annotations = entry.action.annotations.clone();
                let span = entry.span;
                table.entries.push(Entry { keysets, action, priority, is_const, annotations, span });
            }
        }
    }

    /// Masks and ranges have to fit the match kind.
    fn entry_kinds(&mut self, table: &Table, keysets: &[crate::typed::KeySet], span: Span) {
        use crate::typed::KeySet;
        for (key, keyset) in table.keys.iter().zip(keysets) {
            let fits = match (keyset, &*key.match_kind) {
                (KeySet::Value(_), _) => true,
                // An unknown kind was reported with the key.
                (_, kind) if !self.types.match_kinds.iter().any(|known| **known == *kind) => true,
                (KeySet::Any, kind) => kind != "exact",
                (KeySet::Mask(..), kind) => matches!(kind, "ternary" | "lpm"),
                (KeySet::Range(..), kind) => kind == "range",
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

    fn property(&mut self, table: &mut Table, property: &ast::Property, value: &ast::Expression) {
        match &*property.name.text {
            "default_action" => {
                table.const_default = property.is_const;
                table.default_action = self.chosen(table, value);
            }
            "size" => {
                table.size = self.constant_integer(value).filter(|size| {
                    let sound = *size >= BigInt::from(0);
                    if !sound {
                        self.error(value.span, format!("the size of a table can't be {size}"));
                    }
                    sound
                });
            }
            other => {
                if !PROPERTIES.contains(&other) {
                    let text = format!("table property `{other}` is unknown and ignored");
                    self.report(Diagnostic::warning(property.name.span, text).suggest(other, PROPERTIES));
                    return;
                }
                let value = self.property_value(value);
                if !value.ty.is_invalid() {
                    table.properties.push(TableProperty {
                        name: Text::clone(&property.name.text),
                        value,
                        is_const: property.is_const,
                        span: property.name.span,
                    });
                }
            }
        }
    }

    /// `implementation = action_profile(…)` makes the object on the spot.
    fn property_value(&mut self, value: &ast::Expression) -> Expression {
        if let Written::Call { callee, arguments, .. } = &value.kind
            && let Written::Type(ty) = &callee.kind
        {
            return match self.construct(ty, arguments, "", &[], value.span) {
                Some(instance) => {
                    let ty = instance.ty.clone();
                    Expression {
                        kind: crate::typed::ExpressionKind::Instance(instance),
                        ty,
                        span: value.span,
                    }
                }
                None => super::invalid(value.span),
            };
        }
        self.expression(value)
    }
}
