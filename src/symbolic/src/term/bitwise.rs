//! What rearranges bits, and AND, OR, XOR, NOT, selection.

use hyper4_bits::Bits;

use super::runs::{bits_at, runs};
use super::word::Joiner;
use super::{Cond, Node, Part, Slice, Terms, Word};

impl Terms {
    /// `width` bits from bit `low` on; bits beyond the word are zeros.
    pub(crate) fn extract(&mut self, word: &Word, low: u32, width: u32) -> Word {
        if low == 0 && width == word.width() {
            return word.clone();
        }
        let mut joiner = Joiner::default();
        let beyond = (low + width).saturating_sub(low.max(word.width()));
        joiner.part(Part::Const(Bits::zero(beyond)));
        let high = low + width;
        let mut top = word.width();
        for part in word.parts() {
            let bottom = top - part.width();
            let (from, to) = (low.max(bottom), high.min(top));
            if from < to {
                self.cut(part, from - bottom, to - from, &mut joiner);
            }
            top = bottom;
        }
        joiner.finish()
    }

    fn cut(&mut self, part: &Part, low: u32, width: u32, joiner: &mut Joiner) {
        match part {
            Part::Const(bits) => joiner.part(Part::Const(bits_at(bits, low, width))),
            Part::Slice(slice) if low == 0 && width == slice.width => joiner.part(part.clone()),
            Part::Slice(slice) => {
                let word = self.slice_of(slice, low, width);
                joiner.word(&word);
            }
        }
    }

    /// `width` bits of a slice from its bit `low` on, brought into normal form: slices of bitwise terms and selections
    /// are bitwise terms and selections of slices, and no slice leaves out upper bits of a sum or product.
    fn slice_of(&mut self, slice: &Slice, low: u32, width: u32) -> Word {
        let low = slice.low + low;
        let term = slice.term.clone();
        let word = match term.node() {
            Node::And(slices) => {
                let mut word: Option<Word> = None;
                for other in slices {
                    let other = self.slice_of(other, low, width);
                    word = Some(word.map_or_else(|| other.clone(), |word| self.and(&word, &other)));
                }
                word.unwrap_or_else(|| Word::constant(Bits::ones(width)))
            }
            Node::Xor(slices) => {
                let mut word = Word::zero(width);
                for other in slices {
                    let other = self.slice_of(other, low, width);
                    word = self.xor(&word, &other);
                }
                word
            }
            Node::Select(condition, then, otherwise) => {
                let then = self.extract(then, low, width);
                let otherwise = self.extract(otherwise, low, width);
                self.select(condition, &then, &otherwise)
            }
            Node::Add(left, right) if low + width < term.width() => {
                let (left, right) = (self.extract(left, 0, low + width), self.extract(right, 0, low + width));
                let sum = self.add(&left, &right);
                self.extract(&sum, low, width)
            }
            Node::Multiply(left, right) if low + width < term.width() => {
                let (left, right) = (self.extract(left, 0, low + width), self.extract(right, 0, low + width));
                let product = self.multiply(&left, &right);
                self.extract(&product, low, width)
            }
            _ => Word::slice(Slice { term: term.clone(), low, width, flipped: false }),
        };
        if slice.flipped { self.not(&word) } else { word }
    }

    /// The same number in another width: zeros come in, or upper bits are lost.
    pub(crate) fn resize(&mut self, word: &Word, width: u32) -> Word {
        self.extract(word, 0, width)
    }

    /// The same number in two's complement in a width that isn't smaller.
    pub(crate) fn sign_extend(&mut self, word: &Word, width: u32) -> Word {
        let more = width.saturating_sub(word.width());
        if more == 0 || word.width() == 0 {
            return self.resize(word, width);
        }
        let sign = self.extract(word, word.width() - 1, 1);
        let mut joiner = Joiner::default();
        if let Some(sign) = sign.as_const() {
            joiner.part(Part::Const(if sign.is_zero() { Bits::zero(more) } else { Bits::ones(more) }));
        } else {
            (0..more).for_each(|_| joiner.word(&sign));
        }
        joiner.word(word);
        joiner.finish()
    }

    /// The word with zeros behind it.
    pub(crate) fn append_zeros(&mut self, word: &Word, count: u32) -> Word {
        word.concat(&Word::zero(count))
    }

    pub(crate) fn not(&mut self, word: &Word) -> Word {
        let mut joiner = Joiner::default();
        for part in word.parts() {
            joiner.part(match part {
                Part::Const(bits) => Part::Const(bits.not()),
                Part::Slice(slice) => Part::Slice(slice.flip()),
            });
        }
        joiner.finish()
    }

    /// Bitwise AND of two words of one width.
    pub(crate) fn and(&mut self, left: &Word, right: &Word) -> Word {
        match (left.as_const(), right.as_const()) {
            (Some(mask), None) if mask.is_ones() => return right.clone(),
            (None, Some(mask)) if mask.is_ones() => return left.clone(),
            _ => {}
        }
        let mut joiner = Joiner::default();
        for (left, right) in self.pairs(left, right) {
            match (left, right) {
                (Part::Const(a), Part::Const(b)) => joiner.part(Part::Const(a.and(&b))),
                (Part::Const(mask), Part::Slice(slice)) | (Part::Slice(slice), Part::Const(mask)) => {
                    let mut top = slice.width;
                    for (bit, length) in runs(&mask) {
                        top -= length;
                        if bit {
                            self.cut(&Part::Slice(slice.clone()), top, length, &mut joiner);
                        } else {
                            joiner.part(Part::Const(Bits::zero(length)));
                        }
                    }
                }
                (Part::Slice(a), Part::Slice(b)) => {
                    let part = self.and_slices(&a, &b);
                    joiner.part(part);
                }
            }
        }
        joiner.finish()
    }

    fn and_slices(&mut self, left: &Slice, right: &Slice) -> Part {
        let mut slices = Vec::new();
        for slice in [left, right] {
            match slice.term.node() {
                Node::And(inner) if !slice.flipped => slices.extend(inner.iter().cloned()),
                _ => slices.push(slice.clone()),
            }
        }
        slices.sort();
        slices.dedup();
        if slices.iter().any(|slice| slices.binary_search(&slice.flip()).is_ok()) {
            return Part::Const(Bits::zero(left.width));
        }
        match slices.as_slice() {
            [only] => Part::Slice(only.clone()),
            _ => Part::Slice(Slice::whole(self.term(Node::And(slices), left.width))),
        }
    }

    /// Bitwise OR of two words of one width.
    pub(crate) fn or(&mut self, left: &Word, right: &Word) -> Word {
        let (left, right) = (self.not(left), self.not(right));
        let neither = self.and(&left, &right);
        self.not(&neither)
    }

    /// Bitwise XOR of two words of one width.
    pub(crate) fn xor(&mut self, left: &Word, right: &Word) -> Word {
        let mut joiner = Joiner::default();
        for (left, right) in self.pairs(left, right) {
            match (left, right) {
                (Part::Const(a), Part::Const(b)) => joiner.part(Part::Const(a.xor(&b))),
                (Part::Const(mask), Part::Slice(slice)) | (Part::Slice(slice), Part::Const(mask)) => {
                    let mut top = slice.width;
                    for (bit, length) in runs(&mask) {
                        top -= length;
                        let slice = if bit { slice.flip() } else { slice.clone() };
                        self.cut(&Part::Slice(slice), top, length, &mut joiner);
                    }
                }
                (Part::Slice(a), Part::Slice(b)) => {
                    match self.xor_chosen(&a, &b).or_else(|| self.xor_chosen(&b, &a)) {
                        Some(word) => joiner.word(&word),
                        None => {
                            let part = self.xor_slices(&a, &b);
                            joiner.part(part);
                        }
                    }
                }
            }
        }
        joiner.finish()
    }

    /// The exclusive or of single bits.
    pub(crate) fn xor_all(&mut self, bits: &[Word]) -> Word {
        let mut flipped = false;
        let mut slices = Vec::new();
        for part in bits.iter().flat_map(|bit| bit.parts()) {
            match part {
                Part::Const(bit) => flipped ^= bit.is_ones(),
                Part::Slice(slice) => {
                    flipped ^= slice.flipped;
                    unfolded(slice, &mut slices);
                }
            }
        }
        let part = self.xor_of(slices, flipped, 1);
        Joiner::default().with(part).finish()
    }

    /// What is there or zero, joined with something, is one of two: a choice that was made with a product.
    fn xor_chosen(&mut self, chosen: &Slice, other: &Slice) -> Option<Word> {
        let Node::Select(condition, then, otherwise) = chosen.term.node() else { return None };
        if chosen.flipped || !chosen.is_whole() || !(then.is_zero() || otherwise.is_zero()) {
            return None;
        }
        let (condition, then, otherwise) = (condition.clone(), then.clone(), otherwise.clone());
        let other = Word::slice(other.clone());
        let (then, otherwise) = (self.xor(&then, &other), self.xor(&otherwise, &other));
        Some(self.select(&condition, &then, &otherwise))
    }

    fn xor_slices(&mut self, left: &Slice, right: &Slice) -> Part {
        let mut slices = Vec::new();
        unfolded(left, &mut slices);
        unfolded(right, &mut slices);
        self.xor_of(slices, left.flipped != right.flipped, left.width)
    }

    fn xor_of(&mut self, mut slices: Vec<Slice>, flipped: bool, width: u32) -> Part {
        slices.sort();
        // Twice the same is nothing.
        let mut odd: Vec<Slice> = Vec::new();
        for slice in slices {
            if odd.last() == Some(&slice) { odd.pop().map_or((), drop) } else { odd.push(slice) }
        }
        match odd.as_slice() {
            [] => Part::Const(if flipped { Bits::ones(width) } else { Bits::zero(width) }),
            [only] => Part::Slice(Slice { flipped, ..only.clone() }),
            _ => {
                let term = self.term(Node::Xor(odd), width);
                Part::Slice(Slice { flipped, ..Slice::whole(term) })
            }
        }
    }

    /// `then` when the condition holds, else `otherwise`; two words of one width.
    pub(crate) fn select(&mut self, condition: &Cond, then: &Word, otherwise: &Word) -> Word {
        match condition.as_bool() {
            Some(true) => return then.clone(),
            Some(false) => return otherwise.clone(),
            None => {}
        }
        if condition.is_negated() {
            return self.select(&condition.not(), otherwise, then);
        }
        let mut joiner = Joiner::default();
        for (then, otherwise) in self.pairs(then, otherwise) {
            if then == otherwise {
                joiner.part(then);
                continue;
            }
            let width = then.width();
            let (then, otherwise) =
                (Joiner::default().with(then).finish(), Joiner::default().with(otherwise).finish());
            let term = self.term(Node::Select(condition.clone(), then, otherwise), width);
            joiner.part(Part::Slice(Slice::whole(term)));
        }
        joiner.finish()
    }

    /// Two words of one width as pairs of parts that lie beside each other, the most significant first. What is missing
    /// at the end of the shorter one is left out.
    pub(super) fn pairs(&mut self, left: &Word, right: &Word) -> Vec<(Part, Part)> {
        let mut pairs = Vec::new();
        let mut left: Vec<Part> = left.parts().iter().rev().cloned().collect();
        let mut right: Vec<Part> = right.parts().iter().rev().cloned().collect();
        while let (Some(a), Some(b)) = (left.pop(), right.pop()) {
            if a.width() == b.width() {
                pairs.push((a, b));
            } else if a.width() > b.width() {
                self.divide_part(&a, b.width(), &mut left);
                right.push(b);
            } else {
                self.divide_part(&b, a.width(), &mut right);
                left.push(a);
            }
        }
        pairs
    }

    /// Puts a part back in two pieces, the upper one of `upper` bits.
    fn divide_part(&mut self, part: &Part, upper: u32, stack: &mut Vec<Part>) {
        let lower = part.width() - upper;
        for (low, width) in [(0, lower), (lower, upper)] {
            let mut joiner = Joiner::default();
            self.cut(part, low, width, &mut joiner);
            stack.extend(joiner.finish().parts().iter().rev().cloned());
        }
    }
}

/// What a slice is the exclusive or of, but for whether it is flipped. A slice of such a term is in normal form whole.
fn unfolded(slice: &Slice, slices: &mut Vec<Slice>) {
    match slice.term.node() {
        Node::Xor(inner) => slices.extend(inner.iter().cloned()),
        _ => slices.push(Slice { flipped: false, ..slice.clone() }),
    }
}
