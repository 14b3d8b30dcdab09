//! Why a guest can't be emulated.

use hyper4_ir::SourceInfo;

/// Why a persona can't emulate a program, or carry one of its entries.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refusal {
    /// The construct in the guest's terms, `action MyIngress.mark`.
    pub construct: String,
    /// What about it can't be emulated, and what would have to be different.
    pub reason: String,
    /// Where it stands, where the program tells.
    pub source_info: Option<SourceInfo>,
}

impl Refusal {
    /// A refusal without a place.
    pub fn new(construct: impl Into<String>, reason: impl Into<String>) -> Self {
        Self { construct: construct.into(), reason: reason.into(), source_info: None }
    }

    /// The same with a place, unless it has one.
    pub(crate) fn at(mut self, source_info: Option<&SourceInfo>) -> Self {
        self.source_info = self.source_info.or_else(|| source_info.cloned());
        self
    }
}

impl std::fmt::Display for Refusal {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if let Some(place) = &self.source_info {
            write!(f, "{place}: ")?;
        }
        write!(f, "the persona can't emulate {}: {}", self.construct, self.reason)
    }
}

impl std::error::Error for Refusal {}
