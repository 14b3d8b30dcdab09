//! The IR as bmv2 JSON.

mod expressions;
mod pipelines;

use hyper4_bits::Bits;
use serde_json::{Map, Value, json};

use self::expressions::{expression, hex, operand};
use super::headers::asked_for;
use crate::{
    Action, Calculation, CalculationInput, Checksum, ChecksumKind, Expr, Extract, FieldRef, HeaderId,
    ParseState, ParserOp, Place, Primitive, PrimitiveKind, Program, SelectKey, SourceInfo, StandardField,
    Transition, TransitionMatch,
};

/// The whole.
pub(super) fn program(program: &Program) -> Value {
    let w = Writer { program };
    let empty = || Value::Array(Vec::new());
    let mut root = Map::new();
    let mut put = |name: &str, value: Value| root.insert(name.to_owned(), value);
    put("header_types", numbered(&program.header_types, |t| w.header_type(t)));
    put("headers", numbered(&program.headers, |h| w.header(h)));
    for name in ["header_stacks", "header_union_types", "header_unions", "header_union_stacks", "field_lists"]
    {
        put(name, empty());
    }
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
    put("parse_vsets", empty());
    let order: Vec<Value> = program.deparser.order.iter().map(|header| w.header_name(*header)).collect();
    put("deparsers", json!([{ "name": program.deparser.name, "id": 0, "order": order, "primitives": [] }]));
    for name in ["meter_arrays", "counter_arrays", "register_arrays"] {
        put(name, empty());
    }
    put("calculations", numbered(&program.calculations, |c| w.calculation(c)));
    put("learn_lists", empty());
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

    fn parse_state(&self, state: &ParseState) -> Map<String, Value> {
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
        let to_field = |place: &Place| {
            let Place::Field(field) = place;
            json!({ "type": "field", "value": self.field(*field) })
        };
        match op {
            ParserOp::Extract(Extract::Regular(header)) => {
                let what = json!({ "type": "regular", "value": self.header_name(*header) });
                json!({ "parameters": [what], "op": "extract" })
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
            ParserOp::Extract(_) | ParserOp::Primitive(_) => Value::Null,
        }
    }

    fn select_key(&self, part: &SelectKey) -> Value {
        match part {
            SelectKey::Field(field) => json!({ "type": "field", "value": self.field(*field) }),
            SelectKey::Lookahead { offset, width } => {
                json!({ "type": "lookahead", "value": [offset, width] })
            }
            SelectKey::LastField(..) | SelectKey::UnionLastField { .. } => Value::Null,
        }
    }

    fn transition(&self, transition: &Transition) -> Value {
        let next = transition.next.map_or(Value::Null, |state| self.state(state.index()));
        match &transition.matches {
            TransitionMatch::Default => {
                json!({ "type": "default", "value": null, "mask": null, "next_state": next })
            }
            TransitionMatch::ValueSet { .. } => Value::Null,
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

    fn calculation(&self, calculation: &Calculation) -> Map<String, Value> {
        let input = |input: &CalculationInput| match input {
            CalculationInput::Field(field) => json!({ "type": "field", "value": self.field(*field) }),
            CalculationInput::Constant(bits) => {
                json!({ "type": "hexstr", "value": format!("0x{}", bytes(bits)), "bitwidth": bits.width() })
            }
            CalculationInput::Header(header) => {
                json!({ "type": "header", "value": self.header_name(*header) })
            }
            CalculationInput::Payload => json!({ "type": "payload", "value": null }),
        };
        let inputs: Vec<Value> = calculation.inputs.iter().map(input).collect();
        let algo = calculation.algorithm.bmv2_name();
        object(json!({ "name": calculation.name, "id": 0, "algo": algo, "input": inputs }), None)
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

    fn primitive(&self, primitive: &Primitive) -> Value {
        let header = |header: HeaderId| json!({ "type": "header", "value": self.header_name(header) });
        let to_field = |place: &Place| {
            let Place::Field(field) = place;
            json!({ "type": "field", "value": self.field(*field) })
        };
        let (op, parameters) = match &primitive.kind {
            PrimitiveKind::Assign { place, value } => ("assign", vec![to_field(place), operand(self, value)]),
            PrimitiveKind::AssignHeader { destination, source } => {
                ("assign_header", vec![header(*destination), header(*source)])
            }
            PrimitiveKind::SetValid(which) => ("add_header", vec![header(*which)]),
            PrimitiveKind::SetInvalid(which) => ("remove_header", vec![header(*which)]),
            PrimitiveKind::MarkToDrop => {
                ("mark_to_drop", vec![json!({ "type": "header", "value": "standard_metadata" })])
            }
            PrimitiveKind::Hash { place, base, calculation, modulus } => {
                let named = self.program.calculations.get(calculation.index()).map(|c| c.name.as_str());
                let calculation = json!({ "type": "calculation", "value": named });
                let parameters =
                    vec![to_field(place), operand(self, base), calculation, operand(self, modulus)];
                ("modify_field_with_hash_based_offset", parameters)
            }
            PrimitiveKind::Exit => ("exit", Vec::new()),
            _ => ("no_op", Vec::new()),
        };
        Value::Object(object(json!({ "op": op, "parameters": parameters }), primitive.source_info.as_ref()))
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
    bits.to_be_bytes().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn constant(expression: &Expr) -> Option<Value> {
    match expression {
        Expr::Const(number) => Some(json!({ "type": "hexstr", "value": hex(number) })),
        _ => None,
    }
}
