//! A parallel assignment with terms in it, as a sequence of plans.
//!
//! A term that is used once, by the assignment itself, is computed straight into its place. The others are computed in
//! scratch before: an operand that lies in one run, in the right order, is read where it is; another one is put into
//! scratch. Until the last plan nothing but scratch is written (and what nobody reads), so that all right sides read
//! the state as it was. Several ways to go about it are tried, the cheapest first.

use std::collections::{BTreeMap, BTreeSet};

use super::form::{Atom, Bit, Form};
use super::node::{Node, nodes};
use super::number::Unsupported;
use super::plan::Plan;
use super::run::{Run, Runs, fits, unit};
use super::schedule::schedule;
use super::scratch::Scratch;
use super::template::Template;
use super::term::Terms;
use super::unit::Unit;
use crate::BitRange;

/// The state's width, and where scratch is.
#[derive(Clone, Copy, Debug)]
pub(super) struct Machine {
    pub(super) state_bits: u32,
    pub(super) scratch: BitRange,
    /// The row that carries out the first effect is one that computes.
    pub(super) computes: bool,
}

/// How it is gone about.
#[derive(Clone, Copy, Debug)]
struct Policy {
    /// What arguments give is saved in scratch by the first effect.
    saves: bool,
    /// That effect does nothing else.
    saves_first: bool,
    /// One term after the other, which takes less scratch.
    one_by_one: bool,
    /// No term is computed straight into its place.
    in_scratch: bool,
}

const POLICIES: [Policy; 5] = [
    Policy { saves: false, saves_first: false, one_by_one: false, in_scratch: false },
    Policy { saves: true, saves_first: false, one_by_one: false, in_scratch: false },
    Policy { saves: true, saves_first: true, one_by_one: false, in_scratch: false },
    Policy { saves: true, saves_first: true, one_by_one: true, in_scratch: false },
    Policy { saves: true, saves_first: true, one_by_one: true, in_scratch: true },
];

/// The effects that carry out `assignments`, all of which read the state as it was before the first one; at least one.
/// Bits are places; those of the state in `terms` are told by `place`.
pub(super) fn carry_out(
    assignments: &BTreeMap<Bit, Form>,
    terms: &Terms,
    place: &dyn Fn(Bit) -> Bit,
    machine: Machine,
) -> Result<Vec<Template>, Unsupported> {
    let (nodes, assignments) = nodes(assignments, terms, place);
    if nodes.is_empty() {
        let scratch = Scratch::new(machine.scratch);
        return schedule(Plan::new(&assignments, Vec::new(), machine.state_bits, scratch)?, machine.computes);
    }
    let mut refused = None;
    for policy in POLICIES {
        let work = Work {
            policy,
            machine,
            nodes: &nodes,
            assignments: &assignments,
            scratch: Scratch::new(machine.scratch),
            homes: BTreeMap::new(),
            saved: BTreeMap::new(),
            effects: Vec::new(),
        };
        match work.carry_out() {
            Ok(effects) => return Ok(effects),
            Err(why) => refused = refused.or(Some(why)),
        }
    }
    Err(refused.unwrap_or_else(|| Unsupported::because("an assignment that can't be computed")))
}

/// Where a node's result lies.
#[derive(Clone, Debug)]
struct Home {
    /// Where its bit 0 lies, or would lie.
    base: i64,
    /// Bits that lie there inverted.
    inverted: BTreeSet<u32>,
    /// The scratch it takes.
    taken: BitRange,
}

/// What has been done.
struct Work<'a> {
    policy: Policy,
    machine: Machine,
    nodes: &'a [Node],
    assignments: &'a BTreeMap<Bit, Form>,
    scratch: Scratch,
    homes: BTreeMap<usize, Home>,
    /// Where bits of arguments are.
    saved: BTreeMap<(usize, u32), Bit>,
    effects: Vec<Template>,
}

impl Work<'_> {
    fn carry_out(mut self) -> Result<Vec<Template>, Unsupported> {
        if self.policy.saves_first {
            self.run(BTreeMap::new(), Vec::new())?;
        }
        let used: BTreeSet<usize> =
            self.nodes.iter().flat_map(Node::forms).flat_map(Form::terms).map(|(id, _)| id).collect();
        let mut direct = BTreeMap::new();
        let mut settled = BTreeMap::new();
        for id in 0..self.nodes.len() {
            let Some(base) = self.destination(id).filter(|_| !self.policy.in_scratch) else { continue };
            if !used.contains(&id) {
                direct.insert(id, base);
            } else if let Some(home) = self.settled(id, base) {
                settled.insert(id, home);
            }
        }
        let batches = self.batches(&direct);
        for (number, batch) in batches.iter().enumerate() {
            let (runs, taken) = self.prepare(batch)?;
            let mut written = BTreeMap::new();
            let mut units = Vec::new();
            let mut homes = BTreeMap::new();
            for id in batch {
                let Some(node) = self.nodes.get(*id) else { continue };
                let home = match settled.get(id) {
                    Some(home) => Home::clone(home),
                    None => self.home(node)?,
                };
                units.push(unit(node, runs.get(id), home.base, self.machine.state_bits)?);
                for bit in &node.wanted {
                    let at = (home.base + i64::from(*bit)) as Bit;
                    written.insert(at, Form::constant(home.inverted.contains(bit)));
                }
                homes.insert(*id, home);
            }
            self.run(written, units)?;
            taken.into_iter().for_each(|range| self.scratch.give_back(range));
            self.homes.extend(homes);
            self.give_back(&batches, number);
        }
        let ids: Vec<usize> = direct.keys().copied().collect();
        let (runs, _) = self.prepare(&ids)?;
        let mut units = Vec::new();
        for (id, base) in &direct {
            let Some(node) = self.nodes.get(*id) else { continue };
            units.push(unit(node, runs.get(id), *base, self.machine.state_bits)?);
        }
        let is_direct = |atom: &Atom| matches!(atom, Atom::Term { id, .. } if direct.contains_key(id));
        let mut last = BTreeMap::new();
        for (bit, form) in self.assignments {
            if !form.terms().any(|(id, _)| settled.contains_key(&id)) {
                let mut rest = form.clone();
                rest.atoms.retain(|atom| !is_direct(atom));
                last.insert(*bit, self.form(&rest));
            }
        }
        if !last.is_empty() || self.effects.is_empty() {
            self.run(last, units)?;
        }
        Ok(self.effects)
    }

    /// Where bit 0 of a node goes, when each of its bits that are wanted goes to one place in one run.
    fn destination(&self, id: usize) -> Option<i64> {
        let mut base = None;
        let mut bits = BTreeSet::new();
        for (at, form) in self.assignments {
            for (_, bit) in form.terms().filter(|(term, _)| *term == id) {
                let here = i64::from(*at) - i64::from(bit);
                if *base.get_or_insert(here) != here {
                    return None;
                }
                bits.insert(bit);
            }
        }
        let wanted = &self.nodes.get(id)?.wanted;
        base.filter(|_| bits == *wanted)
    }

    /// A destination that can be the home of a node that others need, too: nobody else reads what was there.
    fn settled(&self, id: usize, base: i64) -> Option<Home> {
        let node = self.nodes.get(id)?;
        let mut inverted = BTreeSet::new();
        let mut places = BTreeSet::new();
        for bit in &node.wanted {
            let place = Bit::try_from(base + i64::from(*bit)).ok()?;
            let form = self.assignments.get(&place)?;
            if form.atoms != [Atom::Term { id, bit: *bit }] {
                return None;
            }
            inverted.extend(form.constant.then_some(*bit));
            places.insert(place);
        }
        let others = self.nodes.iter().enumerate().filter(|(other, _)| *other != id);
        let read_by_nodes = others.flat_map(|(_, node)| node.state_bits());
        let read = self.assignments.values().flat_map(Form::state_bits).chain(read_by_nodes);
        let mut read = read.filter(|bit| places.contains(bit));
        let nothing = BitRange { offset: 0, width: 0 };
        read.next().is_none().then_some(Home { base, inverted, taken: nothing })
    }

    /// The nodes that are computed before the end, each after those that go into it.
    fn batches(&self, direct: &BTreeMap<usize, i64>) -> Vec<Vec<usize>> {
        let ids = (0..self.nodes.len()).filter(|id| !direct.contains_key(id));
        if self.policy.one_by_one {
            return ids.map(|id| vec![id]).collect();
        }
        let mut levels: BTreeMap<usize, usize> = BTreeMap::new();
        let mut batches: Vec<Vec<usize>> = Vec::new();
        for id in ids {
            let below = self.nodes.get(id).into_iter().flat_map(Node::forms).flat_map(Form::terms);
            let level = below.filter_map(|(id, _)| levels.get(&id)).max().map_or(0, |level| level + 1);
            levels.insert(id, level);
            match batches.get_mut(level) {
                Some(batch) => batch.push(id),
                None => batches.push(vec![id]),
            }
        }
        batches
    }

    /// Put the operands of nodes in place. Where they are, and the scratch that they take.
    fn prepare(&mut self, ids: &[usize]) -> Result<(BTreeMap<usize, Runs>, Vec<BitRange>), Unsupported> {
        let state_bits = self.machine.state_bits;
        let mut put: BTreeMap<(usize, usize), Run> = BTreeMap::new();
        let mut taken = Vec::new();
        loop {
            let mut runs: BTreeMap<usize, Runs> = BTreeMap::new();
            let mut assignments = BTreeMap::new();
            for id in ids {
                let Some(node) = self.nodes.get(*id) else { continue };
                for (number, word) in node.words().into_iter().enumerate() {
                    let known = put.get(&(*id, number)).cloned();
                    let run = known.or_else(|| {
                        let word: Vec<Form> = word.iter().map(|form| self.form(form)).collect();
                        Run::of(&word).filter(|run| fits(node, number, run, state_bits))
                    });
                    let run = match run {
                        Some(run) => run,
                        None => {
                            let (run, range) = self.put(word, &mut assignments)?;
                            taken.push(range);
                            if !fits(node, number, &run, state_bits) {
                                return Unsupported::new("a number that is too wide to be computed");
                            }
                            put.insert((*id, number), run.clone());
                            run
                        }
                    };
                    runs.entry(*id).or_default().push(run);
                }
            }
            if assignments.is_empty() {
                return Ok((runs, taken));
            }
            // After that, what arguments give lies elsewhere.
            self.run(assignments, Vec::new())?;
        }
    }

    /// Put an operand into scratch.
    fn put(
        &mut self,
        word: &[Form],
        assignments: &mut BTreeMap<Bit, Form>,
    ) -> Result<(Run, BitRange), Unsupported> {
        let word: Vec<Form> = word.iter().map(|form| self.form(form)).collect();
        let varies = |form: &Form| form.known().is_none();
        let first = word.iter().position(varies).unwrap_or(0);
        let end = word.iter().rposition(varies).map_or(0, |last| last + 1);
        let width = end.saturating_sub(first) as u32;
        let at = self.scratch.take_where(width, |at| at.max(first as Bit))?;
        let mut placed = word.clone();
        for (i, form) in word.iter().enumerate().take(end).skip(first) {
            let bit = at + (i - first) as Bit;
            assignments.insert(bit, form.clone());
            if let Some(slot) = placed.get_mut(i) {
                *slot = Form::state(bit);
            }
        }
        let run = Run::of(&placed).ok_or_else(|| Unsupported::because("an operand that isn't a run"))?;
        Ok((run, BitRange { offset: at, width }))
    }

    /// A place in scratch for a node.
    fn home(&mut self, node: &Node) -> Result<Home, Unsupported> {
        let (first, end) = (node.first(), node.end());
        let at = self.scratch.take_where(end - first, |at| at.max(first))?;
        let taken = BitRange { offset: at, width: end - first };
        Ok(Home { base: i64::from(at) - i64::from(first), inverted: BTreeSet::new(), taken })
    }

    /// The scratch of nodes that nothing behind batch number `done` needs.
    fn give_back(&mut self, batches: &[Vec<usize>], done: usize) {
        let computed: BTreeSet<usize> = batches.iter().take(done + 1).flatten().copied().collect();
        let left = self.nodes.iter().enumerate().filter(|(id, _)| !computed.contains(id));
        let forms = left.flat_map(|(_, node)| node.forms()).chain(self.assignments.values());
        let needed: BTreeSet<usize> = forms.flat_map(Form::terms).map(|(id, _)| id).collect();
        for (id, home) in &mut self.homes {
            if !needed.contains(id) {
                self.scratch.give_back(std::mem::replace(&mut home.taken, BitRange { offset: 0, width: 0 }));
            }
        }
    }

    /// A form as it is now, with what was computed and saved in its place.
    fn form(&self, form: &Form) -> Form {
        form.substitute(|atom| match atom {
            Atom::Term { id, bit } => match self.homes.get(&id) {
                Some(home) => {
                    let place = Form::state((home.base + i64::from(bit)) as Bit);
                    if home.inverted.contains(&bit) { place.not() } else { place }
                }
                None => Form::atom(atom),
            },
            Atom::Param { index, bit } if !self.effects.is_empty() => match self.saved.get(&(index, bit)) {
                Some(place) => Form::state(*place),
                None => Form::atom(atom),
            },
            _ => Form::atom(atom),
        })
    }

    /// Carry out a plan.
    fn run(&mut self, mut assignments: BTreeMap<Bit, Form>, computed: Vec<Unit>) -> Result<(), Unsupported> {
        if self.effects.is_empty() && self.policy.saves {
            let forms = self.nodes.iter().flat_map(Node::forms).chain(self.assignments.values());
            let given =
                |atom: &Atom| if let Atom::Param { index, bit } = atom { Some((*index, *bit)) } else { None };
            let given: BTreeSet<(usize, u32)> = forms.flat_map(|f| &f.atoms).filter_map(given).collect();
            let at = self.scratch.take(given.len() as u32)?;
            for ((index, bit), place) in given.into_iter().zip(at..) {
                assignments.insert(place, Form::atom(Atom::Param { index, bit }));
                self.saved.insert((index, bit), place);
            }
        }
        let plan = Plan::new(&assignments, computed, self.machine.state_bits, self.scratch.clone())?;
        if !self.effects.is_empty() && plan.units.iter().any(|unit| unit.needs_entry) {
            return Unsupported::new("a value that is computed of a parameter, but not at once");
        }
        let begun = self.machine.computes || !self.effects.is_empty();
        self.effects.extend(schedule(plan, begun)?);
        Ok(())
    }
}
