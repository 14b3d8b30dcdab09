//! Writes traces down, or does nothing.

use hyper4_bits::HashAlgorithm;
use hyper4_ir::{Event, Trace, TracedPacket};
use hyper4_switch::Tracing;

use crate::code::{self, Instruction, Operand};
use crate::fault::Fault;
use crate::layout::{FieldSlot, Layout};
use crate::undefined::Tracker;

/// The trace of the packet that is under way.
#[derive(Debug)]
pub(crate) struct Recorder {
    trace: Option<Trace>,
    /// Whether all is written down.
    full: bool,
    /// How many copies there are.
    copies: usize,
    /// Whose life goes on.
    current: usize,
    /// Follows undefined values, when that is asked for.
    tracker: Option<Tracker>,
}

impl Recorder {
    /// For a packet that comes in.
    pub(crate) fn new(tracing: Tracing, tracker: Option<Tracker>) -> Self {
        let trace = || Trace { packets: vec![TracedPacket::default()] };
        Self {
            trace: (tracing != Tracing::Off).then(trace),
            full: tracing == Tracing::Full,
            copies: 1,
            current: 0,
            tracker,
        }
    }

    /// Whether nobody wants to know what happens.
    pub(crate) fn is_quiet(&self) -> bool {
        self.trace.is_none() && self.tracker.is_none()
    }

    /// The same for the next packet, when nothing is written down.
    pub(crate) fn begin(&mut self) {
        (self.copies, self.current) = (1, 0);
    }

    /// Something happened to the copy under way. Tracing off, nothing is even computed.
    #[inline]
    pub(crate) fn event(&mut self, event: impl FnOnce() -> Event) {
        if let Some(trace) = &mut self.trace
            && let Some(packet) = trace.packets.get_mut(self.current)
        {
            packet.events.push(event());
        }
    }

    /// The same for what is told only where all is asked for.
    #[inline]
    pub(crate) fn detail(&mut self, event: impl FnOnce() -> Event) {
        if self.full {
            self.event(event);
        }
    }

    /// A copy of `from` is made, with these bytes: its number. What happens goes on happening to the one under way.
    pub(crate) fn copy(&mut self, from: usize, bytes: &[u8]) -> usize {
        if let Some(trace) = &mut self.trace {
            let events = if self.full { vec![signature(bytes)] } else { Vec::new() };
            trace.packets.push(TracedPacket { copied_from: Some(from), events });
        }
        self.copies += 1;
        self.copies - 1
    }

    /// From now on, what happens happens to that copy.
    pub(crate) fn turn_to(&mut self, copy: usize) {
        self.current = copy;
    }

    /// The whole, and what undefined values reached.
    pub(crate) fn finish(&mut self) -> (Option<Trace>, Vec<String>) {
        (self.trace.take(), self.tracker.take().map_or_else(Vec::new, |tracker| tracker.reached))
    }

    /// Whether undefined values are followed: memory has a second half then.
    pub(crate) fn tracker(&self) -> Option<&Tracker> {
        self.tracker.as_ref()
    }

    /// Carry out instructions.
    pub(crate) fn run(&mut self, code: &[Instruction], memory: &mut [u64]) -> Result<(), Fault> {
        match &mut self.tracker {
            None => code::run(code, memory),
            Some(tracker) => tracker.run(code, memory),
        }
    }

    /// Something observable depends on a value.
    pub(crate) fn observe(&mut self, value: Operand, memory: &[u64], what: impl FnOnce() -> String) {
        if let Some(tracker) = &mut self.tracker
            && tracker.is_operand_unknown(value, memory)
        {
            tracker.reach(what());
        }
    }

    /// Something observable depends on an undefined value.
    pub(crate) fn reach(&mut self, what: impl FnOnce() -> String) {
        if let Some(tracker) = &mut self.tracker {
            tracker.reach(what());
        }
    }

    /// Something observable depends on a field.
    pub(crate) fn observe_field(&mut self, slot: &FieldSlot, memory: &[u64], what: impl FnOnce() -> String) {
        if let Some(tracker) = &mut self.tracker
            && tracker.is_unknown(slot, memory)
        {
            tracker.reach(what());
        }
    }

    /// A field was set to a value that is defined, or isn't.
    pub(crate) fn define(&self, slot: &FieldSlot, memory: &mut [u64], defined: bool) {
        if let Some(tracker) = &self.tracker {
            tracker.define(slot, memory, defined);
        }
    }

    /// Do the same to what is defined as was done to headers.
    pub(crate) fn mirror(&self, memory: &mut [u64], change: impl FnOnce(&mut [u64])) {
        if let Some(tracker) = &self.tracker {
            change(tracker.second(memory));
        }
    }

    /// Headers have become valid or invalid.
    pub(crate) fn follow(&self, layout: &Layout, memory: &mut [u64]) {
        if let Some(tracker) = &self.tracker {
            tracker.follow(layout, memory);
        }
    }
}

/// What a packet with these bytes is known by.
pub(crate) fn signature(bytes: &[u8]) -> Event {
    Event::Signature(HashAlgorithm::Xxh64.compute(bytes))
}
