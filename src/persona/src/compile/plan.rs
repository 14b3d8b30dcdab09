//! What is to be done for a parallel assignment: its units, and what bits start from.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::Bits;

use super::form::{Atom, Bit, Form, Terms};
use super::number::Unsupported;
use super::schedule::Machine;
use super::template::{Piece, merged};
use super::unit::{Kind, Unit};
use crate::Layout;

/// What is left to do.
pub(super) struct Plan {
    pub(super) machine: Machine,
    pub(super) units: Vec<Unit>,
    /// Bits that start from what they were, to which copies and constants are joined.
    pub(super) kept: BTreeSet<Bit>,
    /// What each bit is joined with when it is first written.
    pub(super) constants: BTreeMap<Bit, bool>,
    pub(super) parameters: BTreeMap<Bit, Vec<(usize, u32)>>,
    /// Bits written already.
    pub(super) written: BTreeSet<Bit>,
    pub(super) next_scratch: Bit,
}

impl Plan {
    /// The units of `assignments`.
    pub(super) fn new(
        assignments: &BTreeMap<Bit, Form>,
        terms: &Terms,
        place: &dyn Fn(Bit) -> Bit,
        machine: Machine,
    ) -> Result<Self, Unsupported> {
        let mut plan = Self {
            machine,
            units: Vec::new(),
            kept: BTreeSet::new(),
            constants: BTreeMap::new(),
            parameters: BTreeMap::new(),
            written: BTreeSet::new(),
            next_scratch: machine.scratch.offset,
        };
        let mut forms: BTreeMap<Bit, Form> = BTreeMap::new();
        let mut added: BTreeSet<(usize, Bit)> = BTreeSet::new();
        let mut summed: BTreeMap<(usize, Bit), u32> = BTreeMap::new();
        for (bit, form) in assignments {
            let mut rest = Form::constant(form.constant);
            for atom in &form.atoms {
                match atom {
                    Atom::Sum { id, bit: digit } => {
                        if form.atoms.len() > 1 || form.constant {
                            return Unsupported::new(
                                "a sum that an operator other than a mask is applied to: the persona adds in place",
                            );
                        }
                        let base = terms.get_sum(*id).and_then(|s| s.base.get(*digit as usize));
                        rest = base.cloned().unwrap_or_default().map_state(place);
                        added.insert((*id, start(*bit, *digit)?));
                        if !rest.of_entry() && rest.atoms.iter().any(|a| !matches!(a, Atom::State(_))) {
                            return Unsupported::new(
                                "a sum of a sum that isn't folded: the persona adds in place",
                            );
                        }
                    }
                    Atom::Checksum { id, bit: digit } => {
                        *summed.entry((*id, start(*bit, *digit)?)).or_default() |= 1 << digit;
                    }
                    _ => rest = rest.xor(&Form::atom(*atom)),
                }
            }
            forms.insert(*bit, rest);
        }
        let checksums = summed.keys().flat_map(|(_, at)| *at..at + 16).collect();
        plan.direct(&forms, &checksums)?;
        plan.additions(&added, assignments, terms)?;
        for ((id, at), digits) in summed {
            if digits != 0xffff {
                return Unsupported::new("a part of a checksum");
            }
            let read = terms.get_checksum(id).unwrap_or(&[]).iter().map(|bit| place(*bit)).collect();
            plan.units.push(Unit::new(Kind::Checksum { at }, (at..at + 16).collect(), read));
        }
        plan.split();
        Ok(plan)
    }

    /// Cut units where what must wait for what changes, so that no part waits longer than it must.
    fn split(&mut self) {
        let units = std::mem::take(&mut self.units);
        let (mut readers, mut writers) = (BTreeMap::new(), BTreeMap::new());
        for (number, unit) in units.iter().enumerate() {
            unit.read.iter().for_each(|bit| readers.entry(*bit).or_insert_with(Vec::new).push(number));
            unit.bits.iter().for_each(|bit| writers.entry(*bit).or_insert_with(Vec::new).push(number));
        }
        for unit in units {
            let mut last = None;
            let distance = match unit.kind {
                Kind::Write => None,
                Kind::Copy { distance } => Some(distance),
                Kind::Add { .. } | Kind::Checksum { .. } => {
                    self.units.push(unit);
                    continue;
                }
            };
            for bit in &unit.bits {
                let from = distance.map(|distance| (i64::from(*bit) - distance) as Bit);
                let around = (readers.get(bit), from.and_then(|from| writers.get(&from)));
                match self.units.last_mut().filter(|_| last == Some(around)) {
                    Some(part) => {
                        part.bits.insert(*bit);
                        part.read.extend(from);
                    }
                    None => {
                        let mut part = Unit { bits: BTreeSet::from([*bit]), ..unit.clone() };
                        part.read = from.into_iter().collect();
                        self.units.push(part);
                    }
                }
                last = Some(around);
            }
        }
    }

    /// Units for copies, constants and parameters. A checksum brings its own constants.
    fn direct(&mut self, forms: &BTreeMap<Bit, Form>, checksums: &BTreeSet<Bit>) -> Result<(), Unsupported> {
        let mut moves: BTreeMap<i64, BTreeSet<Bit>> = BTreeMap::new();
        let mut plain = BTreeSet::new();
        let mut of_entry = BTreeSet::new();
        for (bit, form) in forms {
            if *bit >= self.machine.state_bits {
                return Unsupported::new("a bit that has no place");
            }
            self.constants.insert(*bit, form.constant);
            let mut copied = false;
            for atom in &form.atoms {
                match atom {
                    Atom::State(from) if from == bit => {
                        self.kept.insert(*bit);
                    }
                    Atom::State(from) if *from < self.machine.state_bits => {
                        copied = true;
                        moves.entry(i64::from(*bit) - i64::from(*from)).or_default().insert(*bit);
                    }
                    Atom::Param { index, bit: digit } => {
                        self.parameters.entry(*bit).or_default().push((*index, *digit));
                        of_entry.insert(*bit);
                    }
                    _ => return Unsupported::new("a bit that has no place"),
                }
            }
            // A sum's base may be the field itself.
            let unchanged = !form.constant && form.atoms == [Atom::State(*bit)];
            if !copied && !unchanged && !of_entry.contains(bit) && !checksums.contains(bit) {
                plain.insert(*bit);
            }
        }
        for run in runs(&plain) {
            self.units.push(Unit::new(Kind::Write, run, BTreeSet::new()));
        }
        for run in runs(&of_entry) {
            let mut unit = Unit::new(Kind::Write, run, BTreeSet::new());
            unit.needs_entry = true;
            self.units.push(unit);
        }
        for (distance, bits) in moves {
            if distance.unsigned_abs() > u64::from(Layout::MAX_SHIFT) {
                return Unsupported::new(format!("a copy over {} bits", distance.abs()));
            }
            for run in runs(&bits) {
                let read = run.iter().map(|bit| (i64::from(*bit) - distance) as Bit).collect();
                self.units.push(Unit::new(Kind::Copy { distance }, run, read));
            }
        }
        Ok(())
    }

    /// Units for sums: they add in place, after their base is there.
    fn additions(
        &mut self,
        added: &BTreeSet<(usize, Bit)>,
        assignments: &BTreeMap<Bit, Form>,
        terms: &Terms,
    ) -> Result<(), Unsupported> {
        for (id, at) in added {
            let Some(sum) = terms.get_sum(*id) else { continue };
            let is_digit = |digit: u32| {
                let form = assignments.get(&(at + digit));
                form.is_some_and(|f| f.atoms == [Atom::Sum { id: *id, bit: digit }])
            };
            let width = (0..sum.base.len() as u32).take_while(|digit| is_digit(*digit)).count() as u32;
            let beyond = (width..sum.base.len() as u32).any(is_digit);
            if width == 0 || beyond {
                return Unsupported::new(
                    "a part of a sum that leaves out lower bits: the persona adds in place, and from the lowest bit on",
                );
            }
            let mut addend = Bits::zero(self.machine.state_bits);
            let mut pieces = Vec::new();
            for (form, digit) in sum.addend.iter().zip(0..width) {
                if form.constant {
                    addend = addend.or(&Bits::mask(self.machine.state_bits, at + digit, 1));
                }
                for atom in &form.atoms {
                    if let Atom::Param { index, bit } = atom {
                        pieces.push(Piece { index: *index, from: *bit, width: 1, to: at + digit });
                    }
                }
            }
            let needs_entry = !pieces.is_empty();
            let kind = Kind::Add { addend, pieces: merged(pieces), subtract: sum.subtract };
            let mut unit = Unit::new(kind, (*at..at + width).collect(), BTreeSet::new());
            unit.needs_entry = needs_entry;
            self.units.push(unit);
        }
        Ok(())
    }
}

/// Where the number begins of which `bit` is digit number `digit`.
fn start(bit: Bit, digit: u32) -> Result<Bit, Unsupported> {
    bit.checked_sub(digit).ok_or_else(|| Unsupported::because("a part of a number"))
}

/// Runs of adjacent bits.
fn runs(bits: &BTreeSet<Bit>) -> Vec<BTreeSet<Bit>> {
    let mut runs: Vec<BTreeSet<Bit>> = Vec::new();
    for bit in bits {
        let adjacent =
            |run: &&mut BTreeSet<Bit>| bit.checked_sub(1).is_some_and(|below| run.contains(&below));
        match runs.last_mut().filter(adjacent) {
            Some(run) => run.extend([*bit]),
            None => runs.push(BTreeSet::from([*bit])),
        }
    }
    runs
}
