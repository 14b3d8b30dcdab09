//! What can be said on the command line.

use std::io::IsTerminal;
use std::num::NonZeroUsize;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};

mod bench;
mod campaign;
mod explain;
mod manual;
mod persona;
mod prove;
mod report;

pub(crate) use bench::BenchArgs;
pub(crate) use campaign::{FuzzArgs, MergeArgs, MutateArgs, OracleKind};
pub(crate) use explain::{ExplainArgs, GraphFormat};
pub(crate) use manual::{CompletionsArgs, ManArgs};
pub(crate) use persona::PersonaCommand;
pub(crate) use prove::{EquivalenceArgs, ProveCommand};
pub(crate) use report::ReportArgs;

/// Virtualize P4 programs, and prove that the virtual ones are the real ones.
///
/// A persona, itself a P4 program, emulates other P4 programs that are given to it as table rows. `hyper4 verify` runs
/// programs natively and on a persona, compares what they do, and says whether the emulation is faithful.
///
/// Exit status: 0 as wished; 1 a divergence or refutation was found; 2 bad usage or bad input; 3 something was
/// unsupported or unknown; 4 the tool itself failed.
#[derive(Debug, Parser)]
#[command(
    name = "hyper4",
    version,
    max_term_width = 100,
    after_help = "\
Examples:
  hyper4 verify
  hyper4 run p4programs/arp_proxy --virtual --trace
  hyper4 prove equivalence p4programs/firewall

`hyper4 COMMAND --help` has examples of each."
)]
pub(crate) struct Args {
    #[command(flatten)]
    pub(crate) options: Options,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// What means the same for every command.
#[derive(Clone, Debug, clap::Args)]
pub(crate) struct Options {
    /// How results are written.
    #[arg(long, value_enum, default_value_t = Format::Term, global = true)]
    pub(crate) format: Format,
    /// How many threads work; as many as there are cores unless told.
    #[arg(long, value_name = "N", global = true)]
    pub(crate) jobs: Option<NonZeroUsize>,
    /// The seed from which everything random follows.
    #[arg(long, value_name = "S", default_value_t = 1, global = true)]
    pub(crate) seed: u64,
    /// Say nothing but results and errors.
    #[arg(long, short, global = true)]
    pub(crate) quiet: bool,
    /// Whether to use colour.
    #[arg(long, value_enum, default_value_t = Colour::Auto, global = true)]
    pub(crate) color: Colour,
    /// Where programs run: in the embedded engine, or in a real simple_switch.
    #[arg(long, value_enum, default_value_t = SwitchKind::Engine, global = true)]
    pub(crate) switch: SwitchKind,
    /// The real simple_switch; found on PATH unless told.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) simple_switch: Option<PathBuf>,
    /// The persona: a configuration (.toml), or P4 text that `persona generate` made and that may have been changed (.p4).
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) persona: Option<PathBuf>,
    /// Who compiles P4 programs: the own front end, or a real p4c-bm2-ss.
    #[arg(long, value_enum, default_value_t = FrontendKind::Own, global = true)]
    pub(crate) frontend: FrontendKind,
    /// The real p4c-bm2-ss; found on PATH unless told.
    #[arg(long, value_name = "FILE", global = true)]
    pub(crate) p4c: Option<PathBuf>,
    /// Folders in which include files are looked for.
    #[arg(short = 'I', long = "include", value_name = "DIR", global = true)]
    pub(crate) include_dirs: Vec<PathBuf>,
    /// Macros for the preprocessor, NAME or NAME=VALUE.
    #[arg(short = 'D', long = "define", value_name = "MACRO", global = true)]
    pub(crate) defines: Vec<String>,
    /// Keep the results in this folder.
    #[arg(long, value_name = "DIR", global = true)]
    pub(crate) out: Option<PathBuf>,
    /// Exit with 0 where something was only unsupported or unknown.
    #[arg(long, global = true)]
    pub(crate) allow_unsupported: bool,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people.
    Term,
    /// One JSON document on standard output.
    Json,
    /// JUnit XML, of what checks subjects.
    Junit,
    /// SARIF 2.1.0, of what checks subjects.
    Sarif,
    /// Markdown that fits a comment on a pull request, of what checks subjects.
    Md,
    /// One HTML file that needs nothing else, of what checks subjects.
    Html,
}

/// The formats that every command has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Plain {
    /// For people.
    Term,
    /// One JSON document on standard output.
    Json,
}

/// Whether to use colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    /// On a terminal that can.
    Auto,
    /// Always.
    Always,
    /// Never.
    Never,
}

/// Where programs run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum SwitchKind {
    /// The embedded engine.
    Engine,
    /// A real simple_switch.
    Bmv2,
}

/// Who compiles P4 programs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FrontendKind {
    /// The own front end.
    Own,
    /// A real p4c-bm2-ss.
    P4c,
}

impl Options {
    /// The format, of those that every command has. Commands that have no others are refused others before they begin.
    pub(crate) fn plain(&self) -> Plain {
        match self.format {
            Format::Json => Plain::Json,
            _ => Plain::Term,
        }
    }

    /// Whether results on standard output are coloured.
    pub(crate) fn colour_results(&self) -> bool {
        self.colour(std::io::stdout().is_terminal())
    }

    /// Whether messages on standard error are coloured.
    pub(crate) fn colour_errors(&self) -> bool {
        self.colour(std::io::stderr().is_terminal())
    }

    fn colour(&self, terminal: bool) -> bool {
        match self.color {
            Colour::Always => true,
            Colour::Never => false,
            Colour::Auto => {
                let plain = |name| std::env::var_os(name).is_some_and(|v| !v.is_empty());
                terminal && !plain("NO_COLOR") && std::env::var("TERM").map_or(true, |t| t != "dumb")
            }
        }
    }
}

/// What to do.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Run programs natively and on a persona, and compare what they do.
    Verify(VerifyArgs),
    /// Run packets through one program.
    Run(RunArgs),
    /// Run p4c's packet tests (STF).
    Stf(StfArgs),
    /// Record what a real simple_switch does with subjects, as golden results.
    Record(RecordArgs),
    /// Compile P4_16 to bmv2 JSON.
    Compile(CompileArgs),
    /// Show how a program and its entries become rows of the persona.
    Explain(ExplainArgs),
    /// Run a program as simple_switch does, with its options and for its clients.
    #[command(
        disable_help_flag = true,
        after_help = "\
`hyper4 switch --help` lists simple_switch's options.

Examples:
  hyper4 switch -i 1@veth1 -i 2@veth2 --thrift-port 9090 prog.json
  hyper4 switch --use-files 0 -i 1@port1 -i 2@port2 --virtual prog.json"
    )]
    Switch(SwitchArgs),
    /// Make personas.
    #[command(
        subcommand,
        after_help = "\
Examples:
  hyper4 persona info p4programs/firewall
  hyper4 persona fit p4programs/firewall p4programs/l2_switch -o small.toml
  hyper4 persona generate small.toml -o small.p4"
    )]
    Persona(PersonaCommand),
    /// Share a device between tenants.
    #[command(
        subcommand,
        after_help = "\
Examples:
  hyper4 dpmu serve --config ci/controllers/dpmu.toml"
    )]
    Dpmu(crate::dpmu::DpmuCommand),
    /// Measure packets per second and tables per packet, natively and on a persona.
    Bench(BenchArgs),
    /// Find packets that reach each entry, select case and branch of a program.
    Packets(PacketsArgs),
    /// Prove with Z3 what can't be shown by trying.
    #[command(
        subcommand,
        after_help = "\
Examples:
  hyper4 prove equivalence p4programs/firewall
  hyper4 prove isolation corpus/isolation/two_l2_switches.toml"
    )]
    Prove(ProveCommand),
    /// Run a campaign of random programs, and shrink what is found.
    Fuzz(FuzzArgs),
    /// Join the shards of a campaign.
    Merge(MergeArgs),
    /// Plant faults, and count how many the checks find.
    Mutate(MutateArgs),
    /// Join what other commands found, and hold it against what they found before.
    Report(ReportArgs),
    /// Write what completes commands and options in a shell.
    Completions(CompletionsArgs),
    /// Write manual pages.
    Man(ManArgs),
}

impl Command {
    /// Whether what it finds can be written as a report: JUnit, SARIF, Markdown, HTML.
    pub(crate) fn reports(&self) -> bool {
        match self {
            Self::Verify(_)
            | Self::Stf(_)
            | Self::Prove(_)
            | Self::Fuzz(_)
            | Self::Merge(_)
            | Self::Packets(_)
            | Self::Mutate(_)
            | Self::Report(_) => true,
            Self::Bench(args) => !args.growth,
            _ => false,
        }
    }
}

/// `hyper4 verify`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
A SUBJECT is a program (.p4 or bmv2 .json), or a folder with prog.p4 or prog.json, commands.txt, and any of
stimulus.jsonl and <port>.pcap; or a folder with composition.toml. Without one, all of p4programs/ is verified.

Examples:
  hyper4 verify
  hyper4 verify p4programs/firewall --packets 1000000 --seed 7
  hyper4 verify --switch bmv2 p4programs/l2_switch --format json
  hyper4 verify p4programs/firewall --watch --persona changed.p4")]
pub(crate) struct VerifyArgs {
    /// What to verify.
    pub(crate) subjects: Vec<PathBuf>,
    /// How many packets to generate for each subject.
    #[arg(long, value_name = "N", default_value_t = 25_000)]
    pub(crate) packets: usize,
    /// Whether packets are found too that reach each entry, select case and branch, as `hyper4 packets` does.
    #[arg(long, value_name = "BOOL", default_value_t = true, action = clap::ArgAction::Set)]
    pub(crate) covering: bool,
    /// Verify again whenever a file changes that was read, and say what became better or worse; Ctrl-C ends, with the status
    /// of the last time.
    #[arg(long)]
    pub(crate) watch: bool,
}

/// `hyper4 run`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hyper4 run p4programs/l2_switch/prog.p4 --commands p4programs/l2_switch/commands.txt --packet 1:ffffffffffff0200000000010800
  hyper4 run p4programs/arp_proxy --virtual --trace --format json")]
pub(crate) struct RunArgs {
    /// A program (.p4 or bmv2 .json), or a subject's folder, which brings its own commands and packets.
    pub(crate) program: PathBuf,
    /// Commands to carry out first, in simple_switch_CLI's language.
    #[arg(long, value_name = "FILE")]
    pub(crate) commands: Option<PathBuf>,
    /// Packets and commands: a line {"port": 1, "hex": "00…"} or {"command": "table_add …"} each.
    #[arg(long, value_name = "FILE.jsonl")]
    pub(crate) stimulus: Option<PathBuf>,
    /// Packets of a port from a capture; several are merged by time stamp.
    #[arg(long, value_name = "PORT=FILE")]
    pub(crate) pcap: Vec<String>,
    /// A packet.
    #[arg(long, value_name = "PORT:HEX")]
    pub(crate) packet: Vec<String>,
    /// Run it on a persona.
    #[arg(long = "virtual")]
    pub(crate) on_persona: bool,
    /// Show what happened to each packet, as text or as JSON.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "text")]
    pub(crate) trace: Option<TraceFormat>,
}

/// How traces are shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum TraceFormat {
    /// A line an event.
    Text,
    /// In the JSON document.
    Json,
}

/// `hyper4 stf`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Unlike p4c's own runner, this one also holds a test to its check_counter, remove and no_packet.

Examples:
  hyper4 stf test.stf prog.p4
  hyper4 stf test.stf prog.json --virtual
  ls *.p4 | sed 's/\\(.*\\)\\.p4/\\1.stf \\1.p4/' | hyper4 stf --batch - --format json")]
pub(crate) struct StfArgs {
    /// The test.
    #[arg(value_name = "TEST.stf", required_unless_present = "batch", requires = "program")]
    pub(crate) test: Option<PathBuf>,
    /// The program (.p4 or bmv2 .json).
    pub(crate) program: Option<PathBuf>,
    /// Many tests: a line `TEST.stf PROGRAM` each, with a blank or a tab between; `-` is standard input.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["test", "program"])]
    pub(crate) batch: Option<PathBuf>,
    /// Run the program on a persona.
    #[arg(long = "virtual")]
    pub(crate) on_persona: bool,
    /// Seconds that a test may take, compilation included.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    pub(crate) timeout: u64,
}

/// `hyper4 record`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Beside a subject's prog.p4, or in DIR/NAME with --out DIR, it writes prog.json (what p4c makes of it), outputs.json,
traces.json, and record.json: which tools, when and how. Needs simple_switch, and p4c-bm2-ss for prog.p4.

Examples:
  hyper4 record corpus/probes/*
  hyper4 record p4programs/l2_switch --out golden")]
pub(crate) struct RecordArgs {
    /// Folders with prog.p4 or prog.json, commands.txt, and stimulus.jsonl or `<port>.pcap`.
    #[arg(required = true)]
    pub(crate) subjects: Vec<PathBuf>,
    /// Go on with the next subject when one can't be recorded.
    #[arg(long)]
    pub(crate) keep_going: bool,
}

/// `hyper4 compile`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
With neither --output nor --p4info programs are only checked. Of several programs each is compiled, whatever becomes of
the others; --output and --p4info then name folders, and --format json tells of each program what was found. A program
that is refused leaves files as they were.

Examples:
  hyper4 compile p4programs/firewall/prog.p4 -o firewall.json
  hyper4 compile prog.p4 -o prog.json --p4info prog.p4info.txtpb
  hyper4 compile prog.p4 -I include -D PORTS=16 --emit p4info
  hyper4 compile - --emit json < prog.p4
  hyper4 compile --format json samples/*.p4")]
pub(crate) struct CompileArgs {
    /// P4_16 programs; `-` is standard input.
    #[arg(required = true, value_name = "PROGRAM")]
    pub(crate) programs: Vec<PathBuf>,
    /// Where the JSON, or what --emit asks for, is written; `-` is standard output.
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Option<PathBuf>,
    /// Where P4Info is written too: in the binary format if its name ends in .bin or .pb, else as text.
    #[arg(long, value_name = "FILE")]
    pub(crate) p4info: Option<PathBuf>,
    /// What is written to --output, or to standard output without it.
    #[arg(long, value_enum)]
    pub(crate) emit: Option<Emit>,
}

/// What `hyper4 compile` makes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// The syntax tree.
    Ast,
    /// The IR.
    Ir,
    /// bmv2 JSON.
    Json,
    /// P4Info as text.
    P4info,
    /// P4_16 again, as the parser understood it.
    P4,
}

impl Emit {
    /// How a file of it is called.
    pub(crate) fn extension(self) -> &'static str {
        match self {
            Self::Ast => "ast",
            Self::Ir => "ir",
            Self::Json => "json",
            Self::P4info => "p4info.txtpb",
            Self::P4 => "p4",
        }
    }
}

/// `hyper4 packets`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
One packet for each entry, miss, action, select case and branch that packets can reach with the entries that are there, as
few packets as are found; of the rest it says why. A switch confirms what is said of each packet. With --out DIR they are
kept as DIR/stimulus.jsonl and DIR/<port>.pcap. Exit status 3: of something it is unknown whether a packet reaches it.

Examples:
  hyper4 packets p4programs/firewall
  hyper4 packets p4programs/fabric --paths --max 1000 --out fabric_packets
  hyper4 packets prog.p4 --commands commands.txt --format json")]
pub(crate) struct PacketsArgs {
    /// A program (.p4 or bmv2 .json), or a subject's folder.
    pub(crate) subject: PathBuf,
    /// Commands to carry out first, in simple_switch_CLI's language.
    #[arg(long, value_name = "FILE")]
    pub(crate) commands: Option<PathBuf>,
    /// A packet for each path instead of one for each goal.
    #[arg(long)]
    pub(crate) paths: bool,
    /// How many paths, at most.
    #[arg(long, value_name = "N", default_value_t = 1_000)]
    pub(crate) max: usize,
    /// Seconds for one question to Z3.
    #[arg(long, value_name = "SECONDS", default_value_t = 2)]
    pub(crate) timeout: u64,
    /// Seconds for all.
    #[arg(long, value_name = "SECONDS", default_value_t = 600)]
    pub(crate) time: u64,
}

/// `hyper4 switch`
#[derive(Debug, clap::Args)]
pub(crate) struct SwitchArgs {
    /// simple_switch's options and the program's JSON; `--virtual` runs it on a persona. `--help` lists them.
    #[arg(trailing_var_arg = true, allow_hyphen_values = true, value_name = "OPTION")]
    pub(crate) words: Vec<String>,
}

#[cfg(test)]
mod tests;
