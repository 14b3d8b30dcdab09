//! bmv2 JSON with every construct that goes beyond plain headers and tables: read as what it means, and written back.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by it")]

use hyper4_ir::*;
use serde_json::{Value, json};

fn field(header: &str, field: &str) -> Value {
    json!({ "type": "field", "value": [header, field] })
}

fn hex(number: u32) -> Value {
    json!({ "type": "hexstr", "value": format!("0x{number:x}") })
}

fn operation(op: &str, left: Value, right: Value) -> Value {
    json!({ "type": "expression", "value": { "op": op, "left": left, "right": right } })
}

fn wrapped(value: Value) -> Value {
    json!({ "type": "expression", "value": value })
}

fn of(kind: &str, name: &str) -> Value {
    json!({ "type": kind, "value": name })
}

fn element() -> Value {
    operation("dereference_header_stack", of("header_stack", "labels"), field("scalars", "index"))
}

fn primitive(op: &str, parameters: Vec<Value>) -> Value {
    json!({ "op": op, "parameters": parameters })
}

/// Every primitive, and for those that have several forms each of them.
fn primitives() -> Vec<Value> {
    let index = || field("scalars", "index");
    let stack = |name: &str| of("header_stack", name);
    let equal = |a, b| wrapped(operation("b2d", Value::Null, operation("==", a, b)));
    let member = |k: u32| operation("access_union_header", of("header_union", "option[0]"), json!(k));
    vec![
        primitive("assign", vec![wrapped(operation("access_field", element(), json!(0))), hex(7)]),
        primitive("assign", vec![index(), json!({ "type": "stack_field", "value": ["labels", "label"] })]),
        primitive("assign", vec![index(), wrapped(operation("access_field", element(), json!(1)))]),
        primitive("assign", vec![index(), equal(of("header", "labels[0]"), of("header", "labels[1]"))]),
        primitive(
            "assign",
            vec![index(), equal(of("header_union", "option[0]"), of("header_union", "option[1]"))],
        ),
        primitive("assign", vec![index(), equal(member(0), of("header", "short[1]"))]),
        primitive(
            "assign",
            vec![index(), wrapped(operation("last_stack_index", Value::Null, stack("labels")))],
        ),
        primitive("assign", vec![index(), wrapped(operation("size_stack", Value::Null, stack("labels")))]),
        primitive("assign", vec![index(), wrapped(operation("usat_cast", index(), hex(8)))]),
        primitive("assign", vec![index(), wrapped(operation("sat_cast", index(), hex(8)))]),
        primitive("add_header", vec![wrapped(element())]),
        primitive("remove_header", vec![wrapped(element())]),
        primitive("assign_header", vec![of("header", "labels[0]"), wrapped(element())]),
        primitive("assign_header_stack", vec![stack("labels"), stack("others")]),
        primitive("assign_union", vec![of("header_union", "option[0]"), of("header_union", "option[1]")]),
        primitive(
            "assign_union_stack",
            vec![of("header_union_stack", "option"), of("header_union_stack", "option")],
        ),
        primitive("assign_VL", vec![field("long[0]", "data"), field("long[1]", "data")]),
        primitive("push", vec![stack("labels"), hex(1)]),
        primitive("pop", vec![of("header_union_stack", "option"), hex(2)]),
        primitive("mark_to_drop", vec![of("header", "copy")]),
        primitive("assign_header", vec![of("header", "copy"), of("header", "standard_metadata")]),
        primitive("count", vec![of("counter_array", "hits"), index()]),
        primitive("execute_meter", vec![of("meter_array", "rate"), index(), index()]),
        primitive("register_read", vec![index(), of("register_array", "seen"), hex(3)]),
        primitive("register_write", vec![of("register_array", "seen"), index(), hex(1)]),
        primitive("modify_field_rng_uniform", vec![index(), hex(1), hex(9)]),
        primitive("generate_digest", vec![hex(1), hex(4)]),
        primitive("clone_ingress_pkt_to_egress", vec![hex(5), hex(2)]),
        primitive("clone_egress_pkt_to_egress", vec![json!({ "type": "runtime_data", "value": 0 }), hex(2)]),
        primitive("resubmit", vec![hex(2)]),
        primitive("recirculate", vec![hex(3)]),
        primitive("truncate", vec![hex(64)]),
        primitive(
            "log_msg",
            vec![of("string", "at {}"), json!({ "type": "parameters_vector", "value": [index()] })],
        ),
        primitive("log_msg", vec![of("string", "here"), json!({ "type": "parameters_vector", "value": {} })]),
        primitive(
            "assert",
            vec![wrapped(operation("b2d", Value::Null, operation("valid", Value::Null, element())))],
        ),
        primitive("assume", vec![index()]),
        primitive("_jump_if_zero", vec![index(), hex(2)]),
        primitive("_jump", vec![hex(38)]),
        primitive("no_op", vec![]),
        primitive("exit", vec![]),
    ]
}

fn program() -> Value {
    let headers = [
        ("scalars", "scalars", true),
        ("standard_metadata", "standard_metadata", true),
        ("copy", "standard_metadata", true),
        ("labels[0]", "label", false),
        ("labels[1]", "label", false),
        ("others[0]", "label", false),
        ("others[1]", "label", false),
        ("short[0]", "short", false),
        ("long[0]", "long", false),
        ("short[1]", "short", false),
        ("long[1]", "long", false),
    ];
    let headers = headers.iter().zip(0..).map(|((name, of, metadata), id)| {
        json!({ "name": name, "id": id, "header_type": of, "metadata": metadata, "pi_omit": true })
    });
    let table = |name: &str, id: u32, kind: &str| {
        json!({
            "name": name, "id": id, "key": [{ "match_type": "exact", "target": ["scalars", "index"], "mask": null }],
            "match_type": "exact", "type": kind, "max_size": 16, "with_counters": kind == "simple",
            "support_timeout": false, "action_ids": [0], "actions": ["all"], "base_default_next": null,
            "next_tables": { "all": null },
        })
    };
    let mut direct = table("I.direct", 0, "simple");
    direct["direct_meters"] = json!("I.pace");
    direct["next_tables"]["all"] = json!("I.chosen");
    direct["base_default_next"] = json!("I.chosen");
    let mut chosen = table("I.chosen", 1, "indirect_ws");
    chosen["action_profile"] = json!("I.choice");
    let mut none = table("E.none", 2, "simple");
    none["with_counters"] = json!(false);
    none["entries"] = json!([]);
    let parameter = json!({ "name": "session", "bitwidth": 16 });
    json!({
        "__meta__": { "version": [2, 23], "compiler": "by hand" },
        "program": "whole.p4",
        "header_types": [
            { "name": "scalars", "id": 0, "fields": [["index", 32, false]] },
            { "name": "standard_metadata", "id": 1, "fields": [
                ["ingress_port", 9, false], ["egress_spec", 9, false], ["egress_port", 9, false],
                ["instance_type", 32, false], ["packet_length", 32, false], ["_pad", 5, false]] },
            { "name": "label", "id": 2, "fields": [["label", 20, false], ["rest", 12, false]] },
            { "name": "short", "id": 3, "fields": [["kind", 8, false]] },
            { "name": "long", "id": 4, "fields": [["kind", 8, false], ["data", "*", false]], "max_length": 9 },
        ],
        "headers": headers.collect::<Vec<_>>(),
        "header_stacks": [
            { "name": "labels", "id": 0, "header_type": "label", "size": 2, "header_ids": [3, 4] },
            { "name": "others", "id": 1, "header_type": "label", "size": 2, "header_ids": [5, 6] },
        ],
        "header_union_types": [{ "name": "option_t", "id": 0, "headers": [["short", "short"], ["long", "long"]] }],
        "header_unions": [
            { "name": "option[0]", "id": 0, "union_type": "option_t", "header_ids": [7, 8], "pi_omit": true },
            { "name": "option[1]", "id": 1, "union_type": "option_t", "header_ids": [9, 10], "pi_omit": true },
        ],
        "header_union_stacks": [
            { "name": "option", "id": 0, "union_type": "option_t", "size": 2, "header_union_ids": [0, 1] }],
        "field_lists": [
            { "id": 2, "name": "kept", "elements": [field("scalars", "index"),
                { "type": "hexstr", "value": "0x1", "bitwidth": 8 }] },
            { "id": 3, "name": "nothing", "elements": [] },
        ],
        "errors": [["NoError", 1], ["PacketTooShort", 2]],
        "enums": [],
        "parsers": [{ "name": "parser", "id": 0, "init_state": "start", "parse_states": [
            { "name": "start", "id": 0, "parser_ops": [
                { "op": "extract", "parameters": [{ "type": "stack", "value": "labels" }] },
                { "op": "extract", "parameters": [{ "type": "union_stack", "value": ["option", "short"] }] },
                { "op": "extract_VL", "parameters": [{ "type": "union_stack", "value": ["option", "long"] },
                    wrapped(field("scalars", "index"))] },
                { "op": "extract_VL", "parameters": [{ "type": "regular", "value": "long[0]" }, wrapped(hex(16))] },
                { "op": "shift", "parameters": [2] },
                { "op": "advance", "parameters": [hex(8)] },
                { "op": "primitive", "parameters": [primitive("remove_header", vec![of("header", "labels[0]")])] },
                { "op": "verify", "parameters": [{ "type": "bool", "value": true }, hex(2)] },
              ],
              "transition_key": [
                { "type": "stack_field", "value": ["labels", "rest"] },
                { "type": "union_stack_field", "value": ["option", "short", "kind"] },
                { "type": "lookahead", "value": [4, 4] }],
              "transitions": [
                { "type": "parse_vset", "value": "known", "mask": null, "next_state": "start" },
                { "type": "hexstr", "value": "0x0abc1105", "mask": "0x0fffff0f", "next_state": null },
                { "type": "default", "value": null, "mask": null, "next_state": "bytes" }] },
            { "name": "bytes", "id": 1, "parser_ops": [],
              "transition_key": [field("short[0]", "kind"), field("short[1]", "kind")],
              "transitions": [{ "type": "parse_vset", "value": "masked", "mask": "0x0ff0", "next_state": null }] },
        ] }],
        "parse_vsets": [
            { "name": "known", "id": 0, "compressed_bitwidth": 24, "max_size": 4 },
            { "name": "masked", "id": 1, "compressed_bitwidth": 16 }],
        "deparsers": [{ "name": "deparser", "id": 0, "order": ["labels[0]", "long[0]"],
            "primitives": [primitive("assign", vec![field("scalars", "index"), hex(0)])] }],
        "meter_arrays": [
            { "name": "I.pace", "id": 0, "is_direct": true, "size": 16, "rate_count": 2, "type": "packets",
              "binding": "I.direct", "result_target": ["scalars", "index"] },
            { "name": "rate", "id": 1, "is_direct": false, "size": 8, "rate_count": 2, "type": "bytes" }],
        "counter_arrays": [
            { "name": "I.each", "id": 0, "is_direct": true, "binding": "I.direct" },
            { "name": "hits", "id": 1, "is_direct": false, "size": 32 }],
        "register_arrays": [{ "name": "seen", "id": 0, "size": 16, "bitwidth": 48 }],
        "calculations": [],
        "learn_lists": [{ "id": 4, "name": "digest_t", "elements": [field("scalars", "index")] }],
        "actions": [{ "name": "all", "id": 0, "runtime_data": [parameter], "primitives": primitives() }],
        "pipelines": [
            { "name": "ingress", "id": 0, "init_table": "I.direct", "tables": [direct, chosen],
              "action_profiles": [{ "name": "I.choice", "id": 0, "max_size": 128, "selector": {
                  "algo": "crc16", "input": [field("scalars", "index")] } }],
              "conditionals": [] },
            { "name": "egress", "id": 1, "init_table": "E.none", "tables": [none], "action_profiles": [],
              "conditionals": [] }],
        "checksums": [], "force_arith": [], "extern_instances": [], "field_aliases": [],
    })
}

fn read(json: &Value) -> Result<Program, IrError> {
    Program::from_json(&json.to_string())
}

#[test]
fn everything_is_read_and_written() {
    let json = program();
    let program = read(&json).unwrap();
    let written = program.to_json();
    assert_eq!(read(&written), Ok(program.clone()));
    // What is written names the same primitives with as many parameters.
    let shapes = |json: &Value| -> Vec<(String, usize)> {
        let primitives = json["actions"][0]["primitives"].as_array().unwrap().iter();
        let shape =
            |p: &Value| (p["op"].as_str().unwrap().to_owned(), p["parameters"].as_array().unwrap().len());
        primitives.map(shape).collect()
    };
    assert_eq!(shapes(&written), shapes(&json));
    let names: Vec<&str> = program.actions[0].primitives.iter().map(|p| p.kind.name()).collect();
    assert_eq!(names, shapes(&json).iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>());
}

#[test]
fn it_means_what_bmv2_takes_it_for() {
    let program = read(&program()).unwrap();
    let kind = |i: usize| &program.actions[0].primitives[i].kind;
    let labels = HeaderStackId(0);
    let index = FieldRef { header: HeaderId(0), field: 0 };
    let element = HeaderExpr::Element { stack: labels, index: Box::new(Expr::Field(index)) };
    assert!(matches!(kind(0), PrimitiveKind::Assign { place: Place::FieldOf(at, 0), .. } if **at == element));
    let last = Expr::FieldOf(Box::new(HeaderExpr::Last(labels)), 0);
    assert!(matches!(kind(1), PrimitiveKind::Assign { value, .. } if *value == last));
    // A member of a union that is known is the header.
    let members = [HeaderId(7), HeaderId(9)].map(|header| Aggregate::Header(HeaderExpr::Header(header)));
    let [a, b] = members.map(Box::new);
    let equal = Expr::Unary(UnaryOp::BoolToData, Box::new(Expr::Equal(a, b)));
    assert!(matches!(kind(5), PrimitiveKind::Assign { value, .. } if *value == equal));
    assert!(matches!(kind(19), PrimitiveKind::MarkToDropOf(HeaderId(2))));
    assert!(matches!(kind(34), PrimitiveKind::Assert { condition: Expr::ValidOf(at) } if **at == element));
    assert!(matches!(kind(36), PrimitiveKind::JumpIfZero { target: 2, .. }), "jumps may lead back");
    assert_eq!(program.field_lists[0].fields, [index], "simple_switch keeps fields alone");
    assert_eq!(program.header_types[4].fields[1].width, 64, "9 bytes at most, one of them the kind");
    assert_eq!(program.tables[0].direct_meter, Some(DirectMeter { meter: MeterId(0), target: index }));
    assert_eq!(program.counters[0].size, 16, "as many as the table has entries");
    assert_eq!(program.tables[2].max_size, 0, "an empty list of constant entries");
    assert!(matches!(program.parser.states[0].ops[4], ParserOp::Advance { .. }), "shift is advance");
    let TransitionMatch::ValueSet { mask: Some(mask), .. } = &program.parser.states[1].transitions[0].matches
    else {
        panic!("no masked value set");
    };
    assert_eq!(mask.iter().map(|mask| mask.to_be_bytes()).collect::<Vec<_>>(), [vec![0x0f], vec![0xf0]]);
}

/// A header that is a stack's last element is read by its index, since simple_switch doesn't take `last` as p4c writes it.
#[test]
fn the_last_element_as_a_whole() {
    let mut json = program();
    let last = json!({ "type": "stack_field", "value": ["labels", "last"] });
    json["actions"][0]["primitives"][12]["parameters"][1] = wrapped(last);
    let program = read(&json).unwrap();
    let kind = &program.actions[0].primitives[12].kind;
    let PrimitiveKind::AssignHeaderOf { source: HeaderExpr::Last(HeaderStackId(0)), .. } = kind else {
        panic!("{kind:?}");
    };
    let written = program.to_json();
    let op = &written["actions"][0]["primitives"][12]["parameters"][1]["value"]["value"]["op"];
    assert_eq!(op, "dereference_header_stack");
    assert_eq!(read(&written), Ok(program));
}

#[test]
fn contradictions_are_refused() {
    let refused = |expected: &str, change: &dyn Fn(&mut Value)| {
        let mut json = program();
        change(&mut json);
        let error = read(&json).unwrap_err().to_string();
        assert!(error.contains(expected), "{error}\n  wanted {expected}");
    };
    let with = |op: &'static str, parameters: Vec<Value>| {
        move |j: &mut Value| j["actions"][0]["primitives"][39] = primitive(op, parameters.clone())
    };
    let stack = of("header_stack", "labels");
    refused("a jump to primitive 41 of 40", &with("_jump", vec![hex(41)]));
    refused("refers to `field list 9`", &with("resubmit", vec![hex(9)]));
    refused("refers to `learn list 9`", &with("generate_digest", vec![hex(1), hex(9)]));
    refused("refers to `counter `none``", &with("count", vec![of("counter_array", "none"), hex(0)]));
    refused("counter `I.each` is direct", &with("count", vec![of("counter_array", "I.each"), hex(0)]));
    refused(
        "of type `register_array` instead of `counter_array`",
        &with("count", vec![of("register_array", "seen"), hex(0)]),
    );
    refused("a header stands where a value", &with("truncate", vec![wrapped(element())]));
    refused(
        "headers of two types",
        &with("assign_header", vec![of("header", "short[0]"), wrapped(element())]),
    );
    refused(
        "instead of `field`",
        &with(
            "register_read",
            vec![
                wrapped(operation("access_field", element(), json!(0))),
                of("register_array", "seen"),
                hex(0),
            ],
        ),
    );
    refused(
        "simple_switch compares",
        &with("assert", vec![wrapped(operation("b2d", Value::Null, operation("==", stack.clone(), stack)))]),
    );
    refused("field 99", &with("truncate", vec![wrapped(operation("access_field", element(), json!(99)))]));
    refused("several have the id 3", &|j| j["headers"][4]["id"] = json!(3));
    refused("refers to `header 77`", &|j| j["header_stacks"][0]["header_ids"][0] = json!(77));
    refused("an element is in a stack already", &|j| j["header_stacks"][1]["header_ids"][0] = json!(3));
    refused("an element is of another type", &|j| j["header_stacks"][1]["header_ids"][0] = json!(7));
    refused("it has 2 elements, but its size is 3", &|j| j["header_stacks"][1]["size"] = json!(3));
    refused("isn't of type `short`", &|j| j["header_unions"][0]["header_ids"] = json!([8, 7]));
    refused("`max_length` is missing", &|j| j["header_types"][4]["max_length"] = json!(0));
    refused("has members of 23 bits", &|j| j["parse_vsets"][0]["compressed_bitwidth"] = json!(23));
    refused("a masked value set", &|j| {
        j["parsers"][0]["parse_states"][0]["transitions"][0]["mask"] = json!("0x000000")
    });
    refused("expected `expression`", &|j| {
        j["parsers"][0]["parse_states"][0]["parser_ops"][3]["parameters"][1] = hex(8)
    });
    refused("extracted as a fixed one", &|j| {
        j["parsers"][0]["parse_states"][0]["parser_ops"][1]["parameters"][0]["value"][1] = json!("long")
    });
    refused("elements are more than", &|j| j["register_arrays"][0]["size"] = json!(4_000_000_000u32));
    refused("invalid meter type `bits`", &|j| j["meter_arrays"][1]["type"] = json!("bits"));
    refused("an element of type `hexstr`", &|j| j["learn_lists"][0]["elements"][0] = hex(1));
    refused("action profile `other`", &|j| j["pipelines"][0]["tables"][1]["action_profile"] = json!("other"));
    refused("a jump outside of an action", &|j| {
        j["parsers"][0]["parse_states"][0]["parser_ops"][6]["parameters"][0] =
            primitive("_jump", vec![hex(0)]);
    });
}
