//! A case: program, entries and packets.

use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::Arc;

use hyper4_gen::{
    EntryGenerator, EntryLimits, Feature, GenError, Guest, PacketGenerator, PacketLimits, ProgramGenerator,
    ProgramLimits,
};
use hyper4_ir::{Command, MatchValue, Packet, Program, Stimulus, parse_stimulus};
use hyper4_p4::Options;

/// What cases may be. Kept with the campaign, so that the same ones can be made again.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CaseLimits {
    /// Programs.
    pub program: ProgramLimits,
    /// Entries.
    pub entries: EntryLimits,
    /// Packets.
    pub packet: PacketLimits,
    /// Packets of a case.
    pub packets: usize,
}

impl Default for CaseLimits {
    /// A hundred packets of up to 160 bytes: programs that look further are rare, and long packets cost.
    fn default() -> Self {
        let packet =
            PacketLimits { max_length: 160, lengths: vec![14, 60, 64, 128], ..PacketLimits::default() };
        Self { program: ProgramLimits::default(), entries: EntryLimits::default(), packet, packets: 100 }
    }
}

/// A program with what it is told and the packets that it gets.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its name in messages.
    pub name: String,
    /// The program's text.
    pub text: String,
    /// The features that it drew; none known of a case that was shrunk or comes from elsewhere.
    pub features: BTreeSet<Feature>,
    /// What our front end makes of the text.
    pub program: Arc<Program>,
    /// Commands and packets in their order.
    pub stimulus: Vec<Stimulus>,
}

impl Case {
    /// Its packets.
    pub fn packets(&self) -> impl Iterator<Item = &Packet> {
        self.stimulus.iter().filter_map(|step| match step {
            Stimulus::Packet(packet) => Some(packet),
            Stimulus::Command(_) => None,
        })
    }

    /// Its commands.
    pub fn commands(&self) -> impl Iterator<Item = &Command> {
        self.stimulus.iter().filter_map(|step| match step {
            Stimulus::Command(command) => Some(command),
            Stimulus::Packet(_) => None,
        })
    }
}

impl Case {
    /// The case that a finding's folder keeps.
    ///
    /// # Errors
    /// What can't be read, or what the front end says of the program.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let read = |name: &str| {
            let path = folder.join(name);
            std::fs::read_to_string(&path)
                .map_err(|error| format!("can't read `{}`: {error}", path.display()))
        };
        let text = read("prog.p4")?;
        let program = compile(&text)?;
        let steps = parse_stimulus(&program, &read("stimulus.jsonl")?).map_err(|error| error.to_string())?;
        Ok(Self {
            name: folder.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default(),
            text,
            features: BTreeSet::new(),
            program: Arc::new(program),
            stimulus: steps.into_iter().map(|line| line.content).collect(),
        })
    }
}

/// Why there is no case of that number: a defect of a generator or of the front end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CaseError {
    /// The front end doesn't take the program.
    #[error("program {index} of seed {seed} doesn't compile: {message}")]
    Program {
        /// The campaign's seed.
        seed: u64,
        /// The case.
        index: u64,
        /// What the front end says.
        message: String,
        /// The program.
        text: String,
    },
    /// No packets can be made for it.
    #[error("there are no packets for program {index} of seed {seed}: {error}")]
    Packets {
        /// The campaign's seed.
        seed: u64,
        /// The case.
        index: u64,
        /// Why not.
        error: GenError,
    },
}

/// Makes cases: case `i` follows from the seed, the limits and `i` alone.
#[derive(Clone, Debug)]
pub struct CaseGenerator {
    seed: u64,
    limits: CaseLimits,
    programs: ProgramGenerator,
    entries: EntryGenerator,
}

impl CaseGenerator {
    /// A generator.
    pub fn new(seed: u64, limits: CaseLimits) -> Self {
        let programs = ProgramGenerator::new(seed, limits.program.clone());
        // Neighbouring seeds have nothing in common, so entries don't follow the program's choices.
        let entries = EntryGenerator::new(seed.wrapping_add(1), limits.entries.clone());
        Self { seed, limits, programs, entries }
    }

    /// Case number `index`.
    ///
    /// # Errors
    /// [`CaseError`], each a defect to be mended.
    pub fn case(&self, index: u64) -> Result<Case, CaseError> {
        let seed = self.seed;
        let made = self.programs.program(index);
        let program = match compile(&made.text) {
            Ok(program) => Arc::new(program),
            Err(message) => return Err(CaseError::Program { seed, index, message, text: made.text }),
        };
        let commands = self.entries.commands(&program, index);
        let name = format!("case {index} of seed {seed}");
        let guest = Guest { program: Arc::clone(&program), commands: fitting(&program, &commands) };
        let packets = PacketGenerator::new(seed, &name, &[guest], &self.limits.packet)
            .map_err(|error| CaseError::Packets { seed, index, error })?;
        let count = self.limits.packets as u64;
        // Half of the commands come first, the others between the packets.
        let (first, later) = commands.split_at(commands.len().div_ceil(2));
        let mut stimulus: Vec<Stimulus> = first.iter().cloned().map(Stimulus::Command).collect();
        let every = (count / (later.len() as u64 + 1)).max(1);
        let mut later = later.iter().cloned();
        for number in 0..count {
            if number % every == every - 1 {
                stimulus.extend(later.next().map(Stimulus::Command));
            }
            stimulus.push(Stimulus::Packet(packets.packet(number)));
        }
        stimulus.extend(later.map(Stimulus::Command));
        stimulus.extend(EntryGenerator::questions(&program).into_iter().map(Stimulus::Command));
        Ok(Case { name, text: made.text, features: made.features, program, stimulus })
    }
}

/// The commands that fit the program: a packet is made for what a table may hold.
fn fitting(program: &Program, commands: &[Command]) -> Vec<Command> {
    let fits = |command: &&Command| match command {
        Command::TableAdd { table, key, action, arguments, .. } => {
            let table = program.tables.iter().find(|one| one.name == *table);
            let action = program.actions.iter().find(|one| one.name == *action);
            table.is_some_and(|table| {
                table.keys.len() == key.len()
                    && table
                        .keys
                        .iter()
                        .zip(key)
                        .all(|(key, value)| width(value).is_none_or(|w| w == key.width))
            }) && action.is_some_and(|action| action.parameters.len() == arguments.len())
        }
        _ => true,
    };
    commands.iter().filter(fits).cloned().collect()
}

/// A match value's width; `None` for one that matches whatever there is.
fn width(value: &MatchValue) -> Option<u32> {
    match value {
        MatchValue::Exact(value)
        | MatchValue::Lpm { value, .. }
        | MatchValue::Ternary { value, .. }
        | MatchValue::Range { low: value, .. } => Some(value.width()),
        MatchValue::Optional(value) => value.as_ref().map(hyper4_bits::Bits::width),
    }
}

/// A program's text as the IR that switches run.
///
/// # Errors
/// What the front end says, with places in `prog.p4`.
pub fn compile(text: &str) -> Result<Program, String> {
    let (typed, diagnostics) = hyper4_p4::compile_source("prog.p4", text, &Options::default());
    let Some(typed) = typed else { return Err(diagnostics.to_string()) };
    hyper4_lower::lower(&typed).map_err(|diagnostics| diagnostics.to_string())
}
