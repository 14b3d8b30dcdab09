//! Keys of entries: whether they fit the table, and when two are the same.

use hyper4_bits::Bits;
use hyper4_ir::{MatchKind, MatchValue, Table, TableKey};

/// Why `value` can't be used for `key`.
pub(super) fn check(key: &TableKey, value: &MatchValue) -> Result<(), String> {
    let expected =
        |what: &str| Err(format!("key `{}` is {}: expected {what}", key.name, key.match_kind.name()));
    let widths: Vec<u32> = match (key.match_kind, value) {
        (MatchKind::Exact, MatchValue::Exact(v)) => vec![v.width()],
        (MatchKind::Lpm, MatchValue::Lpm { value, prefix_length }) => {
            if *prefix_length > key.width {
                return Err(format!(
                    "key `{}`: prefix of {prefix_length} bits, but it has {}",
                    key.name, key.width
                ));
            }
            vec![value.width()]
        }
        (MatchKind::Ternary, MatchValue::Ternary { value, mask }) => vec![value.width(), mask.width()],
        (MatchKind::Range, MatchValue::Range { low, high }) => {
            if low.cmp_unsigned(high).is_gt() {
                return Err(format!("key `{}`: range from {low} to {high} is empty", key.name));
            }
            vec![low.width(), high.width()]
        }
        (MatchKind::Optional, MatchValue::Optional(v)) => v.iter().map(Bits::width).collect(),
        (MatchKind::Exact, _) => return expected("a value"),
        (MatchKind::Lpm, _) => return expected("value/prefix length"),
        (MatchKind::Ternary, _) => return expected("value&&&mask"),
        (MatchKind::Range, _) => return expected("low->high"),
        (MatchKind::Optional, _) => return expected("a value or nothing"),
    };
    match widths.into_iter().find(|w| *w != key.width) {
        Some(width) => Err(format!("key `{}` has {} bits, but the value {width}", key.name, key.width)),
        None => Ok(()),
    }
}

/// `key` as simple_switch keeps it and reads it back: bits cleared that don't count, but those behind a prefix in a table
/// that is lpm.
pub(super) fn stored(table: &Table, key: &[MatchValue]) -> Vec<MatchValue> {
    map(table, key, |value, prefix_length| {
        if table.match_kind == MatchKind::Lpm {
            value.clone()
        } else {
            value.and(&prefix_mask(value.width(), prefix_length))
        }
    })
}

/// `key` with the bits cleared that don't count: two entries with the same one can't both be in the table.
pub fn normal(table: &Table, key: &[MatchValue]) -> Vec<MatchValue> {
    map(table, key, |value, prefix_length| value.and(&prefix_mask(value.width(), prefix_length)))
}

fn map(table: &Table, key: &[MatchValue], prefix: impl Fn(&Bits, u32) -> Bits) -> Vec<MatchValue> {
    key.iter()
        .zip(&table.keys)
        .map(|(value, declared)| {
            let masked = |v: &Bits| declared.mask.as_ref().map_or_else(|| v.clone(), |m| v.and(m));
            match value {
                MatchValue::Exact(v) => MatchValue::Exact(masked(v)),
                MatchValue::Lpm { value, prefix_length } => {
                    let value = masked(&prefix(value, *prefix_length));
                    MatchValue::Lpm { value, prefix_length: *prefix_length }
                }
                MatchValue::Ternary { value, mask } => {
                    MatchValue::Ternary { value: masked(&value.and(mask)), mask: mask.clone() }
                }
                // simple_switch masks the lower bound alone.
                MatchValue::Range { low, high } => MatchValue::Range { low: masked(low), high: high.clone() },
                MatchValue::Optional(v) => MatchValue::Optional(v.as_ref().map(masked)),
            }
        })
        .collect()
}

/// The bits of a field that a prefix of that length looks at.
///
/// simple_switch counts a prefix from the first bit of the field's first byte, so a field that doesn't fill its bytes has
/// zeros before it that belong to the prefix: of 12 bits, a prefix of 6 looks at the first two.
pub fn prefix_mask(width: u32, prefix_length: u32) -> Bits {
    let padding = width.next_multiple_of(8) - width;
    Bits::prefix_mask(width, prefix_length.saturating_sub(padding))
}
