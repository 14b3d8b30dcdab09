//! One side of a comparison.

use std::sync::Arc;

use hyper4_ir::{Batch, Command, Event, Packet, Program, Reply};
use hyper4_switch::{LinkedSwitches, Switch, SwitchError, Tracing};

/// One side of a comparison: a switch, or several that are joined.
pub trait Side {
    /// Carry out a command.
    ///
    /// # Errors
    /// As [`Switch::control`].
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError>;

    /// The same for a device of a composition.
    ///
    /// # Errors
    /// As [`Switch::control`], or when there is no such device.
    fn control_device(&mut self, device: &str, command: &Command) -> Result<Reply, SwitchError> {
        let _ = command;
        Err(no_device(device))
    }

    /// Let packets arrive.
    ///
    /// # Errors
    /// As [`Switch::inject`].
    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError>;

    /// The guest's program that `device` of a composition runs (`None`: there is only one). It explains a difference;
    /// without it a difference is found all the same.
    fn program(&mut self, device: Option<&str>) -> Option<Arc<Program>> {
        let _ = device;
        None
    }

    /// What brought about an event of the guest's trace: the persona's table and row, say.
    fn origin(&mut self, device: Option<&str>, event: &Event) -> Option<String> {
        let _ = (device, event);
        None
    }
}

fn no_device(device: &str) -> SwitchError {
    SwitchError::Failed(format!("there is no device `{device}`"))
}

impl<S: Side + ?Sized> Side for Box<S> {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        (**self).control(command)
    }

    fn control_device(&mut self, device: &str, command: &Command) -> Result<Reply, SwitchError> {
        (**self).control_device(device, command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        (**self).inject(packets, tracing)
    }

    fn program(&mut self, device: Option<&str>) -> Option<Arc<Program>> {
        (**self).program(device)
    }

    fn origin(&mut self, device: Option<&str>, event: &Event) -> Option<String> {
        (**self).origin(device, event)
    }
}

/// A switch as a side.
#[derive(Debug)]
pub struct SwitchSide<S>(pub S);

impl<S: Switch> Side for SwitchSide<S> {
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.0.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.0.inject(packets, tracing)
    }

    fn program(&mut self, _device: Option<&str>) -> Option<Arc<Program>> {
        self.0.program().cloned()
    }
}

/// Joined switches as a side. Commands belong to one of them and are given before the comparison begins; in a stimulus
/// they are refused.
pub struct LinkedSide(pub LinkedSwitches);

impl Side for LinkedSide {
    fn control(&mut self, _command: &Command) -> Result<Reply, SwitchError> {
        Err(SwitchError::Unsupported {
            construct: "a command in the stimulus of a composition".to_owned(),
            reason: "it doesn't say which device it is for; put it into that device's commands".to_owned(),
            source_info: None,
        })
    }

    fn control_device(&mut self, device: &str, command: &Command) -> Result<Reply, SwitchError> {
        self.0.device(device).ok_or_else(|| no_device(device))?.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.0.inject(packets, tracing)
    }

    fn program(&mut self, device: Option<&str>) -> Option<Arc<Program>> {
        self.0.device(device?)?.program().cloned()
    }
}

/// A side with somebody who knows where the events of its traces come from.
#[derive(Debug)]
pub struct WithOrigin<S, F> {
    /// The side.
    pub side: S,
    /// What brought about an event: see [`Side::origin`].
    pub origin: F,
}

impl<S, F> Side for WithOrigin<S, F>
where
    S: Side,
    F: FnMut(Option<&str>, &Event) -> Option<String>,
{
    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.side.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.side.inject(packets, tracing)
    }

    fn program(&mut self, device: Option<&str>) -> Option<Arc<Program>> {
        self.side.program(device)
    }

    fn origin(&mut self, device: Option<&str>, event: &Event) -> Option<String> {
        (self.origin)(device, event)
    }
}
