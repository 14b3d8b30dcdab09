//! What a switch did with a packet, in the program's own terms.
//!
//! The order of events in a packet's life is fixed, so that traces of different switches compare event by event:
//!
//! 1. parser: [`Event::ParseState`], in it [`Event::Extract`] for each header, at the end perhaps
//!    [`Event::ParserError`];
//! 2. [`Event::Checksum`] for each verify, in the program's order;
//! 3. [`Event::Pipeline`] `ingress`, then its [`Event::Condition`]s, [`Event::Table`]s, each followed by the
//!    [`Event::Action`] that ran, and perhaps [`Event::Exit`];
//! 4. [`Event::Clone`] where the packet is copied for a mirroring session, [`Event::Digest`], then one of
//!    [`Event::Resubmit`], [`Event::Unicast`], [`Event::Multicast`] (of a group that exists) and [`Event::Drop`] (also for
//!    a group that doesn't);
//! 5. in the same [`TracedPacket`] after a unicast, in one of its own that begins with [`Event::Replica`] for each
//!    copy: [`Event::Pipeline`] `egress` and what happens there; perhaps [`Event::Clone`]; then [`Event::Drop`], or a
//!    [`Event::Checksum`] for each update and [`Event::Transmit`] or [`Event::Recirculate`].
//!
//! A clone is a [`TracedPacket`] of its own. One made at the end of ingress begins with its own parsing; then, as one
//! made at the end of egress at once, it has [`Event::Multicast`] where its session names a group, whose replicas are
//! copied from it, and [`Event::Unicast`] where it names a port, behind which it goes on itself. A packet that is
//! resubmitted or recirculated ends there, and its copy begins with the parser.

use hyper4_bits::Bits;
use serde::{Deserialize, Serialize};

/// What happened to one packet from its arrival to the last of its copies.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Trace {
    /// The packet as it came in, and its copies in the order in which they were made.
    pub packets: Vec<TracedPacket>,
}

/// One copy of a packet: the part of its life that it doesn't share with the one it was copied from.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct TracedPacket {
    /// The position in [`Trace::packets`] of what it was copied from; `None` for the packet that came in.
    pub copied_from: Option<usize>,
    /// What happened, in order.
    pub events: Vec<Event>,
}

/// Hit or miss.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum TableOutcome {
    /// The entry with that handle matched.
    Hit(u64),
    /// None matched.
    Miss,
}

/// What a checksum came to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum ChecksumOutcome {
    /// A verify found it right.
    Correct,
    /// A verify found it wrong.
    Wrong,
    /// An update wrote it; to an invalid header too, though nobody reads it there.
    Updated,
    /// The condition didn't hold, or, of a verify, the header was invalid.
    Skipped,
}

/// Something that happened. Names are the program's.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum Event {
    /// A switch of a composition begins to deal with it.
    Device(String),
    /// A parse state was entered.
    ParseState(String),
    /// A copy of the packet begins: the XXH64 of its bytes that the parser has not taken. Only where all is asked for.
    Signature(u64),
    /// A header was extracted.
    Extract(String),
    /// The packet was too short for a header. Only where all is asked for.
    Missing(String),
    /// The parser stopped with an error.
    ParserError(String),
    /// A checksum was dealt with.
    Checksum {
        /// Its name.
        name: String,
        /// What it came to.
        outcome: ChecksumOutcome,
    },
    /// A pipeline began.
    Pipeline(String),
    /// A condition was evaluated.
    Condition {
        /// Its name.
        name: String,
        /// What it came to.
        value: bool,
    },
    /// A table was applied. Tables that the compiler made for straight-line code count like any other.
    Table {
        /// Its name.
        name: String,
        /// Hit or miss.
        outcome: TableOutcome,
    },
    /// An action ran.
    Action {
        /// Its name.
        name: String,
        /// Its arguments.
        arguments: Vec<Bits>,
    },
    /// `exit` was met.
    Exit,
    /// It was copied for a mirroring session, which exists: the copy is another [`TracedPacket`].
    Clone,
    /// A sample was taken for the control plane, for the list with that number, whether it is told of or was seen before.
    Digest(u32),
    /// It goes through ingress again, as it came, as another [`TracedPacket`].
    Resubmit,
    /// It goes through ingress again, as it would have left, as another [`TracedPacket`].
    Recirculate,
    /// The traffic manager sent it to one port.
    Unicast(u16),
    /// The traffic manager made a copy for each member of a group.
    Multicast(u16),
    /// A copy of a multicast group begins its life.
    Replica {
        /// Its `egress_rid`.
        rid: u16,
        /// Its port.
        port: u16,
    },
    /// A header leaves with it. Only where all is asked for.
    Emit(String),
    /// It was dropped at the end of a pipeline.
    Drop,
    /// It left by a port.
    Transmit(u16),
    /// In a composition: it is sent to, and later leaves by, a port that has no link, and is lost. Stands in the places
    /// of [`Event::Unicast`] and [`Event::Transmit`]; a persona doesn't keep the number of a port that leads nowhere.
    Unlinked,
}
