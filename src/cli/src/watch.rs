//! `hyper4 verify --watch`: once more whenever a file changes that the run reads.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU8, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::Duration;

use hyper4_diff::Status;
use hyper4_dpmu::CompositionConfig;
use hyper4_report::{ExitStatus, SubjectReport, VerifyReport};
use notify::{Event, RecursiveMode, Watcher};

use crate::args::Options;
use crate::failure::Failure;

/// Editors save a file in several steps: so long nothing happens when they are done.
const SETTLED: Duration = Duration::from_millis(150);

/// What subjects and personas are made of.
const KINDS: [&str; 9] = ["h", "json", "jsonl", "p4", "p4i", "pcap", "stf", "toml", "txt"];

/// How the process ends when it is interrupted: as the last run says. Without one, as if nobody waited for the signal.
static LAST: AtomicU8 = AtomicU8::new(130);

/// Run, and run again whenever something changes below the subjects or in the persona, until an interrupt.
pub(crate) fn watch(
    options: &Options,
    subjects: &[PathBuf],
    run: impl Fn() -> Result<VerifyReport, Failure>,
) -> Result<ExitStatus, Failure> {
    ctrlc::set_handler(|| std::process::exit(LAST.load(Ordering::Relaxed).into()))
        .map_err(|e| Failure::tool(format!("can't wait for Ctrl-C: {e}")))?;
    let changes = Changes::new(options, subjects)?;
    let mut before: Option<VerifyReport> = None;
    loop {
        let status = match run() {
            Ok(report) => {
                if let Some(before) = &before {
                    for line in differences(before, &report) {
                        eprintln!("{line}");
                    }
                }
                let status = report.exit_status(options.allow_unsupported);
                before = Some(report);
                status
            }
            // A file that is being written is often wrong for a while.
            Err(failure) => failure.show(options),
        };
        LAST.store(status.code(), Ordering::Relaxed);
        if !options.quiet {
            eprintln!("watching {}; Ctrl-C ends", changes.what);
        }
        let changed: Vec<String> = changes.wait()?.iter().map(|path| short(path)).collect();
        if !options.quiet {
            eprintln!("\nchanged: {}", changed.join(", "));
        }
    }
}

/// A file as the user would name it.
fn short(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    path.strip_prefix(here).unwrap_or(path).display().to_string()
}

/// What became of subjects since the run before: a line for each that is otherwise now, and one if none is.
fn differences(before: &VerifyReport, now: &VerifyReport) -> Vec<String> {
    fn named(report: &VerifyReport) -> BTreeMap<&str, &SubjectReport> {
        report.subjects.iter().map(|subject| (subject.name.as_str(), subject)).collect()
    }
    let (old, new) = (named(before), named(now));
    let mut lines = Vec::new();
    for (name, subject) in &new {
        let Some(was) = old.get(name) else {
            lines.push(format!("new: {name} is {}", subject.status.word()));
            continue;
        };
        let (from, to) = (was.status, subject.status);
        if from != to {
            let judged = if badness(to) < badness(from) { "better" } else { "worse" };
            lines.push(format!("{judged}: {name} was {}, is {}", from.word(), to.word()));
        } else if was.divergence != subject.divergence
            || was.unsupported != subject.unsupported
            || was.error != subject.error
        {
            lines.push(format!("otherwise: {name} is still {}, for another reason", to.word()));
        }
    }
    lines.extend(old.keys().filter(|name| !new.contains_key(*name)).map(|name| format!("gone: {name}")));
    if lines.is_empty() {
        lines.push("neither better nor worse than before".to_owned());
    }
    lines
}

fn badness(status: Status) -> u8 {
    match status {
        Status::Equal => 0,
        Status::Unsupported => 1,
        Status::Diverged => 2,
        Status::Error => 3,
    }
}

/// Tells when files change.
struct Changes {
    /// Where, in words.
    what: String,
    events: Receiver<notify::Result<Event>>,
    /// Whatever is written there is no change of what is read.
    out: Option<PathBuf>,
    /// It tells as long as it lives.
    _watcher: notify::RecommendedWatcher,
}

impl Changes {
    fn new(options: &Options, subjects: &[PathBuf]) -> Result<Self, Failure> {
        let folders = folders(options, subjects);
        let (sender, events) = channel();
        let failed = |e: notify::Error| Failure::tool(format!("can't watch files: {e}"));
        let mut watcher = notify::recommended_watcher(sender).map_err(failed)?;
        for (folder, mode) in &folders {
            watcher.watch(folder, *mode).map_err(failed)?;
        }
        let named: Vec<String> = folders.keys().map(|folder| short(folder)).collect();
        let what = match named.as_slice() {
            [one] if one.is_empty() => "this folder".to_owned(),
            [one] => one.clone(),
            more => format!("{} folders", more.len()),
        };
        let out = options.out.as_deref().and_then(|out| std::path::absolute(out).ok());
        Ok(Self { what, events, out, _watcher: watcher })
    }

    /// The files that changed, once no more do for a while.
    fn wait(&self) -> Result<BTreeSet<PathBuf>, Failure> {
        let mut changed = BTreeSet::new();
        loop {
            let event = if changed.is_empty() {
                self.events.recv().map_err(|_| RecvTimeoutError::Disconnected)
            } else {
                self.events.recv_timeout(SETTLED)
            };
            match event {
                Ok(Ok(event)) if event.kind.is_access() => {}
                Ok(Ok(event)) => changed.extend(event.paths.into_iter().filter(|path| self.counts(path))),
                Ok(Err(error)) => return Err(Failure::tool(format!("can't watch files: {error}"))),
                Err(RecvTimeoutError::Timeout) => return Ok(changed),
                Err(RecvTimeoutError::Disconnected) => {
                    return Err(Failure::tool("nobody tells any more which files change"));
                }
            }
        }
    }

    fn counts(&self, path: &Path) -> bool {
        let kind = path.extension().and_then(|kind| kind.to_str()).unwrap_or_default();
        let hidden = path.file_name().is_some_and(|name| name.to_string_lossy().starts_with('.'));
        let written = self.out.as_ref().is_some_and(|out| path.starts_with(out));
        KINDS.contains(&kind) && !hidden && !written
    }
}

/// The folders in which that lies what a run reads. Folders, not files: editors often put a new file in an old one's place.
fn folders(options: &Options, subjects: &[PathBuf]) -> BTreeMap<PathBuf, RecursiveMode> {
    let mut found: BTreeMap<PathBuf, RecursiveMode> = BTreeMap::new();
    let mut add = |path: &Path| {
        let (folder, mode) = if path.is_dir() {
            (path, RecursiveMode::Recursive)
        } else {
            let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
            (parent.unwrap_or(Path::new(".")), RecursiveMode::NonRecursive)
        };
        if let Ok(folder) = std::fs::canonicalize(folder) {
            let known = found.entry(folder).or_insert(mode);
            if mode == RecursiveMode::Recursive {
                *known = mode;
            }
        }
    };
    for subject in subjects {
        add(subject);
        let composition = subject.join("composition.toml");
        let text = std::fs::read_to_string(composition).unwrap_or_default();
        for device in CompositionConfig::from_toml(&text).map(|config| config.devices).unwrap_or_default() {
            for file in [&device.program, &device.commands].into_iter().flatten() {
                add(&subject.join(file));
            }
        }
    }
    options.persona.iter().for_each(|persona| add(persona));
    options.include_dirs.iter().for_each(|folder| add(folder));
    found
}

#[cfg(test)]
mod tests;
