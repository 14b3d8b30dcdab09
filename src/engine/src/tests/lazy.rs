//! Wide metadata and long stacks, which are cleared and copied only where something wrote them.

use hyper4_ir::*;
use hyper4_switch::{Switch, Tracing};

use super::builder::*;

const WIDE: FieldRef = FieldRef { header: HeaderId(4), field: 0 };
const ELEMENT: HeaderId = HeaderId(8);

/// Packets whose `h.a` is 1 write the wide field and add an element; all go to ports 4 and 5. Each copy shows in `h.b`
/// whether the wide field was written and in `h.c` whether the element is there, and the one to port 4 then writes both.
fn program() -> Program {
    let mut program = base();
    let field = |name: &str, width| FieldType { name: name.into(), width, signed: false, varbit: false };
    let wide = vec![field("wide", 300), field("_padding", 4)];
    program.header_types.push(HeaderType { name: "wide_t".into(), fields: wide });
    program.header_types.push(HeaderType { name: "element_t".into(), fields: vec![field("byte", 8)] });
    program.headers.push(Header { name: "wide".into(), header_type: HeaderTypeId(3), metadata: true });
    for i in 0..9 {
        let name = format!("elements[{i}]");
        program.headers.push(Header { name, header_type: HeaderTypeId(4), metadata: false });
    }
    let headers: Vec<HeaderId> = (5..14).map(HeaderId).collect();
    program.deparser.order.extend(&headers);
    let stack = HeaderStack { name: "elements".into(), header_type: HeaderTypeId(4), headers };
    program.header_stacks.push(stack);
    let writes = || {
        let high = Expr::Binary(BinaryOp::Shl, number(0x55), number(256));
        vec![
            assign(WIDE, high),
            PrimitiveKind::SetValid(ELEMENT),
            assign(FieldRef { header: ELEMENT, field: 0 }, *number(0xee)),
        ]
    };
    let shows = || {
        let low = Expr::Binary(BinaryOp::Shr, Box::new(Expr::Field(WIDE)), number(256));
        let there = Expr::Unary(UnaryOp::BoolToData, Box::new(Expr::Valid(ELEMENT)));
        vec![assign(h(1), low), show(there)]
    };
    let last = run(&mut program, "write_last", writes(), None);
    let to_four =
        Expr::Binary(BinaryOp::Eq, Box::new(Expr::Field(standard(StandardField::EgressPort))), number(4));
    let only = condition(&mut program, to_four, Some(last), None);
    let start = run(&mut program, "show", shows(), Some(only));
    into_egress(&mut program, start);
    let group = run(&mut program, "group", vec![assign(standard(StandardField::McastGrp), *number(1))], None);
    let first = run(&mut program, "write_first", writes(), Some(group));
    let is_one = Expr::Binary(BinaryOp::Eq, Box::new(Expr::Field(h(0))), number(1));
    let start = condition(&mut program, is_one, Some(first), Some(group));
    program.ingress.start = Some(start);
    program
}

#[test]
fn nothing_is_left_of_another_packet_or_copy() {
    let commands = ["mc_mgrp_create 1", "mc_node_create 0 4 5", "mc_node_associate 1 0"];
    let mut engine = engine(program(), &commands);
    for round in [1, 0, 0, 1, 1, 0, 1, 0] {
        let sent = Packet { port: 1, bytes: packet(round, 0x77, 0x77) };
        let expected = |port: u16| {
            let mut bytes = packet(round, if round == 1 { 0x55 } else { 0 }, round as u8);
            if round == 1 || port == 4 {
                bytes.insert(17, 0xee);
            }
            (port, bytes)
        };
        for tracing in [Tracing::Off, Tracing::On, Tracing::Off] {
            let outputs = engine.inject(std::slice::from_ref(&sent), tracing).unwrap().outputs;
            let seen: Vec<_> = outputs.into_iter().map(|output| (output.port, output.bytes)).collect();
            assert_eq!(seen, [expected(4), expected(5)], "h.a is {round}, {tracing:?}");
        }
    }
}

#[test]
fn nothing_is_left_of_another_program() {
    let commands = ["mc_mgrp_create 1", "mc_node_create 0 4 5", "mc_node_associate 1 0"];
    let mut reused = engine(program(), &commands);
    send(&mut reused, &packet(1, 0, 0));
    let mut other = base();
    let start = run(&mut other, "show", vec![show(Expr::Field(meta(0)))], None);
    other.ingress.start = Some(start);
    reused.load(std::sync::Arc::new(other)).unwrap();
    assert_eq!(shown(&mut reused, &packet(1, 2, 3)), 0);
}
