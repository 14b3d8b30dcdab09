//! One program that seems to have the switch for itself.

use std::sync::Arc;

use hyper4_dpmu::{Lease, Wiring};
use hyper4_ir::{Batch, Command, Packet, Program, Reply};
use hyper4_persona::{Layout, compile};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::trace::guest_trace;
use crate::{VirtualNetwork, switch_error};

const SLICE: &str = "tenant";
const DEVICE: &str = "guest";

/// Makes a switch for a persona to run on.
pub type MakeSwitch = Box<dyn FnMut() -> Result<Box<dyn Switch + Send>, SwitchError> + Send>;

/// A [`Switch`] that runs its program on a persona. The program has every port.
pub struct VirtualSwitch {
    make_below: MakeSwitch,
    persona: Arc<Program>,
    layout: Layout,
    running: Option<(Arc<Program>, VirtualNetwork)>,
}

impl VirtualSwitch {
    /// A switch that runs programs on `persona`, which has that layout. The first load asks for a switch below; later
    /// ones take the program out of it that ran before, so that the persona is loaded once.
    pub fn new(make_below: MakeSwitch, persona: Arc<Program>, layout: Layout) -> Self {
        Self { make_below, persona, layout, running: None }
    }

    /// What runs below, once a program is loaded.
    pub fn network(&mut self) -> Option<&mut VirtualNetwork> {
        self.running.as_mut().map(|(_, network)| network)
    }

    fn running(&mut self) -> Result<&mut VirtualNetwork, SwitchError> {
        self.network().ok_or(SwitchError::NotLoaded)
    }
}

impl Switch for VirtualSwitch {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        // Refuse before anything is started: what ran before goes on.
        let guest = compile(Arc::clone(&program), &self.layout).map_err(|r| switch_error(r.into()))?;
        let before = self.running.take().map(|(_, network)| network);
        // A switch that can't be cleared isn't used again.
        let cleared = before.and_then(|mut network| network.delete_slice(SLICE).is_ok().then_some(network));
        let mut network = match cleared {
            Some(network) => network,
            None => {
                VirtualNetwork::new((self.make_below)()?, Arc::clone(&self.persona), self.layout.clone())?
            }
        };
        network
            .add_compiled(SLICE, Lease::everything(), (DEVICE, guest), Wiring::Direct(DEVICE.to_owned()))
            .map_err(switch_error)?;
        self.running = Some((program, network));
        Ok(())
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.running.as_ref().map(|(program, _)| program)
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        self.running()?.control(SLICE, DEVICE, command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        let dpmu = self.running()?.dpmu();
        let mut batch = dpmu.switch().inject(packets, tracing)?;
        batch.digests = batch.digests.iter().filter_map(|told| Some(dpmu.learnt(told)?.1)).collect();
        for trace in &mut batch.traces {
            *trace = guest_trace(dpmu, trace, false);
        }
        Ok(batch)
    }
}
