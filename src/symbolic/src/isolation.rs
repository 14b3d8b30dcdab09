//! Whether what comes in by a slice's ports leaves by that slice's ports alone.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use hyper4_bits::Bits;
use hyper4_ir::{Command, CounterCommand, CounterValue, RegisterCommand, Reply};

use crate::execute::{Access, Executor, Input, Kind, Outcome, Prepared, Stop};
use crate::options::{Length, Options};
use crate::path::{Context, Path, Undecided};
use crate::prove::{Example, Finding, Tally, check_coverage, prove, start};
use crate::subject::Subject;
use crate::term::{Cond, Evaluator, Side, Terms, Word};
use crate::verdict::{Bounds, CellDifference, Refutation, Verdict};

/// A part of a device: ports that belong together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Slice {
    /// What it is called.
    pub name: String,
    /// Physical ports by which its packets come in.
    pub ingress_ports: BTreeSet<u16>,
    /// Physical ports by which they may leave.
    pub egress_ports: BTreeSet<u16>,
}

/// Cells of registers, counters or meters that a slice has for itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnCells {
    /// The slice's name.
    pub slice: String,
    /// The array.
    pub array: String,
    /// The first cell.
    pub base: u64,
    /// How many.
    pub size: u64,
}

/// Proves that no packet which comes in by a port of a slice leaves by a port that isn't that slice's.
pub fn prove_isolation(device: &Subject, slices: &[Slice], options: &Options) -> Verdict {
    apart(device, slices, None, options)
}

/// Proves that, and that no such packet changes a cell that isn't that slice's.
pub fn prove_isolation_of_cells(
    device: &Subject,
    slices: &[Slice],
    cells: &[OwnCells],
    options: &Options,
) -> Verdict {
    apart(device, slices, Some(cells), options)
}

fn apart(device: &Subject, slices: &[Slice], cells: Option<&[OwnCells]>, options: &Options) -> Verdict {
    let prepared = Prepared::new(device);
    let names =
        slices.iter().map(|slice| format!("a port of `{}` ({})", slice.name, list(&slice.ingress_ports)));
    let ports = names.collect::<Vec<_>>().join(" or ");
    let bounds = Bounds { window: options.window, longest: options.longest, ports: ports.clone() };
    if let Some(slice) = slices.iter().find(|slice| slice.ingress_ports.is_empty()) {
        let reason = format!("slice `{}` has no port by which a packet could come in", slice.name);
        return Verdict::Unknown { reason, bounds };
    }
    if slices.is_empty() {
        return Verdict::Unknown { reason: "there is no slice".to_owned(), bounds };
    }
    prove(options, ports, |length| {
        let mut total = Tally::default();
        for slice in slices {
            total.add(run(&prepared, (slice, cells), length, options)?);
        }
        Ok(total)
    })
}

fn run(
    device: &Prepared<'_>,
    (slice, cells): (&Slice, Option<&[OwnCells]>),
    length: Length,
    options: &Options,
) -> Result<Tally, Finding> {
    let mut context = Context::new(options.query_timeout);
    let input = Input::new(&mut context.terms, length);
    let mut tally = Tally::default();
    let enters = one_of(&mut context.terms, &input.port, &slice.ingress_ports);
    let Some(all) = start(&mut context, &input, length, [enters])? else {
        return Err(Finding::Unknown(format!("no packet can come in by a port of slice `{}`", slice.name)));
    };
    let executor = Executor::new(device, Side::Native, &mut context, &input, options.max_paths);
    let (outcomes, reads) = executor.run(all.clone())?;
    tally.reads.extend(reads);
    let mut covered = Vec::new();
    for outcome in outcomes {
        covered.push(outcome.path.conditions().to_vec());
        tally.paths += 1;
        tally.transmitting += usize::from(!outcome.sent.is_empty());
        for sent in &outcome.sent {
            let own = one_of(&mut context.terms, &sent.port, &slice.egress_ports);
            let split = context.split(outcome.path.clone(), &own).map_err(Stop::from)?;
            if let Some(path) = split.fails {
                let example = Example::new(&mut context, path, &input, length);
                let (packet, native) = (example.packet(), example.outputs(&outcome.sent));
                let foreign = example.outputs(std::slice::from_ref(sent));
                let foreign = foreign.first().map_or(0, |output| output.port);
                let (name, port) = (&slice.name, packet.port);
                let what = format!(
                    "it comes in by port {port} of slice `{name}` and leaves by port {foreign}, which isn't its"
                );
                return Err(Finding::Refuted(Box::new(Refutation::new(packet, what, native))));
            }
        }
        let Some(cells) = cells else { continue };
        for access in outcome.world.written.iter().chain(&outcome.world.counted) {
            if let Some(path) = beyond(&mut context, &outcome, access, (slice, cells)).map_err(Stop::from)? {
                let example = Example::new(&mut context, path, &input, length);
                return Err(Finding::Refuted(Box::new(foreign(&example, &outcome, access, slice))));
            }
        }
    }
    check_coverage(&mut context, &all, &covered)?;
    tally.queries = context.solver.queries;
    Ok(tally)
}

/// Where an access is to a cell that isn't the slice's, and if it can be seen, changes what is there.
fn beyond(
    context: &mut Context,
    outcome: &Outcome,
    access: &Access,
    (slice, cells): (&Slice, &[OwnCells]),
) -> Result<Option<Path>, Undecided> {
    let own = cells.iter().filter(|cells| cells.slice == slice.name && *cells.array == *access.array);
    let terms = &mut context.terms;
    let number = |value: u64| Word::number(64, value);
    let inside: Vec<Cond> = own
        .map(|cells| {
            let before = terms.less(&access.index, &number(cells.base));
            let below = terms.less(&access.index, &number(cells.base.saturating_add(cells.size)));
            terms.all([before.not(), below])
        })
        .collect();
    let inside = terms.any(inside);
    let Some(path) = context.split(outcome.path.clone(), &inside)?.fails else { return Ok(None) };
    let nothing = context.terms.equal(&access.value, &Word::zero(access.value.width()));
    let split = context.split(path, &nothing)?;
    Ok(split.fails.or(split.holds))
}

fn foreign(example: &Example<'_>, outcome: &Outcome, access: &Access, slice: &Slice) -> Refutation {
    let (packet, native) = (example.packet(), example.outputs(&outcome.sent));
    let mut evaluator = Evaluator::new(example.witness());
    let index = evaluator.word(&access.index).low_u64();
    let (name, port, array) = (&slice.name, packet.port, access.array.to_string());
    let (kind, cell) = match access.kind {
        Kind::Register => {
            let value = evaluator.word(&access.value).resize(access.width);
            let zero = Reply::Values(vec![Bits::zero(access.width)]);
            let command = Command::Register { register: array, command: RegisterCommand::Read { index } };
            ("register", Some((command, zero, Reply::Values(vec![value]))))
        }
        Kind::Counter => {
            let bytes = evaluator.word(&access.value).low_u64();
            let zero = Reply::Counter(CounterValue::default());
            let command = Command::Counter { counter: array, command: CounterCommand::Read { index } };
            ("counter", Some((command, zero, Reply::Counter(CounterValue { packets: 1, bytes }))))
        }
        // Nobody can read what a meter has left.
        Kind::Meter => ("meter", None),
    };
    let array = &access.array;
    let what = format!(
        "it comes in by port {port} of slice `{name}` and changes cell {index} of {kind} `{array}`, which isn't its"
    );
    let cell =
        cell.map(|(command, native, virtual_)| CellDifference { device: None, command, native, virtual_ });
    Refutation { cell, ..Refutation::new(packet, what, native) }
}

fn one_of(terms: &mut Terms, port: &Word, ports: &BTreeSet<u16>) -> crate::term::Cond {
    let equal: Vec<_> =
        ports.iter().map(|number| terms.equal(port, &Word::number(9, (*number).into()))).collect();
    terms.any(equal)
}

fn list(ports: &BTreeSet<u16>) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}
