//! Arithmetic on numbers whose bits are forms. Numbers are unbounded, as in bmv2: above the bits is the sign; a store
//! or a mask cuts it off.

use num_bigint::{BigInt, Sign};

use super::cube::Cover;
use super::form::{Form, Word};
use super::term::Terms;
use crate::Operation;

/// Why a value isn't a form.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Unsupported {
    /// The persona has no effect for it: the reason, for a [`super::Refusal`].
    Reason(String),
    /// It depends on a truth value, which is `outcome` where the cover matches: a path that can be split may decide
    /// it ([`super::context::Context::choices`]).
    Choice {
        /// Where.
        cover: Cover,
        /// What it is there.
        outcome: bool,
    },
}

impl Unsupported {
    pub(super) fn new<T>(reason: impl Into<String>) -> Result<T, Self> {
        Err(Self::because(reason))
    }

    pub(super) fn because(reason: impl Into<String>) -> Self {
        Self::Reason(reason.into())
    }
}

impl std::fmt::Display for Unsupported {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Reason(reason) => reason,
            Self::Choice { .. } => "a value that depends on a comparison; an `if` would do",
        })
    }
}

/// An unbounded number in two's complement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// The least significant first.
    pub(super) bits: Word,
    /// All others.
    pub(super) sign: Form,
}

/// Beyond this, a shift gives more bits than any field has.
const MAX_BITS: usize = 1 << 14;
/// Bits of the amount of a shift: the back end for simple_switch allows no more.
const AMOUNT_BITS: usize = 8;

impl Number {
    /// A number that isn't negative.
    pub(super) fn unsigned(bits: Word) -> Self {
        Self { bits, sign: Form::constant(false) }
    }

    /// A number whose topmost bit is its sign.
    pub(super) fn signed(bits: Word) -> Self {
        let sign = bits.last().cloned().unwrap_or_default();
        Self { bits, sign }
    }

    /// A constant.
    pub(super) fn constant(value: &BigInt) -> Self {
        let negative = value.sign() == Sign::Minus;
        // -x - 1 has the inverse bits of x.
        let magnitude = if negative { -value - 1 } else { value.clone() };
        let bits = (0..magnitude.bits()).map(|i| Form::constant(magnitude.bit(i) ^ negative)).collect();
        Self { bits, sign: Form::constant(negative) }
    }

    /// Its value, when all of it is known.
    pub(super) fn known(&self) -> Option<BigInt> {
        let negative = self.sign.known()?;
        let mut magnitude = BigInt::from(0);
        for (i, form) in self.bits.iter().enumerate() {
            magnitude.set_bit(i as u64, form.known()? ^ negative);
        }
        Some(if negative { -magnitude - 1 } else { magnitude })
    }

    /// Whether it can be negative.
    pub(super) fn is_unsigned(&self) -> bool {
        self.sign.known() == Some(false)
    }

    /// Its lowest bits, then the sign.
    fn with_sign(&self, width: usize, terms: &mut Terms) -> Word {
        let mut word = self.store(width as u32, terms);
        word.push(self.sign.clone());
        word
    }

    /// What is made bit by bit of two numbers, each as bits and sign: where both have the sign in their topmost bit, so
    /// has the result.
    fn with_sign_of(mut bits: Word, a: &[Form], b: &[Form]) -> Self {
        let sign = bits.pop().unwrap_or_default();
        let alike = |word: &[Form]| matches!(word, [.., top, sign] if top == sign);
        if alike(a) && alike(b) { Self::signed(bits) } else { Self { bits, sign } }
    }

    /// Whether a signed field of that width holds it as a signed number: it has no more bits, or it is negative where
    /// it has the field's topmost.
    pub(super) fn is_signed_in(&self, width: u32) -> bool {
        let top = self.bits.get(width.saturating_sub(1) as usize).unwrap_or(&self.sign);
        *top == self.sign || top.known() == Some(false) || self.sign.known() == Some(true)
    }

    /// Its lowest bits.
    pub(super) fn store(&self, width: u32, terms: &mut Terms) -> Word {
        let mut word: Word = self.bits.iter().take(width as usize).cloned().collect();
        let missing = width as usize - word.len();
        word.extend(terms.repeated(&self.sign, missing));
        word
    }

    /// Bits of it that can differ from its sign.
    fn significant(&self) -> usize {
        self.bits.len() - self.bits.iter().rev().take_while(|form| **form == self.sign).count()
    }

    fn is_of_entry(&self) -> bool {
        self.sign.of_entry() && self.bits.iter().all(Form::of_entry)
    }

    /// `-self - 1`
    pub(super) fn not(&self) -> Self {
        Self { bits: self.bits.iter().map(Form::not).collect(), sign: self.sign.not() }
    }

    /// Bit by bit.
    pub(super) fn bitwise(&self, other: &Self, operator: Bitwise, terms: &mut Terms) -> Self {
        let width = self.bits.len().max(other.bits.len());
        let (a, b) = (self.with_sign(width, terms), other.with_sign(width, terms));
        let bits = operator.apply(&a, &b, terms);
        Self::with_sign_of(bits, &a, &b)
    }

    /// Times a power of two.
    pub(super) fn shift_left(&self, amount: usize) -> Result<Self, Unsupported> {
        if amount.saturating_add(self.bits.len()) > MAX_BITS {
            return Unsupported::new(format!("a shift by {amount} bits"));
        }
        let mut bits = vec![Form::constant(false); amount];
        bits.extend(self.bits.iter().cloned());
        Ok(Self { bits, sign: self.sign.clone() })
    }

    /// Divided by a power of two, rounded down.
    pub(super) fn shift_right(&self, amount: usize) -> Self {
        Self { bits: self.bits.iter().skip(amount).cloned().collect(), sign: self.sign.clone() }
    }

    /// Shifted by an amount that isn't known.
    pub(super) fn shift_by(&self, amount: &Self, left: bool, terms: &mut Terms) -> Result<Self, Unsupported> {
        if !amount.is_unsigned() {
            return Unsupported::new("a shift by an amount that may be negative");
        }
        let digits = amount.significant();
        if digits > AMOUNT_BITS {
            return Unsupported::new(format!(
                "a shift by an amount of {digits} bits: the persona shifts by {AMOUNT_BITS} bits at most"
            ));
        }
        let by = amount.store(digits as u32, terms);
        if left {
            let width = self.bits.len() + (1 << digits) - 1;
            let value = self.store(width as u32, terms);
            let bits = terms.binary(Operation::ShiftLeft, value, by);
            return Ok(Self { bits, sign: self.sign.clone() });
        }
        if self.is_unsigned() {
            return Ok(Self::unsigned(terms.binary(Operation::ShiftRight, self.bits.clone(), by)));
        }
        // Inverted when it is negative, zeros move in.
        let width = self.bits.len();
        let signs = terms.repeated(&self.sign, width);
        let joined = |word: &[Form]| word.iter().zip(&signs).map(|(a, b)| a.xor(b)).collect::<Word>();
        let shifted = terms.binary(Operation::ShiftRight, joined(&self.bits), by);
        Ok(Self { bits: joined(&shifted), sign: self.sign.clone() })
    }

    /// `self + other`, or `self - other`.
    pub(super) fn add(&self, other: &Self, subtract: bool, terms: &mut Terms) -> Self {
        if let (Some(a), Some(b)) = (self.known(), other.known()) {
            return Self::constant(&if subtract { a - b } else { a + b });
        }
        if other.known() == Some(BigInt::from(0)) {
            return self.clone();
        }
        if !subtract && (self.known() == Some(BigInt::from(0)) || self.is_of_entry() && !other.is_of_entry())
        {
            return other.add(self, false, terms);
        }
        let operation = if subtract { Operation::Difference } else { Operation::Sum };
        let unsigned = self.is_unsigned() && other.is_unsigned();
        // So many bits, then both go on with their sign.
        let width = if unsigned {
            self.bits.len().max(other.bits.len())
        } else {
            // The topmost bit has to be the sign, for the result to have one bit more at most.
            let own = |n: &Self| n.bits.len() + usize::from(n.bits.last() != Some(&n.sign));
            own(self).max(own(other))
        };
        let extended = |n: &Self, terms: &mut Terms| {
            let mut word = n.store(width as u32, terms);
            word.push(Form::constant(false));
            word
        };
        let (a, b) = (extended(self, terms), extended(other, terms));
        let mut bits = terms.binary(operation, a, b);
        if unsigned && !subtract {
            return Self::unsigned(bits);
        }
        // Of numbers with zeros above that is what is carried or borrowed, each sign counts at the same place.
        let carried = bits.pop().unwrap_or_default();
        let sign = carried.xor(&self.sign).xor(&other.sign);
        bits.push(sign.clone());
        Self { bits, sign }
    }

    /// Whether `self < other`.
    pub(super) fn less(&self, other: &Self, terms: &mut Terms) -> Form {
        self.add(other, true, terms).sign
    }

    /// Whether it isn't 0.
    pub(super) fn nonzero(&self, terms: &mut Terms) -> Form {
        let word: Word = self.bits.iter().chain([&self.sign]).cloned().collect();
        terms.any(&word)
    }

    /// `self * other`
    pub(super) fn times(&self, other: &Self, terms: &mut Terms) -> Result<Self, Unsupported> {
        match (self.known(), other.known()) {
            (Some(a), Some(b)) => return Ok(Self::constant(&(a * b))),
            (Some(_), None) => return other.times(self, terms),
            (None, Some(factor)) => {
                let shift = factor.bits().saturating_sub(1);
                if factor.sign() == Sign::NoSign {
                    return Ok(Self::unsigned(Vec::new()));
                }
                if factor == BigInt::from(1) << shift {
                    return self.shift_left(shift as usize);
                }
            }
            (None, None) => {}
        }
        let width = self.bits.len() + other.bits.len() + 2;
        if width > MAX_BITS {
            return Unsupported::new(format!("a product of {width} bits"));
        }
        if self.is_unsigned() && other.is_unsigned() {
            let mut a = self.bits.clone();
            a.resize(width - 2, Form::constant(false));
            return Ok(Self::unsigned(terms.binary(Operation::Product, a, other.bits.clone())));
        }
        let (a, b) = (self.store(width as u32, terms), other.store(width as u32, terms));
        Ok(Self::signed(terms.binary(Operation::Product, a, b)))
    }

    /// Divided by a power of two, or what is left of that.
    pub(super) fn divided(&self, divisor: &Self, remainder: bool) -> Result<Self, Unsupported> {
        let divisor = match divisor.known() {
            Some(divisor) if divisor.sign() == Sign::Plus => divisor,
            _ => return Unsupported::new("`/` or `%` by what isn't a positive constant"),
        };
        match self.known() {
            Some(value) if value.sign() != Sign::Minus => {
                return Ok(Self::constant(&if remainder { value % divisor } else { value / divisor }));
            }
            _ if !self.is_unsigned() => {
                return Unsupported::new("`/` or `%` of a value that may be negative");
            }
            _ => {}
        }
        let digits = divisor.bits() as usize - 1;
        if divisor != BigInt::from(1) << digits {
            return Unsupported::new(format!("`/` or `%` by {divisor}, which is no power of two"));
        }
        Ok(match remainder {
            true => Self::unsigned(self.bits.iter().take(digits).cloned().collect()),
            false => self.shift_right(digits),
        })
    }

    /// Clamped to what so many bits hold.
    pub(super) fn saturated(&self, width: u32, signed: bool, terms: &mut Terms) -> Self {
        let digits = if signed { width.saturating_sub(1) } else { width };
        let low = self.store(digits, terms);
        let beyond: Word = self.bits.iter().skip(digits as usize).map(|form| form.xor(&self.sign)).collect();
        if signed {
            let outside = terms.any(&beyond);
            let limit = terms.repeated(&self.sign.not(), digits as usize);
            let mut bits = terms.choice(&outside, &limit, &low);
            bits.push(self.sign.clone());
            return Self { bits, sign: self.sign.clone() };
        }
        let above = terms.any(&beyond);
        let positive = self.sign.not();
        let above = terms.both(&above, &positive);
        let inverted = |word: &[Form]| word.iter().map(Form::not).collect::<Word>();
        let clamped = inverted(&terms.masked(&inverted(&low), &above.not()));
        Self::unsigned(terms.masked(&clamped, &positive))
    }

    /// Wrapped to so many signed bits.
    pub(super) fn wrapped(&self, width: u32, terms: &mut Terms) -> Self {
        Self::signed(self.store(width, terms))
    }

    /// One of two.
    pub(super) fn choice(condition: &Form, yes: &Self, no: &Self, terms: &mut Terms) -> Self {
        let width = yes.bits.len().max(no.bits.len());
        let (yes, no) = (yes.with_sign(width, terms), no.with_sign(width, terms));
        let bits = terms.choice(condition, &yes, &no);
        Self::with_sign_of(bits, &yes, &no)
    }
}

/// Operators that go bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bitwise {
    And,
    Or,
    Xor,
}

impl Bitwise {
    fn apply(self, a: &[Form], b: &[Form], terms: &mut Terms) -> Word {
        let pairs = a.iter().zip(b);
        match self {
            Self::Xor => pairs.map(|(a, b)| a.xor(b)).collect(),
            Self::Or => {
                let inverted = |word: &[Form]| word.iter().map(Form::not).collect::<Word>();
                inverted(&Self::And.apply(&inverted(a), &inverted(b), terms))
            }
            Self::And => {
                let simple = |a: &Form, b: &Form| match (a.known(), b.known()) {
                    (Some(false), _) | (_, Some(false)) => Some(Form::constant(false)),
                    (Some(true), _) => Some(b.clone()),
                    (_, Some(true)) => Some(a.clone()),
                    _ if a == b => Some(a.clone()),
                    _ if *a == b.not() => Some(Form::constant(false)),
                    _ => None,
                };
                let simple = |pairs: (&Form, &Form)| simple(pairs.0, pairs.1);
                let results: Vec<Option<Form>> = pairs.clone().map(simple).collect();
                if results.iter().all(Option::is_some) {
                    return results.into_iter().flatten().collect();
                }
                // What is computed anyway need not be copied as well.
                let kept = |(done, (a, b)): (Option<Form>, (&Form, &Form))| {
                    done.filter(|form| form.known().is_some() || a.known().is_none() && b.known().is_none())
                };
                let results: Vec<Option<Form>> = results.into_iter().zip(pairs).map(kept).collect();
                let left = |word: &[Form]| -> Word {
                    let both = word.iter().zip(&results);
                    both.map(|(form, done)| if done.is_some() { Form::constant(false) } else { form.clone() })
                        .collect()
                };
                let computed = terms.binary(Operation::Conjunction, left(a), left(b));
                results.into_iter().zip(computed).map(|(done, bit)| done.unwrap_or(bit)).collect()
            }
        }
    }
}
