//! What the control plane has set, as simple_switch writes it (`bm_serialize_state`) and reads it (`--restore-state`):
//! entries, defaults, action profiles and meters' rates, each number or name a line. The names of tables and actions'
//! numbers are those of the program's JSON, by whose MD5 the dump is held to be its own.

mod order;
mod read;
mod write;

use std::collections::BTreeMap;

use hyper4_ir::{MatchKind, Table};
use serde_json::Value;
use thiserror::Error;

pub use read::deserialize;
pub use write::serialize;

/// Of the form (`serialization_format_version_str`).
const VERSION: &str = "06062016_0";
/// Where no node or no action follows.
const NOTHING: &str = "__NULL__";
/// An entry refers to a group.
const GROUP: u64 = 1 << 24;

/// Why a dump can't be taken.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum DumpError {
    /// It says so at its beginning.
    #[error("state dump has an incompatible version")]
    Version,
    /// It was made with another program.
    #[error("state dump input does not match JSON config input")]
    Program,
    /// It isn't what such a dump is.
    #[error("state dump isn't well formed: `{found}` in line {line}, where {wanted} is to be")]
    Malformed {
        /// The line, from 1.
        line: usize,
        /// What is there.
        found: String,
        /// What is to be there.
        wanted: String,
    },
}

/// What the JSON says beyond the program.
struct Config {
    tables: BTreeMap<String, TableConfig>,
    table_order: Vec<String>,
    profile_order: Vec<String>,
    meter_order: Vec<String>,
}

#[derive(Default)]
struct TableConfig {
    /// The node behind a miss.
    miss: Option<String>,
    /// Whether a hit alone, or a miss alone, says what follows.
    hit: Option<Option<String>>,
    has_miss: bool,
    /// By the action's name: its number, and the node behind it.
    actions: BTreeMap<String, (i64, Option<String>)>,
}

impl Config {
    fn read(config: &str) -> Self {
        let json: Value = serde_json::from_str(config).unwrap_or_default();
        let pipelines = list(&json, "pipelines");
        let tables: Vec<&Value> = pipelines.iter().flat_map(|pipeline| list(pipeline, "tables")).collect();
        let profiles = pipelines.iter().flat_map(|pipeline| list(pipeline, "action_profiles"));
        Self {
            table_order: order::of_map(tables.iter().map(|table| name(table))),
            profile_order: order::of_map(profiles.map(name)),
            meter_order: order::of_map(list(&json, "meter_arrays").iter().map(name)),
            tables: tables.iter().map(|table| (name(table), TableConfig::read(table))).collect(),
        }
    }
}

impl TableConfig {
    fn read(table: &Value) -> Self {
        let next = table.get("next_tables").cloned().unwrap_or_default();
        let node = |value: Option<&Value>| value.and_then(Value::as_str).map(str::to_owned);
        let has_miss = next.get("__MISS__").is_some();
        let miss = if has_miss { next.get("__MISS__") } else { table.get("base_default_next") };
        let actions = list(table, "actions").iter().zip(list(table, "action_ids")).map(|(action, id)| {
            let action = action.as_str().unwrap_or_default();
            (action.to_owned(), (id.as_i64().unwrap_or(-1), node(next.get(action))))
        });
        Self {
            miss: node(miss),
            hit: next.get("__HIT__").map(|hit| node(Some(hit))),
            has_miss,
            actions: actions.collect(),
        }
    }

    /// The node behind an entry's action.
    fn behind(&self, action: &str) -> Option<String> {
        match &self.hit {
            Some(hit) => hit.clone(),
            None => self.actions.get(action).and_then(|(_, next)| next.clone()),
        }
    }

    /// The node behind a default action.
    fn behind_default(&self, action: &str) -> Option<String> {
        if self.has_miss {
            return self.miss.clone();
        }
        self.actions.get(action).and_then(|(_, next)| next.clone())
    }
}

fn list<'a>(value: &'a Value, key: &str) -> &'a [Value] {
    value.get(key).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

fn name(value: &Value) -> String {
    value.get("name").and_then(Value::as_str).unwrap_or_default().to_owned()
}

/// A table's key fields as their bytes lie in a key: those of a kind together, each field in whole bytes.
fn laid_out(table: &Table) -> Vec<usize> {
    let rank = |index: &usize| match table.keys.get(*index).map(|key| key.match_kind) {
        Some(MatchKind::Range) => 0,
        Some(MatchKind::Exact) | None => 1,
        Some(MatchKind::Lpm) => 2,
        Some(MatchKind::Ternary | MatchKind::Optional) => 3,
    };
    let mut order: Vec<usize> = (0..table.keys.len()).collect();
    order.sort_by_key(rank);
    order
}

#[cfg(test)]
mod tests;
