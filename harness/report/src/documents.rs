//! From what other commands leave as JSON to a [`Report`].
//!
//! Documents are told apart by their `schema`. Of a document only what a report shows is read, so that documents may
//! grow; of an unknown version nothing is.

mod campaign;
mod cost;
mod coverage;
mod proof;
mod stf;
mod verify;

use std::path::{Path, PathBuf};

use serde::de::DeserializeOwned;
use serde_json::Value;

pub(crate) use verify::kind_in_words;

use crate::{BASELINE_SCHEMA, REPORT_SCHEMA, Report};

/// Why no report can be made.
#[derive(Debug, thiserror::Error)]
pub enum ReportError {
    /// A file or folder can't be read.
    #[error("can't read `{}`: {source}", path.display())]
    Read {
        /// Which.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is not what its name or schema says.
    #[error("`{}`: {message}", path.display())]
    Format {
        /// Which file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// A folder has no results in it.
    #[error(
        "`{}` has no results in it: give the folder that `verify`, `prove`, `stf`, `packets`, `fuzz`, `mutate` or `bench` had as --out",
        .0.display()
    )]
    Empty(PathBuf),
}

/// What adding a document came to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Added {
    /// It is in the report.
    Taken,
    /// Reports have no use for its kind.
    Ignored,
}

impl Report {
    /// All documents of a folder and of the folders in it, as a campaign has one for itself, in the order of their files'
    /// names; a `report.json` only when there is nothing else.
    ///
    /// # Errors
    /// [`ReportError`] for a folder that can't be read or has no results, and for a document that is not what it says.
    pub fn from_folder(folder: &Path) -> Result<Self, ReportError> {
        let (mut files, folders) = listed(folder)?;
        for folder in folders {
            files.extend(listed(&folder)?.0);
        }
        let label = folder.file_name().map_or_else(|| "report".into(), |name| name.to_string_lossy());
        let mut report = Self::new(&label);
        let mut taken = false;
        let mut earlier = None;
        for path in files {
            let text = std::fs::read_to_string(&path)
                .map_err(|source| ReportError::Read { path: path.clone(), source })?;
            let wrong = |message: String| ReportError::Format { path: path.clone(), message };
            let document: Value = serde_json::from_str(&text).map_err(|e| wrong(e.to_string()))?;
            match document.get("schema").and_then(Value::as_str) {
                Some(REPORT_SCHEMA) => earlier = Some(read::<Self>(document).map_err(wrong)?),
                Some(schema) if schema.starts_with("hyper4/") => {
                    taken |= report.add(document).map_err(wrong)? == Added::Taken;
                }
                // Other programs' files, and those of subjects.
                _ => {}
            }
        }
        match (taken, earlier) {
            (true, _) => Ok(report),
            (false, Some(earlier)) => Ok(earlier),
            (false, None) => Err(ReportError::Empty(folder.to_owned())),
        }
    }

    /// Add a document of another command.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn add(&mut self, document: Value) -> Result<Added, String> {
        let schema = document.get("schema").and_then(Value::as_str).unwrap_or_default().to_owned();
        match schema.as_str() {
            "hyper4/verify/1" => verify::add(self, read(document)?),
            "hyper4/prove/1" => proof::add(self, read(document)?),
            "hyper4/stf/1" => stf::add(self, read(document)?),
            "hyper4/fuzz/1" => campaign::add_campaign(self, read(document)?),
            "hyper4/mutate/1" => campaign::add_mutation(self, read(document)?),
            "hyper4/packets/1" => coverage::add(self, read(document)?),
            "hyper4/persona-info/1" => cost::add_persona(self, read(document)?),
            "hyper4/bench/1" => cost::add_speed(self, read(document)?),
            "hyper4/bench-control/1" => cost::add_control(self, read(document)?),
            BASELINE_SCHEMA => return Ok(Added::Ignored),
            other => match other.rsplit_once('/') {
                Some((kind @ ("hyper4/verify" | "hyper4/prove" | "hyper4/stf" | "hyper4/fuzz"), version)) => {
                    return Err(format!(
                        "it is version {version} of `{kind}`, and this tool reads version 1"
                    ));
                }
                _ => return Ok(Added::Ignored),
            },
        }
        self.sort();
        Ok(Added::Taken)
    }
}

/// The JSON files of a folder, and the folders in it, by name.
fn listed(folder: &Path) -> Result<(Vec<PathBuf>, Vec<PathBuf>), ReportError> {
    let failed = |source| ReportError::Read { path: folder.to_owned(), source };
    let (mut files, mut folders) = (Vec::new(), Vec::new());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        if path.is_dir() {
            folders.push(path);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            files.push(path);
        }
    }
    files.sort();
    folders.sort();
    Ok((files, folders))
}

fn read<T: DeserializeOwned>(document: Value) -> Result<T, String> {
    serde_json::from_value(document).map_err(|e| e.to_string())
}

/// A number with a noun, `1 packet`, `25000 packets`.
pub(crate) fn plural(count: u64, one: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {one}s") }
}
