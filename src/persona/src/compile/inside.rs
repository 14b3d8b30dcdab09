//! A guest whose ports lead to other guests: its egress pipeline runs in ingress slots too.
//!
//! The switch's egress pipeline runs where packets leave the switch, and a packet that goes on to another guest doesn't
//! leave it. What lies between the pipelines is little where there is one copy: the port that was chosen becomes
//! `egress_port`, and `egress_spec` begins at 0. So the egress rows are there twice: in egress slots for the copies of
//! multicast groups, and behind the guest's ingress for the packet itself.
//!
//! ```text
//!   ingress … │ decide │ egress …                      │ end │ leave
//!             └ drop, groups: leave in the next slot
//! ```

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_ir::{Event, PipelineKind, StandardField};

use super::entry::PlacedTable;
use super::member::PlacedPiece;
use super::{Guest, Refusal, compile_for};
use crate::{Effect, Layout, Lookup, Next, Origin, Row, RowMatch};

/// `egress_spec` that drops.
const DROP_PORT: u64 = 511;

/// Where the ways part, and where they end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Inside {
    /// Slots in which packets that are dropped or copied leave.
    pub early_slots: Vec<u8>,
    /// Slots in which a way is chosen.
    decide_slots: Vec<u8>,
    decide_pc: u16,
    egress_start: Next,
    end_slot: u8,
    end_pc: u16,
}

impl Guest {
    /// This guest with its egress pipeline in ingress slots; one without an egress pipeline is as it was. What its ports
    /// lead to is in [`Guest::inside_rows`].
    ///
    /// # Errors
    /// A [`Refusal`] when it writes `egress_port`, by which the packet still has to find its way, or has no room.
    pub fn with_egress_inside(&self, layout: &Layout) -> Result<Self, Refusal> {
        if self.egress_start.is_none() {
            return Ok(self.clone());
        }
        let wanted = [Layout::EGRESS_SPEC, Layout::EGRESS_PORT];
        compile_for(Arc::clone(&self.program), layout, &wanted)?.moved_inside(layout)
    }

    fn moved_inside(&self, layout: &Layout) -> Result<Self, Refusal> {
        let Some(start) = &self.egress_start else { return Ok(self.clone()) };
        let refused = |reason: &str| Refusal::new(format!("egress of {}", self.program.name), reason);
        self.check_port_kept(layout).map_err(refused)?;
        self.check_standard().map_err(refused)?;
        let prologue = self.egress_prologue.iter().map(|row| row.pc);
        let pcs = |pipeline| {
            let rows = self.rows_of(pipeline).map(|row| row.pc);
            rows.chain(self.pcs_of(pipeline)).chain(prologue.clone()).max()
        };
        let offset = pcs(PipelineKind::Ingress).unwrap_or(0);
        let last = offset.checked_add(pcs(PipelineKind::Egress).unwrap_or(0));
        let pcs = last.and_then(|last| Some((last.checked_add(1)?, last.checked_add(2)?)));
        let (decide_pc, end_pc) = pcs.ok_or_else(|| refused("it has too many program points"))?;
        let base = self.slots;
        let end = base.checked_add(self.egress_slots).filter(|end| *end < Layout::DONE - 2);
        let end_slot = end.ok_or_else(|| refused("it has too many slots"))?;

        let zero = Bits::zero(layout.state_bits());
        let go = |slot, pc| Next::Lookup { slot, pc, lookup: Lookup::Ternary, key_mask: zero.clone() };
        // What led out of ingress leads to the decision in the same slot.
        let decide = |next: &Next| match next {
            Next::Lookup { slot, lookup: Lookup::Leave, .. } => go(*slot, decide_pc),
            other => other.clone(),
        };
        let moved = |next: &Next| match next {
            Next::Done => go(end_slot, end_pc),
            Next::Lookup { slot, pc, lookup, key_mask } => Next::Lookup {
                slot: slot.saturating_add(base),
                pc: pc.saturating_add(offset),
                lookup: *lookup,
                key_mask: key_mask.clone(),
            },
        };
        let mut fixed_rows = Vec::new();
        let inside_row = |row: &Row| Row {
            pipeline: PipelineKind::Ingress,
            slot: row.slot.saturating_add(base),
            pc: row.pc.saturating_add(offset),
            next: moved(&row.next),
            ..row.clone()
        };
        for row in &self.fixed_rows {
            match row.pipeline {
                PipelineKind::Ingress => fixed_rows.push(Row { next: decide(&row.next), ..row.clone() }),
                PipelineKind::Egress => fixed_rows.extend([row.clone(), inside_row(row)]),
            }
        }
        fixed_rows.extend(self.egress_prologue.as_ref().map(inside_row));
        let mut tables = self.tables.clone();
        for places in tables.values_mut() {
            let copies: Vec<PlacedTable> =
                places.iter().filter(|p| p.pipeline == PipelineKind::Egress).cloned().collect();
            for place in places.iter_mut().filter(|p| p.pipeline == PipelineKind::Ingress) {
                place.nexts().for_each(|next| *next = decide(next));
            }
            places.extend(copies.into_iter().map(|mut place| {
                place.pipeline = PipelineKind::Ingress;
                place.slot = place.slot.saturating_add(base);
                place.pc = place.pc.saturating_add(offset);
                place.nexts().for_each(|next| *next = moved(next));
                place
            }));
        }
        let mut pieces = self.pieces.clone();
        for piece in pieces.iter_mut().filter(|p| p.pipeline == PipelineKind::Ingress) {
            piece.nexts().into_iter().for_each(|next| *next = decide(next));
        }
        let in_egress = self.pieces.iter().filter(|p| p.pipeline == PipelineKind::Egress).cloned();
        pieces.extend(in_egress.map(|mut piece| {
            piece.pipeline = PipelineKind::Ingress;
            piece.slot = piece.slot.saturating_add(base);
            piece.pc = piece.pc.saturating_add(offset);
            piece.nexts().into_iter().for_each(|next| *next = moved(next));
            piece
        }));
        let mut accesses = self.accesses.clone();
        accesses.extend(
            self.accesses
                .iter()
                .filter(|(pipeline, ..)| *pipeline == PipelineKind::Egress)
                .map(|(_, slot, access)| (PipelineKind::Ingress, slot.saturating_add(base), *access)),
        );
        let start = match &self.egress_prologue {
            Some(Row { slot, pc, .. }) => {
                Next::Lookup { slot: *slot, pc: *pc, lookup: Lookup::Step, key_mask: zero.clone() }
            }
            None => start.next.clone(),
        };
        let inside = Inside {
            early_slots: self.leave_slots.iter().map(|slot| slot + 1).collect(),
            decide_slots: self.leave_slots.clone(),
            decide_pc,
            egress_start: moved(&start),
            end_slot,
            end_pc,
        };
        Ok(Self {
            leave_slots: vec![end_slot + 1],
            slots: end_slot + 2,
            accesses,
            fixed_rows,
            tables,
            pieces,
            inside: Some(inside),
            ..self.clone()
        })
    }

    /// Where the ways part, of a guest [with its egress inside](Guest::with_egress_inside).
    pub fn inside(&self) -> Option<&Inside> {
        self.inside.as_ref()
    }

    /// The rows that choose the way of a packet between its pipelines, and at the end. `linked` are the ports that lead
    /// somewhere.
    pub fn inside_rows(&self, layout: &Layout, linked: &[u16]) -> Vec<Row> {
        let Some(inside) = &self.inside else { return Vec::new() };
        let (spec, port, group) = (Layout::EGRESS_SPEC, Layout::EGRESS_PORT, Layout::MCAST_GRP);
        let width = layout.state_bits();
        let zero = Bits::zero(width);
        let at = |range: crate::BitRange, value: u64| Bits::from_u64(width, value).shl(range.offset as usize);
        let no_group = layout.mask(group);
        let unicast = layout.mask(spec).or(&no_group);
        let leave = |slot| Next::Lookup { slot, pc: 0, lookup: Lookup::Leave, key_mask: zero.clone() };
        let stay = Effect::Commit { keep: Bits::ones(width), value: zero.clone() };
        let begin = layout.mask(spec).or(&layout.mask(port)).not();
        let told = |way: Event| vec![way, Event::Pipeline("egress".to_owned())];
        let mut rows = Vec::new();
        for slot in &inside.decide_slots {
            let mut priority = 0;
            let mut row = |value: Bits, mask: &Bits, effect: Effect, next: Next, events: Vec<Event>| {
                priority += 1;
                let matches = RowMatch::Ternary { value, mask: mask.clone(), priority };
                rows.push(self.way(*slot, inside.decide_pc, matches, effect, next, events));
            };
            row(at(spec, DROP_PORT), &unicast, stay.clone(), leave(slot + 1), Vec::new());
            for linked in linked {
                let number = u64::from(*linked);
                let effect = Effect::Commit { keep: begin.clone(), value: at(port, number) };
                let next = inside.egress_start.clone();
                row(at(spec, number), &unicast, effect, next, told(Event::Unicast(*linked)));
            }
            let copied = Effect::Move {
                keep: begin.clone(),
                value: zero.clone(),
                left_mask: layout.mask(spec),
                left: port.offset - spec.offset,
                right_mask: zero.clone(),
                right: 0,
            };
            row(zero.clone(), &no_group, copied, inside.egress_start.clone(), told(Event::Unlinked));
            row(zero.clone(), &zero, stay.clone(), leave(slot + 1), Vec::new());
        }
        let mut end = |value: Bits, mask: Bits, priority: u32, effect: Effect| {
            let matches = RowMatch::Ternary { value, mask, priority };
            let next = leave(inside.end_slot + 1);
            rows.push(self.way(inside.end_slot, inside.end_pc, matches, effect, next, Vec::new()));
        };
        let ungrouped = Effect::Commit { keep: no_group.not(), value: zero.clone() };
        end(at(spec, DROP_PORT), layout.mask(spec), 1, ungrouped);
        let by_port = Effect::Move {
            keep: unicast.not(),
            value: zero.clone(),
            left_mask: zero.clone(),
            left: 0,
            right_mask: layout.mask(port),
            right: port.offset - spec.offset,
        };
        end(zero.clone(), zero.clone(), 2, by_port);
        rows
    }

    fn way(
        &self,
        slot: u8,
        pc: u16,
        matches: RowMatch,
        effect: Effect,
        next: Next,
        events: Vec<Event>,
    ) -> Row {
        let construct = format!("between the pipelines of {}", self.program.name);
        let origin = Origin { construct, events, ..Origin::default() };
        Row { pipeline: PipelineKind::Ingress, slot, pc, matches, effect, next, origin }
    }

    fn rows_of(&self, pipeline: PipelineKind) -> impl Iterator<Item = &Row> {
        self.fixed_rows.iter().chain(&self.egress_prologue).filter(move |row| row.pipeline == pipeline)
    }

    fn pcs_of(&self, pipeline: PipelineKind) -> impl Iterator<Item = u16> {
        let places = self.tables.values().flatten().filter(move |place| place.pipeline == pipeline);
        let pieces = self.pieces.iter().filter(move |piece| piece.pipeline == pipeline);
        places.map(|place| place.pc).chain(pieces.map(|piece| piece.pc))
    }

    /// What the switch says of a packet in egress, it says where the packet leaves the switch.
    fn check_standard(&self) -> Result<(), &'static str> {
        let same = [StandardField::PacketLength, StandardField::InstanceType];
        let fine = |row: &Row| match &row.effect {
            Effect::Standard { field, .. } => same.contains(field),
            _ => true,
        };
        if self.rows_of(PipelineKind::Egress).all(fine) {
            return Ok(());
        }
        Err("it reads times, queues or copies' ids, so that it can't stand before another virtual device")
    }

    /// The packet goes on by the port that was chosen, whatever the program writes over its number.
    fn check_port_kept(&self, layout: &Layout) -> Result<(), &'static str> {
        let port = layout.mask(Layout::EGRESS_PORT);
        let places = self.tables.values().flatten().filter(|place| place.pipeline == PipelineKind::Egress);
        let by_tables = places.flat_map(PlacedTable::changes);
        let rows = self.rows_of(PipelineKind::Egress).chain(&self.egress_prologue);
        let by_rows = rows.map(|row| row.effect.changes());
        let pieces = self.pieces.iter().filter(|piece| piece.pipeline == PipelineKind::Egress);
        let by_pieces = pieces.flat_map(PlacedPiece::changes);
        if by_rows.chain(by_tables).chain(by_pieces).all(|changed| changed.and(&port).is_zero()) {
            return Ok(());
        }
        Err("it writes `egress_port`, so that it can't stand before another virtual device")
    }
}
