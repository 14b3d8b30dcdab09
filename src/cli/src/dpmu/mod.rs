//! `hyper4 dpmu`

mod args;
mod client;
mod packets;
mod pipeline;
mod serve;
mod show;

use hyper4_report::ExitStatus;

pub(crate) use args::DpmuCommand;

use crate::args::Options;
use crate::failure::Failure;

/// `hyper4 dpmu …`
pub(crate) fn dpmu(options: &Options, command: &DpmuCommand) -> Result<ExitStatus, Failure> {
    match command {
        DpmuCommand::Serve { config } => serve::serve(options, config),
        DpmuCommand::Operate(asked) => client::operate(options, asked),
    }
}
