//! How many bits a value can have.

/// What a value can be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Range {
    /// From 0, in so many bits.
    Unsigned(u32),
    /// Two's complement in so many bits.
    Signed(u32),
}

impl Range {
    /// How many bits.
    pub(crate) fn bits(self) -> u32 {
        match self {
            Self::Unsigned(bits) | Self::Signed(bits) => bits,
        }
    }

    /// Whether it can be negative.
    pub(crate) fn is_signed(self) -> bool {
        matches!(self, Self::Signed(_))
    }

    /// Bits as two's complement.
    pub(crate) fn signed_bits(self) -> u32 {
        match self {
            Self::Unsigned(bits) => bits.saturating_add(1),
            Self::Signed(bits) => bits,
        }
    }

    /// What holds both.
    pub(crate) fn union(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unsigned(a), Self::Unsigned(b)) => Self::Unsigned(a.max(b)),
            _ => Self::Signed(self.signed_bits().max(other.signed_bits())),
        }
    }

    /// Of a value that has so many bits more.
    pub(crate) fn grown(self, bits: u32) -> Self {
        match self {
            Self::Unsigned(own) => Self::Unsigned(own.saturating_add(bits)),
            Self::Signed(own) => Self::Signed(own.saturating_add(bits)),
        }
    }

    /// Of a product.
    pub(crate) fn product(self, other: Self) -> Self {
        match (self, other) {
            (Self::Unsigned(a), Self::Unsigned(b)) => Self::Unsigned(a.saturating_add(b)),
            _ => Self::Signed(self.signed_bits().saturating_add(other.signed_bits())),
        }
    }
}
