//! The entries of one table.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, MatchKind, MatchValue, ProfileTarget, Table};

use super::{SubjectError, invalid};

/// Bits of a handle that say the place; above them is a count of how often the place was freed.
pub(crate) const PLACE_BITS: u32 = 24;

/// An entry.
#[derive(Clone, Debug)]
pub(crate) struct Row {
    pub(crate) handle: u64,
    pub(crate) key: Vec<MatchValue>,
    pub(crate) action: ActionId,
    pub(crate) arguments: Vec<Bits>,
    pub(crate) priority: Option<u32>,
    /// Where the action comes from, in a table with an action profile; of a group it is the first member's.
    pub(crate) target: Option<ProfileTarget>,
}

impl Row {
    /// The group that it refers to.
    pub(crate) fn group(&self) -> Option<u64> {
        match self.target {
            Some(ProfileTarget::Group(group)) => Some(group),
            Some(ProfileTarget::Member(_)) | None => None,
        }
    }
}

/// The entries of one table, and its default action.
#[derive(Clone, Debug)]
pub(crate) struct Rows {
    /// By place: bmv2 reuses the lowest free one.
    rows: BTreeMap<u64, Row>,
    freed: BTreeMap<u64, u64>,
    default: Option<(ActionId, Vec<Bits>)>,
    default_target: Option<ProfileTarget>,
}

impl Rows {
    pub(super) fn new(default: Option<(ActionId, Vec<Bits>)>) -> Self {
        Self { rows: BTreeMap::new(), freed: BTreeMap::new(), default, default_target: None }
    }

    /// What is done on a miss.
    pub(crate) fn default(&self) -> Option<&(ActionId, Vec<Bits>)> {
        self.default.as_ref()
    }

    pub(crate) fn by_handle(&self) -> impl Iterator<Item = &Row> {
        self.rows.values()
    }

    /// The entries in the order in which they win: the first that matches is the one that is hit.
    pub(crate) fn by_precedence(&self, kind: MatchKind) -> Vec<&Row> {
        let mut rows: Vec<(u64, &Row)> = self.rows.iter().map(|(place, row)| (*place, row)).collect();
        match kind {
            MatchKind::Exact => {}
            MatchKind::Lpm => rows.sort_by_key(|(_, row)| std::cmp::Reverse(prefix_length(row))),
            MatchKind::Ternary | MatchKind::Range | MatchKind::Optional => {
                rows.sort_by_key(|(place, row)| (row.priority, *place));
            }
        }
        rows.into_iter().map(|(_, row)| row).collect()
    }

    pub(super) fn add(
        &mut self,
        table: &Table,
        key: Vec<MatchValue>,
        action: ActionId,
        arguments: Vec<Bits>,
        priority: Option<u32>,
    ) -> Result<u64, SubjectError> {
        let construct = || format!("table `{}`", table.name);
        let ranked = matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional);
        let priority = match (ranked, priority) {
            (true, None) => return Err(invalid(construct(), "an entry of it must have a priority")),
            (true, priority) => priority,
            // simple_switch takes a priority here and doesn't look at it.
            (false, _) => None,
        };
        let key = canonical(table, &key)?;
        if key.is_empty() {
            return Err(invalid(construct(), "it has no key, so that it can't have entries"));
        }
        if self.rows.values().any(|row| row.key == key && row.priority == priority) {
            return Err(state(table, "there is an entry with that key"));
        }
        if self.rows.len() >= table.max_size as usize {
            return Err(state(table, &format!("it is full: it holds {} entries", table.max_size)));
        }
        let taken = self.rows.keys().zip(0u64..).take_while(|(place, expected)| *place == expected);
        let place = taken.count() as u64;
        let handle = self.freed.get(&place).copied().unwrap_or(0) << PLACE_BITS | place;
        self.rows.insert(place, Row { handle, key, action, arguments, priority, target: None });
        Ok(handle)
    }

    pub(super) fn modify(
        &mut self,
        table: &Table,
        handle: u64,
        action: ActionId,
        arguments: Vec<Bits>,
    ) -> Result<(), SubjectError> {
        let place = self.place(table, handle)?;
        if let Some(row) = self.rows.get_mut(&place) {
            row.action = action;
            row.arguments = arguments;
        }
        Ok(())
    }

    pub(super) fn delete(&mut self, table: &Table, handle: u64) -> Result<(), SubjectError> {
        let place = self.place(table, handle)?;
        self.rows.remove(&place);
        let freed = self.freed.entry(place).or_insert(0);
        *freed = (*freed + 1) & 0xff;
        Ok(())
    }

    pub(super) fn clear(&mut self) {
        self.rows.clear();
        self.freed.clear();
    }

    pub(super) fn set_default(
        &mut self,
        table: &Table,
        action: ActionId,
        arguments: Vec<Bits>,
    ) -> Result<(), SubjectError> {
        if let Some(default) = &table.default_entry {
            if default.const_entry {
                return Err(state(table, "its default entry is constant"));
            }
            if default.const_action && default.action != action {
                return Err(state(table, "its default action is constant"));
            }
        }
        self.default = Some((action, arguments));
        self.default_target = None;
        Ok(())
    }

    pub(super) fn reset_default(&mut self, table: &Table) {
        self.default = table.default_entry.as_ref().map(|entry| (entry.action, entry.arguments.clone()));
        self.default_target = None;
    }

    /// An entry's action is that of a member or group.
    pub(super) fn refer(&mut self, handle: u64, target: ProfileTarget) {
        if let Some(row) = self.rows.values_mut().find(|row| row.handle == handle) {
            row.target = Some(target);
        }
    }

    /// So is what is done on a miss.
    pub(super) fn refer_default(&mut self, target: ProfileTarget) {
        self.default_target = Some(target);
    }

    /// Take over what members and groups do now.
    pub(super) fn follow(&mut self, does: impl Fn(ProfileTarget) -> Option<(ActionId, Vec<Bits>)>) {
        for row in self.rows.values_mut() {
            if let Some((action, arguments)) = row.target.and_then(&does) {
                (row.action, row.arguments) = (action, arguments);
            }
        }
        if let Some(default) = self.default_target.and_then(&does) {
            self.default = Some(default);
        }
    }

    fn place(&self, table: &Table, handle: u64) -> Result<u64, SubjectError> {
        let place = handle & ((1 << PLACE_BITS) - 1);
        match self.rows.get(&place) {
            Some(row) if row.handle == handle => Ok(place),
            _ => Err(state(table, &format!("it has no entry with the handle {handle}"))),
        }
    }
}

fn state(table: &Table, reason: &str) -> SubjectError {
    SubjectError::State { construct: format!("table `{}`", table.name), reason: reason.to_owned() }
}

/// How many of a key's first bits a prefix compares: the switch counts from the upper end of its first byte, which for a
/// width that isn't a multiple of 8 begins with zeros of no meaning.
pub(crate) fn prefix_bits(width: u32, prefix_length: u32) -> u32 {
    prefix_length.saturating_sub(width.next_multiple_of(8) - width)
}

fn prefix_length(row: &Row) -> u32 {
    row.key
        .iter()
        .map(|key| if let MatchValue::Lpm { prefix_length, .. } = key { *prefix_length } else { 0 })
        .sum()
}

/// The key with all bits cleared that don't count: two entries that match alike are alike.
fn canonical(table: &Table, key: &[MatchValue]) -> Result<Vec<MatchValue>, SubjectError> {
    let wrong = |reason: String| invalid(format!("table `{}`", table.name), reason);
    if key.len() != table.keys.len() {
        return Err(wrong(format!("it has {} key fields, but {} are given", table.keys.len(), key.len())));
    }
    let mut canonical = Vec::with_capacity(key.len());
    for (field, value) in table.keys.iter().zip(key) {
        let of_width = |bits: &Bits| -> Result<Bits, SubjectError> {
            if bits.width() != field.width {
                let (name, wanted, given) = (&field.name, field.width, bits.width());
                return Err(wrong(format!("key `{name}` has {wanted} bits, the value {given}")));
            }
            Ok(field.mask.as_ref().map_or_else(|| bits.clone(), |mask| bits.and(mask)))
        };
        canonical.push(match (field.match_kind, value) {
            (MatchKind::Exact, MatchValue::Exact(value)) => MatchValue::Exact(of_width(value)?),
            (MatchKind::Lpm, MatchValue::Lpm { value, prefix_length }) => {
                if *prefix_length > field.width {
                    let (name, width) = (&field.name, field.width);
                    return Err(wrong(format!("key `{name}` has {width} bits, the prefix {prefix_length}")));
                }
                let compared = prefix_bits(field.width, *prefix_length);
                let value = of_width(value)?.and(&Bits::prefix_mask(field.width, compared));
                MatchValue::Lpm { value, prefix_length: *prefix_length }
            }
            (MatchKind::Ternary, MatchValue::Ternary { value, mask }) => {
                of_width(mask)?;
                MatchValue::Ternary { value: of_width(value)?.and(mask), mask: mask.clone() }
            }
            (MatchKind::Range, MatchValue::Range { low, high }) => {
                if low.cmp_unsigned(high).is_gt() {
                    return Err(wrong(format!("key `{}`: the range is empty", field.name)));
                }
                of_width(high)?;
                // The switch masks the lower bound alone.
                MatchValue::Range { low: of_width(low)?, high: high.clone() }
            }
            (MatchKind::Optional, MatchValue::Optional(value)) => {
                MatchValue::Optional(value.as_ref().map(of_width).transpose()?)
            }
            (kind, _) => {
                return Err(wrong(format!("key `{}` is {}, the value is not", field.name, kind.name())));
            }
        });
    }
    Ok(canonical)
}
