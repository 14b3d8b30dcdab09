//! Random choices.

use hyper4_bits::Bits;
use proptest::prelude::Rng;
use proptest::test_runner::TestRng;

/// Random choices from a test runner's generator.
pub(crate) struct Dice<'a> {
    rng: &'a mut TestRng,
}

impl<'a> Dice<'a> {
    pub(crate) fn new(rng: &'a mut TestRng) -> Self {
        Self { rng }
    }

    /// A number from 0 to `n - 1`; 0 when `n` is 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        // The bias of a product's upper half is 2^-32 at most for the small `n` that occur.
        ((u128::from(self.rng.next_u64()) * n as u128) >> 64) as usize
    }

    /// True in `percent` of a hundred cases.
    pub(crate) fn percent(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `items`, each equally likely.
    pub(crate) fn pick<'b, T>(&mut self, items: &'b [T]) -> Option<&'b T> {
        items.get(self.below(items.len()))
    }

    /// A number from `low` to `high`; `low` when `high` is less.
    pub(crate) fn between(&mut self, low: usize, high: usize) -> usize {
        low.saturating_add(self.below(high.saturating_sub(low).saturating_add(1)))
    }

    /// Random bits.
    pub(crate) fn bits(&mut self, width: u32) -> Bits {
        match width {
            0..=64 => Bits::from_u64(width, self.rng.next_u64()),
            65..=128 => {
                let high = u128::from(self.rng.next_u64()) << 64;
                Bits::from_u128(width, high | u128::from(self.rng.next_u64()))
            }
            _ => {
                let mut bytes = vec![0; width.div_ceil(8) as usize];
                self.fill(&mut bytes);
                Bits::from_be_bytes(width, &bytes)
            }
        }
    }

    /// A value that programs are often wrong about: all zeros, all ones, one off them, the sign bit, one bit.
    pub(crate) fn boundary(&mut self, width: u32) -> Bits {
        let one = Bits::from_u64(width, 1);
        match self.below(6) {
            0 => Bits::zero(width),
            1 => one,
            2 => Bits::ones(width),
            3 => Bits::ones(width).wrapping_sub(&one),
            4 => Bits::min_signed(width),
            _ => one.shl(self.below(width as usize)),
        }
    }

    /// Random bytes.
    pub(crate) fn fill(&mut self, bytes: &mut [u8]) {
        self.rng.fill_bytes(bytes);
    }
}
