//! A guest's row as a command to the switch that runs the persona.

use hyper4_bits::Bits;
use hyper4_ir::{Command, MatchValue, PipelineKind, StandardField};

use crate::{Effect, Layout, Lookup, Next, Row, RowMatch, TableRole};

/// Where a device's rows lie.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Place {
    /// The device ID.
    pub id: u16,
    /// Its first slot of ingress: what follows another guest begins behind it.
    pub slot_base: u8,
    /// The slot in which it leaves ingress, where that is one behind all others: [`Layout::exit_slot`] and those behind it.
    pub exit: Option<u8>,
}

impl Place {
    /// A slot of a pipeline.
    fn slot(self, pipeline: PipelineKind, lookup: Lookup, slot: u8) -> u8 {
        match (pipeline, lookup, self.exit) {
            (PipelineKind::Egress, ..) => slot.saturating_add(Layout::EGRESS_SLOTS),
            (PipelineKind::Ingress, Lookup::Leave, Some(exit)) => exit,
            (PipelineKind::Ingress, ..) => slot.saturating_add(self.slot_base),
        }
    }
}

impl Row {
    /// The table it belongs to, the slots of ingress counted from `slot_base`: what follows another guest in ingress
    /// begins behind it, and in egress from the first slot on.
    pub fn table(&self, slot_base: u8) -> String {
        let slot = match self.pipeline {
            PipelineKind::Ingress => self.slot.saturating_add(slot_base),
            PipelineKind::Egress => self.slot,
        };
        Layout::table(self.pipeline, TableRole::Lookup(self.matches.lookup()), slot)
    }

    /// The command that adds it as a row of a device.
    pub fn command(&self, place: Place) -> Command {
        let lookup = self.matches.lookup();
        let point = match lookup {
            // The table looks at the micro-PC alone.
            Lookup::Step => MatchValue::Exact(Bits::from_u64(32, self.pc.into())),
            _ => MatchValue::Exact(next_bits(place.slot(self.pipeline, lookup, self.slot), lookup, self.pc)),
        };
        let mut key = vec![exact(16, place.id), point];
        let mut rank = None;
        match &self.matches {
            RowMatch::Step => {}
            RowMatch::Exact(value) => key.push(MatchValue::Exact(value.clone())),
            RowMatch::Lpm { value, prefix_length, skipped } => {
                let width = value.width();
                let value = value.shl(*skipped as usize);
                let value = value.slice(width - 1, width.saturating_sub(Layout::MAX_PREFIX_BITS));
                let prefix_length = prefix_length.saturating_sub(*skipped);
                key.push(MatchValue::Lpm { value, prefix_length });
            }
            RowMatch::Ternary { value, mask, priority } => {
                key.push(MatchValue::Ternary { value: value.clone(), mask: mask.clone() });
                rank = Some(*priority);
            }
        }
        let (action, mut arguments) = match self.effect.is_none() {
            true => ("look".to_owned(), Vec::new()),
            false => effect(&self.effect, self.pipeline),
        };
        arguments.extend(next_arguments(&self.next, self.pipeline, place, self.effect.state_bits()));
        let action = format!("{}.{action}", Layout::control(self.pipeline));
        Command::TableAdd { table: self.table(place.slot_base), key, action, arguments, priority: rank }
    }
}

/// What is next, the kind of lookup if its key has to be prepared, the mask of the key, and how far a prefix is shifted.
pub(crate) fn next_arguments(
    next: &Next,
    pipeline: PipelineKind,
    place: Place,
    state_bits: u32,
) -> [Bits; 4] {
    match next {
        Next::Lookup { slot, pc, lookup, key_mask } => {
            let prepared = match lookup {
                Lookup::Exact | Lookup::Lpm => *lookup as u64,
                _ => 0,
            };
            let next = next_bits(place.slot(pipeline, *lookup, *slot), *lookup, *pc);
            let shift = if *lookup == Lookup::Lpm { Layout::skipped(key_mask) } else { 0 };
            [next, Bits::from_u64(8, prepared), key_mask.clone(), Bits::from_u64(8, shift.into())]
        }
        Next::Done => [in_slot(Layout::DONE), Bits::zero(8), Bits::zero(state_bits), Bits::zero(8)],
    }
}

/// `next` for a lookup.
pub(crate) fn next_bits(slot: u8, lookup: Lookup, pc: u16) -> Bits {
    Bits::from_u64(32, Layout::next(slot, lookup as u8, pc).into())
}

/// `next` at the beginning of a slot.
pub(crate) fn in_slot(slot: u8) -> Bits {
    Bits::from_u64(32, Layout::next(slot, 0, 0).into())
}

/// The action's name and its first arguments.
pub(crate) fn effect(effect: &Effect, pipeline: PipelineKind) -> (String, Vec<Bits>) {
    match effect {
        Effect::Commit { keep, value } => ("commit".to_owned(), vec![keep.clone(), value.clone()]),
        Effect::Add { keep, value, add_mask, addend } => {
            ("commit_add".to_owned(), vec![keep.clone(), value.clone(), add_mask.clone(), addend.clone()])
        }
        Effect::Move { keep, value, left_mask, left, right_mask, right } => {
            let mut arguments = vec![keep.clone(), value.clone(), left_mask.clone()];
            arguments.extend(shift_amounts(*left));
            arguments.push(right_mask.clone());
            arguments.extend(shift_amounts(*right));
            ("commit_move".to_owned(), arguments)
        }
        Effect::Checksum { sum_mask, to, keep, value, right_mask, right } => {
            let mut arguments = vec![keep.clone(), value.clone(), sum_mask.clone()];
            arguments.extend(shift_amounts(*to));
            arguments.push(right_mask.clone());
            arguments.extend(shift_amounts(*right));
            ("commit_checksum".to_owned(), arguments)
        }
        Effect::Compute {
            operation,
            keep,
            value,
            a_mask,
            a_value,
            b_mask,
            b_shift,
            b_value,
            result_mask,
            result_shift,
        } => {
            let mut arguments = [keep, value, a_mask, a_value, b_mask].map(Clone::clone).to_vec();
            arguments.extend(both_ways(*b_shift));
            arguments.extend([b_value.clone(), result_mask.clone()]);
            arguments.extend(both_ways(*result_shift));
            (operation.action().to_owned(), arguments)
        }
        Effect::Hash {
            algorithm,
            keep,
            value,
            input_mask,
            input_shift,
            input_value,
            base,
            modulus,
            result_mask,
            result_shift,
        } => {
            let mut arguments = [keep, value, input_mask].map(Clone::clone).to_vec();
            arguments.extend(both_ways(*input_shift));
            arguments.extend([input_value.clone(), Bits::from_u64(64, *base), Bits::from_u64(64, *modulus)]);
            arguments.push(result_mask.clone());
            arguments.extend(both_ways(*result_shift));
            (format!("commit_{}", algorithm.bmv2_name()), arguments)
        }
        Effect::State { keep, value, access, index, data } => {
            let mut arguments = vec![keep.clone(), value.clone(), Bits::from_u64(16, access.code().into())];
            for (operand, width) in [(index, 32), (data, 64)] {
                arguments.push(operand.mask.clone());
                arguments.extend(shift_amounts(operand.shift));
                arguments.push(Bits::from_u64(width, operand.constant));
            }
            ("commit_state".to_owned(), arguments)
        }
        Effect::Load { keep, value, data_mask, to } => {
            let mut arguments = vec![keep.clone(), value.clone(), Bits::from_u64(64, *data_mask)];
            arguments.extend(shift_amounts(*to));
            ("commit_load".to_owned(), arguments)
        }
        Effect::Standard { keep, value, field, to } => {
            let mut arguments = vec![keep.clone(), value.clone()];
            let mask = |(of, width): &(StandardField, u32)| {
                if of == field { Bits::ones(*width) } else { Bits::zero(*width) }
            };
            arguments.extend(Effect::standard_fields(pipeline).iter().map(mask));
            arguments.extend(shift_amounts(*to));
            ("commit_standard".to_owned(), arguments)
        }
    }
}

impl Effect {
    /// Which arguments of its action are the value, the left operand's value, and the right one's or the addend: what an
    /// entry's arguments go to. Operands that it doesn't have are said as the value.
    pub(crate) fn open_arguments(&self) -> [usize; 3] {
        match self {
            Self::Commit { .. }
            | Self::Move { .. }
            | Self::Checksum { .. }
            | Self::State { .. }
            | Self::Load { .. }
            | Self::Standard { .. } => [1, 1, 1],
            Self::Add { .. } => [1, 1, 3],
            Self::Compute { .. } => [1, 3, 15],
            Self::Hash { .. } => [1, 13, 1],
        }
    }
}

/// A distance as five amounts of 8 bits: the back end for simple_switch allows no wider run-time amount.
fn shift_amounts(distance: u32) -> [Bits; 5] {
    let mut left = distance;
    std::array::from_fn(|_| {
        let part = left.min(255);
        left -= part;
        Bits::from_u64(8, part.into())
    })
}

/// The amounts of a shift to the left, then of one to the right; one of both by 0.
fn both_ways(distance: i32) -> impl Iterator<Item = Bits> {
    let amount =
        |towards_front: bool| if (distance > 0) == towards_front { distance.unsigned_abs() } else { 0 };
    shift_amounts(amount(true)).into_iter().chain(shift_amounts(amount(false)))
}

pub(crate) fn exact(width: u32, value: u16) -> MatchValue {
    MatchValue::Exact(Bits::from_u64(width, value.into()))
}

pub(crate) fn port_bits(port: u16) -> Bits {
    Bits::from_u64(9, port.into())
}

/// The tables of an ingress or egress slot, in the order in which the persona declares them.
pub(crate) fn slot_roles(layout: &Layout, pipeline: PipelineKind) -> Vec<TableRole> {
    let mut roles: Vec<TableRole> =
        [Lookup::Step, Lookup::Exact, Lookup::Lpm, Lookup::Ternary].map(TableRole::Lookup).into();
    if layout.config().has_state() {
        roles.push(TableRole::State);
    }
    if pipeline == PipelineKind::Ingress {
        roles.extend([TableRole::Leave, TableRole::LeaveMulticast]);
    }
    roles
}
