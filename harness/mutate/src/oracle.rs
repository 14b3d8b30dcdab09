//! Who finds a fault.

use std::collections::BTreeSet;

use hyper4_ir::Output;
use serde::{Deserialize, Serialize};

use crate::subject::{Seen, Source};

/// A check that can find a fault.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Oracle {
    /// The switch doesn't take it.
    Load,
    /// Commands are answered otherwise: handles, entries, what registers and counters hold.
    Replies,
    /// A real switch sent something else.
    Golden,
    /// Packets that the subject brings.
    Captured,
    /// Packets made to reach something.
    Covering,
    /// Random packets.
    Generated,
    /// Traces, of whatever packets.
    Traces,
    /// Four tenants beside each other.
    Tenants,
    /// A proof.
    Proof,
}

impl Oracle {
    /// In a word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Load => "load",
            Self::Replies => "replies",
            Self::Golden => "golden",
            Self::Captured => "captured",
            Self::Covering => "covering",
            Self::Generated => "generated",
            Self::Traces => "traces",
            Self::Tenants => "tenants",
            Self::Proof => "proof",
        }
    }
}

/// Who notices that something else was seen than should be.
pub(crate) fn notice(expected: &Seen, actual: &Seen, recorded: &[Output]) -> BTreeSet<Oracle> {
    let mut by = BTreeSet::new();
    if expected.replies != actual.replies {
        by.insert(Oracle::Replies);
    }
    for (right, wrong) in expected.deeds.iter().zip(&actual.deeds) {
        let sends = right.outputs != wrong.outputs || right.digests != wrong.digests;
        if sends && right.source != Source::Golden {
            by.insert(right.source.oracle());
        }
        if right.trace != wrong.trace {
            by.insert(Oracle::Traces);
        }
    }
    // Between ports a real switch has no order.
    let mut told: Vec<&Output> = recorded.iter().collect();
    told.sort_by_key(|output| (output.cause, output.port));
    let golden = actual.deeds.iter().filter(|deed| deed.source == Source::Golden);
    let sent = golden.flat_map(|deed| {
        let mut sent: Vec<&(u16, Vec<u8>)> = deed.outputs.iter().collect();
        sent.sort_by_key(|(port, _)| *port);
        sent
    });
    if !sent
        .map(|(port, bytes)| (*port, bytes))
        .eq(told.into_iter().map(|output| (output.port, &output.bytes)))
    {
        by.insert(Oracle::Golden);
    }
    by
}

/// Which oracles a subject's steps give work to.
pub(crate) fn asked(expected: &Seen) -> BTreeSet<Oracle> {
    let mut asked: BTreeSet<Oracle> = expected.deeds.iter().map(|deed| deed.source.oracle()).collect();
    asked.extend([Oracle::Load, Oracle::Traces]);
    if !expected.replies.is_empty() {
        asked.insert(Oracle::Replies);
    }
    asked
}
