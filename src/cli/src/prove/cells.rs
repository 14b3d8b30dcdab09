//! Which of the persona's registers, counters and meters are which of a guest's.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_dpmu::RowMeaning;
use hyper4_ir::{Command, Program};
use hyper4_persona::{Layout, StateAccess};
use hyper4_symbolic::Cells;
use hyper4_virtual::VirtualNetwork;

use crate::subject::Guests;

/// The cells that the guests' accesses lead to, by the operator's own rows.
pub(crate) fn shared(network: &mut VirtualNetwork, guests: &Guests) -> Vec<Cells> {
    let programs: BTreeMap<&str, (&Arc<Program>, String)> = match guests {
        Guests::One(guest) => BTreeMap::from([(super::DEVICE, (&guest.program, String::new()))]),
        Guests::Composition { guests, .. } => guests
            .iter()
            .map(|(name, guest)| (name.as_str(), (&guest.program, format!("{name}: "))))
            .collect(),
    };
    let mut cells: Vec<Cells> = Vec::new();
    for row in network.dpmu().rows() {
        let RowMeaning::State { device, access } = &row.meaning else { continue };
        let Some((program, prefix)) = programs.get(device.device.as_str()) else { continue };
        let Command::TableAdd { arguments, .. } = &row.command else { continue };
        let [base, size] = arguments.as_slice() else { continue };
        let (array, name, width) = match access {
            StateAccess::ReadRegister(id) | StateAccess::WriteRegister(id) => {
                let register = program.registers.get(id.index());
                (Layout::REGISTERS, register.map(|register| &register.name), register.map_or(0, |r| r.width))
            }
            StateAccess::Count(id) => {
                (Layout::COUNTERS, program.counters.get(id.index()).map(|counter| &counter.name), 0)
            }
            StateAccess::ExecuteMeter(id) => {
                let Some(meter) = program.meters.get(id.index()) else { continue };
                (Layout::meters(meter.unit), Some(&meter.name), 0)
            }
            StateAccess::Truncate | StateAccess::Ask | StateAccess::Sample(_) | StateAccess::Draw => continue,
        };
        let Some(name) = name else { continue };
        let part = Cells {
            array: array.to_owned(),
            base: base.low_u64(),
            size: size.low_u64(),
            is: format!("{prefix}{name}"),
            width,
        };
        if !cells.contains(&part) {
            cells.push(part);
        }
    }
    cells
}
