//! What of the language a program has in it.

use std::collections::BTreeSet;

use hyper4_ir::Program;
use serde_json::Value;

/// The constructs of a program, by the names that bmv2's JSON gives them: `op extract`, `expression d2b`, `match lpm`,
/// `pipeline if`.
pub fn constructs(program: &Program) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    collect(&program.to_json(), &mut found);
    found
}

fn collect(value: &Value, found: &mut BTreeSet<String>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let kind = match name.as_str() {
                    "op" => Some("op"),
                    "match_type" => Some("match"),
                    "algo" => Some("algorithm"),
                    _ => None,
                };
                if let (Some(kind), Value::String(text)) = (kind, member) {
                    found.insert(format!("{kind} {text}"));
                }
                collect(member, found);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| collect(item, found)),
        _ => {}
    }
}
