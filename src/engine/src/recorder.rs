//! Writes traces down, or does nothing.

use hyper4_ir::{Event, Trace, TracedPacket};
use hyper4_switch::Tracing;

/// The trace of the packet that is under way.
#[derive(Debug)]
pub(crate) struct Recorder {
    trace: Option<Trace>,
    /// How many copies there are.
    copies: usize,
    /// Whose life goes on.
    current: usize,
}

impl Recorder {
    /// For a packet that comes in.
    pub(crate) fn new(tracing: Tracing) -> Self {
        let trace = || Trace { packets: vec![TracedPacket::default()] };
        Self { trace: (tracing == Tracing::On).then(trace), copies: 1, current: 0 }
    }

    /// Something happened to the copy under way. Tracing off, nothing is even computed.
    pub(crate) fn event(&mut self, event: impl FnOnce() -> Event) {
        if let Some(packet) = self.trace.as_mut().and_then(|trace| trace.packets.get_mut(self.current)) {
            packet.events.push(event());
        }
    }

    /// A copy of `from` is made: its number. What happens goes on happening to the one under way.
    pub(crate) fn copy(&mut self, from: usize) -> usize {
        if let Some(trace) = &mut self.trace {
            trace.packets.push(TracedPacket { copied_from: Some(from), events: Vec::new() });
        }
        self.copies += 1;
        self.copies - 1
    }

    /// From now on, what happens happens to that copy.
    pub(crate) fn turn_to(&mut self, copy: usize) {
        self.current = copy;
    }

    /// The whole.
    pub(crate) fn finish(self) -> Option<Trace> {
        self.trace
    }
}
