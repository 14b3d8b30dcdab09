//! Entries and their keys.

use hyper4_bits::Bits;
use hyper4_ir::{EntryLife, MatchKind, MatchValue, Program, Table, TableEntry, TableKey};

use crate::actions::{action_entry_of, action_entry_value, handle_of, handle_value};
use crate::fields::{boolean, bytes, int, list, structure, structures};
use crate::{Fields, Value};

/// `BmMatchParamType`; the field that holds a part has the next number but one.
const EXACT: i32 = 0;
const LPM: i32 = 1;
const TERNARY: i32 = 2;
const VALID: i32 = 3;
const RANGE: i32 = 4;

/// Whether entries have a priority.
pub(crate) fn ranked(table: &Table) -> bool {
    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional)
}

/// `BmMatchParams`.
pub(crate) fn key_value(table: &Table, key: &[MatchValue]) -> Value {
    Value::List(
        table.keys.iter().zip(key).map(|(declared, value)| part_value(declared.width, value)).collect(),
    )
}

fn part_value(width: u32, value: &MatchValue) -> Value {
    let binary = |bits: &Bits| Value::Binary(bits.to_be_bytes());
    let (kind, content) = match value {
        MatchValue::Exact(value) => (EXACT, vec![binary(value)]),
        MatchValue::Lpm { value, prefix_length } => {
            (LPM, vec![binary(value), Value::I32(prefix_length.cast_signed())])
        }
        MatchValue::Ternary { value, mask } => (TERNARY, vec![binary(value), binary(mask)]),
        MatchValue::Range { low, high } => (RANGE, vec![binary(low), binary(high)]),
        // simple_switch has no such kind; p4c makes ternary of it.
        MatchValue::Optional(value) => {
            let mask = if value.is_some() { Bits::ones(width) } else { Bits::zero(width) };
            (TERNARY, vec![binary(value.as_ref().unwrap_or(&Bits::zero(width))), binary(&mask)])
        }
    };
    Value::Struct(Fields::from([(1, Value::I32(kind)), (kind as i16 + 2, Value::structure(content))]))
}

/// What `BmMatchParams` say of a table; `None` when they don't fit it: other kinds, or other numbers of bytes.
///
/// simple_switch takes bits that a field has no room for, in its first byte, for an entry that never matches. Here they
/// don't fit.
pub(crate) fn key_of(table: &Table, key: &[Value]) -> Option<Vec<MatchValue>> {
    if key.len() != table.keys.len() {
        return None;
    }
    table
        .keys
        .iter()
        .zip(structures(key))
        .map(|(declared, part)| part_of(declared, part))
        .collect::<Option<Vec<_>>>()
        .filter(|values| values.len() == key.len())
}

fn part_of(declared: &TableKey, part: &Fields) -> Option<MatchValue> {
    let kind = int(part, 1)?;
    let content = structure(part, i16::try_from(kind).ok()?.checked_add(2)?)?;
    let bits = |number: i16| {
        let bytes = bytes(content, number)?;
        let fits = bytes.len() == declared.width.div_ceil(8) as usize;
        Bits::try_from_biguint(
            declared.width,
            &Bits::from_be_bytes(bytes.len() as u32 * 8, bytes).to_biguint(),
        )
        .ok()
        .filter(|_| fits)
    };
    Some(match (declared.match_kind, kind) {
        (MatchKind::Exact, EXACT) => MatchValue::Exact(bits(1)?),
        (MatchKind::Exact, VALID) if declared.valid_of.is_some() => {
            MatchValue::Exact(Bits::from_bool(boolean(content, 1)?))
        }
        (MatchKind::Lpm, LPM) => {
            let prefix_length =
                u32::try_from(int(content, 2)?).ok().filter(|length| *length <= declared.width)?;
            MatchValue::Lpm { value: bits(1)?, prefix_length }
        }
        (MatchKind::Ternary, TERNARY) => MatchValue::Ternary { value: bits(1)?, mask: bits(2)? },
        (MatchKind::Range, RANGE) => MatchValue::Range { low: bits(1)?, high: bits(2)? },
        (MatchKind::Optional, TERNARY) => {
            let (value, mask) = (bits(1)?, bits(2)?);
            match (mask.is_zero(), mask.is_ones()) {
                (true, _) => MatchValue::Optional(None),
                (_, true) => MatchValue::Optional(Some(value)),
                _ => return None,
            }
        }
        _ => return None,
    })
}

/// `BmAddEntryOptions`.
pub(crate) fn options_value(priority: Option<i32>) -> Value {
    Value::Struct(priority.map(|priority| (1, Value::I32(priority))).into_iter().collect())
}

/// `BmMtEntry`.
pub(crate) fn entry_value(table: &Table, entry: &TableEntry) -> Value {
    // Entries without a priority have one of -1.
    let priority = entry.priority.map_or(-1, u32::cast_signed);
    let mut fields = Fields::from([
        (1, key_value(table, &entry.key)),
        (2, options_value(Some(priority))),
        (3, handle_value(entry.handle)),
        (4, action_entry_value(Some(&entry.action))),
    ]);
    if let Some(life) = entry.life {
        let since_hit = i32::try_from(life.since_hit).unwrap_or(i32::MAX);
        let life = Value::structure([Value::I32(life.timeout.cast_signed()), Value::I32(since_hit)]);
        fields.insert(5, life);
    }
    Value::Struct(fields)
}

/// What a `BmMtEntry` says.
pub(crate) fn entry_of(program: &Program, table: &Table, entry: &Fields) -> Result<TableEntry, String> {
    let key = key_of(table, list(entry, 1))
        .ok_or_else(|| format!("an entry of `{}` has another key", table.name))?;
    let priority = structure(entry, 2).and_then(|options| int(options, 1));
    let action = structure(entry, 4).map(|action| action_entry_of(program, action)).transpose()?.flatten();
    let life = structure(entry, 5).map(|life| EntryLife {
        timeout: int(life, 1).unwrap_or_default().cast_unsigned(),
        since_hit: int(life, 2).and_then(|time| u64::try_from(time).ok()).unwrap_or_default(),
    });
    Ok(TableEntry {
        handle: handle_of(entry, 3).ok_or("an entry without a handle")?,
        key,
        action: action.ok_or("an entry without an action")?,
        priority: priority.filter(|_| ranked(table)).map(i32::cast_unsigned),
        life,
    })
}
