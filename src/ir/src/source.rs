//! Where a construct stands in the program's source.

use serde::{Deserialize, Serialize};

/// A place in a P4 source file, as bmv2 JSON's `source_info` has it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct SourceInfo {
    /// The file as the compiler was given it.
    pub filename: String,
    /// Line, from 1; 0 where the JSON doesn't tell.
    pub line: u32,
    /// Column, from 1; 0 where the JSON doesn't tell.
    pub column: u32,
    /// The text that stands there, shortened.
    pub source_fragment: String,
}

impl std::fmt::Display for SourceInfo {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}:{}", self.filename, self.line, self.column)
    }
}
