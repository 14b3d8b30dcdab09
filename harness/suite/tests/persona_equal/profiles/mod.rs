//! Action profiles: a controller drawn at random makes, changes and deletes members, groups and entries between packets.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_engine::Engine;
use hyper4_ir::{
    ActionProfileId, Command, Event, MatchKind, Packet, ProfileCommand, ProfileTarget, Program, Reply, Table,
    TableImplementation, TableOutcome,
};
use hyper4_suite::{Error, persona, program, root};
use hyper4_switch::{Switch, Tracing};
use hyper4_virtual::VirtualSwitch;

use crate::draw::Draw;

const SEEDS: u64 = 30;
const COMMANDS: u64 = 200;

fn profile_of(table: &Table) -> Option<ActionProfileId> {
    match table.implementation {
        TableImplementation::Profile(profile) => Some(profile),
        TableImplementation::Simple => None,
    }
}

/// An action of a table that refers to the profile.
fn action(draw: &mut Draw, program: &Program, profile: ActionProfileId) -> (String, Vec<Bits>) {
    let tables: Vec<&Table> = program.tables.iter().filter(|t| profile_of(t) == Some(profile)).collect();
    let table = draw.pick(&tables);
    let action = &program.actions[draw.pick(&table.actions).index()];
    let arguments = action.parameters.iter().map(|parameter| match parameter.name.as_str() {
        "port" => Bits::from_u64(parameter.width, draw.below(6)),
        _ => draw.bits(parameter.width),
    });
    (action.name.clone(), arguments.collect())
}

/// What a controller might say; some of it is refused.
fn command(draw: &mut Draw, program: &Program) -> Command {
    let id = ActionProfileId(draw.below(program.action_profiles.len() as u64) as u32);
    let selects = program.action_profiles[id.index()].selector.is_some();
    let (member, group) = (draw.below(7), draw.below(4));
    let of_profile =
        |command| Command::Profile { profile: program.action_profiles[id.index()].name.clone(), command };
    let indirect: Vec<&Table> = program.tables.iter().filter(|t| profile_of(t).is_some()).collect();
    let entry_of = draw.pick(&indirect);
    let has_groups =
        profile_of(entry_of).is_some_and(|id| program.action_profiles[id.index()].selector.is_some());
    let target = match has_groups && !draw.once_in(4) {
        true => ProfileTarget::Group(group),
        false => ProfileTarget::Member(member),
    };
    let table = entry_of.name.clone();
    let kind = draw.below(20);
    match kind {
        0..=3 => {
            let (action, arguments) = action(draw, program, id);
            of_profile(ProfileCommand::CreateMember { action, arguments })
        }
        4..=5 => {
            let (action, arguments) = action(draw, program, id);
            of_profile(ProfileCommand::ModifyMember { member, action, arguments })
        }
        6 => of_profile(ProfileCommand::DeleteMember { member }),
        7 if selects => of_profile(ProfileCommand::CreateGroup),
        8..=10 if selects => of_profile(ProfileCommand::AddToGroup { member, group }),
        11 if selects => of_profile(ProfileCommand::RemoveFromGroup { member, group }),
        12 if selects && draw.once_in(2) => of_profile(ProfileCommand::DeleteGroup { group }),
        13 => Command::TableIndirectSetDefault { table, target },
        14 if draw.once_in(2) => Command::TableIndirectResetDefault { table },
        15 => {
            let handle = draw.below(3);
            Command::TableIndirectDelete { table, handle }
        }
        16 => Command::TableIndirectModify { table, handle: draw.below(3), target },
        _ => {
            let key = entry_of.keys.iter().map(|key| draw.key(key)).collect();
            let priority = (entry_of.match_kind == MatchKind::Ternary).then(|| draw.below(6) as u32 + 1);
            Command::TableIndirectAdd { table, key, target, priority }
        }
    }
}

fn packet(draw: &mut Draw) -> Packet {
    let mut bytes = Vec::new();
    let mut push = |bits: Bits| bytes.extend(bits.to_be_bytes());
    push(draw.bits(48));
    push(draw.bits(48));
    push(Bits::from_u64(16, draw.pick(&[0x0800, 0x0800, 0x8100])));
    (0..10).for_each(|_| push(Bits::from_u64(8, draw.below(9))));
    bytes.truncate(if draw.once_in(9) { draw.below(26) as usize } else { 26 });
    Packet { port: draw.below(4) as u16, bytes }
}

#[test]
fn members_and_groups_are_the_same_on_a_persona() -> Result<(), Error> {
    let program = program(&root().join("harness/suite/tests/persona_equal/profiles/prog.p4"))?;
    let persona = persona()?;
    let (mut hits, mut carried_out, mut refused, mut grouped) = (0, 0, 0, 0);
    for seed in 0..SEEDS {
        let mut draw = Draw(seed << 16);
        let mut native = Engine::new();
        native.load(Arc::clone(&program))?;
        let make_below = Box::new(|| Ok(Box::new(Engine::new()) as Box<dyn Switch + Send>));
        let mut on_persona =
            VirtualSwitch::new(make_below, Arc::clone(&persona.program), persona.layout.clone());
        on_persona.load(Arc::clone(&program))?;
        for number in 0..COMMANDS {
            let command = command(&mut draw, &program);
            let (expected, actual) = (native.control(&command), on_persona.control(&command));
            match &expected {
                Ok(_) => carried_out += 1,
                Err(_) => refused += 1,
            }
            assert_eq!(
                expected.clone().ok(),
                actual.clone().ok(),
                "seed {seed}: {command}: {expected:?} {actual:?}"
            );
            if let (Command::TableIndirectAdd { target: ProfileTarget::Group(_), .. }, Ok(Reply::Handle(_))) =
                (&command, &expected)
            {
                grouped += 1;
            }
            if number % 10 != 9 {
                continue;
            }
            let packets: Vec<Packet> = (0..40).map(|_| packet(&mut draw)).collect();
            let expected = native.inject(&packets, Tracing::On)?;
            let actual = on_persona.inject(&packets, Tracing::On)?;
            assert_eq!(expected.traces.len(), packets.len(), "seed {seed}");
            for ((packet, expected), actual) in packets.iter().zip(&expected.traces).zip(&actual.traces) {
                assert_eq!(expected, actual, "seed {seed}, after command {number}: {packet:?}");
            }
            assert_eq!(expected.outputs, actual.outputs, "seed {seed}, after command {number}");
            let events = expected.traces.iter().flat_map(|t| &t.packets).flat_map(|p| &p.events);
            let hit = |e: &&Event| matches!(e, Event::Table { outcome: TableOutcome::Hit(_), .. });
            hits += events.filter(hit).count();
        }
    }
    println!(
        "{hits} hits, {carried_out} commands carried out, {refused} refused, {grouped} entries with groups"
    );
    assert!(hits > 1000 && carried_out > 1000 && refused > 100 && grouped > 40);
    Ok(())
}
