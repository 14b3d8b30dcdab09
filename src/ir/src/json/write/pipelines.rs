//! Pipelines, tables and conditions.

use serde_json::{Map, Value, json};

use super::{Writer, bytes, expression, object};
use crate::{
    ActionProfile, ConstEntry, MatchKind, MatchValue, NextNode, Node, Pipeline, PipelineKind, Table,
    TableConditional, TableImplementation, TableKey, TableNext,
};
use hyper4_bits::Bits;

impl Writer<'_> {
    pub(super) fn pipelines(&self) -> Value {
        // simple_switch reads ingress first: what is declared there is known in egress too.
        let used = |kind, index: usize| {
            let profile = crate::TableImplementation::Profile(crate::ActionProfileId(index as u32));
            self.program.tables.iter().any(|table| table.pipeline == kind && table.implementation == profile)
        };
        let profiles = &self.program.action_profiles;
        let of_egress =
            |index: &usize| !used(PipelineKind::Ingress, *index) && used(PipelineKind::Egress, *index);
        let own = (0..profiles.len()).rev().take_while(of_egress).count();
        let (in_ingress, in_egress) = profiles.split_at(profiles.len() - own);
        let pipelines = [("ingress", &self.program.ingress), ("egress", &self.program.egress)];
        let write = |(id, (name, pipeline)): (usize, (&str, &Pipeline))| {
            let tables = self.program.tables.iter().enumerate().filter(|(_, t)| t.pipeline == pipeline.kind);
            let tables: Vec<Value> = tables.map(|(id, table)| self.table(id, table)).collect();
            let conditionals = self.program.conditionals.iter().enumerate();
            let conditionals = conditionals.filter(|(_, c)| c.pipeline == pipeline.kind);
            let conditionals: Vec<Value> = conditionals.map(|(id, c)| self.conditional(id, c)).collect();
            let profiles = if pipeline.kind == PipelineKind::Ingress { in_ingress } else { in_egress };
            let profiles = super::numbered(profiles, |profile| self.action_profile(profile));
            json!({
                "name": name,
                "id": id,
                "init_table": self.node(pipeline.start),
                "tables": tables,
                "action_profiles": profiles,
                "conditionals": conditionals,
            })
        };
        pipelines.into_iter().enumerate().map(write).collect()
    }

    fn action_profile(&self, profile: &ActionProfile) -> Map<String, Value> {
        let value = json!({ "name": profile.name, "id": 0, "max_size": profile.max_size });
        let mut object = object(value, profile.source_info.as_ref());
        if let Some(selector) = &profile.selector {
            let inputs: Vec<Value> = selector.inputs.iter().map(|i| self.calculation_input(i)).collect();
            let selector = json!({ "algo": selector.algorithm.bmv2_name(), "input": inputs });
            object.insert("selector".to_owned(), selector);
        }
        object
    }

    fn node(&self, node: NextNode) -> Value {
        let name = match node {
            None => None,
            Some(Node::Table(id)) => self.program.tables.get(id.index()).map(|table| table.name.as_str()),
            Some(Node::Conditional(id)) => {
                self.program.conditionals.get(id.index()).map(|conditional| conditional.name.as_str())
            }
        };
        json!(name)
    }

    fn conditional(&self, id: usize, conditional: &TableConditional) -> Value {
        let value = json!({
            "name": conditional.name,
            "id": id,
            "expression": expression(self, &conditional.expression),
            "true_next": self.node(conditional.true_next),
            "false_next": self.node(conditional.false_next),
        });
        Value::Object(object(value, conditional.source_info.as_ref()))
    }

    fn table(&self, id: usize, table: &Table) -> Value {
        let action_name =
            |index: usize| self.program.actions.get(index).map_or("", |action| action.name.as_str());
        let keys: Vec<Value> = table.keys.iter().map(|key| self.table_key(key)).collect();
        let ids: Vec<u32> = table.actions.iter().map(|action| action.0).collect();
        let names: Vec<&str> = table.actions.iter().map(|action| action_name(action.index())).collect();
        let mut next_tables = Map::new();
        let base_default = match &table.next {
            TableNext::ByAction { nodes, base_default } => {
                for (name, node) in names.iter().zip(nodes) {
                    next_tables.insert((*name).to_owned(), self.node(*node));
                }
                self.node(*base_default)
            }
            TableNext::HitMiss { hit, miss } => {
                next_tables.insert("__HIT__".to_owned(), self.node(*hit));
                next_tables.insert("__MISS__".to_owned(), self.node(*miss));
                Value::Null
            }
        };
        // Optional keys are ternary to simple_switch.
        let match_type =
            if table.match_kind == MatchKind::Optional { MatchKind::Ternary } else { table.match_kind };
        let profile = match table.implementation {
            TableImplementation::Simple => None,
            TableImplementation::Profile(profile) => self.program.action_profiles.get(profile.index()),
        };
        let kind = match profile.map(|profile| &profile.selector) {
            None => "simple",
            Some(None) => "indirect",
            Some(Some(_)) => "indirect_ws",
        };
        let meter = table.direct_meter.and_then(|direct| self.program.meters.get(direct.meter.index()));
        let value = json!({
            "name": table.name,
            "id": id,
            "key": keys,
            "match_type": match_type.name(),
            "type": kind,
            "max_size": table.max_size,
            "with_counters": table.with_counters,
            "support_timeout": table.support_timeout,
            "direct_meters": meter.map(|meter| meter.name.as_str()),
            "action_ids": ids,
            "actions": names,
            "base_default_next": base_default,
            "next_tables": next_tables,
            "hidden": table.hidden,
        });
        let mut object = object(value, table.source_info.as_ref());
        if let Some(profile) = profile {
            object.insert("action_profile".to_owned(), json!(profile.name));
        }
        if let Some(entry) = &table.default_entry {
            let value = json!({
                "action_id": entry.action.0,
                "action_const": entry.const_action,
                "action_data": data(&entry.arguments),
                "action_entry_const": entry.const_entry,
            });
            object.insert("default_entry".to_owned(), value);
        }
        if !table.const_entries.is_empty()
            || (table.max_size == 0 && table.implementation == TableImplementation::Simple)
        {
            let entries = table.const_entries.iter().map(|entry| self.const_entry(table, entry));
            object.insert("entries".to_owned(), entries.collect());
        }
        Value::Object(object)
    }

    fn table_key(&self, key: &TableKey) -> Value {
        let target = match key.valid_of {
            Some(header) => json!([self.header_name(header), "$valid$"]),
            None => self.field(key.field),
        };
        let mut value = object(
            json!({
                "match_type": kind_name(key.match_kind),
                "name": key.name,
                "target": target,
                "mask": key.mask.as_ref().map(text),
            }),
            None,
        );
        if key.match_kind == MatchKind::Optional {
            value.insert("optional".to_owned(), json!(true));
        }
        Value::Object(value)
    }

    fn const_entry(&self, table: &Table, entry: &ConstEntry) -> Value {
        let key: Vec<Value> =
            table.keys.iter().zip(&entry.key).map(|(key, value)| entry_key(key, value)).collect();
        let value = json!({
            "match_key": key,
            "action_entry": { "action_id": entry.action.0, "action_data": data(&entry.arguments) },
            "priority": entry.priority,
        });
        Value::Object(object(value, entry.source_info.as_ref()))
    }
}

fn kind_name(kind: MatchKind) -> &'static str {
    if kind == MatchKind::Optional { MatchKind::Ternary.name() } else { kind.name() }
}

fn text(bits: &Bits) -> String {
    format!("0x{}", bytes(bits))
}

fn data(arguments: &[Bits]) -> Vec<String> {
    arguments.iter().map(text).collect()
}

fn entry_key(key: &TableKey, value: &MatchValue) -> Value {
    let kind = kind_name(key.match_kind);
    match value {
        MatchValue::Exact(value) => json!({ "match_type": kind, "key": text(value) }),
        MatchValue::Lpm { value, prefix_length } => {
            json!({ "match_type": kind, "key": text(value), "prefix_length": prefix_length })
        }
        MatchValue::Ternary { value, mask } => {
            json!({ "match_type": kind, "key": text(value), "mask": text(mask) })
        }
        MatchValue::Range { low, high } => {
            json!({ "match_type": kind, "start": text(low), "end": text(high) })
        }
        MatchValue::Optional(value) => {
            let mask = value.as_ref().map_or_else(|| Bits::zero(key.width), |_| Bits::ones(key.width));
            let value = value.clone().unwrap_or_else(|| Bits::zero(key.width));
            json!({ "match_type": kind, "key": text(&value), "mask": text(&mask) })
        }
    }
}
