//! Planted faults: what is planted follows from the seed, most are found, and nothing is counted twice.

use std::sync::Arc;

use hyper4_campaign::{CaseGenerator, CaseLimits};
use hyper4_gen::{Guest as Shape, PacketGenerator, PacketLimits};
use hyper4_ir::{Command, Program, Stimulus};
use hyper4_mutate::{Answer, Bench, Budget, Kind, Layer, Prover, Question, Score, Source, Subject};
use hyper4_suite::{Error, Golden, guest, persona};

/// Guests with what a real switch did, and random packets; and random programs.
fn bench(programs: u64) -> Result<Bench, Error> {
    let mut subjects = Vec::new();
    for name in ["l2_switch", "firewall"] {
        let guest = guest(name)?;
        let golden = Golden::load(name, &guest.program)?;
        let shape = Shape { program: Arc::clone(&guest.program), commands: guest.commands.clone() };
        let random = PacketGenerator::new(1, name, &[shape], &PacketLimits::default())?;
        let recorded =
            golden.packets.iter().cloned().map(|packet| (Source::Golden, Stimulus::Packet(packet)));
        let random = (0..600).map(|number| (Source::Generated, Stimulus::Packet(random.packet(number))));
        subjects.push(Subject {
            name: name.to_owned(),
            program: guest.program,
            commands: guest.commands,
            steps: recorded.chain(random).collect(),
            recorded: golden.outputs,
        });
    }
    let cases = CaseGenerator::new(1, CaseLimits::default());
    for index in 0..programs {
        let case = cases.case(index)?;
        let steps = case.stimulus.into_iter().map(|step| (Source::Generated, step)).collect();
        let (commands, recorded) = (Vec::new(), Vec::new());
        subjects.push(Subject { name: case.name, program: case.program, commands, steps, recorded });
    }
    let persona = persona()?;
    Ok(Bench::new(persona.program, persona.layout, subjects)?)
}

/// A prover that knows nothing.
struct Silent;

impl Prover for Silent {
    fn ask(&self, _: &Arc<Program>, _: &[Command], _: Question<'_>) -> Answer {
        Answer::Unknown("nobody asked".to_owned())
    }
}

/// What doesn't depend on how long it took.
fn timeless(score: Score) -> Score {
    Score { seconds: 0.0, ..score }
}

#[test]
fn a_smaller_budget_plants_the_first_faults() -> Result<(), Error> {
    let bench = bench(4)?;
    let budget = |mutants| Budget { mutants, time: None, proofs_count: true };
    let kinds: Vec<Kind> = Kind::all().into_iter().filter(|kind| kind.layer() != Layer::Persona).collect();
    let score = |mutants| timeless(bench.score(7, &kinds, budget(mutants), Some(&Silent), &|_, _| {}));
    let (few, many) = (score(40), score(80));
    assert_eq!(few, score(40));
    assert_eq!((few.planted, many.planted), (40, 80));
    let others = few.survived.iter().find(|one| !many.survived.contains(one));
    assert_eq!(others, None, "a larger budget plants others");
    let counted = |score: &Score| score.killed + score.equivalent + score.survived.len() as u64;
    assert_eq!((counted(&few), counted(&many)), (40, 80));
    assert_eq!(many.kinds.values().map(|tally| tally.planted).sum::<u64>(), 80);
    // Without proofs, what makes no difference counts against the checks, too.
    assert!(many.score > 50.0, "{} of {} are found", many.killed, many.planted);
    for oracle in ["golden", "generated", "traces", "replies", "tenants"] {
        let tally = many.oracles.get(oracle).ok_or(oracle)?;
        assert!(tally.asked > 0 && tally.killed > 0 && tally.alone <= tally.killed, "{oracle}: {tally:?}");
    }
    Ok(())
}

#[test]
fn every_kind_has_places_and_is_found_somewhere() -> Result<(), Error> {
    let bench = bench(12)?;
    let all = Kind::all();
    assert!(all.len() >= 40, "{}", all.len());
    let budget = Budget { mutants: 3 * all.len(), time: None, proofs_count: true };
    let score = bench.score(3, &all, budget, Some(&Silent), &|_, _| {});
    // No field of the persona's headers has a neighbour, and its tables are left by one way each.
    let nowhere = ["persona: wrong width", "persona: wrong next table"];
    let without: Vec<String> = all
        .iter()
        .map(ToString::to_string)
        .filter(|kind| !score.kinds.contains_key(kind) && !nowhere.contains(&kind.as_str()))
        .collect();
    assert!(without.is_empty(), "no place for {without:?}");
    let found = score.kinds.values().filter(|tally| tally.killed > 0).count();
    println!("{found} of {} kinds are found, {:.1} %", score.kinds.len(), score.score);
    assert!(found * 10 >= score.kinds.len() * 6, "{found} of {} kinds are found", score.kinds.len());
    Ok(())
}
