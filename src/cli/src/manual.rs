//! `hyper4 completions` and `hyper4 man`: what clap knows of the command line, for shells and for `man`.

use clap::CommandFactory;
use clap_mangen::Man;
use hyper4_report::ExitStatus;

use crate::args::{Args, CompletionsArgs, Options};
use crate::deliver::make_folder;
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
    let pages = pages();
    match &options.out {
        None => {
            if let Some(page) = pages.first() {
                print(&String::from_utf8_lossy(&text(page)?))?;
            }
        }
        Some(folder) => {
            make_folder(folder)?;
            for page in &pages {
                write_bytes(options, &folder.join(page.get_filename()), &text(page)?)?;
            }
        }
    }
    Ok(ExitStatus::AsWished)
}

/// The page of `hyper4`, then those of the commands below it, `hyper4-dpmu-serve` among them.
fn pages() -> Vec<Man> {
    fn add(command: &clap::Command, pages: &mut Vec<Man>) {
        let name = command.get_display_name().unwrap_or_else(|| command.get_name()).to_owned();
        pages.push(Man::new(command.clone()).title(name).manual("HyPer4"));
        command.get_subcommands().for_each(|below| add(below, pages));
    }
    let mut whole = Args::command().disable_help_subcommand(true);
    whole.build();
    let mut pages = Vec::new();
    add(&whole, &mut pages);
    pages
}

fn text(page: &Man) -> Result<Vec<u8>, Failure> {
    let mut text = Vec::new();
    page.render(&mut text).map_err(|e| Failure::tool(format!("can't write a manual page: {e}")))?;
    Ok(text)
}

#[cfg(test)]
mod tests;
