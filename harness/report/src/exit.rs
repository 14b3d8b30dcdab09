//! How a process ends.

use std::process::ExitCode;

use hyper4_diff::{FailureCause, Outcome};

/// How a process ends. Where several apply, the first of [`ExitStatus::PRECEDENCE`] counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum ExitStatus {
    /// As wished.
    AsWished = 0,
    /// A divergence, refutation or regression was found.
    Found = 1,
    /// Bad usage or bad input.
    BadInput = 2,
    /// Something was unsupported or unknown; 0 when the user allows that.
    Unsupported = 3,
    /// The tool itself failed.
    ToolFailed = 4,
}

impl ExitStatus {
    /// All, the one that counts most first.
    pub const PRECEDENCE: [Self; 5] =
        [Self::ToolFailed, Self::BadInput, Self::Found, Self::Unsupported, Self::AsWished];

    /// As a number.
    pub fn code(self) -> u8 {
        self as u8
    }

    /// What it means.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::AsWished => "as wished",
            Self::Found => "a divergence, refutation or regression was found",
            Self::BadInput => "bad usage or bad input",
            Self::Unsupported => "something was unsupported or unknown",
            Self::ToolFailed => "the tool itself failed",
        }
    }

    /// The one of two that counts.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self::PRECEDENCE.into_iter().find(|status| [self, other].contains(status)).unwrap_or(self)
    }

    /// The same, but what is unsupported is as wished when `allow` says so.
    #[must_use]
    pub fn allowing_unsupported(self, allow: bool) -> Self {
        if allow && self == Self::Unsupported { Self::AsWished } else { self }
    }

    /// What the comparison of a subject means.
    pub fn of(outcome: &Outcome) -> Self {
        match outcome {
            Outcome::Equal => Self::AsWished,
            Outcome::Diverged(_) => Self::Found,
            Outcome::Unsupported(_) => Self::Unsupported,
            Outcome::Error(failure) => match failure.cause {
                FailureCause::Input => Self::BadInput,
                FailureCause::Tool => Self::ToolFailed,
            },
        }
    }
}

impl From<ExitStatus> for ExitCode {
    fn from(status: ExitStatus) -> Self {
        Self::from(status.code())
    }
}
