//! Entries, some of them wrong.

use hyper4_bits::Bits;
use hyper4_ir::{Action, Command, MatchKind, MatchValue, Program, Table, TableImplementation, TableKey};

use crate::random::Random;

pub(crate) fn commands(program: &Program, random: &mut Random) -> Vec<Command> {
    let mut commands = vec![
        Command::MulticastGroupCreate { group: 1 },
        Command::MulticastNodeCreate { rid: 7, ports: vec![1, 2, 510], lags: vec![] },
        Command::MulticastNodeCreate { rid: 300, ports: vec![0], lags: vec![] },
        Command::MulticastNodeAssociate { group: 1, node: 1 },
        Command::MulticastNodeAssociate { group: 1, node: 0 },
        Command::MulticastNodeAssociate { group: 1, node: 0 },
        Command::MulticastNodeAssociate { group: 9, node: 0 },
    ];
    for table in &program.tables {
        // What has its entries in a profile gets none of its own.
        let direct = table.implementation == TableImplementation::Simple;
        for _ in 0..if direct { random.below(14) } else { 0 } {
            commands.push(command(program, table, random));
        }
        commands.push(Command::TableDump { table: table.name.clone() });
    }
    commands
}

fn command(program: &Program, table: &Table, random: &mut Random) -> Command {
    let action = random.pick(&table.actions);
    let action = &program.actions[action.index()];
    let (name, chosen) = (table.name.clone(), action.name.clone());
    // Numbers of handles that were given, or nearly.
    let handle = |random: &mut Random| random.below(6) as u64 | ((random.below(6) / 5) as u64) << 24;
    match random.below(20) {
        0 => Command::TableDelete { table: name, handle: handle(random) },
        1 => Command::TableModify {
            table: name,
            handle: handle(random),
            action: chosen,
            arguments: arguments(action, random),
        },
        2 => Command::TableSetDefault { table: name, action: chosen, arguments: arguments(action, random) },
        3 => Command::TableResetDefault { table: name },
        4 if random.once_in(3) => Command::TableClear { table: name },
        _ => {
            let wants = matches!(table.match_kind, MatchKind::Ternary | MatchKind::Range);
            Command::TableAdd {
                table: name,
                key: table.keys.iter().map(|key| value(key, random)).collect(),
                action: chosen,
                arguments: arguments(action, random),
                priority: wants.then(|| random.below(3) as u32),
            }
        }
    }
}

pub(crate) fn arguments(action: &Action, random: &mut Random) -> Vec<Bits> {
    action.parameters.iter().map(|parameter| random.bits(parameter.width)).collect()
}

pub(crate) fn value(key: &TableKey, random: &mut Random) -> MatchValue {
    let one = random.bits(key.width);
    match key.match_kind {
        MatchKind::Exact => MatchValue::Exact(one),
        MatchKind::Lpm => {
            MatchValue::Lpm { value: one, prefix_length: random.below(key.width as usize + 1) as u32 }
        }
        MatchKind::Ternary => MatchValue::Ternary { value: one, mask: random.bits(key.width) },
        MatchKind::Range => {
            let other = random.bits(key.width);
            let (low, high) = if one.cmp_unsigned(&other).is_gt() { (other, one) } else { (one, other) };
            MatchValue::Range { low, high }
        }
        MatchKind::Optional => MatchValue::Optional(random.once_in(2).then_some(one)),
    }
}
