//! Members and groups of action profiles as rows.

use std::collections::BTreeMap;

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, ActionProfileId, Event, PipelineKind};

use super::emit::Outcome;
use super::profile::ANY_SIZE;
use crate::{BitRange, Effect, Lookup, Next, Origin, Row, RowMatch};

/// A lookup whose micro-PC tells a member or a group of an action profile: each has its own.
#[derive(Clone, Debug)]
pub(super) struct PlacedPiece {
    pub(super) profile: ActionProfileId,
    pub(super) pipeline: PipelineKind,
    pub(super) slot: u8,
    /// By which rows name it before a member or a group is known; of [`Piece::Member`] also that of the row of a group
    /// without members.
    pub(super) pc: u16,
    pub(super) piece: Piece,
}

/// What is there.
#[derive(Clone, Debug)]
pub(super) enum Piece {
    /// A part of a group's hash.
    Hash { effect: Effect, next: Next, origin: Origin },
    /// The number of a group's member is looked up, in these bits.
    Position { index: BitRange, state_bits: u32, outcome: Outcome, empty: Next },
    /// A member's action.
    Member { outcomes: BTreeMap<ActionId, Outcome> },
}

impl PlacedPiece {
    /// What is looked up behind it.
    pub(super) fn nexts(&mut self) -> Vec<&mut Next> {
        match &mut self.piece {
            Piece::Hash { next, .. } => vec![next],
            Piece::Position { outcome, empty, .. } => vec![&mut outcome.next, empty],
            Piece::Member { outcomes } => outcomes.values_mut().map(|outcome| &mut outcome.next).collect(),
        }
    }

    /// The bits that each of its rows may change.
    pub(super) fn changes(&self) -> Vec<Bits> {
        match &self.piece {
            Piece::Hash { effect, .. } => vec![effect.changes()],
            Piece::Position { outcome, .. } => vec![outcome.template.changes()],
            Piece::Member { outcomes } => outcomes.values().map(|o| o.template.changes()).collect(),
        }
    }

    fn row(&self, pc: u16, matches: RowMatch, effect: Effect, next: Next, origin: Origin) -> Row {
        Row { pipeline: self.pipeline, slot: self.slot, pc, matches, effect, next, origin }
    }

    /// The row of a group with so many members; `to` turns the micro-PC of a piece into the group's own, `positions` into that
    /// under which its members are found.
    pub(super) fn group_row(
        &self,
        members: u64,
        to: &impl Fn(u16) -> u16,
        positions: &impl Fn(u16) -> u16,
    ) -> Option<Row> {
        let Piece::Hash { effect, next, origin } = &self.piece else { return None };
        let mut effect = effect.clone();
        if let Effect::Hash { modulus, .. } = &mut effect
            && *modulus == ANY_SIZE
        {
            *modulus = members.max(1);
        }
        let next = match next {
            Next::Lookup { lookup: Lookup::Exact, .. } => led(next, positions),
            _ => led(next, to),
        };
        Some(self.row(to(self.pc), RowMatch::Step, effect, next, origin.clone()))
    }

    /// The rows by which a group's members are found, in their order; `to` turns a piece's micro-PC into the group's own,
    /// `members` into a member's.
    pub(super) fn position_rows(
        &self,
        members: usize,
        to: &impl Fn(u16) -> u16,
        member: &impl Fn(usize, u16) -> u16,
    ) -> Vec<Row> {
        let Piece::Position { index, state_bits, outcome, empty } = &self.piece else { return Vec::new() };
        let pc = to(self.pc);
        let effect = || outcome.template.effect(&[]);
        let key = |number: usize| Bits::from_u64(*state_bits, number as u64).shl(index.offset as usize);
        if members == 0 {
            // As of a group with one member, the hash is 0 then.
            let next = empty.clone();
            return vec![self.row(pc, RowMatch::Exact(key(0)), effect(), next, outcome.origin.clone())];
        }
        (0..members)
            .map(|number| {
                let next = led(&outcome.next, &|pc| member(number, pc));
                self.row(pc, RowMatch::Exact(key(number)), effect(), next, outcome.origin.clone())
            })
            .collect()
    }

    /// The row of a member; `to` turns a piece's micro-PC into the member's own.
    pub(super) fn member_row(
        &self,
        action: ActionId,
        event: &Event,
        arguments: &[Bits],
        to: &impl Fn(u16) -> u16,
    ) -> Option<Row> {
        let Piece::Member { outcomes } = &self.piece else { return None };
        let outcome = outcomes.get(&action)?;
        let events = [event].into_iter().chain(&outcome.origin.events).cloned().collect();
        let origin = Origin { events, ..outcome.origin.clone() };
        let effect = outcome.template.effect(arguments);
        Some(self.row(to(self.pc), RowMatch::Step, effect, outcome.next.clone(), origin))
    }
}

/// A lookup with another micro-PC.
pub(super) fn led(next: &Next, to: &impl Fn(u16) -> u16) -> Next {
    match next {
        Next::Lookup { slot, pc, lookup: lookup @ (Lookup::Step | Lookup::Exact), key_mask } => {
            Next::Lookup { slot: *slot, pc: to(*pc), lookup: *lookup, key_mask: key_mask.clone() }
        }
        other => other.clone(),
    }
}
