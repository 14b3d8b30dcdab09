//! What the proofs share: a run for each length, in parallel, and packets out of paths.

use std::collections::BTreeSet;
use std::sync::atomic::{AtomicUsize, Ordering};

use hyper4_ir::{Output, Packet};
use rayon::prelude::*;

use crate::execute::{Input, Sent, Stop};
use crate::options::{Length, Options};
use crate::path::{Context, Path};
use crate::solver::Answer;
use crate::term::{Assignment, Cond, Evaluator};
use crate::verdict::{Bounds, Proof, Refutation, Verdict};

/// What a run of one length came to, when it found nothing.
#[derive(Default)]
pub(crate) struct Tally {
    pub(crate) paths: usize,
    pub(crate) transmitting: usize,
    pub(crate) queries: usize,
    pub(crate) reads: BTreeSet<String>,
    pub(crate) exceptions: BTreeSet<String>,
}

impl Tally {
    pub(crate) fn add(&mut self, other: Self) {
        self.paths += other.paths;
        self.transmitting += other.transmitting;
        self.queries += other.queries;
        self.reads.extend(other.reads);
        self.exceptions.extend(other.exceptions);
    }
}

/// What ended a run of one length.
pub(crate) enum Finding {
    /// What shows that it doesn't hold; its bounds are set later.
    Refuted(Box<Refutation>),
    /// Why there is no answer.
    Unknown(String),
}

impl From<Stop> for Finding {
    fn from(stop: Stop) -> Self {
        Self::Unknown(stop.0)
    }
}

/// Runs every length and puts what is found together. The shortest packet that refutes wins, so the answer is the same
/// whatever the number of threads.
pub(crate) fn prove(
    options: &Options,
    ports: String,
    run: impl Fn(Length) -> Result<Tally, Finding> + Sync,
) -> Verdict {
    let bounds = Bounds { window: options.window, longest: options.longest, ports };
    let refuted = AtomicUsize::new(usize::MAX);
    let lengths = options.lengths();
    let results: Vec<(Length, Option<Result<Tally, Finding>>)> = lengths
        .par_iter()
        .enumerate()
        .map(|(index, length)| {
            if refuted.load(Ordering::Relaxed) < index {
                return (*length, None);
            }
            // Each run has a Z3 of its own, which is gone when it ends. A run that breaks down costs its length alone.
            let run = || z3::with_z3_config(&z3::Config::new(), || run(*length));
            let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(run)).unwrap_or_else(|_| {
                Err(Finding::Unknown("the prover broke down; this is a mistake of it".to_owned()))
            });
            if matches!(result, Err(Finding::Refuted(_))) {
                refuted.fetch_min(index, Ordering::Relaxed);
            }
            (*length, Some(result))
        })
        .collect();
    let mut total = Tally::default();
    let mut unknown = None;
    for (length, result) in results {
        match result {
            Some(Err(Finding::Refuted(refutation))) => {
                return Verdict::Refuted(Box::new(Refutation { bounds, ..*refutation }));
            }
            Some(Err(Finding::Unknown(reason))) => {
                unknown.get_or_insert_with(|| format!("{length}: {reason}"));
            }
            Some(Ok(tally)) => total.add(tally),
            None => {}
        }
    }
    if let Some(reason) = unknown {
        return Verdict::Unknown { reason, bounds };
    }
    Verdict::Proved(Proof {
        bounds,
        paths: total.paths,
        transmitting: total.transmitting,
        queries: total.queries,
        undefined_reads: total.reads.into_iter().collect(),
        exceptions: total.exceptions.into_iter().collect(),
    })
}

/// The path of all packets of a length for which something more holds.
pub(crate) fn start(
    context: &mut Context,
    input: &Input,
    length: Length,
    more: impl IntoIterator<Item = Cond>,
) -> Result<Option<Path>, Finding> {
    start_from(context, Context::anything(), input, length, more)
}

/// The same part of another path.
pub(crate) fn start_from(
    context: &mut Context,
    mut path: Path,
    input: &Input,
    length: Length,
    more: impl IntoIterator<Item = Cond>,
) -> Result<Option<Path>, Finding> {
    let assumptions = input.assumptions(&mut context.terms, length);
    for assumption in assumptions.into_iter().chain(more) {
        match context.restrict(path, &assumption).map_err(Stop::from)? {
            Some(restricted) => path = restricted,
            None => return Ok(None),
        }
    }
    Ok(Some(path))
}

/// Has Z3 confirm that every packet of a path is on one of others: that no branch was wrongly given up.
pub(crate) fn check_coverage(
    context: &mut Context,
    whole: &Path,
    parts: &[Vec<Cond>],
) -> Result<(), Finding> {
    let mut conditions = whole.conditions().to_vec();
    for part in parts {
        let part = context.terms.all(part.iter().cloned());
        conditions.push(part.not());
    }
    match context.solver.satisfiable(&conditions) {
        Answer::Unsatisfiable => Ok(()),
        Answer::Satisfiable(_) => {
            Err(Finding::Unknown("the executor lost a path; this is a mistake of the prover".to_owned()))
        }
        Answer::Unknown(reason) => {
            Err(Finding::Unknown(format!("Z3 can't tell whether the paths cover every packet: {reason}")))
        }
    }
}

/// A packet of a path, with what becomes of it.
pub(crate) struct Example<'a> {
    path: Path,
    input: &'a Input,
}

/// The part of a path on which a packet is short, if there is one.
pub(crate) fn shortest(context: &mut Context, path: Path, input: &Input, length: Length) -> Path {
    if let Length::Longer { window, .. } = length {
        let shortest = crate::term::Word::number(32, u64::from(window) + 1);
        let shortest = context.terms.equal(&input.length, &shortest);
        if let Ok(Some(short)) = context.restrict(path.clone(), &shortest) {
            return short;
        }
    }
    path
}

impl<'a> Example<'a> {
    /// One that is short, if it can be.
    pub(crate) fn new(context: &mut Context, path: Path, input: &'a Input, length: Length) -> Self {
        Self { path: shortest(context, path, input, length), input }
    }

    /// The path's own.
    pub(crate) fn of(path: Path, input: &'a Input) -> Self {
        Self { path, input }
    }

    /// The values of all that is unknown.
    pub(crate) fn witness(&self) -> &Assignment {
        self.path.witness()
    }

    pub(crate) fn packet(&self) -> Packet {
        let mut evaluator = Evaluator::new(self.path.witness());
        let mut bytes = evaluator.word(&self.input.head).to_be_bytes();
        bytes.extend(self.tail());
        Packet { port: evaluator.word(&self.input.port).low_u64() as u16, bytes }
    }

    /// The bytes behind the window: different ones, so that a displaced tail shows.
    fn tail(&self) -> Vec<u8> {
        let length = Evaluator::new(self.path.witness()).word(&self.input.length).low_u64() as usize;
        let head = self.input.head.width() as usize / 8;
        (head..length).map(|index| (index % 251) as u8).collect()
    }

    pub(crate) fn outputs(&self, sent: &[Sent]) -> Vec<Output> {
        let mut evaluator = Evaluator::new(self.path.witness());
        let output = |sent: &Sent| {
            let mut bytes = evaluator.word(&sent.bytes).to_be_bytes();
            if sent.tail {
                bytes.extend(self.tail());
            }
            if let Some(cut) = &sent.cut {
                bytes.truncate(usize::try_from(evaluator.word(cut).low_u64()).unwrap_or(usize::MAX));
            }
            Output { cause: Some(0), port: evaluator.word(&sent.port).low_u64() as u16, bytes }
        };
        sent.iter().map(output).collect()
    }
}
