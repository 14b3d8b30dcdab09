//! What a proof came to.

use hyper4_ir::{Command, EntryValues, Output, Packet, Reply};

/// What a proof came to. Only [`Verdict::Proved`] is a success.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds for every packet within the bounds.
    Proved(Proof),
    /// It doesn't hold: a packet shows it.
    Refuted(Box<Refutation>),
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

/// A packet that shows that something doesn't hold, with what has to come before it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refutation {
    /// For which packets it was asked.
    pub bounds: Bounds,
    /// What registers are made to hold and meters to answer, before any packet.
    pub before: Vec<Setting>,
    /// Packets that come before, in order.
    pub earlier: Vec<Packet>,
    /// The packet. Replay it before you believe it: the executor may be wrong too.
    pub packet: Packet,
    /// The values of each open entry: see [`crate::OpenEntry::command`].
    pub entries: Vec<EntryValues>,
    /// What goes wrong with it.
    pub what: String,
    /// What the first subject (of an equivalence the native one) sends for the last packet, by the executor's reckoning.
    pub native: Vec<Output>,
    /// What the virtual subject of an equivalence sends for the last packet, by the executor's reckoning.
    pub virtual_: Vec<Output>,
    /// The cell that holds something else behind the last packet, where the two sides send the same.
    pub cell: Option<CellDifference>,
    /// What differs is the digest that the last packet is sent as, where the two sides send the same.
    pub sampled: bool,
    /// What a replay can't bring about, such as a time: where this isn't as it is here, nothing may show.
    pub assumes: Vec<String>,
}

/// Something that a control plane says to an array before packets come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Setting {
    /// Of a composition, which device it is for.
    pub device: Option<String>,
    /// What is said.
    pub command: Command,
}

/// A cell of a register or a counter in which two sides leave different things behind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CellDifference {
    /// Of a composition, which device's it is.
    pub device: Option<String>,
    /// Reads it.
    pub command: Command,
    /// What the native side answers, by the executor's reckoning.
    pub native: Reply,
    /// What the virtual side answers, by the executor's reckoning.
    pub virtual_: Reply,
}

impl Refutation {
    /// A packet, with what goes wrong with it and what the first subject sends.
    pub(crate) fn new(packet: Packet, what: String, native: Vec<Output>) -> Self {
        Self {
            bounds: Bounds::default(),
            before: Vec::new(),
            earlier: Vec::new(),
            packet,
            entries: Vec::new(),
            what,
            native,
            virtual_: Vec::new(),
            cell: None,
            sampled: false,
            assumes: Vec::new(),
        }
    }

    /// All packets in order.
    pub fn packets(&self) -> impl Iterator<Item = &Packet> {
        self.earlier.iter().chain([&self.packet])
    }
}

/// For which packets something was asked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
                write!(f, "refuted by ")?;
                for setting in &refutation.before {
                    let device = setting.device.as_ref().map(|device| format!("{device}: "));
                    write!(f, "`{}{}`, ", device.unwrap_or_default(), setting.command)?;
                }
                let noun = if refutation.earlier.is_empty() { "packet" } else { "packets" };
                let digits = |packet: &Packet| format!("{}:{}", packet.port, hex::encode(&packet.bytes));
                let packets: Vec<String> = refutation.packets().map(digits).collect();
                write!(f, "{noun} {}: {}", packets.join(", "), refutation.what)?;
                if !refutation.assumes.is_empty() {
                    write!(f, "; this is so for some value of {}", refutation.assumes.join(", "))?;
                }
                Ok(())
            }
            Self::Unknown { reason, bounds } => write!(f, "unknown for {bounds}: {reason}"),
        }
    }
}
