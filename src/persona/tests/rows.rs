//! The rows of the guests of p4programs/, as p4c compiled them: what must hold of any guest's rows.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

use std::collections::{HashMap, HashSet};
use std::path::Path;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{
    Command, ConditionalId, EntryAction, Event, Expr, MatchKind, MatchValue, Node, PipelineKind, Program,
    TableEntry, TableId, TableOutcome, parse_command,
};
use hyper4_persona::{Guest, Layout, Lookup, MissAction, Next, PersonaConfig, Place, Row, RowMatch, compile};

const GUESTS: [&str; 4] = ["l2_switch", "ipv4_router", "firewall", "arp_proxy"];

fn layout() -> Layout {
    Layout::new(PersonaConfig::default()).unwrap()
}

fn guest(name: &str) -> Guest {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/golden").join(name).join("prog.json");
    let program = Program::from_json(&std::fs::read_to_string(file).unwrap()).unwrap();
    compile(Arc::new(program), &layout()).unwrap()
}

/// The entry that a command line adds, and its table.
fn entry(guest: &Guest, line: &str, handle: u64) -> (TableId, TableEntry) {
    let Some(Command::TableAdd { table, key, action, arguments, priority }) =
        parse_command(guest.program(), line, 1).unwrap()
    else {
        panic!("no entry: {line}");
    };
    let id = guest.program().table_by_name(&table).unwrap();
    let action = EntryAction::Direct { action, arguments };
    (id, TableEntry { handle, key, action, priority, life: None })
}

/// All rows of a guest whose tables are empty.
fn rows(guest: &Guest) -> Vec<Row> {
    let mut rows = guest.fixed_rows().to_vec();
    for (number, table) in guest.program().tables.iter().enumerate() {
        let default = table.default_entry.as_ref().map(|d| MissAction::Action(d.action, &d.arguments));
        rows.extend(guest.default_rows(TableId(number as u32), default).unwrap());
    }
    rows
}

fn matched(row: &Row) -> String {
    match &row.matches {
        RowMatch::Ternary { priority, .. } => format!("ternary {priority}"),
        other => format!("{other:?}"),
    }
}

#[test]
fn no_two_rows_are_in_each_others_way() {
    for name in GUESTS {
        let mut seen = HashSet::new();
        let rows = rows(&guest(name));
        assert!(rows.len() > 9, "{name}");
        for row in rows {
            let key = (row.pipeline, row.pc, row.slot, matched(&row));
            assert!(seen.insert(key), "{name}: {row:?}");
        }
    }
}

#[test]
fn slots_grow_and_every_lookup_has_rows() {
    for name in GUESTS {
        let guest = guest(name);
        let rows = rows(&guest);
        // A lookup is complete when it can't miss: by a row of `step`, or by one that matches everything.
        let mut complete = HashMap::new();
        for row in &rows {
            let everything = match &row.matches {
                RowMatch::Step => true,
                RowMatch::Ternary { mask, .. } => mask.is_zero(),
                RowMatch::Lpm { prefix_length, .. } => *prefix_length == 0,
                RowMatch::Exact(_) => false,
            };
            *complete.entry((row.pipeline, row.slot, row.pc)).or_insert(false) |= everything;
        }
        let mut followed = 0;
        for row in &rows {
            assert!(row.slot < guest.slots(row.pipeline), "{name}: {row:?}");
            let Next::Lookup { slot, pc, lookup, key_mask } = &row.next else { continue };
            assert!(*slot > row.slot, "{name}: {row:?}");
            assert!(*slot < guest.slots(row.pipeline), "{name}: {row:?}");
            if *lookup == Lookup::Leave {
                assert!(guest.leave_slots().contains(slot), "{name}: {row:?}");
                continue;
            }
            followed += 1;
            assert_eq!(complete.get(&(row.pipeline, *slot, *pc)), Some(&true), "{name}: after {row:?}");
            assert!(key_mask.is_zero() || matches!(lookup, Lookup::Exact | Lookup::Lpm), "{name}: {row:?}");
        }
        assert!(followed > 1, "{name}");
        let (slot, pc, _) = guest.start();
        assert_eq!(complete.get(&(PipelineKind::Ingress, slot, pc)), Some(&true), "{name}");
        if let Some((start, _)) = guest.egress_start()
            && let Next::Lookup { slot, pc, .. } = start.next
        {
            assert_eq!(complete.get(&(PipelineKind::Egress, slot, pc)), Some(&true), "{name}");
        }
    }
}

#[test]
fn every_row_of_a_guest_fits_the_personas_tables() {
    for name in GUESTS {
        for row in rows(&guest(name)) {
            let Command::TableAdd { table, key, action, arguments, priority } =
                row.command(Place { id: 7, slot_base: 3, exit: None })
            else {
                panic!("no entry: {row:?}");
            };
            let base = if row.pipeline == PipelineKind::Ingress { 3 } else { 0 };
            assert!(table.ends_with(&format!("_{}", row.slot + base)), "{name}: {table}");
            assert_eq!(key[0], MatchValue::Exact(Bits::from_u64(16, 7)), "{name}");
            assert_eq!(priority.is_some(), row.matches.lookup() == Lookup::Ternary, "{name}: {row:?}");
            let least = if action.ends_with(".look") { 4 } else { 6 };
            assert!(action.contains(".commit") || least == 4, "{name}: {action}");
            assert!(arguments.len() >= least, "{name}: {action}");
        }
    }
}

#[test]
fn an_entry_is_a_row_where_its_table_can_match() {
    let guest = guest("ipv4_router");
    let (table, entry) = entry(&guest, "table_add ipv4_lpm set_nexthop 10.1.0.0/16 => 3", 5);
    let rows = guest.entry_rows(table, &entry, 1, 0).unwrap();
    assert_eq!(rows.len(), 1);
    let RowMatch::Lpm { prefix_length, .. } = &rows[0].matches else { panic!("{rows:?}") };
    // Everything above the address, and 16 bits of it: the length and 30 bytes lie before it.
    assert_eq!(*prefix_length, 16 + 30 * 8 + 16);
    let outcome = TableOutcome::Hit(5);
    assert!(matches!(&rows[0].origin.events[0], Event::Table { outcome: o, .. } if *o == outcome));
    assert!(matches!(&rows[0].origin.events[1], Event::Action { arguments, .. } if arguments.len() == 1));
}

/// Of a table that is applied with and without a valid header, an entry for the header's field is one row.
#[test]
fn an_entry_that_wants_an_invalid_header_not_to_be_zero_has_no_row_there() {
    let guest = guest("l2_switch");
    let rows_of = |mac: &str| {
        let (table, entry) = entry(&guest, &format!("table_add smac drop {mac} =>"), 0);
        guest.entry_rows(table, &entry, 1, 0).unwrap().len()
    };
    // Packets too short for Ethernet read zero.
    assert_eq!(rows_of("02:00:00:00:00:01"), 1);
    assert_eq!(rows_of("00:00:00:00:00:00"), 2);
}

#[test]
fn entries_that_do_not_fit_are_refused() {
    let guest = guest("ipv4_router");
    let (table, fits) = entry(&guest, "table_add ipv4_lpm set_nexthop 10.1.0.0/16 => 3", 0);
    let refused = |entry: &TableEntry| guest.entry_rows(table, entry, 1, 0).unwrap_err().to_string();
    let direct = |action: &str, arguments| EntryAction::Direct { action: action.to_owned(), arguments };
    let unknown = TableEntry { action: direct("nothing", vec![]), ..fits.clone() };
    assert!(refused(&unknown).contains("no action `nothing`"));
    let narrow = TableEntry { action: direct("set_nexthop", vec![Bits::zero(3)]), ..fits.clone() };
    assert!(refused(&narrow).contains("takes arguments of [16] bits"));
    let exact = TableEntry { key: vec![MatchValue::Exact(Bits::zero(32))], ..fits.clone() };
    assert!(refused(&exact).contains("key"));
    assert!(guest.entry_rows(TableId(99), &fits, 1, 0).is_err());
    assert!(guest.default_rows(TableId(99), None).is_err());
}

/// What the four guests cost; a change of these numbers is worth a look.
#[test]
fn the_guests_use_so_many_slots_and_rows() {
    let costs = GUESTS.map(|name| {
        let guest = guest(name);
        (guest.slots(PipelineKind::Ingress), guest.slots(PipelineKind::Egress), guest.fixed_rows().len())
    });
    assert_eq!(costs, [(4, 2, 6), (6, 0, 16), (4, 0, 16), (7, 0, 12)]);
}

/// A chain of conditions as long as nobody writes it needs more slots than there are, but not more stack.
#[test]
fn a_very_long_chain_of_conditions_is_refused() {
    let mut program = (**guest("l2_switch").program()).clone();
    let length = 50_000;
    let mut conditional = program.conditionals[0].clone();
    conditional.pipeline = PipelineKind::Ingress;
    conditional.expression = Expr::Bool(true);
    program.conditionals.truncate(1);
    for number in 1..=length {
        let next = (number < length).then_some(Node::Conditional(ConditionalId(number + 1)));
        (conditional.true_next, conditional.false_next) = (next, next);
        program.conditionals.push(conditional.clone());
    }
    program.ingress.start = Some(Node::Conditional(ConditionalId(1)));
    let refusal = compile(Arc::new(program), &layout()).unwrap_err();
    assert!(refusal.reason.contains("slots"), "{refusal}");
}

/// An entry whose ranges multiply to more rows than a table holds is refused before they are made.
#[test]
fn an_entry_with_too_many_rows_is_refused() {
    let mut program = (**guest("firewall").program()).clone();
    let table = program.tables.iter_mut().find(|t| t.name.ends_with("acl")).unwrap();
    table.match_kind = MatchKind::Range;
    table.keys.iter_mut().for_each(|key| key.match_kind = MatchKind::Range);
    let widths: Vec<u32> = table.keys.iter().map(|key| key.width).collect();
    let guest = compile(Arc::new(program), &layout()).unwrap();
    let id = guest.program().table_by_name("acl").unwrap();
    let range = |width: &u32| MatchValue::Range {
        low: Bits::from_u64(*width, 1),
        high: Bits::ones(*width).wrapping_sub(&Bits::from_u64(*width, 1)),
    };
    let key = widths.iter().map(range).collect();
    let action = EntryAction::Direct { action: "permit".to_owned(), arguments: vec![] };
    let entry = TableEntry { handle: 0, key, action, priority: Some(1), life: None };
    let refusal = guest.entry_rows(id, &entry, 1, 0).unwrap_err();
    assert!(refusal.reason.contains("more than the 4096 rows"), "{refusal}");
}
