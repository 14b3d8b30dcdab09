//! Checksums that the switch itself verifies and updates.

use hyper4_bits::HashAlgorithm;
use hyper4_ir::{
    CalculationInput, Checksum, ChecksumKind, ChecksumOutcome, Event, Expr, FieldRef, PipelineKind,
    StandardField,
};

use super::Refusal;
use super::context::{Context, NO_ARGUMENTS};
use super::evaluate::Assumed;
use super::explore::Explorer;
use super::form::{Bit, Form, Word};
use super::hash::hash;
use super::number::{Bitwise, Number, Unsupported};
use super::site::{Compare, Rows, Stage};
use super::term::Term;

impl<'a> Explorer<'a> {
    fn checksum(&self, kind: ChecksumKind, number: usize) -> Option<&'a Checksum> {
        self.program.checksums.iter().filter(|c| c.kind == kind).nth(number)
    }

    /// Verify checksum number `number` and those behind it, then begin ingress.
    pub(super) fn verify(
        &mut self,
        mut context: Context,
        number: usize,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let Some(checksum) = self.checksum(ChecksumKind::Verify, number) else {
            context.events.push(Event::Pipeline("ingress".to_owned()));
            let stage = self.program.ingress.start.map_or(Stage::End, Stage::Node);
            return self.run(context, stage, Assumed::new(), rows);
        };
        let valid = self.evaluator(&context, &NO_ARGUMENTS).is_valid(checksum.target.header);
        if !valid {
            return self.dealt_with(context, checksum, number, ChecksumOutcome::Skipped, rows);
        }
        for late in [StandardField::ParserError, StandardField::ChecksumError] {
            let field = self.program.standard.get(&late);
            if field.is_some_and(|field| checksum.condition.as_ref().is_some_and(|c| mentions(c, *field))) {
                let reason =
                    format!("it depends on `{}`, which is set when checksums are verified", late.name());
                let refusal = Refusal::new(format!("checksum {}", checksum.name), reason);
                return Err(refusal.at(checksum.source_info.as_ref()));
            }
        }
        self.conditioned(
            context,
            checksum,
            Stage::Verify(number),
            assumed,
            rows,
            |own, context, value, rows| {
                if !value {
                    return own.dealt_with(context, checksum, number, ChecksumOutcome::Skipped, rows);
                }
                let stage = Stage::Verify(number);
                let Some(sum) = own.sum(&context, checksum)? else {
                    return own.cut(context, stage, Assumed::new(), rows);
                };
                let field = own.evaluator(&context, &NO_ARGUMENTS).field(checksum.target);
                let field = field.map_err(|e| refuse(checksum, e))?;
                let (sum, field) = (Number::unsigned(sum), Number::unsigned(field));
                let difference = field.bitwise(&sum, Bitwise::Xor, own.terms).bits;
                own.compare(context, Compare::Checksum, difference, stage, Assumed::new(), rows)
            },
        )
    }

    /// A verify was carried out.
    pub(super) fn verified(
        &mut self,
        mut context: Context,
        number: usize,
        right: bool,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let Some(checksum) = self.checksum(ChecksumKind::Verify, number) else { return Ok(()) };
        if context.construct.is_empty() {
            context.construct = format!("checksum {}", checksum.name);
            context.source_info.clone_from(&checksum.source_info);
        }
        let mut outcome = ChecksumOutcome::Correct;
        if !right {
            outcome = ChecksumOutcome::Wrong;
            let field = self.program.standard.get(&StandardField::ChecksumError);
            if let Some(Ok(Some(range))) = field.map(|f| self.cells.field(*f, &context.shape)) {
                context.write_constant(range, 1);
            }
        }
        self.dealt_with(context, checksum, number, outcome, rows)
    }

    fn dealt_with(
        &mut self,
        mut context: Context,
        checksum: &Checksum,
        number: usize,
        outcome: ChecksumOutcome,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        context.fresh = false;
        context.events.push(Event::Checksum { name: checksum.name.clone(), outcome });
        self.run(context, Stage::Verify(number + 1), Assumed::new(), rows)
    }

    /// Update checksum number `number` and those behind it, then end the pipeline.
    pub(super) fn update(
        &mut self,
        mut context: Context,
        number: usize,
        assumed: Assumed,
        rows: &mut Rows,
    ) -> Result<(), Refusal> {
        let Some(checksum) = self.checksum(ChecksumKind::Update, number).filter(|_| self.updates) else {
            return self.deparsed(context, rows);
        };
        if context.construct.is_empty() {
            context.construct = format!("checksum {}", checksum.name);
            context.source_info.clone_from(&checksum.source_info);
        }
        self.conditioned(
            context,
            checksum,
            Stage::Update(number),
            assumed,
            rows,
            |own, mut context, value, rows| {
                // An update doesn't look at the header: what it writes to an invalid one is lost.
                let outcome = if value { ChecksumOutcome::Updated } else { ChecksumOutcome::Skipped };
                if value && own.evaluator(&context, &NO_ARGUMENTS).is_valid(checksum.target.header) {
                    let Some(sum) = own.sum(&context, checksum)? else {
                        return own.cut(context, Stage::Update(number), Assumed::new(), rows);
                    };
                    let range =
                        own.cells.field(checksum.target, &context.shape).map_err(|e| refuse(checksum, e))?;
                    if let Some(range) = range {
                        let word = Number::unsigned(sum).store(range.width, own.terms);
                        context.write(range, word);
                    }
                }
                context.fresh = false;
                let event = Event::Checksum { name: checksum.name.clone(), outcome };
                match own.pipeline {
                    PipelineKind::Ingress => context.egress_events.push(event),
                    PipelineKind::Egress => context.events.push(event),
                }
                own.run(context, Stage::Update(number + 1), Assumed::new(), rows)
            },
        )
    }

    fn conditioned(
        &mut self,
        context: Context,
        checksum: &Checksum,
        stage: Stage,
        assumed: Assumed,
        rows: &mut Rows,
        mut then: impl FnMut(&mut Self, Context, bool, &mut Rows) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let always = hyper4_ir::Expr::Bool(true);
        let condition = checksum.condition.as_ref().unwrap_or(&always);
        let place = (format!("checksum {}", checksum.name), checksum.source_info.as_ref());
        self.branch(context, (condition, &NO_ARGUMENTS), stage, assumed, place, rows, &mut then)
    }

    /// A checksum's bits; `None` when fields that go into it have changed since the lookup, so that it must wait for
    /// the next one.
    fn sum(&mut self, context: &Context, checksum: &Checksum) -> Result<Option<Word>, Refusal> {
        let Some(calculation) = self.program.calculations.get(checksum.calculation.index()) else {
            return Err(refuse(checksum, Unsupported::because("its calculation doesn't exist")));
        };
        let inputs = self.inputs(context, &calculation.inputs).map_err(|e| refuse(checksum, e))?;
        let of_words = matches!(calculation.algorithm, HashAlgorithm::Csum16 | HashAlgorithm::Cksum16);
        if !of_words {
            let input = inputs.iter().map(|input| match input {
                Input::State(bit) => context.read_bit(*bit),
                Input::Constant(bit) => Form::constant(*bit),
            });
            let input: Word = input.collect();
            let hash = hash(calculation.algorithm, &input, 0, u64::MAX, self.terms);
            return hash.map(|hash| Some(hash.bits)).map_err(|e| refuse(checksum, e));
        }
        let mut bits = Vec::new();
        let mut constant = 0;
        for (input, position) in inputs.iter().zip(0u32..) {
            let weight = 15 - position % 16;
            match input {
                Input::State(bit) if context.read_bit(*bit).known() == Some(false) => {}
                Input::State(bit) if !context.unchanged(*bit) => return Ok(None),
                Input::State(bit) => bits.push((*bit, weight)),
                Input::Constant(false) => {}
                Input::Constant(true) => {
                    let sum = constant + (1u32 << weight);
                    constant = (sum & 0xffff) + (sum >> 16);
                }
            }
        }
        bits.sort_unstable();
        Ok(Some(self.terms.add(Term::Checksum { bits, constant: constant as u16 })))
    }

    /// The bits that a calculation is over, the first one first. Fields of invalid headers are left out.
    pub(super) fn inputs(
        &mut self,
        context: &Context,
        inputs: &[CalculationInput],
    ) -> Result<Vec<Input>, Unsupported> {
        let mut bits = Vec::new();
        let mut fields = Vec::new();
        for input in inputs {
            match input {
                CalculationInput::Field(field) => fields.push(Ok(*field)),
                CalculationInput::Constant(value) => fields.push(Err(value)),
                CalculationInput::Header(header) => {
                    let count = self.program.header_type(*header).map_or(0, |t| t.fields.len() as u32);
                    fields.extend((0..count).map(|field| Ok(FieldRef { header: *header, field })));
                }
                CalculationInput::Payload => return Unsupported::new("the payload goes into it"),
            }
        }
        for field in fields {
            match field {
                Ok(field) => {
                    let evaluator = self.evaluator(context, &NO_ARGUMENTS);
                    if !evaluator.is_valid(field.header) {
                        continue;
                    }
                    // Refuses what isn't carried.
                    evaluator.field(field)?;
                    if let Some(range) = self.cells.field(field, &context.shape)? {
                        bits.extend((range.offset..range.end()).rev().map(Input::State));
                    }
                }
                Err(value) => bits.extend((0..value.width()).rev().map(|i| Input::Constant(value.bit(i)))),
            }
        }
        Ok(bits)
    }
}

/// A bit that goes into a calculation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Input {
    State(Bit),
    Constant(bool),
}

/// Whether an expression has a field in it.
fn mentions(expr: &Expr, field: FieldRef) -> bool {
    match expr {
        Expr::Field(mentioned) => *mentioned == field,
        Expr::Unary(_, a) => mentions(a, field),
        Expr::Binary(_, a, b) => mentions(a, field) || mentions(b, field),
        Expr::Ternary(a, b, c) => [a, b, c].into_iter().any(|part| mentions(part, field)),
        _ => false,
    }
}

fn refuse(checksum: &Checksum, unsupported: Unsupported) -> Refusal {
    Refusal::new(format!("checksum {}", checksum.name), unsupported.to_string())
        .at(checksum.source_info.as_ref())
}
