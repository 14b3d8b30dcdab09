//! Programs made by hand: an Ethernet-like header `h`, user metadata `meta`, and what a test adds.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::*;
use num_bigint::BigInt;

pub(crate) const STANDARD: HeaderId = HeaderId(0);
pub(crate) const META: HeaderId = HeaderId(1);
pub(crate) const H: HeaderId = HeaderId(2);

pub(crate) fn standard(field: StandardField) -> FieldRef {
    let position = StandardField::ALL.iter().position(|f| *f == field).unwrap();
    FieldRef { header: STANDARD, field: position as u32 }
}

pub(crate) fn h(field: u32) -> FieldRef {
    FieldRef { header: H, field }
}

pub(crate) fn meta(field: u32) -> FieldRef {
    FieldRef { header: META, field }
}

pub(crate) fn number(value: i64) -> Box<Expr> {
    Box::new(Expr::Const(BigInt::from(value)))
}

pub(crate) fn assign(field: FieldRef, value: Expr) -> PrimitiveKind {
    PrimitiveKind::Assign { place: Place::Field(field), value }
}

/// `h` has fields of 16, 8, 8 and 100 bits and 4 bits of padding; `meta` of 16, 130 and 6 bits.
pub(crate) fn base() -> Program {
    let field = |name: &str, width| FieldType { name: name.to_owned(), width, signed: false, varbit: false };
    let widths = [9, 9, 9, 32, 32, 32, 32, 19, 32, 19, 48, 48, 16, 16, 1, 32, 3];
    let mut standard_fields: Vec<_> =
        StandardField::ALL.iter().zip(widths).map(|(f, width)| field(f.name(), width)).collect();
    standard_fields.push(field("_padding", 2));
    let header = |name: &str, header_type, metadata| Header {
        name: name.to_owned(),
        header_type: HeaderTypeId(header_type),
        metadata,
    };
    let header_type = |name: &str, fields| HeaderType { name: name.to_owned(), fields };
    Program {
        name: "test.p4".to_owned(),
        header_types: vec![
            header_type("standard_metadata", standard_fields),
            header_type("meta_t", vec![field("a", 16), field("wide", 130), field("_padding", 6)]),
            header_type(
                "h_t",
                vec![field("a", 16), field("b", 8), field("c", 8), field("wide", 100), field("_padding", 4)],
            ),
        ],
        headers: vec![
            header("standard_metadata", 0, true),
            header("meta", 1, true),
            header("h", 2, false),
            header("h2", 2, false),
        ],
        errors: ["NoError", "PacketTooShort", "NoMatch"]
            .into_iter()
            .zip(0..)
            .map(|(name, code)| (name.to_owned(), ErrorCode(code)))
            .collect(),
        parser: Parser {
            name: "parser".to_owned(),
            start: ParseStateId(0),
            states: vec![ParseState {
                name: "start".to_owned(),
                ops: vec![ParserOp::Extract(Extract::Regular(H))],
                key: vec![],
                transitions: vec![Transition { matches: TransitionMatch::Default, next: None }],
                source_info: None,
            }],
        },
        deparser: Deparser {
            name: "deparser".to_owned(),
            order: vec![H, HeaderId(3)],
            primitives: Vec::new(),
        },
        actions: vec![],
        tables: vec![],
        conditionals: vec![],
        ingress: Pipeline { kind: PipelineKind::Ingress, start: None },
        egress: Pipeline { kind: PipelineKind::Egress, start: None },
        calculations: vec![],
        checksums: vec![],
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
        standard: StandardField::ALL.into_iter().map(|f| (f, standard(f))).collect(),
    }
}

pub(crate) fn action(
    program: &mut Program,
    name: &str,
    widths: &[u32],
    kinds: Vec<PrimitiveKind>,
) -> ActionId {
    let parameter = |(i, width): (usize, &u32)| ActionParameter { name: format!("p{i}"), width: *width };
    program.actions.push(Action {
        name: name.to_owned(),
        parameters: widths.iter().enumerate().map(parameter).collect(),
        primitives: kinds.into_iter().map(|kind| Primitive { kind, source_info: None }).collect(),
        source_info: None,
    });
    ActionId(program.actions.len() as u32 - 1)
}

/// A table that goes on to `next` whatever happens; the first of `actions` without arguments is the default.
pub(crate) fn table(
    program: &mut Program,
    name: &str,
    keys: &[(MatchKind, FieldRef)],
    actions: &[ActionId],
    next: NextNode,
) -> Node {
    let default = actions.iter().find(|id| program.actions[id.index()].parameters.is_empty());
    let default_entry = default.map(|action| DefaultEntry {
        action: *action,
        arguments: vec![],
        const_action: false,
        const_entry: false,
    });
    let rank = |kind: &MatchKind| match kind {
        MatchKind::Range => 3,
        MatchKind::Ternary | MatchKind::Optional => 2,
        MatchKind::Lpm => 1,
        MatchKind::Exact => 0,
    };
    let kind = keys.iter().map(|(kind, _)| *kind).max_by_key(rank);
    let match_kind = match kind {
        None => MatchKind::Exact,
        Some(MatchKind::Optional) => MatchKind::Ternary,
        Some(kind) => kind,
    };
    let keys = keys.iter().map(|(match_kind, field)| TableKey {
        name: program.field_name(*field),
        match_kind: *match_kind,
        field: *field,
        width: program.field(*field).unwrap().width,
        mask: None,
        valid_of: None,
    });
    let keys = keys.collect();
    program.tables.push(Table {
        name: name.to_owned(),
        pipeline: PipelineKind::Ingress,
        keys,
        match_kind,
        actions: actions.to_vec(),
        next: TableNext::ByAction { nodes: vec![next; actions.len()], base_default: next },
        default_entry,
        const_entries: vec![],
        max_size: 1024,
        implementation: hyper4_ir::TableImplementation::Simple,
        direct_counter: None,
        direct_meter: None,
        with_counters: false,
        support_timeout: false,
        hidden: false,
        source_info: None,
    });
    Node::Table(TableId(program.tables.len() as u32 - 1))
}

/// An engine that runs `program` after `commands`.
pub(crate) fn engine(program: Program, commands: &[&str]) -> crate::Engine {
    use hyper4_switch::Switch;
    let mut engine = crate::Engine::new();
    let program = Arc::new(program);
    engine.load(program.clone()).unwrap();
    for line in commands {
        let command = parse_command(&program, line, 1).unwrap().unwrap();
        engine.control(&command).unwrap();
    }
    engine
}

/// What comes out when `bytes` come in by port 1: port and bytes.
pub(crate) fn send(engine: &mut crate::Engine, bytes: &[u8]) -> Vec<(u16, Vec<u8>)> {
    use hyper4_switch::{Switch, Tracing};
    let packet = Packet { port: 1, bytes: bytes.to_vec() };
    let batch = engine.inject(&[packet], Tracing::Off).unwrap();
    batch.outputs.into_iter().map(|output| (output.port, output.bytes)).collect()
}

/// A packet with those values in `h`'s first three fields, 13 bytes in the last, and a tail of 3 bytes.
pub(crate) fn packet(a: u16, b: u8, c: u8) -> Vec<u8> {
    let mut bytes = a.to_be_bytes().to_vec();
    bytes.extend([b, c]);
    bytes.extend((0..13).map(|i| i * 16 + 1));
    bytes.extend([0xfd, 0xfe, 0xff]);
    bytes
}

pub(crate) fn bits(width: u32, value: u64) -> Bits {
    Bits::from_u64(width, value)
}

/// A table without a key whose default action does `kinds`, as p4c makes them for straight-line code.
pub(crate) fn run(program: &mut Program, name: &str, kinds: Vec<PrimitiveKind>, next: NextNode) -> Node {
    let action = action(program, name, &[], kinds);
    table(program, &format!("tbl_{name}"), &[], &[action], next)
}

/// A condition.
pub(crate) fn condition(
    program: &mut Program,
    expression: Expr,
    true_next: NextNode,
    false_next: NextNode,
) -> Node {
    let id = program.conditionals.len() as u32;
    program.conditionals.push(TableConditional {
        name: format!("node_{id}"),
        pipeline: PipelineKind::Ingress,
        expression,
        true_next,
        false_next,
        source_info: None,
    });
    Node::Conditional(ConditionalId(id))
}

/// Move all nodes that are there to egress, and let it begin with `start`.
pub(crate) fn into_egress(program: &mut Program, start: Node) {
    program.tables.iter_mut().for_each(|table| table.pipeline = PipelineKind::Egress);
    program.conditionals.iter_mut().for_each(|conditional| conditional.pipeline = PipelineKind::Egress);
    program.egress.start = Some(start);
}

/// `h.c = value`, so that a test sees it.
pub(crate) fn show(value: Expr) -> PrimitiveKind {
    assign(h(2), value)
}

/// `h.c` of what comes out when `bytes` come in.
pub(crate) fn shown(engine: &mut crate::Engine, bytes: &[u8]) -> u8 {
    match send(engine, bytes).as_slice() {
        [(_, bytes)] => bytes[3],
        other => panic!("{} outputs", other.len()),
    }
}
