//! Faults planted on purpose, to learn how much it is worth that the checks find none.
//!
//! A [`Bench`] has subjects as they should be, natively and on a persona. [`Bench::score`] plants faults of every
//! [`Kind`] in it, one at a time: in rows of the operator, of a compiled guest and of translated entries, in a tenant's
//! commands, in the persona's program, and in a program as an engine runs it. Each is run past the checks, every one apart
//! ([`Oracle`]); what nobody finds is shown to a [`Prover`], which says whether it makes a difference at all. The [`Score`]
//! is what was found of what does.
//!
//! Which faults these are follows from the seed alone: a smaller budget plants the first of them.

mod bench;
mod faulty;
mod judge;
mod kind;
mod oracle;
mod plan;
mod program;
mod row;
mod score;
mod subject;
mod tenant;
mod tenants;

pub use bench::{Bench, MutateError};
pub use faulty::{FaultySwitch, Instead, Log, NOWHERE};
pub use judge::{Answer, Prover, Question};
pub use kind::{Kind, Layer};
pub use oracle::Oracle;
pub use program::ProgramFault;
pub use row::RowFault;
pub use score::{Budget, MUTATE_SCHEMA, OracleTally, Score, Survivor, Tally};
pub use subject::{Source, Subject};
pub use tenant::CommandFault;
