//! Branches against Z3's word, and witnesses against conditions.

use std::time::Duration;

use hyper4_bits::Bits;
use proptest::prelude::*;

use super::{Context, Path};
use crate::solver::Answer;
use crate::term::{Cond, Evaluator, Side, VariableKind, Word};

#[derive(Clone, Copy, Debug)]
enum Atom {
    Equal { low: u32, width: u32, value: u64 },
    Less { low: u32, width: u32, value: u64 },
    Fields { a: u32, b: u32, width: u32 },
    Sum { low: u32, width: u32, value: u64 },
}

fn atom() -> impl Strategy<Value = Atom> {
    let part = || (0u32..12, 1u32..5, 0u64..16);
    prop_oneof![
        4 => part().prop_map(|(low, width, value)| Atom::Equal { low, width, value }),
        1 => part().prop_map(|(low, width, value)| Atom::Less { low, width, value }),
        1 => (0u32..12, 0u32..12, 1u32..5).prop_map(|(a, b, width)| Atom::Fields { a, b, width }),
        1 => part().prop_map(|(low, width, value)| Atom::Sum { low, width, value }),
    ]
}

fn condition(context: &mut Context, word: &Word, atoms: &[(Atom, bool)], any: bool) -> Cond {
    let terms = &mut context.terms;
    let atoms: Vec<Cond> = atoms
        .iter()
        .map(|(atom, negated)| {
            let condition = match *atom {
                Atom::Equal { low, width, value } => {
                    let field = terms.extract(word, low, width);
                    terms.equal(&field, &Word::number(width, value))
                }
                Atom::Less { low, width, value } => {
                    let field = terms.extract(word, low, width);
                    terms.less(&field, &Word::number(width, value))
                }
                Atom::Fields { a, b, width } => {
                    let (a, b) = (terms.extract(word, a, width), terms.extract(word, b, width));
                    terms.equal(&a, &b)
                }
                Atom::Sum { low, width, value } => {
                    let field = terms.extract(word, low, width);
                    let sum = terms.add(&field, &field);
                    terms.equal(&sum, &Word::number(width, value))
                }
            };
            if *negated { condition.not() } else { condition }
        })
        .collect();
    if any { terms.any(atoms) } else { terms.all(atoms) }
}

fn satisfiable(context: &mut Context, conditions: &[Cond]) -> bool {
    match context.solver.satisfiable(conditions) {
        Answer::Satisfiable(_) => true,
        Answer::Unsatisfiable => false,
        Answer::Unknown(reason) => panic!("{reason}"),
    }
}

fn holds(path: &Path) -> bool {
    path.conditions().iter().all(|condition| Evaluator::new(path.witness()).holds(condition))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]
    #[test]
    fn a_split_is_what_z3_says(
        conditions in prop::collection::vec(
            (prop::collection::vec((atom(), any::<bool>()), 1..4), any::<bool>(), any::<bool>()),
            1..7,
        ),
    ) {
        let mut context = Context::new(Duration::from_secs(20));
        let word = context.terms.variable(VariableKind::Undefined(Side::Native, "x".into()), 16);
        let mut path = Context::anything();
        let mut all = Vec::new();
        for (atoms, any, take) in conditions {
            let condition = condition(&mut context, &word, &atoms, any);
            let split = context.split(path, &condition).expect("Z3 can tell");
            for (side, condition) in [(&split.holds, condition.clone()), (&split.fails, condition.not())] {
                all.push(condition);
                prop_assert_eq!(side.is_some(), satisfiable(&mut context, &all));
                all.pop();
                prop_assert!(side.as_ref().is_none_or(holds));
            }
            let (wanted, other) = if take { (split.holds, split.fails) } else { (split.fails, split.holds) };
            let taken = wanted.is_some() == take;
            all.push(if taken { condition } else { condition.not() });
            path = wanted.or(other).expect("one of the two has packets");
        }
    }
}

#[test]
fn what_follows_from_known_bits_is_decided_without_z3() {
    let mut context = Context::new(Duration::from_secs(20));
    let word = context.terms.variable(VariableKind::Undefined(Side::Native, "x".into()), 16);
    let whole = context.terms.equal(&word, &Word::number(16, 0x1234));
    let path = context.restrict(Context::anything(), &whole).expect("decided").expect("possible");
    let high = context.terms.extract(&word, 8, 8);
    let equal = context.terms.equal(&high, &Word::number(8, 0x12));
    let other = context.terms.equal(&high, &Word::number(8, 0x13));
    assert_eq!(path.decide(&equal), Some(true));
    assert_eq!(path.decide(&other), Some(false));
    assert_eq!(path.decide(&other.not()), Some(true));
    assert_eq!(context.solver.queries, 0);
    assert_eq!(Evaluator::new(path.witness()).word(&word), Bits::from_u64(16, 0x1234));
}
