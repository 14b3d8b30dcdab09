//! Width-tagged integers, checksums and the hashes of simple_switch.
//!
//! [`Bits`] is the one value type of the whole workspace: an unsigned integer that knows how many bits wide it is.
//! It is for values that live in fields, keys and masks. Expressions of bmv2 are computed without a bound and
//! truncated when they are stored: use `num_bigint::BigInt` for the former and [`Bits::from_bigint_wrapped`] for the
//! latter.

mod arithmetic;
mod bits;
pub mod checksum;
mod crc;
mod error;
mod hash;
mod text;

pub use bits::Bits;
pub use crc::CrcParameters;
pub use error::BitsError;
pub use hash::{Calculation, HashAlgorithm, HashError};

#[cfg(test)]
mod tests;
