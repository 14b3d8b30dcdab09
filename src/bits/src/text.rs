//! Bits as text: parsing, printing and the serialised form.

use std::fmt;

use num_bigint::{BigInt, BigUint, Sign};
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Bits, BitsError};

impl Bits {
    /// Reads a number: decimal, or hexadecimal, octal or binary after `0x`, `0o` or `0b`; `_` may separate digits.
    ///
    /// A number after `-` becomes its two's complement and has to fit as a signed value of that width.
    ///
    /// # Errors
    /// [`BitsError::NotANumber`], [`BitsError::DoesNotFit`], or [`BitsError::TooWide`] for a width beyond
    /// [`Bits::MAX_WIDTH`].
    pub fn parse(width: u32, text: &str) -> Result<Self, BitsError> {
        if width > Self::MAX_WIDTH {
            return Err(BitsError::TooWide { width });
        }
        let (negative, digits) = match text.strip_prefix('-') {
            Some(digits) => (true, digits),
            None => (false, text),
        };
        let magnitude =
            parse_magnitude(digits).ok_or_else(|| BitsError::NotANumber { text: text.to_owned() })?;
        let does_not_fit = || BitsError::DoesNotFit { value: text.to_owned(), width };
        if negative {
            let value = BigInt::from_biguint(Sign::Minus, magnitude);
            let wrapped = Self::from_bigint_wrapped(width, &value);
            if wrapped.to_bigint_signed() == value { Ok(wrapped) } else { Err(does_not_fit()) }
        } else {
            Self::try_from_biguint(width, &magnitude).map_err(|_| does_not_fit())
        }
    }
}

fn parse_magnitude(text: &str) -> Option<BigUint> {
    let (prefix, rest) = text.split_at_checked(2).unwrap_or(("", text));
    let (radix, digits) = match prefix {
        "0x" | "0X" => (16, rest),
        "0o" | "0O" => (8, rest),
        "0b" | "0B" => (2, rest),
        _ => (10, text),
    };
    // `BigUint::parse_bytes` takes a sign, and underscores in places where nobody writes them.
    let starts_with_digit = digits.starts_with(|c: char| c.is_digit(radix));
    let well_formed = starts_with_digit && digits.chars().all(|c| c == '_' || c.is_digit(radix));
    if well_formed { BigUint::parse_bytes(digits.as_bytes(), radix) } else { None }
}

/// Hexadecimal after `0x`, with as many digits as the width needs.
impl fmt::Display for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let digits = self.width().div_ceil(4).max(1) as usize;
        let mut text = String::with_capacity(digits + 16);
        for limb in self.limbs().iter().rev() {
            text.push_str(&format!("{limb:016x}"));
        }
        let surplus = text.len().saturating_sub(digits);
        let shown = text.get(surplus..).filter(|shown| !shown.is_empty()).unwrap_or("0");
        f.pad(&format!("0x{shown}"))
    }
}

/// As P4 writes it: `8w0x2a`.
impl fmt::Debug for Bits {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}w{self}", self.width())
    }
}

/// The serialised form.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Serialised {
    width: u32,
    hex: String,
}

impl Serialize for Bits {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        Serialised { width: self.width(), hex: self.to_string() }.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Bits {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let Serialised { width, hex } = Serialised::deserialize(deserializer)?;
        if !hex.starts_with("0x") {
            return Err(D::Error::custom(format!("`{hex}` does not start with 0x")));
        }
        Self::parse(width, &hex).map_err(D::Error::custom)
    }
}
