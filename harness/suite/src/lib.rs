//! Equivalence suites over corpus/ and p4programs/ for cargo test.
