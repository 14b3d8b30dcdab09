//! The control plane that the project keeps for every switch, against the real one: random commands must have the same
//! answers.

use std::cell::Cell;
use std::path::Path;

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, Reply};
use hyper4_switch::{ControlError, ControlPlane, Switch, SwitchError};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngSeed, TestRunner};

use crate::{lives, oracle};

/// Handles that are given, were given, or never are.
fn handles() -> impl Strategy<Value = u64> {
    prop_oneof![8 => 0..6u64, 2 => (0..4u64).prop_map(|number| 1 << 24 | number), 1 => Just(99)]
}

fn bits(width: u32, most: u64) -> impl Strategy<Value = Bits> {
    (0..=most).prop_map(move |value| Bits::from_u64(width, value))
}

/// A table with a key for it: few keys, so that they meet.
fn keys() -> impl Strategy<Value = (&'static str, Vec<MatchValue>, Option<u32>)> {
    let host = bits(48, 6).prop_map(|mac| ("host", vec![MatchValue::Exact(mac)], None));
    let route = (bits(12, 7), 8..=12u32)
        .prop_map(|(value, prefix_length)| ("route", vec![MatchValue::Lpm { value, prefix_length }], None));
    let filter = (bits(4, 3), bits(4, 3), bits(12, 2), bits(12, 2), 0..3u32).prop_map(
        |(value, mask, one, other, priority)| {
            let (low, high) = if one.cmp_unsigned(&other).is_le() { (one, other) } else { (other, one) };
            let ether_type = MatchValue::Ternary { value: Bits::zero(16), mask: Bits::zero(16) };
            let key = vec![MatchValue::Ternary { value, mask }, MatchValue::Range { low, high }, ether_type];
            ("filter", key, Some(priority))
        },
    );
    let fixed = bits(48, 1).prop_map(|mac| ("fixed", vec![MatchValue::Exact(mac)], None));
    prop_oneof![4 => host, 4 => route, 4 => filter, 1 => fixed]
}

fn tables() -> impl Strategy<Value = String> {
    prop::sample::select(vec!["host", "route", "filter", "fixed", "nothing"])
        .prop_map(|name| format!("LivesIngress.{name}"))
}

fn actions() -> impl Strategy<Value = (String, Vec<Bits>)> {
    let named = |name: &str, arguments: Vec<Bits>| (name.to_owned(), arguments);
    prop_oneof![
        4 => bits(9, 511).prop_map(move |port| named("LivesIngress.forward", vec![port])),
        4 => bits(4, 15).prop_map(move |color| named("LivesIngress.recolor", vec![color])),
        2 => Just(named("LivesIngress.drop", vec![])),
        2 => Just(named("NoAction", vec![])),
        1 => bits(4, 15).prop_map(move |color| named("LivesIngress.forward", vec![color])),
        1 => Just(named("LivesIngress.recolor", vec![])),
    ]
}

fn table_commands() -> impl Strategy<Value = Command> {
    prop_oneof![
        6 => (keys(), actions()).prop_map(|((table, key, priority), (action, arguments))| {
            Command::TableAdd { table: format!("LivesIngress.{table}"), key, action, arguments, priority }
        }),
        3 => (tables(), handles(), actions()).prop_map(|(table, handle, (action, arguments))| {
            Command::TableModify { table, handle, action, arguments }
        }),
        3 => (tables(), handles()).prop_map(|(table, handle)| Command::TableDelete { table, handle }),
        2 => (tables(), actions()).prop_map(|(table, (action, arguments))| {
            Command::TableSetDefault { table, action, arguments }
        }),
        1 => tables().prop_map(|table| Command::TableResetDefault { table }),
        1 => tables().prop_map(|table| Command::TableClear { table }),
        2 => tables().prop_map(|table| Command::TableDump { table }),
    ]
}

fn multicast_commands() -> impl Strategy<Value = Command> {
    let ports = || prop::collection::vec(prop_oneof![0..6u16, 509..=513u16], 0..4);
    let group = || 0..4u16;
    let node = || 0..5u64;
    prop_oneof![
        3 => group().prop_map(|group| Command::MulticastGroupCreate { group }),
        1 => group().prop_map(|group| Command::MulticastGroupDestroy { group }),
        3 => (0..3u16, ports()).prop_map(|(rid, ports)| Command::MulticastNodeCreate { rid, ports, lags: vec![] }),
        3 => (node(), ports()).prop_map(|(node, ports)| Command::MulticastNodeUpdate { node, ports, lags: vec![] }),
        3 => (group(), node()).prop_map(|(group, node)| Command::MulticastNodeAssociate { group, node }),
        3 => (group(), node()).prop_map(|(group, node)| Command::MulticastNodeDissociate { group, node }),
        3 => node().prop_map(|node| Command::MulticastNodeDestroy { node }),
    ]
}

/// An answer without the text of its reason, which is everybody's own.
fn answer(result: Result<Reply, SwitchError>) -> Result<Reply, String> {
    result.map_err(|error| match error {
        SwitchError::Control(ControlError::Multicast(_)) => "Multicast".to_owned(),
        SwitchError::Control(ControlError::BadMatchKey { .. }) => "BadMatchKey".to_owned(),
        SwitchError::Control(ControlError::BadActionData { .. }) => "BadActionData".to_owned(),
        other => format!("{other:?}"),
    })
}

#[derive(Default)]
struct Counts {
    done: Cell<usize>,
    refused: Cell<usize>,
}

fn compare(path: &Path, all: &[Command], counts: &Counts) -> Result<(), TestCaseError> {
    let mut switch = lives::loaded(path.to_owned());
    let mut model = ControlPlane::new(lives::program());
    for command in all {
        let real = answer(switch.control(command));
        let prepared = model.prepare(command);
        let modelled = answer(prepared.clone().map(|prepared| prepared.reply).map_err(SwitchError::from));
        prop_assert_eq!(&real, &modelled, "to {:?}", command);
        let count = if real.is_ok() { &counts.done } else { &counts.refused };
        count.set(count.get() + 1);
        if let Ok(prepared) = prepared {
            model.commit(prepared.change);
        }
    }
    Ok(())
}

fn run(commands: impl Strategy<Value = Command>) {
    let Some(path) = oracle::simple_switch() else { return };
    let seed = RngSeed::Fixed(1);
    let config = Config { cases: 40, rng_seed: seed, failure_persistence: None, ..Config::default() };
    let counts = Counts::default();
    TestRunner::new(config)
        .run(&prop::collection::vec(commands, 1..80), |all| compare(&path, &all, &counts))
        .unwrap();
    let (done, refused) = (counts.done.get(), counts.refused.get());
    assert!(done > 300 && refused > 100, "{done} done, {refused} refused");
}

#[test]
fn table_commands_are_answered_as_the_real_switch_does() {
    run(table_commands());
}

#[test]
fn multicast_commands_are_answered_as_the_real_switch_does() {
    run(multicast_commands());
}
