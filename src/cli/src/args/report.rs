//! Arguments of `hyper4 report`

use std::path::PathBuf;

/// `hyper4 report`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
DIR, or a folder in it, is what verify, prove, stf, packets, fuzz, merge, mutate or bench had as --out; several of
them may have had the same.
With --out DIR the report is kept as report.json, report.html, report.md, junit.xml and report.sarif.

With --baseline, exit status 1 is a regression, and what fails as it did before is none. A regression is: a check with a
worse result than before; a new check that failed; a check that is gone; a measure that doesn't depend on time (tables per
packet, rows, mutation score) and is worse by more than half a percent.

Examples:
  hyper4 verify --out today && hyper4 prove equivalence --out today && hyper4 bench --out today
  hyper4 report today --out report
  hyper4 report today --baseline yesterday --out report --format md")]
pub(crate) struct ReportArgs {
    /// The results.
    #[arg(value_name = "DIR")]
    pub(crate) folder: PathBuf,
    /// Earlier results, or an earlier report, to hold them against.
    #[arg(long, value_name = "DIR")]
    pub(crate) baseline: Option<PathBuf>,
    /// What the report is called, a revision say; the folder's name unless told.
    #[arg(long, value_name = "TEXT")]
    pub(crate) label: Option<String>,
}
