//! Actions: a straight line of primitives becomes one parallel assignment.

use hyper4_ir::{Event, Expr, HeaderId, Place, PrimitiveKind};

use super::context::{Arguments, Context, NO_ARGUMENTS};
use super::explore::Explorer;
use super::number::Unsupported;
use crate::Layout;

impl Explorer<'_> {
    /// Carry out a primitive on a path.
    pub(super) fn primitive(
        &mut self,
        context: &mut Context,
        primitive: &PrimitiveKind,
        arguments: &Arguments,
    ) -> Result<(), Unsupported> {
        match primitive {
            PrimitiveKind::Assign { place, value } => self.assign(context, place, value, arguments),
            PrimitiveKind::AssignHeader { destination, source } => {
                self.assign_header(context, *destination, *source)
            }
            PrimitiveKind::SetValid(header) => {
                if context.valid.contains(header) {
                    return Ok(());
                }
                Unsupported::new(format!(
                    "it makes header `{}` valid, and the persona can't open a gap for it",
                    self.header_name(*header)
                ))
            }
            PrimitiveKind::SetInvalid(header) => {
                if !context.valid.contains(header) {
                    return Ok(());
                }
                Unsupported::new(format!(
                    "it makes header `{}` invalid, and the persona can't close the gap",
                    self.header_name(*header)
                ))
            }
            PrimitiveKind::MarkToDrop => {
                context.write_constant(Layout::EGRESS_SPEC, 511);
                context.write_constant(Layout::MCAST_GRP, 0);
                Ok(())
            }
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                self.assign_hash(context, place, base, *calculation, modulus, arguments)
            }
            PrimitiveKind::Exit => {
                if !std::mem::replace(&mut context.exited, true) {
                    context.events.push(Event::Exit);
                }
                Ok(())
            }
            PrimitiveKind::NoOp => Ok(()),
            other => Unsupported::new(format!("it has `{}`, which the persona can't do", other.name())),
        }
    }

    /// Assign a value to a field; one of an invalid header goes nowhere.
    pub(super) fn assign(
        &mut self,
        context: &mut Context,
        place: &Place,
        value: &Expr,
        arguments: &Arguments,
    ) -> Result<(), Unsupported> {
        let Place::Field(field) = place else {
            return Unsupported::new("it assigns to an element of a stack");
        };
        let range = self.cells.field(*field)?;
        let mut evaluator = self.evaluator(context, arguments);
        let Some(range) = range.filter(|_| evaluator.is_valid(field.header)) else { return Ok(()) };
        let word = evaluator.stored(*field, value)?;
        context.write(range, word);
        Ok(())
    }

    fn assign_header(
        &mut self,
        context: &mut Context,
        destination: HeaderId,
        source: HeaderId,
    ) -> Result<(), Unsupported> {
        let evaluator = self.evaluator(context, &NO_ARGUMENTS);
        match (evaluator.is_valid(destination), evaluator.is_valid(source)) {
            (false, false) => return Ok(()),
            (true, true) => {}
            _ => {
                return Unsupported::new(format!(
                    "it copies header `{}` to `{}`, which changes whether that is valid",
                    self.header_name(source),
                    self.header_name(destination)
                ));
            }
        }
        let fields = self.program.header_type(destination).map_or(0, |t| t.fields.len() as u32);
        let mut copies = Vec::new();
        for field in 0..fields {
            let of = |header| hyper4_ir::FieldRef { header, field };
            if let Some(range) = self.cells.field(of(destination))? {
                let evaluator = self.evaluator(context, &NO_ARGUMENTS);
                copies.push((range, evaluator.field(of(source))?));
            }
        }
        for (range, word) in copies {
            context.write(range, word);
        }
        Ok(())
    }

    /// A header's name.
    pub(super) fn header_name(&self, header: HeaderId) -> &str {
        self.program.headers.get(header.index()).map_or("", |h| h.name.as_str())
    }
}
