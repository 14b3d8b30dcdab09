//! What actions and parsers do, step by step.

use hyper4_bits::Bits;
use hyper4_ir::{PipelineKind, Place, PrimitiveKind, StandardField};

use crate::integer::Integer;
use crate::path::Path;
use crate::term::Word;

use super::expression::Scope;
use super::state::State;
use super::{DROP_PORT, Executor, Stop, Thread, unsupported};

impl Executor<'_, '_> {
    /// A primitive that is no jump, on each way on that it has.
    pub(super) fn primitive(
        &mut self,
        mut thread: Thread,
        primitive: &PrimitiveKind,
        arguments: &[Word],
    ) -> Result<Vec<Thread>, Stop> {
        let scope = Scope { state: &thread.state, arguments, path: &thread.path };
        match primitive {
            PrimitiveKind::RegisterRead { place, register, index } => {
                let index = self.number(&scope, index)?;
                return self.read_register(thread, *register, &index, place, arguments);
            }
            PrimitiveKind::RegisterWrite { register, index, value } => {
                let (index, value) = (self.number(&scope, index)?, self.number(&scope, value)?);
                return self.write_register(thread, *register, &index, &value);
            }
            PrimitiveKind::Count { counter, index } => {
                let index = self.number(&scope, index)?;
                return self.count(thread, *counter, &index);
            }
            PrimitiveKind::ExecuteMeter { meter, index, place } => {
                let index = self.number(&scope, index)?;
                return self.execute_meter(thread, *meter, &index, place, arguments);
            }
            PrimitiveKind::Random { place, low, high } => {
                let (low, high) = (self.number(&scope, low)?, self.number(&scope, high)?);
                return self.draw(thread, &low, &high, place, arguments);
            }
            PrimitiveKind::Assert { condition } | PrimitiveKind::Assume { condition } => {
                let holds = self.truth(&scope, condition)?;
                if self.context.split(thread.path.clone(), &holds)?.fails.is_some() {
                    let construct = format!("primitive `{}`", primitive.name());
                    return Err(unsupported(&construct, None, "it may fail, on which simple_switch aborts"));
                }
            }
            _ => self.on_state(&mut thread.state, &thread.path, primitive, arguments)?,
        }
        Ok(vec![thread])
    }

    /// A primitive that changes nothing but the packet's state.
    fn on_state(
        &mut self,
        state: &mut State,
        path: &Path,
        primitive: &PrimitiveKind,
        arguments: &[Word],
    ) -> Result<(), Stop> {
        let scope = Scope { state, arguments, path };
        match primitive {
            PrimitiveKind::Assign { place, value } => {
                let value = self.number(&scope, value)?;
                self.store(state, path, place, &value, arguments)?;
            }
            PrimitiveKind::AssignHeader { destination, source } => {
                self.assign_header(state, *destination, *source);
            }
            PrimitiveKind::AssignHeaderOf { destination, source } => {
                let (to, from) = (self.find_one(&scope, destination)?, self.find_one(&scope, source)?);
                self.assign_header(state, to, from);
            }
            PrimitiveKind::SetValid(header) => self.make_valid(state, *header),
            PrimitiveKind::SetInvalid(header) => self.make_invalid(state, *header),
            PrimitiveKind::SetValidOf(header) => {
                let header = self.find_one(&scope, header)?;
                self.make_valid(state, header);
            }
            PrimitiveKind::SetInvalidOf(header) => {
                let header = self.find_one(&scope, header)?;
                self.make_invalid(state, header);
            }
            PrimitiveKind::MarkToDrop => {
                self.set_standard(state, StandardField::EgressSpec, &super::constant(9, DROP_PORT));
                self.set_standard(state, StandardField::McastGrp, &Word::zero(16));
            }
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                let (base, modulus) = (self.number(&scope, base)?, self.number(&scope, modulus)?);
                let hash = self.hash(state, *calculation, &modulus)?;
                let value = hash.add(&mut self.context.terms, &base);
                let value: Integer = value.map_err(|reason| unsupported("a hash", None, &reason))?;
                self.store(state, path, place, &value, arguments)?;
            }
            PrimitiveKind::Exit => state.exit = true,
            PrimitiveKind::AssignVarbit { destination, source } => {
                if state.is_valid(source.header)
                    && let Some(value) = state.field(*source).cloned()
                {
                    state.set_field(*destination, value);
                }
            }
            // At the end of the pipeline that it is met in, whatever the primitive's name says.
            PrimitiveKind::Clone {
                pipeline: PipelineKind::Ingress | PipelineKind::Egress,
                session,
                preserved,
            } => {
                let session = self.number(&scope, session)?.wrapped(&mut self.context.terms, 15);
                state.asked.clone = Some((session, *preserved));
            }
            PrimitiveKind::Digest { list, .. } => state.asked.digest = Some(*list),
            PrimitiveKind::Resubmit { preserved } => state.asked.resubmit = Some(*preserved),
            PrimitiveKind::Recirculate { preserved } => state.asked.recirculate = Some(*preserved),
            PrimitiveKind::Truncate { bytes } => {
                let bytes = self.number(&scope, bytes)?;
                let least = match &state.cut {
                    None => bytes,
                    Some(before) => {
                        let before = Integer::unsigned(before.clone());
                        let terms = &mut self.context.terms;
                        let less = bytes.less(terms, &before);
                        let least = less.and_then(|less| bytes.or_else(terms, &less, &before));
                        least.map_err(|reason| unsupported("a length", None, &reason))?
                    }
                };
                state.cut = Some(least.wrapped(&mut self.context.terms, 64));
            }
            PrimitiveKind::LogMessage { .. } | PrimitiveKind::NoOp => {}
            other => self.stack_primitive(state, other)?,
        }
        Ok(())
    }

    /// Store a number: masked to the field's width.
    pub(super) fn store(
        &mut self,
        state: &mut State,
        path: &Path,
        place: &Place,
        value: &Integer,
        arguments: &[Word],
    ) -> Result<(), Stop> {
        match place {
            Place::Field(field) => self.store_field(state, *field, value),
            Place::FieldOf(header, field) => {
                let found = self.find(&Scope { state, arguments, path }, header)?;
                for (when, header) in found {
                    let field = hyper4_ir::FieldRef { header, field: *field };
                    if when.as_bool() == Some(true) {
                        self.store_field(state, field, value)?;
                    } else if let Some(before) = state.field(field).cloned() {
                        let before = match self.program().field(field).is_some_and(|field| field.signed) {
                            true => Integer::signed(before),
                            false => Integer::unsigned(before),
                        };
                        let either = value.or_else(&mut self.context.terms, &when, &before);
                        let either = either.map_err(|reason| unsupported("an index", None, &reason))?;
                        self.store_field(state, field, &either)?;
                    }
                }
                Ok(())
            }
        }
    }

    /// The switch keeps count of headers that are added and removed.
    pub(super) fn grow(&mut self, state: &mut State, bytes: i64) {
        let bytes = Word::constant(Bits::from_u64(32, bytes as u64));
        state.length = self.context.terms.add(&state.length, &bytes);
    }
}
