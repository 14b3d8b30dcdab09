//! Ingress pipelines that are longer than the persona: the packet goes through it again.
//!
//! Where no slots are left, an access keeps the whole state and the pipeline ends; the packet is resubmitted, and the row
//! for where it goes on (its *landing*) puts the state back. simple_switch takes resubmitted packets before those that wait,
//! so that no packet comes between two passes but one that was recirculated.

use std::collections::{BTreeMap, BTreeSet};

use hyper4_ir::PipelineKind;

use super::allocate::{Sites, transitions};
use super::emit::Emitter;
use super::site::{Body, Site, SiteId, Target, Transition};
use super::state::{Access, Operand};
use super::stepwise::stepwise;
use super::template::Template;
use super::{Refusal, again};
use crate::StateAccess;

/// Passes at most.
const MOST_PASSES: usize = 8;

/// Slots to go on in another pass: for the row that asks, and for the access.
const TO_GO_ON: usize = 2;

/// Where packets go on in another pass.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Landing {
    /// What the packet asks with, beside the numbers of field lists ([`crate::Guest::again`]).
    pub number: u8,
    /// Which pass begins there; a packet's first one has number 1.
    pub pass: u8,
    /// The slot of the row there, a step.
    pub slot: u8,
    /// Its micro-PC.
    pub pc: u16,
}

/// A pipeline in passes.
#[derive(Default)]
pub(super) struct Split {
    pub(super) sites: Sites,
    /// Those of each transition, in the sites' order.
    pub(super) effects: Vec<Vec<Template>>,
    pub(super) landings: Vec<Beginning>,
}

/// A [`Landing`] before it has a place.
pub(super) struct Beginning {
    pub(super) number: u8,
    pub(super) pass: u8,
    pub(super) site: SiteId,
}

/// A site's pass, and its slot there at most.
type Position = (usize, usize);

impl Emitter<'_> {
    /// Each site's slot, behind the last effect on the longest way to it, and how many are needed.
    pub(super) fn slots(
        &self,
        sites: &mut Sites,
        effects: &[Vec<Template>],
        first: usize,
    ) -> (BTreeMap<SiteId, usize>, usize) {
        let mut slots: BTreeMap<SiteId, usize> = BTreeMap::new();
        let mut needed = 0;
        let mut effects = effects.iter();
        let steps = steps(sites);
        for (id, site) in sites {
            let here = slots.get(id).copied().unwrap_or(first);
            for transition in transitions(&mut site.body) {
                let behind = is_behind(transition, &steps);
                let after = here + effects.next().map_or(1, Vec::len) + usize::from(behind);
                let more = match transition.target {
                    Target::Site(_) => 1,
                    // A guest leaves ingress in a slot of its own; egress just ends, and so does a pass.
                    Target::End => usize::from(self.pipeline == PipelineKind::Ingress),
                    Target::Again => 0,
                };
                needed = needed.max(after + more);
                if let Target::Site(next) = transition.target {
                    let slot = slots.entry(next).or_default();
                    *slot = after.max(*slot);
                }
            }
        }
        (slots, needed)
    }

    /// The sites in as many passes as they need, of which each begins in slot `first`, and where packets
    /// go on. `needed`: slots that one pass would need.
    ///
    /// # Errors
    /// A [`Refusal`] when that is not possible, or would not be the same.
    pub(super) fn split(
        &self,
        mut sites: Sites,
        effects: Vec<Vec<Template>>,
        first: usize,
        needed: usize,
    ) -> Result<Split, Refusal> {
        self.check_order(&mut sites, needed)?;
        let (mut sites, effects) = stepwise(sites, effects);
        let positions = self.unbroken(&mut sites, &effects, first, needed)?;
        let pass = |id: SiteId| positions.get(&id).map_or(0, |(pass, _)| *pass);
        check_ends(&mut sites, &pass)?;
        let mut next_id = sites.iter().map(|(id, _)| id + 1).max().unwrap_or(0);
        let mut take = || {
            next_id += 1;
            next_id - 1
        };
        // Of each site that passes before its own lead to: the number of its landing, and the step that asks for it in each.
        let mut crossed: BTreeMap<SiteId, (u8, BTreeMap<usize, SiteId>)> = BTreeMap::new();
        let mut numbers = (self.program.field_lists.len() + 1..usize::from(u8::MAX)).map(|n| n as u8);
        for (id, site) in &mut sites {
            for transition in transitions(&mut site.body) {
                let Target::Site(next) = transition.target else { continue };
                if pass(next) == pass(*id) {
                    continue;
                }
                if let std::collections::btree_map::Entry::Vacant(vacant) = crossed.entry(next) {
                    let number = numbers.next().ok_or_else(|| {
                        self.too_long(
                            needed,
                            "and more than 254 field lists and ways from one pass to the next",
                        )
                    })?;
                    vacant.insert((number, BTreeMap::new()));
                }
                if let Some((_, asking)) = crossed.get_mut(&next) {
                    transition.target = Target::Site(*asking.entry(pass(*id)).or_insert_with(&mut take));
                }
            }
        }
        let mut split = Split::default();
        let mut effects = effects.into_iter();
        for (id, mut site) in sites {
            if let Some((number, asking)) = crossed.remove(&id) {
                for asks in asking.into_values() {
                    self.add(asks, self.asking(number), &mut split)?;
                }
                let landing = take();
                split.landings.push(Beginning { number, pass: pass(id) as u8 + 1, site: landing });
                let construct = format!("program {}, another pass", self.program.name);
                let target = Target::Site(id);
                self.add(landing, Transition { target, construct, ..Transition::default() }, &mut split)?;
            }
            let count = transitions(&mut site.body).len();
            split.effects.extend(effects.by_ref().take(count));
            split.sites.push((id, site));
        }
        Ok(split)
    }

    /// Add a step.
    fn add(&self, id: SiteId, transition: Transition, split: &mut Split) -> Result<(), Refusal> {
        let mut templates = self.effects(&transition, true)?;
        if let Some(access) = &transition.access {
            access.attach(&mut templates, self.places, self.layout);
        }
        split.effects.push(templates);
        split.sites.push((id, step(transition)));
        Ok(())
    }

    /// What ends a pass.
    fn asking(&self, number: u8) -> Transition {
        let access = Access {
            access: StateAccess::Ask,
            index: Operand::Constant(number.into()),
            data: Operand::Constant(0),
            load: None,
            kept: Vec::new(),
        };
        Transition {
            access: Some(access),
            target: Target::Again,
            construct: format!("program {}, on to another pass", self.program.name),
            ..Transition::default()
        }
    }

    /// Each site's position, where no pass ends between an entry and the member of an action profile that it leads to: the
    /// entry's row names the member's micro-PC.
    fn unbroken(
        &self,
        sites: &mut Sites,
        effects: &[Vec<Template>],
        first: usize,
        needed: usize,
    ) -> Result<BTreeMap<SiteId, Position>, Refusal> {
        let of_profile = |body: &Body| matches!(body, Body::Hash(..) | Body::Position(..) | Body::Members(_));
        let named: BTreeSet<SiteId> =
            sites.iter().filter(|(_, site)| of_profile(&site.body)).map(|(id, _)| *id).collect();
        let mut beginning = BTreeSet::new();
        loop {
            let positions = self.positions(sites, effects, first, needed, &beginning)?;
            let pass = |id: &SiteId| positions.get(id).map_or(0, |(pass, _)| *pass);
            let broken = sites.iter_mut().find_map(|(id, site)| {
                let mut all = transitions(&mut site.body).into_iter();
                let leads = |t: &Transition| match t.target {
                    Target::Site(next) => named.contains(&next) && pass(&next) != pass(id),
                    Target::End | Target::Again => false,
                };
                all.any(|t| leads(t)).then_some(*id)
            });
            match broken {
                None => return Ok(positions),
                Some(site) if beginning.insert(site) => {}
                Some(_) => {
                    return Err(
                        self.too_long(needed, "and a table with an action profile takes more than a pass")
                    );
                }
            }
        }
    }

    /// Each site as early as those before it allow, and in the first pass where all that may happen there has slots; those
    /// of `beginning` begin one.
    fn positions(
        &self,
        sites: &mut Sites,
        effects: &[Vec<Template>],
        first: usize,
        needed: usize,
        beginning: &BTreeSet<SiteId>,
    ) -> Result<BTreeMap<SiteId, Position>, Refusal> {
        let available = usize::from(self.layout.slots(self.pipeline));
        let mut positions: BTreeMap<SiteId, Position> = BTreeMap::new();
        let mut from: BTreeMap<SiteId, BTreeSet<usize>> = BTreeMap::new();
        let mut effects = effects.iter();
        let steps = steps(sites);
        for (id, site) in sites {
            let (mut pass, mut slot) = positions.get(id).copied().unwrap_or((0, first));
            let before = from.remove(id).unwrap_or_default();
            let mut ways = Vec::new();
            for transition in transitions(&mut site.body) {
                let count = effects.next().map_or(1, Vec::len);
                ways.push((count + usize::from(is_behind(transition, &steps)), transition.target));
            }
            let room = |target| if matches!(target, Target::Site(_)) { TO_GO_ON } else { 1 };
            let longest = ways.iter().map(|(count, target)| count + room(*target)).max().unwrap_or(0);
            if (slot + longest > available || beginning.contains(id)) && !before.is_empty() {
                (pass, slot) = (pass + 1, first);
            }
            // Behind the landing.
            if before.iter().any(|before| *before < pass) {
                slot = slot.max(first + 1);
            }
            if slot + longest > available {
                let reason = format!("and what happens at one place takes {longest} of them with going on");
                return Err(self.too_long(needed, &reason));
            }
            if pass >= MOST_PASSES {
                return Err(self.too_long(needed, &format!("which {MOST_PASSES} passes don't have")));
            }
            positions.insert(*id, (pass, slot));
            for (count, target) in ways {
                if let Target::Site(next) = target {
                    let there = positions.entry(next).or_default();
                    *there = (pass, slot + count).max(*there);
                    from.entry(next).or_default().insert(pass);
                }
            }
        }
        Ok(positions)
    }

    /// Why the pipeline can't have another pass, whatever is in it: packets would come in another order to what they share.
    fn check_order(&self, sites: &mut Sites, needed: usize) -> Result<(), Refusal> {
        if self.pipeline == PipelineKind::Egress {
            return Err(self.too_long(needed, ""));
        }
        if !self.layout.config().copies {
            return Err(self.too_long(needed, "and no `copies`, by which packets could go through it again"));
        }
        if !again::lists(self.program).any(|(pipeline, _)| pipeline == PipelineKind::Egress) {
            return Ok(());
        }
        let ordered = |access: &Access| {
            let access = access.access;
            matches!(
                access,
                StateAccess::ReadRegister(_) | StateAccess::WriteRegister(_) | StateAccess::ExecuteMeter(_)
            )
        };
        for (_, site) in sites {
            let mut all = transitions(&mut site.body).into_iter();
            if let Some(transition) = all.find(|t| t.access.as_ref().is_some_and(ordered)) {
                let reason = "the program is longer than the persona and has `recirculate`: a packet that comes in again \
                              could come between two passes of another one";
                let refusal = Refusal::new(transition.construct.clone(), reason);
                return Err(refusal.at(transition.source_info.as_ref()));
            }
        }
        Ok(())
    }

    /// The pipeline is too long.
    fn too_long(&self, needed: usize, why: &str) -> Refusal {
        let available = self.layout.slots(self.pipeline);
        let name = match self.pipeline {
            PipelineKind::Ingress => "ingress",
            PipelineKind::Egress => "egress",
        };
        let comma = if why.is_empty() { "" } else { ", " };
        let reason = format!("its {name} needs {needed} slots, and the persona has {available}{comma}{why}");
        Refusal::new(format!("program {}", self.program.name), reason)
    }
}

/// What is asked for a packet at the end of ingress, or done to it as a whole, is done by the pass that does it.
fn check_ends(sites: &mut Sites, pass: &dyn Fn(SiteId) -> usize) -> Result<(), Refusal> {
    let mut goes_on: BTreeMap<SiteId, bool> = BTreeMap::new();
    for (id, site) in sites.iter_mut().rev() {
        let mut any = false;
        for transition in transitions(&mut site.body) {
            let Target::Site(next) = transition.target else { continue };
            let on = pass(next) != pass(*id) || goes_on.get(&next).copied().unwrap_or(false);
            any |= on;
            let access = transition.access.as_ref().map(|access| access.access);
            let whole =
                matches!(access, Some(StateAccess::Ask | StateAccess::Truncate | StateAccess::Sample(_)));
            if on && whole {
                let reason = "the program is longer than the persona, and goes on in another pass behind this, which is \
                              done where a pass ends";
                let construct = match transition.construct.as_str() {
                    "" => "the end of ingress".to_owned(),
                    construct => construct.to_owned(),
                };
                return Err(Refusal::new(construct, reason).at(transition.source_info.as_ref()));
            }
        }
        goes_on.insert(*id, any);
    }
    Ok(())
}

/// A lookup without a decision.
pub(super) fn step(transition: Transition) -> Site {
    Site { cell: None, body: Body::Decision(vec![(Default::default(), transition)]) }
}

/// Sites that are looked up by their micro-PC alone.
fn steps(sites: &Sites) -> BTreeSet<SiteId> {
    let step = |(_, site): &&(SiteId, Site)| matches!(&site.body, Body::Decision(rows) if rows.len() == 1);
    sites.iter().filter(step).map(|(id, _)| *id).collect()
}

/// Whether a transition's access takes a slot of its own, behind its effects.
fn is_behind(transition: &Transition, steps: &BTreeSet<SiteId>) -> bool {
    transition.access.as_ref().is_some_and(|access| match transition.target {
        Target::Site(next) => access.load.is_some() || !steps.contains(&next),
        Target::End | Target::Again => true,
    })
}
