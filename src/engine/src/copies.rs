//! Copies of a packet: clones, replicas, and what waits.

use std::collections::VecDeque;

use hyper4_ir::{Event, StandardField};

use crate::fault::Fault;
use crate::flight::{Flight, Mirror};
use crate::packet::Journey;

/// `instance_type` of a copy made at the end of ingress.
const INGRESS_CLONE: u64 = 1;
/// `instance_type` of a copy made at the end of egress.
const EGRESS_CLONE: u64 = 2;
/// Copies of a packet and rounds through ingress, after which it is given up.
const LIVES: usize = 1 << 14;

/// A copy that waits for egress.
#[derive(Debug)]
pub(crate) struct Waiting {
    /// The number of its state in the queues, which replicas share.
    state: usize,
    /// How a replica differs from the others.
    replica: Option<Replicated>,
    pub(crate) port: u64,
    /// Bytes that the parser took.
    pub(crate) parsed: usize,
    pub(crate) flight: Flight,
}

/// What a replica alone has.
#[derive(Clone, Copy, Debug)]
struct Replicated {
    rid: u16,
    /// When it entered its queue.
    enqueued: u64,
}

/// The state of copies that wait.
#[derive(Debug, Default)]
struct Shared {
    limbs: Vec<u64>,
    /// How many wait.
    users: usize,
}

/// A packet that is to go through ingress again.
#[derive(Debug)]
pub(crate) struct Returning {
    pub(crate) state: Vec<u64>,
    pub(crate) bytes: Vec<u8>,
    pub(crate) flight: Flight,
}

/// What waits, and room for it that is kept from one packet to the next.
#[derive(Debug, Default)]
pub(crate) struct Queues {
    /// Where the packet lies that the one under way is copied from.
    other: Vec<u64>,
    pub(crate) waiting: VecDeque<Waiting>,
    pub(crate) returning: VecDeque<Returning>,
    /// The states of those that wait, and the numbers of those that aren't used.
    shared: Vec<Shared>,
    free: Vec<usize>,
    /// States that aren't used.
    spare: Vec<Vec<u64>>,
}

impl Queues {
    /// Forget what waits.
    pub(crate) fn clear(&mut self) {
        if !self.waiting.is_empty() {
            self.waiting.clear();
            self.shared.clear();
            self.free.clear();
        }
        self.returning.clear();
    }
}

impl Journey<'_> {
    /// What was asked for by `clone` in ingress: a copy of the packet as it came, parsed again.
    pub(crate) fn clone_at_ingress(
        &mut self,
        bytes: &[u8],
        length: u64,
        flight: &mut Flight,
    ) -> Result<(), Fault> {
        let Some((mirror, session)) = self.mirror(flight) else { return Ok(()) };
        let copy = self.copy(flight.copy, bytes)?;
        let mut cloned = Flight { length, since: self.milliseconds(), ..flight.copied(copy) };
        let source = self.begin_copy(false);
        self.recorder.turn_to(copy);
        self.reset();
        // simple_switch resets metadata only behind the parser.
        if let Some(tracker) = self.recorder.tracker() {
            tracker.define_metadata(&self.executable.layout, self.memory, false);
        }
        self.set(StandardField::IngressPort, self.port.into());
        let (parsed, ..) = self.parse(bytes, &mut cloned)?;
        self.reset_metadata();
        self.preserve(mirror.preserved, &source, INGRESS_CLONE);
        self.send(session, parsed, bytes.get(parsed..).unwrap_or_default(), cloned)?;
        self.end_copy(source);
        self.recorder.turn_to(flight.copy);
        Ok(())
    }

    /// What was asked for by `clone` in egress: a copy of the packet as it is.
    pub(crate) fn clone_at_egress(
        &mut self,
        parsed: usize,
        payload: &[u8],
        flight: &mut Flight,
    ) -> Result<(), Fault> {
        let Some((mirror, session)) = self.mirror(flight) else { return Ok(()) };
        let copy = self.copy(flight.copy, payload)?;
        let cloned = Flight { since: self.milliseconds(), ..flight.copied(copy) };
        let source = self.begin_copy(true);
        self.recorder.turn_to(copy);
        self.executable.layout.forget_widths(self.memory);
        self.reset_metadata();
        self.preserve(mirror.preserved, &source, EGRESS_CLONE);
        self.send(session, parsed, payload, cloned)?;
        self.end_copy(source);
        self.recorder.turn_to(flight.copy);
        Ok(())
    }

    /// What was asked for, when its session exists.
    fn mirror(&mut self, flight: &mut Flight) -> Option<(Mirror, hyper4_ir::MirroringSession)> {
        let mirror = flight.mirror.take()?;
        let session = *self.executable.mirroring.get(&mirror.session)?;
        self.recorder.event(|| Event::Clone);
        Some((mirror, session))
    }

    /// A clone goes where its session says.
    fn send(
        &mut self,
        session: hyper4_ir::MirroringSession,
        parsed: usize,
        payload: &[u8],
        flight: Flight,
    ) -> Result<(), Fault> {
        if let Some(group) = session.group {
            // One that isn't there is nothing to a clone: it isn't dropped, but goes to the port if there is one.
            self.multicast(group as u16, parsed, payload, &flight)?;
        }
        if let Some(port) = session.port {
            self.recorder.event(|| Event::Unicast(port as u16));
            if self.enqueue().is_some() {
                self.wait(port.into(), parsed, flight);
            }
        }
        Ok(())
    }

    /// A copy for each member of a group; whether the group is there.
    pub(crate) fn multicast(
        &mut self,
        group: u16,
        parsed: usize,
        payload: &[u8],
        flight: &Flight,
    ) -> Result<bool, Fault> {
        let Some(replicas) = self.executable.groups.get(&group).cloned() else { return Ok(false) };
        self.recorder.event(|| Event::Multicast(group));
        let mut shared = None;
        for replica in replicas.iter() {
            let copy = self.copy(flight.copy, payload)?;
            self.recorder.turn_to(copy);
            self.recorder.event(|| Event::Replica { rid: replica.rid, port: replica.port });
            // It stays with what is copied, too.
            self.set(StandardField::EgressRid, replica.rid.into());
            if let Some(enqueued) = self.enqueue() {
                let flight = Flight { since: self.milliseconds(), ..flight.copied(copy) };
                let state = match shared {
                    Some(state) => state,
                    None => {
                        let state = self.share();
                        if let Some(shared) = self.queues.shared.get_mut(state) {
                            self.executable.layout.forget_widths(&mut shared.limbs);
                        }
                        shared = Some(state);
                        state
                    }
                };
                let port = replica.port.into();
                let replica = Replicated { rid: replica.rid, enqueued };
                self.push(Waiting { state, replica: Some(replica), port, parsed, flight });
            }
        }
        self.recorder.turn_to(flight.copy);
        Ok(true)
    }

    /// The same for a packet beside which none waits, when nobody wants to know of each step: its replicas needn't wait
    /// either.
    pub(crate) fn replicate(
        &mut self,
        group: u16,
        bytes: &[u8],
        parsed: usize,
        flight: &Flight,
    ) -> Result<(), Fault> {
        let executable = self.executable;
        let Some(replicas) = executable.groups.get(&group) else { return Ok(()) };
        executable.layout.forget_widths(self.memory);
        let mut state = if replicas.len() > 1 { self.snapshot() } else { Vec::new() };
        for (number, replica) in replicas.iter().enumerate() {
            if number + 1 == replicas.len() && number > 0 {
                // Behind what belongs to a packet nothing outlives it.
                std::mem::swap(self.memory, &mut state);
            } else if number > 0 {
                self.adopt(&state);
            }
            let copy = self.copy(flight.copy, &[])?;
            self.set(StandardField::EgressRid, replica.rid.into());
            if self.enqueue().is_some() {
                let mut flight = Flight { since: self.milliseconds(), ..flight.copied(copy) };
                self.egress(replica.port.into(), bytes, parsed, &mut flight)?;
            }
        }
        self.queues.spare.push(state);
        Ok(())
    }

    /// The packet goes to an egress queue: when; `None` when there is none for its priority.
    #[inline]
    pub(crate) fn enqueue(&mut self) -> Option<u64> {
        if self.get(StandardField::Priority) >= self.target.priorities {
            self.recorder.event(|| Event::Drop);
            return None;
        }
        if !self.executable.queueing {
            return Some(0);
        }
        let now = self.clock.microseconds();
        self.set_enqueued(now);
        Some(now)
    }

    #[inline]
    fn set_enqueued(&mut self, now: u64) {
        self.set_undetermined(StandardField::EnqTimestamp, now);
        self.set_undetermined(StandardField::EnqQdepth, 0);
    }

    /// The packet as it is waits for egress.
    pub(crate) fn wait(&mut self, port: u64, parsed: usize, flight: Flight) {
        let state = self.share();
        self.push(Waiting { state, replica: None, port, parsed, flight });
    }

    fn push(&mut self, waiting: Waiting) {
        if let Some(shared) = self.queues.shared.get_mut(waiting.state) {
            shared.users += 1;
        }
        self.queues.waiting.push_back(waiting);
    }

    /// The packet's state as it is, to be shared by those that wait: its number.
    fn share(&mut self) -> usize {
        let limbs = self.snapshot();
        let number = self.queues.free.pop().unwrap_or(self.queues.shared.len());
        match self.queues.shared.get_mut(number) {
            Some(free) => *free = Shared { limbs, users: 0 },
            None => self.queues.shared.push(Shared { limbs, users: 0 }),
        }
        number
    }

    /// The packet is the copy that waited.
    pub(crate) fn recall_waiting(&mut self, waiting: &Waiting) {
        let Some(shared) = self.queues.shared.get_mut(waiting.state) else { return };
        let limbs = std::mem::take(&mut shared.limbs);
        shared.users -= 1;
        self.adopt(&limbs);
        match self.queues.shared.get_mut(waiting.state) {
            Some(shared) if shared.users > 0 => shared.limbs = limbs,
            _ => {
                self.queues.free.push(waiting.state);
                self.queues.spare.push(limbs);
            }
        }
        if let Some(Replicated { rid, enqueued }) = waiting.replica {
            self.set(StandardField::EgressRid, rid.into());
            if self.executable.queueing {
                self.set_enqueued(enqueued);
            }
        }
    }

    fn reset_metadata(&mut self) {
        self.executable.layout.reset_metadata(self.memory);
        if let Some(tracker) = self.recorder.tracker() {
            tracker.define_metadata(&self.executable.layout, self.memory, true);
        }
    }

    /// The number of a new copy, and its bytes, without those that the parser has taken.
    pub(crate) fn copy(&mut self, from: usize, bytes: &[u8]) -> Result<usize, Fault> {
        let copy = self.recorder.copy(from, bytes);
        if copy > LIVES { Err(Fault::TooManyLives) } else { Ok(copy) }
    }

    /// The packet under way becomes the source of a copy, which is under way from now on: a duplicate, or anything.
    pub(crate) fn begin_copy(&mut self, duplicate: bool) -> Vec<u64> {
        let mut other = std::mem::take(&mut self.queues.other);
        other.resize(self.memory.len(), 0);
        if duplicate {
            other.copy_from_slice(self.memory);
        }
        std::mem::replace(self.memory, other)
    }

    /// The source of a copy is under way again.
    pub(crate) fn end_copy(&mut self, source: Vec<u64>) {
        self.queues.other = std::mem::replace(self.memory, source);
    }

    /// What a field list preserves of the source of a copy, and the copy's type.
    pub(crate) fn preserve(&mut self, list: Option<usize>, source: &[u64], instance_type: u64) {
        let layout = &self.executable.layout;
        let fields = list.and_then(|list| self.program.field_lists.get(list)).map_or(&[][..], |l| &l.fields);
        for slot in fields.iter().filter_map(|field| layout.field(*field)) {
            if slot.is_writable(self.memory) {
                slot.of_mut(self.memory).copy_from_slice(slot.of(source));
                let known = self.recorder.tracker().is_none_or(|tracker| !tracker.is_unknown(&slot, source));
                self.recorder.define(&slot, self.memory, known);
            }
        }
        self.set(StandardField::InstanceType, instance_type);
    }

    /// The packet's state as it is.
    pub(crate) fn snapshot(&mut self) -> Vec<u64> {
        let mut state = self.queues.spare.pop().unwrap_or_default();
        let layout = &self.executable.layout;
        let limbs = layout.packet_limbs as usize;
        if let Some(tracker) = self.recorder.tracker() {
            state.clear();
            state.extend(self.memory.iter().take(limbs));
            state.extend(tracker.second(self.memory).iter().take(limbs));
        } else {
            state.resize(self.memory.len(), 0);
            layout.lazy.copy(self.memory, &mut state);
        }
        state
    }

    /// The packet is what a snapshot says, which isn't needed any more.
    pub(crate) fn recall(&mut self, state: Vec<u64>) {
        self.adopt(&state);
        self.queues.spare.push(state);
    }

    fn adopt(&mut self, state: &[u64]) {
        let layout = &self.executable.layout;
        let Some(tracker) = self.recorder.tracker() else {
            layout.lazy.copy(state, self.memory);
            return;
        };
        let (first, second) = state.split_at(state.len().min(layout.packet_limbs as usize));
        if let Some(memory) = self.memory.get_mut(..first.len()) {
            memory.copy_from_slice(first);
        }
        if let Some(memory) = tracker.second(self.memory).get_mut(..second.len()) {
            memory.copy_from_slice(second);
        }
        tracker.follow(layout, self.memory);
    }
}
