//! `hyper4 stf`

use std::path::Path;

use serde::Deserialize;

use super::plural;
use crate::report::Location;
use crate::{Check, CheckResult, CheckStatus, Report};

/// As `hyper4 stf --format json` writes it.
#[derive(Deserialize)]
pub(super) struct Document {
    tests: Vec<Test>,
}

#[derive(Deserialize)]
struct Test {
    test: String,
    status: Status,
    packets: Option<u64>,
    checks: Option<u64>,
    failures: Vec<TestFailure>,
    reason: Option<String>,
}

#[derive(Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Status {
    Pass,
    Fail,
    Unsupported,
    Error,
}

#[derive(Deserialize)]
struct TestFailure {
    line: u32,
    message: String,
}

pub(super) fn add(report: &mut Report, document: Document) {
    report.results.extend(document.tests.into_iter().map(result));
}

fn result(test: Test) -> CheckResult {
    let status = match test.status {
        Status::Pass => CheckStatus::Passed,
        Status::Fail => CheckStatus::Failed,
        Status::Unsupported => CheckStatus::Unsupported,
        Status::Error => CheckStatus::Error,
    };
    let first = test.failures.first();
    let message = first.map(|failure| failure.message.clone()).or(test.reason);
    let location = first.map(|failure| Location { file: test.test.clone(), line: Some(failure.line) });
    let details = test
        .failures
        .iter()
        .map(|failure| (format!("line {}", failure.line), failure.message.clone()))
        .collect();
    let extent = match (test.packets, test.checks) {
        (Some(packets), Some(checks)) => {
            format!("{}, {}", plural(packets, "packet"), plural(checks, "expectation"))
        }
        _ => String::new(),
    };
    let name = Path::new(&test.test).file_stem().map(|name| name.to_string_lossy().into_owned());
    CheckResult {
        check: Check::Stf,
        subject: name.unwrap_or(test.test),
        status,
        extent,
        message,
        construct: None,
        location,
        details,
        divergence: None,
        replay: None,
        seconds: 0.0,
    }
}
