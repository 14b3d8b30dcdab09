//! `resubmit` and `recirculate`: the packet comes in again when the pipeline ends, with what a field list keeps.

use hyper4_bits::Bits;
use hyper4_ir::{FieldListId, PipelineKind, PrimitiveKind, Program};

use super::Refusal;
use super::allocate::Places;
use super::cells::Cells;
use super::context::Context;
use super::evaluate::Assumed;
use super::explore::{Explorer, Rows};
use super::form::{Bit, FIRST_CELL};
use super::number::Unsupported;
use super::shape::Shape;
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

/// The bits that packets which come in again may have of their own.
pub(super) fn kept_bits(program: &Program, cells: &Cells) -> Vec<Bit> {
    let ranges = lists(program).filter_map(|(_, list)| kept(program, cells, list).ok());
    ranges.flatten().flat_map(|range| range.offset..range.end()).collect()
}

/// What each field list keeps of the state, by its number.
pub(super) fn masks(program: &Program, cells: &Cells, places: &Places, layout: &Layout) -> Vec<(u8, Bits)> {
    let mut masks: Vec<(u8, Bits)> = Vec::new();
    for list in lists(program).map(|(_, list)| list) {
        let Ok(number) = number(list) else { continue };
        if masks.iter().any(|(known, _)| *known == number) {
            continue;
        }
        let ranges = kept(program, cells, list).unwrap_or_default();
        let bits = ranges.into_iter().flat_map(|range| range.offset..range.end());
        // What nothing reads has no place.
        let placed = bits.map(|bit| places.get(bit)).filter(|bit| *bit < FIRST_CELL);
        let nothing = Bits::zero(layout.state_bits());
        let keep = placed.fold(nothing, |keep, bit| keep.or(&Bits::mask(layout.state_bits(), bit, 1)));
        masks.push((number, keep));
    }
    masks
}

fn number(list: FieldListId) -> Result<u8, Unsupported> {
    let number = u8::try_from(list.0).ok().and_then(|list| list.checked_add(1));
    number.ok_or_else(|| Unsupported::because("the program has more than 255 field lists"))
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
        context.write_constant(self.cells.again(ends), number.into());
        Ok(())
    }

    /// What was asked for is passed on, and the pipeline's end goes on behind it; `None`: all is said in `rows`.
    pub(super) fn asked(
        &mut self,
        mut context: Context,
        rows: &mut Rows,
    ) -> Result<Option<Context>, Refusal> {
        let again = self.cells.again(self.pipeline);
        match context.known_value(again) {
            Some(0) => return Ok(Some(context)),
            Some(_) => {}
            None => {
                let word = context.read(again);
                let cover = super::cube::equal(&word, |_| false);
                let (Some(cube), Some(cover)) = (context.cube.clone(), cover) else {
                    self.cut(context, Stage::End, Assumed::new(), rows)?;
                    return Ok(None);
                };
                context.fresh = false;
                for part in &cover {
                    let Some(cube) = cube.and(part) else { continue };
                    let mut path = Context { cube: Some(cube), ..context.clone() };
                    path.write_constant(again, 0);
                    self.run(path, Stage::Left, Assumed::new(), rows)?;
                }
            }
        }
        let (pipeline, program) = (self.pipeline, self.program);
        let mut keeps = Vec::new();
        for list in lists(program).filter(|(of, _)| *of == pipeline).map(|(_, list)| list) {
            // One that can't be kept was refused when it was asked for.
            keeps.extend(kept(program, self.cells, list).unwrap_or_default());
        }
        let access = Access {
            access: StateAccess::Again,
            index: Operand::Place(again),
            data: Operand::Constant(0),
            load: None,
            kept: keeps,
        };
        self.make(context, access, Stage::Left, rows)?;
        Ok(None)
    }
}
