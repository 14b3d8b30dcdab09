//! Programs that are longer than the persona: packets go through its ingress several times, and nobody sees it.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_gen::{Guest, PacketGenerator, PacketLimits};
use hyper4_persona::{PersonaConfig, compile};
use hyper4_suite::{Error, persona, persona_of, program};

use crate::draw::Draw;
use crate::features::{features, sessions};
use crate::{compare_on, programs};

const PROGRAMS: u64 = 150;
const PACKETS: usize = 60;
/// Tables that a program applies one after the other.
const STAGES: usize = 48;

#[test]
fn random_programs_are_the_same_in_several_passes() -> Result<(), Error> {
    let whole = persona()?.layout;
    let short = persona_of(PersonaConfig { ingress_slots: 5, ..PersonaConfig::default() })?;
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
                hits += compare_on(short.clone(), &program, &format!("seed {seed}"), &commands, &packets)?;
                compared += 1;
                landings += guest.landings().len();
            }
        }
    }
    println!("{compared} programs, {landings} landings, {hits} hits; {refused:#?}");
    assert!(
        compared > 40 && landings > compared && hits > 10 * compared,
        "{compared} compared: {refused:#?}"
    );
    Ok(())
}

/// Every feature that a persona of few slots still has room for.
#[test]
fn features_are_the_same_in_several_passes() -> Result<(), Error> {
    let (mut compared, mut refused) = (BTreeSet::new(), BTreeMap::new());
    for ingress_slots in [4, 6, 9] {
        let short = persona_of(PersonaConfig { ingress_slots, ..PersonaConfig::default() })?;
        for file in features()? {
            let program = program(&file)?;
            let name = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            match compile(Arc::clone(&program), &short.layout) {
                Err(refusal) => drop(refused.insert((name, ingress_slots), refusal.reason)),
                Ok(guest) if guest.landings().is_empty() => {}
                Ok(_) => {
                    let mut commands = Draw(1).commands(&program);
                    commands.extend(sessions(&program));
                    let guest = Guest { program: Arc::clone(&program), commands: commands.clone() };
                    let generator = PacketGenerator::new(1, &name, &[guest], &PacketLimits::default())?;
                    let packets: Vec<_> = (0..300).map(|i| generator.packet(i)).collect();
                    let what = format!("{name} in {ingress_slots} slots");
                    compare_on(short.clone(), &program, &what, &commands, &packets)?;
                    compared.insert(name);
                }
            }
        }
    }
    println!("in several passes: {compared:?}; refused: {refused:#?}");
    assert!(compared.len() >= 8, "{compared:?}, {refused:#?}");
    Ok(())
}

/// Tables and registers one after the other, more of them than any persona has slots.
fn long() -> String {
    let mut text = String::from(
        "#include <core.p4>\n#include <v1model.p4>\nheader h_t { bit<16> a; bit<16> b; bit<32> c; }
         struct headers_t { h_t h; }\nstruct meta_t { bit<16> seen; }
         parser P(packet_in p, out headers_t hdr, inout meta_t m, inout standard_metadata_t s) {
             state start { p.extract(hdr.h); transition accept; } }
         control V(inout headers_t hdr, inout meta_t m) { apply { } }
         control C(inout headers_t hdr, inout meta_t m) { apply { } }
         control E(inout headers_t hdr, inout meta_t m, inout standard_metadata_t s) {
             apply { if (hdr.h.isValid()) { hdr.h.c = hdr.h.c + 1; } } }
         control D(packet_out p, in headers_t hdr) { apply { p.emit(hdr.h); } }
         control I(inout headers_t hdr, inout meta_t m, inout standard_metadata_t s) {
             register<bit<32>>(4) sums;\n",
    );
    for stage in 0..STAGES {
        text.push_str(&format!(
            "action to{stage}(bit<16> b) {{ hdr.h.b = hdr.h.b ^ b; m.seen = m.seen + 1; }}
             table t{stage} {{ key = {{ hdr.h.b: ternary; }} actions = {{ to{stage}; }}
             default_action = to{stage}({stage}); }}\n"
        ));
    }
    text.push_str("apply { if (hdr.h.isValid()) {\n");
    for stage in 0..STAGES {
        text.push_str(&format!("t{stage}.apply();\n"));
        if stage == STAGES / 3 {
            text.push_str("if (hdr.h.b == 7) { exit; }\n");
        }
        if stage % 16 == 5 {
            text.push_str("sums.read(hdr.h.c, 1); sums.write(1, hdr.h.c + (bit<32>)hdr.h.b);\n");
        }
    }
    text + "hdr.h.a = m.seen; } s.egress_spec = 2; } }\nV1Switch(P(), V(), I(), E(), C(), D()) main;\n"
}

#[test]
fn a_program_of_many_tables_takes_several_passes() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("long.p4");
    std::fs::write(&file, long())?;
    let program = program(&file)?;
    let guest = compile(Arc::clone(&program), &persona()?.layout).map_err(|refusal| refusal.to_string())?;
    assert!((2..8).contains(&guest.landings().len()), "{:?}", guest.landings());
    let commands = Draw(1).commands(&program);
    let mut draw = Draw(2);
    let packets: Vec<_> = (0..40).map(|_| programs::packet(&mut draw)).collect();
    let hits = compare_on(persona()?, &program, "long", &commands, &packets)?;
    assert!(hits > 100, "{hits} hits");
    Ok(())
}
