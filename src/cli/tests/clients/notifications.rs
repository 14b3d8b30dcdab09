//! What is learnt, what ages.

use std::fs;
use std::io::Write;
use std::process::Command;

use hyper4_ir::{Program, parse_commands};
use hyper4_proto::{Value, calls};

use crate::{PATIENCE, SILENCE, corpus, start, switches};

/// A header with a context, and what follows.
fn message(topic: &[u8; 4], rest: &[u8]) -> Option<Vec<u8>> {
    Some([topic, &7u64.to_ne_bytes()[..], &0u32.to_ne_bytes()[..], rest].concat())
}

fn learnt(list: u32, buffer: u64, count: u32, samples: &[u8]) -> Option<Vec<u8>> {
    let header = [&list.to_ne_bytes()[..], &buffer.to_ne_bytes()[..], &count.to_ne_bytes()[..], samples];
    message(b"LEA|", &header.concat())
}

#[test]
fn what_is_learnt_is_told_once_until_it_is_acknowledged() {
    for switch in switches() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("p1_in.pcap");
        assert!(Command::new("mkfifo").arg(&file).status().unwrap().success());
        let opened = std::thread::spawn(move || {
            let mut packets = fs::File::options().write(true).open(file).unwrap();
            let header = [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1];
            packets.write_all(&header.map(u32::to_le_bytes).concat()).unwrap();
            packets
        });
        let json = corpus("probes/digest/prog.json");
        let mut running = start(&switch, folder.path(), &["--use-files", "0", "-i", "1@p1"], &json);
        let mut packets = opened.join().unwrap();
        let mut second = 0;
        let mut send = |operation: u8, b: u8| {
            second += 1;
            let head = [second, 0, 8, 8].map(u32::to_le_bytes).concat();
            let packet = [operation, 5, 0, b, 0, 0, 0, 9];
            packets.write_all(&[&head[..], &packet].concat()).unwrap();
        };
        // A second after the first of them; the other list hears only of packets that are for it.
        send(1, 6);
        send(1, 6);
        send(1, 7);
        assert_eq!(running.notifications.next(PATIENCE), learnt(1, 0, 2, &[5, 0, 6, 5, 0, 7]), "{switch:?}");
        send(2, 6);
        assert_eq!(running.notifications.next(PATIENCE), learnt(2, 0, 1, &[0, 0, 0, 9]), "{switch:?}");
        send(1, 6);
        assert_eq!(running.notifications.next(SILENCE), None, "{switch:?}");
        running.call("bm_learning_set_buffer_size", [Value::I32(1), Value::I32(1)]);
        let acknowledged = [Value::I32(1), Value::I64(0), Value::List(vec![Value::I32(0)])];
        running.call("bm_learning_ack", acknowledged);
        send(1, 7);
        send(1, 6);
        assert_eq!(running.notifications.next(PATIENCE), learnt(1, 1, 1, &[5, 0, 6]), "{switch:?}");
        running.call("bm_learning_ack_buffer", [Value::I32(1), Value::I64(0)]);
        send(1, 7);
        assert_eq!(running.notifications.next(PATIENCE), learnt(1, 2, 1, &[5, 0, 7]), "{switch:?}");
    }
}

#[test]
fn entries_that_nothing_hits_are_told_of() {
    for switch in switches() {
        let folder = tempfile::tempdir().unwrap();
        let json = corpus("cli/prog.json");
        let mut running = start(&switch, folder.path(), &[], &json);
        let program = Program::from_json(&fs::read_to_string(&json).unwrap()).unwrap();
        let table = program.tables.iter().position(|table| table.support_timeout).unwrap();
        let name = &program.tables[table].name;
        let commands = fs::read_to_string(corpus("cli/session.txt")).unwrap();
        let add = commands
            .lines()
            .find(|line| {
                let short = line.strip_prefix("table_add ").and_then(|rest| rest.split(' ').next());
                short.is_some_and(|short| name.ends_with(&format!(".{short}")))
            })
            .unwrap();
        for line in parse_commands(&program, &format!("{add}\ntable_set_timeout {name} 0 300\n")).unwrap() {
            for call in calls(&program, &line.content).unwrap() {
                running.client.call(&call.method, call.arguments).unwrap();
            }
        }
        let number = hyper4_serve::table_number(&fs::read_to_string(&json).unwrap(), name).unwrap();
        let aged = |buffer: u64| {
            let words = [number.cast_unsigned(), 1, 0].map(u32::to_ne_bytes).concat();
            message(b"AGE|", &[&buffer.to_ne_bytes()[..], &words].concat())
        };
        assert_eq!(running.notifications.next(PATIENCE), aged(0), "{switch:?}");
        assert_eq!(running.notifications.next(PATIENCE), aged(1), "{switch:?}");
    }
}
