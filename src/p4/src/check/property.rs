//! Table properties, and priorities of entries.

use num_bigint::BigInt;
use num_traits::{Signed, Zero};

use super::{Checker, constant};
use crate::ast::{self, ExpressionKind as Written};
use crate::diagnostic::Diagnostic;
use crate::source::Text;
use crate::typed::{Expression, Table, TableProperty, Type};

/// Properties that architectures have.
const PROPERTIES: [&str; 18] = [
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
    "psa_implementation",
    "psa_direct_counter",
    "psa_direct_meter",
    "psa_idle_timeout",
    "psa_empty_group_action",
    "pna_idle_timeout",
    "add_on_miss",
];

impl Checker<'_, '_> {
    pub(super) fn property(&mut self, table: &mut Table, property: &ast::Property, value: &ast::Expression) {
        match &*property.name.text {
            "default_action" => {}
            "size" => {
                let size = self.expression(value);
                if size.ty.is_invalid() {
                    return;
                }
                table.size = size.integer().filter(|size| !size.is_negative()).cloned();
                match size.integer() {
                    Some(size) if size.is_negative() => {
                        self.error(value.span, format!("the size of a table can't be {size}"));
                    }
                    Some(_) => {}
                    None if constant::is_constant(&size)
                        && matches!(size.ty, Type::Integer | Type::Bit(_)) =>
                    {
                        let message = "the size of a table can't depend on a constructor parameter";
                        self.report(Diagnostic::warning(value.span, message));
                    }
                    None => self.error(value.span, "the size of a table is an integer known when compiled"),
                }
            }
            other => {
                if !PROPERTIES.contains(&other) {
                    let text = format!("table property `{other}` is unknown");
                    self.report(Diagnostic::warning(property.name.span, text).suggest(other, PROPERTIES));
                }
                let value = self.property_value(value);
                if value.ty.is_invalid() {
                    return;
                }
                if other == "largest_priority_wins" {
                    match value.boolean() {
                        Some(wins) => table.largest_priority_wins = wins,
                        None => self.error(value.span, "`largest_priority_wins` is `true` or `false`"),
                    }
                }
                table.properties.push(TableProperty {
                    name: Text::clone(&property.name.text),
                    value,
                    is_const: property.is_const,
                    annotations: property.annotations.clone(),
                    span: property.name.span,
                });
            }
        }
    }

    /// `implementation = action_profile(…)` makes the object on the spot.
    fn property_value(&mut self, value: &ast::Expression) -> Expression {
        if let Written::Call { callee, arguments, .. } = &value.kind
            && let Written::Type(ty) = &callee.kind
        {
            return self.made(ty, arguments, value.span);
        }
        self.expression(value)
    }

    /// Gives entries their priorities, as the language says: those written, and for the rest what follows from the one
    /// before.
    pub(super) fn priorities(&mut self, table: &mut Table) {
        let written = table.entries.iter().find(|entry| entry.priority.is_some());
        let written = written.map(|entry| entry.span);
        if table.const_entries {
            return;
        }
        let delta = table.properties.iter().find(|property| &*property.name == "priority_delta");
        let delta = match delta.map(|property| (property.value.integer().cloned(), property.value.span)) {
            None => BigInt::from(1),
            Some((Some(delta), _)) if delta.is_positive() => delta,
            Some((_, span)) => {
                self.error(span, "`priority_delta` is a positive number known when compiled");
                return;
            }
        };
        if table.keys.is_empty() {
            return;
        }
        if table.keys.iter().all(|key| matches!(&*key.match_kind, "exact" | "lpm")) {
            if written.is_some() {
                let span = table.keys.first().map_or(table.span, |key| key.span);
                self.error(span, "entries with these keys have no priorities: no two of them can match");
            }
            return;
        }
        let largest = table.largest_priority_wins;
        if written.is_none() {
            let count = table.entries.len();
            for (index, entry) in table.entries.iter_mut().enumerate() {
                let rank = if largest { count.saturating_sub(index).saturating_sub(1) } else { index };
                entry.priority = Some(BigInt::from(rank) * &delta + 1);
            }
            return;
        }
        self.following(table, &delta);
    }

    fn following(&mut self, table: &mut Table, delta: &BigInt) {
        let largest = table.largest_priority_wins;
        let mut next: Option<BigInt> = None;
        for entry in &mut table.entries {
            let priority = match (entry.priority.take(), next.take()) {
                (Some(written), _) => written,
                (None, Some(next)) => next,
                (None, None) => {
                    self.error(entry.span, "the first entry has to have a priority when others have one");
                    return;
                }
            };
            if priority.is_negative() || priority.is_zero() && largest && next.is_some() {
                self.error(entry.span, format!("the priority of this entry would be {priority}"));
                return;
            }
            next = Some(if largest { &priority - delta } else { &priority + delta });
            entry.priority = Some(priority);
        }
        // As p4c does, entries go in the order of their priorities.
        table
            .entries
            .sort_by(|a, b| if largest { b.priority.cmp(&a.priority) } else { a.priority.cmp(&b.priority) });
    }
}
