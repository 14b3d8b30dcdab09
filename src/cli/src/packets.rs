//! `hyper4 packets`: packets that reach what a program has.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::{Duration, Instant};

use hyper4_ir::{Event, Output, Packet, Program, TableOutcome, Trace};
use hyper4_report::ExitStatus;
use hyper4_switch::{Endpoint, SwitchError, Tracing};
use hyper4_symbolic::{CoverOptions, Covering, CoveringPacket, Goal, GoalKind, GoalStatus, Subject, cover};
use pcap_file::pcap::{PcapPacket, PcapWriter};
use serde_json::{Value, json};

use crate::args::{Options, PacketsArgs};
use crate::deliver::{self, make_folder};
use crate::failure::Failure;
use crate::output::{write_bytes, write_text};
use crate::sides::{self, Switches};
use crate::subject::{self, Guest, Guests};

/// What was found for a program, and what became of it on a switch.
struct Found {
    name: String,
    covering: Covering,
    seconds: f64,
    /// What a switch does otherwise than the executor says.
    wrong: Vec<String>,
}

/// `hyper4 packets`
pub(crate) fn packets(options: &Options, args: &PacketsArgs) -> Result<ExitStatus, Failure> {
    let mut subject = subject::load(options, &args.subject)?;
    let Guests::One(guest) = &mut subject.guests else {
        return Err(Failure::input(format!(
            "`{}` is a composition; name one of its programs, or `hyper4 verify` it, which takes the packets of all",
            args.subject.display()
        )));
    };
    if let Some(path) = &args.commands {
        guest.commands = subject::load_commands(&guest.program, path)?;
    }
    let limits = CoverOptions {
        query_timeout: Duration::from_secs(args.timeout),
        time: Duration::from_secs(args.time),
        paths: args.paths.then_some(args.max),
        seed: options.seed,
        ..CoverOptions::default()
    };
    let begun = Instant::now();
    let covering = match covering(guest, &limits) {
        Ok(covering) => covering,
        Err(reason) => {
            eprintln!("refused: `{}`: {reason}", subject.name);
            return Ok(ExitStatus::Unsupported.allowing_unsupported(options.allow_unsupported));
        }
    };
    let seconds = begun.elapsed().as_secs_f64();
    let wrong = confirm(options, guest, &covering).map_err(crate::run::failure)?;
    let found = Found { name: subject.name.clone(), covering, seconds, wrong };
    let program = &guest.program;
    let document = document(options, args, program, &found);
    if let Some(folder) = &options.out {
        keep(options, folder, &found, &document)?;
    }
    let label = format!("packets of {}", found.name);
    deliver::show(options, &label, &document, || Ok(text(args, program, &found)))?;
    if !found.wrong.is_empty() {
        return Ok(ExitStatus::ToolFailed);
    }
    let unknown = found.covering.goals.iter().any(|(_, status)| matches!(status, GoalStatus::Unknown(_)));
    let status = if unknown && !args.paths { ExitStatus::Unsupported } else { ExitStatus::AsWished };
    Ok(status.allowing_unsupported(options.allow_unsupported))
}

/// Packets that reach what the programs of a subject have, as they come in there; and why there are none for some of them.
pub(crate) fn of_guests(guests: &Guests, limits: &CoverOptions) -> (Vec<Packet>, Vec<String>) {
    let mut packets = Vec::new();
    let mut refused = Vec::new();
    let mut take = |guest: &Guest, port: &dyn Fn(u16) -> Option<u16>| match covering(guest, limits) {
        Ok(covering) => packets.extend(
            covering
                .packets
                .into_iter()
                .filter_map(|one| Some(Packet { port: port(one.packet.port)?, bytes: one.packet.bytes })),
        ),
        Err(reason) => refused.push(reason),
    };
    match guests {
        Guests::One(guest) => take(guest, &Some),
        Guests::Composition { guests, wiring } => {
            let links = sides::links(wiring);
            let mut entrances: BTreeMap<(&str, u16), u16> = BTreeMap::new();
            for (physical, end) in &links.ingress {
                if let Endpoint::Device { device, port } = end {
                    entrances.entry((device, *port)).or_insert(*physical);
                }
            }
            let any = links.ingress.keys().next().copied();
            for (name, guest) in guests {
                // What comes to a device that is further inside comes in somewhere.
                take(guest, &|port| entrances.get(&(name.as_str(), port)).copied().or(any));
            }
        }
    }
    (packets, refused)
}

fn covering(guest: &Guest, limits: &CoverOptions) -> Result<Covering, String> {
    let subject =
        Subject::with_commands(guest.program.clone(), &guest.commands).map_err(|e| e.to_string())?;
    cover(&subject, limits).map_err(|e| e.to_string())
}

/// What a switch does otherwise with the packets than is said of them.
fn confirm(options: &Options, guest: &Guest, covering: &Covering) -> Result<Vec<String>, SwitchError> {
    let switches = Switches::new(options).map_err(|e| SwitchError::Failed(e.to_string()))?;
    let guests = Guests::One(guest.clone());
    let mut side = sides::native(&switches, &guests)?;
    let program = &guest.program;
    let keeps_state = !program.registers.is_empty() || !program.meters.is_empty();
    let mut wrong = Vec::new();
    for (number, one) in covering.packets.iter().enumerate() {
        if keeps_state && number > 0 {
            side = sides::native(&switches, &guests)?;
        }
        let batch = side.inject(std::slice::from_ref(&one.packet), Tracing::On)?;
        let mut differs = |what: String| wrong.push(format!("packet {number}: {what}"));
        let sent = |outputs: &[Output]| outputs.iter().map(|o| (o.port, o.bytes.clone())).collect::<Vec<_>>();
        if let Some(expected) = &one.outputs
            && sent(expected) != sent(&batch.outputs)
        {
            differs("the switch sends something else than the executor says".to_owned());
        }
        if let Some(trace) = batch.traces.first() {
            let missed = one
                .goals
                .iter()
                .filter_map(|goal| covering.goals.get(*goal))
                .filter(|(goal, _)| !met(program, trace, goal));
            missed.for_each(|(goal, _)| {
                differs(format!("the switch doesn't reach {}", goal.describe(program)))
            });
        }
    }
    Ok(wrong)
}

/// Whether a trace tells of a goal. It doesn't tell of select cases, only of states.
fn met(program: &Program, trace: &Trace, goal: &Goal) -> bool {
    let mut events = trace.packets.iter().flat_map(|packet| packet.events.windows(2));
    let table = |id: &hyper4_ir::TableId| program.tables.get(id.index()).map_or("", |table| &table.name);
    let applied = |events: &[Event], wanted: &str, outcome: Option<TableOutcome>| match events {
        [Event::Table { name, outcome: found }, _] => {
            name == wanted && outcome.is_none_or(|outcome| outcome == *found)
        }
        _ => false,
    };
    match goal {
        Goal::Entry { table: id, handle } => {
            events.any(|events| applied(events, table(id), Some(TableOutcome::Hit(*handle))))
        }
        Goal::Miss { table: id } => events.any(|events| applied(events, table(id), Some(TableOutcome::Miss))),
        Goal::Action { table: id, action } => {
            let action = program.actions.get(action.index()).map_or("", |action| &action.name);
            let runs = |events: &[Event]| matches!(events, [_, Event::Action { name, .. }] if name == action);
            events.any(|events| applied(events, table(id), None) && runs(events))
        }
        Goal::Branch { condition, holds } => {
            let wanted = program.conditionals.get(condition.index()).map_or("", |condition| &condition.name);
            events.any(|events| match events {
                [Event::Condition { name, value }, _] => name == wanted && value == holds,
                _ => false,
            })
        }
        Goal::Case { state, .. } => {
            let wanted = program.parser.states.get(state.index()).map_or("", |state| &state.name);
            events.any(|events| events.iter().any(|e| matches!(e, Event::ParseState(name) if name == wanted)))
        }
    }
}

/// How many goals of a kind came to what.
#[derive(Default)]
struct Count {
    goals: usize,
    covered: usize,
    unknown: usize,
    infeasible: usize,
    needs_entry: usize,
}

fn count(covering: &Covering, kind: GoalKind) -> Count {
    let mut count = Count::default();
    for (_, status) in covering.goals.iter().filter(|(goal, _)| goal.kind() == kind) {
        count.goals += 1;
        match status {
            GoalStatus::Covered(_) => count.covered += 1,
            GoalStatus::Infeasible => count.infeasible += 1,
            GoalStatus::NeedsEntry(_) => count.needs_entry += 1,
            GoalStatus::Unknown(_) => count.unknown += 1,
        }
    }
    count
}

fn document(options: &Options, args: &PacketsArgs, program: &Program, found: &Found) -> Value {
    let covering = &found.covering;
    let name = |goal: &usize| covering.goals.get(*goal).map(|(goal, _)| goal.describe(program));
    let packet = |one: &CoveringPacket| {
        let outputs = one.outputs.as_ref().map(|outputs| {
            outputs.iter().map(|o| json!({"port": o.port, "hex": hex::encode(&o.bytes)})).collect::<Vec<_>>()
        });
        json!({
            "port": one.packet.port, "hex": hex::encode(&one.packet.bytes), "outputs": outputs,
            "reaches": one.goals.iter().filter_map(name).collect::<Vec<_>>(),
        })
    };
    let coverage: serde_json::Map<String, Value> = GoalKind::ALL
        .into_iter()
        .map(|kind| {
            let count = count(covering, kind);
            let feasible = count.goals - count.infeasible - count.needs_entry - count.unknown;
            let counts = json!({
                "goals": count.goals, "covered": count.covered, "feasible": feasible,
                "unknown": count.unknown, "infeasible": count.infeasible, "needs_entry": count.needs_entry,
            });
            (kind.name().to_owned(), counts)
        })
        .collect();
    let missed: Vec<Value> = covering
        .goals
        .iter()
        .filter_map(|(goal, status)| {
            let (status, reason) = reason(status)?;
            Some(json!({"goal": goal.describe(program), "status": status, "reason": reason}))
        })
        .collect();
    json!({
        "schema": "hyper4/packets/1", "name": found.name, "seed": options.seed,
        "mode": if args.paths { "paths" } else { "goals" },
        "packets": covering.packets.iter().map(packet).collect::<Vec<_>>(),
        "coverage": coverage, "missed": missed, "paths": covering.paths,
        "exhausted": covering.exhausted, "seconds": found.seconds, "wrong": found.wrong,
    })
}

/// In which word, and why, a goal is not covered.
fn reason(status: &GoalStatus) -> Option<(&'static str, Option<&str>)> {
    match status {
        GoalStatus::Covered(_) => None,
        GoalStatus::Infeasible => Some(("infeasible", None)),
        GoalStatus::NeedsEntry(why) => Some(("needs_entry", Some(why))),
        GoalStatus::Unknown(why) => Some(("unknown", Some(why))),
    }
}

fn text(args: &PacketsArgs, program: &Program, found: &Found) -> String {
    let covering = &found.covering;
    let mut text = format!(
        "{}: {} packets, {} paths, {:.1} s{}\n",
        found.name,
        covering.packets.len(),
        covering.paths,
        found.seconds,
        if covering.exhausted { "" } else { "; not every path was followed" },
    );
    text.push_str("            goals  covered  unknown  infeasible  needs an entry\n");
    for kind in GoalKind::ALL {
        let Count { goals, covered, unknown, infeasible, needs_entry } = count(covering, kind);
        text.push_str(&format!(
            "  {:<9} {goals:>5}  {covered:>7}  {unknown:>7}  {infeasible:>10}  {needs_entry:>14}\n",
            kind.name()
        ));
    }
    for (goal, status) in &covering.goals {
        let why = match reason(status) {
            None => continue,
            Some((_, Some(why))) => why.to_owned(),
            Some((status, None)) => status.to_owned(),
        };
        if !args.paths || !matches!(status, GoalStatus::Unknown(_)) {
            text.push_str(&format!("  not reached: {}: {why}\n", goal.describe(program)));
        }
    }
    for wrong in &found.wrong {
        text.push_str(&format!("  a mistake of the executor: {wrong}\n"));
    }
    text
}

/// Write packets where `run` and `verify`, and others, take them from.
fn keep(options: &Options, folder: &Path, found: &Found, document: &Value) -> Result<(), Failure> {
    make_folder(folder)?;
    let packets: Vec<&Packet> = found.covering.packets.iter().map(|one| &one.packet).collect();
    let line =
        |packet: &&Packet| format!("{}\n", json!({"port": packet.port, "hex": hex::encode(&packet.bytes)}));
    let lines: String = packets.iter().map(line).collect();
    write_text(options, &folder.join("stimulus.jsonl"), &lines)?;
    // Time stamps keep the order of the packets of all ports.
    let mut ports: BTreeMap<u16, Vec<(u32, &[u8])>> = BTreeMap::new();
    for (number, packet) in (0u32..).zip(&packets) {
        ports.entry(packet.port).or_default().push((number, &packet.bytes));
    }
    for (port, packets) in ports {
        let failed = |e: pcap_file::PcapError| Failure::tool(format!("can't write a capture: {e}"));
        let mut writer = PcapWriter::new(Vec::new()).map_err(failed)?;
        for (number, bytes) in packets {
            let time = Duration::from_micros(number.into());
            let length = u32::try_from(bytes.len()).unwrap_or(u32::MAX);
            writer.write_packet(&PcapPacket::new(time, length, bytes)).map_err(failed)?;
        }
        write_bytes(options, &folder.join(format!("{port}.pcap")), &writer.into_writer())?;
    }
    let document = serde_json::to_string_pretty(document).map_err(|e| Failure::tool(e.to_string()))?;
    write_text(options, &folder.join("packets.json"), &format!("{document}\n"))
}
