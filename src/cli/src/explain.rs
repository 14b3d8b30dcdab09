//! `hyper4 explain`

mod graph;

use std::collections::BTreeMap;

use hyper4_diff::describe_event;
use hyper4_dpmu::{InstalledRow, RowMeaning, RowOwner};
use hyper4_persona::{PortMatch, StateAccess, Verdict};
use hyper4_switch::{Recorder, SwitchError};
use hyper4_virtual::VirtualNetwork;
use serde_json::{Value, json};

use hyper4_report::ExitStatus;

use crate::args::{ExplainArgs, Options, Plain};
use crate::failure::{Failure, refusal};
use crate::output::{print, print_json};
use crate::subject::{self, Guests};
use crate::{persona, prove, run};

/// Show how a program and its entries became rows of the persona.
pub(crate) fn explain(options: &Options, args: &ExplainArgs) -> Result<ExitStatus, Failure> {
    let mut subject = subject::load(options, &args.program)?;
    if let (Some(path), Guests::One(guest)) = (&args.commands, &mut subject.guests) {
        guest.commands = subject::load_commands(&guest.program, path)?;
    }
    let persona = persona::load(options)?;
    if let Some(format) = args.graph {
        return match graph::picture(args, &subject, persona) {
            Ok(picture) => {
                print(&graph::text(&picture, format)?)?;
                Ok(ExitStatus::AsWished)
            }
            Err(graph::Drawing::Refused(error)) => refused(options, error),
            Err(graph::Drawing::Failed(failure)) => Err(failure),
        };
    }
    let (recorder, recording) = Recorder::new();
    let placed = VirtualNetwork::new(Box::new(recorder), persona.program, persona.layout)
        .and_then(|mut network| prove::place(&mut network, &subject.guests).map(|()| network));
    let mut network = match placed {
        Ok(network) => network,
        Err(error) => return refused(options, error),
    };
    let rows: Vec<InstalledRow> = network.dpmu().rows().cloned().collect();
    match options.plain() {
        Plain::Json => {
            let rows: Vec<Value> = rows.iter().map(row_json).collect();
            // All that a switch with the persona on it has to be told, multicast groups included.
            let commands: Vec<String> = recording.commands().iter().map(ToString::to_string).collect();
            print_json(&json!({
                "schema": "hyper4/explain/1", "name": subject.name, "rows": rows, "commands": commands,
            }))?;
        }
        Plain::Term => print(&text(&rows))?,
    }
    Ok(ExitStatus::AsWished)
}

/// Say what can't be emulated; other errors are failures.
fn refused(options: &Options, error: SwitchError) -> Result<ExitStatus, Failure> {
    match error {
        SwitchError::Unsupported { construct, reason, source_info } => {
            eprintln!("refused: {}", refusal(&construct, &reason, source_info));
            Ok(ExitStatus::Unsupported.allowing_unsupported(options.allow_unsupported))
        }
        error => Err(run::failure(error)),
    }
}

/// What a row stands for, and where that stands.
fn construct(meaning: &RowMeaning) -> (String, String, Option<String>) {
    match meaning {
        RowMeaning::Guest { device, origin } => {
            let place = origin.source_info.as_ref().filter(|s| s.line > 0).map(ToString::to_string);
            (device.device.clone(), origin.construct.clone(), place)
        }
        RowMeaning::Enter { device, first } => {
            let place = first.source_info.as_ref().filter(|s| s.line > 0).map(ToString::to_string);
            let does =
                if first.construct.is_empty() { String::new() } else { format!(": {}", first.construct) };
            (device.device.clone(), format!("packets enter{does}"), place)
        }
        RowMeaning::GoOn { device, pass } => {
            (device.device.clone(), format!("a packet goes on in pass {pass}"), None)
        }
        RowMeaning::Leave { device, port, verdict, .. } => (
            device.device.clone(),
            format!("{} is chosen: {}", port_words(port), verdict_words(verdict)),
            None,
        ),
        RowMeaning::LeaveMulticast { device, group } => {
            (device.device.clone(), format!("multicast group {group} is chosen: its copies are made"), None)
        }
        RowMeaning::Wire { device, port } => {
            (device.device.clone(), format!("conditions of the links of port {port}"), None)
        }
        RowMeaning::WireEnd { device, port, next } => {
            let end = next.as_ref().map_or("the packet leaves".to_owned(), |d| format!("to {}", d.device));
            (device.device.clone(), format!("a link of port {port}: {end}"), None)
        }
        RowMeaning::Mirror { device, session } => {
            (device.device.clone(), format!("mirroring session {session}"), None)
        }
        RowMeaning::EnterClone { device, .. } => {
            (device.device.clone(), "a clone's egress begins".to_owned(), None)
        }
        RowMeaning::EnterEgress { device, .. } => {
            (device.device.clone(), "a replica's egress begins".to_owned(), None)
        }
        RowMeaning::State { device, access } => {
            let what = match access {
                StateAccess::ReadRegister(_) => "a register is read",
                StateAccess::WriteRegister(_) => "a register is written",
                StateAccess::Count(_) => "a packet is counted",
                StateAccess::ExecuteMeter(_) => "a packet is metered",
                StateAccess::Truncate => "a packet is cut",
                StateAccess::Sample(_) => "a sample of a packet is taken",
                StateAccess::Draw => "a random number is drawn",
                StateAccess::Ask => "a packet is to be cloned or to come in again",
            };
            (device.device.clone(), what.to_owned(), None)
        }
    }
}

fn port_words(port: &PortMatch) -> String {
    match port {
        PortMatch::Port(port) => format!("port {port}"),
        PortMatch::Any => "any other port".to_owned(),
    }
}

fn verdict_words(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Transmit { port: Some(port), .. } => format!("the packet leaves by port {port}"),
        Verdict::Transmit { port: None, .. } => "the packet leaves by it".to_owned(),
        Verdict::Discard => "the packet is dropped".to_owned(),
        Verdict::Forward { start, port } => {
            format!("the packet goes to port {port} of the device with ID {}", start.device)
        }
    }
}

fn row_json(row: &InstalledRow) -> Value {
    let (device, construct, place) = construct(&row.meaning);
    let events = match &row.meaning {
        RowMeaning::Guest { origin, .. } => json!(origin.events),
        RowMeaning::Leave { egress, .. }
        | RowMeaning::EnterEgress { egress, .. }
        | RowMeaning::EnterClone { egress, .. }
        | RowMeaning::Enter { first: egress, .. } => json!(egress.events),
        _ => json!([]),
    };
    let owner = match &row.owner {
        RowOwner::Operator => "operator".to_owned(),
        RowOwner::Tenant(slice) => format!("tenant {slice}"),
    };
    json!({
        "table": row.table(), "handle": row.handle, "owner": owner, "device": device,
        "construct": construct, "source": place, "events": events, "command": row.command.to_string(),
    })
}

/// For people: what a device's constructs became, table names without the control's.
fn text(rows: &[InstalledRow]) -> String {
    let mut text = String::new();
    let mut tables: BTreeMap<&str, usize> = BTreeMap::new();
    let mut last = String::new();
    for row in rows {
        let (device, construct, place) = construct(&row.meaning);
        let head = match place {
            Some(place) => format!("{device}: {construct} ({place})"),
            None => format!("{device}: {construct}"),
        };
        if head != last {
            text.push_str(&format!("{head}\n"));
            last = head;
        }
        *tables.entry(row.table()).or_default() += 1;
        text.push_str(&format!("    row {} of {}\n", row.handle, row.table()));
        if let RowMeaning::Guest { origin, .. } | RowMeaning::Enter { first: origin, .. } = &row.meaning {
            for event in &origin.events {
                text.push_str(&format!("        {}\n", describe_event(Some(event))));
            }
        }
    }
    text.push_str(&format!("{} rows in {} tables of the persona\n", rows.len(), tables.len()));
    text
}
