//! Stacks, unions and fields of variable width.

use hyper4_ir::*;
use hyper4_switch::{Switch, SwitchError, Tracing};

use super::builder::*;

/// `labels[0]`, `labels[1]`, `labels[2]`: 7 bits of label, 1 bit that says that it is the last.
const LABELS: HeaderStackId = HeaderStackId(0);

fn label(number: u32) -> HeaderId {
    HeaderId(4 + number)
}

/// Labels come first, then `h`; `h.b` and `h.c` show what `kinds` do.
fn labelled(kinds: Vec<PrimitiveKind>) -> Program {
    let mut program = base();
    let field = |name: &str, width| FieldType { name: name.into(), width, signed: false, varbit: false };
    program
        .header_types
        .push(HeaderType { name: "label_t".into(), fields: vec![field("label", 7), field("last", 1)] });
    for i in 0..3 {
        let header_type = HeaderTypeId(3);
        program.headers.push(Header { name: format!("labels[{i}]"), header_type, metadata: false });
    }
    let headers = (0..3).map(label).collect();
    program.header_stacks.push(HeaderStack { name: "labels".into(), header_type: HeaderTypeId(3), headers });
    let state = &mut program.parser.states[0];
    state.ops = vec![ParserOp::Extract(Extract::StackNext(LABELS))];
    state.key = vec![SelectKey::LastField(LABELS, 1)];
    let to = |value, next| Transition {
        matches: TransitionMatch::Values(vec![(bits(1, value), bits(1, 1))]),
        next: Some(ParseStateId(next)),
    };
    state.transitions = vec![to(0, 0), to(1, 1)];
    program.parser.states.push(ParseState {
        name: "rest".into(),
        ops: vec![ParserOp::Extract(Extract::Regular(H))],
        key: vec![],
        transitions: vec![Transition { matches: TransitionMatch::Default, next: None }],
        source_info: None,
    });
    program.errors = ["NoError", "PacketTooShort", "NoMatch", "StackOutOfBounds", "HeaderTooShort"]
        .into_iter()
        .zip(0..)
        .map(|(name, code)| (name.to_owned(), ErrorCode(code)))
        .collect();
    program.deparser.order = vec![label(0), label(1), label(2), H];
    let start = run(&mut program, "do", kinds, None);
    program.ingress.start = Some(start);
    program
}

fn labels_then_h(labels: &[u8]) -> Vec<u8> {
    [labels, &packet(0, 0, 0)].concat()
}

fn out(kinds: Vec<PrimitiveKind>, bytes: &[u8]) -> Vec<u8> {
    send(&mut engine(labelled(kinds), &[]), bytes).remove(0).1
}

fn element(index: Expr, field: u32) -> Expr {
    let header = HeaderExpr::Element { stack: LABELS, index: Box::new(index) };
    Expr::FieldOf(Box::new(header), field)
}

#[test]
fn the_parser_fills_a_stack_until_it_is_full() {
    let last = Expr::LastIndex(StackRef::Headers(LABELS));
    let size = Expr::StackSize(StackRef::Headers(LABELS));
    let shows = || vec![assign(h(1), last.clone()), show(size.clone())];
    let seen = out(shows(), &labels_then_h(&[0x20, 0x31]));
    assert_eq!((&seen[..2], seen[4], seen[5]), (&[0x20, 0x31][..], 1, 2));
    // A fourth label is one too many: the error is 3, `h` isn't extracted, and the bytes stay payload.
    let error = vec![assign(
        FieldRef { header: label(0), field: 0 },
        Expr::Field(standard(StandardField::ParserError)),
    )];
    assert_eq!(out(error, &labels_then_h(&[2, 4, 6, 9]))[..5], [3 << 1, 4, 6, 9, 0]);
}

#[test]
fn push_and_pop_move_elements_and_the_index() {
    let stack = StackRef::Headers(LABELS);
    let size = show(Expr::StackSize(stack));
    let popped =
        out(vec![PrimitiveKind::Pop { stack, count: 1 }, size.clone()], &labels_then_h(&[0x20, 0x31]));
    assert_eq!((popped[0], popped[4]), (0x31, 1), "the second is the first now, and one is in use");
    let pushed = out(vec![PrimitiveKind::Push { stack, count: 2 }, size], &labels_then_h(&[0x20, 0x31]));
    assert_eq!((pushed[0], pushed[4]), (0x20, 3), "the inserted ones are invalid, the last one fell off");
}

#[test]
fn elements_are_found_at_run_time() {
    let kinds = || {
        vec![
            assign(h(1), element(Expr::Field(h(1)), 0)),
            show(Expr::FieldOf(Box::new(HeaderExpr::Last(LABELS)), 0)),
        ]
    };
    let with_index = |index| [&[0x20, 0x31][..], &packet(0, index, 0)].concat();
    let seen = out(kinds(), &with_index(1));
    assert_eq!((seen[4], seen[5]), (0x18, 0x18));
    let packets = [Packet { port: 1, bytes: with_index(3) }];
    let failed = engine(labelled(kinds()), &[]).inject(&packets, Tracing::Off);
    assert!(
        matches!(&failed, Err(SwitchError::Failed(reason)) if reason.contains("no element of that index"))
    );
    let valid = HeaderExpr::Element { stack: LABELS, index: number(2) };
    let invalid = Expr::Unary(UnaryOp::BoolToData, Box::new(Expr::ValidOf(Box::new(valid))));
    assert_eq!(out(vec![show(invalid)], &labels_then_h(&[0x20, 0x31]))[5], 0);
}

#[test]
fn what_is_found_at_run_time_can_be_written() {
    let second = || HeaderExpr::Element { stack: LABELS, index: Box::new(Expr::Field(h(1))) };
    let kinds = vec![
        PrimitiveKind::Assign { place: Place::FieldOf(Box::new(second()), 0), value: *number(0x55) },
        PrimitiveKind::SetInvalidOf(HeaderExpr::Element { stack: LABELS, index: number(0) }),
        PrimitiveKind::SetValidOf(HeaderExpr::Element { stack: LABELS, index: number(2) }),
    ];
    let bytes = [&[0x20, 0x31][..], &packet(0, 1, 0)].concat();
    assert_eq!(out(kinds, &bytes)[..3], [0xab, 0, 0], "the second written, the first gone, the third zeros");
    let kinds = vec![PrimitiveKind::AssignHeaderOf {
        destination: HeaderExpr::Element { stack: LABELS, index: number(2) },
        source: HeaderExpr::Element { stack: LABELS, index: number(0) },
    }];
    assert_eq!(out(kinds, &bytes)[..3], [0x20, 0x31, 0x20]);
}

/// `u` is a union of `h` and `h2`, which have one type.
fn with_union(kinds: Vec<PrimitiveKind>) -> Program {
    let mut program = base();
    let member = |name: &str, header| HeaderUnionMember { name: name.into(), header };
    program.header_unions.push(HeaderUnion {
        name: "u".into(),
        union_type: "u_t".into(),
        members: vec![member("a", H), member("b", HeaderId(3))],
    });
    let start = run(&mut program, "do", kinds, None);
    program.ingress.start = Some(start);
    program
}

#[test]
fn one_member_of_a_union_is_valid() {
    let bytes = packet(1, 2, 3);
    let copied = vec![PrimitiveKind::AssignHeader { destination: HeaderId(3), source: H }];
    assert_eq!(
        send(&mut engine(with_union(copied), &[]), &bytes),
        [(0, bytes.clone())],
        "one header, not two"
    );
    let valid = Expr::UnionValid(UnionExpr::Union(HeaderUnionId(0)));
    let whether = Expr::Unary(UnaryOp::BoolToData, Box::new(valid));
    let mut shows = engine(with_union(vec![show(whether)]), &[]);
    assert_eq!(shown(&mut shows, &bytes), 1);
    let union = || Aggregate::Union(UnionExpr::Union(HeaderUnionId(0)));
    let same = Expr::Unary(UnaryOp::BoolToData, Box::new(Expr::Equal(Box::new(union()), Box::new(union()))));
    let invalid = vec![assign(meta(0), same), PrimitiveKind::SetInvalid(H), PrimitiveKind::SetValid(H)];
    let mut equal = engine(with_union([invalid, vec![show(Expr::Field(meta(0)))]].concat()), &[]);
    assert_eq!(shown(&mut equal, &bytes), 1);
}

/// `h`'s 100 bits become a varbit of up to 96, with the four bits of padding before it.
fn variable(width: Expr, kinds: Vec<PrimitiveKind>) -> Program {
    let mut program = base();
    program.header_types[2].fields = [("a", 16), ("b", 8), ("c", 8), ("options", 96)]
        .map(|(name, width)| FieldType { name: name.into(), width, signed: false, varbit: name == "options" })
        .into();
    program.errors.insert("HeaderTooShort".into(), ErrorCode(4));
    let extract = Extract::Variable { target: ExtractTarget::Header(H), width };
    program.parser.states[0].ops = vec![
        ParserOp::SetLookahead { place: Place::Field(meta(0)), offset: 0, width: 16 },
        ParserOp::Extract(extract),
    ];
    let start = run(&mut program, "do", kinds, None);
    program.ingress.start = Some(start);
    program
}

#[test]
fn a_varbit_has_the_width_it_was_extracted_with() {
    let width = || Expr::Field(meta(0));
    let bytes = |width: u16| packet(width, 2, 3);
    let twice = || vec![PrimitiveKind::AssignHeader { destination: HeaderId(3), source: H }];
    let sent = send(&mut engine(variable(width(), twice()), &[]), &bytes(16)).remove(0).1;
    assert_eq!(sent[..6], bytes(16)[..6]);
    assert_eq!(sent[6..12], bytes(16)[..6], "the copy has the same width");
    // Invalid and valid again it is as wide as before, in zeros.
    let again = vec![PrimitiveKind::SetInvalid(H), PrimitiveKind::SetValid(H)];
    let sent = send(&mut engine(variable(width(), again), &[]), &bytes(24)).remove(0).1;
    assert_eq!((&sent[..7], sent.len()), (&[0; 7][..], bytes(24).len()));
    // Too wide for the field, and not whole bytes.
    let error = vec![assign(meta(1), *number(1)), PrimitiveKind::SetValid(H)];
    let error = [error, vec![show(Expr::Field(standard(StandardField::ParserError)))]].concat();
    let mut shows = engine(variable(width(), error), &[]);
    assert_eq!(shown(&mut shows, &bytes(104)), 4);
    assert_eq!(shown(&mut shows, &bytes(4)), 7, "a core error that the program doesn't declare comes last");
}

/// `u[0]` and `u[1]` are unions of a header each; both are filled, then `kinds` run.
fn with_union_stack(kinds: Vec<PrimitiveKind>) -> Program {
    let mut program = base();
    for (name, header) in [("u[0]", H), ("u[1]", HeaderId(3))] {
        let members = vec![HeaderUnionMember { name: "a".into(), header }];
        program.header_unions.push(HeaderUnion { name: name.into(), union_type: "u_t".into(), members });
    }
    let unions = vec![HeaderUnionId(0), HeaderUnionId(1)];
    program.header_union_stacks.push(HeaderUnionStack { name: "u".into(), unions });
    let next = || ParserOp::Extract(Extract::UnionStackNext { stack: HeaderUnionStackId(0), member: 0 });
    program.parser.states[0].ops = vec![next(), next()];
    let start = run(&mut program, "do", kinds, None);
    program.ingress.start = Some(start);
    program
}

#[test]
fn a_stack_of_unions_turns_round() {
    // simple_switch makes no union invalid when it pushes or pops: what falls off comes back at the other end.
    let stack = StackRef::Unions(HeaderUnionStackId(0));
    let (first, second) = (packet(0xaaaa, 1, 1), packet(0xbbbb, 2, 2));
    let bytes = [&first[..17], &second[..17]].concat();
    let turned = [&second[..17], &first[..17]].concat();
    let push = PrimitiveKind::Push { stack, count: 1 };
    let pop = PrimitiveKind::Pop { stack, count: 1 };
    let beyond = PrimitiveKind::Pop { stack, count: 9 };
    for (kinds, wanted) in [
        (vec![push.clone()], &turned),
        (vec![pop.clone()], &turned),
        (vec![push, pop], &bytes),
        (vec![beyond], &bytes),
    ] {
        assert_eq!(send(&mut engine(with_union_stack(kinds), &[]), &bytes), [(0, wanted.clone())]);
    }
}

#[test]
fn a_copy_does_not_get_the_width_of_an_invalid_header() {
    let width = || Expr::Field(meta(0));
    let group = assign(standard(StandardField::McastGrp), *number(1));
    let mut program = variable(width(), vec![]);
    let start = run(&mut program, "egress", vec![PrimitiveKind::SetValid(H)], None);
    into_egress(&mut program, start);
    let start = run(&mut program, "ingress", vec![PrimitiveKind::SetInvalid(H), group], None);
    program.ingress.start = Some(start);
    let commands = ["mc_mgrp_create 1", "mc_node_create 0 4", "mc_node_associate 1 0"];
    let bytes = packet(16, 2, 3);
    let wanted = [&[0; 4][..], &bytes[6..]].concat();
    assert_eq!(send(&mut engine(program, &commands), &bytes), [(4, wanted)]);
}
