//! The executor against the engine on random programs with what programs do beside matching and computing: stacks, unions,
//! varbits, value sets, profiles, clones, another round through ingress, truncation, counters, jumps. What outlives a
//! packet is left out: the executor knows no values of it.

use std::sync::Arc;

use hyper4_ir::{Command, Program};
use hyper4_suite::Error;

use crate::random::Random;
use crate::random_programs::{Compared, compare, setting};
use crate::{commands, features, kinds, programs};

/// Programs unless `HYPER4_PROGRAMS` says another number; `HYPER4_SEED` is the seed of the first, or 1.
const PROGRAMS: u64 = 150;
const PACKETS: usize = 30;
/// Seeds on which the executor was wrong: a varbit stays as wide as it was when its header is made valid; a clone's parser
/// sees the port by which the packet first came in, however often that came in again.
const FOUND: [u64; 3] = [11, 201_161, 205_079];

#[test]
fn it_does_with_rich_programs_what_the_engine_does() -> Result<(), Error> {
    let first = setting("HYPER4_SEED", 1);
    let mut compared = Compared::default();
    for seed in FOUND.into_iter().chain(first..first + setting("HYPER4_PROGRAMS", PROGRAMS)) {
        let mut random = Random::new(seed);
        let program = Arc::new(made(seed, &mut random));
        compare(seed, (&program, PACKETS), |random| told(&program, random), &mut random, &mut compared)?;
    }
    println!("seed {first}: {compared:?}");
    assert!(2 * compared.packets > compared.left_out && compared.outputs > compared.programs, "{compared:?}");
    assert!(
        compared.packets > 100 * compared.undefined && compared.programs > 2 * compared.given_up,
        "{compared:?}"
    );
    Ok(())
}

fn made(seed: u64, random: &mut Random) -> Program {
    let mut program = programs::program(random);
    if !seed.is_multiple_of(3) {
        features::enrich(&mut program, random);
    }
    if !seed.is_multiple_of(2) {
        kinds::enrich(&mut program, random);
    }
    features::forget(&mut program);
    program
}

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
