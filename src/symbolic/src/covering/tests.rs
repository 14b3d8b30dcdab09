//! The packets for the fixture: what they are said to do is what the fixture means, and nothing is left out.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use hyper4_bits::Bits;
use hyper4_ir::*;

use super::{CoverOptions, Covering, Goal, GoalKind, GoalStatus, cover};
use crate::Subject;
use crate::fixture::{IP, STANDARD, assign, binary, commands, number, program, reference, subject};

fn covered(covering: &Covering, kind: GoalKind) -> usize {
    let covered = |(goal, status): &&(Goal, GoalStatus)| {
        goal.kind() == kind && matches!(status, GoalStatus::Covered(_))
    };
    covering.goals.iter().filter(covered).count()
}

/// What is said of each packet is what it does.
fn are_right(covering: &Covering) {
    for covering in &covering.packets {
        let outputs = covering.outputs.as_ref().expect("nothing is undefined");
        let sent: Vec<(u16, Vec<u8>)> = outputs.iter().map(|o| (o.port, o.bytes.clone())).collect();
        assert_eq!(sent, reference(&covering.packet), "{covering:?}");
    }
}

#[test]
fn every_goal_of_the_fixture_is_reached_or_said_to_be_out_of_reach() {
    let covering = cover(&subject(), &CoverOptions::default()).expect("the executor carries it");
    assert!(covering.exhausted);
    are_right(&covering);
    for (goal, status) in &covering.goals {
        let expected = match goal {
            // Entries of each table have some of the five actions; the default has another.
            Goal::Action { table: TableId(0), action: ActionId(1 | 2) }
            | Goal::Action { table: TableId(1), action: ActionId(0 | 4) }
            | Goal::Action { table: TableId(2), action: ActionId(0 | 3) }
            | Goal::Action { table: TableId(3), action: ActionId(0) } => true,
            Goal::Action { .. } => false,
            _ => true,
        };
        match status {
            GoalStatus::Covered(packet) => {
                assert!(expected, "{goal:?}");
                let number = covering.goals.iter().position(|(other, _)| other == goal).expect("it is there");
                assert!(covering.packets[*packet].goals.contains(&number), "{goal:?}");
            }
            GoalStatus::NeedsEntry(why) => {
                assert!(!expected && why.contains("has no entry with action"), "{goal:?}: {why}")
            }
            other => panic!("{goal:?}: {other:?}"),
        }
    }
    let counts = GoalKind::ALL.map(|kind| covered(&covering, kind));
    assert_eq!(counts, [11, 3, 7, 2, 4]);
    // Eleven entries, of which no two are hit by one packet but those of the list with those of the routes.
    assert!((8..=16).contains(&covering.packets.len()), "{}", covering.packets.len());
}

#[test]
fn each_packet_has_a_path_of_its_own() {
    let options = CoverOptions { paths: Some(80), ..CoverOptions::default() };
    let covering = cover(&subject(), &options).expect("the executor carries it");
    are_right(&covering);
    assert!(covering.packets.len() >= 25, "{}", covering.packets.len());
    let different: BTreeSet<(u16, &[u8])> =
        covering.packets.iter().map(|p| (p.packet.port, p.packet.bytes.as_slice())).collect();
    assert_eq!(different.len(), covering.packets.len());
    let lengths: BTreeSet<usize> = covering.packets.iter().map(|p| p.packet.bytes.len()).collect();
    assert_eq!(lengths, BTreeSet::from([13, 21, 23]));
    let few = cover(&subject(), &CoverOptions { paths: Some(5), ..CoverOptions::default() });
    assert_eq!(few.expect("the executor carries it").packets.len(), 5);
}

#[test]
fn an_entry_behind_a_better_one_is_out_of_reach() {
    let mut subject = subject();
    let exact = |value| MatchValue::Ternary { value: Bits::from_u64(8, value), mask: Bits::ones(8) };
    let range = MatchValue::Range { low: Bits::from_u64(8, 0), high: Bits::from_u64(8, 255) };
    let hidden = Command::TableAdd {
        table: "list".to_owned(),
        key: vec![exact(0x12), MatchValue::Range { low: Bits::from_u64(8, 3), high: Bits::from_u64(8, 9) }],
        action: "drop".to_owned(),
        arguments: vec![],
        priority: Some(20),
    };
    let open = Command::TableAdd {
        table: "list".to_owned(),
        key: vec![exact(0x12), range],
        action: "drop".to_owned(),
        arguments: vec![],
        priority: Some(20),
    };
    subject.apply(&hidden).expect("it fits");
    subject.apply(&open).expect("it fits");
    let covering = cover(&subject, &CoverOptions::default()).expect("the executor carries it");
    let status = |handle| {
        let goal = Goal::Entry { table: TableId(1), handle };
        covering.goals.iter().find(|(other, _)| *other == goal).map(|(_, status)| status.clone())
    };
    assert_eq!(status(3), Some(GoalStatus::Infeasible));
    assert!(matches!(status(4), Some(GoalStatus::Covered(_))), "{:?}", status(4));
}

#[test]
fn what_lies_behind_an_entry_that_is_missing_is_said_to() {
    // Without an entry of the list nothing comes to the routes.
    let commands: Vec<Command> = commands()
        .into_iter()
        .filter(|command| !matches!(command, Command::TableAdd { table, .. } if table == "list"))
        .collect();
    let subject = Subject::with_commands(Arc::new(program()), &commands).expect("the commands fit");
    let covering = cover(&subject, &CoverOptions::default()).expect("the executor carries it");
    let route = covering.goals.iter().find(|(goal, _)| *goal == Goal::Miss { table: TableId(2) });
    match route {
        Some((_, GoalStatus::NeedsEntry(why))) => {
            assert_eq!(why, "table `list` has no entry with action `nothing`")
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn what_depends_on_something_undefined_is_not_said_to_be_reached() {
    let mut program = program();
    let ttl = Expr::Field(FieldRef { header: IP, field: 0 });
    program.conditionals[0].expression = binary(BinaryOp::Eq, ttl, number(7));
    program.parser.states[0].transitions.remove(0);
    let subject = Subject::with_commands(Arc::new(program), &commands()).expect("the commands fit");
    let covering = cover(&subject, &CoverOptions::default()).expect("the executor carries it");
    let branch = Goal::Branch { condition: ConditionalId(0), holds: true };
    match covering.goals.iter().find(|(goal, _)| *goal == branch) {
        Some((_, GoalStatus::Unknown(why))) => assert!(why.contains("`ip.ttl`"), "{why}"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_search_that_is_given_up_says_so() {
    let options = CoverOptions { time: Duration::ZERO, ..CoverOptions::default() };
    let covering = cover(&subject(), &options).expect("the executor carries it");
    assert!(covering.packets.is_empty() && !covering.exhausted);
    let unknown = covering.goals.iter().filter(|(_, status)| matches!(status, GoalStatus::Unknown(_)));
    assert!(unknown.count() > 20);
}

#[test]
fn a_construct_that_is_not_carried_hides_only_what_lies_behind_it() {
    let mut program = program();
    // A truth value where a number is wanted.
    program.actions[3].primitives = vec![assign(FieldRef { header: STANDARD, field: 1 }, Expr::Bool(true))];
    let subject = Subject::with_commands(Arc::new(program), &commands()).expect("the commands fit");
    let covering = cover(&subject, &CoverOptions::default()).expect("the executor carries the rest");
    let entry = |table, handle| {
        let goal = Goal::Entry { table, handle };
        covering.goals.iter().find(|(other, _)| *other == goal).map(|(_, status)| status.clone())
    };
    assert!(matches!(entry(TableId(0), 0), Some(GoalStatus::Covered(_))));
    match entry(TableId(2), 0) {
        Some(GoalStatus::Unknown(why)) => assert!(why.contains("truth value"), "{why}"),
        other => panic!("{other:?}"),
    }
}
