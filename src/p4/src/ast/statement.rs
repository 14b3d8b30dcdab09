//! Statements as they were written.

use super::{Annotation, BinaryOp, Declaration, Expression, Name, Type};
use crate::source::Span;

/// A statement or a declaration among statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Statement {
    /// Its annotations.
    pub annotations: Vec<Annotation>,
    /// Which.
    pub kind: StatementKind,
    /// Its place.
    pub span: Span,
}

/// Kinds of statements.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum StatementKind {
    /// `;`
    Empty,
    /// A variable, constant or instance.
    Declaration(Box<Declaration>),
    /// `left = right;`, or `left op= right;`
    Assign(Expression, Option<BinaryOp>, Expression),
    /// `callee(…);`
    Call(Expression),
    /// `{ … }`
    Block(Vec<Statement>),
    /// `if (condition) then else otherwise`
    If(Expression, Box<Statement>, Option<Box<Statement>>),
    /// `switch (expression) { … }`
    Switch(Expression, Vec<SwitchCase>),
    /// `return;` or `return expression;`
    Return(Option<Expression>),
    /// `exit;`
    Exit,
    /// `break;`
    Break,
    /// `continue;`
    Continue,
    /// `for (…) body`
    For(Box<ForHeader>, Box<Statement>),
}

/// What stands in the brackets of a `for`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ForHeader {
    /// `for (init; condition; update)`
    Classic {
        /// Before the first round.
        init: Vec<Statement>,
        /// Before each round.
        condition: Expression,
        /// After each round.
        update: Vec<Statement>,
    },
    /// `for (T name in collection)`
    In {
        /// Type of the variable.
        ty: Option<Type>,
        /// The variable.
        name: Name,
        /// A list or a range.
        collection: Expression,
    },
}

/// A case of a `switch`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SwitchCase {
    /// What it is for.
    pub label: SwitchLabel,
    /// What is done; none falls through to the next.
    pub body: Option<Vec<Statement>>,
    /// Its place.
    pub span: Span,
}

/// Label of a case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SwitchLabel {
    /// `default`
    Default,
    /// An action's name or a value.
    Expression(Expression),
}
