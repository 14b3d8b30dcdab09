//! Which bits of the state live where, and the places that living cells get.

use std::collections::{BTreeMap, BTreeSet};

use super::Refusal;
use super::cells::Cells;
use super::form::{Bit, FIRST_CELL};
use super::known::BitSet;
use super::share::Conflicts;
use super::site::{Body, KeyPart, Site, SiteId, Target, Transition};
use super::state::Access;
use super::term::Terms;
use crate::{BitRange, Layout};

/// The places of cells.
#[derive(Clone, Debug)]
pub(super) struct Places {
    cells: BTreeMap<Bit, Bit>,
    /// Bits that nothing lives in.
    pub(super) scratch: BitRange,
}

impl Places {
    /// Where a bit lies.
    pub(super) fn get(&self, bit: Bit) -> Bit {
        self.cells.get(&bit).copied().unwrap_or(bit)
    }
}

/// A pipeline's sites, each after those before it.
pub(super) type Sites = Vec<(SiteId, Site)>;

/// What lives at each site: bits outside the window that something still reads, for the window's always live, being the
/// packet. Assignments to what doesn't live are taken away. `end` lives at the pipeline's end.
pub(super) fn liveness(
    sites: &mut Sites,
    end: &BitSet,
    terms: &Terms,
    layout: &Layout,
) -> BTreeMap<SiteId, BitSet> {
    let mut live: BTreeMap<SiteId, BitSet> = BTreeMap::new();
    let outside = |bit: &Bit| *bit < layout.metadata_bits() || *bit >= FIRST_CELL;
    for (id, site) in sites.iter_mut().rev() {
        let mut here = BitSet::new();
        match &site.body {
            Body::Table(table) => {
                for part in &table.keys {
                    if let KeyPart::Place(range) | KeyPart::Masked(range, _) = part {
                        here.extend((range.offset..range.end()).filter(outside));
                    }
                }
            }
            Body::Position(..) => here.extend(site.cell.iter().flat_map(|cell| cell.offset..cell.end())),
            Body::Decision(_) | Body::Hash(..) | Body::Members(_) => {}
        }
        if let Body::Decision(rows) = &site.body {
            here.extend(
                rows.iter().flat_map(|(cube, _)| cube.literals()).map(|(bit, _)| bit).filter(outside),
            );
        }
        for transition in transitions(&mut site.body) {
            let mut after = match transition.target {
                Target::Site(next) => live.get(&next).unwrap_or(end),
                Target::End | Target::Again => end,
            }
            .clone();
            if let Some(access) = &transition.access {
                after -= access.loaded().collect::<BitSet>();
                after.extend(access.bits().filter(outside));
            }
            transition.changes.retain(|bit, _| !outside(bit) || after.contains(*bit));
            let mut read = BitSet::new();
            for (bit, form) in &transition.changes {
                after.remove(*bit);
                terms.extend_support(form, &mut read);
            }
            read.remove_range(layout.metadata_bits()..FIRST_CELL);
            here |= after;
            here |= read;
        }
        live.insert(*id, here);
    }
    live
}

/// What may happen at a site.
pub(super) fn transitions(body: &mut Body) -> Vec<&mut Transition> {
    match body {
        Body::Decision(rows) => rows.iter_mut().map(|(_, transition)| transition).collect(),
        Body::Table(table) => {
            let outcomes = table.outcomes.values_mut().chain([&mut table.no_action]);
            outcomes.chain(table.chosen.values_mut()).collect()
        }
        Body::Hash(_, only) | Body::Position(_, only) => vec![&mut **only],
        Body::Members(members) => members.outcomes.values_mut().chain([&mut members.nothing]).collect(),
    }
}

/// A pipeline whose cells get places.
pub(super) struct Pipeline<'a> {
    pub(super) sites: &'a mut Sites,
    pub(super) live: &'a BTreeMap<SiteId, BitSet>,
    /// What lives at its end.
    pub(super) end: &'a BitSet,
}

/// Give a place to each cell that lives, from the first free bit upwards. `shared`: cells that aren't in use at the same
/// time may have the same place, but for those in use `always`; what is copied together then lies less often side by
/// side.
pub(super) fn allocate(
    pipelines: &mut [Pipeline<'_>],
    cells: &Cells,
    layout: &Layout,
    name: &str,
    shared: Option<&[Bit]>,
) -> Result<Places, Refusal> {
    let mut places = BTreeMap::new();
    let mut compared = BTreeSet::new();
    let mut scratch_cells = Vec::new();
    let mut living = BitSet::new();
    for Pipeline { sites, live, .. } in pipelines.iter_mut() {
        live.values().for_each(|bits| living |= bits);
        // What an access takes lives from the changes before it to the access.
        for (_, site) in sites.iter_mut() {
            let accesses = transitions(&mut site.body).into_iter().filter_map(|t| t.access.as_ref());
            living.extend(accesses.flat_map(Access::bits).filter(|bit| *bit >= FIRST_CELL));
        }
        for (id, cell) in sites.iter().filter_map(|(id, s)| Some((*id, s.cell?))).collect::<Vec<_>>() {
            compared.insert(cell.offset);
            match in_place(sites, id, cell, live) {
                Some(bits) => places.extend((cell.offset..cell.end()).zip(bits)),
                None => scratch_cells.push(cell),
            }
        }
    }
    let mut conflicts = shared.map(|always| {
        let mut conflicts = Conflicts::new(cells.ranges());
        conflicts.always(always);
        conflicts
    });
    for Pipeline { sites, live, end } in pipelines.iter_mut() {
        if let Some(conflicts) = &mut conflicts {
            conflicts.note(sites, live, end, &places);
        }
    }
    let mut next = Layout::FIRST_FREE_BIT;
    let mut placed = Vec::new();
    // The last declared lowest, as in a packet: neighbours there are neighbours here, and copied together.
    for range in cells.ranges().iter().rev().filter(|r| !compared.contains(&r.offset)) {
        if living.range_cardinality(range.offset..range.end()) > 0 {
            let at = match &conflicts {
                Some(conflicts) => conflicts.place(*range, Layout::FIRST_FREE_BIT, &placed),
                None => next,
            };
            placed.push((*range, at));
            places.extend((range.offset..range.end()).zip(at..));
            next = next.max(at + range.width);
        }
    }
    // Comparisons don't overlap in time, so they share their place.
    for cell in &scratch_cells {
        places.extend((cell.offset..cell.end()).zip(next..));
    }
    next += scratch_cells.iter().map(|c| c.width).max().unwrap_or(0);
    let (needed, available) =
        (next - Layout::FIRST_FREE_BIT, layout.metadata_bits() - Layout::FIRST_FREE_BIT);
    if needed > available {
        let reason =
            format!("it needs {needed} bits of metadata, and the persona has {available} for guests");
        return Err(Refusal::new(format!("program {name}"), reason));
    }
    // A place that is itself a cell has one by now.
    let resolved =
        places.iter().map(|(cell, bit)| (*cell, places.get(bit).copied().unwrap_or(*bit))).collect();
    Ok(Places { cells: resolved, scratch: BitRange { offset: next, width: layout.metadata_bits() - next } })
}

/// The bits of one side of a comparison, when nothing reads them afterwards: the other side is joined to them by XOR,
/// which is one copy less.
fn in_place(
    sites: &mut Sites,
    id: SiteId,
    cell: BitRange,
    live: &BTreeMap<SiteId, BitSet>,
) -> Option<Vec<Bit>> {
    let after = live.get(&id)?;
    let mut sources = Vec::new();
    for (_, site) in sites.iter_mut() {
        let to_here = transitions(&mut site.body).into_iter().filter(|t| t.target == Target::Site(id));
        sources.extend(to_here.map(|t| t.changes.clone()));
    }
    let kept = Layout::INGRESS_PORT.offset..Layout::INGRESS_PORT.end();
    let mut taken = BTreeSet::new();
    let mut bits = Vec::new();
    for bit in cell.offset..cell.end() {
        let forms: Option<Vec<_>> = sources.iter().map(|changes| changes.get(&bit)).collect();
        let forms = forms?;
        let candidate = forms.first()?.state_bits().find(|side| {
            let outside = *side < Layout::FIRST_FREE_BIT || *side >= FIRST_CELL;
            let fixed = kept.contains(side);
            outside
                && !fixed
                && !after.contains(*side)
                && !taken.contains(side)
                && forms.iter().all(|form| form.state_bits().any(|b| b == *side))
                && sources.iter().all(|changes| !changes.contains_key(side))
        })?;
        taken.insert(candidate);
        bits.push(candidate);
    }
    Some(bits)
}
