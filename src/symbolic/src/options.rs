//! What is proved about, and how much may be spent on it.

use std::time::Duration;

use crate::solver::MOST_MEMORY;

/// Bounds of a proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// Packets of 0 to `window` bytes are dealt with length by length. Of a longer packet the first `window` bytes are
    /// symbolic and the rest is opaque: a program that looks at it gives [`crate::Verdict::Unknown`].
    pub window: u32,
    /// Bytes of the longest packet, at least `window`; when they are equal, there is no run with an opaque tail.
    pub longest: u32,
    /// How long Z3 may think about one query.
    pub query_timeout: Duration,
    /// How long all of a proof may take; what is left then is [`crate::Verdict::Unknown`].
    pub budget: Duration,
    /// How much memory Z3 may use in one query, in megabytes.
    pub query_memory: u32,
    /// Paths of one length after which the answer is [`crate::Verdict::Unknown`].
    pub max_paths: usize,
    /// How many packets a sequence may have that is looked for where the two sides may differ in what outlives packets.
    /// What is proved holds for any number.
    pub horizon: u32,
}

impl Default for Options {
    /// A window of 128 bytes, packets of up to 65 535 bytes (a real simple_switch takes no longer ones in).
    fn default() -> Self {
        Self {
            window: 128,
            longest: 65_535,
            query_timeout: Duration::from_secs(20),
            budget: Duration::from_secs(600),
            query_memory: MOST_MEMORY,
            max_paths: 20_000,
            horizon: 3,
        }
    }
}

impl Options {
    /// Every length there is a run for, the shortest first.
    pub(crate) fn lengths(&self) -> Vec<Length> {
        let mut lengths: Vec<Length> = (0..=self.window).map(Length::Bytes).collect();
        if self.longest > self.window {
            lengths.push(Length::Longer { window: self.window, longest: self.longest });
        }
        lengths
    }
}

/// The length of a packet in one run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Length {
    /// So many bytes, all symbolic.
    Bytes(u32),
    /// `window` symbolic bytes and at least one more that nobody looks at.
    Longer { window: u32, longest: u32 },
}

impl Length {
    /// Symbolic bytes.
    pub(crate) fn head(self) -> u32 {
        match self {
            Self::Bytes(bytes) => bytes,
            Self::Longer { window, .. } => window,
        }
    }
}

impl std::fmt::Display for Length {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(1) => write!(f, "packets of 1 byte"),
            Self::Bytes(bytes) => write!(f, "packets of {bytes} bytes"),
            Self::Longer { window, .. } => write!(f, "packets of more than {window} bytes"),
        }
    }
}
