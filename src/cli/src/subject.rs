//! What is verified, run or proved: a program with its entries and its packets, or several that are joined.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper4_dpmu::{CompositionConfig, Wiring};
use hyper4_ir::{Command, Program, Stimulus};
use hyper4_ir::{parse_commands, parse_stimulus};

use crate::args::Options;
use crate::capture::read_captures;
use crate::failure::Failure;
use crate::frontend::{load_program, read};

/// A program with the commands that are carried out first.
#[derive(Clone)]
pub(crate) struct Guest {
    pub(crate) program: Arc<Program>,
    pub(crate) commands: Vec<Command>,
}

/// What runs.
#[derive(Clone)]
pub(crate) enum Guests {
    /// One program with the switch for itself.
    One(Guest),
    /// Several, joined.
    Composition { guests: BTreeMap<String, Guest>, wiring: Wiring },
}

/// A subject.
#[derive(Clone)]
pub(crate) struct Subject {
    pub(crate) name: String,
    pub(crate) guests: Guests,
    /// Its own packets and commands, in order.
    pub(crate) stimulus: Vec<Stimulus>,
}

/// The program's file, or the folder's.
const PROGRAMS: [&str; 2] = ["prog.p4", "prog.json"];
const COMPOSITION: &str = "composition.toml";

/// Read a subject: a program, or a folder.
pub(crate) fn load(options: &Options, path: &Path) -> Result<Subject, Failure> {
    let name = name(path);
    if !path.is_dir() {
        let program = load_program(options, path)?;
        let guests = Guests::One(Guest { program, commands: Vec::new() });
        return Ok(Subject { name, guests, stimulus: Vec::new() });
    }
    let composition = path.join(COMPOSITION);
    let guests = if composition.exists() {
        load_composition(options, &composition)?
    } else {
        load_one(options, path)?
    };
    let mut stimulus: Vec<Stimulus> = captures(path)?;
    let lines = path.join("stimulus.jsonl");
    if lines.exists() {
        stimulus.extend(load_stimulus(&guests, &lines)?);
    }
    let mut tests: Vec<PathBuf> =
        files(path)?.into_iter().filter(|f| f.extension().is_some_and(|e| e == "stf")).collect();
    tests.sort();
    for test in &tests {
        stimulus.extend(load_test(&guests, test)?);
    }
    Ok(Subject { name, guests, stimulus })
}

/// A program with the packets and entries of an STF test.
pub(crate) fn load_tested(options: &Options, test: &Path, program: &Path) -> Result<Subject, Failure> {
    let guests = Guests::One(Guest { program: load_program(options, program)?, commands: Vec::new() });
    let stimulus = load_test(&guests, test)?;
    Ok(Subject { name: name(test), guests, stimulus })
}

/// Every subject below `folder`, in the order of their names.
pub(crate) fn find(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let is_subject = |p: &PathBuf| PROGRAMS.iter().chain([&COMPOSITION]).any(|file| p.join(file).exists());
    let mut found: Vec<PathBuf> = files(folder)?.into_iter().filter(is_subject).collect();
    found.sort();
    if found.is_empty() {
        return Err(Failure::input(format!("`{}` has no subject in it", folder.display())));
    }
    Ok(found)
}

/// Read commands for a program.
pub(crate) fn load_commands(program: &Program, path: &Path) -> Result<Vec<Command>, Failure> {
    let lines = parse_commands(program, &read(path)?).map_err(|e| at(path, &e))?;
    Ok(lines.into_iter().map(|l| l.content).collect())
}

/// Read packets and commands. Commands of a composition would not say for which device they are.
pub(crate) fn load_stimulus(guests: &Guests, path: &Path) -> Result<Vec<Stimulus>, Failure> {
    let program = match guests {
        Guests::One(guest) => &guest.program,
        Guests::Composition { guests, .. } => match guests.values().next() {
            Some(guest) => &guest.program,
            None => return Ok(Vec::new()),
        },
    };
    let lines = parse_stimulus(program, &read(path)?).map_err(|e| at(path, &e))?;
    let one = matches!(guests, Guests::One(_));
    if let Some(line) = lines.iter().find(|l| !one && matches!(l.content, Stimulus::Command(_))) {
        let reason = "a command can't say for which device of a composition it is";
        return Err(Failure::input(format!("`{}`: line {}: {reason}", path.display(), line.number)));
    }
    Ok(lines.into_iter().map(|l| l.content).collect())
}

/// The packets and entries of an STF test; what it expects is for `hyper4 stf`.
fn load_test(guests: &Guests, path: &Path) -> Result<Vec<Stimulus>, Failure> {
    let Guests::One(guest) = guests else {
        return Err(at(path, &"a test can't say for which device of a composition it is"));
    };
    let test = hyper4_stf::parse(&read(path)?).map_err(|errors| {
        let all: Vec<String> = errors.iter().map(|e| format!("`{}`: {e}", path.display())).collect();
        Failure::input(all.join("\n"))
    })?;
    hyper4_stf::stimulus(&guest.program, &test).map_err(|e| at(path, &e))
}

/// `PORT=FILE`, as `--pcap` takes it.
pub(crate) fn port_file(text: &str) -> Result<(u16, PathBuf), Failure> {
    let wrong = || Failure::input(format!("`{text}` is not PORT=FILE with a port from 0 to 510"));
    let (number, file) = text.split_once('=').ok_or_else(wrong)?;
    Ok((port(number).ok_or_else(wrong)?, PathBuf::from(file)))
}

/// A port by which packets can come in.
pub(crate) fn port(text: &str) -> Option<u16> {
    text.parse().ok().filter(|port| *port <= 510)
}

fn load_one(options: &Options, folder: &Path) -> Result<Guests, Failure> {
    let present: Vec<PathBuf> = PROGRAMS.iter().map(|f| folder.join(f)).filter(|p| p.exists()).collect();
    // Where both are, prog.json is what p4c made of prog.p4.
    let Some(path) = present.first() else {
        return Err(Failure::input(format!("`{}` has neither prog.p4 nor prog.json", folder.display())));
    };
    let program = load_program(options, path)?;
    let file = folder.join("commands.txt");
    let commands = if file.exists() { load_commands(&program, &file)? } else { Vec::new() };
    Ok(Guests::One(Guest { program, commands }))
}

fn load_composition(options: &Options, file: &Path) -> Result<Guests, Failure> {
    let config = CompositionConfig::from_toml(&read(file)?).map_err(|e| at(file, &e))?;
    Ok(Guests::Composition { guests: load_devices(options, file, &config)?, wiring: config.wiring })
}

/// The programs and commands that a configuration names, relative to its file.
pub(crate) fn load_devices(
    options: &Options,
    file: &Path,
    config: &CompositionConfig,
) -> Result<BTreeMap<String, Guest>, Failure> {
    let base = file.parent().unwrap_or(Path::new("."));
    let mut guests = BTreeMap::new();
    for device in &config.devices {
        let program = load_program(options, &base.join(device.given_program().map_err(|e| at(file, &e))?))?;
        let commands = match &device.commands {
            Some(commands) => load_commands(&program, &base.join(commands))?,
            None => Vec::new(),
        };
        if guests.insert(device.name.clone(), Guest { program, commands }).is_some() {
            return Err(at(file, &format!("there are two devices `{}`", device.name)));
        }
    }
    Ok(guests)
}

/// The packets of `<port>.pcap` in a folder.
pub(crate) fn captures(folder: &Path) -> Result<Vec<Stimulus>, Failure> {
    let mut ports = BTreeMap::new();
    for file in files(folder)?.into_iter().filter(|f| f.extension().is_some_and(|e| e == "pcap")) {
        let stem = file.file_stem().and_then(|s| s.to_str()).unwrap_or_default();
        let port = port(stem).ok_or_else(|| {
            Failure::input(format!("`{}`: a capture is named after its port, 0 to 510", file.display()))
        })?;
        ports.insert(port, file);
    }
    let packets = read_captures(ports.iter().map(|(port, file)| (*port, file.as_path())))?;
    Ok(packets.into_iter().map(Stimulus::Packet).collect())
}

fn files(folder: &Path) -> Result<Vec<PathBuf>, Failure> {
    let failed = |e: std::io::Error| Failure::input(format!("can't read `{}`: {e}", folder.display()));
    let entries = std::fs::read_dir(folder).map_err(failed)?;
    entries.map(|e| e.map(|e| e.path()).map_err(failed)).collect()
}

/// The folder's name, or the file's without its ending; `prog.p4` is called like its folder.
fn name(path: &Path) -> String {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let named = match whole.file_name().and_then(|n| n.to_str()) {
        Some(file) if PROGRAMS.contains(&file) => whole.parent().and_then(Path::file_name),
        _ if path.is_dir() => whole.file_name(),
        _ => whole.file_stem(),
    };
    named.map_or_else(|| path.display().to_string(), |n| n.to_string_lossy().into_owned())
}

fn at(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::input(format!("`{}`: {error}", path.display()))
}
