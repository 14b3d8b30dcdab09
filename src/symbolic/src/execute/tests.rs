//! Outcomes against the meaning of the program, for packets taken at random from what matters.

use std::cell::Cell;
use std::sync::Arc;
use std::time::Duration;

use hyper4_bits::Bits;
use hyper4_ir::{BinaryOp, Expr, FieldRef, Packet, ParserOp, Place};
use proptest::prelude::*;

use super::{Executor, Input, Outcome, Prepared};
use crate::fixture::{META, STANDARD, binary, number, program, reference, subject};
use crate::options::Length;
use crate::path::Context;
use crate::prove::start;
use crate::subject::Subject;
use crate::term::{Assignment, Evaluator, Side, Word};

struct Run {
    input: Input,
    outcomes: Vec<Outcome>,
}

fn run(subject: &Subject, length: Length) -> Run {
    let prepared = Prepared::new(subject);
    let mut context = Context::new(Duration::from_secs(20));
    let input = Input::new(&mut context.terms, length);
    let Ok(Some(all)) = start(&mut context, &input, length, []) else { panic!("there are packets") };
    let executor = Executor::new(&prepared, Side::Native, &mut context, &input, 1000);
    let (outcomes, reads) = executor.run(all).expect("everything is dealt with");
    assert!(reads.is_empty(), "{reads:?}");
    Run { input, outcomes }
}

/// What a run says about one packet; the packet is on one path only.
fn concrete(run: &Run, packet: &Packet) -> Vec<(u16, Vec<u8>)> {
    let mut assignment = Assignment::default();
    let head = run.input.head.width() as usize / 8;
    let values = [
        (&run.input.head, Bits::from_be_bytes(run.input.head.width(), &packet.bytes[..head])),
        (&run.input.port, Bits::from_u64(9, packet.port.into())),
        (&run.input.length, Bits::from_u64(32, packet.bytes.len() as u64)),
    ];
    for (word, value) in values {
        if let Some(slice) = word.as_slice() {
            assignment.set(slice.term.clone(), value);
        }
    }
    let mut evaluator = Evaluator::new(&assignment);
    let mut met = run
        .outcomes
        .iter()
        .filter(|outcome| outcome.path.conditions().iter().all(|condition| evaluator.holds(condition)));
    let outcome = met.next().expect("the packet is on a path");
    assert_eq!(met.count(), 0, "the packet is on two paths");
    let mut evaluator = Evaluator::new(&assignment);
    let sent = outcome.sent.iter().map(|sent| {
        let mut bytes = evaluator.word(&sent.bytes).to_be_bytes();
        assert_eq!(sent.tail, run.input.tail);
        bytes.extend(&packet.bytes[head..]);
        (evaluator.word(&sent.port).low_u64() as u16, bytes)
    });
    sent.collect()
}

/// Bytes that hit rows, and near misses.
fn packet() -> impl Strategy<Value = Packet> {
    let mac = prop_oneof![4 => prop::sample::select(vec![0xa1u64, 0xa2, 0xb2, 0xff, 0]), 1 => 0..1u64 << 48];
    let kind = prop_oneof![3 => Just(0x800u64), 1 => prop::sample::select(vec![0x801u64, 0x900])];
    let protocol = prop_oneof![prop::sample::select(vec![6u8, 7, 0x10, 0x17, 0x18, 0x1f]), any::<u8>()];
    let ttl = prop_oneof![prop::sample::select(vec![0u8, 1, 2, 9, 10, 20, 21, 255]), any::<u8>()];
    let address = prop_oneof![
        prop::sample::select(vec![
            0x0a01_0203u32,
            0x0a01_0202,
            0x0a01_ffff,
            0x0a02_0000,
            0x0a03_0000,
            0x0b00_0000
        ]),
        any::<u32>()
    ];
    let rest = prop::collection::vec(any::<u8>(), 0..30);
    let cut = prop_oneof![3 => Just(usize::MAX), 1 => 0usize..30];
    let port = prop_oneof![0u16..5, 0u16..511];
    (mac, kind, protocol, ttl, address, rest, cut, port).prop_map(
        |(mac, kind, protocol, ttl, address, rest, cut, port)| {
            let mut bytes = mac.to_be_bytes()[2..].to_vec();
            bytes.extend([1, 2, 3, 4, 5, 6]);
            bytes.extend(&kind.to_be_bytes()[6..]);
            bytes.extend([ttl, protocol, 0xab, 0xcd]);
            bytes.extend(address.to_be_bytes());
            bytes.extend(rest);
            bytes.truncate(cut);
            Packet { port, bytes }
        },
    )
}

#[test]
fn each_packet_is_on_one_path_and_gets_what_the_program_means() {
    let lengths: Vec<Run> = (0..60).map(|bytes| run(&subject(), Length::Bytes(bytes))).collect();
    let longer = run(&subject(), Length::Longer { window: 24, longest: 65_535 });
    let sent: [Cell<usize>; 4] = Default::default();
    let long = Cell::new(0usize);
    proptest!(ProptestConfig::with_cases(4000), |(packet in packet())| {
        let expected = reference(&packet);
        prop_assert_eq!(concrete(&lengths[packet.bytes.len()], &packet), expected.clone());
        if packet.bytes.len() > 24 {
            prop_assert_eq!(concrete(&longer, &packet), expected.clone());
            long.set(long.get() + 1);
        }
        let count = &sent[expected.len()];
        count.set(count.get() + 1);
    });
    assert!(sent.iter().all(|count| count.get() > 20) && long.get() > 500, "{sent:?} {long:?}");
}

#[test]
fn what_lies_behind_the_window_stops_the_run() {
    let subject = subject();
    let prepared = Prepared::new(&subject);
    let length = Length::Longer { window: 20, longest: 65_535 };
    let mut context = Context::new(Duration::from_secs(20));
    let input = Input::new(&mut context.terms, length);
    let Ok(Some(all)) = start(&mut context, &input, length, []) else { panic!("there are packets") };
    let executor = Executor::new(&prepared, Side::Native, &mut context, &input, 1000);
    let stop = executor.run(all).err().expect("the IP header lies partly behind the window");
    assert!(stop.0.contains("behind the window"), "{}", stop.0);
}

#[test]
fn a_packet_that_is_all_constant_takes_one_path_and_asks_nothing() {
    let subject = subject();
    let prepared = Prepared::new(&subject);
    let bytes = [0, 0, 0, 0, 0, 0xa1, 1, 2, 3, 4, 5, 6, 9, 0];
    let mut context = Context::new(Duration::from_secs(20));
    let input = Input {
        head: Word::constant(Bits::from_be_bytes(112, &bytes)),
        port: Word::number(9, 7),
        length: Word::number(32, 14),
        tail: false,
    };
    let executor = Executor::new(&prepared, Side::Native, &mut context, &input, 1);
    let (outcomes, _) = executor.run(Context::anything()).expect("one path");
    let sent = &outcomes.first().expect("one outcome").sent;
    assert_eq!(sent.len(), 1);
    assert_eq!(sent[0].port.as_u64(), Some(1));
    assert_eq!(sent[0].bytes, input.head);
    assert_eq!(context.solver.queries, 0);
}

#[test]
fn a_signed_field_keeps_what_fits_it_signed_or_unsigned() {
    let mut program = program();
    let (port, scratch) = (FieldRef { header: STANDARD, field: 0 }, FieldRef { header: META, field: 0 });
    program.header_types[1].fields[0].signed = true;
    let value = binary(BinaryOp::Sub, Expr::Field(port), number(3));
    program.parser.states[0].ops.insert(0, ParserOp::Set { place: Place::Field(scratch), value });
    // What is negative leaves by port 0, anything else goes to a group that there isn't.
    program.conditionals[0].expression = binary(BinaryOp::Lt, Expr::Field(scratch), number(0));
    program.conditionals[0].true_next = None;
    let subject = Subject::new(Arc::new(program)).expect("a program without entries");
    let run = run(&subject, Length::Bytes(14));
    let mut negative = 0;
    for port in 1..511u16 {
        let value = i32::from(port) - 3;
        let kept = if value <= 255 { value } else { i32::from(value as i8) };
        let sent = concrete(&run, &Packet { port, bytes: vec![1; 14] });
        assert_eq!(
            sent.iter().map(|(port, _)| *port).collect::<Vec<_>>(),
            vec![0; usize::from(kept < 0)],
            "{port}"
        );
        negative += sent.len();
    }
    assert_eq!(negative, 2 + 124);
}
