//! What a tenant is told when the DPMU refuses: nothing of others, and nothing of the device below.

use hyper4_dpmu::DpmuError;
use hyper4_p4runtime::tonic::Code;
use hyper4_p4runtime_server::Failure;
use hyper4_switch::{ControlError, SwitchError};

/// What a controller is told.
pub(crate) fn failure(error: DpmuError) -> Failure {
    match error {
        DpmuError::Control(error) => error.into(),
        DpmuError::Refused(_) => Failure::unimplemented(error.to_string()),
        DpmuError::Exhausted { resource, needed, left } => {
            Failure::new(Code::ResourceExhausted, exhausted(resource, needed, left))
        }
        DpmuError::Wiring(_) | DpmuError::Wired(_) => {
            Failure::new(Code::FailedPrecondition, error.to_string())
        }
        DpmuError::Unknown { .. } => Failure::not_found(error.to_string()),
        DpmuError::Exists { .. } => Failure::new(Code::AlreadyExists, error.to_string()),
        DpmuError::Device(SwitchError::Failed(_) | SwitchError::NotLoaded)
        | DpmuError::Inconsistent { .. } => {
            tracing::error!(%error, "a tenant's request failed in the device");
            let message = "the device failed, and nothing was changed; it is being brought back: ask again";
            Failure::new(Code::Unavailable, message)
        }
        other => {
            tracing::error!(error = %other, "a tenant's request failed in the device");
            Failure::new(Code::Internal, "the device could not do it; the operator's log says why")
        }
    }
}

/// The code of what the operator is told, who may know all of it.
pub(crate) fn code(error: &DpmuError) -> Code {
    match error {
        DpmuError::PortTaken { .. } => Code::FailedPrecondition,
        DpmuError::Gate(_) => Code::Internal,
        other => failure(other.clone()).code,
    }
}

/// Whether it is the tenant's own.
fn of_the_lease(resource: &str) -> bool {
    resource.contains("lease")
}

/// How much is left of what all share is nobody's business.
fn exhausted(resource: &str, needed: u64, left: u64) -> String {
    match of_the_lease(resource) {
        true => format!("out of {resource}: {needed} needed, {left} left"),
        false => format!("out of {resource}: {needed} needed"),
    }
}

/// What a client of the Thrift services is told.
pub(crate) fn switch_error(error: DpmuError) -> SwitchError {
    match error {
        DpmuError::Control(error) => SwitchError::Control(error),
        DpmuError::Refused(refusal) => SwitchError::Unsupported {
            construct: refusal.construct,
            reason: refusal.reason,
            source_info: refusal.source_info,
        },
        DpmuError::Exhausted { resource, needed, left } => {
            let left = if of_the_lease(resource) { left } else { 0 };
            SwitchError::Control(ControlError::Exhausted { resource: resource.to_owned(), needed, left })
        }
        other => SwitchError::Failed(failure(other).message),
    }
}
