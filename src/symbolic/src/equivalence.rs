//! Whether two subjects send the same for every packet.

mod compare;
mod counterexample;
mod sequence;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Instant;

use crate::composition::{Composition, PreparedComposition};
use crate::execute::open::assumptions;
use crate::execute::{Executor, Input, Outcome, Prepared, Start, Stop, World};
use crate::options::{Length, Options};
use crate::path::{Context, Path};
use crate::prove::{Finding, Tally, check_coverage, prove, start};
use crate::subject::{OpenEntry, Subject};
use crate::term::Side;
use crate::verdict::Verdict;

use compare::{Compared, Depends, Difference, What, compare};
use counterexample::counterexample;

/// Proves that a virtual subject does what the native one does: for every packet within the bounds, by every port, it sends
/// the same packets by the same ports, and by each port in the same order, and leaves the same in registers, counters and
/// meters, whatever these held before. So it does for any number of packets, one after the other.
///
/// What the native program reads although nothing defines it stands for any value; where an output depends on it, the two
/// are not compared and the proof says so.
pub fn prove_equivalence(native: &Subject, virtual_: &Subject, options: &Options) -> Verdict {
    let entries = native.open_entries();
    let native = Prepared::new(native);
    pairwise(virtual_, &entries, options, |context, input, (path, world)| {
        Executor::new(&native, Side::Native, context, input, options.max_paths).run_in(path, world)
    })
}

/// As [`prove_equivalence`], where the native side is several subjects joined by links.
pub fn prove_composition(native: &Composition, virtual_: &Subject, options: &Options) -> Verdict {
    let entries = native.open_entries();
    let native = PreparedComposition::new(native);
    pairwise(virtual_, &entries, options, |context, input, from| {
        native.run(context, input, options.max_paths, from)
    })
}

/// What a side does with the packets of a path.
type Run = Result<(Vec<Outcome>, BTreeSet<String>), Stop>;

fn pairwise(
    virtual_: &Subject,
    entries: &[OpenEntry],
    options: &Options,
    native: impl Fn(&mut Context, &Input, (Path, World)) -> Run + Sync,
) -> Verdict {
    let virtual_ = Prepared::new(virtual_);
    let deadline = Instant::now() + options.budget;
    prove(options, "ports 0 to 510".to_owned(), |length| {
        let sides = Sides { native: &native, virtual_: &virtual_, entries, length, options, deadline };
        sides.prove()
    })
}

/// What is compared for packets of one length.
struct Sides<'a, N> {
    native: &'a N,
    virtual_: &'a Prepared<'a>,
    entries: &'a [OpenEntry],
    length: Length,
    options: &'a Options,
    deadline: Instant,
}

/// Where two sides stand after some packets.
#[derive(Clone)]
struct Stand {
    path: Path,
    native: World,
    virtual_: World,
}

/// Why two sides may differ.
enum Cause {
    /// Because of what nothing defines.
    Undefined(Vec<String>),
    /// For a reason that may depend on what outlives packets, or not.
    Real { surroundings: bool },
}

impl<N: Fn(&mut Context, &Input, (Path, World)) -> Run> Sides<'_, N> {
    fn context(&self) -> Context {
        Context::until(self.deadline, self.options)
    }

    fn prove(&self) -> Result<Tally, Finding> {
        let mut context = self.context();
        let input = Input::new(&mut context.terms, self.length);
        let mut tally = Tally::default();
        let open = assumptions(&mut context.terms, self.entries);
        let Some(all) = start(&mut context, &input, self.length, open)? else {
            return Err(Finding::Unknown("there are no such packets and entries".to_owned()));
        };
        let mut covered = Vec::new();
        let world = World::starting(Start::Anything);
        let stand = Stand { path: all.clone(), native: world.clone(), virtual_: world };
        let (mut paths, mut transmitting, mut exceptions) = (0, 0, BTreeSet::new());
        let reads = self.pairs(&mut context, &input, stand, |context, native, virtual_| {
            covered.push(virtual_.path.conditions().to_vec());
            paths += 1;
            transmitting += usize::from(!native.sent.is_empty());
            if paths > self.options.max_paths {
                let most = self.options.max_paths;
                return Err(Finding::Unknown(format!("there are more than {most} pairs of paths")));
            }
            let Compared { differences, .. } = compare(context, virtual_.path.clone(), (native, virtual_))?;
            for difference in differences {
                match cause(&difference, (native, virtual_))? {
                    Cause::Undefined(what) => exceptions.extend(what),
                    Cause::Real { surroundings } => {
                        let outcomes = (native, virtual_);
                        return Err(self.refute(context, difference, outcomes, (&input, surroundings)));
                    }
                }
            }
            Ok(())
        })?;
        check_coverage(&mut context, &all, &covered)?;
        (tally.paths, tally.transmitting, tally.reads) = (paths, transmitting, reads);
        (tally.exceptions, tally.queries) = (exceptions, context.solver.queries);
        Ok(tally)
    }

    /// Both sides' ways with one more packet: pairs of paths that one packet can take. Says what is read on the native side
    /// although nothing defines it.
    fn pairs(
        &self,
        context: &mut Context,
        input: &Input,
        stand: Stand,
        mut each: impl FnMut(&mut Context, &Outcome, &Outcome) -> Result<(), Finding>,
    ) -> Result<BTreeSet<String>, Finding> {
        let native = (self.native)(context, input, (stand.path, stand.native));
        let (outcomes, reads) = native.map_err(|stop| whose("native", stop.0))?;
        for native in outcomes {
            // The virtual side runs on the native path: only pairs that one packet can take are met.
            let most = self.options.max_paths;
            let executor = Executor::new(self.virtual_, Side::Virtual, context, input, most);
            let virtual_ = executor.run_in(native.path.clone(), stand.virtual_.clone());
            let (outcomes, _) = virtual_.map_err(|stop| whose("virtual", stop.0))?;
            outcomes.iter().try_for_each(|virtual_| each(context, &native, virtual_))?;
        }
        Ok(reads)
    }

    /// Something that shows a difference on a switch: the packet alone; or packets from a switch's start on; or the packet
    /// after registers and meters were set; or else why there is no telling.
    fn refute(
        &self,
        context: &mut Context,
        difference: Difference,
        outcomes: (&Outcome, &Outcome),
        (input, surroundings): (&Input, bool),
    ) -> Finding {
        let meters = matches!(difference.what, What::Meters);
        let case = (std::slice::from_ref(input), self.entries, self.length);
        if !surroundings
            && !meters
            && let Some(found) = counterexample(context, &difference, outcomes, case)
        {
            return Finding::Refuted(Box::new(found));
        }
        if let Some(found) = self.sequence(Start::Fresh, self.options.horizon) {
            return Finding::Refuted(Box::new(found));
        }
        if let Some(found) = self.sequence(Start::Set, self.options.horizon) {
            return Finding::Refuted(Box::new(found));
        }
        let most = self.options.horizon;
        let what = match difference.what {
            What::Outputs(_) => "what the two sides send differs",
            What::Samples(_) => "which digests the two sides send differs",
            What::Cells(_) => "what the two sides leave in registers or counters differs",
            What::Meters => "the two sides charge meters differently",
        };
        Finding::Unknown(format!("{what}, and no {most} packets of one length were found that show it"))
    }
}

/// Whether a difference is one of two programs, or one of what nothing defines.
fn cause(difference: &Difference, (native, virtual_): (&Outcome, &Outcome)) -> Result<Cause, Finding> {
    let mut depends = Depends::path(&difference.path);
    match &difference.what {
        What::Outputs(same) => {
            depends.0.condition(same);
            depends.outputs((native, virtual_));
        }
        What::Samples(same) => {
            depends.0.condition(same);
            depends.samples((native, virtual_));
        }
        What::Cells(_) | What::Meters => {
            let accesses =
                |world: &World| world.written.iter().chain(&world.counted).cloned().collect::<Vec<_>>();
            for access in accesses(&native.world).iter().chain(&accesses(&virtual_.world)) {
                depends.0.word(&access.index);
                depends.0.word(&access.value);
            }
        }
    }
    let Depends(support) = depends;
    if let Some((_, what)) = support.undefined.iter().find(|(side, _)| *side == Side::Virtual) {
        return Err(Finding::Unknown(format!(
            "the virtual side's output depends on `{what}`, which is undefined"
        )));
    }
    if !support.undefined.is_empty() {
        return Ok(Cause::Undefined(support.undefined.into_iter().map(|(_, what)| what).collect()));
    }
    Ok(Cause::Real { surroundings: !support.surroundings.is_empty() })
}

fn whose(side: &str, reason: String) -> Finding {
    Finding::Unknown(format!("{side} side: {reason}"))
}
