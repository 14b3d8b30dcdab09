//! `hyper4 switch` as its users start it and its clients use it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, reason = "tests")]

use std::ffi::OsStr;
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::{Duration, Instant};

use hyper4_ir::{Program, Reply, parse_commands};
use hyper4_proto::{Client, calls, reply};

const PATIENCE: Duration = Duration::from_secs(30);

fn checkout() -> PathBuf {
    fs::canonicalize(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// A process that ends with the test.
struct Running(Child);

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Start a switch in a folder, and wait until its Thrift server is there.
fn start<S: AsRef<OsStr>>(folder: &Path, port: u16, options: &[S]) -> (Running, Vec<String>) {
    let mut child = Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .args(["switch", "--thrift-port", &port.to_string(), "--log-console"])
        .args([
            "--notifications-addr",
            &format!("ipc://{}/notifications-{port}.ipc", std::env::temp_dir().display()),
        ])
        .args(options)
        .current_dir(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut output = BufReader::new(child.stdout.take().unwrap());
    let running = Running(child);
    let mut said = Vec::new();
    loop {
        let mut line = String::new();
        assert!(output.read_line(&mut line).unwrap() > 0, "it ended: {said:?}");
        said.push(line.trim_end().to_owned());
        if line.ends_with("] Thrift server was started\n") {
            break;
        }
    }
    // Nobody may be held up by a log that isn't read.
    std::thread::spawn(move || output.lines().for_each(drop));
    (running, said)
}

fn client(port: u16) -> Client {
    Client::new(TcpStream::connect(("127.0.0.1", port)).unwrap(), PATIENCE).unwrap()
}

fn capture(packets: &[&[u8]]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for field in [0xa1b2_c3d4u32, 0x0004_0002, 0, 0, 65_535, 1] {
        bytes.extend(field.to_le_bytes());
    }
    for (second, packet) in packets.iter().enumerate() {
        for field in [second as u32, 0, packet.len() as u32, packet.len() as u32] {
            bytes.extend(field.to_le_bytes());
        }
        bytes.extend_from_slice(packet);
    }
    bytes
}

/// The packets of a capture file; none when it is empty.
fn captured(file: &Path) -> Vec<Vec<u8>> {
    let bytes = fs::read(file).unwrap();
    let mut rest = bytes.get(24..).unwrap_or_default();
    let mut packets = Vec::new();
    while rest.len() >= 16 {
        let length = u32::from_le_bytes(rest[8..12].try_into().unwrap()) as usize;
        packets.push(rest[16..16 + length].to_vec());
        rest = &rest[16 + length..];
    }
    packets
}

fn eventually(what: &str, holds: impl Fn() -> bool) {
    let deadline = Instant::now() + PATIENCE;
    while !holds() {
        assert!(Instant::now() < deadline, "{what} doesn't come");
        sleep(Duration::from_millis(20));
    }
}

fn frame(destination: u8, source: u8) -> Vec<u8> {
    let mut bytes = vec![0; 60];
    bytes[5] = destination;
    bytes[11] = source;
    bytes[12] = 8;
    bytes
}

/// Packets come in by FIFOs while a client puts entries in, and leave by files.
#[test]
fn packets_pass_between_files_as_a_client_says() {
    let folder = tempfile::tempdir().unwrap();
    let golden = checkout().join("corpus/golden/l2_switch");
    let program = Program::from_json(&fs::read_to_string(golden.join("prog.json")).unwrap()).unwrap();
    let paths = [1, 2].map(|port| folder.path().join(format!("p{port}_in.pcap")));
    for path in &paths {
        assert!(Command::new("mkfifo").arg(path).status().unwrap().success());
    }
    let writers = paths.clone();
    let opened = std::thread::spawn(move || {
        writers.map(|path| {
            let mut file = fs::File::options().write(true).open(path).unwrap();
            file.write_all(&capture(&[])).unwrap();
            file
        })
    });
    let port = free_port();
    let json = golden.join("prog.json");
    let options = ["--use-files", "0", "-i 2@p2", "-i", "1@p1", json.to_str().unwrap()];
    let (_running, said) = start(folder.path(), port, &options);
    assert_eq!(said[0], "Calling target program-options parser");
    let added: Vec<&String> = said.iter().filter(|line| line.starts_with("Adding interface")).collect();
    assert_eq!(added, ["Adding interface p1 as port 1 (files)", "Adding interface p2 as port 2 (files)"]);

    let mut client = client(port);
    let add = "table_add SwitchIngress.dmac SwitchIngress.forward 00:00:00:00:00:02 => 2\n\
               table_add SwitchIngress.dmac SwitchIngress.forward 00:00:00:00:00:01 => 1\n\
               table_num_entries SwitchIngress.dmac\n";
    let mut replies = Vec::new();
    for line in parse_commands(&program, add).unwrap() {
        let answers: Vec<_> = calls(&program, &line.content)
            .unwrap()
            .into_iter()
            .map(|call| client.call(&call.method, call.arguments).unwrap())
            .collect();
        replies.push(reply(&program, &line.content, &answers).unwrap());
    }
    assert_eq!(replies, [Reply::Handle(0), Reply::Handle(1), Reply::Count(2)]);

    // The switch takes a packet when each file has its next or has ended.
    let [mut first, mut second] = opened.join().unwrap();
    first.write_all(&capture(&[&frame(2, 1), &frame(9, 1)])[24..]).unwrap();
    second.write_all(&capture(&[&frame(1, 2)])[24..]).unwrap();
    drop((first, second));
    let out = [1, 2].map(|port| folder.path().join(format!("p{port}_out.pcap")));
    eventually("a packet", || out.iter().all(|file| !captured(file).is_empty()));
    assert_eq!(captured(&out[0]), [frame(1, 2)]);
    assert_eq!(captured(&out[1]), [frame(2, 1)]);
}

/// What it can't start with it says, and ends with status 1, whatever it is called.
#[test]
fn what_it_cannot_start_with_ends_it() {
    let folder = tempfile::tempdir().unwrap();
    let link = folder.path().join("simple_switch");
    std::os::unix::fs::symlink(env!("CARGO_BIN_EXE_hyper4"), &link).unwrap();
    fs::write(folder.path().join("broken.json"), "{").unwrap();
    let golden = checkout().join("corpus/golden/l2_switch/prog.json");
    let golden = golden.to_str().unwrap();
    let taken = TcpListener::bind("0.0.0.0:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    for (options, expected) in [
        (vec!["nothing.json"], "JSON input file nothing.json cannot be opened"),
        (vec!["broken.json"], "`broken.json`: "),
        (vec!["--use-files", "0", "-i", "1@p1", golden], "p1_in.pcap: No such file or directory"),
        (
            vec!["-i", "1@no-such-interface", golden],
            "interface `no-such-interface`: there is no such interface",
        ),
        (vec!["--thrift-port", &port, golden], "You may have another process already using port"),
        (vec!["--bogus", golden], "Error while parsing command line arguments"),
    ] {
        for mut command in [Command::new(&link), {
            let mut command = Command::new(env!("CARGO_BIN_EXE_hyper4"));
            command.arg("switch");
            command
        }] {
            let ended = command.args(&options).current_dir(folder.path()).output().unwrap();
            let said = String::from_utf8_lossy(&ended.stdout).into_owned();
            assert_eq!(ended.status.code(), Some(1), "{options:?}: {said}");
            assert!(said.contains(expected), "{options:?}: {said}");
        }
    }
}

fn on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Time passes between two commands, otherwise on a busy machine.
fn without_times(text: &str) -> String {
    let line = |line: &str| match line.split_once("ms since hit") {
        Some((before, rest)) => {
            let before = before.trim_end_matches(|c: char| c.is_ascii_digit());
            format!("{before}ms since hit{rest}")
        }
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

/// The stock command line says the same of it as of a real simple_switch, command by command.
#[test]
fn the_stock_command_line_cannot_tell_it_from_the_real_one() {
    if !on_path("simple_switch_CLI") {
        println!("skipped: no simple_switch_CLI on PATH");
        return;
    }
    let corpus = checkout().join("corpus/cli");
    let port = free_port();
    let (_running, _) = start(&corpus, port, &["prog.json"]);
    let session = fs::File::open(corpus.join("session.txt")).unwrap();
    let said = Command::new("simple_switch_CLI")
        .args(["--thrift-port", &port.to_string()])
        .stdin(session)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    assert!(said.status.success(), "{}", String::from_utf8_lossy(&said.stderr));
    let ours = without_times(&String::from_utf8_lossy(&said.stdout));
    let real = without_times(&fs::read_to_string(corpus.join("transcript.txt")).unwrap());
    let differences: Vec<String> = ours
        .lines()
        .zip(real.lines())
        .enumerate()
        .filter(|(_, (ours, real))| ours != real)
        .map(|(number, (ours, real))| format!("line {}:\n  {ours}\n  {real}", number + 1))
        .collect();
    assert!(differences.is_empty(), "{}", differences.join("\n"));
    assert_eq!(ours.lines().count(), real.lines().count());
    assert!(real.lines().count() > 500);
}
