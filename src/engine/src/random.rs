//! Where random numbers come from.

/// Gives random numbers.
pub trait Random: Send {
    /// A number from `low` to `high`, both included; `low` is at most `high`.
    fn between(&mut self, low: u64, high: u64) -> u64;
}

/// The same numbers after the same seed (splitmix64). simple_switch seeds its own by the number of a thread, so its
/// numbers can't be foretold: they compare as a set of allowed ones.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeededRandom(u64);

impl SeededRandom {
    /// A generator that begins with `seed`.
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ self.0 >> 30).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ mixed >> 31
    }
}

impl Random for SeededRandom {
    fn between(&mut self, low: u64, high: u64) -> u64 {
        let number = self.next();
        match (high - low).checked_add(1) {
            // The high bits of a product: even to within 2^-64 of the range.
            Some(count) => low + ((u128::from(number) * u128::from(count)) >> 64) as u64,
            None => number,
        }
    }
}
