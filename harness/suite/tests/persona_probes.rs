//! corpus/probes on a persona: a program for each fact of what simple_switch does. Native and virtual do the same with
//! packets and commands between them, events and answers included, or the persona refuses the program.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Program, Stimulus, parse_commands, parse_stimulus};
use hyper4_suite::{Error, persona, root};
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualSwitch;

/// Probes whose state outside of packets, or whose answers, are what is looked at: these must run.
const MUST_RUN: [&str; 10] = [
    "clone_of_clone",
    "conditions_in_actions",
    "exit",
    "meters_without_rates",
    "recirculate",
    "recirculate_dropped",
    "registers",
    "resubmit",
    "truncate",
    "two_copies_of_a_resubmitted_clone",
];

fn probes() -> Result<Vec<PathBuf>, Error> {
    let folders = std::fs::read_dir(root().join("corpus/probes"))?;
    let mut probes: Vec<PathBuf> = folders.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    probes.retain(|path| path.is_dir());
    probes.sort();
    Ok(probes)
}

fn steps(program: &Program, folder: &Path) -> Result<Vec<Stimulus>, Error> {
    let mut steps = Vec::new();
    let commands = folder.join("commands.txt");
    if commands.exists() {
        let lines = parse_commands(program, &std::fs::read_to_string(commands)?)?;
        steps.extend(lines.into_iter().map(|line| Stimulus::Command(line.content)));
    }
    let lines = parse_stimulus(program, &std::fs::read_to_string(folder.join("stimulus.jsonl"))?)?;
    steps.extend(lines.into_iter().map(|line| line.content));
    Ok(steps)
}

/// What differs; `Err` with the reason when the persona refuses program or command.
fn compare(folder: &Path) -> Result<Result<Vec<String>, String>, Error> {
    let persona = persona()?;
    let program = Arc::new(Program::from_json(&std::fs::read_to_string(folder.join("prog.json"))?)?);
    let mut native = Engine::new();
    native.load(Arc::clone(&program))?;
    let below = Box::new(|| Ok(Box::new(Engine::new()) as Box<dyn Switch + Send>));
    let mut other = VirtualSwitch::new(below, persona.program, persona.layout);
    match other.load(Arc::clone(&program)) {
        Err(SwitchError::Unsupported { reason, .. }) => return Ok(Err(reason)),
        loaded => loaded?,
    }
    let (mut found, mut compared) = (Vec::new(), 0);
    for (number, step) in steps(&program, folder)?.iter().enumerate() {
        match step {
            Stimulus::Command(command) => {
                let (expected, actual) = (native.control(command), other.control(command));
                match (expected, actual) {
                    (_, Err(SwitchError::Unsupported { reason, .. })) => return Ok(Err(reason)),
                    (Err(SwitchError::Control(_)), Err(SwitchError::Control(_))) => {}
                    (expected, actual) if expected == actual => {}
                    (expected, actual) => found.push(format!("step {number}: {expected:?}, {actual:?}")),
                }
            }
            Stimulus::Packet(packet) => {
                let packets = std::slice::from_ref(packet);
                let expected = native.inject(packets, Tracing::On)?;
                let actual = other.inject(packets, Tracing::On)?;
                if expected.outputs != actual.outputs {
                    found.push(format!("step {number}: {:?}, {:?}", expected.outputs, actual.outputs));
                } else if expected.traces != actual.traces {
                    found.push(format!("step {number}: {:?}, {:?}", expected.traces, actual.traces));
                }
            }
        }
        compared += 1;
    }
    assert!(compared > 0, "{}", folder.display());
    Ok(Ok(found))
}

#[test]
fn a_persona_does_what_the_engine_does() -> Result<(), Error> {
    let (mut wrong, mut ran) = (Vec::new(), Vec::new());
    for folder in probes()? {
        let name = folder.file_name().unwrap_or_default().display().to_string();
        match compare(&folder).map_err(|error| format!("{name}: {error}"))? {
            Ok(found) => {
                wrong.extend(found.into_iter().map(|what| format!("{name}: {what}")));
                ran.push(name);
            }
            Err(reason) => println!("refused: {name}: {reason}"),
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    for name in MUST_RUN {
        assert!(ran.iter().any(|ran| ran == name), "{name} was refused");
    }
    assert!(ran.len() >= 20, "only {ran:?}");
    Ok(())
}
