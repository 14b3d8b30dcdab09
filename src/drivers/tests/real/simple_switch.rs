//! The real simple_switch behind the trait: packets, traces, commands, refusals.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions, version};
use hyper4_ir::{Command, Event, MatchValue, Output, Packet, Reply, TableEntry};
use hyper4_switch::{ControlError, ControlPlane, Switch, SwitchError, Tracing};

use crate::lives::{self, commands, frame, loaded, program, set_up};
use crate::oracle;

const TAGGED: u16 = 0x9000;
const SKIPPED: u16 = 0x9001;

fn output(cause: usize, port: u16, like: &Packet) -> Output {
    Output { cause: Some(cause), port, bytes: like.bytes.clone() }
}

#[test]
fn packets_come_out_as_the_program_says() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = set_up(path);
    let packets = [
        frame(1, 0x11, 0x800, b"straight"),
        frame(8, 0x11, 0x800, b"no host"),
        frame(2, 0x11, 0x800, b"flood"),
        frame(3, 0x11, 0x800, b"exit"),
        frame(1, 0xdead, 0x800, b"a constant entry"),
        // Color 3 and number 7 become color 9, and the checksum is set: !(9 << 12 | 7).
        frame(1, 0x11, TAGGED, &[0x30, 0x07, 0, 0, 0xaa]),
        // Number 0x123 makes color 9, which is filtered.
        frame(1, 0x11, TAGGED, &[0x51, 0x23, 0, 0]),
    ];
    let expected = [
        output(0, 1, &packets[0]),
        // Port 3 writes the copy's rid over the source; port 2 drops.
        output(2, 3, &frame(2, 6, 0x800, b"flood")),
        output(2, 1, &packets[2]),
        output(3, 3, &frame(0xaa, 0, 0x800, b"exit")),
        output(5, 1, &frame(1, 0x11, TAGGED, &[0x90, 0x07, 0x6f, 0xf8, 0xaa])),
    ];
    for tracing in [Tracing::Off, Tracing::On] {
        let batch = switch.inject(&packets, tracing).unwrap();
        assert_eq!(batch.outputs, expected);
        assert_eq!(batch.traces.len(), if tracing == Tracing::On { packets.len() } else { 0 });
    }
}

#[test]
fn traces_say_what_happened() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = set_up(path);
    let packets = [
        frame(1, 0x11, TAGGED, &[0x30, 0x07, 0, 0, 0xaa]),
        frame(2, 0x11, 0x800, b"flood"),
        frame(3, 0x11, SKIPPED, &[1, 2, 0xf3, 4, 5, 6]),
        frame(1, 0, TAGGED, &[1, 2, 3]),
        frame(1, 0, SKIPPED, &[1]),
        Packet { port: 0, bytes: Vec::new() },
    ];
    let batch = switch.inject(&packets, Tracing::On).unwrap();
    let parsed: Vec<Vec<&str>> = batch.traces.iter().map(|trace| parsed(&trace.packets[0].events)).collect();
    assert_eq!(
        parsed,
        [
            vec!["start", "+ethernet", "tag", "+tag"],
            vec!["start", "+ethernet"],
            vec!["start", "+ethernet", "skip", "tag", "+tag", "BadColor"],
            vec!["start", "+ethernet", "tag", "PacketTooShort"],
            vec!["start", "+ethernet", "skip", "PacketTooShort"],
            vec!["start", "PacketTooShort"],
        ]
    );
    let ends: Vec<Vec<&Event>> = batch
        .traces
        .iter()
        .map(|trace| trace.packets.iter().filter_map(|copy| copy.events.last()).collect())
        .collect();
    assert_eq!(
        ends,
        [
            vec![&Event::Transmit(1)],
            vec![&Event::Multicast(7), &Event::Transmit(3), &Event::Transmit(1), &Event::Drop],
            vec![&Event::Transmit(3)],
            vec![&Event::Transmit(1)],
            vec![&Event::Transmit(1)],
            vec![&Event::Drop],
        ]
    );
    let starts: Vec<&Event> =
        batch.traces[1].packets.iter().skip(1).filter_map(|copy| copy.events.first()).collect();
    let replica = |rid, port| Event::Replica { rid, port };
    assert_eq!(starts, [&replica(6, 3), &replica(5, 1), &replica(5, 2)]);
    let exit = batch.traces[2].packets[0].events.iter().position(|event| *event == Event::Exit).unwrap();
    let arguments = vec![Bits::from_u64(9, 3), Bits::from_u64(48, 0xaa)];
    let leave = Event::Action { name: "LivesIngress.leave".to_owned(), arguments };
    assert_eq!(batch.traces[2].packets[0].events[exit - 1], leave);
    assert_eq!(batch.traces[2].packets[0].events[exit + 1], Event::Unicast(3));
}

/// States, extracted headers and error of the parser.
fn parsed(events: &[Event]) -> Vec<&str> {
    let leaked = |name: &str| -> &'static str { format!("+{name}").leak() };
    let of_parser = events.iter().map_while(|event| match event {
        Event::ParseState(name) | Event::ParserError(name) => Some(name.as_str()),
        Event::Extract(name) => Some(leaked(name)),
        _ => None,
    });
    of_parser.collect()
}

#[test]
fn what_the_log_tells_of_in_other_words_is_followed_too() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = loaded(path);
    for command in commands(
        "table_add LivesIngress.host flood 00:00:00:00:00:01 => 8\n\
         table_add LivesIngress.host flood 00:00:00:00:00:02 => 9\n\
         table_add LivesIngress.host hurry 00:00:00:00:00:03 => 4 1\n\
         mc_mgrp_create 9",
    ) {
        switch.control(&command).unwrap();
    }
    let packets = [frame(1, 0, 0, b""), frame(2, 0, 0, b""), frame(3, 0, 0, b""), frame(4, 0, 0, b"")];
    let batch = switch.inject(&packets, Tracing::On).unwrap();
    assert_eq!(batch.outputs, []);
    let ends: Vec<&[Event]> = batch
        .traces
        .iter()
        .map(|trace| {
            assert_eq!(trace.packets.len(), 1);
            let events = &trace.packets[0].events;
            let last = events.iter().rposition(|event| matches!(event, Event::Action { .. })).unwrap();
            &events[last + 1..]
        })
        .collect();
    // A group that isn't there, one without nodes, a queue that isn't there, a drop.
    let unicast_and_drop = [Event::Unicast(4), Event::Drop];
    assert_eq!(ends, [&[Event::Drop][..], &[Event::Multicast(9)], &unicast_and_drop, &[Event::Drop]]);
}

#[test]
fn nothing_is_lost_and_each_output_has_its_cause() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = loaded(path);
    // A hundred copies for each packet on one port: more than simple_switch's queues hold.
    let mut setup =
        String::from("table_add LivesIngress.host flood 00:00:00:00:00:01 => 1\nmc_mgrp_create 1\n");
    for node in 0..100 {
        setup.push_str(&format!("mc_node_create {node} 5\nmc_node_associate 1 {node}\n"));
    }
    for command in commands(&setup) {
        switch.control(&command).unwrap();
    }
    let packets: Vec<Packet> = (0..50).map(|number| frame(1, number, 0, &vec![7; 1400])).collect();
    let batch = switch.inject(&packets, Tracing::Off).unwrap();
    assert_eq!(batch.outputs.len(), 5000);
    for (index, output) in batch.outputs.iter().enumerate() {
        let cause = index / 100;
        assert_eq!((output.cause, output.port, &output.bytes), (Some(cause), 5, &packets[cause].bytes));
    }
}

#[test]
fn long_and_empty_packets_pass() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = set_up(path);
    let longest = (1 << 20) - 12;
    let long = frame(1, 1, 0, &vec![0x5a; longest - 14]);
    let batch = switch.inject(&[Packet { port: 510, bytes: vec![] }, long.clone()], Tracing::Off).unwrap();
    assert_eq!(batch.outputs, [output(1, 1, &long)]);
    let mut longer = long;
    longer.bytes.push(0);
    let error = switch.inject(&[frame(1, 1, 0, b""), longer], Tracing::Off).unwrap_err();
    assert!(
        matches!(&error, SwitchError::Unsupported { construct, .. } if construct == "packet 1"),
        "{error}"
    );
    let outside = Packet { port: 511, bytes: vec![] };
    let error = switch.inject(&[frame(1, 1, 0, b""), outside], Tracing::Off).unwrap_err();
    assert_eq!(error, SwitchError::Port { port: 511, last: 510 });
    // None of those was sent.
    assert_eq!(switch.inject(&[frame(1, 1, 0, b"")], Tracing::On).unwrap().outputs.len(), 1);
}

/// The program with a key that is optional, which p4c doesn't keep apart from ternary.
fn with_optional() -> (Arc<hyper4_ir::Program>, String) {
    let optional =
        "\"optional\": true, \"match_type\": \"ternary\",\n       \"name\": \"hdr.ethernet.ether_type\"";
    let ternary = "\"match_type\": \"ternary\",\n       \"name\": \"hdr.ethernet.ether_type\"";
    let json = lives::JSON.replace(ternary, optional);
    assert_ne!(json, lives::JSON);
    (Arc::new(hyper4_ir::Program::from_json(&json).unwrap()), json)
}

#[test]
fn entries_are_read_back_as_they_were_written() {
    let Some(path) = oracle::simple_switch() else { return };
    let options = SimpleSwitchOptions { program_path: Some(path), ..SimpleSwitchOptions::default() };
    let mut switch = SimpleSwitch::new(options).unwrap();
    let (program, json) = with_optional();
    switch.load_json(Arc::clone(&program), &json).unwrap();
    // Who knows how a switch answers: the same commands must have the same answers.
    let mut model = ControlPlane::new(program);
    let filter = |optional: Option<u64>, priority: u32| Command::TableAdd {
        table: "LivesIngress.filter".to_owned(),
        key: vec![
            MatchValue::Ternary { value: Bits::from_u64(4, 3), mask: Bits::from_u64(4, 7) },
            MatchValue::Range { low: Bits::from_u64(12, 5), high: Bits::from_u64(12, 0xabc) },
            MatchValue::Optional(optional.map(|value| Bits::from_u64(16, value))),
        ],
        action: "LivesIngress.recolor".to_owned(),
        arguments: vec![Bits::from_u64(4, 9)],
        priority: Some(priority),
    };
    let mut all = vec![filter(Some(0x9000), 10), filter(None, 11), filter(None, 12)];
    all.extend(commands(
        "table_add LivesIngress.host forward 00:00:00:00:00:01 => 1\n\
         table_add LivesIngress.host leave 00:00:00:00:00:02 => 511 ff:ff:ff:ff:ff:ff\n\
         table_add LivesIngress.route recolor 0x120/8 => 9\n\
         table_add LivesIngress.route NoAction 0/0 =>\n\
         table_set_default LivesIngress.route recolor 4\n\
         table_modify LivesIngress.host forward 1 => 2\n\
         table_delete LivesIngress.host 0\n\
         table_add LivesIngress.host forward 00:00:00:00:00:03 => 3\n\
         table_delete LivesIngress.filter 1",
    ));
    let dumps =
        ["host", "route", "filter", "fixed"].map(|table| format!("table_dump LivesIngress.{table}\n"));
    all.extend(commands(&dumps.concat()));
    all.extend(commands("table_clear LivesIngress.filter\ntable_reset_default LivesIngress.route\n"));
    all.extend(commands(&dumps.concat()));
    let mut seen: Vec<TableEntry> = Vec::new();
    for command in &all {
        let prepared = model.prepare(command).unwrap();
        let reply = switch.control(command).unwrap();
        assert_eq!(reply, prepared.reply, "{command:?}");
        model.commit(prepared.change);
        if let Reply::Entries { entries, .. } = reply {
            seen.extend(entries);
        }
    }
    assert_eq!(seen.len(), 2 + 2 + 2 + 1 + 2 + 2 + 1, "{seen:?}");
}

#[test]
fn refusals_are_named() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = set_up(path);
    let host = || "LivesIngress.host".to_owned();
    let mut refused = |command: Command| match switch.control(&command) {
        Err(SwitchError::Control(error)) => error,
        other => panic!("{command:?}: {other:?}"),
    };
    let mac = |value| MatchValue::Exact(Bits::from_u64(48, value));
    let add = |key, action: &str, arguments| Command::TableAdd {
        table: "LivesIngress.host".to_owned(),
        key,
        action: action.to_owned(),
        arguments,
        priority: None,
    };
    let port = || vec![Bits::from_u64(9, 1)];

    let unknown = Command::TableClear { table: "nothing".to_owned() };
    assert_eq!(refused(unknown), ControlError::UnknownTable("nothing".to_owned()));
    let unknown = ControlError::UnknownAction { table: host(), action: "nothing".to_owned() };
    assert_eq!(refused(add(vec![mac(9)], "nothing", vec![])), unknown);
    assert_eq!(refused(add(vec![mac(1)], "forward", port())), ControlError::DuplicateEntry(host()));
    let wide = MatchValue::Exact(Bits::from_u64(49, 9));
    assert!(matches!(refused(add(vec![wide], "forward", port())), ControlError::BadMatchKey { .. }));
    assert!(matches!(refused(add(vec![], "forward", port())), ControlError::BadMatchKey { .. }));
    let error = refused(add(vec![mac(9)], "forward", vec![]));
    assert!(matches!(error, ControlError::BadActionData { .. }), "{error:?}");
    let Command::TableAdd { table, key, action, arguments, .. } =
        commands("table_add LivesIngress.filter recolor 3&&&0xf 6->7 0&&&0 => 9 10").remove(0)
    else {
        panic!("it is a table_add")
    };
    let unranked = Command::TableAdd { table, key, action, arguments, priority: None };
    assert_eq!(refused(unranked), ControlError::PriorityMissing("LivesIngress.filter".to_owned()));

    for handle in [99, 1 << 24, 1 << 40] {
        let invalid = match handle {
            // Entry 0 is there, under another version.
            0x0100_0000 => ControlError::ExpiredHandle { table: host(), handle },
            _ => ControlError::InvalidHandle { table: host(), handle },
        };
        assert_eq!(refused(Command::TableDelete { table: host(), handle }), invalid);
        let modify =
            Command::TableModify { table: host(), handle, action: "forward".to_owned(), arguments: port() };
        assert_eq!(refused(modify), invalid);
    }
    let immutable = ControlError::ImmutableEntries("LivesIngress.fixed".to_owned());
    let fixed = |line: &str| commands(line).remove(0);
    assert_eq!(refused(fixed("table_add LivesIngress.fixed LivesIngress.drop 1 =>")), immutable);
    assert_eq!(refused(fixed("table_delete LivesIngress.fixed 0")), immutable);
    assert_eq!(refused(fixed("table_modify LivesIngress.fixed LivesIngress.drop 0 =>")), immutable);
    assert_eq!(
        refused(fixed("table_set_default LivesIngress.host forward 1")),
        ControlError::ConstDefaultEntry(host())
    );

    let full = |error: ControlError| assert_eq!(error, ControlError::TableFull { table: host(), size: 4 });
    switch.control(&add(vec![mac(10)], "forward", port())).unwrap();
    match switch.control(&add(vec![mac(11)], "forward", port())) {
        Err(SwitchError::Control(error)) => full(error),
        other => panic!("{other:?}"),
    }
    // None of that left a trace.
    let Ok(Reply::Entries { entries, .. }) = switch.control(&Command::TableDump { table: host() }) else {
        panic!("the table can be read")
    };
    assert_eq!(entries.len(), 4);
}

#[test]
fn clearing_takes_constant_entries_too_and_begins_handles_again() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = set_up(path);
    let packet = frame(1, 0xdead, 0, b"");
    assert_eq!(switch.inject(std::slice::from_ref(&packet), Tracing::Off).unwrap().outputs, []);
    let delete = "table_delete LivesIngress.host 2\n";
    for command in commands(&format!("{delete}table_clear LivesIngress.fixed\ntable_clear LivesIngress.host"))
    {
        assert_eq!(switch.control(&command), Ok(Reply::Done));
    }
    let add = &commands("table_add LivesIngress.host forward 00:00:00:00:00:01 => 1")[0];
    assert_eq!(switch.control(add), Ok(Reply::Handle(0)));
    let batch = switch.inject(std::slice::from_ref(&packet), Tracing::Off).unwrap();
    assert_eq!(batch.outputs, [output(0, 1, &packet)]);
}

#[test]
fn refusals_about_multicast_are_named() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = set_up(path);
    for (line, reason) in [
        ("mc_node_associate 8 0", "no group 8"),
        ("mc_node_associate 7 9", "no node 9"),
        ("mc_node_associate 7 0", "node 0 isn't in group 7, or is in a group already"),
        ("mc_node_dissociate 8 0", "no group 8"),
        ("mc_node_dissociate 7 9", "no node 9"),
        ("mc_node_destroy 9", "no node 9"),
        ("mc_node_update 9 1", "no node 9"),
    ] {
        let error = switch.control(&commands(line)[0]).expect_err(line);
        assert_eq!(error.to_string(), format!("multicast: {reason}"), "{line}");
    }
    let far = Command::MulticastNodeUpdate { node: 0, ports: vec![1, 512], lags: vec![] };
    let error = switch.control(&far).unwrap_err();
    assert!(error.to_string().contains("port 512"), "{error}");
    // Groups can be changed between packets.
    for (line, ports) in [
        ("mc_node_update 0 5 6", &[3, 5, 6][..]),
        ("mc_node_dissociate 7 1", &[5, 6]),
        ("mc_node_destroy 0", &[]),
        ("mc_node_associate 7 1", &[3]),
        ("mc_mgrp_destroy 7", &[]),
    ] {
        switch.control(&commands(line)[0]).unwrap();
        let batch = switch.inject(&[frame(2, 0, 0, b"")], Tracing::On).unwrap();
        let left: Vec<u16> = batch.outputs.iter().map(|output| output.port).collect();
        assert_eq!(left, ports, "{line}");
        assert_eq!(batch.traces[0].packets.len(), 1 + ports.len(), "{line}");
    }
}

#[test]
fn a_program_written_by_the_project_is_loaded_too() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = loaded(path);
    assert!(switch.program().is_some());
    let add = &commands("table_add LivesIngress.host forward 00:00:00:00:00:01 => 1")[0];
    switch.control(add).unwrap();
    switch.load(program()).unwrap();
    // It starts afresh.
    assert_eq!(switch.inject(&[frame(1, 0, 0, b"")], Tracing::Off).unwrap().outputs, []);
    assert_eq!(switch.control(add), Ok(Reply::Handle(0)));
    let packet = frame(1, 0x11, TAGGED, &[0x30, 0x07, 0, 0]);
    let batch = switch.inject(&[packet], Tracing::On).unwrap();
    assert_eq!(batch.outputs, [output(0, 1, &frame(1, 0x11, TAGGED, &[0x30, 0x07, 0xcf, 0xf8]))]);
}

#[test]
fn a_program_that_is_refused_leaves_the_old_one_running() {
    let Some(path) = oracle::simple_switch() else { return };
    let mut switch = set_up(path);
    let broken = lives::JSON.replace("\"mark_to_drop\"", "\"mark_to_keep\"");
    let error = switch.load_json(program(), &broken).unwrap_err();
    let SwitchError::Unsupported { construct, reason, .. } = &error else { panic!("{error:?}") };
    assert_eq!(construct, "program `lives.p4`");
    assert!(reason.contains("mark_to_keep"), "{reason}");
    assert_eq!(switch.inject(&[frame(1, 0, 0, b"")], Tracing::Off).unwrap().outputs.len(), 1);
}

#[test]
fn nothing_can_be_done_before_a_program_is_loaded() {
    let Some(path) = oracle::simple_switch() else { return };
    assert!(version(&path).unwrap().starts_with(|first: char| first.is_ascii_digit()));
    let mut switch = SimpleSwitch::new(SimpleSwitchOptions::default()).unwrap();
    assert_eq!(switch.path().file_name(), path.file_name());
    assert!(switch.program().is_none());
    assert_eq!(switch.inject(&[], Tracing::Off), Err(SwitchError::NotLoaded));
    assert_eq!(switch.control(&Command::MulticastGroupCreate { group: 1 }), Err(SwitchError::NotLoaded));
}
