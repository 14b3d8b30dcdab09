//! Packets that come and go as messages, and what is told of them meanwhile.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use hyper4_ir::{Program, Stimulus, parse_commands, parse_stimulus};
use hyper4_proto::{Value, calls};

use crate::{PAIR, PATIENCE, PUBLISHER, Running, SILENCE, SUBSCRIBER, Socket, corpus, start, switches};

/// Probes in which something different happens to packets each.
const PROBES: [&str; 12] = [
    "action_run",
    "checksum_update",
    "checksum_verify",
    "clone_egress",
    "clone_ingress",
    "exit",
    "multicast",
    "parser_too_short",
    "recirculate",
    "resubmit",
    "stack_too_long",
    "varbit",
];

/// What is told of each copy of each packet, in order, and what leaves by each port.
#[derive(Debug, Default, PartialEq)]
struct Heard {
    told: BTreeMap<(u64, u64), Vec<String>>,
    left: BTreeMap<i32, Vec<String>>,
}

fn number(message: &[u8], at: usize) -> i32 {
    i32::from_ne_bytes(message[at..at + 4].try_into().unwrap())
}

fn long(message: &[u8], at: usize) -> u64 {
    u64::from_ne_bytes(message[at..at + 8].try_into().unwrap())
}

fn message(kind: i32, port: i32, more: i32, packet: &[u8]) -> Vec<u8> {
    [&[kind, port, more].map(i32::to_ne_bytes).concat(), packet].concat()
}

/// A switch whose packets are messages, and who hears what is told of them.
fn open(switch: &[String], folder: &Path, json: &Path, more: &[&str]) -> (Running, Socket, Socket) {
    let [events, packets] = ["events.ipc", "packets.ipc"].map(|name| folder.join(name));
    let addresses = [&events, &packets].map(|file| format!("ipc://{}", file.display()));
    let options = [&["--nanolog", &addresses[0], "--packet-in", &addresses[1]], more].concat();
    let running = start(switch, folder, &options, json);
    let events = Socket::connect(&events, SUBSCRIBER, PUBLISHER);
    let packets = Socket::connect(&packets, PAIR, PAIR);
    std::thread::sleep(Duration::from_millis(300));
    (running, events, packets)
}

fn hear(switch: &[String], probe: &str, more: &[&str]) -> Heard {
    let folder = tempfile::tempdir().unwrap();
    let json = corpus(&format!("probes/{probe}/prog.json"));
    let (mut running, mut events, mut packets) = open(switch, folder.path(), &json, more);
    let program = Program::from_json(&fs::read_to_string(&json).unwrap()).unwrap();
    let file = |name: &str| fs::read_to_string(json.with_file_name(name)).unwrap_or_default();
    let commands = parse_commands(&program, &file("commands.txt")).unwrap();
    let steps = parse_stimulus(&program, &file("stimulus.jsonl")).unwrap();
    let steps = commands
        .into_iter()
        .map(|line| Stimulus::Command(line.content))
        .chain(steps.into_iter().map(|line| line.content));
    for step in steps {
        match step {
            Stimulus::Command(command) => {
                for call in calls(&program, &command).unwrap() {
                    running.client.call(&call.method, call.arguments).unwrap();
                }
            }
            Stimulus::Packet(packet) => {
                let length = packet.bytes.len() as i32;
                packets.send(&message(3, packet.port.into(), length, &packet.bytes));
            }
        }
    }
    let mut heard = Heard::default();
    let mut patience = PATIENCE;
    while let Some(told) = events.next(patience) {
        assert_eq!((long(&told, 4), number(&told, 12)), (7, 0));
        heard.told.entry((long(&told, 24), long(&told, 32))).or_default().push(hex::encode(&told));
        patience = SILENCE;
    }
    while let Some(left) = packets.next(Duration::from_millis(200)) {
        assert_eq!((number(&left, 0), number(&left, 8)), (4, left.len() as i32 - 12));
        heard.left.entry(number(&left, 4)).or_default().push(hex::encode(&left[12..]));
    }
    heard
}

#[test]
fn what_happens_to_packets_is_told() {
    for probe in PROBES {
        let mut all = switches().into_iter().map(|switch| hear(&switch, probe, &[]));
        let ours = all.next().unwrap();
        let kinds = |first: &str| ours.told.values().flatten().filter(|told| told.starts_with(first)).count();
        // Packets in, pipelines that begin and end.
        assert!(kinds("00000000") > 1 && kinds("09000000") > 0, "{probe}: {ours:?}");
        assert_eq!(kinds("09000000"), kinds("0a000000"), "{probe}: {ours:?}");
        assert_eq!(kinds("01000000"), ours.left.values().map(Vec::len).sum::<usize>(), "{probe}");
        for theirs in all {
            for (copy, told) in &theirs.told {
                assert_eq!(ours.told.get(copy), Some(told), "{probe}: copy {copy:?}");
            }
            assert_eq!(ours, theirs, "{probe}");
        }
    }
}

#[test]
fn packets_with_a_priority_pass_where_there_are_queues() {
    for switch in switches() {
        let left = |options: &[&str]| hear(&switch, "priority_without_queues", options).left;
        let (without, with) = (left(&[]), left(&["--", "--priority-queues", "8"]));
        let count = |left: &BTreeMap<i32, Vec<String>>| left.values().map(Vec::len).sum::<usize>();
        assert!(count(&without) < count(&with), "{switch:?}: {without:?} {with:?}");
        let steps = fs::read_to_string(corpus("probes/priority_without_queues/stimulus.jsonl")).unwrap();
        assert_eq!(count(&with), steps.lines().count(), "{switch:?}: {with:?}");
    }
}

#[test]
fn another_port_stands_for_dropping_where_it_is_told() {
    let all: Vec<[Heard; 2]> = switches()
        .iter()
        .map(|switch| [&[][..], &["--", "--drop-port", "7"]].map(|more| hear(switch, "drop_port", more)))
        .collect();
    assert_ne!(all[0][0].left, all[0][1].left);
    for theirs in &all[1..] {
        assert_eq!(&all[0], theirs);
    }
}

#[test]
fn ports_come_and_go_with_messages() {
    for switch in switches() {
        let folder = tempfile::tempdir().unwrap();
        let json = corpus("probes/exit/prog.json");
        let (mut running, _events, mut packets) = open(&switch, folder.path(), &json, &[]);
        let ports = |running: &mut Running| {
            let answer = running.client.call("standard:bm_dev_mgr_show_ports", [].into()).unwrap();
            let Some(Value::List(ports)) = answer else { panic!("{answer:?}") };
            let mut ports: Vec<(i32, bool)> = ports
                .iter()
                .map(|port| {
                    let Value::Struct(fields) = port else { panic!("{port:?}") };
                    let (Some(Value::I32(number)), Some(Value::Bool(up))) = (fields.get(&1), fields.get(&3))
                    else {
                        panic!("{port:?}")
                    };
                    assert_eq!(fields.get(&2), Some(&Value::text("N/A")));
                    (*number, *up)
                })
                .collect();
            ports.sort_unstable();
            ports
        };
        let until = |running: &mut Running, wanted: &[(i32, bool)]| {
            let begun = Instant::now();
            while ports(running) != wanted {
                assert!(begun.elapsed() < PATIENCE, "{switch:?}: {:?} instead of {wanted:?}", ports(running));
                std::thread::sleep(Duration::from_millis(20));
            }
        };
        until(&mut running, &[]);
        packets.send(&message(0, 3, 0, &[]));
        packets.send(&message(0, 9, 0, &[]));
        until(&mut running, &[(3, true), (9, true)]);
        packets.send(&message(2, 9, 0, &[]));
        until(&mut running, &[(3, true), (9, false)]);
        packets.send(&message(2, 9, 1, &[]));
        packets.send(&message(1, 3, 0, &[]));
        until(&mut running, &[(9, true)]);
        // What can be asked for is nothing yet.
        packets.send(&message(5, 9, 1, &[]));
        let answer = message(6, 9, 1, &1i32.to_ne_bytes());
        assert_eq!(packets.next(PATIENCE), Some(answer), "{switch:?}");
    }
}
