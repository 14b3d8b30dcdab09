//! `hyper4 fuzz` and `hyper4 mutate`

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;

use super::plural;
use crate::{Check, CheckResult, CheckStatus, Measure, Report};

/// As a campaign is kept.
#[derive(Deserialize)]
pub(super) struct Campaign {
    seed: u64,
    cases: u64,
    tallies: BTreeMap<String, Tally>,
    findings: Vec<Finding>,
    seconds: f64,
}

#[derive(Deserialize)]
struct Tally {
    agreed: u64,
    packets: u64,
    events: u64,
    unsupported: BTreeMap<String, u64>,
    found: u64,
}

#[derive(Deserialize)]
struct Finding {
    signature: Signature,
    case: u64,
    cases: u64,
    description: String,
    folder: String,
}

#[derive(Deserialize)]
struct Signature {
    oracle: String,
    kind: String,
    construct: String,
}

/// Reasons for which cases were not carried that are shown.
const REASONS: usize = 10;

pub(super) fn add_campaign(report: &mut Report, campaign: Campaign) {
    report.seeds.push(campaign.seed);
    for (oracle, tally) in &campaign.tallies {
        let mut reasons: Vec<(&String, &u64)> = tally.unsupported.iter().collect();
        reasons.sort_by_key(|(_, count)| std::cmp::Reverse(**count));
        let details = reasons
            .into_iter()
            .take(REASONS)
            .map(|(reason, count)| {
                ("unsupported".to_owned(), format!("{reason} ({})", plural(*count, "case")))
            })
            .collect();
        let status = match (tally.found, tally.agreed) {
            (1.., _) => CheckStatus::Failed,
            // Nothing was compared.
            (0, 0) => CheckStatus::Error,
            (0, _) => CheckStatus::Passed,
        };
        report.results.push(CheckResult {
            check: Check::Campaign,
            subject: format!("campaign, oracle {oracle}"),
            status,
            extent: format!(
                "{}, {} agree ({}, {}), {} unsupported",
                plural(campaign.cases, "case"),
                tally.agreed,
                plural(tally.packets, "packet"),
                plural(tally.events, "trace event"),
                tally.unsupported.values().sum::<u64>()
            ),
            message: match (tally.found, tally.agreed) {
                (1.., _) => Some(format!("{} of the cases are findings", tally.found)),
                (0, 0) => Some("nothing was compared".to_owned()),
                (0, _) => None,
            },
            construct: None,
            location: None,
            details,
            divergence: None,
            replay: None,
            seconds: campaign.seconds,
        });
    }
    for finding in campaign.findings {
        let Signature { oracle, kind, construct } = finding.signature;
        report.results.push(CheckResult {
            check: Check::Campaign,
            subject: format!("{oracle}: {kind} {construct}"),
            status: CheckStatus::Failed,
            extent: format!("{}, the first is {}", plural(finding.cases, "case"), finding.case),
            message: Some(finding.description),
            construct: Some(construct),
            location: None,
            details: vec![("kept in".to_owned(), finding.folder.clone())],
            divergence: None,
            replay: Some(format!("hyper4 verify --packets 0 {}", finding.folder)),
            seconds: 0.0,
        });
    }
}

/// As `hyper4 mutate --format json` writes it.
#[derive(Deserialize)]
pub(super) struct Mutation {
    planted: u64,
    killed: u64,
    equivalent: u64,
    survived: Vec<Value>,
    kinds: BTreeMap<String, Kind>,
    #[serde(default)]
    seconds: f64,
    seed: Option<u64>,
}

#[derive(Deserialize)]
struct Kind {
    planted: u64,
    killed: u64,
    #[serde(default)]
    equivalent: u64,
}

pub(super) fn add_mutation(report: &mut Report, mutation: Mutation) {
    report.seeds.extend(mutation.seed);
    let score = |planted: u64, killed: u64, equivalent: u64| {
        let counted = planted.saturating_sub(equivalent);
        (counted > 0).then(|| killed as f64 / counted as f64)
    };
    for (name, kind) in &mutation.kinds {
        let survived = kind.planted.saturating_sub(kind.killed).saturating_sub(kind.equivalent);
        report.results.push(CheckResult {
            check: Check::Mutation,
            subject: format!("faults: {name}"),
            status: if survived == 0 { CheckStatus::Passed } else { CheckStatus::Failed },
            extent: format!(
                "{} planted, {} killed, {} equivalent",
                kind.planted, kind.killed, kind.equivalent
            ),
            message: (survived > 0).then(|| format!("{} survived", plural(survived, "fault"))),
            construct: None,
            location: None,
            details: survivors(&mutation.survived, name),
            divergence: None,
            replay: None,
            seconds: 0.0,
        });
    }
    if let Some(value) = score(mutation.planted, mutation.killed, mutation.equivalent) {
        let extent = format!(
            "{} planted, {} killed, {} equivalent in {:.0} s",
            mutation.planted, mutation.killed, mutation.equivalent, mutation.seconds
        );
        report.notes.push(format!("mutation score {:.1} %: {extent}", value * 100.0));
        report.measures.push(Measure {
            subject: "all".to_owned(),
            name: "mutation score".to_owned(),
            value,
            more_is_better: true,
            timed: false,
        });
    }
}

/// The survivors of a kind, each in a line.
fn survivors(all: &[Value], kind: &str) -> Vec<(String, String)> {
    let text = |survivor: &Value, key: &str| survivor.get(key).and_then(Value::as_str).map(str::to_owned);
    all.iter()
        .filter(|survivor| text(survivor, "kind").as_deref() == Some(kind))
        .map(|survivor| {
            let words: Vec<String> = ["subject", "change", "why", "packet"]
                .into_iter()
                .filter_map(|key| text(survivor, key))
                .collect();
            ("survived".to_owned(), words.join(": "))
        })
        .collect()
}
