//! Arithmetic on numbers whose bits are forms. Numbers are unbounded, as in bmv2: what lies above the known bits is
//! zeros, ones, or not known; a store or a mask cuts it off.

use num_bigint::{BigInt, Sign};

use super::cube::Cover;
use super::form::{Atom, Form, Sum, Terms, Word};

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
            Self::Choice { .. } => {
                "a value that depends on a comparison, computed by an action of an entry; an `if` around the table's \
                 `apply` would do"
            }
        })
    }
}

/// The bits above those of a [`Number`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Above {
    Zeros,
    Ones,
    Unknown,
}

/// An unbounded number in two's complement.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Number {
    /// The least significant first.
    pub(super) bits: Word,
    /// The others.
    pub(super) above: Above,
}

/// The bits of a difference that a wider field is assigned.
const MAX_DIFFERENCE: usize = 256;
/// Beyond this, a shift gives more bits than any field has.
const MAX_BITS: usize = 1 << 14;

impl Number {
    /// A number that isn't negative.
    pub(super) fn unsigned(bits: Word) -> Self {
        Self { bits, above: Above::Zeros }
    }

    /// A constant.
    pub(super) fn constant(value: &BigInt) -> Self {
        let negative = value.sign() == Sign::Minus;
        // -x - 1 has the inverse bits of x.
        let magnitude = if negative { -value - 1 } else { value.clone() };
        let bits = (0..magnitude.bits()).map(|i| Form::constant(magnitude.bit(i) ^ negative)).collect();
        Self { bits, above: if negative { Above::Ones } else { Above::Zeros } }
    }

    /// Its value, when all of it is known.
    pub(super) fn known(&self) -> Option<BigInt> {
        let negative = match self.above {
            Above::Zeros => false,
            Above::Ones => true,
            Above::Unknown => return None,
        };
        let mut magnitude = BigInt::from(0);
        for (i, form) in self.bits.iter().enumerate() {
            magnitude.set_bit(i as u64, form.known()? ^ negative);
        }
        Some(if negative { -magnitude - 1 } else { magnitude })
    }

    /// Bit `i`; `None` when it isn't known.
    pub(super) fn bit(&self, i: usize) -> Option<Form> {
        match (self.bits.get(i), self.above) {
            (Some(form), _) => Some(form.clone()),
            (None, Above::Zeros) => Some(Form::constant(false)),
            (None, Above::Ones) => Some(Form::constant(true)),
            (None, Above::Unknown) => None,
        }
    }

    /// What a field of that width holds after it is stored.
    pub(super) fn store(&self, width: u32) -> Result<Word, Unsupported> {
        (0..width as usize)
            .map(|i| self.bit(i).ok_or_else(|| Unsupported::because("its value has no bound")))
            .collect()
    }

    /// `-self - 1`
    pub(super) fn not(&self) -> Self {
        let above = match self.above {
            Above::Zeros => Above::Ones,
            Above::Ones => Above::Zeros,
            Above::Unknown => Above::Unknown,
        };
        Self { bits: self.bits.iter().map(Form::not).collect(), above }
    }

    /// Bit by bit.
    pub(super) fn bitwise(&self, other: &Self, operator: Bitwise) -> Result<Self, Unsupported> {
        let mut bits = Vec::new();
        for i in 0..self.bits.len().max(other.bits.len()) {
            let (a, b) = (self.bit(i), other.bit(i));
            match operator.apply(a.as_ref(), b.as_ref())? {
                Some(form) => bits.push(form),
                None => return Ok(Self { bits, above: Above::Unknown }),
            }
        }
        let outside = |n: &Self| match n.above {
            Above::Zeros => Some(Form::constant(false)),
            Above::Ones => Some(Form::constant(true)),
            Above::Unknown => None,
        };
        let above = match operator.apply(outside(self).as_ref(), outside(other).as_ref())? {
            Some(form) if form.constant => Above::Ones,
            Some(_) => Above::Zeros,
            None => Above::Unknown,
        };
        Ok(Self { bits, above })
    }

    /// Times a power of two.
    pub(super) fn shift_left(&self, amount: usize) -> Result<Self, Unsupported> {
        if amount.saturating_add(self.bits.len()) > MAX_BITS {
            return Unsupported::new(format!("a shift by {amount} bits"));
        }
        let mut bits = vec![Form::constant(false); amount];
        bits.extend(self.bits.iter().cloned());
        Ok(Self { bits, above: self.above })
    }

    /// Divided by a power of two, rounded down.
    pub(super) fn shift_right(&self, amount: usize) -> Self {
        Self { bits: self.bits.iter().skip(amount).cloned().collect(), above: self.above }
    }

    fn of_entry(&self) -> bool {
        self.above != Above::Unknown && self.bits.iter().all(Form::of_entry)
    }

    /// `self + other`, or `self - other`.
    pub(super) fn add(&self, other: &Self, subtract: bool, terms: &mut Terms) -> Result<Self, Unsupported> {
        if let (Some(a), Some(b)) = (self.known(), other.known()) {
            return Ok(Self::constant(&if subtract { a - b } else { a + b }));
        }
        if other.known() == Some(BigInt::from(0)) {
            return Ok(self.clone());
        }
        if !subtract && self.known() == Some(BigInt::from(0)) {
            return Ok(other.clone());
        }
        let (base, addend, subtract) = if other.of_entry() && !self.of_entry() {
            (self.clone(), other.clone(), subtract)
        } else if self.of_entry() && !other.of_entry() {
            match (subtract, self.known()) {
                (false, _) => (other.clone(), self.clone(), false),
                // c - x = ~x + (c + 1)
                (true, Some(c)) => (other.not(), Self::constant(&(c + 1)), false),
                (true, None) => return Unsupported::new("a parameter less a field"),
            }
        } else {
            return Unsupported::new(
                "a sum of two values of which neither is a constant or a parameter: \
                 the persona adds constants and parameters to fields",
            );
        };
        if base.above == Above::Zeros
            && let Some(folded) = fold(&base.bits, &addend, subtract, terms)
        {
            return Ok(folded);
        }
        let longest = base.bits.len().max(addend.bits.len());
        let never_negative = !subtract && base.above == Above::Zeros && addend.above == Above::Zeros;
        let (width, above) = match base.above {
            Above::Unknown => (base.bits.len(), Above::Unknown),
            // One bit more than either, so that nothing is lost.
            _ if never_negative => (longest + 1, Above::Zeros),
            // As many bits as a field that takes it may have.
            _ => (longest.max(MAX_DIFFERENCE), Above::Unknown),
        };
        let width = width as u32;
        let sum = Sum { base: base.store(width)?, addend: addend.store(width)?, subtract };
        Ok(Self { bits: terms.sum(sum), above })
    }
}

/// `(base + c1) + c2` is `base + (c1 + c2)`, as far as the first sum's bits are there.
fn fold(bits: &[Form], addend: &Number, subtract: bool, terms: &mut Terms) -> Option<Number> {
    let Some(Atom::Sum { id, bit: 0 }) = bits.first()?.atoms.first().copied() else { return None };
    let in_order =
        bits.iter().zip(0..).all(|(form, bit)| !form.constant && form.atoms == [Atom::Sum { id, bit }]);
    let first = terms.get_sum(id)?.clone();
    let width = bits.len();
    let c1 = Number::unsigned(first.addend).known()?;
    let c2 = addend.known()?;
    let c1 = if first.subtract { -c1 } else { c1 };
    let c2 = if subtract { -c2 } else { c2 };
    let base: Word = first.base.into_iter().take(width).collect();
    let total = Number::constant(&(c1 + c2)).store(width as u32).ok()?;
    in_order.then(|| Number {
        bits: terms.sum(Sum { base, addend: total, subtract: false }),
        above: Above::Unknown,
    })
}

/// Operators that go bit by bit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Bitwise {
    And,
    Or,
    Xor,
}

impl Bitwise {
    /// The operator on two bits, `None` being one that isn't known.
    fn apply(self, a: Option<&Form>, b: Option<&Form>) -> Result<Option<Form>, Unsupported> {
        let known = |f: Option<&Form>| f.and_then(Form::known);
        // The value that decides, whatever the other one is.
        let decisive = match self {
            Self::And => Some(false),
            Self::Or => Some(true),
            Self::Xor => None,
        };
        if decisive.is_some() && (known(a) == decisive || known(b) == decisive) {
            return Ok(decisive.map(Form::constant));
        }
        let (Some(a), Some(b)) = (a, b) else { return Ok(None) };
        match self {
            Self::Xor => Ok(Some(a.xor(b))),
            _ if a.known().is_some() => Ok(Some(b.clone())),
            _ if b.known().is_some() || a == b => Ok(Some(a.clone())),
            _ => Unsupported::new("`&` or `|` of two values of which neither is a constant"),
        }
    }
}
