//! The parser.

use hyper4_ir::*;
use hyper4_switch::{Switch, SwitchError, Tracing};

use super::builder::*;

const H2: HeaderId = HeaderId(3);

fn case(pairs: &[(u32, u64, u64)], next: Option<u32>) -> Transition {
    let values = pairs.iter().map(|(width, value, mask)| (bits(*width, *value), bits(*width, *mask)));
    Transition { matches: TransitionMatch::Values(values.collect()), next: next.map(ParseStateId) }
}

fn otherwise(next: Option<u32>) -> Transition {
    Transition { matches: TransitionMatch::Default, next: next.map(ParseStateId) }
}

fn state(name: &str, ops: Vec<ParserOp>, key: Vec<SelectKey>, transitions: Vec<Transition>) -> ParseState {
    ParseState { name: name.into(), ops, key, transitions, source_info: None }
}

fn set(field: FieldRef, value: Expr) -> ParserOp {
    ParserOp::Set { place: Place::Field(field), value }
}

/// States behind `start`, which extracts `h`; in ingress `h.c` shows `meta.a`.
fn parser(key: Vec<SelectKey>, transitions: Vec<Transition>, others: Vec<ParseState>) -> Program {
    let mut program = base();
    let start = &mut program.parser.states[0];
    (start.key, start.transitions) = (key, transitions);
    program.parser.states.extend(others);
    let start = run(&mut program, "show", vec![show(Expr::Field(meta(0)))], None);
    program.ingress.start = Some(start);
    program
}

fn marks(name: &str, mark: i64) -> ParseState {
    state(name, vec![set(meta(0), *number(mark))], vec![], vec![otherwise(None)])
}

#[test]
fn the_first_case_that_matches_is_taken() {
    let key = vec![SelectKey::Field(h(0)), SelectKey::Field(h(1))];
    let transitions = vec![
        case(&[(16, 0x1200, 0xff00), (8, 0, 0)], Some(1)),
        case(&[(16, 0x1234, 0xffff), (8, 5, 0xff)], Some(2)),
        case(&[(16, 0, 0xf000), (8, 5, 0xff)], Some(2)),
        otherwise(Some(3)),
    ];
    let others = vec![marks("one", 1), marks("two", 2), marks("three", 3)];
    let mut engine = engine(parser(key, transitions, others), &[]);
    let mut taken = |a, b| shown(&mut engine, &packet(a, b, 0));
    assert_eq!([taken(0x1234, 5), taken(0x0234, 5), taken(0x0234, 6)], [1, 2, 3]);
}

#[test]
fn no_case_that_matches_accepts() {
    let mut engine = engine(
        parser(vec![SelectKey::Field(h(0))], vec![case(&[(16, 1, 0xffff)], Some(1))], vec![marks("one", 1)]),
        &[],
    );
    let batch = engine.inject(&[Packet { port: 1, bytes: packet(2, 0, 7) }], Tracing::On).unwrap();
    assert_eq!(batch.outputs.len(), 1);
    let events = &batch.traces[0].packets[0].events;
    assert!(!events.iter().any(|event| matches!(event, Event::ParserError(_))), "{events:?}");
}

#[test]
fn errors_do_not_drop_and_set_their_code() {
    let verify = ParserOp::Verify {
        condition: Expr::Binary(BinaryOp::Lt, Box::new(Expr::Field(h(0))), number(10)),
        error: *number(77),
    };
    let mut program =
        parser(vec![], vec![otherwise(Some(1))], vec![state("v", vec![verify], vec![], vec![])]);
    program.actions[0].primitives[0].kind = show(Expr::Field(standard(StandardField::ParserError)));
    let mut engine = engine(program, &[]);
    assert_eq!(shown(&mut engine, &packet(9, 0, 1)), 0);
    assert_eq!(shown(&mut engine, &packet(10, 0, 1)), 77);
    // Too short for `h`: it is invalid, nothing is extracted, the whole packet goes on.
    assert_eq!(send(&mut engine, &[1, 2, 3]), [(0, vec![1, 2, 3])]);
}

#[test]
fn lookahead_takes_nothing_and_may_fail() {
    let ahead = ParserOp::SetLookahead { place: Place::Field(meta(0)), offset: 4, width: 16 };
    let wide = ParserOp::SetLookahead { place: Place::Field(meta(1)), offset: 0, width: 8 };
    let others = vec![state("a", vec![ahead, wide], vec![], vec![otherwise(None)])];
    let mut program = parser(vec![], vec![otherwise(Some(1))], others);
    let low = Expr::Binary(BinaryOp::BitXor, Box::new(Expr::Field(meta(0))), Box::new(Expr::Field(meta(1))));
    program.actions[0].primitives[0].kind = show(low);
    let mut engine = engine(program, &[]);
    // Behind `h` lie fd fe ff: bits 4 to 19 are dfef, the low byte ef; the first byte is fd.
    let bytes = packet(1, 2, 3);
    assert_eq!(shown(&mut engine, &bytes), 0xef ^ 0xfd);
    assert_eq!(send(&mut engine, &bytes)[0].1.len(), bytes.len());
    let short = &bytes[..bytes.len() - 2];
    let batch = engine.inject(&[Packet { port: 1, bytes: short.to_vec() }], Tracing::On).unwrap();
    let events = &batch.traces[0].packets[0].events;
    assert!(events.contains(&Event::ParserError("PacketTooShort".into())), "{events:?}");
}

#[test]
fn select_may_look_ahead() {
    let key = vec![SelectKey::Lookahead { offset: 8, width: 12 }];
    let transitions = vec![case(&[(12, 0xfef, 0xfff)], Some(1)), otherwise(None)];
    let mut engine = engine(parser(key, transitions, vec![marks("one", 1)]), &[]);
    assert_eq!(shown(&mut engine, &packet(0, 0, 9)), 1);
}

#[test]
fn advance_skips_bytes_that_are_lost() {
    let advance = |bits| vec![ParserOp::Advance { bits }];
    let outputs = |bits: Expr, a: u16| {
        let others = vec![state("skip", advance(bits), vec![], vec![otherwise(None)])];
        let mut engine = engine(parser(vec![], vec![otherwise(Some(1))], others), &[]);
        let packets = [Packet { port: 1, bytes: packet(a, 0, 0) }];
        engine.inject(&packets, Tracing::On)
    };
    let whole = packet(16, 0, 0);
    let skipped = outputs(Expr::Field(h(0)), 16).unwrap();
    assert_eq!(skipped.outputs[0].bytes, [&whole[..17], &whole[19..]].concat());
    for (bits, error) in [(12, "ParserInvalidArgument"), (32, "PacketTooShort")] {
        let batch = outputs(*number(bits), 16).unwrap();
        assert!(batch.traces[0].packets[0].events.contains(&Event::ParserError(error.into())), "{bits}");
        assert_eq!(batch.outputs[0].bytes, whole, "{bits}");
    }
    assert!(matches!(outputs(*number(-8), 16), Err(SwitchError::Failed(_))));
}

#[test]
fn headers_are_extracted_again_and_a_standstill_is_noticed() {
    let again = state(
        "again",
        vec![ParserOp::Extract(Extract::Regular(H2))],
        vec![SelectKey::Field(FieldRef { header: H2, field: 1 })],
        vec![case(&[(8, 1, 0xff)], Some(1)), otherwise(None)],
    );
    let mut engine = engine(parser(vec![], vec![otherwise(Some(1))], vec![again]), &[]);
    let part = |b| packet(7, b, 0)[..17].to_vec();
    let bytes = [part(0), part(1), part(2), vec![9]].concat();
    // The last one stays: the one before it is gone from the packet.
    assert_eq!(send(&mut engine, &bytes), [(0, [part(0), part(2), vec![9]].concat())]);

    let standstill = state("round", vec![], vec![], vec![otherwise(Some(1))]);
    let program = parser(vec![], vec![otherwise(Some(1))], vec![standstill]);
    let mut engine = super::builder::engine(program, &[]);
    let packets = [Packet { port: 1, bytes: packet(1, 1, 1) }];
    assert!(matches!(engine.inject(&packets, Tracing::Off), Err(SwitchError::Failed(_))));
}

#[test]
fn what_the_length_decides_is_decided_in_the_same_way_when_it_is_known() {
    let two = |operator, a: Expr, b: Expr| Expr::Binary(operator, Box::new(a), Box::new(b));
    let constant = |value| *number(value);
    let length = || Expr::Field(standard(StandardField::PacketLength));
    let (a, wide) = (|| Expr::Field(meta(0)), || Expr::Field(meta(1)));
    let masked = |value, mask| two(BinaryOp::BitAnd, value, constant(mask));
    let short = state(
        "short",
        vec![set(meta(1), Expr::Field(h(3))), set(meta(0), masked(length(), 0xff))],
        vec![SelectKey::Field(meta(0))],
        vec![case(&[(16, 17, 0xffff)], Some(3)), case(&[(16, 32, 32)], Some(2)), otherwise(Some(4))],
    );
    let padded = masked(two(BinaryOp::Mul, two(BinaryOp::Sub, constant(64), a()), constant(3)), 0x7f);
    let others = vec![
        short,
        state("shifts", vec![set(meta(0), padded)], vec![], vec![otherwise(Some(4))]),
        marks("seventeen", 0x55),
        state(
            "end",
            vec![set(meta(1), two(BinaryOp::Shl, two(BinaryOp::Shl, wide(), a()), constant(3)))],
            vec![SelectKey::Field(h(1))],
            vec![case(&[(8, 1, 1)], Some(5)), otherwise(None)],
        ),
        state(
            "odd",
            vec![set(meta(0), two(BinaryOp::BitXor, a(), constant(0xf0)))],
            vec![],
            vec![otherwise(None)],
        ),
    ];
    let key = vec![SelectKey::Field(standard(StandardField::PacketLength))];
    let transitions = vec![case(&[(32, 0, 0xffff_ffc0)], Some(1)), otherwise(None)];
    let mut program = parser(key, transitions, others);
    let shown = two(BinaryOp::BitXor, a(), two(BinaryOp::Shr, wide(), constant(11)));
    let start = run(&mut program, "show", vec![show(masked(shown, 0xff))], None);
    program.ingress.start = Some(start);
    let mut engine = engine(program, &[]);
    let mut seen = std::collections::BTreeSet::new();
    for length in 0..200 {
        for b in [6, 7] {
            let mut bytes = packet(length, b, 0);
            bytes.resize(length.into(), 0xa7);
            let packet = Packet { port: 1, bytes };
            let mut outputs =
                |tracing| engine.inject(std::slice::from_ref(&packet), tracing).unwrap().outputs;
            let quiet = outputs(Tracing::Off);
            assert_eq!(quiet, outputs(Tracing::On), "{length}");
            seen.extend(quiet.first().and_then(|output| output.bytes.get(3)).copied());
        }
    }
    assert!(seen.len() > 40, "{seen:?}");
}
