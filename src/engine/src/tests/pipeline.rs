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

/// Straight-line code in ingress and in egress.
fn both(ingress: Vec<PrimitiveKind>, egress: Vec<PrimitiveKind>) -> Program {
    let mut program = base();
    let start = run(&mut program, "egress", egress, None);
    into_egress(&mut program, start);
    let start = run(&mut program, "ingress", ingress, None);
    program.ingress.start = Some(start);
    program
}

fn field(field: StandardField) -> Expr {
    Expr::Field(standard(field))
}

#[test]
fn mark_to_drop_also_forgets_the_group() {
    let group = || assign(standard(StandardField::McastGrp), *number(1));
    let commands = ["mc_mgrp_create 1", "mc_node_create 0 4", "mc_node_associate 1 0"];
    let drop = assign(standard(StandardField::EgressSpec), *number(511));
    let mut marked = engine(both(vec![group(), PrimitiveKind::MarkToDrop], vec![]), &commands);
    assert_eq!(send(&mut marked, &packet(1, 2, 3)), []);
    // Multicast comes before drop.
    let mut flooded = engine(both(vec![group(), drop.clone()], vec![]), &commands);
    assert_eq!(send(&mut flooded, &packet(1, 2, 3)), [(4, packet(1, 2, 3))]);
    let mut after = engine(both(vec![PrimitiveKind::MarkToDrop, group()], vec![]), &commands);
    assert_eq!(send(&mut after, &packet(1, 2, 3)), [(4, packet(1, 2, 3))]);
    // In egress the drop port drops, and nothing else is looked at.
    let mut late = engine(both(vec![], vec![drop]), &[]);
    assert_eq!(send(&mut late, &packet(1, 2, 3)), []);
    let mut group_late = engine(both(vec![], vec![group()]), &commands);
    assert_eq!(send(&mut group_late, &packet(1, 2, 3)), [(0, packet(1, 2, 3))]);
}

#[test]
fn egress_finds_its_port_and_an_empty_egress_spec() {
    let to_7 = assign(standard(StandardField::EgressSpec), *number(7));
    let shows = |value| engine(both(vec![to_7.clone()], vec![show(value)]), &[]);
    assert_eq!(shown(&mut shows(field(StandardField::EgressPort)), &packet(1, 1, 1)), 7);
    // Drop port + 1, of which 9 bits hold 0.
    assert_eq!(shown(&mut shows(field(StandardField::EgressSpec)), &packet(1, 1, 1)), 0);
    assert_eq!(shown(&mut shows(field(StandardField::IngressPort)), &packet(1, 1, 1)), 1);
    assert_eq!(shown(&mut shows(field(StandardField::InstanceType)), &packet(1, 1, 1)), 0);
}

#[test]
fn replicas_have_their_type_id_and_own_metadata() {
    let ingress = vec![
        assign(meta(0), *number(40)),
        assign(standard(StandardField::McastGrp), *number(1)),
        assign(standard(StandardField::InstanceType), *number(9)),
    ];
    let add = |a: Expr, b: Expr| Expr::Binary(BinaryOp::Add, Box::new(a), Box::new(b));
    let egress = vec![
        assign(meta(0), add(Expr::Field(meta(0)), field(StandardField::EgressRid))),
        show(Expr::Field(meta(0))),
        assign(h(1), field(StandardField::InstanceType)),
    ];
    let commands = [
        "mc_mgrp_create 1",
        "mc_node_create 2 4 6",
        "mc_node_create 3 5",
        "mc_node_associate 1 0",
        "mc_node_associate 1 1",
    ];
    let outputs = send(&mut engine(both(ingress, egress), &commands), &packet(1, 0, 0));
    let seen: Vec<_> = outputs.iter().map(|(port, bytes)| (*port, bytes[2], bytes[3])).collect();
    assert_eq!(seen, [(4, 5, 42), (6, 5, 42), (5, 5, 43)]);
}

#[test]
fn a_priority_without_a_queue_drops() {
    let mut engine = engine(both(vec![assign(standard(StandardField::Priority), *number(1))], vec![]), &[]);
    assert_eq!(send(&mut engine, &packet(1, 2, 3)), []);
}

#[test]
fn exit_is_looked_at_between_nodes() {
    let mut program = base();
    let last = run(&mut program, "last", vec![assign(h(1), *number(9))], None);
    let exits = vec![PrimitiveKind::Exit, show(*number(5))];
    let start = run(&mut program, "exits", exits, Some(last));
    program.ingress.start = Some(start);
    let output = send(&mut engine(program, &[]), &packet(0, 1, 1)).remove(0).1;
    assert_eq!((output[2], output[3]), (1, 5), "the action ends, the next table isn't reached");
}

#[test]
fn the_graph_is_followed_by_action_by_hit_and_by_condition() {
    let mut program = base();
    let marks =
        |program: &mut Program, mark| run(program, &format!("mark{mark}"), vec![show(*number(mark))], None);
    let (one, two, three) = (marks(&mut program, 1), marks(&mut program, 2), marks(&mut program, 3));
    let nothing = action(&mut program, "nothing", &[], vec![]);
    let other = action(&mut program, "other", &[8], vec![]);
    let by_action = table(&mut program, "by_action", &[(MatchKind::Exact, h(0))], &[nothing, other], None);
    let by_hit = table(&mut program, "by_hit", &[(MatchKind::Exact, h(0))], &[nothing, other], None);
    let less = Expr::Binary(BinaryOp::Lt, Box::new(Expr::Field(h(1))), number(10));
    let start = condition(&mut program, less, Some(by_action), Some(by_hit));
    program.tables[3].next =
        TableNext::ByAction { nodes: vec![Some(one), Some(two)], base_default: Some(three) };
    program.tables[4].next = TableNext::HitMiss { hit: Some(two), miss: Some(three) };
    program.tables[3].default_entry = None;
    program.ingress.start = Some(start);
    let commands = [
        "table_add by_action nothing 1 =>",
        "table_add by_action other 2 => 0",
        "table_add by_hit nothing 1 =>",
    ];
    let mut engine = engine(program, &commands);
    let mut marked = |a, b| shown(&mut engine, &packet(a, b, 0));
    assert_eq!([marked(1, 1), marked(2, 1), marked(3, 1)], [1, 2, 3], "by action, and without one");
    assert_eq!([marked(1, 10), marked(2, 10)], [2, 3], "by hit and miss");
}

#[test]
fn what_the_engine_can_not_run_is_refused_and_the_old_program_stays() {
    let mut engine = engine(forwarder(), &["table_add fwd forward 0x1 => 7"]);
    let mut unbounded = base();
    let shift = Expr::Binary(BinaryOp::Shl, number(1), Box::new(Expr::Field(meta(1))));
    let compared = Expr::Binary(BinaryOp::Lt, Box::new(shift), number(3));
    let shift = Expr::Unary(UnaryOp::BoolToData, Box::new(compared));
    action(&mut unbounded, "I.shift", &[], vec![show(shift)]);
    for (program, construct) in [(unbounded, "action `I.shift`")] {
        match engine.load(std::sync::Arc::new(program)) {
            Err(SwitchError::Unsupported { construct: found, .. }) => assert_eq!(found, construct),
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(send(&mut engine, &packet(1, 2, 3)), [(7, packet(1, 2, 3))]);
}

#[test]
fn time_comes_from_outside() {
    struct Ticks(u64);
    impl crate::Clock for Ticks {
        fn microseconds(&mut self) -> u64 {
            self.0 += 5;
            self.0
        }
    }
    let times = vec![
        assign(h(0), field(StandardField::EnqTimestamp)),
        assign(h(1), field(StandardField::DeqTimedelta)),
        show(field(StandardField::EgressGlobalTimestamp)),
    ];
    let program = both(vec![], times);
    let mut engine = crate::Engine::with_clock(Box::new(Ticks(0)));
    engine.load(std::sync::Arc::new(program)).unwrap();
    let output = send(&mut engine, &packet(0, 0, 0)).remove(0).1;
    assert_eq!(output[..4], [0, 10, 10, 15], "arrival took the first tick, leaving the queue the last");
}

#[test]
fn conditions_on_bits_of_wide_fields_are_the_same_whoever_looks() {
    let two = |operator, a: Expr, b: Expr| Expr::Binary(operator, Box::new(a), Box::new(b));
    let bits = |from| {
        let shifted = two(BinaryOp::Shr, Expr::Field(h(3)), *number(from));
        two(BinaryOp::BitAnd, shifted, *number(0xf))
    };
    let c = || Expr::Field(h(2));
    let cases = [
        two(BinaryOp::Eq, bits(5), *number(9)),
        two(BinaryOp::Ne, *number(9), bits(62)),
        two(BinaryOp::Eq, bits(62), c()),
        two(BinaryOp::Ne, c(), bits(90)),
        two(BinaryOp::Ne, bits(5), *number(-1)),
        two(BinaryOp::Eq, bits(5), bits(62)),
    ];
    for (case, expression) in cases.into_iter().enumerate() {
        let mut program = base();
        let yes = run(&mut program, "yes", vec![show(*number(1))], None);
        let no = run(&mut program, "no", vec![show(*number(2))], None);
        let start = condition(&mut program, expression, Some(yes), Some(no));
        program.ingress.start = Some(start);
        let mut engine = engine(program, &[]);
        let mut seen = std::collections::BTreeSet::new();
        for i in 0..512_u64 {
            let mut bytes = packet(1, 2, (i % 16) as u8);
            for (at, byte) in bytes.iter_mut().skip(4).enumerate() {
                *byte = (i.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> at) as u8;
            }
            let packet = Packet { port: 1, bytes };
            let mut outputs =
                |tracing| engine.inject(std::slice::from_ref(&packet), tracing).unwrap().outputs;
            let quiet = outputs(Tracing::Off);
            assert_eq!(quiet, outputs(Tracing::On), "case {case}, packet {i}");
            seen.extend(quiet.first().and_then(|output| output.bytes.get(3)).copied());
        }
        assert_eq!(seen.len(), if case == 4 { 1 } else { 2 }, "case {case}");
    }
}
