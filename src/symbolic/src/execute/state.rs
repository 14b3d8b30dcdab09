//! What a packet carries along: headers, metadata, the bytes behind the headers.

use std::collections::BTreeMap;
use std::rc::Rc;

use hyper4_ir::{FieldListId, FieldRef, HeaderId, HeaderType, LearnListId, Program};

use crate::term::{Cond, Word};

use super::{Input, Stop, unsupported};

/// What is asked for a packet and done when a pipeline ends; the last call counts.
#[derive(Clone, Default)]
pub(super) struct Asked {
    /// A mirroring session of 15 bits, and what the copy keeps.
    pub(super) clone: Option<(Word, Option<FieldListId>)>,
    pub(super) resubmit: Option<Option<FieldListId>>,
    pub(super) recirculate: Option<Option<FieldListId>>,
    /// A sample.
    pub(super) digest: Option<LearnListId>,
}

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
    /// Bytes as they were when it came in: 32 bits.
    pub(super) ingress_length: Word,
    /// Bits that the parser took.
    pub(super) parsed: u32,
    /// The input's opaque bytes follow.
    pub(super) tail: bool,
    /// `exit` was met.
    pub(super) exit: bool,
    /// Elements in use of each stack of headers.
    pub(super) used: Vec<usize>,
    /// Elements in use of each stack of unions.
    pub(super) unions_used: Vec<usize>,
    pub(super) asked: Asked,
    /// Bytes to which the packet is cut when it leaves, 32 bits.
    pub(super) cut: Option<Word>,
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
            headers.push(HeaderState { valid: header.metadata, fields: Rc::new(zeros(header_type)) });
        }
        Ok(Self {
            headers,
            payload: input.head.clone(),
            length: input.length.clone(),
            ingress_length: input.length.clone(),
            parsed: 0,
            tail: input.tail,
            exit: false,
            used: vec![0; program.header_stacks.len()],
            unions_used: vec![0; program.header_union_stacks.len()],
            asked: Asked::default(),
            cut: None,
            unwrapped: BTreeMap::new(),
        })
    }

    /// Metadata are what they are in a packet that has just come in.
    pub(super) fn reset_metadata(&mut self, program: &Program) {
        for (number, header) in (0..).zip(&program.headers) {
            let header_type = program.header_types.get(header.header_type.index());
            if let (true, Some(header_type)) = (header.metadata, header_type) {
                let fields = Rc::new(zeros(header_type));
                self.set_header(HeaderId(number), HeaderState { valid: true, fields });
            }
        }
    }

    /// What a copy doesn't get: the width of a varbit in a header that isn't valid (`PHV::copy_headers`).
    pub(super) fn forget_widths(&mut self, program: &Program) {
        for (header, state) in program.headers.iter().zip(&mut self.headers).filter(|(_, state)| !state.valid)
        {
            let header_type = program.header_types.get(header.header_type.index());
            if let Some(header_type) =
                header_type.filter(|header_type| header_type.fields.iter().any(|f| f.varbit))
            {
                state.fields = Rc::new(zeros(header_type));
            }
        }
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

    /// Two headers of one type change places.
    pub(super) fn swap(&mut self, left: HeaderId, right: HeaderId) {
        if left.index().max(right.index()) < self.headers.len() {
            self.headers.swap(left.index(), right.index());
        }
        let kept = std::mem::take(&mut self.unwrapped).into_iter().map(|(field, when)| {
            let header = match field.header {
                header if header == left => right,
                header if header == right => left,
                header => header,
            };
            (FieldRef { header, ..field }, when)
        });
        self.unwrapped = kept.collect();
    }

    pub(super) fn set_valid(&mut self, header: HeaderId, valid: bool) {
        if let Some(header) = self.headers.get_mut(header.index()) {
            header.valid = valid;
        }
    }
}

/// The fields of a header that nothing was written to; one of variable width has none then.
pub(super) fn zeros(header_type: &HeaderType) -> Vec<Word> {
    header_type.fields.iter().map(|field| Word::zero(if field.varbit { 0 } else { field.width })).collect()
}
