//! The log, in simple_switch's form.

use std::fs::{File, OpenOptions};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::time::{SystemTime, UNIX_EPOCH};

/// How much a message matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Level {
    Trace,
    Debug,
    Info,
    Warn,
    Error,
    Off,
}

impl Level {
    pub(super) fn parse(text: &str) -> Option<Self> {
        Some(match text {
            "trace" => Self::Trace,
            "debug" => Self::Debug,
            "info" => Self::Info,
            "warn" => Self::Warn,
            "error" => Self::Error,
            "off" => Self::Off,
            _ => return None,
        })
    }

    fn letter(self) -> char {
        match self {
            Self::Trace => 'T',
            Self::Debug => 'D',
            Self::Info => 'I',
            Self::Warn => 'W',
            Self::Error => 'E',
            Self::Off => 'O',
        }
    }
}

/// Where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum LogTo {
    /// Standard output.
    Console,
    /// `base.txt`; when it is full it becomes `base.1.txt`, and so on.
    File { base: PathBuf, flush: bool, most_bytes: u64, most_files: u32 },
}

/// The log.
pub(super) struct Log {
    level: Level,
    sink: Option<Mutex<Sink>>,
}

enum Sink {
    Console,
    File(Rotating),
}

struct Rotating {
    file: BufWriter<File>,
    base: PathBuf,
    flush: bool,
    written: u64,
    most_bytes: u64,
    most_files: u32,
}

impl Log {
    pub(super) fn open(to: Option<&LogTo>, level: Level) -> std::io::Result<Self> {
        let sink = match to {
            None => None,
            Some(LogTo::Console) => Some(Sink::Console),
            Some(LogTo::File { base, flush, most_bytes, most_files }) => {
                let file = OpenOptions::new().create(true).append(true).open(numbered(base, 0))?;
                Some(Sink::File(Rotating {
                    written: file.metadata()?.len(),
                    file: BufWriter::new(file),
                    base: base.clone(),
                    flush: *flush,
                    most_bytes: *most_bytes,
                    most_files: *most_files,
                }))
            }
        };
        Ok(Self { level, sink: sink.map(Mutex::new) })
    }

    /// Whether messages of that level go anywhere.
    pub(super) fn takes(&self, level: Level) -> bool {
        self.sink.is_some() && level >= self.level && self.level != Level::Off
    }

    /// Write a message of the switch.
    pub(super) fn write(&self, level: Level, text: &str) {
        if !self.takes(level) {
            return;
        }
        let Some(sink) = &self.sink else { return };
        let thread = nix::unistd::gettid();
        let line = format!("[{}] [bmv2] [{}] [thread {thread}] {text}\n", time_of_day(), level.letter());
        // A log that can't be written has nobody to tell.
        let _ = match &mut *sink.lock().unwrap_or_else(std::sync::PoisonError::into_inner) {
            Sink::Console => std::io::stdout().lock().write_all(line.as_bytes()),
            Sink::File(file) => file.write(line.as_bytes()),
        };
    }

    /// Write a message about a packet.
    pub(super) fn packet(&self, level: Level, (number, copy): (u64, usize), text: &str) {
        if self.takes(level) {
            self.write(level, &format!("[{number}.{copy}] [cxt 0] {text}"));
        }
    }
}

impl Rotating {
    fn write(&mut self, line: &[u8]) -> std::io::Result<()> {
        if self.written > 0 && self.written + line.len() as u64 > self.most_bytes {
            self.rotate()?;
        }
        self.file.write_all(line)?;
        self.written += line.len() as u64;
        if self.flush { self.file.flush() } else { Ok(()) }
    }

    fn rotate(&mut self) -> std::io::Result<()> {
        self.file.flush()?;
        for number in (0..self.most_files).rev() {
            let from = numbered(&self.base, number);
            if from.exists() {
                std::fs::rename(from, numbered(&self.base, number + 1))?;
            }
        }
        self.file = BufWriter::new(File::create(numbered(&self.base, 0))?);
        self.written = 0;
        Ok(())
    }
}

fn numbered(base: &Path, number: u32) -> PathBuf {
    let name = base.display();
    PathBuf::from(if number == 0 { format!("{name}.txt") } else { format!("{name}.{number}.txt") })
}

/// The time of day, in UTC, with milliseconds.
fn time_of_day() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = since.as_secs() % 86_400;
    let (hours, minutes) = (seconds / 3600, seconds / 60 % 60);
    format!("{hours:02}:{minutes:02}:{:02}.{:03}", seconds % 60, since.subsec_millis())
}
