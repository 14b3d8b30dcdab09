//! What is wrong with a test, as opposed to what a test finds wrong with a program.

use hyper4_ir::IrError;
use hyper4_switch::SwitchError;

/// What is wrong with a line's text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct SyntaxError {
    /// From 1.
    pub line: usize,
    /// Where in the line, from 1.
    pub column: usize,
    /// What is there and what was expected.
    pub reason: String,
}

/// Why a test couldn't be carried out to its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StfError {
    /// A statement doesn't fit the program: a table, action, key, argument or value that isn't there or is wrong.
    #[error("line {line}: {reason}")]
    Statement {
        /// The line, from 1.
        line: usize,
        /// What is wrong, and what would fit.
        reason: String,
    },
    /// A command that this project doesn't carry.
    #[error("line {line}: {error}")]
    Unsupported {
        /// The line, from 1.
        line: usize,
        /// What isn't carried.
        error: IrError,
    },
    /// The switch refused a command or failed over packets.
    #[error("line {line}: {error}")]
    Switch {
        /// The line, from 1.
        line: usize,
        /// What it said.
        error: SwitchError,
    },
}

impl StfError {
    /// Whether it is something that isn't supported, rather than something wrong.
    #[must_use]
    pub fn is_unsupported(&self) -> bool {
        matches!(self, Self::Unsupported { .. } | Self::Switch { error: SwitchError::Unsupported { .. }, .. })
    }
}
