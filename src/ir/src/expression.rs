//! Expressions.

use num_bigint::BigInt;

use crate::{FieldRef, HeaderId, HeaderStackId, HeaderUnionId, HeaderUnionStackId};

/// Something an assignment can write.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// A field of a header or metadata instance; the value is masked to its width when stored.
    Field(FieldRef),
    /// A field of a header that is found when the assignment is made; index expressions are evaluated before it.
    /// `assign` alone writes these.
    FieldOf(Box<HeaderExpr>, u32),
}

/// A stack of either kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum StackRef {
    /// Of headers.
    Headers(HeaderStackId),
    /// Of header unions.
    Unions(HeaderUnionStackId),
}

/// A header that is found when the expression is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HeaderExpr {
    /// That one.
    Header(HeaderId),
    /// An element of a stack (`dereference_header_stack`); the real switch aborts when there is none of that index.
    Element {
        /// The stack.
        stack: HeaderStackId,
        /// A number, from 0.
        index: Box<Expr>,
    },
    /// The last element in use (`stack_field`); the real switch aborts when none is.
    Last(HeaderStackId),
    /// A member of a union (`access_union_header`, which simple_switch 1.15.5 and before take for `access_field`).
    UnionMember {
        /// The union.
        union: UnionExpr,
        /// The number of the member in the union's type.
        member: u32,
    },
}

/// A header union that is found when the expression is evaluated.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum UnionExpr {
    /// That one.
    Union(HeaderUnionId),
    /// An element of a stack (`dereference_union_stack`).
    Element {
        /// The stack.
        stack: HeaderUnionStackId,
        /// A number, from 0.
        index: Box<Expr>,
    },
}

/// What can be compared as a whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Aggregate {
    /// A header.
    Header(HeaderExpr),
    /// A stack of headers; simple_switch refuses it, so a compiler compares the elements.
    Stack(HeaderStackId),
    /// A header union.
    Union(UnionExpr),
    /// A stack of header unions; simple_switch refuses it, so a compiler compares the elements.
    UnionStack(HeaderUnionStackId),
}

/// An expression. Numbers are unbounded integers, as in bmv2 (`data.h`): only a store masks them, so the compiler
/// that made the IR put masks where P4 wraps. `And`/`Or` evaluate both sides (bmv2 doesn't short-circuit).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Expr {
    /// A number.
    Const(BigInt),
    /// A truth value.
    Bool(bool),
    /// A field's value; undefined (0 here) when its header is invalid.
    Field(FieldRef),
    /// Whether a header is valid: a truth value.
    Valid(HeaderId),
    /// The value of a field of a header that is found when the expression is evaluated (`access_field`, `stack_field`).
    FieldOf(Box<HeaderExpr>, u32),
    /// Whether a header that is found when the expression is evaluated is valid: a truth value.
    ValidOf(Box<HeaderExpr>),
    /// Whether a member of a union is valid (`valid_union`): a truth value.
    UnionValid(UnionExpr),
    /// The index of the last element in use, a number (`last_stack_index`); undefined when none is.
    LastIndex(StackRef),
    /// How many elements are in use, a number (`size_stack`).
    StackSize(StackRef),
    /// Whether both are equal: a truth value. Which rules that follows is told in bmv2's headers.h, header_unions.h and
    /// stacks.h (two invalid headers are not equal).
    Equal(Box<Aggregate>, Box<Aggregate>),
    /// The action's parameter of that number.
    Param(usize),
    /// One operand.
    Unary(UnaryOp, Box<Expr>),
    /// Two operands, both always evaluated.
    Binary(BinaryOp, Box<Expr>, Box<Expr>),
    /// `condition ? then : otherwise`.
    Ternary(Box<Expr>, Box<Expr>, Box<Expr>),
}

impl Expr {
    /// Whether it is a truth value, not a number, as its outermost operator tells.
    pub fn is_truth(&self) -> bool {
        match self {
            Self::Bool(_) | Self::Valid(_) | Self::ValidOf(_) | Self::UnionValid(_) | Self::Equal(..) => true,
            Self::Const(_)
            | Self::Field(_)
            | Self::FieldOf(..)
            | Self::LastIndex(_)
            | Self::StackSize(_)
            | Self::Param(_) => false,
            Self::Unary(op, _) => matches!(op, UnaryOp::Not | UnaryOp::DataToBool),
            Self::Binary(op, ..) => op.is_truth(),
            Self::Ternary(_, then, _) => then.is_truth(),
        }
    }
}

/// Operators of one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `~` on an unbounded integer: `-x - 1`.
    BitNot,
    /// `-`.
    Neg,
    /// `not` of a truth value.
    Not,
    /// Truth value to 1 or 0 (`b2d`).
    BoolToData,
    /// Number to truth value: not 0 (`d2b`).
    DataToBool,
}

/// Operators of two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `*`
    Mul,
    /// `/`: the real switch asserts a positive divisor.
    Div,
    /// `%`: the real switch asserts a positive divisor.
    Mod,
    /// `<<`
    Shl,
    /// `>>`
    Shr,
    /// `&` of numbers.
    BitAnd,
    /// `|` of numbers.
    BitOr,
    /// `^` of numbers.
    BitXor,
    /// `==` of numbers or of truth values.
    Eq,
    /// `!=` of numbers or of truth values.
    Ne,
    /// `<`
    Lt,
    /// `<=`
    Le,
    /// `>`
    Gt,
    /// `>=`
    Ge,
    /// `and` of truth values.
    And,
    /// `or` of truth values.
    Or,
    /// `usat_cast`: the left number clamped to as many unsigned bits as the right one says.
    UnsignedSaturate,
    /// `sat_cast`: the left number clamped to as many signed bits as the right one says.
    SignedSaturate,
    /// `two_comp_mod`: the left number wrapped to as many signed bits as the right one says.
    TwosComplement,
}

impl BinaryOp {
    /// Whether it gives a truth value.
    pub fn is_truth(self) -> bool {
        matches!(self, Self::Eq | Self::Ne | Self::Lt | Self::Le | Self::Gt | Self::Ge | Self::And | Self::Or)
    }
}
