//! Where a parse state goes on.

use hyper4_bits::Bits;

use super::{Case, KeyPart, State};
use crate::code::Pick;
use crate::fault::Fault;
use crate::layout::{FieldSlot, limbs};
use crate::recorder::Recorder;
use crate::wire;

/// A member of a value set as the limbs of a key, masked; `None` when it isn't as wide as the key.
pub(super) fn masked(member: &Bits, widths: &[u32], mask: &[u64]) -> Option<Box<[u64]>> {
    let mut high = member.width();
    if widths.iter().sum::<u32>() != high {
        return None;
    }
    let mut limbs = Vec::with_capacity(mask.len());
    for width in widths.iter().filter(|width| **width > 0) {
        limbs.extend_from_slice(member.slice(high - 1, high - width).limbs());
        high -= width;
    }
    Some(limbs.iter().zip(mask).map(|(limb, mask)| limb & mask).collect())
}

/// What a state selects on: simple_switch reads fields of invalid headers there.
pub(super) fn observe_key(
    state: &State,
    memory: &[u64],
    recorder: &mut Recorder,
    name: impl Fn() -> String,
) -> Result<(), Fault> {
    for part in &state.key {
        let (at, width) = match part {
            KeyPart::Field { at, width } => (*at, *width),
            KeyPart::Last { places, next, width } => (*Pick::Last(*next).of(places, memory)?, *width),
            KeyPart::Lookahead { .. } => continue,
        };
        let slot = FieldSlot { at, width, signed: false, valid: None, varbit: None };
        recorder.observe_field(&slot, memory, || format!("the select of parse state `{}`", name()));
    }
    Ok(())
}

/// Where a state goes on.
pub(super) fn select(
    state: &State,
    key: &mut Vec<u64>,
    memory: &[u64],
    packet: &[u8],
    bytes: usize,
) -> Result<Option<usize>, Fault> {
    if state.key.is_empty() {
        return Ok(state.otherwise);
    }
    if let ([KeyPart::Field { at, .. }], Some(small)) = (state.key.as_slice(), &state.small) {
        let limb = memory.get(*at as usize).copied().unwrap_or(0);
        let case = small.iter().find(|case| limb & case.mask == case.value);
        return Ok(case.map_or(state.otherwise, |case| case.next));
    }
    key.clear();
    for part in &state.key {
        match part {
            KeyPart::Field { at, width } => {
                let at = *at as usize;
                key.extend(memory.get(at..at + limbs(*width) as usize).unwrap_or_default());
            }
            KeyPart::Lookahead { offset, width } => {
                let start = key.len();
                key.resize(start + limbs(*width) as usize, 0);
                if let Some(target) = key.get_mut(start..) {
                    wire::read_limbs(packet, bytes * 8 + offset, *width, target);
                }
            }
            KeyPart::Last { places, next, width } => {
                let at = *Pick::Last(*next).of(places, memory)? as usize;
                key.extend(memory.get(at..at + limbs(*width) as usize).unwrap_or_default());
            }
        }
    }
    for case in &state.cases {
        match case {
            Case::Values { value, mask, next } => {
                let mut limbs = value.iter().zip(mask).zip(key.iter());
                if limbs.all(|((value, mask), key)| key & mask == *value) {
                    return Ok(*next);
                }
            }
            Case::Set { mask, members, next, .. } => {
                let key: smallvec::SmallVec<[u64; 4]> =
                    key.iter().zip(mask).map(|(limb, mask)| limb & mask).collect();
                if members.contains(key.as_slice()) {
                    return Ok(*next);
                }
            }
        }
    }
    Ok(state.otherwise)
}
