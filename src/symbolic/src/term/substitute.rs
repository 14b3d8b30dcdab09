//! Words and conditions with the bits filled in that are known.

use std::collections::HashMap;

use hyper4_bits::Bits;

use super::runs::{bits_at, runs};
use super::word::Joiner;
use super::{Cond, CondNode, Node, Part, Slice, Term, Terms, Word};

/// Fills in what is known of terms: which bits, and their values.
pub(crate) struct Substitution<'a> {
    known: &'a HashMap<Term, (Bits, Bits)>,
    done: HashMap<Term, Word>,
}

impl<'a> Substitution<'a> {
    pub(crate) fn new(known: &'a HashMap<Term, (Bits, Bits)>) -> Self {
        Self { known, done: HashMap::new() }
    }

    /// A condition that holds when the other one does, where what is known is so.
    pub(crate) fn condition(&mut self, terms: &mut Terms, condition: &Cond) -> Cond {
        let holds = match condition.node() {
            CondNode::True => return condition.clone(),
            CondNode::EqualConst(slice, value) => {
                let word = self.slice(terms, slice);
                terms.equal(&word, &Word::constant(value.clone()))
            }
            CondNode::EqualSlices(left, right) => {
                let (left, right) = (self.slice(terms, left), self.slice(terms, right));
                terms.equal(&left, &right)
            }
            CondNode::Less(left, right) => {
                let (left, right) = (self.word(terms, left), self.word(terms, right));
                terms.less(&left, &right)
            }
            CondNode::And(all) => {
                let all: Vec<Cond> = all.iter().map(|one| self.condition(terms, one)).collect();
                terms.all(all)
            }
        };
        if condition.is_negated() { holds.not() } else { holds }
    }

    fn word(&mut self, terms: &mut Terms, word: &Word) -> Word {
        let mut joiner = Joiner::default();
        for part in word.parts() {
            match part {
                Part::Const(_) => joiner.part(part.clone()),
                Part::Slice(slice) => joiner.word(&self.slice(terms, slice)),
            }
        }
        joiner.finish()
    }

    fn slice(&mut self, terms: &mut Terms, slice: &Slice) -> Word {
        let whole = self.term(terms, &slice.term);
        let word = terms.extract(&whole, slice.low, slice.width);
        if slice.flipped { terms.not(&word) } else { word }
    }

    fn term(&mut self, terms: &mut Terms, term: &Term) -> Word {
        if let Some(done) = self.done.get(term) {
            return done.clone();
        }
        let word = match self.known.get(term) {
            Some((mask, value)) => self.filled_in(terms, term, mask, value),
            None => self.rebuilt(terms, term),
        };
        self.done.insert(term.clone(), word.clone());
        word
    }

    fn filled_in(&mut self, terms: &mut Terms, term: &Term, mask: &Bits, value: &Bits) -> Word {
        let whole = self.rebuilt(terms, term);
        let mut joiner = Joiner::default();
        let mut top = term.width();
        for (known, length) in runs(mask) {
            top -= length;
            if known {
                joiner.part(Part::Const(bits_at(value, top, length)));
            } else {
                joiner.word(&terms.extract(&whole, top, length));
            }
        }
        joiner.finish()
    }

    fn rebuilt(&mut self, terms: &mut Terms, term: &Term) -> Word {
        match term.node() {
            Node::Variable(_) => Word::slice(Slice::whole(term.clone())),
            Node::And(slices) => {
                let all = Word::constant(Bits::ones(term.width()));
                slices.iter().fold(all, |word, slice| {
                    let slice = self.slice(terms, slice);
                    terms.and(&word, &slice)
                })
            }
            Node::Xor(slices) => slices.iter().fold(Word::zero(term.width()), |word, slice| {
                let slice = self.slice(terms, slice);
                terms.xor(&word, &slice)
            }),
            Node::Add(left, right) => {
                let (left, right) = (self.word(terms, left), self.word(terms, right));
                terms.add(&left, &right)
            }
            Node::Multiply(left, right) => {
                let (left, right) = (self.word(terms, left), self.word(terms, right));
                terms.multiply(&left, &right)
            }
            Node::Divide(word, divisor) | Node::Remainder(word, divisor) => {
                let word = self.word(terms, word);
                match (divisor.as_const(), term.node()) {
                    (Some(divisor), Node::Divide(..)) => terms.divide(&word, &divisor),
                    (Some(divisor), _) => terms.remainder(&word, &divisor),
                    // Divisors are constants.
                    (None, _) => Word::slice(Slice::whole(term.clone())),
                }
            }
            Node::Select(condition, then, otherwise) => {
                let condition = self.condition(terms, condition);
                let (then, otherwise) = (self.word(terms, then), self.word(terms, otherwise));
                terms.select(&condition, &then, &otherwise)
            }
            Node::Checksum(words) => {
                let words = words.iter().fold(Word::zero(0), |all, word| all.concat(&self.word(terms, word)));
                terms.internet_checksum(&words)
            }
            Node::Apply(name, arguments) => {
                let arguments = arguments.iter().map(|word| self.word(terms, word)).collect();
                terms.apply(name, arguments, term.width())
            }
        }
    }
}
