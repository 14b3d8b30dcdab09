//! A parallel assignment as a sequence of the persona's effects.
//!
//! An effect copies by one distance towards the packet's front and by one away from it, adds to one field, or computes
//! one checksum. So an assignment is cut into units; a unit may write bits only when no unit that is left reads what
//! they were. What an entry's arguments give is written by the first effect, for that is the one the entry's own row
//! carries. Where all units wait for each other, one of them gets its bits by way of scratch.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::Bits;

use super::form::{Bit, Form, Terms};
use super::number::Unsupported;
use super::plan::Plan;
use super::template::{Piece, Template, merged};
use super::unit::{Kind, Unit};
use crate::{BitRange, Effect};

/// The state's width, and where scratch is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    pub(super) state_bits: u32,
    pub(super) scratch: BitRange,
}

/// The effects that carry out `assignments`, all of which read the state as it was before the first one; at least one.
/// Bits are places. `sums` and checksums in `terms` are told by `place`.
pub(super) fn schedule(
    assignments: &BTreeMap<Bit, Form>,
    terms: &Terms,
    place: &dyn Fn(Bit) -> Bit,
    machine: Machine,
) -> Result<Vec<Template>, Unsupported> {
    let mut plan = Plan::new(assignments, terms, place, machine)?;
    let mut effects = Vec::new();
    while effects.is_empty() || !plan.units.is_empty() {
        let first = effects.is_empty();
        let Some(step) = plan.best(first) else {
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
    fn best(&self, first: bool) -> Option<Step> {
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
                let fits = |u: &Unit| u.fits(*left, *right);
                candidates.push(self.possible(&waits, *left, *right, fits));
            }
        }
        for (i, unit) in self.units.iter().enumerate() {
            match unit.kind {
                Kind::Checksum { .. } => {
                    for right in &rights {
                        let fits = |u: &Unit| u.kind == unit.kind || u.fits(None, *right);
                        let step = self.possible(&waits, None, *right, fits);
                        candidates.extend(Some(step).filter(|s| s.units.contains(&i)));
                    }
                }
                Kind::Add { .. } => {
                    let fits = |u: &Unit| (u.kind == unit.kind && u.bits == unit.bits) || u.fits(None, None);
                    let step = self.possible(&waits, None, None, fits);
                    candidates.extend(Some(step).filter(|s| s.units.contains(&i)));
                }
                _ => {}
            }
        }
        let value = |step: &Step| {
            // A constant or parameter can go by scratch, a sum can't.
            let urgent = |unit: &Unit| match unit.kind {
                _ if !first || !unit.needs_entry => 0,
                Kind::Add { .. } => self.units.len() + 1,
                _ => 1,
            };
            let units = step.units.iter().filter_map(|i| self.units.get(*i));
            (units.map(urgent).sum::<usize>(), step.units.len())
        };
        let best = candidates.into_iter().rev().max_by_key(value)?;
        let anything = !best.units.is_empty() || self.units.is_empty();
        anything.then_some(best)
    }

    /// What each unit waits for.
    fn waits(&self) -> Vec<Waits> {
        let mut readers: BTreeMap<Bit, Vec<usize>> = BTreeMap::new();
        let mut writers: BTreeMap<Bit, Vec<usize>> = BTreeMap::new();
        for (i, unit) in self.units.iter().enumerate() {
            for bit in unit.read.iter().filter(|bit| unit.reads(**bit)) {
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
            // A sum needs its base, all of it, before.
            let base_missing = matches!(unit.kind, Kind::Add { .. })
                && unit.bits.iter().any(|bit| !others(&writers, bit).is_empty());
            let too_early = unit.after.iter().any(|bit| !self.written.contains(bit));
            Waits { for_reads: destroyed, not_yet: base_missing || too_early }
        };
        self.units.iter().enumerate().map(waits).collect()
    }

    /// Of the units that fit into an effect, those that don't destroy what others still read.
    fn possible(
        &self,
        waits: &[Waits],
        left: Option<u32>,
        right: Option<u32>,
        fits: impl Fn(&Unit) -> bool,
    ) -> Step {
        let fitting =
            self.units.iter().zip(waits).enumerate().filter(|(_, (unit, w))| !w.not_yet && fits(unit));
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

    /// Bits of scratch that nothing was put in yet.
    fn take_scratch(&mut self, width: u32) -> Result<Bit, Unsupported> {
        let at = self.next_scratch;
        let free = self.machine.scratch.end().saturating_sub(at);
        if width > free {
            return Unsupported::new(format!(
                "an assignment that needs {width} bits of scratch metadata, of which the persona has {free} left"
            ));
        }
        self.next_scratch += width;
        Ok(at)
    }

    /// Every unit waits for another: let one read by way of scratch.
    fn detour(&mut self) -> Result<(), Unsupported> {
        let scratch = self.machine.scratch;
        let waiting = self.units.iter().enumerate().filter(|(_, unit)| {
            let others = self.units.iter().filter(|u| *u != *unit);
            let in_the_way =
                others.flat_map(|u| &u.bits).any(|b| !self.written.contains(b) && unit.reads(*b));
            in_the_way
                && matches!(unit.kind, Kind::Copy { .. })
                && !unit.read.iter().any(|b| (scratch.offset..scratch.end()).contains(b))
        });
        let Some((i, _)) = waiting.min_by_key(|(_, unit)| unit.bits.len()) else {
            return Unsupported::new("an assignment whose parts all wait for each other");
        };
        let unit = self.units.remove(i);
        let (Some(from), Some(to)) = (unit.read.first().copied(), unit.bits.first().copied()) else {
            return Ok(());
        };
        let width = unit.bits.len() as u32;
        let at = self.take_scratch(width)?;
        let kept: BTreeSet<Bit> = (at..at + width).collect();
        let save = Kind::Copy { distance: i64::from(at) - i64::from(from) };
        let fetch = Kind::Copy { distance: i64::from(to) - i64::from(at) };
        self.units.push(Unit::new(save, kept.clone(), unit.read));
        let mut fetched = Unit::new(fetch, unit.bits, kept.clone());
        fetched.after = kept;
        self.units.push(fetched);
        Ok(())
    }

    /// Let what arguments give go to scratch first.
    fn by_scratch(&mut self, late: &[usize]) -> Result<(), Unsupported> {
        for i in late {
            let Some(unit) = self.units.get(*i).cloned() else { continue };
            if unit.kind != Kind::Write {
                return Unsupported::new("a parameter that is added to a field that is copied before");
            }
            let width = unit.bits.len() as u32;
            let at = self.take_scratch(width)?;
            let Some(to) = unit.bits.first().copied() else { continue };
            let kept: BTreeSet<Bit> = (at..at + width).collect();
            for (scratch, bit) in kept.iter().zip(&unit.bits) {
                let given = self.parameters.remove(bit).unwrap_or_default();
                self.parameters.insert(*scratch, given);
            }
            let fetch = Kind::Copy { distance: i64::from(to) - i64::from(at) };
            let mut fetched = Unit::new(fetch, unit.bits, kept.clone());
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
        let width = self.machine.state_bits;
        let mask = |bits: &BTreeSet<Bit>| {
            bits.iter().fold(Bits::zero(width), |all, bit| all.or(&Bits::mask(width, *bit, 1)))
        };
        let mut keep = Bits::ones(width);
        let mut value = Bits::zero(width);
        let mut pieces = Vec::new();
        let (mut left_mask, mut right_mask) = (Bits::zero(width), Bits::zero(width));
        let mut special = None;
        let chosen: Vec<Unit> = step.units.iter().filter_map(|i| self.units.get(*i)).cloned().collect();
        for unit in &chosen {
            for bit in &unit.bits {
                if self.written.insert(*bit) {
                    let one = Bits::mask(width, *bit, 1);
                    if !self.kept.contains(bit) {
                        keep = keep.and(&one.not());
                    }
                    if self.constants.get(bit) == Some(&true) {
                        value = value.or(&one);
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
                Kind::Copy { distance } if *distance > 0 => left_mask = left_mask.or(&mask(&unit.read)),
                Kind::Copy { .. } => right_mask = right_mask.or(&mask(&unit.read)),
                Kind::Write => {}
                Kind::Add { .. } | Kind::Checksum { .. } => special = Some(unit.clone()),
            }
        }
        let mut index = 0;
        self.units.retain(|_| {
            index += 1;
            !step.units.contains(&(index - 1))
        });
        let left = step.left.filter(|_| !left_mask.is_zero()).unwrap_or(0);
        let right = step.right.filter(|_| !right_mask.is_zero()).unwrap_or(0);
        let mut template = Template {
            effect: Effect::Commit { keep: keep.clone(), value: value.clone() },
            value: merged(pieces),
            addend: Vec::new(),
            subtract: false,
        };
        match special {
            Some(Unit { kind: Kind::Add { addend, pieces, subtract }, bits, .. }) => {
                let add_mask = mask(&bits);
                keep = keep.and(&add_mask.not());
                let addend = match subtract && pieces.is_empty() {
                    true => Bits::zero(width).wrapping_sub(&addend).and(&add_mask),
                    false => addend,
                };
                template.subtract = subtract && !pieces.is_empty();
                template.addend = pieces;
                template.effect = Effect::Add { keep, value, add_mask, addend };
            }
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
