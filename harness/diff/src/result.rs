//! What a comparison came to.

use serde::{Deserialize, Serialize};

use crate::{Divergence, Hidden};

/// One of the two sides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Which {
    /// The program itself.
    Native,
    /// The program as a guest.
    Virtual,
}

impl std::fmt::Display for Which {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Native => "native",
            Self::Virtual => "virtual",
        })
    }
}

/// What a comparison came to, in a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// Both sides did the same.
    Equal,
    /// They didn't.
    Diverged,
    /// One side can't run it.
    Unsupported,
    /// It couldn't be found out.
    Error,
}

impl Status {
    /// In a word.
    pub fn word(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Diverged => "diverged",
            Self::Unsupported => "unsupported",
            Self::Error => "error",
        }
    }
}

/// What can't be run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsupported {
    /// Who can't run it.
    pub side: Which,
    /// Why not.
    pub reason: String,
    /// The construct.
    pub construct: String,
    /// The source file, where known.
    pub file: Option<String>,
    /// The line, where known.
    pub line: Option<u32>,
}

/// Whose fault an error is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FailureCause {
    /// What was given in: program, commands or stimulus.
    Input,
    /// The tool's, or that of a switch it runs.
    Tool,
}

/// Why it couldn't be found out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Failure {
    /// Whose fault it is.
    pub cause: FailureCause,
    /// The side it happened on, where it was one.
    pub side: Option<Which>,
    /// The step of the stimulus, where it was one.
    pub step: Option<u64>,
    /// What happened.
    pub message: String,
}

/// What a comparison came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// Both sides did the same.
    Equal,
    /// They didn't; where first.
    Diverged(Box<Divergence>),
    /// One side can't run it.
    Unsupported(Unsupported),
    /// It couldn't be found out.
    Error(Failure),
}

impl Outcome {
    /// In a word.
    pub fn status(&self) -> Status {
        match self {
            Self::Equal => Status::Equal,
            Self::Diverged(_) => Status::Diverged,
            Self::Unsupported(_) => Status::Unsupported,
            Self::Error(_) => Status::Error,
        }
    }
}

/// How much was compared, up to the first divergence if there was one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Packets that went in.
    pub packets: u64,
    /// Packets that came out of the native side.
    pub outputs: u64,
    /// Packets that caused no output; 0 where a side doesn't tell causes.
    pub drops: u64,
    /// Packets that caused more than one output; 0 where a side doesn't tell causes.
    pub replicated: u64,
    /// Commands among the packets.
    pub commands: u64,
    /// Packets whose traces were compared.
    pub traces: u64,
    /// Events of the native side's traces that were compared.
    pub events: u64,
}

impl Counts {
    pub(crate) fn add(&mut self, other: &Self) {
        self.packets += other.packets;
        self.outputs += other.outputs;
        self.drops += other.drops;
        self.replicated += other.replicated;
        self.commands += other.commands;
        self.traces += other.traces;
        self.events += other.events;
    }
}

/// What the comparison of one subject came to.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SubjectResult {
    /// The subject's name.
    pub name: String,
    /// What it came to.
    pub outcome: Outcome,
    /// How much was compared.
    pub counts: Counts,
    /// What rules hid.
    pub hidden: Vec<Hidden>,
}

impl SubjectResult {
    /// In a word.
    pub fn status(&self) -> Status {
        self.outcome.status()
    }

    /// A subject that couldn't even be begun: its files are missing, say.
    pub fn not_run(name: &str, failure: Failure) -> Self {
        Self {
            name: name.to_owned(),
            outcome: Outcome::Error(failure),
            counts: Counts::default(),
            hidden: Vec::new(),
        }
    }
}
