//! Entries that a program gives its tables.

use hyper4_bits::Bits;
use hyper4_ir::{self as ir, MatchValue};
use hyper4_p4::Span;
use hyper4_p4::typed::{Entry, KeySet, Table, annotation_integers};
use num_traits::ToPrimitive;

use crate::table::Called;
use crate::{Lowered, Lowerer, index};

impl Lowerer<'_> {
    pub(crate) fn entries(
        &mut self,
        declared: &Table,
        keys: &[ir::TableKey],
    ) -> Lowered<Vec<ir::ConstEntry>> {
        let ranks = ranks(declared);
        let mut entries = Vec::new();
        for (entry, rank) in declared.entries.iter().zip(ranks) {
            let mut key = Vec::new();
            let looked_up = declared.keys.iter().filter(|key| &*key.match_kind != "selector");
            for (keyset, (declared_key, lowered)) in entry.keysets.iter().zip(looked_up.zip(keys)) {
                key.push(self.match_value(keyset, &declared_key.match_kind, lowered.width, entry.span)?);
            }
            let Called { action, arguments } = self.called(declared, &entry.action)?;
            let source_info = self.source_info(entry.span);
            let priority = self.entry_priority(entry, rank)?;
            entries.push(ir::ConstEntry { key, action, arguments, priority, source_info });
        }
        Some(entries)
    }

    /// The place among the entries, or `@priority`, which p4c knows too; the least wins.
    fn entry_priority(&mut self, entry: &Entry, rank: u32) -> Lowered<u32> {
        match annotation_integers(&entry.annotations, "priority").first() {
            None => Some(rank),
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
                let (value, mask) = match keyset {
                    KeySet::Value(value) => (self.constant_bits(value, width)?, Bits::ones(width)),
                    KeySet::Mask(value, mask) => {
                        (self.constant_bits(value, width)?, self.constant_bits(mask, width)?)
                    }
                    _ => (Bits::zero(width), Bits::zero(width)),
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

/// The places of the entries when the one that goes first is 1: their order in the program, unless priorities say
/// something else.
fn ranks(declared: &Table) -> Vec<u32> {
    let count = index(&declared.entries);
    if declared.entries.iter().any(|entry| entry.priority.is_none()) {
        return (1..=count).collect();
    }
    let mut order: Vec<usize> = (0..declared.entries.len()).collect();
    order.sort_by(|left, right| {
        let priority =
            |position: &usize| declared.entries.get(*position).and_then(|entry| entry.priority.as_ref());
        let ascending = priority(left).cmp(&priority(right));
        if declared.largest_priority_wins { ascending.reverse() } else { ascending }
    });
    let rank = |position: usize| order.iter().position(|known| *known == position);
    (0..declared.entries.len())
        .map(|position| {
            rank(position).and_then(|rank| u32::try_from(rank).ok()).unwrap_or(count).saturating_add(1)
        })
        .collect()
}
