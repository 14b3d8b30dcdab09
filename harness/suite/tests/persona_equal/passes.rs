//! Programs that are longer than the persona: packets go through its ingress several times, and nobody sees it.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_persona::{PersonaConfig, compile};
use hyper4_suite::{Error, persona, persona_of};

use crate::draw::Draw;
use crate::{compare_on, programs};

const PROGRAMS: u64 = 150;
const PACKETS: usize = 60;

#[test]
fn random_programs_are_the_same_in_several_passes() -> Result<(), Error> {
    let whole = persona()?.layout;
    for ingress_slots in [5, 8] {
        let short = persona_of(PersonaConfig { ingress_slots, ..PersonaConfig::default() })?;
        let (mut compared, mut landings, mut hits) = (0, 0, 0);
        let mut refused: BTreeMap<String, usize> = BTreeMap::new();
        for seed in 1..=PROGRAMS {
            let mut draw = Draw(seed);
            let program = Arc::new(programs::program(&mut draw));
            if compile(Arc::clone(&program), &whole).is_err() {
                continue;
            }
            match compile(Arc::clone(&program), &short.layout) {
                Err(refusal) => *refused.entry(refusal.reason).or_default() += 1,
                // One pass is what the other tests are for.
                Ok(guest) if guest.landings().is_empty() => {}
                Ok(guest) => {
                    let commands = draw.commands(&program);
                    let packets: Vec<_> = (0..PACKETS).map(|_| programs::packet(&mut draw)).collect();
                    hits +=
                        compare_on(short.clone(), &program, &format!("seed {seed}"), &commands, &packets)?;
                    compared += 1;
                    landings += guest.landings().len();
                }
            }
        }
        println!(
            "{ingress_slots} slots: {compared} programs, {landings} landings, {hits} hits; {refused:#?}"
        );
        assert!(
            compared > 10 && landings > 2 * compared && hits > 10 * compared,
            "{ingress_slots} slots: {refused:#?}"
        );
    }
    Ok(())
}
