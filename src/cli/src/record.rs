//! `hyper4 record`

use std::path::Path;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use hyper4_drivers::{P4c, SimpleSwitch, SimpleSwitchOptions, version};
use hyper4_ir::{
    Output, Packet, Program, Reply, Stimulus, Trace, parse_commands, parse_stimulus, write_stimulus,
};
use hyper4_report::ExitStatus;
use hyper4_switch::{Switch, SwitchError, Tracing};
use serde_json::{Value, json};

use crate::args::{Options, RecordArgs};
use crate::deliver::make_folder;
use crate::failure::Failure;
use crate::frontend::read;
use crate::output::write_text;
use crate::subject;

/// A recorded subject.
#[derive(Default)]
struct Golden {
    outputs: Vec<(usize, Output)>,
    /// For each command, where it stands and what it was answered; `None` when it was refused.
    replies: Vec<(&'static str, usize, Option<Reply>)>,
    traces: Vec<Trace>,
    /// For each packet, its line in the stimulus and the number of its trace.
    of: Vec<(usize, usize)>,
}

/// Record what a real simple_switch does with subjects.
pub(crate) fn record(options: &Options, args: &RecordArgs) -> Result<ExitStatus, Failure> {
    let mut status = ExitStatus::AsWished;
    for subject in &args.subjects {
        let folder = match &options.out {
            None => subject.clone(),
            Some(out) => {
                let name = subject.file_name().ok_or_else(|| no_folder(subject))?;
                let folder = out.join(name);
                make_folder(&folder)?;
                folder
            }
        };
        match one(options, subject, &folder) {
            Err(failure) if args.keep_going => {
                let (Failure::Input(message) | Failure::Tool(message)) = failure else { return Err(failure) };
                eprintln!("error: `{}`: {message}", subject.display());
                status = status.and(ExitStatus::ToolFailed);
            }
            other => other?,
        }
    }
    Ok(status)
}

fn no_folder(path: &Path) -> Failure {
    Failure::input(format!("`{}` is no folder with prog.p4 or prog.json in it", path.display()))
}

fn one(options: &Options, subject: &Path, folder: &Path) -> Result<(), Failure> {
    let (json, compiler) = program(options, subject, folder)?;
    let path = folder.join("prog.json");
    let program = Program::from_json(&json)
        .map(Arc::new)
        .map_err(|e| Failure::input(format!("`{}`: {e}", path.display())))?;
    let wanted = SimpleSwitchOptions { program_path: options.simple_switch.clone(), ..Default::default() };
    let mut switch = SimpleSwitch::new(wanted).map_err(|e| Failure::input(e.to_string()))?;
    let steps = steps(options, &program, subject, folder)?;
    let failed = |e: SwitchError| Failure::tool(format!("`{}`: {e}", subject.display()));
    switch.load_json(Arc::clone(&program), &json).map_err(failed)?;
    let golden = run(&mut switch, &steps).map_err(failed)?;
    write(options, folder, &golden)?;
    let switch_version = version(switch.path()).map_err(|e| Failure::tool(e.to_string()))?;
    let record = json!({
        "schema": "hyper4/record/1",
        "switch": format!("simple_switch {switch_version}"),
        "compiler": compiler,
        "command": format!("hyper4 record {}", shown(subject)),
        "date": date(),
    });
    write_json(options, &folder.join("record.json"), &record)
}

/// bmv2 JSON for the switch, and who made it: p4c of prog.p4, else prog.json as it is.
fn program(options: &Options, subject: &Path, folder: &Path) -> Result<(String, Option<String>), Failure> {
    let source = subject.join("prog.p4");
    let made = subject.join("prog.json");
    if !source.exists() {
        if !made.exists() {
            return Err(no_folder(subject));
        }
        return Ok((read(&made)?, None));
    }
    let mut p4c =
        P4c::new(options.p4c.as_deref()).map_err(|e| Failure::input(format!("{e}; name one with --p4c")))?;
    for folder in &options.include_dirs {
        p4c = p4c.include(folder);
    }
    let compiled = p4c.compile(&source).map_err(|e| Failure::input(e.to_string()))?;
    // Paths of the machine that recorded would change with each recording.
    let mut program: Value =
        serde_json::from_str(&compiled.json).map_err(|e| Failure::tool(format!("p4c's JSON: {e}")))?;
    without_folders(&mut program);
    let text = serde_json::to_string_pretty(&program).map_err(|e| Failure::tool(e.to_string()))? + "\n";
    write_text(options, &folder.join("prog.json"), &text)?;
    // It says its own path before that.
    let said = version(p4c.path()).map_err(|e| Failure::tool(e.to_string()))?;
    let version = said.split_once("Version ").map_or(said.as_str(), |(_, version)| version);
    Ok((text, Some(format!("p4c-bm2-ss {version}"))))
}

/// Names of source files without the folders before them.
fn without_folders(value: &mut Value) {
    match value {
        Value::Array(all) => all.iter_mut().for_each(without_folders),
        Value::Object(all) => {
            for (name, value) in all.iter_mut() {
                match value {
                    Value::String(text) if name == "filename" || name == "program" => {
                        if let Some((_, file)) = text.rsplit_once('/') {
                            *text = file.to_owned();
                        }
                    }
                    value => without_folders(value),
                }
            }
        }
        _ => {}
    }
}

/// A step: the file it is from, its line there, and what it says.
type Step = (&'static str, usize, Stimulus);

fn steps(options: &Options, program: &Program, subject: &Path, folder: &Path) -> Result<Vec<Step>, Failure> {
    let mut steps = Vec::new();
    let at = |file: &Path, e: &dyn std::fmt::Display| Failure::input(format!("`{}`: {e}", file.display()));
    let commands = subject.join("commands.txt");
    if commands.exists() {
        let text = read(&commands)?;
        if folder != subject {
            write_text(options, &folder.join("commands.txt"), &text)?;
        }
        for line in parse_commands(program, &text).map_err(|e| at(&commands, &e))? {
            steps.push(("commands", line.number, Stimulus::Command(line.content)));
        }
    }
    let stimulus = subject.join("stimulus.jsonl");
    let text = if stimulus.exists() {
        read(&stimulus)?
    } else {
        subject::captures(subject)?.iter().map(|step| write_stimulus(step) + "\n").collect()
    };
    if folder != subject || !stimulus.exists() {
        write_text(options, &folder.join("stimulus.jsonl"), &text)?;
    }
    for line in parse_stimulus(program, &text).map_err(|e| at(&stimulus, &e))? {
        steps.push(("stimulus", line.number, line.content));
    }
    Ok(steps)
}

/// Everything in order, one packet after the other.
fn run(switch: &mut SimpleSwitch, steps: &[Step]) -> Result<Golden, SwitchError> {
    let mut golden = Golden::default();
    for (file, line, step) in steps {
        match step {
            Stimulus::Command(command) => {
                let reply = match switch.control(command) {
                    Ok(reply) => Some(reply),
                    Err(SwitchError::Control(_)) => None,
                    Err(error) => return Err(error),
                };
                golden.replies.push((file, *line, reply));
            }
            Stimulus::Packet(packet) => {
                let packet: &[Packet] = std::slice::from_ref(packet);
                let batch = switch.inject(packet, Tracing::On)?;
                golden.outputs.extend(batch.outputs.into_iter().map(|output| (line - 1, output)));
                for trace in batch.traces {
                    let known = golden.traces.iter().position(|other| *other == trace);
                    let number = known.unwrap_or(golden.traces.len());
                    if known.is_none() {
                        golden.traces.push(trace);
                    }
                    golden.of.push((line - 1, number));
                }
            }
        }
    }
    Ok(golden)
}

/// `outputs.json`: `{"schema", "outputs": [{"index", "port", "hex"}], "replies": [{"file": "commands"|"stimulus", "line",
/// "reply"}]}`: indexes and lines are lines of the stimulus from 0 and of that file from 1; the reply is null where the
/// command was refused. `traces.json`: `{"schema", "traces", "of": [[index, number]]}`: each trace once, and which a
/// packet has.
fn write(options: &Options, folder: &Path, golden: &Golden) -> Result<(), Failure> {
    let output =
        |(index, o): &(usize, Output)| json!({"index": index, "port": o.port, "hex": hex::encode(&o.bytes)});
    let reply = |(file, line, reply): &(&str, usize, Option<Reply>)| json!({"file": file, "line": line, "reply": reply});
    let outputs: Vec<Value> = golden.outputs.iter().map(output).collect();
    let replies: Vec<Value> = golden.replies.iter().map(reply).collect();
    let text = lines("hyper4/golden/1", &[("outputs", outputs), ("replies", replies)]);
    write_text(options, &folder.join("outputs.json"), &text)?;
    let traces: Vec<Value> = golden.traces.iter().map(|trace| json!(trace)).collect();
    let of: Vec<Value> = golden.of.iter().map(|of| json!(of)).collect();
    let text = lines("hyper4/golden-traces/1", &[("traces", traces), ("of", of)]);
    write_text(options, &folder.join("traces.json"), &text)
}

/// A document with a line for each element, so that what changes shows.
fn lines(schema: &str, lists: &[(&str, Vec<Value>)]) -> String {
    let list = |(name, values): &(&str, Vec<Value>)| {
        let values: Vec<String> = values.iter().map(|value| format!("\n{value}")).collect();
        format!("\"{name}\":[{}]", values.join(","))
    };
    let lists: Vec<String> = lists.iter().map(list).collect();
    format!("{{\"schema\":\"{schema}\",\n{}}}\n", lists.join(",\n"))
}

fn write_json(options: &Options, path: &Path, value: &Value) -> Result<(), Failure> {
    let text = serde_json::to_string_pretty(value).map_err(|e| Failure::tool(e.to_string()))?;
    write_text(options, path, &(text + "\n"))
}

/// The subject without the folders of the machine before it.
fn shown(subject: &Path) -> String {
    let name =
        if subject.is_absolute() { subject.file_name().map(Path::new).unwrap_or(subject) } else { subject };
    name.display().to_string().trim_end_matches('/').to_owned()
}

/// Today, in UTC: year, month and day of the Gregorian calendar, whose 400 years have 146 097 days; years are counted
/// from March, so that a leap day is the last of its year.
fn date() -> String {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs());
    let days = seconds / 86_400 + 719_468;
    let (era, day_of_era) = (days / 146_097, days % 146_097);
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * from_march + 2) / 5 + 1;
    let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
    let year = era * 400 + year_of_era + u64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}")
}
