//! A progress bar on a terminal, nothing in a pipe.

use std::fmt::Write;
use std::io::IsTerminal;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};

use crate::args::Options;

/// A bar over `total` packets.
pub(crate) fn bar(options: &Options, total: u64) -> ProgressBar {
    let shown = !options.quiet && std::io::stderr().is_terminal();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    let template = "{msg:18!} {wide_bar} {human_pos}/{human_len} packets, {rate:>10}, {eta:>4} left";
    if let Ok(style) = ProgressStyle::with_template(template) {
        let rate = |state: &ProgressState, out: &mut dyn Write| {
            // A bar that can't be drawn is no reason to stop.
            let _ = write!(out, "{:.0}/s", state.per_sec());
        };
        bar.set_style(style.with_key("rate", rate));
    }
    bar
}
