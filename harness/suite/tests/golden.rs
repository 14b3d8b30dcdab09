//! What a real simple_switch did, once and for all: the engine must do the same, and so must the guests on a persona.

use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Command, Event, Output, Program, Trace};
use hyper4_persona::generate;
use hyper4_suite::{Error, Golden, RECORDED_GUESTS, composition, guest, persona, root};
use hyper4_switch::{Switch, Tracing};
use hyper4_virtual::{VirtualNetwork, VirtualSwitch};

/// Run the packets and compare outputs, and traces where there are any.
fn compare(
    what: &str,
    switch: &mut dyn Switch,
    golden: &Golden,
    traces: Option<&[Trace]>,
) -> Result<(), Error> {
    let batch = switch.inject(&golden.packets, Tracing::On)?;
    assert!(golden.packets.len() > 1000, "{what}: only {} packets", golden.packets.len());
    same_outputs(what, golden, &batch.outputs);
    assert_eq!(batch.traces.len(), golden.packets.len(), "{what}");
    if let Some(traces) = traces {
        for (i, (expected, actual)) in traces.iter().zip(&batch.traces).enumerate() {
            assert_eq!(expected, actual, "{what}: trace of packet {i}");
        }
    }
    Ok(())
}

fn same_outputs(what: &str, golden: &Golden, outputs: &[Output]) {
    for (expected, actual) in golden.outputs.iter().zip(outputs) {
        let packet = expected.cause.and_then(|c| golden.packets.get(c));
        assert_eq!(expected, actual, "{what}: first output that differs, of {packet:?}");
    }
    assert_eq!(golden.outputs.len(), outputs.len(), "{what}");
}

fn load(switch: &mut dyn Switch, program: &Arc<Program>, commands: &[Command]) -> Result<(), Error> {
    switch.load(Arc::clone(program))?;
    for command in commands {
        switch.control(command)?;
    }
    Ok(())
}

fn virtual_switch() -> Result<VirtualSwitch, Error> {
    let persona = persona()?;
    Ok(VirtualSwitch::new(Box::new(|| Ok(Box::new(Engine::new()))), persona.program, persona.layout))
}

/// p4c's JSON on the engine: outputs and traces are the real switch's.
#[test]
fn engine_runs_p4c_json_as_the_real_switch() -> Result<(), Error> {
    for name in RECORDED_GUESTS {
        let golden = Golden::load(name, &guest(name)?.program)?;
        let program = Arc::new(Program::from_json(&golden.p4c_json()?)?);
        let mut engine = Engine::new();
        load(&mut engine, &program, &golden.commands(&program)?)?;
        compare(name, &mut engine, &golden, Some(&golden.traces()?))?;
    }
    Ok(())
}

/// The own front end's program on the engine.
#[test]
fn engine_runs_own_programs_as_the_real_switch() -> Result<(), Error> {
    for name in RECORDED_GUESTS {
        let guest = guest(name)?;
        let golden = Golden::load(name, &guest.program)?;
        let mut engine = Engine::new();
        load(&mut engine, &guest.program, &guest.commands)?;
        compare(name, &mut engine, &golden, None)?;
    }
    Ok(())
}

/// p4c's JSON as a guest: outputs and traces, in the guest's terms, are the real switch's.
#[test]
fn guests_from_p4c_do_what_the_real_switch_did() -> Result<(), Error> {
    for name in RECORDED_GUESTS {
        let golden = Golden::load(name, &guest(name)?.program)?;
        let program = Arc::new(Program::from_json(&golden.p4c_json()?)?);
        let mut switch = virtual_switch()?;
        load(&mut switch, &program, &golden.commands(&program)?)?;
        compare(name, &mut switch, &golden, Some(&golden.traces()?))?;
    }
    Ok(())
}

/// The own front end's program as a guest. One persona runs them all, one after another and again: nothing is left of
/// the ones before.
#[test]
fn guests_do_what_the_real_switch_did() -> Result<(), Error> {
    let mut switch = virtual_switch()?;
    for name in RECORDED_GUESTS.into_iter().chain(RECORDED_GUESTS) {
        let guest = guest(name)?;
        let golden = Golden::load(name, &guest.program)?;
        load(&mut switch, &guest.program, &guest.commands)?;
        compare(name, &mut switch, &golden, None)?;
    }
    Ok(())
}

/// The chain in one pass of the persona does what three real switches joined by links did.
#[test]
fn chain_does_what_three_real_switches_did() -> Result<(), Error> {
    let name = "arp_firewall_router";
    let chain = composition(name)?;
    let any = chain.guests.values().next().ok_or("an empty chain")?;
    let golden = Golden::load(name, &any.program)?;
    let persona = persona()?;
    let mut network = VirtualNetwork::new(Box::new(Engine::new()), persona.program, persona.layout)?;
    let programs = chain.guests.iter().map(|(n, g)| (n.clone(), Arc::clone(&g.program))).collect();
    network.add_slice("tenant", hyper4_dpmu::Lease::everything(), &programs, chain.wiring)?;
    for (device, guest) in &chain.guests {
        for command in &guest.commands {
            network.control("tenant", device, command)?;
        }
    }
    let batch = network.inject(&golden.packets, Tracing::On)?;
    same_outputs(name, &golden, &batch.outputs);
    assert!(!golden.outputs.is_empty());
    Ok(())
}

/// The persona itself, with its guests' rows: the engine runs our compilation of it as the real switch runs p4c's.
#[test]
fn engine_runs_the_persona_as_the_real_switch() -> Result<(), Error> {
    let persona = persona()?;
    let recorded = std::fs::read_to_string(root().join("corpus/golden/persona/persona.p4"))?;
    if recorded != generate(&persona.layout) {
        eprintln!("skipped: the persona is another one since `ci/golden-persona` recorded it");
        return Ok(());
    }
    for name in RECORDED_GUESTS {
        let golden = Golden::load(&format!("persona/{name}"), &persona.program)?;
        let mut engine = Engine::new();
        load(&mut engine, &persona.program, &golden.commands(&persona.program)?)?;
        let batch = engine.inject(&golden.packets, Tracing::On)?;
        assert!(golden.packets.len() >= 40, "{name}: only {} packets", golden.packets.len());
        same_outputs(name, &golden, &batch.outputs);
        let traces = golden.traces()?;
        assert_eq!(traces.len(), batch.traces.len(), "{name}");
        for (i, (expected, actual)) in traces.iter().zip(&batch.traces).enumerate() {
            let (expected, actual) = (named(expected), named(actual));
            assert!(expected.len() > 3, "{name}: packet {i} met only {expected:?}");
            assert_eq!(expected, actual, "{name}: trace of packet {i}");
        }
    }
    Ok(())
}

/// The events whose names stand in the source. What p4c and the own front end make up (joined parse states, tables for
/// straight-line code, numbers of conditions) is called differently.
fn named(trace: &Trace) -> Vec<&Event> {
    let of_source = |name: &str| name.starts_with("Persona") && name.contains('.');
    let events = trace.packets.iter().flat_map(|p| &p.events);
    events
        .filter(|event| match event {
            Event::Table { name, .. } | Event::Action { name, .. } => of_source(name),
            Event::ParseState(_) | Event::Condition { .. } => false,
            _ => true,
        })
        .collect()
}
