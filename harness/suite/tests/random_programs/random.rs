//! Numbers from one seed.

use hyper4_bits::Bits;

/// SplitMix64.
pub(crate) struct Random(u64);

impl Random {
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15))
    }

    pub(crate) fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }

    /// From 0 to `count - 1`.
    pub(crate) fn below(&mut self, count: usize) -> usize {
        (self.next() % count.max(1) as u64) as usize
    }

    /// Once in `times`.
    pub(crate) fn once_in(&mut self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub(crate) fn pick<T: Clone>(&mut self, items: &[T]) -> T {
        items[self.below(items.len())].clone()
    }

    /// Often small, so that values meet.
    pub(crate) fn bits(&mut self, width: u32) -> Bits {
        match self.below(5) {
            0..=2 => Bits::from_u64(width, self.next() % 4),
            3 => Bits::ones(width),
            _ => {
                let bytes: Vec<u8> = (0..width.div_ceil(8)).map(|_| self.next() as u8).collect();
                Bits::from_be_bytes(width, &bytes)
            }
        }
    }
}
