//! Tables: which rows a path's packets can hit.

use std::collections::HashMap;

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, MatchKind, MatchValue, Table, TableId};

use crate::path::{Path, Undecided};
use crate::subject::{OpenRow, Row, prefix_bits};
use crate::term::{Cond, Word};

use super::Executor;
use super::state::State;

/// Packets of one path that a table treats alike.
pub(super) struct Matched<'a> {
    pub(super) path: Path,
    /// What is hit (where several rows do the same, one of them), or a miss.
    pub(super) hit: Option<Hit<'a>>,
    /// All of them, with the conditions under which they match, in the order in which they win.
    pub(super) rows: Vec<(u64, Cond)>,
}

/// What a packet hits.
#[derive(Clone, Copy)]
pub(super) enum Hit<'a> {
    Row(&'a Row),
    Open(&'a OpenRow),
}

impl Hit<'_> {
    pub(super) fn handle(self) -> u64 {
        match self {
            Self::Row(row) => row.handle,
            Self::Open(row) => row.entry.handle,
        }
    }
}

/// What a row does; of one that refers to a group, which.
type Effect<'a> = (ActionId, &'a [Bits], Option<u64>);

fn effect(row: &Row) -> Effect<'_> {
    (row.action, row.arguments.as_slice(), row.group())
}

impl<'a> Executor<'a, '_> {
    /// What a table does to the packets of a path: hits that do the same are taken together, unless the run is row by row.
    pub(super) fn look_up(
        &mut self,
        path: Path,
        state: &State,
        id: TableId,
        table: &Table,
    ) -> Result<Vec<Matched<'a>>, Undecided> {
        let key = self.key(state, table);
        let (mut matched, rest) = self.look_up_open(path, &key, id)?;
        let Some(path) = rest else { return Ok(matched) };
        // Rows with cells of their own do different things.
        let apart = self.row_by_row || table.direct_counter.is_some() || table.direct_meter.is_some();
        let mut groups: Vec<(Vec<(u64, Cond)>, &'a Row)> = Vec::new();
        // Rows of an exact table never match together, so that their order says nothing.
        let mut by_effect: HashMap<Effect<'_>, usize> = HashMap::new();
        let rows: &'a [&'a Row] = self.subject.rows.get(id.index()).map_or(&[], Vec::as_slice);
        for row in rows {
            let condition = self.matches(&key, row);
            let decided = path.decide(&condition);
            if decided == Some(false) {
                continue;
            }
            let effect = self::effect(row);
            let known = match table.match_kind {
                _ if apart => None,
                MatchKind::Exact => by_effect.get(&effect).copied(),
                _ => groups.len().checked_sub(1),
            };
            match known.and_then(|known| groups.get_mut(known)) {
                Some((conditions, other)) if self::effect(other) == effect => {
                    conditions.push((row.handle, condition));
                }
                _ => {
                    by_effect.insert(effect, groups.len());
                    groups.push((vec![(row.handle, condition)], row));
                }
            }
            if decided == Some(true) {
                break;
            }
        }
        let mut rest = Some(path);
        for (rows, row) in groups {
            let Some(path) = rest.take() else { break };
            let condition = self.context.terms.any(rows.iter().map(|(_, condition)| condition.clone()));
            let split = self.context.split(path, &condition)?;
            matched.extend(split.holds.map(|path| Matched { path, hit: Some(Hit::Row(row)), rows }));
            rest = split.fails;
        }
        matched.extend(rest.map(|path| Matched { path, hit: None, rows: Vec::new() }));
        Ok(matched)
    }

    /// The key's fields; those of invalid headers are 0.
    fn key(&mut self, state: &State, table: &Table) -> Vec<Word> {
        let mut key = Vec::with_capacity(table.keys.len());
        for field in &table.keys {
            let word = match field.valid_of {
                Some(header) => Word::number(field.width, u64::from(state.is_valid(header))),
                None if !state.is_valid(field.field.header) => Word::zero(field.width),
                None => {
                    let word = state.field(field.field).cloned().unwrap_or_else(|| Word::zero(field.width));
                    self.note(&word);
                    self.context.terms.resize(&word, field.width)
                }
            };
            key.push(match &field.mask {
                Some(mask) => self.context.terms.and(&word, &Word::constant(mask.resize(field.width))),
                None => word,
            });
        }
        key
    }

    fn matches(&mut self, key: &[Word], row: &Row) -> Cond {
        let mut parts = Vec::with_capacity(key.len());
        for (word, value) in key.iter().zip(&row.key) {
            // Most rows of the persona are another device's or another micro-PC's: don't make terms for that.
            if let (Some(known), MatchValue::Exact(value)) = (word.as_const(), value) {
                if known == *value {
                    continue;
                }
                return self.context.terms.bool(false);
            }
            let part = self.matches_field(word, value);
            if part.as_bool() == Some(false) {
                return part;
            }
            parts.push(part);
        }
        self.context.terms.all(parts)
    }

    fn matches_field(&mut self, word: &Word, value: &MatchValue) -> Cond {
        let terms = &mut self.context.terms;
        match value {
            MatchValue::Exact(value) | MatchValue::Optional(Some(value)) => {
                terms.equal(word, &Word::constant(value.clone()))
            }
            MatchValue::Optional(None) => terms.bool(true),
            MatchValue::Lpm { value, prefix_length } => {
                let compared = prefix_bits(word.width(), *prefix_length);
                let behind = word.width() - compared;
                let prefix = terms.extract(word, behind, compared);
                let value = value.lshr(behind as usize).resize(compared);
                terms.equal(&prefix, &Word::constant(value))
            }
            MatchValue::Ternary { value, mask } => {
                let masked = terms.and(word, &Word::constant(mask.clone()));
                terms.equal(&masked, &Word::constant(value.clone()))
            }
            MatchValue::Range { low, high } => {
                let below = terms.less(word, &Word::constant(low.clone()));
                let above = terms.less(&Word::constant(high.clone()), word);
                terms.all([below.not(), above.not()])
            }
        }
    }
}
