//! Running two switches on one stimulus and comparing what they do.
//!
//! [`compare`] runs a *native* side (the program itself) and a *virtual* one (the program as a persona's guest) on the
//! same packets and commands. It compares what comes out of each port, in order and to the byte, what is dropped and
//! copied, what commands answer, and the traces event by event. What is not compared is said by [`Rules`], and what a
//! rule hid is counted in the result. The first difference is a [`Divergence`]: which packet, which construct of the
//! program, what was expected and what came instead, and what the virtual side knows about where that came from.
//!
//! A result doesn't depend on the number of threads: a stateless subject's stimulus is cut into chunks of fixed size,
//! each with a pair of fresh switches, and the lowest step that differs is reported. A comparison of nothing is an
//! error, never a pass.
//!
//! It knows switches as [`Side`]s alone. That two sides agree says nothing about whether they are right where they
//! share code.

mod compare;
mod decode;
mod describe;
mod divergence;
mod explain;
mod localise;
mod outputs;
mod result;
mod rules;
mod run;
mod side;
mod side_by_side;
mod stimulus;
mod traces;

pub use compare::{Options, TraceShare, compare};
pub use decode::{DecodedField, DecodedHeader};
pub use describe::{describe_digests, describe_event, describe_outputs};
pub use divergence::{
    Construct, Divergence, DivergenceKind, OutputDifference, OutputView, PacketView, TraceDifference,
    TraceMismatch,
};
pub use result::{Counts, Failure, FailureCause, Outcome, Status, SubjectResult, Unsupported, Which};
pub use rules::{EventKind, Hidden, OutputOrder, Rules, TraceRule};
pub use side::{LinkedSide, Side, SwitchSide, WithOrigin};
pub use side_by_side::{CopyTrace, SideBySide, TraceLine};
pub use stimulus::{Generated, Sequence, StimulusSource};

#[cfg(test)]
mod tests;
