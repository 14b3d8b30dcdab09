//! Many packets through each program: outputs alone are compared, port by port, since a switch that gets its packets
//! from files as fast as it takes them doesn't tell causes, and its fastest build no traces.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper4_drivers::{Cores, SimpleSwitch, SimpleSwitchOptions, find_simple_switch};
use hyper4_engine::Engine;
use hyper4_ir::{Command, Output, Packet, PipelineKind, PrimitiveKind, Program, Undefined};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::random::Random;
use crate::{made, packets, told};

/// Programs, and packets for each; `HYPER4_VOLUME_PROGRAMS` and `HYPER4_VOLUME_PACKETS` say other numbers, and
/// `HYPER4_SEED` the seed of the first.
const PROGRAMS: u64 = 3;
const PACKETS: usize = 2_000;

/// Packets that are made and compared together: what the switch has taken in is in its memory.
const BATCH: usize = 100_000;
/// The same where packets go round, each with up to six copies: simple_switch loses those that come back when 1024 wait
/// (`InputBuffer`). A batch is a process of its own, so there are fewer of them.
const RETURNING_BATCH: usize = 150;
const RETURNING: usize = 1_500;

#[derive(Default)]
struct Compared {
    programs: usize,
    packets: usize,
    outputs: usize,
    deaths: usize,
    /// Programs whose only difference is something undefined.
    undefined: usize,
    seconds: f64,
}

#[test]
fn engine_and_simple_switch_agree_on_many_packets() -> Result<(), Box<dyn std::error::Error>> {
    let Some(switch) = fastest() else {
        println!("skipped: there is no simple_switch");
        return Ok(());
    };
    let number = |name: &str| std::env::var(name).ok().and_then(|text| text.parse().ok());
    let first = number("HYPER4_SEED").unwrap_or(1);
    let count = number("HYPER4_VOLUME_PROGRAMS").unwrap_or(PROGRAMS);
    let packets = number("HYPER4_VOLUME_PACKETS").map_or(PACKETS, |n| n as usize);
    println!("seed {first}, {}", switch.display());
    let mut compared = Compared::default();
    let mut differences = Vec::new();
    for seed in first..first + count {
        if let Err(difference) = compare(seed, packets, &switch, &mut compared)? {
            println!("{difference}");
            differences.push(difference);
        }
        let Compared { programs, packets, outputs, deaths, undefined, seconds } = &compared;
        println!(
            "{programs} programs, {packets} packets, {outputs} outputs, {deaths} deaths, {undefined} undefined, \
             {} differences, {seconds:.0} s",
            differences.len()
        );
    }
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert!(compared.programs > 0 && compared.outputs > 0);
    Ok(())
}

/// `simple_switch-fast` where there is one, a build without a log; else the one on `PATH`.
fn fastest() -> Option<PathBuf> {
    let usual = find_simple_switch()?;
    let fast = usual.with_file_name("simple_switch-fast");
    Some(if fast.exists() { fast } else { usual })
}

/// An inner error is a difference.
fn compare(
    seed: u64,
    count: usize,
    switch: &std::path::Path,
    compared: &mut Compared,
) -> Result<Result<(), String>, Box<dyn std::error::Error>> {
    let mut random = Random::new(seed);
    let program = Arc::new(made(seed, &mut random));
    let mut primitives = program.actions.iter().flat_map(|action| &action.primitives);
    let returns = primitives.any(|one| matches!(one.kind, PrimitiveKind::Recirculate { .. }));
    let (batch, count) = if returns { (RETURNING_BATCH, count.min(RETURNING)) } else { (BATCH, count) };
    let json = program.to_json().to_string();
    let mut engine = Engine::new();
    match engine.load(Arc::clone(&program)) {
        Err(SwitchError::Unsupported { .. }) => return Ok(Ok(())),
        other => other?,
    }
    let all = told(&program, &mut random);
    let good: Vec<Command> = all.into_iter().filter(|command| engine.control(command).is_ok()).collect();
    let options = SimpleSwitchOptions {
        program_path: Some(switch.to_owned()),
        // Machines have other things to do, too.
        patience: Duration::from_secs(60),
    };
    let begun = Instant::now();
    let mut left = count;
    while left > 0 {
        let packets: Vec<Packet> = (0..left.min(batch))
            .map(|_| Packet { port: 1, bytes: packets::packet(&program, &mut random) })
            .collect();
        left -= packets.len();
        // Each batch goes to a new process, so the engine begins anew too.
        engine.load(Arc::clone(&program))?;
        for command in &good {
            engine.control(command)?;
        }
        let ours = match engine.inject(&packets, Tracing::Off) {
            Ok(batch) => batch.outputs,
            Err(SwitchError::Failed(_)) => {
                compared.deaths += 1;
                return Ok(Ok(()));
            }
            Err(error) => return Err(error.into()),
        };
        // A capture can't tell apart what leaves before the first packet has, so nothing at all is no test.
        if ours.is_empty() {
            return Ok(Ok(()));
        }
        let real = SimpleSwitch::new(options.clone())?;
        let theirs = match real.replay(&program, &json, &good, &packets, &ours, Cores::All) {
            Ok(replayed) => replayed.outputs,
            // What can't be said to the real switch can't be compared.
            Err(SwitchError::Unsupported { .. }) => return Ok(Ok(())),
            Err(error) => {
                let text = format!("seed {seed}: the real switch: {error}");
                // More or fewer packets may leave, too.
                if let Some(what) = undefined(&program, &good, &packets, None)? {
                    println!("explained, as it reads what isn't defined ({what}): {text}");
                    compared.undefined += 1;
                    return Ok(Ok(()));
                }
                return Ok(Err(text));
            }
        };
        let (mut ours, mut theirs) = (by_port(&ours), by_port(&theirs));
        if mixes(&program) {
            ours.values_mut()
                .chain(theirs.values_mut())
                .for_each(|outputs| outputs.sort_by_key(|o| &o.bytes));
        }
        compared.outputs += ours.values().map(Vec::len).sum::<usize>();
        if let Some((cause, difference)) = difference(&ours, &theirs) {
            if let Some(what) = undefined(&program, &good, &packets, cause)? {
                println!("seed {seed}: explained, as it reads what isn't defined ({what}): {difference}");
                compared.undefined += 1;
                return Ok(Ok(()));
            }
            return Ok(Err(format!("seed {seed}: {difference}")));
        }
        compared.packets += packets.len();
    }
    compared.programs += 1;
    compared.seconds += begun.elapsed().as_secs_f64();
    Ok(Ok(()))
}

fn by_port(outputs: &[Output]) -> Ports<'_> {
    let mut ports = Ports::new();
    for output in outputs {
        ports.entry(output.port).or_default().push(output);
    }
    ports
}

/// Whether packets reach a port by different ways, so that it is left to the threads which comes first: copies made at
/// egress, and packets that go round.
pub(crate) fn mixes(program: &Program) -> bool {
    let primitives = program.actions.iter().flat_map(|action| &action.primitives);
    primitives.map(|primitive| &primitive.kind).any(|kind| {
        matches!(
            kind,
            PrimitiveKind::Clone { pipeline: PipelineKind::Egress, .. } | PrimitiveKind::Recirculate { .. }
        )
    })
}

type Ports<'a> = BTreeMap<u16, Vec<&'a Output>>;

/// What an undefined value reached, up to the packet that came out otherwise, and how many packets did so.
fn undefined(
    program: &Arc<Program>,
    commands: &[Command],
    packets: &[Packet],
    cause: Option<usize>,
) -> Result<Option<String>, SwitchError> {
    let mut engine = Engine::new();
    engine.track_undefined(true);
    engine.load(Arc::clone(program))?;
    for command in commands {
        engine.control(command)?;
    }
    let upto = cause.map_or(packets.len(), |cause| cause + 1);
    let batch = engine.inject(packets.get(..upto).unwrap_or(packets), Tracing::Off)?;
    let keeps = !program.registers.is_empty() || !program.meters.is_empty();
    let of_cause = |one: &&Undefined| keeps || cause.is_none_or(|cause| one.cause == cause);
    let reached: Vec<&Undefined> = batch.undefined.iter().filter(of_cause).collect();
    let told = |first: &&Undefined| {
        format!("{} of packet {}, one of {} such", first.reached, first.cause, reached.len())
    };
    Ok(reached.first().map(told))
}

/// The packet that caused the first difference, and what it is.
fn difference(ours: &Ports<'_>, theirs: &Ports<'_>) -> Option<(Option<usize>, String)> {
    for (port, outputs) in ours {
        let empty = Vec::new();
        let others = theirs.get(port).unwrap_or(&empty);
        for (index, (output, other)) in outputs.iter().zip(others).enumerate() {
            if output.bytes != other.bytes {
                let text = format!(
                    "output {index} of port {port}, caused by packet {:?}: {:02x?} and {:02x?}",
                    output.cause, output.bytes, other.bytes
                );
                return Some((output.cause, text));
            }
        }
        if outputs.len() != others.len() {
            let text = format!("port {port}: {} and {} outputs", outputs.len(), others.len());
            return Some((None, text));
        }
    }
    None
}
