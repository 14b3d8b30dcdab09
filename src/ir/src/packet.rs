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

/// What a packet taught: a sample of a learn list. A controller gets samples in lots, and each but once until it has
/// acknowledged it; that is for whoever speaks to the controller.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Digest {
    /// The number, in the batch, of the packet that caused it; `None` where a real switch doesn't tell.
    pub cause: Option<usize>,
    /// The list.
    pub list: crate::LearnListId,
    /// Its elements' values, in order.
    pub values: Vec<hyper4_bits::Bits>,
}

/// Something that can be observed of a packet depends on a value that simple_switch leaves undefined: a field of an
/// invalid header, a time stamp, a random number. What two switches do then needn't be the same.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Undefined {
    /// The number, in the batch, of the packet that caused it.
    pub cause: usize,
    /// What depends on it.
    pub reached: String,
}

/// What became of a batch of packets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// What came out, ordered by cause, then as emitted; across ports a real switch has no order.
    pub outputs: Vec<Output>,
    /// A trace for each packet, in order; empty when tracing was off.
    pub traces: Vec<Trace>,
    /// What was learnt, ordered by cause. A driver of a real switch that doesn't listen for it leaves it empty.
    pub digests: Vec<Digest>,
    /// What depends on undefined values, ordered by cause; empty where nobody looks for it.
    pub undefined: Vec<Undefined>,
}

/// A step of a stimulus.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stimulus {
    /// A packet arrives.
    Packet(Packet),
    /// The control plane speaks.
    Command(Command),
}
