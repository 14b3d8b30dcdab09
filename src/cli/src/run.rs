//! `hyper4 run`

use hyper4_diff::{Side, describe_event};
use hyper4_ir::parse_stimulus;
use hyper4_ir::{Output, Packet, Stimulus, Trace};
use hyper4_switch::{SwitchError, Tracing};
use serde_json::{Value, json};

use hyper4_report::ExitStatus;

use crate::args::{Options, Plain, RunArgs, TraceFormat};
use crate::capture::read_captures;
use crate::failure::Failure;
use crate::frontend::read;
use crate::output::{print, print_json};
use crate::persona;
use crate::sides::{self, Switches};
use crate::story::Story;
use crate::subject::{self, Guests, Subject};

/// A step with the line of the stimulus it stands in, from 0.
struct Line {
    index: usize,
    step: Stimulus,
}

/// What came of a run.
#[derive(Default)]
struct Done {
    outputs: Vec<(Option<usize>, Output)>,
    traces: Vec<(Traced, Trace)>,
}

/// The packet that a trace is of.
struct Traced {
    index: usize,
    port: u16,
    bytes: usize,
}

/// Run packets through one side.
pub(crate) fn run(options: &Options, args: &RunArgs) -> Result<ExitStatus, Failure> {
    let mut subject = subject::load(options, &args.program)?;
    if let Some(path) = &args.commands {
        match &mut subject.guests {
            Guests::One(guest) => guest.commands = subject::load_commands(&guest.program, path)?,
            Guests::Composition { .. } => {
                return Err(Failure::input(
                    "--commands can't say for which device of a composition they are",
                ));
            }
        }
    }
    let lines = stimulus(&subject, args)?;
    let switches = Switches::new(options)?;
    let side = if args.on_persona {
        sides::on_persona(&switches, &persona::load(options)?, &subject.guests)
    } else {
        sides::native(&switches, &subject.guests)
    };
    let done = side.and_then(|mut side| inject(&mut side, &lines, args.trace.is_some()));
    match done {
        Ok(done) => {
            let width = console::Term::stdout().size_checked().map_or(100, |(_, columns)| columns.into());
            let story = Story::new(&subject.guests, width, options.colour_results());
            show(options, args, &story, &done)?;
            Ok(ExitStatus::AsWished)
        }
        Err(SwitchError::Unsupported { construct, reason, source_info }) => {
            let (file, line) = source_info.map(|s| (s.filename, s.line)).unzip();
            match options.plain() {
                Plain::Json => {
                    let refused =
                        json!({"reason": reason, "construct": construct, "file": file, "line": line});
                    print_json(&json!({"schema": "hyper4/run/1", "outputs": [], "refused": refused}))?;
                }
                Plain::Term => {
                    let place = match (file, line) {
                        (Some(file), Some(line)) => format!("{file}:{line}: "),
                        _ => String::new(),
                    };
                    eprintln!("refused: {place}{construct}: {reason}");
                }
            }
            Ok(ExitStatus::Unsupported.allowing_unsupported(options.allow_unsupported))
        }
        Err(error) => Err(failure(error)),
    }
}

/// What a switch's error means for the user.
pub(crate) fn failure(error: SwitchError) -> Failure {
    match error {
        SwitchError::Control(_) | SwitchError::Port { .. } => Failure::input(error.to_string()),
        other => Failure::tool(other.to_string()),
    }
}

/// What the user gave, or else what the subject brings.
fn stimulus(subject: &Subject, args: &RunArgs) -> Result<Vec<Line>, Failure> {
    let mut lines = Vec::new();
    if args.stimulus.is_none() && args.pcap.is_empty() && args.packet.is_empty() {
        lines.extend(subject.stimulus.iter().cloned().enumerate().map(|(index, step)| Line { index, step }));
    }
    if let Some(path) = &args.stimulus {
        match &subject.guests {
            Guests::One(guest) => {
                let read = parse_stimulus(&guest.program, &read(path)?)
                    .map_err(|e| Failure::input(format!("`{}`: {e}", path.display())))?;
                lines.extend(read.into_iter().map(|l| Line { index: l.number - 1, step: l.content }));
            }
            guests => {
                let steps = subject::load_stimulus(guests, path)?;
                lines.extend(steps.into_iter().enumerate().map(|(index, step)| Line { index, step }));
            }
        }
    }
    let files = args.pcap.iter().map(|p| subject::port_file(p)).collect::<Result<Vec<_>, _>>()?;
    let mut packets = read_captures(files.iter().map(|(port, file)| (*port, file.as_path())))?;
    for text in &args.packet {
        packets.push(packet(text)?);
    }
    let next = lines.last().map_or(0, |l| l.index + 1);
    let packets = packets.into_iter().map(Stimulus::Packet);
    lines.extend(packets.enumerate().map(|(i, step)| Line { index: next + i, step }));
    Ok(lines)
}

/// `PORT:HEX`, as `--packet` takes it.
pub(crate) fn packet(text: &str) -> Result<Packet, Failure> {
    let wrong = |what: &str| Failure::input(format!("`{text}` is not PORT:HEX: {what}"));
    let (number, hex) = text.split_once(':').ok_or_else(|| wrong("there is no colon"))?;
    let port = subject::port(number).ok_or_else(|| wrong("a port is a number from 0 to 510"))?;
    let digits: Vec<u8> = hex
        .chars()
        .map(|c| c.to_digit(16).and_then(|d| u8::try_from(d).ok()))
        .collect::<Option<_>>()
        .ok_or_else(|| wrong("bytes are written as hexadecimal digits"))?;
    let (pairs, rest) = digits.as_chunks::<2>();
    if !rest.is_empty() {
        return Err(wrong("a byte has two digits"));
    }
    Ok(Packet { port, bytes: pairs.iter().map(|[high, low]| high << 4 | low).collect() })
}

/// Let everything happen in order; packets without a command between them go together.
fn inject(side: &mut dyn Side, lines: &[Line], trace: bool) -> Result<Done, SwitchError> {
    let tracing = if trace { Tracing::On } else { Tracing::Off };
    let mut done = Done::default();
    let mut waiting: Vec<(usize, Packet)> = Vec::new();
    for line in lines {
        match &line.step {
            Stimulus::Packet(packet) => waiting.push((line.index, packet.clone())),
            Stimulus::Command(command) => {
                send(side, &mut waiting, tracing, &mut done)?;
                side.control(command)?;
            }
        }
    }
    send(side, &mut waiting, tracing, &mut done)?;
    Ok(done)
}

fn send(
    side: &mut dyn Side,
    waiting: &mut Vec<(usize, Packet)>,
    tracing: Tracing,
    done: &mut Done,
) -> Result<(), SwitchError> {
    let (indexes, packets): (Vec<usize>, Vec<Packet>) = std::mem::take(waiting).into_iter().unzip();
    if packets.is_empty() {
        return Ok(());
    }
    let batch = side.inject(&packets, tracing)?;
    let index = |cause: usize| indexes.get(cause).copied();
    done.outputs.extend(batch.outputs.into_iter().map(|o| (o.cause.and_then(index), o)));
    let traced = |(index, packet): (&usize, &Packet)| Traced {
        index: *index,
        port: packet.port,
        bytes: packet.bytes.len(),
    };
    done.traces.extend(indexes.iter().zip(&packets).map(traced).zip(batch.traces));
    Ok(())
}

fn show(options: &Options, args: &RunArgs, story: &Story, done: &Done) -> Result<(), Failure> {
    match options.plain() {
        Plain::Json => {
            let output = |(index, o): &(Option<usize>, Output)| json!({"index": index, "port": o.port, "hex": hex::encode(&o.bytes)});
            let outputs: Vec<Value> = done.outputs.iter().map(output).collect();
            let mut document = json!({"schema": "hyper4/run/1", "outputs": outputs, "refused": null});
            if args.trace.is_some()
                && let Some(object) = document.as_object_mut()
            {
                let trace = |(of, t): &(Traced, Trace)| json!({"index": of.index, "packets": t.packets});
                object.insert("traces".to_owned(), done.traces.iter().map(trace).collect());
            }
            print_json(&document)
        }
        Plain::Term => print(&text(args.trace, story, done)),
    }
}

/// For people: each packet's story, if wanted, then what came out.
fn text(format: Option<TraceFormat>, story: &Story, done: &Done) -> String {
    let mut text = String::new();
    for (of, trace) in &done.traces {
        if format == Some(TraceFormat::Json) {
            let line = json!({"index": of.index, "packets": trace.packets});
            text.push_str(&format!("{line}\n"));
            continue;
        }
        let heading = format!("packet {}: {} bytes by port {}", of.index, of.bytes, of.port);
        text.push_str(&story.tell(&heading, trace));
    }
    for (index, output) in &done.outputs {
        let index = index.map_or_else(|| "?".to_owned(), |i| i.to_string());
        text.push_str(&format!("{index}: port {} {}\n", output.port, hex::encode(&output.bytes)));
    }
    if done.outputs.is_empty() {
        text.push_str("nothing came out\n");
    }
    text
}

/// A trace for people.
pub(crate) fn told(trace: &Trace) -> String {
    let mut text = String::new();
    for (number, copy) in trace.packets.iter().enumerate() {
        if let Some(parent) = copy.copied_from {
            text.push_str(&format!("  copy {number} of {parent}\n"));
        }
        for event in &copy.events {
            text.push_str(&format!("    {}\n", describe_event(Some(event))));
        }
    }
    text
}
