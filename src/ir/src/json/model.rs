//! The shape of bmv2 JSON. Attributes that aren't named here end up in `rest` and are refused, but for those that don't
//! change what simple_switch does.

mod pipeline;
mod state;

pub(super) use pipeline::{Conditional, Entry, EntryKey, Pipeline, Selector, Table, TableKey};
pub(super) use state::{
    CounterArray, FieldList, HeaderStack, HeaderUnion, HeaderUnionStack, HeaderUnionType, LearnList,
    MeterArray, RegisterArray, ValueSet,
};

use serde::Deserialize;
use serde_json::{Map, Value};

use super::names::Owner;
use crate::{IrError, SourceInfo};

pub(super) type Rest = Map<String, Value>;

#[derive(Debug, Deserialize)]
pub(super) struct Root {
    #[serde(default)]
    pub(super) program: Option<String>,
    pub(super) header_types: Vec<HeaderType>,
    pub(super) headers: Vec<Header>,
    #[serde(default)]
    pub(super) header_stacks: Vec<HeaderStack>,
    #[serde(default)]
    pub(super) header_union_types: Vec<HeaderUnionType>,
    #[serde(default)]
    pub(super) header_unions: Vec<HeaderUnion>,
    #[serde(default)]
    pub(super) header_union_stacks: Vec<HeaderUnionStack>,
    #[serde(default)]
    pub(super) field_lists: Vec<FieldList>,
    #[serde(default)]
    pub(super) learn_lists: Vec<LearnList>,
    #[serde(default)]
    pub(super) parse_vsets: Vec<ValueSet>,
    #[serde(default)]
    pub(super) counter_arrays: Vec<CounterArray>,
    #[serde(default)]
    pub(super) meter_arrays: Vec<MeterArray>,
    #[serde(default)]
    pub(super) register_arrays: Vec<RegisterArray>,
    #[serde(default)]
    pub(super) errors: Vec<(String, u32)>,
    pub(super) parsers: Vec<Parser>,
    pub(super) deparsers: Vec<Deparser>,
    #[serde(default)]
    pub(super) calculations: Vec<Calculation>,
    pub(super) actions: Vec<Action>,
    pub(super) pipelines: Vec<Pipeline>,
    #[serde(default)]
    pub(super) checksums: Vec<Checksum>,
    #[serde(default)]
    pub(super) field_aliases: Vec<(String, (String, String))>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct HeaderType {
    pub(super) name: String,
    #[serde(default)]
    pub(super) id: i64,
    pub(super) fields: Vec<Value>,
    /// Bytes, of a type with a field of variable width.
    #[serde(default)]
    pub(super) max_length: Option<u32>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct Header {
    pub(super) name: String,
    #[serde(default)]
    pub(super) id: i64,
    pub(super) header_type: String,
    #[serde(default)]
    pub(super) metadata: bool,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct Parser {
    pub(super) name: String,
    pub(super) init_state: String,
    pub(super) parse_states: Vec<ParseState>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct ParseState {
    pub(super) name: String,
    #[serde(default)]
    pub(super) id: i64,
    #[serde(default)]
    pub(super) parser_ops: Vec<Primitive>,
    #[serde(default)]
    pub(super) transition_key: Vec<Typed>,
    #[serde(default)]
    pub(super) transitions: Vec<Transition>,
    #[serde(default)]
    pub(super) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct Transition {
    #[serde(default, rename = "type")]
    pub(super) kind: Option<String>,
    #[serde(default)]
    pub(super) value: Option<String>,
    #[serde(default)]
    pub(super) mask: Option<String>,
    #[serde(default)]
    pub(super) next_state: Option<String>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

/// `{"type": …, "value": …}`
#[derive(Debug, Deserialize)]
pub(super) struct Typed {
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) value: Value,
    #[serde(default)]
    pub(super) bitwidth: Option<u32>,
}

#[derive(Debug, Deserialize)]
pub(super) struct Deparser {
    pub(super) name: String,
    pub(super) order: Vec<String>,
    #[serde(default)]
    pub(super) primitives: Vec<Primitive>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct Calculation {
    pub(super) name: String,
    #[serde(default)]
    pub(super) id: i64,
    pub(super) algo: String,
    pub(super) input: Vec<Typed>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct Action {
    pub(super) name: String,
    #[serde(default)]
    pub(super) id: i64,
    #[serde(default)]
    pub(super) runtime_data: Vec<RuntimeData>,
    #[serde(default)]
    pub(super) primitives: Vec<Primitive>,
    #[serde(default)]
    pub(super) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct RuntimeData {
    pub(super) name: String,
    pub(super) bitwidth: u32,
}

#[derive(Debug, Deserialize)]
pub(super) struct Primitive {
    pub(super) op: String,
    #[serde(default)]
    pub(super) parameters: Vec<Value>,
    #[serde(default)]
    pub(super) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(super) struct Checksum {
    pub(super) name: String,
    #[serde(default)]
    pub(super) id: i64,
    #[serde(default)]
    pub(super) source_info: Option<SourceInfo>,
    pub(super) target: (String, String),
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default)]
    pub(super) calculation: Option<String>,
    #[serde(default = "yes")]
    pub(super) verify: bool,
    #[serde(default = "yes")]
    pub(super) update: bool,
    #[serde(default)]
    pub(super) if_cond: Option<Value>,
    #[serde(flatten)]
    pub(super) rest: Rest,
}

fn yes() -> bool {
    true
}

/// Refuse attributes that say something nobody here understands.
pub(super) fn refuse_rest(owner: &Owner<'_>, rest: &Rest) -> Result<(), IrError> {
    const HARMLESS: [&str; 7] =
        ["__meta__", "enums", "force_arith", "id", "pi_omit", "source_info", "annotations"];
    let says_nothing = |value: &Value| match value {
        Value::Null => true,
        Value::Array(items) => items.is_empty(),
        _ => false,
    };
    match rest.iter().find(|(key, value)| !HARMLESS.contains(&key.as_str()) && !says_nothing(value)) {
        Some((key, _)) => Err(owner.unsupported(format!("`{key}` is not carried"))),
        None => Ok(()),
    }
}
