//! Values of words and conditions under an assignment.

use std::collections::HashMap;
use std::rc::Rc;

use hyper4_bits::{Bits, HashAlgorithm};
use num_traits::CheckedDiv;

use super::runs::bits_at;
use super::{Cond, CondNode, Node, Part, Slice, Term, Word, checksum};

/// Values of variables; a variable without one is 0.
#[derive(Clone, Debug, Default)]
pub(crate) struct Assignment {
    values: HashMap<Term, Bits>,
    /// Functions' values by their arguments; others are 0.
    functions: HashMap<(Rc<str>, Vec<Bits>), Bits>,
}

impl Assignment {
    /// Give a function a value for some arguments.
    pub(crate) fn set_function(&mut self, name: Rc<str>, arguments: Vec<Bits>, value: Bits) {
        self.functions.insert((name, arguments), value);
    }

    pub(crate) fn get(&self, variable: &Term) -> Bits {
        self.values.get(variable).cloned().unwrap_or_else(|| Bits::zero(variable.width()))
    }

    pub(crate) fn set(&mut self, variable: Term, value: Bits) {
        self.values.insert(variable, value);
    }

    /// Give the bits of a slice of a variable a value.
    pub(crate) fn set_slice(&mut self, slice: &Slice, value: &Bits) {
        let value = if slice.flipped { value.not() } else { value.clone() };
        let old = self.get(&slice.term);
        self.set(slice.term.clone(), old.with_slice(slice.low + slice.width - 1, slice.low, &value));
    }
}

/// Evaluates, and remembers the values of terms it has met.
pub(crate) struct Evaluator<'a> {
    assignment: &'a Assignment,
    known: HashMap<Term, Bits>,
}

impl<'a> Evaluator<'a> {
    pub(crate) fn new(assignment: &'a Assignment) -> Self {
        Self { assignment, known: HashMap::new() }
    }

    pub(crate) fn word(&mut self, word: &Word) -> Bits {
        let mut value = Bits::zero(0);
        for part in word.parts() {
            let part = match part {
                Part::Const(bits) => bits.clone(),
                Part::Slice(slice) => self.slice(slice),
            };
            value = if value.width() == 0 { part } else { value.concat(&part) };
        }
        value
    }

    pub(crate) fn slice(&mut self, slice: &Slice) -> Bits {
        let value = match slice.term.node() {
            Node::Variable(_) => match self.assignment.values.get(&slice.term) {
                Some(value) => bits_at(value, slice.low, slice.width),
                None => Bits::zero(slice.width),
            },
            _ => bits_at(&self.term(&slice.term), slice.low, slice.width),
        };
        if slice.flipped { value.not() } else { value }
    }

    fn term(&mut self, term: &Term) -> Bits {
        if let Some(value) = self.known.get(term) {
            return value.clone();
        }
        let value = match term.node() {
            Node::Variable(_) => self.assignment.get(term),
            Node::And(slices) => slices.iter().fold(Bits::ones(term.width()), |v, s| v.and(&self.slice(s))),
            Node::Xor(slices) => slices.iter().fold(Bits::zero(term.width()), |v, s| v.xor(&self.slice(s))),
            Node::Add(left, right) => self.word(left).wrapping_add(&self.word(right)),
            Node::Multiply(left, right) => self.word(left).wrapping_mul(&self.word(right)),
            Node::Divide(left, right) => {
                let (left, right) = (self.word(left).to_biguint(), self.word(right).to_biguint());
                Bits::from_biguint_wrapped(term.width(), &left.checked_div(&right).unwrap_or_default())
            }
            Node::Remainder(left, right) => {
                let (left, right) = (self.word(left).to_biguint(), self.word(right).to_biguint());
                let quotient = left.checked_div(&right).unwrap_or_default();
                Bits::from_biguint_wrapped(term.width(), &(left - quotient * right))
            }
            Node::Select(condition, then, otherwise) => {
                if self.holds(condition) {
                    self.word(then)
                } else {
                    self.word(otherwise)
                }
            }
            Node::Apply(name, arguments) => {
                let arguments: Vec<Bits> = arguments.iter().map(|word| self.word(word)).collect();
                let algorithm = name.strip_prefix("hash ").and_then(HashAlgorithm::from_bmv2_name);
                if let (Some(algorithm), [input]) = (algorithm, arguments.as_slice()) {
                    return Bits::from_u64(64, algorithm.compute(&input.to_be_bytes()));
                }
                let value = self.assignment.functions.get(&(Rc::clone(name), arguments));
                value.cloned().unwrap_or_else(|| Bits::zero(term.width()))
            }
            Node::Checksum(words) => {
                let words: Vec<Bits> = words.iter().map(|word| self.word(word)).collect();
                checksum::evaluate(words.into_iter())
            }
        };
        self.known.insert(term.clone(), value.clone());
        value
    }

    pub(crate) fn holds(&mut self, condition: &Cond) -> bool {
        let holds = match condition.node() {
            CondNode::True => true,
            CondNode::EqualConst(slice, value) => self.slice(slice) == *value,
            CondNode::EqualSlices(left, right) => self.slice(left) == self.slice(right),
            CondNode::Less(left, right) => self.word(left).cmp_unsigned(&self.word(right)).is_lt(),
            CondNode::And(all) => all.iter().all(|condition| self.holds(condition)),
        };
        holds != condition.is_negated()
    }
}
