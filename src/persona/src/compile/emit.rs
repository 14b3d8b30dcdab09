//! From sites to rows: slots, micro-PCs, effects.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use hyper4_bits::Bits;
use hyper4_ir::{ActionId, PipelineKind, Program, TableId};

use super::Refusal;
use super::allocate::{Places, Sites};
use super::computation::{Machine, carry_out};
use super::entry::PlacedTable;
use super::form::{Bit, Form};
use super::member::{Piece, PlacedPiece};
use super::passes::{Beginning, Landing};
use super::site::{Body, SiteId, Target, Transition};
use super::standard::StandardLoad;
use super::template::Template;
use super::term::Terms;
use crate::{BitRange, Effect, Layout, Lookup, Next, Origin, Row, RowMatch, StateAccess};

/// What a row does, but for an entry's arguments.
#[derive(Clone, Debug)]
pub(super) struct Outcome {
    pub(super) template: Template,
    pub(super) next: Next,
    pub(super) origin: Origin,
}

/// A pipeline of a guest, as rows.
#[derive(Clone, Debug, Default)]
pub(super) struct Emitted {
    pub(super) start: (u8, u16, Option<Lookup>),
    pub(super) rows: Vec<Row>,
    pub(super) tables: Vec<(TableId, PlacedTable)>,
    /// What leads to the actions of action profiles.
    pub(super) pieces: Vec<PlacedPiece>,
    /// The slots after which it ends.
    pub(super) end_slots: Vec<u8>,
    /// Slots that it uses.
    pub(super) slots: u8,
    /// The steps so far, so that what is done alike is done by the same rows.
    steps: HashMap<(u8, Effect, Next), u16>,
    /// The slots in which accesses to state are made.
    pub(super) accesses: BTreeSet<(u8, StateAccess)>,
    /// Where packets go on that go through it again.
    pub(super) landings: Vec<Landing>,
}

/// What is needed to turn sites into rows.
pub(super) struct Emitter<'a> {
    pub(super) program: &'a Program,
    pub(super) layout: &'a Layout,
    pub(super) pipeline: PipelineKind,
    pub(super) terms: &'a Terms,
    pub(super) places: &'a Places,
}

/// Where a site has got to.
#[derive(Clone, Debug)]
pub(super) struct Location {
    pub(super) slot: u8,
    pub(super) pc: u16,
    pub(super) lookup: Lookup,
    pub(super) key_mask: Bits,
}

impl Emitter<'_> {
    /// All rows of a pipeline, which begins by taking those fields in.
    pub(super) fn emit(&self, mut sites: Sites, loads: &[StandardLoad]) -> Result<Emitted, Refusal> {
        let (available, first) = (usize::from(self.layout.slots(self.pipeline)), loads.len());
        let mut effects = self.all_effects(&mut sites)?;
        let (mut slots, needed) = self.slots(&mut sites, &effects, first);
        let mut landings = Vec::new();
        if needed > available {
            let split = self.split(sites, effects, first, needed)?;
            (sites, effects, landings) = (split.sites, split.effects, split.landings);
            slots = self.slots(&mut sites, &effects, first).0;
        }
        let start = sites.first().map(|(id, _)| *id);
        let mut locations: BTreeMap<SiteId, Location> = BTreeMap::new();
        let mut next_pc = 1;
        for (id, site) in &sites {
            let pc = self.take_pc(&mut next_pc)?;
            let slot = slots.get(id).copied().unwrap_or(first) as u8;
            let (lookup, key_mask) = match &site.body {
                Body::Decision(rows) if rows.len() == 1 => (Lookup::Step, self.zero()),
                Body::Decision(_) => (Lookup::Ternary, self.zero()),
                Body::Table(table) => self.lookup(table),
                Body::Hash(..) | Body::Members(_) => (Lookup::Step, self.zero()),
                Body::Position(..) => {
                    let index = site.cell.map_or(self.zero(), |cell| self.layout.mask(self.range(cell)));
                    (Lookup::Exact, index)
                }
            };
            locations.insert(*id, Location { slot, pc, lookup, key_mask });
        }
        let mut emitted = Emitted::default();
        let mut effects = effects.into_iter();
        for (id, site) in sites {
            let Some(here) = locations.get(&id).cloned() else { continue };
            let mut outcome = |transition: Transition, emitted: &mut Emitted| {
                let effects = effects.next().unwrap_or_default();
                self.outcome(transition, effects, &here, &locations, &mut next_pc, emitted)
            };
            match site.body {
                Body::Decision(rows) => {
                    let step = rows.len() == 1;
                    for (priority, (cube, transition)) in (1..).zip(rows) {
                        let outcome = outcome(transition, &mut emitted)?;
                        let masked = cube.masked(self.layout.state_bits(), |bit| self.places.get(bit));
                        let Some((value, mask)) = masked else { continue };
                        let matches = match step {
                            true => RowMatch::Step,
                            false => RowMatch::Ternary { value, mask, priority },
                        };
                        let row = self.row(&here, matches, &outcome);
                        emitted.rows.push(row);
                    }
                }
                Body::Table(table) => {
                    let mut outcomes: BTreeMap<(ActionId, bool), Outcome> = BTreeMap::new();
                    for (key, transition) in table.outcomes {
                        outcomes.insert(key, outcome(transition, &mut emitted)?);
                    }
                    let no_action = outcome(table.no_action, &mut emitted)?;
                    let mut chosen = BTreeMap::new();
                    for (key, transition) in table.chosen {
                        chosen.insert(key, outcome(transition, &mut emitted)?);
                    }
                    let keys = table.keys.iter().map(|part| self.place(part)).collect();
                    let exact_prefix = self.exact_prefix(table.table, here.lookup, &here.key_mask);
                    let placed = PlacedTable {
                        pipeline: self.pipeline,
                        slot: here.slot,
                        pc: here.pc,
                        lookup: here.lookup,
                        state_bits: self.layout.state_bits(),
                        max_rows: self.layout.config().rows_per_table,
                        keys,
                        exact_prefix,
                        skipped: Layout::skipped(&here.key_mask),
                        outcomes,
                        no_action,
                        chosen,
                    };
                    emitted.tables.push((table.table, placed));
                }
                Body::Hash(table, hash) => {
                    let effects = effects.next().unwrap_or_default();
                    self.hash(table, *hash, effects, &here, &locations, &mut next_pc, &mut emitted)?;
                }
                Body::Position(table, found) => {
                    let outcome = outcome(*found, &mut emitted)?;
                    self.position(table, outcome, site.cell, &here, &mut emitted);
                }
                Body::Members(members) => {
                    let mut outcomes = BTreeMap::new();
                    for (action, transition) in members.outcomes {
                        outcomes.insert(action, outcome(transition, &mut emitted)?);
                    }
                    let nothing = outcome(members.nothing, &mut emitted)?;
                    emitted.rows.push(self.row(&here, RowMatch::Step, &nothing));
                    self.piece(members.table, &here, Piece::Member { outcomes }, &mut emitted);
                }
            }
        }
        emitted.end_slots.sort_unstable();
        emitted.end_slots.dedup();
        let last = locations.values().map(|l| l.slot).max().unwrap_or(0);
        let end = match self.pipeline {
            PipelineKind::Ingress => emitted.end_slots.last().copied().unwrap_or(0),
            PipelineKind::Egress => emitted.end_slots.last().map_or(0, |slot| slot.saturating_sub(1)),
        };
        let accessed = emitted.accesses.iter().map(|(slot, _)| *slot).max().unwrap_or(0);
        emitted.slots = last.max(end).max(accessed) + 1;
        emitted.landings = landings
            .iter()
            .filter_map(|Beginning { number, pass, site }| {
                let Location { slot, pc, .. } = *locations.get(site)?;
                Some(Landing { number: *number, pass: *pass, slot, pc })
            })
            .collect();
        if let Some(first) = start.and_then(|id| locations.get(&id)) {
            emitted.start = (first.slot, first.pc, Some(first.lookup));
            self.load(loads, first, &mut next_pc, &mut emitted)?;
        }
        Ok(emitted)
    }

    pub(super) fn zero(&self) -> Bits {
        Bits::zero(self.layout.state_bits())
    }

    pub(super) fn take_pc(&self, next: &mut u16) -> Result<u16, Refusal> {
        let pc = *next;
        *next = pc.checked_add(1).ok_or_else(|| {
            Refusal::new(
                format!("program {}", self.program.name),
                "it has more than 65535 lookups in a pipeline",
            )
        })?;
        Ok(pc)
    }

    /// What may happen at a site, and whether the row that does it is a step's.
    fn rows<'t>(&self, body: &'t mut Body) -> Vec<(bool, &'t mut Transition)> {
        match body {
            Body::Decision(rows) => {
                let step = rows.len() == 1;
                rows.iter_mut().map(|(_, transition)| (step, transition)).collect()
            }
            Body::Table(table) => {
                // A ternary or prefix lookup has a row for its miss.
                let (lookup, _) = self.lookup(table);
                let missed = matches!(lookup, Lookup::Exact | Lookup::Step);
                let outcomes =
                    table.outcomes.iter_mut().map(|((_, hit), transition)| (missed && !hit, transition));
                let outcomes = outcomes.chain([(missed, &mut table.no_action)]);
                outcomes.chain(table.chosen.values_mut().map(|transition| (false, transition))).collect()
            }
            Body::Hash(_, only) => vec![(true, only)],
            Body::Position(_, only) => vec![(false, only)],
            Body::Members(members) => {
                let outcomes = members.outcomes.values_mut().chain([&mut members.nothing]);
                outcomes.map(|transition| (true, transition)).collect()
            }
        }
    }

    /// What each transition does, in the sites' order.
    fn all_effects(&self, sites: &mut Sites) -> Result<Vec<Vec<Template>>, Refusal> {
        let mut effects = Vec::new();
        // Many paths do the same.
        let mut known: HashMap<(bool, BTreeMap<Bit, Form>), Vec<Template>> = HashMap::new();
        for (_, site) in sites {
            for (is_step, transition) in self.rows(&mut site.body) {
                let key = (is_step, transition.changes.clone());
                let mut templates = match known.get(&key) {
                    Some(templates) => templates.clone(),
                    None => {
                        let templates = self.effects(transition, is_step)?;
                        known.entry(key).or_insert(templates).clone()
                    }
                };
                if let Some(access) = &transition.access {
                    access.attach(&mut templates, self.places, self.layout);
                }
                effects.push(templates);
            }
        }
        Ok(effects)
    }

    pub(super) fn effects(&self, transition: &Transition, computes: bool) -> Result<Vec<Template>, Refusal> {
        let place = |bit| self.places.get(bit);
        let assignments =
            transition.changes.iter().map(|(bit, form)| (place(*bit), form.map_state(place))).collect();
        let machine =
            Machine { state_bits: self.layout.state_bits(), scratch: self.places.scratch, computes };
        carry_out(&assignments, self.terms, &place, machine).map_err(|e| {
            let source_info = transition.source_info.as_ref();
            Refusal::new(transition.construct.clone(), e.to_string()).at(source_info)
        })
    }

    /// What the row does, and further rows for what one effect can't.
    fn outcome(
        &self,
        transition: Transition,
        effects: Vec<Template>,
        here: &Location,
        locations: &BTreeMap<SiteId, Location>,
        next_pc: &mut u16,
        emitted: &mut Emitted,
    ) -> Result<Outcome, Refusal> {
        let accessed = here.slot + effects.len() as u8;
        let joined = match (&transition.access, transition.target) {
            (Some(access), Target::Site(id)) if access.load.is_none() => {
                locations.get(&id).filter(|there| there.lookup == Lookup::Step)
            }
            _ => None,
        };
        let behind = transition.access.is_some() && joined.is_none();
        let end = accessed + u8::from(behind);
        let mut next = match transition.target {
            Target::Site(id) => match locations.get(&id) {
                Some(there) => Next::Lookup {
                    slot: there.slot,
                    pc: there.pc,
                    lookup: there.lookup,
                    key_mask: there.key_mask.clone(),
                },
                None => Next::Done,
            },
            // Nothing is behind the access: the switch resubmits it.
            Target::Again => {
                let slot = accessed;
                Next::Lookup {
                    slot,
                    pc: self.take_pc(next_pc)?,
                    lookup: Lookup::State,
                    key_mask: self.zero(),
                }
            }
            Target::End => {
                emitted.end_slots.push(end);
                match self.pipeline {
                    PipelineKind::Ingress => {
                        Next::Lookup { slot: end, pc: 0, lookup: Lookup::Leave, key_mask: self.zero() }
                    }
                    PipelineKind::Egress => Next::Done,
                }
            }
        };
        if let Some(access) = &transition.access {
            next = match joined {
                None if transition.target == Target::Again => {
                    emitted.accesses.insert((accessed, access.access));
                    next
                }
                Some(there) => {
                    emitted.accesses.insert((there.slot, access.access));
                    Next::Lookup {
                        slot: there.slot,
                        pc: there.pc,
                        lookup: Lookup::State,
                        key_mask: self.zero(),
                    }
                }
                None => {
                    emitted.accesses.insert((accessed, access.access));
                    let effect = access.detach(self.places, self.layout);
                    let pc = self.step(accessed, effect, next, &transition, next_pc, emitted)?;
                    Next::Lookup { slot: accessed, pc, lookup: Lookup::State, key_mask: self.zero() }
                }
            };
        }
        let mut effects: Vec<(u8, Template)> = (here.slot..).zip(effects).collect();
        while effects.len() > 1
            && let Some((slot, template)) = effects.pop()
        {
            let pc = self.step(slot, template.effect(&[]), next, &transition, next_pc, emitted)?;
            next = Next::Lookup { slot, pc, lookup: Lookup::Step, key_mask: self.zero() };
        }
        let zero = self.zero();
        let nothing = Effect::Commit { keep: zero.not(), value: zero };
        let template = effects.pop().map(|(_, template)| template);
        Ok(Outcome {
            template: template.unwrap_or(Template::fixed(nothing)),
            next,
            origin: Origin {
                construct: transition.construct,
                source_info: transition.source_info,
                events: transition.events,
                egress_events: transition.egress_events,
            },
        })
    }

    /// The rows before the first one, which take fields of the switch's own metadata in.
    fn load(
        &self,
        loads: &[StandardLoad],
        first: &Location,
        next_pc: &mut u16,
        emitted: &mut Emitted,
    ) -> Result<(), Refusal> {
        let mut next = Next::Lookup {
            slot: first.slot,
            pc: first.pc,
            lookup: first.lookup,
            key_mask: first.key_mask.clone(),
        };
        for (slot, (field, range)) in loads.iter().enumerate().rev() {
            let slot = slot as u8;
            let at = self.range(*range);
            let construct = format!("standard_metadata.{}", field.name());
            if at.offset > Layout::MAX_SHIFT {
                return Err(Refusal::new(construct, "it lies too far up in the persona's state"));
            }
            let keep = self.layout.mask(at).not();
            let effect = Effect::Standard { keep, value: self.zero(), field: *field, to: at.offset };
            let pc = self.take_pc(next_pc)?;
            emitted.rows.push(Row {
                pipeline: self.pipeline,
                slot,
                pc,
                matches: RowMatch::Step,
                effect,
                next,
                origin: Origin { construct, ..Origin::default() },
            });
            next = Next::Lookup { slot, pc, lookup: Lookup::Step, key_mask: self.zero() };
            emitted.start = (slot, pc, Some(Lookup::Step));
        }
        Ok(())
    }

    /// A row that only `step` leads to; its micro-PC. What is done alike is done by the same row.
    fn step(
        &self,
        slot: u8,
        effect: Effect,
        next: Next,
        transition: &Transition,
        next_pc: &mut u16,
        emitted: &mut Emitted,
    ) -> Result<u16, Refusal> {
        let step = (slot, effect, next);
        if let Some(known) = emitted.steps.get(&step) {
            return Ok(*known);
        }
        let pc = self.take_pc(next_pc)?;
        let construct = format!("{}, continued", transition.construct);
        let source_info = transition.source_info.clone();
        emitted.rows.push(Row {
            pipeline: self.pipeline,
            slot,
            pc,
            matches: RowMatch::Step,
            effect: step.1.clone(),
            next: step.2.clone(),
            origin: Origin { construct, source_info, ..Origin::default() },
        });
        emitted.steps.insert(step, pc);
        Ok(pc)
    }

    pub(super) fn row(&self, here: &Location, matches: RowMatch, outcome: &Outcome) -> Row {
        Row {
            pipeline: self.pipeline,
            slot: here.slot,
            pc: here.pc,
            matches,
            effect: outcome.template.effect(&[]),
            next: outcome.next.clone(),
            origin: outcome.origin.clone(),
        }
    }

    /// A field's place: cells of a field are placed together.
    pub(super) fn range(&self, range: BitRange) -> BitRange {
        BitRange { offset: self.places.get(range.offset), width: range.width }
    }
}
