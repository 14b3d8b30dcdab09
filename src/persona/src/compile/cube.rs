//! Conjunctions of bits of the state: what a ternary row can match.

use std::collections::BTreeMap;

use hyper4_bits::Bits;

use super::form::{Bit, Form};

/// Bits of the state that must have a value; empty matches everything.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Cube {
    literals: BTreeMap<Bit, bool>,
}

/// Cubes of which one at least matches. None: never.
pub(super) type Cover = Vec<Cube>;

impl Cube {
    /// Also wants `bit` to be `value`; false when it wants the opposite already.
    #[must_use]
    pub(super) fn require(&mut self, bit: Bit, value: bool) -> bool {
        *self.literals.entry(bit).or_insert(value) == value
    }

    /// Also wants `form` to be `value`; false when it can't be. `None` when a form isn't one bit of the state.
    pub(super) fn require_form(&mut self, form: &Form, value: bool) -> Option<bool> {
        if let Some(known) = form.known() {
            return Some(known == value);
        }
        let (bit, inverted) = form.literal()?;
        Some(self.require(bit, value ^ inverted))
    }

    /// Both; `None` when they contradict each other.
    pub(super) fn and(&self, other: &Self) -> Option<Self> {
        let mut both = self.clone();
        other.literals.iter().all(|(bit, value)| both.require(*bit, *value)).then_some(both)
    }

    /// Whether whatever `other` matches is matched.
    pub(super) fn covers(&self, other: &Self) -> bool {
        self.literals.iter().all(|(bit, value)| other.literals.get(bit) == Some(value))
    }

    /// What it wants.
    pub(super) fn literals(&self) -> impl Iterator<Item = (Bit, bool)> + '_ {
        self.literals.iter().map(|(bit, value)| (*bit, *value))
    }

    /// As a value and a mask of the whole state, places told by `place`; `None` when two cells in one place
    /// contradict each other, so that nothing matches.
    pub(super) fn masked(&self, width: u32, place: impl Fn(Bit) -> Bit) -> Option<(Bits, Bits)> {
        let mut placed = Self::default();
        if !self.literals().all(|(bit, value)| placed.require(place(bit), value)) {
            return None;
        }
        let bits = |all: bool| {
            placed
                .literals()
                .filter(|(_, v)| *v || all)
                .fold(Bits::zero(width), |bits, (bit, _)| bits.or(&Bits::mask(width, bit, 1)))
        };
        Some((bits(false), bits(true)))
    }
}

/// One of both.
pub(super) fn or(mut a: Cover, b: Cover) -> Cover {
    for cube in b {
        if !a.iter().any(|c| c.covers(&cube)) {
            a.retain(|c| !cube.covers(c));
            a.push(cube);
        }
    }
    a
}

/// Cubes of a product on the way to it, some of which others cover in the end.
const MAX_PRODUCT: usize = 1024;

/// Both; `None` when that takes too many cubes.
pub(super) fn and(a: &Cover, b: &Cover) -> Option<Cover> {
    if a.len() * b.len() > 4 * MAX_PRODUCT {
        return None;
    }
    let mut products = a.iter().flat_map(|x| b.iter().filter_map(|y| x.and(y)));
    products.try_fold(Vec::new(), |cover, cube| {
        let cover = or(cover, vec![cube]);
        (cover.len() <= MAX_PRODUCT).then_some(cover)
    })
}

/// Where the number `word` is less than `bound` (`bound` has at most as many bits). `None` when a bit isn't one of
/// the state.
pub(super) fn less(word: &[Form], bound: impl Fn(usize) -> bool) -> Option<Cover> {
    digits(word, bound, true)
}

/// Where the number `word` is greater than `bound`.
pub(super) fn greater(word: &[Form], bound: impl Fn(usize) -> bool) -> Option<Cover> {
    digits(word, bound, false)
}

/// Equal above some digit, and there less (the bound's is 1) or greater (it is 0).
fn digits(word: &[Form], bound: impl Fn(usize) -> bool, digit: bool) -> Option<Cover> {
    let mut cover = Vec::new();
    for i in (0..word.len()).filter(|i| bound(*i) == digit) {
        let mut cube = Cube::default();
        let mut possible = true;
        for (j, form) in word.iter().enumerate().skip(i) {
            let value = if i == j { !digit } else { bound(j) };
            possible = cube.require_form(form, value)? && possible;
        }
        if possible {
            cover = or(cover, vec![cube]);
        }
    }
    Some(cover)
}

/// Where `word` equals `value`.
pub(super) fn equal(word: &[Form], value: impl Fn(usize) -> bool) -> Option<Cover> {
    let mut cube = Cube::default();
    let mut possible = true;
    for (i, form) in word.iter().enumerate() {
        possible = cube.require_form(form, value(i))? && possible;
    }
    Some(if possible { vec![cube] } else { Vec::new() })
}

/// Where `word` doesn't equal `value`.
pub(super) fn unequal(word: &[Form], value: impl Fn(usize) -> bool) -> Option<Cover> {
    let mut cover = Vec::new();
    for (i, form) in word.iter().enumerate() {
        let mut cube = Cube::default();
        if cube.require_form(form, !value(i))? {
            cover = or(cover, vec![cube]);
        }
    }
    Some(cover)
}

/// The blocks `value/mask` that make up the numbers from `low` to `high`, both included.
pub(super) fn range(low: &Bits, high: &Bits) -> Vec<(Bits, Bits)> {
    let width = low.width();
    let mut blocks = Vec::new();
    let mut from = low.clone();
    while from.cmp_unsigned(high).is_le() {
        // The largest block that starts here and doesn't reach beyond.
        let fits = |size: &u32| {
            let block = Bits::mask(width, 0, *size);
            from.and(&block).is_zero() && from.or(&block).cmp_unsigned(high).is_le()
        };
        let size = (0..=width).rev().find(fits).unwrap_or(0);
        let block = Bits::mask(width, 0, size);
        blocks.push((from.clone(), block.not()));
        let last = from.or(&block);
        if last.is_ones() {
            break;
        }
        from = last.wrapping_add(&Bits::from_u64(width, 1));
    }
    blocks
}
