//! What a switch may be told, before it is asked.

use hyper4_ir::Command;
use hyper4_switch::{ControlError, ControlPlane, MulticastError};

/// The greatest port and link aggregation group of a multicast node.
const LAST_PORT: u16 = 511;

/// What can be said of a command without knowing what is in the tables: `blank` is the control plane of the same
/// program as it was loaded.
///
/// The switch decides. Only what it would take and silently do something else with (a value of another width, an entry
/// without a needed priority, ports that it has no place for) is refused before it is asked, as its own command line
/// does.
pub(super) fn check(blank: &ControlPlane, command: &Command) -> Result<(), ControlError> {
    check_ports(command)?;
    match blank.prepare(command) {
        Err(
            error @ (ControlError::UnknownTable(_)
            | ControlError::UnknownAction { .. }
            | ControlError::UnknownObject { .. }
            | ControlError::UnknownProfileAction { .. }
            | ControlError::BadActionData { .. }
            | ControlError::PriorityMissing(_)
            | ControlError::RegisterWidth { .. }
            | ControlError::ValueSetWidth { .. }
            | ControlError::SessionOutOfRange(_)),
        ) => Err(error),
        // Whether a key fits can be said; whether there is an entry with it can't.
        Err(error @ ControlError::BadMatchKey { .. })
            if !matches!(command, Command::TableDumpEntryFromKey { .. }) =>
        {
            Err(error)
        }
        // The rest depends on what is there, which the switch knows better.
        _ => Ok(()),
    }
}

fn check_ports(command: &Command) -> Result<(), ControlError> {
    let (ports, lags): (&[u16], &[u16]) = match command {
        Command::MulticastNodeCreate { ports, lags, .. }
        | Command::MulticastNodeUpdate { ports, lags, .. } => (ports, lags),
        Command::MulticastSetLagMembership { ports, .. } => (ports, &[]),
        _ => return Ok(()),
    };
    let far = |numbers: &[u16]| numbers.iter().copied().find(|number| *number > LAST_PORT);
    let wrong = far(ports).map(|port| format!("port {port}: ports are 0 to {LAST_PORT}"));
    let wrong = wrong
        .or_else(|| far(lags).map(|lag| format!("link aggregation group {lag}: they are 0 to {LAST_PORT}")));
    wrong.map_or(Ok(()), |reason| Err(MulticastError::OutOfRange(reason).into()))
}
