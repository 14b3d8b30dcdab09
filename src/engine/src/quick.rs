//! What actions do with memory alone, in few steps.

use hyper4_ir::Program;

use crate::action::Step;
use crate::calculation::{Hasher, Sum};
use crate::code::{Instruction, is_set, set};
use crate::gather::{GatherStep, gather};
use crate::layout::{FieldSlot, Layout, top_mask};

/// A step.
#[derive(Clone, Debug)]
pub(crate) enum Quick {
    /// Unless the validity at `guard` is 0.
    Gather { guard: Option<u32>, steps: Box<[GatherStep]> },
    /// The number of the port that stands for dropping goes to that limb, as far as the mask lets it, and 0 to another.
    Drop { spec: (u32, u64), group: Option<u32> },
    /// An Internet checksum modulo a number, and another added, to that limb as far as the mask lets it.
    Checksum { sum: Sum, modulus: u64, base: u64, to: (u32, u64) },
}

/// Where a field of metadata of one limb lies, and the bits that it has.
fn limb(slot: &FieldSlot) -> Option<(u32, u64)> {
    let plain = slot.valid.is_none() && slot.varbit.is_none() && !slot.signed && slot.limbs() == 1;
    plain.then(|| (slot.at, top_mask(slot.width)))
}

/// The limbs that the steps so far have made zero.
fn zeros(quick: &[Quick]) -> Vec<u32> {
    let mut zeros: Vec<u32> = Vec::new();
    let mut write = |to: u32, limbs: u32, zero: bool| {
        zeros.retain(|at| !(to..to + limbs).contains(at));
        if zero {
            zeros.extend(to..to + limbs);
        }
    };
    for step in quick {
        match step {
            Quick::Gather { guard, steps } => {
                for step in steps {
                    match *step {
                        GatherStep::Zero { to, limbs } => write(to, limbs, guard.is_none()),
                        GatherStep::Copy { to, limbs, .. } | GatherStep::Funnel { to, limbs, .. } => {
                            write(to, limbs, false);
                        }
                        GatherStep::Constant { to, .. }
                        | GatherStep::Term { to, .. }
                        | GatherStep::Xor { to, .. } => write(to, 1, false),
                    }
                }
            }
            Quick::Drop { spec: (at, _), group } => {
                write(*at, 1, false);
                group.iter().for_each(|at| write(*at, 1, false));
            }
            Quick::Checksum { to: (at, _), .. } => write(*at, 1, false),
        }
    }
    zeros
}

/// The same as steps of an action, where they do nothing else.
pub(crate) fn quick(program: &Program, layout: &Layout, steps: &[Step]) -> Option<Box<[Quick]>> {
    let mut all: Vec<Quick> = Vec::new();
    for step in steps {
        match step {
            Step::Code(code) => {
                for instruction in code {
                    let Instruction::Gather { guard, steps } = instruction else { return None };
                    match all.last_mut() {
                        Some(Quick::Gather { guard: None, steps: before }) if guard.is_none() => {
                            *before = before.iter().chain(steps).copied().collect();
                        }
                        _ => all.push(Quick::Gather { guard: *guard, steps: steps.clone() }),
                    }
                }
            }
            Step::MarkToDrop { egress_spec, group } => {
                let group = match group {
                    Some(group) => Some(limb(group)?.0),
                    None => None,
                };
                all.push(Quick::Drop { spec: limb(egress_spec)?, group });
            }
            Step::Hash { known: Some((base, modulus)), calculation, to, .. } => {
                let declared = program.calculations.get(*calculation)?;
                let hasher = Hasher::new(layout, declared.algorithm, &declared.inputs).ok()?;
                let zeros = zeros(&all);
                let sum = hasher.sum()?.clone().without(|at| zeros.contains(&at))?;
                let (modulus, base) = ((*modulus).max(1), *base);
                all.push(Quick::Checksum { sum, modulus, base, to: limb(to)? });
            }
            _ => return None,
        }
    }
    Some(all.into())
}

/// Carry steps out; `drop_port` is the port that stands for dropping.
#[inline]
pub(crate) fn run(quick: &[Quick], memory: &mut [u64], drop_port: u64) {
    for step in quick {
        match step {
            Quick::Gather { guard: None, steps } => gather(steps, memory),
            Quick::Gather { guard: Some(at), steps } => {
                if is_set(memory, *at) {
                    gather(steps, memory);
                }
            }
            Quick::Drop { spec: (at, mask), group } => {
                set(memory, *at, drop_port & mask);
                group.iter().for_each(|at| set(memory, *at, 0));
            }
            Quick::Checksum { sum, modulus, base, to: (at, mask) } => {
                let value = (sum.total(memory) % modulus).wrapping_add(*base);
                set(memory, *at, value & mask);
            }
        }
    }
}
