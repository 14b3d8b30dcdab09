//! The parts on their own.

use hyper4_bits::Bits;
use proptest::prelude::*;
use proptest::test_runner::{RngAlgorithm, TestRng};

use crate::bit_buffer::BitBuffer;
use crate::dice::Dice;
use crate::pattern::Pattern;

fn with_dice<T>(seed: u64, use_it: impl FnOnce(&mut Dice<'_>) -> T) -> T {
    let mut bytes = [1; 16];
    bytes[..8].copy_from_slice(&seed.to_le_bytes());
    use_it(&mut Dice::new(&mut TestRng::from_seed(RngAlgorithm::XorShift, &bytes)))
}

fn bits(max: u32) -> impl Strategy<Value = Bits> {
    (1..=max, prop::collection::vec(any::<u8>(), 40))
        .prop_map(|(width, bytes)| Bits::from_be_bytes(width, &bytes))
}

/// One character a bit.
fn text(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:08b}")).collect()
}

proptest! {
    #[test]
    fn writing_changes_the_bits_it_should_and_no_others(
        before in prop::collection::vec(any::<u8>(), 0..48),
        at in 0_usize..400,
        value in bits(200),
    ) {
        let mut buffer = BitBuffer::default();
        for byte in &before {
            buffer.push(&Bits::from_u64(8, u64::from(*byte)));
        }
        prop_assert_eq!(buffer.bytes(), before.as_slice());
        buffer.write(at, &value);
        let mut expected: Vec<char> = text(&before).chars().collect();
        for number in 0..value.width() {
            if let Some(bit) = expected.get_mut(at + number as usize) {
                *bit = if value.bit(value.width() - 1 - number) { '1' } else { '0' };
            }
        }
        prop_assert_eq!(text(buffer.bytes()), expected.iter().collect::<String>());
        let there = at + value.width() as usize <= before.len() * 8;
        prop_assert_eq!(buffer.read(at, value.width()), there.then_some(value));
    }

    #[test]
    fn growing_and_cutting_leaves_zeros(first in 0_usize..70, second in 0_usize..70, third in 0_usize..70) {
        let mut buffer = BitBuffer::default();
        buffer.resize(first);
        buffer.write(0, &Bits::ones(first as u32));
        buffer.resize(second);
        buffer.resize(third);
        let kept = first.min(second).min(third);
        let expected = "1".repeat(kept) + &"0".repeat(third.next_multiple_of(8) - kept);
        prop_assert_eq!(text(buffer.bytes()), expected);
        prop_assert_eq!(buffer.len(), third);
    }

    #[test]
    fn hits_match_and_near_misses_do_not(value in bits(140), mask in bits(140), seed: u64) {
        let mask = mask.resize(value.width());
        prop_assume!(!mask.is_zero());
        let pattern = Pattern::Masked { value: value.and(&mask), mask };
        let (hit, miss) = with_dice(seed, |dice| (pattern.hit(dice), pattern.near_miss(dice)));
        prop_assert!(pattern.matches(&hit));
        prop_assert!(!pattern.matches(&miss), "{:?} {:?}", pattern, miss);
    }

    #[test]
    fn ranges_too(a in bits(140), b in bits(140), seed: u64) {
        let b = b.resize(a.width());
        let (low, high) = if a < b { (a, b) } else { (b, a) };
        prop_assume!(!(low.is_zero() && high.is_ones()));
        let pattern = Pattern::Range { low, high };
        let (hit, miss) = with_dice(seed, |dice| (pattern.hit(dice), pattern.near_miss(dice)));
        prop_assert!(pattern.matches(&hit));
        prop_assert!(!pattern.matches(&miss), "{:?} {:?}", pattern, miss);
    }

    #[test]
    fn choices_stay_in_bounds(n in 0_usize..2000, width in 0_u32..300, seed: u64) {
        with_dice(seed, |dice| {
            assert!(dice.below(n) < n.max(1));
            assert!((n..=n + 7).contains(&dice.between(n, n + 7)));
            assert_eq!(dice.between(n + 1, n), n + 1);
            assert_eq!(dice.bits(width).width(), width);
            assert_eq!(dice.boundary(width).width(), width);
        });
    }
}
