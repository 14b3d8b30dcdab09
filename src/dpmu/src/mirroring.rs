//! A tenant's mirroring sessions as sessions of the device.
//!
//! The device has one session for each physical port, which is the operator's. A row says to which of them a tenant's
//! session leads, so that no tenant takes a session from another, or reaches a port that isn't its own.

use std::sync::Arc;

use hyper4_ir::{Command, MirroringCommand, MirroringSession, PipelineKind};
use hyper4_persona::{Layout, OperatorRow, Refusal};
use hyper4_switch::Endpoint;

use crate::device::Step;
use crate::lease::Lease;
use crate::store::RowMeaning;
use crate::translate::{Placing, operator};
use crate::{DpmuError, Estate, Wiring};

/// What one of its sessions means: the device's session is made first, then come the rows. Nothing of a program that makes
/// no clones.
pub(crate) fn steps(
    placing: Placing<'_>,
    session: u16,
    copies: MirroringSession,
    wiring: &Wiring,
    lease: &Lease,
    layout: &Layout,
) -> Result<Option<(Step, Vec<Step>)>, DpmuError> {
    let Placing { device, guest, site } = placing;
    if guest.clones().is_empty() {
        return Ok(None);
    }
    let refused =
        |reason: String| DpmuError::from(Refusal::new(format!("mirroring session {session}"), reason));
    let MirroringSession { port: Some(port), group: None } = copies else {
        return Err(refused("it copies to a multicast group, which the persona's clones don't".to_owned()));
    };
    let own = u16::try_from(port).ok().and_then(|port| match wiring {
        Wiring::Direct(_) => lease.ports.contains(&port).then_some(port),
        Wiring::Links(_) => match wiring.ports(&device.name.device).get(&port) {
            Some(Endpoint::Physical(physical)) => Some(*physical),
            _ => None,
        },
    });
    let Some(own) = own else { return Err(refused(format!("its port {port} leads nowhere"))) };
    let physical = Estate::session(own);
    let set = MirroringCommand::Set(MirroringSession { port: Some(own.into()), group: None });
    let made = Step::Clear(Command::Mirroring { session: physical, command: set });
    let row = |pipeline| {
        let row = OperatorRow::Mirror { pipeline, device: site.id, session, physical };
        operator(row, RowMeaning::Mirror { device: Arc::clone(&device.name), session }, layout)
    };
    Ok(Some((made, [PipelineKind::Ingress, PipelineKind::Egress].map(row).into())))
}
