//! Clones, resubmission, recirculation, digests, truncation.

use hyper4_ir::*;
use hyper4_switch::{Switch, SwitchError, Tracing};

use super::builder::*;

/// Code in ingress and in egress; the field list preserves `meta.a`.
fn both(ingress: Vec<PrimitiveKind>, egress: Vec<PrimitiveKind>) -> Program {
    let mut program = base();
    program.field_lists.push(FieldList { id: 1, name: "fl".into(), fields: vec![meta(0)] });
    program.learn_lists.push(LearnList {
        id: 7,
        name: "digest_t".into(),
        elements: vec![LearnElement::Field(h(0)), LearnElement::Field(meta(0))],
    });
    let start = run(&mut program, "egress", egress, None);
    into_egress(&mut program, start);
    let start = run(&mut program, "ingress", ingress, None);
    program.ingress.start = Some(start);
    program
}

fn field(field: StandardField) -> Expr {
    Expr::Field(standard(field))
}

/// Jump over the next `count` primitives, up to `at + count`, unless the packet is of that type.
fn unless_type(instance_type: i64, target: u32) -> PrimitiveKind {
    let same =
        Expr::Binary(BinaryOp::Eq, Box::new(field(StandardField::InstanceType)), number(instance_type));
    PrimitiveKind::JumpIfZero { condition: Expr::Unary(UnaryOp::BoolToData, Box::new(same)), target }
}

fn to_port(port: i64) -> PrimitiveKind {
    assign(standard(StandardField::EgressSpec), *number(port))
}

fn clone(pipeline: PipelineKind, preserved: Option<FieldListId>) -> PrimitiveKind {
    PrimitiveKind::Clone { pipeline, session: *number(5), preserved }
}

/// Type and `meta.a` in `h.b` and `h.c`.
fn shows() -> Vec<PrimitiveKind> {
    vec![assign(h(1), field(StandardField::InstanceType)), show(Expr::Field(meta(0)))]
}

fn seen(engine: &mut crate::Engine) -> Vec<(u16, u16, u8, u8)> {
    let outputs = send(engine, &packet(0x1111, 0, 0));
    let seen = |bytes: &[u8]| (u16::from_be_bytes([bytes[0], bytes[1]]), bytes[2], bytes[3]);
    outputs.iter().map(|(port, bytes)| (*port, seen(bytes))).map(|(p, (a, b, c))| (p, a, b, c)).collect()
}

#[test]
fn an_ingress_clone_is_the_packet_as_it_came() {
    let ingress = |preserved| {
        vec![
            assign(meta(0), *number(42)),
            assign(h(0), *number(0x2222)),
            to_port(3),
            clone(PipelineKind::Ingress, preserved),
            // What comes later doesn't hinder: the copy is made at the end.
            PrimitiveKind::MarkToDrop,
        ]
    };
    let mut kept = engine(both(ingress(Some(FieldListId(0))), shows()), &["mirroring_add 5 9"]);
    assert_eq!(seen(&mut kept), [(9, 0x1111, 1, 42)]);
    let mut lost = engine(both(ingress(None), shows()), &["mirroring_add 5 9"]);
    assert_eq!(seen(&mut lost), [(9, 0x1111, 1, 0)]);
    let mut nowhere = engine(both(ingress(None), shows()), &[]);
    assert_eq!(seen(&mut nowhere), []);
}

#[test]
fn a_clone_goes_before_the_packet_and_to_groups() {
    let commands =
        ["mirroring_add_mc 5 1", "mc_mgrp_create 1", "mc_node_create 8 4 6", "mc_node_associate 1 0"];
    let ingress = vec![to_port(3), clone(PipelineKind::Ingress, None)];
    let mut engine = engine(both(ingress, shows()), &commands);
    assert_eq!(seen(&mut engine), [(4, 0x1111, 1, 0), (6, 0x1111, 1, 0), (3, 0x1111, 0, 0)]);
    let packet = Packet { port: 1, bytes: packet(0, 0, 0) };
    let trace = engine.inject(&[packet], Tracing::On).unwrap().traces.remove(0).packets;
    let sources: Vec<_> = trace.iter().map(|packet| packet.copied_from).collect();
    assert_eq!(sources, [None, Some(0), Some(1), Some(1)]);
    assert!(trace[0].events.contains(&Event::Clone) && trace[0].events.contains(&Event::Unicast(3)));
    assert_eq!(trace[1].events.first(), Some(&Event::ParseState("start".into())));
    assert_eq!(trace[1].events.last(), Some(&Event::Multicast(1)));
    assert_eq!(trace[3].events.first(), Some(&Event::Replica { rid: 8, port: 6 }));
}

#[test]
fn an_egress_clone_is_the_packet_as_it_is() {
    let egress = vec![
        assign(h(1), field(StandardField::InstanceType)),
        unless_type(0, 5),
        assign(h(0), *number(0x3333)),
        assign(meta(0), *number(7)),
        clone(PipelineKind::Egress, Some(FieldListId(0))),
        show(Expr::Field(meta(0))),
    ];
    let mut engine = engine(both(vec![to_port(3)], egress), &["mirroring_add 5 9"]);
    assert_eq!(seen(&mut engine), [(3, 0x3333, 0, 7), (9, 0x3333, 2, 7)]);
}

#[test]
fn resubmitted_packets_come_as_they_came() {
    let ingress = vec![
        unless_type(0, 4),
        assign(h(0), *number(0x2222)),
        assign(meta(0), *number(9)),
        PrimitiveKind::Resubmit { preserved: Some(FieldListId(0)) },
        to_port(3),
        assign(h(1), field(StandardField::InstanceType)),
        show(Expr::Field(meta(0))),
    ];
    let mut engine = engine(both(ingress, vec![]), &[]);
    assert_eq!(seen(&mut engine), [(3, 0x1111, 6, 9)]);
}

#[test]
fn recirculated_packets_come_as_they_left() {
    let egress = vec![
        assign(h(1), field(StandardField::InstanceType)),
        unless_type(0, 6),
        assign(h(0), *number(0x2222)),
        PrimitiveKind::AssignHeader { destination: HeaderId(3), source: H },
        assign(meta(0), *number(9)),
        PrimitiveKind::Recirculate { preserved: Some(FieldListId(0)) },
        show(Expr::Field(meta(0))),
    ];
    // In the second round the type is lost at the end of ingress, so `meta.a` tells which it is.
    let ingress = vec![unless_type(4, 3), to_port(2), assign(h(2), field(StandardField::PacketLength))];
    let mut program = both(ingress, egress);
    program.actions[0].primitives[1].kind = PrimitiveKind::JumpIfZero {
        condition: Expr::Unary(
            UnaryOp::BoolToData,
            Box::new(Expr::Binary(BinaryOp::Eq, Box::new(Expr::Field(meta(0))), number(0))),
        ),
        target: 6,
    };
    let mut engine = engine(program, &[]);
    let sent = send(&mut engine, &packet(0x1111, 0, 0));
    assert_eq!(sent.len(), 1);
    let (port, bytes) = &sent[0];
    assert_eq!((*port, &bytes[..4], bytes.len()), (2, &[0x22, 0x22, 0, 9][..], 37), "with a second header");
}

#[test]
fn going_round_for_ever_is_noticed() {
    for forever in [
        both(vec![PrimitiveKind::Resubmit { preserved: Some(FieldListId(0)) }], vec![]),
        both(vec![], vec![PrimitiveKind::Recirculate { preserved: Some(FieldListId(0)) }]),
    ] {
        let failed = engine(forever, &[]).inject(&[Packet { port: 0, bytes: packet(0, 0, 0) }], Tracing::Off);
        assert!(matches!(&failed, Err(SwitchError::Failed(reason)) if reason.contains("too often")));
    }
    let mut once = engine(both(vec![PrimitiveKind::Resubmit { preserved: None }], vec![]), &[]);
    assert_eq!(send(&mut once, &packet(0, 0, 0)).len(), 1, "without a list nothing is resubmitted");
}

#[test]
fn truncation_takes_the_least_and_is_lost_on_copies() {
    let cut = |bytes| PrimitiveKind::Truncate { bytes: *number(bytes) };
    let mut unicast = engine(both(vec![to_port(3), cut(5), cut(9)], vec![]), &[]);
    assert_eq!(send(&mut unicast, &packet(1, 2, 3)), [(3, packet(1, 2, 3)[..5].to_vec())]);
    let group = assign(standard(StandardField::McastGrp), *number(1));
    let commands = ["mc_mgrp_create 1", "mc_node_create 0 4", "mc_node_associate 1 0"];
    let mut multicast = engine(both(vec![group, cut(5)], vec![]), &commands);
    assert_eq!(send(&mut multicast, &packet(1, 2, 3)), [(4, packet(1, 2, 3))]);
}

#[test]
fn digests_are_taken_at_the_end_of_ingress() {
    let ingress = vec![
        assign(meta(0), *number(1)),
        PrimitiveKind::Digest { receiver: *number(1), list: LearnListId(0) },
        assign(meta(0), *number(2)),
        PrimitiveKind::MarkToDrop,
    ];
    let mut engine = engine(both(ingress, vec![]), &[]);
    let packets = [Packet { port: 1, bytes: packet(0xabcd, 0, 0) }];
    let batch = engine.inject(&packets, Tracing::On).unwrap();
    let values = vec![bits(16, 0xabcd), bits(16, 2)];
    assert_eq!(batch.digests, [Digest { cause: Some(0), list: LearnListId(0), values }]);
    let events = &batch.traces[0].packets[0].events;
    assert_eq!(events[events.len() - 2..], [Event::Digest(7), Event::Drop]);
}
