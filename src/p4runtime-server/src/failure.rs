//! Why something was refused, in P4Runtime's codes.

use hyper4_p4runtime::prost::Message;
use hyper4_p4runtime::tonic::{Code, Status};
use hyper4_p4runtime::{Any, rpc, v1};
use hyper4_switch::{ControlError, MulticastError, SwitchError};

/// Why a request, or one update of it, was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct Failure {
    /// gRPC's code.
    pub code: Code,
    /// What is wrong, where, and what to do. It says nothing of other tenants.
    pub message: String,
}

impl Failure {
    /// A failure with that code.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into() }
    }

    /// What was sent can't be, whatever the state.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(Code::InvalidArgument, message)
    }

    /// It isn't there.
    pub fn not_found(message: impl Into<String>) -> Self {
        Self::new(Code::NotFound, message)
    }

    /// The device doesn't have it.
    pub fn unimplemented(message: impl Into<String>) -> Self {
        Self::new(Code::Unimplemented, message)
    }
}

impl From<Failure> for Status {
    fn from(failure: Failure) -> Self {
        Self::new(failure.code, shortened(&failure.message))
    }
}

/// Bytes of the longest message. What was wrong goes back in a header, of which gRPC's clients take 8 KiB; a message may
/// become three times as long there.
const LONGEST_MESSAGE: usize = 1500;

/// Bytes of what is said of each update, for the same reason; it becomes a third longer there.
const LONGEST_DETAILS: usize = 4 << 10;

/// As much of a message as a client takes.
fn shortened(message: &str) -> String {
    if message.len() <= LONGEST_MESSAGE {
        return message.to_owned();
    }
    let end = (0..=LONGEST_MESSAGE).rev().find(|end| message.is_char_boundary(*end)).unwrap_or(0);
    format!("{} […]", message.get(..end).unwrap_or_default())
}

fn control_code(error: &ControlError) -> Code {
    match error {
        ControlError::UnknownTable(_)
        | ControlError::UnknownAction { .. }
        | ControlError::UnknownObject { .. }
        | ControlError::UnknownProfileAction { .. }
        | ControlError::InvalidHandle { .. }
        | ControlError::ExpiredHandle { .. }
        | ControlError::InvalidMember { .. }
        | ControlError::InvalidGroup { .. }
        | ControlError::UnknownSession(_)
        | ControlError::MemberNotInGroup { .. } => Code::NotFound,
        ControlError::TableFull { .. } | ControlError::Exhausted { .. } => Code::ResourceExhausted,
        ControlError::DuplicateEntry(_) | ControlError::MemberInGroup { .. } => Code::AlreadyExists,
        ControlError::ImmutableEntries(_)
        | ControlError::ConstDefaultAction(_)
        | ControlError::ConstDefaultEntry(_) => Code::PermissionDenied,
        ControlError::MemberInUse { .. }
        | ControlError::GroupInUse { .. }
        | ControlError::EmptyGroup { .. } => Code::FailedPrecondition,
        ControlError::InvalidIndex { .. } => Code::OutOfRange,
        ControlError::Multicast(MulticastError::Full) => Code::ResourceExhausted,
        ControlError::Multicast(MulticastError::NoGroup(_) | MulticastError::NoNode(_)) => Code::NotFound,
        _ => Code::InvalidArgument,
    }
}

impl From<ControlError> for Failure {
    fn from(error: ControlError) -> Self {
        Self::new(control_code(&error), error.to_string())
    }
}

impl From<SwitchError> for Failure {
    fn from(error: SwitchError) -> Self {
        match error {
            SwitchError::Control(error) => error.into(),
            SwitchError::Unsupported { .. } => Self::unimplemented(error.to_string()),
            SwitchError::Port { .. } => Self::new(Code::OutOfRange, error.to_string()),
            SwitchError::NotLoaded => Self::new(Code::FailedPrecondition, NO_PIPELINE),
            SwitchError::Failed(_) => Self::new(Code::Internal, error.to_string()),
        }
    }
}

/// What a device without a program says; controllers know a device that waits for one by these words.
pub(crate) const NO_PIPELINE: &str = "No forwarding pipeline config set for this device.";

/// What became of a write's updates: a code for each, in order, and a message while there is room for them. Of a request
/// with more updates than a client would take codes of, the message alone says what failed first.
pub(crate) fn batch_status(results: &[Result<(), Failure>]) -> Status {
    let failures = (1..).zip(results).filter_map(|(number, result)| Some((number, result.as_ref().err()?)));
    let mut message = format!("{} of {} updates failed", failures.clone().count(), results.len());
    if let Some((number, failure)) = failures.clone().find(|(_, failure)| failure.code != Code::Aborted) {
        message = shortened(&format!("{message}; number {number}: {}", failure.message));
    }
    let status = |messages: bool| rpc::Status {
        code: Code::Unknown as i32,
        message: message.clone(),
        details: results.iter().map(|result| detail(result, messages)).collect(),
    };
    let fitting = [status(true), status(false)].into_iter().map(|status| status.encode_to_vec());
    match fitting.into_iter().find(|details| details.len() - message.len() <= LONGEST_DETAILS) {
        Some(details) => Status::with_details(Code::Unknown, message, details.into()),
        None => Status::new(Code::Unknown, message),
    }
}

fn detail(result: &Result<(), Failure>, with_message: bool) -> Any {
    let (code, message) = match result {
        Ok(()) => (Code::Ok, String::new()),
        Err(failure) if with_message => (failure.code, failure.message.clone()),
        Err(failure) => (failure.code, String::new()),
    };
    let error = v1::Error { canonical_code: code as i32, message, ..Default::default() };
    Any { type_url: "type.googleapis.com/p4.v1.Error".to_owned(), value: error.encode_to_vec() }
}
