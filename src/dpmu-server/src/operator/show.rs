//! What the operator is shown.

use std::collections::{BTreeMap, VecDeque};
use std::fs::File;
use std::io::{self, BufRead, BufReader};
use std::path::Path;

use hyper4_dpmu::{DeviceName, Dpmu, SliceConfig, TranslatedEntry};
use hyper4_ir::{EntryAction, PipelineKind};
use hyper4_p4runtime::operator::{
    Cells, Device, Entry, Lease, ReadAuditRequest, Slice, Usage, VirtualDevice,
};
use hyper4_p4runtime_server::Failure;
use serde_json::Value;

use crate::manager::Manager;
use crate::served::Served;

/// The device below.
pub(super) fn device(dpmu: &Dpmu) -> Device {
    let layout = dpmu.layout();
    let config = layout.config();
    let mut rows: BTreeMap<&str, u64> = BTreeMap::new();
    for row in dpmu.rows() {
        *rows.entry(row.table()).or_default() += 1;
    }
    let [registers, counters, meters] = dpmu.cells_used();
    Device {
        ingress_slots: layout.slots(PipelineKind::Ingress).into(),
        egress_slots: layout.slots(PipelineKind::Egress).into(),
        window_bytes: config.window_bytes.into(),
        rows_per_table: config.rows_per_table,
        rows: rows.into_values().max().unwrap_or(0),
        slices: dpmu.slices().count() as u64,
        cells: Some(Cells { registers: config.registers, counters: config.counters, meters: config.meters }),
        cells_used: Some(Cells { registers, counters, meters }),
    }
}

/// A slice, without what is secret.
pub(super) fn slice(manager: &Manager, served: &Served) -> Result<Slice, Failure> {
    let config = &served.config;
    let name = &config.name;
    let place = served.place(name);
    let public = SliceConfig { token: None, ..config.clone() };
    let toml = public.to_toml().map_err(|error| Failure::invalid(error.to_string()))?;
    let dpmu = manager.shared.lock();
    let devices = config.composition.devices.iter().map(|device| {
        let named = DeviceName { slice: name.clone(), device: device.name.clone() };
        let thrift = place.thrift.iter().find(|(thrift, _)| *thrift == device.name);
        VirtualDevice {
            name: device.name.clone(),
            device_id: device.device_id.unwrap_or(0),
            loaded: dpmu.program(&named).is_some(),
            rows: dpmu.device_rows(&named),
            thrift: thrift.map(|(_, address)| address.to_string()).unwrap_or_default(),
        }
    });
    let used = dpmu.usage(name).unwrap_or_default();
    let granted = |number: u64| Some(number).filter(|number| *number != u64::MAX);
    let lease = &config.lease;
    Ok(Slice {
        name: name.clone(),
        lease: Some(Lease {
            ports: lease.ports.iter().map(|port| u32::from(*port)).collect(),
            rows: granted(lease.rows),
            groups: granted(lease.groups),
            copies: granted(lease.copies),
            cells: granted(lease.cells),
        }),
        usage: Some(Usage { rows: used.rows, groups: used.groups, copies: used.copies, cells: used.cells }),
        devices: devices.collect(),
        wired: dpmu.wiring(name).is_some(),
        p4runtime: place.p4runtime.map(|address| address.to_string()).unwrap_or_default(),
        credentials: served.door.shown().to_owned(),
        toml,
    })
}

/// An entry, and the rows that it became.
pub(super) fn entry(found: &TranslatedEntry<'_>) -> Entry {
    let (action, arguments) = match &found.entry.action {
        EntryAction::Direct { action, arguments } => {
            (action.clone(), arguments.iter().map(ToString::to_string).collect())
        }
        EntryAction::Indirect(target) => (format!("{target:?}"), Vec::new()),
    };
    Entry {
        table: found.table.to_owned(),
        handle: found.entry.handle,
        key: found.entry.key.iter().map(ToString::to_string).collect(),
        action,
        arguments,
        priority: found.entry.priority,
        rows: found.rows.iter().map(|row| row.command.to_string()).collect(),
    }
}

/// The last lines of the audit log that are asked for. What isn't one of its lines is left out.
pub(super) fn audit(file: &Path, wanted: &ReadAuditRequest, most: usize) -> io::Result<Vec<String>> {
    let mut last = VecDeque::new();
    for line in BufReader::new(File::open(file)?).lines() {
        let line = line?;
        let Ok(deed) = serde_json::from_str::<Value>(&line) else { continue };
        let is = |key: &str, wanted: &str| {
            wanted.is_empty() || deed.get(key).and_then(Value::as_str) == Some(wanted)
        };
        let late = deed.get("time").and_then(Value::as_f64).is_some_and(|time| time >= wanted.since);
        if late && is("slice", &wanted.slice) && is("by", &wanted.by) && is("outcome", &wanted.outcome) {
            if last.len() == most {
                last.pop_front();
            }
            last.push_back(line);
        }
    }
    Ok(last.into())
}
