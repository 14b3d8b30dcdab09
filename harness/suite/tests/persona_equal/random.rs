//! Random programs within what the compiler promises.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_persona::compile;
use hyper4_suite::{Error, persona};

use crate::compare;
use crate::draw::Draw;
use crate::programs;

/// Programs that are tried unless `HYPER4_PROGRAMS` says another number; `HYPER4_SEED` is the first one's, or 1.
const PROGRAMS: u64 = 150;
const PACKETS: usize = 60;

fn number(variable: &str, otherwise: u64) -> u64 {
    std::env::var(variable).ok().and_then(|text| text.parse().ok()).unwrap_or(otherwise)
}

#[test]
fn random_programs_are_the_same_on_a_persona() -> Result<(), Error> {
    let layout = persona()?.layout;
    let first = number("HYPER4_SEED", 1);
    let (mut compared, mut hits) = (0, 0);
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    for seed in first..first + number("HYPER4_PROGRAMS", PROGRAMS) {
        let mut draw = Draw(seed);
        let program = programs::program(&mut draw);
        program.validate()?;
        let program = Arc::new(program);
        if let Err(refusal) = compile(Arc::clone(&program), &layout) {
            *refused.entry(refusal.reason).or_default() += 1;
            continue;
        }
        let commands = draw.commands(&program);
        let packets: Vec<_> = (0..PACKETS).map(|_| programs::packet(&mut draw)).collect();
        hits += compare(&program, &format!("seed {seed}"), &commands, &packets)?;
        compared += 1;
    }
    let refusals: usize = refused.values().sum();
    println!("{compared} programs compared, {hits} hits, {refusals} refused: {refused:#?}");
    assert!(compared > refusals && hits > 10 * compared, "{compared} compared, {hits} hits: {refused:#?}");
    Ok(())
}
