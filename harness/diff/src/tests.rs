mod fake;
mod parts;

use std::collections::BTreeMap;
use std::num::NonZeroU64;
use std::sync::atomic::{AtomicU64, Ordering};

use hyper4_ir::{Command, Event, Packet, Stimulus};
use hyper4_switch::{Endpoint, LinkedSwitches, Links, Switch, SwitchError};

use crate::*;
use fake::{COUNT, DROP, FLOOD, Fake, Fault, TRIGGER};

const PACKETS: u64 = 3000;
const FIRST: u64 = 1234;
const SECOND: u64 = 2900;

fn packet(bytes: &[u8]) -> Packet {
    Packet { port: 3, bytes: bytes.to_vec() }
}

/// Packets for `dst` and others; two of them trigger a fault.
fn stimulus(dst: u8) -> Generated<impl Fn(u64) -> Packet + Sync> {
    let make = move |i: u64| match i {
        FIRST | SECOND => packet(&[dst, i as u8, 0xaa, TRIGGER]),
        _ if i.is_multiple_of(7) => packet(&[DROP, 0]),
        _ if i.is_multiple_of(5) => packet(&[FLOOD, 0, 1]),
        _ if i.is_multiple_of(11) => packet(&[1]),
        _ => packet(&[(i % 100) as u8, i as u8, 0, 0, 0]),
    };
    Generated { count: PACKETS, packet: make }
}

fn options() -> Options {
    Options { chunk: NonZeroU64::new(500).unwrap(), batch: 64, ..Options::default() }
}

fn side(fault: Fault) -> Result<SwitchSide<Fake>, SwitchError> {
    Ok(SwitchSide(Fake::new(fault)))
}

fn run(fault: Fault, dst: u8, options: &Options) -> SubjectResult {
    let origin = |_: Option<&str>, event: &Event| match event {
        Event::Table { name, .. } | Event::Action { name, .. } => Some(format!("row 5 for {name}")),
        _ => None,
    };
    let other = || Ok(WithOrigin { side: side(fault)?, origin });
    compare("fake", || side(Fault::None), other, &stimulus(dst), options, &|_| {})
}

fn divergence(result: SubjectResult) -> Divergence {
    match result.outcome {
        Outcome::Diverged(divergence) => *divergence,
        other => panic!("{other:?}"),
    }
}

fn message(result: SubjectResult) -> String {
    match result.outcome {
        Outcome::Error(failure) => failure.message,
        other => panic!("{other:?}"),
    }
}

#[test]
fn equal_switches_are_equal_and_everything_is_counted() {
    let told = AtomicU64::new(0);
    let progress = |packets| {
        told.fetch_add(packets, Ordering::Relaxed);
    };
    let result =
        compare("fake", || side(Fault::None), || side(Fault::None), &stimulus(4), &options(), &progress);
    assert_eq!(result.status(), Status::Equal);
    assert_eq!(result.hidden, []);
    assert_eq!(told.into_inner(), PACKETS);
    let of =
        |wanted: &dyn Fn(&Packet) -> bool| (0..PACKETS).filter(|i| wanted(&(stimulus(4).packet)(*i))).count();
    let drops = of(&|p| p.bytes.len() < 2 || p.bytes[0] == DROP) as u64;
    let floods = of(&|p| p.bytes[0] == FLOOD) as u64;
    assert!(drops > 400 && floods > 400);
    let counts = result.counts;
    assert_eq!((counts.packets, counts.traces, counts.commands), (PACKETS, PACKETS, 0));
    assert_eq!((counts.drops, counts.replicated), (drops, floods));
    assert_eq!(counts.outputs, PACKETS - drops + floods);
    let short = of(&|p| p.bytes.len() < 2) as u64;
    let unicast = PACKETS - drops - floods;
    assert_eq!(counts.events, 3 * short + 5 * (drops - short) + 9 * floods + 7 * unicast);
}

#[test]
fn every_planted_fault_is_found_where_it_first_shows() {
    let cases = [
        (Fault::Byte, 4, DivergenceKind::Bytes),
        (Fault::Payload, 4, DivergenceKind::Bytes),
        (Fault::Length, 4, DivergenceKind::Bytes),
        (Fault::Port, 4, DivergenceKind::Port),
        (Fault::Order, FLOOD, DivergenceKind::Order),
        (Fault::Missing, 4, DivergenceKind::Missing),
        (Fault::Missing, FLOOD, DivergenceKind::Missing),
        (Fault::Extra, 4, DivergenceKind::Extra),
        (Fault::Extra, DROP, DivergenceKind::Extra),
        (Fault::Table, 4, DivergenceKind::Trace),
        (Fault::Short, 4, DivergenceKind::Trace),
        (Fault::Copy, 4, DivergenceKind::Trace),
        (Fault::Sample, 4, DivergenceKind::Digest),
        (Fault::Unlearnt, DROP, DivergenceKind::Digest),
        (Fault::Dies, 4, DivergenceKind::Failure),
    ];
    for (fault, dst, kind) in cases {
        let result = run(fault, dst, &options());
        // Counts stop where the sides part.
        let least = if kind == DivergenceKind::Failure { FIRST - 64 } else { FIRST };
        assert!((least..=FIRST + 1).contains(&result.counts.packets), "{fault:?}: {:?}", result.counts);
        let found = divergence(result);
        assert_eq!((found.step, found.kind), (FIRST, kind), "{fault:?}");
        let packet = found.packet.unwrap();
        assert_eq!((packet.port, packet.hex), (3, format!("{dst:02x}d2aaee")), "{fault:?}");
        assert_eq!(found.note, None, "{fault:?}");
    }
}

#[test]
fn a_wrong_field_is_named_with_its_writer_and_the_row_behind_it() {
    let found = divergence(run(Fault::Byte, 4, &options()));
    let output = found.output.unwrap();
    assert_eq!(output.offset, Some(1));
    assert_eq!(output.field.as_deref(), Some("h.ttl"));
    assert_eq!(found.expected, "4 bytes by port 4, `h.ttl` = 0xd1 (byte 1)");
    assert_eq!(found.actual, "4 bytes by port 4, `h.ttl` = 0xd5 (byte 1)");
    assert_eq!(found.trace, None);
    let construct = found.construct.unwrap();
    assert_eq!(construct.name, "action `forward`");
    assert_eq!(construct.source.unwrap().to_string(), "fake.p4:12:5");
    assert_eq!(found.origin.as_deref(), Some("row 5 for forward"));
    let headers = found.packet.unwrap().headers;
    let fields: Vec<_> = headers[0].fields.iter().map(|f| format!("{}={}", f.name, f.value)).collect();
    assert_eq!((headers.len(), headers[0].name.as_str()), (1, "h"));
    assert_eq!(fields, ["dst=0x04", "ttl=0xd2"]);

    let found = divergence(run(Fault::Payload, 4, &options()));
    assert_eq!(found.expected, "4 bytes by port 4, byte 3 = 0xee");
    assert_eq!(found.actual, "4 bytes by port 4, byte 3 = 0xea");
    assert_eq!(found.output.unwrap().field.as_deref(), Some("payload"));

    let found = divergence(run(Fault::Length, 4, &options()));
    assert_eq!(found.actual, "3 bytes by port 4, byte 3 = nothing");

    let found = divergence(run(Fault::Port, 4, &options()));
    assert_eq!((found.expected.as_str(), found.actual.as_str()), ("4 bytes by port 4", "4 bytes by port 5"));
    assert_eq!(found.construct.unwrap().name, "action `forward`");
    let found = divergence(run(Fault::Missing, 4, &options()));
    assert_eq!((found.expected.as_str(), found.actual.as_str()), ("4 bytes by port 4", "no packet"));
    let found = divergence(run(Fault::Order, FLOOD, &options()));
    assert_eq!(found.expected, "4 bytes by port 1 as number 0");
    assert_eq!(found.actual, "4 bytes by port 2 as number 0");
}

#[test]
fn the_first_event_that_differs_is_named() {
    let found = divergence(run(Fault::Table, 4, &options()));
    assert_eq!(found.construct.unwrap().name, "table `ports`");
    assert_eq!(found.expected, "table `ports` hits entry 4");
    assert_eq!(found.actual, "table `ports` misses");
    assert_eq!(found.origin.as_deref(), Some("row 5 for ports"));
    let trace = found.trace.unwrap();
    assert_eq!((trace.copy, trace.event), (0, 3));
    assert_eq!(trace.after, Some(Event::Pipeline("ingress".to_owned())));

    let found = divergence(run(Fault::Short, 4, &options()));
    assert_eq!((found.expected.as_str(), found.actual.as_str()), ("leaves by port 4", "nothing more"));
    let found = divergence(run(Fault::Copy, 4, &options()));
    assert_eq!((found.expected.as_str(), found.actual.as_str()), ("nothing more", "dropped"));
    assert_eq!(found.trace.unwrap().copy, 1);
}

#[test]
fn the_result_does_not_depend_on_threads_or_chunks() {
    for fault in [Fault::None, Fault::Byte, Fault::Dies, Fault::Refuses] {
        let with = |threads: usize| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| run(fault, 4, &options()))
        };
        let one = with(1);
        for threads in [2, 5] {
            assert_eq!(with(threads), one, "{fault:?} with {threads} threads");
        }
        let whole = run(fault, 4, &Options { chunk: NonZeroU64::MAX, ..options() });
        assert_eq!(whole.outcome, one.outcome, "{fault:?}");
    }
}

#[test]
fn an_untraced_difference_is_traced_when_replayed() {
    let rare = Options { traced: TraceShare::OneBatchIn(NonZeroU64::new(1000).unwrap()), ..options() };
    let result = run(Fault::Byte, 4, &rare);
    assert_eq!(result.counts.traces, 64, "one batch of those that were compared");
    assert_eq!(result.hidden.len(), 1);
    assert_eq!(result.hidden[0].count, FIRST - 64);
    let (found, traced) = (divergence(result), divergence(run(Fault::Byte, 4, &options())));
    assert_eq!(found, traced);
    // A difference in the trace alone shows only where there is one.
    assert_eq!(run(Fault::Table, 4, &rare).status(), Status::Equal);
}

#[test]
fn what_rules_hide_is_listed() {
    let with = |fault, dst, rules| run(fault, dst, &Options { rules, ..options() });
    let result =
        with(Fault::Table, 4, Rules { ignored_events: [EventKind::Table].into(), ..Rules::default() });
    assert_eq!(result.status(), Status::Equal);
    let rules: Vec<_> = result.hidden.iter().map(|hidden| hidden.rule.as_str()).collect();
    assert_eq!(rules, ["events of kind Table are not compared"]);
    assert!(result.hidden[0].count > 2000);

    let result = with(Fault::Table, 4, Rules { traces: TraceRule::Ignored, ..Rules::default() });
    assert_eq!(result.status(), Status::Equal);
    assert_eq!((result.counts.traces, result.counts.events), (0, 0));
    assert_eq!(result.hidden[0], Hidden { rule: "traces are not compared".to_owned(), count: PACKETS });

    let per_port = Rules { output_order: OutputOrder::PerPort, ..Rules::default() };
    let result = with(Fault::Order, FLOOD, per_port.clone());
    assert_eq!(result.status(), Status::Equal);
    assert_eq!(result.hidden[0].rule, "the order of a packet's outputs across ports is not compared");
    assert_eq!(result.hidden[0].count, result.counts.replicated);
    assert_eq!(divergence(with(Fault::Missing, FLOOD, per_port)).kind, DivergenceKind::Missing);
}

#[test]
fn a_switch_that_tells_no_causes_is_compared_port_by_port() {
    let quiet = |fault| {
        let mut fake = Fake::new(fault);
        fake.causes = false;
        fake.traces = false;
        Ok(SwitchSide(fake))
    };
    let given = Options { rules: Rules { traces: TraceRule::WhereGiven, ..Rules::default() }, ..options() };
    let run =
        |fault, dst| compare("quiet", || quiet(fault), || side(Fault::None), &stimulus(dst), &given, &|_| {});
    let result = run(Fault::Order, FLOOD);
    assert_eq!(result.status(), Status::Equal);
    assert_eq!((result.counts.packets, result.counts.drops), (PACKETS, 0));
    let hidden: Vec<_> = result.hidden.iter().map(|hidden| hidden.count).collect();
    assert_eq!(hidden, [PACKETS, PACKETS], "{:?}", result.hidden);
    for (fault, dst, kind) in [
        (Fault::Byte, 4, DivergenceKind::Bytes),
        (Fault::Port, 4, DivergenceKind::Port),
        (Fault::Missing, FLOOD, DivergenceKind::Extra),
        (Fault::Extra, 4, DivergenceKind::Missing),
    ] {
        let found = divergence(run(fault, dst));
        assert_eq!((found.step, found.kind), (FIRST, kind), "{fault:?}");
    }
    let required =
        compare("quiet", || quiet(Fault::None), || side(Fault::None), &stimulus(4), &options(), &|_| {});
    assert_eq!(message(required), "it gives no trace, and the rules require one");
}

#[test]
fn a_stateful_subject_runs_in_one_piece() {
    let make = |i: u64| match i {
        FIRST => packet(&[4, 1, TRIGGER]),
        _ => packet(&[COUNT, 0]),
    };
    let source = Generated { count: PACKETS, packet: make };
    let run = |fault, stateful, traced| {
        let options = Options { stateful, traced, ..options() };
        compare("counter", || side(Fault::None), || side(fault), &source, &options, &|_| {})
    };
    let rare = TraceShare::OneBatchIn(NonZeroU64::new(1000).unwrap());
    assert_eq!(run(Fault::None, true, TraceShare::All).status(), Status::Equal);
    for traced in [TraceShare::All, rare] {
        for stateful in [true, false] {
            let found = divergence(run(Fault::Later, stateful, traced));
            assert_eq!((found.step, found.kind, found.note), (FIRST, DivergenceKind::Bytes, None));
            assert_eq!(found.construct.unwrap().name, "action `forward`");
        }
    }
}

#[test]
fn commands_are_carried_out_in_between_and_their_answers_compared() {
    let add = |table: &str| {
        Stimulus::Command(Command::TableSetDefault {
            table: table.to_owned(),
            action: "a".to_owned(),
            arguments: vec![],
        })
    };
    let refused = Stimulus::Command(Command::TableClear { table: "ports".to_owned() });
    let some = |n: u8| (0..n).map(|i| Stimulus::Packet(packet(&[i % 50, i])));
    let mut steps: Vec<Stimulus> = some(100).collect();
    steps.extend([add("ports"), refused, add("ports")]);
    steps.extend(some(100));
    steps.push(add("ports"));
    steps.extend(some(10));
    // Chunks begin between the commands: the handles only agree when a chunk knows of those before it.
    let options = Options { chunk: NonZeroU64::new(30).unwrap(), batch: 7, ..Options::default() };
    let run = |fault| compare("c", || side(Fault::None), || side(fault), &steps, &options, &|_| {});
    let result = run(Fault::None);
    assert_eq!((result.status(), result.counts.packets, result.counts.commands), (Status::Equal, 210, 4));
    assert_eq!(result.hidden.len(), 1, "the text of a refusal");
    let found = divergence(run(Fault::Handle));
    assert_eq!((found.step, found.kind), (100, DivergenceKind::Reply));
    assert_eq!((found.expected.as_str(), found.actual.as_str()), ("handle 0", "handle 7"));
    assert_eq!(found.command.as_deref(), Some("table_set_default ports a"));
    let found = divergence(run(Fault::Command));
    assert_eq!(found.actual, "refused: table `ports` is full: it holds 0 entries");
}

#[test]
fn nothing_compared_is_never_a_pass() {
    let none = Generated { count: 0, packet: |_| packet(&[]) };
    let result = compare("empty", || side(Fault::None), || side(Fault::None), &none, &options(), &|_| {});
    assert_eq!(result.status(), Status::Error);
    assert_eq!(message(result), "nothing was compared: the stimulus has no packets");
    let commands = vec![Stimulus::Command(Command::TableClear { table: "t".to_owned() })];
    let result = compare("empty", || side(Fault::None), || side(Fault::None), &commands, &options(), &|_| {});
    assert_eq!(result.status(), Status::Error);
}

#[test]
fn refusals_and_failures_keep_their_place_and_blame() {
    let result = run(Fault::Refuses, 4, &options());
    let Outcome::Unsupported(unsupported) = result.outcome else { panic!("{result:?}") };
    assert_eq!((unsupported.side, unsupported.construct.as_str()), (Which::Virtual, "header `h`"));
    assert_eq!((unsupported.file.as_deref(), unsupported.line), (Some("fake.p4"), Some(12)));

    let refuse = || -> Result<SwitchSide<Fake>, SwitchError> {
        Err(SwitchError::Unsupported {
            construct: "register `r`".to_owned(),
            reason: "no registers".to_owned(),
            source_info: None,
        })
    };
    let result = compare("u", || side(Fault::None), refuse, &stimulus(4), &options(), &|_| {});
    assert_eq!((result.status(), result.counts.packets), (Status::Unsupported, 0));

    let both = compare("b", || side(Fault::Dies), || side(Fault::Dies), &stimulus(4), &options(), &|_| {});
    let Outcome::Error(failure) = both.outcome else { panic!("{both:?}") };
    assert_eq!((failure.step, failure.cause), (Some(FIRST), FailureCause::Input));

    let Outcome::Error(failure) = run(Fault::Cause, 4, &options()).outcome else { panic!() };
    assert_eq!((failure.side, failure.cause), (Some(Which::Virtual), FailureCause::Tool));
}

#[test]
fn a_composition_is_a_side_and_names_its_device() {
    let linked = |fault| -> Result<LinkedSide, SwitchError> {
        let device = |fault| Box::new(Fake::new(fault)) as Box<dyn Switch + Send>;
        let switches =
            BTreeMap::from([("one".to_owned(), device(Fault::None)), ("two".to_owned(), device(fault))]);
        let end = |name: &str| Endpoint::Device { device: name.to_owned(), port: 0 };
        let mut links = Links::default();
        links.ingress.insert(3, end("one"));
        links.egress.insert(("one".to_owned(), 4), end("two"));
        links.egress.insert(("two".to_owned(), 4), Endpoint::Physical(77));
        let linked = LinkedSwitches::new(switches, links);
        Ok(LinkedSide(linked.map_err(|error| SwitchError::Failed(error.to_string()))?))
    };
    let run =
        |fault| compare("chain", || linked(Fault::None), || linked(fault), &stimulus(4), &options(), &|_| {});
    let result = run(Fault::None);
    assert_eq!(result.status(), Status::Equal);
    assert!(result.counts.outputs > 10);
    let found = divergence(run(Fault::Byte));
    assert_eq!(found.output.unwrap().field.as_deref(), Some("h.ttl"));
    assert_eq!(found.expected, "4 bytes by port 77, `h.ttl` = 0xd0 (byte 1)");
    assert_eq!(found.construct.unwrap().name, "action `forward`");
    let found = divergence(run(Fault::Table));
    assert_eq!(found.trace.unwrap().device.as_deref(), Some("two"));
    assert_eq!(found.construct.unwrap().name, "table `ports`");
    assert_eq!(found.packet.unwrap().headers.len(), 1);

    let steps = vec![Stimulus::Command(Command::TableClear { table: "t".to_owned() })];
    let refused =
        compare("chain", || linked(Fault::None), || linked(Fault::None), &steps, &options(), &|_| {});
    assert_eq!(refused.status(), Status::Unsupported);
}
