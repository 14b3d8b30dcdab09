//! What effects do, told again: the persona's actions on one word.

use hyper4_bits::{Bits, checksum};

use crate::{Effect, Operation};

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
        Effect::State { keep, value, .. }
        | Effect::Load { keep, value, .. }
        | Effect::Standard { keep, value, .. } => state.and(keep).xor(value),
        Effect::Checksum { sum_mask, to, keep, value, right_mask, right } => {
            let sum = checksum::internet(&state.and(sum_mask).to_be_bytes());
            let sum = Bits::from_u64(state.width(), sum.into()).shl(*to as usize);
            let away = state.and(right_mask).lshr(*right as usize);
            state.and(keep).xor(value).xor(&sum).xor(&away)
        }
        Effect::Compute {
            operation,
            keep,
            value,
            a_mask,
            a_value,
            b_mask,
            b_shift,
            b_value,
            result_mask,
            result_shift,
        } => {
            let a = state.and(a_mask).xor(a_value);
            let b = shifted(&state.and(b_mask), *b_shift).xor(b_value);
            let amount = b.resize(8).low_u64() as usize;
            let result = match operation {
                Operation::Sum => a.wrapping_add(&b),
                Operation::Difference => a.wrapping_sub(&b),
                Operation::Conjunction => a.and(&b),
                Operation::Product => a.wrapping_mul(&b),
                Operation::ShiftLeft => a.shl(amount),
                Operation::ShiftRight => a.lshr(amount),
            };
            state.and(keep).xor(value).xor(&shifted(&result.and(result_mask), *result_shift))
        }
        Effect::Hash {
            algorithm,
            keep,
            value,
            input_mask,
            input_shift,
            input_value,
            base,
            modulus,
            result_mask,
            result_shift,
        } => {
            let input = shifted(&state.and(input_mask), *input_shift).xor(input_value);
            let hash = base.wrapping_add(algorithm.compute(&input.to_be_bytes()) % (*modulus).max(1));
            let hash = Bits::from_u64(state.width(), hash).and(result_mask);
            state.and(keep).xor(value).xor(&shifted(&hash, *result_shift))
        }
    }
}

fn shifted(bits: &Bits, distance: i32) -> Bits {
    let by = distance.unsigned_abs() as usize;
    if distance > 0 { bits.shl(by) } else { bits.lshr(by) }
}
