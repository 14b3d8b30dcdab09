//! A small router with an access list, built by hand.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::{
    Action, ActionId, ActionParameter, BinaryOp, Calculation, CalculationId, CalculationInput, Checksum,
    ChecksumKind, Command, ConditionalId, ConstEntry, Deparser, ErrorCode, Expr, Extract, FieldRef,
    FieldType, Header, HeaderId, HeaderType, HeaderTypeId, MatchKind, MatchValue, Node, ParseState,
    ParseStateId, Parser, ParserOp, Pipeline, PipelineKind, Place, Primitive, PrimitiveKind, Program,
    SelectKey, StandardField, Table, TableConditional, TableId, TableKey, TableNext, Transition,
    TransitionMatch,
};

use crate::Guest;

pub(crate) const STANDARD: HeaderId = HeaderId(0);
pub(crate) const META: HeaderId = HeaderId(1);
pub(crate) const ETHERNET: HeaderId = HeaderId(2);
pub(crate) const VLAN: HeaderId = HeaderId(3);
pub(crate) const IPV4: HeaderId = HeaderId(4);
pub(crate) const UDP: HeaderId = HeaderId(5);
pub(crate) const TCP: HeaderId = HeaderId(6);

fn header_type(name: &str, fields: &[(&str, u32)]) -> HeaderType {
    let field = |(name, width): &(&str, u32)| FieldType {
        name: (*name).to_owned(),
        width: *width,
        signed: false,
        varbit: false,
    };
    HeaderType { name: name.to_owned(), fields: fields.iter().map(field).collect() }
}

pub(crate) fn field(header: HeaderId, field: u32) -> FieldRef {
    FieldRef { header, field }
}

fn case(width: u32, value: u64, next: u32) -> Transition {
    let values = vec![(Bits::from_u64(width, value), Bits::ones(width))];
    Transition { matches: TransitionMatch::Values(values), next: Some(ParseStateId(next)) }
}

fn accept() -> Transition {
    Transition { matches: TransitionMatch::Default, next: None }
}

fn state(name: &str, ops: Vec<ParserOp>, key: Vec<SelectKey>, transitions: Vec<Transition>) -> ParseState {
    ParseState { name: name.to_owned(), ops, key, transitions, source_info: None }
}

fn extract(header: HeaderId) -> ParserOp {
    ParserOp::Extract(Extract::Regular(header))
}

fn set(to: FieldRef, from: FieldRef) -> ParserOp {
    ParserOp::Set { place: Place::Field(to), value: Expr::Field(from) }
}

fn compare(op: BinaryOp, left: FieldRef, right: u64) -> Expr {
    Expr::Binary(op, Box::new(Expr::Field(left)), Box::new(Expr::Const(right.into())))
}

fn parser() -> Parser {
    let ethernet = state(
        "start",
        vec![extract(ETHERNET)],
        vec![SelectKey::Field(field(ETHERNET, 2))],
        vec![case(16, 0x0800, 2), case(16, 0x8100, 1), accept()],
    );
    // Also loops to itself, so that the walk has to end by itself.
    let vlan = state(
        "parse_vlan",
        vec![extract(VLAN)],
        vec![SelectKey::Field(field(VLAN, 2))],
        vec![case(16, 0x0800, 2), case(16, 0x8100, 1)],
    );
    let version = compare(BinaryOp::Eq, field(IPV4, 0), 4);
    let ipv4 = state(
        "parse_ipv4",
        vec![extract(IPV4), ParserOp::Verify { condition: version, error: Expr::Const(1.into()) }],
        vec![SelectKey::Field(field(IPV4, 4)), SelectKey::Lookahead { offset: 0, width: 8 }],
        vec![
            Transition {
                matches: TransitionMatch::Values(vec![
                    (Bits::from_u64(8, 17), Bits::ones(8)),
                    (Bits::from_u64(8, 0x80), Bits::from_u64(8, 0x80)),
                ]),
                next: Some(ParseStateId(3)),
            },
            Transition {
                matches: TransitionMatch::Values(vec![
                    (Bits::from_u64(8, 6), Bits::ones(8)),
                    (Bits::zero(8), Bits::zero(8)),
                ]),
                next: Some(ParseStateId(4)),
            },
            accept(),
        ],
    );
    let peek = field(META, 2);
    let udp = state(
        "parse_udp",
        vec![
            extract(UDP),
            set(field(META, 0), field(UDP, 0)),
            ParserOp::SetLookahead { place: Place::Field(peek), offset: 8, width: 16 },
        ],
        vec![SelectKey::Field(peek)],
        vec![case(16, 0xbeef, 6), accept()],
    );
    // Skips as many bytes as another field says.
    let length =
        Expr::Binary(BinaryOp::Mul, Box::new(Expr::Field(field(IPV4, 1))), Box::new(Expr::Const(8.into())));
    let skip = state(
        "skip",
        vec![ParserOp::Advance { bits: length }],
        vec![SelectKey::Lookahead { offset: 0, width: 8 }],
        vec![case(8, 0x77, 7), accept()],
    );
    let skipped = state("skipped", vec![], vec![], vec![accept()]);
    let tcp =
        state("parse_tcp", vec![extract(TCP), set(field(META, 0), field(TCP, 0))], vec![], vec![accept()]);
    let dead = state("dead", vec![], vec![], vec![accept()]);
    let states = vec![ethernet, vlan, ipv4, udp, tcp, dead, skip, skipped];
    Parser { name: "parser".to_owned(), start: ParseStateId(0), states }
}

fn action(name: &str, parameter: Option<u32>, primitives: Vec<PrimitiveKind>) -> Action {
    let parameters = parameter.map(|width| ActionParameter { name: "p".to_owned(), width });
    let primitives = primitives.into_iter().map(|kind| Primitive { kind, source_info: None });
    Action {
        name: name.to_owned(),
        parameters: parameters.into_iter().collect(),
        primitives: primitives.collect(),
        source_info: None,
    }
}

fn table(name: &str, keys: &[(FieldRef, MatchKind, u32)], actions: &[u32]) -> Table {
    let key = |(field, match_kind, width): &(FieldRef, MatchKind, u32)| TableKey {
        name: "k".to_owned(),
        match_kind: *match_kind,
        field: *field,
        width: *width,
        mask: None,
        valid_of: None,
    };
    Table {
        name: name.to_owned(),
        pipeline: PipelineKind::Ingress,
        keys: keys.iter().map(key).collect(),
        match_kind: MatchKind::Exact,
        actions: actions.iter().map(|a| ActionId(*a)).collect(),
        next: TableNext::HitMiss { hit: None, miss: None },
        default_entry: None,
        const_entries: vec![],
        max_size: 1024,
        implementation: hyper4_ir::TableImplementation::Simple,
        direct_counter: None,
        direct_meter: None,
        with_counters: false,
        support_timeout: false,
        hidden: false,
        source_info: None,
    }
}

fn conditional(name: &str, expression: Expr) -> TableConditional {
    TableConditional {
        name: name.to_owned(),
        pipeline: PipelineKind::Ingress,
        expression,
        true_next: None,
        false_next: None,
        source_info: None,
    }
}

/// The program. Its state `dead` can't be reached, nor can condition `never` hold.
pub(crate) fn program() -> Program {
    let ipv4_fields = [
        ("version", 4),
        ("ihl", 4),
        ("totalLen", 16),
        ("ttl", 8),
        ("protocol", 8),
        ("hdrChecksum", 16),
        ("srcAddr", 32),
        ("dstAddr", 32),
    ];
    let header_types = vec![
        header_type("standard_metadata", &[("ingress_port", 9), ("packet_length", 32), ("egress_spec", 9)]),
        header_type("meta_t", &[("l4_src", 16), ("next_hop", 12), ("peek", 16)]),
        header_type("ethernet_t", &[("dstAddr", 48), ("srcAddr", 48), ("etherType", 16)]),
        header_type("vlan_t", &[("pcp", 4), ("vid", 12), ("etherType", 16)]),
        header_type("ipv4_t", &ipv4_fields),
        header_type("udp_t", &[("srcPort", 16), ("dstPort", 16), ("both", 32)]),
        header_type("tcp_t", &[("srcPort", 16), ("dstPort", 16), ("rest", 128)]),
    ];
    let names = ["standard_metadata", "meta", "ethernet", "vlan", "ipv4", "udp", "tcp"];
    let headers = (0..).zip(names).map(|(number, name)| Header {
        name: name.to_owned(),
        header_type: HeaderTypeId(number),
        metadata: number < 2,
    });
    let actions = vec![
        action("drop", None, vec![PrimitiveKind::MarkToDrop]),
        action(
            "set_next_hop",
            Some(12),
            vec![PrimitiveKind::Assign { place: Place::Field(field(META, 1)), value: Expr::Param(0) }],
        ),
    ];
    let mut arrivals = table("arrivals", &[(field(STANDARD, 0), MatchKind::Exact, 9)], &[0]);
    arrivals.const_entries = vec![ConstEntry {
        key: vec![MatchValue::Exact(Bits::from_u64(9, 77))],
        action: ActionId(0),
        arguments: vec![],
        priority: 1,
        source_info: None,
    }];
    let mut vlans = table("vlans", &[(field(VLAN, 1), MatchKind::Exact, 1)], &[0]);
    vlans.keys[0].valid_of = Some(VLAN);
    let tables = vec![
        table("routes", &[(field(IPV4, 7), MatchKind::Lpm, 32)], &[1, 0]),
        table("next_hops", &[(field(META, 1), MatchKind::Exact, 12)], &[0]),
        table(
            "access",
            &[(field(IPV4, 6), MatchKind::Ternary, 32), (field(META, 0), MatchKind::Range, 16)],
            &[0],
        ),
        arrivals,
        vlans,
    ];
    let mut tables = tables;
    tables[0].next =
        TableNext::ByAction { nodes: vec![Some(Node::Table(TableId(1))), None], base_default: None };
    tables[1].next = TableNext::HitMiss { hit: Some(Node::Table(TableId(2))), miss: None };
    let both = Expr::Binary(
        BinaryOp::And,
        Box::new(Expr::Valid(IPV4)),
        Box::new(compare(BinaryOp::Le, field(IPV4, 3), 1)),
    );
    let mirrored = Expr::Binary(
        BinaryOp::Eq,
        Box::new(Expr::Field(field(ETHERNET, 0))),
        Box::new(Expr::Field(field(ETHERNET, 1))),
    );
    let never = compare(BinaryOp::Eq, field(META, 1), 5);
    let mut conditionals =
        vec![conditional("expired", both), conditional("mirrored", mirrored), conditional("never", never)];
    conditionals[0].false_next = Some(Node::Table(TableId(0)));
    let inputs = [0, 1, 2, 3, 4, 6, 7].map(|n| CalculationInput::Field(field(IPV4, n)));
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
        name: "router".to_owned(),
        header_types,
        headers: headers.collect(),
        errors: BTreeMap::from([("NoError".to_owned(), ErrorCode(0))]),
        parser: parser(),
        deparser: Deparser {
            name: "deparser".to_owned(),
            order: vec![ETHERNET, VLAN, IPV4, UDP, TCP],
            primitives: Vec::new(),
        },
        actions,
        tables,
        conditionals,
        // Expired packets end; the others are routed, and those with a next hop go to it and to the access list.
        ingress: Pipeline { kind: PipelineKind::Ingress, start: Some(Node::Conditional(ConditionalId(0))) },
        egress: Pipeline { kind: PipelineKind::Egress, start: None },
        calculations: vec![Calculation {
            name: "calc".to_owned(),
            algorithm: HashAlgorithm::Csum16,
            inputs: inputs.to_vec(),
        }],
        checksums: vec![Checksum {
            name: "cksum".to_owned(),
            kind: ChecksumKind::Update,
            target: field(IPV4, 5),
            calculation: CalculationId(0),
            condition: None,
            source_info: None,
        }],
        standard: BTreeMap::from([
            (StandardField::IngressPort, field(STANDARD, 0)),
            (StandardField::PacketLength, field(STANDARD, 1)),
            (StandardField::EgressSpec, field(STANDARD, 2)),
        ]),
    }
}

fn add(table: &str, key: Vec<MatchValue>, action: &str, arguments: Vec<Bits>) -> Command {
    Command::TableAdd { table: table.to_owned(), key, action: action.to_owned(), arguments, priority: None }
}

/// 10.1.0.0/16 goes to next hop 9.
pub(crate) fn commands() -> Vec<Command> {
    let prefix = MatchValue::Lpm { value: Bits::from_u64(32, 0x0a01_0000), prefix_length: 16 };
    let source =
        MatchValue::Ternary { value: Bits::from_u64(32, 0xc0a8_0000), mask: Bits::from_u64(32, 0xffff_0000) };
    let ports = MatchValue::Range { low: Bits::from_u64(16, 1000), high: Bits::from_u64(16, 1003) };
    vec![
        add("routes", vec![prefix], "set_next_hop", vec![Bits::from_u64(12, 9)]),
        add("next_hops", vec![MatchValue::Exact(Bits::from_u64(12, 9))], "drop", vec![]),
        add("access", vec![source, ports], "drop", vec![]),
        add("vlans", vec![MatchValue::Exact(Bits::from_bool(true))], "drop", vec![]),
        Command::MulticastNodeCreate { rid: 1, ports: vec![300, 511], lags: vec![] },
    ]
}

pub(crate) fn guest() -> Guest {
    Guest { program: Arc::new(program()), commands: commands() }
}
