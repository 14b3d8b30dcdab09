//! The fixture as a device: port 1 and the ports 2 and 3 belong to two.

use std::sync::Arc;

use hyper4_ir::*;

use super::{Slice, prove_isolation};
use crate::fixture::{STANDARD, assign, binary, number, program};
use crate::{Options, Subject, Verdict};

fn slice(name: &str, ports: &[u16]) -> Slice {
    let ports: std::collections::BTreeSet<u16> = ports.iter().copied().collect();
    Slice { name: name.to_owned(), ingress_ports: ports.clone(), egress_ports: ports }
}

fn options() -> Options {
    Options { window: 24, ..Options::default() }
}

/// A device whose ports 1 and 2 are joined, and whose ports 3 and 4: to each port its neighbour.
fn device(port: Expr) -> Subject {
    let mut program = program();
    let spec = FieldRef { header: STANDARD, field: 1 };
    program.actions[4].primitives = vec![assign(spec, port)];
    program.tables[0].keys.clear();
    program.tables[0].default_entry = Some(DefaultEntry {
        action: ActionId(4),
        arguments: vec![],
        const_action: false,
        const_entry: false,
    });
    program.ingress.start = Some(Node::Table(TableId(0)));
    Subject::new(Arc::new(program)).expect("a program without rows")
}

/// `((port - 1) ^ 1) + 1`
fn neighbour() -> Expr {
    let port = Expr::Field(FieldRef { header: STANDARD, field: 0 });
    let from_zero = binary(BinaryOp::Sub, port, number(1));
    binary(BinaryOp::Add, binary(BinaryOp::BitXor, from_zero, number(1)), number(1))
}

#[test]
fn neighbours_are_isolated_from_others() {
    let device = device(neighbour());
    match prove_isolation(&device, &[slice("a", &[1, 2]), slice("b", &[3, 4])], &options()) {
        Verdict::Proved(proof) => {
            assert_eq!(proof.transmitting, proof.paths);
            assert_eq!(proof.bounds.ports, "a port of `a` (1, 2) or a port of `b` (3, 4)");
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_packet_that_leaves_by_another_ones_port_is_shown() {
    let device = device(neighbour());
    match prove_isolation(&device, &[slice("a", &[1, 2]), slice("b", &[3]), slice("c", &[4])], &options()) {
        Verdict::Refuted(refutation) => {
            assert_eq!(refutation.packet.port, 3);
            assert_eq!(refutation.native.iter().map(|output| output.port).collect::<Vec<_>>(), [4]);
            assert!(
                refutation.what.contains("`b`") && refutation.what.contains("port 4"),
                "{}",
                refutation.what
            );
        }
        other => panic!("{other}"),
    }
}

#[test]
fn a_question_about_nothing_is_not_answered() {
    let device = device(neighbour());
    for slices in [vec![], vec![slice("a", &[])], vec![slice("a", &[511])]] {
        let verdict = prove_isolation(&device, &slices, &options());
        assert!(matches!(verdict, Verdict::Unknown { .. }), "{verdict}");
    }
}
