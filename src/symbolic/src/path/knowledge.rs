//! What is known on a path: enough to settle most questions without Z3.

use std::collections::HashMap;

use hyper4_bits::Bits;

use crate::term::{Cond, CondNode, Part, Slice, Term, Word};

/// Facts that hold on a path. What it says is right; what it doesn't know may be so or not.
#[derive(Clone, Default)]
pub(super) struct Knowledge {
    /// Whether a condition holds, by [`Cond::id`].
    facts: HashMap<u32, bool>,
    /// Bits of terms: which are known, and their values.
    known: HashMap<Term, (Bits, Bits)>,
    /// Conjunctions that don't hold: one of their parts fails.
    clauses: Vec<Cond>,
    /// Comparisons that hold, beside those that [`Knowledge::known`] says in full.
    comparisons: Vec<Cond>,
}

impl Knowledge {
    /// Whether a condition holds for certain, or fails for certain.
    pub(super) fn decide(&self, condition: &Cond) -> Option<bool> {
        let fact = self.facts.get(&condition.id()).map(|holds| *holds != condition.is_negated());
        fact.or_else(|| self.derive(condition))
    }

    /// Bits of terms that are known, and their values.
    pub(super) fn known(&self) -> &HashMap<Term, (Bits, Bits)> {
        &self.known
    }

    /// The same from known bits and parts alone.
    fn derive(&self, condition: &Cond) -> Option<bool> {
        let holds = match condition.node() {
            CondNode::True => Some(true),
            CondNode::EqualConst(slice, value) => self.decide_equal(slice, value),
            CondNode::EqualSlices(..) => None,
            CondNode::Less(left, right) => {
                let ((least, most), (lower, upper)) = (self.bounds(left), self.bounds(right));
                if most.cmp_unsigned(&lower).is_lt() {
                    Some(true)
                } else if least.cmp_unsigned(&upper).is_lt() {
                    None
                } else {
                    Some(false)
                }
            }
            CondNode::And(all) => {
                let decided: Vec<Option<bool>> = all.iter().map(|one| self.decide(one)).collect();
                if decided.contains(&Some(false)) {
                    Some(false)
                } else {
                    decided.iter().all(Option::is_some).then_some(true)
                }
            }
        };
        holds.map(|holds| holds != condition.is_negated())
    }

    fn decide_equal(&self, slice: &Slice, value: &Bits) -> Option<bool> {
        let (mask, known) = self.bits_of(slice)?;
        if !known.xor(value).and(&mask).is_zero() {
            return Some(false);
        }
        mask.is_ones().then_some(true)
    }

    /// Which bits of a slice, unflipped, are known, and their values.
    fn bits_of(&self, slice: &Slice) -> Option<(Bits, Bits)> {
        let (mask, known) = self.known.get(&slice.term)?;
        let at = |bits: &Bits| bits.lshr(slice.low as usize).resize(slice.width);
        Some((at(mask), at(known)))
    }

    /// The least and the greatest number that a word can be.
    fn bounds(&self, word: &Word) -> (Bits, Bits) {
        let (mut least, mut most) = (Bits::zero(0), Bits::zero(0));
        for part in word.parts() {
            let (low, high) = match part {
                Part::Const(bits) => (bits.clone(), bits.clone()),
                Part::Slice(slice) => match self.bits_of(slice) {
                    None => (Bits::zero(slice.width), Bits::ones(slice.width)),
                    Some((mask, known)) => {
                        let known = if slice.flipped { known.not() } else { known };
                        (known.and(&mask), known.or(&mask.not()))
                    }
                },
            };
            (least, most) = (least.concat(&low), most.concat(&high));
        }
        (least, most)
    }

    /// Remember that a condition holds.
    pub(super) fn learn(&mut self, condition: &Cond) {
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
            CondNode::And(_) if condition.is_negated() => self.clauses.push(condition.clone()),
            CondNode::And(all) => all.iter().for_each(|one| self.learn(one)),
            CondNode::True => {}
            CondNode::EqualConst(..) | CondNode::EqualSlices(..) | CondNode::Less(..) => {
                self.comparisons.push(condition.clone());
            }
        }
    }

    /// Whether a condition can be seen to fail: each way in which it could hold leads to a contradiction.
    pub(super) fn contradicts(&self, condition: &Cond) -> bool {
        match condition.node() {
            CondNode::And(all) if condition.is_negated() => {
                all.iter().all(|one| self.contradicts(&one.not()))
            }
            _ => {
                let mut supposed = self.clone();
                !supposed.suppose(condition) || !supposed.propagate()
            }
        }
    }

    /// Learn that a condition holds; false when it is known to fail.
    fn suppose(&mut self, condition: &Cond) -> bool {
        match (self.decide(condition), condition.node()) {
            (Some(known), _) => known,
            (None, CondNode::And(all)) if !condition.is_negated() => all.iter().all(|one| self.suppose(one)),
            (None, _) => {
                self.learn(condition);
                true
            }
        }
    }

    /// Draw conclusions from conjunctions of which all parts but one hold; false when a contradiction is met.
    fn propagate(&mut self) -> bool {
        let mut before = None;
        while before != Some(self.facts.len()) {
            before = Some(self.facts.len());
            if self.comparisons.iter().any(|one| self.derive(one) == Some(false)) {
                return false;
            }
            for clause in self.clauses.clone() {
                let CondNode::And(all) = clause.node() else { continue };
                let decided: Vec<Option<bool>> = all.iter().map(|one| self.decide(one)).collect();
                if decided.contains(&Some(false)) {
                    continue;
                }
                let mut open = all.iter().zip(&decided).filter(|(_, decided)| decided.is_none());
                match (open.next(), open.next()) {
                    (None, _) => return false,
                    (Some((last, _)), None) => {
                        if !self.suppose(&last.not()) {
                            return false;
                        }
                    }
                    (Some(_), Some(_)) => {}
                }
            }
        }
        true
    }
}
