//! A part of a parallel assignment that one effect can carry out.

use std::collections::BTreeSet;

use hyper4_bits::{Bits, HashAlgorithm};

use super::form::Bit;
use super::template::Piece;
use crate::Operation;

/// An operand of a computation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Operand {
    /// What it reads, where it lies.
    pub(super) mask: Bits,
    /// How far that is shifted, towards the packet's front when positive.
    pub(super) shift: i32,
    /// What is joined to it then.
    pub(super) value: Bits,
    /// What arguments join to it.
    pub(super) pieces: Vec<Piece>,
}

/// What is computed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Function {
    /// Of two operands, the left one not shifted.
    Binary(Operation),
    /// Of the left operand.
    Hash { algorithm: HashAlgorithm, base: u64, modulus: u64 },
}

/// A computation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Compute {
    pub(super) function: Function,
    pub(super) a: Operand,
    pub(super) b: Operand,
    /// The bits of the result that are wanted, before they are shifted.
    pub(super) result: Bits,
    /// How far they are shifted.
    pub(super) shift: i32,
}

/// What is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    /// Constants and parameters are written, or joined to bits that stay.
    Write,
    /// Bits are joined from so many places below; negative: above.
    Copy {
        /// In bits.
        distance: i64,
    },
    /// A result is joined.
    Compute(Box<Compute>),
    /// A checksum is joined.
    Checksum {
        /// Where its lowest bit goes.
        at: Bit,
    },
}

impl Compute {
    /// Whether it adds what is known when an entry is added to a field, where that is.
    pub(super) fn adds_in_place(&self) -> bool {
        let sum = matches!(self.function, Function::Binary(Operation::Sum | Operation::Difference));
        let a = &self.a;
        sum && self.shift == 0
            && a.mask == self.result
            && a.value.is_zero()
            && a.pieces.is_empty()
            && self.b.mask.is_zero()
    }
}

/// A part of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) kind: Kind,
    /// What it writes.
    pub(super) bits: BTreeSet<Bit>,
    /// What it reads of what was there before anything was written, other than the bits themselves.
    pub(super) read: BTreeSet<Bit>,
    /// What it reads of what is written before: all of that must have been done.
    pub(super) after: BTreeSet<Bit>,
    /// An entry's arguments are in it: it belongs into the first effect.
    pub(super) needs_entry: bool,
    /// It writes scratch, to be out of the way.
    pub(super) in_scratch: bool,
}

impl Unit {
    pub(super) fn new(kind: Kind, bits: BTreeSet<Bit>, read: BTreeSet<Bit>) -> Self {
        Self { kind, bits, read, after: BTreeSet::new(), needs_entry: false, in_scratch: false }
    }

    /// What it reads, whenever that was written.
    pub(super) fn all_read(&self) -> BTreeSet<Bit> {
        self.read.union(&self.after).copied().collect()
    }

    /// How far it copies in that direction.
    pub(super) fn distance(&self, towards_front: bool) -> Option<u32> {
        match self.kind {
            Kind::Copy { distance } if (distance > 0) == towards_front => {
                Some(distance.unsigned_abs() as u32)
            }
            _ => None,
        }
    }

    /// Whether an effect with these distances, and nothing else, can carry it out.
    pub(super) fn fits(&self, left: Option<u32>, right: Option<u32>) -> bool {
        match self.kind {
            Kind::Write => true,
            Kind::Copy { .. } => {
                (left.is_some() && self.distance(true) == left)
                    || (right.is_some() && self.distance(false) == right)
            }
            Kind::Compute(_) | Kind::Checksum { .. } => false,
        }
    }
}
