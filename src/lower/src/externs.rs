//! v1model's functions and the methods of its objects.

use hyper4_ir::{self as ir, Expr, ParserOp, PipelineKind, PrimitiveKind};
use hyper4_p4::Span;
use hyper4_p4::typed::{self, Call, Expression, ExpressionKind, Extern, Signature, StructureKind, Type};
use num_traits::ToPrimitive;

use crate::fold::constant;
use crate::graph::OpKind;
use crate::place::Target;
use crate::scope::{Object, qualified};
use crate::storage::{Storage, header_parts, is_aggregate, member};
use crate::{Context, Lowered, Lowerer, index};

/// simple_switch's drop port.
const DROP_PORT: u32 = 511;

impl Lowerer<'_> {
    /// The arguments' values; a left-out one ends the list.
    fn values(call: &Call) -> Vec<&Expression> {
        call.arguments.iter().map_while(|argument| argument.value.as_ref()).collect()
    }

    pub(crate) fn extern_function(&mut self, signature: &Signature, call: &Call) -> Lowered<()> {
        let span = call.span;
        let arguments = Self::values(call);
        match (&*signature.name, arguments.as_slice()) {
            ("mark_to_drop", [metadata]) => self.mark_to_drop(metadata, span),
            ("hash", [result, algorithm, base, data, modulus]) => {
                self.hash([result, algorithm, base, data, modulus], span)
            }
            ("random", [result, low, high]) => {
                let (low, high) = self.operands(low, high)?;
                self.store_result(result, span, |place| PrimitiveKind::Random { place, low, high })
            }
            ("truncate", [bytes]) => {
                let bytes = self.number(bytes)?;
                self.perform(PrimitiveKind::Truncate { bytes }, span);
                Some(())
            }
            ("assert", [condition]) => {
                let condition = self.truth(condition)?;
                self.perform(PrimitiveKind::Assert { condition }, span);
                Some(())
            }
            ("assume", [condition]) => {
                let condition = self.truth(condition)?;
                self.perform(PrimitiveKind::Assume { condition }, span);
                Some(())
            }
            ("log_msg", [format, arguments @ ..]) => self.log(format, arguments, span),
            ("digest", [receiver, data]) => self.digest(receiver, data, call),
            ("clone", [kind, session]) => {
                let nothing = self.empty_field_list("fl");
                self.clone_packet(kind, session, nothing, span)
            }
            ("clone_preserving_field_list", [kind, session, list]) => {
                let list = self.field_list(list)?;
                self.clone_packet(kind, session, list, span)
            }
            ("resubmit_preserving_field_list", [list]) => {
                self.only_in(PipelineKind::Ingress, "resubmit_preserving_field_list", span)?;
                let preserved = Some(self.field_list(list)?);
                self.perform(PrimitiveKind::Resubmit { preserved }, span);
                Some(())
            }
            ("recirculate_preserving_field_list", [list]) => {
                self.only_in(PipelineKind::Egress, "recirculate_preserving_field_list", span)?;
                let preserved = Some(self.field_list(list)?);
                self.perform(PrimitiveKind::Recirculate { preserved }, span);
                Some(())
            }
            ("verify", [condition, error]) if self.context == Context::Parser => {
                let condition = self.truth(condition)?;
                let error = self.number(error)?;
                self.graph.push(OpKind::Parse(ParserOp::Verify { condition, error }), span);
                Some(())
            }
            ("static_assert", _) => Some(()),
            (name, _) if name.starts_with("verify_checksum") || name.starts_with("update_checksum") => {
                self.checksum(signature, call)
            }
            (name, _) => self.refused(span, format!("`{name}` can't be carried out by simple_switch here")),
        }
    }

    /// On a copy of the standard metadata it is what it is on them, for the copy.
    fn mark_to_drop(&mut self, metadata: &Expression, span: Span) -> Lowered<()> {
        let storage = self.place(metadata)?;
        let part = |name: ir::StandardField| member(&storage, &metadata.ty, name.name());
        let (port, group) = (part(ir::StandardField::EgressSpec), part(ir::StandardField::McastGrp));
        let known = self.standard.get(&ir::StandardField::EgressSpec).copied();
        if matches!(port, Some(Storage::Field(field)) if Some(field) == known) {
            self.perform(PrimitiveKind::MarkToDrop, span);
            return Some(());
        }
        for (place, value) in [(port, DROP_PORT), (group, 0)] {
            if let Some(place) = place {
                self.write(&place, constant(value), span)?;
            }
        }
        Some(())
    }

    fn only_in(&mut self, wanted: PipelineKind, name: &str, span: Span) -> Lowered<()> {
        let found = match self.context {
            Context::Action(kind) | Context::Pipeline(kind) => Some(kind),
            _ => None,
        };
        if found == Some(wanted) {
            return Some(());
        }
        let place = if wanted == PipelineKind::Ingress { "ingress" } else { "egress" };
        self.refused(span, format!("`{name}` like this can only be called in the {place} control"))
    }

    fn clone_packet(
        &mut self,
        kind: &Expression,
        session: &Expression,
        preserved: ir::FieldListId,
        span: Span,
    ) -> Lowered<()> {
        let literal = self.constant(kind)?;
        let pipeline = match &literal.kind {
            ExpressionKind::EnumMember(name) if &**name == "I2E" => PipelineKind::Ingress,
            ExpressionKind::EnumMember(name) if &**name == "E2E" => PipelineKind::Egress,
            _ => return self.refused(kind.span, "the kind of a clone is `CloneType.I2E` or `CloneType.E2E`"),
        };
        self.only_in(pipeline, "clone", span)?;
        let session = self.number(session)?;
        let preserved = Some(preserved);
        self.perform(PrimitiveKind::Clone { pipeline, session, preserved }, span);
        Some(())
    }

    /// The fields that the metadata's annotations `@field_list` gather under a number.
    fn field_list(&mut self, number: &Expression) -> Lowered<ir::FieldListId> {
        let literal = self.constant(number)?;
        let Some(number) = literal.integer().and_then(ToPrimitive::to_u32) else {
            return self.refused(number.span, "the number of a field list has to fit 32 bits");
        };
        if let Some(known) = self.numbered_field_lists.get(&number) {
            return Some(*known);
        }
        let id = self.empty_field_list("empty");
        self.numbered_field_lists.insert(number, id);
        Some(id)
    }

    fn empty_field_list(&mut self, name: &str) -> ir::FieldListId {
        let id = ir::FieldListId(index(&self.field_lists));
        let name = self.fresh(name);
        self.field_lists.push(ir::FieldList { id: id.0.saturating_add(1), name, fields: Vec::new() });
        id
    }

    /// The data are copied: simple_switch reads them only when ingress ends.
    fn digest(&mut self, receiver: &Expression, data: &Expression, call: &Call) -> Lowered<()> {
        let receiver = self.number(receiver)?;
        let name = match call.types.first().unwrap_or(&data.ty) {
            Type::Structure(declared) if declared.kind == StructureKind::Struct => {
                qualified("", &declared.flat_name(), &declared.annotations)
            }
            // As p4c calls the struct that it makes of a tuple.
            Type::Tuple(_) => format!("tuple_{}", self.learn_lists.len()),
            _ => "digest".to_owned(),
        };
        let mut elements = Vec::new();
        for part in parts(data) {
            let copy = self.stored(part)?;
            learned(&copy, &part.ty, &mut elements);
        }
        let list = ir::LearnListId(index(&self.learn_lists));
        self.learn_lists.push(ir::LearnList { id: list.0.saturating_add(1), name, elements });
        self.perform(PrimitiveKind::Digest { receiver, list }, call.span);
        Some(())
    }

    /// A primitive whose result goes to an expression; one that is no field is written by way of one.
    pub(crate) fn store_result(
        &mut self,
        result: &Expression,
        span: Span,
        kind: impl FnOnce(ir::Place) -> PrimitiveKind,
    ) -> Lowered<()> {
        match self.target(result)? {
            Target::Whole(Storage::Field(field)) => {
                self.perform(kind(ir::Place::Field(field)), span);
                Some(())
            }
            target => {
                let field = self.temporary_field(&result.ty, "tmp", span)?;
                self.perform(kind(ir::Place::Field(field)), span);
                self.write_target(&target, Expr::Field(field), span)
            }
        }
    }

    fn hash(&mut self, arguments: [&Expression; 5], span: Span) -> Lowered<()> {
        let [result, algorithm, base, data, modulus] = arguments;
        let algorithm = self.algorithm(algorithm)?;
        let base = self.settled_number(base, &[data, modulus])?;
        let inputs = self.copied_inputs(data)?;
        let calculation = self.calculation(algorithm, inputs);
        let modulus = self.number(modulus)?;
        self.store_result(result, span, |place| PrimitiveKind::Hash { place, base, calculation, modulus })
    }

    /// A method of an extern object.
    pub(crate) fn method(
        &mut self,
        object: &typed::Object,
        declared: &Extern,
        method: &str,
        call: &Call,
    ) -> Lowered<()> {
        let span = call.span;
        let arguments = Self::values(call);
        match &*declared.name {
            "packet_in" => return self.packet_method(method, &arguments, call),
            "packet_out" => {
                return match arguments.as_slice() {
                    [value] if method == "emit" => self.emit(value),
                    _ => self.refused(span, "simple_switch's deparser only emits headers"),
                };
            }
            _ => {}
        }
        match (self.object_of(object, span)?, method, arguments.as_slice()) {
            (Object::Counter(counter), "count", [number]) => {
                let index = self.number(number)?;
                self.perform(PrimitiveKind::Count { counter, index }, span);
                Some(())
            }
            // It counts wherever its table is applied.
            (Object::DirectCounter(_), "count", []) => Some(()),
            (Object::Meter(meter), "execute_meter", [number, colour]) => {
                let index = self.number(number)?;
                self.store_result(colour, span, |place| PrimitiveKind::ExecuteMeter { meter, index, place })
            }
            (Object::DirectMeter(position), "read", [colour]) => self.read_direct_meter(position, colour),
            (Object::Register(register), "read", [result, number]) => {
                let index = self.number(number)?;
                self.store_result(result, span, |place| PrimitiveKind::RegisterRead {
                    place,
                    register,
                    index,
                })
            }
            (Object::Register(register), "write", [number, value]) => {
                let (index, value) = self.operands(number, value)?;
                self.perform(PrimitiveKind::RegisterWrite { register, index, value }, span);
                Some(())
            }
            _ => {
                let message =
                    format!("`{}.{method}` can't be carried out by simple_switch here", declared.name);
                self.refused(span, message)
            }
        }
    }

    /// The table meters before its action runs; this says where the colour goes.
    fn read_direct_meter(&mut self, position: usize, colour: &Expression) -> Lowered<()> {
        let known = self.direct_meters.get(position).and_then(|meter| meter.destination);
        let field = match self.target(colour)? {
            Target::Whole(Storage::Field(field)) if known.is_none_or(|known| known == field) => field,
            target => {
                let field = match known {
                    Some(known) => known,
                    None => self.temporary_field(&colour.ty, "colour", colour.span)?,
                };
                self.write_target(&target, Expr::Field(field), colour.span)?;
                field
            }
        };
        if let Some(meter) = self.direct_meters.get_mut(position) {
            meter.destination = Some(field);
        }
        Some(())
    }
}

/// The values of a list, or the one value.
pub(crate) fn parts(data: &Expression) -> Vec<&Expression> {
    match &data.kind {
        ExpressionKind::List(values) => values.iter().flat_map(parts).collect(),
        ExpressionKind::Cast(inner) if is_aggregate(&data.ty) => parts(inner),
        _ if matches!(data.ty, Type::Void) => Vec::new(),
        _ => vec![data],
    }
}

fn learned(storage: &Storage, ty: &Type, elements: &mut Vec<ir::LearnElement>) {
    match storage {
        Storage::Field(field) => elements.push(ir::LearnElement::Field(*field)),
        Storage::Struct(stored) => {
            let types = crate::storage::parts(ty).unwrap_or_default();
            for ((_, part), (_, ty)) in stored.iter().zip(&types) {
                learned(part, ty, elements);
            }
        }
        Storage::Header(header) => {
            if let Some(declared) = ty.underlying().structure() {
                for ((_, part), field) in header_parts(*header, declared).iter().zip(&declared.fields) {
                    learned(part, &field.ty, elements);
                }
            }
        }
        _ => {}
    }
}
