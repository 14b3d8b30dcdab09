//! Programs that try every feature the persona's compiler has.

use std::path::PathBuf;
use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_gen::{Guest, PacketGenerator, PacketLimits};
use hyper4_ir::{Command, MirroringCommand, MirroringSession, Packet, PrimitiveKind, Program};
use hyper4_persona::{PersonaConfig, compile};
use hyper4_suite::{Error, persona_of, program, root};
use hyper4_switch::{Switch, Tracing};

use crate::draw::Draw;
use crate::{compare, compare_on};

const SEEDS: u64 = 6;
const PACKETS: u64 = 300;

/// The programs.
pub(crate) fn features() -> Result<Vec<PathBuf>, Error> {
    let folder = root().join("harness/suite/tests/persona_equal");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        files.extend(path.extension().is_some_and(|e| e == "p4").then_some(path));
    }
    files.sort();
    Ok(files)
}

/// Mirroring sessions, for a program that makes clones.
pub(crate) fn sessions(program: &Program) -> Vec<Command> {
    let mut primitives = program.actions.iter().flat_map(|action| &action.primitives);
    let clones = primitives.any(|primitive| matches!(primitive.kind, PrimitiveKind::Clone { .. }));
    let session = |session: u16| Command::Mirroring {
        session,
        command: MirroringCommand::Set(MirroringSession { port: Some(u32::from(session) % 4), group: None }),
    };
    if clones { (5..8).map(session).collect() } else { Vec::new() }
}

#[test]
fn every_feature_is_the_same_on_a_persona() -> Result<(), Error> {
    let files = features()?;
    assert!(files.len() >= 7, "{files:?}");
    for file in files {
        let program = program(&file)?;
        let name = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        let mut hits = 0;
        for seed in 0..SEEDS {
            let mut commands = Draw(seed).commands(&program);
            commands.extend(sessions(&program));
            let guest = Guest { program: Arc::clone(&program), commands: commands.clone() };
            let generator = PacketGenerator::new(seed, &name, &[guest], &PacketLimits::default())?;
            let packets: Vec<_> = (0..PACKETS).map(|i| generator.packet(i)).collect();
            hits += compare(&program, &format!("{name}, seed {seed}"), &commands, &packets)?;
        }
        let has_keys = program.tables.iter().any(|t| !t.keys.is_empty());
        assert!(hits > 100 || !has_keys, "{name}: only {hits} hits");
    }
    Ok(())
}

/// A clone is taken in without its length, and its window is made of what came: at each place where the pieces change.
#[test]
fn clones_of_every_length_are_the_same_on_a_persona() -> Result<(), Error> {
    let program = program(&root().join("harness/suite/tests/persona_equal/clones.p4"))?;
    let (mut came_in, mut came_out) = (0, 0);
    for seed in 0..SEEDS {
        let mut draw = Draw(seed);
        let mut commands = draw.commands(&program);
        commands.extend(sessions(&program));
        let mut packets = Vec::new();
        for length in [0, 1, 7, 8, 11, 12, 15, 16, 17, 95, 96, 97, 300] {
            let bytes: Vec<u8> = (0..length).map(|_| draw.next() as u8).collect();
            packets.extend((0..4).map(|port| Packet { port, bytes: bytes.clone() }));
        }
        compare(&program, &format!("clones, seed {seed}"), &commands, &packets)?;
        let mut native = Engine::new();
        native.load(Arc::clone(&program))?;
        for command in &commands {
            // A refusal is compared above.
            let _ = native.control(command);
        }
        came_out += native.inject(&packets, Tracing::Off)?.outputs.len();
        came_in += packets.len();
    }
    assert!(came_out > came_in, "{came_out} packets came out of {came_in}");
    Ok(())
}

/// Where metadata is scarce, cells that aren't in use at the same time share their places.
#[test]
fn what_shares_its_place_is_the_same_too() -> Result<(), Error> {
    let (mut compared, mut tight) = (Vec::new(), 0);
    for metadata_bits in [112, 144, 176] {
        let small = persona_of(PersonaConfig { metadata_bits, ..PersonaConfig::default() })?;
        for file in features()? {
            let program = program(&file)?;
            let name = file.file_stem().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
            if compile(Arc::clone(&program), &small.layout).is_err() {
                tight += 1;
                continue;
            }
            for seed in 0..2 {
                let commands = Draw(seed).commands(&program);
                let guest = Guest { program: Arc::clone(&program), commands: commands.clone() };
                let generator = PacketGenerator::new(seed, &name, &[guest], &PacketLimits::default())?;
                let packets: Vec<_> = (0..PACKETS).map(|i| generator.packet(i)).collect();
                let what = format!("{name}, {metadata_bits} bits, seed {seed}");
                compare_on(small.clone(), &program, &what, &commands, &packets)?;
            }
            compared.push((name, metadata_bits));
        }
    }
    println!("{compared:?}, {tight} too big");
    assert!(compared.len() > 10 && tight > 3, "{compared:?} {tight}");
    Ok(())
}
