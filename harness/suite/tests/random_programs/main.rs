//! Random programs of the IR, with random entries and packets: the engine against a real simple_switch, which loads the
//! JSON that the IR writes. Replies, outputs and traces are compared.

#![allow(
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a generator that is wrong about its own program shall fail where it is"
)]

mod commands;
mod features;
mod kinds;
mod packets;
mod programs;
mod random;
mod volume;

use std::sync::Arc;

use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions, find_simple_switch};
use hyper4_engine::Engine;
use hyper4_ir::{
    Command, Event, Expr, FieldRef, Output, Packet, ParserOp, PipelineKind, Place, PrimitiveKind, Program,
    TableOutcome,
};
use hyper4_switch::{Switch, SwitchError, Tracing};
use random::Random;

/// Programs that are run unless `HYPER4_PROGRAMS` says another number; `HYPER4_SEED` is the seed of the first, or 1.
const PROGRAMS: u64 = 40;
const PACKETS: usize = 40;

/// What was compared.
#[derive(Default)]
struct Compared {
    programs: usize,
    handles: usize,
    refusals: usize,
    outputs: usize,
    hits: usize,
    deaths: usize,
    /// Packets that something undefined was observed of.
    undefined: usize,
    /// Programs with a command that the driver doesn't know.
    unsaid: usize,
}

#[test]
fn engine_and_simple_switch_agree_on_random_programs() -> Result<(), Box<dyn std::error::Error>> {
    if find_simple_switch().is_none() {
        println!("skipped: there is no simple_switch");
        return Ok(());
    }
    let first = std::env::var("HYPER4_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(1);
    println!("seed {first}");
    let mut compared = Compared::default();
    let count =
        std::env::var("HYPER4_PROGRAMS").ok().and_then(|count| count.parse().ok()).unwrap_or(PROGRAMS);
    for seed in first..first + count {
        compare(seed, &mut compared)?;
    }
    let Compared { programs, handles, refusals, outputs, hits, deaths, undefined, unsaid } = compared;
    println!(
        "{programs} programs, {handles} entries, {refusals} refused commands, {outputs} outputs, {hits} hits, {deaths} deaths, {undefined} packets undefined, {unsaid} \
         with commands that can't be said"
    );
    assert!(
        programs > 0
            && handles > 10 * programs
            && refusals > 0
            && outputs > 10 * programs
            && hits > 5 * programs
    );
    Ok(())
}

/// A program; with `HYPER4_FEATURES` set only each fourth one does no more than matching and computing.
fn made(seed: u64, random: &mut Random) -> Program {
    let mut program = programs::program(random);
    if std::env::var_os("HYPER4_FEATURES").is_none() {
        return program;
    }
    if seed.is_multiple_of(2) {
        features::enrich(&mut program, random);
    }
    if matches!(seed % 4, 1 | 2) {
        kinds::enrich(&mut program, random);
    }
    if volume::mixes(&program) {
        features::forget(&mut program);
    }
    define(&mut program);
    program
}

/// Where packets are copied at the end of ingress, let the parser begin with metadata of its own: simple_switch parses
/// copies with what another packet left there. (It doesn't hold for the switch's own metadata.)
fn define(program: &mut Program) {
    let copies =
        |kind: &PrimitiveKind| matches!(kind, PrimitiveKind::Clone { pipeline: PipelineKind::Ingress, .. });
    let mut primitives = program.actions.iter().flat_map(|action| &action.primitives);
    if !primitives.any(|primitive| copies(&primitive.kind)) {
        return;
    }
    let fields = program.header_type(programs::META).map_or(0, |metadata| metadata.fields.len() as u32);
    let zero = |field| ParserOp::Set {
        place: Place::Field(FieldRef { header: programs::META, field }),
        value: Expr::Const(0.into()),
    };
    if let Some(start) = program.parser.states.first_mut() {
        start.ops.splice(0..0, (0..fields).map(zero));
    }
}

/// The commands for it.
fn told(program: &Program, random: &mut Random) -> Vec<Command> {
    let mut told = commands::commands(program, random);
    if !program.header_stacks.is_empty() {
        told.extend(features::commands(program, random));
    }
    if kinds::are_in(program) {
        told.extend(kinds::commands(program, random));
    }
    told
}

fn compare(seed: u64, compared: &mut Compared) -> Result<(), Box<dyn std::error::Error>> {
    let mut random = Random::new(seed);
    let program = made(seed, &mut random);
    program.validate()?;
    let again = Program::from_json(&program.to_json().to_string())?;
    if again != program {
        let (ours, theirs) = (format!("{program:#?}"), format!("{again:#?}"));
        let line = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
        panic!("seed {seed}: JSON changes the program: {line:?}");
    }
    let program = Arc::new(program);
    let mut engine = Engine::new();
    match engine.load(program.clone()) {
        Err(SwitchError::Unsupported { .. }) => return Ok(()),
        other => other?,
    }
    let mut real = SimpleSwitch::new(SimpleSwitchOptions::default())?;
    real.load(program.clone())?;
    for command in told(&program, &mut random) {
        match (engine.control(&command), real.control(&command)) {
            (Ok(ours), Ok(theirs)) => {
                assert_eq!(ours, theirs, "seed {seed}: {command}");
                compared.handles += 1;
            }
            (Err(SwitchError::Control(_)), Err(SwitchError::Control(_))) => compared.refusals += 1,
            // What can't be said to the real switch can't be compared.
            (Ok(_), Err(SwitchError::Unsupported { .. })) => {
                compared.unsaid += 1;
                return Ok(());
            }
            (ours, theirs) => panic!("seed {seed}: {command}\n  engine {ours:?}\n  real   {theirs:?}"),
        }
    }
    let packets: Vec<Packet> =
        (0..PACKETS).map(|_| Packet { port: 1, bytes: packets::packet(&program, &mut random) }).collect();
    let (ours, theirs) = match (engine.inject(&packets, Tracing::On), real.inject(&packets, Tracing::On)) {
        (Ok(ours), Ok(theirs)) => (ours, theirs),
        // What kills the one stops the other.
        (Err(SwitchError::Failed(_)), Err(SwitchError::Failed(_))) => {
            compared.deaths += 1;
            return Ok(());
        }
        (ours, theirs) => {
            let end = |result: Result<_, SwitchError>| result.err().map(|error| error.to_string());
            panic!("seed {seed}: engine {:?}, real {:?}", end(ours), end(theirs))
        }
    };
    for (index, packet) in packets.iter().enumerate() {
        if ours.undefined.iter().any(|undefined| undefined.cause == index) {
            compared.undefined += 1;
            // What it has left in registers is undefined too.
            if !program.registers.is_empty() {
                compared.programs += 1;
                return Ok(());
            }
            continue;
        }
        let of = |batch: &hyper4_ir::Batch| -> Vec<_> {
            let mut all: Vec<_> =
                batch.outputs.iter().filter(|output| output.cause == Some(index)).cloned().collect();
            // Between ports a real switch has no order.
            all.sort_by_key(|output| output.port);
            all
        };
        if volume::mixes(&program) {
            let sorted = |mut all: Vec<Output>| {
                all.sort_by(|a, b| (a.port, &a.bytes).cmp(&(b.port, &b.bytes)));
                all
            };
            assert_eq!(sorted(of(&ours)), sorted(of(&theirs)), "seed {seed}: outputs of packet {index}");
            continue;
        }
        let traces = (ours.traces.get(index), theirs.traces.get(index));
        assert_eq!(traces.0, traces.1, "seed {seed}: trace of packet {index}, {packet:?}");
        assert_eq!(of(&ours), of(&theirs), "seed {seed}: outputs of packet {index}, {packet:?}");
    }
    for command in features::state(&program).into_iter().chain(kinds::state(&program)) {
        let (ours, theirs) = (engine.control(&command).ok(), real.control(&command).ok());
        assert_eq!(ours, theirs, "seed {seed}: {command}");
    }
    let events = ours.traces.iter().flat_map(|trace| &trace.packets).flat_map(|packet| &packet.events);
    let hit = |event: &&Event| matches!(event, Event::Table { outcome: TableOutcome::Hit(_), .. });
    compared.hits += events.filter(hit).count();
    compared.outputs += ours.outputs.len();
    compared.programs += 1;
    Ok(())
}
