//! Comparing two sides over a whole stimulus.

use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper4_switch::SwitchError;
use rayon::prelude::*;

use crate::localise::localise;
use crate::rules::Veil;
use crate::run::{Pair, Run, Stop, outcome_of};
use crate::{Counts, Failure, FailureCause, Outcome, Rules, Side, StimulusSource, SubjectResult, Which};

/// Which packets are traced.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum TraceShare {
    /// All.
    #[default]
    All,
    /// Those of every so manieth batch; the others count as hidden, and are traced when they differ.
    OneBatchIn(NonZeroU64),
}

/// How a comparison is run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Options {
    /// What is compared.
    pub rules: Rules,
    /// Which packets are traced.
    pub traced: TraceShare,
    /// Whether what a packet does may depend on earlier packets. Such a subject runs in one piece; any other is cut into
    /// chunks that run in parallel.
    pub stateful: bool,
    /// Steps of a chunk. Part of what a result depends on, unlike the number of threads.
    pub chunk: NonZeroU64,
    /// Packets that are sent at a time.
    pub batch: usize,
    /// Whether a divergence tells all that both sides did with its packet. Looking up the rows takes a while, and who
    /// only asks whether there is one has no use for it.
    pub side_by_side: bool,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            rules: Rules::default(),
            traced: TraceShare::All,
            stateful: false,
            chunk: NonZeroU64::MIN.saturating_add(4095),
            batch: 256,
            side_by_side: true,
        }
    }
}

/// How the two sides are made, each time afresh: with their program and first entries, in the same state.
pub(crate) struct Makers<'a, N, V> {
    pub(crate) native: &'a (dyn Fn() -> Result<N, SwitchError> + Sync),
    pub(crate) other: &'a (dyn Fn() -> Result<V, SwitchError> + Sync),
}

impl<N: Side, V: Side> Makers<'_, N, V> {
    /// Two fresh switches.
    pub(crate) fn pair(&self) -> Result<Pair<N, V>, Outcome> {
        let native = (self.native)().map_err(|error| outcome_of(Which::Native, None, error))?;
        let other = (self.other)().map_err(|error| outcome_of(Which::Virtual, None, error))?;
        Ok(Pair { native, other })
    }
}

/// What one chunk came to.
struct Part {
    counts: Counts,
    veil: Veil,
    stop: Option<Stop>,
}

/// Run both sides on a stimulus and compare what they do.
///
/// `native` and `virtual_side` make a side afresh, each time in the same state: with its program loaded and its first
/// commands carried out; they are called for each chunk and to replay what differs. `progress` is told how many packets
/// were compared since it was last called, by any thread.
///
/// What [`SwitchError::Unsupported`] refuses makes the subject [`Outcome::Unsupported`]; a refused first command, a
/// failing switch, and a stimulus without packets make it an [`Outcome::Error`].
pub fn compare<N: Side, V: Side>(
    name: &str,
    native: impl Fn() -> Result<N, SwitchError> + Sync,
    virtual_side: impl Fn() -> Result<V, SwitchError> + Sync,
    stimulus: &dyn StimulusSource,
    options: &Options,
    progress: &(dyn Fn(u64) + Sync),
) -> SubjectResult {
    let makers = Makers { native: &native, other: &virtual_side };
    let steps = stimulus.len();
    let chunk = if options.stateful { steps.max(1) } else { options.chunk.get() };
    let chunks = steps.div_ceil(chunk);
    // Chunks behind the lowest one that stopped can't change the result.
    let stopped = AtomicU64::new(u64::MAX);
    let run_chunk = |number: u64| -> Option<Part> {
        if number > stopped.load(Ordering::Relaxed) {
            return None;
        }
        let (begin, end) = (number * chunk, steps.min((number + 1) * chunk));
        let mut run = Run::new(options, begin);
        let done = makers.pair().and_then(|mut pair| {
            pair.prepare(&stimulus.commands_before(begin))?;
            Ok(run.steps(&mut pair, stimulus, end, progress))
        });
        let stop = done.map_err(Stop::from).and_then(|done| done).err();
        if stop.is_some() {
            stopped.fetch_min(number, Ordering::Relaxed);
        }
        Some(Part { counts: run.counts, veil: run.veil, stop })
    };
    let parts: Vec<Option<Part>> = (0..chunks).into_par_iter().map(run_chunk).collect();

    let (mut counts, mut veil, mut stop) = (Counts::default(), Veil::default(), None);
    for part in parts.into_iter().flatten() {
        counts.add(&part.counts);
        veil.merge(&part.veil);
        if part.stop.is_some() {
            stop = part.stop;
            break;
        }
    }
    let outcome = match stop {
        Some(Stop::Outcome(outcome)) => outcome,
        Some(Stop::Differs(finding)) => localise(&makers, stimulus, options, *finding),
        None if counts.packets == 0 => Outcome::Error(Failure {
            cause: FailureCause::Input,
            side: None,
            step: None,
            message: "nothing was compared: the stimulus has no packets".to_owned(),
        }),
        None => Outcome::Equal,
    };
    SubjectResult { name: name.to_owned(), outcome, counts, hidden: veil.list() }
}
