//! A part of a parallel assignment that one effect can carry out.

use std::collections::BTreeSet;

use hyper4_bits::Bits;

use super::form::Bit;
use super::template::Piece;

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
    /// A number is added in place.
    Add {
        /// In the field's place.
        addend: Bits,
        /// What arguments join to it.
        pieces: Vec<Piece>,
        /// It is subtracted.
        subtract: bool,
    },
    /// A checksum is joined.
    Checksum {
        /// Where its lowest bit goes.
        at: Bit,
    },
}

/// A part of an assignment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Unit {
    pub(super) kind: Kind,
    /// What it writes.
    pub(super) bits: BTreeSet<Bit>,
    /// What it reads, other than the bits themselves.
    pub(super) read: BTreeSet<Bit>,
    /// What must have been written before.
    pub(super) after: BTreeSet<Bit>,
    /// An entry's arguments are in it: it belongs into the first effect.
    pub(super) needs_entry: bool,
}

impl Unit {
    pub(super) fn new(kind: Kind, bits: BTreeSet<Bit>, read: BTreeSet<Bit>) -> Self {
        Self { kind, bits, read, after: BTreeSet::new(), needs_entry: false }
    }

    /// Whether it reads what `bit` was before anything was written.
    pub(super) fn reads(&self, bit: Bit) -> bool {
        self.read.contains(&bit) && !self.after.contains(&bit)
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
            Kind::Add { .. } | Kind::Checksum { .. } => false,
        }
    }
}
