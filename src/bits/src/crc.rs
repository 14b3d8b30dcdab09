//! Cyclic redundancy checks of 8, 16, 32 and 64 bits, described by the usual five parameters.

use serde::{Deserialize, Serialize};

/// What makes a CRC of a given width: the parameters that bmv2 lets a controller set for its `_custom` CRCs.
///
/// Bits beyond the width of the CRC are ignored.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct CrcParameters {
    /// The divisor without its highest term, not reflected.
    pub polynomial: u64,
    /// The remainder before the first byte.
    pub initial_remainder: u64,
    /// What the last remainder is combined with by exclusive or.
    pub final_xor_value: u64,
    /// Whether each byte enters with its least significant bit first.
    pub data_reflected: bool,
    /// Whether the last remainder is reversed before `final_xor_value` is applied.
    pub remainder_reflected: bool,
}

/// A CRC made ready: its parameters and the remainders of all bytes.
#[derive(Clone, Debug)]
pub(crate) struct Crc {
    /// How far a remainder of this width is from filling 64 bits. Remainders are kept aligned to the top.
    unused: u32,
    parameters: CrcParameters,
    table: [u64; 256],
}

impl Crc {
    /// `width` is 8, 16, 32 or 64.
    pub(crate) fn new(width: u32, parameters: CrcParameters) -> Self {
        let unused = u64::BITS.saturating_sub(width);
        let polynomial = parameters.polynomial << unused;
        let table = std::array::from_fn(|byte| {
            (0..8).fold((byte as u64) << 56, |remainder, _| {
                if remainder >> 63 == 1 { remainder << 1 ^ polynomial } else { remainder << 1 }
            })
        });
        Self { unused, parameters, table }
    }

    pub(crate) fn compute(&self, bytes: &[u8]) -> u64 {
        let CrcParameters { initial_remainder, final_xor_value, data_reflected, remainder_reflected, .. } =
            self.parameters;
        let remainder = bytes.iter().fold(initial_remainder << self.unused, |remainder, byte| {
            let byte = if data_reflected { byte.reverse_bits() } else { *byte };
            let index = usize::from((remainder >> 56) as u8 ^ byte);
            remainder << 8 ^ self.table.get(index).copied().unwrap_or(0)
        });
        let remainder = if remainder_reflected { remainder.reverse_bits() } else { remainder >> self.unused };
        remainder ^ (final_xor_value << self.unused >> self.unused)
    }
}
