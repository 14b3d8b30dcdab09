//! The executor against the engine on random programs with what programs do beside matching and computing: stacks, clones,
//! another round through ingress, truncation, counters, jumps. What outlives a packet is left out: the executor knows no
//! values of it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Packet, PrimitiveKind, Program};
use hyper4_suite::Error;
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_symbolic::{Subject, outputs};

use crate::random::Random;
use crate::random_programs::setting;
use crate::{commands, features, packets, programs};

/// Programs unless `HYPER4_PROGRAMS` says another number; `HYPER4_SEED` is the seed of the first, or 1.
const PROGRAMS: u64 = 150;
const PACKETS: usize = 30;

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    programs: usize,
    packets: usize,
    outputs: usize,
    killed: usize,
    /// Packets whose fate depends on something undefined, or for which the executor doesn't tell.
    left_out: usize,
}

#[test]
fn it_does_with_rich_programs_what_the_engine_does() -> Result<(), Error> {
    let first = setting("HYPER4_SEED", 1);
    let mut compared = Compared::default();
    let mut reasons = BTreeMap::new();
    for seed in first..first + setting("HYPER4_PROGRAMS", PROGRAMS) {
        compare(seed, &mut compared, &mut reasons)?;
    }
    println!("seed {first}: {compared:?}, {reasons:?}");
    assert!(2 * compared.packets > compared.left_out && compared.outputs > compared.programs, "{compared:?}");
    Ok(())
}

fn made(random: &mut Random) -> Program {
    let mut program = programs::program(random);
    features::enrich(&mut program, random);
    features::forget(&mut program);
    for primitive in program.actions.iter_mut().flat_map(|action| &mut action.primitives) {
        if matches!(primitive.kind, PrimitiveKind::Random { .. }) {
            primitive.kind = PrimitiveKind::NoOp;
        }
    }
    program
}

fn compare(seed: u64, compared: &mut Compared, reasons: &mut BTreeMap<String, usize>) -> Result<(), Error> {
    let mut random = Random::new(seed);
    let program = Arc::new(made(&mut random));
    let mut engine = Engine::new();
    match engine.load(Arc::clone(&program)) {
        Err(SwitchError::Unsupported { .. }) => return Ok(()),
        other => other?,
    }
    let mut subject = Subject::new(Arc::clone(&program))?;
    let told = commands::commands(&program, &mut random).into_iter();
    for command in told.chain(features::commands(&program, &mut random)) {
        match (engine.control(&command), subject.apply(&command)) {
            (Ok(_), Ok(_)) | (Err(_), Err(_)) => {}
            (Ok(_), Err(error)) => {
                *reasons.entry(shortened(&error.to_string())).or_default() += 1;
                return Ok(());
            }
            (Err(error), Ok(_)) => return Err(format!("seed {seed}: {command}: {error}").into()),
        }
    }
    compared.programs += 1;
    for _ in 0..PACKETS {
        let packet = Packet { port: 1, bytes: packets::packet(&program, &mut random) };
        let packets = std::slice::from_ref(&packet);
        let batch = match engine.inject(packets, Tracing::Off) {
            Ok(batch) => batch,
            Err(SwitchError::Failed(_)) => {
                compared.killed += 1;
                continue;
            }
            Err(other) => return Err(other.into()),
        };
        match outputs(&subject, packets) {
            Ok(outputs) => {
                assert_eq!(outputs, batch.outputs, "seed {seed}: {packet:?}");
                compared.packets += 1;
                compared.outputs += outputs.len();
            }
            Err(error) => {
                compared.left_out += 1;
                *reasons.entry(shortened(&error.reason)).or_default() += 1;
            }
        }
    }
    Ok(())
}

/// A reason without its numbers.
fn shortened(reason: &str) -> String {
    reason.chars().filter(|c| !c.is_ascii_digit()).take(70).collect()
}
