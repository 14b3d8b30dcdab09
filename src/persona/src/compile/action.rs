//! Actions: a straight line of primitives becomes one parallel assignment.

use hyper4_ir::{Event, Expr, HeaderId, PipelineKind, Place, PrimitiveKind};

use super::context::{Arguments, Context};
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
            PrimitiveKind::SetValid(header) => self.set_valid(context, *header),
            PrimitiveKind::SetInvalid(header) => {
                self.set_invalid(context, *header);
                Ok(())
            }
            PrimitiveKind::SetValidOf(header) => match self.header(context, header, arguments)? {
                Some(header) => self.set_valid(context, header),
                None => Ok(()),
            },
            PrimitiveKind::SetInvalidOf(header) => {
                if let Some(header) = self.header(context, header, arguments)? {
                    self.set_invalid(context, header);
                }
                Ok(())
            }
            PrimitiveKind::AssignHeaderOf { destination, source } => {
                let destination = self.header(context, destination, arguments)?;
                match destination.zip(self.header(context, source, arguments)?) {
                    Some((destination, source)) => self.assign_header(context, destination, source),
                    None => Ok(()),
                }
            }
            PrimitiveKind::AssignVarbit { destination, source } => {
                self.assign_varbit(context, *destination, *source)
            }
            PrimitiveKind::AssignStack { destination, source } => {
                self.assign_stack(context, *destination, *source)
            }
            PrimitiveKind::AssignUnion { destination, source } => {
                self.assign_union(context, *destination, *source)
            }
            PrimitiveKind::AssignUnionStack { destination, source } => {
                self.assign_union_stack(context, *destination, *source)
            }
            PrimitiveKind::Push { stack, count } => {
                self.push(context, *stack, *count);
                Ok(())
            }
            PrimitiveKind::Pop { stack, count } => {
                self.pop(context, *stack, *count);
                Ok(())
            }
            PrimitiveKind::MarkToDrop => {
                context.write_constant(Layout::EGRESS_SPEC, 511);
                context.write_constant(Layout::MCAST_GRP, 0);
                Ok(())
            }
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                self.assign_hash(context, place, base, *calculation, modulus, arguments)
            }
            PrimitiveKind::Resubmit { preserved } => {
                self.ask_again(context, PipelineKind::Ingress, *preserved)
            }
            PrimitiveKind::Recirculate { preserved } => {
                self.ask_again(context, PipelineKind::Egress, *preserved)
            }
            PrimitiveKind::Clone { session, preserved, .. } => {
                self.ask_clone(context, session, *preserved, arguments)
            }
            PrimitiveKind::Exit => {
                if !std::mem::replace(&mut context.exited, true) {
                    context.events.push(Event::Exit);
                }
                Ok(())
            }
            PrimitiveKind::Digest { list, .. } => self.ask_sample(context, *list),
            PrimitiveKind::LogMessage { format, arguments } => {
                let text = format.replace("{}", "");
                if format.matches("{}").count() != arguments.len() || text.contains(['{', '}', '\\']) {
                    return Unsupported::new("it logs a text whose `{}` aren't one for each argument");
                }
                // What a guest has to say about its packets isn't part of them.
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
        let Some(field) = self.written(context, place, arguments)? else { return Ok(()) };
        let range = self.cells.field(field, &context.shape)?;
        let mut evaluator = self.evaluator(context, arguments);
        let Some(range) = range.filter(|_| evaluator.is_valid(field.header)) else { return Ok(()) };
        let word = evaluator.stored(field, value)?;
        context.write(range, word);
        Ok(())
    }

    /// A header's name.
    pub(super) fn header_name(&self, header: HeaderId) -> &str {
        self.program.headers.get(header.index()).map_or("", |h| h.name.as_str())
    }
}
