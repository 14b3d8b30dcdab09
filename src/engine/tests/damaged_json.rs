//! Real bmv2 JSON with parts changed: reading it, loading it on the engine and letting packets pass gives a program,
//! packets or an error, never a crash, in bounded time; and a program that is read is read again from what is written of
//! it.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by it")]

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Packet, Program};
use hyper4_switch::{Switch, Tracing};
use serde_json::Value;

/// A small generator of numbers: the same seed gives the same damage.
struct Dice(u64);

impl Dice {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((z ^ (z >> 31)) % bound.max(1) as u64) as usize
    }
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(object) => object.iter().for_each(|(key, item)| {
            found.push(key.clone());
            texts(item, found);
        }),
        _ => {}
    }
}

fn count(value: &Value) -> usize {
    1 + match value {
        Value::Array(items) => items.iter().map(count).sum(),
        Value::Object(object) => object.values().map(count).sum(),
        _ => 0,
    }
}

/// The `n`-th value, outer ones first.
fn nth<'a>(value: &'a mut Value, n: &mut usize) -> Option<&'a mut Value> {
    if *n == 0 {
        return Some(value);
    }
    *n -= 1;
    match value {
        Value::Array(items) => items.iter_mut().find_map(|item| nth(item, n)),
        Value::Object(object) => object.values_mut().find_map(|item| nth(item, n)),
        _ => None,
    }
}

fn damage(root: &mut Value, words: &[String], dice: &mut Dice) {
    let mut at = dice.below(count(root));
    let other = {
        let mut from = dice.below(count(root));
        let mut copy = root.clone();
        nth(&mut copy, &mut from).cloned().unwrap_or(Value::Null)
    };
    let Some(place) = nth(root, &mut at) else { return };
    let word = words.get(dice.below(words.len())).cloned().unwrap_or_default();
    const NUMBERS: [i64; 12] = [0, 1, 2, 7, 8, 9, -1, 255, 65_536, 2_147_483_647, 4_294_967_295, i64::MAX];
    match (dice.below(10), &mut *place) {
        (0, place) => *place = Value::Null,
        (1, place) => *place = other,
        (2, place) => *place = Value::String(word),
        (3, place) => *place = NUMBERS.get(dice.below(NUMBERS.len())).copied().unwrap_or(0).into(),
        (4, place) => {
            for _ in 0..=dice.below(400) {
                *place = serde_json::json!({ "type": "expression", "value": { "op": "~", "left": null, "right": place.take() } });
            }
        }
        (5 | 6, Value::Array(items)) if !items.is_empty() => {
            let at = dice.below(items.len());
            let item = items[at].clone();
            if dice.below(2) == 0 { drop(items.remove(at)) } else { items.push(item) }
        }
        (5 | 6, Value::Object(object)) if !object.is_empty() => {
            let key = object.keys().nth(dice.below(object.len())).cloned().unwrap_or_default();
            let value = object.shift_remove(&key).unwrap_or_default();
            if dice.below(2) == 0 {
                object.insert(word, value);
            }
        }
        (7, Value::Number(number)) => {
            let step = if dice.below(2) == 0 { 1 } else { -1 };
            *place = Value::from(number.as_i64().unwrap_or(0).wrapping_add(step));
        }
        (_, Value::String(text)) if !text.is_empty() => {
            let digits: Vec<char> = text.chars().chain(['f', '0', 'x', '-', 'é']).collect();
            let at = dice.below(text.chars().count());
            let with = digits[dice.below(digits.len())];
            *place = text
                .chars()
                .enumerate()
                .map(|(i, c)| if i == at { with } else { c })
                .collect::<String>()
                .into();
        }
        (_, place) => *place = Value::Bool(dice.below(2) == 0),
    }
}

fn programs() -> Vec<(PathBuf, Value)> {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")];
    folders.extend(std::env::var_os("HYPER4_BMV2_JSON").map(PathBuf::from));
    let mut found = Vec::new();
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "json") {
                let text = std::fs::read_to_string(&path).unwrap();
                if text.len() < 300_000 && text.contains("\"header_types\"") {
                    found.push((path, serde_json::from_str(&text).unwrap()));
                }
            }
        }
    }
    found.sort_by(|a, b| a.0.cmp(&b.0));
    found
}

/// What became of a text.
#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Refused,
    /// It was read, and the engine refuses it.
    Read,
    /// Packets passed, all of them or until one was too much.
    Ran {
        failed: bool,
    },
}

fn try_to_run(text: &str, dice: &mut Dice) -> End {
    let Ok(program) = Program::from_json(text) else { return End::Refused };
    let written = program.to_json().to_string();
    let again = Program::from_json(&written).unwrap_or_else(|error| panic!("{error}\n{text}"));
    assert!(again == program, "another program is read back of\n{text}");
    let mut engine = Engine::new();
    if engine.load(Arc::new(program)).is_err() {
        return End::Read;
    }
    let bytes = |dice: &mut Dice| -> Vec<u8> {
        let kind = dice.below(3);
        let byte =
            |dice: &mut Dice| if kind == 0 { dice.below(256) as u8 } else { dice.below(kind + 1) as u8 };
        (0..dice.below(120)).map(|_| byte(dice)).collect()
    };
    let packets: Vec<Packet> =
        (0..4).map(|_| Packet { port: dice.below(4) as u16, bytes: bytes(dice) }).collect();
    let tracing = if dice.below(2) == 0 { Tracing::On } else { Tracing::Off };
    // One after the other: what kills a real switch is an error, and the next packet finds a switch.
    let failed = packets.chunks(1).filter(|packet| engine.inject(packet, tracing).is_err()).count();
    End::Ran { failed: failed > 0 }
}

#[test]
fn damaged_programs_are_refused_or_run() {
    let cases: usize =
        std::env::var("HYPER4_DAMAGED_JSON").ok().and_then(|n| n.parse().ok()).unwrap_or(4_000);
    let programs = programs();
    assert!(programs.len() >= 4, "only {} programs", programs.len());
    let (mut read, mut refused, mut ran, mut failed) = (0, 0, 0, 0);
    for case in 0..cases {
        let (path, original) = &programs[case % programs.len()];
        let mut dice = Dice(case as u64);
        let mut words = Vec::new();
        texts(original, &mut words);
        let mut value = original.clone();
        for _ in 0..=dice.below(3) {
            damage(&mut value, &words, &mut dice);
        }
        let mut text = value.to_string();
        if dice.below(8) == 0 {
            let mut bytes = text.into_bytes();
            let at = dice.below(bytes.len());
            bytes[at] = dice.below(256) as u8;
            text = String::from_utf8_lossy(&bytes).into_owned();
        }
        let begun = std::time::Instant::now();
        let outcome = std::panic::catch_unwind(move || try_to_run(&text, &mut dice));
        match outcome.unwrap_or_else(|_| panic!("case {case} of {}", path.display())) {
            End::Refused => refused += 1,
            End::Read => read += 1,
            End::Ran { failed: false } => ran += 1,
            End::Ran { failed: true } => failed += 1,
        }
        let took = begun.elapsed();
        assert!(took.as_secs() < 20, "case {case} of {} takes {took:?}", path.display());
    }
    println!("{refused} refused, {read} read alone, {ran} run, {failed} with a packet that was too much");
    assert!(
        refused > cases / 20 && ran > cases / 20,
        "{refused} refused, {read} read, {ran} run: the damage is off"
    );
}
