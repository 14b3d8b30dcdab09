//! Whether two subjects send the same for every packet.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use hyper4_ir::Output;

use crate::composition::{Composition, PreparedComposition};
use crate::execute::{Executor, Input, Outcome, Prepared, Sent, Stop};
use crate::options::{Length, Options};
use crate::path::{Context, Path};
use crate::prove::{Example, Finding, Tally, check_coverage, prove, start};
use crate::subject::Subject;
use crate::term::{Cond, Side, Support, Terms};
use crate::verdict::Verdict;

/// Proves that a virtual subject sends what the native one sends: for every packet within the bounds, by every port, the
/// same packets by the same ports, and by each port in the same order.
///
/// What the native program reads although nothing defines it stands for any value; where an output depends on it, the two
/// are not compared and the proof says so.
pub fn prove_equivalence(native: &Subject, virtual_: &Subject, options: &Options) -> Verdict {
    let native = Prepared::new(native);
    pairwise(virtual_, options, |context, input, path| {
        Executor::new(&native, Side::Native, context, input, options.max_paths).run(path)
    })
}

/// As [`prove_equivalence`], where the native side is several subjects joined by links.
pub fn prove_composition(native: &Composition, virtual_: &Subject, options: &Options) -> Verdict {
    let native = PreparedComposition::new(native);
    pairwise(virtual_, options, |context, input, path| native.run(context, input, options.max_paths, path))
}

/// What a side does with the packets of a path.
type Run = Result<(Vec<Outcome>, BTreeSet<String>), Stop>;

fn pairwise(
    virtual_: &Subject,
    options: &Options,
    native: impl Fn(&mut Context, &Input, Path) -> Run + Sync,
) -> Verdict {
    let virtual_ = Prepared::new(virtual_);
    prove(options, "ports 0 to 510".to_owned(), |length| of_length(&native, &virtual_, length, options))
}

fn of_length(
    native: &impl Fn(&mut Context, &Input, Path) -> Run,
    virtual_: &Prepared<'_>,
    length: Length,
    options: &Options,
) -> Result<Tally, Finding> {
    let mut context = Context::new(options.query_timeout);
    let input = Input::new(&mut context.terms, length);
    let mut tally = Tally::default();
    let Some(all) = start(&mut context, &input, length, [])? else { return Ok(tally) };
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
            if let Some(path) = context.split(outcome.path, &same).map_err(Stop::from)?.fails {
                let sent = (native.sent.as_slice(), outcome.sent.as_slice());
                tally.exceptions.extend(difference(&mut context, path, &same, sent, &input, length)?);
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
        if a.bytes.width() != b.bytes.width() || a.tail != b.tail {
            return terms.bool(false);
        }
        equal.push(terms.equal(&a.port, &b.port));
        equal.push(terms.equal(&a.bytes, &b.bytes));
    }
    terms.all(equal)
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
    input: &Input,
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
    let example = Example::new(context, path, input, length);
    let (native, virtual_) = (example.outputs(sent.0), example.outputs(sent.1));
    Err(Finding::Refuted { packet: example.packet(), what: tell(&native, &virtual_), native, virtual_ })
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
