//! Faults as a compiler could have them, in every program that has the construct: each is found and made small.

use std::sync::Arc;

use hyper4_campaign::{Case, CaseGenerator, CaseLimits, Differential, Oracle, Verdict, compile, shrink};
use hyper4_diff::{Options, Rules, TraceRule};
use hyper4_ir::Program;
use hyper4_suite::Error;
use serde_json::Value;

use crate::{SEED, engines};

/// An operation of bmv2's JSON, and what the faulty compiler makes of it.
const FAULTS: [(&str, &str); 12] = [
    ("+", "-"),
    ("&", "|"),
    ("^", "|"),
    ("|", "&"),
    ("<<", ">>"),
    (">>", "<<"),
    ("==", "!="),
    ("<", "<="),
    (">", ">="),
    ("and", "or"),
    ("or", "and"),
    ("*", "+"),
];

pub(crate) fn replace(value: &mut Value, from: &str, to: &str) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                match member {
                    Value::String(text) if name == "op" && text == from => *text = to.to_owned(),
                    other => replace(other, from, to),
                }
            }
        }
        Value::Array(items) => items.iter_mut().for_each(|item| replace(item, from, to)),
        _ => {}
    }
}

/// The engine, and the engine with what a faulty compiler makes of the program. Traces are not looked at: a fault is to
/// reach a packet.
fn faulty(name: &str, from: &'static str, to: &'static str) -> Differential {
    let rules = Rules { traces: TraceRule::Ignored, ..Rules::default() };
    let options = Options { rules, ..Options::default() };
    Differential::new(name, engines(), engines(), options).compiled_by(move |text| {
        let mut json = compile(text)?.to_json();
        replace(&mut json, from, to);
        Program::from_json(&json.to_string()).map(Arc::new).map_err(|error| error.to_string())
    })
}

/// Two of them.
pub(crate) fn oracles() -> Vec<Box<dyn Oracle>> {
    vec![Box::new(faulty("sum", "+", "-")), Box::new(faulty("conjunction", "&", "|"))]
}

#[test]
fn planted_faults_are_found_and_made_small() -> Result<(), Error> {
    let limits = CaseLimits { packets: 40, ..CaseLimits::default() };
    let cases = CaseGenerator::new(SEED, limits);
    let mut small = Vec::new();
    for (from, to) in FAULTS {
        let oracle = faulty("planted", from, to);
        let differs = |case: &Case| matches!(oracle.examine(case), Verdict::Differ { .. });
        let found = (0..400).find_map(|index| cases.case(index).ok().filter(&differs));
        let Some(case) = found else { panic!("seed {SEED}: no case tells `{from}` from `{to}`") };
        let least = shrink(&case, 6_000, differs);
        assert!(differs(&least), "`{from}` as `{to}`: shrunk to a case that is well");
        let lines = least.text.lines().filter(|line| !line.trim().is_empty()).count();
        println!("`{from}` as `{to}`: {lines} lines, {} steps", least.stimulus.len());
        small.push((lines, least.packets().count(), least.commands().count()));
    }
    let median = |of: fn(&(usize, usize, usize)) -> usize| {
        let mut all: Vec<usize> = small.iter().map(of).collect();
        all.sort_unstable();
        all[all.len() / 2]
    };
    assert!(median(|one| one.0) <= 30 && median(|one| one.1) <= 2 && median(|one| one.2) <= 2, "{small:?}");
    Ok(())
}
