//! `hyper4 bench`

mod control;
mod real;

use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use hyper4_bench::{
    BENCH_SCHEMA, BenchReport, Contender, Growth, Matching, Pace, Spread, SubjectSpeed, growth, growth_text,
    race, tables_per_packet,
};
use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions, logs, version};
use hyper4_engine::Engine;
use hyper4_gen::{PacketGenerator, PacketLimits};
use hyper4_ir::Packet;
use hyper4_report::ExitStatus;
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualNetwork;

use crate::args::{BenchArgs, Options, Plain};
use crate::deliver::deliver;
use crate::failure::Failure;
use crate::output::{print, print_json};
use crate::persona::Persona;
use crate::sides::{self, Switches};
use crate::subject::{Guest, Guests, Subject};
use crate::{frontend, persona, prove, run, subject, verify};
use real::{Replay, replays};

/// Packets that one call of a switch gets: as many as stay in the cache.
const BATCH: usize = 1024;
/// Packets whose tables are counted.
const TRACED: usize = 2_000;

/// Measure subjects.
pub(crate) fn bench(options: &Options, args: &BenchArgs) -> Result<ExitStatus, Failure> {
    if args.growth {
        return grow(options, args);
    }
    let paths = if args.subjects.is_empty() {
        subject::find(Path::new(verify::GUESTS))?
    } else {
        args.subjects.clone()
    };
    let subjects: Vec<Subject> = paths.iter().map(|p| subject::load(options, p)).collect::<Result<_, _>>()?;
    let persona = persona::load(options)?;
    if args.control {
        let (text, document) = control::bench(&persona, &subjects).map_err(run::failure)?;
        deliver(options, "bench-control.json", &document, || Ok(text))?;
        return Ok(ExitStatus::AsWished);
    }
    let real = SimpleSwitch::new(SimpleSwitchOptions {
        program_path: options.simple_switch.clone(),
        ..SimpleSwitchOptions::default()
    });
    if let (Some(_), Err(error)) = (&options.simple_switch, &real) {
        return Err(Failure::input(error.to_string()));
    }
    let real = real.ok();
    let mut report = BenchReport {
        schema: BENCH_SCHEMA.to_owned(),
        seed: options.seed,
        packet_bytes: args.bytes,
        threads: rayon::current_num_threads(),
        simple_switch: real.as_ref().and_then(|switch| version(switch.path()).ok()),
        simple_switch_logs: real.as_ref().and_then(|switch| logs(switch.path())),
        subjects: Vec::new(),
    };
    for subject in &subjects {
        let measured = measure(options, args, &persona, real.as_ref(), subject);
        report.subjects.push(measured.map_err(run::failure)?);
    }
    let document = serde_json::to_value(&report).map_err(|e| Failure::tool(e.to_string()))?;
    deliver(options, "bench.json", &document, || Ok(report.text()))?;
    Ok(ExitStatus::AsWished)
}

/// Measure tables of the engine as their entries grow.
fn grow(options: &Options, args: &BenchArgs) -> Result<ExitStatus, Failure> {
    let pace = Pace { turns: 3, turn: Duration::from_secs_f64(args.seconds / 12.0) };
    // Kept until the end: what one frees another would use, and seem to need no memory.
    let mut measured = Vec::new();
    let mut rows: Vec<Growth> = Vec::new();
    for (matching, sizes) in Matching::ALL {
        let program = Arc::new(frontend::compile_text(options, "growth.p4", &matching.program_text())?);
        for entries in sizes {
            let start = || {
                let mut engine = Engine::new();
                engine.load(Arc::clone(&program))?;
                Ok(Box::new(engine) as Box<dyn Switch>)
            };
            let (row, kept) = growth(matching, *entries, start, resident, pace).map_err(run::failure)?;
            rows.push(row);
            measured.push(kept);
        }
    }
    match options.plain() {
        Plain::Json => {
            let document = serde_json::to_value(&rows).map_err(|e| Failure::tool(e.to_string()))?;
            print_json(&document)?;
        }
        Plain::Term => print(&growth_text(&rows))?,
    }
    Ok(ExitStatus::AsWished)
}

/// Bytes of memory that this process has, where the system tells.
fn resident() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
    Some(kibibytes * 1024)
}

fn measure(
    options: &Options,
    args: &BenchArgs,
    persona: &Persona,
    real: Option<&SimpleSwitch>,
    subject: &Subject,
) -> Result<SubjectSpeed, SwitchError> {
    let packets = packets(options, args, subject)?;
    let mut speed = SubjectSpeed { name: subject.name.clone(), ..SubjectSpeed::default() };
    let mut native = sides::native(&Switches::Engine, &subject.guests)?;
    let traced = packets.get(..TRACED.min(packets.len())).unwrap_or_default();
    speed.native_tables_per_packet = tables_per_packet(&native.inject(traced, Tracing::On)?.traces);
    if let Guests::One(guest) = &subject.guests {
        speed.parallel_pps = Some(in_parallel(guest, &packets, args)?);
    }
    let mut network =
        VirtualNetwork::new(Box::new(Engine::new()), Arc::clone(&persona.program), persona.layout.clone())?;
    let placed = match prove::place(&mut network, &subject.guests) {
        Ok(()) => true,
        Err(SwitchError::Unsupported { construct, reason, .. }) => {
            speed.missing.push(format!("the persona can't carry it: {construct}: {reason}"));
            false
        }
        Err(error) => return Err(error),
    };
    let below = network.dpmu().switch();
    if placed {
        speed.virtual_tables_per_packet = tables_per_packet(&below.inject(traced, Tracing::On)?.traces);
    }
    let many: Vec<Packet> = packets.iter().cycle().take(args.real_packets).cloned().collect();
    let mut replays = real
        .map_or(Ok(Vec::new()), |real| replays(real, persona, subject, placed, &many, &mut speed.missing))?;

    // Turns of the engine, and between them those of the real one: what else the machine does strikes both.
    let rounds = if replays.is_empty() { 1 } else { args.real_turns };
    let pace = Pace::default();
    let turns = pace.turns.div_ceil(rounds as usize);
    let turn = Duration::from_secs_f64(args.seconds / (2.0 * f64::from(rounds) * turns as f64));
    let (mut natives, mut virtuals) = (Vec::new(), Vec::new());
    for _ in 0..rounds {
        let mut on_native = |packets: &[Packet]| in_batches(packets, |p| native.inject(p, Tracing::Off));
        let mut on_persona = |packets: &[Packet]| in_batches(packets, |p| below.inject(p, Tracing::Off));
        let mut contenders: Vec<Contender<'_>> = vec![&mut on_native];
        if placed {
            contenders.push(&mut on_persona);
        }
        let mut speeds = race(&mut contenders, &packets, Pace { turns, turn })?.into_iter();
        natives.extend(speeds.next().unwrap_or_default());
        virtuals.extend(speeds.next().unwrap_or_default());
        replays.iter_mut().try_for_each(Replay::run)?;
    }
    speed.spreads.native = Spread::of(natives);
    speed.spreads.virtually = Spread::of(virtuals);
    speed.native_pps = speed.spreads.native.map_or(0.0, |spread| spread.median);
    speed.virtual_pps = speed.spreads.virtually.map(|spread| spread.median);
    for replay in replays {
        let measured = replay.speed();
        let (pps, spread) = match replay.virtually {
            false => (&mut speed.bmv2_native_pps, &mut speed.spreads.bmv2_native),
            true => (&mut speed.bmv2_virtual_pps, &mut speed.spreads.bmv2_virtual),
        };
        (*pps, *spread) = (measured.map(|measured| measured.best()), measured);
    }
    Ok(speed)
}

/// Packets per second of a program on the engine with all threads.
fn in_parallel(guest: &Guest, packets: &[Packet], args: &BenchArgs) -> Result<f64, SwitchError> {
    let mut engine = Engine::new();
    engine.set_threads(rayon::current_num_threads());
    engine.load(Arc::clone(&guest.program))?;
    guest.commands.iter().try_for_each(|command| engine.control(command).map(|_| ()))?;
    let mut inject = |packets: &[Packet]| engine.inject(packets, Tracing::Off).map(|_| ());
    let pace = Pace { turn: Duration::from_secs_f64(args.seconds / 28.0), ..Pace::default() };
    let speeds = race(&mut [&mut inject], packets, pace)?.pop().unwrap_or_default();
    Ok(Spread::of(speeds).unwrap_or_default().median)
}

fn in_batches<T>(
    packets: &[Packet],
    mut inject: impl FnMut(&[Packet]) -> Result<T, SwitchError>,
) -> Result<(), SwitchError> {
    packets.chunks(BATCH).try_for_each(|packets| inject(packets).map(|_| ()))
}

/// Packets of one length, made from the subject's programs and entries.
fn packets(options: &Options, args: &BenchArgs, subject: &Subject) -> Result<Vec<Packet>, SwitchError> {
    let limits = PacketLimits { min_length: args.bytes, max_length: args.bytes, ..PacketLimits::default() };
    let (guests, limits) = verify::shapes(subject, limits);
    let generator = PacketGenerator::new(options.seed, &subject.name, &guests, &limits)
        .map_err(|e| SwitchError::Failed(e.to_string()))?;
    Ok((0..args.packets as u64).map(|i| generator.packet(i)).collect())
}
