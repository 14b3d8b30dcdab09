//! Which of the persona's registers, counters, meters and samples are which of a guest's.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_dpmu::RowMeaning;
use hyper4_ir::{Command, LearnListId, MatchValue, PrimitiveKind, Program};
use hyper4_persona::{Layout, StateAccess};
use hyper4_symbolic::{Cells, Samples};
use hyper4_virtual::VirtualNetwork;

use crate::subject::Guests;

/// What both sides know by one name.
#[derive(Default)]
pub(crate) struct Shared {
    pub(crate) cells: Vec<Cells>,
    pub(crate) samples: Vec<Samples>,
}

/// What the guests' accesses lead to, by the operator's own rows.
pub(crate) fn shared(network: &mut VirtualNetwork, guests: &Guests) -> Shared {
    let programs: BTreeMap<&str, (&Arc<Program>, String)> = match guests {
        Guests::One(guest) => BTreeMap::from([(super::DEVICE, (&guest.program, String::new()))]),
        Guests::Composition { guests, .. } => guests
            .iter()
            .map(|(name, guest)| (name.as_str(), (&guest.program, format!("{name}: "))))
            .collect(),
    };
    let Shared { mut cells, mut samples } = Shared::default();
    for row in network.dpmu().rows() {
        let RowMeaning::State { device, access } = &row.meaning else { continue };
        let Some((program, prefix)) = programs.get(device.device.as_str()) else { continue };
        let Command::TableAdd { key, arguments, .. } = &row.command else { continue };
        if let (StateAccess::Sample(list), Some(MatchValue::Exact(id))) = (access, key.first()) {
            samples.extend(sample(program, prefix, id.low_u64(), *list));
            continue;
        }
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
    Shared { cells, samples }
}

/// The array that an action of a persona's has to do with.
pub(super) fn array_of(program: &Program, action: &str) -> Option<String> {
    let action = program.actions.iter().find(|one| one.name == action)?;
    action.primitives.iter().find_map(|primitive| match &primitive.kind {
        PrimitiveKind::RegisterRead { register, .. } | PrimitiveKind::RegisterWrite { register, .. } => {
            program.registers.get(register.index()).map(|array| array.name.clone())
        }
        PrimitiveKind::Count { counter, .. } => {
            program.counters.get(counter.index()).map(|array| array.name.clone())
        }
        PrimitiveKind::ExecuteMeter { meter, .. } => {
            program.meters.get(meter.index()).map(|array| array.name.clone())
        }
        _ => None,
    })
}

fn sample(program: &Program, prefix: &str, device: u64, list: LearnListId) -> Option<Samples> {
    let declared = program.learn_lists.get(list.index())?;
    let width = declared.elements.iter().map(|element| element.width(program)).sum();
    Some(Samples { device, list: u64::from(list.0) + 1, is: format!("{prefix}{}", declared.name), width })
}
