//! Whether two subjects send the same for every packet.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::time::Instant;

use hyper4_ir::Output;

use crate::composition::{Composition, PreparedComposition};
use crate::execute::open::{assumptions, values};
use crate::execute::{Access, Executor, Input, Outcome, Prepared, Sent, Stop, World};
use crate::options::{Length, Options};
use crate::path::{Context, Path};
use crate::prove::{Example, Finding, Tally, check_coverage, prove, start};
use crate::subject::{OpenEntry, Subject};
use crate::term::{Cond, Side, Support, Terms};
use crate::verdict::Verdict;

/// Proves that a virtual subject sends what the native one sends: for every packet within the bounds, by every port, the
/// same packets by the same ports, and by each port in the same order.
///
/// What the native program reads although nothing defines it stands for any value; where an output depends on it, the two
/// are not compared and the proof says so.
pub fn prove_equivalence(native: &Subject, virtual_: &Subject, options: &Options) -> Verdict {
    let entries = native.open_entries();
    let native = Prepared::new(native);
    pairwise(virtual_, &entries, options, |context, input, path| {
        Executor::new(&native, Side::Native, context, input, options.max_paths).run(path)
    })
}

/// As [`prove_equivalence`], where the native side is several subjects joined by links.
pub fn prove_composition(native: &Composition, virtual_: &Subject, options: &Options) -> Verdict {
    let native = PreparedComposition::new(native);
    pairwise(virtual_, &[], options, |context, input, path| {
        native.run(context, input, options.max_paths, path)
    })
}

/// What a side does with the packets of a path.
type Run = Result<(Vec<Outcome>, BTreeSet<String>), Stop>;

fn pairwise(
    virtual_: &Subject,
    entries: &[OpenEntry],
    options: &Options,
    native: impl Fn(&mut Context, &Input, Path) -> Run + Sync,
) -> Verdict {
    let virtual_ = Prepared::new(virtual_);
    let deadline = Instant::now() + options.budget;
    prove(options, "ports 0 to 510".to_owned(), |length| {
        let context = Context::until(deadline, options);
        of_length((&native, &virtual_, entries), length, options, context)
    })
}

fn of_length(
    (native, virtual_, entries): (&impl Fn(&mut Context, &Input, Path) -> Run, &Prepared<'_>, &[OpenEntry]),
    length: Length,
    options: &Options,
    mut context: Context,
) -> Result<Tally, Finding> {
    let input = Input::new(&mut context.terms, length);
    let mut tally = Tally::default();
    let open = assumptions(&mut context.terms, entries);
    let Some(all) = start(&mut context, &input, length, open)? else {
        return Err(Finding::Unknown("there are no such packets and entries".to_owned()));
    };
    let most = options.max_paths;
    let (outcomes, reads) =
        native(&mut context, &input, all.clone()).map_err(|stop| whose("native", stop.0))?;
    tally.reads.extend(reads);
    let mut covered = Vec::new();
    for native in outcomes {
        // The virtual side runs on the native path: only pairs that one packet can take are met.
        let executor = Executor::new(virtual_, Side::Virtual, &mut context, &input, most);
        let (outcomes, _) = executor.run(native.path).map_err(|stop| whose("virtual", stop.0))?;
        for outcome in outcomes {
            covered.push(outcome.path.conditions().to_vec());
            tally.paths += 1;
            tally.transmitting += usize::from(!native.sent.is_empty());
            if tally.paths > most {
                return Err(Finding::Unknown(format!("there are more than {most} pairs of paths")));
            }
            let same = same(&mut context.terms, &native.sent, &outcome.sent);
            let split = context.split(outcome.path, &same).map_err(Stop::from)?;
            if let Some(path) = split.fails {
                let sent = (native.sent.as_slice(), outcome.sent.as_slice());
                tally.exceptions.extend(difference(
                    &mut context,
                    path,
                    &same,
                    sent,
                    (&input, entries),
                    length,
                )?);
            }
            if let Some(path) = split.holds {
                let worlds = (&native.world, &outcome.world);
                tally.exceptions.extend(state_difference(&mut context, path, worlds)?);
            }
        }
    }
    check_coverage(&mut context, &all, &covered)?;
    tally.queries = context.solver.queries;
    Ok(tally)
}

fn whose(side: &str, reason: String) -> Finding {
    Finding::Unknown(format!("{side} side: {reason}"))
}

/// When two lists of packets are the same, port by port.
fn same(terms: &mut Terms, native: &[Sent], virtual_: &[Sent]) -> Cond {
    if native.len() != virtual_.len() {
        return terms.bool(false);
    }
    let mut equal = Vec::new();
    for (a, b) in by_port(native).into_iter().zip(by_port(virtual_)) {
        if a.bytes.width() != b.bytes.width() || a.tail != b.tail || a.cut.is_some() != b.cut.is_some() {
            return terms.bool(false);
        }
        equal.push(terms.equal(&a.port, &b.port));
        equal.push(terms.equal(&a.bytes, &b.bytes));
        if let (Some(a), Some(b)) = (&a.cut, &b.cut) {
            equal.push(terms.equal(a, b));
        }
    }
    terms.all(equal)
}

/// When two lists of accesses are the same, array by array.
fn same_accesses(terms: &mut Terms, native: &[Access], virtual_: &[Access]) -> Cond {
    let by_array = |accesses: &[Access]| {
        let mut sorted: Vec<Access> = accesses.to_vec();
        sorted.sort_by(|a, b| a.array.cmp(&b.array));
        sorted
    };
    let (native, virtual_) = (by_array(native), by_array(virtual_));
    if native.len() != virtual_.len() || native.iter().zip(&virtual_).any(|(a, b)| a.array != b.array) {
        return terms.bool(false);
    }
    let mut equal = Vec::new();
    for (a, b) in native.iter().zip(&virtual_) {
        let width = a.value.width().max(b.value.width());
        let (left, right) = (terms.resize(&a.value, width), terms.resize(&b.value, width));
        equal.push(terms.equal(&a.index, &b.index));
        equal.push(terms.equal(&left, &right));
    }
    terms.all(equal)
}

/// The undefined values that make two sides leave different state behind; that they do so otherwise isn't settled, as what
/// is written twice, say, is compared twice.
fn state_difference(
    context: &mut Context,
    path: Path,
    (native, virtual_): (&World, &World),
) -> Result<Vec<String>, Finding> {
    let written = same_accesses(&mut context.terms, &native.written, &virtual_.written);
    let counted = same_accesses(&mut context.terms, &native.counted, &virtual_.counted);
    let same = context.terms.all([written, counted]);
    let Some(path) = context.split(path, &same).map_err(Stop::from)?.fails else { return Ok(Vec::new()) };
    let mut support = Support::default();
    path.conditions().iter().for_each(|condition| support.condition(condition));
    for access in native.written.iter().chain(&native.counted) {
        support.word(&access.index);
        support.word(&access.value);
    }
    let undefined: Vec<String> = support.undefined.into_iter().map(|(_, what)| what).collect();
    if undefined.is_empty() {
        return Err(Finding::Unknown("the two sides access registers or counters differently".to_owned()));
    }
    Ok(undefined)
}

/// Across ports a switch has no order. Where a port isn't constant the order is kept: there is a single packet then.
fn by_port(sent: &[Sent]) -> Vec<&Sent> {
    let mut sorted: Vec<&Sent> = sent.iter().collect();
    if sent.iter().all(|sent| sent.port.as_const().is_some()) {
        sorted.sort_by_key(|sent| sent.port.as_u64());
    }
    sorted
}

/// A packet on which the two sides differ, or the undefined values that make them differ.
fn difference(
    context: &mut Context,
    path: Path,
    same: &Cond,
    sent: (&[Sent], &[Sent]),
    (input, entries): (&Input, &[OpenEntry]),
    length: Length,
) -> Result<Vec<String>, Finding> {
    let mut support = Support::default();
    support.condition(same);
    path.conditions().iter().for_each(|condition| support.condition(condition));
    // With all outputs' words: a difference in number, say, is no condition.
    for sent in sent.0.iter().chain(sent.1) {
        support.word(&sent.port);
        support.word(&sent.bytes);
    }
    if let Some((_, what)) = support.undefined.iter().find(|(side, _)| *side == Side::Virtual) {
        return Err(Finding::Unknown(format!(
            "the virtual side's output depends on `{what}`, which is undefined"
        )));
    }
    if !support.undefined.is_empty() {
        return Ok(support.undefined.into_iter().map(|(_, what)| what).collect());
    }
    if let Some(what) = support.surroundings.first() {
        // What outlives packets holds zeros when a switch starts: does it show then?
        return Err(Finding::Unknown(format!(
            "the two sides differ, if at all, where `{what}` has some value"
        )));
    }
    let example = Example::new(context, path, input, length);
    let (native, virtual_) = (example.outputs(sent.0), example.outputs(sent.1));
    let what = tell(&native, &virtual_);
    let entries = values(&mut context.terms, entries, example.witness()).into();
    Err(Finding::Refuted { packet: example.packet(), entries, what, native, virtual_ })
}

/// The first difference between what two sides send.
fn tell(native: &[Output], virtual_: &[Output]) -> String {
    let ports = |outputs: &[Output]| -> Vec<u16> {
        let mut ports: Vec<u16> = outputs.iter().map(|output| output.port).collect();
        ports.sort_unstable();
        ports
    };
    let sends = |ports: &[u16]| match ports {
        [] => "drops it".to_owned(),
        ports => {
            let ports: Vec<String> = ports.iter().map(u16::to_string).collect();
            format!("sends it to {}", ports.join(", "))
        }
    };
    let (native_ports, virtual_ports) = (ports(native), ports(virtual_));
    if native_ports != virtual_ports {
        return format!("native {}, virtual {}", sends(&native_ports), sends(&virtual_ports));
    }
    let sorted = |outputs: &[Output]| {
        let mut outputs = outputs.to_vec();
        outputs.sort_by_key(|output| output.port);
        outputs
    };
    for (a, b) in sorted(native).iter().zip(sorted(virtual_)) {
        if a.bytes.len() != b.bytes.len() {
            let (native, virtual_) = (a.bytes.len(), b.bytes.len());
            return format!("to port {} native sends {native} bytes, virtual {virtual_}", a.port);
        }
        if let Some((index, (x, y))) = a.bytes.iter().zip(&b.bytes).enumerate().find(|(_, (x, y))| x != y) {
            return format!("to port {} byte {index} is {x:02x} native, {y:02x} virtual", a.port);
        }
    }
    "they send the same in another order".to_owned()
}
