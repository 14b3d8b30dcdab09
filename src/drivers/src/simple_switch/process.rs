//! The process: started, watched, and always ended.

use std::fs::File;
use std::io::Read;
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use hyper4_ir::Program;
use hyper4_switch::SwitchError;
use tempfile::TempDir;

use super::packets::PacketSocket;
use super::runtime::Runtime;
use hyper4_proto::Client;

/// How often another port is tried when somebody else took the one that was free.
const PORTS_TRIED: usize = 8;
/// Time between two attempts to connect to a server that is about to listen.
const ATTEMPT: Duration = Duration::from_millis(1);

/// How long the end of the process may come after the end of its connections.
pub(super) const MOURNING: Duration = Duration::from_secs(1);

/// Why there is no process.
#[derive(Debug)]
pub(super) enum StartError {
    /// The switch refuses the program: what it said.
    Refused(String),
    /// Something else: what it was.
    Failed(String),
    /// Somebody else has the port.
    PortTaken,
}

impl StartError {
    fn failed(what: &str, error: impl std::fmt::Display) -> Self {
        Self::Failed(format!("{what}: {error}"))
    }

    /// What it is to somebody who wanted to run that program.
    pub(super) fn with(self, program: &Program) -> SwitchError {
        match self {
            Self::Refused(reason) => SwitchError::Unsupported {
                construct: format!("program `{}`", program.name),
                reason,
                source_info: None,
            },
            Self::Failed(reason) => SwitchError::Failed(reason),
            Self::PortTaken => SwitchError::Failed("no port is free".to_owned()),
        }
    }
}

/// Why there is no next line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum NoLine {
    /// It didn't come in time.
    Late,
    /// The process has ended.
    Ended,
}

/// A running simple_switch. Dropping it ends the process and removes its files.
pub(super) struct Process {
    pub(super) log: Log,
    pub(super) packets: PacketSocket,
    pub(super) runtime: Runtime,
    child: ChildGuard,
    folder: TempDir,
}

impl Process {
    /// Run `program`, bmv2 JSON, on the switch at `path`.
    pub(super) fn start(path: &Path, program: &str, patience: Duration) -> Result<Self, StartError> {
        let folder = temporary_folder()?;
        let packets = folder.path().join("packets");
        let arguments = ["-L", "trace", "--packet-in", &format!("ipc://{}", packets.display())];
        let Started { runtime, mut starting } =
            Started::start(path, program, &folder, &arguments.map(str::to_owned), patience)?;
        let packets = match PacketSocket::connect(&packets, patience) {
            Ok(packets) => packets,
            Err(_) if starting.log.forget(MOURNING) == NoLine::Ended => {
                return Err(starting.ended(folder.path()));
            }
            Err(error) => return Err(StartError::failed("its packet socket can't be used", error)),
        };
        Ok(Self { log: starting.log, packets, runtime, child: starting.child, folder })
    }

    /// Whether it ends within `time`: then how, and what it said last. The log up to now is forgotten.
    pub(super) fn ended(&mut self, time: Duration) -> Option<String> {
        if self.log.forget(time) == NoLine::Late {
            return None;
        }
        let status = self.child.status();
        let words = last_words(self.folder.path());
        let separator = if words.is_empty() { "" } else { ": " };
        Some(format!("simple_switch ended with {status}{separator}{words}"))
    }
}

/// A port that nobody listens on now.
/// Where a process has its files.
pub(super) fn temporary_folder() -> Result<TempDir, StartError> {
    let folder = tempfile::Builder::new().prefix("hyper4-").tempdir();
    folder.map_err(|error| StartError::failed("a temporary folder can't be made", error))
}

/// A process that has started, and takes commands.
pub(super) struct Started {
    pub(super) runtime: Runtime,
    starting: Starting,
}

impl Started {
    /// Run `program`, bmv2 JSON, on the switch at `path`, with its files in `folder`.
    pub(super) fn start(
        path: &Path,
        program: &str,
        folder: &TempDir,
        arguments: &[String],
        patience: Duration,
    ) -> Result<Self, StartError> {
        for _ in 0..PORTS_TRIED {
            match Self::attempt(path, program, folder, arguments, patience) {
                Err(StartError::PortTaken) => {}
                result => return result,
            }
        }
        Err(StartError::Failed(format!("{PORTS_TRIED} ports that were free were taken by somebody else")))
    }

    fn attempt(
        path: &Path,
        program: &str,
        folder: &TempDir,
        arguments: &[String],
        patience: Duration,
    ) -> Result<Self, StartError> {
        let file = folder.path().join("program.json");
        let said = folder.path().join("stderr");
        std::fs::write(&file, program)
            .map_err(|error| StartError::failed("the program can't be written", error))?;
        let stderr =
            File::create(&said).map_err(|error| StartError::failed("a file can't be made", error))?;
        let port = free_port().map_err(|error| StartError::failed("no loopback port is free", error))?;
        // Without an address of its own, all switches of a machine would share one.
        let notifications = format!("ipc://{}", folder.path().join("notifications").display());
        let child = Command::new(path)
            .args(["--thrift-port", &port.to_string(), "--log-console"])
            .args(["--notifications-addr", &notifications])
            .args(arguments)
            .arg(&file)
            .current_dir(folder.path())
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .map_err(|error| StartError::failed(&format!("`{}` can't be run", path.display()), error))?;
        let mut child = ChildGuard(child);
        let stdout = child.0.stdout.take().ok_or(StartError::Failed("it has no output".to_owned()))?;
        let mut starting = Starting { child, log: Log::new(stdout), said: String::new() };
        starting.ready(Instant::now() + patience, folder.path())?;
        let runtime = starting.connect(port, patience, &notifications, folder.path())?;
        Ok(Self { runtime, starting })
    }

    /// Whether it has ended: then how, and what it said last.
    pub(super) fn ended(&mut self, folder: &Path) -> Option<String> {
        let status = self.starting.child.0.try_wait().ok().flatten()?;
        Some(format!("simple_switch ended with {status}: {}", last_words(folder).trim()))
    }
}

fn free_port() -> std::io::Result<u16> {
    Ok(TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?.local_addr()?.port())
}

/// The end of what a process wrote to its standard error.
fn last_words(folder: &Path) -> String {
    const MOST: usize = 500;
    let said = std::fs::read(folder.join("stderr")).unwrap_or_default();
    let tail = said.get(said.len().saturating_sub(MOST)..).unwrap_or_default();
    String::from_utf8_lossy(tail).trim().to_owned()
}

/// A process that isn't ready yet.
struct Starting {
    child: ChildGuard,
    log: Log,
    /// What it said that isn't its log.
    said: String,
}

impl Starting {
    /// Wait until it says that it starts to listen.
    fn ready(&mut self, deadline: Instant, folder: &Path) -> Result<(), StartError> {
        let mut line = String::new();
        loop {
            match self.log.next(&mut line, deadline) {
                Ok(()) if line.ends_with("] Thrift server was started") => return Ok(()),
                Ok(()) => self.hear(&line),
                Err(NoLine::Ended) => return Err(self.ended(folder)),
                Err(NoLine::Late) => return Err(StartError::Failed("it doesn't get ready".to_owned())),
            }
        }
    }

    fn hear(&mut self, line: &str) {
        if !line.starts_with('[') && !line.starts_with("Calling target program-options parser") {
            self.said.push_str(line);
            self.said.push('\n');
        }
    }

    /// Connect to its Thrift server, and make sure that it is its own.
    fn connect(
        &mut self,
        port: u16,
        patience: Duration,
        notifications: &str,
        folder: &Path,
    ) -> Result<Runtime, StartError> {
        let deadline = Instant::now() + patience;
        loop {
            let mut runtime = self.attempt_to_connect(port, patience, deadline, folder)?;
            // It registers its services one after the other, while it listens already.
            let answers = runtime.notifications_socket();
            match answers.and_then(|address| runtime.time_elapsed().map(|()| address)) {
                Ok(address) if address == notifications => return Ok(runtime),
                Ok(_) => return Err(StartError::PortTaken),
                Err(error) if Instant::now() > deadline => {
                    return Err(StartError::failed("its Thrift services aren't there", error));
                }
                Err(_) => std::thread::sleep(ATTEMPT),
            }
        }
    }

    fn attempt_to_connect(
        &mut self,
        port: u16,
        patience: Duration,
        deadline: Instant,
        folder: &Path,
    ) -> Result<Runtime, StartError> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let mut line = String::new();
        // It says that it listens a moment before it does.
        let stream = loop {
            let error = match TcpStream::connect_timeout(&address, patience) {
                Ok(stream) => break stream,
                Err(error) => error,
            };
            if Instant::now() > deadline {
                return Err(StartError::failed("its Thrift server doesn't answer", error));
            }
            match self.log.next(&mut line, Instant::now() + ATTEMPT) {
                Ok(()) => self.hear(&line),
                Err(NoLine::Late) => {}
                Err(NoLine::Ended) => return Err(self.ended(folder)),
            }
        };
        let client = Client::new(stream, patience)
            .map_err(|error| StartError::failed("its Thrift server can't be used", error))?;
        Ok(Runtime::new(client))
    }

    fn ended(&mut self, folder: &Path) -> StartError {
        let status = self.child.status();
        let words = last_words(folder);
        if words.contains("trying to bind to port") {
            return StartError::PortTaken;
        }
        let said = format!("{}{words}", self.said);
        let separator = if said.trim().is_empty() { "" } else { ": " };
        StartError::Refused(format!("simple_switch ended with {status}{separator}{}", said.trim()))
    }
}

/// Ends the process when it is dropped.
struct ChildGuard(Child);

impl ChildGuard {
    /// How it ended; it must be about to.
    fn status(&mut self) -> String {
        self.0.wait().map_or_else(|error| error.to_string(), |status| status.to_string())
    }
}

impl Drop for ChildGuard {
    fn drop(&mut self) {
        // It fails when the process has ended already, which is as well.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// The log as it comes, line by line.
pub(super) struct Log {
    chunks: Receiver<Vec<u8>>,
    chunk: Vec<u8>,
    /// Bytes of `chunk` that have been given out.
    position: usize,
    /// The beginning of a line whose end hasn't come.
    begun: Vec<u8>,
}

impl Log {
    fn new(mut stdout: ChildStdout) -> Self {
        let (sender, chunks) = channel();
        // The process must never wait for its log to be read, and we never for a log that doesn't come. The thread ends
        // with the process.
        std::thread::spawn(move || {
            let mut buffer = vec![0; 1 << 16];
            while let Ok(count) = stdout.read(&mut buffer) {
                let chunk = buffer.get(..count).unwrap_or_default();
                if count == 0 || sender.send(chunk.to_vec()).is_err() {
                    break;
                }
            }
        });
        Self { chunks, chunk: Vec::new(), position: 0, begun: Vec::new() }
    }

    /// The next line, without its end.
    pub(super) fn next(&mut self, line: &mut String, deadline: Instant) -> Result<(), NoLine> {
        loop {
            let rest = self.chunk.get(self.position..).unwrap_or_default();
            if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
                let (text, _) = rest.split_at(end);
                line.clear();
                if self.begun.is_empty() {
                    line.push_str(&String::from_utf8_lossy(text));
                } else {
                    self.begun.extend_from_slice(text);
                    line.push_str(&String::from_utf8_lossy(&self.begun));
                    self.begun.clear();
                }
                self.position += end + 1;
                return Ok(());
            }
            self.begun.extend_from_slice(rest);
            self.position = 0;
            self.chunk.clear();
            let left = deadline.saturating_duration_since(Instant::now());
            self.chunk = self.chunks.recv_timeout(left).map_err(|error| match error {
                RecvTimeoutError::Timeout => NoLine::Late,
                RecvTimeoutError::Disconnected => NoLine::Ended,
            })?;
        }
    }

    /// Forget what has come and what comes within `time`, but for a line that has begun; says why there is no more.
    pub(super) fn forget(&mut self, time: Duration) -> NoLine {
        let deadline = Instant::now() + time;
        let mut line = String::new();
        loop {
            if let Err(end) = self.next(&mut line, deadline) {
                return end;
            }
        }
    }
}

#[cfg(test)]
mod tests;
