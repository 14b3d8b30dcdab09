//! What a packet carries along: headers, metadata, the bytes behind the headers.

use std::rc::Rc;

use hyper4_ir::{FieldRef, HeaderId, Program};

use crate::term::Word;

use super::{Input, Stop, unsupported};

/// A header or metadata instance.
#[derive(Clone)]
pub(super) struct HeaderState {
    /// Definite on each path.
    pub(super) valid: bool,
    pub(super) fields: Rc<Vec<Word>>,
}

/// What a packet carries along.
#[derive(Clone)]
pub(super) struct State {
    pub(super) headers: Vec<HeaderState>,
    /// Bytes not parsed yet, then those behind the headers.
    pub(super) payload: Word,
    /// Bytes, as the switch keeps count of them: 32 bits.
    pub(super) length: Word,
    /// `exit` was met.
    pub(super) exit: bool,
}

impl State {
    pub(super) fn new(program: &Program, input: &Input) -> Result<Self, Stop> {
        let mut headers = Vec::with_capacity(program.headers.len());
        for header in &program.headers {
            let header_type = program
                .header_types
                .get(header.header_type.index())
                .ok_or_else(|| unsupported(&format!("header `{}`", header.name), None, "has no type"))?;
            if header_type.fields.iter().any(|field| field.varbit) {
                let construct = format!("header `{}`", header.name);
                return Err(unsupported(&construct, None, "fields of variable width are not dealt with"));
            }
            headers.push(HeaderState {
                valid: header.metadata,
                fields: Rc::new(header_type.fields.iter().map(|field| Word::zero(field.width)).collect()),
            });
        }
        Ok(Self { headers, payload: input.head.clone(), length: input.length.clone(), exit: false })
    }

    pub(super) fn header(&self, header: HeaderId) -> Option<&HeaderState> {
        self.headers.get(header.index())
    }

    pub(super) fn is_valid(&self, header: HeaderId) -> bool {
        self.header(header).is_some_and(|header| header.valid)
    }

    /// A field's value, whether its header is valid or not.
    pub(super) fn field(&self, field: FieldRef) -> Option<&Word> {
        self.header(field.header)?.fields.get(field.field as usize)
    }

    pub(super) fn set_field(&mut self, field: FieldRef, value: Word) {
        let fields =
            self.headers.get_mut(field.header.index()).map(|header| Rc::make_mut(&mut header.fields));
        if let Some(place) = fields.and_then(|fields| fields.get_mut(field.field as usize)) {
            *place = value;
        }
    }

    pub(super) fn set_header(&mut self, header: HeaderId, value: HeaderState) {
        if let Some(place) = self.headers.get_mut(header.index()) {
            *place = value;
        }
    }

    pub(super) fn set_valid(&mut self, header: HeaderId, valid: bool) {
        if let Some(header) = self.headers.get_mut(header.index()) {
            header.valid = valid;
        }
    }
}
