//! What was found, and how it is kept: a folder with all that is needed to see it again.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use hyper4_ir::{Stimulus, write_stimulus};
use serde::{Deserialize, Serialize};

use crate::state::{CampaignError, write_whole};

/// What findings are sorted by: those with the same are taken for one.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Signature {
    /// The oracle.
    pub oracle: String,
    /// In what its two ways differ: `bytes`, `missing`, `trace`.
    pub kind: String,
    /// The construct where they first do, numbers left out: those of random programs say nothing.
    pub construct: String,
}

impl Signature {
    /// A signature.
    pub fn new(oracle: &str, kind: &str, construct: &str) -> Self {
        let mut plain = String::new();
        for character in construct.chars().take(160) {
            match character.is_ascii_digit() {
                true if plain.ends_with('#') => {}
                true => plain.push('#'),
                false => plain.push(character),
            }
        }
        Self { oracle: oracle.to_owned(), kind: kind.to_owned(), construct: plain }
    }
}

/// A finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is sorted by.
    pub signature: Signature,
    /// The campaign's seed.
    pub seed: u64,
    /// The first case that showed it.
    pub case: u64,
    /// How many cases did.
    pub cases: u64,
    /// What a person wants to know first.
    pub description: String,
    /// The folder with the shrunk case, relative to the campaign's; the name says nothing more.
    pub folder: String,
    /// Lines of the shrunk program, empty ones left out.
    pub lines: usize,
    /// Its packets.
    pub packets: usize,
    /// Its commands.
    pub commands: usize,
    /// The version of the tool that found it.
    pub version: String,
}

impl Finding {
    /// Writes the folder, whole or not at all: `prog.p4`, `stimulus.jsonl`, `README.md`, `finding.json`.
    ///
    /// # Errors
    /// [`CampaignError`] when it can't be written.
    pub fn write(
        &self,
        campaign: &Path,
        program: &str,
        stimulus: &[Stimulus],
    ) -> Result<PathBuf, CampaignError> {
        let folder = campaign.join(&self.folder);
        let parent = folder.parent().unwrap_or(campaign);
        let failed = |path: &Path, source| CampaignError::Write { path: path.to_owned(), source };
        std::fs::create_dir_all(parent).map_err(|source| failed(parent, source))?;
        let made = tempfile::tempdir_in(parent).map_err(|source| failed(parent, source))?;
        write_whole(&made.path().join("prog.p4"), program)?;
        let steps: String = stimulus.iter().map(|step| write_stimulus(step) + "\n").collect();
        write_whole(&made.path().join("stimulus.jsonl"), &steps)?;
        write_whole(&made.path().join("README.md"), &self.readme())?;
        let json = serde_json::to_string_pretty(self).map_err(|error| failed(&folder, error.into()))?;
        write_whole(&made.path().join("finding.json"), &(json + "\n"))?;
        if folder.exists() {
            std::fs::remove_dir_all(&folder).map_err(|source| failed(&folder, source))?;
        }
        std::fs::rename(made.path(), &folder).map_err(|source| failed(&folder, source))?;
        Ok(folder)
    }

    fn readme(&self) -> String {
        let Self { signature, seed, case, cases, description, lines, packets, commands, version, .. } = self;
        let mut text = format!("# {} {}\n\n{description}\n\n", signature.oracle, signature.kind);
        let _ = writeln!(
            text,
            "Case {case} of `hyper4 fuzz --seed {seed}`, as {version} made it; {cases} cases of that campaign showed it. \
             Shrunk to {lines} lines, {commands} commands and {packets} packets.\n\n\
             `hyper4 verify` on this folder shows it again."
        );
        text
    }
}
