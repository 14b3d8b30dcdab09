//! When two sides do the same with the packets of a path, and where they don't.

use std::rc::Rc;

use hyper4_ir::Output;

use crate::execute::{Access, Kind, Outcome, Sample, Sent, Stop, World};
use crate::path::{Context, Path};
use crate::prove::Finding;
use crate::term::{Cond, Support, Terms, Word};

/// What two sides do with the packets of a path.
pub(super) struct Compared {
    /// Where they do the same, as far as it can be told.
    pub(super) same: Option<Path>,
    /// Where they don't.
    pub(super) differences: Vec<Difference>,
}

/// Packets with which two sides do different things.
pub(super) struct Difference {
    pub(super) path: Path,
    pub(super) what: What,
}

/// What differs.
pub(super) enum What {
    /// What is sent; when it would be the same.
    Outputs(Cond),
    /// Which digests are sent; when they would be the same.
    Samples(Cond),
    /// What cells of registers and counters hold behind it.
    Cells(Vec<Cell>),
    /// Which cells of meters the packet is charged to: only later packets can show it.
    Meters,
}

/// What the packets of a path depend on, and what both sides send.
pub(super) struct Depends(pub(super) Support);

impl Depends {
    /// What the conditions of a path say something of.
    pub(super) fn path(path: &Path) -> Self {
        let mut support = Support::default();
        path.conditions().iter().for_each(|condition| support.condition(condition));
        Self(support)
    }

    /// With the words of all packets that are sent: a difference in number, say, is no condition.
    pub(super) fn outputs(&mut self, (native, virtual_): (&Outcome, &Outcome)) {
        for sent in native.sent.iter().chain(&virtual_.sent) {
            self.0.word(&sent.port);
            self.0.word(&sent.bytes);
        }
    }

    /// With all digests.
    pub(super) fn samples(&mut self, (native, virtual_): (&Outcome, &Outcome)) {
        let sampled = native.world.sampled.iter().chain(&virtual_.world.sampled);
        sampled.for_each(|sample| self.0.word(&sample.joined()));
    }
}

/// A cell that a side has to do with, and what it holds behind it by either side: of a counter packets and bytes.
pub(super) struct Cell {
    pub(super) kind: Kind,
    pub(super) array: Rc<str>,
    pub(super) index: Word,
    pub(super) native: Word,
    pub(super) virtual_: Word,
}

/// Compares what is sent, and where that is the same what is left behind.
pub(super) fn compare(
    context: &mut Context,
    path: Path,
    (native, virtual_): (&Outcome, &Outcome),
) -> Result<Compared, Finding> {
    let mut differences = Vec::new();
    let same = same(&mut context.terms, &native.sent, &virtual_.sent);
    let split = context.split(path, &same).map_err(Stop::from)?;
    differences.extend(split.fails.map(|path| Difference { path, what: What::Outputs(same) }));
    let Some(path) = split.holds else { return Ok(Compared { same: None, differences }) };
    let (native, virtual_) = (&native.world, &virtual_.world);
    let same = same_samples(&mut context.terms, &native.sampled, &virtual_.sampled);
    let split = context.split(path, &same).map_err(Stop::from)?;
    differences.extend(split.fails.map(|path| Difference { path, what: What::Samples(same) }));
    let Some(path) = split.holds else { return Ok(Compared { same: None, differences }) };
    // Most often both sides do the same in the same order.
    let written = same_accesses(&mut context.terms, &native.written, &virtual_.written);
    let counted = same_accesses(&mut context.terms, &native.counted, &virtual_.counted);
    let alike = context.terms.all([written, counted]);
    let split = context.split(path, &alike).map_err(Stop::from)?;
    let Some(path) = split.fails else { return Ok(Compared { same: split.holds, differences }) };
    let cells = cells(&mut context.terms, native, virtual_);
    let equal =
        cells.iter().map(|cell| context.terms.equal(&cell.native, &cell.virtual_)).collect::<Vec<_>>();
    let equal = context.terms.all(equal);
    let held = context.split(path, &equal).map_err(Stop::from)?;
    differences.extend(held.fails.map(|path| Difference { path, what: What::Cells(cells) }));
    let Some(path) = held.holds else { return Ok(Compared { same: split.holds, differences }) };
    // What a meter does to its cell depends on the order, too.
    let meters = |world: &World| -> Vec<Access> {
        world.counted.iter().filter(|access| access.kind == Kind::Meter).cloned().collect()
    };
    let metered = same_accesses(&mut context.terms, &meters(native), &meters(virtual_));
    let metered = context.split(path, &metered).map_err(Stop::from)?;
    differences.extend(metered.fails.map(|path| Difference { path, what: What::Meters }));
    // One path is enough to go on from.
    Ok(Compared { same: split.holds.or(metered.holds), differences })
}

/// When two lists of samples are the same.
fn same_samples(terms: &mut Terms, native: &[Sample], virtual_: &[Sample]) -> Cond {
    let pairs = || native.iter().zip(virtual_).map(|(a, b)| (a, b, a.joined(), b.joined()));
    if native.len() != virtual_.len()
        || pairs().any(|(a, b, left, right)| a.name != b.name || left.width() != right.width())
    {
        return terms.bool(false);
    }
    let equal: Vec<Cond> = pairs().map(|(_, _, left, right)| terms.equal(&left, &right)).collect();
    terms.all(equal)
}

/// The cells of registers and counters that either side has to do with.
fn cells(terms: &mut Terms, native: &World, virtual_: &World) -> Vec<Cell> {
    let mut cells: Vec<Cell> = Vec::new();
    let accesses =
        [native, virtual_].into_iter().flat_map(|world| world.written.iter().chain(&world.counted));
    for Access { kind, array, index, width, .. } in accesses.filter(|access| access.kind != Kind::Meter) {
        if cells.iter().any(|cell| cell.array == *array && cell.index == *index) {
            continue;
        }
        let mut held = |world: &World| match kind {
            Kind::Register => {
                let held = world.held(terms, array, index, *width);
                terms.resize(&held, *width)
            }
            Kind::Counter | Kind::Meter => {
                let (packets, bytes) = world.count(terms, array, index);
                packets.concat(&bytes)
            }
        };
        let (native, virtual_) = (held(native), held(virtual_));
        cells.push(Cell { kind: *kind, array: Rc::clone(array), index: index.clone(), native, virtual_ });
    }
    cells
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

/// Across ports a switch has no order. Where a port isn't constant the order is kept: there is a single packet then.
fn by_port(sent: &[Sent]) -> Vec<&Sent> {
    let mut sorted: Vec<&Sent> = sent.iter().collect();
    if sent.iter().all(|sent| sent.port.as_const().is_some()) {
        sorted.sort_by_key(|sent| sent.port.as_u64());
    }
    sorted
}

/// The first difference between what two sides send.
pub(super) fn tell(native: &[Output], virtual_: &[Output]) -> String {
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
