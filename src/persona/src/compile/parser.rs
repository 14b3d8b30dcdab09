//! The parser: each path is a row, with rows before it for packets that end inside one of its headers.

use hyper4_ir::{
    Event, Extract, FieldRef, ParseState, ParseStateId, ParserOp, PipelineKind, Program, SelectKey, StackRef,
    StandardField, TransitionMatch,
};
use num_traits::ToPrimitive;

use super::Refusal;
use super::context::{Context, NO_ARGUMENTS};
use super::cube::Cube;
use super::evaluate::{Assumed, Truth};
use super::explore::Explorer;
use super::number::Unsupported;
use super::site::Rows;
use super::site::Stage;

/// States on one path: more of them go round for ever.
const MAX_STATES: usize = 256;

/// How far the parser has come.
#[derive(Clone, Debug, Default)]
pub(super) struct Progress {
    /// Bytes taken.
    pub(super) bytes: u32,
    /// Bytes that the packet is known to have.
    pub(super) length: u32,
    /// States entered.
    states: usize,
}

impl Explorer<'_> {
    /// The first lookup: of ingress the parser's paths, of egress which headers are valid.
    pub(super) fn begin(&mut self, mut context: Context, rows: &mut Rows) -> Result<(), Refusal> {
        if self.pipeline == PipelineKind::Ingress {
            context.construct = "parser path".to_owned();
            context.fresh = false;
            self.parsing = true;
            let done = self.state(context, self.program.parser.start, Progress::default(), rows);
            self.parsing = false;
            return done;
        }
        context.construct = "egress".to_owned();
        let stage = self.program.egress.start.map_or(Stage::End, Stage::Node);
        let variants: Vec<_> = self.variants.iter().cloned().collect();
        let digits = variants.len().next_power_of_two().trailing_zeros();
        for (number, shape) in variants.iter().enumerate() {
            let mut cube = Cube::default();
            // One of them holds, so that the last needs no test.
            if number + 1 < variants.len() {
                for digit in 0..digits {
                    // Each bit once: no contradiction.
                    let _ = cube.require(self.cells.shape().offset + digit, number >> digit & 1 == 1);
                }
            }
            let context = Context { cube: Some(cube), shape: shape.clone(), fresh: false, ..context.clone() };
            self.run(context, stage, Assumed::new(), rows)?;
        }
        Ok(())
    }

    fn state(
        &mut self,
        mut context: Context,
        id: ParseStateId,
        mut progress: Progress,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let Some(state) = self.program.parser.states.get(id.index()) else { return Ok(()) };
        progress.states += 1;
        if progress.states > MAX_STATES {
            return Err(refuse(state, format!("a path through it has more than {MAX_STATES} states")));
        }
        let separator = if progress.states == 1 { " " } else { ", " };
        context.construct.push_str(separator);
        context.construct.push_str(&state.name);
        context.source_info.clone_from(&state.source_info);
        context.events.push(Event::ParseState(state.name.clone()));
        self.operations(context, state, 0, progress, rows)
    }

    /// From operation number `first` of a state on.
    fn operations(
        &mut self,
        mut context: Context,
        state: &ParseState,
        first: usize,
        mut progress: Progress,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        for (number, op) in state.ops.iter().enumerate().skip(first) {
            let refused = |e: Unsupported| refuse(state, e.to_string());
            match op {
                ParserOp::Extract(Extract::Variable { target, width }) => {
                    let Some(header) = self.target(&context, target) else {
                        return self.failed_with(context, &progress, "StackOutOfBounds", rows);
                    };
                    for (path, width) in self.enumerated(&context, width).map_err(refused)? {
                        let parsed = self.extract_variable(
                            path,
                            state,
                            (header, *target),
                            &width,
                            &mut progress.clone(),
                            rows,
                        )?;
                        if let Some((path, progress)) = parsed {
                            self.operations(path, state, number + 1, progress, rows)?;
                        }
                    }
                    return Ok(());
                }
                ParserOp::Extract(extract) => {
                    let target = extract.target();
                    let Some(header) = self.target(&context, &target) else {
                        return self.failed_with(context, &progress, "StackOutOfBounds", rows);
                    };
                    let bytes = self.cells.width(header, &context.shape) / 8;
                    self.too_short(&context, state, &mut progress, bytes, rows)?;
                    self.extract(&mut context, header, target, &mut progress);
                }
                ParserOp::Set { place, value } => {
                    context.asked.set(0);
                    match self.assign(&mut context, place, value, &NO_ARGUMENTS) {
                        Err(Unsupported::Choice { cover, outcome }) => {
                            for path in context.decided(&cover, outcome) {
                                self.operations(path, state, number, progress.clone(), rows)?;
                            }
                            return Ok(());
                        }
                        assigned => assigned.map_err(refused)?,
                    }
                    context.choices.clear();
                }
                ParserOp::SetLookahead { place, offset, width } => {
                    // simple_switch forgets the offset here.
                    self.too_short(&context, state, &mut progress, width.div_ceil(8), rows)?;
                    let ahead = self.ahead(&context, state, &progress, *offset, *width)?;
                    self.look_ahead(&mut context, place, ahead).map_err(refused)?;
                }
                ParserOp::Primitive(primitive) => {
                    context.asked.set(0);
                    match self.primitive(&mut context, primitive, &NO_ARGUMENTS) {
                        Err(Unsupported::Choice { cover, outcome }) => {
                            for path in context.decided(&cover, outcome) {
                                self.operations(path, state, number, progress.clone(), rows)?;
                            }
                            return Ok(());
                        }
                        done => done.map_err(refused)?,
                    }
                    context.choices.clear();
                }
                ParserOp::Advance { bits } => {
                    for (path, bits) in self.enumerated(&context, bits).map_err(refused)? {
                        let Some(bits) = bits.to_u64() else {
                            let reason =
                                "it may skip a negative number of bits, on which simple_switch aborts";
                            return Err(refuse(state, reason.to_owned()));
                        };
                        let mut progress = progress.clone();
                        if bits % 8 != 0 {
                            self.failed_with(path, &progress, "ParserInvalidArgument", rows)?;
                            continue;
                        }
                        let bytes = u32::try_from(bits / 8).unwrap_or(u32::MAX);
                        self.too_short(&path, state, &mut progress, bytes, rows)?;
                        progress.bytes += bytes;
                        self.operations(path, state, number + 1, progress, rows)?;
                    }
                    return Ok(());
                }
                ParserOp::Verify { condition, error } => {
                    let mut evaluator = self.evaluator(&context, &NO_ARGUMENTS);
                    let code = evaluator.number(error).map_err(refused)?.known().and_then(|n| n.to_u32());
                    let truth = evaluator.truth(condition, &Assumed::new()).map_err(refused)?;
                    let Some(code) = code else {
                        return Err(refuse(state, "it raises an error that isn't a constant".to_owned()));
                    };
                    let (cover, outcome) = match truth {
                        Truth::Known(true) => continue,
                        Truth::Known(false) => return self.failed(context, &progress, code, rows),
                        Truth::Rows { cover, outcome } => (cover, outcome),
                        Truth::AllZero { .. } => {
                            return Err(refuse(state, "it compares two fields".to_owned()));
                        }
                    };
                    let base = context.cube.clone().unwrap_or_default();
                    for cube in cover.iter().filter_map(|part| base.and(part)) {
                        let part = Context { cube: Some(cube), ..context.clone() };
                        match outcome {
                            true => self.operations(part, state, number + 1, progress.clone(), rows)?,
                            false => self.failed(part, &progress, code, rows)?,
                        }
                    }
                    if outcome {
                        return self.failed(context, &progress, code, rows);
                    }
                }
            }
        }
        self.select(context, state, &progress, rows)
    }

    /// Go on to the state of the first case that matches.
    fn select(
        &mut self,
        context: Context,
        state: &ParseState,
        progress: &Progress,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let mut key = Vec::new();
        for part in &state.key {
            let field = match part {
                SelectKey::Field(field) => Some(*field),
                SelectKey::Lookahead { offset, width } => {
                    let ahead = self.ahead(&context, state, progress, *offset, *width)?;
                    key.push(context.read(ahead));
                    continue;
                }
                SelectKey::LastField(stack, field) => {
                    let header = self.last(&context, StackRef::Headers(*stack), 0);
                    header.map(|header| FieldRef { header, field: *field })
                }
                SelectKey::UnionLastField { stack, member, field } => {
                    let header = self.last(&context, StackRef::Unions(*stack), *member as usize);
                    header.map(|header| FieldRef { header, field: *field })
                }
            };
            let Some(field) = field else {
                let reason =
                    "it selects on the last element of an empty header stack, on which simple_switch aborts";
                return Err(refuse(state, reason.to_owned()));
            };
            let word = self.evaluator(&context, &NO_ARGUMENTS).field(field);
            key.push(word.map_err(|e| refuse(state, e.to_string()))?);
        }
        let no_error = error_code(self.program, "NoError");
        let base = context.cube.clone().unwrap_or_default();
        for transition in &state.transitions {
            let cube = match &transition.matches {
                TransitionMatch::Default => Some(base.clone()),
                TransitionMatch::ValueSet { .. } => {
                    return Err(refuse(state, "it selects by a value set".to_owned()));
                }
                TransitionMatch::Values(values) => {
                    let mut cube = base.clone();
                    let mut possible = true;
                    for (word, (value, mask)) in key.iter().zip(values) {
                        for (form, bit) in word.iter().zip(0..).filter(|(_, bit)| mask.bit(*bit)) {
                            let Some(fits) = cube.require_form(form, value.bit(bit)) else {
                                return Err(refuse(state, "it selects on a computed value".to_owned()));
                            };
                            possible = possible && fits;
                        }
                    }
                    possible.then_some(cube)
                }
            };
            let Some(cube) = cube else { continue };
            let always = cube == base;
            let next = Context { cube: Some(cube), ..context.clone() };
            match transition.next {
                Some(id) => self.state(next, id, progress.clone(), rows)?,
                None => self.parsed(next, progress, no_error, rows)?,
            }
            if always {
                return Ok(());
            }
        }
        self.parsed(context, progress, no_error, rows)
    }

    /// The parser stops with an error.
    pub(super) fn failed(
        &mut self,
        mut context: Context,
        progress: &Progress,
        code: u32,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let name = self.program.errors.iter().find(|(_, c)| c.0 == code).map(|(name, _)| name.clone());
        let name = name.or_else(|| {
            let core = CORE_ERRORS.iter().find(|core| error_code(self.program, core) == code)?;
            Some((*core).to_owned())
        });
        context.events.push(Event::ParserError(name.unwrap_or_else(|| format!("error {code}"))));
        self.parsed(context, progress, code, rows)
    }

    /// The parser has stopped.
    fn parsed(
        &mut self,
        mut context: Context,
        progress: &Progress,
        code: u32,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        context.shape.taken = 8 * progress.bytes;
        self.parsed_bytes = self.parsed_bytes.max(progress.length).max(progress.bytes);
        self.reshapes |= !self.leaves_as_it_is(&context.shape);
        self.parsing = false;
        for (field, value) in [(StandardField::ParserError, code), (StandardField::ChecksumError, 0)] {
            let range = self.program.standard.get(&field).map(|f| self.cells.field(*f, &context.shape));
            if let Some(Ok(Some(range))) = range {
                context.write_constant(range, value.into());
            }
        }
        self.note_parsed(&mut context);
        let done = self.run(context, Stage::Verify(0), Assumed::new(), rows);
        self.parsing = true;
        done
    }

    pub(super) fn failed_with(
        &mut self,
        context: Context,
        progress: &Progress,
        error: &str,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let code = error_code(self.program, error);
        self.failed(context, progress, code, rows)
    }
}

const CORE_ERRORS: [&str; 7] = [
    "NoError",
    "PacketTooShort",
    "NoMatch",
    "StackOutOfBounds",
    "HeaderTooShort",
    "ParserTimeout",
    "ParserInvalidArgument",
];

/// The code of a core error: simple_switch numbers those that a program doesn't declare behind those it does.
pub(super) fn error_code(program: &Program, name: &str) -> u32 {
    if let Some(code) = program.errors.get(name) {
        return code.0;
    }
    let first = program.errors.values().map(|code| code.0 + 1).max().unwrap_or(0);
    let undeclared = CORE_ERRORS.iter().filter(|core| !program.errors.contains_key(**core));
    first + undeclared.take_while(|core| **core != name).count() as u32
}

pub(super) fn refuse(state: &ParseState, reason: String) -> Refusal {
    Refusal::new(format!("parser state {}", state.name), reason).at(state.source_info.as_ref())
}
