//! Which undefined values something depends on.

use std::collections::{BTreeSet, HashSet};

use super::pool::Side;
use super::{Cond, CondNode, Node, Part, Slice, Term, VariableKind, Word};

/// Collects the undefined values that conditions and words are made of.
#[derive(Default)]
pub(crate) struct Support {
    /// Whose, and what.
    pub(crate) undefined: BTreeSet<(Side, String)>,
    /// What no packet says, but both sides see alike: times, what state holds.
    pub(crate) surroundings: BTreeSet<String>,
    /// Applications of functions of which nothing is known.
    pub(crate) applied: Vec<Term>,
    terms: HashSet<Term>,
    conditions: HashSet<u32>,
}

impl Support {
    /// Something that no packet says, if there is any.
    pub(crate) fn unsaid(&self) -> Option<String> {
        let undefined = self.undefined.iter().map(|(_, what)| what);
        undefined.chain(&self.surroundings).next().cloned()
    }

    pub(crate) fn condition(&mut self, condition: &Cond) {
        if !self.conditions.insert(condition.id()) {
            return;
        }
        match condition.node() {
            CondNode::True => {}
            CondNode::EqualConst(slice, _) => self.slice(slice),
            CondNode::EqualSlices(left, right) => {
                [left, right].into_iter().for_each(|slice| self.slice(slice))
            }
            CondNode::Less(left, right) => [left, right].into_iter().for_each(|word| self.word(word)),
            CondNode::And(all) => all.iter().for_each(|condition| self.condition(condition)),
        }
    }

    pub(crate) fn word(&mut self, word: &Word) {
        for part in word.parts() {
            if let Part::Slice(slice) = part {
                self.slice(slice);
            }
        }
    }

    fn slice(&mut self, slice: &Slice) {
        if !self.terms.insert(slice.term.clone()) {
            return;
        }
        match slice.term.node() {
            Node::Variable(variable) => match &variable.kind {
                VariableKind::Undefined(side, what) => {
                    self.undefined.insert((*side, what.to_string()));
                }
                VariableKind::Surroundings(what) => {
                    self.surroundings.insert(what.to_string());
                }
                VariableKind::Packet
                | VariableKind::IngressPort
                | VariableKind::Length
                | VariableKind::Entry(_) => {}
            },
            Node::Apply(what, arguments) => {
                self.surroundings.insert(what.to_string());
                self.applied.push(slice.term.clone());
                arguments.iter().for_each(|word| self.word(word));
            }
            Node::And(slices) | Node::Xor(slices) => slices.iter().for_each(|slice| self.slice(slice)),
            Node::Add(left, right)
            | Node::Multiply(left, right)
            | Node::Divide(left, right)
            | Node::Remainder(left, right) => [left, right].into_iter().for_each(|word| self.word(word)),
            Node::Select(condition, then, otherwise) => {
                self.condition(condition);
                [then, otherwise].into_iter().for_each(|word| self.word(word));
            }
            Node::Checksum(words) => words.iter().for_each(|word| self.word(word)),
        }
    }
}
