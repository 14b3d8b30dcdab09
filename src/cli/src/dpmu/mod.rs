//! `hyper4 dpmu`

mod packets;
mod pipeline;
mod serve;

use std::path::PathBuf;

use clap::Subcommand;
use hyper4_report::ExitStatus;

use crate::args::Options;
use crate::failure::Failure;

/// `hyper4 dpmu …`
#[derive(Debug, Subcommand)]
pub(crate) enum DpmuCommand {
    /// Serve the slices of a device: P4Runtime for each, and simple_switch's Thrift services for virtual devices.
    #[command(after_help = "\
Examples:
  hyper4 dpmu serve --config dpmu.toml
  hyper4 dpmu serve --config dpmu.toml --format json 2> log.jsonl")]
    Serve {
        /// The configuration: slices with leases, virtual devices and addresses.
        #[arg(long, value_name = "FILE.toml")]
        config: PathBuf,
    },
}

/// `hyper4 dpmu …`
pub(crate) fn dpmu(options: &Options, command: &DpmuCommand) -> Result<ExitStatus, Failure> {
    match command {
        DpmuCommand::Serve { config } => serve::serve(options, config),
    }
}
