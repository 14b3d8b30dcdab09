//! What a packet carries along: headers, metadata, the bytes behind the headers.

use std::collections::BTreeMap;
use std::rc::Rc;

use hyper4_ir::{FieldRef, HeaderId, Program};

use crate::term::{Cond, Word};

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
    /// Signed fields that were given a number beyond their range, and when: the switch keeps numbers that fit the field
    /// unsigned, and reads them as they were given.
    unwrapped: BTreeMap<FieldRef, Cond>,
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
        Ok(Self {
            headers,
            payload: input.head.clone(),
            length: input.length.clone(),
            exit: false,
            unwrapped: BTreeMap::new(),
        })
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

    /// When a signed field's number is that of its bits without a sign.
    pub(super) fn unwrapped(&self, field: FieldRef) -> Option<&Cond> {
        self.unwrapped.get(&field)
    }

    /// After [`State::set_field`].
    pub(super) fn set_unwrapped(&mut self, field: FieldRef, when: Cond) {
        self.unwrapped.insert(field, when);
    }

    pub(super) fn set_field(&mut self, field: FieldRef, value: Word) {
        self.unwrapped.remove(&field);
        let fields =
            self.headers.get_mut(field.header.index()).map(|header| Rc::make_mut(&mut header.fields));
        if let Some(place) = fields.and_then(|fields| fields.get_mut(field.field as usize)) {
            *place = value;
        }
    }

    /// All of another header, which is valid and of the same type.
    pub(super) fn copy_header(&mut self, destination: HeaderId, source: HeaderId) {
        let Some(value) = self.header(source).cloned() else { return };
        let kept: Vec<(FieldRef, Cond)> = self
            .unwrapped
            .iter()
            .filter(|(field, _)| field.header == source)
            .map(|(field, when)| (FieldRef { header: destination, ..*field }, when.clone()))
            .collect();
        self.set_header(destination, value);
        self.unwrapped.extend(kept);
    }

    pub(super) fn set_header(&mut self, header: HeaderId, value: HeaderState) {
        self.unwrapped.retain(|field, _| field.header != header);
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
