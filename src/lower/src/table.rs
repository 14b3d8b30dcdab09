//! Tables with their actions, defaults and properties.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, MatchKind};
use hyper4_p4::Span;
use hyper4_p4::typed::{
    Action, ActionCall, Direction, ExpressionKind, Object as Written, Table, TableProperty, VariableKind,
    annotation_string,
};
use num_traits::ToPrimitive;

use crate::graph::{End, Targets};
use crate::scope::{Object, qualified};
use crate::storage::scalar;
use crate::{Context, Lowered, Lowerer, index};

/// Entries of a table that doesn't say how many.
pub(crate) const DEFAULT_SIZE: u32 = 1024;

/// An action as a table's entries name it: its arguments are numbers.
pub(crate) struct Called {
    pub(crate) action: ir::ActionId,
    pub(crate) arguments: Vec<Bits>,
}

impl Lowerer<'_> {
    /// The actions of a table in its IR's order: those of its list, then the default when that is none of them.
    pub(crate) fn table_actions(&self, table: &Table) -> Vec<Arc<Action>> {
        let mut actions: Vec<Arc<Action>> =
            table.actions.iter().map(|listed| Arc::clone(&listed.call.action)).collect();
        if let Some(default) = &table.default_action
            && !actions.iter().any(|action| Arc::ptr_eq(action, &default.action))
        {
            actions.push(Arc::clone(&default.action));
        }
        actions
    }

    /// Applies a table; its computed keys are stored first, as straight-line code before it.
    pub(crate) fn apply_table(&mut self, declared: &Arc<Table>, span: Span, targets: Targets) -> Lowered<()> {
        if !matches!(self.context, Context::Pipeline(_)) {
            return self.refused(span, "a table can't be applied here");
        }
        let scope = self.scope;
        let known = self.scope_mut(scope).and_then(|scope| scope.tables.get(&Arc::as_ptr(declared)).copied());
        let made = match known {
            Some(known) => self.renew_keys(known).map(|()| known),
            None => self.new_table(declared),
        };
        // What follows is looked at even when the table was refused.
        let table = made.unwrap_or(ir::TableId(u32::MAX));
        self.graph.end(End::Table { table, span, targets });
        made.map(|_| ())
    }

    fn new_table(&mut self, declared: &Arc<Table>) -> Lowered<ir::TableId> {
        let name = qualified(&self.prefix(), &declared.name, &declared.annotations);
        let id = ir::TableId(index(&self.tables));
        self.tables.push(None);
        let scope = self.scope;
        if let Some(scope) = self.scope_mut(scope) {
            scope.tables.insert(Arc::as_ptr(declared), id);
        }
        let (keys, selected) = self.keys(declared, id)?;
        let mut actions = Vec::new();
        for action in self.table_actions(declared) {
            actions.push(self.listed_action(declared, &action)?);
        }
        let implementation = self.implementation(declared, selected)?;
        let default_entry = match (&declared.default_action, implementation) {
            (None, _) | (_, ir::TableImplementation::Profile(_)) => None,
            (Some(call), ir::TableImplementation::Simple) => {
                let Called { action, arguments } = self.called(declared, call)?;
                let (const_action, const_entry) = (declared.const_default, declared.const_default);
                Some(ir::DefaultEntry { action, arguments, const_action, const_entry })
            }
        };
        let const_entries = self.entries(declared, &keys)?;
        let size = declared.size.as_ref().map_or(Some(0), ToPrimitive::to_u32);
        let Some(size) = size else {
            return self.refused(declared.span, format!("table `{}` is too large", declared.name));
        };
        // A table without keys has one entry at most, whatever it asks for.
        let max_size = match (const_entries.len(), size) {
            (0, 0) => DEFAULT_SIZE,
            (0, 2..) if declared.keys.is_empty() => DEFAULT_SIZE,
            (0, _) if declared.const_entries => DEFAULT_SIZE,
            (0, size) => size,
            (_, _) => index(&const_entries),
        };
        let (with_counters, direct_counter) = self.counters_of(declared, id, max_size)?;
        let direct_meter = self.meters_of(declared, id, max_size)?;
        let table = ir::Table {
            name,
            pipeline: self.pipeline,
            match_kind: whole_match_kind(&keys),
            keys,
            next: ir::TableNext::ByAction { nodes: vec![None; actions.len()], base_default: None },
            actions,
            default_entry,
            const_entries,
            max_size,
            implementation,
            with_counters,
            direct_counter,
            direct_meter,
            support_timeout: self.support_timeout(declared)?,
            hidden: false,
            source_info: self.source_info(declared.span),
        };
        if let Some(place) = self.tables.get_mut(id.index()) {
            *place = Some(table);
        }
        Some(id)
    }

    fn support_timeout(&mut self, declared: &Table) -> Lowered<bool> {
        match declared.properties.iter().find(|property| &*property.name == "support_timeout") {
            None => Some(false),
            Some(property) => {
                let literal = self.constant(&property.value)?;
                match literal.boolean() {
                    Some(value) => Some(value),
                    None => self.refused(property.span, "`support_timeout` is `true` or `false`"),
                }
            }
        }
    }

    /// The object that a property of a table names.
    fn property_object(&mut self, property: &TableProperty, unnamed: &str) -> Lowered<Object> {
        let value = &property.value;
        match &value.kind {
            ExpressionKind::Instance(instance) if instance.name.is_empty() => {
                let name = match annotation_string(&property.annotations, "name") {
                    Some(name) => name.trim_start_matches('.').to_owned(),
                    None => self.fresh(unnamed),
                };
                let named = hyper4_p4::typed::Instance { name: name.into(), ..(**instance).clone() };
                Some(self.object(&named, ""))
            }
            ExpressionKind::Instance(instance) => {
                self.object_of(&Written::Instance(Arc::clone(instance)), value.span)
            }
            ExpressionKind::Variable(variable) => {
                self.object_of(&Written::Variable(Arc::clone(variable)), value.span)
            }
            _ => self.refused(value.span, "this property names an object"),
        }
    }

    fn implementation(
        &mut self,
        declared: &Table,
        selected: Vec<ir::FieldRef>,
    ) -> Lowered<ir::TableImplementation> {
        let Some(property) = declared.properties.iter().find(|property| &*property.name == "implementation")
        else {
            return Some(ir::TableImplementation::Simple);
        };
        let profile = match self.property_object(property, "action_profile")? {
            Object::Profile(profile) => profile,
            Object::Refused => return None,
            _ => return self.refused(property.span, "`implementation` is an action profile or selector"),
        };
        self.used_profiles.insert(profile);
        let inputs: Vec<ir::CalculationInput> =
            selected.into_iter().map(ir::CalculationInput::Field).collect();
        let mut shared_badly = false;
        if let Some(selector) =
            self.action_profiles.get_mut(profile.index()).and_then(|profile| profile.selector.as_mut())
        {
            shared_badly = !selector.inputs.is_empty() && selector.inputs != inputs;
            selector.inputs = inputs;
        }
        if shared_badly {
            let message = "tables that share an action selector have to have the same `selector` keys";
            return self.refused(property.span, message);
        }
        Some(ir::TableImplementation::Profile(profile))
    }

    fn counters_of(
        &mut self,
        declared: &Table,
        table: ir::TableId,
        size: u32,
    ) -> Lowered<(bool, Option<ir::CounterId>)> {
        let Some(property) = declared.properties.iter().find(|property| &*property.name == "counters") else {
            return Some((false, None));
        };
        match self.property_object(property, "counter")? {
            Object::DirectCounter(number) => {
                let counter = self.attach_counter(number, table, size, property.span)?;
                Some((true, Some(counter)))
            }
            Object::Refused => None,
            _ => self.refused(property.span, "`counters` is a `direct_counter`"),
        }
    }

    fn meters_of(
        &mut self,
        declared: &Table,
        table: ir::TableId,
        size: u32,
    ) -> Lowered<Option<ir::DirectMeter>> {
        let Some(property) = declared.properties.iter().find(|property| &*property.name == "meters") else {
            return Some(None);
        };
        match self.property_object(property, "meter")? {
            Object::DirectMeter(number) => self.attach_meter(number, table, size, property.span).map(Some),
            Object::Refused => None,
            _ => self.refused(property.span, "`meters` is a `direct_meter`"),
        }
    }

    /// An action with the arguments that the table's list binds to it.
    fn listed_action(&mut self, declared: &Table, action: &Arc<Action>) -> Lowered<ir::ActionId> {
        let listed = declared.actions.iter().find(|listed| Arc::ptr_eq(&listed.call.action, action));
        match listed {
            Some(listed) => self.action(action, &listed.call.arguments),
            None => self.action(action, &[]),
        }
    }

    /// An action that an entry or default calls, with the arguments of the control plane's parameters.
    pub(crate) fn called(&mut self, declared: &Table, call: &ActionCall) -> Lowered<Called> {
        let action = self.listed_action(declared, &call.action)?;
        let mut arguments = Vec::new();
        for (parameter, argument) in call.action.parameters.iter().zip(&call.arguments) {
            if parameter.kind != VariableKind::Parameter(Direction::None) {
                continue;
            }
            let (Some(argument), Some((width, _))) = (argument, scalar(&parameter.ty)) else {
                return self.refused(call.span, format!("argument `{}` is missing", parameter.name));
            };
            arguments.push(self.constant_bits(argument, width)?);
        }
        Some(Called { action, arguments })
    }
}

/// How the whole table matches.
fn whole_match_kind(keys: &[ir::TableKey]) -> MatchKind {
    let has = |kind: MatchKind| keys.iter().any(|key| key.match_kind == kind);
    if has(MatchKind::Range) {
        MatchKind::Range
    } else if has(MatchKind::Ternary) || has(MatchKind::Optional) {
        MatchKind::Ternary
    } else if has(MatchKind::Lpm) {
        MatchKind::Lpm
    } else {
        MatchKind::Exact
    }
}
