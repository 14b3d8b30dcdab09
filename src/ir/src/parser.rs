//! The parser: states, extracts, transitions.

use hyper4_bits::Bits;

use crate::{Expr, FieldRef, HeaderId, ParseStateId, Place, SourceInfo};

/// The parse graph. There is one a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parser {
    /// The name in bmv2 JSON, `parser`.
    pub name: String,
    /// Where parsing starts.
    pub start: ParseStateId,
    /// The states; a [`ParseStateId`] indexes them.
    pub states: Vec<ParseState>,
}

/// One state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseState {
    /// The name in bmv2 JSON, `parse_ipv4`.
    pub name: String,
    /// What it does, in order.
    pub ops: Vec<ParserOp>,
    /// What it selects on; the parts are concatenated, first most significant.
    pub key: Vec<SelectKey>,
    /// The cases in order, the first that matches wins. None matching ends parsing as accept does, so a compiler adds
    /// a default case that raises `NoMatch` (p4c does).
    pub transitions: Vec<Transition>,
    /// Where it stands.
    pub source_info: Option<SourceInfo>,
}

/// An operation of a parse state.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ParserOp {
    /// Take a header from the packet and make it valid; a packet that is too short raises `PacketTooShort`.
    Extract(Extract),
    /// Assign a value.
    Set {
        /// What is written.
        place: Place,
        /// The value.
        value: Expr,
    },
    /// Assign bits that lie ahead, without taking them.
    SetLookahead {
        /// What is written.
        place: Place,
        /// Bits from the first one not yet extracted.
        offset: u32,
        /// Bits.
        width: u32,
    },
    /// Raise `error` unless `condition` holds.
    Verify {
        /// A truth value.
        condition: Expr,
        /// A number: the error's code.
        error: Expr,
    },
    /// Skip bits, a multiple of 8.
    Advance {
        /// How many bits.
        bits: Expr,
    },
}

/// What is extracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extract {
    /// A header of fixed size.
    Regular(HeaderId),
}

/// A part of what a state selects on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SelectKey {
    /// A field.
    Field(FieldRef),
    /// Bits that lie ahead.
    Lookahead {
        /// Bits from the first one not yet extracted.
        offset: u32,
        /// Bits.
        width: u32,
    },
}

/// A case of a select.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transition {
    /// When it is taken.
    pub matches: TransitionMatch,
    /// Where it goes; `None` is accept.
    pub next: Option<ParseStateId>,
}

/// When a transition is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TransitionMatch {
    /// Always.
    Default,
    /// When every part of the key equals its value in the bits of its mask; a pair for each [`SelectKey`].
    Values(Vec<(Bits, Bits)>),
}
