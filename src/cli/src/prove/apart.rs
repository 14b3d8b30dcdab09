//! Subjects in processes of their own: one that crashes, or takes too much memory, takes no other along.

use std::ffi::{OsStr, OsString};
use std::io::{Read, Write};
use std::path::PathBuf;
use std::process::{Child, Command, ExitStatus as Ended, Stdio};
use std::time::Duration;

use hyper4_report::ExitStatus;
use serde_json::{Value, json};

use crate::args::{EquivalenceArgs, Options};
use crate::deliver::deliver;
use crate::failure::Failure;
use crate::{stf, subject};

/// How often a process is looked at.
const PATIENCE: Duration = Duration::from_millis(20);
/// Options of the parent alone, with a value each.
const WITH_VALUE: [&str; 3] = ["--apart", "--batch", "--format"];
/// Options of the parent alone.
const WITHOUT: [&str; 3] = ["--allow-unsupported", "--quiet", "-q"];

/// A subject as it is told to a process: an argument, or a line of a batch.
struct Told {
    name: String,
    argument: Option<PathBuf>,
    line: Option<String>,
}

/// `hyper4 prove equivalence --apart MEGABYTES`
pub(super) fn prove(options: &Options, args: &EquivalenceArgs, most: u64) -> Result<ExitStatus, Failure> {
    let told: Vec<Told> = match &args.batch {
        Some(list) => stf::listed(list)?
            .into_iter()
            .map(|(test, program)| Told {
                name: test.file_stem().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                argument: None,
                line: Some(format!("{} {}\n", test.display(), program.display())),
            })
            .collect(),
        None => {
            let paths = match args.subjects.as_slice() {
                [] => subject::find(std::path::Path::new("p4programs"))?,
                subjects => subjects.to_vec(),
            };
            let told = paths.into_iter().map(|path| Told {
                name: path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                argument: Some(path),
                line: None,
            });
            told.collect()
        }
    };
    let property = if args.symbolic_entries { "symbolic_entries" } else { "equivalence" };
    let arguments = of_parent(std::env::args_os().skip(1), &args.subjects);
    let (mut documents, mut status) = (Vec::new(), ExitStatus::AsWished);
    for told in &told {
        let (document, ended) = one(&arguments, told, (property, most))?;
        documents.push(document);
        status = status.and(ended);
        if ended == ExitStatus::ToolFailed {
            // A mistake of the prover: no proof that it makes is worth anything.
            break;
        }
    }
    let found = json!({"schema": "hyper4/prove/1", "subjects": documents});
    deliver(options, &format!("prove-{property}.json"), &found, || {
        Ok(documents.iter().map(text).collect::<String>() + &summary(&documents))
    })?;
    Ok(status.allowing_unsupported(options.allow_unsupported))
}

/// What the parent was told that its children are told too.
fn of_parent(arguments: impl Iterator<Item = OsString>, subjects: &[PathBuf]) -> Vec<OsString> {
    let mut kept = Vec::new();
    let mut skip = false;
    for argument in arguments {
        let text = argument.to_string_lossy();
        let is = |name: &str| text == *name;
        let with_equals = |name: &str| text.strip_prefix(name).is_some_and(|rest| rest.starts_with('='));
        let own = skip
            || WITHOUT.iter().any(|name| is(name))
            || WITH_VALUE.iter().any(|name| with_equals(name))
            || subjects.iter().any(|subject| subject.as_os_str() == argument);
        skip = !skip && WITH_VALUE.iter().any(|name| is(name));
        if !own && !skip {
            kept.push(argument);
        }
    }
    kept.extend(["--quiet", "--format", "json"].map(OsString::from));
    kept
}

/// What a process says of its subject, and how it ended.
fn one(
    arguments: &[OsString],
    told: &Told,
    (property, most): (&str, u64),
) -> Result<(Value, ExitStatus), Failure> {
    let tool = |e: std::io::Error| Failure::Tool(format!("can't start a process for `{}`: {e}", told.name));
    let mut command = Command::new(std::env::current_exe().map_err(tool)?);
    command.args(arguments).stdout(Stdio::piped()).stdin(Stdio::piped()).stderr(Stdio::piped());
    match &told.argument {
        Some(path) => command.arg(path),
        None => command.args([OsStr::new("--batch"), OsStr::new("-")]),
    };
    let mut child = command.spawn().map_err(tool)?;
    if let (Some(mut input), Some(line)) = (child.stdin.take(), &told.line) {
        // One that has gone away says so when it is waited for.
        let _ = input.write_all(line.as_bytes());
    }
    let said = child.stdout.take().map(read_all);
    let errors = child.stderr.take().map(read_all);
    let (ended, peak, killed) = watch(&mut child, most).map_err(tool)?;
    let text = |reader: Option<std::thread::JoinHandle<String>>| {
        reader.and_then(|reader| reader.join().ok()).unwrap_or_default()
    };
    let (said, errors) = (text(said), text(errors));
    let document = serde_json::from_str(&said)
        .ok()
        .and_then(|mut all: Value| all.get_mut("subjects").and_then(Value::as_array_mut).and_then(Vec::pop));
    let reason = match (killed, ended.code()) {
        (true, _) => format!("it took more than {most} megabytes of memory"),
        (false, None) => format!("the prover was brought down ({ended})"),
        (false, Some(_)) => errors.lines().next().unwrap_or("the prover said nothing").to_owned(),
    };
    let (mut document, status) = match (document, ended.code()) {
        (Some(document), Some(0)) => (document, ExitStatus::AsWished),
        (Some(document), Some(1)) => (document, ExitStatus::Found),
        (Some(document), Some(3)) => (document, ExitStatus::Unsupported),
        (Some(document), Some(4)) => (document, ExitStatus::ToolFailed),
        _ => (broken(&told.name, property, &reason), ExitStatus::Unsupported),
    };
    if let (Value::Object(document), Some(peak)) = (&mut document, peak) {
        document.insert("peak_megabytes".to_owned(), peak.into());
    }
    Ok((document, status))
}

/// A subject whose process says nothing of it.
fn broken(name: &str, property: &str, reason: &str) -> Value {
    json!({
        "name": name, "property": property, "status": "unknown", "paths": null, "seconds": 0.0, "bounds": "",
        "reason": reason, "counterexample": null, "exceptions": [], "note": null,
    })
}

fn read_all(mut from: impl Read + Send + 'static) -> std::thread::JoinHandle<String> {
    std::thread::spawn(move || {
        let mut text = Vec::new();
        // What can't be read isn't there.
        let _ = from.read_to_end(&mut text);
        String::from_utf8_lossy(&text).into_owned()
    })
}

/// How a process ended, the most memory that it was seen to have, and whether it was killed for that.
fn watch(child: &mut Child, most: u64) -> std::io::Result<(Ended, Option<u64>, bool)> {
    let mut peak = None;
    loop {
        if let Some(ended) = child.try_wait()? {
            return Ok((ended, peak, false));
        }
        peak = peak_of(child.id()).or(peak);
        if peak.is_some_and(|peak| peak > most) {
            child.kill()?;
            return Ok((child.wait()?, peak, true));
        }
        std::thread::sleep(PATIENCE);
    }
}

/// The most memory that a process has had, in megabytes, where the system says that.
fn peak_of(process: u32) -> Option<u64> {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    let kilobytes: u64 = line.trim().trim_end_matches("kB").trim().parse().ok()?;
    Some(kilobytes / 1024)
}

fn text(document: &Value) -> String {
    let word = |key: &str| document.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
    let seconds = document.get("seconds").and_then(Value::as_f64).unwrap_or_default();
    let peak = document.get("peak_megabytes").and_then(Value::as_u64).unwrap_or_default();
    let what = document.pointer("/counterexample/what").and_then(Value::as_str);
    let why = what.map_or_else(|| word("reason"), str::to_owned);
    let why = if why.is_empty() { why } else { format!(": {why}") };
    format!("{} ({seconds:.1} s, {peak} MB): {}{why}\n", word("name"), word("status"))
}

fn summary(documents: &[Value]) -> String {
    let count = |status: &str| documents.iter().filter(|document| document["status"] == status).count();
    let seconds: f64 = documents.iter().filter_map(|document| document["seconds"].as_f64()).sum();
    let peak = documents.iter().filter_map(|document| document["peak_megabytes"].as_u64()).max().unwrap_or(0);
    format!(
        "{} subjects in {seconds:.1} s, {peak} MB at most: {} proved, {} refuted, {} unknown\n",
        documents.len(),
        count("proved"),
        count("refuted"),
        count("unknown")
    )
}
