//! Headers of fixed format: their fields from and to the wire, in words.

use smallvec::SmallVec;

use crate::layout::{FieldSlot, LIMB_BITS};

/// Bytes of a word.
const WORD: usize = 8;

/// How the limbs of a header that has at least a word, and no field of variable width or signed, lie on the wire.
#[derive(Clone, Debug)]
pub(crate) struct Format {
    bytes: usize,
    /// It is one field of whole words.
    whole: bool,
    /// For each limb.
    takes: Box<[Take]>,
    /// The words, one behind the other. The last one ends where the header ends, so it may have bytes of the one before.
    words: Box<[Word]>,
}

/// Where a limb lies: in the word that begins with that byte.
#[derive(Clone, Copy, Debug)]
struct Take {
    byte: usize,
    shift: u32,
    mask: u64,
}

/// The limbs that a word of the header has bits of.
type Word = SmallVec<[Part; 3]>;

/// Bits of a limb, in their place when it is rotated.
#[derive(Clone, Copy, Debug)]
struct Part {
    limb: usize,
    rotate: u32,
    mask: u64,
}

fn ones(count: usize) -> u64 {
    match count {
        0 => 0,
        count => u64::MAX >> (64 - count.min(64)),
    }
}

impl Format {
    /// The format of these fields, which follow each other in memory too; `None` where words won't do.
    pub(crate) fn new(fields: &[FieldSlot]) -> Option<Self> {
        let bits: usize = fields.iter().map(|field| field.width as usize).sum();
        let bytes = bits / 8;
        if !bits.is_multiple_of(8) || bytes < WORD || fields.iter().any(|f| f.signed || f.varbit.is_some()) {
            return None;
        }
        // First bit and number of bits of each limb.
        let mut limbs = Vec::new();
        let mut end = 0;
        for field in fields {
            end += field.width as usize;
            let mut left = field.width as usize;
            let mut above = end;
            while left > 0 {
                let count = left.min(LIMB_BITS as usize);
                above -= count;
                left -= count;
                limbs.push((above, count));
            }
        }
        let take = |(first, count): &(usize, usize)| {
            let byte = (first / 8).min(bytes - WORD);
            let shift = (byte * 8 + 64).checked_sub(first + count)?;
            Some(Take { byte, shift: shift as u32, mask: ones(*count) })
        };
        let takes = limbs.iter().map(take).collect::<Option<_>>()?;
        let words = (0..bytes.div_ceil(WORD)).map(|word| {
            let end = (word * 64 + 64).min(bits);
            let begin = end - 64;
            let part = |(limb, (first, count)): (usize, &(usize, usize))| {
                let (from, to) = ((*first).max(begin), (first + count).min(end));
                // By how much the limb's last bit is before the word's.
                let left = end as i64 - (first + count) as i64;
                let mask = ones(to.checked_sub(from).filter(|bits| *bits > 0)?) << (end - to);
                Some(Part { limb, rotate: left.rem_euclid(64) as u32, mask })
            };
            limbs.iter().enumerate().filter_map(part).collect()
        });
        let whole = fields.len() == 1 && bits.is_multiple_of(64);
        Some(Self { bytes, whole, takes, words: words.collect() })
    }

    /// Take the limbs from the wire; nothing when there are too few bytes.
    pub(crate) fn take(&self, wire: &[u8], limbs: &mut [u64]) {
        let Some(wire) = wire.get(..self.bytes) else { return };
        if self.whole {
            let (words, _) = wire.as_chunks();
            limbs
                .iter_mut()
                .zip(words.iter().rev())
                .for_each(|(limb, word)| *limb = u64::from_be_bytes(*word));
            return;
        }
        for (limb, take) in limbs.iter_mut().zip(&self.takes) {
            let word = wire.get(take.byte..).and_then(|rest| rest.first_chunk());
            *limb = word.map_or(0, |word| u64::from_be_bytes(*word)) >> take.shift & take.mask;
        }
    }

    /// Append the limbs as they go on the wire.
    pub(crate) fn push(&self, limbs: &[u64], wire: &mut Vec<u8>) {
        let start = wire.len();
        wire.resize(start + self.bytes, 0);
        let wire = wire.get_mut(start..).unwrap_or_default();
        if self.whole {
            let (words, _) = wire.as_chunks_mut();
            words.iter_mut().zip(limbs.iter().rev()).for_each(|(word, limb)| *word = limb.to_be_bytes());
            return;
        }
        let value = |word: &Word| {
            let part =
                |part: &Part| limbs.get(part.limb).copied().unwrap_or(0).rotate_left(part.rotate) & part.mask;
            word.iter().fold(0, |value, of| value | part(of)).to_be_bytes()
        };
        let last = self.words.last().map(value);
        let (words, _) = wire.as_chunks_mut();
        words.iter_mut().zip(&self.words).for_each(|(target, word)| *target = value(word));
        if let (Some(target), Some(last)) = (wire.last_chunk_mut(), last) {
            *target = last;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wire::{Writer, read_limbs};

    /// Fields of these widths, one behind the other.
    fn fields(widths: &[u32]) -> Vec<FieldSlot> {
        let mut at = 0;
        let slot = |width: &u32| {
            let slot = FieldSlot { at, width: *width, signed: false, valid: None, varbit: None };
            at += slot.limbs();
            slot
        };
        widths.iter().map(slot).collect()
    }

    #[test]
    fn words_give_what_bits_give() {
        let headers: [&[u32]; 8] = [
            &[48, 48, 16],
            &[4, 4, 8, 16, 16, 3, 13, 8, 8, 16, 32, 32],
            &[64],
            &[1, 62, 1],
            &[1024],
            &[4, 20, 8, 128, 128],
            &[3, 60, 1, 7, 33],
            &[9, 130, 5],
        ];
        let wire: Vec<u8> = (0..200u32).map(|i| (i.wrapping_mul(0x9e37_79b9) >> 13) as u8).collect();
        let mut with_words = 0;
        for widths in headers {
            let fields = fields(widths);
            let Some(format) = Format::new(&fields) else { continue };
            with_words += 1;
            let count = fields.iter().map(|field| field.limbs() as usize).sum();
            let mut expected = vec![0; count];
            let mut offset = 0;
            for field in &fields {
                read_limbs(&wire, offset, field.width, field.of_mut(&mut expected));
                offset += field.width as usize;
            }
            let mut limbs = vec![0; count];
            format.take(&wire, &mut limbs);
            assert_eq!(limbs, expected, "{widths:?}");
            let (mut bits, mut words) = (vec![7], vec![7]);
            let mut writer = Writer::new(&mut bits);
            fields.iter().for_each(|field| writer.push_limbs(field.of(&limbs), field.width));
            writer.finish();
            format.push(&limbs, &mut words);
            assert_eq!(words, bits, "{widths:?}");
            assert_eq!(words.get(1..), wire.get(..offset / 8), "{widths:?}");
        }
        assert!(with_words >= 6, "{with_words}");
    }
}
