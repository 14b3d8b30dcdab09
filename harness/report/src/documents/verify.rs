//! `hyper4 verify`

use hyper4_diff::{DivergenceKind, Status};

use super::plural;
use crate::report::Location;
use crate::{Check, CheckResult, CheckStatus, Report, SubjectReport, VerifyReport};

pub(super) fn add(report: &mut Report, document: VerifyReport) {
    report.seeds.push(document.seed);
    for subject in document.subjects {
        note_unreached(report, &subject);
        report.results.push(result(subject));
    }
    for skipped in document.skipped {
        report.notes.push(format!("skipped: {}: {}", skipped.what, skipped.reason));
    }
}

fn note_unreached(report: &mut Report, subject: &SubjectReport) {
    if let Some(reach) = subject.reach.as_ref().filter(|reach| !reach.unreached.is_empty()) {
        let (missing, all) = (reach.unreached.len(), plural(reach.constructs, "construct"));
        let name = &subject.name;
        report.notes.push(format!("not reached by generated packets: {name}: {missing} of {all}"));
    }
}

/// In what two sides differ, for people.
pub(crate) fn kind_in_words(kind: DivergenceKind) -> &'static str {
    match kind {
        DivergenceKind::Missing => "a packet is missing",
        DivergenceKind::Extra => "a packet too many",
        DivergenceKind::Port => "wrong port",
        DivergenceKind::Bytes => "wrong bytes",
        DivergenceKind::Order => "wrong order",
        DivergenceKind::Trace => "same packets, other trace",
        DivergenceKind::Digest => "same packets, other samples",
        DivergenceKind::Reply => "a command is answered differently",
        DivergenceKind::Failure => "one side failed",
    }
}

fn result(subject: SubjectReport) -> CheckResult {
    let counts = &subject.counts;
    let extent = [
        plural(counts.packets, "packet"),
        plural(counts.outputs, "output"),
        plural(counts.events, "trace event"),
    ]
    .join(", ");
    let status = match subject.status {
        // What is equal without a packet was not compared.
        Status::Equal if counts.packets == 0 => CheckStatus::Error,
        Status::Equal => CheckStatus::Passed,
        Status::Diverged => CheckStatus::Failed,
        Status::Unsupported => CheckStatus::Unsupported,
        Status::Error => CheckStatus::Error,
    };
    let mut details = Vec::new();
    let sources = &subject.sources;
    let from =
        [(sources.captured, "captured"), (sources.covering, "covering"), (sources.generated, "generated")];
    let from: Vec<String> =
        from.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}")).collect();
    if !from.is_empty() {
        details.push(("packets".to_owned(), from.join(", ")));
    }
    details.extend(
        subject.hidden.iter().map(|hidden| {
            ("hidden".to_owned(), format!("{} ({})", hidden.rule, plural(hidden.count, "time")))
        }),
    );
    let (mut message, mut construct, mut location) = (None, None, None);
    if let Some(divergence) = &subject.divergence {
        let what = kind_in_words(divergence.kind);
        message = Some(format!(
            "step {}: {what}: expected {}, actual {}",
            divergence.step, divergence.expected, divergence.actual
        ));
        if let Some(at) = &divergence.construct {
            construct = Some(at.name.clone());
            location = at
                .source
                .as_ref()
                .map(|source| Location { file: source.filename.clone(), line: Some(source.line) });
        }
    }
    if let Some(unsupported) = &subject.unsupported {
        message = Some(format!("{}: {}", unsupported.construct, unsupported.reason));
        construct = Some(unsupported.construct.clone());
        location =
            unsupported.file.as_ref().map(|file| Location { file: file.clone(), line: unsupported.line });
    }
    if let Some(error) = &subject.error {
        message = Some(error.message.clone());
    }
    CheckResult {
        check: Check::Verify,
        subject: subject.name,
        status,
        extent,
        message,
        construct,
        location,
        details,
        divergence: subject.divergence,
        replay: subject.replay,
        seconds: subject.seconds,
    }
}
