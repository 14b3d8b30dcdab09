//! The switch's own metadata that a program reads: taken into the state where a pipeline begins, when it reads it.

use std::collections::BTreeSet;

use hyper4_ir::{FieldRef, PipelineKind, Place, PrimitiveKind, Program, StandardField};

use super::cells::Cells;
use super::form::Bit;
use super::shape::Shape;
use crate::{BitRange, Effect};

/// A field of the switch's own metadata, and where a pipeline's first rows put it.
pub(super) type StandardLoad = (StandardField, BitRange);

/// The fields that the switch gives when a pipeline begins, of those that the program has: a packet's first pass
/// through ingress is of instance type 0.
pub(super) fn given(program: &Program, cells: &Cells, pipeline: PipelineKind) -> Vec<StandardLoad> {
    let again = pipeline == PipelineKind::Egress || super::again::lists(program).next().is_some();
    let of_pipeline = Effect::standard_fields(pipeline)
        .iter()
        .filter(|(field, _)| again || *field != StandardField::InstanceType);
    of_pipeline
        .filter_map(|(field, width)| {
            let range = cells.field(*program.standard.get(field)?, &Shape::default()).ok().flatten()?;
            (range.width == *width).then_some((*field, range))
        })
        .collect()
}

/// The bits of those fields.
pub(super) fn bits(loads: &[StandardLoad]) -> impl Iterator<Item = Bit> + '_ {
    loads.iter().flat_map(|(_, range)| range.offset..range.end())
}

/// Why a field can't be read in egress: the persona takes the switch's value, which is not the guest's then.
pub(super) fn egress_differs(program: &Program, field: FieldRef) -> Option<String> {
    let (standard, _) = program.standard.iter().find(|(_, f)| **f == field)?;
    match standard {
        StandardField::PacketLength if resizes(program) => Some(
            "a read of `standard_metadata.packet_length` in egress, where the headers count that were added and \
             removed before"
                .to_owned(),
        ),
        StandardField::InstanceType | StandardField::EgressRid if written(program).contains(&field) => {
            Some(format!("a read of `standard_metadata.{}` in egress, and it is assigned to", standard.name()))
        }
        _ => None,
    }
}

/// The fields that actions or the parser assign to.
pub(super) fn written(program: &Program) -> BTreeSet<FieldRef> {
    let mut written = BTreeSet::new();
    let whole = |header| {
        let fields = program.header_type(header).map_or(0, |t| t.fields.len() as u32);
        (0..fields).map(move |field| FieldRef { header, field })
    };
    let actions = program.actions.iter().flat_map(|a| a.primitives.iter().map(|p| &p.kind));
    let mut primitives: Vec<&PrimitiveKind> = actions.collect();
    for op in program.parser.states.iter().flat_map(|s| &s.ops) {
        match op {
            hyper4_ir::ParserOp::Set { place: Place::Field(field), .. }
            | hyper4_ir::ParserOp::SetLookahead { place: Place::Field(field), .. } => {
                written.insert(*field);
            }
            hyper4_ir::ParserOp::Primitive(primitive) => primitives.push(primitive),
            _ => {}
        }
    }
    for primitive in primitives {
        match primitive {
            PrimitiveKind::Assign { place: Place::Field(field), .. }
            | PrimitiveKind::Hash { place: Place::Field(field), .. }
            | PrimitiveKind::RegisterRead { place: Place::Field(field), .. }
            | PrimitiveKind::ExecuteMeter { place: Place::Field(field), .. }
            | PrimitiveKind::Random { place: Place::Field(field), .. } => {
                written.insert(*field);
            }
            PrimitiveKind::AssignHeader { destination, .. } => written.extend(whole(*destination)),
            _ => {}
        }
    }
    written.extend(program.tables.iter().filter_map(|t| Some(t.direct_meter.as_ref()?.target)));
    written
}

/// Whether actions change which headers are valid.
fn resizes(program: &Program) -> bool {
    let metadata = |header: &hyper4_ir::HeaderId| {
        program.headers.get(header.index()).is_some_and(|header| header.metadata)
    };
    program.actions.iter().flat_map(|a| &a.primitives).any(|primitive| match &primitive.kind {
        PrimitiveKind::SetValid(_)
        | PrimitiveKind::SetInvalid(_)
        | PrimitiveKind::SetValidOf(_)
        | PrimitiveKind::SetInvalidOf(_)
        | PrimitiveKind::AssignHeaderOf { .. }
        | PrimitiveKind::AssignStack { .. }
        | PrimitiveKind::AssignUnion { .. }
        | PrimitiveKind::AssignUnionStack { .. }
        | PrimitiveKind::Push { .. }
        | PrimitiveKind::Pop { .. } => true,
        PrimitiveKind::AssignHeader { destination, .. } => !metadata(destination),
        _ => false,
    })
}
