//! `hyper4 prove …`

use std::path::PathBuf;

use clap::Subcommand;

/// `hyper4 prove equivalence`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A folder's *.stf bring entries too, as its commands.txt does.

Examples:
  hyper4 prove equivalence p4programs/firewall
  ls *.p4 | sed 's/\\(.*\\)\\.p4/\\1.stf \\1.p4/' | hyper4 prove equivalence --batch - --format json")]
pub(crate) struct EquivalenceArgs {
    /// Programs or subjects' folders; without one, all of p4programs/.
    pub(crate) subjects: Vec<PathBuf>,
    /// Many programs with the entries that packet tests give them: a line `TEST.stf PROGRAM` each, with a blank or a tab
    /// between; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with = "subjects")]
    pub(crate) batch: Option<PathBuf>,
    /// Seconds for one question to Z3.
    #[arg(long, value_name = "SECONDS", default_value_t = 10)]
    pub(crate) timeout: u64,
    /// Seconds for one subject.
    #[arg(long, value_name = "SECONDS", default_value_t = 120)]
    pub(crate) budget: u64,
    /// Megabytes of memory for one question to Z3.
    #[arg(long, value_name = "MEGABYTES", default_value_t = 1024)]
    pub(crate) memory: u32,
    /// Prove each subject in a process of its own, which is killed when it takes more megabytes of memory than that; one
    /// that crashes costs its subject alone.
    #[arg(long, value_name = "MEGABYTES")]
    pub(crate) apart: Option<u64>,
    /// Packets of the longest sequence that is looked for where the two sides differ in what outlives packets.
    #[arg(long, value_name = "PACKETS", default_value_t = 3)]
    pub(crate) horizon: u32,
    /// Prove it for whatever entries the control plane installs: each table has one with each of its actions whose key and
    /// arguments are open, instead of its own.
    #[arg(long)]
    pub(crate) symbolic_entries: bool,
}

/// `hyper4 prove …`
#[derive(Debug, Subcommand)]
pub(crate) enum ProveCommand {
    /// Prove that a program and its emulation do the same for every packet.
    Equivalence(EquivalenceArgs),
    /// Prove that no packet of one slice leaves by another's port.
    #[command(after_help = "\
Examples:
  hyper4 prove isolation corpus/isolation/two_l2_switches.toml
  hyper4 prove isolation dpmu.toml --timeout 60 --format json")]
    Isolation {
        /// A DPMU configuration with the slices.
        #[arg(required_unless_present = "faults")]
        config: Option<PathBuf>,
        /// Rows of a device's that others than its DPMU changed, to see that they are found; the file names the
        /// configuration, too.
        #[arg(long, value_name = "FILE", conflicts_with = "config")]
        faults: Option<PathBuf>,
        /// Seconds for one question to Z3.
        #[arg(long, value_name = "SECONDS", default_value_t = 10)]
        timeout: u64,
    },
}
