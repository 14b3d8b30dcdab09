//! The parser: each path is a row, with rows before it for packets that end inside one of its headers.

use hyper4_ir::{
    Event, Extract, HeaderId, ParseState, ParseStateId, ParserOp, PipelineKind, Place, Program, SelectKey,
    StandardField, TransitionMatch,
};
use num_traits::ToPrimitive;

use super::Refusal;
use super::context::{Context, NO_ARGUMENTS};
use super::cube::Cube;
use super::evaluate::{Assumed, Truth};
use super::explore::{Explorer, Rows};
use super::form::Form;
use super::number::{Number, Unsupported};
use super::site::Stage;
use crate::Layout;

/// States on one path: more of them go round for ever.
const MAX_STATES: usize = 256;

/// How far the parser has come.
#[derive(Clone, Debug, Default)]
struct Progress {
    /// Bytes taken.
    bytes: u32,
    /// Bytes that the packet is known to have.
    length: u32,
    /// States entered.
    states: usize,
    /// Headers taken, in order.
    headers: Vec<HeaderId>,
}

impl Explorer<'_> {
    /// The first lookup: of ingress the parser's paths, of egress which headers are valid.
    pub(super) fn begin(&mut self, mut context: Context, rows: &mut Rows) -> Result<(), Refusal> {
        if self.pipeline == PipelineKind::Ingress {
            context.construct = "parser path".to_owned();
            context.fresh = false;
            return self.state(context, self.program.parser.start, Progress::default(), rows);
        }
        context.construct = "egress".to_owned();
        let stage = self.program.egress.start.map_or(Stage::End, Stage::Node);
        let variants: Vec<_> = std::mem::take(&mut self.variants).into_iter().collect();
        for (number, valid) in variants.iter().enumerate() {
            let mut cube = Cube::default();
            // One of them holds, so that the last needs no test.
            if number + 1 < variants.len() {
                for header in self.flow.relevant(Stage::Start) {
                    if let Some(bit) = self.cells.valid(*header) {
                        // Each header once: no contradiction.
                        let _ = cube.require(bit, valid.contains(header));
                    }
                }
            }
            let context = Context { cube: Some(cube), valid: valid.clone(), fresh: false, ..context.clone() };
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
                ParserOp::Extract(Extract::Regular(header)) => {
                    let bytes = self.program.header_type(*header).map_or(0, |t| t.width()) / 8;
                    self.too_short(&context, &mut progress, bytes, rows)?;
                    progress.bytes += bytes;
                    progress.headers.push(*header);
                    context.valid.insert(*header);
                    context.events.push(Event::Extract(self.header_name(*header).to_owned()));
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
                    if *offset != 0 {
                        let reason = "it looks ahead past the next bit; simple_switch then doesn't test whether the \
                                      packet has the bits, and reads what lies behind it";
                        return Err(refuse(state, reason.to_owned()));
                    }
                    self.too_short(&context, &mut progress, width.div_ceil(8), rows)?;
                    self.look_ahead(&mut context, place, progress.bytes, *width).map_err(refused)?;
                }
                ParserOp::Extract(_) => {
                    let reason = "it extracts into a header stack, or a header of variable size";
                    return Err(refuse(state, reason.to_owned()));
                }
                ParserOp::Primitive(primitive) => {
                    let reason = format!("it has `{}` in the parser", primitive.name());
                    return Err(refuse(state, reason));
                }
                ParserOp::Advance { .. } => {
                    let reason = "it skips bits, which then are not in the packet that leaves: the persona can't close \
                                  the gap";
                    return Err(refuse(state, reason.to_owned()));
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

    /// Rows for packets that have fewer than `bytes` more; those that are even shorter have rows before these.
    fn too_short(
        &mut self,
        context: &Context,
        progress: &mut Progress,
        bytes: u32,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let end = progress.bytes + bytes;
        let mut block_start = 0;
        for size in (0..Layout::LENGTH.width).rev().filter(|size| end >> size & 1 == 1) {
            let block_end = block_start + (1 << size);
            if block_end > progress.length {
                let mut cube = context.cube.clone().unwrap_or_default();
                let possible = (size..Layout::LENGTH.width)
                    .all(|bit| cube.require(Layout::LENGTH.offset + bit, block_start >> bit & 1 == 1));
                if possible {
                    let mut short = Context { cube: Some(cube), ..context.clone() };
                    short.construct.push_str(", too short");
                    let code = error_code(self.program, "PacketTooShort");
                    self.failed(short, progress, code, rows)?;
                }
            }
            block_start = block_end;
        }
        progress.length = progress.length.max(end);
        Ok(())
    }

    fn look_ahead(
        &mut self,
        context: &mut Context,
        place: &Place,
        bytes: u32,
        width: u32,
    ) -> Result<(), Unsupported> {
        let Some(ahead) = self.layout.packet_bits(8 * bytes, width) else {
            return Unsupported::new("it looks ahead beyond the persona's window");
        };
        let Place::Field(field) = place else {
            return Unsupported::new("it assigns to an element of a stack");
        };
        let range = self.cells.field(*field)?;
        let valid = self.evaluator(context, &NO_ARGUMENTS).is_valid(field.header);
        if let Some(range) = range.filter(|_| valid) {
            let word = Number::unsigned(context.read(ahead)).store(range.width, self.terms);
            context.write(range, word);
        }
        Ok(())
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
            let SelectKey::Field(field) = part else {
                let reason = match part {
                    SelectKey::Lookahead { .. } => {
                        "it selects on bits ahead; simple_switch then doesn't test whether the packet has them"
                    }
                    _ => "it selects on an element of a header stack",
                };
                return Err(refuse(state, reason.to_owned()));
            };
            let word = self.evaluator(&context, &NO_ARGUMENTS).field(*field);
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
    fn failed(
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
        let positions: Vec<Option<usize>> = progress
            .headers
            .iter()
            .map(|h| self.program.deparser.order.iter().position(|emitted| emitted == h))
            .collect();
        if !positions.is_sorted_by(|a, b| a < b) || positions.contains(&None) {
            let names: Vec<&str> = progress.headers.iter().map(|h| self.header_name(*h)).collect();
            let reason = format!(
                "it extracts {}, and the deparser doesn't emit these headers in this order: the persona can't move \
                 headers",
                names.join(", ")
            );
            return Err(Refusal::new(context.construct, reason).at(context.source_info.as_ref()));
        }
        for (field, value) in [(StandardField::ParserError, code), (StandardField::ChecksumError, 0)] {
            let range = self.program.standard.get(&field).map(|f| self.cells.field(*f));
            if let Some(Ok(Some(range))) = range {
                context.write_constant(range, value.into());
            }
        }
        if let Some(relevant) = &self.egress_relevant {
            self.variants.insert(context.valid.intersection(relevant).copied().collect());
            for bit in
                context.valid.iter().filter(|h| relevant.contains(h)).filter_map(|h| self.cells.valid(*h))
            {
                context.values.insert(bit, Form::constant(true));
            }
        }
        self.run(context, Stage::Verify(0), Assumed::new(), rows)
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
fn error_code(program: &Program, name: &str) -> u32 {
    if let Some(code) = program.errors.get(name) {
        return code.0;
    }
    let first = program.errors.values().map(|code| code.0 + 1).max().unwrap_or(0);
    let undeclared = CORE_ERRORS.iter().filter(|core| !program.errors.contains_key(**core));
    first + undeclared.take_while(|core| **core != name).count() as u32
}

fn refuse(state: &ParseState, reason: String) -> Refusal {
    Refusal::new(format!("parser state {}", state.name), reason).at(state.source_info.as_ref())
}
