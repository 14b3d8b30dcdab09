//! Unbounded integers, as bmv2's expressions compute with: nothing is lost until a value is stored.

#[cfg(test)]
mod tests;

use hyper4_bits::Bits;
use num_bigint::{BigInt, Sign};

use crate::term::{Cond, Terms, Word};

/// The most bits a number may get: a program that needs more is refused.
const MAX_WIDTH: u32 = 1 << 16;

/// Why a number isn't computed.
pub(crate) type Refusal = String;

/// An integer: a word that is read as an unsigned number, or in two's complement. Wide enough for every value it can have.
#[derive(Clone, Debug)]
pub(crate) struct Integer {
    word: Word,
    signed: bool,
}

impl Integer {
    pub(crate) fn unsigned(word: Word) -> Self {
        Self { word, signed: false }
    }

    pub(crate) fn signed(word: Word) -> Self {
        Self { word, signed: true }
    }

    pub(crate) fn constant(value: &BigInt) -> Self {
        let width = value.bits() as u32 + 1;
        let word = Word::constant(Bits::from_bigint_wrapped(width, value));
        Self { word, signed: value.sign() == Sign::Minus }
    }

    /// The low bits in two's complement: what a store does.
    pub(crate) fn wrapped(&self, terms: &mut Terms, width: u32) -> Word {
        if self.signed && width > self.word.width() {
            terms.sign_extend(&self.word, width)
        } else {
            terms.resize(&self.word, width)
        }
    }

    /// The value, when it is constant.
    pub(crate) fn as_const(&self) -> Option<BigInt> {
        let bits = self.word.as_const()?;
        Some(if self.signed { bits.to_bigint_signed() } else { bits.to_bigint() })
    }

    /// Whether every value that it can have is one of so many bits in two's complement, as far as that can be seen.
    pub(crate) fn fits_signed(&self, terms: &mut Terms, width: u32) -> bool {
        match self.as_const() {
            Some(value) => Bits::from_bigint_wrapped(width, &value).to_bigint_signed() == value,
            None => self.clone().trimmed(terms).signed_width() <= width,
        }
    }

    /// Without upper bits that say nothing.
    fn trimmed(self, terms: &mut Terms) -> Self {
        let zeros = self.word.leading_zeros();
        if zeros == 0 {
            return self;
        }
        let word = terms.resize(&self.word, self.word.width() - zeros);
        Self { word, signed: false }
    }

    /// Bits that hold it in two's complement.
    fn signed_width(&self) -> u32 {
        self.word.width() + u32::from(!self.signed)
    }

    /// Both in two's complement, in a width that holds both and `more` bits.
    fn aligned(&self, terms: &mut Terms, other: &Self, more: u32) -> Result<(Word, Word), Refusal> {
        let width = checked(self.signed_width().max(other.signed_width()) + more)?;
        Ok((self.wrapped(terms, width), other.wrapped(terms, width)))
    }

    pub(crate) fn add(&self, terms: &mut Terms, other: &Self) -> Result<Self, Refusal> {
        if self.signed || other.signed {
            let (left, right) = self.aligned(terms, other, 1)?;
            return Ok(Self::signed(terms.add(&left, &right)));
        }
        let width = checked(self.word.width().max(other.word.width()) + 1)?;
        let (left, right) = (self.wrapped(terms, width), other.wrapped(terms, width));
        Ok(Self::unsigned(terms.add(&left, &right)).trimmed(terms))
    }

    pub(crate) fn subtract(&self, terms: &mut Terms, other: &Self) -> Result<Self, Refusal> {
        let (left, right) = self.aligned(terms, other, 1)?;
        Ok(Self::signed(terms.subtract(&left, &right)).trimmed(terms))
    }

    pub(crate) fn multiply(&self, terms: &mut Terms, other: &Self) -> Result<Self, Refusal> {
        let width = checked(self.signed_width() + other.signed_width())?;
        let (left, right) = (self.wrapped(terms, width), other.wrapped(terms, width));
        let signed = self.signed || other.signed;
        Ok(Self { word: terms.multiply(&left, &right), signed }.trimmed(terms))
    }

    /// Quotient and remainder by a positive constant.
    pub(crate) fn divide(&self, terms: &mut Terms, other: &Self) -> Result<(Self, Self), Refusal> {
        let divisor = other.as_const().filter(|value| value.sign() == Sign::Plus);
        let Some(divisor) = divisor else {
            return Err("only division by a positive constant is dealt with".to_owned());
        };
        if self.signed {
            return Err("division of what may be negative kills simple_switch".to_owned());
        }
        let width = self.word.width().max(divisor.bits() as u32);
        let divisor = Bits::from_bigint_wrapped(width, &divisor);
        let word = self.wrapped(terms, width);
        let quotient = Self::unsigned(terms.divide(&word, &divisor)).trimmed(terms);
        let remainder = Self::unsigned(terms.remainder(&word, &divisor)).trimmed(terms);
        Ok((quotient, remainder))
    }

    pub(crate) fn bit_and(&self, terms: &mut Terms, other: &Self) -> Result<Self, Refusal> {
        if !self.signed && !other.signed {
            // Above the shorter one there are zeros.
            let width = self.word.width().min(other.word.width());
            let (left, right) = (self.wrapped(terms, width), other.wrapped(terms, width));
            return Ok(Self::unsigned(terms.and(&left, &right)).trimmed(terms));
        }
        let (left, right) = self.aligned(terms, other, 0)?;
        let signed = self.signed && other.signed;
        Ok(Self { word: terms.and(&left, &right), signed }.trimmed(terms))
    }

    pub(crate) fn bit_or(&self, terms: &mut Terms, other: &Self) -> Result<Self, Refusal> {
        let (left, right) = self.aligned(terms, other, 0)?;
        let signed = self.signed || other.signed;
        Ok(Self { word: terms.or(&left, &right), signed }.trimmed(terms))
    }

    pub(crate) fn bit_xor(&self, terms: &mut Terms, other: &Self) -> Result<Self, Refusal> {
        let (left, right) = self.aligned(terms, other, 0)?;
        let signed = self.signed || other.signed;
        Ok(Self { word: terms.xor(&left, &right), signed }.trimmed(terms))
    }

    /// `-x - 1`
    pub(crate) fn bit_not(&self, terms: &mut Terms) -> Result<Self, Refusal> {
        let width = checked(self.signed_width())?;
        let word = self.wrapped(terms, width);
        Ok(Self::signed(terms.not(&word)))
    }

    pub(crate) fn negate(&self, terms: &mut Terms) -> Result<Self, Refusal> {
        Self::unsigned(Word::zero(1)).subtract(terms, self)
    }

    pub(crate) fn shift_left(&self, terms: &mut Terms, amount: &Self) -> Result<Self, Refusal> {
        self.shift(terms, amount, |integer, terms, distance| {
            checked(integer.word.width().saturating_add(distance))?;
            Ok(Self { word: terms.append_zeros(&integer.word, distance), signed: integer.signed })
        })
    }

    pub(crate) fn shift_right(&self, terms: &mut Terms, amount: &Self) -> Result<Self, Refusal> {
        self.shift(terms, amount, |integer, terms, distance| {
            // The sign stays.
            let distance = distance.min(integer.word.width().saturating_sub(u32::from(integer.signed)));
            let word = terms.extract(&integer.word, distance, integer.word.width() - distance);
            Ok(Self { word, signed: integer.signed })
        })
    }

    /// By a constant at once, else bit by bit of the amount.
    fn shift(
        &self,
        terms: &mut Terms,
        amount: &Self,
        by: impl Fn(&Self, &mut Terms, u32) -> Result<Self, Refusal>,
    ) -> Result<Self, Refusal> {
        if amount.signed {
            return Err("a shift by what may be negative kills simple_switch".to_owned());
        }
        let amount = amount.clone().trimmed(terms);
        if amount.word.width() > 32 {
            return Err("simple_switch takes 32 bits of a shift amount, this one has more".to_owned());
        }
        if let Some(distance) = amount.word.as_u64() {
            return by(self, terms, u32::try_from(distance).unwrap_or(u32::MAX));
        }
        let mut result = self.clone();
        for bit in 0..amount.word.width() {
            let shifted = by(&result, terms, 1u32.checked_shl(bit).unwrap_or(u32::MAX))?;
            let is_set = terms.extract(&amount.word, bit, 1);
            let is_set = terms.equal(&is_set, &Word::number(1, 1));
            result = shifted.or_else(terms, &is_set, &result)?;
        }
        Ok(result)
    }

    /// This one when the condition holds, else the other.
    pub(crate) fn or_else(&self, terms: &mut Terms, condition: &Cond, other: &Self) -> Result<Self, Refusal> {
        let (then, otherwise) = self.aligned(terms, other, 0)?;
        let signed = self.signed || other.signed;
        Ok(Self { word: terms.select(condition, &then, &otherwise), signed }.trimmed(terms))
    }

    pub(crate) fn equal(&self, terms: &mut Terms, other: &Self) -> Result<Cond, Refusal> {
        let (left, right) = self.aligned(terms, other, 0)?;
        Ok(terms.equal(&left, &right))
    }

    pub(crate) fn less(&self, terms: &mut Terms, other: &Self) -> Result<Cond, Refusal> {
        let (left, right) = self.aligned(terms, other, 0)?;
        if self.signed || other.signed {
            Ok(terms.less_signed(&left, &right))
        } else {
            Ok(terms.less(&left, &right))
        }
    }

    /// Clamped to what so many unsigned bits hold.
    pub(crate) fn saturated(&self, terms: &mut Terms, width: u32) -> Result<Self, Refusal> {
        let most = Self::unsigned(Word::constant(Bits::ones(checked(width)?)));
        let least = Self::unsigned(Word::zero(1));
        self.clamped(terms, &least, &most)
    }

    /// Clamped to what so many bits hold in two's complement.
    pub(crate) fn saturated_signed(&self, terms: &mut Terms, width: u32) -> Result<Self, Refusal> {
        let most = Self::signed(Word::constant(Bits::max_signed(checked(width)?)));
        let least = Self::signed(Word::constant(Bits::min_signed(width)));
        self.clamped(terms, &least, &most)
    }

    fn clamped(&self, terms: &mut Terms, least: &Self, most: &Self) -> Result<Self, Refusal> {
        let above = most.less(terms, self)?;
        let below = self.less(terms, least)?;
        let upper = most.or_else(terms, &above, self)?;
        least.or_else(terms, &below, &upper)
    }
}

fn checked(width: u32) -> Result<u32, Refusal> {
    if width > MAX_WIDTH {
        return Err(format!("a number gets {width} bits, more than {MAX_WIDTH}"));
    }
    Ok(width)
}
