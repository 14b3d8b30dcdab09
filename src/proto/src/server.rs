//! Calls: who serves a switch's clients.

use std::io::{BufReader, BufWriter, ErrorKind};
use std::net::TcpStream;

use thrift::protocol::{
    TBinaryInputProtocol, TBinaryOutputProtocol, TInputProtocol, TMessageIdentifier, TMessageType,
    TOutputProtocol, TType,
};

use crate::value::{read, write};
use crate::{Fields, Value};

/// Thrift's `TApplicationExceptionType`: a method that isn't there, and everything else that isn't declared.
const UNKNOWN_METHOD: i32 = 1;
const INTERNAL_ERROR: i32 = 6;

/// A call that a client makes.
#[derive(Clone, Debug, PartialEq)]
pub struct IncomingCall {
    /// `service:method`.
    pub method: String,
    /// Its arguments by number.
    pub arguments: Fields,
    sequence: i32,
}

/// What a call comes to.
#[derive(Clone, Debug, PartialEq)]
pub enum Outcome {
    /// Done, and nothing is said.
    Done,
    /// The result.
    Result(Value),
    /// The method's declared exception, with its code.
    Refused(i32),
    /// There is no such method.
    UnknownMethod,
    /// An exception that the method doesn't declare.
    Failed(String),
}

/// A client's connection.
pub struct Connection {
    input: TBinaryInputProtocol<BufReader<TcpStream>>,
    output: TBinaryOutputProtocol<BufWriter<TcpStream>>,
}

impl Connection {
    /// Over an accepted connection.
    ///
    /// # Errors
    /// What the system says of the connection.
    pub fn new(stream: TcpStream) -> std::io::Result<Self> {
        stream.set_nodelay(true)?;
        // As bmv2's: versions of the protocol before its first are taken too.
        let input = TBinaryInputProtocol::new(BufReader::new(stream.try_clone()?), false);
        let output = TBinaryOutputProtocol::new(BufWriter::new(stream), true);
        Ok(Self { input, output })
    }

    /// The next call; `None` when the client has gone.
    ///
    /// # Errors
    /// What is wrong with what it sent.
    pub fn next_call(&mut self) -> Result<Option<IncomingCall>, String> {
        let message = match self.input.read_message_begin() {
            Ok(message) => message,
            Err(thrift::Error::Transport(_)) => return Ok(None),
            Err(error) if ended(&error) => return Ok(None),
            Err(error) => return Err(said(error)),
        };
        let arguments = read(&mut self.input, TType::Struct, 0).map_err(said)?;
        self.input.read_message_end().map_err(said)?;
        let (TMessageType::Call | TMessageType::OneWay, Some(Value::Struct(arguments))) =
            (message.message_type, arguments)
        else {
            return Err(format!("`{}` isn't a call", message.name));
        };
        Ok(Some(IncomingCall { method: message.name, arguments, sequence: message.sequence_number }))
    }

    /// Answer a call.
    ///
    /// # Errors
    /// When the client can't be reached.
    pub fn answer(&mut self, call: &IncomingCall, outcome: Outcome) -> Result<(), String> {
        // The service is for the request alone.
        let method = call.method.split_once(':').map_or(call.method.as_str(), |(_, method)| method);
        let exception = |text: String, kind| Fields::from([(1, Value::text(&text)), (2, Value::I32(kind))]);
        let (kind, fields) = match outcome {
            Outcome::Done => (TMessageType::Reply, Fields::new()),
            Outcome::Result(value) => (TMessageType::Reply, Fields::from([(0, value)])),
            Outcome::Refused(code) => {
                (TMessageType::Reply, Fields::from([(1, Value::structure([Value::I32(code)]))]))
            }
            Outcome::UnknownMethod => {
                let text = format!("Invalid method name: '{method}'");
                (TMessageType::Exception, exception(text, UNKNOWN_METHOD))
            }
            Outcome::Failed(text) => (TMessageType::Exception, exception(text, INTERNAL_ERROR)),
        };
        let message = TMessageIdentifier::new(method, kind, call.sequence);
        self.output.write_message_begin(&message).map_err(said)?;
        write(&mut self.output, &Value::Struct(fields)).map_err(said)?;
        self.output.write_message_end().map_err(said)?;
        self.output.flush().map_err(said)
    }
}

/// Whether a client has gone, as the system tells of it.
fn ended(error: &thrift::Error) -> bool {
    use std::error::Error;
    let source = error.source().and_then(|source| source.downcast_ref::<std::io::Error>());
    source.is_some_and(|error| {
        matches!(error.kind(), ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset | ErrorKind::BrokenPipe)
    })
}

/// Shown, these errors don't tell what they are about.
pub(crate) fn said(error: thrift::Error) -> String {
    match error {
        thrift::Error::Transport(error) => error.message,
        thrift::Error::Protocol(error) => error.message,
        thrift::Error::Application(error) => error.message,
        other => other.to_string(),
    }
}
