//! The shape of stacks, unions, lists and what outlives a packet.

use serde::Deserialize;

use super::{Rest, Typed};
use crate::SourceInfo;

#[derive(Debug, Deserialize)]
pub(in crate::json) struct HeaderStack {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    pub(in crate::json) header_type: String,
    pub(in crate::json) header_ids: Vec<i64>,
    #[serde(default)]
    pub(in crate::json) size: Option<u32>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct HeaderUnionType {
    pub(in crate::json) name: String,
    pub(in crate::json) headers: Vec<(String, String)>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct HeaderUnion {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    pub(in crate::json) union_type: String,
    pub(in crate::json) header_ids: Vec<i64>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct HeaderUnionStack {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    pub(in crate::json) union_type: String,
    pub(in crate::json) header_union_ids: Vec<i64>,
    #[serde(default)]
    pub(in crate::json) size: Option<u32>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct FieldList {
    #[serde(default)]
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    pub(in crate::json) elements: Vec<Typed>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct LearnList {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    pub(in crate::json) elements: Vec<Typed>,
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct ValueSet {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    pub(in crate::json) compressed_bitwidth: u32,
    #[serde(default)]
    pub(in crate::json) max_size: Option<u32>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct CounterArray {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    #[serde(default)]
    pub(in crate::json) size: Option<u32>,
    #[serde(default)]
    pub(in crate::json) is_direct: bool,
    #[serde(default)]
    pub(in crate::json) binding: Option<String>,
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct MeterArray {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    #[serde(default)]
    pub(in crate::json) size: u32,
    #[serde(default)]
    pub(in crate::json) is_direct: bool,
    #[serde(default)]
    pub(in crate::json) rate_count: u32,
    #[serde(rename = "type")]
    pub(in crate::json) kind: String,
    #[serde(default)]
    pub(in crate::json) binding: Option<String>,
    #[serde(default)]
    pub(in crate::json) result_target: Option<(String, String)>,
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct RegisterArray {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    #[serde(default)]
    pub(in crate::json) size: u32,
    pub(in crate::json) bitwidth: u32,
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}
