//! Proofs about the real guests on the real persona, each counterexample replayed on the engine.

// The random programs on which the engine is compared with a real simple_switch.
#[path = "../random_programs/commands.rs"]
#[allow(
    clippy::indexing_slicing,
    reason = "a generator that is wrong about its own program shall fail where it is"
)]
mod commands;
#[path = "../random_programs/features.rs"]
#[allow(
    dead_code,
    clippy::indexing_slicing,
    reason = "a generator that is wrong about its own program shall fail where it is; nobody asks for state here"
)]
mod features;
#[path = "../random_programs/kinds.rs"]
#[allow(
    dead_code,
    clippy::indexing_slicing,
    reason = "a generator that is wrong about its own program shall fail where it is; nobody asks for state here"
)]
mod kinds;
#[path = "../random_programs/packets.rs"]
mod packets;
#[path = "../random_programs/programs.rs"]
#[allow(
    clippy::indexing_slicing,
    reason = "a generator that is wrong about its own program shall fail where it is"
)]
mod programs;
#[path = "../random_programs/random.rs"]
#[allow(clippy::indexing_slicing, reason = "what is picked from isn't empty")]
mod random;

mod cells;
mod confinement;
mod covering;
mod equivalence;
mod executor;
mod isolation;
mod open;
mod random_programs;
mod rich_programs;
mod seeded;
mod sides;
mod state;
