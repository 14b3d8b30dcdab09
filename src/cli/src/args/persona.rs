//! `hyper4 persona …`

use std::path::PathBuf;

use clap::Subcommand;

/// `hyper4 persona …`
#[derive(Debug, Subcommand)]
pub(crate) enum PersonaCommand {
    /// Write a persona's P4_16 text.
    #[command(after_help = "\
Examples:
  hyper4 persona generate -o persona.p4
  hyper4 persona generate p4programs/personas/without_copies.toml -o small.p4")]
    Generate {
        /// Its size, as TOML; the standard size unless told.
        #[arg(value_name = "CONFIG.toml")]
        config: Option<PathBuf>,
        /// Where it is written; `-` is standard output.
        #[arg(short, long, value_name = "FILE.p4", default_value = "-")]
        output: PathBuf,
    },
    /// Say what a persona has: bits, slots, tables, limits; and what programs would take of it.
    #[command(after_help = "\
Examples:
  hyper4 persona info
  hyper4 persona info p4programs/firewall p4programs/fabric")]
    Info {
        /// Its size, as TOML; the standard size unless told.
        #[arg(long, value_name = "CONFIG.toml")]
        config: Option<PathBuf>,
        /// Programs or subjects' folders.
        subjects: Vec<PathBuf>,
    },
    /// Find the smallest persona on which programs run side by side.
    #[command(after_help = "\
Examples:
  hyper4 persona fit p4programs/firewall p4programs/l2_switch -o small.toml
  hyper4 persona fit prog.p4 --rows 4096")]
    Fit {
        /// Programs or subjects' folders.
        #[arg(required = true)]
        subjects: Vec<PathBuf>,
        /// Rows that each table holds, at least: room for entries that come later.
        #[arg(long, value_name = "N", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..))]
        rows: u32,
        /// Where its configuration is written; `-` is standard output.
        #[arg(short, long, value_name = "CONFIG.toml", default_value = "-")]
        output: PathBuf,
    },
}
