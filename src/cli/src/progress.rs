//! A progress bar on a terminal, nothing in a pipe.

use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::Options;

/// A bar over `total` packets.
pub(crate) fn bar(options: &Options, total: u64) -> ProgressBar {
    let shown = !options.quiet && std::io::stderr().is_terminal();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let template = "{msg:18!} {wide_bar} {human_pos}/{human_len} packets, {per_sec:>10}, {eta:>4} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style);
    }
    bar
}
