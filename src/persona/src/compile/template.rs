//! Effects whose values an entry's arguments complete.

use hyper4_bits::Bits;

use crate::Effect;

/// Bits of an action parameter and where they go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Piece {
    /// The parameter.
    pub(super) index: usize,
    /// The first bit of it.
    pub(super) from: u32,
    /// Bits.
    pub(super) width: u32,
    /// Where the first one goes in the state.
    pub(super) to: u32,
}

/// An effect; its value, and its addend, lack what the arguments give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// With the constants.
    pub(super) effect: Effect,
    /// What is joined to the value by XOR.
    pub(super) value: Vec<Piece>,
    /// What is joined to the addend by XOR.
    pub(super) addend: Vec<Piece>,
    /// The addend so far is to be subtracted.
    pub(super) subtract: bool,
}

impl Template {
    /// The effect for these arguments.
    pub(super) fn effect(&self, arguments: &[Bits]) -> Effect {
        let mut effect = self.effect.clone();
        match &mut effect {
            Effect::Commit { value, .. } | Effect::Move { value, .. } | Effect::Checksum { value, .. } => {
                *value = joined(value, &self.value, arguments);
            }
            Effect::Add { value, addend, add_mask, .. } => {
                *value = joined(value, &self.value, arguments);
                *addend = joined(addend, &self.addend, arguments);
                if self.subtract {
                    // In the field's place: the field's lowest bit counts as 1, and what is above it is cut off.
                    *addend = Bits::zero(addend.width()).wrapping_sub(addend).and(add_mask);
                }
            }
        }
        effect
    }
}

impl Template {
    /// The bits that it may change, whatever the arguments are.
    pub(super) fn changes(&self) -> Bits {
        let changes = self.effect.changes();
        self.value
            .iter()
            .fold(changes, |changes, piece| changes.or(&Bits::mask(changes.width(), piece.to, piece.width)))
    }
}

fn joined(value: &Bits, pieces: &[Piece], arguments: &[Bits]) -> Bits {
    pieces.iter().fold(value.clone(), |value, piece| {
        let Some(argument) = arguments.get(piece.index) else { return value };
        let bits = argument.lshr(piece.from as usize).resize(piece.width).resize(value.width());
        value.xor(&bits.shl(piece.to as usize))
    })
}

/// Adjacent pieces as one.
pub(super) fn merged(mut pieces: Vec<Piece>) -> Vec<Piece> {
    pieces.sort_by_key(|p| (p.index, p.to, p.from));
    let mut merged: Vec<Piece> = Vec::new();
    for piece in pieces {
        match merged.last_mut() {
            Some(last)
                if last.index == piece.index
                    && last.from + last.width == piece.from
                    && last.to + last.width == piece.to =>
            {
                last.width += piece.width;
            }
            _ => merged.push(piece),
        }
    }
    merged
}
