//! The intermediate representation every part of HyPer4 speaks: what bmv2 JSON says, validated.
//!
//! [`Program`] is a bmv2 program with every name resolved to an index and every width known. It is made from
//! bmv2 JSON ([`Program::from_json`], p4c's output) or by `lower` from our own front end, and written back by
//! [`Program::to_json`]. Next to it stand the data that pass between controllers, switches and checks:
//! [`Command`]s and their [`Reply`]s, [`Packet`]s and [`Output`]s, and [`Trace`]s. A [`RowTemplate`] says what an entry of one program becomes in another.
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
mod names;
mod packet;
mod parser;
mod pipeline;
mod program;
mod source;
mod template;
mod trace;
mod validate;

pub use action::{Action, ActionParameter, Primitive, PrimitiveKind};
pub use command::{
    CalculationCommand, Command, CounterCommand, CounterValue, EntryAction, EntryLife, MatchValue,
    MeterCommand, MeterRate, MirroringCommand, MirroringSession, MulticastDump, MulticastNodeEntry,
    ProfileCommand, ProfileGroup, ProfileMember, ProfileTarget, QueueCommand, Queues, RegisterCommand, Reply,
    TableEntry, TableRef, ValueSetCommand,
};
pub use commands::{Line, parse_command, parse_commands, parse_stimulus, write_stimulus};
pub use error::IrError;
pub use expression::{Aggregate, BinaryOp, Expr, HeaderExpr, Place, StackRef, UnaryOp, UnionExpr};
pub use header::{
    FieldType, Header, HeaderStack, HeaderType, HeaderUnion, HeaderUnionMember, HeaderUnionStack,
    StandardField,
};
pub use packet::{Batch, Digest, Output, Packet, Stimulus, Undefined};
pub use parser::{
    Extract, ExtractTarget, ParseState, Parser, ParserOp, SelectKey, Transition, TransitionMatch,
};
pub use pipeline::{
    ActionProfile, ConstEntry, DefaultEntry, DirectMeter, MatchKind, NextNode, Node, Pipeline, Selector,
    Table, TableConditional, TableImplementation, TableKey, TableNext,
};
pub use program::{
    ActionId, ActionProfileId, Calculation, CalculationId, CalculationInput, Checksum, ChecksumKind,
    ConditionalId, CounterArray, CounterId, Deparser, ErrorCode, FieldList, FieldListId, FieldRef, HeaderId,
    HeaderStackId, HeaderTypeId, HeaderUnionId, HeaderUnionStackId, LearnElement, LearnList, LearnListId,
    MeterArray, MeterId, MeterUnit, ParseStateId, PipelineKind, Program, RegisterArray, RegisterId, TableId,
    ValueSet, ValueSetId,
};
pub use source::SourceInfo;
pub use template::{EntryPart, EntryValues, RowPart, RowPiece, RowTemplate};
pub use trace::{ChecksumOutcome, Event, TableOutcome, Trace, TracedPacket};
