//! Programs with entries and packets drawn at random: native and on a persona they do the same, event by event.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod draw;
mod features;
mod passes;
mod profiles;
mod programs;
mod random;

use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Command, CounterCommand, Event, Packet, Program, RegisterCommand, TableOutcome};
use hyper4_suite::{Error, Persona, persona};
use hyper4_switch::{Switch, Tracing};
use hyper4_virtual::VirtualSwitch;

/// What tells the state that packets have changed.
fn reads(program: &Program) -> Vec<Command> {
    let registers = program.registers.iter().map(|register| Command::Register {
        register: register.name.clone(),
        command: RegisterCommand::ReadAll,
    });
    let cells = program.counters.iter().filter(|counter| counter.direct.is_none());
    let counters = cells.flat_map(|counter| {
        (0..counter.size.min(8)).map(|index| Command::Counter {
            counter: counter.name.clone(),
            command: CounterCommand::Read { index: index.into() },
        })
    });
    registers.chain(counters).collect()
}

/// How many table hits there were.
fn compare(
    program: &Arc<Program>,
    name: &str,
    commands: &[Command],
    packets: &[Packet],
) -> Result<usize, Error> {
    compare_on(persona()?, program, name, commands, packets)
}

/// As [`compare`], on another persona.
fn compare_on(
    persona: Persona,
    program: &Arc<Program>,
    name: &str,
    commands: &[Command],
    packets: &[Packet],
) -> Result<usize, Error> {
    let mut native = Engine::new();
    native.load(Arc::clone(program))?;
    let make_below = Box::new(|| Ok(Box::new(Engine::new()) as Box<dyn Switch + Send>));
    let mut virtual_switch = VirtualSwitch::new(make_below, persona.program, persona.layout);
    virtual_switch.load(Arc::clone(program))?;
    for command in commands {
        let (expected, actual) = (native.control(command), virtual_switch.control(command));
        assert_eq!(expected.ok(), actual.ok(), "{name}: {command:?}");
    }
    let expected = native.inject(packets, Tracing::On)?;
    let actual = virtual_switch.inject(packets, Tracing::On)?;
    assert_eq!(expected.traces.len(), packets.len(), "{name}");
    assert_eq!(actual.traces.len(), packets.len(), "{name}");
    for ((packet, expected), actual) in packets.iter().zip(&expected.traces).zip(&actual.traces) {
        assert_eq!(expected, actual, "{name}: trace of {packet:?}");
    }
    for (expected, actual) in expected.outputs.iter().zip(&actual.outputs) {
        let packet = expected.cause.and_then(|c| packets.get(c));
        assert_eq!(expected, actual, "{name}: output of {packet:?}");
    }
    assert_eq!(expected.outputs.len(), actual.outputs.len(), "{name}");
    assert_eq!(expected.digests, actual.digests, "{name}");
    assert!(program.learn_lists.is_empty() || !expected.digests.is_empty(), "{name} takes no samples");
    for command in reads(program) {
        let (expected, actual) = (native.control(&command), virtual_switch.control(&command));
        assert!(expected.is_ok(), "{name}: {expected:?}");
        assert_eq!(expected, actual, "{name}: {command}");
    }
    let hit = |e: &&Event| matches!(e, Event::Table { outcome: TableOutcome::Hit(_), .. });
    let events = expected.traces.iter().flat_map(|t| &t.packets).flat_map(|p| &p.events);
    Ok(events.filter(hit).count())
}
