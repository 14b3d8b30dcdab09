//! What effects do, told again: the persona's actions on one word.

use hyper4_bits::{Bits, checksum};

use crate::Effect;

/// The state after an effect, as [`Effect`] defines it.
pub(super) fn run(effect: &Effect, state: &Bits) -> Bits {
    match effect {
        Effect::Commit { keep, value } => state.and(keep).xor(value),
        Effect::Add { keep, value, add_mask, addend } => {
            let sum = state.and(add_mask).wrapping_add(addend).and(add_mask);
            state.and(keep).xor(value).xor(&sum)
        }
        Effect::Move { keep, value, left_mask, left, right_mask, right } => {
            let towards_front = state.and(left_mask).shl(*left as usize);
            let away = state.and(right_mask).lshr(*right as usize);
            state.and(keep).xor(value).xor(&towards_front).xor(&away)
        }
        Effect::Checksum { sum_mask, to, keep, value, right_mask, right } => {
            let sum = checksum::internet(&state.and(sum_mask).to_be_bytes());
            let sum = Bits::from_u64(state.width(), sum.into()).shl(*to as usize);
            let away = state.and(right_mask).lshr(*right as usize);
            state.and(keep).xor(value).xor(&sum).xor(&away)
        }
    }
}
