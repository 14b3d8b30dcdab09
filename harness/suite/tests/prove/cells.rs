//! Bounds of a tenant's cells that are off by one: refuted by the induction, and a packet shows it on the engine.

use std::path::Path;

use hyper4_bits::Bits;
use hyper4_engine::Engine;
use hyper4_ir::{Command, CounterCommand, Packet, RegisterCommand, Reply};
use hyper4_suite::{Error, Guest, persona, program};
use hyper4_switch::{Switch, Tracing};
use hyper4_symbolic::{Confinement, prove_confinement};

use crate::confinement::{beside, predicate};
use crate::sides::rows;

/// Cells that a tenant's row lets packets reach: whether of the counters, the first one and how many.
fn bounds(command: &Command) -> Option<(bool, u64, u64)> {
    let Command::TableAdd { table, action, arguments, .. } = command else { return None };
    match arguments.as_slice() {
        [first, count] if table.contains(".state_") => {
            Some((action.ends_with(".count"), first.to_u64()?, count.to_u64()?))
        }
        _ => None,
    }
}

/// Another first cell and number of cells, and the index by which a packet then reaches a cell of a neighbour's.
fn off_by_one(first: u64, count: u64) -> Vec<(u64, u64, u64)> {
    let mut faults = vec![(first, count + 1, count), (first + 1, count, count - 1)];
    faults.extend(first.checked_sub(1).map(|before| (before, count, 0)));
    faults
}

/// What the switch has in that cell.
fn cell(switch: &mut dyn Switch, counters: bool, index: u64) -> Result<Reply, Error> {
    let command = if counters {
        Command::Counter { counter: "counters".to_owned(), command: CounterCommand::Read { index } }
    } else {
        Command::Register { register: "registers".to_owned(), command: RegisterCommand::Read { index } }
    };
    Ok(switch.control(&command)?)
}

#[test]
fn bounds_that_are_off_by_one_are_refuted_and_packets_show_it() -> Result<(), Error> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/prove/cells.p4");
    let guest = Guest { program: program(&file)?, commands: Vec::new() };
    let (slices, claims) = beside(3, std::slice::from_ref(&guest));
    let right = rows(&slices, None)?;
    let persona = persona()?;
    let run = |commands: &[Command], packet: &Packet, counters: bool, index: u64| -> Result<bool, Error> {
        let mut engine = Engine::new();
        engine.load(persona.program.clone())?;
        commands.iter().try_for_each(|command| engine.control(command).map(|_| ()))?;
        let before = cell(&mut engine, counters, index)?;
        engine.inject(std::slice::from_ref(packet), Tracing::Off)?;
        Ok(cell(&mut engine, counters, index)? != before)
    };
    let (mut refuted, mut harmless) = (0, 0);
    for (number, command) in right.iter().enumerate() {
        let Some((counters, first, count)) = bounds(command) else { continue };
        for (wrong_first, wrong_count, index) in off_by_one(first, count) {
            let mut wrong = right.clone();
            let Some(Command::TableAdd { key, arguments, .. }) = wrong.get_mut(number) else { continue };
            *arguments = vec![Bits::from_u64(32, wrong_first), Bits::from_u64(32, wrong_count)];
            let device = key.first().and_then(|key| match key {
                hyper4_ir::MatchValue::Exact(device) => device.to_u64(),
                _ => None,
            });
            let device = device.ok_or("a row without a device ID")?;
            match prove_confinement(&persona.program, &wrong, &claims, &predicate()?) {
                Confinement::Refuted { what } => {
                    let reached = wrong_first + index;
                    assert!(what.contains(&format!("share cell {reached} of")), "{what}, not {reached}");
                    let port = u16::try_from(2 * device - 1)?;
                    let mut bytes = u32::try_from(index)?.to_be_bytes().to_vec();
                    bytes.extend([0x5a; 4]);
                    let packet = Packet { port, bytes };
                    assert!(run(&wrong, &packet, counters, reached)?, "{what}: {packet:?} changes nothing");
                    assert!(!run(&right, &packet, counters, reached)?, "{what}: without the fault too");
                    println!("{what}: {packet:?}");
                    refuted += 1;
                }
                // The first and the last tenant have a neighbour on one side only, and a tenant is its own neighbour.
                Confinement::Proved(_) => harmless += 1,
                unknown @ Confinement::Unknown { .. } => return Err(format!("{unknown:?}").into()),
            }
        }
    }
    println!("{refuted} refuted, {harmless} do no harm");
    assert!(refuted >= 10, "{refuted} refuted, {harmless} do no harm");
    Ok(())
}
