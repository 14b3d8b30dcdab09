//! What can be wrong with a number handed in.

use thiserror::Error;

/// Why a value could not become a [`crate::Bits`].
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum BitsError {
    /// The text is not a number in a notation that is understood.
    #[error("`{text}` is not a number: expected decimal digits, or digits after 0x, 0o or 0b")]
    NotANumber {
        /// The text as it was given.
        text: String,
    },
    /// The value needs more bits than there are.
    #[error("`{value}` does not fit into {width} bits")]
    DoesNotFit {
        /// The value as it was given.
        value: String,
        /// The width it was to have.
        width: u32,
    },
    /// The width is beyond [`crate::Bits::MAX_WIDTH`].
    #[error("a width of {width} bits is more than the supported {max}", max = crate::Bits::MAX_WIDTH)]
    TooWide {
        /// The width that was asked for.
        width: u32,
    },
}
