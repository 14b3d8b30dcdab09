//! Writes traces down, or does nothing.

use hyper4_ir::{Event, Trace, TracedPacket};
use hyper4_switch::Tracing;

/// The trace of the packet that is under way.
#[derive(Debug)]
pub(crate) struct Recorder {
    trace: Option<Trace>,
}

impl Recorder {
    /// For a packet that comes in.
    pub(crate) fn new(tracing: Tracing) -> Self {
        let trace = || Trace { packets: vec![TracedPacket::default()] };
        Self { trace: (tracing == Tracing::On).then(trace) }
    }

    /// Something happened to the copy under way. Tracing off, nothing is even computed.
    pub(crate) fn event(&mut self, event: impl FnOnce() -> Event) {
        if let Some(packet) = self.trace.as_mut().and_then(|trace| trace.packets.last_mut()) {
            packet.events.push(event());
        }
    }

    /// From now on, what happens happens to a copy of the packet that came in.
    pub(crate) fn copy(&mut self) {
        if let Some(trace) = &mut self.trace {
            trace.packets.push(TracedPacket { copied_from: Some(0), events: Vec::new() });
        }
    }

    /// The whole.
    pub(crate) fn finish(self) -> Option<Trace> {
        self.trace
    }
}
