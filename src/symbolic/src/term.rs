//! Terms: bit-vectors in a normal form in which most of what a program does to them costs nothing.
//!
//! A [`Word`] is a row of parts, each a constant or a slice of a [`Term`]; a term is a variable or something that can't be
//! said as a row of slices, such as a sum. Masks, shifts by constants, concatenation, casts and joining with OR or XOR of
//! what doesn't overlap only rearrange parts, so a state of a thousand bits stays a handful of slices. Terms and
//! conditions are hash-consed in [`Terms`]: equal ones are the same.

mod arithmetic;
mod bitwise;
mod checksum;
mod compare;
mod condition;
mod evaluate;
mod pool;
mod runs;
mod substitute;
mod support;
#[cfg(test)]
mod tests;
mod word;

pub(crate) use condition::{Cond, CondNode};
pub(crate) use evaluate::{Assignment, Evaluator};
pub(crate) use pool::{Node, Side, Term, Terms, VariableKind};
pub(crate) use substitute::Substitution;
pub(crate) use support::Support;
pub(crate) use word::{Part, Slice, Word};
