//! The parser: states, extracts, transitions.

use hyper4_bits::Bits;

use crate::{
    Expr, FieldRef, HeaderId, HeaderStackId, HeaderUnionStackId, ParseStateId, Place, PrimitiveKind,
    SourceInfo, ValueSetId,
};

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
    /// A primitive, as in an action; neither a jump nor one that reads the action's parameters (`primitive`).
    Primitive(PrimitiveKind),
}

/// What is extracted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Extract {
    /// A header of fixed size.
    Regular(HeaderId),
    /// A header with a varbit (`extract_VL`).
    Variable {
        /// The header.
        target: ExtractTarget,
        /// The width of its varbit in bits: a multiple of 8 or the real switch aborts; wider than the field's most raises
        /// `HeaderTooShort`.
        width: Expr,
    },
    /// The next element of a stack; a full stack raises `StackOutOfBounds`.
    StackNext(HeaderStackId),
    /// A member of the next element of a stack of unions; a full stack raises `StackOutOfBounds`.
    UnionStackNext {
        /// The stack.
        stack: HeaderUnionStackId,
        /// The number of the member in the union's type.
        member: u32,
    },
}

impl Extract {
    /// What it fills.
    pub fn target(&self) -> ExtractTarget {
        match self {
            Self::Regular(header) => ExtractTarget::Header(*header),
            Self::StackNext(stack) => ExtractTarget::StackNext(*stack),
            Self::UnionStackNext { stack, member } => {
                ExtractTarget::UnionStackNext { stack: *stack, member: *member }
            }
            Self::Variable { target, .. } => *target,
        }
    }

    /// The width of the varbit, where it has one.
    pub fn varbit_width(&self) -> Option<&Expr> {
        match self {
            Self::Variable { width, .. } => Some(width),
            Self::Regular(_) | Self::StackNext(_) | Self::UnionStackNext { .. } => None,
        }
    }
}

/// The header that an extract fills.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ExtractTarget {
    /// That one.
    Header(HeaderId),
    /// The next element of a stack.
    StackNext(HeaderStackId),
    /// A member of the next element of a stack of unions.
    UnionStackNext {
        /// The stack.
        stack: HeaderUnionStackId,
        /// The number of the member in the union's type.
        member: u32,
    },
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
    /// A field of the last element in use of a stack (`stack_field`).
    LastField(HeaderStackId, u32),
    /// A field of a member of the last element in use of a stack of unions (`union_stack_field`).
    UnionLastField {
        /// The stack.
        stack: HeaderUnionStackId,
        /// The number of the member in the union's type.
        member: u32,
        /// The number of the field in the member's type.
        field: u32,
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
    /// When the key, under the mask (one for each [`SelectKey`]; `None` is all of it), is in a value set that the
    /// control plane fills.
    ValueSet {
        /// The set.
        set: ValueSetId,
        /// One for each [`SelectKey`].
        mask: Option<Vec<Bits>>,
    },
}
