//! From the sites of action profiles to what their members' and groups' rows are made of.

use std::collections::BTreeMap;

use hyper4_ir::{TableId, TableImplementation};

use super::Refusal;
use super::emit::{Emitted, Emitter, Location, Outcome};
use super::member::{Piece, PlacedPiece};
use super::profile::ANY_SIZE;
use super::site::{SiteId, Target, Transition};
use super::template::Template;
use crate::{BitRange, Effect, Lookup, Next, Origin};

impl Emitter<'_> {
    pub(super) fn piece(&self, table: TableId, here: &Location, piece: Piece, emitted: &mut Emitted) {
        let table = self.program.tables.get(table.index());
        if let Some(TableImplementation::Profile(profile)) = table.map(|t| t.implementation) {
            let (pipeline, slot, pc) = (self.pipeline, here.slot, here.pc);
            emitted.pieces.push(PlacedPiece { profile, pipeline, slot, pc, piece });
        }
    }

    /// A group's hash: as many rows as it needs effects, each of which has to know the group by its micro-PC.
    #[allow(clippy::too_many_arguments, reason = "all of it is the lookup and what surrounds it")]
    pub(super) fn hash(
        &self,
        table: TableId,
        transition: Transition,
        effects: Vec<Template>,
        here: &Location,
        locations: &BTreeMap<SiteId, Location>,
        next_pc: &mut u16,
        emitted: &mut Emitted,
    ) -> Result<(), Refusal> {
        let hashes = |t: &&Template| matches!(t.effect, Effect::Hash { modulus, .. } if modulus == ANY_SIZE);
        let position = match transition.target {
            Target::Site(id) => locations.get(&id),
            Target::End | Target::Again => None,
        };
        let (Some(position), 1) = (position, effects.iter().filter(hashes).count()) else {
            let reason = "its selector hashes nothing of the packet";
            return Err(Refusal::new(transition.construct, reason).at(transition.source_info.as_ref()));
        };
        let mut next = Next::Lookup {
            slot: position.slot,
            pc: position.pc,
            lookup: position.lookup,
            key_mask: position.key_mask.clone(),
        };
        let origin = Origin {
            construct: transition.construct,
            source_info: transition.source_info,
            ..Origin::default()
        };
        for (slot, template) in (here.slot..).zip(effects).collect::<Vec<_>>().into_iter().rev() {
            let pc = if slot == here.slot { here.pc } else { self.take_pc(next_pc)? };
            let here = Location { slot, pc, lookup: Lookup::Step, key_mask: self.zero() };
            let piece = Piece::Hash { effect: template.effect(&[]), next, origin: origin.clone() };
            self.piece(table, &here, piece, emitted);
            next = Next::Lookup { slot, pc, lookup: Lookup::Step, key_mask: self.zero() };
        }
        Ok(())
    }

    /// The number of a group's member, which an earlier row has put there.
    pub(super) fn position(
        &self,
        table: TableId,
        outcome: Outcome,
        cell: Option<BitRange>,
        here: &Location,
        emitted: &mut Emitted,
    ) {
        let Some(cell) = cell else { return };
        let (index, state_bits) = (self.range(cell), self.layout.state_bits());
        let empty = outcome.next.clone();
        self.piece(table, here, Piece::Position { index, state_bits, outcome, empty }, emitted);
    }
}
