//! The intermediate representation every part of HyPer4 speaks: what bmv2 JSON says, validated.
//!
//! [`Program`] is a bmv2 program with every name resolved to an index and every width known. It is made from
//! bmv2 JSON ([`Program::from_json`], p4c's output) or by `lower` from our own front end, and written back by
//! [`Program::to_json`]. Next to it stand the data that pass between controllers, switches and checks:
//! [`Command`]s and their [`Reply`]s, [`Packet`]s and [`Output`]s, and [`Trace`]s.
//!
//! There is no behaviour here: the engine and the symbolic executor give the IR its meaning, independently of
//! each other. What the IR can't say is refused while it is made ([`IrError`]), with construct and place.

mod action;
mod command;
mod commands;
mod error;
mod expression;
#[cfg(test)]
mod fixture;
mod header;
mod json;
mod packet;
mod parser;
mod pipeline;
mod program;
mod source;
mod trace;
mod validate;

pub use action::{Action, ActionParameter, Primitive, PrimitiveKind};
pub use command::{Command, MatchValue, Reply, TableEntry, TableRef};
pub use commands::{Line, parse_command, parse_commands, parse_stimulus, write_stimulus};
pub use error::IrError;
pub use expression::{BinaryOp, Expr, Place, UnaryOp};
pub use header::{FieldType, Header, HeaderType, StandardField};
pub use packet::{Batch, Output, Packet, Stimulus};
pub use parser::{Extract, ParseState, Parser, ParserOp, SelectKey, Transition, TransitionMatch};
pub use pipeline::{
    ConstEntry, DefaultEntry, MatchKind, NextNode, Node, Pipeline, Table, TableConditional, TableKey,
    TableNext,
};
pub use program::{
    ActionId, Calculation, CalculationId, CalculationInput, Checksum, ChecksumKind, ConditionalId, Deparser,
    ErrorCode, FieldRef, HeaderId, HeaderTypeId, ParseStateId, PipelineKind, Program, TableId,
};
pub use source::SourceInfo;
pub use trace::{ChecksumOutcome, Event, TableOutcome, Trace, TracedPacket};
