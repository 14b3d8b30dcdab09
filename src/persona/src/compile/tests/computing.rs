//! Random expressions, as effects on the state, against plain arithmetic.

use std::collections::BTreeMap;

use hyper4_bits::{Bits, HashAlgorithm};
use num_bigint::BigInt;
use proptest::prelude::*;

use super::machine::run;
use crate::BitRange;
use crate::compile::computation::{Machine, carry_out};
use crate::compile::form::{Atom, Bit, Form};
use crate::compile::hash::hash;
use crate::compile::number::{Bitwise, Number};
use crate::compile::template::Template;
use crate::compile::term::{Term, Terms};

const STATE: u32 = 640;
const MACHINE: Machine =
    Machine { state_bits: STATE, scratch: BitRange { offset: 56, width: 264 }, computes: true };
/// Fields above scratch, some at odd places and widths.
const FIELDS: [BitRange; 9] = [
    BitRange { offset: 320, width: 8 },
    BitRange { offset: 328, width: 16 },
    BitRange { offset: 344, width: 1 },
    BitRange { offset: 345, width: 7 },
    BitRange { offset: 352, width: 32 },
    BitRange { offset: 384, width: 48 },
    BitRange { offset: 432, width: 13 },
    BitRange { offset: 445, width: 3 },
    BitRange { offset: 632, width: 8 },
];
const PARAMETERS: [u32; 2] = [9, 32];

#[derive(Clone, Debug)]
enum Node {
    Field(usize, bool),
    Param(usize),
    Constant(i32),
    Not(Box<Node>),
    Binary(&'static str, Box<Node>, Box<Node>),
    Shift(bool, Box<Node>, usize),
    Cast(&'static str, Box<Node>, u32),
    Choice(Box<Node>, Box<Node>, Box<Node>, Box<Node>),
}

fn node() -> impl Strategy<Value = Node> {
    let leaf = prop_oneof![
        4 => (0..FIELDS.len(), any::<bool>()).prop_map(|(f, signed)| Node::Field(f, signed)),
        1 => (0..PARAMETERS.len()).prop_map(Node::Param),
        1 => (-300i32..300).prop_map(Node::Constant),
    ];
    leaf.prop_recursive(3, 8, 3, |inner| {
        let boxed = inner.clone().prop_map(Box::new);
        let operators = proptest::sample::select(vec!["+", "-", "&", "|", "^", "*", "<", "=="]);
        let casts = proptest::sample::select(vec!["wrap", "usat", "sat", "mask"]);
        prop_oneof![
            1 => boxed.clone().prop_map(Node::Not),
            6 => (operators, boxed.clone(), boxed.clone()).prop_map(|(o, a, b)| Node::Binary(o, a, b)),
            1 => (any::<bool>(), boxed.clone(), 0..FIELDS.len()).prop_map(|(l, a, f)| Node::Shift(l, a, f)),
            2 => (casts, boxed.clone(), 1u32..40).prop_map(|(c, a, w)| Node::Cast(c, a, w)),
            1 => (boxed.clone(), boxed.clone(), boxed.clone(), boxed)
                .prop_map(|(a, b, c, d)| Node::Choice(a, b, c, d)),
        ]
    })
}

/// Operations in it; one by a field's 8 bits to the left may be too wide.
fn size(node: &Node) -> usize {
    match node {
        Node::Field(..) | Node::Param(_) | Node::Constant(_) => 0,
        Node::Shift(true, a, _) => 7 + size(a),
        Node::Not(a) | Node::Shift(_, a, _) | Node::Cast(_, a, _) => 1 + size(a),
        Node::Binary(_, a, b) => 1 + size(a) + size(b),
        Node::Choice(a, b, c, d) => 1 + size(a) + size(b) + size(c) + size(d),
    }
}

fn field_forms(field: usize) -> Vec<Form> {
    (FIELDS[field].offset..FIELDS[field].end()).map(Form::state).collect()
}

/// As a number of forms; `None`: refused.
fn forms(node: &Node, terms: &mut Terms) -> Option<Number> {
    Some(match node {
        Node::Field(field, false) => Number::unsigned(field_forms(*field)),
        Node::Field(field, true) => Number::signed(field_forms(*field)),
        Node::Param(index) => Number::unsigned(
            (0..PARAMETERS[*index]).map(|bit| Form::atom(Atom::Param { index: *index, bit })).collect(),
        ),
        Node::Constant(n) => Number::constant(&BigInt::from(*n)),
        Node::Not(a) => forms(a, terms)?.not(),
        Node::Binary(operator, a, b) => {
            let (a, b) = (forms(a, terms)?, forms(b, terms)?);
            match *operator {
                "+" => a.add(&b, false, terms),
                "-" => a.add(&b, true, terms),
                "&" => a.bitwise(&b, Bitwise::And, terms),
                "|" => a.bitwise(&b, Bitwise::Or, terms),
                "^" => a.bitwise(&b, Bitwise::Xor, terms),
                "*" => a.times(&b, terms).ok()?,
                "<" => Number::unsigned(vec![a.less(&b, terms)]),
                _ => {
                    let differ = a.bitwise(&b, Bitwise::Xor, terms).nonzero(terms);
                    Number::unsigned(vec![differ.not()])
                }
            }
        }
        Node::Shift(left, a, field) => {
            forms(a, terms)?.shift_by(&Number::unsigned(field_forms(*field)), *left, terms).ok()?
        }
        Node::Cast(cast, a, width) => {
            let a = forms(a, terms)?;
            match *cast {
                "wrap" => a.wrapped(*width, terms),
                "usat" => a.saturated(*width, false, terms),
                "sat" => a.saturated(*width, true, terms),
                _ => Number::unsigned(a.store(*width, terms)),
            }
        }
        Node::Choice(a, b, yes, no) => {
            let (a, b, yes, no) = (forms(a, terms)?, forms(b, terms)?, forms(yes, terms)?, forms(no, terms)?);
            let condition = a.less(&b, terms);
            Number::choice(&condition, &yes, &no, terms)
        }
    })
}

fn field_value(state: &Bits, field: usize) -> Bits {
    state.slice(FIELDS[field].end() - 1, FIELDS[field].offset)
}

/// As bmv2 computes it.
fn value(node: &Node, state: &Bits, arguments: &[Bits]) -> BigInt {
    let of = |node: &Node| value(node, state, arguments);
    let power = |bits: u32| BigInt::from(1) << bits;
    let modulo = |a: BigInt, bits: u32| ((a % power(bits)) + power(bits)) % power(bits);
    match node {
        Node::Field(field, false) => field_value(state, *field).to_bigint(),
        Node::Field(field, true) => field_value(state, *field).to_bigint_signed(),
        Node::Param(index) => arguments[*index].to_bigint(),
        Node::Constant(n) => BigInt::from(*n),
        Node::Not(a) => -of(a) - 1,
        Node::Binary(operator, a, b) => {
            let (a, b) = (of(a), of(b));
            match *operator {
                "+" => a + b,
                "-" => a - b,
                "&" => a & b,
                "|" => a | b,
                "^" => a ^ b,
                "*" => a * b,
                "<" => BigInt::from(u8::from(a < b)),
                _ => BigInt::from(u8::from(a == b)),
            }
        }
        Node::Shift(left, a, field) => {
            let amount = field_value(state, *field).low_u64();
            if *left { of(a) << amount } else { of(a) >> amount }
        }
        Node::Cast(cast, a, width) => {
            let a = of(a);
            let least = match *cast {
                "sat" => -power(width - 1),
                _ => BigInt::from(0),
            };
            match *cast {
                "wrap" => {
                    let a = modulo(a, *width);
                    if a >= power(width - 1) { a - power(*width) } else { a }
                }
                "mask" => modulo(a, *width),
                "usat" => a.clamp(least, power(*width) - 1),
                _ => a.clamp(least, power(width - 1) - 1),
            }
        }
        Node::Choice(a, b, yes, no) => of(if of(a) < of(b) { yes } else { no }),
    }
}

/// The state after the effects of `assignments`; `None`: refused.
fn after(
    assignments: &BTreeMap<Bit, Form>,
    terms: &Terms,
    state: &Bits,
    arguments: &[Bits],
) -> Option<(Bits, usize)> {
    let templates = carry_out(assignments, terms, &|bit| bit, MACHINE).ok()?;
    // A row that can't compute hands over to one that can.
    let later = carry_out(assignments, terms, &|bit| bit, Machine { computes: false, ..MACHINE }).ok()?;
    assert!(!later[0].effect.computes());
    assert_eq!(
        carried_out(&later, state, arguments).lshr(320),
        carried_out(&templates, state, arguments).lshr(320)
    );
    Some((carried_out(&templates, state, arguments), templates.len()))
}

fn carried_out(templates: &[Template], state: &Bits, arguments: &[Bits]) -> Bits {
    templates.iter().enumerate().fold(state.clone(), |state, (i, template)| {
        assert!(i == 0 || !template.needs_entry());
        run(&template.effect(if i == 0 { arguments } else { &[] }), &state)
    })
}

/// Mostly corner values.
fn state() -> impl Strategy<Value = Bits> {
    let byte = prop_oneof![Just(0u8), Just(0xff), Just(0x80), Just(1), any::<u8>()];
    proptest::collection::vec(byte, STATE as usize / 8).prop_map(|bytes| Bits::from_be_bytes(STATE, &bytes))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(6000))]

    #[test]
    fn effects_compute_what_the_expressions_say(
        assigned in proptest::collection::btree_map(0..FIELDS.len(), node(), 1..4),
        state in state(),
        arguments in [any::<u16>(), any::<u16>()],
    ) {
        let arguments: Vec<Bits> =
            arguments.iter().zip(PARAMETERS).map(|(a, width)| Bits::from_u64(width, u64::from(*a))).collect();
        let mut terms = Terms::default();
        let mut assignments: BTreeMap<Bit, Form> = BTreeMap::new();
        let mut expected = state.clone();
        for (field, node) in &assigned {
            let Some(number) = forms(node, &mut terms) else { return Ok(()) };
            let range = FIELDS[*field];
            let result = Bits::from_bigint_wrapped(range.width, &value(node, &state, &arguments));
            expected = expected.with_slice(range.end() - 1, range.offset, &result);
            assignments.extend((range.offset..).zip(number.store(range.width, &mut terms)));
        }
        if let Some((after, _)) = after(&assignments, &terms, &state, &arguments) {
            prop_assert_eq!(after.lshr(320), expected.lshr(320));
        } else {
            // What is refused takes too much scratch, or is too wide.
            prop_assert!(assigned.values().map(size).sum::<usize>() > 1, "refused: {assigned:?}");
        }
    }

    #[test]
    fn hashes_are_those_of_their_input(
        fields in proptest::collection::vec(0..FIELDS.len(), 1..5),
        state in state(),
        base in 0u64..1000,
        modulus in prop_oneof![Just(0u64), 1u64..5000, Just(1 << 32)],
        place in prop_oneof![Just(320u32), Just(331), Just(400), Just(600)],
    ) {
        let algorithms = [HashAlgorithm::Crc16, HashAlgorithm::Crc32, HashAlgorithm::Csum16, HashAlgorithm::Xor16];
        let input: Vec<Form> = fields.iter().flat_map(|f| field_forms(*f).into_iter().rev()).collect();
        let bits = fields.iter().fold(Bits::zero(0), |bits, f| bits.concat(&field_value(&state, *f)));
        let padding = bits.width().next_multiple_of(8) - bits.width();
        let bytes = bits.concat(&Bits::zero(padding)).to_be_bytes();
        for algorithm in algorithms {
            let mut terms = Terms::default();
            let number = hash(algorithm, &input, base, modulus, &mut terms).unwrap();
            let assignments = (place..).zip(number.store(32, &mut terms)).collect();
            let (after, _) = after(&assignments, &terms, &state, &[]).unwrap();
            let expected = base + algorithm.compute(&bytes) % modulus.max(1);
            let expected = state.with_slice(place + 31, place, &Bits::from_u64(32, expected));
            prop_assert_eq!(after.lshr(320), expected.lshr(320), "{:?}", algorithm);
        }
    }

    #[test]
    fn checksums_are_those_of_their_words(
        fields in proptest::collection::vec((0..FIELDS.len(), 0u32..8), 1..6),
        state in state(),
        constant: u16,
    ) {
        // The fields one behind the other, with gaps of zeros.
        let (mut counted, mut sum) = (Vec::new(), u64::from(constant));
        let mut position = 0;
        for (field, gap) in &fields {
            position += gap;
            for bit in (FIELDS[*field].offset..FIELDS[*field].end()).rev() {
                let weight = 15 - position % 16;
                counted.push((bit, weight));
                sum += u64::from(state.bit(bit)) << weight;
                position += 1;
            }
        }
        counted.sort_unstable();
        while sum > 0xffff {
            sum = (sum & 0xffff) + (sum >> 16);
        }
        let mut terms = Terms::default();
        let word = terms.add(Term::Checksum { bits: counted, constant });
        let assignments = (400..).zip(word).collect();
        let (after, _) = after(&assignments, &terms, &state, &[]).unwrap();
        let expected = state.with_slice(415, 400, &Bits::from_u64(16, sum ^ 0xffff));
        prop_assert_eq!(after.lshr(320), expected.lshr(320));
    }
}

/// How many effects an expression takes that is assigned to a 16-bit field.
fn effects(make: impl Fn(Number, Number, &mut Terms) -> Number) -> usize {
    let mut terms = Terms::default();
    let (a, b) = (Number::unsigned(field_forms(0)), Number::unsigned(field_forms(1)));
    let word = make(a, b, &mut terms).store(16, &mut terms);
    let assignments = (600..).zip(word).collect();
    let (_, effects) = after(&assignments, &terms, &Bits::zero(STATE), &[]).unwrap();
    effects
}

#[test]
fn what_is_common_is_cheap() {
    assert_eq!(effects(|a, b, terms| a.add(&b, false, terms)), 1);
    assert_eq!(effects(|a, b, terms| a.add(&b, true, terms)), 1);
    assert_eq!(effects(|a, b, terms| a.bitwise(&b, Bitwise::And, terms)), 1);
    assert_eq!(effects(|a, b, terms| a.bitwise(&b, Bitwise::Or, terms)), 1);
    assert_eq!(effects(|a, b, terms| a.times(&b, terms).unwrap()), 1);
    assert_eq!(effects(|a, b, terms| b.shift_by(&a, true, terms).unwrap()), 1);
    assert_eq!(effects(|a, b, terms| Number::unsigned(vec![a.less(&b, terms)])), 1);
    let seven = || Number::constant(&BigInt::from(7));
    assert_eq!(effects(|_, b, terms| seven().add(&b, true, terms)), 1);
    assert_eq!(effects(|a, b, terms| seven().add(&b, true, terms).add(&a, false, terms)), 2);
    assert_eq!(effects(|_, b, terms| seven().add(&b, false, terms).add(&seven(), false, terms)), 1);
    assert_eq!(effects(|a, b, terms| a.add(&b, false, terms).saturated(16, false, terms)), 2);
    assert_eq!(effects(|a, b, terms| a.add(&b, true, terms).saturated(16, false, terms)), 2);
}
