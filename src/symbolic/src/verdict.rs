//! What a proof came to.

use hyper4_ir::{EntryValues, Output, Packet};

/// What a proof came to. Only [`Verdict::Proved`] is a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds for every packet within the bounds.
    Proved(Proof),
    /// It doesn't hold: a packet shows it.
    Refuted(Refutation),
    /// Neither was shown.
    Unknown {
        /// What stood in the way.
        reason: String,
        /// What was asked.
        bounds: Bounds,
    },
}

/// What was proved, and how.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Proof {
    /// For which packets.
    pub bounds: Bounds,
    /// Paths over all lengths; of an equivalence, pairs of a native and a virtual path that one packet can take.
    pub paths: usize,
    /// Those of them that send something: a proof about a program that only drops says little.
    pub transmitting: usize,
    /// Questions put to Z3. Most decisions need none, because the terms' normal forms settle them; but that the paths
    /// cover every packet is put to Z3 for each length.
    pub queries: usize,
    /// Reads of what a real switch doesn't define, such as fields of invalid headers in expressions: the proof is for
    /// whatever value is read.
    pub undefined_reads: Vec<String>,
    /// Those of them on which an output depends: there the two sides are *not* proved to agree.
    pub exceptions: Vec<String>,
}

/// A packet that shows that something doesn't hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refutation {
    /// For which packets it was asked.
    pub bounds: Bounds,
    /// The packet. Replay it before you believe it: the executor may be wrong too.
    pub packet: Packet,
    /// The values of each open entry: see [`crate::OpenEntry::command`].
    pub entries: Vec<EntryValues>,
    /// What goes wrong with it.
    pub what: String,
    /// What the first subject (of an equivalence the native one) sends, by the executor's reckoning.
    pub native: Vec<Output>,
    /// What the virtual subject of an equivalence sends, by the executor's reckoning.
    pub virtual_: Vec<Output>,
}

/// For which packets something was asked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Packets of 0 to that many bytes: every byte symbolic.
    pub window: u32,
    /// Longer packets up to that many bytes: an opaque tail behind the window.
    pub longest: u32,
    /// Ports by which they come in.
    pub ports: String,
}

impl std::fmt::Display for Bounds {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "packets of 0 to {} bytes", self.window)?;
        if self.longest > self.window {
            write!(f, ", and of up to {} bytes with an opaque tail", self.longest)?;
        }
        write!(f, ", coming in by {}", self.ports)
    }
}

impl std::fmt::Display for Verdict {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Proved(proof) => {
                write!(
                    f,
                    "proved for {}: {} paths ({} transmit), {} queries to Z3",
                    proof.bounds, proof.paths, proof.transmitting, proof.queries
                )?;
                if !proof.undefined_reads.is_empty() {
                    write!(f, "; undefined values are read: {}", proof.undefined_reads.join(", "))?;
                }
                if !proof.exceptions.is_empty() {
                    write!(f, "; not where the output depends on {}", proof.exceptions.join(", "))?;
                }
                Ok(())
            }
            Self::Refuted(refutation) => {
                let packet = &refutation.packet;
                let hex: String = packet.bytes.iter().map(|byte| format!("{byte:02x}")).collect();
                write!(f, "refuted by packet {}:{hex}: {}", packet.port, refutation.what)
            }
            Self::Unknown { reason, bounds } => write!(f, "unknown for {bounds}: {reason}"),
        }
    }
}
