//! STF, the packet tests that come with p4c: table entries, packets that go in, and packets that are to come out.
//!
//! The language is that of p4c's `tools/stf` with the commands that `backends/bmv2/bmv2stf.py` adds. Where that runner
//! reads a statement and silently leaves it out (`check_counter`, `remove`, a name after `=`, `no_packet`), this one
//! carries it out. What it takes beyond p4c's is listed at [`parse`].
//!
//! [`parse`] makes a [`Test`] of a text, [`run`] carries it out on a [`Switch`](hyper4_switch::Switch) and says in a
//! [`Report`] which statements didn't hold.

mod error;
mod judge;
mod parse;
mod pattern;
mod resolve;
mod run;
mod statement;
mod stimulus;
#[cfg(test)]
mod tests;
mod token;

pub use error::{StfError, SyntaxError};
pub use judge::{Failure, FailureKind};
pub use parse::parse;
pub use pattern::Pattern;
pub use resolve::{Resolved, resolve};
pub use run::{Report, run};
pub use statement::{
    ActionCall, Comparison, CountKind, CounterIndex, KeyMatch, KeyText, Line, Statement, Test,
};
pub use stimulus::stimulus;
