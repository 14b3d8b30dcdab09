//! A parallel assignment as a sequence of the persona's effects.
//!
//! An effect copies by one distance towards the packet's front and by one away from it, computes one thing, or one
//! checksum. So an assignment is cut into units; a unit may write bits only when no unit that is left reads what
//! they were. What an entry's arguments give is written by the first effect, for that is the one the entry's own row
//! carries. Where all units wait for each other, one of them gets its bits by way of scratch.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::Bits;

use super::form::Bit;
use super::number::Unsupported;
use super::plan::Plan;
use super::template::{Piece, Template, merged};
use super::unit::{Compute, Function, Kind, Unit};
use crate::{Effect, Operation};

/// The effects that carry out a plan, all of which read the state as it was before the first one; at least one. What
/// arguments give is in the first one alone.
/// `begun`: it isn't the row of the lookup that carries out the first one, or that row can compute.
pub(super) fn schedule(mut plan: Plan, begun: bool) -> Result<Vec<Template>, Unsupported> {
    let mut effects = Vec::new();
    while effects.is_empty() || !plan.units.is_empty() {
        let first = effects.is_empty();
        let Some(step) = plan.best(first, begun || !first) else {
            plan.detour()?;
            continue;
        };
        if first {
            let late =
                plan.units.iter().enumerate().filter(|(i, u)| u.needs_entry && !step.units.contains(i));
            let late: Vec<usize> = late.map(|(i, _)| i).collect();
            if !late.is_empty() {
                plan.by_scratch(&late)?;
                // Scratch is free: the units that now write it fit into any first step.
                continue;
            }
        }
        effects.push(plan.emit(&step));
    }
    Ok(effects)
}

/// Units that one effect carries out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    left: Option<u32>,
    right: Option<u32>,
    units: Vec<usize>,
}

/// What must be done before, or at the same time as, a unit.
struct Waits {
    /// The units that read what it writes.
    for_reads: BTreeSet<usize>,
    /// Something must have been written before.
    not_yet: bool,
}

impl Plan {
    /// The effect that carries out most, of those that are possible.
    fn best(&self, first: bool, computes: bool) -> Option<Step> {
        let waits = self.waits();
        let distances = |towards_front: bool| -> Vec<Option<u32>> {
            let of_units = self.units.iter().filter_map(|u| u.distance(towards_front));
            let all: BTreeSet<u32> = of_units.collect();
            all.into_iter().map(Some).chain([None]).collect()
        };
        let (lefts, rights) = (distances(true), distances(false));
        let mut candidates = Vec::new();
        for left in &lefts {
            for right in &rights {
                let fits = |_: usize, u: &Unit| u.fits(*left, *right);
                candidates.push(self.possible(&waits, *left, *right, fits));
            }
        }
        for (i, unit) in self.units.iter().enumerate() {
            match unit.kind {
                Kind::Checksum { .. } => {
                    for right in &rights {
                        let fits = |j: usize, u: &Unit| j == i || u.fits(None, *right);
                        let step = self.possible(&waits, None, *right, fits);
                        candidates.extend(Some(step).filter(|s| s.units.contains(&i)));
                    }
                }
                // A sum in place needs no computing.
                Kind::Compute(ref compute) if computes || compute.adds_in_place() => {
                    let fits = |j: usize, u: &Unit| j == i || u.fits(None, None);
                    let step = self.possible(&waits, None, None, fits);
                    candidates.extend(Some(step).filter(|s| s.units.contains(&i)));
                }
                _ => {}
            }
        }
        let value = |step: &Step| {
            // A constant or parameter can go by scratch, what is computed of one can't.
            let urgent = |unit: &Unit| match unit.kind {
                _ if !first || !unit.needs_entry => 0,
                Kind::Compute(_) => self.units.len() + 1,
                _ => 1,
            };
            let units = step.units.iter().filter_map(|i| self.units.get(*i));
            (units.map(urgent).sum::<usize>(), step.units.len())
        };
        let best = candidates.into_iter().rev().max_by_key(value)?;
        let waits_for_row = !computes && self.units.iter().any(|u| matches!(u.kind, Kind::Compute(_)));
        let anything = !best.units.is_empty() || self.units.is_empty() || waits_for_row;
        anything.then_some(best)
    }

    /// What each unit waits for.
    fn waits(&self) -> Vec<Waits> {
        let mut readers: BTreeMap<Bit, Vec<usize>> = BTreeMap::new();
        let mut writers: BTreeMap<Bit, Vec<usize>> = BTreeMap::new();
        for (i, unit) in self.units.iter().enumerate() {
            for bit in &unit.read {
                readers.entry(*bit).or_default().push(i);
            }
            for bit in &unit.bits {
                writers.entry(*bit).or_default().push(i);
            }
        }
        let waits = |(i, unit): (usize, &Unit)| {
            let others = |units: &BTreeMap<Bit, Vec<usize>>, bit: &Bit| -> Vec<usize> {
                units.get(bit).into_iter().flatten().copied().filter(|j| *j != i).collect()
            };
            let unwritten = unit.bits.iter().filter(|bit| !self.written.contains(bit));
            let destroyed: BTreeSet<usize> = unwritten.flat_map(|bit| others(&readers, bit)).collect();
            let too_early = |bit: &Bit| !self.written.contains(bit) || !others(&writers, bit).is_empty();
            Waits { for_reads: destroyed, not_yet: unit.after.iter().any(too_early) }
        };
        self.units.iter().enumerate().map(waits).collect()
    }

    /// Of the units that fit into an effect, those that don't destroy what others still read.
    fn possible(
        &self,
        waits: &[Waits],
        left: Option<u32>,
        right: Option<u32>,
        fits: impl Fn(usize, &Unit) -> bool,
    ) -> Step {
        let fitting =
            self.units.iter().zip(waits).enumerate().filter(|(i, (unit, w))| !w.not_yet && fits(*i, unit));
        let mut chosen: BTreeSet<usize> = fitting.map(|(i, _)| i).collect();
        loop {
            let stays = |i: &usize| waits.get(*i).is_some_and(|w| w.for_reads.is_subset(&chosen));
            let next: BTreeSet<usize> = chosen.iter().copied().filter(stays).collect();
            if next.len() == chosen.len() {
                return Step { left, right, units: chosen.into_iter().collect() };
            }
            chosen = next;
        }
    }

    /// Every unit waits for another: let one read by way of scratch.
    fn detour(&mut self) -> Result<(), Unsupported> {
        let waiting = self.units.iter().enumerate().filter(|(_, unit)| {
            let others = self.units.iter().filter(|u| *u != *unit);
            let in_the_way =
                others.flat_map(|u| &u.bits).any(|b| !self.written.contains(b) && unit.read.contains(b));
            // What was put in scratch already doesn't get in anyone's way.
            in_the_way && matches!(unit.kind, Kind::Copy { .. }) && !unit.in_scratch && !unit.read.is_empty()
        });
        let Some((i, _)) = waiting.min_by_key(|(_, unit)| unit.bits.len()) else {
            return Unsupported::new("an assignment whose parts all wait for each other");
        };
        let unit = self.units.remove(i);
        let (Some(from), Some(to)) = (unit.read.first().copied(), unit.bits.first().copied()) else {
            return Ok(());
        };
        let width = unit.bits.len() as u32;
        let at = self.scratch.take(width)?;
        let kept: BTreeSet<Bit> = (at..at + width).collect();
        let save = Kind::Copy { distance: i64::from(at) - i64::from(from) };
        let fetch = Kind::Copy { distance: i64::from(to) - i64::from(at) };
        let mut saved = Unit::new(save, kept.clone(), unit.read);
        saved.in_scratch = true;
        self.units.push(saved);
        let mut fetched = Unit::new(fetch, unit.bits, BTreeSet::new());
        fetched.after = kept;
        self.units.push(fetched);
        Ok(())
    }

    /// Let what arguments give go to scratch first.
    fn by_scratch(&mut self, late: &[usize]) -> Result<(), Unsupported> {
        for i in late {
            let Some(unit) = self.units.get(*i).cloned() else { continue };
            if unit.kind != Kind::Write {
                return Unsupported::new("a value that is computed of a parameter, but not at once");
            }
            let width = unit.bits.len() as u32;
            let at = self.scratch.take(width)?;
            let Some(to) = unit.bits.first().copied() else { continue };
            let kept: BTreeSet<Bit> = (at..at + width).collect();
            for (scratch, bit) in kept.iter().zip(&unit.bits) {
                let given = self.parameters.remove(bit).unwrap_or_default();
                self.parameters.insert(*scratch, given);
            }
            let fetch = Kind::Copy { distance: i64::from(to) - i64::from(at) };
            let mut fetched = Unit::new(fetch, unit.bits, BTreeSet::new());
            fetched.after.clone_from(&kept);
            self.units.push(fetched);
            let mut given = Unit::new(Kind::Write, kept, BTreeSet::new());
            given.needs_entry = true;
            if let Some(slot) = self.units.get_mut(*i) {
                *slot = given;
            }
        }
        Ok(())
    }

    /// Carry out a step.
    fn emit(&mut self, step: &Step) -> Template {
        let width = self.state_bits;
        let mask = |bits: &BTreeSet<Bit>| mask(width, bits);
        let (mut cleared, mut ones) = (BTreeSet::new(), BTreeSet::new());
        let mut pieces = Vec::new();
        let (mut left_mask, mut right_mask) = (Bits::zero(width), Bits::zero(width));
        let mut special = None;
        let chosen: Vec<Unit> = step.units.iter().filter_map(|i| self.units.get(*i)).cloned().collect();
        for unit in &chosen {
            for bit in &unit.bits {
                if self.written.insert(*bit) {
                    if !self.kept.contains(bit) {
                        cleared.insert(*bit);
                    }
                    if self.constants.get(bit) == Some(&true) {
                        ones.insert(*bit);
                    }
                }
                if unit.kind == Kind::Write {
                    let given = self.parameters.get(bit).into_iter().flatten();
                    pieces.extend(given.map(|(index, from)| Piece {
                        index: *index,
                        from: *from,
                        width: 1,
                        to: *bit,
                    }));
                }
            }
            match &unit.kind {
                Kind::Copy { distance } if *distance > 0 => left_mask = left_mask.or(&mask(&unit.all_read())),
                Kind::Copy { .. } => right_mask = right_mask.or(&mask(&unit.all_read())),
                Kind::Write => {}
                Kind::Compute(_) | Kind::Checksum { .. } => special = Some(unit.clone()),
            }
        }
        let (keep, value) = (mask(&cleared).not(), mask(&ones));
        let mut index = 0;
        self.units.retain(|_| {
            index += 1;
            !step.units.contains(&(index - 1))
        });
        let left = step.left.filter(|_| !left_mask.is_zero()).unwrap_or(0);
        let right = step.right.filter(|_| !right_mask.is_zero()).unwrap_or(0);
        let mut template = Template::fixed(Effect::Commit { keep: keep.clone(), value: value.clone() });
        template.value = merged(pieces);
        match special {
            Some(Unit { kind: Kind::Compute(compute), .. }) => complete(&mut template, *compute, keep, value),
            Some(Unit { kind: Kind::Checksum { at }, read, .. }) => {
                let sum_mask = mask(&read);
                template.effect = Effect::Checksum { sum_mask, to: at, keep, value, right_mask, right };
            }
            _ if !left_mask.is_zero() || !right_mask.is_zero() => {
                template.effect = Effect::Move { keep, value, left_mask, left, right_mask, right };
            }
            _ => {}
        }
        template
    }
}

/// A word of `width` bits in which these are set. Most lie side by side, and words are wide.
fn mask(width: u32, bits: &BTreeSet<Bit>) -> Bits {
    let mut all = Bits::zero(width);
    let mut run: Option<(Bit, u32)> = None;
    for bit in bits {
        run = match run {
            Some((low, length)) if low + length == *bit => Some((low, length + 1)),
            before => {
                if let Some((low, length)) = before {
                    all = all.or(&Bits::mask(width, low, length));
                }
                Some((*bit, 1))
            }
        };
    }
    match run {
        Some((low, length)) => all.or(&Bits::mask(width, low, length)),
        None => all,
    }
}

/// A computation as an effect.
fn complete(template: &mut Template, compute: Compute, keep: Bits, value: Bits) {
    let in_place = compute.adds_in_place();
    let Compute { function, a, b, result, shift } = compute;
    let operation = match function {
        Function::Binary(operation) => operation,
        Function::Hash { algorithm, base, modulus } => {
            template.a = a.pieces;
            template.effect = Effect::Hash {
                algorithm,
                keep,
                value,
                input_mask: a.mask,
                input_shift: a.shift,
                input_value: a.value,
                base,
                modulus,
                result_mask: result,
                result_shift: shift,
            };
            return;
        }
    };
    let subtract = operation == Operation::Difference;
    template.a = a.pieces;
    if in_place {
        let addend = match subtract && b.pieces.is_empty() {
            true => Bits::zero(b.value.width()).wrapping_sub(&b.value).and(&result),
            false => b.value,
        };
        template.subtract = subtract && !b.pieces.is_empty();
        template.b = b.pieces;
        template.effect = Effect::Add { keep, value, add_mask: result, addend };
        return;
    }
    template.b = b.pieces;
    template.effect = Effect::Compute {
        operation,
        keep,
        value,
        a_mask: a.mask,
        a_value: a.value,
        b_mask: b.mask,
        b_shift: b.shift,
        b_value: b.value,
        result_mask: result,
        result_shift: shift,
    };
}
