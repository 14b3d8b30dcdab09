//! Fields by number and type.

use crate::{Fields, Value};

pub(crate) fn boolean(fields: &Fields, number: i16) -> Option<bool> {
    match fields.get(&number) {
        Some(Value::Bool(value)) => Some(*value),
        _ => None,
    }
}

pub(crate) fn short(fields: &Fields, number: i16) -> Option<i16> {
    match fields.get(&number) {
        Some(Value::I16(value)) => Some(*value),
        _ => None,
    }
}

pub(crate) fn int(fields: &Fields, number: i16) -> Option<i32> {
    match fields.get(&number) {
        Some(Value::I32(value)) => Some(*value),
        _ => None,
    }
}

pub(crate) fn long(fields: &Fields, number: i16) -> Option<i64> {
    match fields.get(&number) {
        Some(Value::I64(value)) => Some(*value),
        _ => None,
    }
}

pub(crate) fn double(fields: &Fields, number: i16) -> Option<f64> {
    match fields.get(&number) {
        Some(Value::Double(value)) => Some(*value),
        _ => None,
    }
}

pub(crate) fn bytes(fields: &Fields, number: i16) -> Option<&[u8]> {
    match fields.get(&number) {
        Some(Value::Binary(value)) => Some(value),
        _ => None,
    }
}

/// Text, what isn't UTF-8 replaced.
pub(crate) fn text(fields: &Fields, number: i16) -> String {
    String::from_utf8_lossy(bytes(fields, number).unwrap_or_default()).into_owned()
}

pub(crate) fn structure(fields: &Fields, number: i16) -> Option<&Fields> {
    match fields.get(&number) {
        Some(Value::Struct(value)) => Some(value),
        _ => None,
    }
}

pub(crate) fn list(fields: &Fields, number: i16) -> &[Value] {
    match fields.get(&number) {
        Some(Value::List(values)) => values,
        _ => &[],
    }
}

/// The structures of a list.
pub(crate) fn structures(values: &[Value]) -> impl Iterator<Item = &Fields> {
    values.iter().filter_map(|value| match value {
        Value::Struct(fields) => Some(fields),
        _ => None,
    })
}

/// The strings of a list.
pub(crate) fn strings(values: &[Value]) -> impl Iterator<Item = &[u8]> {
    values.iter().filter_map(|value| match value {
        Value::Binary(bytes) => Some(bytes.as_slice()),
        _ => None,
    })
}
