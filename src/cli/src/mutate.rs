//! `hyper4 mutate`

mod prover;
mod show;
mod subjects;

use hyper4_mutate::{Bench, Budget, Kind};
use hyper4_report::ExitStatus;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::args::{MutateArgs, Options};
use crate::deliver::deliver;
use crate::failure::Failure;
use crate::persona;

use prover::SymbolicProver;

/// Plant faults, and count who finds them.
pub(crate) fn mutate(options: &Options, args: &MutateArgs) -> Result<ExitStatus, Failure> {
    let kinds = kinds(args)?;
    let persona = persona::load(options)?;
    let subjects = subjects::gather(options, args, &persona)?;
    let bench = Bench::new(persona.program.clone(), persona.layout.clone(), subjects)
        .map_err(|error| Failure::tool(error.to_string()))?;
    if bench.subjects() == 0 {
        let why: Vec<String> = bench.refused.iter().map(|(name, why)| format!("`{name}`: {why}")).collect();
        return Err(Failure::input(format!("the persona carries none of the subjects: {}", why.join("; "))));
    }
    let prover = SymbolicProver::new(persona, args.budget);
    let budget = Budget { mutants: args.mutants, time: args.time, proofs_count: !args.quick };
    let bar = bar(options, args.mutants as u64);
    let progress = |done: u64, survived: u64| {
        bar.set_position(done);
        bar.set_message(format!("{survived} survive"));
    };
    let score = bench.score(options.seed, &kinds, budget, Some(&prover), &progress);
    bar.finish_and_clear();
    let document = serde_json::to_value(&score).map_err(|e| Failure::tool(e.to_string()))?;
    deliver(options, "mutate.json", &document, || Ok(show::text(&score)))?;
    Ok(if score.planted == 0 {
        return Err(Failure::input("no fault could be planted: there is no place for one"));
    } else if score.survived.is_empty() {
        ExitStatus::AsWished
    } else {
        ExitStatus::Found
    })
}

fn kinds(args: &MutateArgs) -> Result<Vec<Kind>, Failure> {
    let all = Kind::all();
    let Some(word) = &args.kind else { return Ok(all) };
    let meant: Vec<Kind> =
        all.iter().copied().filter(|kind| kind.to_string().contains(word.as_str())).collect();
    if meant.is_empty() {
        let all: Vec<String> = all.iter().map(ToString::to_string).collect();
        return Err(Failure::input(format!("no kind has `{word}` in it; the kinds are {}", all.join("; "))));
    }
    Ok(meant)
}

fn bar(options: &Options, total: u64) -> ProgressBar {
    let shown = !options.quiet && console::user_attended_stderr();
    let target = if shown { ProgressDrawTarget::stderr() } else { ProgressDrawTarget::hidden() };
    let bar = ProgressBar::with_draw_target(Some(total), target);
    if let Ok(style) = ProgressStyle::with_template(
        "{wide_bar} {human_pos}/{human_len} faults, {per_sec}, {msg}, {eta} left",
    ) {
        bar.set_style(style);
    }
    bar
}
