//! Arguments of `hyper4 bench`

use std::path::PathBuf;

/// `hyper4 bench`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Both sides take turns on the same packets in one thread (`threads`: the program itself with --jobs threads); a real
simple_switch, where there is one, gets them in capture files. Only ratios within one run mean something.

Examples:
  hyper4 bench
  hyper4 bench p4programs/l2_switch --simple-switch /opt/bmv2-fast/bin/simple_switch --seconds 5
  hyper4 bench --control p4programs/firewall
  hyper4 bench --growth")]
pub(crate) struct BenchArgs {
    /// What to measure; without one, all of p4programs/.
    pub(crate) subjects: Vec<PathBuf>,
    /// Measure commands instead of packets: loading a guest, adding entries to few and to many.
    #[arg(long)]
    pub(crate) control: bool,
    /// Seconds for each subject on the engine.
    #[arg(long, value_name = "SECONDS", default_value_t = 2.0, value_parser = seconds)]
    pub(crate) seconds: f64,
    /// Bytes of each packet.
    #[arg(long, value_name = "N", default_value_t = 64, value_parser = clap::value_parser!(usize))]
    pub(crate) bytes: usize,
    /// How many different packets.
    #[arg(long, value_name = "N", default_value_t = 4_096)]
    pub(crate) packets: usize,
    /// How many packets a real simple_switch gets.
    #[arg(long, value_name = "N", default_value_t = 100_000)]
    pub(crate) real_packets: usize,
    /// How often it gets them with all cores, and with one; between, the engine has its turns.
    #[arg(long, value_name = "N", default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) real_turns: u32,
    /// Measure tables of the engine as their entries grow, instead of subjects.
    #[arg(long, conflicts_with = "subjects")]
    pub(crate) growth: bool,
}

fn seconds(text: &str) -> Result<f64, String> {
    match text.parse() {
        Ok(seconds) if (0.01..=86_400.0).contains(&seconds) => Ok(seconds),
        _ => Err("a number of seconds from 0.01 to 86400 is wanted".to_owned()),
    }
}
