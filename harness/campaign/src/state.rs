//! How far a campaign is, as it is kept in its folder.

use std::collections::BTreeMap;
use std::io::Write;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use crate::campaign::Shard;
use crate::case::CaseLimits;
use crate::finding::Finding;

/// The schema of the document that a campaign keeps and prints.
pub const FUZZ_SCHEMA: &str = "hyper4/fuzz/1";

/// The file in the campaign's folder.
const FILE: &str = "campaign.json";

/// What goes wrong with a campaign's folder.
#[derive(Debug, thiserror::Error)]
pub enum CampaignError {
    /// A file can't be written; what was there before is as it was.
    #[error("can't write `{}`: {source}", path.display())]
    Write {
        /// The file or folder.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file can't be read.
    #[error("can't read `{}`: {source}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// Why not.
        source: std::io::Error,
    },
    /// A file is no campaign's.
    #[error("`{}` is not a campaign of this version: {message}", path.display())]
    Format {
        /// The file.
        path: PathBuf,
        /// What is wrong with it.
        message: String,
    },
    /// There is a campaign already.
    #[error("`{}` has a campaign in it; go on with --resume, or name another folder", .0.display())]
    Exists(PathBuf),
    /// What is to be joined or gone on with is another campaign.
    #[error("`{}` is another campaign: its {what} differs", path.display())]
    Different {
        /// The folder.
        path: PathBuf,
        /// In what.
        what: &'static str,
    },
    /// A shard is there twice.
    #[error("shard {0} is there twice")]
    Twice(u64),
    /// Nothing is to be joined.
    #[error("no campaign is given")]
    Nothing,
}

/// What one oracle has said.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Cases on which both ways agree.
    pub agreed: u64,
    /// Packets of these that were compared.
    pub packets: u64,
    /// Trace events of these that were compared.
    pub events: u64,
    /// Cases that one of the ways refuses, by reason with its numbers left out.
    pub unsupported: BTreeMap<String, u64>,
    /// Cases that are findings.
    pub found: u64,
}

/// How often something was reached by cases on which the oracles agreed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reached {
    /// Features of programs.
    pub features: BTreeMap<String, u64>,
    /// Constructs of bmv2's JSON.
    pub constructs: BTreeMap<String, u64>,
    /// Ways through native programs, and parts of the persona; 0 of what no case reached. Cases count on which the oracles
    /// don't agree, too.
    #[serde(default)]
    pub reached: BTreeMap<String, u64>,
}

impl Reached {
    /// What could be reached, and no case has.
    pub fn unreached(&self) -> impl Iterator<Item = &str> {
        self.reached.iter().filter(|(_, count)| **count == 0).map(|(name, _)| name.as_str())
    }
}

/// How far a campaign is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CampaignState {
    /// [`FUZZ_SCHEMA`].
    pub schema: String,
    /// The seed.
    pub seed: u64,
    /// Which part of the campaign this is.
    pub shard: Shard,
    /// What cases may be.
    pub limits: CaseLimits,
    /// Who was asked.
    pub oracles: Vec<String>,
    /// All cases of this shard below this number are done.
    pub next: u64,
    /// Cases done.
    pub cases: u64,
    /// What the oracles said.
    pub tallies: BTreeMap<String, Tally>,
    /// What was found, by its first case.
    pub findings: Vec<Finding>,
    /// What was reached.
    pub coverage: Reached,
    /// Time it took, in seconds, over all runs and shards.
    pub seconds: f64,
}

impl CampaignState {
    /// A campaign that hasn't begun.
    pub fn new(seed: u64, shard: Shard, limits: CaseLimits, oracles: Vec<String>) -> Self {
        Self {
            schema: FUZZ_SCHEMA.to_owned(),
            seed,
            shard,
            limits,
            oracles,
            next: 0,
            cases: 0,
            tallies: BTreeMap::new(),
            findings: Vec::new(),
            coverage: Reached::default(),
            seconds: 0.0,
        }
    }

    /// The campaign in a folder; `None` where there is none.
    ///
    /// # Errors
    /// [`CampaignError`] when it can't be read.
    pub fn load(folder: &Path) -> Result<Option<Self>, CampaignError> {
        let path = folder.join(FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(source) => return Err(CampaignError::Read { path, source }),
        };
        match serde_json::from_str::<Self>(&text) {
            Ok(state) if state.schema == FUZZ_SCHEMA => Ok(Some(state)),
            Ok(state) => {
                Err(CampaignError::Format { path, message: format!("its schema is `{}`", state.schema) })
            }
            Err(error) => Err(CampaignError::Format { path, message: error.to_string() }),
        }
    }

    /// Keeps it in a folder, whole or not at all.
    ///
    /// # Errors
    /// [`CampaignError::Write`].
    pub fn save(&self, folder: &Path) -> Result<(), CampaignError> {
        let path = folder.join(FILE);
        std::fs::create_dir_all(folder)
            .map_err(|source| CampaignError::Write { path: folder.to_owned(), source })?;
        let text = serde_json::to_string_pretty(self)
            .map_err(|error| CampaignError::Write { path: path.clone(), source: error.into() })?;
        write_whole(&path, &(text + "\n"))
    }

    /// Whether both are parts of one campaign.
    fn fits(&self, other: &Self, folder: &Path) -> Result<(), CampaignError> {
        let different = |what| CampaignError::Different { path: folder.to_owned(), what };
        match () {
            () if self.seed != other.seed => Err(different("seed")),
            () if self.limits != other.limits => Err(different("limits")),
            () if self.oracles != other.oracles => Err(different("list of oracles")),
            () if self.shard.count != other.shard.count => Err(different("number of shards")),
            () => Ok(()),
        }
    }

    /// Whether `other` is to be gone on with as this campaign.
    ///
    /// # Errors
    /// [`CampaignError::Different`].
    pub fn same_campaign(&self, other: &Self, folder: &Path) -> Result<(), CampaignError> {
        self.fits(other, folder)?;
        match self.shard == other.shard {
            true => Ok(()),
            false => Err(CampaignError::Different { path: folder.to_owned(), what: "shard" }),
        }
    }

    /// The shards in these folders as one campaign, as one run would have left it: the folders of the findings are
    /// copied to `out`.
    ///
    /// # Errors
    /// [`CampaignError`] when they aren't parts of one campaign, or can't be read or written.
    pub fn merge(folders: &[PathBuf], out: &Path) -> Result<Self, CampaignError> {
        if out.join(FILE).exists() {
            return Err(CampaignError::Exists(out.to_owned()));
        }
        let mut merged: Option<Self> = None;
        let mut shards = Vec::new();
        let mut found: Vec<(Finding, &Path)> = Vec::new();
        for folder in folders {
            let state = Self::load(folder)?.ok_or_else(|| CampaignError::Read {
                path: folder.join(FILE),
                source: std::io::ErrorKind::NotFound.into(),
            })?;
            if shards.contains(&state.shard.index) {
                return Err(CampaignError::Twice(state.shard.index));
            }
            shards.push(state.shard.index);
            found.extend(state.findings.iter().map(|finding| (finding.clone(), folder.as_path())));
            match &mut merged {
                None => merged = Some(state),
                Some(merged) => {
                    merged.fits(&state, folder)?;
                    merged.add(&state);
                }
            }
        }
        let mut merged = merged.ok_or(CampaignError::Nothing)?;
        merged.findings.clear();
        found.sort_by_key(|(finding, _)| finding.case);
        for (finding, folder) in found {
            match merged.findings.iter_mut().find(|other| other.signature == finding.signature) {
                Some(first) => first.cases += finding.cases,
                None => {
                    copy_folder(&folder.join(&finding.folder), &out.join(&finding.folder))?;
                    merged.findings.push(finding);
                }
            }
        }
        merged.shard = Shard::default();
        merged.save(out)?;
        Ok(merged)
    }

    fn add(&mut self, other: &Self) {
        self.next = self.next.max(other.next);
        self.cases += other.cases;
        self.seconds += other.seconds;
        for (oracle, tally) in &other.tallies {
            let sum = self.tallies.entry(oracle.clone()).or_default();
            sum.agreed += tally.agreed;
            sum.packets += tally.packets;
            sum.events += tally.events;
            sum.found += tally.found;
            add_counts(&mut sum.unsupported, &tally.unsupported);
        }
        add_counts(&mut self.coverage.features, &other.coverage.features);
        add_counts(&mut self.coverage.constructs, &other.coverage.constructs);
        add_counts(&mut self.coverage.reached, &other.coverage.reached);
    }
}

fn add_counts(to: &mut BTreeMap<String, u64>, from: &BTreeMap<String, u64>) {
    for (name, count) in from {
        *to.entry(name.clone()).or_default() += count;
    }
}

fn copy_folder(from: &Path, to: &Path) -> Result<(), CampaignError> {
    let unread = |source| CampaignError::Read { path: from.to_owned(), source };
    let unwritten = |source| CampaignError::Write { path: to.to_owned(), source };
    std::fs::create_dir_all(to).map_err(unwritten)?;
    for file in std::fs::read_dir(from).map_err(unread)? {
        let file = file.map_err(unread)?;
        std::fs::copy(file.path(), to.join(file.file_name())).map_err(unwritten)?;
    }
    Ok(())
}

/// Writes a file, whole or not at all: beside it first, then in its place.
pub(crate) fn write_whole(path: &Path, text: &str) -> Result<(), CampaignError> {
    let failed = |source| CampaignError::Write { path: path.to_owned(), source };
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder).map_err(failed)?;
    file.write_all(text.as_bytes()).map_err(failed)?;
    file.as_file().sync_all().map_err(failed)?;
    file.persist(path).map_err(|error| failed(error.error))?;
    Ok(())
}
