//! What outlives packets: registers, counters, meters, profiles, ageing.

use hyper4_bits::HashAlgorithm;
use hyper4_ir::*;
use hyper4_switch::{Switch, SwitchError, Tracing};

use super::builder::*;

fn ingress(program: &mut Program, kinds: Vec<PrimitiveKind>) {
    let start = run(program, "do", kinds, None);
    program.ingress.start = Some(start);
}

fn tell(engine: &mut crate::Engine, line: &str) -> Reply {
    let command = parse_command(engine.program().unwrap(), line, 1).unwrap().unwrap();
    engine.control(&command).unwrap()
}

/// Microseconds that a test sets.
#[derive(Clone, Default)]
struct Set(std::sync::Arc<std::sync::atomic::AtomicU64>);

impl Set {
    fn to(&self, microseconds: u64) {
        self.0.store(microseconds, std::sync::atomic::Ordering::Relaxed);
    }
}

impl crate::Clock for Set {
    fn microseconds(&mut self) -> u64 {
        self.0.load(std::sync::atomic::Ordering::Relaxed)
    }
}

fn timed(program: Program) -> (crate::Engine, Set) {
    let clock = Set::default();
    let mut engine = crate::Engine::with_clock(Box::new(clock.clone()));
    engine.load(std::sync::Arc::new(program)).unwrap();
    (engine, clock)
}

#[test]
fn registers_keep_what_is_masked_and_ignore_other_indexes() {
    let mut program = base();
    program.registers.push(RegisterArray { name: "I.r".into(), width: 100, size: 4, source_info: None });
    let (register, index) = (RegisterId(0), Expr::Field(h(1)));
    ingress(
        &mut program,
        vec![
            PrimitiveKind::RegisterRead { place: Place::Field(meta(1)), register, index: index.clone() },
            assign(h(2), Expr::Field(meta(1))),
            PrimitiveKind::RegisterWrite { register, index, value: Expr::Field(h(3)) },
        ],
    );
    let mut engine = engine(program, &[]);
    let written = u64::from(packet(0, 0, 0)[16] >> 4) | u64::from(packet(0, 0, 0)[15]) << 4;
    assert_eq!(shown(&mut engine, &packet(0, 2, 9)), 0);
    assert_eq!(u64::from(shown(&mut engine, &packet(0, 2, 9))), written & 0xff);
    assert_eq!(shown(&mut engine, &packet(0, 4, 9)), 0, "nothing is read and nothing written");
    let Reply::Values(values) = tell(&mut engine, "register_read I.r") else { panic!() };
    let nonzero: Vec<_> = values.iter().map(|value| (value.width(), !value.is_zero())).collect();
    assert_eq!(nonzero, [(100, false), (100, false), (100, true), (100, false)]);
    tell(&mut engine, "register_write I.r 3 7");
    assert_eq!(shown(&mut engine, &packet(0, 3, 0)), 7);
    tell(&mut engine, "register_reset I.r");
    assert_eq!(shown(&mut engine, &packet(0, 2, 0)), 0);
}

#[test]
fn counters_count_arrived_bytes() {
    let mut program = base();
    for direct in [None, Some(TableId(0))] {
        let name = if direct.is_some() { "I.direct" } else { "I.c" };
        program.counters.push(CounterArray { name: name.into(), direct, size: 4, source_info: None });
    }
    let count = |index| PrimitiveKind::Count { counter: CounterId(0), index };
    let kinds = vec![PrimitiveKind::SetInvalid(H), count(*number(1)), count(*number(4))];
    let action = action(&mut program, "I.count", &[], kinds);
    let start = table(&mut program, "I.t", &[(MatchKind::Exact, h(0))], &[action], None);
    program.tables[0].direct_counter = Some(CounterId(1));
    program.tables[0].with_counters = true;
    program.ingress.start = Some(start);
    let mut engine = engine(program, &["table_add I.t I.count 5 =>"]);
    for a in [5, 6, 5] {
        send(&mut engine, &packet(a, 0, 0));
    }
    let counted = |packets| Reply::Counter(CounterValue { packets, bytes: packets * 20 });
    assert_eq!(tell(&mut engine, "counter_read I.c 1"), counted(3));
    assert_eq!(tell(&mut engine, "counter_read I.direct 0"), counted(2), "hits alone");
    tell(&mut engine, "table_delete I.t 0");
    tell(&mut engine, "table_add I.t I.count 6 =>");
    assert_eq!(tell(&mut engine, "counter_read I.c 1"), counted(3));
}

#[test]
fn meters_are_two_buckets() {
    let mut program = base();
    program.meters.push(MeterArray {
        name: "I.m".into(),
        direct: None,
        size: 2,
        unit: MeterUnit::Packets,
        rate_count: 2,
        source_info: None,
    });
    let place = Place::Field(h(2));
    ingress(
        &mut program,
        vec![PrimitiveKind::ExecuteMeter { meter: MeterId(0), index: Expr::Field(h(1)), place }],
    );
    let (mut engine, clock) = timed(program);
    assert_eq!(shown(&mut engine, &packet(0, 1, 9)), 0, "without rates all is green");
    assert_eq!(shown(&mut engine, &packet(0, 2, 9)), 9, "there is no such meter: nothing is written");
    tell(&mut engine, "meter_set_rates I.m 1 0.00001:1 0.00002:3");
    let mut colours = || -> Vec<u8> { (0..4).map(|_| shown(&mut engine, &packet(0, 1, 9))).collect() };
    assert_eq!(colours(), [0, 1, 1, 2], "one token below, three above");
    clock.to(100_000);
    assert_eq!(colours(), [0, 1, 2, 2], "one token below, two above");
}

#[test]
fn random_numbers_lie_between() {
    let mut program = base();
    let (low, high) = (Expr::Field(h(1)), Expr::Field(h(0)));
    ingress(&mut program, vec![PrimitiveKind::Random { place: Place::Field(h(2)), low, high }]);
    let mut engine = engine(program, &[]);
    let drawn: std::collections::BTreeSet<u8> =
        (0..200).map(|_| shown(&mut engine, &packet(6, 3, 0))).collect();
    assert_eq!(drawn.into_iter().collect::<Vec<_>>(), [3, 4, 5, 6]);
    assert_eq!(shown(&mut engine, &packet(2, 3, 77)), 77, "nothing lies between");
}

#[test]
fn what_does_not_hold_stops() {
    let holds = |condition| {
        let mut program = base();
        ingress(&mut program, vec![PrimitiveKind::Assert { condition }]);
        engine(program, &[]).inject(&[Packet { port: 0, bytes: packet(0, 0, 0) }], Tracing::Off)
    };
    assert!(holds(Expr::Valid(H)).is_ok());
    let failed = holds(Expr::Valid(HeaderId(3)));
    assert!(
        matches!(&failed, Err(SwitchError::Failed(reason)) if reason.contains("assert that doesn't hold"))
    );
}

#[test]
fn log_messages_have_as_many_places_as_arguments() {
    let logs = |format: &str| {
        let mut program = base();
        let arguments = vec![*number(1), *number(2)];
        ingress(&mut program, vec![PrimitiveKind::LogMessage { format: format.into(), arguments }]);
        let packet = Packet { port: 0, bytes: packet(0, 0, 0) };
        engine(program, &[]).inject(&[packet], Tracing::Off).is_ok()
    };
    assert!(logs("a = {}, b = {}"));
    assert!(!logs("a = {}"), "simple_switch exits");
    assert!(!logs("{} and {}"), "it misses a brace at the start");
    assert!(!logs("both {}{}"), "and one right behind another");
    assert!(logs("both {} {} \\{}"), "a brace may be escaped");
}

/// `I.t` refers to a profile whose selector hashes `h.b`.
fn selecting() -> Program {
    let mut program = base();
    let set = action(&mut program, "I.set", &[8], vec![show(Expr::Param(0))]);
    let other = action(&mut program, "I.other", &[], vec![show(*number(99))]);
    let start = table(&mut program, "I.t", &[(MatchKind::Exact, h(0))], &[set, other], None);
    program.tables[0].implementation = TableImplementation::Profile(ActionProfileId(0));
    let selector =
        Selector { algorithm: HashAlgorithm::Identity, inputs: vec![CalculationInput::Field(h(1))] };
    program.action_profiles.push(ActionProfile {
        name: "I.ap".into(),
        max_size: 16,
        selector: Some(selector),
        source_info: None,
    });
    program.ingress.start = Some(start);
    program
}

#[test]
fn profiles_choose_members_by_hash_in_ascending_order() {
    let commands = [
        "act_prof_create_member I.ap I.set 10",
        "act_prof_create_member I.ap I.set 20",
        "act_prof_create_member I.ap I.set 30",
        "act_prof_create_group I.ap",
        "act_prof_add_member_to_group I.ap 2 0",
        "act_prof_add_member_to_group I.ap 0 0",
        "table_indirect_add I.t 1 => 1",
        "table_indirect_add_with_group I.t 2 => 0",
    ];
    let mut engine = engine(selecting(), &commands);
    let mut chosen = |a, b| shown(&mut engine, &packet(a, b, 0));
    assert_eq!([chosen(1, 0), chosen(1, 1)], [20, 20]);
    assert_eq!([chosen(2, 0), chosen(2, 1), chosen(2, 2)], [10, 30, 10]);
    assert_eq!(chosen(3, 0), 99, "the default action is an action");
    tell(&mut engine, "act_prof_modify_member I.ap I.set 2 => 31");
    tell(&mut engine, "act_prof_remove_member_from_group I.ap 0 0");
    assert_eq!([shown(&mut engine, &packet(2, 0, 0)), shown(&mut engine, &packet(2, 1, 0))], [31, 31]);
    tell(&mut engine, "table_indirect_set_default I.t 0");
    assert_eq!(shown(&mut engine, &packet(3, 0, 0)), 10);
    tell(&mut engine, "reset_state");
    assert_eq!([shown(&mut engine, &packet(1, 0, 0)), shown(&mut engine, &packet(3, 0, 0))], [99, 99]);
}

#[test]
fn entries_age_and_every_second_sweep_tells_again() {
    let mut program = base();
    let keep = action(&mut program, "I.keep", &[], vec![]);
    let start = table(&mut program, "I.t", &[(MatchKind::Exact, h(0))], &[keep], None);
    program.tables[0].support_timeout = true;
    program.ingress.start = Some(start);
    let (mut engine, clock) = timed(program);
    tell(&mut engine, "table_add I.t I.keep 1 =>");
    tell(&mut engine, "table_add I.t I.keep 2 =>");
    tell(&mut engine, "table_set_timeout I.t 0 100");
    tell(&mut engine, "table_set_timeout I.t 1 100");
    clock.to(99_000);
    send(&mut engine, &packet(2, 0, 0));
    let mut told = |milliseconds: u64| -> Vec<u64> {
        clock.to(milliseconds * 1000);
        engine.sweep().into_iter().flat_map(|aged| aged.handles).collect()
    };
    assert_eq!(told(99), [0; 0]);
    assert_eq!(told(100), [0]);
    assert_eq!(told(101), [0; 0], "it was told of");
    assert_eq!(told(200), [0, 1]);
    let Reply::Entry(entry) = tell(&mut engine, "table_dump_entry I.t 1") else { panic!() };
    assert_eq!(entry.life, Some(EntryLife { timeout: 100, since_hit: 101 }));
}

#[test]
fn value_sets_are_filled_at_run_time() {
    let mut program = base();
    program.value_sets.push(ValueSet { name: "P.set".into(), width: 24, max_size: None });
    let state = &mut program.parser.states[0];
    state.key = vec![SelectKey::Field(h(0)), SelectKey::Field(h(1))];
    let matches = |mask| TransitionMatch::ValueSet { set: ValueSetId(0), mask };
    let mask = Some(vec![bits(16, 0xff00), bits(8, 0xff)]);
    state.transitions = vec![
        Transition { matches: matches(None), next: Some(ParseStateId(1)) },
        Transition { matches: matches(mask), next: Some(ParseStateId(2)) },
        Transition { matches: TransitionMatch::Default, next: None },
    ];
    for mark in [1, 2] {
        program.parser.states.push(ParseState {
            name: format!("mark{mark}"),
            ops: vec![ParserOp::Set { place: Place::Field(h(2)), value: *number(mark) }],
            key: vec![],
            transitions: vec![Transition { matches: TransitionMatch::Default, next: None }],
            source_info: None,
        });
    }
    let mut engine = engine(program, &["pvs_add P.set 0x123405"]);
    let mut marked = |a, b| shown(&mut engine, &packet(a, b, 0));
    assert_eq!([marked(0x1234, 5), marked(0x1299, 5), marked(0x1234, 6)], [1, 2, 0]);
    tell(&mut engine, "pvs_clear P.set");
    assert_eq!(shown(&mut engine, &packet(0x1234, 5, 0)), 0);
}
