//! What the suites need: the guests of p4programs/, the persona, golden results, and a switch that plants faults.
//!
//! The suites themselves are the tests of this crate. Each asserts that it compared something.

mod fault;
mod golden;
mod guests;

pub use fault::{Damage, Fault, FaultySwitch};
pub use golden::Golden;
pub use guests::{
    Composition, Guest, Persona, RECORDED_GUESTS, SINGLE_GUESTS, composition, guest, persona, persona_of,
    program, root,
};

/// Why a suite can't begin.
pub type Error = Box<dyn std::error::Error + Send + Sync>;
