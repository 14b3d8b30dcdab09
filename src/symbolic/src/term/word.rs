//! Rows of constants and slices.

use std::rc::Rc;

use hyper4_bits::Bits;

use super::Term;
use super::runs::{leading_zeros, run_from};

/// Consecutive bits of a term.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Slice {
    pub(crate) term: Term,
    /// The least significant bit, 0 being the term's.
    pub(crate) low: u32,
    pub(crate) width: u32,
    /// Each bit is inverted.
    pub(crate) flipped: bool,
}

impl Slice {
    /// All of a term.
    pub(crate) fn whole(term: Term) -> Self {
        let width = term.width();
        Self { term, low: 0, width, flipped: false }
    }

    pub(crate) fn is_whole(&self) -> bool {
        self.low == 0 && self.width == self.term.width()
    }

    /// Whether these are the bits right below those of `above`, each flipped or not.
    pub(crate) fn follows(&self, above: &Self) -> bool {
        self.term == above.term && above.low == self.low + self.width
    }

    pub(crate) fn flip(&self) -> Self {
        Self { flipped: !self.flipped, ..self.clone() }
    }
}

/// A part of a word.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) enum Part {
    Const(Bits),
    Slice(Slice),
}

impl Part {
    pub(crate) fn width(&self) -> u32 {
        match self {
            Self::Const(bits) => bits.width(),
            Self::Slice(slice) => slice.width,
        }
    }
}

/// A bit-vector: its parts, the most significant first. No two neighbours could be one part, and none is empty, so equal
/// words that are made of slices of variables alone have equal parts.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub(crate) struct Word {
    width: u32,
    parts: Rc<[Part]>,
}

impl Word {
    pub(crate) fn constant(bits: Bits) -> Self {
        Joiner::default().with(Part::Const(bits)).finish()
    }

    pub(crate) fn zero(width: u32) -> Self {
        Self::constant(Bits::zero(width))
    }

    pub(crate) fn number(width: u32, value: u64) -> Self {
        Self::constant(Bits::from_u64(width, value))
    }

    pub(crate) fn slice(slice: Slice) -> Self {
        Joiner::default().with(Part::Slice(slice)).finish()
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }

    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    /// Whether it is made of something that is hard to reason about bit by bit.
    pub(crate) fn is_hard(&self) -> bool {
        self.parts.iter().any(|part| matches!(part, Part::Slice(slice) if slice.term.is_hard()))
    }

    /// The value, when every bit is constant.
    pub(crate) fn as_const(&self) -> Option<Bits> {
        match &*self.parts {
            [] => Some(Bits::zero(0)),
            [Part::Const(bits)] => Some(bits.clone()),
            _ => None,
        }
    }

    /// The value, when every bit is constant and it fits.
    pub(crate) fn as_u64(&self) -> Option<u64> {
        self.as_const()?.to_u64()
    }

    pub(crate) fn is_zero(&self) -> bool {
        matches!(self.as_const(), Some(bits) if bits.is_zero())
    }

    /// The only part, when it is a slice.
    pub(crate) fn as_slice(&self) -> Option<&Slice> {
        match &*self.parts {
            [Part::Slice(slice)] => Some(slice),
            _ => None,
        }
    }

    /// Constant zeros at the most significant end.
    pub(crate) fn leading_zeros(&self) -> u32 {
        match self.parts.first() {
            Some(Part::Const(bits)) => leading_zeros(bits),
            _ => 0,
        }
    }

    /// Constant zeros at the least significant end.
    pub(crate) fn trailing_zeros(&self) -> u32 {
        match self.parts.last() {
            Some(Part::Const(bits)) if bits.is_zero() => bits.width(),
            Some(Part::Const(bits)) if !bits.bit(0) => run_from(bits, 0),
            _ => 0,
        }
    }

    /// These bits followed by those of `low`.
    pub(crate) fn concat(&self, low: &Self) -> Self {
        let mut joiner = Joiner::default();
        joiner.word(self);
        joiner.word(low);
        joiner.finish()
    }
}

/// Puts parts together, the most significant first.
#[derive(Default)]
pub(crate) struct Joiner {
    width: u32,
    parts: Vec<Part>,
}

impl Joiner {
    pub(crate) fn part(&mut self, part: Part) {
        let width = part.width();
        if width == 0 {
            return;
        }
        self.width += width;
        match (self.parts.last_mut(), &part) {
            (Some(Part::Const(above)), Part::Const(below)) => *above = above.concat(below),
            (Some(Part::Slice(above)), Part::Slice(below))
                if above.flipped == below.flipped && below.follows(above) =>
            {
                above.low = below.low;
                above.width += below.width;
            }
            _ => self.parts.push(part),
        }
    }

    pub(crate) fn word(&mut self, word: &Word) {
        for part in word.parts() {
            self.part(part.clone());
        }
    }

    pub(crate) fn with(mut self, part: Part) -> Self {
        self.part(part);
        self
    }

    pub(crate) fn finish(self) -> Word {
        Word { width: self.width, parts: self.parts.into() }
    }
}
