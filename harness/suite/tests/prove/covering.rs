//! Packets that the executor finds for the paths of random programs do on the engine what it says of them.

use std::sync::Arc;
use std::time::Duration;

use hyper4_engine::Engine;
use hyper4_ir::{Event, Output, Program, TableOutcome, Trace};
use hyper4_suite::Error;
use hyper4_switch::{Switch, Tracing};
use hyper4_symbolic::{CoverOptions, Goal, GoalStatus, cover};

use crate::random::Random;
use crate::random_programs::{both, setting, tamed};
use crate::{commands, programs};

/// Programs unless `HYPER4_PROGRAMS` says another number; `HYPER4_SEED` is the seed of the first, or 1.
const PROGRAMS: u64 = 60;
/// Paths of a program that get a packet.
const PATHS: usize = 60;

/// What was compared.
#[derive(Debug, Default)]
struct Compared {
    packets: usize,
    outputs: usize,
    goals: usize,
    /// Programs that the executor refuses, and packets whose fate it doesn't tell.
    left_out: usize,
    /// Packets that a switch doesn't survive.
    killed: usize,
}

#[test]
fn packets_for_paths_do_on_the_engine_what_is_said_of_them() -> Result<(), Error> {
    let first = setting("HYPER4_SEED", 1);
    let mut compared = Compared::default();
    for seed in first..first + setting("HYPER4_PROGRAMS", PROGRAMS) {
        compare(seed, &mut compared)?;
    }
    println!("seed {first}: {compared:?}");
    assert!(compared.packets > 10 * compared.left_out && compared.outputs > 300, "{compared:?}");
    assert!(compared.goals > 5 * compared.packets, "{compared:?}");
    Ok(())
}

fn compare(seed: u64, compared: &mut Compared) -> Result<(), Error> {
    let mut random = Random::new(seed);
    let program = Arc::new(tamed(programs::program(&mut random)));
    if Engine::new().load(Arc::clone(&program)).is_err() {
        return Ok(());
    }
    let (mut engine, subject) = both(&program, &commands::commands(&program, &mut random))?;
    let options = CoverOptions {
        window: 64,
        longest: 100,
        query_timeout: Duration::from_secs(2),
        time: Duration::from_secs(20),
        paths: Some(PATHS),
        seed,
        ..CoverOptions::default()
    };
    let covering = match cover(&subject, &options) {
        Ok(covering) => covering,
        Err(error) => {
            println!("seed {seed}: {error}");
            compared.left_out += 1;
            return Ok(());
        }
    };
    for one in &covering.packets {
        let Ok(batch) = engine.inject(std::slice::from_ref(&one.packet), Tracing::On) else {
            compared.killed += 1;
            continue;
        };
        compared.packets += 1;
        match &one.outputs {
            Some(outputs) => {
                assert_eq!(sent(outputs), sent(&batch.outputs), "seed {seed}: {:?}", one.packet);
                compared.outputs += outputs.len();
            }
            None => compared.left_out += 1,
        }
        let trace = batch.traces.first().ok_or("no trace")?;
        for (goal, _) in one.goals.iter().filter_map(|goal| covering.goals.get(*goal)) {
            assert!(met(&program, trace, goal), "seed {seed}: {:?}: {}", one.packet, goal.describe(&program));
            compared.goals += 1;
        }
        // What is said to be out of reach of all packets is so of this one.
        for (goal, status) in &covering.goals {
            let out_of_reach = matches!(status, GoalStatus::Infeasible | GoalStatus::NeedsEntry(_));
            let case = matches!(goal, Goal::Case { .. });
            let goal_met = out_of_reach && !case && met(&program, trace, goal);
            assert!(!goal_met, "seed {seed}: {:?}: {}", one.packet, goal.describe(&program));
        }
    }
    Ok(())
}

fn sent(outputs: &[Output]) -> Vec<(u16, &[u8])> {
    outputs.iter().map(|output| (output.port, output.bytes.as_slice())).collect()
}

/// Whether a trace tells of a goal; of a select case it tells only that the state was entered.
fn met(program: &Program, trace: &Trace, goal: &Goal) -> bool {
    let events: Vec<&Event> = trace.packets.iter().flat_map(|packet| &packet.events).collect();
    let table = |id: &hyper4_ir::TableId| program.tables.get(id.index()).map_or("", |table| &table.name);
    let applied = |wanted: &str, outcome: TableOutcome| {
        events.iter().any(
            |event| matches!(event, Event::Table { name, outcome: found } if name == wanted && *found == outcome),
        )
    };
    match goal {
        Goal::Entry { table: id, handle } => applied(table(id), TableOutcome::Hit(*handle)),
        Goal::Miss { table: id } => applied(table(id), TableOutcome::Miss),
        Goal::Action { table: id, action } => {
            let action = program.actions.get(action.index()).map_or("", |action| &action.name);
            events.windows(2).any(|pair| match pair {
                [Event::Table { name, .. }, Event::Action { name: ran, .. }] => {
                    name == table(id) && ran == action
                }
                _ => false,
            })
        }
        Goal::Branch { condition, holds } => {
            let wanted = program.conditionals.get(condition.index()).map_or("", |condition| &condition.name);
            events.iter().any(
                |event| matches!(event, Event::Condition { name, value } if name == wanted && value == holds),
            )
        }
        Goal::Case { state, .. } => {
            let wanted = program.parser.states.get(state.index()).map_or("", |state| &state.name);
            events.iter().any(|event| matches!(event, Event::ParseState(name) if name == wanted))
        }
    }
}
