//! The Internet checksum.

use hyper4_bits::Bits;

use super::{Node, Slice, Terms, Word};

impl Terms {
    /// The ones' complement of the ones' complement sum of the word's bytes, taken as 16-bit words from the first one on;
    /// a word that isn't filled has zeros at its end.
    ///
    /// The order of the words and zeros among them don't matter, so a header and the masked wide state in which it lies
    /// have the same term.
    pub(crate) fn internet_checksum(&mut self, word: &Word) -> Word {
        let padding = word.width().next_multiple_of(16) - word.width();
        let padded = self.append_zeros(word, padding);
        let mut constant: u64 = 0;
        let mut words = Vec::new();
        for index in 0..padded.width() / 16 {
            let part = self.extract(&padded, 16 * index, 16);
            match part.as_u64() {
                Some(value) => constant += value,
                None => words.push(part),
            }
        }
        let constant = fold(constant);
        if words.is_empty() {
            return Word::number(16, !constant & 0xffff);
        }
        if constant != 0 {
            words.push(Word::number(16, constant));
        }
        words.sort();
        Word::slice(Slice::whole(self.term(Node::Checksum(words), 16)))
    }
}

/// The ones' complement sum of the 16-bit words of a number.
fn fold(mut sum: u64) -> u64 {
    while sum > 0xffff {
        sum = (sum & 0xffff) + (sum >> 16);
    }
    sum
}

/// The checksum of constant words.
pub(super) fn evaluate(words: impl Iterator<Item = Bits>) -> Bits {
    Bits::from_u64(16, !fold(words.map(|word| word.low_u64()).sum()))
}
