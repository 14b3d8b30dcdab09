//! What a device was told besides what its DPMU told it: known-bad configurations, to see that they are found to be bad.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use hyper4_bits::Bits;
use hyper4_dpmu::{Gate, InstalledRow, RowMeaning, RowOwner};
use hyper4_ir::{Command, MatchValue};
use hyper4_persona::{PortMatch, Verdict};
use hyper4_symbolic::OwnCells;
use hyper4_virtual::VirtualNetwork;
use serde::Deserialize;

use crate::failure::Failure;
use crate::frontend::read;
use crate::persona::Persona;

/// A file of faults.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Faults {
    /// The slices, relative to this file.
    config: PathBuf,
    fault: Vec<Fault>,
}

/// A row that a device has instead of one that the DPMU made, or beside it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Fault {
    row: Kind,
    /// Whose row it is.
    slice: String,
    /// Of a row about one port, which; of a tenant's row, which of them, from 0.
    #[serde(default)]
    number: u16,
    /// Whose device ID, group, cells or session stands in it.
    like: Option<String>,
    /// The port by which packets leave instead.
    to: Option<u16>,
}

/// What a row is for.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// Packets of a physical port enter a device.
    Enter,
    /// Packets of a device's port leave.
    Leave,
    /// Packets of a device's port enter another device.
    Link,
    /// Packets are copied for a group.
    Replicate,
    /// Packets are copied for a session.
    Mirror,
    /// An access means cells of the persona's.
    Cells,
    /// A tenant's own.
    Tenant,
}

/// A device as it is.
pub(super) struct Told {
    /// All that it was told.
    pub(super) commands: Vec<Command>,
    /// A tenant's row that the gate doesn't let through, and why.
    pub(super) smuggled: Option<String>,
}

/// The device IDs of each slice.
fn ids(network: &mut VirtualNetwork) -> BTreeMap<String, BTreeSet<u16>> {
    let mut ids: BTreeMap<String, BTreeSet<u16>> = BTreeMap::new();
    for row in network.dpmu().rows() {
        if let RowMeaning::Guest { device, .. } = &row.meaning
            && let Some(id) = id_of(&row.command)
        {
            ids.entry(device.slice.clone()).or_default().insert(id);
        }
    }
    ids
}

fn id_of(command: &Command) -> Option<u16> {
    let Command::TableAdd { key, .. } = command else { return None };
    let Some(MatchValue::Exact(id)) = key.first() else { return None };
    id.to_u64().and_then(|id| u16::try_from(id).ok())
}

/// The cells that each slice has.
pub(super) fn cells(network: &mut VirtualNetwork, persona: &Persona) -> Vec<OwnCells> {
    let mut cells: Vec<OwnCells> = Vec::new();
    for row in network.dpmu().rows() {
        let RowMeaning::State { device, .. } = &row.meaning else { continue };
        let Command::TableAdd { action, arguments, .. } = &row.command else { continue };
        let [base, size] = arguments.as_slice() else { continue };
        let array = super::cells::array_of(&persona.program, action);
        let own = array.map(|array| OwnCells {
            slice: device.slice.clone(),
            array,
            base: base.low_u64(),
            size: size.low_u64(),
        });
        cells.extend(own.filter(|own| !cells.contains(own)));
    }
    cells
}

fn load(path: &Path) -> Result<Faults, Failure> {
    toml::from_str(&read(path)?).map_err(|e| Failure::input(format!("`{}`: {e}", path.display())))
}

/// The configuration that a file of faults is about.
pub(super) fn config(path: &Path) -> Result<PathBuf, Failure> {
    let folder = path.parent().unwrap_or_else(|| Path::new("."));
    Ok(folder.join(load(path)?.config))
}

/// What a device was told with what stands in a file of faults.
pub(super) fn applied(
    path: &Path,
    persona: &Persona,
    network: &mut VirtualNetwork,
    mut commands: Vec<Command>,
) -> Result<Told, Failure> {
    let bad = |e: &dyn std::fmt::Display| Failure::input(format!("`{}`: {e}", path.display()));
    let faults = load(path)?;
    let ids = ids(network);
    let gate = Gate::new(&persona.layout);
    let mut smuggled = None;
    for fault in &faults.fault {
        let rows: Vec<InstalledRow> = network.dpmu().rows().cloned().collect();
        let bent = bent(fault, &rows, &ids);
        let Some(first) = bent.first() else {
            return Err(bad(&format!("slice `{}` has no such row", fault.slice)));
        };
        if fault.row == Kind::Tenant {
            let own = ids.get(&fault.slice).cloned().unwrap_or_default();
            let refused = gate.check(first, &own).err();
            smuggled = refused.map(|why| format!("a row of the tenant of slice `{}`: {why}", fault.slice));
        }
        commands.extend(bent);
    }
    Ok(Told { commands, smuggled })
}

/// The commands that bring the fault about.
fn bent(fault: &Fault, rows: &[InstalledRow], ids: &BTreeMap<String, BTreeSet<u16>>) -> Vec<Command> {
    let of = |slice: &str| -> Vec<&InstalledRow> {
        let kind = |row: &&InstalledRow| is(row, fault.row).is_some_and(|of| of == slice);
        rows.iter().filter(kind).collect()
    };
    let own = of(&fault.slice);
    if fault.row == Kind::Tenant {
        let row = own.get(usize::from(fault.number)).map(|row| smuggled(row, fault, ids));
        return row.flatten().into_iter().collect();
    }
    let meant = own.iter().filter(|row| port_of(row).is_none_or(|port| port == fault.number));
    meant.filter_map(|row| changed(row, fault, ids, &of)).collect()
}

/// A row that lies in another device.
fn smuggled(row: &InstalledRow, fault: &Fault, ids: &BTreeMap<String, BTreeSet<u16>>) -> Option<Command> {
    let other = ids.get(fault.like.as_ref()?)?.first()?;
    let mut command = row.command.clone();
    if let Command::TableAdd { key, .. } = &mut command {
        *key.first_mut()? = MatchValue::Exact(Bits::from_u64(16, (*other).into()));
    }
    Some(command)
}

/// A row that says something else.
fn changed<'r>(
    row: &InstalledRow,
    fault: &Fault,
    ids: &BTreeMap<String, BTreeSet<u16>>,
    of: &impl Fn(&str) -> Vec<&'r InstalledRow>,
) -> Option<Command> {
    let Command::TableAdd { table, action, arguments, .. } = &row.command else { return None };
    let mut arguments = arguments.clone();
    // Of a link it is the second one: the first is a port.
    let first = arguments.get_mut(usize::from(fault.row == Kind::Link))?;
    *first = match (&fault.like, fault.to) {
        (Some(like), None) if fault.row == Kind::Link => {
            // Lookups only go on: it is the last device that packets can still enter.
            Bits::from_u64(16, (*ids.get(like)?.last()?).into())
        }
        (Some(like), None) => {
            let other = of(like).into_iter().find_map(|row| match &row.command {
                Command::TableAdd { arguments, action: of, .. } if of == action => arguments.first().cloned(),
                _ => None,
            });
            other?
        }
        (None, Some(port)) => Bits::from_u64(first.width(), port.into()),
        _ => return None,
    };
    let (table, action) = (table.clone(), action.clone());
    Some(Command::TableModify { table, handle: row.handle, action, arguments })
}

/// Whose row it is, if it is of that kind.
fn is(row: &InstalledRow, kind: Kind) -> Option<&str> {
    let device = match (&row.meaning, kind) {
        (RowMeaning::Enter { device, .. }, Kind::Enter)
        | (RowMeaning::Leave { device, verdict: Verdict::Transmit { .. }, .. }, Kind::Leave)
        | (RowMeaning::Leave { device, verdict: Verdict::Forward { .. }, .. }, Kind::Link)
        | (RowMeaning::LeaveMulticast { device, .. }, Kind::Replicate)
        | (RowMeaning::Mirror { device, .. }, Kind::Mirror)
        | (RowMeaning::State { device, .. }, Kind::Cells) => device,
        (RowMeaning::Guest { device, .. }, Kind::Tenant) if row.owner != RowOwner::Operator => device,
        _ => return None,
    };
    let Command::TableAdd { arguments, .. } = &row.command else { return None };
    (!arguments.is_empty()).then_some(device.slice.as_str())
}

/// The port that a row is about.
fn port_of(row: &InstalledRow) -> Option<u16> {
    let Command::TableAdd { key, .. } = &row.command else { return None };
    match (&row.meaning, key.as_slice()) {
        (RowMeaning::Enter { .. }, [MatchValue::Ternary { value, .. }, ..]) => {
            u16::try_from(value.low_u64()).ok()
        }
        (RowMeaning::Leave { port: PortMatch::Port(port), .. }, _) => Some(*port),
        _ => None,
    }
}
