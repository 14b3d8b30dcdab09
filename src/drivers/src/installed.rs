//! Finding the tools and asking for their versions.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Why a tool can't be used.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ToolError {
    /// It isn't on `PATH`, and no path was given.
    #[error("no `{0}` on PATH: install it or give its path")]
    NotFound(&'static str),
    /// The file can't be run.
    #[error("`{path}` can't be run: {reason}")]
    Start {
        /// The file.
        path: String,
        /// What the system says.
        reason: String,
    },
}

/// The `simple_switch` on `PATH`.
pub fn find_simple_switch() -> Option<PathBuf> {
    find("simple_switch")
}

/// The `p4c-bm2-ss` on `PATH`.
pub fn find_p4c() -> Option<PathBuf> {
    find("p4c-bm2-ss")
}

/// What a tool says when it is asked for its version, in one line.
///
/// # Errors
/// [`ToolError::Start`] when it can't be run.
pub fn version(tool: &Path) -> Result<String, ToolError> {
    let failed = |reason: String| ToolError::Start { path: tool.display().to_string(), reason };
    let said = Command::new(tool)
        .arg("--version")
        .stdin(Stdio::null())
        .output()
        .map_err(|error| failed(error.to_string()))?;
    if !said.status.success() {
        return Err(failed(format!("`--version` ended with {}", said.status)));
    }
    // p4c says it on its standard error, in two lines.
    let text = String::from_utf8_lossy(if said.stdout.is_empty() { &said.stderr } else { &said.stdout });
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Whether a simple_switch was built to log each packet's life, which makes it several times slower even where nothing is
/// logged; `None` where that can't be told. It says so before it looks for its program, if it was not and is to log all.
pub fn logs(simple_switch: &Path) -> Option<bool> {
    const ABSENT: &str = "no program, only a question.json";
    let said = Command::new(simple_switch)
        .args(["--log-console", "-L", "trace", ABSENT])
        .stdin(Stdio::null())
        .output()
        .ok()?;
    let text = [said.stdout, said.stderr].concat();
    let text = String::from_utf8_lossy(&text);
    match (text.contains("disabled logging macros"), text.contains(ABSENT)) {
        (true, _) => Some(false),
        (false, true) => Some(true),
        (false, false) => None,
    }
}

/// The path that was given, else the one on `PATH`.
pub(crate) fn given_or_found(given: Option<&Path>, name: &'static str) -> Result<PathBuf, ToolError> {
    match given {
        // The tools are run in another folder than ours.
        Some(path) => std::path::absolute(path).map_err(|error| ToolError::Start {
            path: path.display().to_string(),
            reason: error.to_string(),
        }),
        None => find(name).ok_or(ToolError::NotFound(name)),
    }
}

fn find(name: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    let found =
        std::env::split_paths(&path).map(|folder| folder.join(name)).find(|file| is_executable(file))?;
    std::path::absolute(found).ok()
}

#[cfg(unix)]
fn is_executable(file: &Path) -> bool {
    use std::os::unix::fs::PermissionsExt;
    file.metadata().is_ok_and(|meta| meta.is_file() && meta.permissions().mode() & 0o111 != 0)
}

#[cfg(not(unix))]
fn is_executable(file: &Path) -> bool {
    file.is_file()
}
