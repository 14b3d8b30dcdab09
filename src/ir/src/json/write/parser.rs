//! The parser.

use hyper4_bits::Bits;
use serde_json::{Map, Value, json};

use super::expressions::{expression, operand};
use super::{Writer, bytes, object};
use crate::{
    Extract, ExtractTarget, HeaderId, HeaderUnionStackId, ParseState, ParserOp, Place, SelectKey, Transition,
    TransitionMatch,
};

impl Writer<'_> {
    pub(super) fn parse_state(&self, state: &ParseState) -> Map<String, Value> {
        let ops: Vec<Value> = state.ops.iter().map(|op| self.parser_op(op)).collect();
        let key: Vec<Value> = state.key.iter().map(|part| self.select_key(part)).collect();
        let transitions: Vec<Value> = state.transitions.iter().map(|t| self.transition(t)).collect();
        let value = json!({
            "name": state.name,
            "id": 0,
            "parser_ops": ops,
            "transitions": transitions,
            "transition_key": key,
        });
        object(value, state.source_info.as_ref())
    }

    fn parser_op(&self, op: &ParserOp) -> Value {
        let to_field = |place: &Place| self.place(place);
        match op {
            ParserOp::Extract(Extract::Regular(header)) => {
                json!({ "parameters": [self.target(ExtractTarget::Header(*header))], "op": "extract" })
            }
            ParserOp::Set { place, value } => {
                // In a parser there are no parameters, and a field may stand for itself.
                json!({ "parameters": [to_field(place), operand(self, value)], "op": "set" })
            }
            ParserOp::SetLookahead { place, offset, width } => {
                let ahead = json!({ "type": "lookahead", "value": [offset, width] });
                json!({ "parameters": [to_field(place), ahead], "op": "set" })
            }
            ParserOp::Verify { condition, error } => {
                let parameters = [expression(self, condition), expression(self, error)];
                json!({ "parameters": parameters, "op": "verify" })
            }
            ParserOp::Advance { bits } => json!({ "parameters": [operand(self, bits)], "op": "advance" }),
            ParserOp::Extract(Extract::StackNext(stack)) => {
                json!({ "parameters": [self.target(ExtractTarget::StackNext(*stack))], "op": "extract" })
            }
            ParserOp::Extract(Extract::UnionStackNext { stack, member }) => {
                let target = ExtractTarget::UnionStackNext { stack: *stack, member: *member };
                json!({ "parameters": [self.target(target)], "op": "extract" })
            }
            ParserOp::Extract(Extract::Variable { target, width }) => {
                let width = json!({ "type": "expression", "value": expression(self, width) });
                json!({ "parameters": [self.target(*target), width], "op": "extract_VL" })
            }
            ParserOp::Primitive(kind) => {
                let inner = json!({ "op": kind.name(), "parameters": self.parameters(kind) });
                json!({ "parameters": [inner], "op": "primitive" })
            }
        }
    }

    fn select_key(&self, part: &SelectKey) -> Value {
        match part {
            SelectKey::Field(field) => json!({ "type": "field", "value": self.field(*field) }),
            SelectKey::Lookahead { offset, width } => {
                json!({ "type": "lookahead", "value": [offset, width] })
            }
            SelectKey::LastField(stack, field) => {
                let header = self.program.header_stacks.get(stack.index()).and_then(|s| s.headers.first());
                json!({ "type": "stack_field", "value": [self.stack_name(*stack), self.field_name(header, *field)] })
            }
            SelectKey::UnionLastField { stack, member, field } => {
                let (name, header) = self.member(*stack, *member);
                let value =
                    json!([self.union_stack_name(*stack), name, self.field_name(header.as_ref(), *field)]);
                json!({ "type": "union_stack_field", "value": value })
            }
        }
    }

    fn transition(&self, transition: &Transition) -> Value {
        let next = transition.next.map_or(Value::Null, |state| self.state(state.index()));
        match &transition.matches {
            TransitionMatch::Default => {
                json!({ "type": "default", "value": null, "mask": null, "next_state": next })
            }
            TransitionMatch::ValueSet { set, mask } => {
                let set = self.program.value_sets.get(set.index()).map(|set| set.name.as_str());
                let digits = |mask: &Vec<Bits>| format!("0x{}", mask.iter().map(bytes).collect::<String>());
                let mask = mask.as_ref().map(digits);
                json!({ "type": "parse_vset", "value": set, "mask": mask, "next_state": next })
            }
            TransitionMatch::Values(pairs) => {
                let join = |pick: fn(&(Bits, Bits)) -> &Bits| {
                    let digits: String = pairs.iter().map(|pair| bytes(pick(pair))).collect();
                    json!(format!("0x{digits}"))
                };
                let exact = pairs.iter().all(|(_, mask)| mask.is_ones());
                let mask = if exact { Value::Null } else { join(|(_, mask)| mask) };
                json!({ "type": "hexstr", "value": join(|(value, _)| value), "mask": mask, "next_state": next })
            }
        }
    }

    fn target(&self, target: ExtractTarget) -> Value {
        match target {
            ExtractTarget::Header(header) => json!({ "type": "regular", "value": self.header_name(header) }),
            ExtractTarget::StackNext(stack) => json!({ "type": "stack", "value": self.stack_name(stack) }),
            ExtractTarget::UnionStackNext { stack, member } => {
                let (name, _) = self.member(stack, member);
                json!({ "type": "union_stack", "value": [self.union_stack_name(stack), name] })
            }
        }
    }

    /// A member of a stack's unions: its name, and the header of it in the first element.
    fn member(&self, stack: HeaderUnionStackId, member: u32) -> (Value, Option<HeaderId>) {
        let first =
            self.program.header_union_stacks.get(stack.index()).and_then(|stack| stack.unions.first());
        let union = first.and_then(|union| self.program.header_unions.get(union.index()));
        let member = union.and_then(|union| union.members.get(member as usize));
        (json!(member.map(|member| member.name.as_str())), member.map(|member| member.header))
    }

    pub(super) fn field_name(&self, header: Option<&HeaderId>, field: u32) -> Value {
        let header_type = header.and_then(|header| self.program.header_type(*header));
        json!(header_type.and_then(|t| t.fields.get(field as usize)).map(|field| field.name.as_str()))
    }
}
