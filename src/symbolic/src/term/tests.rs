//! Terms are built at random next to the values that they must have.

use std::collections::HashMap;
use std::time::Duration;

use hyper4_bits::{Bits, checksum};
use num_bigint::BigUint;
use num_traits::One;
use proptest::prelude::*;

use super::{Assignment, Cond, Evaluator, Part, Side, Substitution, Terms, VariableKind, Word};
use crate::solver::{Answer, Solver};

#[derive(Clone, Debug)]
enum Op {
    Constant(u32, u128),
    /// A constant with few runs, as masks are.
    Mask(u32, u32, u32),
    Extract(usize, u32, u32),
    Concat(usize, usize),
    Not(usize),
    And(usize, usize),
    Or(usize, usize),
    Xor(usize, usize),
    Add(usize, usize),
    Subtract(usize, usize),
    Multiply(usize, usize),
    Divide(usize, u64),
    Remainder(usize, u64),
    Select(usize, usize, usize),
    SignExtend(usize, u32),
    Checksum(usize),
    Equal(usize, usize),
    Less(usize, usize),
    LessSigned(usize, usize),
    All(usize, usize),
    Any(usize, usize),
    Negate(usize),
}

fn op() -> impl Strategy<Value = Op> {
    let i = any::<usize>;
    prop_oneof![
        (1u32..80, any::<u128>()).prop_map(|(w, v)| Op::Constant(w, v)),
        (1u32..80, any::<u128>()).prop_map(|(w, v)| Op::Constant(w, v & 3)),
        (1u32..80, 0u32..80, 1u32..40).prop_map(|(w, l, n)| Op::Mask(w, l, n)),
        (i(), 0u32..80, 1u32..80).prop_map(|(a, l, w)| Op::Extract(a, l, w)),
        (i(), i()).prop_map(|(a, b)| Op::Concat(a, b)),
        i().prop_map(Op::Not),
        (i(), i()).prop_map(|(a, b)| Op::And(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Or(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Xor(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Add(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Subtract(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Multiply(a, b)),
        (i(), 1u64..20).prop_map(|(a, b)| Op::Divide(a, b)),
        (i(), 1u64..20).prop_map(|(a, b)| Op::Remainder(a, b)),
        (i(), i(), i()).prop_map(|(c, a, b)| Op::Select(c, a, b)),
        (i(), 0u32..9).prop_map(|(a, n)| Op::SignExtend(a, n)),
        i().prop_map(Op::Checksum),
        (i(), i()).prop_map(|(a, b)| Op::Equal(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Less(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::LessSigned(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::All(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Any(a, b)),
        i().prop_map(Op::Negate),
    ]
}

struct Stacks {
    terms: Terms,
    words: Vec<(Word, BigUint)>,
    conditions: Vec<(Cond, bool)>,
}

fn modulo(value: BigUint, width: u32) -> BigUint {
    value & ((BigUint::one() << width) - BigUint::one())
}

fn signed(value: &BigUint, width: u32) -> num_bigint::BigInt {
    let value = num_bigint::BigInt::from(value.clone());
    if width > 0 && (&value >> (width - 1)) & num_bigint::BigInt::one() == num_bigint::BigInt::one() {
        value - (num_bigint::BigInt::one() << width)
    } else {
        value
    }
}

impl Stacks {
    fn word(&self, index: usize) -> (Word, BigUint) {
        self.words[index % self.words.len()].clone()
    }

    /// A second word of the first one's width.
    fn pair(&mut self, a: usize, b: usize) -> (Word, BigUint, Word, BigUint) {
        let (a, x) = self.word(a);
        let (b, y) = self.word(b);
        let b = self.terms.resize(&b, a.width());
        let y = modulo(y, a.width());
        (a, x, b, y)
    }

    fn condition(&self, index: usize) -> (Cond, bool) {
        self.conditions[index % self.conditions.len()].clone()
    }

    fn step(&mut self, op: &Op) {
        let word = match *op {
            Op::Constant(width, value) => {
                let bits = Bits::from_u128(width, value);
                (Word::constant(bits.clone()), bits.to_biguint())
            }
            Op::Mask(width, low, length) => {
                let bits = Bits::mask(width, low % width, length);
                (Word::constant(bits.clone()), bits.to_biguint())
            }
            Op::Extract(a, low, width) => {
                let (a, x) = self.word(a);
                (self.terms.extract(&a, low, width), modulo(x >> low, width))
            }
            Op::Concat(a, b) => {
                let ((a, x), (b, y)) = (self.word(a), self.word(b));
                if a.width() + b.width() > 300 {
                    return;
                }
                (a.concat(&b), (x << b.width()) + y)
            }
            Op::Not(a) => {
                let (a, x) = self.word(a);
                let ones = (BigUint::one() << a.width()) - BigUint::one();
                (self.terms.not(&a), ones ^ x)
            }
            Op::And(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.and(&a, &b), x & y)
            }
            Op::Or(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.or(&a, &b), x | y)
            }
            Op::Xor(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.xor(&a, &b), x ^ y)
            }
            Op::Add(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.add(&a, &b), modulo(x + y, a.width()))
            }
            Op::Subtract(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.subtract(&a, &b), modulo((BigUint::one() << a.width()) + x - y, a.width()))
            }
            Op::Multiply(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.multiply(&a, &b), modulo(x * y, a.width()))
            }
            Op::Divide(a, divisor) | Op::Remainder(a, divisor) => {
                let (a, x) = self.word(a);
                let divisor = Bits::from_u64(a.width(), divisor);
                if divisor.is_zero() {
                    return;
                }
                if matches!(op, Op::Divide(..)) {
                    (self.terms.divide(&a, &divisor), x / divisor.to_biguint())
                } else {
                    (self.terms.remainder(&a, &divisor), x % divisor.to_biguint())
                }
            }
            Op::Select(c, a, b) => {
                let (c, truth) = self.condition(c);
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.select(&c, &a, &b), if truth { x } else { y })
            }
            Op::SignExtend(a, more) => {
                let (a, x) = self.word(a);
                let width = a.width() + more;
                let value = Bits::from_bigint_wrapped(width, &signed(&x, a.width())).to_biguint();
                (self.terms.sign_extend(&a, width), value)
            }
            Op::Checksum(a) => {
                let (a, x) = self.word(a);
                let padded = x << (a.width().next_multiple_of(8) - a.width());
                let bytes = Bits::from_biguint_wrapped(a.width().next_multiple_of(8), &padded).to_be_bytes();
                (self.terms.internet_checksum(&a), BigUint::from(checksum::internet(&bytes)))
            }
            _ => return self.step_condition(op),
        };
        self.words.push(word);
    }

    fn step_condition(&mut self, op: &Op) {
        let condition = match *op {
            Op::Equal(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.equal(&a, &b), x == y)
            }
            Op::Less(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                (self.terms.less(&a, &b), x < y)
            }
            Op::LessSigned(a, b) => {
                let (a, x, b, y) = self.pair(a, b);
                let less = signed(&x, a.width()) < signed(&y, a.width());
                (self.terms.less_signed(&a, &b), less)
            }
            Op::All(a, b) => {
                let ((a, x), (b, y)) = (self.condition(a), self.condition(b));
                (self.terms.all([a, b]), x && y)
            }
            Op::Any(a, b) => {
                let ((a, x), (b, y)) = (self.condition(a), self.condition(b));
                (self.terms.any([a, b]), x || y)
            }
            Op::Negate(a) => {
                let (a, x) = self.condition(a);
                (a.not(), !x)
            }
            _ => return,
        };
        self.conditions.push(condition);
    }
}

fn built(ops: &[Op], values: [u128; 3]) -> (Stacks, Assignment) {
    let mut terms = Terms::default();
    let mut assignment = Assignment::default();
    let mut words = Vec::new();
    for (width, value) in [9, 48, 70].into_iter().zip(values) {
        let word = terms.variable(VariableKind::Undefined(Side::Native, "x".into()), width);
        let bits = Bits::from_u128(width, value);
        let [Part::Slice(slice)] = word.parts() else { panic!("a variable is one slice") };
        assignment.set(slice.term.clone(), bits.clone());
        words.push((word, bits.to_biguint()));
    }
    let truth = terms.bool(true);
    let mut stacks = Stacks { terms, words, conditions: vec![(truth, true)] };
    ops.iter().for_each(|op| stacks.step(op));
    (stacks, assignment)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn terms_have_the_value_of_what_they_stand_for(
        ops in proptest::collection::vec(op(), 1..25),
        values in [any::<u128>(), any::<u128>(), any::<u128>()],
    ) {
        let (stacks, assignment) = built(&ops, values);
        let mut evaluator = Evaluator::new(&assignment);
        for (word, value) in &stacks.words {
            prop_assert_eq!(word.parts().iter().map(Part::width).sum::<u32>(), word.width());
            prop_assert_eq!(&evaluator.word(word).to_biguint(), value, "{:?}", word);
        }
        for (condition, value) in &stacks.conditions {
            prop_assert_eq!(evaluator.holds(condition), *value, "{:?}", condition);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    /// What Z3 is told has the same meaning: with the variables fixed every value is the expected one, and no other.
    #[test]
    fn z3_sees_the_same(
        ops in proptest::collection::vec(op(), 1..15),
        values in [any::<u128>(), any::<u128>(), any::<u128>()],
    ) {
        let (mut stacks, _) = built(&ops, values);
        let mut facts = Vec::new();
        let mut claims = Vec::new();
        for (index, (word, value)) in stacks.words.clone().into_iter().enumerate() {
            if word.width() == 0 {
                continue;
            }
            let value = Word::constant(Bits::from_biguint_wrapped(word.width(), &value));
            let equal = stacks.terms.equal(&word, &value);
            if index < 3 { facts.push(equal) } else { claims.push(equal) }
        }
        for (condition, value) in &stacks.conditions {
            claims.push(if *value { condition.clone() } else { condition.not() });
        }
        let mut solver = Solver::new(Duration::from_secs(20));
        let all = stacks.terms.all(claims);
        prop_assert!(matches!(solver.satisfiable(facts.iter().chain([&all])), Answer::Satisfiable(_)));
        prop_assert!(matches!(solver.satisfiable(facts.iter().chain([&all.not()])), Answer::Unsatisfiable));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1500))]
    /// With some bits of the variables filled in, what is said of the values is as true as before.
    #[test]
    fn known_bits_are_filled_in(
        ops in proptest::collection::vec(op(), 1..25),
        values in [any::<u128>(), any::<u128>(), any::<u128>()],
        masks in [any::<u128>(), any::<u128>(), any::<u128>()],
    ) {
        let (mut stacks, assignment) = built(&ops, values);
        let mut known = HashMap::new();
        for ((word, value), mask) in stacks.words.iter().take(3).zip(masks) {
            let [Part::Slice(slice)] = word.parts() else { panic!("a variable is one slice") };
            let mask = Bits::from_u128(word.width(), mask);
            let value = Bits::from_biguint_wrapped(word.width(), value).and(&mask);
            known.insert(slice.term.clone(), (mask, value));
        }
        let mut substitution = Substitution::new(&known);
        let mut evaluator = Evaluator::new(&assignment);
        for (condition, value) in stacks.conditions.clone() {
            let filled_in = substitution.condition(&mut stacks.terms, &condition);
            prop_assert_eq!(evaluator.holds(&filled_in), value, "{:?}", condition);
        }
    }
}

fn variable(terms: &mut Terms, width: u32) -> Word {
    terms.variable(VariableKind::Packet, width)
}

#[test]
fn a_field_changed_in_its_place_is_a_sum_of_its_width() {
    let mut terms = Terms::default();
    let state = variable(&mut terms, 1280);
    let mask = Word::constant(Bits::mask(1280, 800, 8));
    let addend = Word::constant(Bits::mask(1280, 800, 8));
    let masked = terms.and(&state, &mask);
    let sum = terms.add(&masked, &addend);
    let sum = terms.and(&sum, &mask);
    let keep = terms.not(&mask);
    let kept = terms.and(&state, &keep);
    let state_after = terms.xor(&kept, &sum);

    let field = terms.extract(&state, 800, 8);
    let alone = terms.add(&field, &Word::number(8, 0xff));
    assert_eq!(terms.extract(&state_after, 800, 8), alone);
    assert_eq!(state_after.parts().len(), 3);
    assert_eq!(terms.extract(&state_after, 0, 800), terms.extract(&state, 0, 800));
    assert_eq!(terms.extract(&state_after, 808, 472), terms.extract(&state, 808, 472));
}

#[test]
fn a_comparison_by_xor_is_a_comparison() {
    let mut terms = Terms::default();
    let state = variable(&mut terms, 64);
    let (a, b) = (terms.extract(&state, 0, 9), terms.extract(&state, 18, 9));
    let difference = terms.xor(&a, &b);
    let by_xor = terms.equal(&difference, &Word::zero(9));
    assert_eq!(by_xor, terms.equal(&a, &b));
    assert_eq!(by_xor.as_bool(), None);
}

#[test]
fn a_toggled_bit_is_toggled_back() {
    let mut terms = Terms::default();
    let state = variable(&mut terms, 64);
    let mask = Word::constant(Bits::mask(64, 7, 5));
    let toggled = terms.xor(&state, &mask);
    assert_eq!(toggled.parts().len(), 3);
    assert_eq!(terms.xor(&toggled, &mask), state);
}

#[test]
fn a_checksum_does_not_see_order_and_zeros() {
    let mut terms = Terms::default();
    let state = variable(&mut terms, 160);
    let header = terms.extract(&state, 32, 64);
    let mask = Word::constant(Bits::mask(160, 32, 64));
    let masked = terms.and(&state, &mask);
    assert_eq!(terms.internet_checksum(&header), terms.internet_checksum(&masked));
}
