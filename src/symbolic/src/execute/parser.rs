//! The parser.

use hyper4_bits::Bits;
use hyper4_ir::{
    FieldRef, HeaderId, ParseState, ParseStateId, ParserOp, PipelineKind, Place, SelectKey, StandardField,
    TransitionMatch,
};

use crate::integer::Integer;
use crate::term::Word;
use crate::visit::Visit;

use super::again::Purpose;
use super::expression::Scope;
use super::extract::Way;
use super::state::State;
use super::{Executor, Point, Stop, Thread, unsupported};

const TOO_SHORT: &str = "PacketTooShort";

/// `ErrorCodeMap::add_core` of bmv2's parser_error.cpp.
const CORE_ERRORS: [&str; 7] = [
    "NoError",
    "PacketTooShort",
    "NoMatch",
    "StackOutOfBounds",
    "HeaderTooShort",
    "ParserTimeout",
    "ParserInvalidArgument",
];

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
            ParserOp::Extract(extract) => {
                let ways = self.extract(thread, extract)?;
                return self.go_on(ways, state, operation);
            }
            ParserOp::Primitive(primitive) => {
                let ways = self.primitive(thread, primitive, &[])?;
                return self.go_on(ways.into_iter().map(|thread| (thread, None)).collect(), state, operation);
            }
            ParserOp::Set { place, value } => {
                let value = self.number(&Scope::of(&thread.path, &thread.state), value)?;
                self.store(&mut thread.state, &thread.path, place, &value, &[])?;
            }
            ParserOp::SetLookahead { place, offset, width } => {
                // The switch compares with what is left without regard to the offset.
                if thread.state.payload.width() < width.next_multiple_of(8) {
                    self.in_window(&thread.state, "a lookahead")?;
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
                    self.store(&mut thread.state, &thread.path, place, &value, &[])?;
                }
            }
            ParserOp::Verify { condition, error } => {
                let condition = self.truth(&Scope::of(&thread.path, &thread.state), condition)?;
                let code = self.number(&Scope::of(&thread.path, &thread.state), error)?;
                let code = code.wrapped(&mut self.context.terms, 32);
                let split = self.context.split(thread.path.clone(), &condition)?;
                if let Some(path) = split.fails {
                    self.end_of_parser(thread.on(path), &code)?;
                }
                let holds = split.holds.map(|path| (thread.on(path), None)).into_iter().collect();
                return self.go_on(holds, state, operation);
            }
            ParserOp::Advance { bits } => {
                let bits = self.number(&Scope::of(&thread.path, &thread.state), bits)?;
                let ways = self.advance(thread, &bits)?;
                return self.go_on(ways, state, operation);
            }
        }
        self.go_on(vec![(thread, error)], state, operation)
    }

    /// On to the next operation, or to the parser's end.
    fn go_on(&mut self, ways: Vec<Way>, state: ParseStateId, operation: usize) -> Result<(), Stop> {
        for (mut thread, error) in ways {
            match error {
                None => {
                    thread.point = Point::Parse { state, operation: operation + 1 };
                    self.threads.push(thread);
                }
                Some(name) => {
                    let code = self.error_code(name)?;
                    self.end_of_parser(thread, &code)?;
                }
            }
        }
        Ok(())
    }

    fn error_code(&self, name: &str) -> Result<Word, Stop> {
        let errors = &self.program().errors;
        if let Some(code) = errors.get(name) {
            return Ok(Word::number(32, code.0.into()));
        }
        // Of core errors that a program doesn't declare, bmv2 gives each the number behind the greatest so far.
        let mut free = errors.values().map(|code| u64::from(code.0) + 1).max().unwrap_or(0);
        for core in CORE_ERRORS {
            if errors.contains_key(core) {
                continue;
            }
            if core == name {
                return Ok(Word::number(32, free));
            }
            free += 1;
        }
        Err(unsupported(&format!("the parser error `{name}`"), None, "it has no code"))
    }

    /// Bits that lie ahead. Behind the packet's end the switch reads what happens to lie there.
    fn lookahead(&mut self, state: &State, offset: u32, width: u32) -> Result<Word, Stop> {
        let left = state.payload.width();
        if offset + width <= left {
            return Ok(self.context.terms.extract(&state.payload, left - offset - width, width));
        }
        self.in_window(state, "a lookahead")?;
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
                SelectKey::LastField(stack, field) => {
                    let last = self.last_used(&thread.state, *stack);
                    self.read_last(&thread.state, last, *field)?
                }
                SelectKey::UnionLastField { stack, member, field } => {
                    let used = thread.state.unions_used.get(stack.index()).copied().unwrap_or(0);
                    let stack = self.program().header_union_stacks.get(stack.index());
                    let last = used.checked_sub(1).and_then(|last| stack?.unions.get(last));
                    let last = last.and_then(|last| self.members(*last).get(*member as usize).copied());
                    self.read_last(&thread.state, last, *field)?
                }
            });
        }
        let mut path = Some(thread.path.clone());
        for (case, transition) in parse_state.transitions.iter().enumerate() {
            let Some(current) = path.take() else { return Ok(()) };
            let condition = match &transition.matches {
                TransitionMatch::Default => self.context.terms.bool(true),
                TransitionMatch::ValueSet { set, mask } => {
                    let width = |parts: &[Word]| parts.iter().map(Word::width).sum();
                    // Key and members both lie under the mask.
                    let mask = match mask {
                        None => Bits::ones(width(&key)),
                        Some(masks) => key
                            .iter()
                            .zip(masks)
                            .fold(Bits::zero(0), |mask, (part, own)| mask.concat(&own.resize(part.width()))),
                    };
                    let key = key.iter().fold(Word::zero(0), |key, part| key.concat(part));
                    let key = self.context.terms.and(&key, &Word::constant(mask.resize(key.width())));
                    let members: Vec<Bits> = self.subject.subject.value_set(set.index()).cloned().collect();
                    let terms = &mut self.context.terms;
                    let equal: Vec<_> = members
                        .iter()
                        .map(|member| {
                            terms.equal(&key, &Word::constant(member.resize(key.width()).and(&mask)))
                        })
                        .collect();
                    terms.any(equal)
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
                    None => {
                        self.end_of_parser(next, &Word::zero(32))?;
                        continue;
                    }
                }
                self.threads.push(next);
            }
        }
        if let Some(path) = path {
            // Where nothing matches simple_switch's parser ends without an error; p4c adds a state that raises it.
            let mut next = thread.on(path);
            next.visits.push(Visit::Case { state, case: None });
            self.end_of_parser(next, &Word::zero(32))?;
        }
        Ok(())
    }

    /// A field of the last element of a stack; simple_switch aborts where there is none.
    fn read_last(&mut self, state: &State, last: Option<HeaderId>, field: u32) -> Result<Word, Stop> {
        match last {
            Some(header) => Ok(self.read(state, FieldRef { header, field })),
            None => Err(unsupported("a select", None, "it looks at the last element of an empty stack")),
        }
    }

    /// Checksums are verified even after an error, which the metadata don't tell yet, and ingress runs.
    fn end_of_parser(&mut self, mut thread: Thread, error: &Word) -> Result<(), Stop> {
        if let Purpose::Clone { from, kept, session } = thread.purpose.clone() {
            return self.clone_parsed(thread, &from, kept, session);
        }
        let wrong = self.verify_checksums(&thread)?;
        let wrong = self.context.terms.bit(&wrong);
        self.set_standard(&mut thread.state, StandardField::ParserError, error);
        self.set_standard(&mut thread.state, StandardField::ChecksumError, &wrong);
        thread.point = Point::Node(PipelineKind::Ingress, self.program().ingress.start);
        self.threads.push(thread);
        Ok(())
    }
}
