//! Rows with open places: what an emulator makes of an entry, whatever values the entry has.

#[cfg(test)]
mod tests;

use hyper4_bits::Bits;

use crate::{Command, MatchValue};

/// A part of an entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EntryPart {
    /// The value of a key field, zeros outside of its mask.
    Value(usize),
    /// The mask of a key field: ones of an exact one, a prefix of one with a prefix.
    Mask(usize),
    /// An argument of the action.
    Argument(usize),
}

/// A part of a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RowPart {
    /// The value of a key field.
    Value(usize),
    /// The mask of a ternary key field, or of one with a prefix, whose length is then the number of leading ones.
    Mask(usize),
    /// An argument of the action.
    Argument(usize),
}

/// Bits of an entry that go to a place in a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RowPiece {
    /// Whose bits.
    pub part: EntryPart,
    /// The first one, 0 being the least significant.
    pub from: u32,
    /// How many.
    pub width: u32,
    /// Where they go.
    pub place: RowPart,
    /// The first bit there.
    pub to: u32,
}

/// What an entry of some table becomes: a row whose open places the entry's bits fill.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowTemplate {
    /// [`Command::TableAdd`] of the row for an entry that is all zeros.
    pub command: Command,
    /// What is joined to it by exclusive or.
    pub pieces: Vec<RowPiece>,
    /// Arguments that are subtracted from 0 then, and the bits of them that count.
    pub negated: Vec<(usize, Bits)>,
    /// Key fields of the entry that must match these values for the row to be there: what is looked up in them is known
    /// beforehand.
    pub guards: Vec<(usize, Bits)>,
}

/// The values of an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EntryValues {
    /// The value, zeros outside of the mask, and the mask of each key field.
    pub key: Vec<(Bits, Bits)>,
    /// The action's arguments.
    pub arguments: Vec<Bits>,
}

impl EntryValues {
    /// The bits of one part; `None` when there is no such part.
    pub fn part(&self, part: EntryPart) -> Option<&Bits> {
        match part {
            EntryPart::Value(number) => self.key.get(number).map(|(value, _)| value),
            EntryPart::Mask(number) => self.key.get(number).map(|(_, mask)| mask),
            EntryPart::Argument(number) => self.arguments.get(number),
        }
    }
}

impl RowTemplate {
    /// The row for an entry; `None` when there is none for it.
    pub fn row(&self, entry: &EntryValues) -> Option<Command> {
        let there = |(number, known): &(usize, Bits)| {
            entry.key.get(*number).is_some_and(|(value, mask)| known.matches(value, mask))
        };
        let Command::TableAdd { table, key, action, arguments, priority } = &self.command else {
            return None;
        };
        if !self.guards.iter().all(there) {
            return None;
        }
        let joined = |place: RowPart, constant: &Bits| {
            let pieces = self.pieces.iter().filter(|piece| piece.place == place);
            pieces.fold(constant.clone(), |bits, piece| {
                let Some(part) = entry.part(piece.part) else { return bits };
                let part = part.lshr(piece.from as usize).resize(piece.width).resize(bits.width());
                bits.xor(&part.shl(piece.to as usize))
            })
        };
        let key = key.iter().enumerate().map(|(number, field)| {
            let value = |constant: &Bits| joined(RowPart::Value(number), constant);
            let mask = |constant: &Bits| joined(RowPart::Mask(number), constant);
            match field {
                MatchValue::Exact(constant) => MatchValue::Exact(value(constant)),
                MatchValue::Lpm { value: constant, prefix_length } => MatchValue::Lpm {
                    value: value(constant),
                    prefix_length: mask(&Bits::prefix_mask(constant.width(), *prefix_length)).leading_ones(),
                },
                MatchValue::Ternary { value: constant, mask: ones } => {
                    MatchValue::Ternary { value: value(constant), mask: mask(ones) }
                }
                MatchValue::Range { .. } | MatchValue::Optional(_) => field.clone(),
            }
        });
        let arguments = arguments.iter().enumerate().map(|(number, constant)| {
            let argument = joined(RowPart::Argument(number), constant);
            match self.negated.iter().find(|(negated, _)| *negated == number) {
                Some((_, counts)) => Bits::zero(argument.width()).wrapping_sub(&argument).and(counts),
                None => argument,
            }
        });
        Some(Command::TableAdd {
            table: table.clone(),
            key: key.collect(),
            action: action.clone(),
            arguments: arguments.collect(),
            priority: *priority,
        })
    }
}
