//! `hyper4 prove`

use serde::Deserialize;

use super::plural;
use crate::{Check, CheckResult, CheckStatus, Report};

/// As `hyper4 prove --format json` writes it.
#[derive(Deserialize)]
pub(super) struct Document {
    subjects: Vec<Subject>,
}

#[derive(Deserialize)]
struct Subject {
    name: String,
    #[serde(default)]
    property: Property,
    status: Status,
    paths: Option<u64>,
    seconds: f64,
    bounds: String,
    reason: Option<String>,
    counterexample: Option<Counterexample>,
    #[serde(default)]
    exceptions: Vec<String>,
    note: Option<String>,
}

/// What is proved.
#[derive(Clone, Copy, Default, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Property {
    #[default]
    Equivalence,
    SymbolicEntries,
    Isolation,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Proved,
    Refuted,
    Unknown,
}

#[derive(Deserialize)]
struct Counterexample {
    port: u64,
    hex: String,
    what: String,
    replayed: Option<bool>,
}

/// How a reason begins where there is nothing to prove about.
const NOT_CARRIED: &str = "the persona doesn't carry it";

pub(super) fn add(report: &mut Report, document: Document) {
    report.results.extend(document.subjects.into_iter().map(result));
}

fn result(subject: Subject) -> CheckResult {
    let check = match subject.property {
        Property::Equivalence => Check::Equivalence,
        Property::SymbolicEntries => Check::SymbolicEntries,
        Property::Isolation => Check::Isolation,
    };
    let not_carried = subject.reason.as_deref().is_some_and(|reason| reason.starts_with(NOT_CARRIED));
    let replayed = subject.counterexample.as_ref().and_then(|found| found.replayed);
    let status = match (subject.status, replayed) {
        // The switches do the same: the executor is wrong.
        (Status::Refuted, Some(false)) => CheckStatus::Error,
        (Status::Refuted, _) => CheckStatus::Failed,
        (Status::Proved, _) => CheckStatus::Passed,
        (Status::Unknown, _) if not_carried => CheckStatus::Unsupported,
        (Status::Unknown, _) => CheckStatus::Unknown,
    };
    let mut details = vec![("bounds".to_owned(), subject.bounds)];
    details.extend(subject.exceptions.into_iter().map(|read| ("nothing is proved where".to_owned(), read)));
    details.extend(subject.note.map(|note| ("note".to_owned(), note)));
    let mut message = subject.reason;
    if let Some(found) = subject.counterexample {
        let again = match found.replayed {
            Some(true) => "; a switch does so too",
            Some(false) => "; but the switches do the same with it, so the executor is wrong",
            None => "",
        };
        message = Some(format!("{}{again}", found.what));
        details.push(("packet".to_owned(), format!("{}:{}", found.port, found.hex)));
    }
    CheckResult {
        check,
        subject: subject.name,
        status,
        extent: subject.paths.map(|paths| plural(paths, "path")).unwrap_or_default(),
        message,
        construct: None,
        location: None,
        details,
        divergence: None,
        replay: None,
        seconds: subject.seconds,
    }
}
