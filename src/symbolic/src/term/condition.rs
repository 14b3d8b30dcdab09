//! Truth values.

use std::rc::Rc;

use hyper4_bits::Bits;

use super::{Slice, Terms, Word};

/// A truth value of a [`Terms`]; equal ones, as far as the normal form goes, are the same.
#[derive(Clone)]
pub(crate) struct Cond {
    data: Rc<CondData>,
    negated: bool,
}

struct CondData {
    id: u32,
    hard: bool,
    node: CondNode,
}

/// What a condition is, but for a negation.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) enum CondNode {
    True,
    /// Of slices that aren't flipped; a single bit is compared with 1.
    EqualConst(Slice, Bits),
    /// The first is the lesser one and isn't flipped.
    EqualSlices(Slice, Slice),
    /// As unsigned numbers of one width.
    Less(Word, Word),
    /// At least two, in ascending order.
    And(Vec<Cond>),
}

impl Cond {
    pub(super) fn new(id: u32, node: CondNode) -> Self {
        let hard = match &node {
            CondNode::True => false,
            CondNode::EqualConst(slice, _) => slice.term.is_hard(),
            CondNode::EqualSlices(left, right) => left.term.is_hard() || right.term.is_hard(),
            CondNode::Less(left, right) => left.is_hard() || right.is_hard(),
            CondNode::And(all) => all.iter().any(Self::is_hard),
        };
        Self { data: Rc::new(CondData { id, hard, node }), negated: false }
    }

    /// A name that is unique in the pool; a condition and its negation share it.
    pub(crate) fn id(&self) -> u32 {
        self.data.id
    }

    /// What it is, but for [`Cond::is_negated`].
    pub(crate) fn node(&self) -> &CondNode {
        &self.data.node
    }

    /// Whether it is about something that is hard to reason about bit by bit.
    pub(crate) fn is_hard(&self) -> bool {
        self.data.hard
    }

    pub(crate) fn is_negated(&self) -> bool {
        self.negated
    }

    pub(crate) fn not(&self) -> Self {
        Self { data: Rc::clone(&self.data), negated: !self.negated }
    }

    /// The value, when it is constant.
    pub(crate) fn as_bool(&self) -> Option<bool> {
        matches!(self.data.node, CondNode::True).then_some(!self.negated)
    }

    fn order(&self) -> (u32, bool) {
        (self.data.id, self.negated)
    }
}

impl PartialEq for Cond {
    fn eq(&self, other: &Self) -> bool {
        self.order() == other.order()
    }
}

impl Eq for Cond {}

impl std::hash::Hash for Cond {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.order().hash(state);
    }
}

impl PartialOrd for Cond {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Cond {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.order().cmp(&other.order())
    }
}

impl std::fmt::Debug for Cond {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}{:?}", if self.negated { "!" } else { "" }, self.data.node)
    }
}

impl Terms {
    pub(crate) fn bool(&mut self, value: bool) -> Cond {
        let condition = self.condition(CondNode::True);
        if value { condition } else { condition.not() }
    }

    /// Whether all hold.
    pub(crate) fn all(&mut self, conditions: impl IntoIterator<Item = Cond>) -> Cond {
        let mut flat = Vec::new();
        for condition in conditions {
            match (condition.as_bool(), condition.node()) {
                (Some(true), _) => {}
                (Some(false), _) => return condition,
                (None, CondNode::And(inner)) if !condition.is_negated() => {
                    flat.extend(inner.iter().cloned());
                }
                (None, _) => flat.push(condition),
            }
        }
        flat.sort();
        flat.dedup();
        if flat.iter().any(|condition| flat.binary_search(&condition.not()).is_ok()) {
            return self.bool(false);
        }
        match flat.as_slice() {
            [] => self.bool(true),
            [only] => only.clone(),
            _ => self.condition(CondNode::And(flat)),
        }
    }

    /// Whether one holds.
    pub(crate) fn any(&mut self, conditions: impl IntoIterator<Item = Cond>) -> Cond {
        let none: Vec<Cond> = conditions.into_iter().map(|condition| condition.not()).collect();
        self.all(none).not()
    }

    /// Whether the two have one value.
    pub(crate) fn same(&mut self, left: &Cond, right: &Cond) -> Cond {
        let both = self.all([left.clone(), right.clone()]);
        let neither = self.all([left.not(), right.not()]);
        self.any([both, neither])
    }

    /// 1 when it holds, else 0.
    pub(crate) fn bit(&mut self, condition: &Cond) -> Word {
        self.select(condition, &Word::number(1, 1), &Word::number(1, 0))
    }
}
