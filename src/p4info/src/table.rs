//! Tables and actions.

use std::sync::Arc;

use hyper4_p4::SourceMap;
use hyper4_p4::typed::{
    self, Action, ActionCall, BinaryOp, Callee, Direction, Expression, ExpressionKind, Key, Table, Variable,
    VariableKind,
};

use crate::annotation::{self, Numbers, describe, field_ids, has, preamble};
use crate::message::{Message, Value};
use crate::object::{self, Site};
use crate::qualified;
use crate::symbol::{Kind, Symbols};
use crate::types::{self, Types};

/// Entries of a table that doesn't say how many, as v1model has it.
const DEFAULT_SIZE: u64 = 1024;

/// A table and where it stands.
pub(crate) struct TableSite<'a> {
    pub(crate) name: &'a str,
    pub(crate) table: &'a Table,
    pub(crate) prefix: &'a str,
    pub(crate) objects: &'a [Site],
    pub(crate) sources: &'a SourceMap,
}

impl TableSite<'_> {
    pub(crate) fn message(
        &self,
        symbols: &Symbols,
        types: &mut Types,
        named: &dyn Fn(&Arc<Action>) -> String,
    ) -> Message {
        let table = self.table;
        let mut message = Message::default();
        message.message(1, "preamble", preamble(symbols, Kind::Table, self.name, &table.annotations, &[]));
        let ids = field_ids(table.keys.iter().map(|key| key.annotations.as_slice()));
        for (key, id) in table.keys.iter().zip(ids).filter(|(key, _)| &*key.match_kind != "selector") {
            message.message(2, "match_fields", match_field(key, id, types, self.sources));
        }
        for action in &table.actions {
            let mut reference = Message::default();
            reference.number(1, "id", symbols.id(Kind::Action, &named(&action.call.action)));
            describe(&mut reference, Numbers { plain: 2, structured: 4, doc: 0 }, &action.annotations, &[]);
            if has(&action.annotations, "tableonly") {
                reference.put(3, "scope", Value::Enum(1, "TABLE_ONLY"));
            } else if has(&action.annotations, "defaultonly") {
                reference.put(3, "scope", Value::Enum(2, "DEFAULT_ONLY"));
            }
            message.message(3, "action_refs", reference);
        }
        let listed =
            |call: &ActionCall| table.actions.iter().any(|a| Arc::ptr_eq(&a.call.action, &call.action));
        if let Some(call) = &table.default_action {
            let id = symbols.id(Kind::Action, &named(&call.action));
            if !listed(call) {
                // It may be the default action, and nothing else.
                let mut reference = Message::default();
                reference.number(1, "id", id);
                reference.text(2, "annotations", "@defaultonly");
                reference.put(3, "scope", Value::Enum(2, "DEFAULT_ONLY"));
                message.message(3, "action_refs", reference);
            }
            if table.const_default {
                message.number(4, "const_default_action_id", id);
            }
            message.message(5, "initial_default_action", default_action(call, id));
        }
        if let Some(profile) = object::of_property(table, "implementation", self.prefix, self.objects) {
            message.number(6, "implementation_id", symbols.id(Kind::ActionProfile, &profile.name));
        }
        for (property, kind) in object::DIRECT {
            if let Some(site) = object::of_property(table, property, self.prefix, self.objects) {
                message.number(7, "direct_resource_ids", symbols.id(kind, &site.name));
            }
        }
        let size = table.size.as_ref().and_then(|size| u64::try_from(size).ok()).filter(|size| *size != 0);
        message.number(8, "size", size.unwrap_or(DEFAULT_SIZE));
        let ages = table.properties.iter().find(|property| &*property.name == "support_timeout");
        if ages.is_some_and(|property| matches!(property.value.kind, ExpressionKind::Bool(true))) {
            message.put(9, "idle_timeout_behavior", Value::Enum(1, "NOTIFY_CONTROL"));
        }
        message.truth(10, "is_const_table", table.const_entries);
        message.truth(11, "has_initial_entries", !table.entries.is_empty());
        message
    }

    /// The direct counter and meter.
    pub(crate) fn direct(&self, symbols: &Symbols, info: &mut Message) {
        for (property, kind) in object::DIRECT {
            if let Some(site) = object::of_property(self.table, property, self.prefix, self.objects) {
                site.put_direct(kind, symbols.id(Kind::Table, self.name), symbols, info);
            }
        }
    }
}

fn default_action(call: &ActionCall, id: u64) -> Message {
    let mut message = Message::default();
    message.number(1, "action_id", id);
    let arguments = call.action.parameters.iter().zip(&call.arguments).filter(|(p, _)| from_controller(p));
    for ((parameter, argument), position) in arguments.zip(1u64..) {
        let Some(value) = argument.as_ref().and_then(constant) else { continue };
        let mut given = Message::default();
        let id = annotation::id(&parameter.annotations).map_or(position, u64::from);
        given.number(2, "param_id", id);
        let bytes = types::bytes(&value, parameter.ty.width().map_or(0, u64::from));
        given.put(3, "value", Value::Bytes(bytes));
        message.message(4, "arguments", given);
    }
    message
}

fn constant(expression: &Expression) -> Option<num_bigint::BigInt> {
    match &expression.kind {
        ExpressionKind::Integer(value) => Some(value.clone()),
        ExpressionKind::Bool(value) => Some(u8::from(*value).into()),
        ExpressionKind::Cast(inner) => constant(inner),
        _ => None,
    }
}

fn match_field(key: &Key, id: u64, types: &mut Types, sources: &SourceMap) -> Message {
    let mut message = Message::default();
    message.number(1, "id", id);
    let written = typed::annotation_string(&key.annotations, "name").map(|name| name.to_string());
    let name = written.or_else(|| key_name(&key.expression, sources));
    message.text(2, "name", name.as_deref().unwrap_or(&key.control_plane_name));
    describe(&mut message, Numbers { plain: 3, structured: 9, doc: 6 }, &key.annotations, &[]);
    let ty = &key.expression.ty;
    message.number(4, "bitwidth", types::width(ty));
    match_type(&mut message, &key.match_kind);
    if let Some(name) = types.type_name(ty) {
        message.message(8, "type_name", name);
    }
    message
}

/// The name of a key that has none: how it is written, fields by their `@name`, validity as a field.
fn key_name(key: &Expression, sources: &SourceMap) -> Option<String> {
    let inner = |key: &Expression| key_name(key, sources);
    Some(match &key.kind {
        ExpressionKind::Variable(variable) => variable.name.to_string(),
        ExpressionKind::Member(of, name) => {
            let field = of.ty.structure().and_then(|structure| structure.field(name));
            let renamed = field.and_then(|field| typed::annotation_string(&field.annotations, "name"));
            let name = renamed.as_deref().unwrap_or(name);
            match name.strip_prefix('.') {
                Some(absolute) => absolute.to_owned(),
                None => format!("{}.{name}", inner(of)?),
            }
        }
        ExpressionKind::Index(of, index) => format!("{}[{}]", inner(of)?, inner(index)?),
        ExpressionKind::Slice(of, high, low) => format!("{}[{high}:{low}]", inner(of)?),
        ExpressionKind::Binary(BinaryOp::BitAnd, left, right) => {
            format!("{} & {}", inner(left)?, inner(right)?)
        }
        // A number as it was written, without its width.
        ExpressionKind::Integer(value) => {
            let written = sources.slice(key.span).to_lowercase();
            match () {
                () if written.contains("0x") => format!("{value:#x}"),
                () if written.contains("0b") => format!("{value:#b}"),
                () if written.contains("0o") => format!("{value:#o}"),
                () => value.to_string(),
            }
        }
        ExpressionKind::Call(call) => match &call.callee {
            Callee::IsValid(header) => format!("{}.$valid$", inner(header)?),
            _ => return None,
        },
        _ => return None,
    })
}

pub(crate) fn match_type(message: &mut Message, kind: &str) {
    let known = match kind {
        "exact" => Value::Enum(2, "EXACT"),
        "lpm" => Value::Enum(3, "LPM"),
        "ternary" => Value::Enum(4, "TERNARY"),
        "range" => Value::Enum(5, "RANGE"),
        "optional" => Value::Enum(6, "OPTIONAL"),
        other => return message.put(7, "other_match_type", Value::Text(other.to_owned())),
    };
    message.put(5, "match_type", known);
}

/// Whether the control plane gives it.
fn from_controller(parameter: &Variable) -> bool {
    parameter.kind == VariableKind::Parameter(Direction::None)
}

/// `with_parameters`: whether a controller gives its arguments.
pub(crate) fn action(
    name: &str,
    action: &Action,
    with_parameters: bool,
    symbols: &Symbols,
    types: &mut Types,
) -> Message {
    let mut message = Message::default();
    message.message(1, "preamble", preamble(symbols, Kind::Action, name, &action.annotations, &[]));
    let parameters: Vec<_> =
        action.parameters.iter().filter(|p| with_parameters && from_controller(p)).collect();
    let ids = field_ids(parameters.iter().map(|parameter| parameter.annotations.as_slice()));
    for (parameter, id) in parameters.iter().zip(ids) {
        let mut described = Message::default();
        described.number(1, "id", id);
        described.text(2, "name", &qualified("", &parameter.name, &parameter.annotations));
        describe(&mut described, Numbers { plain: 3, structured: 7, doc: 5 }, &parameter.annotations, &[]);
        described.number(4, "bitwidth", types::width(&parameter.ty));
        if let Some(name) = types.type_name(&parameter.ty) {
            described.message(6, "type_name", name);
        }
        message.message(2, "params", described);
    }
    message
}
