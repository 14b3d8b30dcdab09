//! Calls over Thrift: values in, values out.
//!
//! Thrift's binary protocol says of each field which it is and of which type, so a call needs no generated code: the
//! arguments are a structure of numbered fields, the answer is one with the result as field 0 or the exception as
//! field 1. The services of a switch share one connection; a call's name is `service:method`.

use std::collections::BTreeMap;
use std::io::{BufReader, BufWriter};
use std::net::TcpStream;
use std::time::Duration;

use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TFieldIdentifier, TInputProtocol, TListIdentifier,
    TMessageIdentifier, TMessageType, TOutputProtocol, TStructIdentifier, TType,
};

/// A structure, or the arguments of a call: its fields by number.
pub(super) type Fields = BTreeMap<i16, Value>;

/// What Thrift carries, as far as it is used here.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Value {
    Bool(bool),
    I32(i32),
    I64(i64),
    /// A string is a binary, too.
    Binary(Vec<u8>),
    List(Vec<Value>),
    Struct(Fields),
}

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub(super) enum CallError {
    /// The switch refuses.
    #[error("refused with code {0}")]
    Refused(i32),
    /// The switch found no code for it: the text of an exception that it didn't expect.
    #[error("{0}")]
    Exception(String),
    /// The switch is gone, silent, or says what it shouldn't.
    #[error("{0}")]
    Broken(String),
}

impl From<thrift::Error> for CallError {
    fn from(error: thrift::Error) -> Self {
        // Shown, these errors don't tell what they are about.
        Self::Broken(match error {
            thrift::Error::Transport(error) => error.message,
            thrift::Error::Protocol(error) => error.message,
            thrift::Error::Application(error) => error.message,
            other => other.to_string(),
        })
    }
}

pub(super) struct Client {
    // Not thrift's own buffer: when a read is interrupted it gives out again what it gave out before.
    input: TBinaryInputProtocol<BufReader<TcpStream>>,
    output: TBinaryOutputProtocol<BufWriter<TcpStream>>,
    sequence: i32,
}

impl Client {
    pub(super) fn new(stream: TcpStream, patience: Duration) -> std::io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let input = TBinaryInputProtocol::new(BufReader::new(stream.try_clone()?), true);
        let output = TBinaryOutputProtocol::new(BufWriter::new(stream), true);
        Ok(Self { input, output, sequence: 0 })
    }

    /// Call a method. `None`: it answers nothing but that it is done.
    pub(super) fn call(&mut self, method: &str, arguments: Fields) -> Result<Option<Value>, CallError> {
        self.sequence = self.sequence.wrapping_add(1);
        let message = TMessageIdentifier::new(method, TMessageType::Call, self.sequence);
        self.output.write_message_begin(&message)?;
        write(&mut self.output, &Value::Struct(arguments))?;
        self.output.write_message_end()?;
        self.output.flush()?;

        let answer = self.input.read_message_begin()?;
        if answer.message_type == TMessageType::Exception {
            let error = thrift::Error::read_application_error_from_in_protocol(&mut self.input)?;
            self.input.read_message_end()?;
            return Err(CallError::Exception(format!("`{method}`: {}", error.message)));
        }
        let fields = read(&mut self.input, TType::Struct, 0)?;
        self.input.read_message_end()?;
        let (TMessageType::Reply, Some(Value::Struct(mut fields))) = (answer.message_type, fields) else {
            return Err(CallError::Broken(format!("`{method}` isn't answered by a reply")));
        };
        if answer.sequence_number != self.sequence {
            return Err(CallError::Broken(format!("`{method}` is answered by another call's reply")));
        }
        match fields.remove(&1) {
            Some(Value::Struct(exception)) => match exception.get(&1) {
                Some(Value::I32(code)) => Err(CallError::Refused(*code)),
                _ => Err(CallError::Broken(format!("`{method}` is refused without a code"))),
            },
            _ => Ok(fields.remove(&0)),
        }
    }
}

fn type_of(value: &Value) -> TType {
    match value {
        Value::Bool(_) => TType::Bool,
        Value::I32(_) => TType::I32,
        Value::I64(_) => TType::I64,
        Value::Binary(_) => TType::String,
        Value::List(_) => TType::List,
        Value::Struct(_) => TType::Struct,
    }
}

fn write(output: &mut dyn TOutputProtocol, value: &Value) -> thrift::Result<()> {
    match value {
        Value::Bool(value) => output.write_bool(*value),
        Value::I32(value) => output.write_i32(*value),
        Value::I64(value) => output.write_i64(*value),
        Value::Binary(value) => output.write_bytes(value),
        Value::List(values) => {
            // Of an empty list nobody looks at the type.
            let element = values.first().map_or(TType::String, type_of);
            let size = i32::try_from(values.len()).map_err(|error| error.to_string())?;
            output.write_list_begin(&TListIdentifier::new(element, size))?;
            values.iter().try_for_each(|value| write(output, value))?;
            output.write_list_end()
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
fn read(input: &mut dyn TInputProtocol, kind: TType, depth: usize) -> thrift::Result<Option<Value>> {
    const DEEPEST: usize = 16;
    if depth > DEEPEST {
        return Err("the answer is nested too deeply".into());
    }
    Ok(Some(match kind {
        TType::Bool => Value::Bool(input.read_bool()?),
        TType::I32 => Value::I32(input.read_i32()?),
        TType::I64 => Value::I64(input.read_i64()?),
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
        other => {
            input.skip(other)?;
            return Ok(None);
        }
    }))
}

#[cfg(test)]
mod tests;
