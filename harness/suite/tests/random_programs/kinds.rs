//! All kinds of tables and externs: action profiles, tables of hundreds of entries, optional keys, counters and meters,
//! value sets, headers of variable length, unions, the rarer hashes; at egress either state of each port or clones and
//! another round.

use hyper4_bits::{Bits, HashAlgorithm};
use hyper4_ir::*;
use num_bigint::BigInt;

use crate::commands::{arguments, value};
use crate::features;
use crate::programs::{self, H, META, field_of, number, place};
use crate::random::Random;

/// Entries of a large table, as many as are tried.
const MANY: usize = 300;
/// What an array has; indexes go a little beyond.
const CELLS: u32 = 6;

/// The name of what is in each program that this file has been at.
const MARK: &str = "trusted";

/// Whether [`enrich`] made the program what it is.
pub(crate) fn are_in(program: &Program) -> bool {
    program.value_sets.iter().any(|set| set.name == MARK)
}

/// Adds the kinds, and tables that use them before everything else.
pub(crate) fn enrich(program: &mut Program, random: &mut Random) {
    variable_headers(program);
    unions(program, random);
    value_set(program, random);
    let rare = [
        HashAlgorithm::CrcCcitt,
        HashAlgorithm::Cksum16,
        HashAlgorithm::Toeplitz,
        HashAlgorithm::Xor32,
        HashAlgorithm::Crc8Custom,
        HashAlgorithm::Crc16Custom,
        HashAlgorithm::Crc32Custom,
        HashAlgorithm::Crc64Custom,
    ];
    for id in 0..2 {
        let inputs = some_fields(program, random);
        let calculation = Calculation { name: format!("rare_{id}"), algorithm: random.pick(&rare), inputs };
        program.calculations.push(calculation);
    }
    for id in 0..2 {
        program.meters.push(MeterArray {
            name: format!("meter_{id}"),
            direct: None,
            size: CELLS,
            unit: random.pick(&[MeterUnit::Packets, MeterUnit::Bytes]),
            rate_count: 2,
            source_info: None,
        });
    }
    for _ in 0..1 + random.below(2) {
        let mut kinds = (0..1 + random.below(4)).map(|_| primitive(program, random)).collect();
        // Of an invalid header a real switch takes what was there last, or dies of it.
        let [from, to] = [0, 1].map(|number| variable(program, number));
        let (source, destination) = (FieldRef { header: from, field: 1 }, FieldRef { header: to, field: 1 });
        let assign = PrimitiveKind::AssignVarbit { destination, source };
        features::jump_over(&mut kinds, Expr::Valid(from), assign);
        always(program, PipelineKind::Ingress, kinds);
    }
    profile(program, random);
    large(program, random);
    at_egress(program, random);
}

fn some_fields(program: &Program, random: &mut Random) -> Vec<CalculationInput> {
    (0..1 + random.below(3)).map(|_| CalculationInput::Field(field_of(program, random, H))).collect()
}

/// Two headers with a varbit, the first of which is extracted behind the others.
fn variable_headers(program: &mut Program) {
    let field = |name: &str, width, varbit| FieldType { name: name.into(), width, signed: false, varbit };
    let fields = vec![field("kind", 8, false), field("options", 96, true), field("tail", 8, false)];
    program.header_types.push(HeaderType { name: "variable_t".into(), fields });
    let header_type = HeaderTypeId(program.header_types.len() as u32 - 1);
    for name in ["variable_0", "variable_1"] {
        program.headers.push(Header { name: name.into(), header_type, metadata: false });
        program.deparser.order.push(HeaderId(program.headers.len() as u32 - 1));
    }
    let literal = |n: i64| Box::new(Expr::Const(BigInt::from(n)));
    let length = Box::new(Expr::Field(FieldRef { header: H, field: 0 }));
    let length = Expr::Binary(BinaryOp::BitAnd, length, literal(15));
    let width = Expr::Binary(BinaryOp::Mul, Box::new(length), literal(8));
    let target = ExtractTarget::Header(variable(program, 0));
    if let Some(last) = program.parser.states.get_mut(1) {
        last.ops.push(ParserOp::Extract(Extract::Variable { target, width }));
    }
}

fn variable(program: &Program, number: usize) -> HeaderId {
    named(program, &format!("variable_{number}"))
}

fn named(program: &Program, name: &str) -> HeaderId {
    HeaderId(program.headers.iter().position(|header| header.name == name).unwrap_or(0) as u32)
}

/// Two unions, a member of the first of which is extracted now and then.
fn unions(program: &mut Program, random: &mut Random) {
    let mut header_types = Vec::new();
    for (name, width) in [("short_t", 16), ("long_t", 40)] {
        let fields = vec![FieldType { name: "all".into(), width, signed: false, varbit: false }];
        program.header_types.push(HeaderType { name: name.into(), fields });
        header_types.push(HeaderTypeId(program.header_types.len() as u32 - 1));
    }
    for name in ["union_0", "union_1"] {
        let mut members = Vec::new();
        for (member, header_type) in ["short", "long"].iter().zip(&header_types) {
            let header_type = *header_type;
            program.headers.push(Header { name: format!("{name}.{member}"), header_type, metadata: false });
            let header = HeaderId(program.headers.len() as u32 - 1);
            program.deparser.order.push(header);
            members.push(HeaderUnionMember { name: (*member).into(), header });
        }
        program.header_unions.push(HeaderUnion { name: name.into(), union_type: "union_t".into(), members });
    }
    // simple_switch copies zeros of fields that nothing computes with.
    let touched = ["union_0.short", "union_0.long", "union_1.short", "union_1.long"].map(|name| {
        let field = FieldRef { header: named(program, name), field: 0 };
        let kind = PrimitiveKind::Assign { place: Place::Field(field), value: Expr::Field(field) };
        Primitive { kind, source_info: None }
    });
    program.actions.push(Action {
        name: "touch".into(),
        parameters: vec![],
        primitives: touched.into(),
        source_info: None,
    });
    let member = member(program, random);
    if let Some(state) = program.parser.states.get_mut(2) {
        state.ops.insert(0, ParserOp::Extract(Extract::Regular(member)));
    }
}

fn member(program: &Program, random: &mut Random) -> HeaderId {
    let name = random.pick(&["union_0.short", "union_0.long", "union_1.short", "union_1.long"]);
    named(program, name)
}

/// The first choice that the parser has is whether its key is in a set.
fn value_set(program: &mut Program, random: &mut Random) {
    let Some(start) = program.parser.states.first() else { return };
    let widths: Vec<u32> = start.key.iter().map(|part| key_width(program, part)).collect();
    program.value_sets.push(ValueSet { name: MARK.into(), width: widths.iter().sum(), max_size: Some(16) });
    let set = ValueSetId(program.value_sets.len() as u32 - 1);
    let few = |random: &mut Random, width: u32| Bits::mask(width, random.below(width as usize) as u32, 1);
    // A mask is understood of keys that fill bytes.
    let whole = widths.iter().all(|width| width.is_multiple_of(8));
    let mask = (whole && random.once_in(2)).then(|| widths.iter().map(|width| few(random, *width)).collect());
    let matches = TransitionMatch::ValueSet { set, mask };
    let next = Some(ParseStateId(1 + random.below(2) as u32));
    if let Some(start) = program.parser.states.first_mut() {
        start.transitions.insert(0, Transition { matches, next });
    }
}

fn key_width(program: &Program, part: &SelectKey) -> u32 {
    match part {
        SelectKey::Field(field) => program.field(*field).map_or(1, |field| field.width),
        SelectKey::Lookahead { width, .. } => *width,
        SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => 0,
    }
}

fn primitive(program: &Program, random: &mut Random) -> PrimitiveKind {
    let any = Expr::Binary(
        BinaryOp::BitAnd,
        Box::new(Expr::Field(field_of(program, random, H))),
        Box::new(Expr::Const(BigInt::from(7))),
    );
    let union = |random: &mut Random| HeaderUnionId(random.below(2) as u32);
    let calculation = program.calculations.len() as u32 - 1 - random.below(2) as u32;
    match random.below(12) {
        0 | 1 => PrimitiveKind::ExecuteMeter {
            meter: MeterId(random.below(2) as u32),
            index: any,
            place: place(program, random),
        },
        2 => PrimitiveKind::SetValid(variable(program, random.below(2))),
        3 => PrimitiveKind::AssignHeader {
            destination: variable(program, random.below(2)),
            source: variable(program, random.below(2)),
        },
        4 | 5 => PrimitiveKind::SetValid(member(program, random)),
        6 => PrimitiveKind::SetInvalid(member(program, random)),
        7 => PrimitiveKind::AssignUnion { destination: union(random), source: union(random) },
        8 => {
            let valid = Expr::UnionValid(UnionExpr::Union(union(random)));
            PrimitiveKind::Assign {
                place: place(program, random),
                value: Expr::Unary(UnaryOp::BoolToData, Box::new(valid)),
            }
        }
        9 => PrimitiveKind::Assign {
            place: Place::Field(FieldRef { header: member(program, random), field: 0 }),
            value: number(program, random, 2, 0),
        },
        _ => PrimitiveKind::Hash {
            place: place(program, random),
            base: Expr::Const(random.bits(10).to_bigint()),
            calculation: CalculationId(calculation),
            modulus: Expr::Const(random.bits(33).to_bigint()),
        },
    }
}

/// Put a table before the rest of a pipeline.
fn before(program: &mut Program, table: Table) {
    let node = Some(Node::Table(TableId(program.tables.len() as u32)));
    match table.pipeline {
        PipelineKind::Ingress => program.ingress.start = node,
        PipelineKind::Egress => program.egress.start = node,
    }
    program.tables.push(table);
}

fn start(program: &Program, pipeline: PipelineKind) -> NextNode {
    match pipeline {
        PipelineKind::Ingress => program.ingress.start,
        PipelineKind::Egress => program.egress.start,
    }
}

/// Do that before everything else.
fn always(program: &mut Program, pipeline: PipelineKind, kinds: Vec<PrimitiveKind>) {
    let name = format!("always_{}", program.actions.len());
    let primitives = kinds.into_iter().map(|kind| Primitive { kind, source_info: None }).collect();
    program.actions.push(Action { name, parameters: vec![], primitives, source_info: None });
    let action = ActionId(program.actions.len() as u32 - 1);
    let next = start(program, pipeline);
    let name = format!("table_{}", program.tables.len());
    before(program, features::constant(name, pipeline, action, next));
}

/// A table with keys, some of them optional, and none of its entries there from the start.
fn keyed(program: &Program, random: &mut Random, pipeline: PipelineKind, entries: usize) -> Table {
    let later = [start(program, pipeline)];
    let mut table = loop {
        let table = programs::table(program, random, pipeline, &later);
        if !table.keys.is_empty() {
            break table;
        }
    };
    table.const_entries.clear();
    table.max_size = entries as u32;
    let place = random.below(table.keys.len());
    if random.once_in(3) {
        let key = &mut table.keys[place];
        if matches!(key.match_kind, MatchKind::Exact | MatchKind::Ternary) {
            key.match_kind = MatchKind::Optional;
        }
    }
    let has = |kind| table.keys.iter().any(|key| key.match_kind == kind);
    table.match_kind = if has(MatchKind::Range) {
        MatchKind::Range
    } else if has(MatchKind::Ternary) || has(MatchKind::Optional) {
        MatchKind::Ternary
    } else if has(MatchKind::Lpm) {
        MatchKind::Lpm
    } else {
        MatchKind::Exact
    };
    table
}

/// A table whose entries refer to members of a profile, and to groups if it has a selector.
fn profile(program: &mut Program, random: &mut Random) {
    let algorithms =
        [HashAlgorithm::Crc16, HashAlgorithm::Crc32, HashAlgorithm::Xxh64, HashAlgorithm::Identity];
    let selector = random
        .once_in(2)
        .then(|| Selector { algorithm: random.pick(&algorithms), inputs: some_fields(program, random) });
    let name = "profile".to_owned();
    program.action_profiles.push(ActionProfile { name, max_size: 16, selector, source_info: None });
    let profile = ActionProfileId(program.action_profiles.len() as u32 - 1);
    let pipeline = random.pick(&[PipelineKind::Ingress, PipelineKind::Egress]);
    let mut table = keyed(program, random, pipeline, 12);
    table.implementation = TableImplementation::Profile(profile);
    table.default_entry = None;
    before(program, table);
}

/// A table with hundreds of entries, which are counted and perhaps metered.
fn large(program: &mut Program, random: &mut Random) {
    let mut table = keyed(program, random, PipelineKind::Ingress, MANY);
    let id = TableId(program.tables.len() as u32);
    table.with_counters = true;
    program.counters.push(CounterArray {
        name: "entries".into(),
        direct: Some(id),
        size: MANY as u32,
        source_info: None,
    });
    table.direct_counter = Some(CounterId(program.counters.len() as u32 - 1));
    if random.once_in(2) {
        program.meters.push(MeterArray {
            name: "metered".into(),
            direct: Some(id),
            size: MANY as u32,
            unit: random.pick(&[MeterUnit::Packets, MeterUnit::Bytes]),
            rate_count: 2,
            source_info: None,
        });
        let target = field_of(program, random, META);
        table.direct_meter = Some(DirectMeter { meter: MeterId(program.meters.len() as u32 - 1), target });
    }
    before(program, table);
}

/// Egress is done by several threads, but a port's packets by one: what is kept for each port is well defined. Copies
/// for other ports and packets that go round mix with what comes later, so where there are any nothing may be kept.
fn at_egress(program: &mut Program, random: &mut Random) {
    let port = Expr::Field(program.standard[&StandardField::EgressPort]);
    if !program.field_lists.is_empty() || random.once_in(2) {
        program.registers.push(RegisterArray {
            name: "of_port".into(),
            width: random.pick(&[8, 32, 63]),
            size: CELLS,
            source_info: None,
        });
        let register = RegisterId(program.registers.len() as u32 - 1);
        let kinds = vec![
            PrimitiveKind::RegisterRead { place: place(program, random), register, index: port.clone() },
            PrimitiveKind::RegisterWrite { register, index: port, value: number(program, random, 3, 0) },
        ];
        return always(program, PipelineKind::Egress, kinds);
    }
    let fields = vec![field_of(program, random, META)];
    program.field_lists.push(FieldList { id: 1, name: "kept".into(), fields });
    let preserved = Some(FieldListId(0));
    let kind = if random.once_in(2) {
        let session = Expr::Const(BigInt::from(5 + random.below(3)));
        PrimitiveKind::Clone { pipeline: PipelineKind::Egress, session, preserved }
    } else {
        PrimitiveKind::Recirculate { preserved }
    };
    // A copy isn't copied: it has come in by no port. At egress all but replicas have the type of new packets.
    let first = Expr::Binary(
        BinaryOp::Eq,
        Box::new(Expr::Field(program.standard[&StandardField::IngressPort])),
        Box::new(Expr::Const(BigInt::from(1))),
    );
    let condition = Expr::Unary(UnaryOp::BoolToData, Box::new(first));
    let bytes = Expr::Const(BigInt::from(80 + random.below(200)));
    let kinds =
        vec![PrimitiveKind::JumpIfZero { condition, target: 2 }, kind, PrimitiveKind::Truncate { bytes }];
    always(program, PipelineKind::Egress, kinds);
}

/// Commands for them; some of them wrong.
pub(crate) fn commands(program: &Program, random: &mut Random) -> Vec<Command> {
    let mut commands = Vec::new();
    if !program.field_lists.is_empty() {
        for (session, port, group) in [(5, Some(3), None), (6, None, Some(1)), (7, Some(2), Some(1))] {
            let set = MirroringCommand::Set(MirroringSession { port, group });
            commands.push(Command::Mirroring { session, command: set });
        }
    }
    for set in &program.value_sets {
        let Some(start) = program.parser.states.first() else { continue };
        for _ in 0..random.below(12) {
            let parts = start.key.iter().map(|part| random.bits(key_width(program, part)));
            let value = parts.reduce(|high, low| high.concat(&low)).unwrap_or_else(|| Bits::zero(0));
            let command = ValueSetCommand::Add { value };
            commands.push(Command::ValueSet { set: set.name.clone(), command });
        }
    }
    for table in program.tables.iter().filter(|table| table.direct_counter.is_some()) {
        for _ in 0..MANY + 20 {
            let action = &program.actions[random.pick(&table.actions).index()];
            commands.push(Command::TableAdd {
                table: table.name.clone(),
                key: table.keys.iter().map(|key| value(key, random)).collect(),
                action: action.name.clone(),
                arguments: arguments(action, random),
                priority: priority(table, random),
            });
        }
    }
    for table in &program.tables {
        if let TableImplementation::Profile(profile) = table.implementation
            && let Some(profile) = program.action_profiles.get(profile.index())
        {
            members(program, table, profile, random, &mut commands);
        }
    }
    // Nothing comes back within a run, so that a colour is what has passed.
    for meter in &program.meters {
        let rate = |burst| MeterRate { per_microsecond: 1e-12, burst };
        let few = 1 + random.below(5) as u64 * 300;
        let rates = vec![rate(few), rate(few + random.below(2000) as u64)];
        let command = MeterCommand::SetAllRates { rates };
        commands.push(Command::Meter { meter: meter.name.clone(), command });
    }
    commands
}

fn priority(table: &Table, random: &mut Random) -> Option<u32> {
    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range).then(|| random.below(20) as u32)
}

/// Members, groups that none of them leaves, and entries.
fn members(
    program: &Program,
    table: &Table,
    profile: &ActionProfile,
    random: &mut Random,
    commands: &mut Vec<Command>,
) {
    let mut to_profile = |command| commands.push(Command::Profile { profile: profile.name.clone(), command });
    for _ in 0..6 {
        let action = &program.actions[random.pick(&table.actions).index()];
        let (action, arguments) = (action.name.clone(), arguments(action, random));
        to_profile(ProfileCommand::CreateMember { action, arguments });
    }
    to_profile(ProfileCommand::DeleteMember { member: random.below(7) as u64 });
    if profile.selector.is_some() {
        for group in 0..2 {
            to_profile(ProfileCommand::CreateGroup);
            for member in (0..6).filter(|_| !random.once_in(3)) {
                to_profile(ProfileCommand::AddToGroup { member, group });
            }
            // In a group one stays; of a member that isn't there this is refused, as it was above.
            for member in [2, 3] {
                to_profile(ProfileCommand::AddToGroup { member, group });
            }
        }
    }
    let target = |random: &mut Random| {
        if profile.selector.is_some() && random.once_in(2) {
            ProfileTarget::Group(random.below(2) as u64)
        } else {
            ProfileTarget::Member(random.below(8) as u64)
        }
    };
    for _ in 0..14 {
        commands.push(Command::TableIndirectAdd {
            table: table.name.clone(),
            key: table.keys.iter().map(|key| value(key, random)).collect(),
            target: target(random),
            priority: priority(table, random),
        });
    }
    if random.once_in(2) {
        let target = target(random);
        commands.push(Command::TableIndirectSetDefault { table: table.name.clone(), target });
    }
}

/// What is left in a switch when all packets have passed.
pub(crate) fn state(program: &Program) -> Vec<Command> {
    let mut commands = Vec::new();
    for counter in program.counters.iter().filter(|counter| counter.direct.is_some()) {
        for index in 0..20 {
            let command = CounterCommand::Read { index };
            commands.push(Command::Counter { counter: counter.name.clone(), command });
        }
    }
    commands
}
