//! `hyper4 prove`

mod apart;
mod batch;
pub(crate) mod cells;
mod faults;
mod gate;
mod isolation;
mod open;
mod replay;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};

use hyper4_dpmu::{Lease, Wiring};
use hyper4_ir::{Command, MirroringCommand, Packet, ProfileCommand, Stimulus, ValueSetCommand};
use hyper4_switch::{Endpoint, Recorder, SwitchError};
use hyper4_symbolic as symbolic;
use hyper4_symbolic::{Bounds, Verdict};
use hyper4_virtual::VirtualNetwork;
use serde_json::{Value, json};

use hyper4_report::ExitStatus;

use crate::args::{Options, ProveCommand};
use crate::deliver::deliver;
use crate::failure::{Failure, refusal};
use crate::persona::{self, Persona};
use crate::sides;
use crate::subject::{self, Guest, Guests, Subject};

use replay::Replay;

/// The name of the only program of a subject.
const DEVICE: &str = "guest";

/// The name of its slice.
const SLICE: &str = "tenant";

/// How the reason begins when there is nothing to prove about.
const NOT_CARRIED: &str = "the persona doesn't carry it";

/// For which entries something is proved.
#[derive(Clone, Copy)]
enum Entries {
    /// Those that the subject brings along.
    Installed,
    /// Whatever a control plane installs.
    Open,
}

/// What one proof came to.
struct Proved {
    name: String,
    verdict: Verdict,
    seconds: f64,
    /// What came of replaying a counterexample.
    replayed: Option<Replay>,
    /// What is to be said beside that.
    notes: Vec<String>,
}

/// `hyper4 prove …`
pub(crate) fn prove(options: &Options, command: &ProveCommand) -> Result<ExitStatus, Failure> {
    if let ProveCommand::Equivalence(args) = command
        && let Some(most) = args.apart
    {
        return apart::prove(options, args, most);
    }
    let persona = persona::load(options)?;
    let results = match command {
        ProveCommand::Equivalence(args) => {
            let limits = symbolic::Options {
                budget: Duration::from_secs(args.budget),
                query_memory: args.memory,
                horizon: args.horizon,
                ..limits(&persona, args.timeout)
            };
            let entries = if args.symbolic_entries { Entries::Open } else { Entries::Installed };
            if let Some(list) = &args.batch {
                batch::prove(options, &persona, list, (&limits, entries))?
            } else {
                let paths = match args.subjects.as_slice() {
                    [] => subject::find(Path::new("p4programs"))?,
                    subjects => subjects.to_vec(),
                };
                let prove_one = |path: &PathBuf| {
                    equivalence(options, &persona, subject::load(options, path)?, (&limits, entries))
                };
                until_wrong(paths.iter().map(prove_one))?
            }
        }
        ProveCommand::Isolation { config, faults, timeout } => {
            let limits = limits(&persona, *timeout);
            let from = faults.as_deref().map(isolation::From::Faults);
            let from = from.or_else(|| config.as_deref().map(isolation::From::Config));
            until_wrong(from.iter().map(|from| isolation::prove(options, &persona, from, &limits)))?
        }
    };
    let property = match command {
        ProveCommand::Equivalence(args) if args.symbolic_entries => "symbolic_entries",
        ProveCommand::Equivalence(_) => "equivalence",
        ProveCommand::Isolation { .. } => "isolation",
    };
    let subjects: Vec<Value> = results.iter().map(|result| document(property, result)).collect();
    let found = json!({"schema": "hyper4/prove/1", "subjects": subjects});
    let file = match (command, results.as_slice()) {
        // Each configuration is a run of its own.
        (ProveCommand::Isolation { .. }, [only]) => {
            format!("prove-isolation-{}.json", only.name.replace('/', "-"))
        }
        _ => format!("prove-{property}.json"),
    };
    deliver(options, &file, &found, || {
        let mut said: String = results.iter().map(text).collect();
        if results.len() > 1 {
            said.push_str(&batch::summary(&results));
        }
        Ok(said)
    })?;
    let status = results.iter().map(status).fold(ExitStatus::AsWished, ExitStatus::and);
    Ok(status.allowing_unsupported(options.allow_unsupported))
}

/// Proofs, one after the other. A counterexample that doesn't replay is a mistake of the executor, and no proof that it makes
/// is worth anything then: that is the last one.
fn until_wrong(proofs: impl Iterator<Item = Result<Proved, Failure>>) -> Result<Vec<Proved>, Failure> {
    let mut results = Vec::new();
    for proof in proofs {
        let mut proved = proof?;
        let wrong = status(&proved) == ExitStatus::ToolFailed;
        if wrong {
            proved.notes.push("a mistake of the prover: nothing more is proved in this run".to_owned());
        }
        results.push(proved);
        if wrong {
            break;
        }
    }
    Ok(results)
}

pub(crate) fn limits(persona: &Persona, timeout: u64) -> symbolic::Options {
    symbolic::Options {
        window: persona.layout.config().window_bytes.into(),
        query_timeout: Duration::from_secs(timeout),
        ..symbolic::Options::default()
    }
}

/// Put a subject's programs on a network that has no rows yet.
pub(crate) fn place(network: &mut VirtualNetwork, guests: &Guests) -> Result<(), SwitchError> {
    match guests {
        Guests::One(guest) => {
            let one = BTreeMap::from([(DEVICE.to_owned(), guest.clone())]);
            let wiring = Wiring::Direct(DEVICE.to_owned());
            sides::add_slice(network, SLICE, Lease::everything(), &one, &wiring)
        }
        Guests::Composition { guests, wiring } => {
            sides::add_slice(network, SLICE, Lease::everything(), guests, wiring)
        }
    }
}

/// The persona with the rows that `fill` has put into it, as something to prove about.
pub(crate) fn filled(
    persona: &Persona,
    fill: impl FnOnce(&mut VirtualNetwork) -> Result<(), SwitchError>,
) -> Result<symbolic::Subject, SwitchError> {
    let (recorder, recording) = Recorder::new();
    let program = Arc::clone(&persona.program);
    let mut network = VirtualNetwork::new(Box::new(recorder), Arc::clone(&program), persona.layout.clone())?;
    fill(&mut network)?;
    with_commands(program, &recording.commands())
}

pub(crate) fn with_commands(
    program: Arc<hyper4_ir::Program>,
    commands: &[Command],
) -> Result<symbolic::Subject, SwitchError> {
    symbolic::Subject::with_commands(program, commands).map_err(|e| SwitchError::Failed(e.to_string()))
}

fn equivalence(
    options: &Options,
    persona: &Persona,
    mut subject: Subject,
    (limits, entries): (&symbolic::Options, Entries),
) -> Result<Proved, Failure> {
    // What a test says between packets holds for all of them here.
    match &mut subject.guests {
        Guests::One(guest) => {
            guest.commands.extend(subject.stimulus.iter().filter_map(|step| match step {
                Stimulus::Command(command) => Some(command.clone()),
                Stimulus::Packet(_) => None,
            }));
            guest.commands.retain(settles);
        }
        Guests::Composition { guests, .. } => {
            guests.values_mut().for_each(|guest| guest.commands.retain(settles));
        }
    }
    let scope = match entries {
        Entries::Installed => None,
        Entries::Open => Some(open::scope(&subject.guests)),
    };
    let begun = Instant::now();
    let verdict = match entries {
        Entries::Installed => equivalence_verdict(persona, &subject, limits),
        Entries::Open => open::verdict(persona, &mut subject, limits),
    };
    let verdict = match verdict {
        Ok(verdict) => verdict,
        Err(SwitchError::Unsupported { construct, reason, source_info }) => {
            unknown(format!("{NOT_CARRIED}: {}", refusal(&construct, &reason, source_info)), limits)
        }
        Err(error) => unknown(error.to_string(), limits),
    };
    let seconds = begun.elapsed().as_secs_f64();
    let replayed = match &verdict {
        Verdict::Refuted(refutation) => Some(replay::equivalence(options, persona, &subject, refutation)?),
        _ => None,
    };
    let (verdict, replayed) = believed(verdict, replayed);
    let notes = match &verdict {
        Verdict::Proved(_) => scope,
        Verdict::Refuted(refutation) => replay::keep(options, &subject, refutation)?,
        Verdict::Unknown { .. } => None,
    };
    let notes = notes.into_iter().collect();
    Ok(Proved { name: subject.name, verdict, seconds, replayed, notes })
}

/// What a replay leaves of a counterexample: where it hangs on what a switch does as it likes, one that doesn't show says
/// nothing.
fn believed(verdict: Verdict, replayed: Option<Replay>) -> (Verdict, Option<Replay>) {
    match (verdict, replayed) {
        (Verdict::Refuted(refutation), Some(replayed))
            if !refutation.assumes.is_empty() && !replayed.is_as_said() =>
        {
            let assumed = refutation.assumes.join(", ");
            let reason = format!("the two sides differ, if at all, for some value of {assumed}");
            (Verdict::Unknown { reason, bounds: refutation.bounds }, None)
        }
        other => other,
    }
}

/// Whether a command has to do with what is proved: proofs are for whatever registers, counters and meters hold, and what
/// is only read makes no difference.
pub(crate) fn settles(command: &Command) -> bool {
    !matches!(
        command,
        Command::Register { .. }
            | Command::Counter { .. }
            | Command::Meter { .. }
            | Command::TableDump { .. }
            | Command::TableNumEntries { .. }
            | Command::TableDumpEntry { .. }
            | Command::TableDumpEntryFromKey { .. }
            | Command::MulticastDump
            | Command::Mirroring { command: MirroringCommand::Get, .. }
            | Command::ValueSet { command: ValueSetCommand::Get, .. }
            | Command::Profile {
                command: ProfileCommand::Dump
                    | ProfileCommand::DumpMember { .. }
                    | ProfileCommand::DumpGroup { .. },
                ..
            }
    )
}

/// Neither proved nor refuted, before anything was asked.
fn unknown(reason: String, limits: &symbolic::Options) -> Verdict {
    let (window, longest) = (limits.window, limits.longest);
    Verdict::Unknown { reason, bounds: Bounds { window, longest, ports: "any port".to_owned() } }
}

fn equivalence_verdict(
    persona: &Persona,
    subject: &Subject,
    limits: &symbolic::Options,
) -> Result<Verdict, SwitchError> {
    let mut shared = cells::Shared::default();
    let on_persona = filled(persona, |network| {
        place(network, &subject.guests)?;
        shared = cells::shared(network, &subject.guests);
        Ok(())
    })?
    .with_cells(shared.cells)
    .with_samples(shared.samples);
    match &subject.guests {
        Guests::One(guest) => {
            let native = with_commands(Arc::clone(&guest.program), &guest.commands)?;
            Ok(symbolic::prove_equivalence(&native, &on_persona, limits))
        }
        Guests::Composition { guests, wiring } => {
            let native = linked(guests, wiring, |_, native| native)?;
            Ok(symbolic::prove_composition(&native, &on_persona, limits))
        }
    }
}

/// The native side of a composition, of whose devices each is `made` something else.
fn linked(
    guests: &BTreeMap<String, Guest>,
    wiring: &Wiring,
    made: impl Fn(&str, symbolic::Subject) -> symbolic::Subject,
) -> Result<symbolic::Composition, SwitchError> {
    let mut devices = BTreeMap::new();
    for (name, guest) in guests {
        let native = with_commands(Arc::clone(&guest.program), &guest.commands)?;
        devices.insert(name.clone(), made(name, native));
    }
    let links = sides::links(wiring);
    let conditional = links.conditional.into_iter().map(|(from, links)| {
        let links = links.into_iter().map(|link| symbolic::ConditionalLink {
            bytes: link.when.bytes().collect(),
            to: endpoint(link.to),
        });
        (from, links.collect())
    });
    let conditional = conditional.collect();
    let ingress = links.ingress.into_iter().map(|(port, end)| (port, endpoint(end))).collect();
    let egress = links.egress.into_iter().map(|(from, end)| (from, endpoint(end))).collect();
    symbolic::Composition::new(devices, ingress, egress)
        .and_then(|native| native.with_conditional(conditional))
        .map_err(|e| SwitchError::Failed(e.to_string()))
}

/// The prover has its own words, to share nothing with the switches.
fn endpoint(end: Endpoint) -> symbolic::Endpoint {
    match end {
        Endpoint::Physical(port) => symbolic::Endpoint::Physical(port),
        Endpoint::Device { device, port } => symbolic::Endpoint::Device { device, port },
    }
}

fn status(result: &Proved) -> ExitStatus {
    match (&result.verdict, &result.replayed) {
        (_, Some(Replay { outcome: Err(_), .. })) => ExitStatus::ToolFailed,
        (Verdict::Proved(_), _) => ExitStatus::AsWished,
        (Verdict::Refuted(_), _) => ExitStatus::Found,
        (Verdict::Unknown { .. }, _) => ExitStatus::Unsupported,
    }
}

/// A subject in the JSON document; `property` is `equivalence`, `symbolic_entries` or `isolation`.
fn document(property: &str, result: &Proved) -> Value {
    let (status, paths, bounds, reason, counterexample) = match &result.verdict {
        Verdict::Proved(p) => ("proved", Some(p.paths), p.bounds.to_string(), None, None),
        Verdict::Refuted(r) => {
            let packet = |packet: &Packet| json!({"port": packet.port, "hex": hex::encode(&packet.bytes)});
            let before = r
                .before
                .iter()
                .map(|setting| json!({"device": setting.device, "command": setting.command.to_string()}));
            let traces: BTreeMap<&str, Value> = result
                .replayed
                .iter()
                .flat_map(|replayed| &replayed.traces)
                .map(|(whose, trace)| (*whose, json!(trace.packets)))
                .collect();
            let packet = json!({
                "port": r.packet.port, "hex": hex::encode(&r.packet.bytes), "what": r.what,
                "before": before.collect::<Vec<_>>(), "earlier": r.earlier.iter().map(packet).collect::<Vec<_>>(),
                "replayed": result.replayed.as_ref().map(Replay::is_as_said), "traces": traces,
            });
            ("refuted", None, r.bounds.to_string(), None, Some(packet))
        }
        Verdict::Unknown { reason, bounds } => {
            ("unknown", None, bounds.to_string(), Some(reason.clone()), None)
        }
    };
    // Undefined values on which outputs depend: there nothing is proved.
    let exceptions = match &result.verdict {
        Verdict::Proved(proof) => proof.exceptions.clone(),
        Verdict::Refuted(_) | Verdict::Unknown { .. } => Vec::new(),
    };
    let note = (!result.notes.is_empty()).then(|| result.notes.join("; "));
    json!({
        "name": result.name, "property": property, "status": status, "paths": paths, "seconds": result.seconds,
        "bounds": bounds, "reason": reason, "counterexample": counterexample, "exceptions": exceptions, "note": note,
    })
}

fn text(result: &Proved) -> String {
    let replayed = result.replayed.as_ref().map(Replay::text).unwrap_or_default();
    let notes: String = result.notes.iter().map(|note| format!("\n    {note}")).collect();
    format!("{} ({:.1} s): {}{notes}{replayed}\n", result.name, result.seconds, result.verdict)
}
