//! What a table's key looks at, and which kind of lookup that needs.

use hyper4_bits::Bits;
use hyper4_ir::{MatchKind, TableId};

use super::emit::Emitter;
use super::entry::PlacedKey;
use super::site::{KeyPart, TableSite};
use crate::Lookup;

impl Emitter<'_> {
    pub(super) fn place(&self, part: &KeyPart) -> PlacedKey {
        match part {
            KeyPart::Constant(bits) => PlacedKey::Constant(bits.clone()),
            KeyPart::Place(range) => PlacedKey::Place(self.range(*range)),
            KeyPart::Masked(range, mask) => PlacedKey::Masked(self.range(*range), mask.clone()),
        }
    }

    /// The kind of lookup that a table needs here, and the key's mask.
    pub(super) fn lookup(&self, site: &TableSite) -> (Lookup, Bits) {
        let Some(table) = self.program.tables.get(site.table.index()) else {
            return (Lookup::Step, self.zero());
        };
        if table.keys.is_empty() {
            return (Lookup::Step, self.zero());
        }
        let mut mask = self.zero();
        let mut prefixed = None;
        let mut lowest_exact = u32::MAX;
        let mut ranked_prefix = false;
        let mut kind = Lookup::Exact;
        for (key, part) in table.keys.iter().zip(&site.keys) {
            let place = match part {
                KeyPart::Constant(_) => None,
                KeyPart::Place(range) | KeyPart::Masked(range, _) => Some(self.range(*range)),
            };
            if let Some(place) = place {
                let looked_at = match part {
                    KeyPart::Masked(_, mask) => {
                        mask.resize(self.layout.state_bits()).shl(place.offset as usize)
                    }
                    _ => self.layout.mask(place),
                };
                mask = mask.or(&looked_at);
            }
            let whole = !matches!(part, KeyPart::Masked(..));
            match (key.match_kind, place) {
                (MatchKind::Exact, Some(place)) => lowest_exact = lowest_exact.min(place.offset),
                (MatchKind::Exact, None) => {}
                // In a field that doesn't fill its bytes, or is masked, prefixes of several lengths can look at the same bits.
                (MatchKind::Lpm, Some(place)) if whole && place.width.is_multiple_of(8) => {
                    prefixed = Some(place)
                }
                (MatchKind::Lpm, _) => ranked_prefix = true,
                (MatchKind::Ternary | MatchKind::Range | MatchKind::Optional, _) => kind = Lookup::Ternary,
            }
        }
        if kind == Lookup::Exact
            && let Some(place) = prefixed
        {
            let reached = place.offset >= self.layout.state_bits() - self.layout.prefix_bits();
            kind = if reached && lowest_exact >= place.end() { Lookup::Lpm } else { Lookup::Ternary };
        }
        // Of entries that differ in a prefix of a constant, the longest wins.
        if ranked_prefix {
            kind = Lookup::Ternary;
        }
        // As a prefix, an exact key has a row for its miss, which saves a second lookup.
        let reached = self.layout.state_bits() - self.layout.prefix_bits();
        if kind == Lookup::Exact && lowest_bit(&mask).is_some_and(|lowest| lowest >= reached) {
            kind = Lookup::Lpm;
        }
        if kind == Lookup::Ternary { (kind, self.zero()) } else { (kind, mask) }
    }

    /// The prefix of all entries of a table whose keys are exact, but that is looked up by prefixes.
    pub(super) fn exact_prefix(&self, table: TableId, lookup: Lookup, key_mask: &Bits) -> Option<u32> {
        let table = self.program.tables.get(table.index())?;
        let exact = table.keys.iter().all(|key| key.match_kind == MatchKind::Exact);
        let length = lowest_bit(key_mask).map(|lowest| self.layout.state_bits() - lowest);
        length.filter(|_| exact && lookup == Lookup::Lpm)
    }
}

fn lowest_bit(mask: &Bits) -> Option<u32> {
    (0..mask.width()).find(|bit| mask.bit(*bit))
}
