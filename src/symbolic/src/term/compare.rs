//! Comparisons.

use hyper4_bits::Bits;

use super::arithmetic::exponent;
use super::word::Joiner;
use super::{Cond, CondNode, Node, Part, Slice, Terms, Word};

impl Terms {
    /// Whether two words of one width are equal: equal in each part.
    pub(crate) fn equal(&mut self, left: &Word, right: &Word) -> Cond {
        debug_assert_eq!(left.width(), right.width());
        let mut parts = Vec::new();
        let mut constants: Vec<(Slice, Bits)> = Vec::new();
        for (left, right) in self.pairs(left, right) {
            match (left, right) {
                (Part::Const(a), Part::Const(b)) if a == b => {}
                (Part::Const(_), Part::Const(_)) => return self.bool(false),
                (Part::Const(value), Part::Slice(slice)) | (Part::Slice(slice), Part::Const(value)) => {
                    let value = if slice.flipped { value.not() } else { value };
                    match constants.last_mut() {
                        // A slice with some bits flipped came in pieces: it is one comparison.
                        Some((above, upper)) if slice.follows(above) => {
                            above.low = slice.low;
                            above.width += slice.width;
                            *upper = upper.concat(&value);
                        }
                        _ => constants.push((Slice { flipped: false, ..slice }, value)),
                    }
                }
                (Part::Slice(a), Part::Slice(b)) => parts.push(self.equal_slices(a, b)),
            }
        }
        for (slice, value) in constants {
            parts.push(self.equal_const(&slice, &value));
        }
        self.all(parts)
    }

    fn equal_const(&mut self, slice: &Slice, value: &Bits) -> Cond {
        let value = if slice.flipped { value.not() } else { value.clone() };
        let slice = Slice { flipped: false, ..slice.clone() };
        match slice.term.node() {
            Node::Xor(slices) => {
                if let [a, b] = slices.as_slice() {
                    let (a, b) = (Word::slice(a.clone()), Word::slice(b.clone()));
                    let b = self.xor(&b, &Word::constant(value));
                    return self.equal(&a, &b);
                }
            }
            Node::And(slices) if value.is_ones() => {
                let ones: Vec<Cond> = slices.iter().map(|slice| self.equal_const(slice, &value)).collect();
                return self.all(ones);
            }
            Node::And(slices) if value.width() == 1 => {
                let ones: Vec<Cond> =
                    slices.iter().map(|slice| self.equal_const(slice, &Bits::ones(1))).collect();
                return self.all(ones).not();
            }
            Node::Add(left, right) if slice.is_whole() => {
                if let Some(right) = right.as_const() {
                    let left = left.clone();
                    return self.equal(&left, &Word::constant(value.wrapping_sub(&right)));
                }
            }
            Node::Select(condition, then, otherwise) => {
                let value = Word::constant(value.clone());
                let then = self.equal(then, &value);
                let otherwise = self.equal(otherwise, &value);
                if then.as_bool().is_some() || otherwise.as_bool().is_some() {
                    let first = self.all([condition.clone(), then]);
                    let second = self.all([condition.not(), otherwise]);
                    return self.any([first, second]);
                }
            }
            _ => {}
        }
        if value.width() == 1 && value.is_zero() {
            return self.condition(CondNode::EqualConst(slice, Bits::ones(1))).not();
        }
        self.condition(CondNode::EqualConst(slice, value))
    }

    fn equal_slices(&mut self, a: Slice, b: Slice) -> Cond {
        let (mut first, mut second) = if (&a.term, a.low) <= (&b.term, b.low) { (a, b) } else { (b, a) };
        second.flipped = first.flipped != second.flipped;
        first.flipped = false;
        if first.term == second.term && first.low == second.low {
            return self.bool(!second.flipped);
        }
        self.condition(CondNode::EqualSlices(first, second))
    }

    /// Whether the first of two words of one width is less than the second, as unsigned numbers.
    pub(crate) fn less(&mut self, left: &Word, right: &Word) -> Cond {
        debug_assert_eq!(left.width(), right.width());
        let (left, right) = match self.without_equal_top(left, right) {
            Ok(rest) => rest,
            Err(known) => return self.bool(known),
        };
        if left == right || right.is_zero() || matches!(left.as_const(), Some(bits) if bits.is_ones()) {
            return self.bool(false);
        }
        if left.is_zero() {
            return self.equal(&right, &left).not();
        }
        if let Some(value) = left.as_const() {
            // `c < x` as `!(x < c + 1)`, so that constants stand right.
            let next = Word::constant(value.wrapping_add(&Bits::from_u64(value.width(), 1)));
            return self.less(&right, &next).not();
        }
        if let Some(value) = right.as_const() {
            if value.is_ones() {
                return self.equal(&left, &right).not();
            }
            if let Some(exponent) = exponent(&value) {
                let width = left.width() - exponent;
                let top = self.extract(&left, exponent, width);
                return self.equal(&top, &Word::zero(width));
            }
        }
        self.condition(CondNode::Less(left, right))
    }

    /// Two words without the most significant parts in which they are equal, or whether the first is less, where the
    /// next parts are constants and so decide it.
    fn without_equal_top(&mut self, left: &Word, right: &Word) -> Result<(Word, Word), bool> {
        let (mut rest_left, mut rest_right) = (Joiner::default(), Joiner::default());
        let mut equal = true;
        for (a, b) in self.pairs(left, right) {
            if equal && a == b {
                continue;
            }
            if equal && let (Part::Const(a), Part::Const(b)) = (&a, &b) {
                return Err(a.cmp_unsigned(b).is_lt());
            }
            equal = false;
            rest_left.part(a);
            rest_right.part(b);
        }
        Ok((rest_left.finish(), rest_right.finish()))
    }

    /// Whether the first of two words of one width is less than the second, as numbers in two's complement.
    pub(crate) fn less_signed(&mut self, left: &Word, right: &Word) -> Cond {
        let sign = Word::constant(Bits::min_signed(left.width()));
        let (left, right) = (self.xor(left, &sign), self.xor(right, &sign));
        self.less(&left, &right)
    }
}
