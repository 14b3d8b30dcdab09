//! Tables, their keys and entries.

use std::collections::HashSet;

use hyper4_bits::Bits;

use super::{Checker, invalid, unique, unresolved};
use crate::{
    ActionId, CalculationInput, ConstEntry, IrError, MatchKind, MatchValue, Table, TableImplementation,
    TableKey, TableNext,
};

impl Checker<'_> {
    pub(super) fn tables(&self) -> Result<(), IrError> {
        let profiles = &self.program.action_profiles;
        unique("action profile", profiles.iter().map(|profile| profile.name.as_str()))?;
        for profile in profiles {
            let Some(selector) = &profile.selector else { continue };
            if !selector.inputs.iter().all(|input| matches!(input, CalculationInput::Field(_))) {
                return invalid("action profile", &profile.name, "its selector hashes more than fields");
            }
            self.inputs("action profile", &profile.name, &selector.inputs)?;
        }
        self.program.tables.iter().try_for_each(|table| self.table(table))
    }

    fn table(&self, table: &Table) -> Result<(), IrError> {
        let wrong = |reason: &str| invalid("table", &table.name, reason);
        table.keys.iter().try_for_each(|key| self.key(table, key))?;
        let has = |kind| table.keys.iter().any(|key| key.match_kind == kind);
        if table.keys.iter().filter(|key| key.match_kind == MatchKind::Lpm).count() > 1 {
            return wrong("more than one key is lpm");
        }
        let kind = if has(MatchKind::Range) {
            MatchKind::Range
        } else if has(MatchKind::Ternary) || has(MatchKind::Optional) {
            MatchKind::Ternary
        } else if has(MatchKind::Lpm) {
            MatchKind::Lpm
        } else {
            MatchKind::Exact
        };
        if table.match_kind != kind {
            return wrong(&format!(
                "it is {}, but its keys make it {}",
                table.match_kind.name(),
                kind.name()
            ));
        }
        if let TableNext::ByAction { nodes, .. } = &table.next
            && nodes.len() != table.actions.len()
        {
            return wrong("it doesn't have a next node for each action");
        }
        let mut names = Vec::new();
        for action in &table.actions {
            match self.program.actions.get(action.index()) {
                Some(declared) => names.push(declared.name.as_str()),
                None => return unresolved("table", &table.name, format!("action {}", action.0)),
            }
        }
        unique(&format!("table `{}`: action", table.name), names.into_iter())?;
        if let TableImplementation::Profile(profile) = table.implementation {
            if profile.index() >= self.program.action_profiles.len() {
                return unresolved("table", &table.name, format!("action profile {}", profile.0));
            }
            if !table.const_entries.is_empty() {
                return wrong("its actions are in a profile, so it can't have constant entries");
            }
            if table.default_entry.as_ref().is_some_and(|entry| entry.const_action) {
                return wrong("its actions are in a profile, so its default action can't be constant");
            }
        }
        if let Some(entry) = &table.default_entry {
            self.call(table, entry.action, &entry.arguments)?;
        }
        table.const_entries.iter().try_for_each(|entry| self.entry(table, entry))?;
        let mut seen = HashSet::new();
        match table.const_entries.iter().find(|entry| !seen.insert(identity(table, entry))) {
            Some(entry) => wrong(&format!("duplicate entries in table initializer{}", place_of(entry))),
            None => Ok(()),
        }
    }

    fn key(&self, table: &Table, key: &TableKey) -> Result<(), IrError> {
        let wrong = |reason: String| invalid("table", &table.name, format!("key `{}`: {reason}", key.name));
        let width = match key.valid_of {
            Some(header) => {
                self.header("table", &table.name, header)?;
                1
            }
            None => self.width("table", &table.name, key.field)?,
        };
        if key.width != width {
            return wrong(format!("it has {} bits, but what it matches {width}", key.width));
        }
        match &key.mask {
            Some(mask) if mask.width() != width => wrong(format!("its mask has {} bits", mask.width())),
            _ => Ok(()),
        }
    }

    fn call(&self, table: &Table, action: ActionId, arguments: &[hyper4_bits::Bits]) -> Result<(), IrError> {
        let declared = self.program.actions.get(action.index()).filter(|_| table.actions.contains(&action));
        let Some(declared) = declared else {
            return unresolved("table", &table.name, format!("action {}", action.0));
        };
        let widths = declared.parameters.iter().map(|parameter| parameter.width);
        if !widths.eq(arguments.iter().map(hyper4_bits::Bits::width)) {
            return invalid("table", &table.name, format!("arguments don't fit action `{}`", declared.name));
        }
        Ok(())
    }

    fn entry(&self, table: &Table, entry: &ConstEntry) -> Result<(), IrError> {
        self.call(table, entry.action, &entry.arguments)?;
        let fits = |(key, value): (&TableKey, &MatchValue)| {
            let width = |bits: &hyper4_bits::Bits| bits.width() == key.width;
            match (key.match_kind, value) {
                (MatchKind::Exact, MatchValue::Exact(value)) => width(value),
                (MatchKind::Lpm, MatchValue::Lpm { value, prefix_length }) => {
                    width(value) && *prefix_length <= key.width
                }
                (MatchKind::Ternary, MatchValue::Ternary { value, mask }) => width(value) && width(mask),
                (MatchKind::Range, MatchValue::Range { low, high }) => {
                    width(low) && width(high) && low.cmp_unsigned(high).is_le()
                }
                (MatchKind::Optional, MatchValue::Optional(value)) => value.iter().all(width),
                _ => false,
            }
        };
        if entry.key.len() != table.keys.len() || !table.keys.iter().zip(&entry.key).all(fits) {
            return invalid("table", &table.name, "a constant entry doesn't fit the keys");
        }
        if entry.priority > i32::MAX as u32 {
            return invalid("table", &table.name, format!("priority {} is too great", entry.priority));
        }
        Ok(())
    }
}

fn place_of(entry: &ConstEntry) -> String {
    entry.source_info.as_ref().map_or_else(String::new, |info| format!(" ({info})"))
}

/// What tells an entry from another: simple_switch refuses two that are equal in it.
fn identity(table: &Table, entry: &ConstEntry) -> (Vec<MatchValue>, u32) {
    let key = entry.key.iter().map(|value| match value {
        MatchValue::Ternary { value, mask } => {
            MatchValue::Ternary { value: value.and(mask), mask: mask.clone() }
        }
        MatchValue::Lpm { value, prefix_length } => {
            // simple_switch counts from the first bit of the field's first byte.
            let padding = value.width().next_multiple_of(8) - value.width();
            let mask = Bits::prefix_mask(value.width(), prefix_length.saturating_sub(padding));
            MatchValue::Lpm { value: value.and(&mask), prefix_length: *prefix_length }
        }
        value => value.clone(),
    });
    let priority = match table.match_kind {
        MatchKind::Exact | MatchKind::Lpm => 0,
        _ => entry.priority,
    };
    (key.collect(), priority)
}
