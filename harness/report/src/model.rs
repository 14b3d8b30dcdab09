//! What a `verify` run came to.

use std::io;
use std::time::Duration;

use hyper4_diff::{Counts, Divergence, Failure, Hidden, Outcome, Status, SubjectResult, Unsupported};
use serde::{Deserialize, Serialize};

use crate::ExitStatus;

/// The schema of [`VerifyReport`] as JSON.
pub const VERIFY_SCHEMA: &str = "hyper4/verify/1";

/// What generated packets reached of a subject's programs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ReachReport {
    /// Constructs: parse states, select cases, entries, conditions, shapes of packets.
    pub constructs: u64,
    /// Those that some packet reached.
    pub reached: u64,
    /// The others, in words. Some can't be reached by any packet.
    pub unreached: Vec<String>,
}

/// Where a subject's packets come from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sources {
    /// What the subject brings: captures, and others that it gives.
    pub captured: u64,
    /// Found by symbolic execution, to reach what the programs have.
    pub covering: u64,
    /// Generated from the seed.
    pub generated: u64,
}

/// What was left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Skipped {
    /// What.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// What became of one subject.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubjectReport {
    /// Its name.
    pub name: String,
    /// In a word.
    pub status: Status,
    /// How much was compared: `packets`, `outputs`, `drops`, `replicated`, `commands`, `traces`, `events`.
    #[serde(flatten)]
    pub counts: Counts,
    /// How many of the packets that were to be compared come from where.
    pub sources: Sources,
    /// How long it took, to the millisecond.
    pub seconds: f64,
    /// What rules hid.
    pub hidden: Vec<Hidden>,
    /// What generated packets reached, where packets were generated.
    pub reach: Option<ReachReport>,
    /// The first difference, when the status is `diverged`.
    pub divergence: Option<Box<Divergence>>,
    /// What can't be run, when the status is `unsupported`.
    pub unsupported: Option<Unsupported>,
    /// What went wrong, when the status is `error`.
    pub error: Option<Failure>,
    /// A command that shows a divergence again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub replay: Option<String>,
}

impl SubjectReport {
    /// From a comparison and the time it took.
    pub fn new(result: SubjectResult, elapsed: Duration) -> Self {
        let status = result.status();
        let (mut divergence, mut unsupported, mut error) = (None, None, None);
        match result.outcome {
            Outcome::Equal => {}
            Outcome::Diverged(found) => divergence = Some(found),
            Outcome::Unsupported(found) => unsupported = Some(found),
            Outcome::Error(found) => error = Some(found),
        }
        Self {
            name: result.name,
            status,
            counts: result.counts,
            sources: Sources::default(),
            seconds: (elapsed.as_secs_f64() * 1000.0).round() / 1000.0,
            hidden: result.hidden,
            reach: None,
            divergence,
            unsupported,
            error,
            replay: None,
        }
    }

    /// The same, with what generated packets reached.
    #[must_use]
    pub fn with_reach(mut self, reach: ReachReport) -> Self {
        self.reach = Some(reach);
        self
    }

    /// The same, with where the packets come from.
    #[must_use]
    pub fn with_sources(mut self, sources: Sources) -> Self {
        self.sources = sources;
        self
    }

    /// How a process ends that did nothing else. A report that contradicts itself counts as the tool's failure.
    pub fn exit_status(&self) -> ExitStatus {
        match (self.status, &self.error) {
            (Status::Equal, None) if self.counts.packets > 0 => ExitStatus::AsWished,
            (Status::Diverged, None) => ExitStatus::Found,
            (Status::Unsupported, None) => ExitStatus::Unsupported,
            (Status::Error, Some(failure)) => ExitStatus::of(&Outcome::Error(failure.clone())),
            _ => ExitStatus::ToolFailed,
        }
    }
}

/// What a `verify` run came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct VerifyReport {
    /// [`VERIFY_SCHEMA`].
    pub schema: String,
    /// The seed of the generated packets.
    pub seed: u64,
    /// The subjects, in the order in which they were given.
    pub subjects: Vec<SubjectReport>,
    /// What was left out.
    pub skipped: Vec<Skipped>,
}

impl VerifyReport {
    /// A report without subjects yet.
    pub fn new(seed: u64) -> Self {
        Self { schema: VERIFY_SCHEMA.to_owned(), seed, subjects: Vec::new(), skipped: Vec::new() }
    }

    /// How many subjects have a status.
    pub fn count(&self, status: Status) -> usize {
        self.subjects.iter().filter(|subject| subject.status == status).count()
    }

    /// How much was compared in all.
    pub fn total(&self) -> Counts {
        self.subjects.iter().fold(Counts::default(), |total, subject| {
            let more = subject.counts;
            Counts {
                packets: total.packets.saturating_add(more.packets),
                outputs: total.outputs.saturating_add(more.outputs),
                drops: total.drops.saturating_add(more.drops),
                replicated: total.replicated.saturating_add(more.replicated),
                commands: total.commands.saturating_add(more.commands),
                traces: total.traces.saturating_add(more.traces),
                events: total.events.saturating_add(more.events),
            }
        })
    }

    /// Where the packets of all subjects come from.
    pub fn sources(&self) -> Sources {
        self.subjects.iter().fold(Sources::default(), |total, subject| Sources {
            captured: total.captured.saturating_add(subject.sources.captured),
            covering: total.covering.saturating_add(subject.sources.covering),
            generated: total.generated.saturating_add(subject.sources.generated),
        })
    }

    /// How the process ends. A run without subjects is bad input: nothing was shown.
    pub fn exit_status(&self, allow_unsupported: bool) -> ExitStatus {
        let of = |subject: &SubjectReport| subject.exit_status().allowing_unsupported(allow_unsupported);
        self.subjects.iter().map(of).reduce(ExitStatus::and).unwrap_or(ExitStatus::BadInput)
    }

    /// Write it as one JSON document with a line's end behind it.
    ///
    /// # Errors
    /// What the writer says.
    pub fn write_json(&self, out: &mut dyn io::Write) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *out, self)?;
        out.write_all(b"\n")
    }
}
