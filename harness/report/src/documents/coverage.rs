//! `hyper4 packets`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use crate::{Check, CheckResult, CheckStatus, Measure, Report};

/// As `hyper4 packets --format json` writes it.
#[derive(Deserialize)]
pub(super) struct Document {
    name: String,
    seed: u64,
    packets: Vec<Value>,
    coverage: BTreeMap<String, Counts>,
    missed: Vec<Missed>,
    seconds: f64,
    wrong: Vec<Value>,
}

#[derive(Deserialize)]
struct Counts {
    covered: u64,
    feasible: u64,
    unknown: u64,
}

#[derive(Deserialize)]
struct Missed {
    goal: String,
    status: String,
    reason: Option<String>,
}

pub(super) fn add(report: &mut Report, document: Document) {
    let sum = |of: fn(&Counts) -> u64| document.coverage.values().map(of).sum::<u64>();
    let (covered, feasible, unknown) = (sum(|c| c.covered), sum(|c| c.feasible), sum(|c| c.unknown));
    let status = match (document.wrong.is_empty(), unknown) {
        (false, _) => CheckStatus::Error,
        (true, 0) => CheckStatus::Passed,
        (true, _) => CheckStatus::Unknown,
    };
    let kinds = document.coverage.iter().map(|(kind, counts)| {
        let Counts { covered, feasible, unknown } = counts;
        (kind.clone(), format!("{covered} covered, {feasible} feasible, {unknown} unknown"))
    });
    let missed = document.missed.into_iter().map(|missed| {
        let reason = missed.reason.map(|reason| format!(": {reason}")).unwrap_or_default();
        (missed.status, format!("{}{reason}", missed.goal))
    });
    report.seeds.push(document.seed);
    report.measures.push(Measure {
        subject: document.name.clone(),
        name: "constructs covered by found packets".to_owned(),
        value: covered as f64,
        more_is_better: true,
        timed: false,
    });
    report.results.push(CheckResult {
        check: Check::Coverage,
        subject: document.name,
        status,
        extent: format!("{covered} of {feasible} feasible, by {} packets", document.packets.len()),
        message: match status {
            CheckStatus::Error => {
                Some("a switch does other things with the packets than was said".to_owned())
            }
            CheckStatus::Unknown => {
                Some(format!("of {unknown} it isn't known whether a packet reaches them"))
            }
            _ => None,
        },
        construct: None,
        location: None,
        details: kinds.chain(missed).collect(),
        divergence: None,
        replay: None,
        seconds: document.seconds,
    });
}
