//! Integer literals: `10`, `0x1F`, `8w255`, `4s0b1010`.

use num_bigint::BigInt;
use thiserror::Error;

use crate::ast::Literal;

/// Why a text is no integer literal.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum LiteralError {
    /// A character is no digit of its base.
    #[error("`{0}` is no integer in base {1}")]
    Digits(String, u32),
    /// The width is no number, zero or too large.
    #[error("the width of `{0}` has to be between 1 and {MAX_WIDTH}")]
    Width(String),
}

/// The widest `bit<W>` there is.
pub(crate) const MAX_WIDTH: u32 = 1 << 16;

/// Reads an integer literal.
pub fn literal(text: &str) -> Result<Literal, LiteralError> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (head, tail) = text.split_at_checked(digits).unwrap_or((text, ""));
    let width = match tail.bytes().next() {
        Some(b'w') => Some(false),
        Some(b's') => Some(true),
        _ => None,
    };
    let (width, number) = match width {
        None => (None, text),
        Some(signed) => {
            let width = head.parse::<u32>().ok().filter(|width| (1..=MAX_WIDTH).contains(width));
            let width = width.ok_or_else(|| LiteralError::Width(text.to_owned()))?;
            (Some((width, signed)), tail.get(1..).unwrap_or(""))
        }
    };
    let (base, digits) = match number.get(..2) {
        Some("0x" | "0X") => (16, number.get(2..)),
        Some("0o" | "0O") => (8, number.get(2..)),
        Some("0b" | "0B") => (2, number.get(2..)),
        Some("0d" | "0D") => (10, number.get(2..)),
        _ => (10, Some(number)),
    };
    let digits: String = digits.unwrap_or("").chars().filter(|digit| *digit != '_').collect();
    let value = Some(digits.as_bytes())
        .filter(|digits| digits.first().is_some_and(u8::is_ascii_alphanumeric) && !text.starts_with('_'))
        .and_then(|digits| BigInt::parse_bytes(digits, base))
        .ok_or_else(|| LiteralError::Digits(text.to_owned(), base))?;
    Ok(Literal { value, width, text: text.into() })
}
