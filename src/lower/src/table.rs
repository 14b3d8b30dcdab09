//! Tables with their actions, defaults and entries.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, MatchKind, MatchValue};
use hyper4_p4::Span;
use hyper4_p4::typed::{
    Action, ActionCall, Direction, Entry, KeySet, Table, VariableKind, annotation_integers,
};
use num_traits::ToPrimitive;

use crate::control::Block;
use crate::storage::scalar;
use crate::{Lowered, Lowerer, index};

/// Entries of a table that doesn't say how many.
pub(crate) const DEFAULT_SIZE: u32 = 1024;

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

    /// A table that is applied: its computed keys are stored first, as straight-line code before it.
    pub(crate) fn applied_table(
        &mut self,
        declared: &Arc<Table>,
        span: Span,
        block: &mut Block,
    ) -> Lowered<ir::TableId> {
        if let Some(before) = self.applied.insert(Arc::as_ptr(declared), span) {
            let message =
                format!("table `{}` is applied twice: simple_switch has no way back", declared.name);
            let diagnostic = hyper4_p4::Diagnostic::error(span, message).related(before, "also applied here");
            self.diagnostics.push(diagnostic);
            return None;
        }
        self.properties(declared);
        let keys = self.keys(declared, block);
        self.flush(block);
        let keys = keys?;
        let mut actions = Vec::new();
        for action in self.table_actions(declared) {
            self.bound_arguments(declared, &action)?;
            actions.push(self.action(&action)?);
        }
        let default_entry = match &declared.default_action {
            None => None,
            Some(call) => {
                let (action, arguments) = self.action_call(call)?;
                Some(ir::DefaultEntry {
                    action,
                    arguments,
                    const_action: declared.const_default,
                    const_entry: declared.const_default,
                })
            }
        };
        let const_entries = self.entries(declared, &keys)?;
        let size = declared.size.as_ref().map_or(Some(0), ToPrimitive::to_u32);
        let Some(size) = size else {
            return self.refused(declared.span, format!("table `{}` is too large", declared.name));
        };
        let max_size = match (const_entries.len(), size) {
            (0, 0) => DEFAULT_SIZE,
            (0, size) => size,
            (_, _) => index(&const_entries),
        };
        let id = ir::TableId(index(&self.tables));
        self.count_node();
        let source_info = self.source_info(declared.span);
        self.tables.push(Some(ir::Table {
            name: declared.control_plane_name.to_string(),
            pipeline: self.pipeline,
            match_kind: whole_match_kind(&keys),
            keys,
            next: ir::TableNext::ByAction { nodes: vec![None; actions.len()], base_default: None },
            actions,
            default_entry,
            const_entries,
            max_size,
            implementation: hyper4_ir::TableImplementation::Simple,
            direct_counter: None,
            direct_meter: None,
            with_counters: false,
            support_timeout: self.support_timeout(declared),
            hidden: false,
            source_info,
        }));
        Some(id)
    }

    fn properties(&mut self, declared: &Table) {
        for property in &declared.properties {
            if &*property.name != "support_timeout" {
                let message = format!("table property `{}` is not supported yet", property.name);
                self.refuse(property.span, message);
            }
        }
    }

    fn support_timeout(&self, declared: &Table) -> bool {
        let property = declared.properties.iter().find(|property| &*property.name == "support_timeout");
        property.and_then(|property| property.value.boolean()).unwrap_or(false)
    }

    /// Arguments bound in the action list need an action of their own.
    fn bound_arguments(&mut self, declared: &Table, action: &Arc<Action>) -> Lowered<()> {
        let directed = |parameter: &&Arc<hyper4_p4::typed::Variable>| {
            parameter.kind != VariableKind::Parameter(Direction::None)
        };
        match action.parameters.iter().find(directed) {
            None => Some(()),
            Some(parameter) => {
                let message = format!(
                    "action `{}` of table `{}` has a parameter with a direction, `{}`: not supported yet",
                    action.name, declared.name, parameter.name
                );
                self.refused(declared.span, message)
            }
        }
    }

    fn action_call(&mut self, call: &ActionCall) -> Lowered<(ir::ActionId, Vec<Bits>)> {
        let action = self.action(&call.action)?;
        let mut arguments = Vec::new();
        for (parameter, argument) in call.action.parameters.iter().zip(&call.arguments) {
            let (Some(argument), Some((width, _))) = (argument, scalar(&parameter.ty)) else {
                return self.refused(call.span, format!("argument `{}` is missing", parameter.name));
            };
            arguments.push(self.constant_bits(argument, width)?);
        }
        Some((action, arguments))
    }

    fn entries(&mut self, declared: &Table, keys: &[ir::TableKey]) -> Lowered<Vec<ir::ConstEntry>> {
        if let Some(entry) = declared.entries.first()
            && !declared.const_entries
        {
            let help = "write `const entries`";
            return self.refused_with_help(
                entry.span,
                "entries that can be changed are not supported yet",
                help,
            );
        }
        if declared.const_entries && declared.entries.is_empty() {
            let message = format!("`const entries` of table `{}` is empty: not supported yet", declared.name);
            return self.refused(declared.span, message);
        }
        let mut entries = Vec::new();
        for (entry, position) in declared.entries.iter().zip(1u32..) {
            if entry.priority.is_some() {
                return self
                    .refused(entry.span, "entries with a priority of their own are not supported yet");
            }
            let mut key = Vec::new();
            for (keyset, (declared_key, lowered)) in entry.keysets.iter().zip(declared.keys.iter().zip(keys))
            {
                key.push(self.match_value(keyset, &declared_key.match_kind, lowered.width, entry.span)?);
            }
            let (action, arguments) = self.action_call(&entry.action)?;
            let source_info = self.source_info(entry.span);
            let priority = self.entry_priority(entry, position)?;
            entries.push(ir::ConstEntry { key, action, arguments, priority, source_info });
        }
        Some(entries)
    }

    /// The place in the list, or `@priority`, which p4c knows too; the least wins.
    fn entry_priority(&mut self, entry: &Entry, position: u32) -> Lowered<u32> {
        match annotation_integers(&entry.annotations, "priority").first() {
            None => Some(position),
            Some(written) => match written.to_u32() {
                Some(priority) => Some(priority),
                None => self.refused(entry.span, format!("`{written}` can't be a priority")),
            },
        }
    }

    fn match_value(&mut self, keyset: &KeySet, kind: &str, width: u32, span: Span) -> Lowered<MatchValue> {
        Some(match (kind, keyset) {
            ("exact", KeySet::Value(value)) => MatchValue::Exact(self.constant_bits(value, width)?),
            ("optional", KeySet::Any) => MatchValue::Optional(None),
            ("optional", KeySet::Value(value)) => {
                MatchValue::Optional(Some(self.constant_bits(value, width)?))
            }
            ("range", KeySet::Any) => MatchValue::Range { low: Bits::zero(width), high: Bits::ones(width) },
            ("range", KeySet::Value(value)) => {
                let value = self.constant_bits(value, width)?;
                MatchValue::Range { low: value.clone(), high: value }
            }
            ("range", KeySet::Range(low, high)) => MatchValue::Range {
                low: self.constant_bits(low, width)?,
                high: self.constant_bits(high, width)?,
            },
            ("ternary" | "lpm", KeySet::Any | KeySet::Value(_) | KeySet::Mask(..)) => {
                let Some((value, mask)) = self.masks(keyset, width)?.into_iter().next() else {
                    return self.refused(span, "this key is empty");
                };
                if kind == "ternary" {
                    return Some(MatchValue::Ternary { value, mask });
                }
                let Some(prefix_length) = mask.prefix_len() else {
                    return self.refused(span, format!("`{mask}` is no prefix, which an `lpm` key needs"));
                };
                MatchValue::Lpm { value, prefix_length }
            }
            _ => return self.refused(span, format!("this does not fit a key that is `{kind}`")),
        })
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
