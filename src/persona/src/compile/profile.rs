//! Action profiles: an entry, or a miss, tells a member or a group, and that tells the action.
//!
//! A member's action is a row of `step`, with a micro-PC of its own that the rows of entries name. A group is a row of
//! `step` too, which computes its hash modulo the number of its members; the next lookup finds the member's micro-PC by
//! that. So changing a member or a group changes no entry's rows.

use std::collections::BTreeMap;

use hyper4_bits::HashAlgorithm;
use hyper4_ir::{Program, Selector, Table, TableId, TableImplementation};

use super::Refusal;
use super::checksum::Input;
use super::context::Context;
use super::evaluate::Assumed;
use super::explore::Explorer;
use super::form::{Form, Word};
use super::hash::hash;
use super::number::Unsupported;
use super::site::{Body, MembersSite, ProfileStep, Rows, SiteId, Stage, Target, Transition};

/// Stands for the number of a group's members until a group is known.
pub(super) const ANY_SIZE: u64 = u64::MAX - 1;
/// Bits of a hash that count (`hash_t` in bmv2's action_profile.h).
const HASH_BITS: u32 = 32;

/// How a table's action profile chooses a member of a group; `None` where there are no groups.
pub(super) fn selector<'a>(program: &'a Program, table: &Table) -> Option<&'a Selector> {
    let TableImplementation::Profile(profile) = table.implementation else { return None };
    program.action_profiles.get(profile.index())?.selector.as_ref()
}

impl Explorer<'_> {
    /// Where the entries of a table with an action profile lead, by what they tell and whether the table hit.
    pub(super) fn chosen(
        &mut self,
        (id, table): (TableId, &Table),
        start: &Context,
    ) -> Result<BTreeMap<(ProfileStep, bool), Transition>, Refusal> {
        let group = selector(self.program, table).map(|_| ProfileStep::Hash);
        let mut chosen = BTreeMap::new();
        for step in [ProfileStep::Member].into_iter().chain(group) {
            for hit in [true, false] {
                let mut context = start.clone();
                context.construct = format!("table {}", table.name);
                context.source_info.clone_from(&table.source_info);
                let transition = self.straight(context, Stage::Profile(id, hit, step))?;
                chosen.insert((step, hit), transition);
            }
        }
        Ok(chosen)
    }

    /// What is looked up once an entry or a miss has told a member or a group.
    pub(super) fn profile_site(
        &mut self,
        (id, table): (TableId, &Table),
        hit: bool,
        step: ProfileStep,
        mut start: Context,
    ) -> Result<Body, Refusal> {
        start.construct = format!("action profile of table {}", table.name);
        start.source_info.clone_from(&table.source_info);
        match step {
            ProfileStep::Hash => {
                let known = start.known_now();
                let next = Stage::Profile(id, hit, ProfileStep::Position);
                let position = self.reach(next, Assumed::new(), None, &start.shape, known)?;
                let computed = self.selector_hash(&mut start, table, position);
                computed.map_err(|e| {
                    Refusal::new(start.construct.clone(), e.to_string()).at(table.source_info.as_ref())
                })?;
                let mut rows = Rows::new();
                self.finish(start, Target::Site(position), &mut rows)?;
                let hash = rows.pop().map(|(_, transition)| transition).unwrap_or_default();
                Ok(Body::Hash(id, Box::new(hash)))
            }
            ProfileStep::Position => {
                let member = self.straight(start, Stage::Profile(id, hit, ProfileStep::Member))?;
                Ok(Body::Position(id, Box::new(member)))
            }
            ProfileStep::Member => {
                let mut outcomes = BTreeMap::new();
                for action in &table.actions {
                    outcomes.insert(*action, self.outcome(id, table, Some(*action), hit, &start)?);
                }
                let nothing = self.outcome(id, table, None, false, &start)?;
                Ok(Body::Members(Box::new(MembersSite { table: id, outcomes, nothing })))
            }
        }
    }

    /// What leads to a stage and does nothing on the way.
    fn straight(&mut self, context: Context, stage: Stage) -> Result<Transition, Refusal> {
        let mut rows = Rows::new();
        self.cut(context, stage, Assumed::new(), &mut rows)?;
        Ok(rows.pop().map(|(_, transition)| transition).unwrap_or_default())
    }

    /// Put the hash by which a group's member is chosen into the cell of a site.
    fn selector_hash(
        &mut self,
        context: &mut Context,
        table: &Table,
        position: SiteId,
    ) -> Result<(), Unsupported> {
        let Some(selector) = selector(self.program, table) else { return Ok(()) };
        if selector.algorithm == HashAlgorithm::Identity {
            return Unsupported::new("its selector has algorithm `identity`, which the persona can't divide");
        }
        let inputs = self.inputs(context, &selector.inputs)?;
        let read = |input: &Input| match input {
            Input::State(bit) => context.read_bit(*bit),
            Input::Constant(bit) => Form::constant(*bit),
        };
        let input: Word = inputs.iter().map(read).collect();
        let value = hash(selector.algorithm, &input, 0, ANY_SIZE, self.terms)?;
        let word = value.store(HASH_BITS, self.terms);
        if let Some(cell) = self.cell(position, HASH_BITS) {
            context.write(cell, word);
        }
        Ok(())
    }
}
