//! A symbolic executor over the IR, and proofs with Z3.
//!
//! A [`Subject`] is a program with the entries and multicast groups that a control plane gave it. [`prove_equivalence`]
//! shows that two subjects, a program and its emulation, send the same whatever comes in; [`prove_isolation`] that what
//! comes in by one slice's ports leaves by that slice's ports alone. Both try every length up to the window, and
//! everything longer with an opaque tail; [`Verdict`] says what came of it, with a packet where it doesn't hold.
//!
//! [`prove_composition`] is [`prove_equivalence`] where the native side is several programs joined by links, and
//! [`outputs`] what a subject does with packets that are given; [`outputs_by_paths`] says it by a proof's paths.
//!
//! [`prove_confinement`] shows that slices stay apart whatever rows their tenants install, by induction over the steps of a
//! packet's life. [`cover`] finds packets that reach what a program has: its entries, misses, actions, select cases and branches.
//!
//! What registers hold and meters answer is whatever it is when a packet comes, the same on both sides, and that they
//! leave the same behind is part of the proof; so it holds for one packet after the other.
//!
//! The executor shares nothing with the engine but the IR: each is an oracle for the other. A counterexample is to be
//! replayed before it is believed. What the executor can't deal with makes the answer [`Verdict::Unknown`], which is never
//! a success.

mod composition;
mod concrete;
mod confinement;
mod covering;
mod equivalence;
mod execute;
#[cfg(test)]
mod fixture;
mod integer;
mod isolation;
mod options;
mod path;
mod prove;
mod solver;
mod subject;
mod term;
mod verdict;
mod visit;

pub use composition::{Composition, CompositionError, ConditionalLink, Endpoint};
pub use concrete::{ExecutionError, batch, outputs, outputs_by_paths};
pub use confinement::{
    Confinement, ConfinementProof, Owned, RowPredicate, RowRule, RulesProof, prove_confinement, prove_rules,
};
pub use covering::{CoverError, CoverOptions, Covering, CoveringPacket, Goal, GoalKind, GoalStatus, cover};
pub use equivalence::{prove_composition, prove_equivalence};
pub use isolation::{OwnCells, Slice, prove_isolation, prove_isolation_of_cells};
pub use options::Options;
pub use subject::{Cells, OpenEntry, Samples, Subject, SubjectError};
pub use verdict::{Bounds, CellDifference, Proof, Refutation, Setting, Verdict};
