//! A packet's life: parser, ingress, traffic manager, egress, deparser.

use hyper4_ir::{
    ChecksumKind, Event, NextNode, Node, Output, Packet, PipelineKind, Program, StandardField, TableOutcome,
    Trace,
};
use hyper4_switch::Multicast;

use crate::action::{DROP_PORT, Surroundings};
use crate::calculation::{self, push};
use crate::clock::Clock;
use crate::code::{Fault, run};
use crate::executable::Executable;
use crate::recorder::Recorder;
use crate::wire::Writer;

/// `instance_type` of a packet that nothing was done to.
const NORMAL: u64 = 0;
/// `instance_type` of a copy made by a multicast group.
const REPLICATION: u64 = 5;
/// Priorities a port has queues for: simple_switch has one unless told otherwise, and drops the rest.
const QUEUES: u64 = 1;
/// By how many bytes headers may grow a packet.
const HEADROOM: usize = 512;

/// One packet on its way.
pub(crate) struct Journey<'a> {
    pub(crate) program: &'a Program,
    pub(crate) executable: &'a mut Executable,
    pub(crate) multicast: &'a Multicast,
    pub(crate) clock: &'a mut dyn Clock,
    pub(crate) memory: &'a mut Vec<u64>,
    pub(crate) saved: &'a mut Vec<u64>,
    pub(crate) outputs: &'a mut Vec<Output>,
    pub(crate) cause: usize,
    pub(crate) recorder: Recorder,
}

impl Journey<'_> {
    /// From arrival to the last copy.
    pub(crate) fn run(mut self, packet: &Packet) -> Result<Option<Trace>, Fault> {
        let bytes = packet.bytes.as_slice();
        self.memory.resize(self.executable.memory_limbs as usize, 0);
        self.executable.layout.reset(self.memory);
        self.set(StandardField::IngressPort, packet.port.into());
        self.set(StandardField::PacketLength, bytes.len() as u64);
        if self.has(StandardField::IngressGlobalTimestamp) {
            let now = self.clock.microseconds();
            self.set(StandardField::IngressGlobalTimestamp, now);
        }
        let mut length = bytes.len() as u64;

        let executable = &mut *self.executable;
        let states = &self.program.parser.states;
        let parsed =
            executable.parser.run(&executable.layout, states, self.memory, bytes, &mut self.recorder)?;
        let payload = bytes.get(parsed.bytes..).unwrap_or_default();
        let wrong = self.checksums(ChecksumKind::Verify, payload)?;
        self.set(StandardField::ParserError, parsed.error.into());
        self.set(StandardField::ChecksumError, wrong.into());

        self.pipeline(PipelineKind::Ingress, payload, &mut length)?;
        let group = self.get(StandardField::McastGrp);
        let port = self.get(StandardField::EgressSpec);
        if group != 0 {
            self.replicate(group, payload, parsed.bytes, length)?;
        } else if port == DROP_PORT {
            self.recorder.event(|| Event::Drop);
        } else {
            self.set(StandardField::InstanceType, NORMAL);
            self.recorder.event(|| Event::Unicast(port as u16));
            self.egress(port, payload, parsed.bytes, length)?;
        }
        Ok(self.recorder.finish())
    }

    fn replicate(&mut self, group: u64, payload: &[u8], parsed: usize, length: u64) -> Result<(), Fault> {
        self.set(StandardField::InstanceType, REPLICATION);
        let group = group as u16;
        let Some(replicas) = self.multicast.replicas(group) else {
            self.recorder.event(|| Event::Drop);
            return Ok(());
        };
        self.recorder.event(|| Event::Multicast(group));
        let packet_limbs = self.executable.layout.packet_limbs as usize;
        self.saved.clear();
        self.saved.extend(self.memory.iter().take(packet_limbs));
        for replica in replicas {
            if let Some(memory) = self.memory.get_mut(..packet_limbs) {
                memory.copy_from_slice(self.saved);
            }
            self.recorder.copy();
            self.recorder.event(|| Event::Replica { rid: replica.rid, port: replica.port });
            self.set(StandardField::EgressRid, replica.rid.into());
            self.egress(replica.port.into(), payload, parsed, length)?;
        }
        Ok(())
    }

    fn egress(&mut self, port: u64, payload: &[u8], parsed: usize, mut length: u64) -> Result<(), Fault> {
        if self.get(StandardField::Priority) >= QUEUES {
            self.recorder.event(|| Event::Drop);
            return Ok(());
        }
        let queueing = [
            StandardField::EnqTimestamp,
            StandardField::EnqQdepth,
            StandardField::DeqTimedelta,
            StandardField::DeqQdepth,
        ];
        if queueing.iter().all(|field| self.has(*field)) {
            // Queues are empty: each packet runs its course before the next arrives.
            let enqueued = self.clock.microseconds();
            self.set(StandardField::EnqTimestamp, enqueued);
            self.set(StandardField::EnqQdepth, 0);
            let now = self.clock.microseconds();
            let since = now.wrapping_sub(self.get(StandardField::EnqTimestamp));
            self.set(StandardField::DeqTimedelta, since);
            self.set(StandardField::DeqQdepth, 0);
        }
        if self.has(StandardField::EgressGlobalTimestamp) {
            let now = self.clock.microseconds();
            self.set(StandardField::EgressGlobalTimestamp, now);
        }
        self.set(StandardField::EgressPort, port);
        // Anything but the drop port; a field of 9 bits holds 0 of it.
        self.set(StandardField::EgressSpec, DROP_PORT + 1);
        self.set(StandardField::PacketLength, length);
        self.pipeline(PipelineKind::Egress, payload, &mut length)?;
        if self.get(StandardField::EgressSpec) == DROP_PORT {
            self.recorder.event(|| Event::Drop);
            return Ok(());
        }
        self.checksums(ChecksumKind::Update, payload)?;
        let bytes = self.deparse(payload, parsed)?;
        let port = port as u16;
        self.recorder.event(|| Event::Transmit(port));
        self.outputs.push(Output { cause: Some(self.cause), port, bytes });
        Ok(())
    }

    fn checksums(&mut self, kind: ChecksumKind, payload: &[u8]) -> Result<bool, Fault> {
        let executable = &mut *self.executable;
        calculation::apply_all(
            &executable.checksums,
            &self.program.checksums,
            kind,
            &mut executable.hashers,
            self.memory,
            payload,
            &mut self.recorder,
        )
    }

    fn deparse(&self, payload: &[u8], parsed: usize) -> Result<Vec<u8>, Fault> {
        let layout = &self.executable.layout;
        let headers = self.program.deparser.order.iter().filter_map(|header| layout.header(*header));
        let valid = || headers.clone().filter(|header| header.is_valid(self.memory));
        let size: usize = valid().map(|header| header.bytes as usize).sum();
        if size > parsed + HEADROOM {
            return Err(Fault::HeadersTooLong);
        }
        let mut bytes = Vec::with_capacity(size + payload.len());
        let mut writer = Writer::new(&mut bytes);
        for header in valid() {
            header.fields.iter().for_each(|field| push(&mut writer, field, self.memory));
        }
        writer.finish();
        bytes.extend_from_slice(payload);
        Ok(bytes)
    }

    fn pipeline(&mut self, kind: PipelineKind, payload: &[u8], length: &mut u64) -> Result<(), Fault> {
        let (pipeline, name) = match kind {
            PipelineKind::Ingress => (&self.program.ingress, "ingress"),
            PipelineKind::Egress => (&self.program.egress, "egress"),
        };
        self.recorder.event(|| Event::Pipeline(name.to_owned()));
        let mut exit = false;
        let mut next = pipeline.start;
        while let Some(node) = next
            && !exit
        {
            next = self.node(node, payload, length, &mut exit)?;
        }
        Ok(())
    }

    fn node(
        &mut self,
        node: Node,
        payload: &[u8],
        length: &mut u64,
        exit: &mut bool,
    ) -> Result<NextNode, Fault> {
        match node {
            Node::Conditional(id) => {
                let (Some((code, condition)), Some(declared)) =
                    (self.executable.conditions.get(id.index()), self.program.conditionals.get(id.index()))
                else {
                    return Ok(None);
                };
                run(code, self.memory)?;
                let value = condition.low(self.memory) != 0;
                self.recorder.event(|| Event::Condition { name: declared.name.clone(), value });
                Ok(if value { declared.true_next } else { declared.false_next })
            }
            Node::Table(id) => {
                let executable = &mut *self.executable;
                let (Some(table), Some(declared)) =
                    (executable.tables.get_mut(id.index()), self.program.tables.get(id.index()))
                else {
                    return Ok(None);
                };
                let without_action = table.next_without_action();
                let (handle, call) = table.apply(self.memory);
                self.recorder.event(|| Event::Table {
                    name: declared.name.clone(),
                    outcome: handle.map_or(TableOutcome::Miss, TableOutcome::Hit),
                });
                let Some(call) = call else { return Ok(without_action) };
                let Some(action) = executable.actions.get(call.action) else { return Ok(call.next) };
                self.recorder.event(|| Event::Action {
                    name: self.program.actions.get(call.action).map_or_else(String::new, |a| a.name.clone()),
                    arguments: call.arguments.clone(),
                });
                let at = executable.parameters_at as usize;
                if let Some(parameters) = self.memory.get_mut(at..at + call.limbs.len()) {
                    parameters.copy_from_slice(&call.limbs);
                }
                let mut surroundings = Surroundings {
                    layout: &executable.layout,
                    hashers: &mut executable.hashers,
                    payload,
                    length,
                    exit,
                };
                action.run(self.memory, &mut surroundings, &mut self.recorder)?;
                Ok(call.next)
            }
        }
    }

    fn has(&self, field: StandardField) -> bool {
        self.executable.layout.standard(field).is_some()
    }

    /// A field that isn't there reads as 0.
    fn get(&self, field: StandardField) -> u64 {
        self.executable.layout.standard(field).map_or(0, |slot| slot.get(self.memory))
    }

    fn set(&mut self, field: StandardField, value: u64) {
        if let Some(slot) = self.executable.layout.standard(field) {
            slot.set(self.memory, value);
        }
    }
}
