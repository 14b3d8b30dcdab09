//! The hash algorithms that simple_switch registers, under the names that bmv2 JSON uses.

use std::collections::HashMap;
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use thiserror::Error;

use crate::checksum;
use crate::crc::{Crc, CrcParameters};

/// A hash algorithm of simple_switch.
///
/// p4c also writes `random`, for v1model's `HashAlgorithm.random`; simple_switch has no algorithm of that name and
/// refuses to load the program, so there is none here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HashAlgorithm {
    /// `xxh64` with seed 0.
    Xxh64,
    /// `crc16`: CRC-16/ARC.
    Crc16,
    /// `crc32`: CRC-32 as in Ethernet.
    Crc32,
    /// `crcCCITT`: CRC-16/IBM-3740.
    #[serde(rename = "crcCCITT")]
    CrcCcitt,
    /// `cksum16`: the Internet checksum.
    Cksum16,
    /// `csum16`: the Internet checksum.
    Csum16,
    /// `toeplitz`, with a key of four zero bytes until a controller sets another.
    Toeplitz,
    /// `identity`: the first eight bytes as a number in network order; fewer bytes are not padded.
    Identity,
    /// `round_robin`: counts its calls.
    RoundRobin,
    /// `round_robin_consistent`: numbers its distinct inputs in the order of their first occurrence.
    RoundRobinConsistent,
    /// `xor16`: exclusive or of 16-bit words, the last padded with zeros.
    Xor16,
    /// `xor32`: exclusive or of 32-bit words, the last padded with zeros.
    Xor32,
    /// `crc8_custom`: CRC-8 with polynomial 0x07 until a controller sets other parameters.
    Crc8Custom,
    /// `crc16_custom`: CRC-16/ARC until a controller sets other parameters.
    Crc16Custom,
    /// `crc32_custom`: CRC-32 until a controller sets other parameters.
    Crc32Custom,
    /// `crc64_custom`: reflected CRC-64 with polynomial 0x1b until a controller sets other parameters.
    Crc64Custom,
}

const CRC8: CrcParameters = CrcParameters {
    polynomial: 0x07,
    initial_remainder: 0,
    final_xor_value: 0,
    data_reflected: false,
    remainder_reflected: false,
};
const CRC16: CrcParameters =
    CrcParameters { polynomial: 0x8005, data_reflected: true, remainder_reflected: true, ..CRC8 };
const CRC_CCITT: CrcParameters = CrcParameters { polynomial: 0x1021, initial_remainder: 0xffff, ..CRC8 };
const CRC32: CrcParameters = CrcParameters {
    polynomial: 0x04c1_1db7,
    initial_remainder: 0xffff_ffff,
    final_xor_value: 0xffff_ffff,
    data_reflected: true,
    remainder_reflected: true,
};
const CRC64: CrcParameters = CrcParameters { polynomial: 0x1b, ..CRC16 };

static CRC8_TABLE: LazyLock<Crc> = LazyLock::new(|| Crc::new(8, CRC8));
static CRC16_TABLE: LazyLock<Crc> = LazyLock::new(|| Crc::new(16, CRC16));
static CRC_CCITT_TABLE: LazyLock<Crc> = LazyLock::new(|| Crc::new(16, CRC_CCITT));
static CRC32_TABLE: LazyLock<Crc> = LazyLock::new(|| Crc::new(32, CRC32));
static CRC64_TABLE: LazyLock<Crc> = LazyLock::new(|| Crc::new(64, CRC64));

impl HashAlgorithm {
    /// Every algorithm.
    pub const ALL: [Self; 16] = [
        Self::Xxh64,
        Self::Crc16,
        Self::Crc32,
        Self::CrcCcitt,
        Self::Cksum16,
        Self::Csum16,
        Self::Toeplitz,
        Self::Identity,
        Self::RoundRobin,
        Self::RoundRobinConsistent,
        Self::Xor16,
        Self::Xor32,
        Self::Crc8Custom,
        Self::Crc16Custom,
        Self::Crc32Custom,
        Self::Crc64Custom,
    ];

    /// The algorithm that bmv2 registers under `name`, which is case-sensitive.
    #[must_use]
    pub fn from_bmv2_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|algorithm| algorithm.bmv2_name() == name)
    }

    /// The name under which bmv2 registers it.
    #[must_use]
    pub fn bmv2_name(self) -> &'static str {
        match self {
            Self::Xxh64 => "xxh64",
            Self::Crc16 => "crc16",
            Self::Crc32 => "crc32",
            Self::CrcCcitt => "crcCCITT",
            Self::Cksum16 => "cksum16",
            Self::Csum16 => "csum16",
            Self::Toeplitz => "toeplitz",
            Self::Identity => "identity",
            Self::RoundRobin => "round_robin",
            Self::RoundRobinConsistent => "round_robin_consistent",
            Self::Xor16 => "xor16",
            Self::Xor32 => "xor32",
            Self::Crc8Custom => "crc8_custom",
            Self::Crc16Custom => "crc16_custom",
            Self::Crc32Custom => "crc32_custom",
            Self::Crc64Custom => "crc64_custom",
        }
    }

    /// What a fresh instance of the algorithm gives for its first input.
    ///
    /// For all but the two `round_robin` algorithms that is what every call gives as long as no controller sets
    /// parameters; where one may, or where calls are counted, use a [`Calculation`].
    #[must_use]
    pub fn compute(self, bytes: &[u8]) -> u64 {
        match self {
            Self::Xxh64 => xxhash_rust::xxh64::xxh64(bytes, 0),
            Self::Crc8Custom => CRC8_TABLE.compute(bytes),
            Self::Crc16 | Self::Crc16Custom => CRC16_TABLE.compute(bytes),
            Self::CrcCcitt => CRC_CCITT_TABLE.compute(bytes),
            Self::Crc32 | Self::Crc32Custom => CRC32_TABLE.compute(bytes),
            Self::Crc64Custom => CRC64_TABLE.compute(bytes),
            Self::Cksum16 | Self::Csum16 => u64::from(checksum::internet(bytes)),
            Self::Identity => identity(bytes),
            Self::Xor16 => xor_words::<2>(bytes),
            Self::Xor32 => xor_words::<4>(bytes),
            // A key of zeros selects nothing, and both counters start at zero.
            Self::Toeplitz | Self::RoundRobin | Self::RoundRobinConsistent => 0,
        }
    }

    fn crc_width(self) -> Option<u32> {
        match self {
            Self::Crc8Custom => Some(8),
            Self::Crc16Custom => Some(16),
            Self::Crc32Custom => Some(32),
            Self::Crc64Custom => Some(64),
            _ => None,
        }
    }
}

fn identity(bytes: &[u8]) -> u64 {
    bytes.iter().take(8).fold(0, |number, byte| number << 8 | u64::from(*byte))
}

/// `bytes` as a number in network order, as if zeros followed up to `N` bytes.
fn padded_word<const N: usize>(bytes: &[u8]) -> u64 {
    (0..N).fold(0, |word, index| word << 8 | u64::from(bytes.get(index).copied().unwrap_or(0)))
}

fn xor_words<const N: usize>(bytes: &[u8]) -> u64 {
    bytes.chunks(N).fold(0, |hash, chunk| hash ^ padded_word::<N>(chunk))
}

fn toeplitz(key: &[u32], bytes: &[u8]) -> u64 {
    let key_word = |index: usize| {
        let index = index.checked_rem(key.len()).unwrap_or(0);
        u64::from(key.get(index).copied().unwrap_or(0))
    };
    let hash = bytes.chunks(4).enumerate().fold(0, |hash, (index, chunk)| {
        let word = padded_word::<4>(chunk);
        let window = key_word(index) << 32 | key_word(index.saturating_add(1));
        (0..32)
            .filter(|bit| word >> (31 - bit) & 1 == 1)
            .fold(hash, |hash, bit| hash ^ (window << bit >> 32) as u32)
    });
    u64::from(hash)
}

/// Why the parameters of a calculation could not be set.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HashError {
    /// Only the `_custom` CRCs have parameters.
    #[error("`{}` has no CRC parameters that can be set", .0.bmv2_name())]
    NotACustomCrc(HashAlgorithm),
    /// Only `toeplitz` has a key.
    #[error("`{}` has no key that can be set", .0.bmv2_name())]
    NotToeplitz(HashAlgorithm),
    /// A key is made of 32-bit words.
    #[error("a toeplitz key of {0} bytes is refused: it has to be a positive multiple of 4")]
    KeyLength(usize),
}

/// One instance of an algorithm, with what a controller set for it and what it counted.
#[derive(Clone, Debug)]
pub struct Calculation {
    algorithm: HashAlgorithm,
    state: State,
}

#[derive(Clone, Debug)]
enum State {
    AsRegistered,
    Crc(Box<Crc>),
    Key(Vec<u32>),
    Calls(u64),
    Inputs(HashMap<Vec<u8>, u64>),
}

impl Calculation {
    /// A fresh instance.
    #[must_use]
    pub fn new(algorithm: HashAlgorithm) -> Self {
        let state = match algorithm {
            HashAlgorithm::RoundRobin => State::Calls(0),
            HashAlgorithm::RoundRobinConsistent => State::Inputs(HashMap::new()),
            _ => State::AsRegistered,
        };
        Self { algorithm, state }
    }

    /// The algorithm.
    #[must_use]
    pub fn algorithm(&self) -> HashAlgorithm {
        self.algorithm
    }

    /// The hash of `bytes`, which the `round_robin` algorithms take note of.
    pub fn compute(&mut self, bytes: &[u8]) -> u64 {
        match &mut self.state {
            State::AsRegistered => self.algorithm.compute(bytes),
            State::Crc(crc) => crc.compute(bytes),
            State::Key(key) => toeplitz(key, bytes),
            State::Calls(calls) => {
                let call = *calls;
                *calls = calls.wrapping_add(1);
                call
            }
            State::Inputs(inputs) => {
                let next = inputs.len() as u64;
                *inputs.entry(bytes.to_vec()).or_insert(next)
            }
        }
    }

    /// Sets the parameters of a `_custom` CRC.
    ///
    /// # Errors
    /// [`HashError::NotACustomCrc`]; nothing changes then.
    pub fn set_crc_parameters(&mut self, parameters: CrcParameters) -> Result<(), HashError> {
        let width = self.algorithm.crc_width().ok_or(HashError::NotACustomCrc(self.algorithm))?;
        self.state = State::Crc(Box::new(Crc::new(width, parameters)));
        Ok(())
    }

    /// Sets the key of `toeplitz`.
    ///
    /// # Errors
    /// [`HashError::NotToeplitz`] or [`HashError::KeyLength`]; nothing changes then.
    pub fn set_toeplitz_key(&mut self, key: &[u8]) -> Result<(), HashError> {
        if self.algorithm != HashAlgorithm::Toeplitz {
            return Err(HashError::NotToeplitz(self.algorithm));
        }
        let (words, rest) = key.as_chunks::<4>();
        if words.is_empty() || !rest.is_empty() {
            return Err(HashError::KeyLength(key.len()));
        }
        self.state = State::Key(words.iter().map(|word| u32::from_be_bytes(*word)).collect());
        Ok(())
    }
}
