//! corpus/probes: a program for each fact of what simple_switch does, with what a real one did. The engine must do the
//! same with p4c's JSON of the program, answers to commands and traces included, and with our own compilation of it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Output, Program, Reply, Stimulus, Trace, parse_commands, parse_stimulus};
use hyper4_suite::{Error, program, root};
use hyper4_switch::{Switch, SwitchError, Tracing};
use serde::Deserialize;

#[derive(Deserialize)]
struct Recorded {
    outputs: Vec<OutputLine>,
    replies: Vec<ReplyLine>,
}

#[derive(Debug, PartialEq, Deserialize)]
struct OutputLine {
    index: usize,
    port: u16,
    hex: String,
}

#[derive(Debug, PartialEq, Deserialize)]
struct ReplyLine {
    file: String,
    line: usize,
    reply: Option<Reply>,
}

#[derive(Deserialize)]
struct Traces {
    traces: Vec<Trace>,
    of: Vec<(usize, usize)>,
}

/// What the engine did.
#[derive(Default)]
struct Done {
    outputs: Vec<OutputLine>,
    replies: Vec<ReplyLine>,
    traces: Vec<(usize, Trace)>,
}

fn probes() -> Result<Vec<PathBuf>, Error> {
    let folders = std::fs::read_dir(root().join("corpus/probes"))?;
    let mut probes: Vec<PathBuf> = folders.map(|entry| entry.map(|e| e.path())).collect::<Result<_, _>>()?;
    probes.retain(|path| path.is_dir());
    probes.sort();
    Ok(probes)
}

fn run(program: &Arc<Program>, folder: &Path) -> Result<Done, Error> {
    let mut steps = Vec::new();
    let commands = folder.join("commands.txt");
    if commands.exists() {
        for line in parse_commands(program, &std::fs::read_to_string(commands)?)? {
            steps.push(("commands", line.number, Stimulus::Command(line.content)));
        }
    }
    for line in parse_stimulus(program, &std::fs::read_to_string(folder.join("stimulus.jsonl"))?)? {
        steps.push(("stimulus", line.number, line.content));
    }
    let mut engine = Engine::new();
    engine.load(Arc::clone(program))?;
    let mut done = Done::default();
    for (file, line, step) in &steps {
        match step {
            Stimulus::Command(command) => {
                let reply = match engine.control(command) {
                    Ok(reply) => Some(reply),
                    Err(SwitchError::Control(_)) => None,
                    Err(error) => return Err(error.into()),
                };
                done.replies.push(ReplyLine { file: (*file).to_owned(), line: *line, reply });
            }
            Stimulus::Packet(packet) => {
                let batch = engine.inject(std::slice::from_ref(packet), Tracing::On)?;
                let output =
                    |o: Output| OutputLine { index: line - 1, port: o.port, hex: hex::encode(&o.bytes) };
                done.outputs.extend(batch.outputs.into_iter().map(output));
                done.traces.extend(batch.traces.into_iter().map(|trace| (line - 1, trace)));
            }
        }
    }
    Ok(done)
}

fn load<T: for<'a> Deserialize<'a>>(file: PathBuf) -> Result<T, Error> {
    Ok(serde_json::from_str(&std::fs::read_to_string(file)?)?)
}

/// Outputs of one packet by port: between ports a real switch has no order.
fn ordered(outputs: &[OutputLine]) -> Vec<&OutputLine> {
    let mut outputs: Vec<&OutputLine> = outputs.iter().collect();
    outputs.sort_by_key(|output| (output.index, output.port));
    outputs
}

/// Whether outputs and replies are those of the real switch; they say what differs.
fn differences(done: &Done, recorded: &Recorded) -> Vec<String> {
    let mut found = Vec::new();
    let (ours, theirs) = (ordered(&done.outputs), ordered(&recorded.outputs));
    if let Some((ours, theirs)) = ours.iter().zip(&theirs).find(|(a, b)| a != b) {
        found.push(format!("output {ours:?}, the real one {theirs:?}"));
    }
    if done.outputs.len() != recorded.outputs.len() {
        found.push(format!("{} outputs, the real one {}", done.outputs.len(), recorded.outputs.len()));
    }
    if let Some((ours, theirs)) = done.replies.iter().zip(&recorded.replies).find(|(a, b)| a != b) {
        found.push(format!("reply {ours:?}, the real one {theirs:?}"));
    }
    if done.replies.len() != recorded.replies.len() {
        found.push(format!("{} replies, the real one {}", done.replies.len(), recorded.replies.len()));
    }
    found
}

fn traces_differ(done: &Done, recorded: &Traces) -> Option<String> {
    for ((line, ours), (index, number)) in done.traces.iter().zip(&recorded.of) {
        let theirs = recorded.traces.get(*number);
        if line != index || theirs != Some(ours) {
            return Some(format!("trace of line {line} {ours:?}\n  the real one {theirs:?}"));
        }
    }
    let (ours, theirs) = (done.traces.len(), recorded.of.len());
    (ours != theirs).then(|| format!("{ours} traces, the real one {theirs}"))
}

/// All probes, and what is wrong with which.
fn all(check: impl Fn(&Path) -> Result<Vec<String>, Error>) -> Result<(), Error> {
    let mut wrong = Vec::new();
    let probes = probes()?;
    assert!(probes.len() >= 60, "only {} probes", probes.len());
    for folder in &probes {
        let name = folder.file_name().unwrap_or_default().display().to_string();
        match check(folder) {
            Ok(found) => wrong.extend(found.into_iter().map(|what| format!("{name}: {what}"))),
            Err(error) => wrong.push(format!("{name}: {error}")),
        }
    }
    assert!(wrong.is_empty(), "{} differences:\n{}", wrong.len(), wrong.join("\n"));
    Ok(())
}

#[test]
fn engine_does_what_the_real_switch_did() -> Result<(), Error> {
    all(|folder| {
        let json = std::fs::read_to_string(folder.join("prog.json"))?;
        let done = run(&Arc::new(Program::from_json(&json)?), folder)?;
        let recorded: Recorded = load(folder.join("outputs.json"))?;
        assert!(!recorded.outputs.is_empty() || !recorded.replies.is_empty(), "{}", folder.display());
        let mut found = differences(&done, &recorded);
        found.extend(traces_differ(&done, &load(folder.join("traces.json"))?));
        Ok(found)
    })
}

/// Probes that show what simple_switch leaves in an `out` argument which it doesn't write: P4_16 says nothing of it, and
/// what p4c's code has there, ours need not have.
const UNWRITTEN: [&str; 2] = ["meters_without_rates", "registers"];

#[test]
fn own_compilation_does_what_the_real_switch_did() -> Result<(), Error> {
    all(|folder| {
        let name = folder.file_name().unwrap_or_default();
        if UNWRITTEN.iter().any(|unwritten| name == *unwritten) {
            return Ok(Vec::new());
        }
        let program = program(&folder.join("prog.p4"))?;
        Ok(differences(&run(&program, folder)?, &load(folder.join("outputs.json"))?))
    })
}
