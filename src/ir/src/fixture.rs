//! A small program that the tests of this crate share.

use hyper4_bits::Bits;
use num_bigint::BigInt;

use crate::*;

fn field(name: &str, width: u32) -> FieldType {
    FieldType { name: name.to_owned(), width, signed: false, varbit: false }
}

fn header_type(name: &str, fields: Vec<FieldType>) -> HeaderType {
    HeaderType { name: name.to_owned(), fields }
}

fn key(name: &str, match_kind: MatchKind, header: u32, field: u32, width: u32) -> TableKey {
    TableKey {
        name: name.to_owned(),
        match_kind,
        field: FieldRef { header: HeaderId(header), field },
        width,
        mask: None,
        valid_of: None,
    }
}

fn table(name: &str, keys: Vec<TableKey>, match_kind: MatchKind, next: NextNode) -> Table {
    Table {
        name: name.to_owned(),
        pipeline: PipelineKind::Ingress,
        keys,
        match_kind,
        actions: vec![ActionId(0), ActionId(1)],
        next: TableNext::ByAction { nodes: vec![next, next], base_default: next },
        default_entry: Some(DefaultEntry {
            action: ActionId(0),
            arguments: vec![],
            const_action: false,
            const_entry: false,
        }),
        const_entries: vec![],
        max_size: 16,
        implementation: crate::TableImplementation::Simple,
        direct_counter: None,
        direct_meter: None,
        with_counters: false,
        support_timeout: false,
        hidden: false,
        source_info: Some(SourceInfo {
            filename: "forward.p4".to_owned(),
            line: 30,
            column: 10,
            source_fragment: name.to_owned(),
        }),
    }
}

/// Headers `scalars`, `standard_metadata`, `eth` and `ip`; actions `MyIngress.drop` and `MyIngress.forward`; a table of
/// each kind of key.
pub(crate) fn program() -> Program {
    let standard_fields: Vec<FieldType> = [
        ("ingress_port", 9),
        ("egress_spec", 9),
        ("egress_port", 9),
        ("instance_type", 32),
        ("packet_length", 32),
        ("mcast_grp", 16),
        ("egress_rid", 16),
        ("checksum_error", 1),
        ("parser_error", 32),
    ]
    .into_iter()
    .map(|(name, width)| field(name, width))
    .chain([field("_padding_0", 4)])
    .collect();
    let standard = standard_fields
        .iter()
        .enumerate()
        .filter_map(|(i, f)| {
            let known = StandardField::ALL.into_iter().find(|s| s.name() == f.name)?;
            Some((known, FieldRef { header: HeaderId(1), field: i as u32 }))
        })
        .collect();
    let header = |name: &str, header_type, metadata| Header {
        name: name.to_owned(),
        header_type: HeaderTypeId(header_type),
        metadata,
    };
    let eth_type = FieldRef { header: HeaderId(2), field: 2 };
    let ip_ttl = FieldRef { header: HeaderId(3), field: 0 };
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
        name: "forward.p4".to_owned(),
        header_types: vec![
            header_type("scalars_0", vec![field("key", 128), field("small", 12), field("_padding_1", 4)]),
            header_type("standard_metadata", standard_fields),
            header_type("eth_t", vec![field("dst", 48), field("src", 48), field("type", 16)]),
            header_type("ip_t", vec![field("ttl", 8), field("sum", 16), field("dst", 32)]),
        ],
        headers: vec![
            header("scalars", 0, true),
            header("standard_metadata", 1, true),
            header("eth", 2, false),
            header("ip", 3, false),
        ],
        errors: [("NoError", 0), ("PacketTooShort", 1), ("NoMatch", 2)]
            .map(|(name, code)| (name.to_owned(), ErrorCode(code)))
            .into(),
        parser: Parser {
            name: "parser".to_owned(),
            start: ParseStateId(0),
            states: vec![
                ParseState {
                    name: "start".to_owned(),
                    ops: vec![ParserOp::Extract(Extract::Regular(HeaderId(2)))],
                    key: vec![SelectKey::Field(eth_type)],
                    transitions: vec![
                        Transition {
                            matches: TransitionMatch::Values(vec![(
                                Bits::from_u64(16, 0x800),
                                Bits::ones(16),
                            )]),
                            next: Some(ParseStateId(1)),
                        },
                        Transition { matches: TransitionMatch::Default, next: None },
                    ],
                    source_info: None,
                },
                ParseState {
                    name: "parse_ip".to_owned(),
                    ops: vec![ParserOp::Extract(Extract::Regular(HeaderId(3)))],
                    key: vec![],
                    transitions: vec![Transition { matches: TransitionMatch::Default, next: None }],
                    source_info: None,
                },
            ],
        },
        deparser: Deparser {
            name: "deparser".to_owned(),
            order: vec![HeaderId(2), HeaderId(3)],
            primitives: Vec::new(),
        },
        actions: vec![
            Action {
                name: "MyIngress.drop".to_owned(),
                parameters: vec![],
                primitives: vec![Primitive { kind: PrimitiveKind::MarkToDrop, source_info: None }],
                source_info: None,
            },
            Action {
                name: "MyIngress.forward".to_owned(),
                parameters: vec![
                    ActionParameter { name: "mac".to_owned(), width: 48 },
                    ActionParameter { name: "port".to_owned(), width: 9 },
                ],
                primitives: vec![
                    Primitive {
                        kind: PrimitiveKind::Assign {
                            place: Place::Field(FieldRef { header: HeaderId(2), field: 0 }),
                            value: Expr::Param(0),
                        },
                        source_info: None,
                    },
                    Primitive {
                        kind: PrimitiveKind::Assign {
                            place: Place::Field(FieldRef { header: HeaderId(1), field: 1 }),
                            value: Expr::Param(1),
                        },
                        source_info: None,
                    },
                    Primitive {
                        kind: PrimitiveKind::Assign {
                            place: Place::Field(ip_ttl),
                            value: Expr::Binary(
                                BinaryOp::BitAnd,
                                Box::new(Expr::Binary(
                                    BinaryOp::Add,
                                    Box::new(Expr::Field(ip_ttl)),
                                    Box::new(Expr::Const(BigInt::from(255))),
                                )),
                                Box::new(Expr::Const(BigInt::from(255))),
                            ),
                        },
                        source_info: None,
                    },
                ],
                source_info: None,
            },
        ],
        tables: vec![
            table(
                "MyIngress.exact",
                vec![key("eth.dst", MatchKind::Exact, 2, 0, 48), key("small", MatchKind::Exact, 0, 1, 12)],
                MatchKind::Exact,
                Some(Node::Conditional(ConditionalId(0))),
            ),
            table("MyIngress.lpm", vec![key("ip.dst", MatchKind::Lpm, 3, 2, 32)], MatchKind::Lpm, None),
            table(
                "MyIngress.ternary",
                vec![
                    key("ip.dst", MatchKind::Ternary, 3, 2, 32),
                    key("ip.ttl", MatchKind::Range, 3, 0, 8),
                    key("key", MatchKind::Optional, 0, 0, 128),
                ],
                MatchKind::Range,
                None,
            ),
            table("Other.lpm", vec![key("key", MatchKind::Lpm, 0, 0, 128)], MatchKind::Lpm, None),
        ],
        conditionals: vec![TableConditional {
            name: "node_2".to_owned(),
            pipeline: PipelineKind::Ingress,
            expression: Expr::Valid(HeaderId(3)),
            true_next: Some(Node::Table(TableId(1))),
            false_next: Some(Node::Table(TableId(2))),
            source_info: None,
        }],
        ingress: Pipeline { kind: PipelineKind::Ingress, start: Some(Node::Table(TableId(0))) },
        egress: Pipeline { kind: PipelineKind::Egress, start: None },
        calculations: vec![Calculation {
            name: "calc".to_owned(),
            algorithm: hyper4_bits::HashAlgorithm::Csum16,
            inputs: vec![
                CalculationInput::Field(ip_ttl),
                CalculationInput::Constant(Bits::from_u64(12, 0xabc)),
                CalculationInput::Constant(Bits::from_u64(4, 1)),
                CalculationInput::Header(HeaderId(2)),
                CalculationInput::Payload,
            ],
        }],
        checksums: vec![
            Checksum {
                name: "cksum".to_owned(),
                kind: ChecksumKind::Verify,
                target: FieldRef { header: HeaderId(3), field: 1 },
                calculation: CalculationId(0),
                condition: Some(Expr::Valid(HeaderId(3))),
                source_info: None,
            },
            Checksum {
                name: "cksum_0".to_owned(),
                kind: ChecksumKind::Update,
                target: FieldRef { header: HeaderId(3), field: 1 },
                calculation: CalculationId(0),
                condition: None,
                source_info: None,
            },
        ],
        standard,
    }
}
