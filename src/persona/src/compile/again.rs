//! `resubmit`, `recirculate` and `clone`: the packet comes in again when the pipeline ends, or a copy goes through egress,
//! with what a field list keeps.

use std::collections::BTreeSet;

use hyper4_bits::Bits;
use hyper4_ir::{Expr, FieldListId, PipelineKind, PrimitiveKind, Program};

use super::Refusal;
use super::allocate::Places;
use super::cells::Cells;
use super::context::{Arguments, Context};
use super::evaluate::Assumed;
use super::explore::Explorer;
use super::form::{Bit, FIRST_CELL, Form};
use super::known::Known;
use super::number::Unsupported;
use super::shape::Shape;
use super::site::Rows;
use super::site::Stage;
use super::state::{Access, Operand};
use crate::{BitRange, Layout, StateAccess};

/// The field lists with which packets come in again, in either pipeline.
pub(super) fn lists(program: &Program) -> impl Iterator<Item = (PipelineKind, FieldListId)> + '_ {
    let primitives = program.actions.iter().flat_map(|action| &action.primitives);
    primitives.filter_map(|primitive| match &primitive.kind {
        PrimitiveKind::Resubmit { preserved } => Some((PipelineKind::Ingress, (*preserved)?)),
        PrimitiveKind::Recirculate { preserved } => Some((PipelineKind::Egress, (*preserved)?)),
        _ => None,
    })
}

/// What a field list keeps.
fn kept(program: &Program, cells: &Cells, list: FieldListId) -> Result<Vec<BitRange>, Unsupported> {
    let declared = program.field_lists.get(list.index());
    let mut ranges = Vec::new();
    for field in declared.map_or(&[][..], |list| list.fields.as_slice()) {
        let metadata = program.headers.get(field.header.index()).is_some_and(|header| header.metadata);
        if !metadata || program.standard.values().any(|standard| standard == field) {
            return Unsupported::new("its field list keeps what isn't the program's own metadata");
        }
        ranges.extend(cells.field(*field, &Shape::default())?);
    }
    Ok(ranges)
}

/// The field lists with which packets are cloned.
pub(super) fn clones(program: &Program) -> impl Iterator<Item = Option<FieldListId>> + '_ {
    let primitives = program.actions.iter().flat_map(|action| &action.primitives);
    primitives.filter_map(|primitive| match &primitive.kind {
        PrimitiveKind::Clone { preserved, .. } => Some(*preserved),
        _ => None,
    })
}

fn bits_of(ranges: impl IntoIterator<Item = BitRange>) -> impl Iterator<Item = Bit> {
    ranges.into_iter().flat_map(|range| range.offset..range.end())
}

/// The bits that packets which come in again may have of their own.
pub(super) fn kept_bits(program: &Program, cells: &Cells) -> Vec<Bit> {
    let ranges = lists(program).filter_map(|(_, list)| kept(program, cells, list).ok());
    bits_of(ranges.flatten()).collect()
}

/// What is known where egress begins, of what is known of the packets that come from ingress, when there are clones.
pub(super) fn known_of_clones(known: &mut Known, program: &Program, cells: &Cells, layout: &Layout) {
    if clones(program).next().is_none() {
        return;
    }
    let lists = clones(program).flatten().filter_map(|list| kept(program, cells, list).ok());
    let own = lists.flatten().chain(cells.homes()).chain([cells.shape(), layout.length()]);
    // Its window is the packet as it came in, whatever ingress has written there.
    let own = own.chain([layout.window()]);
    known.forget(bits_of(own));
    // All else of a clone is zero.
    known.forget_ones();
}

/// What field lists keep of the state.
pub(super) struct Masks<'a> {
    pub(super) program: &'a Program,
    pub(super) cells: &'a Cells,
    pub(super) places: &'a Places,
    pub(super) layout: &'a Layout,
}

impl Masks<'_> {
    fn mask(&self, ranges: impl IntoIterator<Item = BitRange>) -> Bits {
        let width = self.layout.state_bits();
        // What nothing reads has no place.
        let placed = bits_of(ranges).map(|bit| self.places.get(bit)).filter(|bit| *bit < FIRST_CELL);
        placed.fold(Bits::zero(width), |keep, bit| keep.or(&Bits::mask(width, bit, 1)))
    }

    fn kept(&self, list: FieldListId) -> Vec<BitRange> {
        // One that can't be kept was refused when it was asked for.
        kept(self.program, self.cells, list).unwrap_or_default()
    }

    /// Of packets that come in again, by the number of their field list.
    pub(super) fn again(&self) -> Vec<(u8, Bits)> {
        let numbers: BTreeSet<_> = lists(self.program).map(|(_, list)| list).collect();
        let masks =
            numbers.into_iter().filter_map(|list| Some((number(list).ok()?, self.mask(self.kept(list)))));
        masks.collect()
    }

    /// Of clones, by the pipeline at whose end they are made and the number of their field list.
    pub(super) fn clones(&self) -> Vec<(PipelineKind, u8, Bits)> {
        let mut masks = Vec::new();
        for list in clones(self.program).collect::<BTreeSet<_>>() {
            let Ok(number) = list.map_or(Ok(NO_LIST), number) else { continue };
            let own = list.map(|list| self.kept(list)).unwrap_or_default();
            let shaped = || own.iter().copied().chain([self.cells.shape()]);
            masks.push((PipelineKind::Ingress, number, self.mask(shaped())));
            let headers = [self.layout.window(), self.layout.length()].into_iter().chain(self.cells.homes());
            masks.push((PipelineKind::Egress, number, self.mask(shaped().chain(headers))));
        }
        masks
    }
}

/// The number of a clone's field list where there is none.
const NO_LIST: u8 = u8::MAX;

fn number(list: FieldListId) -> Result<u8, Unsupported> {
    let number = u8::try_from(list.0).ok().and_then(|list| list.checked_add(1));
    let number = number.filter(|number| *number != NO_LIST);
    number.ok_or_else(|| Unsupported::because("the program has more than 254 field lists"))
}

impl Explorer<'_> {
    /// The packet is to come in again when this pipeline ends. The last call counts; one without a list takes it back.
    pub(super) fn ask_again(
        &self,
        context: &mut Context,
        ends: PipelineKind,
        preserved: Option<FieldListId>,
    ) -> Result<(), Unsupported> {
        let (name, other) = match ends {
            PipelineKind::Ingress => ("resubmit", "egress"),
            PipelineKind::Egress => ("recirculate", "ingress"),
        };
        if !self.layout.config().copies {
            return Unsupported::new(format!("it has `{name}`, and the persona has no `copies`"));
        }
        if self.pipeline != ends {
            return Unsupported::new(format!("it has `{name}` in {other}"));
        }
        let number = match preserved {
            Some(list) => {
                kept(self.program, self.cells, list)?;
                number(list)?
            }
            None => 0,
        };
        context.write_constant(BitRange { width: 8, ..self.cells.asked(ends) }, number.into());
        Ok(())
    }

    /// The packet is to be cloned when this pipeline ends. The last call counts.
    pub(super) fn ask_clone(
        &mut self,
        context: &mut Context,
        session: &Expr,
        preserved: Option<FieldListId>,
        arguments: &Arguments,
    ) -> Result<(), Unsupported> {
        if !self.layout.config().copies {
            return Unsupported::new("it has `clone`, and the persona has no `copies`");
        }
        // A short ingress clone is cut where its packet ends, and what comes in again would not be.
        if self.pipeline == PipelineKind::Ingress
            && lists(self.program).any(|(pipeline, _)| pipeline == PipelineKind::Egress)
        {
            return Unsupported::new("it clones in ingress, and the program has `recirculate`");
        }
        let number = match preserved {
            Some(list) => {
                kept(self.program, self.cells, list)?;
                number(list)?
            }
            None => NO_LIST,
        };
        let session = self.evaluator(context, arguments).number(session)?;
        let mut word = session.store(SESSION_BITS, self.terms);
        let cell = self.cells.session();
        word.resize(cell.width as usize, Form::constant(false));
        context.write(cell, word);
        let asked = self.cells.asked(self.pipeline);
        context.write_constant(BitRange { offset: asked.offset + 8, width: 8 }, number.into());
        Ok(())
    }

    /// The number of the shape that a packet's headers have, as far as egress cares.
    pub(super) fn variant(&mut self, context: &Context) -> Option<u64> {
        let shape = match (&self.egress_relevant, self.pipeline) {
            (None, PipelineKind::Ingress) => return None,
            (Some(relevant), _) if !self.shapes => context.shape.restricted(self.program, relevant),
            _ => context.shape.clone(),
        };
        Some(self.variants.insert_full(shape).0 as u64)
    }

    /// The parser's end: what a clone of the packet will begin egress with.
    pub(super) fn note_parsed(&mut self, context: &mut Context) {
        if clones(self.program).next().is_none() {
            return;
        }
        if let Some(number) = self.variant(context) {
            context.write_constant(self.cells.parsed(), number);
        }
    }

    /// What was asked for is passed on, and the pipeline's end goes on behind it; `None`: all is said in `rows`.
    pub(super) fn pass_on(
        &mut self,
        mut context: Context,
        rows: &mut Rows,
    ) -> Result<Option<Context>, Refusal> {
        let asked = self.cells.asked(self.pipeline);
        match context.known_value(asked) {
            Some(0) => return Ok(Some(context)),
            Some(_) => {}
            None => {
                let word = context.read(asked);
                let cover = super::cube::equal(&word, |_| false);
                let (Some(cube), Some(cover)) = (context.cube.clone(), cover) else {
                    self.cut(context, Stage::Told, Assumed::new(), rows)?;
                    return Ok(None);
                };
                context.fresh = false;
                for part in &cover {
                    let Some(cube) = cube.and(part) else { continue };
                    let mut path = Context { cube: Some(cube), ..context.clone() };
                    path.write_constant(asked, 0);
                    self.run(path, Stage::Left, Assumed::new(), rows)?;
                }
            }
        }
        let (pipeline, program) = (self.pipeline, self.program);
        let again = lists(program).filter(|(of, _)| *of == pipeline).map(|(_, list)| list);
        let mut keeps = Vec::new();
        for list in again.chain(clones(program).flatten()) {
            // One that can't be kept was refused when it was asked for.
            keeps.extend(kept(program, self.cells, list).unwrap_or_default());
        }
        let mut session = Operand::Constant(0);
        if clones(program).next().is_some() {
            session = Operand::Place(self.cells.session());
            keeps.push(self.cells.shape());
            match pipeline {
                PipelineKind::Ingress => {
                    let parsed = context.read(self.cells.parsed());
                    context.write(self.cells.shape(), parsed);
                }
                PipelineKind::Egress => {
                    keeps.extend(self.cells.homes());
                    let number = self.variant(&context);
                    context.write_constant(self.cells.shape(), number.unwrap_or(0));
                }
            }
        }
        let index = Operand::Place(asked);
        let access = Access { access: StateAccess::Ask, index, data: session, load: None, kept: keeps };
        self.make(context, access, Stage::Left, rows)?;
        Ok(None)
    }
}

/// Sessions have so many bits.
const SESSION_BITS: u32 = 15;
