//! Slices and compositions on one persona.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_dpmu::{Dpmu, DpmuError, Lease, Wiring};
use hyper4_ir::{Batch, Command, Packet, Program, Reply};
use hyper4_persona::{Guest, Layout};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::switch_error;
use crate::trace::guest_trace;

/// A switch below that runs a persona, and slices on it.
pub struct VirtualNetwork {
    dpmu: Dpmu,
}

impl VirtualNetwork {
    /// Load `persona`, which has that layout, into the switch below.
    ///
    /// # Errors
    /// What the switch says when it can't run the persona.
    pub fn new(
        mut below: Box<dyn Switch + Send>,
        persona: Arc<Program>,
        layout: Layout,
    ) -> Result<Self, SwitchError> {
        below.load(persona)?;
        Ok(Self { dpmu: Dpmu::new(below, layout) })
    }

    /// Make a slice that runs `programs`, wired so.
    ///
    /// # Errors
    /// What the DPMU refuses.
    pub fn add_slice(
        &mut self,
        name: &str,
        lease: Lease,
        programs: &BTreeMap<String, Arc<Program>>,
        wiring: Wiring,
    ) -> Result<(), DpmuError> {
        self.dpmu.create_slice(name, lease)?;
        for (device, program) in programs {
            self.dpmu.load(name, device, Arc::clone(program))?;
        }
        self.dpmu.wire(name, wiring)
    }

    /// As [`Self::add_slice`], of a program that was compiled for the persona already.
    pub(crate) fn add_compiled(
        &mut self,
        slice: &str,
        lease: Lease,
        (device, guest): (&str, Guest),
        wiring: Wiring,
    ) -> Result<(), DpmuError> {
        self.dpmu.create_slice(slice, lease)?;
        self.dpmu.load_guest(slice, device, guest)?;
        self.dpmu.wire(slice, wiring)
    }

    /// Delete a slice with its programs, their entries and their state.
    ///
    /// # Errors
    /// What the DPMU says; nothing has changed then.
    pub fn delete_slice(&mut self, name: &str) -> Result<(), DpmuError> {
        self.dpmu.delete_slice(name)
    }

    /// The DPMU.
    pub fn dpmu(&mut self) -> &mut Dpmu {
        &mut self.dpmu
    }

    /// Carry out a tenant's command on a virtual device.
    ///
    /// # Errors
    /// As [`Switch::control`].
    pub fn control(&mut self, slice: &str, device: &str, command: &Command) -> Result<Reply, SwitchError> {
        self.dpmu.control(slice, device, command).map_err(switch_error)
    }

    /// As [`Switch::inject`], by physical ports. Each virtual device's part of a trace begins with
    /// [`hyper4_ir::Event::Device`], as in a [`hyper4_switch::LinkedSwitches`]. Samples stay the persona's:
    /// [`Dpmu::learnt`] says whose they are.
    ///
    /// # Errors
    /// As [`Switch::inject`].
    pub fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let mut batch = self.dpmu.switch().inject(packets, tracing)?;
        for trace in &mut batch.traces {
            *trace = guest_trace(&self.dpmu, trace, true);
        }
        Ok(batch)
    }
}
