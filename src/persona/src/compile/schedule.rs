//! A parallel assignment as a sequence of the persona's effects.
//!
//! An effect copies by one distance towards the packet's front and by one away from it, adds to one field, or computes
//! one checksum. So an assignment is cut into units; a unit may write bits only when no unit that is left reads what
//! they were. What an entry's arguments give is written by the first effect, for that is the one the entry's own row
//! carries. Where all units wait for each other, one of them gets its bits by way of scratch.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_bits::Bits;

use super::form::{Atom, Bit, Form, Terms};
use super::number::Unsupported;
use super::template::{Piece, Template};
use super::unit::{Kind, Unit};
use crate::{BitRange, Effect, Layout};

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

/// What is left to do.
struct Plan {
    machine: Machine,
    units: Vec<Unit>,
    /// Bits that start from what they were, to which copies and constants are joined.
    kept: BTreeSet<Bit>,
    /// What each bit is joined with when it is first written.
    constants: BTreeMap<Bit, bool>,
    parameters: BTreeMap<Bit, Vec<(usize, u32)>>,
    /// Bits written already.
    written: BTreeSet<Bit>,
    next_scratch: Bit,
}

/// Units that one effect carries out.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Step {
    left: Option<u32>,
    right: Option<u32>,
    units: Vec<usize>,
}

impl Plan {
    fn new(
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
                            return Unsupported::new("a sum that is combined with something else");
                        }
                        let base = terms.get_sum(*id).and_then(|s| s.base.get(*digit as usize));
                        rest = base.cloned().unwrap_or_default().map_state(place);
                        added.insert((*id, start(*bit, *digit)?));
                        if !rest.of_entry() && rest.atoms.iter().any(|a| !matches!(a, Atom::State(_))) {
                            return Unsupported::new("a sum of a sum");
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
        Ok(plan)
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
                return Unsupported::new("a part of a sum that leaves out its lowest bits");
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

    /// The effect that carries out most, of those that are possible.
    fn best(&self, first: bool) -> Option<Step> {
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
                candidates.push(self.possible(*left, *right, fits));
            }
        }
        for (i, unit) in self.units.iter().enumerate() {
            match unit.kind {
                Kind::Checksum { .. } => {
                    for right in &rights {
                        let fits = |u: &Unit| u.kind == unit.kind || u.fits(None, *right);
                        let step = self.possible(None, *right, fits);
                        candidates.extend(Some(step).filter(|s| s.units.contains(&i)));
                    }
                }
                Kind::Add { .. } => {
                    let fits = |u: &Unit| (u.kind == unit.kind && u.bits == unit.bits) || u.fits(None, None);
                    let step = self.possible(None, None, fits);
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

    /// Of the units that fit into an effect, those that don't destroy what others still read.
    fn possible(&self, left: Option<u32>, right: Option<u32>, fits: impl Fn(&Unit) -> bool) -> Step {
        let mut chosen: Vec<usize> =
            self.units.iter().enumerate().filter(|(_, u)| fits(u)).map(|(i, _)| i).collect();
        loop {
            let before = chosen.len();
            let current = chosen.clone();
            chosen.retain(|i| {
                let Some(unit) = self.units.get(*i) else { return false };
                let others = || self.units.iter().enumerate().filter(|(j, _)| j != i);
                let destroys = others()
                    .filter(|(j, _)| !current.contains(j))
                    .any(|(_, other)| unit.bits.iter().any(|b| !self.written.contains(b) && other.reads(*b)));
                let too_early = unit.after.iter().any(|b| !self.written.contains(b));
                // A sum needs its base, all of it, before.
                let base_missing = matches!(unit.kind, Kind::Add { .. })
                    && others().any(|(_, other)| other.bits.iter().any(|b| unit.bits.contains(b)));
                !destroys && !too_early && !base_missing
            });
            if chosen.len() == before {
                return Step { left, right, units: chosen };
            }
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

/// Where the number begins of which `bit` is digit number `digit`.
fn start(bit: Bit, digit: u32) -> Result<Bit, Unsupported> {
    bit.checked_sub(digit).ok_or_else(|| Unsupported("a part of a number".to_owned()))
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

/// Adjacent pieces as one.
fn merged(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.sort_by_key(|p| (p.index, p.to, p.from));
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(last)
                if last.index == piece.index
                    && last.from + last.width == piece.from
                    && last.to + last.width == piece.to =>
            {
                last.width += piece.width;
            }
            _ => merged.push(piece),
        }
    }
    merged
}
