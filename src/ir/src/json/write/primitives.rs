//! Primitives.

use num_bigint::BigInt;
use serde_json::{Value, json};

use super::expressions::{expression, header, hex, operand};
use super::{Writer, object};
use crate::{Expr, FieldRef, HeaderExpr, Place, Primitive, PrimitiveKind, StackRef, UnaryOp};

impl Writer<'_> {
    pub(super) fn primitive(&self, primitive: &Primitive) -> Value {
        let value = json!({ "op": primitive.kind.name(), "parameters": self.parameters(&primitive.kind) });
        Value::Object(object(value, primitive.source_info.as_ref()))
    }

    fn to_field(&self, field: FieldRef) -> Value {
        json!({ "type": "field", "value": self.field(field) })
    }

    pub(super) fn place(&self, place: &Place) -> Value {
        match place {
            Place::Field(field) => self.to_field(*field),
            Place::FieldOf(header, field) => {
                let value = expression(self, &Expr::FieldOf(header.clone(), *field));
                json!({ "type": "expression", "value": value })
            }
        }
    }

    fn header_parameter(&self, which: &HeaderExpr) -> Value {
        match which {
            HeaderExpr::Header(_) => header(self, which),
            which => json!({ "type": "expression", "value": header(self, which) }),
        }
    }

    pub(super) fn stack(&self, stack: StackRef) -> Value {
        match stack {
            StackRef::Headers(stack) => json!({ "type": "header_stack", "value": self.stack_name(stack) }),
            StackRef::Unions(stack) => {
                json!({ "type": "header_union_stack", "value": self.union_stack_name(stack) })
            }
        }
    }

    /// What a primitive is given.
    pub(super) fn parameters(&self, kind: &PrimitiveKind) -> Vec<Value> {
        let number = |value: &Expr| operand(self, value);
        let constant = |value: u32| json!({ "type": "hexstr", "value": hex(&BigInt::from(value)) });
        let named = |kind: &str, name: Option<&str>| json!({ "type": kind, "value": name });
        let truth =
            |condition: &Expr| operand(self, &Expr::Unary(UnaryOp::BoolToData, Box::new(condition.clone())));
        let program = self.program;
        let register = |id: crate::RegisterId| {
            named("register_array", program.registers.get(id.index()).map(|register| register.name.as_str()))
        };
        match kind {
            PrimitiveKind::Assign { place, value } => vec![self.place(place), number(value)],
            PrimitiveKind::AssignHeader { destination, source } => {
                [destination, source].map(|id| header(self, &HeaderExpr::Header(*id))).into()
            }
            PrimitiveKind::AssignHeaderOf { destination, source } => {
                vec![self.header_parameter(destination), self.header_parameter(source)]
            }
            PrimitiveKind::SetValid(which)
            | PrimitiveKind::SetInvalid(which)
            | PrimitiveKind::MarkToDropOf(which) => {
                vec![header(self, &HeaderExpr::Header(*which))]
            }
            PrimitiveKind::SetValidOf(which) | PrimitiveKind::SetInvalidOf(which) => {
                vec![self.header_parameter(which)]
            }
            PrimitiveKind::MarkToDrop => vec![named("header", Some("standard_metadata"))],
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                let name = program.calculations.get(calculation.index()).map(|c| c.name.as_str());
                vec![self.place(place), number(base), named("calculation", name), number(modulus)]
            }
            PrimitiveKind::Exit | PrimitiveKind::NoOp => Vec::new(),
            PrimitiveKind::AssignVarbit { destination, source } => {
                vec![self.to_field(*destination), self.to_field(*source)]
            }
            PrimitiveKind::AssignStack { destination, source } => {
                [destination, source].map(|stack| self.stack(StackRef::Headers(*stack))).into()
            }
            PrimitiveKind::AssignUnion { destination, source } => [destination, source]
                .map(|union| json!({ "type": "header_union", "value": self.union_name(*union) }))
                .into(),
            PrimitiveKind::AssignUnionStack { destination, source } => {
                [destination, source].map(|stack| self.stack(StackRef::Unions(*stack))).into()
            }
            PrimitiveKind::Push { stack, count } | PrimitiveKind::Pop { stack, count } => {
                vec![self.stack(*stack), constant(*count)]
            }
            PrimitiveKind::Jump { target } => vec![constant(*target)],
            PrimitiveKind::JumpIfZero { condition, target } => vec![number(condition), constant(*target)],
            PrimitiveKind::Count { counter, index } => {
                let name = program.counters.get(counter.index()).map(|counter| counter.name.as_str());
                vec![named("counter_array", name), number(index)]
            }
            PrimitiveKind::ExecuteMeter { meter, index, place } => {
                let name = program.meters.get(meter.index()).map(|meter| meter.name.as_str());
                vec![named("meter_array", name), number(index), self.place(place)]
            }
            PrimitiveKind::RegisterRead { place, register: id, index } => {
                vec![self.place(place), register(*id), number(index)]
            }
            PrimitiveKind::RegisterWrite { register: id, index, value } => {
                vec![register(*id), number(index), number(value)]
            }
            PrimitiveKind::Random { place, low, high } => vec![self.place(place), number(low), number(high)],
            PrimitiveKind::Digest { receiver, list } => {
                let id = program.learn_lists.get(list.index()).map_or(0, |list| list.id);
                vec![number(receiver), constant(id)]
            }
            PrimitiveKind::Clone { session, preserved, .. } => {
                vec![number(session), self.list_id(*preserved)]
            }
            PrimitiveKind::Resubmit { preserved } | PrimitiveKind::Recirculate { preserved } => {
                vec![self.list_id(*preserved)]
            }
            PrimitiveKind::Truncate { bytes } => vec![number(bytes)],
            PrimitiveKind::LogMessage { format, arguments } => {
                let arguments: Vec<Value> = arguments.iter().map(number).collect();
                vec![
                    named("string", Some(format)),
                    json!({ "type": "parameters_vector", "value": arguments }),
                ]
            }
            PrimitiveKind::Assert { condition } | PrimitiveKind::Assume { condition } => {
                vec![truth(condition)]
            }
        }
    }

    /// Whether a clone, a resubmission or a recirculation names no list.
    pub(super) fn keeps_nothing(&self) -> bool {
        let nothing = |kind: &PrimitiveKind| {
            matches!(
                kind,
                PrimitiveKind::Clone { preserved: None, .. }
                    | PrimitiveKind::Resubmit { preserved: None }
                    | PrimitiveKind::Recirculate { preserved: None }
            )
        };
        let program = self.program;
        let of_actions = program.actions.iter().flat_map(|action| &action.primitives);
        let in_parser = program.parser.states.iter().flat_map(|state| &state.ops).any(|op| match op {
            crate::ParserOp::Primitive(kind) => nothing(kind),
            _ => false,
        });
        of_actions.chain(&program.deparser.primitives).any(|primitive| nothing(&primitive.kind)) || in_parser
    }
}
