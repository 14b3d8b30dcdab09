//! Sequences of effects against the parallel assignments that they stand for.

use std::collections::BTreeMap;

use hyper4_bits::{Bits, checksum};
use proptest::prelude::*;

use super::machine::run;
use crate::compile::computation::{Machine, carry_out};
use crate::compile::form::{Atom, Bit, Form};
use crate::compile::term::{Term, Terms};
use crate::{BitRange, Operation};

const STATE: u32 = 192;
const MACHINE: Machine =
    Machine { state_bits: STATE, scratch: BitRange { offset: 0, width: 64 }, computes: true };
const FIELDS: u32 = 16;
const WIDTH: u32 = 8;

/// Field number `n`, above scratch.
fn field(n: u32) -> BitRange {
    BitRange { offset: 64 + n * WIDTH, width: WIDTH }
}

/// What a field is assigned.
#[derive(Clone, Debug)]
enum Value {
    Constant(u64),
    Param(usize),
    Copy(u32),
    Xor(u32, u32),
    Masked(u32, u64),
    Rotated(u32, u32),
    AddConstant(u32, u64),
    AddParam(u32, usize, bool),
    Checksum(Vec<u32>),
}

fn value() -> impl Strategy<Value = Value> {
    let field = 0..FIELDS;
    prop_oneof![
        1 => any::<u64>().prop_map(Value::Constant),
        1 => (0usize..2).prop_map(Value::Param),
        4 => field.clone().prop_map(Value::Copy),
        1 => (field.clone(), field.clone()).prop_map(|(a, b)| Value::Xor(a, b)),
        1 => (field.clone(), any::<u64>()).prop_map(|(f, m)| Value::Masked(f, m)),
        1 => (field.clone(), 1u32..WIDTH).prop_map(|(f, n)| Value::Rotated(f, n)),
        1 => (field.clone(), any::<u64>()).prop_map(|(f, n)| Value::AddConstant(f, n)),
        1 => (field.clone(), 0usize..2, any::<bool>()).prop_map(|(f, p, s)| Value::AddParam(f, p, s)),
        1 => proptest::collection::vec(field, 1..6).prop_map(Value::Checksum),
    ]
}

fn read(n: u32) -> Vec<Form> {
    (field(n).offset..field(n).end()).map(Form::state).collect()
}

fn constant(n: u64) -> Vec<Form> {
    (0..WIDTH).map(|i| Form::constant(n >> i & 1 == 1)).collect()
}

fn parameter(index: usize) -> Vec<Form> {
    (0..WIDTH).map(|bit| Form::atom(Atom::Param { index, bit })).collect()
}

/// The field's bits as forms, and its value worked out from the state before.
fn meaning(value: &Value, terms: &mut Terms, state: &Bits, arguments: &[Bits]) -> (Vec<Form>, Bits) {
    let number = |n: u32| state.slice(field(n).end() - 1, field(n).offset);
    let bits = |n: u64| Bits::from_u64(WIDTH, n);
    match value {
        Value::Constant(n) => (constant(*n), bits(*n)),
        Value::Param(p) => (parameter(*p), arguments[*p].clone()),
        Value::Copy(f) => (read(*f), number(*f)),
        Value::Xor(a, b) => {
            let forms = read(*a).iter().zip(read(*b)).map(|(x, y)| x.xor(&y)).collect();
            (forms, number(*a).xor(&number(*b)))
        }
        Value::Masked(f, m) => {
            let masked = |(i, form)| if m >> i & 1 == 1 { form } else { Form::constant(false) };
            (read(*f).into_iter().enumerate().map(masked).collect(), number(*f).and(&bits(*m)))
        }
        Value::Rotated(f, n) => {
            let mut forms = read(*f);
            forms.rotate_left(*n as usize);
            let n = *n as usize;
            (forms, number(*f).lshr(n).or(&number(*f).shl(WIDTH as usize - n)))
        }
        Value::AddConstant(f, n) => {
            let sum = terms.binary(Operation::Sum, read(*f), constant(*n));
            (sum, number(*f).wrapping_add(&bits(*n)))
        }
        Value::AddParam(f, p, subtract) => {
            let operation = if *subtract { Operation::Difference } else { Operation::Sum };
            let sum = terms.binary(operation, read(*f), parameter(*p));
            let argument = &arguments[*p];
            let total =
                if *subtract { number(*f).wrapping_sub(argument) } else { number(*f).wrapping_add(argument) };
            (sum, total)
        }
        // Two fields wide: handled where fields are assigned.
        Value::Checksum(fields) => {
            let mut fields = fields.clone();
            fields.sort_unstable();
            fields.dedup();
            let ranges: Vec<BitRange> = fields.iter().map(|n| field(*n)).collect();
            let mask =
                ranges.iter().fold(Bits::zero(STATE), |m, r| m.or(&Bits::mask(STATE, r.offset, r.width)));
            let sum = checksum::internet(&state.and(&mask).to_be_bytes());
            let bits = ranges.iter().flat_map(|r| r.offset..r.end()).map(|bit| (bit, bit % 16)).collect();
            let forms = terms.add(Term::Checksum { bits, constant: 0 });
            (forms, Bits::from_u64(16, sum.into()))
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]

    #[test]
    fn effects_do_what_the_assignment_says(
        assigned in proptest::collection::btree_map(0..FIELDS, value(), 0..7),
        state in proptest::collection::vec(any::<u8>(), STATE as usize / 8),
        arguments in [any::<u8>(), any::<u8>()],
    ) {
        let state = Bits::from_be_bytes(STATE, &state);
        let arguments = arguments.map(|a| Bits::from_u64(WIDTH, a.into()));
        let mut terms = Terms::default();
        let mut assignments: BTreeMap<Bit, Form> = BTreeMap::new();
        let mut expected = state.clone();
        let mut checksums = 0;
        for (n, value) in &assigned {
            let wide = matches!(value, Value::Checksum(_));
            // A checksum takes two fields, so it is only put where the next one is not assigned.
            if wide && (assigned.contains_key(&(n + 1)) || n + 1 == FIELDS) {
                continue;
            }
            checksums += usize::from(wide);
            let (forms, result) = meaning(value, &mut terms, &state, &arguments);
            let at = field(*n).offset;
            expected = expected.with_slice(at + result.width() - 1, at, &result);
            assignments.extend((at..).zip(forms));
        }
        match carry_out(&assignments, &terms, &|bit| bit, MACHINE) {
            // Checksums can be over each other.
            Err(_) => prop_assert!(checksums > 1, "refused: {assigned:?}"),
            Ok(templates) => {
                let after = templates.iter().enumerate().fold(state.clone(), |state, (i, template)| {
                    let first = i == 0;
                    assert!(first || !template.needs_entry());
                    run(&template.effect(if first { &arguments } else { &[] }), &state)
                });
                prop_assert_eq!(after.lshr(64), expected.lshr(64), "{:?}", templates);
            }
        }
    }
}

/// The exchange of two fields is one effect: one goes left, one goes right.
#[test]
fn an_exchange_is_one_effect() {
    let forms = |to: u32, from: u32| (field(to).offset..).zip(read(from));
    let assignments = forms(1, 5).chain(forms(5, 1)).collect();
    let templates = carry_out(&assignments, &Terms::default(), &|bit| bit, MACHINE).unwrap();
    assert_eq!(templates.len(), 1, "{templates:?}");
}

/// Three fields in a circle need scratch or three distances; what comes out is the circle.
#[test]
fn a_circle_of_copies_goes_by_scratch() {
    let forms = |to: u32, from: u32| (field(to).offset..).zip(read(from));
    let assignments = forms(1, 2).chain(forms(2, 5)).chain(forms(5, 9)).chain(forms(9, 1)).collect();
    let templates = carry_out(&assignments, &Terms::default(), &|bit| bit, MACHINE).unwrap();
    let state = Bits::from_be_bytes(STATE, &std::array::from_fn::<u8, 24, _>(|i| i as u8));
    let after = templates.iter().fold(state.clone(), |state, template| run(&template.effect(&[]), &state));
    let number = |state: &Bits, n: u32| state.slice(field(n).end() - 1, field(n).offset);
    for (to, from) in [(1, 2), (2, 5), (5, 9), (9, 1)] {
        assert_eq!(number(&after, to), number(&state, from), "field {to}");
    }
}

/// Without scratch a circle is refused.
#[test]
fn a_circle_without_scratch_is_refused() {
    let forms = |to: u32, from: u32| (field(to).offset..).zip(read(from));
    let assignments = forms(1, 2).chain(forms(2, 5)).chain(forms(5, 9)).chain(forms(9, 1)).collect();
    let machine = Machine { scratch: BitRange { offset: 0, width: 0 }, ..MACHINE };
    let refused = carry_out(&assignments, &Terms::default(), &|bit| bit, machine);
    assert!(refused.is_err_and(|e| e.to_string().contains("scratch")));
}
