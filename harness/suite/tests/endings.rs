//! Programs that would never end, and places that aren't there: each packet's life ends, in bounded time, and it is said
//! why.

use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper4_engine::Engine;
use hyper4_ir::{Command, Event, MirroringCommand, MirroringSession, Packet};
use hyper4_p4::{Options, compile_source};
use hyper4_suite::Error;
use hyper4_switch::{Switch, SwitchError, Tracing};

/// What all programs share; `$locals`, `$parser`, `$ingress` and `$egress` are theirs.
const FRAME: &str = "
    #include <core.p4>
    #include <v1model.p4>
    header h_t { bit<8> a; bit<8> b; }
    struct headers { h_t h; h_t[2] s; }
    struct metadata { bit<8> x; }
    parser P(packet_in p, out headers h, inout metadata m, inout standard_metadata_t sm) {
        state start { p.extract(h.h); transition next; }
        $parser
    }
    control V(inout headers h, inout metadata m) { apply { } }
    control I(inout headers h, inout metadata m, inout standard_metadata_t sm) {
        $locals
        apply { sm.egress_spec = 1; $ingress }
    }
    control E(inout headers h, inout metadata m, inout standard_metadata_t sm) { apply { $egress } }
    control D(packet_out p, in headers h) { apply { p.emit(h); } }
    V1Switch(P(), V(), I(), E(), V(), D()) main;
";

const NEXT: &str = "state next { transition accept; }";

#[derive(Default)]
struct Case {
    name: &'static str,
    parser: &'static str,
    locals: &'static str,
    ingress: &'static str,
    egress: &'static str,
    /// What is said when a packet can't be dealt with; else it leaves.
    fault: Option<&'static str>,
    /// The parser's error, of one that leaves.
    parser_error: Option<&'static str>,
}

fn cases() -> Vec<Case> {
    vec![
        Case {
            name: "a parser goes round",
            parser: "state next { transition select(h.h.a) { 0: again; default: accept; } } \
                     state again { transition next; }",
            fault: Some("the parser goes round without taking anything"),
            ..Case::default()
        },
        Case {
            name: "an action goes round",
            locals: "action round() { for (bit<8> i = 0; h.h.a == 0; i = i + 1) { m.x = i; } }",
            ingress: "round();",
            fault: Some("an action goes round for ever"),
            ..Case::default()
        },
        Case {
            name: "a pipeline goes round",
            ingress: "for (bit<8> i = 0; h.h.a == 0; i = i + 1) { m.x = i; }",
            fault: Some("an action goes round for ever"),
            ..Case::default()
        },
        Case {
            name: "resubmitted each time",
            ingress: "resubmit_preserving_field_list(0);",
            fault: Some("copied, resubmitted or recirculated too often"),
            ..Case::default()
        },
        Case {
            name: "recirculated each time",
            egress: "recirculate_preserving_field_list(0);",
            fault: Some("copied, resubmitted or recirculated too often"),
            ..Case::default()
        },
        Case {
            name: "clones are cloned",
            egress: "clone(CloneType.E2E, 5);",
            fault: Some("copied, resubmitted or recirculated too often"),
            ..Case::default()
        },
        Case {
            name: "a stack is overrun by the parser",
            parser: "state next { p.extract(h.s.next); transition select(h.h.a) { 1: accept; default: next; } }",
            parser_error: Some("StackOutOfBounds"),
            ..Case::default()
        },
        Case {
            name: "an element that a stack doesn't have",
            ingress: "h.s[h.h.b].a = 1; h.h.a = h.s[h.h.b].b;",
            ..Case::default()
        },
        Case {
            name: "cells that arrays don't have",
            locals: "register<bit<8>>(4) r; counter(4, CounterType.packets) c; meter(4, MeterType.packets) t;",
            ingress: "bit<32> i = (bit<32>) h.h.b; r.write(i, 1); r.read(m.x, i); c.count(i); \
                      t.execute_meter(i, m.x);",
            ..Case::default()
        },
    ]
}

fn run(case: &Case) -> Result<Result<Vec<Event>, SwitchError>, Error> {
    let parser = if case.parser.is_empty() { NEXT } else { case.parser };
    let text = FRAME
        .replace("$parser", parser)
        .replace("$locals", case.locals)
        .replace("$ingress", case.ingress)
        .replace("$egress", case.egress);
    let (program, diagnostics) = compile_source("ending.p4", &text, &Options::default());
    let program = program.ok_or_else(|| diagnostics.render())?;
    let lowered = hyper4_lower::lower(&program).map_err(|diagnostics| diagnostics.render())?;
    let mut engine = Engine::new();
    engine.load(Arc::new(lowered))?;
    let set = MirroringCommand::Set(MirroringSession { port: Some(3), group: None });
    engine.control(&Command::Mirroring { session: 5, command: set })?;
    let packet = Packet { port: 1, bytes: vec![0, 9, 1, 2, 3, 4, 5, 6] };
    let first = engine.inject(std::slice::from_ref(&packet), Tracing::On);
    // What ended goes on with the next packet.
    assert_eq!(first.is_ok(), engine.inject(&[packet], Tracing::Off).is_ok(), "{}", case.name);
    let events = |trace: &hyper4_ir::Trace| trace.packets.iter().flat_map(|p| p.events.clone()).collect();
    Ok(first.map(|batch| batch.traces.first().map_or_else(Vec::new, events)))
}

#[test]
fn every_life_ends() -> Result<(), Error> {
    for case in cases() {
        let begun = Instant::now();
        match (run(&case).map_err(|error| format!("{}: {error}", case.name))?, case.fault) {
            (Err(SwitchError::Failed(reason)), Some(fault)) => {
                assert!(reason.contains(fault), "{}: {reason}", case.name);
            }
            (Ok(events), None) => {
                assert!(events.contains(&Event::Transmit(1)), "{}: {events:?}", case.name);
                let raised = events.iter().find_map(|event| match event {
                    Event::ParserError(name) => Some(name.as_str()),
                    _ => None,
                });
                assert_eq!(raised, case.parser_error, "{}: {events:?}", case.name);
            }
            (ended, fault) => return Err(format!("{}: {ended:?} instead of {fault:?}", case.name).into()),
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "{}: {:?}", case.name, begun.elapsed());
    }
    Ok(())
}
