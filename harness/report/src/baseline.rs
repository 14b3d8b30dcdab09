//! What became of an earlier report.

use serde::{Deserialize, Serialize};

use crate::report::Past;
use crate::{Check, CheckResult, CheckStatus, ExitStatus, Measure, Report};

/// The schema of [`Comparison`] as JSON.
pub const BASELINE_SCHEMA: &str = "hyper4/baseline/1";

/// Reports whose measures are kept.
const HISTORY: usize = 50;

/// Where a change of a measure begins to count: what is counted per packet depends on which packets are drawn.
const TOLERANCE: f64 = 0.005;

/// A check whose result is another than before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The check.
    pub check: Check,
    /// The subject.
    pub subject: String,
    /// What it was; `None`: it wasn't there.
    pub before: Option<CheckStatus>,
    /// What it is; `None`: it isn't there any more.
    pub after: Option<CheckStatus>,
    /// Why, in a line, as far as the newer report says.
    pub message: Option<String>,
}

/// A measure that is another than before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MeasureChange {
    /// The subject.
    pub subject: String,
    /// What is measured.
    pub name: String,
    /// How much it was.
    pub before: f64,
    /// How much it is.
    pub after: f64,
    /// Whether that is worse.
    pub worse: bool,
    /// Whether it counts: what depends on the machine and its load doesn't.
    pub counts: bool,
}

/// What became of an earlier report.
///
/// A regression is: a check that passed and doesn't any more; a check with a worse result than before; a new check that
/// failed; a check that is gone; a measure that doesn't depend on time and is worse by more than half a percent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Comparison {
    /// [`BASELINE_SCHEMA`].
    pub schema: String,
    /// The earlier report's label.
    pub baseline: String,
    /// Checks with a better result.
    pub better: Vec<Change>,
    /// Checks with a worse one.
    pub worse: Vec<Change>,
    /// Checks that weren't there.
    pub new: Vec<Change>,
    /// Checks that aren't there any more.
    pub gone: Vec<Change>,
    /// Checks that are as bad as before, but for another reason.
    pub otherwise: Vec<Change>,
    /// Measures that changed.
    pub measures: Vec<MeasureChange>,
}

impl Comparison {
    /// Compare with an earlier report.
    pub fn new(baseline: &Report, report: &Report) -> Self {
        let mut comparison =
            Self { schema: BASELINE_SCHEMA.to_owned(), baseline: baseline.label.clone(), ..Self::default() };
        for result in &report.results {
            let before = baseline.result(&result.subject, result.check);
            let change = change(before, Some(result));
            match before {
                None => comparison.new.extend(change),
                Some(before) if before.status < result.status => comparison.worse.extend(change),
                Some(before) if before.status > result.status => comparison.better.extend(change),
                Some(before) if result.status != CheckStatus::Passed && before.message != result.message => {
                    comparison.otherwise.extend(change);
                }
                Some(_) => {}
            }
        }
        for before in &baseline.results {
            if report.result(&before.subject, before.check).is_none() {
                comparison.gone.extend(change(Some(before), None));
            }
        }
        comparison.measures =
            report.measures.iter().filter_map(|measure| measure_change(baseline, measure)).collect();
        comparison
    }

    /// What makes it a regression, each in a line.
    pub fn regressions(&self) -> Vec<String> {
        let word = |status: Option<CheckStatus>| status.map_or("absent", CheckStatus::word);
        let line = |change: &Change| {
            let message = change.message.as_ref().map(|m| format!(": {m}")).unwrap_or_default();
            let (before, after) = (word(change.before), word(change.after));
            format!("{} {}: {before} before, now {after}{message}", change.subject, change.check.name())
        };
        let failed =
            |change: &&Change| matches!(change.after, Some(CheckStatus::Failed | CheckStatus::Error));
        let checks = self.worse.iter().chain(self.new.iter().filter(failed)).chain(&self.gone);
        let mut lines: Vec<String> = checks.map(line).collect();
        lines.extend(self.measures.iter().filter(|change| change.worse && change.counts).map(|change| {
            format!(
                "{} {}: {} before, now {}",
                change.subject,
                change.name,
                short(change.before),
                short(change.after)
            )
        }));
        lines
    }

    /// How a process ends that shows it: a regression was found, or not. What fails as it did before is none.
    pub fn exit_status(&self) -> ExitStatus {
        if self.regressions().is_empty() { ExitStatus::AsWished } else { ExitStatus::Found }
    }
}

impl Report {
    /// The same with an earlier report's measures, and those that this one had, as history.
    #[must_use]
    pub fn following(mut self, baseline: &Report) -> Self {
        let mut history = baseline.history.clone();
        history.push(Past { label: baseline.label.clone(), measures: baseline.measures.clone() });
        let surplus = history.len().saturating_sub(HISTORY);
        history.drain(..surplus);
        self.history = history;
        self
    }
}

/// Three figures of a number, for people.
pub(crate) fn short(value: f64) -> String {
    let digits = match value.abs() {
        a if a >= 100.0 => 0,
        a if a >= 10.0 => 1,
        _ => 2,
    };
    format!("{value:.digits$}")
}

fn change(before: Option<&CheckResult>, after: Option<&CheckResult>) -> Option<Change> {
    let of = after.or(before)?;
    Some(Change {
        check: of.check,
        subject: of.subject.clone(),
        before: before.map(|result| result.status),
        after: after.map(|result| result.status),
        message: after.and_then(|result| result.message.clone()),
    })
}

fn measure_change(baseline: &Report, measure: &Measure) -> Option<MeasureChange> {
    let same = |before: &&Measure| before.name == measure.name && before.subject == measure.subject;
    let before = baseline.measures.iter().find(same)?.value;
    let after = measure.value;
    let tolerance = before.abs() * TOLERANCE;
    if (after - before).abs() <= tolerance {
        return None;
    }
    Some(MeasureChange {
        subject: measure.subject.clone(),
        name: measure.name.clone(),
        before,
        after,
        worse: (after < before) == measure.more_is_better,
        counts: !measure.timed,
    })
}
