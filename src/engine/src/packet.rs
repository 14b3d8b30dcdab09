//! A packet's life: parser, ingress, traffic manager, egress, deparser (ingress_thread and egress_thread of
//! simple_switch.cpp).
//!
//! simple_switch has a thread for ingress, four for egress, and queues between them; all that it promises is the order
//! within a port. Here the copies of a packet wait in one queue, first come, first served, and what is to go through
//! ingress again does so when that queue is empty. That is an order that simple_switch can have too.

use hyper4_ir::{
    ChecksumKind, Digest, Event, FieldRef, LearnElement, LearnListId, Output, Packet, PipelineKind, Program,
    StandardField,
};
use hyper4_switch::ControlPlane;

use crate::action::{Action, Surroundings};
use crate::calculation;
use crate::clock::Clock;
use crate::copies::{Queues, Returning};
use crate::executable::Executable;
use crate::fault::Fault;
use crate::flight::Flight;
use crate::random::Random;
use crate::recorder::{Recorder, signature};
use crate::state::State;
use crate::table::Key;
use crate::worker::Target;

/// `instance_type` of a packet that nothing was done to.
const NORMAL: u64 = 0;
/// `instance_type` of a packet that goes through ingress again, as it left.
const RECIRCULATED: u64 = 4;
/// `instance_type` of a copy made by a multicast group.
const REPLICATION: u64 = 5;
/// `instance_type` of a packet that goes through ingress again, as it came.
const RESUBMITTED: u64 = 6;
/// By how many bytes headers may grow a packet.
const HEADROOM: usize = 512;
/// By how many bytes a packet may grow on its way without being moved.
const SPARE: usize = 32;

/// Packets on their way, one after the other.
pub(crate) struct Journey<'a> {
    pub(crate) program: &'a Program,
    pub(crate) control: &'a ControlPlane,
    pub(crate) executable: &'a Executable,
    pub(crate) state: &'a mut State,
    pub(crate) clock: &'a mut dyn Clock,
    pub(crate) random: &'a mut dyn Random,
    pub(crate) memory: &'a mut Vec<u64>,
    /// Room for a key.
    pub(crate) key: &'a mut Key,
    pub(crate) queues: &'a mut Queues,
    pub(crate) outputs: &'a mut Vec<Output>,
    pub(crate) digests: &'a mut Vec<Digest>,
    /// The packet's number.
    pub(crate) cause: usize,
    pub(crate) target: Target,
    /// Where it came in.
    pub(crate) port: u16,
    pub(crate) recorder: Recorder,
}

impl Journey<'_> {
    /// From arrival to the last copy.
    pub(crate) fn run(&mut self, packet: &Packet) -> Result<(), Fault> {
        // What an earlier packet left behind when it failed.
        self.queues.clear();
        let bytes = packet.bytes.as_slice();
        self.port = packet.port;
        self.recorder.detail(|| signature(bytes));
        self.reset();
        self.set(StandardField::IngressPort, self.port.into());
        self.set(StandardField::PacketLength, bytes.len() as u64);
        if self.has(StandardField::IngressGlobalTimestamp) {
            let now = self.clock.microseconds();
            self.set_undetermined(StandardField::IngressGlobalTimestamp, now);
        }
        let mut flight = Flight::new(0, bytes.len(), bytes.len() + HEADROOM);
        flight.since = self.milliseconds();
        self.pass(bytes, flight)?;
        while let Some(returning) = self.queues.returning.pop_front() {
            self.recall(returning.state);
            self.recorder.turn_to(returning.flight.copy);
            self.pass(&returning.bytes, returning.flight)?;
        }
        Ok(())
    }

    /// Once through ingress, and whatever comes of it through egress.
    fn pass(&mut self, bytes: &[u8], flight: Flight) -> Result<(), Fault> {
        self.ingress(bytes, flight)?;
        while let Some(mut waiting) = self.queues.waiting.pop_front() {
            self.recall_waiting(&waiting);
            self.recorder.turn_to(waiting.flight.copy);
            self.egress(waiting.port, bytes, waiting.parsed, &mut waiting.flight)?;
        }
        Ok(())
    }

    fn ingress(&mut self, bytes: &[u8], mut flight: Flight) -> Result<(), Fault> {
        let length = flight.length;
        let (parsed, error, wrong) = self.parse(bytes, &mut flight)?;
        let payload = bytes.get(parsed..).unwrap_or_default();
        self.set(StandardField::ParserError, error.into());
        self.set(StandardField::ChecksumError, wrong.into());
        self.pipeline(PipelineKind::Ingress, payload, &mut flight)?;
        flight.exit = false;
        let group = self.get(StandardField::McastGrp);
        let port = self.get(StandardField::EgressSpec);
        self.observe(StandardField::McastGrp);
        self.observe(StandardField::EgressSpec);
        if flight.mirror.is_some() {
            self.clone_at_ingress(bytes, length, &mut flight)?;
        }
        if let Some(list) = flight.digest {
            self.learn(list);
        }
        if let Some(preserved) = flight.resubmit {
            self.recorder.event(|| Event::Resubmit);
            let again = Flight { length, ..flight };
            return self.again(RESUBMITTED, length, Some(preserved), bytes.to_vec(), again);
        }
        if group != 0 {
            self.set(StandardField::InstanceType, REPLICATION);
            if self.recorder.is_quiet() && self.queues.waiting.is_empty() {
                return self.replicate(group as u16, bytes, parsed, &flight);
            }
            if !self.multicast(group as u16, parsed, payload, &flight)? {
                self.recorder.event(|| Event::Drop);
            }
        } else if port == self.target.drop_port {
            self.recorder.event(|| Event::Drop);
        } else {
            self.set(StandardField::InstanceType, NORMAL);
            self.recorder.event(|| Event::Unicast(port as u16));
            if self.enqueue().is_some() {
                if self.queues.waiting.is_empty() {
                    return self.egress(port, bytes, parsed, &mut flight);
                }
                self.wait(port, parsed, flight);
            }
        }
        Ok(())
    }

    /// Memory, room for a key, what an action works on beside them, and who notes what it does.
    fn surroundings<'s>(
        &'s mut self,
        payload: &'s [u8],
        flight: &'s mut Flight,
    ) -> (&'s mut Vec<u64>, &'s mut Key, Surroundings<'s>, &'s mut Recorder) {
        let surroundings = Surroundings {
            layout: &self.executable.layout,
            state: self.state,
            clock: self.clock,
            random: self.random,
            drop_port: self.target.drop_port,
            payload,
            flight,
        };
        (self.memory, self.key, surroundings, &mut self.recorder)
    }

    /// Carry an action out; its arguments are in memory.
    #[inline]
    pub(crate) fn carry_out(
        &mut self,
        action: &Action,
        payload: &[u8],
        flight: &mut Flight,
    ) -> Result<(), Fault> {
        let (memory, _, mut surroundings, recorder) = self.surroundings(payload, flight);
        action.run(memory, &mut surroundings, recorder)
    }

    /// Bytes that the parser took, its error, and whether a checksum is wrong.
    pub(crate) fn parse(&mut self, bytes: &[u8], flight: &mut Flight) -> Result<(usize, u32, bool), Fault> {
        let (program, parser) = (self.program, &self.executable.parser);
        let (memory, key, mut surroundings, recorder) = self.surroundings(bytes, flight);
        let parsed = parser.run(program, memory, &mut key.limbs, bytes, &mut surroundings, recorder)?;
        let payload = bytes.get(parsed.bytes..).unwrap_or_default();
        let wrong = self.checksums(ChecksumKind::Verify, payload)?;
        Ok((parsed.bytes, parsed.error, wrong))
    }

    /// From egress to where it leaves.
    pub(crate) fn egress(
        &mut self,
        port: u64,
        bytes: &[u8],
        parsed: usize,
        flight: &mut Flight,
    ) -> Result<(), Fault> {
        let payload = bytes.get(parsed..).unwrap_or_default();
        if self.has(StandardField::EgressGlobalTimestamp) {
            let now = self.clock.microseconds();
            self.set_undetermined(StandardField::EgressGlobalTimestamp, now);
        }
        if self.executable.queueing {
            // Queues are empty: each packet runs its course before the next arrives.
            let now = self.clock.microseconds();
            let since = now.wrapping_sub(self.get(StandardField::EnqTimestamp));
            self.set_undetermined(StandardField::DeqTimedelta, since);
            self.set_undetermined(StandardField::DeqQdepth, 0);
        }
        self.set(StandardField::EgressPort, port);
        // Anything but the drop port; a field of 9 bits holds 0 of it.
        self.set(StandardField::EgressSpec, self.target.drop_port + 1);
        self.set(StandardField::PacketLength, flight.length);
        self.pipeline(PipelineKind::Egress, payload, flight)?;
        if flight.mirror.is_some() {
            self.clone_at_egress(parsed, payload, flight)?;
        }
        self.observe(StandardField::EgressSpec);
        if self.get(StandardField::EgressSpec) == self.target.drop_port {
            self.recorder.event(|| Event::Drop);
            return Ok(());
        }
        let payload_seen = flight.truncate(payload);
        self.checksums(ChecksumKind::Update, payload_seen)?;
        let mut bytes = self.deparse(parsed, payload, flight)?;
        if let Some(preserved) = flight.recirculate {
            self.recorder.event(|| Event::Recirculate);
            let length = bytes.len() as u64;
            let again = Flight { length, arrived: length, ..*flight };
            return self.again(RECIRCULATED, length, Some(preserved), bytes, again);
        }
        bytes.truncate(flight.truncated);
        let port = port as u16;
        self.recorder.event(|| Event::Transmit(port));
        self.outputs.push(Output { cause: Some(self.cause), port, bytes });
        Ok(())
    }

    /// It goes through ingress again: only what a field list preserves is left of it.
    fn again(
        &mut self,
        instance_type: u64,
        length: u64,
        preserved: Option<usize>,
        bytes: Vec<u8>,
        flight: Flight,
    ) -> Result<(), Fault> {
        let copied = flight.copied(self.copy(flight.copy, &bytes)?);
        let flight = Flight { since: self.milliseconds(), ..copied };
        let source = self.begin_copy(false);
        self.reset();
        self.preserve(preserved, &source, instance_type);
        self.set(StandardField::PacketLength, length);
        let state = self.snapshot();
        self.end_copy(source);
        self.queues.returning.push_back(Returning { state, bytes, flight });
        Ok(())
    }

    #[inline]
    fn checksums(&mut self, kind: ChecksumKind, payload: &[u8]) -> Result<bool, Fault> {
        if !self.executable.checksummed(kind) {
            return Ok(false);
        }
        let executable = self.executable;
        calculation::apply_all(
            &executable.checksums,
            &self.program.checksums,
            kind,
            &mut self.state.hashers,
            self.memory,
            payload,
            &mut self.recorder,
        )
    }

    fn deparse(&mut self, parsed: usize, payload: &[u8], flight: &mut Flight) -> Result<Vec<u8>, Fault> {
        let room = flight.room;
        let executable = self.executable;
        if let Some(action) = &executable.deparsing {
            self.carry_out(action, payload, flight)?;
        }
        let layout = &self.executable.layout;
        if self.recorder.tracker().is_some() {
            for (id, slot) in
                self.program.deparser.order.iter().filter_map(|id| Some((id, layout.header(*id)?)))
            {
                for (field, slot) in (0u32..).zip(&slot.fields).filter(|_| slot.is_valid(self.memory)) {
                    let field = FieldRef { header: *id, field };
                    let what = || format!("field `{}` as it leaves", self.program.field_name(field));
                    self.recorder.observe_field(slot, self.memory, what);
                }
            }
        }
        // Most leave as long as they came.
        let mut bytes = Vec::with_capacity(parsed + payload.len() + SPARE);
        for (valid, header) in &self.executable.emitted {
            if crate::code::is_set(self.memory, *valid)
                && let Some(header) = layout.header(*header)
            {
                self.recorder.detail(|| Event::Emit(header.name.clone()));
                header.push(self.memory, &mut bytes);
            }
        }
        if bytes.len() + payload.len() > room {
            return Err(Fault::HeadersTooLong);
        }
        bytes.extend_from_slice(payload);
        Ok(bytes)
    }

    fn learn(&mut self, list: usize) {
        let Some(declared) = self.program.learn_lists.get(list) else { return };
        self.recorder.event(|| Event::Digest(declared.id));
        let layout = &self.executable.layout;
        for element in &declared.elements {
            if let LearnElement::Field(field) = element
                && let Some(slot) = layout.field(*field)
            {
                let what = || format!("a digest of list `{}`", declared.name);
                self.recorder.observe_field(&slot, self.memory, what);
            }
        }
        let value = |element: &LearnElement| match element {
            LearnElement::Field(field) => Some(layout.field(*field)?.bits(self.memory)),
            LearnElement::Constant(value) => Some(value.clone()),
        };
        let values = declared.elements.iter().filter_map(value).collect();
        let list = LearnListId(list as u32);
        self.digests.push(Digest { cause: Some(self.cause), list, values });
    }

    pub(crate) fn milliseconds(&mut self) -> u64 {
        if self.executable.ages { self.clock.microseconds() / 1000 } else { 0 }
    }

    pub(crate) fn has(&self, field: StandardField) -> bool {
        self.executable.layout.standard(field).is_some()
    }

    /// A field that isn't there reads as 0.
    #[inline]
    pub(crate) fn get(&self, field: StandardField) -> u64 {
        self.executable.layout.get_standard(field, self.memory)
    }

    #[inline(always)]
    pub(crate) fn set(&mut self, field: StandardField, value: u64) {
        self.assign(field, value, true);
    }

    // The field is known where it is called: what remains is a store.
    #[inline(always)]
    fn assign(&mut self, field: StandardField, value: u64, defined: bool) {
        let layout = &self.executable.layout;
        layout.set_standard(field, self.memory, value);
        if self.recorder.tracker().is_some()
            && let Some(slot) = layout.standard(field)
        {
            self.recorder.define(&slot, self.memory, defined);
        }
    }

    /// Set a field to a value that no two runs need have in common.
    #[inline(always)]
    pub(crate) fn set_undetermined(&mut self, field: StandardField, value: u64) {
        self.assign(field, value, false);
    }

    /// What happens next depends on a field.
    #[inline]
    fn observe(&mut self, field: StandardField) {
        if self.recorder.tracker().is_some()
            && let Some(slot) = self.executable.layout.standard(field)
        {
            self.recorder.observe_field(&slot, self.memory, || format!("`{}`", field.name()));
        }
    }

    /// No header is valid, metadata is zero.
    pub(crate) fn reset(&mut self) {
        self.executable.layout.reset(self.memory);
        if let Some(tracker) = self.recorder.tracker() {
            tracker.reset(&self.executable.layout, self.memory);
        }
    }
}
