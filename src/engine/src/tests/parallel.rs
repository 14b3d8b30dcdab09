//! Packets beside each other.

use hyper4_ir::*;
use hyper4_switch::{Switch, Tracing};

use super::builder::*;

/// Forwards by `h.a` where it is in the table, floods to group 1 where not, and counts what hits.
fn flooding() -> Program {
    let mut program = base();
    let port = assign(standard(StandardField::EgressSpec), Expr::Param(0));
    let forward = action(&mut program, "forward", &[9], vec![port]);
    let group = assign(standard(StandardField::McastGrp), *number(1));
    let flood = action(&mut program, "flood", &[], vec![group]);
    let start = table(&mut program, "t", &[(MatchKind::Exact, h(0))], &[forward, flood], None);
    program.counters.push(CounterArray {
        name: "counter".into(),
        size: 1024,
        direct: Some(TableId(0)),
        source_info: None,
    });
    program.tables[0].direct_counter = Some(CounterId(0));
    program.tables[0].with_counters = true;
    program.ingress.start = Some(start);
    program
}

fn packets() -> Vec<Packet> {
    let packet = |i: u16| Packet { port: i % 4, bytes: packet(i.wrapping_mul(77) % 200, i as u8, 0) };
    (0..2_000).map(packet).collect()
}

const COMMANDS: [&str; 5] = [
    "table_add t forward 0x0001 => 3",
    "table_add t forward 0x0007 => 5",
    "table_add t forward 0x0011 => 6",
    "mc_mgrp_create 1",
    "mc_node_create 4 1 2 3",
];

fn filled(program: Program, threads: usize) -> crate::Engine {
    let mut engine = engine(program, &COMMANDS);
    let associate = Command::MulticastNodeAssociate { group: 1, node: 0 };
    engine.control(&associate).unwrap();
    engine.set_threads(threads);
    engine
}

fn counted(engine: &mut crate::Engine) -> Vec<Reply> {
    let read =
        |index| Command::Counter { counter: "counter".into(), command: CounterCommand::Read { index } };
    (0..3).map(|index| engine.control(&read(index)).unwrap()).collect()
}

#[test]
fn threads_change_nothing() {
    let packets = packets();
    let mut one = filled(flooding(), 1);
    let expected = one.inject(&packets, Tracing::Off).unwrap();
    assert!(expected.outputs.len() > packets.len(), "most are flooded");
    for threads in [2, 3, 8] {
        let mut engine = filled(flooding(), threads);
        assert_eq!(engine.inject(&packets, Tracing::Off).unwrap(), expected, "{threads} threads");
        assert_eq!(counted(&mut engine), counted(&mut one), "{threads} threads");
    }
    let traced = one.inject(&packets, Tracing::On).unwrap();
    assert_eq!(traced.traces.len(), packets.len());
    assert_eq!(filled(flooding(), 4).inject(&packets, Tracing::On).unwrap(), traced);
}

#[test]
fn packets_that_leave_something_behind_go_one_after_the_other() {
    let mut program = flooding();
    program.registers.push(RegisterArray { name: "r".into(), width: 8, size: 1, source_info: None });
    let read =
        PrimitiveKind::RegisterRead { place: Place::Field(h(2)), register: RegisterId(0), index: *number(0) };
    let more = Expr::Binary(BinaryOp::Add, Box::new(Expr::Field(h(2))), number(1));
    let write = PrimitiveKind::RegisterWrite { register: RegisterId(0), index: *number(0), value: more };
    let start = program.ingress.start;
    let counting = run(&mut program, "count", vec![read, write], start);
    program.ingress.start = Some(counting);
    let packets = packets();
    let expected = filled(program.clone(), 1).inject(&packets, Tracing::Off).unwrap();
    assert_eq!(filled(program, 8).inject(&packets, Tracing::Off).unwrap(), expected);
    let seen: std::collections::BTreeSet<u8> =
        expected.outputs.iter().map(|output| output.bytes[3]).collect();
    assert_eq!(seen.len(), 256, "each packet finds what the one before left behind");
}
