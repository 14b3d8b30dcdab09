//! The generator: which packet is number `i` of a subject.

use std::sync::Arc;

use hyper4_ir::{Command, Packet, Program};
use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

use crate::coverage::Coverage;
use crate::strategy::PacketStrategy;
use crate::tree::PacketTree;
use crate::{GenError, PacketLimits};

/// A program with what its control plane said.
#[derive(Clone, Debug)]
pub struct Guest {
    /// The program.
    pub program: Arc<Program>,
    /// What its control plane said. Every entry that was ever added counts, also one that was changed or taken away
    /// later: what a switch should have forgotten is worth a packet.
    pub commands: Vec<Command>,
}

/// Makes the packets of one subject: packet `i` follows from the seed, the subject's name and `i` alone.
#[derive(Clone, Debug)]
pub struct PacketGenerator {
    strategy: PacketStrategy,
    seed: u64,
}

impl PacketGenerator {
    /// A generator for a subject. A composition gives several guests; each packet is made for one of them.
    ///
    /// # Errors
    /// [`GenError`] when there is no guest, a limit leaves nothing, or an entry doesn't fit its program.
    pub fn new(seed: u64, subject: &str, guests: &[Guest], limits: &PacketLimits) -> Result<Self, GenError> {
        if guests.is_empty() {
            return Err(GenError::NoGuest(subject.to_owned()));
        }
        let strategy = PacketStrategy::new(guests, limits)?;
        Ok(Self { strategy, seed: mix(seed, fold(subject)) })
    }

    /// The strategy the packets come from.
    pub fn strategy(&self) -> &PacketStrategy {
        &self.strategy
    }

    /// Packet number `index`.
    pub fn packet(&self, index: u64) -> Packet {
        self.strategy.generate(&mut self.rng(index), None)
    }

    /// Packet number `index`, and a count of what it reaches.
    pub fn counted_packet(&self, index: u64, coverage: &mut Coverage) -> Packet {
        self.strategy.generate(&mut self.rng(index), Some(coverage))
    }

    /// Counts of nothing yet.
    pub fn coverage(&self) -> Coverage {
        self.strategy.coverage()
    }

    /// Packet number `index` with its simpler relatives, for shrinking.
    pub fn tree(&self, index: u64) -> PacketTree {
        let mut runner = TestRunner::new_with_rng(Config::default(), self.rng(index));
        // The strategy rejects nothing, so that there always is a tree; the packet itself is the simplest answer.
        self.strategy.new_tree(&mut runner).unwrap_or_else(|_| self.strategy.tree_of(self.packet(index)))
    }

    /// The simplest packet for which `fails` still holds, starting from packet `index`, or `None` when it doesn't hold
    /// for that. Asks at most `budget` times.
    pub fn shrink(
        &self,
        index: u64,
        budget: usize,
        mut fails: impl FnMut(&Packet) -> bool,
    ) -> Option<Packet> {
        let mut tree = self.tree(index);
        let mut found = tree.current();
        if !fails(&found) {
            return None;
        }
        let mut again = tree.simplify();
        for _ in 1..budget {
            if !again {
                break;
            }
            let candidate = tree.current();
            again = if fails(&candidate) {
                found = candidate;
                tree.simplify()
            } else {
                tree.complicate()
            };
        }
        Some(found)
    }

    fn rng(&self, index: u64) -> TestRng {
        rng(self.seed, index)
    }
}

/// The random numbers of case `index`, which follow from the seed and `index` alone.
pub(crate) fn rng(seed: u64, index: u64) -> TestRng {
    let low = mix(seed, index);
    let high = mix(low, index);
    let mut seed = [0; 16];
    seed.iter_mut()
        .zip(low.to_le_bytes().into_iter().chain(high.to_le_bytes()))
        .for_each(|(to, from)| *to = from);
    TestRng::from_seed(RngAlgorithm::XorShift, &seed)
}

/// SplitMix64's finaliser over two words: neighbouring numbers give seeds that have nothing in common.
fn mix(a: u64, b: u64) -> u64 {
    let mut z = a.rotate_left(32) ^ b.wrapping_add(0x9e37_79b9_7f4a_7c15).wrapping_mul(0xd6e8_feb8_6659_fd93);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// FNV-1a.
fn fold(text: &str) -> u64 {
    text.bytes()
        .fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3))
}
