//! A subject four times beside itself.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_dpmu::{Lease, Wiring};
use hyper4_engine::Engine;
use hyper4_ir::{Batch, Command, Packet, Program, Stimulus};
use hyper4_persona::Layout;
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_virtual::{VirtualNetwork, switch_error};

use crate::faulty::{FaultySwitch, Instead, Log};
use crate::subject::Subject;

/// Tenants with their ports.
const TENANTS: [(&str, [u16; 2]); 4] =
    [("one", [1, 2]), ("two", [3, 4]), ("three", [5, 6]), ("four", [7, 8])];

const DEVICE: &str = "guest";

/// As many packets are sent.
const PACKETS: usize = 512;

/// Four tenants that run the same, and what is seen of them.
pub(crate) struct Neighbours {
    packets: Vec<Packet>,
    seen: Batch,
    /// What the switch below is told.
    pub(crate) rows: Vec<Command>,
    /// What of the persona their packets meet.
    pub(crate) met: BTreeSet<String>,
}

impl Neighbours {
    /// Runs them as they should be.
    pub(crate) fn new(
        persona: &Arc<Program>,
        layout: &Layout,
        subject: &Subject,
    ) -> Result<Self, SwitchError> {
        let of_subject = subject.steps.iter().filter_map(|(_, step)| match step {
            Stimulus::Packet(packet) => Some(packet),
            Stimulus::Command(_) => None,
        });
        // The last ones are the random ones, and each tenant gets its share.
        let all: Vec<&Packet> = of_subject.collect();
        let some = all.iter().rev().take(PACKETS).enumerate();
        let packets: Vec<Packet> = some
            .filter_map(|(number, packet)| {
                let (_, ports) = TENANTS.get(number % TENANTS.len())?;
                let port = ports.get(usize::from(packet.port % 2 == 0))?;
                Some(Packet { port: *port, bytes: packet.bytes.clone() })
            })
            .collect();
        let (seen, log) = run(persona, layout, subject, &packets, None)?;
        Ok(Self { packets, seen, rows: log.commands(), met: log.met() })
    }

    /// Whether something else is seen with a fault.
    pub(crate) fn differ(
        &self,
        persona: &Arc<Program>,
        layout: &Layout,
        subject: &Subject,
        fault: Option<Instead>,
    ) -> Result<bool, SwitchError> {
        let (seen, _) = run(persona, layout, subject, &self.packets, fault)?;
        Ok(seen.outputs != self.seen.outputs || seen.traces != self.seen.traces)
    }
}

fn run(
    persona: &Arc<Program>,
    layout: &Layout,
    subject: &Subject,
    packets: &[Packet],
    fault: Option<Instead>,
) -> Result<(Batch, Log), SwitchError> {
    let below = FaultySwitch::new(Engine::new(), fault);
    let log = below.log();
    let below: Box<dyn Switch + Send> = Box::new(below);
    let mut network = VirtualNetwork::new(below, Arc::clone(persona), layout.clone())?;
    let programs = BTreeMap::from([(DEVICE.to_owned(), Arc::clone(&subject.program))]);
    for (name, ports) in TENANTS {
        let lease = Lease { ports: ports.into_iter().collect(), ..Lease::everything() };
        let wiring = Wiring::Direct(DEVICE.to_owned());
        network.add_slice(name, lease, &programs, wiring).map_err(switch_error)?;
        for command in &subject.commands {
            match network.control(name, DEVICE, command) {
                Ok(_) | Err(SwitchError::Control(_)) => {}
                Err(error) => return Err(error),
            }
        }
    }
    Ok((network.inject(packets, Tracing::On)?, log))
}
