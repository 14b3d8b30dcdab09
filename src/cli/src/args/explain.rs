//! `hyper4 explain`

use std::path::PathBuf;

use clap::ValueEnum;

/// `hyper4 explain`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hyper4 explain p4programs/arp_proxy
  hyper4 explain p4programs/arp_proxy/prog.p4 --commands p4programs/arp_proxy/commands.txt
  hyper4 explain p4programs/firewall --graph=svg > firewall.svg
  hyper4 explain p4programs/l2_switch --graph --packet 1:ffffffffffff0200000000010800 > way.dot")]
pub(crate) struct ExplainArgs {
    /// A program (.p4 or bmv2 .json), or a subject's folder.
    pub(crate) program: PathBuf,
    /// Commands to translate, in simple_switch_CLI's language.
    #[arg(long, value_name = "FILE")]
    pub(crate) commands: Option<PathBuf>,
    /// Draw parse graph and pipelines instead, with the persona's tables that hold the rows of each place.
    #[arg(long, value_enum, num_args = 0..=1, require_equals = true, default_missing_value = "dot")]
    pub(crate) graph: Option<GraphFormat>,
    /// A packet whose way through program and persona is marked.
    #[arg(long, value_name = "PORT:HEX", requires = "graph")]
    pub(crate) packet: Option<String>,
}

/// In what pictures are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum GraphFormat {
    /// Graphviz's language.
    Dot,
    /// A picture for browsers.
    Svg,
}
