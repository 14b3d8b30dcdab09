//! A program with a bit of everything, built by hand, with its meaning written down directly in Rust.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::{Bits, HashAlgorithm, checksum};
use hyper4_ir::*;

use crate::subject::Subject;

pub(crate) const STANDARD: HeaderId = HeaderId(0);
pub(crate) const META: HeaderId = HeaderId(1);
pub(crate) const ETHERNET: HeaderId = HeaderId(2);
pub(crate) const IP: HeaderId = HeaderId(3);

const SPEC: FieldRef = FieldRef { header: STANDARD, field: 1 };
const GROUP: FieldRef = FieldRef { header: STANDARD, field: 5 };
const DESTINATION: FieldRef = FieldRef { header: ETHERNET, field: 0 };
const TYPE: FieldRef = FieldRef { header: ETHERNET, field: 2 };
const TTL: FieldRef = FieldRef { header: IP, field: 0 };
const SUM: FieldRef = FieldRef { header: IP, field: 2 };
const ADDRESS: FieldRef = FieldRef { header: IP, field: 3 };

fn fields(fields: &[(&str, u32)]) -> Vec<FieldType> {
    let field = |(name, width): &(&str, u32)| FieldType {
        name: (*name).to_owned(),
        width: *width,
        signed: false,
        varbit: false,
    };
    fields.iter().map(field).collect()
}

pub(crate) fn assign(field: FieldRef, value: Expr) -> Primitive {
    Primitive { kind: PrimitiveKind::Assign { place: Place::Field(field), value }, source_info: None }
}

pub(crate) fn binary(operator: BinaryOp, left: Expr, right: Expr) -> Expr {
    Expr::Binary(operator, Box::new(left), Box::new(right))
}

pub(crate) fn number(value: u64) -> Expr {
    Expr::Const(value.into())
}

fn action(name: &str, parameters: &[u32], primitives: Vec<Primitive>) -> Action {
    let parameters = parameters.iter().map(|width| ActionParameter { name: "p".to_owned(), width: *width });
    Action { name: name.to_owned(), parameters: parameters.collect(), primitives, source_info: None }
}

fn table(
    name: &str,
    pipeline: PipelineKind,
    keys: &[(FieldRef, u32, MatchKind)],
    match_kind: MatchKind,
    next: TableNext,
    default: ActionId,
) -> Table {
    let key = |(field, width, match_kind): &(FieldRef, u32, MatchKind)| TableKey {
        name: "key".to_owned(),
        match_kind: *match_kind,
        field: *field,
        width: *width,
        mask: None,
        valid_of: None,
    };
    Table {
        name: name.to_owned(),
        pipeline,
        keys: keys.iter().map(key).collect(),
        match_kind,
        actions: (0..5).map(ActionId).collect(),
        next,
        default_entry: Some(DefaultEntry {
            action: default,
            arguments: vec![],
            const_action: false,
            const_entry: false,
        }),
        const_entries: vec![],
        max_size: 64,
        implementation: hyper4_ir::TableImplementation::Simple,
        direct_counter: None,
        direct_meter: None,
        with_counters: false,
        support_timeout: false,
        hidden: false,
        source_info: None,
    }
}

fn conditional(pipeline: PipelineKind, expression: Expr, yes: NextNode, no: NextNode) -> TableConditional {
    TableConditional {
        name: "node".to_owned(),
        pipeline,
        expression,
        true_next: yes,
        false_next: no,
        source_info: None,
    }
}

/// Ethernet, and under type 0x0800 something like IP: ttl, protocol, checksum, address. Ingress: what has an IP header goes
/// through a ternary list over protocol and ttl, and if that lets it through is routed by prefix; the rest is switched
/// by destination. Egress: nothing goes back to where it came from.
pub(crate) fn program() -> Program {
    let standard_fields = [
        (StandardField::IngressPort, 9),
        (StandardField::EgressSpec, 9),
        (StandardField::EgressPort, 9),
        (StandardField::InstanceType, 32),
        (StandardField::PacketLength, 32),
        (StandardField::McastGrp, 16),
        (StandardField::EgressRid, 16),
        (StandardField::ParserError, 32),
        (StandardField::Priority, 3),
    ];
    let header = |name: &str, header_type, metadata| Header {
        name: name.to_owned(),
        header_type: HeaderTypeId(header_type),
        metadata,
    };
    let header_type =
        |name: &str, list: &[(&str, u32)]| HeaderType { name: name.to_owned(), fields: fields(list) };
    let state = |name: &str, header, key, transitions| ParseState {
        name: name.to_owned(),
        ops: vec![ParserOp::Extract(Extract::Regular(header))],
        key,
        transitions,
        source_info: None,
    };
    let accept = || Transition { matches: TransitionMatch::Default, next: None };
    let is_ip = TransitionMatch::Values(vec![(Bits::from_u64(16, 0x800), Bits::ones(16))]);
    let hit_miss = |hit, miss| TableNext::HitMiss { hit, miss };
    let node = |number| Some(Node::Table(TableId(number)));
    Program {
        header_stacks: Vec::new(),
        header_unions: Vec::new(),
        header_union_stacks: Vec::new(),
        counters: Vec::new(),
        meters: Vec::new(),
        registers: Vec::new(),
        field_lists: Vec::new(),
        learn_lists: Vec::new(),
        value_sets: Vec::new(),
        action_profiles: Vec::new(),
        name: "fixture".to_owned(),
        header_types: vec![
            header_type("standard_metadata", &standard_fields.map(|(field, width)| (field.name(), width))),
            header_type("meta", &[("scratch", 8)]),
            header_type("ethernet", &[("destination", 48), ("source", 48), ("type", 16)]),
            header_type("ip", &[("ttl", 8), ("protocol", 8), ("checksum", 16), ("address", 32)]),
        ],
        headers: vec![
            header("standard_metadata", 0, true),
            header("meta", 1, true),
            header("ethernet", 2, false),
            header("ip", 3, false),
        ],
        errors: BTreeMap::from([
            ("NoError".to_owned(), ErrorCode(0)),
            ("PacketTooShort".to_owned(), ErrorCode(1)),
        ]),
        parser: Parser {
            name: "parser".to_owned(),
            start: ParseStateId(0),
            states: vec![
                state(
                    "start",
                    ETHERNET,
                    vec![SelectKey::Field(TYPE)],
                    vec![Transition { matches: is_ip, next: Some(ParseStateId(1)) }, accept()],
                ),
                state("parse_ip", IP, vec![], vec![accept()]),
            ],
        },
        deparser: Deparser { name: "deparser".to_owned(), order: vec![ETHERNET, IP], primitives: Vec::new() },
        actions: vec![
            action("drop", &[], vec![Primitive { kind: PrimitiveKind::MarkToDrop, source_info: None }]),
            action("forward", &[9], vec![assign(SPEC, Expr::Param(0))]),
            action("flood", &[], vec![assign(GROUP, number(1))]),
            action(
                "route",
                &[48, 9],
                vec![
                    assign(DESTINATION, Expr::Param(0)),
                    assign(SPEC, Expr::Param(1)),
                    assign(TTL, binary(BinaryOp::Add, Expr::Field(TTL), number(255))),
                ],
            ),
            action("nothing", &[], vec![]),
        ],
        tables: vec![
            table(
                "switch",
                PipelineKind::Ingress,
                &[(DESTINATION, 48, MatchKind::Exact)],
                MatchKind::Exact,
                hit_miss(None, None),
                ActionId(2),
            ),
            table(
                "list",
                PipelineKind::Ingress,
                &[(FieldRef { header: IP, field: 1 }, 8, MatchKind::Ternary), (TTL, 8, MatchKind::Range)],
                MatchKind::Range,
                TableNext::ByAction { nodes: vec![None, None, None, None, node(2)], base_default: None },
                ActionId(0),
            ),
            table(
                "route",
                PipelineKind::Ingress,
                &[(ADDRESS, 32, MatchKind::Lpm)],
                MatchKind::Lpm,
                hit_miss(None, None),
                ActionId(0),
            ),
            table("prune", PipelineKind::Egress, &[], MatchKind::Exact, hit_miss(None, None), ActionId(0)),
        ],
        conditionals: vec![
            conditional(PipelineKind::Ingress, Expr::Valid(IP), node(1), node(0)),
            conditional(
                PipelineKind::Egress,
                binary(
                    BinaryOp::Eq,
                    Expr::Field(FieldRef { header: STANDARD, field: 2 }),
                    Expr::Field(FieldRef { header: STANDARD, field: 0 }),
                ),
                node(3),
                None,
            ),
        ],
        ingress: Pipeline { kind: PipelineKind::Ingress, start: Some(Node::Conditional(ConditionalId(0))) },
        egress: Pipeline { kind: PipelineKind::Egress, start: Some(Node::Conditional(ConditionalId(1))) },
        calculations: vec![Calculation {
            name: "calculation".to_owned(),
            algorithm: HashAlgorithm::Csum16,
            inputs: vec![
                CalculationInput::Field(TTL),
                CalculationInput::Field(FieldRef { header: IP, field: 1 }),
                CalculationInput::Field(ADDRESS),
            ],
        }],
        checksums: vec![Checksum {
            name: "checksum".to_owned(),
            kind: ChecksumKind::Update,
            target: SUM,
            calculation: CalculationId(0),
            condition: Some(Expr::Valid(IP)),
            source_info: None,
        }],
        standard: standard_fields
            .iter()
            .zip(0..)
            .map(|((field, _), number)| (*field, FieldRef { header: STANDARD, field: number }))
            .collect(),
    }
}

/// What the controller says.
pub(crate) fn commands() -> Vec<Command> {
    let bits = Bits::from_u64;
    let add = |table: &str, key, action: &str, arguments, priority| Command::TableAdd {
        table: table.to_owned(),
        key,
        action: action.to_owned(),
        arguments,
        priority,
    };
    let switch = |mac, port| {
        add("switch", vec![MatchValue::Exact(bits(48, mac))], "forward", vec![bits(9, port)], None)
    };
    let list = |value, mask, low, high, action: &str, priority| {
        let protocol = MatchValue::Ternary { value: bits(8, value), mask: bits(8, mask) };
        let ttl = MatchValue::Range { low: bits(8, low), high: bits(8, high) };
        add("list", vec![protocol, ttl], action, vec![], Some(priority))
    };
    let route = |address, prefix_length, mac, port| {
        let key = vec![MatchValue::Lpm { value: bits(32, address), prefix_length }];
        add("route", key, "route", vec![bits(48, mac), bits(9, port)], None)
    };
    vec![
        Command::MulticastGroupCreate { group: 1 },
        Command::MulticastNodeCreate { rid: 0, ports: vec![1, 2, 3], lags: vec![] },
        Command::MulticastNodeAssociate { group: 1, node: 0 },
        switch(0xa1, 1),
        switch(0xa2, 2),
        switch(0xb2, 2),
        switch(0xff, 511),
        list(6, 0xff, 2, 255, "nothing", 10),
        list(0x10, 0xf0, 10, 20, "drop", 2),
        list(0x10, 0xf8, 2, 255, "nothing", 5),
        route(0x0a00_0000, 8, 0xe1, 1),
        route(0x0a01_0000, 16, 0xe2, 2),
        route(0x0a01_0203, 32, 0xe3, 3),
        route(0x0a02_0000, 16, 0xe1, 1),
    ]
}

pub(crate) fn subject() -> Subject {
    Subject::with_commands(Arc::new(program()), &commands()).expect("the commands fit the program")
}

/// What [`subject`] does, in so many words.
pub(crate) fn reference(packet: &Packet) -> Vec<(u16, Vec<u8>)> {
    let mut bytes = packet.bytes.clone();
    let prune = |bytes: &[u8], ports: &[u16]| -> Vec<(u16, Vec<u8>)> {
        ports.iter().filter(|port| **port != packet.port).map(|port| (*port, bytes.to_vec())).collect()
    };
    if bytes.len() < 14 {
        // The destination is invalid, so 0: flooded.
        return prune(&bytes, &[1, 2, 3]);
    }
    if bytes[12..14] != [8, 0] || bytes.len() < 22 {
        let destination = bytes[..6].iter().fold(0u64, |value, byte| value << 8 | u64::from(*byte));
        return match destination {
            0xa1 => prune(&bytes, &[1]),
            0xa2 | 0xb2 => prune(&bytes, &[2]),
            0xff => vec![],
            _ => prune(&bytes, &[1, 2, 3]),
        };
    }
    let (ttl, protocol) = (bytes[14], bytes[15]);
    let permitted = if protocol & 0xf0 == 0x10 && (10..=20).contains(&ttl) {
        false
    } else {
        ttl >= 2 && (protocol & 0xf8 == 0x10 || protocol == 6)
    };
    if !permitted {
        return vec![];
    }
    let (mac, port) = match bytes[18..22] {
        [10, 1, 2, 3] => (0xe3, 3),
        [10, 1, ..] => (0xe2, 2),
        [10, ..] => (0xe1, 1),
        _ => return vec![],
    };
    bytes[..6].copy_from_slice(&[0, 0, 0, 0, 0, mac]);
    bytes[14] = ttl.wrapping_sub(1);
    let sum = checksum::internet(&[bytes[14], protocol, bytes[18], bytes[19], bytes[20], bytes[21]]);
    bytes[16..18].copy_from_slice(&sum.to_be_bytes());
    prune(&bytes, &[port])
}
