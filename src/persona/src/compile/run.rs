//! Operands that effects can read where they lie, and the computations of them.

use std::collections::BTreeSet;

use hyper4_bits::{Bits, HashAlgorithm};

use super::form::{Atom, Bit, Form};
use super::hash::{PREFIX_BITS, prefix};
use super::node::{Computed, Node};
use super::number::Unsupported;
use super::template::{Piece, merged};
use super::unit::{Compute, Function, Kind, Operand, Unit};
use crate::{Layout, Operation};

/// A word whose bits lie side by side in the state, joined with what is known when an entry is added.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Run {
    /// Where bit 0 lies, or would lie; `None`: no bit of the state is in it.
    base: Option<i64>,
    read: BTreeSet<Bit>,
    /// Bits that are joined by a constant.
    constants: Vec<u32>,
    /// Bits that are joined by one of a parameter: bit, parameter, bit of it.
    parameters: Vec<(u32, usize, u32)>,
    width: u32,
}

/// A node's operands.
pub(super) type Runs = Vec<Run>;

impl Run {
    /// A word as a run, when it is one.
    pub(super) fn of(word: &[Form]) -> Option<Self> {
        let mut run = Self {
            base: None,
            read: BTreeSet::new(),
            constants: Vec::new(),
            parameters: Vec::new(),
            width: word.len() as u32,
        };
        for (form, i) in word.iter().zip(0u32..) {
            run.constants.extend(form.constant.then_some(i));
            let mut read = 0;
            for atom in &form.atoms {
                match atom {
                    Atom::State(bit) => {
                        let base = i64::from(*bit) - i64::from(i);
                        if *run.base.get_or_insert(base) != base {
                            return None;
                        }
                        run.read.insert(*bit);
                        read += 1;
                    }
                    Atom::Param { index, bit } => run.parameters.push((i, *index, *bit)),
                    Atom::Term { .. } => return None,
                }
            }
            if read > 1 {
                return None;
            }
        }
        Some(run)
    }

    /// As an operand whose bit 0 is to be at `at`.
    fn operand(&self, at: i64, state_bits: u32) -> Result<Operand, Unsupported> {
        let place = |i: u32| {
            let place = u32::try_from(at + i64::from(i)).ok().filter(|place| *place < state_bits);
            place.ok_or_else(|| Unsupported::because("an operand that reaches beyond the state"))
        };
        let one = |bit: u32| Bits::mask(state_bits, bit, 1);
        let mut value = Bits::zero(state_bits);
        for i in &self.constants {
            value = value.or(&one(place(*i)?));
        }
        let mut pieces = Vec::new();
        for (i, index, from) in &self.parameters {
            pieces.push(Piece { index: *index, from: *from, width: 1, to: place(*i)? });
        }
        let mask = self.read.iter().fold(Bits::zero(state_bits), |mask, bit| mask.or(&one(*bit)));
        let shift = distance(at - self.base.unwrap_or(at))?;
        Ok(Operand { mask, shift, value, pieces: merged(pieces) })
    }
}

/// Whether operand `number` of a node can be read where the run lies: the left one of two isn't shifted, and what is
/// computed must have room above it.
pub(super) fn fits(node: &Node, number: usize, run: &Run, state_bits: u32) -> bool {
    let Some(base) = run.base else { return true };
    let in_place = matches!(node.computed, Computed::Binary { .. }) && number == 0;
    !in_place || base >= 0 && base + i64::from(run.width.max(node.end())) <= i64::from(state_bits)
}

fn distance(distance: i64) -> Result<i32, Unsupported> {
    if distance.unsigned_abs() > u64::from(Layout::MAX_SHIFT) {
        return Unsupported::new(format!("a copy over {} bits", distance.abs()));
    }
    Ok(distance as i32)
}

/// A node as a unit: its operands in place, its bit 0 going to `to`.
pub(super) fn unit(node: &Node, runs: Option<&Runs>, to: i64, state_bits: u32) -> Result<Unit, Unsupported> {
    let missing = || Unsupported::because("an operand that isn't in place");
    let bits: BTreeSet<Bit> = node.wanted.iter().map(|bit| (to + i64::from(*bit)) as Bit).collect();
    if to + i64::from(node.first()) < 0 || to + i64::from(node.end()) > i64::from(state_bits) {
        return Unsupported::new("a result that reaches beyond the state");
    }
    let result = |at: i64| {
        let wanted = node.wanted.iter().map(|bit| (at + i64::from(*bit)) as Bit);
        wanted.fold(Bits::zero(state_bits), |mask, bit| mask.or(&Bits::mask(state_bits, bit, 1)))
    };
    let nothing = || Operand {
        mask: Bits::zero(state_bits),
        shift: 0,
        value: Bits::zero(state_bits),
        pieces: Vec::new(),
    };
    let compute = match (&node.computed, runs.map(Vec::as_slice)) {
        (Computed::Binary { operation, .. }, Some([a, b])) => {
            let room = i64::from(state_bits) - i64::from(a.width.max(node.end()));
            // Where there is no left operand, anywhere: best where the result goes.
            let free = |base: &i64| (0..=room).contains(base);
            let at = a.base.or_else(|| Some(to).filter(free)).or_else(|| b.base.filter(free)).unwrap_or(0);
            let b_at = match operation {
                Operation::Sum | Operation::Difference | Operation::Conjunction => at,
                Operation::Product | Operation::ShiftLeft | Operation::ShiftRight => 0,
            };
            Compute {
                function: Function::Binary(*operation),
                a: a.operand(at, state_bits)?,
                b: b.operand(b_at, state_bits)?,
                result: result(at),
                shift: distance(to - at)?,
            }
        }
        (Computed::Hash { algorithm, base, modulus, .. }, Some([input])) => {
            let bytes = (state_bits / 8) as usize;
            let no_room = || Unsupported::because("a hash of more bits than the persona's state has");
            if input.width > state_bits {
                return Err(no_room());
            }
            let prefix = prefix(*algorithm, bytes, (input.width / 8) as usize).ok_or_else(no_room)?;
            let mut a = input.operand(0, state_bits)?;
            if prefix != 0 {
                let prefix = Bits::from_u64(PREFIX_BITS, prefix.into()).resize(state_bits);
                a.value = a.value.xor(&prefix.shl(input.width as usize));
            }
            Compute {
                function: Function::Hash { algorithm: *algorithm, base: *base, modulus: *modulus },
                a,
                b: nothing(),
                result: result(0),
                shift: distance(to)?,
            }
        }
        (Computed::Checksum { read, above }, _) => {
            if *above == 0 && node.wanted.len() == 16 {
                let at = Bit::try_from(to).map_err(|_| missing())?;
                return Ok(Unit::new(Kind::Checksum { at }, bits, read.clone()));
            }
            let mask =
                read.iter().fold(Bits::zero(state_bits), |m, bit| m.or(&Bits::mask(state_bits, *bit, 1)));
            // Down to where they count, or up.
            let down = -(*above as i32);
            let falls = |shift: i32| {
                let mut moved = read.iter().map(|bit| i64::from(*bit) + i64::from(shift));
                moved.any(|bit| !(0..i64::from(state_bits)).contains(&bit))
            };
            let shift = [down, down + 16].into_iter().find(|shift| !falls(*shift));
            let shift = shift
                .ok_or_else(|| Unsupported::because("a checksum over bits at both ends of the state"))?;
            Compute {
                function: Function::Hash { algorithm: HashAlgorithm::Csum16, base: 0, modulus: u64::MAX },
                a: Operand { mask, shift, ..nothing() },
                b: nothing(),
                result: result(0),
                shift: distance(to)?,
            }
        }
        _ => return Err(missing()),
    };
    let read = match runs {
        Some(runs) if !runs.is_empty() => runs.iter().flat_map(|run| run.read.iter().copied()).collect(),
        _ => node.state_bits(),
    };
    let needs_entry = !compute.a.pieces.is_empty() || !compute.b.pieces.is_empty();
    let mut unit = Unit::new(Kind::Compute(Box::new(compute)), bits, read);
    unit.needs_entry = needs_entry;
    Ok(unit)
}
