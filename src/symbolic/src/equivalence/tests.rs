//! The fixture against itself, and against itself with one thing changed.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::*;
use proptest::prelude::*;

use super::prove_equivalence;
use crate::fixture::{
    ETHERNET, IP, META, STANDARD, assign, binary, commands, number, program, reference, subject,
};
use crate::{Options, Proof, Refutation, Subject, Verdict};

fn options() -> Options {
    Options { window: 24, ..Options::default() }
}

fn proved(verdict: Verdict) -> Proof {
    match verdict {
        Verdict::Proved(proof) => proof,
        other => panic!("{other}"),
    }
}

fn refuted(verdict: Verdict) -> Refutation {
    match verdict {
        Verdict::Refuted(refutation) => *refutation,
        other => panic!("{other}"),
    }
}

fn unknown(verdict: Verdict) -> String {
    match verdict {
        Verdict::Unknown { reason, .. } => reason,
        other => panic!("{other}"),
    }
}

fn changed(change: impl FnOnce(&mut Program)) -> Subject {
    let mut program = program();
    change(&mut program);
    Subject::with_commands(Arc::new(program), &commands()).expect("the commands fit the program")
}

fn pairs(outputs: &[Output]) -> Vec<(u16, Vec<u8>)> {
    outputs.iter().map(|output| (output.port, output.bytes.clone())).collect()
}

/// The packet is one on which the fixture does what the refutation says, and the other side something else.
fn is_a_counterexample(refutation: &Refutation) {
    assert_eq!(pairs(&refutation.native), reference(&refutation.packet), "{}", refutation.what);
    assert_ne!(pairs(&refutation.virtual_), pairs(&refutation.native), "{}", refutation.what);
}

#[test]
fn a_program_is_like_itself() {
    let proof = proved(prove_equivalence(&subject(), &subject(), &options()));
    assert!(proof.paths > 26 * 4, "{proof:?}");
    assert!(proof.transmitting > proof.paths / 3, "{proof:?}");
    assert!(proof.queries >= 26, "coverage of each length is put to Z3: {proof:?}");
    assert_eq!((proof.undefined_reads.len(), proof.exceptions.len()), (0, 0));
    assert_eq!((proof.bounds.window, proof.bounds.longest), (24, 65_535));
}

#[test]
fn the_other_way_to_compute_the_same_is_the_same() {
    // ttl - 1 with a mask, and ports compared by XOR.
    let other = changed(|program| {
        let ttl = FieldRef { header: IP, field: 0 };
        let less = binary(BinaryOp::Sub, Expr::Field(ttl), number(1));
        program.actions[3].primitives[2] = assign(ttl, binary(BinaryOp::BitAnd, less, number(255)));
        let port = |field| Expr::Field(FieldRef { header: STANDARD, field });
        let differs = binary(BinaryOp::BitXor, port(2), port(0));
        program.conditionals[1].expression = binary(BinaryOp::Eq, differs, number(0));
    });
    let proof = proved(prove_equivalence(&subject(), &other, &options()));
    assert!(proof.transmitting > 0);
}

#[test]
fn each_wrong_program_is_refuted_by_a_packet() {
    type Change = Box<dyn FnOnce(&mut Program)>;
    let wrong: Vec<(&str, Change)> = vec![
        (
            "the ttl loses two",
            Box::new(|p| {
                let ttl = FieldRef { header: IP, field: 0 };
                let less = binary(BinaryOp::Add, Expr::Field(ttl), number(254));
                p.actions[3].primitives[2] = assign(ttl, less);
            }),
        ),
        (
            "the checksum leaves out a field",
            Box::new(|p| {
                p.calculations[0].inputs.truncate(2);
            }),
        ),
        (
            "one bit of the select's mask is lost",
            Box::new(|p| {
                let mask = Bits::from_u64(16, 0xfffe);
                p.parser.states[0].transitions[0].matches =
                    TransitionMatch::Values(vec![(Bits::from_u64(16, 0x800), mask)]);
            }),
        ),
        ("nothing is pruned", Box::new(|p| p.egress.start = None)),
        ("the headers are emitted in another order", Box::new(|p| p.deparser.order = vec![IP, ETHERNET])),
        ("a header isn't emitted", Box::new(|p| p.deparser.order = vec![ETHERNET])),
        (
            "hit and miss are exchanged",
            Box::new(|p| {
                p.tables[0].next = TableNext::HitMiss { hit: Some(Node::Table(TableId(2))), miss: None };
            }),
        ),
        (
            "a short packet is dropped",
            Box::new(|p| {
                let ethernet = Box::new(Expr::Valid(ETHERNET));
                let no = TableConditional {
                    expression: Expr::Unary(UnaryOp::Not, ethernet),
                    true_next: Some(Node::Table(TableId(2))),
                    false_next: p.ingress.start,
                    ..p.conditionals[0].clone()
                };
                p.conditionals.push(no);
                p.ingress.start = Some(Node::Conditional(ConditionalId(2)));
            }),
        ),
        (
            "a length is special",
            Box::new(|p| {
                let length = Expr::Field(FieldRef { header: STANDARD, field: 4 });
                let special = TableConditional {
                    expression: binary(BinaryOp::Eq, length, number(5000)),
                    true_next: None,
                    false_next: p.ingress.start,
                    ..p.conditionals[0].clone()
                };
                p.conditionals.push(special);
                p.ingress.start = Some(Node::Conditional(ConditionalId(2)));
            }),
        ),
    ];
    for (what, change) in wrong {
        let refutation = match prove_equivalence(&subject(), &changed(change), &options()) {
            Verdict::Refuted(refutation) => refutation,
            other => panic!("{what}: {other}"),
        };
        is_a_counterexample(&refutation);
        if what == "a length is special" {
            assert_eq!(refutation.packet.bytes.len(), 5000);
        }
    }
}

/// Rows with one thing changed at random.
fn other_commands() -> impl Strategy<Value = (Vec<Command>, Vec<Command>)> {
    (3..commands().len(), any::<prop::sample::Index>(), any::<u32>()).prop_map(|(index, which, salt)| {
        let mut other = commands();
        if let Command::TableAdd { key, arguments, priority, .. } = &mut other[index] {
            let flip = |bits: &mut Bits| {
                let bit = salt % bits.width();
                *bits = bits.xor(&Bits::mask(bits.width(), bit, 1));
            };
            let choices = key.len() + arguments.len() + 1;
            let choice = which.index(choices);
            if let Some(key) = key.get_mut(choice) {
                match key {
                    MatchValue::Exact(value) | MatchValue::Lpm { value, .. } => flip(value),
                    MatchValue::Ternary { value, mask } => flip(if salt & 1 == 0 { value } else { mask }),
                    MatchValue::Range { low, high } => flip(if salt & 1 == 0 { low } else { high }),
                    MatchValue::Optional(_) => {}
                }
            } else if let Some(argument) = arguments.get_mut(choice - key.len()) {
                flip(argument);
            } else if let Some(priority) = priority {
                *priority = salt % 12;
            }
        }
        (commands(), other)
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]
    /// With changed rows the answer is right either way: a refutation's packet is dealt with differently, and where
    /// there is none, no packet of many is.
    #[test]
    fn a_changed_row_is_refuted_or_makes_no_difference((rows, other) in other_commands()) {
        let native = Subject::with_commands(Arc::new(program()), &rows).expect("fits");
        let Ok(other) = Subject::with_commands(Arc::new(program()), &other) else {
            // Such as an empty range, or the key of another row.
            return Ok(());
        };
        let narrow = Options { window: 22, longest: 22, ..Options::default() };
        match prove_equivalence(&native, &other, &narrow) {
            Verdict::Refuted(refutation) => is_a_counterexample(&refutation),
            Verdict::Proved(proof) => prop_assert!(proof.transmitting > 0),
            unknown @ Verdict::Unknown { .. } => prop_assert!(false, "{unknown}"),
        }
    }
}

#[test]
fn undefined_reads_are_named_and_what_depends_on_them_is_left_out() {
    let ttl = FieldRef { header: IP, field: 0 };
    let scratch = FieldRef { header: META, field: 0 };
    // Read before it is known whether the header is valid, and not used.
    let reads =
        |program: &mut Program| program.actions[2].primitives.insert(0, assign(scratch, Expr::Field(ttl)));
    let proof = proved(prove_equivalence(&changed(reads), &subject(), &options()));
    assert_eq!(proof.undefined_reads, ["ip.ttl"]);
    assert_eq!(proof.exceptions, Vec::<String>::new());
    // Read, and sent.
    let sends = |program: &mut Program| {
        let place = FieldRef { header: ETHERNET, field: 1 };
        program.actions[2].primitives.insert(0, assign(place, Expr::Field(ttl)));
    };
    let proof = proved(prove_equivalence(&changed(sends), &subject(), &options()));
    assert_eq!(proof.exceptions, ["ip.ttl"]);
    // The other side may not depend on anything undefined.
    let reason = unknown(prove_equivalence(&subject(), &changed(sends), &options()));
    assert!(reason.contains("virtual") && reason.contains("ip.ttl"), "{reason}");
}

#[test]
fn what_is_not_dealt_with_is_unknown() {
    let narrow = Options { window: 20, ..options() };
    let reason = unknown(prove_equivalence(&subject(), &subject(), &narrow));
    assert!(reason.contains("native side") && reason.contains("behind the window"), "{reason}");
    let few = Options { max_paths: 3, ..options() };
    let reason = unknown(prove_equivalence(&subject(), &subject(), &few));
    assert!(reason.contains("more than 3"), "{reason}");
    let hashed = changed(|program| {
        program.calculations[0].algorithm = hyper4_bits::HashAlgorithm::RoundRobin;
    });
    let reason = unknown(prove_equivalence(&subject(), &hashed, &options()));
    assert!(reason.contains("counts packets"), "{reason}");
}

#[test]
fn the_verdict_does_not_depend_on_the_number_of_threads() {
    let wrong = changed(|program| program.egress.start = None);
    let verdict = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().expect("threads");
        pool.install(|| prove_equivalence(&subject(), &wrong, &options()))
    };
    assert_eq!(verdict(1), verdict(4));
    assert_eq!(refuted(verdict(4)).packet.bytes.len(), 0);
}
