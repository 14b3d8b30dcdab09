//! Clients of `hyper4 switch`, and of a real simple_switch where there is one: they get the same, byte for byte.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic, reason = "tests")]

mod events;
mod notifications;
mod state;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use hyper4_proto::{Client, Fields, Value};

const PATIENCE: Duration = Duration::from_secs(30);
/// How long nothing has to come for there to be nothing.
const SILENCE: Duration = Duration::from_millis(1500);

/// `NN_PAIR`, `NN_PUB`, `NN_SUB`.
const PAIR: u8 = 0x10;
const PUBLISHER: u8 = 0x20;
const SUBSCRIBER: u8 = 0x21;

/// A switch that ends with the test, and where its notifications come.
struct Running {
    process: Child,
    client: Client,
    notifications: Socket,
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A local socket of nanomsg.
struct Socket(UnixStream);

impl Socket {
    fn connect(path: &Path, own: u8, other: u8) -> Self {
        let mut stream = UnixStream::connect(path).unwrap();
        let greeting = |kind: u8| [0, b'S', b'P', 0, 0, kind, 0, 0];
        stream.write_all(&greeting(own)).unwrap();
        let mut answer = [0; 8];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(answer, greeting(other));
        Self(stream)
    }

    fn next(&mut self, patience: Duration) -> Option<Vec<u8>> {
        self.0.set_read_timeout(Some(patience)).unwrap();
        let mut head = [0; 9];
        self.0.read_exact(&mut head).ok()?;
        assert_eq!(head[0], 1);
        let length = u64::from_be_bytes(head[1..].try_into().unwrap());
        let mut message = vec![0; length as usize];
        self.0.set_read_timeout(Some(PATIENCE)).unwrap();
        self.0.read_exact(&mut message).unwrap();
        Some(message)
    }

    fn send(&mut self, message: &[u8]) {
        let head = [&[1][..], &(message.len() as u64).to_be_bytes()].concat();
        self.0.write_all(&[&head, message].concat()).unwrap();
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
    let (own, of_target) =
        options.split_at(options.iter().position(|word| *word == "--").unwrap_or(options.len()));
    let mut process = Command::new(&switch[0])
        .args(&switch[1..])
        .args(["--thrift-port", &port.to_string(), "--device-id", "7", "--log-console"])
        .args(["--notifications-addr", &format!("ipc://{}", socket.display())])
        .args(own)
        .arg(json)
        .args(of_target)
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
    let notifications = Socket::connect(&socket, SUBSCRIBER, PUBLISHER);
    // It has to read the greeting before it sends anything, and doesn't say when.
    std::thread::sleep(Duration::from_millis(300));
    let client = Client::new(TcpStream::connect(("127.0.0.1", port)).unwrap(), PATIENCE).unwrap();
    Running { process, client, notifications }
}

impl Running {
    /// A method of the standard service, with numbers behind the context.
    fn call(&mut self, method: &str, numbers: impl IntoIterator<Item = Value>) {
        let numbers = (2..).zip(numbers);
        let arguments: Fields = std::iter::once((1, Value::I32(0))).chain(numbers).collect();
        self.client.call(&format!("standard:{method}"), arguments).unwrap();
    }
}
