//! Packets made from a guest's own program and entries, so that they reach what the guest can do.
//!
//! [`PacketGenerator`] walks the parse graph of an [`ir::Program`](hyper4_ir::Program), chooses select cases, and fills
//! fields with what the program and its entries look for: values that hit, values that miss by one bit or by one,
//! boundary values and random ones. It sets right checksums (and at times wrong ones), cuts packets short anywhere, and
//! now and then makes pure noise. [`Coverage`] counts what was reached, so that a check can say what it has not tried.
//!
//! Everything follows from one seed: packet `i` of a subject depends on the seed, the subject's name and `i` alone, so
//! threads may share a run in any way. The packets come from a [`proptest`] strategy, [`PacketStrategy`], which also
//! shrinks; it needs no `proptest!`.
//!
//! This is the wrong tool for showing that no packet makes a difference: that is a proof's job. A value that the
//! program computes (other than by copying, masking or shifting right) before it looks it up is met by chance only.

mod aim;
mod bit_buffer;
mod checksum;
mod coverage;
mod dice;
mod entries;
mod error;
mod evaluate;
mod flow;
mod generator;
mod limits;
mod pattern;
mod plan;
mod program;
mod route;
mod strategy;
mod tree;
mod walk;

pub use coverage::{Construct, Coverage, Shape};
pub use entries::{EntryGenerator, EntryLimits};
pub use error::GenError;
pub use generator::{Guest, PacketGenerator};
pub use limits::PacketLimits;
pub use program::{Feature, ProgramGenerator, ProgramLimits, RandomProgram};
pub use strategy::PacketStrategy;
pub use tree::PacketTree;

#[cfg(test)]
mod tests;
