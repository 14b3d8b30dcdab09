//! What programs do beside matching and computing: stacks, registers, counters, clones, another round through ingress,
//! truncation, digests, jumps. All of it happens in ingress, whose packets pass one after the other: two egress threads
//! that write one register have no order.

use hyper4_ir::*;
use num_bigint::BigInt;

use crate::programs::{G, H, K, META, field_of, number, place, truth};
use crate::random::Random;

/// Mirroring sessions that the commands set up, and one more that isn't there.
const SESSIONS: [i64; 4] = [5, 6, 7, 9];
const ELEMENTS: u32 = 3;

/// Adds what a program needs for these features, and tables that use them before everything else in ingress.
pub(crate) fn enrich(program: &mut Program, random: &mut Random) {
    stack(program, random);
    for id in 0..2 {
        program.registers.push(RegisterArray {
            name: format!("register_{id}"),
            width: random.pick(&[1, 8, 17, 31, 63]),
            size: 4,
            source_info: None,
        });
        program.counters.push(CounterArray {
            name: format!("counter_{id}"),
            direct: None,
            size: 4,
            source_info: None,
        });
    }
    let kept = (0..1 + random.below(2)).map(|_| field_of(program, random, META)).collect();
    program.field_lists.push(FieldList { id: 1, name: "kept".into(), fields: kept });
    program.field_lists.push(FieldList { id: 2, name: "nothing".into(), fields: vec![] });
    program.learn_lists.push(LearnList {
        id: 1,
        name: "learned".into(),
        elements: vec![LearnElement::Field(field_of(program, random, H))],
    });
    for id in 0..1 + random.below(3) {
        let primitives = action(program, random);
        let name = format!("feature_{id}");
        program.actions.push(Action { name, parameters: vec![], primitives, source_info: None });
        let action = ActionId(program.actions.len() as u32 - 1);
        let start = program.ingress.start;
        let name = format!("features_{id}");
        program.tables.push(constant(name, PipelineKind::Ingress, action, start));
        program.ingress.start = Some(Node::Table(TableId(program.tables.len() as u32 - 1)));
    }
}

/// A table without a key that always does that action.
pub(crate) fn constant(name: String, pipeline: PipelineKind, action: ActionId, next: NextNode) -> Table {
    Table {
        name,
        pipeline,
        keys: vec![],
        match_kind: MatchKind::Exact,
        actions: vec![action],
        next: TableNext::ByAction { nodes: vec![next], base_default: next },
        default_entry: Some(DefaultEntry {
            action,
            arguments: vec![],
            const_action: true,
            const_entry: true,
        }),
        const_entries: vec![],
        max_size: 1,
        implementation: TableImplementation::Simple,
        direct_counter: None,
        direct_meter: None,
        with_counters: false,
        support_timeout: false,
        hidden: false,
        source_info: None,
    }
}

/// A stack of small headers, some of which are extracted behind the others, and emitted last.
fn stack(program: &mut Program, random: &mut Random) {
    let field = |name: &str| FieldType { name: name.into(), width: 8, signed: false, varbit: false };
    program.header_types.push(HeaderType { name: "element_t".into(), fields: vec![field("a"), field("b")] });
    let header_type = HeaderTypeId(program.header_types.len() as u32 - 1);
    let first = program.headers.len() as u32;
    for index in 0..ELEMENTS {
        program.headers.push(Header { name: format!("s[{index}]"), header_type, metadata: false });
    }
    let headers: Vec<HeaderId> = (first..first + ELEMENTS).map(HeaderId).collect();
    program.deparser.order.extend(&headers);
    program.header_stacks.push(HeaderStack { name: "s".into(), header_type, headers });
    let taken = random.below(5);
    if let Some(last) = program.parser.states.get_mut(1) {
        last.ops.extend((0..taken).map(|_| ParserOp::Extract(Extract::StackNext(HeaderStackId(0)))));
    }
}

/// A few primitives, perhaps behind a jump.
fn action(program: &Program, random: &mut Random) -> Vec<Primitive> {
    let mut kinds: Vec<PrimitiveKind> = Vec::new();
    for _ in 0..1 + random.below(4) {
        kinds.push(primitive(program, random));
    }
    // Only a packet's first round asks for another one.
    if random.once_in(3) {
        let first = Expr::Binary(
            BinaryOp::Eq,
            Box::new(Expr::Field(program.standard[&StandardField::InstanceType])),
            Box::new(Expr::Const(BigInt::from(0))),
        );
        let preserved = Some(FieldListId(random.below(2) as u32));
        let again = match random.below(2) {
            0 => PrimitiveKind::Resubmit { preserved },
            _ => PrimitiveKind::Recirculate { preserved },
        };
        jump_over(&mut kinds, first, again);
    }
    if random.once_in(2) {
        let condition = truth(program, random, 2, 0);
        let kind = primitive(program, random);
        jump_over(&mut kinds, condition, kind);
    }
    kinds.into_iter().map(|kind| Primitive { kind, source_info: None }).collect()
}

/// `if (condition) kind`
pub(crate) fn jump_over(kinds: &mut Vec<PrimitiveKind>, condition: Expr, kind: PrimitiveKind) {
    let target = kinds.len() as u32 + 2;
    let condition = Expr::Unary(UnaryOp::BoolToData, Box::new(condition));
    kinds.push(PrimitiveKind::JumpIfZero { condition, target });
    kinds.push(kind);
}

fn primitive(program: &Program, random: &mut Random) -> PrimitiveKind {
    // Now and then beyond the last.
    let index = |random: &mut Random| {
        let value = Box::new(Expr::Field(field_of(program, random, H)));
        let any = Expr::Binary(BinaryOp::BitAnd, value, Box::new(Expr::Const(BigInt::from(7))));
        if random.once_in(2) { any } else { Expr::Const(BigInt::from(random.below(6))) }
    };
    let stack = StackRef::Headers(HeaderStackId(0));
    let register = RegisterId(random.below(2) as u32);
    match random.below(13) {
        0 => PrimitiveKind::Push { stack, count: 1 + random.below(3) as u32 },
        1 => PrimitiveKind::Pop { stack, count: 1 + random.below(3) as u32 },
        2 => {
            let element = HeaderId(program.headers.len() as u32 - 1 - random.below(ELEMENTS as usize) as u32);
            if random.once_in(2) {
                PrimitiveKind::SetValid(element)
            } else {
                PrimitiveKind::SetInvalid(element)
            }
        }
        3 | 4 => {
            PrimitiveKind::RegisterRead { place: place(program, random), register, index: index(random) }
        }
        5 | 6 => PrimitiveKind::RegisterWrite {
            register,
            index: index(random),
            value: number(program, random, 3, 0),
        },
        7 => PrimitiveKind::Count { counter: CounterId(random.below(2) as u32), index: index(random) },
        8 | 9 => PrimitiveKind::Clone {
            pipeline: PipelineKind::Ingress,
            session: Expr::Const(BigInt::from(random.pick(&SESSIONS))),
            preserved: Some(FieldListId(random.below(2) as u32)),
        },
        10 => {
            // A packet that goes round must not come back too short for what is always read.
            let headers = 3 * program.header_type(H).map_or(0, |header| header.width() as usize / 8);
            PrimitiveKind::Truncate { bytes: Expr::Const(BigInt::from(headers + random.below(200))) }
        }
        11 => PrimitiveKind::Digest { receiver: Expr::Const(BigInt::from(1)), list: LearnListId(0) },
        _ => {
            PrimitiveKind::AssignHeader { destination: random.pick(&[G, K]), source: random.pick(&[G, H, K]) }
        }
    }
}

/// Commands for what a program has of these features.
pub(crate) fn commands(program: &Program, random: &mut Random) -> Vec<Command> {
    let session = |session, port, group| Command::Mirroring {
        session,
        command: MirroringCommand::Set(MirroringSession { port, group }),
    };
    let mut commands = vec![
        session(5, Some(3), None),
        session(6, None, Some(1)),
        session(7, Some(random.below(8) as u32), Some(if random.once_in(2) { 1 } else { 8 })),
    ];
    for register in &program.registers {
        commands.push(Command::Register {
            register: register.name.clone(),
            command: RegisterCommand::Write { index: 1, value: random.bits(register.width) },
        });
    }
    commands
}

/// What is left in a switch when all packets have passed.
pub(crate) fn state(program: &Program) -> Vec<Command> {
    let mut commands = Vec::new();
    for register in &program.registers {
        let command = RegisterCommand::ReadAll;
        commands.push(Command::Register { register: register.name.clone(), command });
    }
    for counter in program.counters.iter().filter(|counter| counter.direct.is_none()) {
        for index in 0..5 {
            let command = CounterCommand::Read { index };
            commands.push(Command::Counter { counter: counter.name.clone(), command });
        }
    }
    commands
}

/// Let a program write and read nothing that outlives a packet: where threads decide which packet comes first, they
/// decide what is read.
pub(crate) fn forget(program: &mut Program) {
    for primitive in program.actions.iter_mut().flat_map(|action| &mut action.primitives) {
        if matches!(
            primitive.kind,
            PrimitiveKind::RegisterRead { .. }
                | PrimitiveKind::RegisterWrite { .. }
                | PrimitiveKind::ExecuteMeter { .. }
        ) {
            primitive.kind = PrimitiveKind::NoOp;
        }
    }
    program.tables.iter_mut().for_each(|table| table.direct_meter = None);
    program.meters.clear();
}
