//! Calls: who drives a switch.

use std::io::{BufReader, BufWriter};
use std::net::TcpStream;
use std::time::Duration;

use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TInputProtocol, TMessageIdentifier, TMessageType,
    TOutputProtocol, TType,
};

use crate::value::{read, write};
use crate::{Fields, Value};

/// Why a call has no result.
#[derive(Debug, thiserror::Error)]
pub enum CallError {
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
        Self::Broken(crate::server::said(error))
    }
}

/// A connection to a switch's Thrift server.
pub struct Client {
    // Not thrift's own buffer: when a read is interrupted it gives out again what it gave out before.
    input: TBinaryInputProtocol<BufReader<TcpStream>>,
    output: TBinaryOutputProtocol<BufWriter<TcpStream>>,
    sequence: i32,
}

impl Client {
    /// Over an open connection. An answer may take `patience`.
    ///
    /// # Errors
    /// What the system says of the connection.
    pub fn new(stream: TcpStream, patience: Duration) -> std::io::Result<Self> {
        stream.set_nodelay(true)?;
        stream.set_read_timeout(Some(patience))?;
        stream.set_write_timeout(Some(patience))?;
        let input = TBinaryInputProtocol::new(BufReader::new(stream.try_clone()?), true);
        let output = TBinaryOutputProtocol::new(BufWriter::new(stream), true);
        Ok(Self { input, output, sequence: 0 })
    }

    /// Call a method, `service:method`. `None`: it answers nothing but that it is done.
    ///
    /// # Errors
    /// [`CallError`], also when the switch refuses.
    pub fn call(&mut self, method: &str, arguments: Fields) -> Result<Option<Value>, CallError> {
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

#[cfg(test)]
mod tests;
