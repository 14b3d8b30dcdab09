//! Width-tagged integers, checksums and the hashes of simple_switch.
//!
//! [`Bits`] is the one value type of the whole workspace: an unsigned integer that knows how many bits wide it is.
//! It is for values that live in fields, keys and masks. Expressions of bmv2 are computed without a bound and
//! truncated when they are stored: use `num_bigint::BigInt` for the former and [`Bits::from_bigint_wrapped`] for the
//! latter.

mod arithmetic;
mod bits;
mod error;
mod text;

pub use bits::Bits;
pub use error::BitsError;

#[cfg(test)]
mod tests;
