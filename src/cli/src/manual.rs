//! `hyper4 completions` and `hyper4 man`: what clap knows of the command line, for shells and for `man`.

use clap::CommandFactory;
use hyper4_report::ExitStatus;

use crate::args::{Args, CompletionsArgs, Options};
use crate::failure::Failure;
use crate::output::{print, write_bytes};

/// Write what completes `hyper4`'s commands and options in a shell.
pub(crate) fn completions(args: &CompletionsArgs) -> Result<ExitStatus, Failure> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "hyper4", &mut script);
    print(&String::from_utf8_lossy(&script))?;
    Ok(ExitStatus::AsWished)
}

/// Write manual pages: all of them to a folder, or the first one to standard output.
pub(crate) fn man(options: &Options) -> Result<ExitStatus, Failure> {
    let mut whole = Args::command();
    whole.build();
    let Some(folder) = &options.out else {
        print(&String::from_utf8_lossy(&page(whole)?))?;
        return Ok(ExitStatus::AsWished);
    };
    std::fs::create_dir_all(folder)
        .map_err(|e| Failure::input(format!("can't make `{}`: {e}", folder.display())))?;
    for command in all(&whole) {
        let file = folder.join(format!("{}.1", command.get_name()));
        write_bytes(options, &file, &page(command)?)?;
    }
    Ok(ExitStatus::AsWished)
}

/// A command and all below it, each called as its page is: `hyper4-dpmu-serve`.
fn all(whole: &clap::Command) -> Vec<clap::Command> {
    let mut found = vec![whole.clone()];
    for below in whole.get_subcommands().filter(|below| below.get_name() != "help") {
        let name = format!("{}-{}", whole.get_name(), below.get_name());
        let full = name.replace('-', " ");
        found.extend(all(&below.clone().name(name).bin_name(full)));
    }
    found
}

fn page(command: clap::Command) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command)
        .manual("HyPer4")
        .render(&mut text)
        .map_err(|e| Failure::tool(format!("can't write a manual page: {e}")))?;
    Ok(text)
}

#[cfg(test)]
mod tests;
