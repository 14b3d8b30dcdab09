//! Actions and their primitives.

use hyper4_bits::Bits;

use super::expressions::Scope;
use super::{Checker, invalid, unresolved};
use crate::{
    ActionParameter, Expr, FieldListId, FieldRef, HeaderExpr, HeaderId, HeaderUnionStack, IrError, Place,
    PrimitiveKind, RegisterId, StackRef,
};

impl Checker<'_> {
    pub(super) fn actions(&self) -> Result<(), IrError> {
        for action in &self.program.actions {
            let scope = Scope { kind: "action", name: &action.name, parameters: action.parameters.len() };
            let impossible = |parameter: &&ActionParameter| !(1..=Bits::MAX_WIDTH).contains(&parameter.width);
            if let Some(parameter) = action.parameters.iter().find(impossible) {
                let reason = format!("parameter `{}` has {} bits", parameter.name, parameter.width);
                return invalid(scope.kind, scope.name, reason);
            }
            for primitive in &action.primitives {
                self.primitive(scope, &primitive.kind, action.primitives.len())?;
            }
        }
        Ok(())
    }

    /// `count`: how many primitives there are to jump to.
    pub(super) fn primitive(
        &self,
        scope: Scope<'_>,
        kind: &PrimitiveKind,
        count: usize,
    ) -> Result<(), IrError> {
        let wrong = |reason: &str| invalid(scope.kind, scope.name, reason);
        match kind {
            PrimitiveKind::Assign { place, value } => {
                self.place(scope, place)?;
                self.number(scope, value)
            }
            PrimitiveKind::AssignHeader { destination, source } => {
                let type_of = |id: &HeaderId| self.header_expression(scope, &HeaderExpr::Header(*id));
                if type_of(destination)? == type_of(source)? {
                    return Ok(());
                }
                wrong("headers of two types are assigned")
            }
            PrimitiveKind::MarkToDropOf(header) => match self.program.header_type(*header) {
                Some(header_type) if header_type.field("egress_spec").is_some() => Ok(()),
                Some(_) => wrong("`mark_to_drop` of a header without a field `egress_spec`"),
                None => unresolved(scope.kind, scope.name, format!("header {}", header.0)),
            },
            PrimitiveKind::AssignHeaderOf { destination, source } => {
                if self.header_expression(scope, destination)? == self.header_expression(scope, source)? {
                    return Ok(());
                }
                wrong("headers of two types are assigned")
            }
            PrimitiveKind::SetValid(header) | PrimitiveKind::SetInvalid(header) => {
                self.header(scope.kind, scope.name, *header)
            }
            PrimitiveKind::SetValidOf(header) | PrimitiveKind::SetInvalidOf(header) => {
                self.header_expression(scope, header).map(|_| ())
            }
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                self.place(scope, place)?;
                self.number(scope, base)?;
                self.number(scope, modulus)?;
                self.calculation(scope, *calculation)
            }
            PrimitiveKind::MarkToDrop | PrimitiveKind::Exit | PrimitiveKind::NoOp => Ok(()),
            PrimitiveKind::AssignVarbit { destination, source } => {
                match self.varbit(scope, *destination)? && self.varbit(scope, *source)? {
                    true => Ok(()),
                    false => wrong("a field of fixed width is assigned as a varbit"),
                }
            }
            PrimitiveKind::AssignStack { destination, source } => {
                let (to, from) = (self.stack(scope, *destination)?, self.stack(scope, *source)?);
                if to.header_type == from.header_type && to.headers.len() == from.headers.len() {
                    return Ok(());
                }
                wrong("stacks of two types or sizes are assigned")
            }
            PrimitiveKind::AssignUnion { destination, source } => {
                let (to, from) = (self.union(scope, *destination)?, self.union(scope, *source)?);
                if to.union_type == from.union_type {
                    Ok(())
                } else {
                    wrong("unions of two types are assigned")
                }
            }
            PrimitiveKind::AssignUnionStack { destination, source } => {
                let (to, from) = (self.union_stack(scope, *destination)?, self.union_stack(scope, *source)?);
                let type_of = |stack: &HeaderUnionStack| {
                    let first =
                        stack.unions.first().and_then(|id| self.program.header_unions.get(id.index()));
                    first.map(|union| union.union_type.clone())
                };
                if type_of(to) == type_of(from) && to.unions.len() == from.unions.len() {
                    return Ok(());
                }
                wrong("stacks of two types or sizes are assigned")
            }
            PrimitiveKind::Push { stack, .. } | PrimitiveKind::Pop { stack, .. } => {
                self.any_stack(scope, *stack)
            }
            PrimitiveKind::Jump { target } => self.jump(scope, *target, count),
            PrimitiveKind::JumpIfZero { condition, target } => {
                self.number(scope, condition)?;
                self.jump(scope, *target, count)
            }
            _ => self.stateful(scope, kind),
        }
    }

    fn jump(&self, scope: Scope<'_>, target: u32, count: usize) -> Result<(), IrError> {
        match target as usize <= count {
            true => Ok(()),
            false => invalid(scope.kind, scope.name, format!("a jump to primitive {target} of {count}")),
        }
    }

    /// Primitives that work on what isn't the packet's own.
    fn stateful(&self, scope: Scope<'_>, kind: &PrimitiveKind) -> Result<(), IrError> {
        let program = self.program;
        let numbers = |values: &[&Expr]| values.iter().try_for_each(|value| self.number(scope, value));
        match kind {
            PrimitiveKind::Count { counter, index } => match program.counters.get(counter.index()) {
                Some(counter) if counter.direct.is_some() => {
                    let reason = format!("counter `{}` is direct: its table counts", counter.name);
                    invalid(scope.kind, scope.name, reason)
                }
                Some(_) => self.number(scope, index),
                None => unresolved(scope.kind, scope.name, format!("counter {}", counter.0)),
            },
            PrimitiveKind::ExecuteMeter { meter, index, place } => {
                self.field_place(scope, place)?;
                match program.meters.get(meter.index()) {
                    Some(meter) if meter.direct.is_some() => {
                        let reason = format!("meter `{}` is direct: its table executes it", meter.name);
                        invalid(scope.kind, scope.name, reason)
                    }
                    Some(_) => self.number(scope, index),
                    None => unresolved(scope.kind, scope.name, format!("meter {}", meter.0)),
                }
            }
            PrimitiveKind::RegisterRead { place, register, index } => {
                self.field_place(scope, place)?;
                self.register(scope, *register)?;
                self.number(scope, index)
            }
            PrimitiveKind::RegisterWrite { register, index, value } => {
                self.register(scope, *register)?;
                numbers(&[index, value])
            }
            PrimitiveKind::Random { place, low, high } => {
                self.place(scope, place)?;
                numbers(&[low, high])
            }
            PrimitiveKind::Digest { receiver, list } => {
                if list.index() >= program.learn_lists.len() {
                    return unresolved(scope.kind, scope.name, format!("learn list {}", list.0));
                }
                self.number(scope, receiver)
            }
            PrimitiveKind::Clone { session, preserved, .. } => {
                self.preserved(scope, *preserved)?;
                self.number(scope, session)
            }
            PrimitiveKind::Resubmit { preserved } | PrimitiveKind::Recirculate { preserved } => {
                self.preserved(scope, *preserved)
            }
            PrimitiveKind::Truncate { bytes } => self.number(scope, bytes),
            PrimitiveKind::LogMessage { arguments, .. } => {
                arguments.iter().try_for_each(|argument| self.number(scope, argument))
            }
            PrimitiveKind::Assert { condition } | PrimitiveKind::Assume { condition } => {
                self.truth(scope, condition)
            }
            _ => Ok(()),
        }
    }

    fn register(&self, scope: Scope<'_>, register: RegisterId) -> Result<(), IrError> {
        match self.program.registers.get(register.index()) {
            Some(_) => Ok(()),
            None => unresolved(scope.kind, scope.name, format!("register {}", register.0)),
        }
    }

    fn preserved(&self, scope: Scope<'_>, list: Option<FieldListId>) -> Result<(), IrError> {
        match list {
            Some(list) if list.index() >= self.program.field_lists.len() => {
                unresolved(scope.kind, scope.name, format!("field list {}", list.0))
            }
            _ => Ok(()),
        }
    }

    pub(super) fn any_stack(&self, scope: Scope<'_>, stack: StackRef) -> Result<(), IrError> {
        match stack {
            StackRef::Headers(stack) => self.stack(scope, stack).map(|_| ()),
            StackRef::Unions(stack) => self.union_stack(scope, stack).map(|_| ()),
        }
    }

    fn varbit(&self, scope: Scope<'_>, field: FieldRef) -> Result<bool, IrError> {
        self.width(scope.kind, scope.name, field)?;
        Ok(self.program.field(field).is_some_and(|field| field.varbit))
    }

    /// A place that is named, not found: where it must be so.
    pub(super) fn field_place(&self, scope: Scope<'_>, place: &Place) -> Result<(), IrError> {
        match place {
            Place::Field(_) => self.place(scope, place),
            Place::FieldOf(..) => invalid(
                scope.kind,
                scope.name,
                "only assignments write to a header that is found at run time",
            ),
        }
    }
}
