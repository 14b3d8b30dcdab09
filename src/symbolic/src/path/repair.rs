//! Witnesses by small changes: most branches' other sides need no Z3.

use hyper4_bits::Bits;

use crate::term::{Assignment, Cond, CondNode, Evaluator, Node, Slice, Word};

/// Candidates that are tried for one condition.
const MOST: usize = 24;
/// How often what a change breaks is mended in turn.
const ROUNDS: usize = 5;

/// An assignment near another one under which a condition holds, and all others, if one is found.
pub(super) fn repaired(near: &Assignment, condition: &Cond, others: &[Cond]) -> Option<Assignment> {
    let mut candidates = Vec::new();
    repairs(condition, near, &mut candidates);
    candidates.into_iter().find_map(|mut candidate| {
        for _ in 0..ROUNDS {
            let mut evaluator = Evaluator::new(&candidate);
            let mut all = std::iter::once(condition).chain(others);
            let Some(broken) = all.find(|one| !evaluator.holds(one)) else { return Some(candidate) };
            let mut mended = Vec::new();
            repairs(broken, &candidate, &mut mended);
            mended.retain(|mended| Evaluator::new(mended).holds(broken));
            let best = mended.iter().position(|mended| Evaluator::new(mended).holds(condition)).unwrap_or(0);
            candidate = mended.into_iter().nth(best)?;
        }
        None
    })
}

/// Assignments near another one under which a condition may hold: the obvious ones, each to be tried.
fn repairs(condition: &Cond, near: &Assignment, candidates: &mut Vec<Assignment>) {
    let mut set = |slice: &Slice, value: &Bits| {
        if matches!(slice.term.node(), Node::Variable(_)) && candidates.len() < MOST {
            let mut candidate = near.clone();
            candidate.set_slice(slice, value);
            candidates.push(candidate);
        }
    };
    match (condition.node(), condition.is_negated()) {
        (CondNode::True, _) => {}
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
        (CondNode::Less(left, right), negated) => {
            // `lesser` is to be less than `greater`, or equal when it is the other way round.
            let (lesser, greater) = if negated { (right, left) } else { (left, right) };
            let one = Bits::from_u64(left.width(), u64::from(!negated));
            let mut evaluator = Evaluator::new(near);
            let below = evaluator.word(greater).wrapping_sub(&one);
            let above = evaluator.word(lesser).wrapping_add(&one);
            let mut set_word = |word: &Word, value: &Bits| {
                if let Some(slice) = word.as_slice() {
                    set(slice, value);
                }
            };
            set_word(lesser, &below);
            set_word(greater, &above);
            set_word(lesser, &Bits::zero(left.width()));
            set_word(greater, &Bits::ones(left.width()));
        }
        (CondNode::And(all), true) => {
            for one in all {
                repairs(&one.not(), near, candidates);
            }
        }
        (CondNode::And(all), false) => {
            let mut candidate = near.clone();
            for one in all {
                if Evaluator::new(&candidate).holds(one) {
                    continue;
                }
                let mut next = Vec::new();
                repairs(one, &candidate, &mut next);
                if let Some(holding) = next.into_iter().find(|next| Evaluator::new(next).holds(one)) {
                    candidate = holding;
                }
            }
            candidates.push(candidate);
        }
    }
}
