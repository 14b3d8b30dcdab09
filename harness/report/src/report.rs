//! The one model that all writers write: what was checked of whom, with what result and at what cost.

use std::collections::BTreeMap;

use hyper4_diff::Divergence;
use serde::{Deserialize, Serialize};

use crate::ExitStatus;

/// The schema of [`Report`] as JSON.
pub const REPORT_SCHEMA: &str = "hyper4/report/1";

/// What a subject is held to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Check {
    /// `hyper4 verify`: packets, outputs and traces.
    Verify,
    /// `hyper4 packets`: packets that reach each construct.
    Coverage,
    /// `hyper4 prove equivalence`, with the installed entries.
    Equivalence,
    /// `hyper4 prove equivalence --symbolic-entries`.
    SymbolicEntries,
    /// `hyper4 prove isolation`.
    Isolation,
    /// `hyper4 stf`.
    Stf,
    /// `hyper4 fuzz`, an oracle or a finding.
    Campaign,
    /// `hyper4 mutate`, a kind of fault.
    Mutation,
}

impl Check {
    /// All, in the order in which they are shown.
    pub const ALL: [Self; 8] = [
        Self::Verify,
        Self::Coverage,
        Self::Equivalence,
        Self::SymbolicEntries,
        Self::Isolation,
        Self::Stf,
        Self::Campaign,
        Self::Mutation,
    ];

    /// Whether its subjects are programs; those of the others are oracles and kinds of faults.
    pub fn of_programs(self) -> bool {
        !matches!(self, Self::Campaign | Self::Mutation)
    }

    /// For people, and where a name without blanks is wanted.
    pub fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Coverage => "coverage",
            Self::Equivalence => "equivalence",
            Self::SymbolicEntries => "any-entries",
            Self::Isolation => "isolation",
            Self::Stf => "stf",
            Self::Campaign => "campaign",
            Self::Mutation => "mutation",
        }
    }

    /// What is asked of a subject.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Verify => "do native and virtual program do the same with each of these packets?",
            Self::Equivalence => {
                "do native and virtual program do the same with every packet, with these entries? (Z3)"
            }
            Self::Coverage => "is there a packet for each construct that packets can reach?",
            Self::SymbolicEntries => "do they do the same, whatever entries a controller installs? (Z3)",
            Self::Isolation => {
                "do slices stay apart, whatever packets come and whatever rows their tenants install? (Z3)"
            }
            Self::Stf => "does each packet of p4c's test come out as the test expects?",
            Self::Campaign => "do independent ways agree on random programs, entries and packets?",
            Self::Mutation => "are planted faults of this kind found?",
        }
    }
}

/// What became of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CheckStatus {
    /// It holds.
    Passed,
    /// The subject, or one of its constructs, isn't carried.
    Unsupported,
    /// Neither shown nor refuted.
    Unknown,
    /// The check couldn't be carried out.
    Error,
    /// It doesn't hold: diverged, refuted, found, survived.
    Failed,
}

impl CheckStatus {
    /// All, from the best to the worst.
    pub const ALL: [Self; 5] = [Self::Passed, Self::Unsupported, Self::Unknown, Self::Error, Self::Failed];

    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Unsupported => "unsupported",
            Self::Unknown => "unknown",
            Self::Error => "error",
            Self::Failed => "failed",
        }
    }

    /// How a process ends that shows it.
    pub fn exit_status(self) -> ExitStatus {
        match self {
            Self::Passed => ExitStatus::AsWished,
            Self::Unsupported | Self::Unknown => ExitStatus::Unsupported,
            Self::Error => ExitStatus::ToolFailed,
            Self::Failed => ExitStatus::Found,
        }
    }
}

/// A place in a program's text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Location {
    /// The file, as it was given.
    pub file: String,
    /// The line, from 1.
    pub line: Option<u32>,
}

/// What one check came to for one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CheckResult {
    /// Which check.
    pub check: Check,
    /// Of whom.
    pub subject: String,
    /// What became of it.
    pub status: CheckStatus,
    /// What was done, in a line: how many packets, paths, cases.
    pub extent: String,
    /// Why it didn't pass, in a line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// The construct in the subject's program that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub construct: Option<String>,
    /// Where that stands.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub location: Option<Location>,
    /// More that a reader may want, by label: bounds, exceptions, what rules hid.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<(String, String)>,
    /// The first difference, where two sides were compared.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub divergence: Option<Box<Divergence>>,
    /// A command that shows it again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
    /// How long it took, in seconds.
    pub seconds: f64,
}

/// A number about a subject that is worth following from report to report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Measure {
    /// Of whom.
    pub subject: String,
    /// What: `virtual/native`, `tables per packet, virtual`.
    pub name: String,
    /// How much.
    pub value: f64,
    /// Whether more is better; else less is.
    pub more_is_better: bool,
    /// Whether it depends on the machine and its load. What does never decides whether something became worse.
    pub timed: bool,
}

/// Measures of an earlier report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Past {
    /// What the report was called.
    pub label: String,
    /// Its measures.
    pub measures: Vec<Measure>,
}

/// What a run, or several, came to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Report {
    /// [`REPORT_SCHEMA`].
    pub schema: String,
    /// What it is called: a revision, a date, whatever its user gives.
    pub label: String,
    /// The seeds of what was random.
    pub seeds: Vec<u64>,
    /// The results, by subject and check.
    pub results: Vec<CheckResult>,
    /// The measures, by name and subject.
    pub measures: Vec<Measure>,
    /// What was left out, hidden by a rule, or not reached, in lines.
    pub notes: Vec<String>,
    /// Measures of earlier reports, the oldest first.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub history: Vec<Past>,
}

impl Report {
    /// Nothing yet.
    pub fn new(label: &str) -> Self {
        Self { schema: REPORT_SCHEMA.to_owned(), label: label.to_owned(), ..Self::default() }
    }

    /// Results sorted by subject and check, measures by name and subject; of equal keys the last stays.
    pub(crate) fn sort(&mut self) {
        let mut results = BTreeMap::new();
        for result in std::mem::take(&mut self.results) {
            results.insert((result.subject.clone(), result.check), result);
        }
        self.results = results.into_values().collect();
        let mut measures = BTreeMap::new();
        for measure in std::mem::take(&mut self.measures) {
            measures.insert((measure.name.clone(), measure.subject.clone()), measure);
        }
        self.measures = measures.into_values().collect();
        self.seeds.sort_unstable();
        self.seeds.dedup();
    }

    /// The checks of which there is a result, in their order.
    pub fn checks(&self) -> Vec<Check> {
        Check::ALL.into_iter().filter(|check| self.results.iter().any(|r| r.check == *check)).collect()
    }

    /// Those of them that programs are subjects of: the columns of the matrix.
    pub fn checks_of_programs(&self) -> Vec<Check> {
        self.checks().into_iter().filter(|check| check.of_programs()).collect()
    }

    /// The programs, in the order of the results: the rows of the matrix.
    pub fn programs(&self) -> Vec<&str> {
        let results = self.results.iter().filter(|result| result.check.of_programs());
        let mut programs: Vec<&str> = results.map(|result| result.subject.as_str()).collect();
        programs.dedup();
        programs
    }

    /// The results beside the matrix, of campaigns and of planted faults.
    pub fn beside(&self) -> impl Iterator<Item = &CheckResult> {
        self.results.iter().filter(|result| !result.check.of_programs())
    }

    /// The result of a check of a subject.
    pub fn result(&self, subject: &str, check: Check) -> Option<&CheckResult> {
        self.results.iter().find(|result| result.check == check && result.subject == subject)
    }

    /// How many results have a status.
    pub fn count(&self, status: CheckStatus) -> usize {
        self.results.iter().filter(|result| result.status == status).count()
    }

    /// The results that are not as wished, the worst first.
    pub fn troubles(&self) -> Vec<&CheckResult> {
        let mut troubles: Vec<&CheckResult> =
            self.results.iter().filter(|result| result.status != CheckStatus::Passed).collect();
        troubles.sort_by_key(|result| std::cmp::Reverse(result.status));
        troubles
    }

    /// `8 passed, 1 failed`.
    pub fn tally(&self) -> String {
        let counts = CheckStatus::ALL.into_iter().map(|status| (self.count(status), status));
        let words: Vec<String> = counts
            .filter(|(count, _)| *count > 0)
            .map(|(count, status)| format!("{count} {}", status.word()))
            .collect();
        if words.is_empty() { "nothing was checked".to_owned() } else { words.join(", ") }
    }

    /// How the process ends. A report of nothing is bad input: nothing was shown.
    pub fn exit_status(&self) -> ExitStatus {
        let statuses = self.results.iter().map(|result| result.status.exit_status());
        let empty = if self.measures.is_empty() { ExitStatus::BadInput } else { ExitStatus::AsWished };
        statuses.reduce(ExitStatus::and).unwrap_or(empty)
    }
}
