//! Speed, as ratios: two sides take turns on the same packets in one run, so that what else the machine does strikes
//! both.
//!
//! [`race`] gives packets per second of several [`Contender`]s, turn by turn, [`tables_per_packet`] how many tables a packet costs,
//! [`growth`] what a table costs as its entries grow.
//! These are no tests: a time never passes or fails. What one process measures is not comparable with what another
//! measured at another time; ratios within a [`BenchReport`] are.

mod growth;
mod race;
mod report;
mod tables;

pub use growth::{Growth, Kept, Matching, growth, growth_text};
pub use race::{Contender, Pace, Spread, race};
pub use report::{BENCH_SCHEMA, BenchReport, RealSpeed, Spreads, SubjectSpeed};
pub use tables::tables_per_packet;
