//! One model of what a run came to, and several ways to write it.
//!
//! [`VerifyReport`] is what `hyper4 verify` found; [`VerifyReport::write_json`] writes it as one document of schema
//! [`VERIFY_SCHEMA`], [`TermWriter`] as text for people. [`ExitStatus`] is the one place that says how a process ends.
//! Nothing is left out to make a result look better: what was skipped, unsupported, or hidden by a rule has its place.

mod exit;
mod hex;
mod model;
mod table;
mod term;
mod wrap;

pub use exit::ExitStatus;
pub use model::{ReachReport, Skipped, Sources, SubjectReport, VERIFY_SCHEMA, VerifyReport};
pub use term::TermWriter;

#[cfg(test)]
mod tests;
