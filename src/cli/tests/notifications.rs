//! What `hyper4 switch` tells without being asked, byte for byte what a real simple_switch tells where there is one.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "tests")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hyper4_ir::{Program, parse_commands};
use hyper4_proto::{Client, Fields, Value, calls};

const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing has to come for there to be nothing.
const SILENCE: Duration = Duration::from_millis(1500);

/// A switch that ends with the test, and where its notifications come.
struct Running {
    process: Child,
    client: Client,
    notifications: UnixStream,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn corpus(file: &str) -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus")).unwrap().join(file)
}

/// Ours, and the real one if there is one.
fn switches() -> Vec<Vec<String>> {
    let ours = vec![env!("CARGO_BIN_EXE_hyper4").to_owned(), "switch".to_owned()];
    let path = std::env::var_os("PATH").unwrap_or_default();
    let mut found = std::env::split_paths(&path).map(|folder| folder.join("simple_switch"));
    match found.find(|file| file.is_file()) {
        Some(real) => vec![ours, vec![real.display().to_string()]],
        None => {
            println!("skipped: there is no simple_switch");
            vec![ours]
        }
    }
}

fn start(switch: &[String], folder: &Path, options: &[&str], json: &Path) -> Running {
    let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let socket = folder.join("notifications.ipc");
    let mut process = Command::new(&switch[0])
        .args(&switch[1..])
        .args(["--thrift-port", &port.to_string(), "--device-id", "7", "--log-console"])
        .args(["--notifications-addr", &format!("ipc://{}", socket.display())])
        .args(options)
        .arg(json)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(process.stdout.take().unwrap());
    let mut line = String::new();
    while !line.ends_with("] Thrift server was started\n") {
        line.clear();
        assert!(output.read_line(&mut line).unwrap() > 0, "it ended");
    }
    std::thread::spawn(move || output.lines().for_each(drop));
    let mut notifications = UnixStream::connect(&socket).unwrap();
    notifications.write_all(b"\0SP\0\0\x21\0\0").unwrap();
    let mut greeting = [0; 8];
    notifications.read_exact(&mut greeting).unwrap();
    assert_eq!(&greeting, b"\0SP\0\0\x20\0\0");
    // It has to read the greeting before it sends anything, and doesn't say when.
    std::thread::sleep(Duration::from_millis(300));
    let client = Client::new(TcpStream::connect(("127.0.0.1", port)).unwrap(), PATIENCE).unwrap();
    Running { process, client, notifications }
}

impl Running {
    fn next(&mut self, patience: Duration) -> Option<Vec<u8>> {
        self.notifications.set_read_timeout(Some(patience)).unwrap();
        let mut head = [0; 9];
        self.notifications.read_exact(&mut head).ok()?;
        assert_eq!(head[0], 1);
        let length = u64::from_be_bytes(head[1..].try_into().unwrap());
        let mut message = vec![0; length as usize];
        self.notifications.read_exact(&mut message).unwrap();
        Some(message)
    }

    /// A method of the standard service, with numbers behind the context.
    fn call(&mut self, method: &str, numbers: impl IntoIterator<Item = Value>) {
        let numbers = (2..).zip(numbers);
        let arguments: Fields = std::iter::once((1, Value::I32(0))).chain(numbers).collect();
        self.client.call(&format!("standard:{method}"), arguments).unwrap();
    }
}

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
        assert_eq!(running.next(PATIENCE), learnt(1, 0, 2, &[5, 0, 6, 5, 0, 7]), "{switch:?}");
        send(2, 6);
        assert_eq!(running.next(PATIENCE), learnt(2, 0, 1, &[0, 0, 0, 9]), "{switch:?}");
        send(1, 6);
        assert_eq!(running.next(SILENCE), None, "{switch:?}");
        running.call("bm_learning_set_buffer_size", [Value::I32(1), Value::I32(1)]);
        let acknowledged = [Value::I32(1), Value::I64(0), Value::List(vec![Value::I32(0)])];
        running.call("bm_learning_ack", acknowledged);
        send(1, 7);
        send(1, 6);
        assert_eq!(running.next(PATIENCE), learnt(1, 1, 1, &[5, 0, 6]), "{switch:?}");
        running.call("bm_learning_ack_buffer", [Value::I32(1), Value::I64(0)]);
        send(1, 7);
        assert_eq!(running.next(PATIENCE), learnt(1, 2, 1, &[5, 0, 7]), "{switch:?}");
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
        assert_eq!(running.next(PATIENCE), aged(0), "{switch:?}");
        assert_eq!(running.next(PATIENCE), aged(1), "{switch:?}");
    }
}
