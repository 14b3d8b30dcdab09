//! The compiled expressions against unbounded integers.

use hyper4_bits::Bits;
use hyper4_ir::*;
use num_bigint::BigInt;
use num_traits::{One, Signed, ToPrimitive, Zero};
use proptest::prelude::*;

use super::builder::*;
use crate::code::{Instruction, run};
use crate::expression::Compiler;
use crate::fault::Fault;
use crate::gather::GatherStep;
use crate::layout::{Layout, limbs};

/// `base` with a signed field of 70 bits in `meta`.
fn program() -> Program {
    let mut program = base();
    let fields = &mut program.header_types[1].fields;
    fields[1].width = 130;
    fields[2] = FieldType { name: "signed".into(), width: 70, signed: true, varbit: false };
    program
}

const SIGNED: FieldRef = FieldRef { header: META, field: 2 };
const PARAMETER_WIDTHS: [u32; 2] = [9, 80];

#[derive(Debug)]
struct Values {
    a: u16,
    b: u8,
    wide: u128,
    widest: [u64; 3],
    signed: i128,
    parameters: [u128; 2],
}

/// What bmv2 computes; `None` where it aborts, or where numbers grow beyond what is worth computing.
fn evaluate(expression: &Expr, values: &Values) -> Option<BigInt> {
    Some(match expression {
        Expr::Const(number) => number.clone(),
        Expr::Bool(value) => BigInt::from(u8::from(*value)),
        Expr::Valid(header) => BigInt::from(u8::from(*header == H)),
        Expr::Param(index) => BigInt::from(values.parameters[*index]),
        Expr::Field(field) => match (field.header, field.field) {
            (H, 0) => BigInt::from(values.a),
            (H, 1) => BigInt::from(values.b),
            (H, 3) => BigInt::from(values.wide),
            (META, 1) => widest(values).to_bigint(),
            (META, 2) => BigInt::from(values.signed),
            _ => BigInt::zero(),
        },
        // These tests make none of them.
        Expr::FieldOf(..)
        | Expr::ValidOf(_)
        | Expr::UnionValid(_)
        | Expr::LastIndex(_)
        | Expr::StackSize(_)
        | Expr::Equal(..) => return None,
        Expr::Unary(op, a) => {
            let a = evaluate(a, values)?;
            match op {
                UnaryOp::BitNot => -a - 1,
                UnaryOp::Neg => -a,
                UnaryOp::Not => BigInt::one() - a,
                UnaryOp::BoolToData => a,
                UnaryOp::DataToBool => BigInt::from(u8::from(!a.is_zero())),
            }
        }
        Expr::Ternary(condition, then, otherwise) => {
            let taken = if evaluate(condition, values)?.is_zero() { otherwise } else { then };
            evaluate(taken, values)?
        }
        Expr::Binary(op, a, b) => binary(*op, evaluate(a, values)?, evaluate(b, values)?)?,
    })
}

fn binary(op: BinaryOp, a: BigInt, b: BigInt) -> Option<BigInt> {
    let flag = |value: bool| BigInt::from(u8::from(value));
    let shift = || b.to_u32().filter(|amount| *amount < 100_000);
    Some(match op {
        BinaryOp::Add => a + b,
        BinaryOp::Sub => a - b,
        BinaryOp::Mul => a * b,
        BinaryOp::Div if !a.is_negative() && b.is_positive() => a / b,
        BinaryOp::Mod if !a.is_negative() && b.is_positive() => a % b,
        BinaryOp::Div | BinaryOp::Mod => return None,
        BinaryOp::Shl => a << shift()?,
        BinaryOp::Shr => a >> shift()?,
        BinaryOp::BitAnd | BinaryOp::And => a & b,
        BinaryOp::BitOr | BinaryOp::Or => a | b,
        BinaryOp::BitXor => a ^ b,
        BinaryOp::Eq => flag(a == b),
        BinaryOp::Ne => flag(a != b),
        BinaryOp::Lt => flag(a < b),
        BinaryOp::Le => flag(a <= b),
        BinaryOp::Gt => flag(a > b),
        BinaryOp::Ge => flag(a >= b),
        BinaryOp::UnsignedSaturate => {
            let most = (BigInt::one() << b.to_u32()?) - 1;
            a.clamp(BigInt::zero(), most)
        }
        BinaryOp::SignedSaturate => {
            let most: BigInt = BigInt::one() << (b.to_u32()? - 1);
            a.clamp(-most.clone(), most - 1)
        }
        BinaryOp::TwosComplement => Bits::from_bigint_wrapped(b.to_u32()?, &a).to_bigint_signed(),
    })
}

fn widest(values: &Values) -> Bits {
    let high = Bits::from_u64(130, values.widest[2]).shl(128);
    let middle = Bits::from_u64(130, values.widest[1]).shl(64);
    high.or(&middle).or(&Bits::from_u64(130, values.widest[0]))
}

fn set(memory: &mut [u64], at: u32, bits: &Bits) {
    let at = at as usize;
    memory[at..at + bits.limbs().len()].copy_from_slice(bits.limbs());
}

/// Moves, masks, inverts and fills.
fn linear() -> impl Strategy<Value = Expr> {
    let fields = prop::sample::select(vec![h(0), h(1), h(3), meta(1), meta(1)]).prop_map(Expr::Field);
    let leaf = prop_oneof![3 => fields, 1 => constant(), 2 => (0..2usize).prop_map(Expr::Param)];
    leaf.prop_recursive(6, 16, 2, |inner| {
        let node = |op, a, b| Expr::Binary(op, Box::new(a), Box::new(b));
        let masks = prop_oneof![constant(), Just(Expr::Param(1))];
        let amount = prop_oneof![(0..200i64).prop_map(|n| *number(n)), Just(Expr::Param(0))];
        let shift = prop::sample::select(vec![BinaryOp::Shl, BinaryOp::Shr]);
        let both = prop::sample::select(vec![BinaryOp::BitXor, BinaryOp::BitOr]);
        let sum = prop::sample::select(vec![BinaryOp::Add, BinaryOp::Sub]);
        let bits =
            (0..130u32, 1..70u32).prop_map(|(low, width)| Expr::Const(((BigInt::one() << width) - 1) << low));
        prop_oneof![
            3 => (inner.clone(), masks).prop_map(move |(a, b)| node(BinaryOp::BitAnd, a, b)),
            3 => (shift, inner.clone(), amount).prop_map(move |(op, a, b)| node(op, a, b)),
            3 => (both, inner.clone(), inner.clone()).prop_map(move |(op, a, b)| node(op, a, b)),
            1 => inner.clone().prop_map(|a| Expr::Unary(UnaryOp::BitNot, Box::new(a))),
            2 => (sum, inner, constant(), bits.clone(), bits).prop_map(move |(op, a, b, m, n)| {
                node(BinaryOp::BitAnd, node(op, node(BinaryOp::BitAnd, a, m), b), n)
            }),
        ]
    })
}

/// Shifts one after the other, most of them by amounts of the packet, with masks in between.
fn shifts() -> impl Strategy<Value = Expr> {
    let amount = prop_oneof![
        3 => Just(Expr::Field(h(1))),
        2 => Just(Expr::Param(0)),
        1 => (0..70i64).prop_map(|n| *number(n)),
        1 => Just(Expr::Binary(BinaryOp::Sub, Box::new(Expr::Field(h(1))), number(3))),
    ];
    let step = (amount, prop::option::of(prop_oneof![3 => Just(130u32), 1 => 1..140u32]));
    let operator = prop::sample::select(vec![BinaryOp::Shl, BinaryOp::Shr]);
    let first = prop::sample::select(vec![h(0), h(3), meta(1), meta(1)]).prop_map(Expr::Field);
    (first, operator, prop::collection::vec(step, 1..5)).prop_map(|(first, operator, steps)| {
        steps.into_iter().fold(first, |value, (amount, mask)| {
            let shifted = Expr::Binary(operator, Box::new(value), Box::new(amount));
            match mask {
                Some(width) => {
                    let ones = Box::new(Expr::Const((BigInt::one() << width) - 1));
                    Expr::Binary(BinaryOp::BitAnd, Box::new(shifted), ones)
                }
                None => shifted,
            }
        })
    })
}

/// Ways to compile the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    Usual,
    /// Every operation by itself.
    Plain,
    /// For one call of an action.
    KnownArguments,
}

/// The engine's `meta.wide = expression`; `None` when it refuses or stops.
fn compute(expression: &Expr, values: &Values) -> Result<Bits, Option<Fault>> {
    compute_by(Way::Usual, expression, values).map(|(bits, _)| bits)
}

/// The same, and whether it was gathered bit by bit.
fn compute_by(way: Way, expression: &Expr, values: &Values) -> Result<(Bits, bool), Option<Fault>> {
    let layout = Layout::new(&program());
    let at = layout.packet_limbs;
    let parameters = [(at, PARAMETER_WIDTHS[0]), (at + 1, PARAMETER_WIDTHS[1])];
    let arguments: Vec<Bits> =
        PARAMETER_WIDTHS.iter().zip(values.parameters).map(|(w, v)| Bits::from_u128(*w, v)).collect();
    let mut compiler = Compiler::new(&layout, &parameters, at + 3);
    compiler.plain = way == Way::Plain;
    if way == Way::KnownArguments {
        compiler = compiler.with_arguments(&arguments);
    }
    let place = Place::Field(meta(1));
    compiler.assign(&place, expression).map_err(|_| None)?;
    let code = compiler.take();
    let gathered = matches!(&*code, [Instruction::Gather { .. }]);
    let mut memory = vec![0; compiler.end as usize];
    layout.reset(&mut memory);
    layout.headers[H.index()].set_valid(&mut memory, true);
    let slot = |field| layout.field(field).unwrap().at;
    set(&mut memory, slot(h(0)), &bits(16, values.a.into()));
    set(&mut memory, slot(h(1)), &bits(8, values.b.into()));
    set(&mut memory, slot(h(3)), &Bits::from_u128(100, values.wide));
    set(&mut memory, slot(meta(1)), &widest(values));
    set(&mut memory, slot(SIGNED), &Bits::from_bigint_wrapped(128, &values.signed.into()));
    for ((at, _), argument) in parameters.iter().zip(&arguments).filter(|_| way != Way::KnownArguments) {
        set(&mut memory, *at, argument);
    }
    run(&code, &mut memory).map_err(Some)?;
    let result = layout.field(meta(1)).unwrap();
    let field = &memory[result.at as usize..(result.at + limbs(130)) as usize];
    let bytes: Vec<u8> = field.iter().rev().flat_map(|limb| limb.to_be_bytes()).collect();
    assert!(field[2] < 4, "bits beyond the width stay zero");
    Ok((Bits::from_be_bytes(130, &bytes), gathered))
}

fn values() -> impl Strategy<Value = Values> {
    let numbers = (any::<u16>(), any::<u8>(), any::<u128>(), any::<[u64; 3]>());
    let others = (any::<i128>(), any::<u16>(), any::<u128>());
    (numbers, others).prop_map(|((a, b, wide, mut widest), (signed, p0, p1))| {
        widest[2] &= 3;
        let parameters = [u128::from(p0 & 0x1ff), p1 & ((1 << 80) - 1)];
        Values { a, b, wide: wide >> 28, widest, signed: signed >> 58, parameters }
    })
}

fn constant() -> impl Strategy<Value = Expr> {
    let number = prop_oneof![
        (-3i64..4).prop_map(BigInt::from),
        any::<i64>().prop_map(BigInt::from),
        any::<i128>().prop_map(BigInt::from),
        (0u32..140).prop_map(|width| (BigInt::one() << width) - 1),
    ];
    number.prop_map(Expr::Const)
}

fn leaf() -> impl Strategy<Value = Expr> {
    let fields = [h(0), h(1), h(3), meta(1), SIGNED, FieldRef { header: HeaderId(3), field: 0 }];
    prop_oneof![
        constant(),
        prop::sample::select(fields.to_vec()).prop_map(Expr::Field),
        (0..2usize).prop_map(Expr::Param),
    ]
}

fn tree() -> impl Strategy<Value = Expr> {
    leaf().prop_recursive(5, 24, 3, |inner| {
        let truth = (inner.clone(), inner.clone(), 0..8u8).prop_map(|(a, b, which)| {
            let (a, b) = (Box::new(a), Box::new(b));
            let compared = |op| Expr::Binary(op, a.clone(), b.clone());
            match which {
                0 => compared(BinaryOp::Eq),
                1 => compared(BinaryOp::Ne),
                2 => compared(BinaryOp::Lt),
                3 => compared(BinaryOp::Le),
                4 => compared(BinaryOp::Gt),
                5 => compared(BinaryOp::Ge),
                6 => Expr::Binary(
                    BinaryOp::And,
                    Box::new(Expr::Unary(UnaryOp::DataToBool, a.clone())),
                    Box::new(Expr::Valid(H)),
                ),
                _ => Expr::Unary(UnaryOp::Not, Box::new(Expr::Unary(UnaryOp::DataToBool, a.clone()))),
            }
        });
        let operator = prop::sample::select(vec![
            BinaryOp::Add,
            BinaryOp::Sub,
            BinaryOp::Mul,
            BinaryOp::Div,
            BinaryOp::Mod,
            BinaryOp::BitAnd,
            BinaryOp::BitOr,
            BinaryOp::BitXor,
        ]);
        let amount = prop_oneof![(0..200i64).prop_map(|n| *number(n)), Just(Expr::Field(h(1))), leaf()];
        let shift = prop::sample::select(vec![BinaryOp::Shl, BinaryOp::Shr]);
        let cast = prop::sample::select(vec![
            BinaryOp::UnsignedSaturate,
            BinaryOp::SignedSaturate,
            BinaryOp::TwosComplement,
        ]);
        let node = |op, a, b| Expr::Binary(op, Box::new(a), Box::new(b));
        prop_oneof![
            4 => (operator, inner.clone(), inner.clone()).prop_map(move |(op, a, b)| node(op, a, b)),
            3 => (inner.clone(), 0..140u32).prop_map(move |(a, width)| {
                node(BinaryOp::BitAnd, a, Expr::Const((BigInt::one() << width) - 1))
            }),
            2 => (shift, inner.clone(), amount).prop_map(move |(op, a, b)| node(op, a, b)),
            1 => (cast, inner.clone(), 1..140i64).prop_map(move |(op, a, w)| node(op, a, *number(w))),
            1 => inner.clone().prop_map(|a| Expr::Unary(UnaryOp::BitNot, Box::new(a))),
            1 => inner.clone().prop_map(|a| Expr::Unary(UnaryOp::Neg, Box::new(a))),
            1 => truth.clone().prop_map(|a| Expr::Unary(UnaryOp::BoolToData, Box::new(a))),
            1 => (truth, inner.clone(), inner).prop_map(|(c, a, b)| {
                Expr::Ternary(Box::new(c), Box::new(a), Box::new(b))
            }),
        ]
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn expressions_are_those_of_unbounded_integers(expression in tree(), values in values()) {
        match (compute(&expression, &values), evaluate(&expression, &values)) {
            (Ok(found), Some(expected)) => {
                prop_assert_eq!(found, Bits::from_bigint_wrapped(130, &expected));
            }
            // Refused: a value that nothing bounds. Stopped: where bmv2 aborts. Or no expectation: shifts by more
            // than is worth computing, or an abort in a part that is not looked at.
            (Err(None), _) | (Ok(_), None) | (Err(Some(_)), None) => {}
            (Err(Some(fault)), Some(_)) => prop_assert!(false, "stopped with {}", fault),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4000))]
    #[test]
    fn every_way_computes_the_same(
        expression in prop_oneof![1 => tree(), 3 => linear(), 2 => shifts()],
        values in values(),
    ) {
        let expected = evaluate(&expression, &values).map(|value| Bits::from_bigint_wrapped(130, &value));
        for way in [Way::Usual, Way::Plain, Way::KnownArguments] {
            if let (Ok((found, _)), Some(expected)) = (compute_by(way, &expression, &values), &expected) {
                prop_assert_eq!(&found, expected, "{:?}", way);
            }
        }
    }
}

#[test]
fn most_moves_and_masks_are_gathered() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let mut gathered = |way| {
        let cases = (0..500).filter(|_| {
            let expression = linear().new_tree(&mut runner).unwrap().current();
            let values = values().new_tree(&mut runner).unwrap().current();
            compute_by(way, &expression, &values).is_ok_and(|(_, gathered)| gathered)
        });
        cases.count()
    };
    let counts = [Way::Usual, Way::Plain, Way::KnownArguments].map(&mut gathered);
    assert!(counts[0] > 100 && counts[1] == 0 && counts[2] > 250, "{counts:?} of 500");
}

/// A narrow field put beside others into a wide one: the limb that it lies in changes, and no other is touched.
#[test]
fn a_field_deposited_in_a_wide_one_changes_one_limb() {
    let node = |op, a, b| Expr::Binary(op, Box::new(a), Box::new(b));
    let all: BigInt = (BigInt::one() << 130) - 1;
    for (at, narrow, limb) in [(9, Expr::Param(0), 0), (70, Expr::Field(h(0)), 1), (100, Expr::Param(0), 1)] {
        let width = if matches!(narrow, Expr::Param(_)) { 9 } else { 16 };
        let hole = all.clone() ^ (((BigInt::one() << width) - 1) << at);
        let rest = node(BinaryOp::BitAnd, Expr::Field(meta(1)), Expr::Const(hole));
        let value = node(BinaryOp::BitOr, rest, node(BinaryOp::Shl, narrow, *number(at)));
        let layout = Layout::new(&program());
        let parameters = [(layout.packet_limbs, PARAMETER_WIDTHS[0])];
        let mut compiler = Compiler::new(&layout, &parameters, layout.packet_limbs + 1);
        compiler.assign(&Place::Field(meta(1)), &value).unwrap();
        let code = compiler.take();
        let [Instruction::Gather { steps, .. }] = &*code else { panic!("{code:?}") };
        let wide = layout.field(meta(1)).unwrap().at + limb;
        let own = |step: &GatherStep| match step {
            GatherStep::Term { to, term, .. } => *to == wide && term.from == wide,
            GatherStep::Xor { to, term } => *to == wide && term.from != wide,
            _ => false,
        };
        assert!(steps.len() == 2 && steps.iter().all(own), "{steps:?}");
        let values =
            Values { a: 0xabcd, b: 0, wide: 0, widest: [u64::MAX, 5, 3], signed: 0, parameters: [0x155, 0] };
        let expected = Bits::from_bigint_wrapped(130, &evaluate(&value, &values).unwrap());
        assert_eq!(compute(&value, &values), Ok(expected));
    }
}

#[test]
fn most_expressions_are_compared() {
    use proptest::strategy::ValueTree;
    use proptest::test_runner::TestRunner;
    let mut runner = TestRunner::deterministic();
    let compared = (0..500)
        .filter(|_| {
            let expression = tree().new_tree(&mut runner).unwrap().current();
            let values = values().new_tree(&mut runner).unwrap().current();
            compute(&expression, &values).is_ok() && evaluate(&expression, &values).is_some()
        })
        .count();
    assert!(compared > 350, "only {compared} of 500");
}

/// What an element of an array found at run time comes to: each branch is compiled once, not twice at each level.
#[test]
fn choices_in_choices_are_compiled_once() {
    let equal = |n| Box::new(Expr::Binary(BinaryOp::Eq, Box::new(Expr::Field(h(0))), number(n)));
    let chain =
        (0..200).rev().fold(*number(7), |others, n| Expr::Ternary(equal(n), number(n * 3), Box::new(others)));
    for (a, wanted) in [(0u16, 0i64), (1, 3), (150, 450), (199, 597), (200, 7)] {
        let values = Values { a, b: 0, wide: 0, widest: [0; 3], signed: 0, parameters: [0; 2] };
        assert_eq!(compute(&chain, &values), Ok(Bits::from_bigint_wrapped(130, &wanted.into())));
    }
}

#[test]
fn what_bmv2_aborts_on_stops() {
    let fault = |op, a: i64, b: i64| {
        let values = Values { a: 0, b: 0, wide: 0, widest: [0; 3], signed: 0, parameters: [0; 2] };
        // Through a field, so that it is no constant.
        let add = |n| Box::new(Expr::Binary(BinaryOp::Add, Box::new(Expr::Field(h(0))), number(n)));
        compute(&Expr::Binary(op, add(a), add(b)), &values).unwrap_err()
    };
    assert_eq!(fault(BinaryOp::Div, 1, 0), Some(Fault::Division));
    assert_eq!(fault(BinaryOp::Mod, -1, 2), Some(Fault::Division));
    assert_eq!(fault(BinaryOp::Shl, 1, -1), Some(Fault::NegativeShift));
    assert_eq!(fault(BinaryOp::Shr, 1, -1), Some(Fault::NegativeShift));
}
