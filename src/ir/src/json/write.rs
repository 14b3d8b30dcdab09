//! The IR as bmv2 JSON.

mod expressions;
mod parser;
mod pipelines;
mod primitives;
mod state;

use hyper4_bits::Bits;
use serde_json::{Map, Value, json};

use self::expressions::expression;
use super::headers::asked_for;
use crate::{
    Action, Calculation, CalculationInput, Checksum, ChecksumKind, FieldRef, HeaderId, Program, SourceInfo,
    StandardField,
};

/// The whole.
pub(super) fn program(program: &Program) -> Value {
    let w = Writer { program };
    let empty = || Value::Array(Vec::new());
    let mut root = Map::new();
    let mut put = |name: &str, value: Value| root.insert(name.to_owned(), value);
    put("header_types", numbered(&program.header_types, |t| w.header_type(t)));
    put("headers", numbered(&program.headers, |h| w.header(h)));
    put("header_stacks", numbered(&program.header_stacks, |s| w.header_stack(s)));
    put("header_union_types", w.union_types());
    put("header_unions", numbered(&program.header_unions, |u| w.header_union(u)));
    put("header_union_stacks", numbered(&program.header_union_stacks, |s| w.union_stack(s)));
    put("field_lists", w.field_lists());
    let mut errors: Vec<_> = program.errors.iter().collect();
    errors.sort_by_key(|(_, code)| code.0);
    put("errors", errors.into_iter().map(|(name, code)| json!([name, code.0])).collect());
    put("enums", empty());
    let parser = json!({
        "name": program.parser.name,
        "id": 0,
        "init_state": w.state(program.parser.start.index()),
        "parse_states": numbered(&program.parser.states, |s| w.parse_state(s)),
    });
    put("parsers", json!([parser]));
    put("parse_vsets", numbered(&program.value_sets, |set| w.value_set(set)));
    let order: Vec<Value> = program.deparser.order.iter().map(|header| w.header_name(*header)).collect();
    let primitives: Vec<Value> = program.deparser.primitives.iter().map(|p| w.primitive(p)).collect();
    let deparser =
        json!({ "name": program.deparser.name, "id": 0, "order": order, "primitives": primitives });
    put("deparsers", json!([deparser]));
    put("meter_arrays", w.meters());
    put("counter_arrays", numbered(&program.counters, |c| w.counter(c)));
    put("register_arrays", numbered(&program.registers, |r| w.register(r)));
    put("calculations", numbered(&program.calculations, |c| w.calculation(c)));
    put("learn_lists", program.learn_lists.iter().map(|list| w.learn_list(list)).collect());
    put("actions", numbered(&program.actions, |a| w.action(a)));
    put("pipelines", w.pipelines());
    put("checksums", numbered(&program.checksums, |c| w.checksum(c)));
    put("force_arith", empty());
    put("extern_instances", empty());
    put("field_aliases", w.aliases());
    put("program", json!(program.name));
    put("__meta__", json!({ "version": super::WRITTEN, "compiler": "hyper4" }));
    Value::Object(root)
}

/// Each as an object with its position as its id, behind its name.
fn numbered<T>(items: &[T], write: impl Fn(&T) -> Map<String, Value>) -> Value {
    let with_id = |(id, item): (usize, &T)| {
        let mut object = write(item);
        object.insert("id".to_owned(), json!(id));
        Value::Object(object)
    };
    items.iter().enumerate().map(with_id).collect()
}

/// An object's attributes.
fn object(value: Value, source_info: Option<&SourceInfo>) -> Map<String, Value> {
    let mut object = match value {
        Value::Object(object) => object,
        _ => Map::new(),
    };
    if let Some(info) = source_info {
        let info = json!({
            "filename": info.filename,
            "line": info.line,
            "column": info.column,
            "source_fragment": info.source_fragment,
        });
        object.insert("source_info".to_owned(), info);
    }
    object
}

struct Writer<'a> {
    program: &'a Program,
}

impl Writer<'_> {
    fn header_name(&self, header: HeaderId) -> Value {
        self.program.headers.get(header.index()).map_or(Value::Null, |header| json!(header.name))
    }

    fn field(&self, field: FieldRef) -> Value {
        let name = self.program.field(field).map(|field| field.name.as_str());
        json!([self.header_name(field.header), name])
    }

    fn state(&self, index: usize) -> Value {
        self.program.parser.states.get(index).map_or(Value::Null, |state| json!(state.name))
    }

    fn header_type(&self, header_type: &crate::HeaderType) -> Map<String, Value> {
        let field = |field: &crate::FieldType| match field.varbit {
            true => json!([field.name, "*", field.signed]),
            false => json!([field.name, field.width, field.signed]),
        };
        let fields: Vec<Value> = header_type.fields.iter().map(field).collect();
        let mut object = object(json!({ "name": header_type.name, "id": 0, "fields": fields }), None);
        if header_type.fields.iter().any(|field| field.varbit) {
            object.insert("max_length".to_owned(), json!(header_type.width() / 8));
        }
        object
    }

    fn header(&self, header: &crate::Header) -> Map<String, Value> {
        let header_type = self.program.header_types.get(header.header_type.index()).map(|t| t.name.as_str());
        let value = json!({
            "name": header.name,
            "id": 0,
            "header_type": header_type,
            "metadata": header.metadata,
            "pi_omit": true,
        });
        object(value, None)
    }

    fn calculation(&self, calculation: &Calculation) -> Map<String, Value> {
        let inputs: Vec<Value> = calculation.inputs.iter().map(|i| self.calculation_input(i)).collect();
        let algo = calculation.algorithm.bmv2_name();
        object(json!({ "name": calculation.name, "id": 0, "algo": algo, "input": inputs }), None)
    }

    fn calculation_input(&self, input: &CalculationInput) -> Value {
        match input {
            CalculationInput::Field(field) => json!({ "type": "field", "value": self.field(*field) }),
            CalculationInput::Constant(bits) => {
                json!({ "type": "hexstr", "value": format!("0x{}", bytes(bits)), "bitwidth": bits.width() })
            }
            CalculationInput::Header(header) => {
                json!({ "type": "header", "value": self.header_name(*header) })
            }
            CalculationInput::Payload => json!({ "type": "payload", "value": null }),
        }
    }

    fn checksum(&self, checksum: &Checksum) -> Map<String, Value> {
        let calculation = self.program.calculations.get(checksum.calculation.index());
        let value = json!({
            "name": checksum.name,
            "id": 0,
            "target": self.field(checksum.target),
            "type": "generic",
            "calculation": calculation.map(|calculation| calculation.name.as_str()),
            "verify": checksum.kind == ChecksumKind::Verify,
            "update": checksum.kind == ChecksumKind::Update,
            "if_cond": checksum.condition.as_ref().map(|condition| expression(self, condition)),
        });
        object(value, checksum.source_info.as_ref())
    }

    fn action(&self, action: &Action) -> Map<String, Value> {
        let parameter = |parameter: &crate::ActionParameter| json!({ "name": parameter.name, "bitwidth": parameter.width });
        let parameters: Vec<Value> = action.parameters.iter().map(parameter).collect();
        let primitives: Vec<Value> = action.primitives.iter().map(|p| self.primitive(p)).collect();
        let value =
            json!({ "name": action.name, "id": 0, "runtime_data": parameters, "primitives": primitives });
        object(value, action.source_info.as_ref())
    }

    /// Fields that simple_switch asks for by another name.
    fn aliases(&self) -> Value {
        let alias = |(standard, field): (&StandardField, &FieldRef)| {
            let (header, name) = asked_for(*standard);
            (header != "standard_metadata").then(|| json!([format!("{header}.{name}"), self.field(*field)]))
        };
        self.program.standard.iter().filter_map(alias).collect()
    }
}

/// Hexadecimal digits of all bytes.
fn bytes(bits: &Bits) -> String {
    hex::encode(bits.to_be_bytes())
}
