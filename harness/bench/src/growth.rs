//! What a table costs as its entries grow: for each packet, for each entry that is added, and in memory.

use std::collections::HashSet;
use std::fmt::Write as _;
use std::time::Instant;

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, Packet, Reply};
use hyper4_switch::{Switch, SwitchError, Tracing};
use serde::{Deserialize, Serialize};

use crate::{Pace, Spread, race};

const TEXT: &str = include_str!("growth.p4");
/// The table's name.
const TABLE: &str = "growing";
/// Different packets, so that they find many entries.
const PACKETS: usize = 1 << 15;
/// Packets that one call of a switch gets.
const BATCH: usize = 1024;
/// Entries below which the memory that they take can't be told from what else changes.
const FEW_ENTRIES: usize = 10_000;
/// Entries that all the tables have together whose memory is measured, at least.
const MEASURED_ENTRIES: usize = 400_000;
/// Bytes that tell which of the actions is an entry's, and those of a forwarding port, its data.
const DATA_BYTES: usize = 1 + 2;

/// How a table matches.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Matching {
    /// A key of 48 bits.
    Exact,
    /// A prefix of 32 bits, of many lengths.
    Lpm,
    /// Two keys of 32 bits under masks, of which there are some dozens.
    Ternary,
}

/// What one table costs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Growth {
    /// How it matches.
    pub matching: Matching,
    /// How many entries it has.
    pub entries: usize,
    /// Nanoseconds for a packet that hits, all that happens to it included.
    pub packet_ns: f64,
    /// Nanoseconds for adding an entry, on average over all of them.
    pub add_ns: f64,
    /// Bytes of memory for an entry, in control plane and data plane together, when all have been added: what more tables
    /// of the same entries take that the process has, beside a first one that fills what freed memory it had. `None` where
    /// that can't be told.
    pub entry_bytes: Option<f64>,
    /// What an entry is, in bytes: its key, in full bytes and with its mask or prefix length, which action it has, and that
    /// one's data. Its priority doesn't count, nor what makes it found.
    pub key_and_data_bytes: usize,
}

impl Matching {
    /// All of them, with the numbers of entries to measure.
    pub const ALL: [(Self, &'static [usize]); 3] = [
        (Self::Exact, &[10, 100, 1_000, 10_000, 100_000, 1_000_000]),
        (Self::Lpm, &[10, 100, 1_000, 10_000, 100_000]),
        (Self::Ternary, &[10, 100, 1_000, 10_000]),
    ];

    /// The P4_16 text of a program with such a table.
    pub fn program_text(self) -> String {
        let key = match self {
            Self::Exact => "hdr.key.address: exact;",
            Self::Lpm => "hdr.key.destination: lpm;",
            Self::Ternary => "hdr.key.destination: ternary; hdr.key.source: ternary;",
        };
        TEXT.replace("KEY\n", &format!("{key}\n"))
    }

    fn name(self) -> &'static str {
        match self {
            Self::Exact => "exact",
            Self::Lpm => "lpm",
            Self::Ternary => "ternary",
        }
    }

    fn key_bytes(self) -> usize {
        match self {
            Self::Exact => 6,
            Self::Lpm => 5,
            Self::Ternary => 16,
        }
    }

    /// The key of the entry of that number; other numbers may have the same.
    fn key(self, number: u64) -> Vec<MatchValue> {
        let random = mixed(number);
        let prefix = |lengths: &[u32], which: u64| {
            lengths.get(which as usize % lengths.len()).copied().unwrap_or_default()
        };
        match self {
            Self::Exact => vec![MatchValue::Exact(Bits::from_u64(48, random))],
            Self::Lpm => {
                // As many long ones as tables of the Internet have.
                let lengths = [16, 18, 19, 20, 21, 22, 22, 23, 23, 24, 24, 24, 24, 24, 24, 32];
                let prefix_length = prefix(&lengths, number);
                let value = Bits::from_u64(32, random).and(&Bits::prefix_mask(32, prefix_length));
                vec![MatchValue::Lpm { value, prefix_length }]
            }
            Self::Ternary => {
                let lengths = [8, 12, 16, 20, 24, 28, 32];
                let half = |random: u64, which: u64| {
                    let mask = Bits::prefix_mask(32, prefix(&lengths, which));
                    MatchValue::Ternary { value: Bits::from_u64(32, random).and(&mask), mask }
                };
                vec![half(random, number % 7), half(random >> 32, number / 7)]
            }
        }
    }
}

/// A number that looks like chance (splitmix64).
fn mixed(number: u64) -> u64 {
    let mixed = number.wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    let mixed = (mixed ^ mixed >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ mixed >> 31
}

/// What was made for a measurement. As long as it is there, what comes behind finds no memory that was used before.
#[expect(missing_debug_implementations, reason = "switches have none")]
pub struct Kept {
    _switches: Vec<Box<dyn Switch>>,
    _keys: HashSet<Vec<MatchValue>>,
    _commands: Vec<Command>,
    _packets: Vec<Packet>,
}

/// Measure one table. Switches that `start` gives run [`Matching::program_text`]; `resident` tells how many bytes of memory
/// the process has. What was kept of measurements before should still be there, so that its memory isn't used again.
///
/// # Errors
/// What the switch says.
pub fn growth(
    matching: Matching,
    entries: usize,
    mut start: impl FnMut() -> Result<Box<dyn Switch>, SwitchError>,
    resident: impl Fn() -> Option<u64>,
    pace: Pace,
) -> Result<(Growth, Kept), SwitchError> {
    let mut seen = HashSet::with_capacity(entries);
    let mut keys: Vec<Vec<MatchValue>> = Vec::with_capacity(entries);
    keys.extend(
        (0..).map(|number| matching.key(number)).filter(|key| seen.insert(key.clone())).take(entries),
    );
    let packets: Vec<Packet> = (0..PACKETS as u64)
        .filter_map(|i| keys.get(mixed(i) as usize % entries.max(1)).map(|key| packet(key, mixed(!i))))
        .collect();
    let command = |(i, key): (usize, Vec<MatchValue>)| Command::TableAdd {
        table: TABLE.to_owned(),
        key,
        action: "forward".to_owned(),
        arguments: vec![Bits::from_u64(9, i as u64 % 500 + 1)],
        priority: (matching == Matching::Ternary).then_some(i as u32),
    };
    let commands: Vec<Command> = keys.into_iter().enumerate().map(command).collect();
    let mut add = || {
        let mut switch = start()?;
        let begun = Instant::now();
        for command in &commands {
            let reply = switch.control(command)?;
            if !matches!(reply, Reply::Handle(_)) {
                return Err(SwitchError::Failed(format!("`{command}` gave no handle")));
            }
        }
        Ok((switch, begun.elapsed().as_nanos() as f64 / entries.max(1) as f64))
    };
    let (mut switch, add_ns) = add()?;
    let mut switches = Vec::new();
    let mut entry_bytes = None;
    if entries >= FEW_ENTRIES {
        let more = MEASURED_ENTRIES.div_ceil(entries);
        let before = resident();
        for _ in 0..more {
            switches.push(add()?.0);
        }
        let grown = before.zip(resident()).map(|(before, after)| after.saturating_sub(before));
        entry_bytes = grown.map(|bytes| bytes as f64 / (more * entries) as f64);
    }
    let outputs = switch.inject(packets.get(..BATCH).unwrap_or(&packets), Tracing::Off)?.outputs.len();
    if outputs != packets.len().min(BATCH) {
        return Err(SwitchError::Failed(format!("of {BATCH} packets that hit, {outputs} came out")));
    }
    let mut inject = |packets: &[Packet]| {
        packets.chunks(BATCH).try_for_each(|packets| switch.inject(packets, Tracing::Off).map(|_| ()))
    };
    let speeds = race(&mut [&mut inject], &packets, pace)?.pop().unwrap_or_default();
    let speed = Spread::of(speeds).unwrap_or_default().median;
    let growth = Growth {
        matching,
        entries,
        packet_ns: 1e9 / speed,
        add_ns,
        entry_bytes,
        key_and_data_bytes: matching.key_bytes() + DATA_BYTES,
    };
    switches.push(switch);
    Ok((growth, Kept { _switches: switches, _keys: seen, _commands: commands, _packets: packets }))
}

/// A packet that the key matches; other bits are those of `other`.
fn packet(key: &[MatchValue], other: u64) -> Packet {
    let mut address = Bits::from_u64(48, other);
    let mut halves = [Bits::from_u64(32, other >> 7), Bits::from_u64(32, other >> 29)];
    for (value, half) in key.iter().zip(&mut halves) {
        let (value, mask) = match value {
            MatchValue::Exact(value) => {
                address = value.clone();
                continue;
            }
            MatchValue::Lpm { value, prefix_length } => (value, Bits::prefix_mask(32, *prefix_length)),
            MatchValue::Ternary { value, mask } => (value, mask.clone()),
            MatchValue::Range { .. } | MatchValue::Optional(_) => continue,
        };
        *half = half.and(&mask.not()).or(value);
    }
    let mut bytes = address.to_be_bytes();
    halves.iter().for_each(|half| bytes.extend(half.to_be_bytes()));
    bytes.resize(64, 0);
    Packet { port: 1, bytes }
}

/// For people: a line a table.
pub fn growth_text(rows: &[Growth]) -> String {
    let mut text = format!(
        "{:8} {:>9} {:>10} {:>10} {:>12} {:>10} {:>6}\n",
        "table", "entries", "ns/packet", "ns/add", "bytes/entry", "key+data", "ratio"
    );
    for row in rows {
        let bytes = row.entry_bytes.map_or_else(|| "-".to_owned(), |bytes| format!("{bytes:.1}"));
        let ratio = row
            .entry_bytes
            .map_or_else(|| "-".to_owned(), |bytes| format!("{:.2}", bytes / row.key_and_data_bytes as f64));
        let _ = writeln!(
            text,
            "{:8} {:>9} {:>10.0} {:>10.0} {bytes:>12} {:>10} {ratio:>6}",
            row.matching.name(),
            row.entries,
            row.packet_ns,
            row.add_ns,
            row.key_and_data_bytes,
        );
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn packets_carry_what_their_keys_want() {
        for (matching, _) in Matching::ALL {
            let distinct: HashSet<_> = (0..500).map(|number| matching.key(number)).collect();
            assert!(distinct.len() > 450, "{matching:?}: {}", distinct.len());
            for number in 0..200 {
                let key = matching.key(number);
                let packet = packet(&key, mixed(number ^ 0x5555));
                assert_eq!(packet.bytes.len(), 64);
                let field = |from: usize, count: usize, width| {
                    Bits::from_be_bytes(width, packet.bytes.get(from..from + count).unwrap())
                };
                for (i, value) in key.iter().enumerate() {
                    match value {
                        MatchValue::Exact(value) => assert_eq!(field(0, 6, 48), *value),
                        MatchValue::Lpm { value, prefix_length } => {
                            assert_eq!(field(6, 4, 32).and(&Bits::prefix_mask(32, *prefix_length)), *value);
                        }
                        MatchValue::Ternary { value, mask } => {
                            assert_eq!(field(6 + 4 * i, 4, 32).and(mask), *value);
                        }
                        other => panic!("{other:?}"),
                    }
                }
            }
        }
    }

    #[test]
    fn texts_have_the_table_that_is_wanted() {
        let text = Matching::Lpm.program_text();
        assert!(text.contains("hdr.key.destination: lpm;") && !text.contains("KEY\n"), "{text}");
    }
}
