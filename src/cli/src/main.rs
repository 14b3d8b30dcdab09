//! The command line of HyPer4: `hyper4 --help` tells what it can do.

mod args;
mod bench;
mod capture;
mod compile;
mod deliver;
mod dpmu;
mod explain;
mod failure;
mod frontend;
mod fuzz;
mod kept;
mod manual;
mod mutate;
mod output;
mod packets;
mod persona;
mod picture;
mod progress;
mod prove;
mod record;
mod report;
mod run;
mod sides;
mod stf;
mod story;
mod subject;
mod switch;
mod verify;
mod watch;

use std::path::Path;
use std::process::ExitCode;

use clap::Parser;

use hyper4_report::ExitStatus;

use crate::args::{Args, Command, Format};
use crate::failure::Failure;

/// Programs are compiled into trees of small pieces, and packets told of in others: more than a fifth of a campaign's time
/// went by in the C library's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    let words: Vec<String> = std::env::args_os().map(|word| word.to_string_lossy().into_owned()).collect();
    // As the program that it stands for, it takes that program's options alone.
    let name = words.first().map(|name| Path::new(name).file_name().unwrap_or_default().to_owned());
    if name.is_some_and(|name| name == "simple_switch") {
        return switch::switch(None, words.get(1..).unwrap_or_default());
    }
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Help and version come as errors too; they are what was wished.
            let status = if error.use_stderr() { ExitStatus::BadInput } else { ExitStatus::AsWished };
            return if error.print().is_ok() { status.into() } else { ExitStatus::ToolFailed.into() };
        }
    };
    if let Command::Switch(arguments) = &args.command {
        return switch::switch(Some(&args.options), &arguments.words);
    }
    match dispatch(&args) {
        Ok(status) => status.into(),
        Err(failure) => failure.report(&args.options),
    }
}

fn dispatch(args: &Args) -> Result<ExitStatus, Failure> {
    if let Some(jobs) = args.options.jobs {
        rayon::ThreadPoolBuilder::new()
            .num_threads(jobs.get())
            .build_global()
            .map_err(|e| Failure::tool(format!("can't start {jobs} threads: {e}")))?;
    }
    let options = &args.options;
    if !matches!(options.format, Format::Term | Format::Json) && !args.command.reports() {
        let reason = "this command checks no subjects, so that there is no such report of it";
        return Err(Failure::input(format!("{reason}; use --format term or --format json")));
    }
    match &args.command {
        Command::Verify(verify) => verify::verify(options, verify),
        Command::Run(run) => run::run(options, run),
        Command::Stf(stf) => stf::stf(options, stf),
        Command::Record(record) => record::record(options, record),
        Command::Compile(compile) => compile::compile(options, compile),
        Command::Explain(explain) => explain::explain(options, explain),
        Command::Persona(persona) => persona::persona(options, persona),
        Command::Dpmu(command) => dpmu::dpmu(options, command),
        Command::Bench(bench) => bench::bench(options, bench),
        Command::Packets(packets) => packets::packets(options, packets),
        Command::Prove(prove) => prove::prove(options, prove),
        Command::Fuzz(args) => fuzz::fuzz(options, args),
        Command::Merge(args) => fuzz::merge(options, args),
        Command::Mutate(args) => mutate::mutate(options, args),
        Command::Report(args) => report::report(options, args),
        Command::Completions(args) => manual::completions(args),
        Command::Man(_) => manual::man(options),
        // It has statuses of its own.
        Command::Switch(_) => Ok(ExitStatus::AsWished),
    }
}
