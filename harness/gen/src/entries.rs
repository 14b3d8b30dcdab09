//! What a control plane says to a program: entries of its tables, some of them wrong, and questions.

use hyper4_bits::Bits;
use hyper4_ir::{
    Action, ActionProfile, Command, CounterCommand, MatchKind, MatchValue, MirroringCommand,
    MirroringSession, PrimitiveKind, ProfileCommand, ProfileTarget, Program, RegisterCommand, Table,
    TableImplementation, TableKey,
};
use serde::{Deserialize, Serialize};

use crate::dice::Dice;
use crate::generator::rng;

/// What is said of one program. Kept with each finding.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntryLimits {
    /// Entries that a table gets at most.
    pub entries: usize,
    /// Of a hundred commands, how many are about what isn't there, or don't fit.
    pub wrong: u8,
    /// Of a hundred commands, how many change or delete what was added.
    pub changes: u8,
}

impl Default for EntryLimits {
    /// Few entries: what many do is found by fewer, too.
    fn default() -> Self {
        Self { entries: 6, wrong: 6, changes: 12 }
    }
}

/// Members and groups that a profile gets; their numbers count from 0.
const MEMBERS: u64 = 4;
const GROUPS: u64 = 2;
/// Groups of the replication engine and sessions of the mirror that programs name.
const COPIES: [u16; 2] = [1, 2];

/// Makes commands for programs: those for program `i` follow from the seed, the program, the limits and `i` alone.
#[derive(Clone, Debug)]
pub struct EntryGenerator {
    seed: u64,
    limits: EntryLimits,
}

impl EntryGenerator {
    /// A generator.
    pub fn new(seed: u64, limits: EntryLimits) -> Self {
        Self { seed, limits }
    }

    /// What program number `index` is told.
    pub fn commands(&self, program: &Program, index: u64) -> Vec<Command> {
        let mut rng = rng(self.seed, index);
        let mut dice = Dice::new(&mut rng);
        let mut commands = copies(program, &mut dice);
        for table in program.tables.iter().filter(|table| !table.keys.is_empty()) {
            match table.implementation {
                TableImplementation::Simple => {
                    for _ in 0..dice.below(self.limits.entries + 1) {
                        commands.extend(self.command(program, table, &mut dice));
                    }
                }
                TableImplementation::Profile(id) => {
                    if let Some(profile) = program.action_profiles.get(id.index()) {
                        commands.extend(members(program, table, profile, &mut dice));
                        for _ in 0..dice.below(self.limits.entries + 1) {
                            commands.push(indirect(table, profile, &mut dice));
                        }
                    }
                }
            }
        }
        commands
    }

    /// Questions after the last packet: what is in the tables, registers and counters.
    pub fn questions(program: &Program) -> Vec<Command> {
        let mut commands = Vec::new();
        for table in program.tables.iter().filter(|table| !table.keys.is_empty() && !table.hidden) {
            commands.push(Command::TableDump { table: table.name.clone() });
        }
        for register in &program.registers {
            let command = RegisterCommand::ReadAll;
            commands.push(Command::Register { register: register.name.clone(), command });
        }
        for counter in program.counters.iter().filter(|counter| counter.direct.is_none()) {
            for index in 0..u64::from(counter.size) {
                let command = CounterCommand::Read { index };
                commands.push(Command::Counter { counter: counter.name.clone(), command });
            }
        }
        commands
    }

    fn command(&self, program: &Program, table: &Table, dice: &mut Dice<'_>) -> Option<Command> {
        let id = dice.pick(&table.actions)?;
        let action = program.actions.get(id.index())?;
        let (name, mut chosen) = (table.name.clone(), action.name.clone());
        let mut arguments = arguments(action, dice);
        if dice.percent(usize::from(self.limits.changes)) {
            // Numbers of handles that were given, or nearly.
            let handle = dice.below(5) as u64;
            return Some(match dice.below(5) {
                0 => Command::TableDelete { table: name, handle },
                1 => Command::TableSetDefault { table: name, action: chosen, arguments },
                2 => Command::TableResetDefault { table: name },
                _ => Command::TableModify { table: name, handle, action: chosen, arguments },
            });
        }
        let mut key: Vec<MatchValue> = table.keys.iter().map(|key| value(key, dice)).collect();
        let mut priority = wants_priority(table).then(|| dice.below(20) as u32);
        if dice.percent(usize::from(self.limits.wrong)) {
            match dice.below(5) {
                0 => chosen.push_str("_of_another_program"),
                1 => arguments.push(dice.bits(8)),
                2 => drop(key.pop()),
                3 => key.push(MatchValue::Exact(dice.bits(7))),
                _ => priority = priority.is_none().then_some(1),
            }
        }
        Some(Command::TableAdd { table: name, key, action: chosen, arguments, priority })
    }
}

/// Multicast groups, and sessions where packets are cloned.
fn copies(program: &Program, dice: &mut Dice<'_>) -> Vec<Command> {
    let mut commands = Vec::new();
    for (node, group) in (0..).zip(COPIES) {
        let ports = (0..4).filter(|_| dice.percent(60)).collect();
        commands.push(Command::MulticastGroupCreate { group });
        commands.push(Command::MulticastNodeCreate { rid: group + 6, ports, lags: Vec::new() });
        commands.push(Command::MulticastNodeAssociate { group, node });
    }
    let mut primitives = program.actions.iter().flat_map(|action| &action.primitives);
    if primitives.any(|primitive| matches!(primitive.kind, PrimitiveKind::Clone { .. })) {
        for session in COPIES {
            let port = Some(dice.below(4) as u32);
            let command = MirroringCommand::Set(MirroringSession { port, group: None });
            commands.push(Command::Mirroring { session, command });
        }
    }
    commands
}

fn members(program: &Program, table: &Table, profile: &ActionProfile, dice: &mut Dice<'_>) -> Vec<Command> {
    let mut commands = Vec::new();
    let mut say = |command| commands.push(Command::Profile { profile: profile.name.clone(), command });
    for _ in 0..MEMBERS {
        let action = dice.pick(&table.actions).and_then(|id| program.actions.get(id.index()));
        if let Some(action) = action {
            let arguments = arguments(action, dice);
            say(ProfileCommand::CreateMember { action: action.name.clone(), arguments });
        }
    }
    if profile.selector.is_some() {
        for group in 0..GROUPS {
            say(ProfileCommand::CreateGroup);
            // An empty group is an error where a packet meets it.
            say(ProfileCommand::AddToGroup { member: group, group });
            for member in GROUPS..MEMBERS {
                if dice.percent(50) {
                    say(ProfileCommand::AddToGroup { member, group });
                }
            }
        }
    }
    commands
}

fn indirect(table: &Table, profile: &ActionProfile, dice: &mut Dice<'_>) -> Command {
    let target = match profile.selector.is_some() && dice.percent(60) {
        true => ProfileTarget::Group(dice.below(GROUPS as usize) as u64),
        false => ProfileTarget::Member(dice.below(MEMBERS as usize) as u64),
    };
    Command::TableIndirectAdd {
        table: table.name.clone(),
        key: table.keys.iter().map(|key| value(key, dice)).collect(),
        target,
        priority: wants_priority(table).then(|| dice.below(20) as u32),
    }
}

fn wants_priority(table: &Table) -> bool {
    matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range)
}

fn arguments(action: &Action, dice: &mut Dice<'_>) -> Vec<Bits> {
    action.parameters.iter().map(|parameter| number(parameter.width, dice)).collect()
}

/// Small more often than not, so that what is computed from it is met by other entries.
fn number(width: u32, dice: &mut Dice<'_>) -> Bits {
    match dice.below(4) {
        0 => dice.bits(width),
        1 => dice.boundary(width),
        _ => Bits::from_u64(width, dice.below(8) as u64),
    }
}

fn value(key: &TableKey, dice: &mut Dice<'_>) -> MatchValue {
    let one = number(key.width, dice);
    match key.match_kind {
        MatchKind::Exact => MatchValue::Exact(one),
        MatchKind::Lpm => {
            MatchValue::Lpm { value: one, prefix_length: dice.below(key.width as usize + 1) as u32 }
        }
        MatchKind::Ternary => {
            let mask = match dice.below(3) {
                0 => Bits::ones(key.width),
                1 => dice.boundary(key.width),
                _ => dice.bits(key.width),
            };
            MatchValue::Ternary { value: one, mask }
        }
        MatchKind::Range => {
            let other = number(key.width, dice);
            let (low, high) = if one.cmp_unsigned(&other).is_gt() { (other, one) } else { (one, other) };
            MatchValue::Range { low, high }
        }
        MatchKind::Optional => MatchValue::Optional(dice.percent(60).then_some(one)),
    }
}
