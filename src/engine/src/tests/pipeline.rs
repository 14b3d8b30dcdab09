use hyper4_ir::*;
use hyper4_switch::{Switch, SwitchError, Tracing};

use super::builder::*;

/// `forward` by exact match on `h.a`, else drop.
fn forwarder() -> Program {
    let mut program = base();
    let drop = action(&mut program, "I.drop", &[], vec![PrimitiveKind::MarkToDrop]);
    let forward = action(
        &mut program,
        "I.forward",
        &[9],
        vec![assign(standard(StandardField::EgressSpec), Expr::Param(0))],
    );
    let flood = action(
        &mut program,
        "I.flood",
        &[16],
        vec![assign(standard(StandardField::McastGrp), Expr::Param(0))],
    );
    let start = table(&mut program, "I.fwd", &[(MatchKind::Exact, h(0))], &[drop, forward, flood], None);
    program.ingress.start = Some(start);
    program
}

#[test]
fn a_program_that_does_nothing_sends_to_port_0() {
    let mut engine = engine(base(), &[]);
    assert_eq!(send(&mut engine, &packet(1, 2, 3)), [(0, packet(1, 2, 3))]);
}

#[test]
fn forwards_drops_and_floods() {
    let mut engine = engine(
        forwarder(),
        &[
            "table_add fwd forward 0x1 => 7",
            "table_add fwd flood 0x2 => 3",
            "table_add fwd flood 0x3 => 4",
            "table_add fwd forward 0x4 => 511",
            "mc_mgrp_create 3",
            "mc_node_create 9 5 2",
            "mc_node_create 8 1",
            "mc_node_associate 3 1",
            "mc_node_associate 3 0",
        ],
    );
    assert_eq!(send(&mut engine, &packet(1, 2, 3)), [(7, packet(1, 2, 3))]);
    assert_eq!(send(&mut engine, &packet(9, 2, 3)), []);
    assert_eq!(send(&mut engine, &packet(4, 2, 3)), []);
    let ports: Vec<u16> = send(&mut engine, &packet(2, 2, 3)).iter().map(|(port, _)| *port).collect();
    assert_eq!(ports, [1, 2, 5], "nodes in the order of their association, ports ascending");
    assert_eq!(send(&mut engine, &packet(3, 2, 3)), [], "an unknown group drops");
}

#[test]
fn traces_name_what_happened() {
    let mut engine = engine(
        forwarder(),
        &[
            "table_add fwd flood 0x2 => 3",
            "mc_mgrp_create 3",
            "mc_node_create 9 5 2",
            "mc_node_associate 3 0",
        ],
    );
    let packets = [Packet { port: 1, bytes: packet(2, 0, 0) }, Packet { port: 1, bytes: vec![0] }];
    let batch = engine.inject(&packets, Tracing::On).unwrap();
    let causes: Vec<_> = batch.outputs.iter().map(|o| o.cause).collect();
    assert_eq!(causes, [Some(0), Some(0)]);
    let flood = &batch.traces[0].packets;
    assert_eq!(
        flood[0].events,
        [
            Event::ParseState("start".into()),
            Event::Extract("h".into()),
            Event::Pipeline("ingress".into()),
            Event::Table { name: "I.fwd".into(), outcome: TableOutcome::Hit(0) },
            Event::Action { name: "I.flood".into(), arguments: vec![bits(16, 3)] },
            Event::Multicast(3),
        ]
    );
    assert_eq!((flood[1].copied_from, flood[2].copied_from), (Some(0), Some(0)));
    assert_eq!(
        flood[2].events,
        [Event::Replica { rid: 9, port: 5 }, Event::Pipeline("egress".into()), Event::Transmit(5)]
    );
    assert_eq!(
        batch.traces[1].packets[0].events,
        [
            Event::ParseState("start".into()),
            Event::ParserError("PacketTooShort".into()),
            Event::Pipeline("ingress".into()),
            Event::Table { name: "I.fwd".into(), outcome: TableOutcome::Miss },
            Event::Action { name: "I.drop".into(), arguments: vec![] },
            Event::Drop,
        ]
    );
}

#[test]
fn refuses_ports_and_running_nothing() {
    let mut empty = crate::Engine::new();
    assert_eq!(empty.inject(&[Packet { port: 1, bytes: vec![] }], Tracing::Off), Err(SwitchError::NotLoaded));
    let mut engine = engine(base(), &[]);
    let packets = [Packet { port: 510, bytes: vec![1] }, Packet { port: 511, bytes: vec![1] }];
    assert_eq!(engine.inject(&packets, Tracing::Off), Err(SwitchError::Port { port: 511, last: 510 }));
}
