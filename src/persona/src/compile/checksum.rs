//! Checksums that the switch itself verifies and updates.

use hyper4_bits::HashAlgorithm;
use hyper4_ir::{
    CalculationInput, Checksum, ChecksumKind, ChecksumOutcome, Event, FieldRef, PipelineKind, StandardField,
};

use super::Refusal;
use super::context::{Context, NO_ARGUMENTS};
use super::evaluate::Assumed;
use super::explore::{Explorer, Rows};
use super::form::{Bit, Word};
use super::number::{Bitwise, Number, Unsupported};
use super::site::{Compare, Stage, Target};

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
                let difference = field.and_then(|field| {
                    let (sum, field) = (Number::unsigned(sum), Number::unsigned(field));
                    field.bitwise(&sum, Bitwise::Xor)
                });
                let difference = difference.map_err(|e| refuse(checksum, e))?;
                own.compare(context, Compare::Checksum, difference.bits, stage, Assumed::new(), rows)
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
            if let Some(Ok(Some(range))) = field.map(|f| self.cells.field(*f)) {
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
        let Some(checksum) = self.checksum(ChecksumKind::Update, number) else {
            if self.pipeline == PipelineKind::Ingress {
                self.left(&context);
            }
            return self.finish(context, Target::End, rows);
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
                    let range = own.cells.field(checksum.target).map_err(|e| refuse(checksum, e))?;
                    if let Some(range) = range {
                        let word =
                            Number::unsigned(sum).store(range.width).map_err(|e| refuse(checksum, e))?;
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
        then: impl FnMut(&mut Self, Context, bool, &mut Rows) -> Result<(), Refusal>,
    ) -> Result<(), Refusal> {
        let always = hyper4_ir::Expr::Bool(true);
        let condition = checksum.condition.as_ref().unwrap_or(&always);
        let place = (format!("checksum {}", checksum.name), checksum.source_info.as_ref());
        self.branch(context, (condition, &NO_ARGUMENTS), stage, assumed, place, rows, then)
    }

    /// A checksum's bits; `None` when fields that go into it have changed since the lookup, so that it must wait for
    /// the next one.
    fn sum(&mut self, context: &Context, checksum: &Checksum) -> Result<Option<Word>, Refusal> {
        let inputs = self.summed(context, checksum).map_err(|e| refuse(checksum, e))?;
        let unchanged = inputs.iter().all(|bit| context.unchanged(*bit));
        Ok(unchanged.then(|| self.terms.checksum(inputs)))
    }

    /// The bits of the state that a checksum is over: each must lie where it counts as much as it does in the
    /// checksum's own input.
    fn summed(&mut self, context: &Context, checksum: &Checksum) -> Result<Vec<Bit>, Unsupported> {
        let Some(calculation) = self.program.calculations.get(checksum.calculation.index()) else {
            return Unsupported::new("its calculation doesn't exist");
        };
        if !matches!(calculation.algorithm, HashAlgorithm::Csum16 | HashAlgorithm::Cksum16) {
            let reason = format!("its algorithm is {:?}; the persona has csum16", calculation.algorithm);
            return Unsupported::new(reason);
        }
        let mut fields = Vec::new();
        for input in &calculation.inputs {
            match input {
                CalculationInput::Field(field) => fields.push((Some(*field), self.width(*field))),
                CalculationInput::Constant(value) if value.is_zero() => fields.push((None, value.width())),
                CalculationInput::Constant(_) => {
                    return Unsupported::new("a constant other than 0 goes into it");
                }
                CalculationInput::Header(header) => {
                    let count = self.program.header_type(*header).map_or(0, |t| t.fields.len() as u32);
                    let all = (0..count).map(|field| FieldRef { header: *header, field });
                    fields.extend(all.map(|f| (Some(f), self.width(f))));
                }
                CalculationInput::Payload => return Unsupported::new("the payload goes into it"),
            }
        }
        let mut bits = Vec::new();
        let mut position = 0;
        for (field, width) in fields {
            if let Some(field) = field {
                if !self.evaluator(context, &NO_ARGUMENTS).is_valid(field.header) {
                    continue;
                }
                let Some(range) = self.cells.field(field)? else { continue };
                for (bit, index) in (range.offset..range.end()).zip(0..) {
                    if context.read_bit(bit).known() == Some(false) {
                        continue;
                    }
                    let weight = 15 - (position + width - 1 - index) % 16;
                    if bit >= super::form::FIRST_CELL || bit % 16 != weight {
                        return Unsupported::new(format!(
                            "`{}` goes into it at another place of a 16-bit word than it has in the packet",
                            self.program.field_name(field)
                        ));
                    }
                    bits.push(bit);
                }
            }
            position += width;
        }
        bits.sort_unstable();
        if bits.windows(2).any(|pair| matches!(pair, [a, b] if a == b)) {
            return Unsupported::new("a field goes into it twice");
        }
        if position % 8 != 0 {
            return Unsupported::new(format!("{position} bits go into it, which is no multiple of 8"));
        }
        Ok(bits)
    }

    fn width(&self, field: FieldRef) -> u32 {
        self.program.field(field).map_or(0, |f| f.width)
    }
}

fn refuse(checksum: &Checksum, unsupported: Unsupported) -> Refusal {
    Refusal::new(format!("checksum {}", checksum.name), unsupported.to_string())
        .at(checksum.source_info.as_ref())
}
