//! Stacks, unions, lists and what outlives a packet.

use serde_json::{Map, Value, json};

use super::{Writer, bytes, object};
use crate::json::state::NO_FIELDS;
use crate::{
    CounterArray, FieldList, FieldListId, FieldRef, HeaderStack, HeaderStackId, HeaderUnion, HeaderUnionId,
    HeaderUnionStack, HeaderUnionStackId, LearnElement, LearnList, MeterArray, MeterId, MeterUnit,
    RegisterArray, TableId, ValueSet,
};

impl Writer<'_> {
    pub(super) fn stack_name(&self, stack: HeaderStackId) -> Value {
        json!(self.program.header_stacks.get(stack.index()).map(|stack| stack.name.as_str()))
    }

    pub(super) fn union_name(&self, union: HeaderUnionId) -> Value {
        json!(self.program.header_unions.get(union.index()).map(|union| union.name.as_str()))
    }

    pub(super) fn union_stack_name(&self, stack: HeaderUnionStackId) -> Value {
        json!(self.program.header_union_stacks.get(stack.index()).map(|stack| stack.name.as_str()))
    }

    fn table_name(&self, table: TableId) -> Value {
        json!(self.program.tables.get(table.index()).map(|table| table.name.as_str()))
    }

    pub(super) fn header_stack(&self, stack: &HeaderStack) -> Map<String, Value> {
        let header_type = self.program.header_types.get(stack.header_type.index()).map(|t| t.name.as_str());
        let ids: Vec<u32> = stack.headers.iter().map(|header| header.0).collect();
        let value = json!({
            "name": stack.name,
            "id": 0,
            "header_type": header_type,
            "size": ids.len(),
            "header_ids": ids,
        });
        object(value, None)
    }

    /// Types of unions, in the order in which unions use them.
    pub(super) fn union_types(&self) -> Value {
        let mut types: Vec<&HeaderUnion> = Vec::new();
        for union in &self.program.header_unions {
            if types.iter().all(|known| known.union_type != union.union_type) {
                types.push(union);
            }
        }
        let write = |(id, union): (usize, &HeaderUnion)| {
            let member = |member: &crate::HeaderUnionMember| {
                let header_type = self.program.header_type(member.header).map(|t| t.name.as_str());
                json!([member.name, header_type])
            };
            let members: Vec<Value> = union.members.iter().map(member).collect();
            json!({ "name": union.union_type, "id": id, "headers": members })
        };
        types.into_iter().enumerate().map(write).collect()
    }

    pub(super) fn header_union(&self, union: &HeaderUnion) -> Map<String, Value> {
        let ids: Vec<u32> = union.members.iter().map(|member| member.header.0).collect();
        let value = json!({
            "name": union.name,
            "id": 0,
            "union_type": union.union_type,
            "header_ids": ids,
            "pi_omit": true,
        });
        object(value, None)
    }

    pub(super) fn union_stack(&self, stack: &HeaderUnionStack) -> Map<String, Value> {
        let first = stack.unions.first().and_then(|union| self.program.header_unions.get(union.index()));
        let ids: Vec<u32> = stack.unions.iter().map(|union| union.0).collect();
        let value = json!({
            "name": stack.name,
            "id": 0,
            "union_type": first.map(|union| union.union_type.as_str()),
            "size": ids.len(),
            "header_union_ids": ids,
        });
        object(value, None)
    }

    /// The number of the list for those who keep nothing: simple_switch wants one, if an empty one.
    fn nothing(&self) -> u32 {
        self.program.field_lists.iter().map(|list| list.id).max().unwrap_or(0).saturating_add(1)
    }

    pub(super) fn list_id(&self, list: Option<FieldListId>) -> Value {
        let list = list.and_then(|list| self.program.field_lists.get(list.index()));
        let id = list.map_or_else(|| self.nothing(), |list| list.id);
        json!({ "type": "hexstr", "value": format!("0x{id:x}") })
    }

    pub(super) fn field_lists(&self) -> Value {
        let write = |list: &FieldList| {
            let field = |field: &FieldRef| json!({ "type": "field", "value": self.field(*field) });
            let elements: Vec<Value> = list.fields.iter().map(field).collect();
            json!({ "id": list.id, "name": list.name, "elements": elements })
        };
        let mut lists: Vec<Value> = self.program.field_lists.iter().map(write).collect();
        if self.keeps_nothing() {
            lists.push(json!({ "id": self.nothing(), "name": NO_FIELDS, "elements": [] }));
        }
        Value::Array(lists)
    }

    pub(super) fn learn_list(&self, list: &LearnList) -> Value {
        let element = |element: &LearnElement| match element {
            LearnElement::Field(field) => json!({ "type": "field", "value": self.field(*field) }),
            LearnElement::Constant(bits) => {
                json!({ "type": "hexstr", "value": format!("0x{}", bytes(bits)), "bitwidth": bits.width() })
            }
        };
        let elements: Vec<Value> = list.elements.iter().map(element).collect();
        json!({ "id": list.id, "name": list.name, "elements": elements })
    }

    pub(super) fn value_set(&self, set: &ValueSet) -> Map<String, Value> {
        let mut object = object(json!({ "name": set.name, "id": 0, "compressed_bitwidth": set.width }), None);
        if let Some(size) = set.max_size {
            object.insert("max_size".to_owned(), json!(size));
        }
        object
    }

    pub(super) fn counter(&self, counter: &CounterArray) -> Map<String, Value> {
        let value = json!({ "name": counter.name, "id": 0, "is_direct": counter.direct.is_some() });
        let mut object = object(value, counter.source_info.as_ref());
        match counter.direct {
            Some(table) => object.insert("binding".to_owned(), self.table_name(table)),
            None => object.insert("size".to_owned(), json!(counter.size)),
        };
        object
    }

    pub(super) fn meters(&self) -> Value {
        let write = |(id, meter): (u32, &MeterArray)| {
            let kind = match meter.unit {
                MeterUnit::Packets => "packets",
                MeterUnit::Bytes => "bytes",
            };
            let value = json!({
                "name": meter.name,
                "id": id,
                "is_direct": meter.direct.is_some(),
                "size": meter.size,
                "rate_count": meter.rate_count,
                "type": kind,
            });
            let mut object = object(value, meter.source_info.as_ref());
            if let Some(table) = meter.direct {
                let used = self.program.tables.iter().filter_map(|table| table.direct_meter);
                let target =
                    used.into_iter().find(|direct| direct.meter == MeterId(id)).map(|direct| direct.target);
                let target = target.map_or(Value::Null, |target| self.field(target));
                object.insert("binding".to_owned(), self.table_name(table));
                object.insert("result_target".to_owned(), target);
            }
            Value::Object(object)
        };
        (0u32..).zip(&self.program.meters).map(write).collect()
    }

    pub(super) fn register(&self, register: &RegisterArray) -> Map<String, Value> {
        let value = json!({
            "name": register.name,
            "id": 0,
            "size": register.size,
            "bitwidth": register.width,
        });
        object(value, register.source_info.as_ref())
    }
}
