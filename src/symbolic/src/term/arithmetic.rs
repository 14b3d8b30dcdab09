//! Sums, products, quotients.

use hyper4_bits::Bits;
use num_traits::CheckedDiv;

use super::runs::{bits_at, run_from};
use super::word::Joiner;
use super::{Node, Part, Slice, Terms, Word};

impl Terms {
    /// The sum of two words of one width, modulo 2 to that width.
    ///
    /// A sum is taken apart where no carry can cross: a field that is added to in its place within a wide word becomes a
    /// sum of the field's width, and the rest of the word stays what it was.
    pub(crate) fn add(&mut self, left: &Word, right: &Word) -> Word {
        debug_assert_eq!(left.width(), right.width());
        // The least significant pair is at the end.
        let mut pairs = self.pairs(left, right);
        let mut sums: Vec<Word> = Vec::new();
        let mut carrying: Vec<(Part, Part)> = Vec::new();
        while let Some((a, b)) = pairs.pop() {
            if carrying.is_empty() {
                if is_zero(&a) {
                    sums.push(word_of(b));
                    continue;
                }
                if is_zero(&b) {
                    sums.push(word_of(a));
                    continue;
                }
            }
            match carry_end(&a, &b) {
                Some((x, y, end)) => {
                    let above = x.width() - end;
                    carrying.push((Part::Const(x.resize(end)), Part::Const(y.resize(end))));
                    if above > 0 {
                        pairs.push((
                            Part::Const(bits_at(&x, end, above)),
                            Part::Const(bits_at(&y, end, above)),
                        ));
                    }
                    let sum = self.sum_of(std::mem::take(&mut carrying));
                    sums.push(sum);
                }
                None => carrying.push((a, b)),
            }
        }
        if !carrying.is_empty() {
            let sum = self.sum_of(carrying);
            sums.push(sum);
        }
        let mut joiner = Joiner::default();
        sums.iter().rev().for_each(|sum| joiner.word(sum));
        joiner.finish()
    }

    /// The sum of what stands left and right, the least significant pair first.
    fn sum_of(&mut self, pairs: Vec<(Part, Part)>) -> Word {
        let (mut left, mut right) = (Joiner::default(), Joiner::default());
        for (a, b) in pairs.into_iter().rev() {
            left.part(a);
            right.part(b);
        }
        let (left, right) = (left.finish(), right.finish());
        match (left.as_const(), right.as_const()) {
            (Some(a), Some(b)) => return Word::constant(a.wrapping_add(&b)),
            (Some(a), _) if a.is_zero() => return right,
            (_, Some(b)) if b.is_zero() => return left,
            (Some(_), None) => return self.sum_in_order(right, left),
            (None, Some(_)) => {}
            (None, None) if left > right => return self.sum_in_order(right, left),
            (None, None) => {}
        }
        self.sum_in_order(left, right)
    }

    /// A sum whose constant, if it has one, stands right.
    fn sum_in_order(&mut self, left: Word, right: Word) -> Word {
        if let (Some(slice), Some(more)) = (left.as_slice(), right.as_const())
            && let Node::Add(inner, constant) = slice.term.node()
            && let Some(constant) = constant.as_const()
            && slice.is_whole()
            && !slice.flipped
        {
            let inner = inner.clone();
            return self.add(&inner, &Word::constant(constant.wrapping_add(&more)));
        }
        let width = left.width();
        Word::slice(Slice::whole(self.term(Node::Add(left, right), width)))
    }

    /// The difference of two words of one width, modulo 2 to that width.
    ///
    /// Where both have zeros above, what is borrowed is whether the first is the lesser one, and each bit there is that; so
    /// who compares by subtracting asks what others ask with a comparison.
    pub(crate) fn subtract(&mut self, left: &Word, right: &Word) -> Word {
        let width = left.width();
        if left == right {
            return Word::zero(width);
        }
        if right.is_zero() {
            return left.clone();
        }
        let above = left.leading_zeros().min(right.leading_zeros());
        let below = left.trailing_zeros().min(right.trailing_zeros());
        if above > 0 || below > 0 {
            let held = width - above - below;
            let (a, b) = (self.extract(left, below, held), self.extract(right, below, held));
            let mut joiner = Joiner::default();
            if above > 0 {
                let less = self.less(&a, &b);
                let borrowed = self.bit(&less);
                (0..above).for_each(|_| joiner.word(&borrowed));
            }
            joiner.word(&self.subtract(&a, &b));
            joiner.part(Part::Const(Bits::zero(below)));
            return joiner.finish();
        }
        if let Some(right) = right.as_const() {
            return self.add(left, &Word::constant(right.wrapping_neg()));
        }
        let inverse = self.not(right);
        let one_less = self.add(left, &inverse);
        self.add(&one_less, &Word::number(left.width(), 1))
    }

    /// The product of two words of one width, modulo 2 to that width: of no more bits than can be other than 0.
    pub(crate) fn multiply(&mut self, left: &Word, right: &Word) -> Word {
        let width = left.width();
        if let (Some(a), Some(b)) = (left.as_const(), right.as_const()) {
            return Word::constant(a.wrapping_mul(&b));
        }
        if left.is_zero() || right.is_zero() {
            return Word::zero(width);
        }
        let below = left.trailing_zeros() + right.trailing_zeros();
        if below >= width {
            return Word::zero(width);
        }
        let core = |terms: &mut Self, word: &Word| {
            let (above, below) = (word.leading_zeros(), word.trailing_zeros());
            terms.extract(word, below, width - above - below)
        };
        let (a, b) = (core(self, left), core(self, right));
        let held = (a.width() + b.width()).min(width - below);
        let product = self.product(&a, &b, held);
        let product = self.resize(&product, width - below);
        self.append_zeros(&product, below)
    }

    /// So many bits of a product, of words that have neither zeros above nor below.
    fn product(&mut self, left: &Word, right: &Word, width: u32) -> Word {
        for (one, other) in [(left, right), (right, left)] {
            if one.width() == 1 {
                let other = self.resize(other, width);
                let counts = self.equal(one, &Word::number(1, 1));
                return self.select(&counts, &other, &Word::zero(width));
            }
        }
        let (left, right) = (self.resize(left, width), self.resize(right, width));
        match (left.as_const(), right.as_const()) {
            (Some(a), _) => self.multiply_by(&right, &a),
            (None, Some(b)) => self.multiply_by(&left, &b),
            (None, None) => {
                let (a, b) = if left <= right { (left, right) } else { (right, left) };
                Word::slice(Slice::whole(self.term(Node::Multiply(a, b), width)))
            }
        }
    }

    fn multiply_by(&mut self, word: &Word, factor: &Bits) -> Word {
        let width = word.width();
        if factor.is_zero() {
            return Word::zero(width);
        }
        if let Some(exponent) = exponent(factor) {
            let kept = self.extract(word, 0, width - exponent);
            return self.append_zeros(&kept, exponent);
        }
        let node = Node::Multiply(word.clone(), Word::constant(factor.clone()));
        Word::slice(Slice::whole(self.term(node, width)))
    }

    /// The unsigned quotient; `divisor` is of the same width and not 0.
    pub(crate) fn divide(&mut self, word: &Word, divisor: &Bits) -> Word {
        if let Some(value) = word.as_const() {
            let quotient = value.to_biguint().checked_div(&divisor.to_biguint()).unwrap_or_default();
            return Word::constant(Bits::from_biguint_wrapped(word.width(), &quotient));
        }
        if let Some(exponent) = exponent(divisor) {
            return self.extract(word, exponent, word.width());
        }
        let node = Node::Divide(word.clone(), Word::constant(divisor.clone()));
        Word::slice(Slice::whole(self.term(node, word.width())))
    }

    /// The unsigned remainder; `divisor` is of the same width and not 0.
    pub(crate) fn remainder(&mut self, word: &Word, divisor: &Bits) -> Word {
        if let Some(value) = word.as_const() {
            let (value, divisor) = (value.to_biguint(), divisor.to_biguint());
            let quotient = value.checked_div(&divisor).unwrap_or_default();
            return Word::constant(Bits::from_biguint_wrapped(word.width(), &(value - quotient * divisor)));
        }
        if let Some(exponent) = exponent(divisor) {
            let low = self.extract(word, 0, exponent);
            return self.resize(&low, word.width());
        }
        let node = Node::Remainder(word.clone(), Word::constant(divisor.clone()));
        Word::slice(Slice::whole(self.term(node, word.width())))
    }
}

fn word_of(part: Part) -> Word {
    Joiner::default().with(part).finish()
}

fn is_zero(part: &Part) -> bool {
    matches!(part, Part::Const(bits) if bits.is_zero())
}

/// The exponent of a power of two.
pub(super) fn exponent(bits: &Bits) -> Option<u32> {
    (bits.count_ones() == 1).then(|| (0..bits.width()).find(|bit| bits.bit(*bit)).unwrap_or(0))
}

/// Two constants and how many of their bits a carry that comes in from below can reach: up to the first bit that is zero
/// on both sides.
fn carry_end(left: &Part, right: &Part) -> Option<(Bits, Bits, u32)> {
    let (Part::Const(a), Part::Const(b)) = (left, right) else { return None };
    let either = a.or(b);
    let end = if either.bit(0) { run_from(&either, 0) } else { 0 };
    (end < a.width()).then(|| (a.clone(), b.clone(), end + 1))
}
