//! Programs that read no undefined value: `h` is always valid, and no expression reads a field of `g` and `k`.

use std::collections::BTreeMap;

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::*;
use num_bigint::BigInt;

use crate::commands::value;
use crate::random::Random;

pub(crate) const META: HeaderId = HeaderId(1);
pub(crate) const H: HeaderId = HeaderId(2);
pub(crate) const G: HeaderId = HeaderId(3);
pub(crate) const K: HeaderId = HeaderId(4);

pub(crate) fn program(random: &mut Random) -> Program {
    let mut program = frame(random);
    parser(&mut program, random);
    for id in 0..2 {
        let inputs = (0..1 + random.below(4)).map(|_| input(&program, random)).collect();
        let algorithms = [
            HashAlgorithm::Csum16,
            HashAlgorithm::Crc16,
            HashAlgorithm::Crc32,
            HashAlgorithm::Xxh64,
            HashAlgorithm::Identity,
            HashAlgorithm::Xor16,
        ];
        let algorithm = random.pick(&algorithms);
        program.calculations.push(Calculation { name: format!("calc_{id}"), algorithm, inputs });
    }
    for id in 0..random.below(3) {
        let condition = random.once_in(2).then(|| truth(&program, random, 2, 0));
        let header = random.pick(&[H, G]);
        program.checksums.push(Checksum {
            name: format!("cksum_{id}"),
            kind: random.pick(&[ChecksumKind::Verify, ChecksumKind::Update]),
            target: field_of(&program, random, header),
            calculation: CalculationId(random.below(2) as u32),
            condition,
            source_info: None,
        });
    }
    for id in 0..4 {
        actions(&mut program, random, id);
    }
    program.ingress.start = pipeline(&mut program, random, PipelineKind::Ingress);
    program.egress.start = pipeline(&mut program, random, PipelineKind::Egress);
    program
}

/// Headers and metadata, nothing else.
fn frame(random: &mut Random) -> Program {
    let field = |name: String, width, signed| FieldType { name, width, signed, varbit: false };
    let widths = [9, 9, 9, 32, 32, 32, 32, 19, 32, 19, 48, 48, 16, 16, 1, 32, 3];
    // Time and queues differ from run to run.
    let timeless = |standard: &StandardField| {
        !matches!(
            standard,
            StandardField::EnqTimestamp
                | StandardField::EnqQdepth
                | StandardField::DeqTimedelta
                | StandardField::DeqQdepth
                | StandardField::IngressGlobalTimestamp
                | StandardField::EgressGlobalTimestamp
        )
    };
    let kept = StandardField::ALL.iter().zip(widths).filter(|(standard, _)| timeless(standard));
    let mut standard_fields: Vec<_> = kept.map(|(s, width)| field(s.name().into(), width, false)).collect();
    pad(&mut standard_fields);
    let random_fields = |random: &mut Random| {
        let mut fields: Vec<_> = (0..3 + random.below(4))
            .map(|i| {
                let width = random.pick(&[2, 3, 7, 8, 9, 12, 16, 24, 32, 48, 63, 64, 65, 100, 128, 200]);
                field(format!("f{i}"), width, random.once_in(5))
            })
            .collect();
        pad(&mut fields);
        fields
    };
    let header_types = vec![
        HeaderType { name: "standard_metadata".into(), fields: standard_fields },
        HeaderType { name: "meta_t".into(), fields: random_fields(random) },
        HeaderType { name: "h_t".into(), fields: random_fields(random) },
    ];
    let header = |name: &str, header_type, metadata| Header {
        name: name.into(),
        header_type: HeaderTypeId(header_type),
        metadata,
    };
    let standard = StandardField::ALL.into_iter().filter_map(|standard| {
        let field = header_types[0].field(standard.name())? as u32;
        Some((standard, FieldRef { header: HeaderId(0), field }))
    });
    let standard: BTreeMap<_, _> = standard.collect();
    let mut order = vec![H, G, K];
    order.swap(0, random.below(3));
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
        name: "random".into(),
        headers: vec![
            header("standard_metadata", 0, true),
            header("meta", 1, true),
            header("h", 2, false),
            header("g", 2, false),
            header("k", 2, false),
        ],
        header_types,
        errors: ["NoError", "PacketTooShort", "NoMatch", "Own"]
            .iter()
            .zip(0..)
            .map(|(name, code)| ((*name).to_owned(), ErrorCode(code)))
            .collect(),
        parser: Parser { name: "parser".into(), start: ParseStateId(0), states: vec![] },
        deparser: Deparser { name: "deparser".into(), order, primitives: Vec::new() },
        actions: vec![],
        tables: vec![],
        conditionals: vec![],
        ingress: Pipeline { kind: PipelineKind::Ingress, start: None },
        egress: Pipeline { kind: PipelineKind::Egress, start: None },
        calculations: vec![],
        checksums: vec![],
        standard,
    }
}

fn pad(fields: &mut Vec<FieldType>) {
    let width: u32 = fields.iter().map(|field| field.width).sum();
    if !width.is_multiple_of(8) {
        let width = 8 - width % 8;
        fields.push(FieldType { name: "_padding".into(), width, signed: false, varbit: false });
    }
}

pub(crate) fn field_of(program: &Program, random: &mut Random, header: HeaderId) -> FieldRef {
    let count = program.header_type(header).map_or(1, |t| t.fields.len());
    FieldRef { header, field: random.below(count) as u32 }
}

/// A field that expressions may read.
fn readable(program: &Program, random: &mut Random) -> FieldRef {
    if random.once_in(8) {
        let standard: Vec<FieldRef> = program.standard.values().copied().collect();
        return random.pick(&standard);
    }
    let header = random.pick(&[H, META]);
    field_of(program, random, header)
}

/// A field that may be written: no metadata of the switch's own.
pub(crate) fn place(program: &Program, random: &mut Random) -> Place {
    let header = random.pick(&[H, H, META, META, G]);
    Place::Field(field_of(program, random, header))
}

fn input(program: &Program, random: &mut Random) -> CalculationInput {
    match random.below(4) {
        0 => {
            let width = 1 + random.below(40) as u32;
            CalculationInput::Constant(random.bits(width))
        }
        1 => CalculationInput::Field(field_of(program, random, G)),
        _ => CalculationInput::Field(readable(program, random)),
    }
}

fn constant(random: &mut Random) -> Expr {
    let width = random.pick(&[1, 8, 16, 64, 130]);
    Expr::Const(random.bits(width).to_bigint() * random.pick(&[1, 1, 1, -1]))
}

/// A number. Shifts and divisions are such as simple_switch survives.
pub(crate) fn number(program: &Program, random: &mut Random, depth: usize, parameters: usize) -> Expr {
    if depth == 0 || random.once_in(4) {
        return match random.below(4) {
            0 => constant(random),
            1 if parameters > 0 => Expr::Param(random.below(parameters)),
            _ => Expr::Field(readable(program, random)),
        };
    }
    let sub = |random: &mut Random| Box::new(number(program, random, depth - 1, parameters));
    let literal = |n: usize| Box::new(Expr::Const(BigInt::from(n)));
    match random.below(14) {
        0..=4 => {
            let operators = [
                BinaryOp::Add,
                BinaryOp::Sub,
                BinaryOp::Mul,
                BinaryOp::BitAnd,
                BinaryOp::BitOr,
                BinaryOp::BitXor,
            ];
            let operator = random.pick(&operators);
            Expr::Binary(operator, sub(random), sub(random))
        }
        5 | 6 => {
            let mask = (BigInt::from(1) << random.below(140)) - 1;
            Expr::Binary(BinaryOp::BitAnd, sub(random), Box::new(Expr::Const(mask)))
        }
        7 => {
            let operator = random.pick(&[BinaryOp::Shl, BinaryOp::Shr]);
            Expr::Binary(operator, sub(random), literal(random.below(150)))
        }
        8 => {
            // The absolute low bits of anything are a fine amount.
            let amount = Expr::Binary(BinaryOp::BitAnd, sub(random), literal(0x7f));
            let operator = random.pick(&[BinaryOp::Shl, BinaryOp::Shr]);
            Expr::Binary(operator, sub(random), Box::new(amount))
        }
        9 => {
            let operators = [BinaryOp::UnsignedSaturate, BinaryOp::SignedSaturate, BinaryOp::TwosComplement];
            let operator = random.pick(&operators);
            Expr::Binary(operator, sub(random), literal(1 + random.below(80)))
        }
        10 => {
            let low = |value, bits| Box::new(Expr::Binary(BinaryOp::BitAnd, value, literal(bits)));
            let divisor = Expr::Binary(BinaryOp::BitOr, low(sub(random), 0xff), literal(1));
            let operator = random.pick(&[BinaryOp::Div, BinaryOp::Mod]);
            Expr::Binary(operator, low(sub(random), 0xffff_ffff), Box::new(divisor))
        }
        11 => Expr::Unary(random.pick(&[UnaryOp::BitNot, UnaryOp::Neg]), sub(random)),
        12 => Expr::Unary(UnaryOp::BoolToData, Box::new(truth(program, random, depth - 1, parameters))),
        _ => {
            let condition = Box::new(truth(program, random, depth - 1, parameters));
            Expr::Ternary(condition, sub(random), sub(random))
        }
    }
}

pub(crate) fn truth(program: &Program, random: &mut Random, depth: usize, parameters: usize) -> Expr {
    if depth == 0 {
        return if random.once_in(3) {
            Expr::Bool(random.once_in(2))
        } else {
            Expr::Valid(random.pick(&[G, H, K]))
        };
    }
    let sub = |random: &mut Random| Box::new(truth(program, random, depth - 1, parameters));
    match random.below(6) {
        0 => {
            let operator = random.pick(&[BinaryOp::And, BinaryOp::Or, BinaryOp::Eq, BinaryOp::Ne]);
            Expr::Binary(operator, sub(random), sub(random))
        }
        1 => Expr::Unary(UnaryOp::Not, sub(random)),
        2 => {
            let value = number(program, random, depth - 1, parameters);
            Expr::Unary(UnaryOp::DataToBool, Box::new(value))
        }
        _ => {
            let operators =
                [BinaryOp::Eq, BinaryOp::Ne, BinaryOp::Lt, BinaryOp::Le, BinaryOp::Gt, BinaryOp::Ge];
            let operator = random.pick(&operators);
            let mut side = || Box::new(number(program, random, depth - 1, parameters));
            Expr::Binary(operator, side(), side())
        }
    }
}

fn parser(program: &mut Program, random: &mut Random) {
    let state = |name: &str, ops, key, transitions| ParseState {
        name: name.into(),
        ops,
        key,
        transitions,
        source_info: None,
    };
    let extract = |header| ParserOp::Extract(Extract::Regular(header));
    let otherwise =
        |next: Option<u32>| Transition { matches: TransitionMatch::Default, next: next.map(ParseStateId) };
    let to_meta = |random: &mut Random| Place::Field(field_of(program, random, META));
    let mut key = vec![SelectKey::Field(field_of(program, random, H))];
    if random.once_in(2) {
        key.push(SelectKey::Field(field_of(program, random, META)));
    }
    if random.once_in(2) {
        key.push(SelectKey::Lookahead { offset: random.below(9) as u32, width: 1 + random.below(30) as u32 });
    }
    let case = |random: &mut Random| {
        let pair = |part: &SelectKey| {
            let width = match part {
                SelectKey::Field(field) => program.field(*field).map_or(1, |field| field.width),
                SelectKey::Lookahead { width, .. } => *width,
                SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => 0,
            };
            // Few bits, so that it is met now and then.
            (random.bits(width), Bits::mask(width, random.below(width as usize) as u32, 1))
        };
        let matches = TransitionMatch::Values(key.iter().map(pair).collect());
        Transition { matches, next: Some(ParseStateId(1 + random.below(2) as u32)) }
    };
    let cases: Vec<Transition> = (0..1 + random.below(3)).map(|_| case(random)).collect();
    let last = random.once_in(2).then(|| otherwise(Some(1)));
    let set = ParserOp::Set { place: to_meta(random), value: number(program, random, 3, 0) };
    let ahead = ParserOp::SetLookahead {
        place: to_meta(random),
        offset: random.below(20) as u32,
        width: 1 + random.below(100) as u32,
    };
    let verify =
        ParserOp::Verify { condition: truth(program, random, 2, 0), error: *Box::new(Expr::Const(3.into())) };
    let advance = ParserOp::Advance { bits: Expr::Const(BigInt::from(8 * random.below(4))) };
    program.parser.states = vec![
        state("start", vec![extract(H), set], key.clone(), cases.into_iter().chain(last).collect()),
        state("extract_g", vec![ahead, extract(G)], vec![], vec![otherwise(None)]),
        state("verify", vec![advance, verify], vec![], vec![otherwise(Some(1))]),
    ];
}

/// An action, or a few.
fn actions(program: &mut Program, random: &mut Random, id: usize) {
    let widths = [9, 16, 1, 70];
    let parameters: Vec<ActionParameter> = (0..random.below(3))
        .map(|i| ActionParameter { name: format!("p{i}"), width: random.pick(&widths) })
        .collect();
    let count = parameters.len();
    let mut kinds = Vec::new();
    for _ in 0..1 + random.below(3) {
        kinds.push(match random.below(12) {
            0 => PrimitiveKind::SetValid(random.pick(&[G, K])),
            1 => PrimitiveKind::SetInvalid(random.pick(&[G, K])),
            2 => PrimitiveKind::AssignHeader {
                destination: random.pick(&[G, K]),
                source: random.pick(&[H, G, K]),
            },
            3 => PrimitiveKind::Hash {
                place: place(program, random),
                base: Expr::Const(random.bits(10).to_bigint()),
                calculation: CalculationId(random.below(2) as u32),
                modulus: Expr::Const(random.bits(20).to_bigint()),
            },
            4 if id == 3 => PrimitiveKind::Exit,
            5 if id == 2 => PrimitiveKind::MarkToDrop,
            _ => PrimitiveKind::Assign {
                place: place(program, random),
                value: number(program, random, 4, count),
            },
        });
    }
    push_action(program, format!("action_{id}"), parameters, kinds);
}

fn push_action(
    program: &mut Program,
    name: String,
    parameters: Vec<ActionParameter>,
    kinds: Vec<PrimitiveKind>,
) {
    let primitives = kinds.into_iter().map(|kind| Primitive { kind, source_info: None }).collect();
    program.actions.push(Action { name, parameters, primitives, source_info: None });
}

/// Nodes, each of which goes on to later ones; where ingress begins, a port or a group is chosen.
fn pipeline(program: &mut Program, random: &mut Random, kind: PipelineKind) -> NextNode {
    let mut later: Vec<NextNode> = vec![None];
    for _ in 0..2 + random.below(3) {
        let node = if random.once_in(3) {
            let id = program.conditionals.len() as u32;
            let conditional = TableConditional {
                name: format!("node_{id}"),
                pipeline: kind,
                expression: truth(program, random, 3, 0),
                true_next: random.pick(&later),
                false_next: random.pick(&later),
                source_info: None,
            };
            program.conditionals.push(conditional);
            Node::Conditional(ConditionalId(id))
        } else {
            let table = table(program, random, kind, &later);
            program.tables.push(table);
            Node::Table(TableId(program.tables.len() as u32 - 1))
        };
        later.push(Some(node));
    }
    let start = later.pop().flatten();
    if kind == PipelineKind::Egress {
        return start;
    }
    let standard = |field: StandardField| Place::Field(program.standard[&field]);
    let low = |value, mask: i64| {
        Expr::Binary(BinaryOp::BitAnd, Box::new(value), Box::new(Expr::Const(BigInt::from(mask))))
    };
    let port = low(Expr::Field(field_of(program, random, H)), 7);
    let group = low(number(program, random, 2, 0), 1);
    let mut kinds = vec![PrimitiveKind::Assign { place: standard(StandardField::EgressSpec), value: port }];
    if random.once_in(2) {
        kinds.push(PrimitiveKind::Assign { place: standard(StandardField::McastGrp), value: group });
    }
    push_action(program, "direct".into(), vec![], kinds);
    let mut table = table(program, random, kind, &[start]);
    let action = ActionId(program.actions.len() as u32 - 1);
    (table.keys, table.match_kind, table.actions) = (vec![], MatchKind::Exact, vec![action]);
    table.next = TableNext::ByAction { nodes: vec![start], base_default: start };
    table.default_entry =
        Some(DefaultEntry { action, arguments: vec![], const_action: true, const_entry: true });
    table.const_entries.clear();
    program.tables.push(table);
    Some(Node::Table(TableId(program.tables.len() as u32 - 1)))
}

pub(crate) fn table(
    program: &Program,
    random: &mut Random,
    pipeline: PipelineKind,
    later: &[NextNode],
) -> Table {
    let mut keys = Vec::new();
    for i in 0..random.below(4) {
        let valid_of = random.once_in(8).then_some(G);
        let header = random.pick(&[H, H, META, G]);
        let field = match valid_of {
            Some(header) => FieldRef { header, field: 0 },
            None => field_of(program, random, header),
        };
        let width = if valid_of.is_some() { 1 } else { program.field(field).map_or(1, |field| field.width) };
        let kinds =
            [MatchKind::Exact, MatchKind::Exact, MatchKind::Lpm, MatchKind::Ternary, MatchKind::Range];
        let mut match_kind = random.pick(&kinds);
        if match_kind == MatchKind::Lpm && keys.iter().any(|key: &TableKey| key.match_kind == MatchKind::Lpm)
        {
            match_kind = MatchKind::Ternary;
        }
        let mask = random.once_in(4).then(|| random.bits(width));
        keys.push(TableKey { name: format!("key_{i}"), match_kind, field, width, mask, valid_of });
    }
    let has = |kind| keys.iter().any(|key| key.match_kind == kind);
    let order = [MatchKind::Range, MatchKind::Ternary, MatchKind::Lpm];
    let match_kind = order.into_iter().find(|kind| has(*kind)).unwrap_or(MatchKind::Exact);
    let actions: Vec<ActionId> = (0..4).map(ActionId).collect();
    let call = |random: &mut Random| {
        let action = random.pick(&actions);
        let parameters = &program.actions[action.index()].parameters;
        (action, parameters.iter().map(|parameter| random.bits(parameter.width)).collect::<Vec<_>>())
    };
    let mut const_entries = Vec::new();
    if !keys.is_empty() && random.once_in(4) {
        for priority in 1..=1 + random.below(4) as u32 {
            let (action, arguments) = call(random);
            let key: Vec<MatchValue> = keys.iter().map(|key| value(key, random)).collect();
            // Two entries that are the same after masking are an error of the program.
            if const_entries.is_empty() || (match_kind != MatchKind::Exact && match_kind != MatchKind::Lpm) {
                const_entries.push(ConstEntry { key, action, arguments, priority, source_info: None });
            }
        }
    }
    let next = if random.once_in(3) {
        TableNext::HitMiss { hit: random.pick(later), miss: random.pick(later) }
    } else {
        let nodes = actions.iter().map(|_| random.pick(later)).collect();
        TableNext::ByAction { nodes, base_default: random.pick(later) }
    };
    let default_entry = (!random.once_in(4)).then(|| {
        let (action, arguments) = call(random);
        let const_action = random.once_in(4);
        DefaultEntry { action, arguments, const_action, const_entry: const_action && random.once_in(2) }
    });
    let max_size = if const_entries.is_empty() { 1 + random.below(12) } else { const_entries.len() };
    Table {
        name: format!("table_{}", program.tables.len()),
        pipeline,
        keys,
        match_kind,
        actions,
        next,
        default_entry,
        const_entries,
        max_size: max_size as u32,
        implementation: hyper4_ir::TableImplementation::Simple,
        direct_counter: None,
        direct_meter: None,
        with_counters: false,
        support_timeout: false,
        hidden: false,
        source_info: None,
    }
}
