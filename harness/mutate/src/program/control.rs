//! Faults in actions and in the graph of tables and conditions.

use serde_json::{Map, Value};

use super::{Planter, ProgramFault, items, name};

/// Primitives that make headers valid or invalid.
const VALIDITY: [&str; 5] = ["add_header", "remove_header", "assign_header", "push", "pop"];

fn op(primitive: &Value) -> &str {
    primitive.get("op").and_then(Value::as_str).unwrap_or_default()
}

/// What a statement says, for people.
fn told(primitive: &Value) -> String {
    let fragment = primitive.get("source_info").and_then(|info| info.get("source_fragment"));
    match fragment.and_then(Value::as_str) {
        Some(text) if !text.is_empty() => format!("`{text}`"),
        _ => format!("`{}`", op(primitive)),
    }
}

pub(super) fn statements(fault: ProgramFault, action: &mut Value, planter: &mut Planter) {
    let called = name(action);
    let Some(list) = action.get_mut("primitives").and_then(Value::as_array_mut) else { return };
    match fault {
        ProgramFault::SwappedStatements => {
            let differ = |at: &usize| match (list.get(*at), list.get(at + 1)) {
                (Some(one), Some(next)) => one != next && depend(one, next),
                _ => false,
            };
            let places = (0..list.len().saturating_sub(1)).filter(differ);
            if let Some(at) = places.collect::<Vec<_>>().into_iter().find(|_| planter.here()) {
                let first = list.get(at).map(told).unwrap_or_default();
                list.swap(at, at + 1);
                planter.planted(format!("{called}: {first} comes behind the statement after it"));
            }
        }
        _ => {
            let wanted = fault == ProgramFault::MissingValidity;
            let meant = |at: &usize| {
                list.get(*at)
                    .is_some_and(|one| VALIDITY.contains(&op(one)) == wanted && target(one) != Some(at + 1))
            };
            let places: Vec<usize> = (0..list.len()).filter(meant).collect();
            if let Some(at) = places.into_iter().find(|_| planter.here()) {
                let gone = list.remove(at);
                // Jumps are by the numbers of statements; one that isn't there leaves those before its place as they are.
                jumps(list, at);
                planter.planted(format!("{called}: without {}", told(&gone)));
            }
        }
    }
}

/// Where a jump leads: the number of the statement.
fn target(primitive: &Value) -> Option<usize> {
    let parameters = primitive.get("parameters").filter(|_| op(primitive).starts_with("_jump"))?;
    let text = parameters.as_array()?.last()?.get("value")?.as_str()?;
    usize::from_str_radix(text.trim_start_matches("0x"), 16).ok()
}

/// Whether it may matter which of two statements comes first.
fn depend(one: &Value, next: &Value) -> bool {
    let written = |statement: &Value| {
        let parameters = statement.get("parameters").filter(|_| op(statement) == "assign");
        parameters.and_then(|all| all.get(0)).and_then(|first| first.get("value")).cloned()
    };
    let names = |statement: &Value, place: &Value| {
        statement.get("parameters").is_some_and(|all| all.to_string().contains(&place.to_string()))
    };
    match (written(one), written(next)) {
        (Some(first), Some(second)) => names(next, &first) || names(one, &second),
        // Jumps, headers, state: what they touch isn't looked into.
        _ => true,
    }
}

/// Jumps to what lies behind a statement that is gone lead one statement less far.
fn jumps(list: &mut [Value], gone: usize) {
    for primitive in list.iter_mut().filter(|one| op(one).starts_with("_jump")) {
        let Some(Value::Object(target)) =
            primitive.get_mut("parameters").and_then(Value::as_array_mut).and_then(|all| all.last_mut())
        else {
            continue;
        };
        let Some(Value::String(text)) = target.get_mut("value") else { continue };
        let number = usize::from_str_radix(text.trim_start_matches("0x"), 16).unwrap_or(0);
        if number > gone {
            *text = format!("0x{:x}", number - 1);
        }
    }
}

/// `plain` are the actions that take no arguments.
pub(super) fn graph(fault: ProgramFault, pipeline: &mut Value, plain: &[Value], planter: &mut Planter) {
    let Value::Object(pipeline) = pipeline else { return };
    if fault == ProgramFault::NegatedCondition {
        for condition in items(pipeline, "conditionals") {
            negate(condition, planter);
        }
        return;
    }
    for table in items(pipeline, "tables") {
        let called = name(table);
        let Value::Object(table) = table else { continue };
        match fault {
            ProgramFault::WrongNext => wrong_next(&called, table, planter),
            _ => wrong_default(&called, table, plain, planter),
        }
    }
}

fn negate(condition: &mut Value, planter: &mut Planter) {
    let called = name(condition);
    let Value::Object(condition) = condition else { return };
    let next = |key: &str| condition.get(key).cloned().unwrap_or(Value::Null);
    let (yes, no) = (next("true_next"), next("false_next"));
    if yes != no && planter.here() {
        condition.insert("true_next".to_owned(), no);
        condition.insert("false_next".to_owned(), yes);
        planter.planted(format!("{called}: its branches are swapped"));
    }
}

fn wrong_next(called: &str, table: &mut Map<String, Value>, planter: &mut Planter) {
    let Some(Value::Object(next)) = table.get_mut("next_tables") else { return };
    let ways: Vec<(String, Value)> = next.iter().map(|(name, to)| (name.clone(), to.clone())).collect();
    for (action, to) in &ways {
        let Some((_, other)) = ways.iter().find(|(_, other)| other != to) else { continue };
        if planter.here() {
            next.insert(action.clone(), other.clone());
            planter.planted(format!("{called}: after {action} comes {other} instead of {to}"));
        }
    }
}

fn wrong_default(called: &str, table: &mut Map<String, Value>, plain: &[Value], planter: &mut Planter) {
    let ids = table.get("action_ids").and_then(Value::as_array).cloned().unwrap_or_default();
    let Some(Value::Object(entry)) = table.get_mut("default_entry") else { return };
    let is = entry.get("action_id").cloned();
    let Some(other) = ids.into_iter().find(|id| plain.contains(id) && Some(id) != is.as_ref()) else {
        return;
    };
    if planter.here() {
        entry.insert("action_id".to_owned(), other.clone());
        entry.insert("action_data".to_owned(), Value::Array(Vec::new()));
        planter.planted(format!("{called}: its default action is number {other}"));
    }
}
