//! Proofs about the real guests on the real persona, each counterexample replayed on the engine.

mod equivalence;
mod executor;
mod isolation;
mod sides;
