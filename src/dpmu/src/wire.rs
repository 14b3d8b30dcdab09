//! Conditional links: a wire that looks at the packet.
//!
//! In the persona it is a device of its own between two others, with one lookup under the condition's mask and no
//! program: its rows are the operator's.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::PipelineKind;
use hyper4_persona::{
    DeviceStart, Effect, Layout, Lookup, Next, OperatorRow, Origin, PortMatch, Row, RowMatch, Verdict,
};
use hyper4_switch::{Endpoint, PacketCondition};

use crate::WiringError;
use crate::device::{RowOwner, Step};
use crate::store::{DeviceName, RowMeaning};
use crate::translate::Site;
use crate::wiring::Wire;

/// Slots that a wire takes: its lookup, and leaving.
pub(crate) const SLOTS: u8 = 2;
/// Its only program point.
const PC: u16 = 1;

/// Where a wire begins.
pub(crate) fn start(site: Site) -> DeviceStart {
    DeviceStart { device: site.id, slot: site.slot_base, pc: PC, lookup: Lookup::Ternary, rewrites: false }
}

/// The rows of the wire behind `port` of a device. A packet for which no link is there is lost.
pub(crate) fn steps(
    from: &Arc<DeviceName>,
    port: u16,
    wire: &Wire,
    site: Site,
    starts: &BTreeMap<String, DeviceStart>,
    layout: &Layout,
) -> Result<Vec<Step>, WiringError> {
    let always = PacketCondition::default();
    let links = wire.links.iter().map(|link| (&link.when, &link.to));
    let links = links.chain(wire.otherwise.iter().map(|end| (&always, end)));
    let meaning = || RowMeaning::Wire { device: Arc::clone(from), port };
    let mut steps = Vec::new();
    let mut priority = 0;
    let mut lookup = |value: Bits, mask: Bits, way: u16| {
        priority += 1;
        let spec = layout.mask(Layout::EGRESS_SPEC);
        let group = layout.mask(Layout::MCAST_GRP);
        let way = Bits::from_u64(layout.state_bits(), way.into()).shl(Layout::EGRESS_SPEC.offset as usize);
        let row = Row {
            pipeline: PipelineKind::Ingress,
            slot: 0,
            pc: PC,
            matches: RowMatch::Ternary { value, mask, priority },
            effect: Effect::Commit { keep: spec.or(&group).not(), value: way },
            next: Next::Lookup {
                slot: SLOTS - 1,
                pc: PC,
                lookup: Lookup::Leave,
                key_mask: Bits::zero(layout.state_bits()),
            },
            origin: Origin::default(),
        };
        steps.push(operator(row.command(site), meaning()));
    };
    for (way, (when, _)) in (0u16..).zip(links.clone()) {
        for (value, mask) in cubes(when, layout).ok_or_else(|| beyond(from, port, when, layout))? {
            lookup(value, mask, way);
        }
    }
    // A number that no way has.
    let nowhere = wire.links.len() as u16 + 1;
    let zero = Bits::zero(layout.state_bits());
    lookup(zero.clone(), zero, nowhere);
    for (way, (_, end)) in (0u16..).zip(links) {
        let (verdict, next) = match end {
            Endpoint::Physical(physical) => (Verdict::Transmit { port: Some(*physical), egress: None }, None),
            Endpoint::Device { device, port } => {
                let start = starts.get(device).ok_or_else(|| WiringError::UnknownDevice(device.clone()))?;
                let next = DeviceName { slice: from.slice.clone(), device: device.clone() };
                (Verdict::Forward { start: *start, port: *port }, Some(Arc::new(next)))
            }
        };
        let slot = site.slot_base.saturating_add(SLOTS - 1);
        let row =
            OperatorRow::Leave { slot, device: site.id, port: PortMatch::Port(way), verdict, back: None };
        steps.push(operator(
            row.command(layout),
            RowMeaning::WireEnd { device: Arc::clone(from), port, next },
        ));
    }
    Ok(steps)
}

fn operator(command: hyper4_ir::Command, meaning: RowMeaning) -> Step {
    Step::Add { owner: RowOwner::Operator, command, meaning }
}

fn beyond(from: &DeviceName, port: u16, when: &PacketCondition, layout: &Layout) -> WiringError {
    WiringError::ConditionBeyond {
        device: from.device.clone(),
        port,
        length: when.least_length(),
        window: layout.config().window_bytes,
    }
}

/// Values and masks of the state of which one matches where the condition holds. `None`: it looks at bytes that the
/// persona doesn't hold.
fn cubes(when: &PacketCondition, layout: &Layout) -> Option<Vec<(Bits, Bits)>> {
    let width = layout.state_bits();
    let (mut value, mut mask) = (Bits::zero(width), Bits::zero(width));
    for (at, byte, byte_mask) in when.bytes() {
        let place = layout.packet_bits(u32::from(at) * 8, 8)?;
        let put = |byte: u8| Bits::from_u64(width, byte.into()).shl(place.offset as usize);
        // Two parts that contradict each other never hold together.
        let both = mask.and(&put(byte_mask));
        if !value.xor(&put(byte & byte_mask)).and(&both).is_zero() {
            return Some(Vec::new());
        }
        value = value.or(&put(byte & byte_mask));
        mask = mask.or(&put(byte_mask));
    }
    let length = |number: u64| Bits::from_u64(width, number).shl(layout.length().offset as usize);
    let blocks = at_least(when.least_length().into(), layout.length().width);
    let cubes = blocks.into_iter().map(|(low, ones)| {
        let looked_at = layout.mask(layout.length()).xor(&length(ones));
        (value.or(&length(low)), mask.or(&looked_at))
    });
    Some(cubes.collect())
}

/// The numbers of so many bits from `least` on, in blocks: the first, and the bits in which others differ.
fn at_least(least: u64, width: u32) -> Vec<(u64, u64)> {
    let mut blocks = Vec::new();
    let mut low = least;
    while low < 1 << width {
        let size = if low == 0 { 1 << width } else { 1u64 << low.trailing_zeros() };
        blocks.push((low, size - 1));
        low += size;
    }
    blocks
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_are_the_numbers_from_the_least_on() {
        for least in 0..=256u64 {
            let blocks = at_least(least, 8);
            let within = |n: u64| blocks.iter().filter(|(low, ones)| n & !ones == *low).count();
            for number in 0..256 {
                assert_eq!(within(number), usize::from(number >= least), "{number} of {least}: {blocks:?}");
            }
        }
    }
}
