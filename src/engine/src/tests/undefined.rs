//! What depends on undefined values is told of, and nothing else.

use hyper4_ir::*;
use hyper4_switch::{Switch, Tracing};

use super::builder::*;

const H2: HeaderId = HeaderId(3);

fn h2(field: u32) -> Expr {
    Expr::Field(FieldRef { header: H2, field })
}

/// What undefined values reach when `kinds` run, with tracing and with tracking alone.
fn reached(mut program: Program, kinds: Vec<PrimitiveKind>) -> Vec<String> {
    if !kinds.is_empty() {
        let next = program.ingress.start;
        let start = run(&mut program, "do", kinds, next);
        program.ingress.start = Some(start);
    }
    let mut engine = engine(program, &[]);
    let packets = [Packet { port: 1, bytes: packet(1, 2, 3) }];
    let traced = engine.inject(&packets, Tracing::On).unwrap();
    engine.track_undefined(true);
    let tracked = engine.inject(&packets, Tracing::Off).unwrap();
    assert_eq!(traced.undefined, tracked.undefined);
    engine.track_undefined(false);
    let neither = engine.inject(&packets, Tracing::Off).unwrap();
    assert!(neither.undefined.is_empty());
    if traced.undefined.is_empty() {
        assert_eq!(neither.outputs, traced.outputs);
    }
    traced.undefined.into_iter().map(|undefined| undefined.reached).collect()
}

fn binary(operator: BinaryOp, a: Expr, b: Expr) -> Expr {
    Expr::Binary(operator, Box::new(a), Box::new(b))
}

fn to_data(condition: Expr) -> Expr {
    Expr::Unary(UnaryOp::BoolToData, Box::new(condition))
}

#[test]
fn a_field_of_an_invalid_header_reaches_the_wire() {
    assert_eq!(reached(base(), vec![show(h2(2))]), ["field `h.c` as it leaves"]);
    assert_eq!(reached(base(), vec![assign(meta(0), h2(2))]), [""; 0], "metadata doesn't leave");
    let twice = vec![assign(meta(0), h2(2)), show(Expr::Field(meta(0)))];
    assert_eq!(reached(base(), twice), ["field `h.c` as it leaves"]);
    let overwritten = vec![show(h2(2)), show(*number(1))];
    assert_eq!(reached(base(), overwritten), [""; 0]);
    let gone = vec![show(h2(2)), PrimitiveKind::SetInvalid(H)];
    assert_eq!(reached(base(), gone), [""; 0]);
    let copied = vec![show(h2(2)), PrimitiveKind::AssignHeader { destination: H2, source: H }];
    assert_eq!(reached(base(), copied), ["field `h.c` as it leaves", "field `h2.c` as it leaves"]);
}

#[test]
fn zeros_of_a_header_made_valid_are_defined() {
    let kinds = vec![PrimitiveKind::SetValid(H2), show(h2(2))];
    assert_eq!(reached(base(), kinds), [""; 0]);
    let kinds = vec![PrimitiveKind::SetInvalid(H), assign(meta(0), Expr::Field(h(2)))];
    let back = vec![PrimitiveKind::SetValid(H), show(Expr::Field(meta(0)))];
    assert_eq!(reached(base(), [kinds, back].concat()), ["field `h.c` as it leaves"]);
}

#[test]
fn what_does_not_depend_on_it_is_defined() {
    let nothing = [""; 0];
    let equal = binary(BinaryOp::Eq, h2(2), *number(0));
    let valid_and = binary(BinaryOp::And, Expr::Valid(H2), equal.clone());
    assert_eq!(reached(base(), vec![show(to_data(valid_and))]), nothing, "false whatever it is");
    let valid_or = binary(BinaryOp::Or, Expr::Valid(H), equal.clone());
    assert_eq!(reached(base(), vec![show(to_data(valid_or))]), nothing);
    let chosen = Expr::Ternary(Box::new(Expr::Valid(H2)), Box::new(h2(2)), number(5));
    assert_eq!(reached(base(), vec![show(chosen)]), nothing);
    let masked = binary(BinaryOp::BitAnd, h2(2), *number(0));
    assert_eq!(reached(base(), vec![show(masked)]), nothing);
    let low = binary(BinaryOp::BitAnd, binary(BinaryOp::Shl, h2(2), *number(4)), *number(0x0f));
    assert_eq!(reached(base(), vec![show(low)]), nothing);
    for depends in [
        to_data(equal),
        binary(BinaryOp::Add, h2(2), *number(1)),
        binary(BinaryOp::BitXor, h2(2), h2(2)),
        binary(BinaryOp::Shr, h2(2), *number(1)),
        to_data(binary(BinaryOp::Lt, h2(2), *number(3))),
    ] {
        assert_eq!(reached(base(), vec![show(depends)]), ["field `h.c` as it leaves"]);
    }
}

#[test]
fn decisions_are_told_of() {
    let mut program = base();
    let start = condition(&mut program, binary(BinaryOp::Eq, h2(2), *number(1)), None, None);
    program.ingress.start = Some(start);
    assert_eq!(reached(program, vec![]), ["condition `node_0`"]);

    let keyed = |field| {
        let mut program = base();
        let nothing = action(&mut program, "nothing", &[], vec![]);
        let start = table(&mut program, "I.t", &[(MatchKind::Exact, field)], &[nothing], None);
        program.ingress.start = Some(start);
        program
    };
    let invalid = FieldRef { header: H2, field: 0 };
    assert_eq!(reached(keyed(invalid), vec![]), [""; 0], "a key of an invalid header is 0");
    assert_eq!(reached(keyed(meta(0)), vec![assign(meta(0), h2(0))]), ["the key of table `I.t`"]);

    let mut selects = base();
    selects.parser.states[0].key = vec![SelectKey::Field(invalid)];
    assert_eq!(reached(selects, vec![]), ["the select of parse state `start`"]);

    let spec = standard(StandardField::EgressSpec);
    assert_eq!(reached(base(), vec![assign(spec, h2(2))]), ["`egress_spec`"]);
    let drop = vec![assign(spec, h2(2)), PrimitiveKind::MarkToDrop];
    assert_eq!(reached(base(), drop), [""; 0]);
}

#[test]
fn times_and_random_numbers_differ_from_run_to_run() {
    let time = Expr::Field(standard(StandardField::IngressGlobalTimestamp));
    assert_eq!(reached(base(), vec![show(time)]), ["field `h.c` as it leaves"]);
    let place = Place::Field(h(2));
    let random = |high| PrimitiveKind::Random { place: place.clone(), low: *number(0), high: *number(high) };
    assert_eq!(reached(base(), vec![random(9)]), ["field `h.c` as it leaves"]);
    assert_eq!(reached(base(), vec![random(0)]), [""; 0], "there is but one");
}
