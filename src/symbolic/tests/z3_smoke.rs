//! The libz3 that is linked is one that the bindings fit.

use z3::ast::{Ast, BV};
use z3::{AstKind, DeclKind, SatResult, Solver, SortKind};

#[test]
fn bit_vectors_are_solved_and_the_model_is_right() {
    let x = BV::new_const("x", 32);
    let solver = Solver::new();
    solver.assert((&x * 3u32).eq(BV::from_u64(0x1234, 32)));
    solver.assert(x.bvugt(BV::from_u64(0xffff, 32)));
    assert_eq!(solver.check(), SatResult::Sat);
    let model = solver.get_model().expect("satisfiable");
    let value = model.eval(&x, true).and_then(|value| value.as_u64()).expect("a number");
    assert_eq!((value * 3) & 0xffff_ffff, 0x1234);
    assert!(value > 0xffff);
    solver.assert(x.bvult(BV::from_u64(0x1_0000, 32)));
    assert_eq!(solver.check(), SatResult::Unsat);
}

/// Z3 inserts enum values between others from version to version: with an older libz3 than the bindings were made for
/// these come out as different ones, or as none at all.
#[test]
fn kinds_are_those_of_the_bindings() {
    let x = BV::new_const("x", 8);
    assert_eq!(x.decl().kind(), DeclKind::Uninterpreted);
    assert_eq!(x.bvadd(&x).decl().kind(), DeclKind::Badd);
    assert_eq!(x.bvult(&x).decl().kind(), DeclKind::Ult);
    assert_eq!(x.concat(&x).decl().kind(), DeclKind::Concat);
    assert_eq!(BV::from_u64(1, 8).decl().kind(), DeclKind::Bnum);
    assert_eq!(x.kind(), AstKind::App);
    assert_eq!(x.get_sort().kind(), SortKind::Bv);
}
