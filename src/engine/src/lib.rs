//! simple_switch's semantics over the IR: no I/O, no clock and no randomness of its own.
//!
//! [`Engine`] is a [`hyper4_switch::Switch`]. A program is compiled once, when it is loaded: fields have fixed places in
//! one flat memory of 64-bit limbs, expressions become short sequences of instructions that compute no more bits than
//! are asked for, and tables are searched by hash. What the program does is what bmv2's simple_switch 1.15 does, down
//! to its peculiarities; where bmv2 reads memory it shouldn't (fields of invalid headers, bytes beyond the packet), the
//! engine reads zeros. Where such a value reaches something that can be observed, [`hyper4_ir::Batch::undefined`] tells
//! it, for packets that are traced and where [`Engine::track_undefined`] asks for it.
//!
//! What kills the real switch (an assertion of its code) is [`hyper4_switch::SwitchError::Failed`] here. Of IR that the
//! engine can't run, `load` says [`hyper4_switch::SwitchError::Unsupported`].

mod action;
mod calculation;
mod changes;
mod clock;
mod code;
mod condition;
mod copies;
mod engine;
mod executable;
mod expression;
mod fault;
mod flight;
mod format;
mod gather;
mod key;
mod layout;
mod lazy;
mod linear;
mod lookup;
mod packet;
mod parser;
mod pipeline;
mod plan;
mod primitive;
mod profile;
mod quick;
mod quiet;
mod random;
mod range;
mod recorder;
mod reference;
mod shift;
mod shortcuts;
mod stacks;
mod state;
mod straight;
mod table;
mod undefined;
mod wide;
mod wire;
mod worker;

#[cfg(test)]
mod tests;

pub use clock::{Clock, StoppedClock};
pub use engine::{Aged, Engine};
pub use random::{Random, SeededRandom};
