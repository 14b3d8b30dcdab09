//! Why bytes, JSON or a command could not become IR.

use crate::SourceInfo;

/// Why bmv2 JSON or a line of commands was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum IrError {
    /// The text isn't JSON, or not of bmv2's shape.
    #[error("not bmv2 JSON: {reason}")]
    Json {
        /// What serde says, with line and column.
        reason: String,
    },
    /// The JSON says it is of a version that this crate doesn't read.
    #[error("bmv2 JSON of version {found} can't be read, only {supported}")]
    Version {
        /// The version in `__meta__`.
        found: String,
        /// What can be read.
        supported: &'static str,
    },
    /// A name or id that nothing defines, or that is defined twice.
    #[error("{construct} refers to `{name}`, which doesn't exist")]
    Unresolved {
        /// The kind and name of what refers to it.
        construct: String,
        /// The missing name.
        name: String,
    },
    /// The JSON contradicts itself: a width, a count or a type is wrong.
    #[error("{construct}: {reason}")]
    Invalid {
        /// The kind and name of the construct.
        construct: String,
        /// What is wrong with it.
        reason: String,
    },
    /// Correct, but not carried by this IR.
    #[error("{construct} is not supported: {reason}")]
    Unsupported {
        /// The kind and name of the construct.
        construct: String,
        /// What would be needed.
        reason: String,
        /// Where it stands, where known.
        source_info: Option<SourceInfo>,
    },
    /// A command's text is wrong.
    #[error("line {line}: {reason}")]
    Command {
        /// The line in the command file, from 1.
        line: usize,
        /// What is wrong and what was expected.
        reason: String,
    },
}
