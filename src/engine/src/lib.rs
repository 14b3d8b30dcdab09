//! The semantics of simple_switch over the IR: no I/O, injected clock and randomness.
