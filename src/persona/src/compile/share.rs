//! Which cells are in use at the same time: others can have the same place.

use std::collections::{BTreeMap, BTreeSet, HashSet};

use super::allocate::{Sites, transitions};
use super::form::Bit;
use super::known::BitSet;
use super::site::{SiteId, Target};
use crate::BitRange;

/// For each range, by its first bit, those that are in use when it is.
#[derive(Clone, Debug, Default)]
pub(super) struct Conflicts {
    ranges: Vec<BitRange>,
    known: HashSet<BTreeSet<usize>>,
    of: BTreeMap<usize, BTreeSet<usize>>,
}

impl Conflicts {
    /// Of these ranges.
    pub(super) fn new(ranges: &[BitRange]) -> Self {
        let mut ranges = ranges.to_vec();
        ranges.sort_by_key(|range| range.offset);
        Self { ranges, ..Self::default() }
    }

    /// What a pipeline's sites use. `end` lives at its end; `in_place` says for the cells of comparisons whose bits they
    /// have.
    pub(super) fn note(
        &mut self,
        sites: &mut Sites,
        live: &BTreeMap<SiteId, BitSet>,
        end: &BitSet,
        in_place: &BTreeMap<Bit, Bit>,
    ) {
        let compared: BTreeMap<SiteId, BitSet> = sites
            .iter()
            .filter_map(|(id, site)| Some((*id, site.cell?)))
            .map(|(id, cell)| {
                (id, (cell.offset..cell.end()).filter_map(|b| in_place.get(&b).copied()).collect())
            })
            .collect();
        let nothing = BitSet::new();
        let here = |id: &SiteId| live.get(id).unwrap_or(end) | compared.get(id).unwrap_or(&nothing);
        for (id, site) in sites.iter_mut() {
            self.together(&here(id));
            for transition in transitions(&mut site.body) {
                let mut used = match transition.target {
                    Target::Site(next) => here(&next),
                    Target::End | Target::Again => end.clone(),
                };
                used.extend(transition.changes.keys());
                if let Some(access) = &transition.access {
                    // What it takes and gives lies beside all that stays.
                    used.extend(access.bits().chain(access.loaded()));
                    used |= here(id);
                }
                self.together(&used);
            }
        }
    }

    /// These bits are in use at the same time.
    fn together(&mut self, bits: &BitSet) {
        let used: BTreeSet<usize> = bits.iter().filter_map(|bit| self.range(bit)).collect();
        if used.len() < 2 || self.known.contains(&used) {
            return;
        }
        for range in &used {
            self.of.entry(*range).or_default().extend(&used);
        }
        self.known.insert(used);
    }

    /// These bits are in use all the time.
    pub(super) fn always(&mut self, bits: &[Bit]) {
        let used: BTreeSet<usize> = bits.iter().filter_map(|bit| self.range(*bit)).collect();
        let all: BTreeSet<usize> = (0..self.ranges.len()).collect();
        for range in &all {
            let others = if used.contains(range) { &all } else { &used };
            self.of.entry(*range).or_default().extend(others);
        }
    }

    fn range(&self, bit: Bit) -> Option<usize> {
        let behind = self.ranges.partition_point(|range| range.offset <= bit);
        let index = behind.checked_sub(1)?;
        self.ranges.get(index).filter(|range| bit < range.end()).map(|_| index)
    }

    /// The lowest place from `first` on that none has that is in use at the same time.
    pub(super) fn place(&self, range: BitRange, first: Bit, placed: &[(BitRange, Bit)]) -> Bit {
        let others = self.range(range.offset).and_then(|index| self.of.get(&index));
        let conflicts = |other: &BitRange| {
            self.range(other.offset).is_some_and(|index| others.is_some_and(|others| others.contains(&index)))
        };
        let mut taken: Vec<(Bit, Bit)> = placed
            .iter()
            .filter(|(other, _)| conflicts(other))
            .map(|(other, at)| (*at, at + other.width))
            .collect();
        taken.sort_unstable();
        taken
            .into_iter()
            .fold(first, |at, (begin, end)| if at + range.width <= begin { at } else { at.max(end) })
    }
}
