//! Programs on a persona as switches: what a tenant sees.
//!
//! [`VirtualSwitch`] runs one program as if it had the switch for itself; [`VirtualNetwork`] runs compositions and
//! slices beside each other. Below them is any [`hyper4_switch::Switch`] that runs the persona. Packets, commands,
//! handles and traces are the guests' own: the persona's trace is told in their terms by [`guest_trace`].

mod network;
mod single;
mod trace;

pub use network::VirtualNetwork;
pub use single::{MakeSwitch, VirtualSwitch};
pub use trace::{PersonaRow, guest_trace, persona_rows};

use hyper4_dpmu::DpmuError;
use hyper4_switch::SwitchError;

/// What a DPMU's refusal is to someone who thinks to speak with a switch.
pub fn switch_error(error: DpmuError) -> SwitchError {
    match error {
        DpmuError::Refused(refusal) => SwitchError::Unsupported {
            construct: refusal.construct,
            reason: refusal.reason,
            source_info: refusal.source_info,
        },
        DpmuError::Control(error) => SwitchError::Control(error),
        DpmuError::Exhausted { resource, needed, left } => SwitchError::Unsupported {
            construct: "the program".to_owned(),
            reason: format!("out of {resource}: {needed} needed, {left} left"),
            source_info: None,
        },
        DpmuError::Device(error) => error,
        other => SwitchError::Unsupported {
            construct: "the composition".to_owned(),
            reason: other.to_string(),
            source_info: None,
        },
    }
}
