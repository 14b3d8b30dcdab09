//! What a packet is to look like.

use std::fmt;

/// Half a byte: a value, or anything.
type Nibble = Option<u8>;

/// The beginning of a packet, or all of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pattern {
    nibbles: Vec<Nibble>,
    /// Nothing may follow.
    exact: bool,
}

/// Where a packet and a pattern part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mismatch {
    /// The packet ends before the pattern does.
    TooShort {
        /// Bytes of the packet.
        length: usize,
        /// Half bytes of the pattern.
        wanted: usize,
    },
    /// The packet goes on where the pattern says it ends.
    TooLong {
        /// Bytes of the packet.
        length: usize,
        /// Half bytes of the pattern.
        wanted: usize,
    },
    /// Another value.
    Differs {
        /// The half byte, from 0.
        position: usize,
    },
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::TooShort { length, wanted } => {
                write!(f, "it is {length} bytes long, at least {} are wanted", Bytes(*wanted))
            }
            Self::TooLong { length, wanted } => {
                write!(f, "it is {length} bytes long, exactly {} are wanted", Bytes(*wanted))
            }
            Self::Differs { position } => {
                let half = if position % 2 == 0 { "first" } else { "second" };
                write!(f, "byte {} differs in its {half} digit", position / 2)
            }
        }
    }
}

/// Half bytes, written as bytes.
struct Bytes(usize);

impl fmt::Display for Bytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let half = if self.0 % 2 == 1 { ".5" } else { "" };
        write!(f, "{}{half}", self.0 / 2)
    }
}

impl Pattern {
    /// Of digits with `*` for any; `None` for another character.
    #[must_use]
    pub fn new(digits: &str, exact: bool) -> Option<Self> {
        let nibble = |c: char| match c {
            '*' => Some(None),
            c => c.to_digit(16).and_then(|d| u8::try_from(d).ok()).map(Some),
        };
        Some(Self { nibbles: digits.chars().map(nibble).collect::<Option<_>>()?, exact })
    }

    /// Whether a packet is so.
    ///
    /// # Errors
    /// The first difference.
    pub fn check(&self, packet: &[u8]) -> Result<(), Mismatch> {
        let (length, wanted) = (packet.len(), self.nibbles.len());
        if length * 2 < wanted {
            return Err(Mismatch::TooShort { length, wanted });
        }
        let digits = packet.iter().flat_map(|byte| [byte >> 4, byte & 0xf]);
        let differs = |(nibble, digit): (&Nibble, u8)| nibble.is_some_and(|value| value != digit);
        if let Some(position) = self.nibbles.iter().zip(digits).position(differs) {
            return Err(Mismatch::Differs { position });
        }
        if self.exact && length * 2 > wanted { Err(Mismatch::TooLong { length, wanted }) } else { Ok(()) }
    }
}

/// As a test says it.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for nibble in &self.nibbles {
            match nibble {
                Some(value) => write!(f, "{value:x}")?,
                None => f.write_str("*")?,
            }
        }
        if self.exact { f.write_str("$") } else { Ok(()) }
    }
}
