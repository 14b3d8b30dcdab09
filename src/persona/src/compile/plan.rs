//! What is to be done for a parallel assignment: its units, and what bits start from.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{Atom, Bit, Form};
use super::number::Unsupported;
use super::scratch::Scratch;
use super::unit::{Kind, Unit};
use crate::Layout;

/// What is left to do.
pub(super) struct Plan {
    pub(super) state_bits: u32,
    pub(super) scratch: Scratch,
    pub(super) units: Vec<Unit>,
    /// Bits that start from what they were, to which copies and constants are joined.
    pub(super) kept: BTreeSet<Bit>,
    /// What each bit is joined with when it is first written.
    pub(super) constants: BTreeMap<Bit, bool>,
    pub(super) parameters: BTreeMap<Bit, Vec<(usize, u32)>>,
    /// Bits written already.
    pub(super) written: BTreeSet<Bit>,
}

impl Plan {
    /// The units of `assignments`, whose bits all are places and whose forms refer to no terms; `computed` writes, too.
    pub(super) fn new(
        assignments: &BTreeMap<Bit, Form>,
        computed: Vec<Unit>,
        state_bits: u32,
        scratch: Scratch,
    ) -> Result<Self, Unsupported> {
        let mut plan = Self {
            state_bits,
            scratch,
            units: Vec::new(),
            kept: BTreeSet::new(),
            constants: BTreeMap::new(),
            parameters: BTreeMap::new(),
            written: BTreeSet::new(),
        };
        // These bring their own constants.
        let joined = computed.iter().flat_map(|unit| unit.bits.iter().copied()).collect();
        plan.direct(assignments, &joined)?;
        plan.units.extend(computed);
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
                Kind::Compute(_) | Kind::Checksum { .. } => {
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

    /// Units for copies, constants and parameters.
    fn direct(&mut self, forms: &BTreeMap<Bit, Form>, computed: &BTreeSet<Bit>) -> Result<(), Unsupported> {
        let mut moves: BTreeMap<i64, BTreeSet<Bit>> = BTreeMap::new();
        let mut plain = BTreeSet::new();
        let mut of_entry = BTreeSet::new();
        for (bit, form) in forms {
            if *bit >= self.state_bits {
                return Unsupported::new("a bit that has no place");
            }
            self.constants.insert(*bit, form.constant);
            let mut copied = false;
            for atom in &form.atoms {
                match atom {
                    Atom::State(from) if from == bit => {
                        self.kept.insert(*bit);
                    }
                    Atom::State(from) if *from < self.state_bits => {
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
            let unchanged = !form.constant && form.atoms == [Atom::State(*bit)];
            if !copied && !unchanged && !of_entry.contains(bit) && !computed.contains(bit) {
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
