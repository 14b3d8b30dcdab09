//! Faults in parsers and header types.

use serde_json::Value;

use super::{Planter, ProgramFault, name};

/// A hexadecimal number whose least significant bit is the other one.
pub(super) fn off_by_one(text: &str) -> Option<String> {
    let (rest, last) = text.split_at(text.len().checked_sub(1)?);
    let digit = last.chars().next()?.to_digit(16)? ^ 1;
    let prefixed = rest.trim_start_matches('-').starts_with("0x");
    prefixed.then(|| format!("{rest}{digit:x}"))
}

pub(super) fn state(fault: ProgramFault, state: &mut Value, planter: &mut Planter) {
    let called = name(state);
    let list = if fault == ProgramFault::MissingExtract { "parser_ops" } else { "transitions" };
    let Some(list) = state.get_mut(list).and_then(Value::as_array_mut) else { return };
    let text = |one: &Value, key: &str| one.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    match fault {
        ProgramFault::MissingExtract => {
            let meant = |at: &usize| list.get(*at).is_some_and(|one| text(one, "op") == "extract");
            let places: Vec<usize> = (0..list.len()).filter(meant).collect();
            if let Some(at) = places.into_iter().find(|_| planter.here()) {
                let gone = list.remove(at);
                planter
                    .planted(format!("{called}: without {}", gone.get("parameters").unwrap_or(&Value::Null)));
            }
        }
        ProgramFault::MissingCase => {
            let meant = |at: &usize| list.get(*at).is_some_and(|one| text(one, "type") == "hexstr");
            let places: Vec<usize> = (0..list.len()).filter(meant).collect();
            if let Some(at) = places.into_iter().find(|_| planter.here()) {
                let gone = list.remove(at);
                planter.planted(format!("{called}: without the case {}", text(&gone, "value")));
            }
        }
        ProgramFault::WrongCase => {
            for case in list.iter_mut().filter(|one| text(one, "type") == "hexstr") {
                let was = text(case, "value");
                // Where a mask doesn't look at the bit it would be nothing.
                let looked = case.get("mask").is_none_or(|mask| {
                    mask.as_str().is_none_or(|mask| !mask.ends_with(['0', '2', '4', '6', '8', 'a', 'c', 'e']))
                });
                let Some(wrong) = off_by_one(&was).filter(|_| looked) else { continue };
                if planter.here() {
                    planter.planted(format!("{called}: the case {was} is for {wrong}"));
                    if let Some(value) = case.get_mut("value") {
                        *value = Value::String(wrong);
                    }
                }
            }
        }
        _ => {
            let targets: Vec<Value> = list.iter().filter_map(|one| one.get("next_state").cloned()).collect();
            for (case, to) in list.iter_mut().zip(&targets) {
                let Some(other) = targets.iter().find(|other| *other != to) else { continue };
                if planter.here() {
                    planter.planted(format!(
                        "{called}: {} leads to {other} instead of {to}",
                        text(case, "value")
                    ));
                    if let Some(next) = case.get_mut("next_state") {
                        *next = other.clone();
                    }
                }
            }
        }
    }
}

/// A field of a header gives a bit to the next one.
pub(super) fn width(header_type: &mut Value, planter: &mut Planter) {
    let called = name(header_type);
    // Fields of metadata lie nowhere.
    if called == "standard_metadata" || called.starts_with("scalars") {
        return;
    }
    let Some(fields) = header_type.get_mut("fields").and_then(Value::as_array_mut) else { return };
    for at in 0..fields.len().saturating_sub(1) {
        let bits = |at: usize| fields.get(at).and_then(|field| field.get(1)).and_then(Value::as_u64);
        let (Some(this), Some(next)) = (bits(at), bits(at + 1)) else { continue };
        if this < 2 || !planter.here() {
            continue;
        }
        let field = fields.get(at).and_then(|field| field.get(0)).cloned().unwrap_or(Value::Null);
        planter.planted(format!("{called}: {field} has {} bits instead of {this}", this - 1));
        for (at, bits) in [(at, this - 1), (at + 1, next + 1)] {
            if let Some(width) = fields.get_mut(at).and_then(|field| field.get_mut(1)) {
                *width = Value::from(bits);
            }
        }
    }
}
