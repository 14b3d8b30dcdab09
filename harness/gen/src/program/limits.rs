//! How large a program may become, and of what it is made.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

use super::Feature;

/// What a random program may be. Kept with each finding, so that the same program can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ProgramLimits {
    /// Header types, at least one.
    pub header_types: usize,
    /// Headers beside a stack, at least one.
    pub headers: usize,
    /// Bits of a header; a multiple of 8 is made of them.
    pub header_bits: usize,
    /// Fields of a header or of the metadata.
    pub fields: usize,
    /// States of the parser beside `start`.
    pub states: usize,
    /// Tables of a control.
    pub tables: usize,
    /// Keys of a table.
    pub keys: usize,
    /// Actions of a control.
    pub actions: usize,
    /// Statements of a block.
    pub statements: usize,
    /// How deep blocks and expressions are nested.
    pub depth: usize,
    /// Of a hundred programs, how many have a feature. One that isn't named has none.
    pub weights: BTreeMap<Feature, u8>,
}

impl Default for ProgramLimits {
    /// Small programs with the usual weights: most finds are made by these, and they are quick.
    fn default() -> Self {
        Self {
            header_types: 3,
            headers: 4,
            header_bits: 96,
            fields: 4,
            states: 4,
            tables: 3,
            keys: 3,
            actions: 4,
            statements: 4,
            depth: 2,
            weights: Feature::ALL.iter().map(|feature| (*feature, feature.usual_weight())).collect(),
        }
    }
}
