//! What faults are planted in: programs with entries and packets, some with what a real switch did.

use std::path::{Path, PathBuf};
use std::time::Duration;

use hyper4_campaign::{CaseGenerator, CaseLimits};
use hyper4_gen::{PacketGenerator, PacketLimits};
use hyper4_ir::{Output, Stimulus, parse_stimulus};
use hyper4_mutate::{Source, Subject};
use hyper4_symbolic::CoverOptions;
use rayon::prelude::*;
use serde::Deserialize;

use crate::args::{MutateArgs, Options};
use crate::failure::Failure;
use crate::frontend::read;
use crate::packets;
use crate::persona::Persona;
use crate::subject::{self, Guests};
use crate::verify::shapes;

/// Where what a real switch did with a subject's packets is kept.
const GOLDEN: &str = "corpus/golden";

/// Where subjects are when none is named.
const SUBJECTS: [&str; 2] = ["p4programs", "corpus/probes"];

#[derive(Deserialize)]
struct Outputs {
    outputs: Vec<OutputLine>,
}

#[derive(Deserialize)]
struct OutputLine {
    index: Option<usize>,
    port: u16,
    hex: String,
}

/// The subjects, then random programs.
pub(super) fn gather(
    options: &Options,
    args: &MutateArgs,
    persona: &Persona,
) -> Result<Vec<Subject>, Failure> {
    let mut paths = args.subjects.clone();
    if paths.is_empty() {
        for folder in SUBJECTS.iter().map(Path::new).filter(|folder| folder.is_dir()) {
            paths.extend(subject::find(folder)?);
        }
    }
    let count = args.packets.unwrap_or(if args.quick { 400 } else { 2000 });
    let loaded: Result<Vec<Option<Subject>>, Failure> =
        paths.par_iter().map(|path| load(options, persona, path, count)).collect();
    let mut subjects: Vec<Subject> = loaded?.into_iter().flatten().collect();
    let programs = args.programs.unwrap_or(if args.quick { 40 } else { 200 });
    let limits = CaseLimits { packets: count.min(400), ..CaseLimits::default() };
    let generator = CaseGenerator::new(options.seed, limits);
    for index in 0..programs {
        let case = generator.case(index).map_err(|e| Failure::tool(e.to_string()))?;
        let steps = case.stimulus.into_iter().map(|step| (Source::Generated, step)).collect();
        let name = format!("random program {index}");
        subjects.push(Subject {
            name,
            program: case.program,
            commands: Vec::new(),
            steps,
            recorded: Vec::new(),
        });
    }
    Ok(subjects)
}

/// A subject; `None` for a composition, in whose programs faults are planted where they stand alone.
fn load(options: &Options, persona: &Persona, path: &Path, count: usize) -> Result<Option<Subject>, Failure> {
    let given = subject::load(options, path)?;
    let Guests::One(guest) = &given.guests else { return Ok(None) };
    let program = guest.program.clone();
    let (mut steps, recorded) = golden(&program, path)?;
    let own = steps.is_empty();
    if own || recorded.is_empty() || !path.join("outputs.json").exists() {
        steps.extend(given.stimulus.iter().map(|step| (Source::Captured, step.clone())));
    }
    let limits = CoverOptions {
        time: Duration::from_secs(30),
        patience: 300,
        seed: options.seed,
        ..CoverOptions::default()
    };
    let (covering, _) = packets::of_guests(&given.guests, &limits);
    steps.extend(covering.into_iter().map(|packet| (Source::Covering, Stimulus::Packet(packet))));
    let window = usize::from(persona.layout.config().window_bytes);
    let limits = PacketLimits {
        lengths: vec![14, 60, 64, window],
        max_length: window + 32,
        ..PacketLimits::default()
    };
    let (shapes, limits) = shapes(&given, limits);
    if let Ok(generator) = PacketGenerator::new(options.seed, &given.name, &shapes, &limits) {
        let random = (0..count as u64).map(|number| Stimulus::Packet(generator.packet(number)));
        steps.extend(random.map(|step| (Source::Generated, step)));
    }
    let commands = guest.commands.clone();
    Ok(Some(Subject { name: given.name, program, commands, steps, recorded }))
}

/// Steps, and what a real switch sent.
type Recorded = (Vec<(Source, Stimulus)>, Vec<Output>);

/// Packets and commands of which it is recorded what a real switch did.
fn golden(program: &hyper4_ir::Program, path: &Path) -> Result<Recorded, Failure> {
    let name = path.file_name().map(PathBuf::from).unwrap_or_default();
    let folders = [path.to_owned(), Path::new(GOLDEN).join(name)];
    let complete =
        |folder: &&PathBuf| ["outputs.json", "stimulus.jsonl"].iter().all(|file| folder.join(file).exists());
    let Some(folder) = folders.iter().find(complete) else { return Ok((Vec::new(), Vec::new())) };
    let bad = |file: &str, error: &dyn std::fmt::Display| {
        Failure::input(format!("`{}`: {error}", folder.join(file).display()))
    };
    let text = read(&folder.join("stimulus.jsonl"))?;
    let lines = parse_stimulus(program, &text).map_err(|e| bad("stimulus.jsonl", &e))?;
    let steps: Vec<(Source, Stimulus)> =
        lines.into_iter().map(|line| (Source::Golden, line.content)).collect();
    let outputs: Outputs =
        serde_json::from_str(&read(&folder.join("outputs.json"))?).map_err(|e| bad("outputs.json", &e))?;
    let wrong = || {
        bad("outputs.json", &"an output that isn't hexadecimal, or of which it isn't known what caused it")
    };
    let recorded: Option<Vec<Output>> = outputs
        .outputs
        .iter()
        .map(|line| Some(Output { cause: Some(line.index?), port: line.port, bytes: bytes(&line.hex)? }))
        .collect();
    Ok((steps, recorded.ok_or_else(wrong)?))
}

fn bytes(hex: &str) -> Option<Vec<u8>> {
    let digits: Option<Vec<u8>> =
        hex.chars().map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok())).collect();
    Some(digits?.as_chunks::<2>().0.iter().map(|[high, low]| high << 4 | low).collect())
}
