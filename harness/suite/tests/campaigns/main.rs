//! Campaigns: the same cases however they are run, everything reached, faults found and made small, and what campaigns have
//! found stays mended.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod oracles;
mod planted;
mod regressions;

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::AtomicBool;

use hyper4_campaign::{
    Budget, Campaign, CampaignError, CampaignState, CaseLimits, Differential, Oracle, RoundTrip, Shard,
    SwitchPool, Tapped, reachable,
};
use hyper4_diff::Options;
use hyper4_engine::Engine;
use hyper4_gen::Feature;
use hyper4_suite::{Error, persona};
use hyper4_switch::Switch;
use hyper4_virtual::VirtualSwitch;

const SEED: u64 = 11;

/// Engines as they are.
fn engines() -> SwitchPool {
    SwitchPool::new(|| Ok(Box::new(Engine::new())))
}

/// Native and on the persona.
fn on_persona() -> Result<Differential, Error> {
    let persona = persona()?;
    let names = reachable(&persona.program);
    let virtual_switches = SwitchPool::tapped(move |tap| {
        let tap = tap.clone();
        let below =
            Box::new(move || Ok(Box::new(Tapped::new(Engine::new(), tap.clone())) as Box<dyn Switch + Send>));
        Ok(Box::new(VirtualSwitch::new(below, persona.program.clone(), persona.layout.clone())))
    });
    Ok(Differential::new("virtual", engines(), virtual_switches, Options::default()).reaching(names))
}

fn oracles() -> Result<Vec<Box<dyn Oracle>>, Error> {
    Ok(vec![Box::new(on_persona()?), Box::new(RoundTrip)])
}

/// Runs cases up to `cases` of a shard, going on where the folder's campaign is.
fn run(
    oracles: &[Box<dyn Oracle>],
    folder: &Path,
    shard: Shard,
    cases: u64,
) -> Result<CampaignState, CampaignError> {
    let names: Vec<String> = oracles.iter().map(|oracle| oracle.name().to_owned()).collect();
    let limits = CaseLimits { packets: 40, ..CaseLimits::default() };
    let new = CampaignState::new(SEED, shard, limits, names);
    let state = CampaignState::load(folder)?.unwrap_or(new);
    let campaign = Campaign { oracles, folder, stop: &AtomicBool::new(false), version: "a test" };
    campaign.run(state, Budget { cases: Some(cases), time: None }, &|_| {})
}

/// What doesn't depend on how it was run.
fn timeless(state: CampaignState) -> CampaignState {
    CampaignState { seconds: 0.0, ..state }
}

#[test]
fn shards_and_interruptions_make_no_difference() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let at = |name: &str| folder.path().join(name);
    let oracles = planted::oracles();
    let whole = timeless(run(&oracles, &at("whole"), Shard::default(), 150)?);
    assert_eq!(whole.cases, 150);
    assert!(!whole.findings.is_empty(), "nothing was found, so that nothing was shrunk or merged");

    run(&oracles, &at("parts"), Shard::default(), 70)?;
    let resumed = timeless(run(&oracles, &at("parts"), Shard::default(), 150)?);
    assert_eq!(resumed, whole);

    let count = 3;
    for index in 1..=count {
        run(&oracles, &at(&format!("shard{index}")), Shard { index, count }, 150)?;
    }
    let shards: Vec<_> = (1..=count).map(|index| at(&format!("shard{index}"))).collect();
    let merged = timeless(CampaignState::merge(&shards, &at("merged"))?);
    assert_eq!(merged, CampaignState { next: merged.next, ..whole });
    for finding in &merged.findings {
        for file in ["prog.p4", "stimulus.jsonl", "README.md", "finding.json"] {
            assert!(
                at("merged").join(&finding.folder).join(file).exists(),
                "{} has no {file}",
                finding.folder
            );
        }
    }
    // What doesn't belong together is refused, and nothing is written.
    assert!(matches!(
        CampaignState::merge(&[shards[0].clone(), shards[0].clone()], &at("twice")),
        Err(CampaignError::Twice(1))
    ));
    assert!(matches!(CampaignState::merge(&shards, &at("merged")), Err(CampaignError::Exists(_))));
    Ok(())
}

#[test]
fn native_and_virtual_agree_and_every_feature_is_reached() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let state = run(&oracles()?, folder.path(), Shard::default(), 320)?;
    let told: Vec<String> =
        state.findings.iter().map(|f| format!("case {}: {}", f.case, f.description)).collect();
    assert!(told.is_empty(), "seed {SEED}: {}", told.join("\n"));
    let compared = &state.tallies["virtual"];
    assert!(compared.agreed > 200 && compared.events > 100_000, "{compared:?}");
    assert_eq!(state.tallies["round-trip"].agreed, 320);
    let reached = |feature: &Feature| state.coverage.features.get(feature.name()).is_some_and(|n| *n > 2);
    let unreached: Vec<&Feature> = Feature::ALL.iter().filter(|feature| !reached(feature)).collect();
    assert!(unreached.is_empty(), "not reached: {unreached:?}");
    let unreached = not_reached(&state);
    let others: Vec<&String> = unreached.iter().filter(|name| !UNREACHED.contains(&name.as_str())).collect();
    assert!(others.is_empty(), "not reached: {others:?}");
    let constructs: BTreeMap<_, _> = state.coverage.constructs;
    let missing: Vec<&str> = CONSTRUCTS.into_iter().filter(|name| !constructs.contains_key(*name)).collect();
    assert!(missing.is_empty(), "not reached: {missing:?}; reached: {:?}", constructs.keys());
    Ok(())
}

/// What no case reaches; the tables of all slots are taken for one.
fn not_reached(state: &CampaignState) -> Vec<String> {
    let mut kinds: BTreeMap<String, u64> = BTreeMap::new();
    for (name, count) in &state.coverage.reached {
        let slotted = name.trim_end_matches(|c: char| c.is_ascii_digit());
        let kind = if slotted.ends_with('_') { slotted } else { name };
        *kinds.entry(kind.to_owned()).or_default() += count;
    }
    kinds.into_iter().filter(|(_, count)| *count == 0).map(|(name, _)| name).collect()
}

/// What a few hundred programs with every port for themselves may not reach of the persona.
const UNREACHED: [&str; 25] = [
    // Ports under other numbers, and what leads from one virtual device to the next: tenants and compositions have them.
    "persona PersonaIngress.enter_device_as",
    "persona PersonaIngress.forward",
    "persona PersonaIngress.transmit",
    "persona PersonaIngress.transmit_commit",
    "persona PersonaIngress.transmit_commit_move",
    // A guest before another leaves in a slot of its own; a port that isn't the slice's is lost.
    "persona PersonaIngress.leave_",
    "persona PersonaIngress.transmit_lost",
    // An egress that first asks whether the packet goes back to where it came from, as the L2 switch's does.
    "persona PersonaIngress.leave_back",
    "persona PersonaIngress.leave_onward",
    "persona PersonaEgress.enter_back",
    "persona PersonaEgress.enter_onward",
    "persona PersonaEgress.enter_done",
    "persona PersonaEgress.enter_as_commit",
    "persona PersonaEgress.enter_as_commit_move",
    "persona PersonaEgress.copy_as_commit",
    "persona PersonaEgress.copy_as_commit_move",
    // Egress that moves the packet's bytes as the first thing it does, of packets, replicas and clones.
    "persona PersonaIngress.transmit_same_commit_move",
    "persona PersonaEgress.enter_commit_move",
    "persona PersonaEgress.copy_commit_move",
    // What egress seldom does.
    "persona PersonaEgress.commit_crc16",
    "persona PersonaEgress.commit_shift_right",
    "persona PersonaEgress.discard",
    // Clones from egress.
    "persona PersonaEgress.mirror",
    "persona PersonaEgress.mirror_to",
    // A packet without a byte.
    "persona whole_of0",
];

/// Constructs of bmv2's JSON that cases are to have.
const CONSTRUCTS: [&str; 47] = [
    "algorithm crc16",
    "algorithm crc32",
    "algorithm csum16",
    "match exact",
    "match lpm",
    "match range",
    "match ternary",
    "op !=",
    "op &",
    "op *",
    "op +",
    "op -",
    "op <",
    "op <<",
    "op ==",
    "op >=",
    "op >>",
    "op ?",
    "op ^",
    "op add_header",
    "op advance",
    "op and",
    "op assign",
    "op assign_header",
    "op clone_ingress_pkt_to_egress",
    "op count",
    "op d2b",
    "op exit",
    "op extract",
    "op generate_digest",
    "op mark_to_drop",
    "op modify_field_with_hash_based_offset",
    "op not",
    "op or",
    "op pop",
    "op push",
    "op recirculate",
    "op register_read",
    "op register_write",
    "op remove_header",
    "op resubmit",
    "op sat_cast",
    "op truncate",
    "op two_comp_mod",
    "op usat_cast",
    "op verify",
    "op |",
];
