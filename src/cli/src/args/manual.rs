//! `hyper4 completions` and `hyper4 man`.

use clap_complete::Shell;

/// `hyper4 completions`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Examples:
  hyper4 completions bash > ~/.local/share/bash-completion/completions/hyper4
  hyper4 completions zsh > ~/.zfunc/_hyper4
  hyper4 completions fish > ~/.config/fish/completions/hyper4.fish")]
pub(crate) struct CompletionsArgs {
    /// For which shell.
    pub(crate) shell: Shell,
}

/// `hyper4 man`
#[derive(Debug, clap::Args)]
#[command(after_help = "\
Without --out the page of `hyper4` itself is written to standard output; with it a page for each command, too.

Examples:
  hyper4 man | man -l -
  hyper4 man --out ~/.local/share/man/man1")]
pub(crate) struct ManArgs {}
