//! Hashes.

use hyper4_bits::{Bits, HashAlgorithm};

use crate::term::Word;

use super::{Executor, Stop, unsupported};

/// Before the name of an algorithm: the function that says what its hashes are.
pub(crate) const HASH: &str = "hash ";

impl Executor<'_, '_> {
    /// A hash of some bits, the last byte filled up with zeros: 64 bits.
    pub(super) fn hashed(
        &mut self,
        construct: &str,
        algorithm: HashAlgorithm,
        input: &Word,
    ) -> Result<Word, Stop> {
        let width = input.width().next_multiple_of(8);
        let input = self.context.terms.append_zeros(input, width - input.width());
        match algorithm {
            HashAlgorithm::Csum16 | HashAlgorithm::Cksum16 => {
                Ok(self.context.terms.internet_checksum(&input))
            }
            HashAlgorithm::RoundRobin | HashAlgorithm::RoundRobinConsistent => {
                Err(unsupported(construct, None, "it counts packets, which is not dealt with"))
            }
            algorithm => {
                if let Some(bits) = input.as_const() {
                    return Ok(Word::number(64, algorithm.compute(&bits.to_be_bytes())));
                }
                match algorithm {
                    HashAlgorithm::Xxh64 => {
                        let name = format!("{HASH}{}", algorithm.bmv2_name());
                        Ok(self.context.terms.apply(&name, vec![input], 64))
                    }
                    _ => Ok(self.linear(algorithm, &input)),
                }
            }
        }
    }

    /// A hash of which each bit is an exclusive or of some of the input's bits, inverted or not. So equal hashes of
    /// different words, such as the same header in a larger one, are the same term.
    fn linear(&mut self, algorithm: HashAlgorithm, input: &Word) -> Word {
        let width = input.width();
        let bits: Vec<Word> = (0..width).map(|bit| self.context.terms.extract(input, bit, 1)).collect();
        let mut fixed = Bits::zero(width);
        for (number, bit) in (0..).zip(&bits) {
            if bit.as_u64() == Some(1) {
                fixed = fixed.or(&Bits::mask(width, number, 1));
            }
        }
        let of = |bits: &Bits| algorithm.compute(&bits.to_be_bytes());
        let at_zero = of(&fixed);
        let mut sums: Vec<Vec<Word>> = (0..64).map(|bit| vec![Word::number(1, at_zero >> bit & 1)]).collect();
        for (number, bit) in (0..).zip(&bits) {
            if bit.as_const().is_some() {
                continue;
            }
            let changed = at_zero ^ of(&fixed.or(&Bits::mask(width, number, 1)));
            for (index, sum) in sums.iter_mut().enumerate() {
                if changed >> index & 1 == 1 {
                    sum.push(bit.clone());
                }
            }
        }
        let mut hash = Word::zero(0);
        for sum in sums.iter().rev() {
            let bit = self.context.terms.xor_all(sum);
            hash = hash.concat(&bit);
        }
        hash
    }
}
