//! p4c's compiler for simple_switch.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use crate::ToolError;
use crate::installed::given_or_found;

/// p4c-bm2-ss: P4_16 source text in, bmv2 JSON out.
#[derive(Clone, Debug)]
pub struct P4c {
    path: PathBuf,
    include: Vec<PathBuf>,
    defines: Vec<String>,
}

/// What the compiler made of a program.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Compiled {
    /// bmv2 JSON.
    pub json: String,
    /// What it said on the way, empty or warnings.
    pub warnings: String,
}

/// Why there is no JSON.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum P4cError {
    /// The compiler can't be run.
    #[error(transparent)]
    Tool(#[from] ToolError),
    /// The compiler found errors, or failed.
    #[error("p4c-bm2-ss doesn't compile `{program}`:\n{diagnostics}")]
    Rejected {
        /// The program's path.
        program: String,
        /// What the compiler says.
        diagnostics: String,
    },
    /// A temporary file can't be made or read.
    #[error("the output of p4c-bm2-ss for `{program}` can't be read: {reason}")]
    Output {
        /// The program's path.
        program: String,
        /// What the system says.
        reason: String,
    },
}

impl P4c {
    /// The compiler at `path`, or the one on `PATH`.
    ///
    /// # Errors
    /// [`ToolError::NotFound`] when there is none.
    pub fn new(path: Option<&Path>) -> Result<Self, ToolError> {
        Ok(Self { path: given_or_found(path, "p4c-bm2-ss")?, include: Vec::new(), defines: Vec::new() })
    }

    /// Look for included files in `folder` too, before p4c's own.
    #[must_use]
    pub fn include(mut self, folder: impl Into<PathBuf>) -> Self {
        self.include.push(folder.into());
        self
    }

    /// Define a preprocessor macro, `NAME` or `NAME=VALUE`.
    #[must_use]
    pub fn define(mut self, define: &str) -> Self {
        self.defines.push(define.to_owned());
        self
    }

    /// The compiler's file.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Compile a P4_16 program.
    ///
    /// # Errors
    /// [`P4cError::Rejected`] with the compiler's diagnostics.
    pub fn compile(&self, program: &Path) -> Result<Compiled, P4cError> {
        let shown = program.display().to_string();
        let unreadable =
            |error: std::io::Error| P4cError::Output { program: shown.clone(), reason: error.to_string() };
        let folder = tempfile::tempdir().map_err(unreadable)?;
        let output = folder.path().join("program.json");
        let mut command = Command::new(&self.path);
        command.args(["--std", "p4-16", "-o"]).arg(&output);
        for folder in &self.include {
            command.arg("-I").arg(folder);
        }
        for define in &self.defines {
            command.arg(format!("-D{define}"));
        }
        let said = command.arg(program).stdin(Stdio::null()).output().map_err(|error| ToolError::Start {
            path: self.path.display().to_string(),
            reason: error.to_string(),
        })?;
        let mut diagnostics = String::from_utf8_lossy(&said.stderr).trim().to_owned();
        if !said.status.success() {
            if diagnostics.is_empty() {
                diagnostics = format!("it ended with {}", said.status);
            }
            return Err(P4cError::Rejected { program: shown, diagnostics });
        }
        let json = std::fs::read_to_string(&output).map_err(unreadable)?;
        Ok(Compiled { json, warnings: diagnostics })
    }
}
