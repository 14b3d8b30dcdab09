//! What Thrift carries.

use std::collections::BTreeMap;

use thrift::protocol::{
    TFieldIdentifier, TInputProtocol, TListIdentifier, TMapIdentifier, TOutputProtocol, TStructIdentifier,
    TType,
};

/// A structure, or the arguments of a call: its fields by number.
pub type Fields = BTreeMap<i16, Value>;

/// What Thrift carries, as far as simple_switch's services use it.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    /// A truth value.
    Bool(bool),
    /// A signed number of 16 bits.
    I16(i16),
    /// A signed number of 32 bits.
    I32(i32),
    /// A signed number of 64 bits.
    I64(i64),
    /// A floating point number.
    Double(f64),
    /// A string is a binary, too.
    Binary(Vec<u8>),
    /// Values of one type.
    List(Vec<Value>),
    /// Pairs of strings.
    Map(BTreeMap<Vec<u8>, Vec<u8>>),
    /// Fields by number.
    Struct(Fields),
}

impl Value {
    /// A string.
    pub fn text(text: &str) -> Self {
        Self::Binary(text.as_bytes().to_vec())
    }

    /// A structure whose fields are numbered from 1.
    pub fn structure(values: impl IntoIterator<Item = Self>) -> Self {
        Self::Struct((1..).zip(values).collect())
    }
}

pub(crate) fn type_of(value: &Value) -> TType {
    match value {
        Value::Bool(_) => TType::Bool,
        Value::I16(_) => TType::I16,
        Value::I32(_) => TType::I32,
        Value::I64(_) => TType::I64,
        Value::Double(_) => TType::Double,
        Value::Binary(_) => TType::String,
        Value::List(_) => TType::List,
        Value::Map(_) => TType::Map,
        Value::Struct(_) => TType::Struct,
    }
}

fn size(length: usize) -> thrift::Result<i32> {
    i32::try_from(length).map_err(|error| error.to_string().into())
}

pub(crate) fn write(output: &mut dyn TOutputProtocol, value: &Value) -> thrift::Result<()> {
    match value {
        Value::Bool(value) => output.write_bool(*value),
        Value::I16(value) => output.write_i16(*value),
        Value::I32(value) => output.write_i32(*value),
        Value::I64(value) => output.write_i64(*value),
        Value::Double(value) => output.write_double(*value),
        Value::Binary(value) => output.write_bytes(value),
        Value::List(values) => {
            // Of an empty list nobody looks at the type.
            let element = values.first().map_or(TType::String, type_of);
            output.write_list_begin(&TListIdentifier::new(element, size(values.len())?))?;
            values.iter().try_for_each(|value| write(output, value))?;
            output.write_list_end()
        }
        Value::Map(pairs) => {
            output.write_map_begin(&TMapIdentifier::new(TType::String, TType::String, size(pairs.len())?))?;
            for (key, value) in pairs {
                output.write_bytes(key)?;
                output.write_bytes(value)?;
            }
            output.write_map_end()
        }
        Value::Struct(fields) => {
            output.write_struct_begin(&TStructIdentifier::new(""))?;
            for (number, value) in fields {
                output.write_field_begin(&TFieldIdentifier::new("", type_of(value), *number))?;
                write(output, value)?;
                output.write_field_end()?;
            }
            output.write_field_stop()?;
            output.write_struct_end()
        }
    }
}

/// Read a value; `None` for one of a type that isn't used here.
pub(crate) fn read(
    input: &mut dyn TInputProtocol,
    kind: TType,
    depth: usize,
) -> thrift::Result<Option<Value>> {
    const DEEPEST: usize = 16;
    if depth > DEEPEST {
        return Err("the message is nested too deeply".into());
    }
    Ok(Some(match kind {
        TType::Bool => Value::Bool(input.read_bool()?),
        TType::I16 => Value::I16(input.read_i16()?),
        TType::I32 => Value::I32(input.read_i32()?),
        TType::I64 => Value::I64(input.read_i64()?),
        TType::Double => Value::Double(input.read_double()?),
        TType::String => Value::Binary(input.read_bytes()?),
        TType::List => {
            let list = input.read_list_begin()?;
            let mut values = Vec::new();
            for _ in 0..list.size {
                values.extend(read(input, list.element_type, depth + 1)?);
            }
            input.read_list_end()?;
            Value::List(values)
        }
        TType::Map => {
            let map = input.read_map_begin()?;
            let mut pairs = BTreeMap::new();
            for _ in 0..map.size {
                let key = read(input, map.key_type.unwrap_or(TType::Stop), depth + 1)?;
                let value = read(input, map.value_type.unwrap_or(TType::Stop), depth + 1)?;
                if let (Some(Value::Binary(key)), Some(Value::Binary(value))) = (key, value) {
                    pairs.insert(key, value);
                }
            }
            input.read_map_end()?;
            Value::Map(pairs)
        }
        TType::Struct => {
            input.read_struct_begin()?;
            let mut fields = Fields::new();
            loop {
                let field = input.read_field_begin()?;
                if field.field_type == TType::Stop {
                    break;
                }
                let value = read(input, field.field_type, depth + 1)?;
                input.read_field_end()?;
                if let (Some(number), Some(value)) = (field.id, value) {
                    fields.insert(number, value);
                }
            }
            input.read_struct_end()?;
            Value::Struct(fields)
        }
        TType::Stop | TType::Void => return Err("a value of no type".into()),
        other => {
            input.skip(other)?;
            return Ok(None);
        }
    }))
}

#[cfg(test)]
mod tests;
