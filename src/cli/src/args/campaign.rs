//! `hyper4 fuzz` and `hyper4 merge`.

use std::path::PathBuf;
use std::time::Duration;

use clap::ValueEnum;

/// `hyper4 fuzz`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Case i follows from the seed and i alone: any number of threads or shards gives the same cases, and a budget in time runs
the first ones. What is found is shrunk and kept in DIR/findings, each a subject that `hyper4 verify` shows again. Ctrl-C
stops; what is done is kept.

Examples:
  hyper4 fuzz --cases 1000 --seed 7 --out campaign
  hyper4 fuzz --time 10m --out campaign --resume
  hyper4 fuzz --cases 100000 --shard 2/8 --out shard2
  hyper4 fuzz --cases 20 --oracle bmv2 --oracle p4c --out real")]
pub(crate) struct FuzzArgs {
    /// Cases of the whole campaign, all shards together.
    #[arg(long, value_name = "N", required_unless_present_any = ["time", "case"])]
    pub(crate) cases: Option<u64>,
    /// How long to run: 90s, 10m, 8h.
    #[arg(long, value_name = "T", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// Run nothing; write that case to DIR, as a subject.
    #[arg(long, value_name = "I", conflicts_with_all = ["cases", "time", "resume"])]
    pub(crate) case: Option<u64>,
    /// Which part of the campaign to run, I of N, counted from 1.
    #[arg(long, value_name = "I/N", value_parser = shard, default_value = "1/1")]
    pub(crate) shard: (u64, u64),
    /// Go on with the campaign in DIR.
    #[arg(long)]
    pub(crate) resume: bool,
    /// Who says whether a case is well; `virtual` and `round-trip` unless told.
    #[arg(long, value_enum, value_name = "ORACLE")]
    pub(crate) oracle: Vec<OracleKind>,
    /// Packets of a case.
    #[arg(long, value_name = "N", default_value_t = 100)]
    pub(crate) packets: usize,
    /// Of a hundred programs, how many have a feature: FEATURE=PERCENT, or all=PERCENT.
    #[arg(long, value_name = "F=P")]
    pub(crate) weight: Vec<String>,
}

/// `hyper4 merge`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hyper4 merge shard1 shard2 shard3 --out campaign")]
pub(crate) struct MergeArgs {
    /// The folders of a campaign's shards.
    #[arg(required = true, value_name = "DIR")]
    pub(crate) folders: Vec<PathBuf>,
}

/// `hyper4 mutate`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Plants faults, one at a time, in the rows of guests and of the operator, in tenants' commands, in the persona's program and in
programs as an engine runs them; runs each past the checks; and counts who finds it. What nobody finds is proven to make no
difference, or is a hole in the checks. Exit status: 1 a fault survived that makes a difference, or is not known to make none.

Examples:
  hyper4 mutate --mutants 200
  hyper4 mutate p4programs/firewall --time 10m --format json
  hyper4 mutate --quick --mutants 300 --out mutation")]
pub(crate) struct MutateArgs {
    /// In what faults are planted; without one, all of p4programs/ and corpus/probes/.
    pub(crate) subjects: Vec<PathBuf>,
    /// How many faults to plant.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) mutants: usize,
    /// Begin none after that: 90s, 10m, 8h.
    #[arg(long, value_name = "T", value_parser = duration)]
    pub(crate) time: Option<Duration>,
    /// The checks of a pull request: fewer packets, and no proofs but to tell which survivors make no difference.
    #[arg(long)]
    pub(crate) quick: bool,
    /// Random packets of each subject; 2000 unless told, with --quick 400.
    #[arg(long, value_name = "N")]
    pub(crate) packets: Option<usize>,
    /// Random programs beside the subjects, as campaigns make them; 200 unless told, with --quick 40.
    #[arg(long, value_name = "N")]
    pub(crate) programs: Option<u64>,
    /// Only faults whose kind has this word in it: \"operator\", \"persona: wrong\".
    #[arg(long, value_name = "WORD")]
    pub(crate) kind: Option<String>,
    /// Seconds for the proof of one fault.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) budget: u64,
}

/// Two ways to run a case.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, ValueEnum)]
pub(crate) enum OracleKind {
    /// The program itself, and on the persona.
    Virtual,
    /// The program, and the same one printed and read again.
    RoundTrip,
    /// The program's tenant alone on a device, and beside three others that keep it busy.
    Tenants,
    /// The embedded engine, and the executor that proofs are made with.
    Symbolic,
    /// The embedded engine, and a real simple_switch: without clones, and what something undefined shows of is left out.
    Bmv2,
    /// The own front end, and a real p4c-bm2-ss.
    P4c,
}

fn duration(text: &str) -> Result<Duration, String> {
    let (number, unit) = text.split_at(text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len()));
    let seconds = match unit {
        "" | "s" => 1,
        "m" => 60,
        "h" => 3600,
        _ => return Err("a time is a number and one of s, m, h".to_owned()),
    };
    let number: u64 = number.parse().map_err(|_| "a time is a number and one of s, m, h".to_owned())?;
    number.checked_mul(seconds).map(Duration::from_secs).ok_or_else(|| "that is too long".to_owned())
}

fn shard(text: &str) -> Result<(u64, u64), String> {
    let wrong = || "a shard is I/N, with I from 1 to N".to_owned();
    let (index, count) = text.split_once('/').ok_or_else(wrong)?;
    let (index, count) = (index.parse().map_err(|_| wrong())?, count.parse().map_err(|_| wrong())?);
    if index >= 1 && index <= count { Ok((index, count)) } else { Err(wrong()) }
}
