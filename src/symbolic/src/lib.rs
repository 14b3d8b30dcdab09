//! Symbolic executor over the IR, and proofs with Z3.
