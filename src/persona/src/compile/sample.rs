//! `digest`: when ingress ends, a sample of the packet is taken, of what the last call named.

use hyper4_ir::{HeaderId, LearnElement, LearnList, LearnListId, PipelineKind, PrimitiveKind, Program};

use super::Refusal;
use super::allocate::Places;
use super::cells::Cells;
use super::context::{Context, NO_ARGUMENTS};
use super::cube::equal;
use super::evaluate::Assumed;
use super::explore::Explorer;
use super::form::{FIRST_CELL, Form, Word};
use super::number::Unsupported;
use super::site::Rows;
use super::site::Stage;
use super::state::{Access, Operand};
use crate::{BitRange, Layout, StateAccess};

/// The lists that a program's samples are taken for.
pub(super) fn sampled(program: &Program) -> impl Iterator<Item = &LearnList> {
    let primitives = program.actions.iter().flat_map(|action| &action.primitives);
    primitives.filter_map(|primitive| match &primitive.kind {
        PrimitiveKind::Digest { list, .. } => program.learn_lists.get(list.index()),
        _ => None,
    })
}

/// The headers that samples are taken of.
pub(super) fn sampled_headers(program: &Program) -> impl Iterator<Item = HeaderId> {
    sampled(program).flat_map(|list| &list.elements).filter_map(|element| match element {
        LearnElement::Field(field) => {
            let header = program.headers.get(field.header.index())?;
            (!header.metadata).then_some(field.header)
        }
        LearnElement::Constant(_) => None,
    })
}

/// Bits of a list's samples: its elements, the first one uppermost.
fn bits(program: &Program, list: &LearnList) -> u32 {
    list.elements.iter().map(|element| element.width(program)).sum()
}

/// Bits of the longest sample that fits.
pub(super) fn most_bits(program: &Program) -> u32 {
    let all = sampled(program).map(|list| bits(program, list));
    all.filter(|bits| *bits <= Layout::SAMPLE_BITS).max().unwrap_or(0)
}

/// Where the samples of each list lie when they are taken.
pub(super) fn places(program: &Program, cells: &Cells, places: &Places) -> Vec<(LearnListId, BitRange)> {
    let at = |list: &LearnList| {
        let offset = places.get(cells.sample().offset);
        (offset < FIRST_CELL).then(|| BitRange { offset, width: bits(program, list) })
    };
    let lists = (0..).map(LearnListId).zip(&program.learn_lists);
    lists.filter_map(|(id, list)| Some((id, at(list)?))).collect()
}

impl Explorer<'_> {
    /// A sample is to be taken when ingress ends. The last call counts.
    pub(super) fn ask_sample(&self, context: &mut Context, list: LearnListId) -> Result<(), Unsupported> {
        if !self.layout.config().digests {
            return Unsupported::new("it has `digest`, and the persona has no `digests`");
        }
        if self.pipeline != PipelineKind::Ingress {
            return Unsupported::new("it has `digest` in egress, where the real switch takes no samples");
        }
        let declared = self.program.learn_lists.get(list.index());
        let bits = declared.map_or(0, |declared| bits(self.program, declared));
        if bits > Layout::SAMPLE_BITS {
            return Unsupported::new(format!(
                "a digest of {bits} bits, and those of the persona have {}",
                Layout::SAMPLE_BITS
            ));
        }
        let number = u8::try_from(list.0).ok().and_then(|number| number.checked_add(1));
        let Some(number) = number else { return Unsupported::new("the program has more than 255 digests") };
        context.write_constant(self.cells.told(), number.into());
        Ok(())
    }

    /// The sample that was asked for is taken, and the pipeline's end goes on behind it; `None`: all is said in `rows`.
    pub(super) fn sample(&mut self, context: Context, rows: &mut Rows) -> Result<Option<Context>, Refusal> {
        let told = self.cells.told();
        let program = self.program;
        if self.pipeline != PipelineKind::Ingress || told.width == 0 {
            return Ok(Some(context));
        }
        match context.known_value(told) {
            Some(0) => return Ok(Some(context)),
            Some(number) => {
                self.take_sample(context, number, rows)?;
                return Ok(None);
            }
            None => {}
        }
        let word = context.read(told);
        for number in 0..=program.learn_lists.len() as u64 {
            let cover = equal(&word, |bit| number >> bit & 1 == 1);
            let (Some(cube), Some(cover)) = (context.cube.clone(), cover) else {
                self.cut(context, Stage::End, Assumed::new(), rows)?;
                return Ok(None);
            };
            for part in &cover {
                let Some(cube) = cube.and(part) else { continue };
                let mut path = Context { cube: Some(cube), fresh: false, ..context.clone() };
                path.write_constant(told, 0);
                match number {
                    0 => self.run(path, Stage::Told, Assumed::new(), rows)?,
                    _ => self.take_sample(path, number, rows)?,
                }
            }
        }
        Ok(None)
    }

    fn take_sample(&mut self, mut context: Context, number: u64, rows: &mut Rows) -> Result<(), Refusal> {
        let id = LearnListId(number.saturating_sub(1) as u32);
        let Some(list) = self.program.learn_lists.get(id.index()) else { return Ok(()) };
        let mut word = Word::new();
        for element in list.elements.iter().rev() {
            let value = self.element(&context, element).map_err(|why| {
                Refusal::new(format!("digest {}", list.name), why.to_string())
                    .at(context.source_info.as_ref())
            })?;
            word.extend(value);
        }
        let place = BitRange { width: word.len() as u32, ..self.cells.sample() };
        context.write(place, word);
        context.write_constant(self.cells.told(), 0);
        let nothing = Operand::Constant(0);
        let access = StateAccess::Sample(id);
        let access = Access { access, index: nothing, data: nothing, load: None, kept: vec![place] };
        self.make(context, access, Stage::Told, rows)
    }

    /// What an element is; zeros where its header isn't valid.
    fn element(&mut self, context: &Context, element: &LearnElement) -> Result<Word, Unsupported> {
        let width = element.width(self.program);
        match element {
            LearnElement::Constant(value) => {
                Ok((0..width).map(|bit| Form::constant(value.bit(bit))).collect())
            }
            LearnElement::Field(field) => {
                let mut evaluator = self.evaluator(context, &NO_ARGUMENTS);
                if !evaluator.is_valid(field.header) {
                    return Ok(vec![Form::constant(false); width as usize]);
                }
                let value = evaluator.number(&hyper4_ir::Expr::Field(*field))?;
                Ok(value.store(width, self.terms))
            }
        }
    }
}
