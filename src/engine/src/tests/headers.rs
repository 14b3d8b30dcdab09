//! Headers, checksums, hashes and the deparser.

use hyper4_bits::HashAlgorithm;
use hyper4_ir::*;
use hyper4_switch::{Switch, SwitchError, Tracing};

use super::builder::*;

const H2: HeaderId = HeaderId(3);

fn h2(field: u32) -> FieldRef {
    FieldRef { header: H2, field }
}

fn ingress(kinds: Vec<PrimitiveKind>) -> Program {
    let mut program = base();
    let start = run(&mut program, "do", kinds, None);
    program.ingress.start = Some(start);
    program
}

#[test]
fn valid_headers_are_emitted_in_order_with_all_their_bits() {
    let kinds = vec![
        PrimitiveKind::AssignHeader { destination: H2, source: H },
        assign(h2(0), *number(0xabcd)),
        assign(h(1), *number(0x1ff)),
    ];
    let mut engine = engine(ingress(kinds), &[]);
    let bytes = packet(1, 2, 3);
    let mut first = bytes[..17].to_vec();
    first[2] = 0xff;
    let mut second = bytes[..17].to_vec();
    second[..2].copy_from_slice(&[0xab, 0xcd]);
    assert_eq!(send(&mut engine, &bytes), [(0, [first, second, bytes[17..].to_vec()].concat())]);
}

#[test]
fn set_valid_zeroes_only_an_invalid_header() {
    let kinds = vec![
        PrimitiveKind::SetValid(H),
        assign(h2(0), *number(7)),
        PrimitiveKind::SetValid(H2),
        PrimitiveKind::SetInvalid(H),
    ];
    let mut engine = engine(ingress(kinds), &[]);
    // What is written to the invalid header is lost when it becomes valid.
    assert_eq!(send(&mut engine, &packet(1, 2, 3)), [(0, [vec![0; 17], vec![0xfd, 0xfe, 0xff]].concat())]);
    let mut keeps = super::builder::engine(ingress(vec![PrimitiveKind::SetValid(H)]), &[]);
    assert_eq!(send(&mut keeps, &packet(1, 2, 3)), [(0, packet(1, 2, 3))]);
}

#[test]
fn fields_of_invalid_headers_read_as_0() {
    let kinds =
        vec![PrimitiveKind::SetInvalid(H), assign(h(0), *number(5)), assign(meta(0), Expr::Field(h(0)))];
    let back = vec![PrimitiveKind::SetValid(H), show(Expr::Field(meta(0)))];
    let mut program = ingress([kinds, back].concat());
    let copied = vec![PrimitiveKind::AssignHeader { destination: H, source: H2 }];
    let mut all = engine(program.clone(), &[]);
    assert_eq!(shown(&mut all, &packet(9, 9, 9)), 0);
    // A copy of an invalid header is invalid.
    program.actions[0].primitives =
        copied.into_iter().map(|kind| Primitive { kind, source_info: None }).collect();
    let mut copy = engine(program, &[]);
    assert_eq!(send(&mut copy, &packet(9, 9, 9)), [(0, vec![0xfd, 0xfe, 0xff])]);
}

#[test]
fn packet_length_follows_headers_from_egress_on() {
    let length = || Expr::Field(standard(StandardField::PacketLength));
    let mut program = base();
    let egress = run(&mut program, "egress", vec![assign(h2(1), length())], None);
    into_egress(&mut program, egress);
    let kinds = vec![PrimitiveKind::SetValid(H2), show(length())];
    let start = run(&mut program, "ingress", kinds, None);
    program.ingress.start = Some(start);
    let mut engine = engine(program, &[]);
    let output = send(&mut engine, &packet(1, 2, 0)).remove(0).1;
    assert_eq!((output[3], output[17 + 2]), (20, 37));
}

#[test]
fn headers_may_grow_a_packet_by_512_bytes() {
    let mut program = ingress(vec![PrimitiveKind::SetValid(H2)]);
    let grow = |program: &mut Program, times| program.deparser.order = vec![H2; times];
    grow(&mut program, 31);
    // 31 times 17 bytes are 527: 17 were parsed.
    let packets = [Packet { port: 1, bytes: packet(1, 2, 3) }];
    let batch = engine(program.clone(), &[]).inject(&packets, Tracing::Off).unwrap();
    assert_eq!(batch.outputs[0].bytes.len(), 31 * 17 + 3);
    grow(&mut program, 32);
    let result = engine(program, &[]).inject(&packets, Tracing::Off);
    assert!(matches!(result, Err(SwitchError::Failed(_))), "{result:?}");
}

/// `h.a` is the sum of `h.b`, `h.c` and a constant.
fn with_checksum(kind: ChecksumKind, condition: Option<Expr>) -> Program {
    let mut program = base();
    program.calculations.push(Calculation {
        name: "calc".into(),
        algorithm: HashAlgorithm::Csum16,
        inputs: vec![
            CalculationInput::Field(h(1)),
            CalculationInput::Field(h(2)),
            CalculationInput::Field(h2(0)),
            CalculationInput::Constant(bits(12, 1)),
            CalculationInput::Constant(bits(4, 0)),
        ],
    });
    program.checksums.push(Checksum {
        name: "sum".into(),
        kind,
        target: h(0),
        calculation: CalculationId(0),
        condition,
        source_info: None,
    });
    let shows = vec![assign(h2(0), Expr::Field(standard(StandardField::ChecksumError)))];
    let start = run(&mut program, "show", [vec![PrimitiveKind::SetValid(H2)], shows].concat(), None);
    program.ingress.start = Some(start);
    program
}

fn outcome(program: Program, bytes: Vec<u8>) -> (Vec<ChecksumOutcome>, Vec<u8>) {
    let batch = engine(program, &[]).inject(&[Packet { port: 1, bytes }], Tracing::On).unwrap();
    let events = batch.traces[0].packets[0].events.iter();
    let outcomes = events.filter_map(|event| match event {
        Event::Checksum { name, outcome } if name == "sum" => Some(outcome.clone()),
        _ => None,
    });
    (outcomes.collect(), batch.outputs[0].bytes.clone())
}

#[test]
fn checksums_are_verified_and_a_wrong_one_does_not_drop() {
    let verify = |bytes| {
        let (outcomes, output) = outcome(with_checksum(ChecksumKind::Verify, None), bytes);
        let flag = output.get(17..19).map(|flag| flag[1]);
        (outcomes, flag)
    };
    // ~(0x0203 + 0x0010); the invalid header's field is left out.
    assert_eq!(verify(packet(!0x0213, 2, 3)), (vec![ChecksumOutcome::Correct], Some(0)));
    assert_eq!(verify(packet(1, 2, 3)), (vec![ChecksumOutcome::Wrong], Some(1)));
    let (outcomes, _) = outcome(with_checksum(ChecksumKind::Verify, None), vec![1]);
    assert_eq!(outcomes, [ChecksumOutcome::Skipped], "also after a parser error");
    let condition = Expr::Binary(BinaryOp::Eq, Box::new(Expr::Field(h(1))), number(9));
    let (outcomes, _) = outcome(with_checksum(ChecksumKind::Verify, Some(condition)), packet(1, 2, 3));
    assert_eq!(outcomes, [ChecksumOutcome::Skipped]);
}

#[test]
fn checksums_are_updated_before_the_deparser() {
    let mut program = with_checksum(ChecksumKind::Update, None);
    program.actions[0].primitives.truncate(1);
    let (outcomes, output) = outcome(program, packet(1, 2, 3));
    assert_eq!(outcomes, [ChecksumOutcome::Updated]);
    assert_eq!(output[..2], (!0x0213u16).to_be_bytes());
}

#[test]
fn hashes_have_a_base_and_a_modulus() {
    let hash = |inputs: Vec<CalculationInput>, base: i64, modulus: Expr| {
        let mut program = ingress(vec![PrimitiveKind::Hash {
            place: Place::Field(h(0)),
            base: *number(base),
            calculation: CalculationId(0),
            modulus,
        }]);
        program.calculations.push(Calculation {
            name: "c".into(),
            algorithm: HashAlgorithm::Identity,
            inputs,
        });
        let output = send(&mut engine(program, &[]), &packet(0x1234, 0x56, 0x78)).remove(0).1;
        u16::from_be_bytes([output[0], output[1]])
    };
    let field = || vec![CalculationInput::Field(h(0)), CalculationInput::Field(h(1))];
    assert_eq!(hash(field(), 3, *number(1000)), 3 + (0x123456 % 1000) as u16);
    assert_eq!(hash(field(), 3, *number(0)), 3, "a modulus of 0 is taken as 1");
    assert_eq!(hash(field(), 0, Expr::Field(h(0))), (0x123456 % 0x1234) as u16);
    // The payload is what wasn't extracted; an invalid header's bits are left out.
    let ends = vec![CalculationInput::Header(H2), CalculationInput::Payload];
    assert_eq!(hash(ends, 0, *number(1 << 30)), 0xfeff);
    let odd = vec![CalculationInput::Constant(bits(4, 0xa)), CalculationInput::Field(h(1))];
    assert_eq!(hash(odd, 0, *number(1 << 30)), 0xa560, "the last byte is filled up with zeros");
}

#[test]
fn metadata_starts_as_zeros_with_every_packet() {
    let kinds = vec![show(Expr::Field(meta(0))), assign(meta(0), *number(9))];
    let mut engine = engine(ingress(kinds), &[]);
    assert_eq!(shown(&mut engine, &packet(1, 1, 1)), 0);
    assert_eq!(shown(&mut engine, &packet(1, 1, 1)), 0);
}

#[test]
fn a_signed_field_keeps_what_fits_either_way() {
    let mut program = ingress(vec![
        assign(meta(0), *number(0xffff)),
        assign(h2(0), *number(-1)),
        assign(meta(1), Expr::Field(meta(0))),
        show(Expr::Unary(
            UnaryOp::BoolToData,
            Box::new(Expr::Binary(BinaryOp::Gt, Box::new(Expr::Field(meta(0))), number(0))),
        )),
        assign(h(1), Expr::Binary(BinaryOp::Shr, Box::new(Expr::Field(h(0))), number(4))),
    ]);
    program.header_types[1].fields[0].signed = true;
    program.header_types[2].fields[0].signed = true;
    // 0xffff was stored as it is and stays positive; what was extracted is negative.
    let output = send(&mut engine(program, &[]), &packet(0xfff0, 0, 0)).remove(0).1;
    assert_eq!((output[2], output[3]), (0xff, 1));
}
