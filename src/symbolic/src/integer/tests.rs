//! Unbounded integers against `num_bigint`.

use hyper4_bits::Bits;
use num_bigint::BigInt;
use proptest::prelude::*;

use super::Integer;
use crate::term::{Assignment, Evaluator, Part, Side, Terms, VariableKind, Word};

#[derive(Clone, Copy, Debug)]
enum Op {
    Constant(i64),
    Add(usize, usize),
    Subtract(usize, usize),
    Multiply(usize, usize),
    Divide(usize, u32),
    Remainder(usize, u32),
    And(usize, usize),
    Or(usize, usize),
    Xor(usize, usize),
    Not(usize),
    Negate(usize),
    Left(usize, u8),
    Right(usize, u8),
    LeftBy(usize, usize),
    RightBy(usize, usize),
    Saturate(usize, u32),
    SaturateSigned(usize, u32),
    Less(usize, usize, usize, usize),
    Equal(usize, usize, usize, usize),
    Store(usize, u32, bool),
}

fn op() -> impl Strategy<Value = Op> {
    let i = any::<usize>;
    prop_oneof![
        (-20i64..300).prop_map(Op::Constant),
        any::<i64>().prop_map(Op::Constant),
        (i(), i()).prop_map(|(a, b)| Op::Add(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Subtract(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Multiply(a, b)),
        (i(), 1u32..50).prop_map(|(a, b)| Op::Divide(a, b)),
        (i(), 1u32..50).prop_map(|(a, b)| Op::Remainder(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::And(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Or(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::Xor(a, b)),
        i().prop_map(Op::Not),
        i().prop_map(Op::Negate),
        (i(), 0u8..40).prop_map(|(a, n)| Op::Left(a, n)),
        (i(), 0u8..90).prop_map(|(a, n)| Op::Right(a, n)),
        (i(), i()).prop_map(|(a, b)| Op::LeftBy(a, b)),
        (i(), i()).prop_map(|(a, b)| Op::RightBy(a, b)),
        (i(), 1u32..70).prop_map(|(a, n)| Op::Saturate(a, n)),
        (i(), 1u32..70).prop_map(|(a, n)| Op::SaturateSigned(a, n)),
        (i(), i(), i(), i()).prop_map(|(a, b, c, d)| Op::Less(a, b, c, d)),
        (i(), i(), i(), i()).prop_map(|(a, b, c, d)| Op::Equal(a, b, c, d)),
        (i(), 1u32..70, any::<bool>()).prop_map(|(a, n, signed)| Op::Store(a, n, signed)),
    ]
}

struct Stack {
    terms: Terms,
    values: Vec<(Integer, BigInt)>,
}

impl Stack {
    fn get(&self, index: usize) -> (Integer, BigInt) {
        self.values[index % self.values.len()].clone()
    }

    fn step(&mut self, op: Op) -> Option<()> {
        let terms = &mut Terms::default();
        std::mem::swap(terms, &mut self.terms);
        let next = self.compute(op, terms);
        std::mem::swap(terms, &mut self.terms);
        let (integer, value) = next?;
        // Numbers that grow without end are no test of anything.
        if integer.word.width() < 2000 {
            self.values.push((integer, value));
        }
        Some(())
    }

    fn compute(&self, op: Op, terms: &mut Terms) -> Option<(Integer, BigInt)> {
        Some(match op {
            Op::Constant(value) => (Integer::constant(&value.into()), value.into()),
            Op::Add(a, b) => {
                let ((a, x), (b, y)) = (self.get(a), self.get(b));
                (a.add(terms, &b).ok()?, x + y)
            }
            Op::Subtract(a, b) => {
                let ((a, x), (b, y)) = (self.get(a), self.get(b));
                (a.subtract(terms, &b).ok()?, x - y)
            }
            Op::Multiply(a, b) => {
                let ((a, x), (b, y)) = (self.get(a), self.get(b));
                (a.multiply(terms, &b).ok()?, x * y)
            }
            Op::Divide(a, divisor) | Op::Remainder(a, divisor) => {
                let (a, x) = self.get(a);
                let divisor = BigInt::from(divisor);
                let (quotient, remainder) = a.divide(terms, &Integer::constant(&divisor)).ok()?;
                match op {
                    Op::Divide(..) => (quotient, x / divisor),
                    _ => (remainder, x % divisor),
                }
            }
            Op::And(a, b) => {
                let ((a, x), (b, y)) = (self.get(a), self.get(b));
                (a.bit_and(terms, &b).ok()?, x & y)
            }
            Op::Or(a, b) => {
                let ((a, x), (b, y)) = (self.get(a), self.get(b));
                (a.bit_or(terms, &b).ok()?, x | y)
            }
            Op::Xor(a, b) => {
                let ((a, x), (b, y)) = (self.get(a), self.get(b));
                (a.bit_xor(terms, &b).ok()?, x ^ y)
            }
            Op::Not(a) => {
                let (a, x) = self.get(a);
                (a.bit_not(terms).ok()?, -x - 1)
            }
            Op::Negate(a) => {
                let (a, x) = self.get(a);
                (a.negate(terms).ok()?, -x)
            }
            Op::Left(a, amount) => {
                let (a, x) = self.get(a);
                (a.shift_left(terms, &Integer::constant(&amount.into())).ok()?, x << amount)
            }
            Op::Right(a, amount) => {
                let (a, x) = self.get(a);
                (a.shift_right(terms, &Integer::constant(&amount.into())).ok()?, x >> amount)
            }
            Op::LeftBy(a, b) | Op::RightBy(a, b) => {
                let ((a, x), (b, y)) = (self.get(a), self.get(b));
                let amount = u32::try_from(&y).ok().filter(|amount| *amount < 100)?;
                match op {
                    Op::LeftBy(..) => (a.shift_left(terms, &b).ok()?, x << amount),
                    _ => (a.shift_right(terms, &b).ok()?, x >> amount),
                }
            }
            Op::Saturate(a, width) => {
                let (a, x) = self.get(a);
                let most = (BigInt::from(1) << width) - 1;
                (a.saturated(terms, width).ok()?, x.clamp(0.into(), most))
            }
            Op::SaturateSigned(a, width) => {
                let (a, x) = self.get(a);
                let half = BigInt::from(1) << (width - 1);
                (a.saturated_signed(terms, width).ok()?, x.clamp(-half.clone(), half - 1))
            }
            Op::Less(a, b, c, d) | Op::Equal(a, b, c, d) => {
                let ((a, x), (b, y), (c, u), (d, v)) = (self.get(a), self.get(b), self.get(c), self.get(d));
                let (condition, holds) = match op {
                    Op::Less(..) => (a.less(terms, &b).ok()?, x < y),
                    _ => (a.equal(terms, &b).ok()?, x == y),
                };
                (c.or_else(terms, &condition, &d).ok()?, if holds { u } else { v })
            }
            Op::Store(a, width, signed) => {
                let (a, x) = self.get(a);
                let bits = Bits::from_bigint_wrapped(width, &x);
                let word = a.wrapped(terms, width);
                if signed {
                    (Integer::signed(word), bits.to_bigint_signed())
                } else {
                    (Integer::unsigned(word), bits.to_bigint())
                }
            }
        })
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(3000))]
    #[test]
    fn integers_lose_nothing(
        ops in prop::collection::vec(op(), 1..20),
        values in [any::<u64>(), any::<u64>(), any::<u64>()],
    ) {
        let mut terms = Terms::default();
        let mut assignment = Assignment::default();
        let mut stack = Vec::new();
        for ((width, signed), value) in [(5, false), (9, true), (48, false)].into_iter().zip(values) {
            let word = terms.variable(VariableKind::Undefined(Side::Native, "x".into()), width);
            let bits = Bits::from_u64(width, value);
            let [Part::Slice(slice)] = word.parts() else { panic!("a variable is one slice") };
            assignment.set(slice.term.clone(), bits.clone());
            stack.push(if signed {
                (Integer::signed(word), bits.to_bigint_signed())
            } else {
                (Integer::unsigned(word), bits.to_bigint())
            });
        }
        let mut stack = Stack { terms, values: stack };
        for op in ops {
            stack.step(op);
        }
        let mut evaluator = Evaluator::new(&assignment);
        for (integer, value) in &stack.values {
            let bits = evaluator.word(&integer.word);
            let found = if integer.signed { bits.to_bigint_signed() } else { bits.to_bigint() };
            prop_assert_eq!(&found, value, "{:?}", integer);
        }
    }
}

#[test]
fn what_simple_switch_dies_of_is_refused() {
    let mut terms = Terms::default();
    let word = terms.variable(VariableKind::Undefined(Side::Native, "x".into()), 8);
    let (signed, unsigned) = (Integer::signed(word.clone()), Integer::unsigned(word));
    let number = |value: i64| Integer::constant(&value.into());
    assert!(unsigned.divide(&mut terms, &number(0)).is_err());
    assert!(unsigned.divide(&mut terms, &unsigned).is_err());
    assert!(signed.divide(&mut terms, &number(3)).is_err());
    assert!(unsigned.shift_left(&mut terms, &number(-1)).is_err());
    assert!(unsigned.shift_left(&mut terms, &number(1 << 20)).is_err());
    assert!(unsigned.shift_right(&mut terms, &number(1 << 20)).is_ok());
    assert_eq!(Integer::unsigned(Word::zero(1)).as_const(), Some(0.into()));
}
