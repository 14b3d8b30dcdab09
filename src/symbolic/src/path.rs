//! Path conditions, and the decision whether a path can be taken.

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use hyper4_bits::Bits;

use crate::solver::{Answer, Solver};
use crate::term::{Assignment, Cond, CondNode, Evaluator, Node, Slice, Term, Terms};

/// A satisfiable conjunction of conditions, with an assignment under which all hold.
#[derive(Clone)]
pub(crate) struct Path {
    conditions: Vec<Cond>,
    /// Whether a condition holds on this path, by [`Cond::id`].
    facts: HashMap<u32, bool>,
    /// Bits of terms that are known on this path: which, and their values.
    known: HashMap<Term, (Bits, Bits)>,
    witness: Rc<Assignment>,
}

/// How a path goes on at a condition; a part without packets is missing.
pub(crate) struct Split {
    /// Where it holds.
    pub(crate) holds: Option<Path>,
    /// Where it doesn't.
    pub(crate) fails: Option<Path>,
}

/// The pool and the solver of one run.
pub(crate) struct Context {
    pub(crate) terms: Terms,
    pub(crate) solver: Solver,
}

/// Z3 gave up; its reason.
#[derive(Debug)]
pub(crate) struct Undecided(pub(crate) String);

impl Path {
    pub(crate) fn conditions(&self) -> &[Cond] {
        &self.conditions
    }

    /// An assignment under which every condition of the path holds.
    pub(crate) fn witness(&self) -> &Assignment {
        &self.witness
    }

    /// Whether a condition holds on the whole path or nowhere on it, as far as it can be seen without Z3.
    pub(crate) fn decide(&self, condition: &Cond) -> Option<bool> {
        let holds = match (self.facts.get(&condition.id()), condition.node()) {
            (Some(fact), _) => Some(*fact),
            (None, CondNode::True) => Some(true),
            (None, CondNode::EqualConst(slice, value)) => self.decide_equal(slice, value),
            (None, CondNode::And(all)) => {
                let decided: Vec<Option<bool>> = all.iter().map(|one| self.decide(one)).collect();
                if decided.contains(&Some(false)) {
                    Some(false)
                } else {
                    decided.iter().all(Option::is_some).then_some(true)
                }
            }
            (None, _) => None,
        };
        holds.map(|holds| holds != condition.is_negated())
    }

    fn decide_equal(&self, slice: &Slice, value: &Bits) -> Option<bool> {
        let (mask, known) = self.known.get(&slice.term)?;
        let mask = mask.lshr(slice.low as usize).resize(slice.width);
        let known = known.lshr(slice.low as usize).resize(slice.width);
        if !known.xor(value).and(&mask).is_zero() {
            return Some(false);
        }
        mask.is_ones().then_some(true)
    }

    /// Take a condition for granted that holds under the path's witness.
    fn assume(&mut self, condition: &Cond) {
        if self.decide(condition) != Some(true) {
            self.conditions.push(condition.clone());
        }
        self.learn(condition);
    }

    fn learn(&mut self, condition: &Cond) {
        self.facts.insert(condition.id(), !condition.is_negated());
        match condition.node() {
            CondNode::EqualConst(slice, value) if !condition.is_negated() || slice.width == 1 => {
                let value = if condition.is_negated() { value.not() } else { value.clone() };
                let width = slice.term.width();
                let entry = self.known.entry(slice.term.clone());
                let (mask, known) = entry.or_insert_with(|| (Bits::zero(width), Bits::zero(width)));
                let high = slice.low + slice.width - 1;
                *mask = mask.with_slice(high, slice.low, &Bits::ones(slice.width));
                *known = known.with_slice(high, slice.low, &value);
            }
            CondNode::And(all) if !condition.is_negated() => all.iter().for_each(|one| self.learn(one)),
            _ => {}
        }
    }

    fn with(&self, condition: &Cond, witness: Rc<Assignment>) -> Self {
        let mut path = Self { witness, ..self.clone() };
        path.assume(condition);
        path
    }

    /// An assignment under which the path's conditions and one more hold, found by changing the witness a little.
    fn repaired(&self, condition: &Cond) -> Option<Assignment> {
        let mut candidates = Vec::new();
        repairs(condition, &self.witness, &mut candidates);
        candidates.into_iter().find(|candidate| {
            let mut evaluator = Evaluator::new(candidate);
            evaluator.holds(condition) && self.conditions.iter().all(|one| evaluator.holds(one))
        })
    }
}

/// Assignments near another one under which a condition may hold: the obvious ones, each to be tried.
fn repairs(condition: &Cond, near: &Assignment, candidates: &mut Vec<Assignment>) {
    const MOST: usize = 24;
    let mut set = |slice: &Slice, value: &Bits| {
        if matches!(slice.term.node(), Node::Variable(_)) && candidates.len() < MOST {
            let mut candidate = near.clone();
            candidate.set_slice(slice, value);
            candidates.push(candidate);
        }
    };
    match (condition.node(), condition.is_negated()) {
        (CondNode::EqualConst(slice, value), false) => set(slice, value),
        (CondNode::EqualConst(slice, value), true) => {
            for bit in 0..slice.width.min(8) {
                set(slice, &value.xor(&Bits::mask(slice.width, bit, 1)));
            }
            set(slice, &value.not());
        }
        (CondNode::EqualSlices(left, right), negated) => {
            let flip = |bits: Bits| if negated { bits.xor(&Bits::mask(bits.width(), 0, 1)) } else { bits };
            let mut evaluator = Evaluator::new(near);
            let (a, b) = (evaluator.slice(left), evaluator.slice(right));
            set(left, &flip(b));
            set(right, &flip(a));
        }
        (CondNode::And(all), true) => {
            for one in all {
                repairs(&one.not(), near, candidates);
            }
        }
        (CondNode::And(all), false) => {
            let mut candidate = near.clone();
            for one in all {
                let mut next = Vec::new();
                repairs(one, &candidate, &mut next);
                let holding = next.into_iter().find(|next| Evaluator::new(next).holds(one));
                if !Evaluator::new(&candidate).holds(one) {
                    candidate = holding.unwrap_or(candidate);
                }
            }
            candidates.push(candidate);
        }
        (CondNode::True | CondNode::Less(..), _) => {}
    }
}

impl Context {
    pub(crate) fn new(query_timeout: Duration) -> Self {
        Self { terms: Terms::default(), solver: Solver::new(query_timeout) }
    }

    /// The path on which nothing is assumed.
    pub(crate) fn anything() -> Path {
        Path {
            conditions: Vec::new(),
            facts: HashMap::new(),
            known: HashMap::new(),
            witness: Rc::new(Assignment::default()),
        }
    }

    /// Go on from a path both where a condition holds and where it doesn't, as far as there are packets for it.
    pub(crate) fn split(&mut self, mut path: Path, condition: &Cond) -> Result<Split, Undecided> {
        match path.decide(condition) {
            Some(true) => return Ok(Split { holds: Some(path), fails: None }),
            Some(false) => return Ok(Split { holds: None, fails: Some(path) }),
            None => {}
        }
        let holds_here = Evaluator::new(&path.witness).holds(condition);
        let (here, there) = if holds_here {
            (condition.clone(), condition.not())
        } else {
            (condition.not(), condition.clone())
        };
        let witness = match path.repaired(&there) {
            Some(witness) => Some(witness),
            None => match self.solver.satisfiable(path.conditions.iter().chain([&there])) {
                Answer::Satisfiable(witness) => Some(witness),
                Answer::Unsatisfiable => None,
                Answer::Unknown(reason) => return Err(Undecided(reason)),
            },
        };
        let other = witness.map(|witness| path.with(&there, Rc::new(witness)));
        if other.is_some() {
            path.assume(&here);
        } else {
            path.learn(&here);
        }
        Ok(if holds_here {
            Split { holds: Some(path), fails: other }
        } else {
            Split { holds: other, fails: Some(path) }
        })
    }

    /// The part of a path on which a condition holds, if there is one.
    pub(crate) fn restrict(&mut self, path: Path, condition: &Cond) -> Result<Option<Path>, Undecided> {
        Ok(self.split(path, condition)?.holds)
    }
}
