//! Entries and default actions as rows.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, Event, MatchValue, PipelineKind, TableKey};

use super::cube::range;
use super::emit::Outcome;
use super::site::ProfileStep;
use crate::{BitRange, Lookup, Next, Origin, Row, RowMatch};

/// The priority of what matches everything: simple_switch's are signed.
const LAST: u32 = i32::MAX as u32;

/// A table at one of the places where it is applied.
#[derive(Clone, Debug)]
pub(super) struct PlacedTable {
    pub(super) pipeline: PipelineKind,
    pub(super) slot: u8,
    pub(super) pc: u16,
    pub(super) lookup: Lookup,
    pub(super) state_bits: u32,
    /// Rows that the persona's table holds.
    pub(super) max_rows: u32,
    pub(super) keys: Vec<PlacedKey>,
    /// Of a table whose keys are exact, but that is looked up by prefixes: the length of each entry's.
    pub(super) exact_prefix: Option<u32>,
    /// Bits at the top of the state that a lookup by prefixes leaves out.
    pub(super) skipped: u32,
    pub(super) outcomes: BTreeMap<(ActionId, bool), Outcome>,
    pub(super) no_action: Outcome,
    /// Of a table with an action profile: what leads to a member or to a group, by whether it was a hit.
    pub(super) chosen: BTreeMap<(ProfileStep, bool), Outcome>,
}

/// What a key field reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PlacedKey {
    /// Always that.
    Constant(Bits),
    /// This part of the state.
    Place(BitRange),
    /// Those bits of this part that are 1 in the mask.
    Masked(BitRange, Bits),
}

/// A value and a mask, of a field or of the whole state.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Masked {
    value: Bits,
    mask: Bits,
}

impl PlacedTable {
    /// The rows of an entry: none when it can't match here. `None`: more than the persona's table holds.
    pub(super) fn entry_rows(
        &self,
        declared: &[TableKey],
        key: &[MatchValue],
        rank: u32,
        outcome: &Outcome,
        events: Vec<Event>,
        arguments: &[Bits],
    ) -> Option<Vec<Row>> {
        let nothing = Masked { value: Bits::zero(self.state_bits), mask: Bits::zero(self.state_bits) };
        let mut matches = vec![nothing];
        let mut prefix = self.exact_prefix;
        for ((place, value), declared) in self.keys.iter().zip(key).zip(declared) {
            let mut alternatives = alternatives(value, declared.width);
            if let Some(cut) = declared.mask.as_ref() {
                for alternative in &mut alternatives {
                    alternative.mask = alternative.mask.and(cut);
                    alternative.value = alternative.value.and(cut);
                }
            }
            match place {
                PlacedKey::Constant(constant) => {
                    let fits = |m: &Masked| constant.matches(&m.value, &m.mask);
                    if !alternatives.iter().any(fits) {
                        return Some(Vec::new());
                    }
                }
                PlacedKey::Place(at) | PlacedKey::Masked(at, _) => {
                    if let (MatchValue::Lpm { .. }, Some(m)) = (value, alternatives.first()) {
                        prefix = Some(self.state_bits - at.end() + m.mask.leading_ones());
                    }
                    if matches.len() * alternatives.len() > self.max_rows as usize {
                        return None;
                    }
                    let widened = |m: &Masked| Masked {
                        value: m.value.resize(self.state_bits).shl(at.offset as usize),
                        mask: m.mask.resize(self.state_bits).shl(at.offset as usize),
                    };
                    matches = matches
                        .iter()
                        .flat_map(|all| alternatives.iter().filter_map(|part| joined(all, &widened(part))))
                        .collect();
                }
            }
        }
        let row = |m: Masked| {
            let matches = match self.lookup {
                Lookup::Exact => RowMatch::Exact(m.value),
                Lookup::Lpm => RowMatch::Lpm {
                    value: m.value,
                    prefix_length: prefix.unwrap_or(0),
                    skipped: self.skipped,
                },
                Lookup::Ternary => RowMatch::Ternary { value: m.value, mask: m.mask, priority: rank },
                Lookup::Step | Lookup::Leave | Lookup::State => RowMatch::Step,
            };
            self.row(matches, outcome, events.clone(), arguments)
        };
        Some(matches.into_iter().map(row).collect())
    }

    /// What is looked up after each of its actions.
    pub(super) fn nexts(&mut self) -> impl Iterator<Item = &mut Next> {
        let outcomes = self.outcomes.values_mut().chain([&mut self.no_action]);
        outcomes.chain(self.chosen.values_mut()).map(|outcome| &mut outcome.next)
    }

    /// The bits that each of its actions may change.
    pub(super) fn changes(&self) -> impl Iterator<Item = Bits> {
        let outcomes = self.outcomes.values().chain([&self.no_action]);
        outcomes.chain(self.chosen.values()).map(|outcome| outcome.template.changes())
    }

    /// The row of a miss: one that matches everything, behind all others of the same lookup, which saves a second lookup.
    /// An exact lookup has no such row.
    pub(super) fn miss_row(&self, outcome: &Outcome, events: Vec<Event>, arguments: &[Bits]) -> Row {
        let zero = || Bits::zero(self.state_bits);
        // Where nothing lies above the field, an entry may have the empty prefix for itself.
        let on_top = |key: &PlacedKey| matches!(key, PlacedKey::Place(at) if at.end() == self.state_bits);
        let matches = match self.lookup {
            Lookup::Ternary => RowMatch::Ternary { value: zero(), mask: zero(), priority: LAST },
            Lookup::Lpm if self.exact_prefix.is_some() || !self.keys.iter().any(on_top) => {
                RowMatch::Lpm { value: zero(), prefix_length: 0, skipped: self.skipped }
            }
            _ => RowMatch::Step,
        };
        self.row(matches, outcome, events, arguments)
    }

    fn row(&self, matches: RowMatch, outcome: &Outcome, mut events: Vec<Event>, arguments: &[Bits]) -> Row {
        events.extend(outcome.origin.events.iter().cloned());
        Row {
            pipeline: self.pipeline,
            slot: self.slot,
            pc: self.pc,
            matches,
            effect: outcome.template.effect(arguments),
            next: outcome.next.clone(),
            origin: Origin { events, ..outcome.origin.clone() },
        }
    }
}

/// Both; `None` when one wants a bit to be 1 and the other 0.
fn joined(a: &Masked, b: &Masked) -> Option<Masked> {
    let both = a.mask.and(&b.mask);
    let agree = a.value.xor(&b.value).and(&both).is_zero();
    agree.then(|| Masked { value: a.value.or(&b.value), mask: a.mask.or(&b.mask) })
}

/// What a match of a field of `width` bits is in values and masks, of which at most one matches.
fn alternatives(value: &MatchValue, width: u32) -> Vec<Masked> {
    let masked = |value: &Bits, mask: Bits| Masked { value: value.resize(width).and(&mask), mask };
    match value {
        MatchValue::Exact(value) | MatchValue::Optional(Some(value)) => {
            vec![masked(value, Bits::ones(width))]
        }
        MatchValue::Optional(None) => vec![masked(&Bits::zero(width), Bits::zero(width))],
        MatchValue::Ternary { value, mask } => vec![masked(value, mask.resize(width))],
        MatchValue::Lpm { value, prefix_length } => {
            // simple_switch counts from the first bit of the field's first byte.
            let padding = width.next_multiple_of(8) - width;
            vec![masked(value, Bits::prefix_mask(width, prefix_length.saturating_sub(padding)))]
        }
        MatchValue::Range { low, high } => {
            let blocks = range(&low.resize(width), &high.resize(width));
            blocks.into_iter().map(|(value, mask)| masked(&value, mask)).collect()
        }
    }
}
