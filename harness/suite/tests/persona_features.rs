//! Programs that try every feature the persona's compiler has, with entries drawn at random: native and virtual do the
//! same, event by event.

use std::path::PathBuf;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_engine::Engine;
use hyper4_gen::{Guest, PacketGenerator, PacketLimits};
use hyper4_ir::{ActionId, Command, Event, MatchKind, MatchValue, Program, Table, TableKey, TableOutcome};
use hyper4_suite::{Error, persona, program, root};
use hyper4_switch::{Switch, Tracing};
use hyper4_virtual::VirtualSwitch;

const SEEDS: u64 = 6;
const PACKETS: u64 = 300;

/// Numbers that follow from a seed (SplitMix64).
struct Draw(u64);

impl Draw {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    fn below(&mut self, end: u64) -> u64 {
        self.next() % end
    }

    /// Small numbers, numbers that the programs know, and any.
    fn bits(&mut self, width: u32) -> Bits {
        const KNOWN: [u64; 8] =
            [0x0800, 0x8100, 0x86dd, 0xffff_ffff_ffff, 0x45, 17, 0x0200_0000_0001, 0x0a00_0001];
        match self.below(4) {
            0 => Bits::from_u128(width, u128::from(self.next()) << 64 | u128::from(self.next())),
            1 => Bits::from_u64(width, KNOWN.get(self.below(8) as usize).copied().unwrap_or(0)),
            _ => Bits::from_u64(width, self.below(6)),
        }
    }

    fn key(&mut self, key: &TableKey) -> MatchValue {
        let value = self.bits(key.width);
        match key.match_kind {
            MatchKind::Exact => MatchValue::Exact(value),
            MatchKind::Lpm => {
                MatchValue::Lpm { value, prefix_length: self.below(u64::from(key.width) + 1) as u32 }
            }
            MatchKind::Ternary => {
                let any = self.bits(key.width);
                let masks = [Bits::zero(key.width), Bits::ones(key.width), any];
                let mask = masks.get(self.below(3) as usize).cloned().unwrap_or(value.clone());
                MatchValue::Ternary { value: value.and(&mask), mask }
            }
            MatchKind::Range => {
                let other = self.bits(key.width);
                let ordered = value.cmp_unsigned(&other).is_le();
                let (low, high) = if ordered { (value, other) } else { (other, value) };
                MatchValue::Range { low, high }
            }
            MatchKind::Optional => MatchValue::Optional((self.below(2) == 0).then_some(value)),
        }
    }

    fn action(&mut self, program: &Program, table: &Table) -> Option<(String, Vec<Bits>)> {
        let id: ActionId = *table.actions.get(self.below(table.actions.len() as u64) as usize)?;
        let action = program.actions.get(id.index())?;
        let arguments = action.parameters.iter().map(|parameter| match parameter.name.as_str() {
            "port" => Bits::from_u64(parameter.width, self.below(6)),
            // Those that exist, and none.
            "group" => Bits::from_u64(parameter.width, self.below(3)),
            _ => self.bits(parameter.width),
        });
        Some((action.name.clone(), arguments.collect()))
    }

    /// What a controller might say.
    fn commands(&mut self, program: &Program) -> Vec<Command> {
        let mut commands = Vec::new();
        for group in 1..3 {
            commands.push(Command::MulticastGroupCreate { group });
            commands.push(Command::MulticastNodeCreate { rid: group, ports: vec![1, 2, 3] });
            commands.push(Command::MulticastNodeAssociate { group, node: u64::from(group) - 1 });
        }
        for table in program.tables.iter().filter(|t| !t.hidden) {
            let entries =
                if table.keys.is_empty() || !table.const_entries.is_empty() { 0 } else { 2 + self.below(10) };
            for _ in 0..entries {
                let by_priority =
                    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range | MatchKind::Optional);
                let priority = by_priority.then(|| self.below(6) as u32 + 1);
                let key = table.keys.iter().map(|key| self.key(key)).collect();
                if let Some((action, arguments)) = self.action(program, table) {
                    let table = table.name.clone();
                    commands.push(Command::TableAdd { table, key, action, arguments, priority });
                }
            }
            // Constant entries go too.
            if self.below(10) == 0 {
                commands.push(Command::TableClear { table: table.name.clone() });
            }
            let fixed = table.default_entry.as_ref().is_some_and(|d| d.const_action);
            if !fixed
                && self.below(2) == 0
                && let Some((action, arguments)) = self.action(program, table)
            {
                commands.push(Command::TableSetDefault { table: table.name.clone(), action, arguments });
            }
        }
        commands
    }
}

/// The programs.
fn features() -> Result<Vec<PathBuf>, Error> {
    let folder = root().join("harness/suite/tests/persona");
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder)? {
        let path = entry?.path();
        files.extend(path.extension().is_some_and(|e| e == "p4").then_some(path));
    }
    files.sort();
    Ok(files)
}

/// How many table hits a program had.
fn compare(program: &Arc<Program>, name: &str, seed: u64) -> Result<usize, Error> {
    let persona = persona()?;
    let mut native = Engine::new();
    native.load(Arc::clone(program))?;
    let make_below = Box::new(|| Ok(Box::new(Engine::new()) as Box<dyn Switch + Send>));
    let mut virtual_switch = VirtualSwitch::new(make_below, persona.program, persona.layout);
    virtual_switch.load(Arc::clone(program))?;
    let commands = Draw(seed).commands(program);
    for command in &commands {
        let (expected, actual) = (native.control(command), virtual_switch.control(command));
        assert_eq!(expected.ok(), actual.ok(), "{name}, seed {seed}: {command:?}");
    }
    let guest = Guest { program: Arc::clone(program), commands };
    let generator = PacketGenerator::new(seed, name, &[guest], &PacketLimits::default())?;
    let packets: Vec<_> = (0..PACKETS).map(|i| generator.packet(i)).collect();
    let expected = native.inject(&packets, Tracing::On)?;
    let actual = virtual_switch.inject(&packets, Tracing::On)?;
    assert_eq!(expected.traces.len(), packets.len(), "{name}, seed {seed}");
    for ((packet, expected), actual) in packets.iter().zip(&expected.traces).zip(&actual.traces) {
        assert_eq!(expected, actual, "{name}, seed {seed}: trace of {packet:?}");
    }
    assert_eq!(expected.traces.len(), actual.traces.len(), "{name}, seed {seed}");
    for (expected, actual) in expected.outputs.iter().zip(&actual.outputs) {
        let packet = expected.cause.and_then(|c| packets.get(c));
        assert_eq!(expected, actual, "{name}, seed {seed}: output of {packet:?}");
    }
    assert_eq!(expected.outputs.len(), actual.outputs.len(), "{name}, seed {seed}");
    let hit = |e: &&Event| matches!(e, Event::Table { outcome: TableOutcome::Hit(_), .. });
    let events = expected.traces.iter().flat_map(|t| &t.packets).flat_map(|p| &p.events);
    Ok(events.filter(hit).count())
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
            hits += compare(&program, &name, seed)?;
        }
        let has_keys = program.tables.iter().any(|t| !t.keys.is_empty());
        assert!(hits > 100 || !has_keys, "{name}: only {hits} hits");
    }
    Ok(())
}
