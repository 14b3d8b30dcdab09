//! Members and groups of a guest's action profiles: whose rows are whose is told by micro-PCs that the guest itself doesn't
//! use, a block of them for each number.

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, ActionProfileId, ProfileTarget};

use super::Refusal;
use super::emit::Outcome;
use super::entry::PlacedTable;
use super::guest::Guest;
use super::member::led;
use super::site::ProfileStep;
use crate::Row;

/// Tells the rows of a member, of a group, or of a group's members in their order, from those of all others. Given out by
/// who installs them; none is given twice at the same time.
pub type ProfileNumber = u16;

/// What a table does on a miss.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MissAction<'a> {
    /// An action with its arguments.
    Action(ActionId, &'a [Bits]),
    /// What a member or a group of its action profile does, by its number.
    Profile(ProfileTarget, ProfileNumber),
}

impl Guest {
    /// How many numbers there are for members and groups.
    pub fn profile_numbers(&self) -> u16 {
        let pieces = u16::try_from(self.pieces.len()).unwrap_or(u16::MAX).max(1);
        (u16::MAX - self.last_pc()) / pieces
    }

    /// The greatest micro-PC of rows that are there from the start.
    fn last_pc(&self) -> u16 {
        let rows = self.fixed_rows.iter().chain(&self.egress_prologue).map(|row| row.pc);
        let tables = self.tables.values().flatten().map(|place| place.pc);
        rows.chain(tables).chain(self.pieces.iter().map(|piece| piece.pc)).max().unwrap_or(0)
    }

    /// Turns the micro-PC of a piece, as the guest's own rows name it, into that of a number.
    fn numbered(&self, pipeline: hyper4_ir::PipelineKind, number: ProfileNumber) -> impl Fn(u16) -> u16 {
        let first = self.last_pc().saturating_add(1);
        let of_pipeline = self.pieces.iter().enumerate().filter(move |(_, piece)| piece.pipeline == pipeline);
        let places: Vec<(u16, u16)> =
            of_pipeline.map(|(index, piece)| (piece.pc, u16::try_from(index).unwrap_or(u16::MAX))).collect();
        let stride = u16::try_from(self.pieces.len()).unwrap_or(u16::MAX);
        move |pc| match places.iter().find(|(known, _)| *known == pc) {
            Some((_, index)) => first.saturating_add(number.saturating_mul(stride)).saturating_add(*index),
            None => pc,
        }
    }

    /// What an entry, or a default, that refers to an action profile leads to.
    pub(super) fn chosen(
        &self,
        place: &PlacedTable,
        target: ProfileTarget,
        hit: bool,
        number: ProfileNumber,
        construct: &dyn Fn() -> String,
    ) -> Result<Outcome, Refusal> {
        let step = match target {
            ProfileTarget::Member(_) => ProfileStep::Member,
            ProfileTarget::Group(_) => ProfileStep::Hash,
        };
        let outcome = place.chosen.get(&(step, hit));
        let outcome =
            outcome.ok_or_else(|| Refusal::new(construct(), "the table has no action profile with such"))?;
        let next = led(&outcome.next, &self.numbered(place.pipeline, number));
        Ok(Outcome { next, ..outcome.clone() })
    }

    /// The rows of a member.
    ///
    /// # Errors
    /// A [`Refusal`] when the action isn't the profile's or the arguments don't fit it.
    pub fn member_rows(
        &self,
        profile: ActionProfileId,
        number: ProfileNumber,
        action: ActionId,
        arguments: &[Bits],
    ) -> Result<Vec<Row>, Refusal> {
        self.check_arguments(action, arguments, &|| "member of an action profile".to_owned())?;
        let event = self.action_event(action, arguments);
        let pieces = self.pieces.iter().filter(|piece| piece.profile == profile);
        let rows = pieces.filter_map(|piece| {
            piece.member_row(action, &event, arguments, &self.numbered(piece.pipeline, number))
        });
        Ok(rows.collect())
    }

    /// The rows of a group with so many members, which are found under another number.
    pub fn group_rows(
        &self,
        profile: ActionProfileId,
        number: ProfileNumber,
        positions: ProfileNumber,
        members: usize,
    ) -> Vec<Row> {
        let pieces = self.pieces.iter().filter(|piece| piece.profile == profile);
        let rows = pieces.filter_map(|piece| {
            let own = self.numbered(piece.pipeline, number);
            let positions = self.numbered(piece.pipeline, positions);
            piece.group_row(members as u64, &own, &positions)
        });
        rows.collect()
    }

    /// The rows by which the members of a group are found, in their order, by their numbers.
    pub fn position_rows(
        &self,
        profile: ActionProfileId,
        positions: ProfileNumber,
        members: &[ProfileNumber],
    ) -> Vec<Row> {
        let pieces = self.pieces.iter().filter(|piece| piece.profile == profile);
        let rows = pieces.flat_map(|piece| {
            let own = self.numbered(piece.pipeline, positions);
            let member = |index: usize, pc: u16| {
                members.get(index).map_or(pc, |number| self.numbered(piece.pipeline, *number)(pc))
            };
            piece.position_rows(members.len(), &own, &member)
        });
        rows.collect()
    }
}
