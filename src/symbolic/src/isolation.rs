//! Whether what comes in by a slice's ports leaves by that slice's ports alone.

#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use crate::execute::{Executor, Input, Prepared, Stop};
use crate::options::{Length, Options};
use crate::path::Context;
use crate::prove::{Example, Finding, Tally, check_coverage, prove, start};
use crate::subject::Subject;
use crate::term::{Side, Terms, Word};
use crate::verdict::{Bounds, Verdict};

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

/// Proves that no packet which comes in by a port of a slice leaves by a port that isn't that slice's.
pub fn prove_isolation(device: &Subject, slices: &[Slice], options: &Options) -> Verdict {
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
            total.add(run(&prepared, slice, length, options)?);
        }
        Ok(total)
    })
}

fn run(device: &Prepared<'_>, slice: &Slice, length: Length, options: &Options) -> Result<Tally, Finding> {
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
                return Err(Finding::Refuted {
                    packet,
                    entries: Box::default(),
                    what,
                    native,
                    virtual_: Vec::new(),
                });
            }
        }
    }
    check_coverage(&mut context, &all, &covered)?;
    tally.queries = context.solver.queries;
    Ok(tally)
}

fn one_of(terms: &mut Terms, port: &Word, ports: &BTreeSet<u16>) -> crate::term::Cond {
    let equal: Vec<_> =
        ports.iter().map(|number| terms.equal(port, &Word::number(9, (*number).into()))).collect();
    terms.any(equal)
}

fn list(ports: &BTreeSet<u16>) -> String {
    ports.iter().map(u16::to_string).collect::<Vec<_>>().join(", ")
}
