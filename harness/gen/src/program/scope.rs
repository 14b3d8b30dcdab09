//! What a program has declared, and what a place in it can see.

use std::collections::BTreeSet;

/// A field of a header or of the metadata.
#[derive(Clone, Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) width: u32,
    pub(super) signed: bool,
}

impl Field {
    /// Its type as it is written.
    pub(super) fn ty(&self) -> String {
        type_of(self.width, self.signed)
    }
}

/// A number's type as it is written.
pub(super) fn type_of(width: u32, signed: bool) -> String {
    format!("{}<{width}>", if signed { "int" } else { "bit" })
}

/// A header type.
#[derive(Clone, Debug)]
pub(super) struct HeaderType {
    pub(super) name: String,
    pub(super) fields: Vec<Field>,
}

/// A header.
#[derive(Clone, Debug)]
pub(super) struct Header {
    /// As it is written: `hdr.h1`.
    pub(super) path: String,
    pub(super) header_type: HeaderType,
}

/// A header stack.
#[derive(Clone, Debug)]
pub(super) struct Stack {
    pub(super) path: String,
    pub(super) header_type: HeaderType,
    pub(super) size: usize,
}

/// Something that can be read.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) path: String,
    pub(super) width: u32,
    pub(super) signed: bool,
    pub(super) writable: bool,
    /// The header it is in.
    pub(super) header: Option<String>,
}

/// What can be seen.
#[derive(Clone, Debug, Default)]
pub(super) struct Scope {
    pub(super) places: Vec<Place>,
    /// Headers that are valid here.
    pub(super) valid: BTreeSet<String>,
    /// Whether it is a parser's.
    pub(super) in_parser: bool,
    /// Whether it is an action's: it has no `if`.
    pub(super) in_action: bool,
}

impl Scope {
    /// Places of a width, of headers that are valid or, if `any`, of all.
    pub(super) fn of(&self, width: u32, signed: bool, any: bool) -> Vec<Place> {
        let all = self.readable(any).into_iter();
        all.filter(|place| place.width == width && place.signed == signed).collect()
    }

    /// Places of headers that are valid or, if `any`, of all.
    pub(super) fn readable(&self, any: bool) -> Vec<Place> {
        let valid = |place: &&Place| any || place.header.as_ref().is_none_or(|of| self.valid.contains(of));
        self.places.iter().filter(valid).cloned().collect()
    }

    /// Places that can be written, of headers that are valid or, if `any`, of all.
    pub(super) fn writable(&self, any: bool) -> Vec<Place> {
        self.readable(any).into_iter().filter(|place| place.writable).collect()
    }
}
