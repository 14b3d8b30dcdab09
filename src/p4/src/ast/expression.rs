//! Expressions as they were written.

use num_bigint::BigInt;

use super::{Name, Type};
use crate::source::{Span, Text};

/// An expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expression {
    /// Which.
    pub kind: ExpressionKind,
    /// Its place.
    pub span: Span,
    /// Levels of expressions in it: the parser bounds it, so that no later pass runs out of stack.
    pub height: u16,
}

/// An integer literal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Literal {
    /// Its value.
    pub value: BigInt,
    /// Width, and whether signed; none for `int`.
    pub width: Option<(u32, bool)>,
    /// As it was written.
    pub text: Text,
}

/// Operators with one operand.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum UnaryOp {
    /// `!`
    Not,
    /// `~`
    Complement,
    /// `-`
    Minus,
    /// `+`
    Plus,
}

/// Operators with two operands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum BinaryOp {
    /// `*`
    Mul,
    /// `/`
    Div,
    /// `%`
    Mod,
    /// `+`
    Add,
    /// `-`
    Sub,
    /// `|+|`
    AddSaturating,
    /// `|-|`
    SubSaturating,
    /// `<<`
    ShiftLeft,
    /// `>>`
    ShiftRight,
    /// `<=`
    LessEqual,
    /// `>=`
    GreaterEqual,
    /// `<`
    Less,
    /// `>`
    Greater,
    /// `==`
    Equal,
    /// `!=`
    NotEqual,
    /// `&`
    BitAnd,
    /// `^`
    BitXor,
    /// `|`
    BitOr,
    /// `++`
    Concat,
    /// `&&`
    And,
    /// `||`
    Or,
    /// `&&&`, in key sets
    Mask,
    /// `..`, in key sets
    Range,
}

/// An argument of a call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Argument {
    /// `name =`
    pub name: Option<Name>,
    /// The value; [`ExpressionKind::DontCare`] for `_`.
    pub value: Expression,
}

/// Kinds of expressions.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ExpressionKind {
    /// What could not be parsed; an error was reported.
    Invalid,
    /// An integer literal.
    Integer(Literal),
    /// `true` or `false`
    Bool(bool),
    /// A string, without its quotes, escapes as written.
    Str(Text),
    /// A name.
    Name(Name),
    /// `.name`
    GlobalName(Name),
    /// A type, where a member of it or a constructor is meant.
    Type(Box<Type>),
    /// `this`
    This,
    /// `base.name`
    Member(Box<Expression>, Name),
    /// `base[index]`
    Index(Box<Expression>, Box<Expression>),
    /// `base[high:low]`
    Slice(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `base[low+:width]`
    PlusSlice(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `op operand`
    Unary(UnaryOp, Box<Expression>),
    /// `left op right`
    Binary(BinaryOp, Box<Expression>, Box<Expression>),
    /// `condition ? then : otherwise`
    Conditional(Box<Expression>, Box<Expression>, Box<Expression>),
    /// `(type) operand`
    Cast(Box<Type>, Box<Expression>),
    /// `callee<types>(arguments)`
    Call {
        /// What is called.
        callee: Box<Expression>,
        /// Type arguments.
        types: Vec<Type>,
        /// Arguments.
        arguments: Vec<Argument>,
    },
    /// `{ a, b }`, with a trailing `...` when `true`
    List(Vec<Expression>, bool),
    /// `{ x = a, y = b }`, with a trailing `...` when `true`
    Record(Vec<(Name, Expression)>, bool),
    /// `{#}`
    InvalidHeader,
    /// `(a, b)` in key sets
    KeyTuple(Vec<Expression>),
    /// `default` in key sets
    Default,
    /// `_`
    DontCare,
    /// `...`
    Ellipsis,
}

impl Expression {
    /// An expression whose height follows from its parts.
    pub fn new(kind: ExpressionKind, span: Span) -> Self {
        let height = kind.height().saturating_add(1);
        Self { kind, span, height }
    }
}

impl ExpressionKind {
    fn height(&self) -> u16 {
        fn of<'a>(parts: impl IntoIterator<Item = &'a Expression>) -> u16 {
            parts.into_iter().map(|part| part.height).max().unwrap_or(0)
        }
        match self {
            Self::Member(base, _) | Self::Unary(_, base) | Self::Cast(_, base) => base.height,
            Self::Index(a, b) | Self::Binary(_, a, b) => of([&**a, &**b]),
            Self::Slice(a, b, c) | Self::PlusSlice(a, b, c) | Self::Conditional(a, b, c) => {
                of([&**a, &**b, &**c])
            }
            Self::Call { callee, arguments, .. } => {
                of(arguments.iter().map(|argument| &argument.value)).max(callee.height)
            }
            Self::List(parts, _) | Self::KeyTuple(parts) => of(parts),
            Self::Record(parts, _) => of(parts.iter().map(|(_, part)| part)),
            Self::Invalid
            | Self::Integer(_)
            | Self::Bool(_)
            | Self::Str(_)
            | Self::Name(_)
            | Self::GlobalName(_)
            | Self::Type(_)
            | Self::This
            | Self::InvalidHeader
            | Self::Default
            | Self::DontCare
            | Self::Ellipsis => 0,
        }
    }
}

impl UnaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Not => "!",
            Self::Complement => "~",
            Self::Minus => "-",
            Self::Plus => "+",
        }
    }
}

impl BinaryOp {
    /// As it is written.
    pub fn symbol(self) -> &'static str {
        match self {
            Self::Mul => "*",
            Self::Div => "/",
            Self::Mod => "%",
            Self::Add => "+",
            Self::Sub => "-",
            Self::AddSaturating => "|+|",
            Self::SubSaturating => "|-|",
            Self::ShiftLeft => "<<",
            Self::ShiftRight => ">>",
            Self::LessEqual => "<=",
            Self::GreaterEqual => ">=",
            Self::Less => "<",
            Self::Greater => ">",
            Self::Equal => "==",
            Self::NotEqual => "!=",
            Self::BitAnd => "&",
            Self::BitXor => "^",
            Self::BitOr => "|",
            Self::Concat => "++",
            Self::And => "&&",
            Self::Or => "||",
            Self::Mask => "&&&",
            Self::Range => "..",
        }
    }

    /// How tightly it binds: larger binds tighter.
    pub fn precedence(self) -> u8 {
        match self {
            Self::Mul | Self::Div | Self::Mod => 12,
            Self::Add | Self::Sub | Self::AddSaturating | Self::SubSaturating => 11,
            Self::ShiftLeft | Self::ShiftRight => 10,
            Self::BitAnd => 9,
            Self::BitXor => 8,
            Self::BitOr => 7,
            Self::Concat => 11,
            Self::LessEqual | Self::GreaterEqual | Self::Less | Self::Greater => 6,
            Self::Equal | Self::NotEqual => 5,
            Self::And => 4,
            Self::Or => 3,
            Self::Mask => 2,
            Self::Range => 2,
        }
    }
}
