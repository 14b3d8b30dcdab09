//! The first difference between two sides.

use hyper4_ir::{Event, SourceInfo};
use serde::{Deserialize, Serialize};

use crate::{DecodedHeader, SideBySide};

/// In what the sides differ. Where a packet's outputs differ, that is the kind, though its traces may differ as well.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DivergenceKind {
    /// The virtual side didn't send a packet that the native one sent.
    Missing,
    /// The virtual side sent a packet that the native one didn't.
    Extra,
    /// The same bytes left by another port, or another packet by another port.
    Port,
    /// By the same port left other bytes.
    Bytes,
    /// The same packets left in another order.
    Order,
    /// The outputs are the same, the traces differ.
    Trace,
    /// The outputs are the same, what controllers learn differs.
    Digest,
    /// A command was answered differently.
    Reply,
    /// One side failed.
    Failure,
}

/// A packet that went in, with its headers where they are known.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PacketView {
    /// The port it came in by.
    pub port: u16,
    /// Its bytes.
    pub hex: String,
    /// The headers the parser took from it.
    pub headers: Vec<DecodedHeader>,
}

/// A packet that came out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputView {
    /// The port it left by.
    pub port: u16,
    /// Its bytes.
    pub hex: String,
}

/// The first output that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OutputDifference {
    /// Its number among the packet's outputs (or among those of a port, where only those have an order), from 0.
    pub position: usize,
    /// What was to come; `None`: nothing.
    pub expected: Option<OutputView>,
    /// What came instead; `None`: nothing.
    pub actual: Option<OutputView>,
    /// Where the bytes differ first.
    pub offset: Option<usize>,
    /// The header field that lies there, `ipv4.ttl`, or `payload`, where it can be told.
    pub field: Option<String>,
    /// The field's value as it was to be.
    pub expected_value: Option<String>,
    /// The field's value as it came, if it lies at the same place.
    pub actual_value: Option<String>,
}

/// In what two traces differ.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TraceMismatch {
    /// An event; `None`: nothing more happened.
    Event {
        /// What was to happen.
        expected: Option<Event>,
        /// What happened instead.
        actual: Option<Event>,
    },
    /// What a copy was made of: the position of the packet in the trace.
    CopiedFrom {
        /// What it was to be made of.
        expected: Option<usize>,
        /// What it was made of.
        actual: Option<usize>,
    },
}

/// The first event that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TraceDifference {
    /// The switch of a composition.
    pub device: Option<String>,
    /// The position of the copy in the trace.
    pub copy: usize,
    /// The number of the event in the copy's life, of those that are compared.
    pub event: usize,
    /// The last event before it, on which both sides agree.
    pub after: Option<Event>,
    /// In what they differ.
    pub mismatch: TraceMismatch,
}

/// A construct of the guest's program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Construct {
    /// What it is and what it is called.
    pub name: String,
    /// Where it stands in the source, where known.
    pub source: Option<SourceInfo>,
}

/// The first difference between two sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Divergence {
    /// The step of the stimulus, from 0; commands count.
    pub step: u64,
    /// In what they differ.
    pub kind: DivergenceKind,
    /// The packet, when the step is one.
    pub packet: Option<PacketView>,
    /// The command, when the step is one.
    pub command: Option<String>,
    /// The construct behind it: the one whose event differs first; else the one that wrote the field, or chose the port,
    /// last.
    pub construct: Option<Construct>,
    /// What was to happen.
    pub expected: String,
    /// What happened instead.
    pub actual: String,
    /// The first output that differs.
    pub output: Option<OutputDifference>,
    /// The first event that differs.
    pub trace: Option<TraceDifference>,
    /// What the virtual side says about where that comes from: the persona's table and row.
    pub origin: Option<String>,
    /// What the reader must know to make use of this.
    pub note: Option<String>,
    /// All that both sides did with the packet, where that was asked for and the step is a packet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub side_by_side: Option<Box<SideBySide>>,
}
