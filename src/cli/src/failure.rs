//! Why a command could not do its work.

use hyper4_ir::SourceInfo;
use std::process::ExitCode;

use hyper4_p4::Diagnostics;
use hyper4_report::ExitStatus;

use crate::args::Options;

/// Why a command could not do its work.
#[derive(Debug)]
pub(crate) enum Failure {
    /// What the user gave is wrong.
    Input(String),
    /// A P4 program is wrong.
    Program(Box<Diagnostics>),
    /// The tool, or something it needs, failed.
    Tool(String),
}

/// Why something can't be run, in one line: place, construct, reason.
pub(crate) fn refusal(construct: &str, reason: &str, source_info: Option<SourceInfo>) -> String {
    let place = source_info.map(|s| format!("{s}: ")).unwrap_or_default();
    format!("{place}{construct}: {reason}")
}

impl Failure {
    pub(crate) fn input(message: impl Into<String>) -> Self {
        Self::Input(message.into())
    }

    pub(crate) fn tool(message: impl Into<String>) -> Self {
        Self::Tool(message.into())
    }

    /// What to tell the user, without places in a program.
    pub(crate) fn message(self) -> String {
        match self {
            Self::Input(message) | Self::Tool(message) => message,
            Self::Program(diagnostics) => diagnostics.render(),
        }
    }

    /// Tell the user, and say how the process ends.
    pub(crate) fn report(self, options: &Options) -> ExitCode {
        self.show(options).into()
    }

    /// Tell the user, and say what it counts as.
    pub(crate) fn show(self, options: &Options) -> ExitStatus {
        match self {
            Self::Program(diagnostics) => {
                show_diagnostics(options, &diagnostics);
                ExitStatus::BadInput
            }
            Self::Input(message) => {
                eprintln!("error: {message}");
                ExitStatus::BadInput
            }
            Self::Tool(message) => {
                eprintln!("error: {message}");
                ExitStatus::ToolFailed
            }
        }
    }
}

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Program(diagnostics) => f.write_str(diagnostics.render().trim_end()),
            Self::Input(message) | Self::Tool(message) => f.write_str(message),
        }
    }
}

/// Write what the front end has to say to standard error.
pub(crate) fn show_diagnostics(options: &Options, diagnostics: &Diagnostics) {
    let text = if options.colour_errors() { diagnostics.render_styled() } else { diagnostics.render() };
    eprintln!("{}", text.trim_end());
}
