//! The pool in which terms and conditions are hash-consed.

use std::collections::HashMap;
use std::rc::Rc;

use super::{Cond, CondNode, Slice, Word};

/// A term of a [`Terms`]; equal terms are the same.
#[derive(Clone)]
pub(crate) struct Term(Rc<TermData>);

struct TermData {
    id: u32,
    width: u32,
    hard: bool,
    node: Node,
}

/// What a term is.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Node {
    Variable(Variable),
    /// Bitwise, of at least two different slices in ascending order.
    And(Vec<Slice>),
    /// Bitwise, of at least two different slices in ascending order, none flipped.
    Xor(Vec<Slice>),
    /// Modulo 2 to the width; a constant stands right.
    Add(Word, Word),
    /// Modulo 2 to the width.
    Multiply(Word, Word),
    /// Unsigned, by a constant that isn't 0.
    Divide(Word, Word),
    /// Unsigned, by a constant that isn't 0.
    Remainder(Word, Word),
    /// The first when the condition holds, else the second.
    Select(Cond, Word, Word),
    /// The Internet checksum of 16-bit words, in ascending order, none of them constant zero.
    Checksum(Vec<Word>),
    /// The value of a function of which nothing is known but that equal arguments have equal values: what a register
    /// holds, a meter's colour. It is named after what it stands for.
    Apply(Rc<str>, Vec<Word>),
}

/// An unknown.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Variable {
    /// Unique in its pool.
    pub(crate) number: u32,
    pub(crate) kind: VariableKind,
}

/// What an unknown stands for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum VariableKind {
    /// The first bytes of the packet.
    Packet,
    /// The port by which it comes in.
    IngressPort,
    /// Its bytes, where there are more than the window holds.
    Length,
    /// What both sides see alike although no packet says it, such as a time; its name says which.
    Surroundings(Rc<str>),
    /// A part of an entry whose values are open; its name says which.
    Entry(Rc<str>),
    /// Something that nothing defines: in which subject it is read, and what.
    Undefined(Side, Rc<str>),
}

/// A subject of a proof.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Side {
    /// The one whose behaviour is the measure.
    Native,
    /// The one that has to be like it.
    Virtual,
}

impl Term {
    pub(crate) fn width(&self) -> u32 {
        self.0.width
    }

    pub(crate) fn node(&self) -> &Node {
        &self.0.node
    }

    /// Whether it is made of something that is hard to reason about bit by bit.
    pub(crate) fn is_hard(&self) -> bool {
        self.0.hard
    }
}

impl Node {
    /// Whether it is itself hard to reason about bit by bit.
    pub(crate) fn is_hard(&self) -> bool {
        matches!(self, Self::Multiply(..) | Self::Divide(..) | Self::Remainder(..) | Self::Checksum(..))
    }

    fn has_hard_part(&self) -> bool {
        match self {
            Self::Variable(_) => false,
            Self::And(slices) | Self::Xor(slices) => slices.iter().any(|slice| slice.term.is_hard()),
            Self::Add(left, right) => left.is_hard() || right.is_hard(),
            Self::Select(condition, then, otherwise) => {
                condition.is_hard() || then.is_hard() || otherwise.is_hard()
            }
            Self::Apply(_, arguments) => arguments.iter().any(Word::is_hard),
            Self::Multiply(..) | Self::Divide(..) | Self::Remainder(..) | Self::Checksum(..) => true,
        }
    }
}

impl PartialEq for Term {
    fn eq(&self, other: &Self) -> bool {
        self.0.id == other.0.id
    }
}

impl Eq for Term {}

impl std::hash::Hash for Term {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.0.id.hash(state);
    }
}

impl PartialOrd for Term {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Term {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.id.cmp(&other.0.id)
    }
}

impl std::fmt::Debug for Term {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "t{}:{:?}", self.0.id, self.0.node)
    }
}

/// A pool. Terms and conditions of two pools don't mix.
#[derive(Default)]
pub(crate) struct Terms {
    terms: HashMap<Node, Term>,
    conditions: HashMap<CondNode, Cond>,
    surroundings: HashMap<String, Word>,
    entries: HashMap<String, Word>,
    variables: u32,
}

impl Terms {
    /// A new unknown.
    pub(crate) fn variable(&mut self, kind: VariableKind, width: u32) -> Word {
        let variable = Variable { number: self.variables, kind };
        self.variables += 1;
        let term = self.term(Node::Variable(variable), width);
        Word::slice(Slice::whole(term))
    }

    /// What both sides see alike: the same unknown for the same name.
    pub(crate) fn surroundings(&mut self, name: &str, width: u32) -> Word {
        if let Some(known) = self.surroundings.get(name) {
            return known.clone();
        }
        let word = self.variable(VariableKind::Surroundings(name.into()), width);
        self.surroundings.insert(name.to_owned(), word.clone());
        word
    }

    /// A part of an entry whose values are open: the same unknown for the same name.
    pub(crate) fn of_entry(&mut self, name: &str, width: u32) -> Word {
        if let Some(known) = self.entries.get(name) {
            return known.clone();
        }
        let word = self.variable(VariableKind::Entry(name.into()), width);
        self.entries.insert(name.to_owned(), word.clone());
        word
    }

    /// The value of a function of which nothing is known. The name goes with the arguments' widths and the value's.
    pub(crate) fn apply(&mut self, name: &str, arguments: Vec<Word>, width: u32) -> Word {
        Word::slice(Slice::whole(self.term(Node::Apply(name.into(), arguments), width)))
    }

    pub(super) fn term(&mut self, node: Node, width: u32) -> Term {
        if let Some(term) = self.terms.get(&node) {
            return term.clone();
        }
        let id = self.terms.len() as u32;
        let hard = node.has_hard_part();
        let term = Term(Rc::new(TermData { id, width, hard, node: node.clone() }));
        self.terms.insert(node, term.clone());
        term
    }

    pub(super) fn condition(&mut self, node: CondNode) -> Cond {
        if let Some(condition) = self.conditions.get(&node) {
            return condition.clone();
        }
        let condition = Cond::new(self.conditions.len() as u32, node.clone());
        self.conditions.insert(node, condition.clone());
        condition
    }
}
