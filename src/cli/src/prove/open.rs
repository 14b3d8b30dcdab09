//! Equivalence for whatever entries a control plane installs.

use std::sync::Arc;

use hyper4_dpmu::DeviceName;
use hyper4_ir::{Command, EntryValues, Program};
use hyper4_persona::OpenEntry as Translated;
use hyper4_switch::SwitchError;
use hyper4_symbolic::{self as symbolic, OpenEntry, Verdict};

use super::{DEVICE, SLICE, cells, filled, linked, place, with_commands};
use crate::persona::Persona;
use crate::subject::{Guest, Guests, Subject};

/// Proves it with open entries. The subject's own entries go; those of a counterexample take their place, so that it can
/// be replayed.
pub(super) fn verdict(
    persona: &Persona,
    subject: &mut Subject,
    limits: &symbolic::Options,
) -> Result<Verdict, SwitchError> {
    let guests = &mut subject.guests;
    for (_, guest) in devices(guests) {
        let program = Arc::clone(&guest.program);
        guest.commands.retain(|command| !is_open(&program, command));
    }
    let entries: Vec<(String, Vec<OpenEntry>)> = devices(guests)
        .into_iter()
        .map(|(device, guest)| {
            let entries = OpenEntry::all(&guest.program).into_iter();
            (device.to_owned(), entries.map(|entry| entry.of_device(device)).collect())
        })
        .collect();
    let (mut shared, mut rows) = (cells::Shared::default(), Vec::new());
    let on_persona = filled(persona, |network| {
        place(network, guests)?;
        shared = cells::shared(network, guests);
        for (device, entries) in &entries {
            let name = DeviceName { slice: SLICE.to_owned(), device: device.clone() };
            for (rank, entry) in (1..).zip(entries) {
                let OpenEntry { table, action, handle, .. } = *entry;
                let translated = Translated { table, action, handle, rank };
                let templates = network.dpmu().entry_templates(&name, translated);
                let templates = templates.map_err(hyper4_virtual::switch_error)?;
                rows.extend(templates.into_iter().map(|template| (entry.clone(), template)));
            }
        }
        Ok(())
    })?;
    let failed = |e: symbolic::SubjectError| SwitchError::Failed(e.to_string());
    let on_persona = on_persona
        .with_cells(shared.cells)
        .with_samples(shared.samples)
        .with_open_rows(rows)
        .map_err(failed)?;
    let opened = |device: &str, native: symbolic::Subject| match entries.iter().find(|(of, _)| of == device) {
        Some((_, entries)) => native.with_open_entries(entries),
        None => native,
    };
    let verdict = match guests {
        Guests::One(guest) => {
            let native = opened(DEVICE, with_commands(Arc::clone(&guest.program), &guest.commands)?);
            symbolic::prove_equivalence(&native, &on_persona, limits)
        }
        Guests::Composition { guests, wiring } => {
            symbolic::prove_composition(&linked(guests, wiring, opened)?, &on_persona, limits)
        }
    };
    if let Verdict::Refuted(refutation) = &verdict {
        let mut values = refutation.entries.as_slice();
        for ((_, guest), (_, entries)) in devices(guests).into_iter().zip(&entries) {
            let (own, others) = values.split_at(entries.len().min(values.len()));
            guest.commands.extend(installed(entries, own));
            values = others;
        }
    }
    Ok(verdict)
}

/// The programs of a subject, in the order of their names.
fn devices(guests: &mut Guests) -> Vec<(&str, &mut Guest)> {
    match guests {
        Guests::One(guest) => vec![(DEVICE, guest)],
        Guests::Composition { guests, .. } => {
            guests.iter_mut().map(|(name, guest)| (name.as_str(), guest)).collect()
        }
    }
}

/// Which tables a proof with open entries is for, and which have the entries that are installed.
pub(super) fn scope(guests: &Guests) -> String {
    match guests {
        Guests::One(guest) => scope_of(&guest.program),
        Guests::Composition { guests, .. } => {
            let devices = guests.iter().map(|(name, guest)| format!("{name}: {}", scope_of(&guest.program)));
            devices.collect::<Vec<_>>().join("; ")
        }
    }
}

fn scope_of(program: &Program) -> String {
    let named = |wanted: bool| -> Vec<&hyper4_ir::Table> {
        let declared = program.tables.iter().filter(|table| !table.hidden && !table.keys.is_empty());
        declared.filter(|table| OpenEntry::stands_for(program, &table.name) == wanted).collect()
    };
    let open: Vec<&str> = named(true).into_iter().map(|table| table.name.as_str()).collect();
    let open = match open.is_empty() {
        true => "no table has open entries".to_owned(),
        false => format!("whatever entries are in {}", open.join(", ")),
    };
    let fixed = named(false).into_iter().map(|table| {
        let why = if table.const_entries.is_empty() { "an action profile" } else { "constant entries" };
        format!("; {} ({why}) has those that are installed", table.name)
    });
    open + &fixed.collect::<String>() + "; default actions are those that are set"
}

/// Entries with these values; one that has the key of an earlier one is never hit, and a switch doesn't take it.
fn installed(entries: &[OpenEntry], values: &[EntryValues]) -> Vec<Command> {
    let mut installed: Vec<Command> = Vec::new();
    for command in entries.iter().zip(values).map(|(entry, values)| entry.command(values)) {
        if !installed.iter().any(|other| same_key(other, &command)) {
            installed.push(command);
        }
    }
    installed
}

fn same_key(left: &Command, right: &Command) -> bool {
    let key = |command: &Command| match command {
        Command::TableAdd { table, key, priority, .. } => Some((table.clone(), key.clone(), *priority)),
        _ => None,
    };
    key(left) == key(right)
}

/// Whether a command is about an entry that open ones stand for.
fn is_open(program: &Program, command: &Command) -> bool {
    match command {
        Command::TableAdd { table, .. }
        | Command::TableModify { table, .. }
        | Command::TableDelete { table, .. }
        | Command::TableClear { table } => OpenEntry::stands_for(program, table),
        _ => false,
    }
}
