//! What a guest does first in a pipeline, and the operator's rows can do with what they do anyway.

use hyper4_bits::Bits;
use hyper4_ir::PipelineKind;

use super::guest::Guest;
use crate::{BitRange, Effect, EgressStart, Layout, Lookup, Next, Origin, Row, RowMatch};

/// Rows of a first lookup at most that operator's rows take over: there are as many for each port.
const MOST_ENTRANCES: usize = 16;

/// How an egress begins that asks first whether the packet goes back to where it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EgressSplit {
    /// Where it does.
    pub back: (EgressStart, Origin),
    /// Where it doesn't.
    pub onward: (EgressStart, Origin),
}

impl EgressStart {
    /// Nothing is done in egress.
    pub fn ends(&self) -> bool {
        self.next == Next::Done && self.effect.is_none()
    }

    /// The packet is dropped.
    pub fn drops(&self) -> bool {
        let Effect::Commit { keep, value } = &self.effect else { return false };
        let spec = Layout::EGRESS_SPEC;
        let is = |bit: u32| !keep.bit(bit) && value.bit(bit);
        self.next == Next::Done && (spec.offset..spec.end()).all(is)
    }
}

impl Guest {
    /// The rows of its first lookup in ingress, the first one that matches wins, where the rows by which packets enter can
    /// do what they do. Empty where they can't.
    pub fn entrances(&self) -> Vec<&Row> {
        let (slot, pc, lookup) = self.start;
        let first = |row: &&Row| {
            row.pipeline == PipelineKind::Ingress
                && (row.slot, row.pc, row.matches.lookup()) == (slot, pc, lookup)
        };
        let mut rows: Vec<&Row> = self.fixed_rows.iter().filter(first).collect();
        // The port may be written by the same row.
        let beside = |masks: &[&Bits]| {
            let port = Layout::INGRESS_PORT;
            (port.offset..port.end()).all(|bit| masks.iter().all(|mask| !mask.bit(bit)))
        };
        let does = |row: &&Row| match &row.effect {
            Effect::Commit { .. } => true,
            Effect::Move { left_mask, right_mask, .. } => beside(&[left_mask, right_mask]),
            Effect::Checksum { sum_mask, right_mask, .. } => beside(&[sum_mask, right_mask]),
            _ => false,
        };
        let own_port = |row: &&Row| match &row.matches {
            RowMatch::Ternary { mask, .. } => {
                let port = Layout::INGRESS_PORT;
                (port.offset..port.end()).any(|bit| mask.bit(bit))
            }
            _ => false,
        };
        let stays = |row: &&Row| {
            let changed = row.effect.changes();
            let port = Layout::INGRESS_PORT;
            (port.offset..port.end()).all(|bit| !changed.bit(bit))
        };
        let fit = matches!(lookup, Lookup::Ternary | Lookup::Step) && rows.len() <= MOST_ENTRANCES;
        if !fit || !rows.iter().all(|row| does(row) && stays(row) && !own_port(row)) {
            return Vec::new();
        }
        rows.sort_by_key(|row| match &row.matches {
            RowMatch::Ternary { priority, .. } => *priority,
            _ => 0,
        });
        rows
    }

    /// How its egress begins, where it asks first whether the packet goes back to where it came from.
    pub fn egress_split(&self) -> Option<EgressSplit> {
        let prologue = self.egress_prologue.as_ref()?;
        let cell = compared_ports(&prologue.effect)?;
        let Next::Lookup { pc, lookup: Lookup::Ternary, .. } = &prologue.next else { return None };
        let mut rows: Vec<(u32, &Row)> = self
            .fixed_rows
            .iter()
            .filter(|row| row.pipeline == PipelineKind::Egress && row.pc == *pc)
            .filter_map(|row| match &row.matches {
                RowMatch::Ternary { priority, .. } => Some((*priority, row)),
                _ => None,
            })
            .collect();
        rows.sort_by_key(|(priority, _)| *priority);
        let [(_, back), (_, onward)] = rows.as_slice() else { return None };
        let asks = |row: &Row, asked: &dyn Fn(u32) -> bool| match &row.matches {
            RowMatch::Ternary { value, mask, .. } => {
                value.is_zero() && (0..mask.width()).all(|bit| mask.bit(bit) == asked(bit))
            }
            _ => false,
        };
        let compared = |bit: u32| (cell.offset..cell.end()).contains(&bit);
        if !asks(back, &compared) || !asks(onward, &|_| false) {
            return None;
        }
        let start = |row: &Row| -> Option<(EgressStart, Origin)> {
            // What was compared isn't there.
            let reads = match &row.effect {
                Effect::Commit { .. } => false,
                Effect::Move { left_mask, right_mask, .. } => {
                    (cell.offset..cell.end()).any(|bit| left_mask.bit(bit) || right_mask.bit(bit))
                }
                _ => true,
            };
            let start = EgressStart { effect: row.effect.clone(), next: row.next.clone() };
            let goes = start.next != Next::Done || start.ends() || start.drops();
            let events = prologue.origin.events.iter().chain(&row.origin.events).cloned().collect();
            (!reads && goes).then(|| (start, Origin { events, ..row.origin.clone() }))
        };
        Some(EgressSplit { back: start(back)?, onward: start(onward)? })
    }
}

/// Where an effect puts the exclusive or of the ports by which a packet came in and leaves, if that is all it does.
fn compared_ports(effect: &Effect) -> Option<BitRange> {
    let Effect::Move { keep, value, left_mask, left, right_mask, right } = effect else { return None };
    let width = keep.width();
    let changed = effect.changes();
    let offset = (0..width).find(|bit| changed.bit(*bit))?;
    let cell = BitRange { offset, width: Layout::INGRESS_PORT.width };
    let is = |bit: u32| {
        let own = keep.bit(bit).then_some(bit);
        let from_left = bit.checked_sub(*left).filter(|from| left_mask.bit(*from));
        let from_right = bit.checked_add(*right).filter(|from| *from < width && right_mask.bit(*from));
        let mut sources: Vec<u32> = [own, from_left, from_right].into_iter().flatten().collect();
        sources.sort_unstable();
        let ports = |number: u32| [Layout::INGRESS_PORT.offset + number, Layout::EGRESS_PORT.offset + number];
        let expected = match (cell.offset..cell.end()).contains(&bit) {
            true => sources == ports(bit - cell.offset),
            false => sources == [bit] && !changed.bit(bit),
        };
        expected && !value.bit(bit)
    };
    (cell.end() <= width && (0..width).all(is)).then_some(cell)
}
