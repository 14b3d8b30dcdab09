//! What is decided when an entry is added, beside what is decided for each packet: a traced packet goes the long way.

use hyper4_ir::*;
use hyper4_switch::{Switch, Tracing};

use super::builder::*;

fn both(operator: BinaryOp, a: Expr, b: i64) -> Expr {
    Expr::Binary(operator, Box::new(a), number(b))
}

/// The action `go(a, b)` branches on its first argument and leaves its second one in metadata; conditions behind it branch
/// on that, and on what isn't known.
fn program() -> Program {
    let mut program = base();
    let shown =
        |program: &mut Program, name: &str, value: i64| run(program, name, vec![show(*number(value))], None);
    let one = shown(&mut program, "one", 1);
    let two = shown(&mut program, "two", 2);
    let three = shown(&mut program, "three", 3);
    let packets = both(BinaryOp::Lt, Expr::Field(h(1)), 9);
    let unknown = condition(&mut program, packets, Some(two), Some(three));
    let metadata = |operator, value| both(operator, Expr::Field(meta(0)), value);
    let below = condition(&mut program, metadata(BinaryOp::Lt, 7), Some(one), Some(unknown));
    let equal = condition(&mut program, metadata(BinaryOp::Eq, 5), Some(three), Some(below));
    let jump = |condition, target| PrimitiveKind::JumpIfZero { condition, target };
    let go = action(
        &mut program,
        "go",
        &[8, 16],
        vec![
            assign(meta(0), Expr::Param(1)),
            jump(both(BinaryOp::Eq, Expr::Param(0), 1), 4),
            assign(meta(0), *number(5)),
            PrimitiveKind::Jump { target: 7 },
            jump(both(BinaryOp::Ge, Expr::Param(0), 3), 6),
            // What the packet says isn't known.
            assign(meta(0), Expr::Field(h(1))),
            jump(both(BinaryOp::BitAnd, Expr::Param(0), 4), 7),
        ],
    );
    let skip = action(&mut program, "skip", &[], vec![]);
    let start = table(&mut program, "t", &[(MatchKind::Exact, h(0))], &[go, skip], Some(equal));
    program.ingress.start = Some(start);
    program
}

#[test]
fn shortcuts_lead_where_the_long_way_leads() {
    let mut engine = engine(program(), &[]);
    let mut seen = std::collections::BTreeSet::new();
    for (key, (first, second)) in
        (0..8u64).flat_map(|a| [0, 5, 6, 7, 300].map(|b| (a, b))).enumerate().map(|(i, x)| (i as u16, x))
    {
        let command = Command::TableAdd {
            table: "t".into(),
            key: vec![MatchValue::Exact(bits(16, key.into()))],
            action: "go".into(),
            arguments: vec![bits(8, first), bits(16, second)],
            priority: None,
        };
        engine.control(&command).unwrap();
    }
    for key in 0..42u16 {
        for b in [0, 5, 8, 9, 200] {
            let packet = Packet { port: 1, bytes: packet(key, b, 0x77) };
            let quiet = engine.inject(std::slice::from_ref(&packet), Tracing::Off).unwrap().outputs;
            let traced = engine.inject(&[packet], Tracing::On).unwrap().outputs;
            assert_eq!(quiet, traced, "key {key}, b {b}");
            seen.insert(quiet[0].bytes[3]);
        }
    }
    assert_eq!(seen.into_iter().collect::<Vec<_>>(), [1, 2, 3]);
}

#[test]
fn a_default_action_with_arguments_leads_on_too() {
    let mut engine = engine(program(), &[]);
    // 1 leaves 5, 2 the second argument, 3 what the packet has.
    for (first, second, expected) in [(1, 0, 3), (2, 6, 1), (3, 6, 2), (3, 5, 2), (2, 9, 2), (2, 5, 3)] {
        let command = Command::TableSetDefault {
            table: "t".into(),
            action: "go".into(),
            arguments: vec![bits(8, first), bits(16, second)],
        };
        engine.control(&command).unwrap();
        let packet = packet(1, 8, 0);
        assert_eq!(shown(&mut engine, &packet), expected, "{first}, {second}");
        let traced = engine.inject(&[Packet { port: 1, bytes: packet }], Tracing::On).unwrap().outputs;
        assert_eq!(traced[0].bytes[3], expected, "{first}, {second}, traced");
    }
}
