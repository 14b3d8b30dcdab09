//! Guests and the persona.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use hyper4_dpmu::{CompositionConfig, Wiring};
use hyper4_ir::parse_commands;
use hyper4_ir::{Command, Program};
use hyper4_p4::Options;
use hyper4_persona::{Layout, PersonaConfig, generate};

use crate::Error;

/// The guests of p4programs/ that are one program and keep nothing between packets.
pub const SINGLE_GUESTS: [&str; 4] = ["arp_proxy", "firewall", "ipv4_router", "l2_switch"];

/// The guests of which corpus/golden/ knows what a real simple_switch does.
pub const RECORDED_GUESTS: [&str; 5] = ["arp_proxy", "firewall", "ipv4_router", "l2_switch", "load_balancer"];

/// A program with its commands.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The program.
    pub program: Arc<Program>,
    /// What its controller says at the start.
    pub commands: Vec<Command>,
}

/// A composition.
#[derive(Clone, Debug)]
pub struct Composition {
    /// Its devices.
    pub guests: BTreeMap<String, Guest>,
    /// How they are joined.
    pub wiring: Wiring,
}

/// A persona.
#[derive(Clone, Debug)]
pub struct Persona {
    /// Its program.
    pub program: Arc<Program>,
    /// Its layout.
    pub layout: Layout,
}

/// The checkout.
pub fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A P4_16 program, compiled by the own front end.
///
/// # Errors
/// Its diagnostics, or why it can't be read.
pub fn program(path: &Path) -> Result<Arc<Program>, Error> {
    let (typed, diagnostics) = hyper4_p4::compile_file(path, &Options::default());
    let typed = typed.ok_or_else(|| diagnostics.render())?;
    Ok(Arc::new(hyper4_lower::lower(&typed).map_err(|d| d.render())?))
}

/// A guest of p4programs/ by its folder's name.
///
/// # Errors
/// What is wrong with it.
pub fn guest(name: &str) -> Result<Guest, Error> {
    let folder = root().join("p4programs").join(name);
    with_commands(&folder.join("prog.p4"), &folder.join("commands.txt"))
}

/// A composition of p4programs/ by its folder's name.
///
/// # Errors
/// What is wrong with it.
pub fn composition(name: &str) -> Result<Composition, Error> {
    let folder = root().join("p4programs").join(name);
    let config = CompositionConfig::from_toml(&std::fs::read_to_string(folder.join("composition.toml"))?)?;
    let mut guests = BTreeMap::new();
    for device in &config.devices {
        let commands = device.commands.as_ref().ok_or("a device without commands")?;
        let guest = with_commands(&folder.join(device.given_program()?), &folder.join(commands))?;
        guests.insert(device.name.clone(), guest);
    }
    Ok(Composition { guests, wiring: config.wiring })
}

/// The persona of standard size, compiled by the own front end; the same one for all who ask.
///
/// # Errors
/// What is wrong with it.
pub fn persona() -> Result<Persona, Error> {
    static PERSONA: OnceLock<Result<Persona, String>> = OnceLock::new();
    let made = PERSONA.get_or_init(|| persona_of(PersonaConfig::default()).map_err(|e| e.to_string()));
    made.clone().map_err(Into::into)
}

/// A persona of that size, compiled by the own front end.
///
/// # Errors
/// What is wrong with it.
pub fn persona_of(config: PersonaConfig) -> Result<Persona, Error> {
    let layout = Layout::new(config)?;
    let text = generate(&layout);
    let (typed, diagnostics) = hyper4_p4::compile_source("persona.p4", &text, &Options::default());
    let typed = typed.ok_or_else(|| diagnostics.render())?;
    let program = Arc::new(hyper4_lower::lower(&typed).map_err(|d| d.render())?);
    Ok(Persona { program, layout })
}

fn with_commands(program_file: &Path, commands_file: &Path) -> Result<Guest, Error> {
    let program = program(program_file)?;
    let lines = parse_commands(&program, &std::fs::read_to_string(commands_file)?)?;
    let commands = lines.into_iter().map(|l| l.content).collect();
    Ok(Guest { program, commands })
}
