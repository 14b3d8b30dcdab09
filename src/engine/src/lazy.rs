//! Parts of memory that most packets leave zero: wide metadata that few actions write, and elements of long stacks.
//!
//! Each part has a bit in a limb of memory, which says that something was written there since the packet came. So a new
//! packet, or a copy, needn't touch the others.

use hyper4_ir::{FieldRef, ParserOp, Place, PrimitiveKind, Program};
use rustc_hash::FxHashSet;

use crate::layout::HeaderSlot;
use crate::stacks::StackSlot;

/// Limbs of a field that is worth it.
const WIDE: u32 = 4;
/// Elements of a stack that is.
const LONG: usize = 8;

/// Some limbs of a part.
#[derive(Clone, Copy, Debug)]
struct Run {
    bit: u64,
    at: u32,
    limbs: u32,
}

/// Which limbs belong to parts.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lazy {
    /// Where the limb lies that tells which parts were written.
    written: u32,
    parts: Vec<Run>,
    /// The other limbs: where they begin, and where they end.
    others: Vec<(u32, u32)>,
}

fn range(at: u32, end: u32) -> std::ops::Range<usize> {
    at as usize..end as usize
}

impl Lazy {
    /// `written` is a limb of its own, before `limbs`, where memory of packets ends. Stacks' elements learn which part they
    /// are.
    pub(crate) fn new(
        program: &Program,
        headers: &mut [HeaderSlot],
        stacks: &[StackSlot],
        written: u32,
        limbs: u32,
    ) -> Self {
        let mut parts: Vec<Run> = Vec::new();
        let mut bits = (0..u64::BITS).map(|bit| 1u64 << bit);
        let elsewhere = written_elsewhere(program);
        for (header, slot) in headers.iter().enumerate().filter(|(_, slot)| slot.metadata) {
            for (field, slot) in (0u32..).zip(&slot.fields).filter(|(_, slot)| slot.limbs() >= WIDE) {
                let name = FieldRef { header: hyper4_ir::HeaderId(header as u32), field };
                if !elsewhere.contains(&name)
                    && let Some(bit) = bits.next()
                {
                    parts.push(Run { bit, at: slot.at, limbs: slot.limbs() });
                }
            }
        }
        for stack in stacks.iter().filter(|stack| stack.headers.len() >= LONG) {
            let elements = || stack.headers.iter().filter_map(|header| headers.get(*header));
            // The width of a field is kept in an invalid header too.
            if elements().any(|slot| slot.varbit.is_some()) || elements().any(|slot| slot.lazy.is_some()) {
                continue;
            }
            let Some(bit) = bits.next() else { continue };
            for slot in elements() {
                parts.push(Run { bit, at: slot.valid, limbs: 1 });
                parts.push(Run { bit, at: slot.at, limbs: slot.limbs });
            }
            for header in &stack.headers {
                if let Some(slot) = headers.get_mut(*header) {
                    slot.lazy = Some((written, bit));
                }
            }
        }
        parts.sort_by_key(|run| run.at);
        let mut runs: Vec<Run> = Vec::new();
        for part in parts {
            match runs.last_mut() {
                Some(run) if run.bit == part.bit && run.at + run.limbs == part.at => run.limbs += part.limbs,
                _ => runs.push(part),
            }
        }
        let mut others = Vec::new();
        let mut at = 0;
        for run in &runs {
            others.push((at, run.at));
            at = run.at + run.limbs;
        }
        others.push((at, limbs));
        others.retain(|(at, end)| at < end);
        Self { written, parts: runs, others }
    }

    /// The limb that tells what was written, and the bit of the part that a field is.
    pub(crate) fn part(&self, at: u32) -> Option<(u32, u64)> {
        self.parts.iter().find(|run| run.at == at).map(|run| (self.written, run.bit))
    }

    fn written(&self, memory: &[u64]) -> u64 {
        memory.get(self.written as usize).copied().unwrap_or(0)
    }

    /// All limbs become zero.
    pub(crate) fn reset(&self, memory: &mut [u64]) {
        let written = self.written(memory);
        for (at, end) in &self.others {
            memory.get_mut(range(*at, *end)).unwrap_or_default().fill(0);
        }
        self.clear(memory, written);
    }

    fn clear(&self, memory: &mut [u64], bits: u64) {
        if bits != 0 {
            for run in self.parts.iter().filter(|run| run.bit & bits != 0) {
                memory.get_mut(range(run.at, run.at + run.limbs)).unwrap_or_default().fill(0);
            }
        }
    }

    /// `to`, which may have held a packet before, becomes what `from` is.
    pub(crate) fn copy(&self, from: &[u64], to: &mut [u64]) {
        let (present, before) = (self.written(from), self.written(to));
        let copy = |to: &mut [u64], at, end| {
            if let (Some(from), Some(to)) = (from.get(range(at, end)), to.get_mut(range(at, end))) {
                to.copy_from_slice(from);
            }
        };
        self.others.iter().for_each(|(at, end)| copy(to, *at, *end));
        if present != 0 {
            for run in self.parts.iter().filter(|run| run.bit & present != 0) {
                copy(to, run.at, run.at + run.limbs);
            }
        }
        self.clear(to, before & !present);
    }
}

/// Fields that something else than an assignment in an action writes.
fn written_elsewhere(program: &Program) -> FxHashSet<FieldRef> {
    let mut fields = FxHashSet::default();
    let mut primitive = |kind: &PrimitiveKind, everything: bool| match kind {
        PrimitiveKind::Assign { place: Place::Field(field), .. } if everything => {
            fields.insert(*field);
        }
        PrimitiveKind::Hash { place: Place::Field(field), .. }
        | PrimitiveKind::RegisterRead { place: Place::Field(field), .. }
        | PrimitiveKind::ExecuteMeter { place: Place::Field(field), .. }
        | PrimitiveKind::Random { place: Place::Field(field), .. } => {
            fields.insert(*field);
        }
        PrimitiveKind::AssignHeader { destination, .. } => {
            let count = program.header_type(*destination).map_or(0, |kind| kind.fields.len() as u32);
            fields.extend((0..count).map(|field| FieldRef { header: *destination, field }));
        }
        _ => {}
    };
    for action in &program.actions {
        action.primitives.iter().for_each(|declared| primitive(&declared.kind, false));
    }
    program.deparser.primitives.iter().for_each(|declared| primitive(&declared.kind, false));
    let ops = || program.parser.states.iter().flat_map(|state| &state.ops);
    ops().for_each(|op| {
        if let ParserOp::Primitive(kind) = op {
            primitive(kind, true);
        }
    });
    for op in ops() {
        if let ParserOp::Set { place: Place::Field(field), .. }
        | ParserOp::SetLookahead { place: Place::Field(field), .. } = op
        {
            fields.insert(*field);
        }
    }
    fields.extend(program.field_lists.iter().flat_map(|list| &list.fields));
    fields.extend(program.checksums.iter().map(|checksum| checksum.target));
    fields
}
