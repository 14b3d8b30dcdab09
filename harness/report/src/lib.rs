//! One model of what runs came to, and several ways to write it.
//!
//! [`VerifyReport`] is what `hyper4 verify` found; [`VerifyReport::write_json`] writes it as one document of schema
//! [`VERIFY_SCHEMA`], [`TermWriter`] as text for people. [`Report`] joins what several commands found: each of their JSON
//! documents is added to it, [`Comparison`] holds it against an earlier one, and it is written as text, JSON, JUnit XML,
//! SARIF, Markdown and HTML. [`ExitStatus`] is the one place that says how a process ends.
//! Nothing is left out to make a result look better: what was skipped, unsupported, or hidden by a rule has its place.

mod baseline;
mod documents;
mod exit;
mod hex;
mod html;
mod junit;
mod layers;
mod markdown;
mod model;
mod report;
mod sarif;
mod summary;
mod table;
mod term;
mod wrap;

pub use baseline::{BASELINE_SCHEMA, Change, Comparison, MeasureChange};
pub use documents::{Added, ReportError};
pub use exit::ExitStatus;
pub use model::{ReachReport, Skipped, Sources, SubjectReport, VERIFY_SCHEMA, VerifyReport};
pub use report::{Check, CheckResult, CheckStatus, Location, Measure, Past, REPORT_SCHEMA, Report};
pub use term::TermWriter;

#[cfg(test)]
mod tests;
