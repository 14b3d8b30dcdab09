//! Campaigns: random programs with entries and packets, run past oracles that don't share code; what they disagree on is
//! shrunk, sorted and kept.
//!
//! A [`Case`] follows from the campaign's seed and its number alone. An [`Oracle`] says whether two ways to run it agree.
//! [`shrink()`] makes a case that fails smaller in all its parts. A [`Campaign`] runs cases in order on any number of
//! threads, keeps what it found in a folder after each lot, and goes on where it was stopped; shards of one campaign are
//! merged by their folders.

mod campaign;
mod case;
mod constructs;
mod finding;
mod oracle;
mod pair;
mod reach;
mod shrink;
mod state;
mod symbolic;
mod tenants;

pub use campaign::{Budget, Campaign, Progress, Shard};
pub use case::{Case, CaseError, CaseGenerator, CaseLimits, compile};
pub use constructs::constructs;
pub use finding::{Finding, Signature};
pub use oracle::{Oracle, RoundTrip, Verdict};
pub use pair::{Differential, SwitchPool};
pub use reach::{Tap, Tapped, reachable};
pub use shrink::shrink;
pub use state::{CampaignError, CampaignState, FUZZ_SCHEMA};
pub use symbolic::Symbolic;
pub use tenants::Tenants;
