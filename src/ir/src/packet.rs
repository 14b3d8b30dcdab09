//! Packets in and out, and sequences of packets and commands.

use crate::{Command, Trace};

/// A packet that goes in.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Packet {
    /// The port it comes in by, 0 to 510.
    pub port: u16,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// A packet that came out.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Output {
    /// The number, in the batch, of the packet that caused it; `None` where a real switch doesn't tell.
    pub cause: Option<usize>,
    /// The port it left by.
    pub port: u16,
    /// Its bytes.
    pub bytes: Vec<u8>,
}

/// What became of a batch of packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What came out, ordered by cause, then as emitted; across ports a real switch has no order.
    pub outputs: Vec<Output>,
    /// A trace for each packet, in order; empty when tracing was off.
    pub traces: Vec<Trace>,
}

/// A step of a stimulus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stimulus {
    /// A packet arrives.
    Packet(Packet),
    /// The control plane speaks.
    Command(Command),
}
