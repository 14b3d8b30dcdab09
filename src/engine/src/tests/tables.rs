//! Tables and their entries, as a real simple_switch has them: what is expected here was seen there.

use hyper4_ir::*;
use hyper4_switch::{ControlError, Switch, SwitchError, Tracing};
use proptest::prelude::*;

use super::builder::*;

/// A table over those keys whose action `set` shows its argument in `h.c`; a miss shows nothing.
fn lookup(keys: &[(MatchKind, FieldRef)]) -> Program {
    let mut program = base();
    let nothing = action(&mut program, "nothing", &[], vec![]);
    let set = action(&mut program, "set", &[8], vec![show(Expr::Param(0))]);
    let start = table(&mut program, "t", keys, &[nothing, set], None);
    program.ingress.start = Some(start);
    program
}

fn shows(keys: &[(MatchKind, FieldRef)], commands: &[&str], packets: &[(u16, u8, u8)]) {
    let mut engine = engine(lookup(keys), commands);
    for (a, b, expected) in packets {
        assert_eq!(shown(&mut engine, &packet(*a, *b, 0)), *expected, "for a {a:#x} and b {b:#x}");
    }
}

#[test]
fn exact_keys_match_all_their_fields() {
    let keys = [(MatchKind::Exact, h(0)), (MatchKind::Exact, h(1))];
    let commands = ["table_add t set 1 2 => 10", "table_add t set 2 1 => 20"];
    shows(&keys, &commands, &[(1, 2, 10), (2, 1, 20), (1, 1, 0), (0, 0, 0)]);
}

#[test]
fn the_longest_prefix_wins() {
    let commands = [
        "table_add t set 0x1200/8 => 1",
        "table_add t set 0x1230/12 => 2",
        "table_add t set 0x0/0 => 3",
        "table_add t set 0x1234/16 => 4",
    ];
    let packets = [(0x1299, 0, 1), (0x1239, 0, 2), (0x1234, 0, 4), (0x9999, 0, 3)];
    shows(&[(MatchKind::Lpm, h(0))], &commands, &packets);
}

#[test]
fn the_lowest_priority_wins_then_the_lowest_handle() {
    let commands = [
        "table_add t set 0x0&&&0x0 => 1 5",
        "table_add t set 0x1&&&0x1 => 2 5",
        "table_add t set 0x2&&&0x2 => 3 4",
        "table_add t set 0x4&&&0x4 => 4 0",
        "table_delete t 0",
        "table_add t set 0x0&&&0x0 => 9 5",
    ];
    // The new entry has handle 1 << 24, but its number is 0 and wins.
    shows(&[(MatchKind::Ternary, h(0))], &commands, &[(1, 0, 9), (3, 0, 3), (7, 0, 4), (8, 0, 9)]);
}

#[test]
fn prefixes_do_not_rank_beside_ternary_keys() {
    let keys = [(MatchKind::Lpm, h(0)), (MatchKind::Ternary, h(1))];
    let commands = ["table_add t set 0x1230/12 0&&&0 => 1 2", "table_add t set 0x1200/8 0&&&0 => 2 1"];
    shows(&keys, &commands, &[(0x1234, 0, 2), (0x1334, 0, 0)]);
}

#[test]
fn ranges_include_their_bounds() {
    let keys = [(MatchKind::Range, h(0)), (MatchKind::Range, h(3)), (MatchKind::Exact, h(1))];
    let all = "0x0->0xfffffffffffffffffffffffff";
    let wide = "0x0111213141516171819101112->0x0112131415161718191a1b1c1";
    let commands = [
        format!("table_add t set 5->9 {all} 0 => 1 1"),
        format!("table_add t set 9->0xffff {all} 0 => 2 2"),
        format!("table_add t set 0->0xffff {wide} 1 => 3 1"),
    ];
    let commands: Vec<&str> = commands.iter().map(String::as_str).collect();
    shows(&keys, &commands, &[(5, 0, 1), (9, 0, 1), (10, 0, 2), (4, 0, 0), (5, 1, 3), (5, 2, 0)]);
}

#[test]
fn optional_keys_match_or_are_not_looked_at() {
    let keys = [(MatchKind::Optional, h(0)), (MatchKind::Exact, h(1))];
    let commands = ["table_add t set 7&&&0xffff 1 => 1 1", "table_add t set 0&&&0 1 => 2 2"];
    shows(&keys, &commands, &[(7, 1, 1), (8, 1, 2), (7, 2, 0)]);
}

#[test]
fn masked_keys_and_keys_on_validity() {
    let mut program = lookup(&[(MatchKind::Exact, h(0)), (MatchKind::Exact, h(1))]);
    let keys = &mut program.tables[0].keys;
    keys[0].mask = Some(bits(16, 0x0ff0));
    (keys[1].valid_of, keys[1].width) = (Some(H), 1);
    let mut engine = engine(program, &["table_add t set 0xf12f 1 => 1"]);
    assert_eq!(shown(&mut engine, &packet(0x0121, 0, 0)), 1);
    assert_eq!(shown(&mut engine, &packet(0x0131, 0, 0)), 0);
    // The packet is too short for `h`: it is invalid, and a field of it reads as 0.
    let trace = engine.inject(&[Packet { port: 1, bytes: vec![1, 0x21] }], Tracing::On).unwrap();
    assert!(
        trace.traces[0].packets[0]
            .events
            .contains(&Event::Table { name: "t".into(), outcome: TableOutcome::Miss })
    );
}

#[test]
fn an_invalid_headers_field_is_matched_as_0() {
    let mut program = lookup(&[(MatchKind::Exact, FieldRef { header: HeaderId(3), field: 0 })]);
    program.tables[0].const_entries = vec![];
    let mut engine = engine(program, &["table_add t set 0 => 4"]);
    assert_eq!(shown(&mut engine, &packet(1, 1, 1)), 4);
}

#[test]
fn prefixes_count_from_the_first_bit_of_the_first_byte() {
    let mut program = base();
    program.header_types[2].fields[0].width = 12;
    program.header_types[2].fields[1].width = 12;
    let nothing = action(&mut program, "nothing", &[], vec![]);
    let set = action(&mut program, "set", &[8], vec![show(Expr::Param(0))]);
    let start = table(&mut program, "t", &[(MatchKind::Lpm, h(0))], &[nothing, set], None);
    program.ingress.start = Some(start);
    let mut engine = engine(program, &["table_add t set 0x0ff/6 => 6", "table_add t set 0x0/3 => 3"]);
    // Two bits of the twelve are looked at: four of the prefix are padding.
    assert_eq!(shown(&mut engine, &packet(0x3fff, 0, 0)), 6);
    assert_eq!(shown(&mut engine, &packet(0x4fff, 0, 0)), 3);
}

#[test]
fn entries_are_modified_deleted_and_cleared() {
    let mut engine = engine(
        lookup(&[(MatchKind::Exact, h(0))]),
        &[
            "table_add t set 1 => 1",
            "table_add t set 2 => 2",
            "table_modify t set 0 5",
            "table_set_default t set 9",
        ],
    );
    let mut after = |line: &str, expected: [u8; 3]| {
        let program = engine.program().unwrap().clone();
        if let Some(command) = parse_command(&program, line, 1).unwrap() {
            engine.control(&command).unwrap();
        }
        assert_eq!([1, 2, 3].map(|a| shown(&mut engine, &packet(a, 0, 0))), expected, "after {line}");
    };
    after("", [5, 2, 9]);
    after("table_delete t 0", [9, 2, 9]);
    after("table_add t set 1 => 7", [7, 2, 9]);
    after("table_reset_default t", [7, 2, 0]);
    after("table_clear t", [0, 0, 0]);
    after("table_add t set 3 => 3", [0, 0, 3]);
}

#[test]
fn constant_entries_are_there_and_stay() {
    let mut program = lookup(&[(MatchKind::Ternary, h(0))]);
    let entry = |value, mask, shows, priority| ConstEntry {
        key: vec![MatchValue::Ternary { value: bits(16, value), mask: bits(16, mask) }],
        action: ActionId(1),
        arguments: vec![bits(8, shows)],
        priority,
        source_info: None,
    };
    program.tables[0].const_entries = vec![entry(1, 1, 1, 1), entry(3, 3, 2, 2), entry(0, 0, 3, 3)];
    let mut engine = engine(program.clone(), &[]);
    assert_eq!([3, 1, 2].map(|a| shown(&mut engine, &packet(a, 0, 0))), [1, 1, 3]);
    let add = parse_command(&program, "table_add t set 5&&&5 => 1 1", 1).unwrap().unwrap();
    let refused = Err(SwitchError::Control(ControlError::ImmutableEntries("t".into())));
    assert_eq!(engine.control(&add), refused);
    assert_eq!(shown(&mut engine, &packet(3, 0, 0)), 1);
}

#[test]
fn a_refused_command_changes_nothing() {
    let program = lookup(&[(MatchKind::Exact, h(0))]);
    let mut engine = engine(program, &["table_add t set 1 => 1"]);
    let command = |key: MatchValue, argument| Command::TableAdd {
        table: "t".into(),
        key: vec![key],
        action: "set".into(),
        arguments: vec![bits(argument, 9)],
        priority: None,
    };
    let exact = |width, value| MatchValue::Exact(bits(width, value));
    for wrong in [command(exact(16, 1), 8), command(exact(8, 2), 8), command(exact(16, 2), 9)] {
        assert!(matches!(engine.control(&wrong), Err(SwitchError::Control(_))), "{wrong:?}");
    }
    let dump = engine.control(&Command::TableDump { table: "t".into() }).unwrap();
    let Reply::Entries { entries, .. } = dump else { panic!() };
    assert_eq!(entries.len(), 1);
    assert_eq!([1, 2].map(|a| shown(&mut engine, &packet(a, 0, 0))), [1, 0]);
}

/// A row: value, mask, bounds of `b`, priority.
type Row = (u16, u16, u8, u8, u32);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let small = || prop_oneof![0u16..4, any::<u16>()];
    let mask = prop_oneof![Just(0), Just(3u16), Just(0xffff), any::<u16>()];
    prop::collection::vec((small(), mask, any::<u8>(), any::<u8>(), 0u32..4), 0..24)
}

proptest! {
    /// Against a scan of all rows; some are deleted on the way, so that numbers are given again.
    #[test]
    fn the_search_finds_what_a_scan_finds(
        rows in rows(),
        deleted in prop::collection::vec(any::<prop::sample::Index>(), 0..6),
        packets in prop::collection::vec((prop_oneof![0u16..4, any::<u16>()], any::<u8>()), 1..20),
    ) {
        let mut engine = engine(lookup(&[(MatchKind::Ternary, h(0)), (MatchKind::Range, h(1))]), &[]);
        let mut present: Vec<(u64, Row, u8)> = Vec::new();
        let mut deletions = deleted.iter();
        for (shows, row) in (1u8..).zip(&rows) {
            let (value, mask, one, other, priority) = *row;
            let command = Command::TableAdd {
                table: "t".into(),
                key: vec![
                    MatchValue::Ternary { value: bits(16, value.into()), mask: bits(16, mask.into()) },
                    MatchValue::Range {
                        low: bits(8, one.min(other).into()),
                        high: bits(8, one.max(other).into()),
                    },
                ],
                action: "set".into(),
                arguments: vec![bits(8, shows.into())],
                priority: Some(priority),
            };
            if let Ok(Reply::Handle(handle)) = engine.control(&command) {
                present.push((handle, *row, shows));
            }
            if shows % 3 == 0 && !present.is_empty() && let Some(index) = deletions.next() {
                let (handle, ..) = present.remove(index.index(present.len()));
                engine.control(&Command::TableDelete { table: "t".into(), handle }).unwrap();
            }
        }
        for (a, b) in packets {
            let matching = present.iter().filter(|(_, (value, mask, one, other, _), _)| {
                (a ^ value) & mask == 0 && (*one.min(other)..=*one.max(other)).contains(&b)
            });
            let best = matching.min_by_key(|(handle, (.., priority), _)| (*priority, handle & 0xff_ffff));
            prop_assert_eq!(shown(&mut engine, &packet(a, b, 0)), best.map_or(0, |(.., shows)| *shows));
        }
    }
}
