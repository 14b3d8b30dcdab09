//! The parser.

use hyper4_ir::{
    Extract, HeaderId, HeaderStackId, ParseState, ParseStateId, ParserOp, PipelineKind, Place, SelectKey,
    StandardField, TransitionMatch,
};

use crate::integer::Integer;
use crate::term::Word;
use crate::visit::Visit;

use super::expression::Scope;
use super::state::{HeaderState, State};
use super::{Executor, Point, Stop, Thread, unsupported};

const TOO_SHORT: &str = "PacketTooShort";

impl Executor<'_, '_> {
    /// One operation of a parse state, or its end.
    pub(super) fn parse(
        &mut self,
        mut thread: Thread,
        state: ParseStateId,
        operation: usize,
    ) -> Result<(), Stop> {
        let Some(parse_state) = self.program().parser.states.get(state.index()) else {
            return Err(unsupported("the parser", None, "a state is missing"));
        };
        let Some(op) = parse_state.ops.get(operation) else {
            return self.transition(&thread, state, parse_state);
        };
        let mut error = None;
        match op {
            ParserOp::Extract(Extract::Regular(header)) => {
                if !self.extract(&mut thread.state, *header)? {
                    error = Some(TOO_SHORT);
                }
            }
            ParserOp::Extract(Extract::StackNext(stack)) => match self.next_element(&thread.state, *stack) {
                None => error = Some("StackOutOfBounds"),
                Some(header) => {
                    if !self.extract(&mut thread.state, header)? {
                        error = Some(TOO_SHORT);
                    }
                }
            },
            ParserOp::Extract(_) => {
                let reason = "the proofs carry headers of fixed size alone, and no stacks of unions";
                return Err(unsupported("an extract", None, reason));
            }
            ParserOp::Primitive(primitive) => {
                let construct = format!("primitive `{}` in the parser", primitive.name());
                return Err(unsupported(&construct, None, "the proofs don't carry it"));
            }
            ParserOp::Set { place, value } => {
                let value = self.number(&Scope::of(&thread.state), value)?;
                self.store(&mut thread.state, place, &value)?;
            }
            ParserOp::SetLookahead { place, offset, width } => {
                // The switch compares with what is left without regard to the offset.
                if thread.state.payload.width() < width.next_multiple_of(8) {
                    self.in_window("a lookahead")?;
                    error = Some(TOO_SHORT);
                } else {
                    let value = self.lookahead(&thread.state, *offset, *width)?;
                    let field = match place {
                        Place::Field(field) => self.program().field(*field),
                        Place::FieldOf(..) => None,
                    };
                    // As wide as the field it is taken as it lies there, else as a number.
                    let as_it_is = field.is_some_and(|field| field.signed && field.width == *width);
                    let value = if as_it_is { Integer::signed(value) } else { Integer::unsigned(value) };
                    self.store(&mut thread.state, place, &value)?;
                }
            }
            ParserOp::Verify { condition, error } => {
                let condition = self.truth(&Scope::of(&thread.state), condition)?;
                let code = self.number(&Scope::of(&thread.state), error)?;
                let code = code.wrapped(&mut self.context.terms, 32);
                return self.fork(&thread, &condition, |this, thread, holds| {
                    if holds {
                        thread.point = Point::Parse { state, operation: operation + 1 };
                        Ok(())
                    } else {
                        this.end_of_parser(thread, &code)
                    }
                });
            }
            ParserOp::Advance { bits } => {
                let bits = self.number(&Scope::of(&thread.state), bits)?;
                let Some(bits) = bits.as_const().and_then(|bits| u32::try_from(&bits).ok()) else {
                    let place = parse_state.source_info.as_ref();
                    return Err(unsupported(
                        "an advance",
                        place,
                        "only a constant number of bits is dealt with",
                    ));
                };
                if bits % 8 != 0 {
                    error = Some("ParserInvalidArgument");
                } else if thread.state.payload.width() < bits {
                    self.in_window("an advance")?;
                    error = Some(TOO_SHORT);
                } else {
                    self.take(&mut thread.state, bits);
                }
            }
        }
        match error {
            None => thread.point = Point::Parse { state, operation: operation + 1 },
            Some(name) => {
                let code = self.error_code(name)?;
                self.end_of_parser(&mut thread, &code)?;
            }
        }
        self.threads.push(thread);
        Ok(())
    }

    /// Nothing may look at the opaque bytes.
    fn in_window(&self, who: &str) -> Result<(), Stop> {
        if self.input.tail {
            return Err(unsupported(who, None, "it looks behind the window"));
        }
        Ok(())
    }

    fn error_code(&self, name: &str) -> Result<Word, Stop> {
        match self.program().errors.get(name) {
            Some(code) => Ok(Word::number(32, code.0.into())),
            None => Err(unsupported(&format!("the parser error `{name}`"), None, "it has no code")),
        }
    }

    /// The next bits, which are there, are taken.
    fn take(&mut self, state: &mut State, bits: u32) -> Word {
        let rest = state.payload.width().saturating_sub(bits);
        let taken = self.context.terms.extract(&state.payload, rest, bits);
        state.payload = self.context.terms.resize(&state.payload, rest);
        taken
    }

    /// The element of a stack that is extracted next; `None` when it is full. Nothing but extracting makes one valid here.
    fn next_element(&self, state: &State, stack: HeaderStackId) -> Option<HeaderId> {
        let stack = self.program().header_stacks.get(stack.index())?;
        stack.headers.iter().copied().find(|header| !state.is_valid(*header))
    }

    /// Whether the packet was long enough.
    fn extract(&mut self, state: &mut State, header: HeaderId) -> Result<bool, Stop> {
        let Some(header_type) = self.program().header_type(header) else {
            return Err(unsupported("an extract", None, "the header has no type"));
        };
        let width = header_type.width();
        if state.payload.width() < width {
            self.in_window("an extract")?;
            return Ok(false);
        }
        let bits = self.take(state, width);
        let mut fields = Vec::with_capacity(header_type.fields.len());
        let mut left = width;
        for field in &header_type.fields {
            left -= field.width;
            fields.push(self.context.terms.extract(&bits, left, field.width));
        }
        state.set_header(header, HeaderState { valid: true, fields: fields.into() });
        Ok(true)
    }

    /// Bits that lie ahead. Behind the packet's end the switch reads what happens to lie there.
    fn lookahead(&mut self, state: &State, offset: u32, width: u32) -> Result<Word, Stop> {
        let left = state.payload.width();
        if offset + width <= left {
            return Ok(self.context.terms.extract(&state.payload, left - offset - width, width));
        }
        self.in_window("a lookahead")?;
        let value = self.undefined("the bytes behind the packet's end", width);
        self.note(&value);
        Ok(value)
    }

    fn transition(
        &mut self,
        thread: &Thread,
        state: ParseStateId,
        parse_state: &ParseState,
    ) -> Result<(), Stop> {
        let mut key = Vec::with_capacity(parse_state.key.len());
        for part in &parse_state.key {
            key.push(match part {
                SelectKey::Field(field) => self.read(&thread.state, *field),
                SelectKey::Lookahead { offset, width } => self.lookahead(&thread.state, *offset, *width)?,
                SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => {
                    return Err(unsupported("a select", None, "the proofs don't carry header stacks"));
                }
            });
        }
        let mut path = Some(thread.path.clone());
        for (case, transition) in parse_state.transitions.iter().enumerate() {
            let Some(current) = path.take() else { return Ok(()) };
            let condition = match &transition.matches {
                TransitionMatch::Default => self.context.terms.bool(true),
                TransitionMatch::ValueSet { .. } => {
                    return Err(unsupported("a select", None, "the proofs don't carry value sets"));
                }
                TransitionMatch::Values(values) => {
                    let mut parts = Vec::with_capacity(values.len());
                    for (part, (value, mask)) in key.iter().zip(values) {
                        let width = part.width();
                        let (value, mask) = (value.resize(width), mask.resize(width));
                        let masked = self.context.terms.and(part, &Word::constant(mask.clone()));
                        parts.push(self.context.terms.equal(&masked, &Word::constant(value.and(&mask))));
                    }
                    self.context.terms.all(parts)
                }
            };
            let split = self.context.split(current, &condition)?;
            path = split.fails;
            if let Some(holds) = split.holds {
                let mut next = thread.on(holds);
                next.visits.push(Visit::Case { state, case: Some(case) });
                match transition.next {
                    Some(state) => next.point = Point::Parse { state, operation: 0 },
                    None => self.end_of_parser(&mut next, &Word::zero(32))?,
                }
                self.threads.push(next);
            }
        }
        if let Some(path) = path {
            // Where nothing matches simple_switch's parser ends without an error; p4c adds a state that raises it.
            let mut next = thread.on(path);
            next.visits.push(Visit::Case { state, case: None });
            self.end_of_parser(&mut next, &Word::zero(32))?;
            self.threads.push(next);
        }
        Ok(())
    }

    /// Checksums are verified even after an error, and ingress runs.
    fn end_of_parser(&mut self, thread: &mut Thread, error: &Word) -> Result<(), Stop> {
        self.set_standard(&mut thread.state, StandardField::ParserError, error);
        let wrong = self.verify_checksums(thread)?;
        let wrong = self.context.terms.bit(&wrong);
        self.set_standard(&mut thread.state, StandardField::ChecksumError, &wrong);
        thread.point = Point::Node(PipelineKind::Ingress, self.program().ingress.start);
        Ok(())
    }
}
