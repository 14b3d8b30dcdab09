//! The shape of pipelines.

use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Rest, Typed};
use crate::SourceInfo;

#[derive(Debug, Deserialize)]
pub(in crate::json) struct Pipeline {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    #[serde(default)]
    pub(in crate::json) init_table: Option<String>,
    #[serde(default)]
    pub(in crate::json) tables: Vec<Table>,
    #[serde(default)]
    pub(in crate::json) conditionals: Vec<Conditional>,
    #[serde(default)]
    pub(in crate::json) action_profiles: Vec<ActionProfile>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct Table {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    pub(in crate::json) key: Vec<TableKey>,
    pub(in crate::json) match_type: String,
    #[serde(rename = "type")]
    pub(in crate::json) kind: String,
    #[serde(default)]
    pub(in crate::json) max_size: Option<u32>,
    #[serde(default)]
    pub(in crate::json) with_counters: bool,
    #[serde(default)]
    pub(in crate::json) support_timeout: bool,
    #[serde(default)]
    pub(in crate::json) action_ids: Option<Vec<i64>>,
    #[serde(default)]
    pub(in crate::json) actions: Vec<String>,
    #[serde(default)]
    pub(in crate::json) base_default_next: Option<String>,
    pub(in crate::json) next_tables: Map<String, Value>,
    #[serde(default)]
    pub(in crate::json) default_entry: Option<DefaultEntry>,
    #[serde(default)]
    pub(in crate::json) entries: Option<Vec<Entry>>,
    #[serde(default)]
    pub(in crate::json) hidden: Option<bool>,
    #[serde(default)]
    pub(in crate::json) action_profile: Option<String>,
    #[serde(default)]
    pub(in crate::json) direct_meters: Option<String>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct TableKey {
    pub(in crate::json) match_type: String,
    #[serde(default)]
    pub(in crate::json) name: Option<String>,
    pub(in crate::json) target: Value,
    #[serde(default)]
    pub(in crate::json) mask: Option<String>,
    #[serde(default)]
    pub(in crate::json) optional: bool,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct DefaultEntry {
    pub(in crate::json) action_id: i64,
    #[serde(default)]
    pub(in crate::json) action_const: bool,
    pub(in crate::json) action_data: Vec<String>,
    #[serde(default)]
    pub(in crate::json) action_entry_const: bool,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct Entry {
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    pub(in crate::json) match_key: Vec<EntryKey>,
    pub(in crate::json) action_entry: ActionEntry,
    pub(in crate::json) priority: i64,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct EntryKey {
    pub(in crate::json) match_type: String,
    #[serde(default)]
    pub(in crate::json) key: Option<String>,
    #[serde(default)]
    pub(in crate::json) mask: Option<String>,
    #[serde(default)]
    pub(in crate::json) prefix_length: Option<u32>,
    #[serde(default)]
    pub(in crate::json) start: Option<String>,
    #[serde(default)]
    pub(in crate::json) end: Option<String>,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct ActionEntry {
    pub(in crate::json) action_id: i64,
    pub(in crate::json) action_data: Vec<String>,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct Conditional {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    pub(in crate::json) expression: Value,
    #[serde(default)]
    pub(in crate::json) true_next: Option<String>,
    #[serde(default)]
    pub(in crate::json) false_next: Option<String>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct ActionProfile {
    pub(in crate::json) name: String,
    #[serde(default)]
    pub(in crate::json) id: i64,
    #[serde(default)]
    pub(in crate::json) max_size: u32,
    #[serde(default)]
    pub(in crate::json) selector: Option<Selector>,
    #[serde(default)]
    pub(in crate::json) source_info: Option<SourceInfo>,
    #[serde(flatten)]
    pub(in crate::json) rest: Rest,
}

#[derive(Debug, Deserialize)]
pub(in crate::json) struct Selector {
    pub(in crate::json) algo: String,
    pub(in crate::json) input: Vec<Typed>,
}

impl Table {
    /// How many entries it may hold: simple_switch takes as many as it has constant ones, if it has any.
    pub(in crate::json) fn size(&self) -> u32 {
        match &self.entries {
            Some(entries) if entries.is_empty() => 0,
            Some(entries) => self.max_size.unwrap_or(u32::try_from(entries.len()).unwrap_or(u32::MAX)),
            None => self.max_size.unwrap_or(0),
        }
    }
}
