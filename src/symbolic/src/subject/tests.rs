//! The control plane's state, as simple_switch keeps it.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::*;

use super::{Subject, SubjectError};
use crate::fixture::program;

fn empty() -> Subject {
    Subject::new(Arc::new(program())).expect("a program without entries")
}

fn add(mac: u64, port: u64) -> Command {
    Command::TableAdd {
        table: "switch".to_owned(),
        key: vec![MatchValue::Exact(Bits::from_u64(48, mac))],
        action: "forward".to_owned(),
        arguments: vec![Bits::from_u64(9, port)],
        priority: None,
    }
}

fn delete(handle: u64) -> Command {
    Command::TableDelete { table: "switch".to_owned(), handle }
}

fn entries(subject: &mut Subject) -> Vec<TableEntry> {
    match subject.apply(&Command::TableDump { table: "switch".to_owned() }) {
        Ok(Reply::Entries { entries, .. }) => entries,
        other => panic!("{other:?}"),
    }
}

#[test]
fn handles_are_those_of_simple_switch() {
    let mut subject = empty();
    assert_eq!(subject.apply(&add(1, 1)), Ok(Reply::Handle(0)));
    assert_eq!(subject.apply(&add(2, 1)), Ok(Reply::Handle(1)));
    assert_eq!(subject.apply(&delete(0)), Ok(Reply::Done));
    assert!(matches!(subject.apply(&delete(0)), Err(SubjectError::State { .. })));
    // The place is taken again under another handle.
    assert_eq!(subject.apply(&add(3, 1)), Ok(Reply::Handle(1 << 24)));
    assert_eq!(subject.apply(&add(4, 1)), Ok(Reply::Handle(2)));
    let handles: Vec<u64> = entries(&mut subject).iter().map(|entry| entry.handle).collect();
    assert_eq!(handles, [1 << 24, 1, 2]);
    assert_eq!(subject.apply(&Command::TableClear { table: "switch".to_owned() }), Ok(Reply::Done));
    assert_eq!(subject.apply(&add(3, 1)), Ok(Reply::Handle(0)));
}

#[test]
fn what_is_refused_changes_nothing() {
    let mut subject = empty();
    subject.apply(&add(1, 1)).expect("a good entry");
    let before = entries(&mut subject);
    let narrow = Command::TableAdd {
        table: "switch".to_owned(),
        key: vec![MatchValue::Exact(Bits::from_u64(47, 1))],
        action: "forward".to_owned(),
        arguments: vec![Bits::from_u64(9, 1)],
        priority: None,
    };
    let refused = [
        (add(1, 2), "there is an entry with that key"),
        (narrow, "48 bits"),
        (Command::TableClear { table: "swich".to_owned() }, "no such table"),
        (
            Command::TableSetDefault {
                table: "switch".to_owned(),
                action: "fly".to_owned(),
                arguments: vec![],
            },
            "no such action",
        ),
        (
            Command::TableSetDefault {
                table: "switch".to_owned(),
                action: "forward".to_owned(),
                arguments: vec![],
            },
            "its parameters",
        ),
        (Command::MulticastNodeAssociate { group: 1, node: 0 }, "no such group"),
        (Command::MulticastGroupCreate { group: 0 }, "can't be created"),
    ];
    for (command, expected) in refused {
        let error = subject.apply(&command).expect_err(expected);
        assert!(error.to_string().contains(expected), "{error}");
    }
    assert_eq!(entries(&mut subject), before);
}

#[test]
fn a_full_table_takes_no_more() {
    let mut subject = empty();
    for mac in 0..64 {
        assert_eq!(subject.apply(&add(mac, 1)), Ok(Reply::Handle(mac)));
    }
    let error = subject.apply(&add(64, 1)).expect_err("the table holds 64");
    assert!(error.to_string().contains("it holds 64"), "{error}");
}

#[test]
fn ternary_rows_win_by_priority_then_by_handle_and_prefixes_by_length() {
    let mut subject = empty();
    let list = |value, priority| Command::TableAdd {
        table: "list".to_owned(),
        key: vec![
            MatchValue::Ternary { value: Bits::from_u64(8, value), mask: Bits::ones(8) },
            MatchValue::Range { low: Bits::zero(8), high: Bits::ones(8) },
        ],
        action: "drop".to_owned(),
        arguments: vec![],
        priority: Some(priority),
    };
    for (value, priority) in [(1, 7), (2, 3), (3, 7), (4, 0)] {
        subject.apply(&list(value, priority)).expect("fits");
    }
    let order = |subject: &Subject, table: u32, kind| -> Vec<u64> {
        let rows = subject.rows(TableId(table)).expect("there is such a table");
        rows.by_precedence(kind).iter().map(|row| row.handle).collect()
    };
    assert_eq!(order(&subject, 1, MatchKind::Range), [3, 1, 0, 2]);
    for (address, prefix_length) in [(0x0a00_0000, 8), (0x0a01_0000, 16), (0, 0), (0x0b00_0000, 8)] {
        let key = vec![MatchValue::Lpm { value: Bits::from_u64(32, address), prefix_length }];
        let command = Command::TableAdd {
            table: "route".to_owned(),
            key,
            action: "drop".to_owned(),
            arguments: vec![],
            priority: None,
        };
        subject.apply(&command).expect("fits");
    }
    assert_eq!(order(&subject, 2, MatchKind::Lpm), [1, 0, 3, 2]);
}

#[test]
fn groups_copy_by_node_then_by_port() {
    let mut subject = empty();
    let node = |rid, ports: &[u16]| Command::MulticastNodeCreate { rid, ports: ports.to_vec(), lags: vec![] };
    assert_eq!(subject.apply(&Command::MulticastGroupCreate { group: 7 }), Ok(Reply::Done));
    assert_eq!(subject.apply(&node(1, &[3, 1])), Ok(Reply::Handle(0)));
    assert_eq!(subject.apply(&node(2, &[2])), Ok(Reply::Handle(1)));
    for node in [1, 0] {
        assert_eq!(subject.apply(&Command::MulticastNodeAssociate { group: 7, node }), Ok(Reply::Done));
    }
    assert_eq!(subject.groups().copies(7), [(2, 2), (1, 1), (1, 3)]);
    assert_eq!(subject.apply(&Command::MulticastNodeDissociate { group: 7, node: 1 }), Ok(Reply::Done));
    assert_eq!(
        subject.apply(&Command::MulticastNodeUpdate { node: 0, ports: vec![9], lags: vec![] }),
        Ok(Reply::Done)
    );
    assert_eq!(subject.groups().copies(7), [(1, 9)]);
    assert_eq!(subject.apply(&Command::MulticastNodeDestroy { node: 0 }), Ok(Reply::Done));
    assert_eq!(subject.groups().copies(7), []);
}

#[test]
fn constant_entries_go_with_a_clear_and_constant_defaults_stay() {
    let mut program = program();
    let entry = |mac, port| ConstEntry {
        key: vec![MatchValue::Exact(Bits::from_u64(48, mac))],
        action: ActionId(1),
        arguments: vec![Bits::from_u64(9, port)],
        priority: 1,
        source_info: None,
    };
    program.tables[0].const_entries = vec![entry(1, 1), entry(2, 2)];
    program.tables[1].default_entry =
        Some(DefaultEntry { action: ActionId(0), arguments: vec![], const_action: true, const_entry: true });
    let mut subject = Subject::new(Arc::new(program)).expect("its entries fit");
    assert!(matches!(subject.apply(&add(3, 1)), Err(SubjectError::State { .. })));
    assert!(matches!(subject.apply(&delete(0)), Err(SubjectError::State { .. })));
    assert_eq!(entries(&mut subject).len(), 2);
    assert_eq!(subject.apply(&Command::TableClear { table: "switch".to_owned() }), Ok(Reply::Done));
    assert_eq!(entries(&mut subject), []);
    // The same entry again is refused, too.
    let same =
        Command::TableSetDefault { table: "list".to_owned(), action: "drop".to_owned(), arguments: vec![] };
    assert!(matches!(subject.apply(&same), Err(SubjectError::State { .. })));
    let keyless = Command::TableAdd {
        table: "prune".to_owned(),
        key: vec![],
        action: "drop".to_owned(),
        arguments: vec![],
        priority: None,
    };
    assert!(subject.apply(&keyless).is_err());
}

/// simple_switch takes a priority where it doesn't count, and so does the engine.
#[test]
fn a_priority_that_does_not_count_makes_no_difference() {
    let mut subject = Subject::new(Arc::new(program())).expect("a program without entries");
    let mut command = add(3, 1);
    if let Command::TableAdd { priority, .. } = &mut command {
        *priority = Some(7);
    }
    assert_eq!(subject.apply(&command), Ok(Reply::Handle(0)));
    assert!(subject.apply(&add(3, 2)).is_err(), "it has the same key");
    assert_eq!(entries(&mut subject).first().and_then(|entry| entry.priority), None);
}

#[test]
fn a_prefix_counts_from_its_first_byte_and_a_range_keeps_its_upper_bound() {
    // 12 bits lie in two bytes, of which the first four bits are none of the key's.
    for (prefix_length, compared) in [(0, 0), (3, 0), (4, 0), (5, 1), (12, 8)] {
        assert_eq!(super::prefix_bits(12, prefix_length), compared);
        assert_eq!(super::prefix_bits(16, prefix_length), prefix_length);
    }
    let mut program = program();
    program.tables[1].keys[1].mask = Some(Bits::from_u64(8, 0xf0));
    let mut subject = Subject::new(Arc::new(program)).expect("a program without entries");
    let range = |low: u64, high: u64| Command::TableAdd {
        table: "list".to_owned(),
        key: vec![
            MatchValue::Ternary { value: Bits::zero(8), mask: Bits::zero(8) },
            MatchValue::Range { low: Bits::from_u64(8, low), high: Bits::from_u64(8, high) },
        ],
        action: "drop".to_owned(),
        arguments: vec![],
        priority: Some(1),
    };
    assert_eq!(subject.apply(&range(0x13, 0x15)), Ok(Reply::Handle(0)));
    assert!(subject.apply(&range(0x15, 0x13)).is_err());
    let rows = subject.rows(TableId(1)).expect("there is such a table").by_precedence(MatchKind::Range);
    let kept = MatchValue::Range { low: Bits::from_u64(8, 0x10), high: Bits::from_u64(8, 0x15) };
    assert_eq!(rows.first().and_then(|row| row.key.get(1)), Some(&kept));
}

#[test]
fn a_group_takes_a_member_once_and_gives_back_what_it_has() {
    let mut program = program();
    let selector = Some(Selector { algorithm: hyper4_bits::HashAlgorithm::Crc16, inputs: vec![] });
    let profile = ActionProfile { name: "profile".to_owned(), max_size: 8, selector, source_info: None };
    program.action_profiles.push(profile);
    program.tables[0].implementation = TableImplementation::Profile(ActionProfileId(0));
    program.tables[0].default_entry = None;
    let mut subject = Subject::new(Arc::new(program)).expect("a program without entries");
    let mut say =
        |command| subject.apply(&Command::Profile { profile: "profile".to_owned(), command }).is_ok();
    assert!(say(ProfileCommand::CreateMember { action: "drop".to_owned(), arguments: vec![] }));
    assert!(say(ProfileCommand::CreateGroup));
    assert!(say(ProfileCommand::AddToGroup { member: 0, group: 0 }));
    assert!(!say(ProfileCommand::AddToGroup { member: 0, group: 0 }));
    assert!(say(ProfileCommand::RemoveFromGroup { member: 0, group: 0 }));
    assert!(!say(ProfileCommand::RemoveFromGroup { member: 0, group: 0 }));
}
