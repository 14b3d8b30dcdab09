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
        Self::new(failure.code, failure.message)
    }
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

/// What became of a write's updates: a code for each, in order.
pub(crate) fn batch_status(results: &[Result<(), Failure>]) -> Status {
    let detail = |result: &Result<(), Failure>| {
        let (code, message) = match result {
            Ok(()) => (Code::Ok, String::new()),
            Err(failure) => (failure.code, failure.message.clone()),
        };
        let error = v1::Error { canonical_code: code as i32, message, ..Default::default() };
        Any { type_url: "type.googleapis.com/p4.v1.Error".to_owned(), value: error.encode_to_vec() }
    };
    let failed = results.iter().filter(|result| result.is_err()).count();
    let message = format!("{failed} of {} updates failed", results.len());
    let status = rpc::Status {
        code: Code::Unknown as i32,
        message: message.clone(),
        details: results.iter().map(detail).collect(),
    };
    Status::with_details(Code::Unknown, message, status.encode_to_vec().into())
}
