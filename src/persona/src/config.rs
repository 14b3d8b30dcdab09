//! How large a persona is.

use serde::{Deserialize, Serialize};

/// The size of a persona. The defaults carry the guests of p4programs/ and a chain of three of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PersonaConfig {
    /// Bytes of headers that rows can look at and change: a multiple of 4, 16 to 128.
    pub window_bytes: u16,
    /// Bytes of a packet that come into the window at most: a multiple of 4, 4 to 128. The rest of the window is room for
    /// headers that guests add; there is none where this is the window's size or more.
    pub parse_bytes: u16,
    /// Bits for ports, length and the guests' metadata: a multiple of 16, 64 to 256.
    pub metadata_bits: u16,
    /// Lookups, one after the other, in ingress: 1 to 64.
    pub ingress_slots: u8,
    /// Lookups, one after the other, in egress: 1 to 64.
    pub egress_slots: u8,
    /// Rows that each table holds.
    pub rows_per_table: u32,
    /// Register cells of 64 bits, for all guests together: 0 is none.
    pub registers: u32,
    /// Counter cells, for all guests together: 0 is none.
    pub counters: u32,
    /// Meter cells of each kind, of packets and of bytes, for all guests together: 0 is none.
    pub meters: u32,
    /// Guests may do things to whole packets: cut, clone, resubmit and recirculate them.
    pub copies: bool,
    /// Guests may take samples of packets for controllers to learn from.
    pub digests: bool,
    /// Guests may draw random numbers.
    pub random: bool,
}

impl Default for PersonaConfig {
    fn default() -> Self {
        Self {
            window_bytes: 128,
            parse_bytes: 96,
            metadata_bits: 256,
            ingress_slots: 20,
            egress_slots: 8,
            rows_per_table: 4096,
            registers: 65_536,
            counters: 65_536,
            meters: 4096,
            copies: true,
            digests: true,
            random: true,
        }
    }
}

/// Why there is no persona of that size.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ConfigError {
    /// Not TOML, or an unknown key.
    #[error("not a persona configuration: {0}")]
    Toml(String),
    /// A number is out of its range.
    #[error("`{key}` is {value}, but must be {expected}")]
    Range {
        /// The key.
        key: &'static str,
        /// What it is.
        value: u64,
        /// What it may be.
        expected: &'static str,
    },
}

impl PersonaConfig {
    /// Cells that an array may have.
    const MOST_CELLS: u32 = 1 << 24;

    /// Whether guests may ask for what lies outside of their state: arrays, and what becomes of the packet.
    pub fn has_state(&self) -> bool {
        self.registers > 0
            || self.counters > 0
            || self.meters > 0
            || self.copies
            || self.digests
            || self.random
    }

    /// Read a configuration, a TOML table; keys that are missing have their default.
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn from_toml(text: &str) -> Result<Self, ConfigError> {
        let config: Self = toml::from_str(text).map_err(|e| ConfigError::Toml(e.to_string()))?;
        config.validate()?;
        Ok(config)
    }

    /// The configuration as TOML, with a comment at its head; [`PersonaConfig::from_toml`] reads it.
    pub fn to_toml(&self, comment: &str) -> String {
        let Self { window_bytes, parse_bytes, metadata_bits, ingress_slots, .. } = self;
        let Self {
            egress_slots, rows_per_table, registers, counters, meters, copies, digests, random, ..
        } = self;
        format!(
            "# {comment}\nwindow_bytes = {window_bytes}\nparse_bytes = {parse_bytes}\nmetadata_bits = {metadata_bits}\n\
             ingress_slots = {ingress_slots}\negress_slots = {egress_slots}\nrows_per_table = {rows_per_table}\n\
             registers = {registers}\ncounters = {counters}\nmeters = {meters}\n\
             copies = {copies}\ndigests = {digests}\nrandom = {random}\n"
        )
    }

    /// The configuration that a persona's P4 text names in its head (a line `// window_bytes = 128, …`).
    ///
    /// # Errors
    /// [`ConfigError`]
    pub fn from_p4(text: &str) -> Result<Self, ConfigError> {
        let missing =
            || ConfigError::Toml("no line `// window_bytes = …` at the head of the P4 text".to_owned());
        let line =
            text.lines().take(10).find_map(|l| l.strip_prefix("// window_bytes")).ok_or_else(missing)?;
        Self::from_toml(&format!("window_bytes{}", line.replace(", ", "\n")))
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// [`ConfigError::Range`]
    pub fn validate(&self) -> Result<(), ConfigError> {
        let checks: [(&'static str, u64, bool, &'static str); 9] = [
            (
                "window_bytes",
                self.window_bytes.into(),
                (16..=128).contains(&self.window_bytes) && self.window_bytes.is_multiple_of(4),
                "a multiple of 4 from 16 to 128",
            ),
            (
                "parse_bytes",
                self.parse_bytes.into(),
                (4..=128).contains(&self.parse_bytes) && self.parse_bytes.is_multiple_of(4),
                "a multiple of 4 from 4 to 128",
            ),
            (
                "metadata_bits",
                self.metadata_bits.into(),
                (64..=256).contains(&self.metadata_bits) && self.metadata_bits.is_multiple_of(16),
                "a multiple of 16 from 64 to 256",
            ),
            ("ingress_slots", self.ingress_slots.into(), (1..=64).contains(&self.ingress_slots), "1 to 64"),
            ("egress_slots", self.egress_slots.into(), (1..=64).contains(&self.egress_slots), "1 to 64"),
            ("rows_per_table", self.rows_per_table.into(), self.rows_per_table > 0, "at least 1"),
            ("registers", self.registers.into(), self.registers <= Self::MOST_CELLS, "at most 16777216"),
            ("counters", self.counters.into(), self.counters <= Self::MOST_CELLS, "at most 16777216"),
            ("meters", self.meters.into(), self.meters <= Self::MOST_CELLS, "at most 16777216"),
        ];
        match checks.into_iter().find(|(_, _, fine, _)| !fine) {
            Some((key, value, _, expected)) => Err(ConfigError::Range { key, value, expected }),
            None => Ok(()),
        }
    }
}
