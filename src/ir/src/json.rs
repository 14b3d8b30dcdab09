//! bmv2 JSON (`__meta__` version 2), as p4c writes it and simple_switch loads it.
//!
//! Reading resolves every name and then validates the program. What the IR doesn't carry is refused as
//! [`IrError::Unsupported`]; attributes that nobody knows are refused too. Left out, since simple_switch's behaviour
//! doesn't depend on it: `enums`, `force_arith`, `pi_omit`, places of constructs that the IR gives none, and aliases of
//! fields that simple_switch never asks for.
//!
//! What is written has each construct's position as its id. Two attributes are ours, and nobody else looks at them:
//! `hidden` of a table and `optional` of a table key.

mod actions;
mod expressions;
mod groups;
mod headers;
mod model;
mod names;
mod operations;
mod parser;
mod pipelines;
mod primitives;
mod state;
mod tables;
#[cfg(test)]
mod tests;
mod write;

pub(crate) use headers::asked_for;
use serde::Deserialize;
use serde_json::Value;

use crate::{IrError, Program};

/// The versions that are read.
const SUPPORTED: &str = "2.0 to 2.24";
/// The version that is written.
const WRITTEN: [u32; 2] = [2, 23];

impl Program {
    /// Reads bmv2 JSON.
    ///
    /// # Errors
    /// [`IrError::Json`] and [`IrError::Version`] when it isn't that; [`IrError::Unresolved`] and [`IrError::Invalid`]
    /// when it contradicts itself; [`IrError::Unsupported`] when the IR can't say what it says.
    pub fn from_json(text: &str) -> Result<Self, IrError> {
        let root = parsed(text)?;
        // The version is looked at first: another version may well have another shape.
        let version = root.get("__meta__").and_then(|meta| meta.get("version")).and_then(Value::as_array);
        if let Some(version) = version {
            let numbers: Vec<Option<u64>> = version.iter().map(Value::as_u64).collect();
            if !matches!(numbers.as_slice(), [Some(2), Some(0..=24)]) {
                let found: Vec<String> = version.iter().map(Value::to_string).collect();
                return Err(IrError::Version { found: found.join("."), supported: SUPPORTED });
            }
        }
        let root: model::Root = serde_path(root)?;
        let program = names::read(&root)?;
        program.validate()?;
        Ok(program)
    }

    /// Writes bmv2 JSON that simple_switch loads and [`Program::from_json`] reads back.
    pub fn to_json(&self) -> Value {
        write::program(self)
    }
}

/// As deep as the JSON reader of simple_switch goes. Each level of an expression takes two.
const MAX_DEPTH: usize = 1000;

fn parsed(text: &str) -> Result<Value, IrError> {
    let (mut depth, mut quoted, mut escaped) = (0usize, false, false);
    for byte in text.bytes() {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if quoted => escaped = true,
            b'"' => quoted = !quoted,
            b'[' | b'{' if !quoted => depth = depth.saturating_add(1),
            b']' | b'}' if !quoted => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth > MAX_DEPTH {
            let reason =
                format!("it is nested more than {MAX_DEPTH} levels deep, as far as simple_switch reads");
            return Err(IrError::Json { reason });
        }
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    // The depth is known to be bounded.
    reader.disable_recursion_limit();
    let root = Value::deserialize(&mut reader).and_then(|root| reader.end().map(|()| root));
    root.map_err(|error| IrError::Json { reason: error.to_string() })
}

/// Deserialise, saying `not bmv2 JSON` when the shape is another.
fn serde_path<T: serde::de::DeserializeOwned>(value: Value) -> Result<T, IrError> {
    serde_json::from_value(value).map_err(|error| IrError::Json { reason: error.to_string() })
}
