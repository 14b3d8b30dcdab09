use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::*;

use super::*;

/// A program with one ternary table `I.acl` on an 8-bit field, and an exact one, `I.fixed`, with constant entries.
fn program() -> Arc<Program> {
    let field = FieldRef { header: HeaderId(0), field: 0 };
    let key =
        |match_kind| TableKey { name: "h.f".into(), match_kind, field, width: 8, mask: None, valid_of: None };
    let table = |name: &str, kind, const_entries| Table {
        name: name.into(),
        pipeline: PipelineKind::Ingress,
        keys: vec![key(kind)],
        match_kind: kind,
        actions: vec![ActionId(0)],
        next: TableNext::HitMiss { hit: None, miss: None },
        default_entry: None,
        const_entries,
        max_size: 2,
        implementation: hyper4_ir::TableImplementation::Simple,
        direct_counter: None,
        direct_meter: None,
        with_counters: false,
        support_timeout: false,
        hidden: false,
        source_info: None,
    };
    let fixed = ConstEntry {
        key: vec![MatchValue::Exact(Bits::from_u64(8, 1))],
        action: ActionId(0),
        arguments: vec![Bits::from_u64(9, 1)],
        priority: 1,
        source_info: None,
    };
    Arc::new(Program {
        name: "test".into(),
        header_types: vec![HeaderType {
            name: "h_t".into(),
            fields: vec![FieldType { name: "f".into(), width: 8, signed: false, varbit: false }],
        }],
        headers: vec![Header { name: "h".into(), header_type: HeaderTypeId(0), metadata: false }],
        errors: BTreeMap::new(),
        parser: Parser { name: "parser".into(), start: ParseStateId(0), states: vec![] },
        deparser: Deparser { name: "deparser".into(), order: vec![], primitives: Vec::new() },
        actions: vec![Action {
            name: "I.forward".into(),
            parameters: vec![ActionParameter { name: "port".into(), width: 9 }],
            primitives: vec![],
            source_info: None,
        }],
        tables: vec![
            table("I.acl", MatchKind::Ternary, vec![]),
            table("I.fixed", MatchKind::Exact, vec![fixed]),
        ],
        conditionals: vec![],
        ingress: Pipeline { kind: PipelineKind::Ingress, start: None },
        egress: Pipeline { kind: PipelineKind::Egress, start: None },
        calculations: vec![],
        checksums: vec![],
        header_stacks: Vec::new(),
        header_unions: Vec::new(),
        header_union_stacks: Vec::new(),
        counters: Vec::new(),
        meters: Vec::new(),
        registers: Vec::new(),
        field_lists: Vec::new(),
        learn_lists: Vec::new(),
        value_sets: Vec::new(),
        action_profiles: Vec::new(),
        standard: BTreeMap::new(),
    })
}

fn add(value: u64, mask: u64, priority: Option<u32>) -> Command {
    let bits = |v| Bits::from_u64(8, v);
    Command::TableAdd {
        table: "acl".into(),
        key: vec![MatchValue::Ternary { value: bits(value), mask: bits(mask) }],
        action: "forward".into(),
        arguments: vec![Bits::from_u64(9, 3)],
        priority,
    }
}

fn apply(plane: &mut ControlPlane, command: &Command) -> Result<Reply, ControlError> {
    let prepared = plane.prepare(command)?;
    plane.commit(prepared.change);
    Ok(prepared.reply)
}

#[test]
fn handles_are_reused_with_another_version() {
    let mut plane = ControlPlane::new(program());
    assert_eq!(apply(&mut plane, &add(1, 0xff, Some(1))), Ok(Reply::Handle(0)));
    assert_eq!(apply(&mut plane, &add(2, 0xff, Some(1))), Ok(Reply::Handle(1)));
    let delete = Command::TableDelete { table: "acl".into(), handle: 0 };
    assert_eq!(apply(&mut plane, &delete), Ok(Reply::Done));
    assert_eq!(apply(&mut plane, &add(3, 0xff, Some(1))), Ok(Reply::Handle(1 << 24)));
    assert!(matches!(apply(&mut plane, &delete), Err(ControlError::ExpiredHandle { handle: 0, .. })));
}

#[test]
fn equal_keys_are_refused_after_masking_and_with_their_priority() {
    let mut plane = ControlPlane::new(program());
    assert!(apply(&mut plane, &add(0x1f, 0x0f, Some(1))).is_ok());
    assert!(matches!(apply(&mut plane, &add(0x2f, 0x0f, Some(1))), Err(ControlError::DuplicateEntry(_))));
    assert!(apply(&mut plane, &add(0x2f, 0x0f, Some(2))).is_ok());
    assert!(matches!(apply(&mut plane, &add(0, 0, Some(9))), Err(ControlError::TableFull { size: 2, .. })));
}

#[test]
fn wrong_commands_are_refused_and_change_nothing() {
    let mut plane = ControlPlane::new(program());
    assert!(matches!(apply(&mut plane, &add(1, 1, None)), Err(ControlError::PriorityMissing(_))));
    let delete = Command::TableDelete { table: "I.fixed".into(), handle: 0 };
    assert!(matches!(apply(&mut plane, &delete), Err(ControlError::ImmutableEntries(_))));
    let unknown = Command::TableClear { table: "nothing".into() };
    assert!(matches!(apply(&mut plane, &unknown), Err(ControlError::UnknownTable(_))));
    let wide = Command::TableSetDefault {
        table: "acl".into(),
        action: "forward".into(),
        arguments: vec![Bits::from_u64(16, 3)],
    };
    assert!(matches!(apply(&mut plane, &wide), Err(ControlError::BadActionData { .. })));
    assert_eq!(plane.tables().map(|(_, t)| t.len()).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn a_group_copies_node_by_node_with_ascending_ports() {
    let mut plane = ControlPlane::new(program());
    let commands = [
        Command::MulticastGroupCreate { group: 7 },
        Command::MulticastNodeCreate { rid: 1, ports: vec![3, 1, 3], lags: vec![] },
        Command::MulticastNodeCreate { rid: 2, ports: vec![2], lags: vec![] },
        Command::MulticastNodeAssociate { group: 7, node: 1 },
        Command::MulticastNodeAssociate { group: 7, node: 0 },
    ];
    for command in &commands {
        assert!(apply(&mut plane, command).is_ok(), "{command:?}");
    }
    let ports = |plane: &ControlPlane| -> Vec<(u16, u16)> {
        plane.multicast().replicas(7).unwrap().into_iter().map(|r| (r.rid, r.port)).collect()
    };
    assert_eq!(ports(&plane), [(2, 2), (1, 1), (1, 3)]);
    assert!(apply(&mut plane, &Command::MulticastNodeDestroy { node: 1 }).is_ok());
    assert_eq!(ports(&plane), [(1, 1), (1, 3)]);
    assert_eq!(plane.multicast().replicas(8), None);
    assert!(
        apply(&mut plane, &Command::MulticastNodeCreate { rid: 2, ports: vec![512], lags: vec![] }).is_err()
    );
}

#[test]
fn clearing_takes_constant_entries_and_forgets_handles() {
    let mut plane = ControlPlane::new(program());
    let clear = |table: &str| Command::TableClear { table: table.into() };
    assert_eq!(apply(&mut plane, &clear("I.fixed")), Ok(Reply::Done));
    assert_eq!(plane.tables().map(|(_, t)| t.len()).collect::<Vec<_>>(), [0, 0]);
    let delete = Command::TableDelete { table: "I.fixed".into(), handle: 0 };
    assert!(matches!(apply(&mut plane, &delete), Err(ControlError::ImmutableEntries(_))));

    assert_eq!(apply(&mut plane, &add(1, 0xff, Some(1))), Ok(Reply::Handle(0)));
    assert!(apply(&mut plane, &Command::TableDelete { table: "acl".into(), handle: 0 }).is_ok());
    assert_eq!(apply(&mut plane, &add(1, 0xff, Some(1))), Ok(Reply::Handle(1 << 24)));
    assert!(apply(&mut plane, &clear("acl")).is_ok());
    assert_eq!(apply(&mut plane, &add(1, 0xff, Some(1))), Ok(Reply::Handle(0)));
}

#[test]
fn a_prefix_counts_from_the_first_bit_of_the_first_byte() {
    let mut changed = (*program()).clone();
    changed.header_types[0].fields[0].width = 12;
    let key = &mut changed.tables[0].keys[0];
    (key.width, key.match_kind) = (12, MatchKind::Lpm);
    changed.tables[0].match_kind = MatchKind::Lpm;
    changed.tables[0].max_size = 9;
    let mut plane = ControlPlane::new(Arc::new(changed));
    let mut add = |value, prefix_length| {
        let command = Command::TableAdd {
            table: "acl".into(),
            key: vec![MatchValue::Lpm { value: Bits::from_u64(12, value), prefix_length }],
            action: "forward".into(),
            arguments: vec![Bits::from_u64(9, 3)],
            priority: None,
        };
        apply(&mut plane, &command)
    };
    // Of the 6 bits, 4 are padding: the first two bits of the field are looked at.
    assert_eq!(add(0x0ff, 6), Ok(Reply::Handle(0)));
    assert!(matches!(add(0x3ff, 6), Err(ControlError::DuplicateEntry(_))));
    assert_eq!(add(0x4ff, 6), Ok(Reply::Handle(1)));
    assert_eq!(add(0x0ff, 4), Ok(Reply::Handle(2)));
    assert_eq!(add(0x0ff, 3), Ok(Reply::Handle(3)), "nothing is looked at, but the length is another");
    assert_eq!(prefix_mask(12, 12), Bits::from_u64(12, 0xff0));
    assert_eq!(prefix_mask(16, 12), Bits::from_u64(16, 0xfff0));
}

#[test]
fn a_table_without_a_key_has_no_entries() {
    let mut changed = (*program()).clone();
    changed.tables[0].keys.clear();
    changed.tables[0].match_kind = MatchKind::Exact;
    let mut plane = ControlPlane::new(Arc::new(changed));
    let command = Command::TableAdd {
        table: "acl".into(),
        key: vec![],
        action: "forward".into(),
        arguments: vec![Bits::from_u64(9, 3)],
        priority: None,
    };
    assert!(matches!(apply(&mut plane, &command), Err(ControlError::NoTableKey(_))));
}

#[test]
fn nodes_of_a_destroyed_group_are_stuck_until_it_is_created_again() {
    let mut plane = ControlPlane::new(program());
    let associate = Command::MulticastNodeAssociate { group: 7, node: 0 };
    let commands = [
        Command::MulticastGroupCreate { group: 7 },
        Command::MulticastNodeCreate { rid: 1, ports: vec![1], lags: vec![] },
        associate.clone(),
        Command::MulticastGroupDestroy { group: 7 },
    ];
    for command in &commands {
        assert!(apply(&mut plane, command).is_ok(), "{command:?}");
    }
    let destroy = Command::MulticastNodeDestroy { node: 0 };
    assert!(apply(&mut plane, &destroy).is_err());
    assert!(apply(&mut plane, &Command::MulticastGroupCreate { group: 7 }).is_ok());
    assert!(apply(&mut plane, &associate).is_err());
    assert!(apply(&mut plane, &destroy).is_ok());
}

#[test]
fn entries_are_read_back_as_they_were_added() {
    let kinds = [
        (MatchKind::Exact, 12),
        (MatchKind::Ternary, 70),
        (MatchKind::Range, 9),
        (MatchKind::Optional, 33),
        (MatchKind::Exact, 128),
    ];
    let mut changed = (*program()).clone();
    let template = changed.tables[0].keys[0].clone();
    let keys = kinds.iter().map(|(match_kind, width)| TableKey {
        match_kind: *match_kind,
        width: *width,
        ..template.clone()
    });
    changed.tables[0].keys = keys.collect();
    changed.tables[0].match_kind = MatchKind::Range;
    changed.tables[0].max_size = 1 << 20;
    let mut plane = ControlPlane::new(Arc::new(changed));
    let number = |width: u32, i: u64| {
        let low = Bits::from_u64(width, i.wrapping_mul(0x9e37_79b9_7f4a_7c15));
        low.or(&Bits::from_u64(width, i + 1).shl(width.saturating_sub(11) as usize))
    };
    let key = |i: u64| {
        let mask = number(70, i * 3);
        vec![
            MatchValue::Exact(number(12, i)),
            MatchValue::Ternary { value: number(70, i).and(&mask), mask },
            MatchValue::Range { low: Bits::from_u64(9, i % 100), high: Bits::from_u64(9, 100 + i % 300) },
            MatchValue::Optional((!i.is_multiple_of(3)).then(|| number(33, i))),
            MatchValue::Exact(number(128, i)),
        ]
    };
    let priority = |i: u64| Some(i as u32 ^ 0xfff0_0000);
    let command = |i: u64| Command::TableAdd {
        table: "acl".into(),
        key: key(i),
        action: "forward".into(),
        arguments: vec![Bits::from_u64(9, i % 512)],
        priority: priority(i),
    };
    let count = 3_000;
    for i in 0..count {
        assert_eq!(apply(&mut plane, &command(i)), Ok(Reply::Handle(i)));
        assert!(matches!(apply(&mut plane, &command(i)), Err(ControlError::DuplicateEntry(_))));
    }
    // Every third goes, half of them come back, with another version, the lowest number first.
    let gone: Vec<u64> = (0..count).filter(|i| i % 3 == 0).collect();
    for handle in &gone {
        let delete = Command::TableDelete { table: "acl".into(), handle: *handle };
        assert!(apply(&mut plane, &delete).is_ok());
    }
    let back = &gone[..gone.len() / 2];
    for i in back {
        assert_eq!(apply(&mut plane, &command(*i)), Ok(Reply::Handle(1 << 24 | i)));
    }
    let state = plane.table(TableId(0)).unwrap();
    let expected = (0..count).filter(|i| i % 3 > 0 || back.contains(i));
    let mut entries = state.entries();
    let mut compared = 0;
    for i in expected {
        let entry = entries.next().unwrap();
        assert_eq!((entry.key, entry.priority), (key(i), priority(i)));
        assert_eq!(entry.handle, if i % 3 == 0 { 1 << 24 | i } else { i });
        let EntryAction::Direct { action, arguments } = entry.action else { panic!("{i}") };
        assert!(action.ends_with("forward"), "{action}");
        assert_eq!(arguments, [Bits::from_u64(9, i % 512)]);
        compared += 1;
    }
    assert_eq!((entries.next(), compared), (None, state.len()));
    assert!(compared > 2_400, "{compared}");
    for i in 0..count {
        let found =
            Command::TableDumpEntryFromKey { table: "acl".into(), key: key(i), priority: priority(i) };
        let there = i % 3 > 0 || back.contains(&i);
        assert_eq!(plane.prepare(&found).is_ok(), there, "{i}");
    }
}
