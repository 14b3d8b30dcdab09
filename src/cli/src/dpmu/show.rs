//! What a DPMU answers, for people and as JSON.

use std::fmt::Write;

use hyper4_dpmu::Reconciled;
use hyper4_p4runtime::operator::{
    Cells, Device, Entry, Lease, ReconcileResponse, ReloadResponse, Slice, Usage,
};
use hyper4_report::ExitStatus;
use serde_json::{Value, json};

use crate::args::{Options, Plain};
use crate::failure::Failure;
use crate::output::{print, print_json};

/// Print a document where JSON is wanted, else a text.
fn either(
    options: &Options,
    document: impl FnOnce() -> Value,
    text: impl FnOnce() -> String,
) -> Result<ExitStatus, Failure> {
    match options.plain() {
        Plain::Json => print_json(&document())?,
        Plain::Term => print(&text())?,
    }
    Ok(ExitStatus::AsWished)
}

/// Lines of columns, each as wide as its widest cell. The first row is the heading.
fn columns(rows: &[Vec<String>]) -> String {
    let count = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| console::measure_text_width(cell)).max().unwrap_or(0)
    };
    let widths: Vec<usize> = (0..count).map(width).collect();
    let mut text = String::new();
    for row in rows {
        let mut line = String::new();
        for (cell, width) in row.iter().zip(&widths) {
            line.push_str(cell);
            line.push_str(&" ".repeat(2 + width - console::measure_text_width(cell)));
        }
        text.push_str(line.trim_end());
        text.push('\n');
    }
    text
}

fn row(cells: &[&str]) -> Vec<String> {
    cells.iter().map(|cell| (*cell).to_owned()).collect()
}

/// What isn't there.
fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// Ports, runs of them together.
fn ports(ports: &[u32]) -> String {
    let mut runs: Vec<(u32, u32)> = Vec::new();
    for port in ports {
        match runs.last_mut() {
            Some((_, last)) if *last + 1 == *port => *last = *port,
            _ => runs.push((*port, *port)),
        }
    }
    let run = |(first, last): &(u32, u32)| match first == last {
        true => first.to_string(),
        false => format!("{first}-{last}"),
    };
    runs.iter().map(run).collect::<Vec<_>>().join(",")
}

pub(super) fn device(options: &Options, device: &Device) -> Result<ExitStatus, Failure> {
    let cells = |cells: &Option<Cells>| cells.unwrap_or_default();
    let (all, used) = (cells(&device.cells), cells(&device.cells_used));
    let document = || {
        let cells = |cells: Cells| json!({ "registers": cells.registers, "counters": cells.counters, "meters": cells.meters });
        json!({
            "schema": "hyper4/dpmu-devices/1",
            "devices": [{
                "ingress_slots": device.ingress_slots,
                "egress_slots": device.egress_slots,
                "window_bytes": device.window_bytes,
                "rows_per_table": device.rows_per_table,
                "rows_in_fullest_table": device.rows,
                "slices": device.slices,
                "cells": cells(all),
                "cells_used": cells(used),
            }],
        })
    };
    let text = || {
        let of = |used: u64, all: u32| vec![used.to_string(), all.to_string()];
        let line = |name: &str, numbers: Vec<String>| [vec![name.to_owned()], numbers].concat();
        let rows = [
            row(&["RESOURCE", "USED", "OF"]),
            line("rows in the fullest table", of(device.rows, device.rows_per_table)),
            line("registers", of(used.registers.into(), all.registers)),
            line("counters", of(used.counters.into(), all.counters)),
            line("meters of each kind", of(used.meters.into(), all.meters)),
        ];
        let slots = format!(
            "{} slices on a persona of {} ingress and {} egress slots, which sees {} bytes of a packet\n",
            device.slices, device.ingress_slots, device.egress_slots, device.window_bytes
        );
        slots + &columns(&rows)
    };
    either(options, document, text)
}

fn lease_json(lease: &Lease) -> Value {
    json!({ "ports": lease.ports, "rows": lease.rows, "groups": lease.groups, "copies": lease.copies, "cells": lease.cells })
}

fn usage_json(usage: &Usage) -> Value {
    json!({ "rows": usage.rows, "groups": usage.groups, "copies": usage.copies, "cells": usage.cells })
}

fn slice_json(slice: &Slice) -> Value {
    let devices = slice.devices.iter().map(|device| {
        json!({
            "name": device.name,
            "device_id": device.device_id,
            "loaded": device.loaded,
            "rows": device.rows,
            "thrift": Some(&device.thrift).filter(|address| !address.is_empty()),
        })
    });
    json!({
        "name": slice.name,
        "lease": lease_json(&slice.lease.clone().unwrap_or_default()),
        "usage": usage_json(&slice.usage.unwrap_or_default()),
        "devices": devices.collect::<Vec<_>>(),
        "wired": slice.wired,
        "p4runtime": Some(&slice.p4runtime).filter(|address| !address.is_empty()),
        "credentials": Some(&slice.credentials).filter(|shown| !shown.is_empty()),
        "toml": slice.toml,
    })
}

fn slices_json(slices: &[Slice]) -> Value {
    json!({ "schema": "hyper4/dpmu-slices/1", "slices": slices.iter().map(slice_json).collect::<Vec<_>>() })
}

pub(super) fn slices(options: &Options, slices: &[Slice]) -> Result<ExitStatus, Failure> {
    let text = || {
        let mut rows = vec![row(&["SLICE", "PORTS", "DEVICES", "WIRED", "ROWS", "P4RUNTIME", "SHOWS"])];
        for slice in slices {
            let devices: Vec<&str> = slice.devices.iter().map(|device| device.name.as_str()).collect();
            rows.push(vec![
                slice.name.clone(),
                slice.lease.as_ref().map(|lease| ports(&lease.ports)).unwrap_or_default(),
                devices.join(","),
                if slice.wired { "yes" } else { "no" }.to_owned(),
                slice.usage.map_or(0, |usage| usage.rows).to_string(),
                or_dash(&slice.p4runtime).to_owned(),
                or_dash(&slice.credentials).to_owned(),
            ]);
        }
        columns(&rows)
    };
    either(options, || slices_json(slices), text)
}

pub(super) fn leases(options: &Options, slices: &[Slice]) -> Result<ExitStatus, Failure> {
    let text = || {
        let mut rows = vec![row(&["SLICE", "PORTS", "ROWS", "GROUPS", "COPIES", "CELLS"])];
        for slice in slices {
            let (lease, used) = (slice.lease.clone().unwrap_or_default(), slice.usage.unwrap_or_default());
            let of = |used: u64, granted: Option<u64>| match granted {
                Some(granted) => format!("{used} of {granted}"),
                None => used.to_string(),
            };
            rows.push(vec![
                slice.name.clone(),
                ports(&lease.ports),
                of(used.rows, lease.rows),
                of(used.groups, lease.groups),
                of(used.copies, lease.copies),
                of(used.cells, lease.cells),
            ]);
        }
        columns(&rows)
    };
    let document = || {
        let leases = slices.iter().map(|slice| {
            json!({
                "slice": slice.name,
                "lease": lease_json(&slice.lease.clone().unwrap_or_default()),
                "usage": usage_json(&slice.usage.unwrap_or_default()),
            })
        });
        json!({ "schema": "hyper4/dpmu-leases/1", "leases": leases.collect::<Vec<_>>() })
    };
    either(options, document, text)
}

/// A slice in the configuration language.
pub(super) fn composition(options: &Options, slice: &Slice) -> Result<ExitStatus, Failure> {
    either(options, || slices_json(std::slice::from_ref(slice)), || slice.toml.clone())
}

pub(super) fn deleted(options: &Options, slice: &str) -> Result<ExitStatus, Failure> {
    let document = || json!({ "schema": "hyper4/dpmu-deleted/1", "slice": slice });
    either(options, document, || format!("slice {slice} is deleted\n"))
}

pub(super) fn entries(options: &Options, entries: &[Entry]) -> Result<ExitStatus, Failure> {
    let document = || {
        let entries = entries.iter().map(|entry| {
            json!({
                "table": entry.table,
                "handle": entry.handle,
                "key": entry.key,
                "action": entry.action,
                "arguments": entry.arguments,
                "priority": entry.priority,
                "rows": entry.rows,
            })
        });
        json!({ "schema": "hyper4/dpmu-entries/1", "entries": entries.collect::<Vec<_>>() })
    };
    let text = || {
        let mut text = String::new();
        for entry in entries {
            let priority = entry.priority.map(|priority| format!(" {priority}")).unwrap_or_default();
            // Writing to a string doesn't fail.
            let _ = writeln!(
                text,
                "{} {}: {} {} => {}{priority}",
                entry.table,
                entry.handle,
                entry.action,
                entry.key.join(" "),
                entry.arguments.join(" ")
            );
            for row in &entry.rows {
                let _ = writeln!(text, "    {row}");
            }
        }
        text
    };
    either(options, document, text)
}

pub(super) fn audit(options: &Options, lines: &[String]) -> Result<ExitStatus, Failure> {
    let deeds: Vec<Value> = lines.iter().filter_map(|line| serde_json::from_str(line).ok()).collect();
    let text = || {
        let mut rows = vec![row(&["TIME", "SLICE", "DEVICE", "PEER", "BY", "OUTCOME", "REQUEST"])];
        for deed in &deeds {
            let word = |key: &str| or_dash(deed[key].as_str().unwrap_or_default()).to_owned();
            let time = deed["time"].as_f64().map(|time| format!("{time:.3}")).unwrap_or_default();
            let words = ["slice", "device", "peer", "by", "outcome", "request"].map(word);
            rows.push([vec![time], words.to_vec()].concat());
        }
        columns(&rows)
    };
    either(options, || json!({ "schema": "hyper4/dpmu-audit/1", "deeds": deeds }), text)
}

pub(super) fn reconciled(options: &Options, done: ReconcileResponse) -> Result<ExitStatus, Failure> {
    let ReconcileResponse { missing, foreign, changed, groups, cells } = done;
    let document = || {
        json!({
            "schema": "hyper4/dpmu-reconcile/1",
            "missing": missing,
            "foreign": foreign,
            "changed": changed,
            "groups": groups,
            "cells": cells,
        })
    };
    let text = || {
        let done = Reconciled { missing, foreign, changed, groups, cells };
        if done.is_nothing() { "the device is as it should be\n".to_owned() } else { format!("{done}\n") }
    };
    either(options, document, text)
}

/// Something that was refused is bad input: the configuration's.
pub(super) fn reloaded(options: &Options, done: &ReloadResponse) -> Result<ExitStatus, Failure> {
    let document = || {
        let slices = done.slices.iter().map(|slice| {
            let reason = Some(&slice.reason).filter(|reason| !reason.is_empty());
            json!({ "slice": slice.slice, "what": slice.what, "reason": reason })
        });
        json!({ "schema": "hyper4/dpmu-reload/1", "slices": slices.collect::<Vec<_>>(), "remarks": done.remarks })
    };
    let text = || {
        let mut text = String::new();
        for slice in &done.slices {
            let reason = if slice.reason.is_empty() { String::new() } else { format!(": {}", slice.reason) };
            let _ = writeln!(text, "slice {} {}{reason}", slice.slice, slice.what);
        }
        for remark in &done.remarks {
            let _ = writeln!(text, "{remark}");
        }
        if text.is_empty() { "nothing changed\n".to_owned() } else { text }
    };
    either(options, document, text)?;
    match done.slices.iter().any(|slice| slice.what == "refused") {
        true => Ok(ExitStatus::BadInput),
        false => Ok(ExitStatus::AsWished),
    }
}
