//! Entries of tables, as controllers write them and as the device knows them.

use hyper4_bits::Bits;
use hyper4_ir::{MatchKind, MatchValue};
use hyper4_p4runtime::v1::{self, FieldMatch, field_match, field_match::FieldMatchType};

use crate::Failure;
use crate::pipeline::{Action, KeyField, Pipeline, Table};
use crate::value::{decode, encode};

/// What an entry matches and its priority, as the device knows them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Key {
    pub(crate) values: Vec<MatchValue>,
    pub(crate) priority: Option<u32>,
}

/// The greatest priority. The device's lowest number wins, a controller's highest does.
const GREATEST: u32 = i32::MAX.cast_unsigned();

/// What an entry matches.
pub(crate) fn key(table: &Table, entry: &v1::TableEntry) -> Result<Key, Failure> {
    let values = table.keys.iter().map(|key| {
        let mut given = entry.r#match.iter().filter(|field| field.field_id == key.id);
        let value = match given.next() {
            Some(field) => field_value(table, key, field)?,
            None => anything(table, key)?,
        };
        match given.next() {
            Some(_) => Err(Failure::invalid(format!("{} is given twice", named(table, key)))),
            None => Ok(value),
        }
    });
    let values = values.collect::<Result<_, _>>()?;
    let unknown = |field: &&FieldMatch| table.keys.iter().all(|key| key.id != field.field_id);
    if let Some(field) = entry.r#match.iter().find(unknown) {
        let message = format!("table `{}` has no key field with the ID {}", table.name, field.field_id);
        return Err(Failure::invalid(message));
    }
    Ok(Key { values, priority: priority(table, entry.priority)? })
}

fn priority(table: &Table, given: i32) -> Result<Option<u32>, Failure> {
    match (table.prioritised, u32::try_from(given)) {
        (true, Ok(given @ 1..)) => Ok(Some(GREATEST - given)),
        (true, _) => Err(Failure::invalid(format!(
            "table `{}` wants a priority above 0 with each entry, and {given} is given",
            table.name
        ))),
        (false, Ok(0)) => Ok(None),
        (false, _) => Err(Failure::invalid(format!(
            "the entries of table `{}` have no priorities, and {given} is given",
            table.name
        ))),
    }
}

fn named(table: &Table, key: &KeyField) -> String {
    format!("key field `{}` of table `{}`", key.name, table.name)
}

/// What a field that isn't given matches.
fn anything(table: &Table, key: &KeyField) -> Result<MatchValue, Failure> {
    Ok(match key.kind {
        MatchKind::Exact => return Err(Failure::invalid(format!("{} is missing", named(table, key)))),
        MatchKind::Lpm => MatchValue::Lpm { value: Bits::zero(key.width), prefix_length: 0 },
        MatchKind::Ternary => {
            MatchValue::Ternary { value: Bits::zero(key.width), mask: Bits::zero(key.width) }
        }
        MatchKind::Range => MatchValue::Range { low: Bits::zero(key.width), high: Bits::ones(key.width) },
        MatchKind::Optional => MatchValue::Optional(None),
    })
}

fn field_value(table: &Table, key: &KeyField, field: &FieldMatch) -> Result<MatchValue, Failure> {
    let what = || named(table, key);
    let value = |bytes: &[u8]| decode(bytes, key.width, &what);
    let left_out = || Err(Failure::invalid(format!("{}: what matches anything is left out", what())));
    match (key.kind, field.field_match_type.as_ref()) {
        (MatchKind::Exact, Some(FieldMatchType::Exact(exact))) => Ok(MatchValue::Exact(value(&exact.value)?)),
        (MatchKind::Lpm, Some(FieldMatchType::Lpm(lpm))) => {
            let bits = value(&lpm.value)?;
            let length = u32::try_from(lpm.prefix_len).ok().filter(|length| *length <= key.width);
            match length {
                Some(0) => left_out(),
                Some(prefix_length) if bits.and(&Bits::prefix_mask(key.width, prefix_length)) == bits => {
                    Ok(MatchValue::Lpm { value: bits, prefix_length })
                }
                Some(_) => Err(Failure::invalid(format!("{}: bits behind the prefix are not 0", what()))),
                None => Err(Failure::invalid(format!(
                    "{}: a prefix of {} bits, but it has {}",
                    what(),
                    lpm.prefix_len,
                    key.width
                ))),
            }
        }
        (MatchKind::Ternary, Some(FieldMatchType::Ternary(ternary))) => {
            let (bits, mask) = (value(&ternary.value)?, value(&ternary.mask)?);
            if mask.is_zero() {
                left_out()
            } else if bits.and(&mask) == bits {
                Ok(MatchValue::Ternary { value: bits, mask })
            } else {
                Err(Failure::invalid(format!("{}: bits outside of the mask are not 0", what())))
            }
        }
        (MatchKind::Range, Some(FieldMatchType::Range(range))) => {
            let (low, high) = (value(&range.low)?, value(&range.high)?);
            if low.cmp_unsigned(&high).is_gt() {
                Err(Failure::invalid(format!("{}: the range is empty", what())))
            } else if low.is_zero() && high.is_ones() {
                left_out()
            } else {
                Ok(MatchValue::Range { low, high })
            }
        }
        (MatchKind::Optional, Some(FieldMatchType::Optional(optional))) => {
            Ok(MatchValue::Optional(Some(value(&optional.value)?)))
        }
        _ => Err(Failure::invalid(format!("{} is matched as {}", what(), key.kind.name()))),
    }
}

/// What an entry matches, in a controller's terms: what matches anything is left out.
pub(crate) fn field_matches(table: &Table, key: &[MatchValue]) -> Vec<FieldMatch> {
    let field = |(field, value): (&KeyField, &MatchValue)| {
        let matched = match value {
            MatchValue::Exact(value) => FieldMatchType::Exact(field_match::Exact { value: encode(value) }),
            MatchValue::Lpm { prefix_length: 0, .. } | MatchValue::Optional(None) => return None,
            MatchValue::Lpm { value, prefix_length } => FieldMatchType::Lpm(field_match::Lpm {
                value: encode(&value.and(&Bits::prefix_mask(field.width, *prefix_length))),
                prefix_len: i32::try_from(*prefix_length).ok()?,
            }),
            MatchValue::Ternary { mask, .. } if mask.is_zero() => return None,
            MatchValue::Ternary { value, mask } => {
                FieldMatchType::Ternary(field_match::Ternary { value: encode(value), mask: encode(mask) })
            }
            MatchValue::Range { low, high } if low.is_zero() && high.is_ones() => return None,
            MatchValue::Range { low, high } => {
                FieldMatchType::Range(field_match::Range { low: encode(low), high: encode(high) })
            }
            MatchValue::Optional(Some(value)) => {
                FieldMatchType::Optional(field_match::Optional { value: encode(value) })
            }
        };
        Some(FieldMatch { field_id: field.id, field_match_type: Some(matched) })
    };
    table.keys.iter().zip(key).filter_map(field).collect()
}

/// A device's priority as a controller knows it.
pub(crate) fn controller_priority(priority: Option<u32>) -> i32 {
    priority.and_then(|priority| i32::try_from(GREATEST.saturating_sub(priority)).ok()).unwrap_or(0)
}

/// An action with its arguments, as the device knows them.
pub(crate) fn call(pipeline: &Pipeline, given: &v1::Action) -> Result<(String, Vec<Bits>), Failure> {
    let action = pipeline.find_action(given.action_id)?;
    let arguments = action.parameters.iter().map(|parameter| {
        let mut found = given.params.iter().filter(|param| param.param_id == parameter.id);
        let what = || format!("parameter {} of action `{}`", parameter.id, action.name);
        let value = found.next().ok_or_else(|| Failure::invalid(format!("{} is missing", what())))?;
        match found.next() {
            Some(_) => Err(Failure::invalid(format!("{} is given twice", what()))),
            None => decode(&value.value, parameter.width, &what),
        }
    });
    let arguments = arguments.collect::<Result<Vec<_>, _>>()?;
    match given.params.len() > arguments.len() {
        true => Err(Failure::invalid(format!("action `{}` has no such parameter", action.name))),
        false => Ok((action.name.clone(), arguments)),
    }
}

/// An action with its arguments, in a controller's terms.
pub(crate) fn controller_call(action: &Action, arguments: &[Bits]) -> v1::Action {
    let params = action
        .parameters
        .iter()
        .zip(arguments)
        .map(|(parameter, argument)| v1::action::Param { param_id: parameter.id, value: encode(argument) });
    v1::Action { action_id: action.id, params: params.collect() }
}

/// The same by the action's name.
pub(crate) fn controller_action(pipeline: &Pipeline, name: &str, arguments: &[Bits]) -> Option<v1::Action> {
    let action = pipeline.actions.get(&pipeline.action_id(name)?)?;
    Some(controller_call(action, arguments))
}

/// An action, checked against where it is to stand.
pub(crate) fn table_call(
    pipeline: &Pipeline,
    table: &Table,
    given: &v1::Action,
    default: bool,
) -> Result<(String, Vec<Bits>), Failure> {
    let called = call(pipeline, given)?;
    match table.actions.get(&given.action_id) {
        None => Err(Failure::invalid(format!("table `{}` has no action `{}`", table.name, called.0))),
        Some(scope) if default && !scope.default => {
            Err(Failure::invalid(format!("action `{}` can't be a default action", called.0)))
        }
        Some(scope) if !default && !scope.entries => {
            Err(Failure::invalid(format!("action `{}` can only be a default action", called.0)))
        }
        Some(_) => Ok(called),
    }
}
