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

/// An effect; its values lack what the arguments give.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Template {
    /// With the constants.
    pub(super) effect: Effect,
    /// What is joined to the value by XOR.
    pub(super) value: Vec<Piece>,
    /// What is joined to a left operand.
    pub(super) a: Vec<Piece>,
    /// What is joined to a right operand, or to the addend.
    pub(super) b: Vec<Piece>,
    /// The addend so far is to be subtracted.
    pub(super) subtract: bool,
}

impl Template {
    /// An effect that arguments add nothing to.
    pub(super) fn fixed(effect: Effect) -> Self {
        Self { effect, value: Vec::new(), a: Vec::new(), b: Vec::new(), subtract: false }
    }

    /// The effect for these arguments.
    pub(super) fn effect(&self, arguments: &[Bits]) -> Effect {
        let mut effect = self.effect.clone();
        let join = |value: &mut Bits, pieces: &[Piece]| *value = joined(value, pieces, arguments);
        match &mut effect {
            Effect::Commit { value, .. }
            | Effect::Move { value, .. }
            | Effect::Checksum { value, .. }
            | Effect::State { value, .. }
            | Effect::Load { value, .. }
            | Effect::Standard { value, .. } => {
                join(value, &self.value);
            }
            Effect::Add { value, addend, add_mask, .. } => {
                join(value, &self.value);
                join(addend, &self.b);
                if self.subtract {
                    // In the field's place: the field's lowest bit counts as 1, and what is above it is cut off.
                    *addend = Bits::zero(addend.width()).wrapping_sub(addend).and(add_mask);
                }
            }
            Effect::Compute { value, a_value, b_value, .. } => {
                join(value, &self.value);
                join(a_value, &self.a);
                join(b_value, &self.b);
            }
            Effect::Hash { value, input_value, .. } => {
                join(value, &self.value);
                join(input_value, &self.a);
            }
        }
        effect
    }

    /// Whether arguments are in it.
    #[cfg(test)]
    pub(super) fn needs_entry(&self) -> bool {
        !(self.value.is_empty() && self.a.is_empty() && self.b.is_empty())
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
