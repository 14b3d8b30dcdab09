use hyper4_bits::Bits;
use num_bigint::BigInt;
use proptest::prelude::*;
use serde_json::{Value, json};

use crate::fixture::program;
use crate::*;

fn read(json: &Value) -> Result<Program, IrError> {
    Program::from_json(&json.to_string())
}

#[test]
fn what_is_written_is_read_back() {
    let program = program();
    program.validate().unwrap();
    assert_eq!(read(&program.to_json()), Ok(program));
}

/// The fixture with more kinds of everything.
fn richer() -> Program {
    let mut program = program();
    let field = |header, field| FieldRef { header: HeaderId(header), field };
    let set = |value| ParserOp::Set { place: Place::Field(field(0, 1)), value };
    program.headers.push(Header { name: "ip2".into(), header_type: HeaderTypeId(3), metadata: false });
    program.header_types[3].fields.push(FieldType {
        name: "delta".into(),
        width: 7,
        signed: true,
        varbit: false,
    });
    program.header_types[3].fields.push(FieldType {
        name: "bit".into(),
        width: 1,
        signed: false,
        varbit: false,
    });
    program.parser.states[1].ops.extend([
        set(Expr::Field(field(3, 0))),
        ParserOp::SetLookahead { place: Place::Field(field(0, 0)), offset: 3, width: 9 },
        ParserOp::Verify {
            condition: Expr::Binary(
                BinaryOp::Or,
                Box::new(Expr::Unary(UnaryOp::Not, Box::new(Expr::Valid(HeaderId(3))))),
                Box::new(Expr::Bool(true)),
            ),
            error: Expr::Const(BigInt::from(2)),
        },
        ParserOp::Advance { bits: Expr::Const(BigInt::from(16)) },
    ]);
    program.parser.states[1].key =
        vec![SelectKey::Field(field(0, 1)), SelectKey::Lookahead { offset: 0, width: 3 }];
    program.parser.states[1].transitions.insert(
        0,
        Transition {
            matches: TransitionMatch::Values(vec![
                (Bits::from_u64(12, 0xaba), Bits::ones(12)),
                (Bits::from_u64(3, 3), Bits::from_u64(3, 3)),
            ]),
            next: Some(ParseStateId(1)),
        },
    );
    program.actions[1].primitives.extend(
        [
            PrimitiveKind::AssignHeader { destination: HeaderId(4), source: HeaderId(3) },
            PrimitiveKind::SetValid(HeaderId(4)),
            PrimitiveKind::SetInvalid(HeaderId(3)),
            PrimitiveKind::Hash {
                place: Place::Field(field(0, 1)),
                base: Expr::Const(BigInt::from(1)),
                calculation: CalculationId(0),
                modulus: Expr::Param(1),
            },
            PrimitiveKind::Exit,
        ]
        .map(|kind| Primitive { kind, source_info: None }),
    );
    program.tables[0].keys[1].mask = Some(Bits::from_u64(12, 0xf0f));
    program.tables[0].keys.push(TableKey {
        name: "ip.$valid$".into(),
        match_kind: MatchKind::Exact,
        field: field(3, 0),
        width: 1,
        mask: None,
        valid_of: Some(HeaderId(3)),
    });
    program.tables[1].next = TableNext::HitMiss { hit: Some(Node::Table(TableId(2))), miss: None };
    program.tables[1].hidden = true;
    program.tables[3].pipeline = PipelineKind::Egress;
    program.tables[3].default_entry = None;
    program.egress.start = Some(Node::Table(TableId(3)));
    let arguments = vec![Bits::from_u64(48, 1), Bits::from_u64(9, 511)];
    for (optional, priority) in [(None, 1), (Some(Bits::from_u64(128, 5)), 2)] {
        program.tables[2].const_entries.push(ConstEntry {
            key: vec![
                MatchValue::Ternary { value: Bits::from_u64(32, 7), mask: Bits::from_u64(32, 15) },
                MatchValue::Range { low: Bits::from_u64(8, 1), high: Bits::from_u64(8, 200) },
                MatchValue::Optional(optional),
            ],
            action: ActionId(1),
            arguments: arguments.clone(),
            priority,
            source_info: None,
        });
    }
    program.tables[3].const_entries.push(ConstEntry {
        key: vec![MatchValue::Lpm { value: Bits::ones(128), prefix_length: 77 }],
        action: ActionId(1),
        arguments,
        priority: 1,
        source_info: Some(SourceInfo {
            filename: "a.p4".into(),
            line: 1,
            column: 2,
            source_fragment: "x".into(),
        }),
    });
    program
}

#[test]
fn richer_programs_are_read_back() {
    let program = richer();
    program.validate().unwrap();
    let json = program.to_json();
    assert_eq!(read(&json), Ok(program));
    let case = &json["parsers"][0]["parse_states"][1]["transitions"][0];
    assert_eq!(case["value"], "0x0aba03", "each part of a key has its own bytes");
    assert_eq!(case["mask"], "0x0fff03");
}

#[test]
fn p4cs_ways_of_saying_it_are_understood() {
    let mut json = program().to_json();
    // The default case first, without a type, as old compilers had it.
    let transitions = &mut json["parsers"][0]["parse_states"][0]["transitions"];
    *transitions = json!([
        { "value": "default", "mask": null, "next_state": null },
        { "value": "0x0800", "mask": null, "next_state": "parse_ip" },
    ]);
    // Nested twice, and validity by field and by operator.
    let expression =
        |value: Value| json!({ "type": "expression", "value": { "type": "expression", "value": value } });
    let conditional = &mut json["pipelines"][0]["conditionals"][0]["expression"];
    *conditional =
        expression(json!({ "op": "valid", "left": null, "right": { "type": "header", "value": "ip" } }));
    // A `0x` less, an action by its name, a table without an alias for its key's name.
    json["actions"][0]["primitives"] = json!([{
        "op": "assign",
        "parameters": [
            { "type": "field", "value": ["scalars", "small"] },
            expression(json!({ "op": "b2d", "left": null, "right": {
                "type": "expression", "value": { "op": "==",
                    "left": { "type": "field", "value": ["ip", "$valid$"] },
                    "right": { "type": "hexstr", "value": "1" } } } })),
        ],
    }]);
    let table = &mut json["pipelines"][0]["tables"][1];
    table.as_object_mut().unwrap().remove("action_ids");
    table["key"][0].as_object_mut().unwrap().remove("name");
    let read = read(&json).unwrap();
    assert_eq!(read.parser, program().parser);
    assert_eq!(read.conditionals, program().conditionals);
    let valid = Expr::Unary(UnaryOp::BoolToData, Box::new(Expr::Valid(HeaderId(3))));
    let one = Expr::Const(BigInt::from(1));
    let equal = Expr::Binary(BinaryOp::Eq, Box::new(valid), Box::new(one));
    let assigned = Expr::Unary(UnaryOp::BoolToData, Box::new(equal));
    let PrimitiveKind::Assign { value, .. } = &read.actions[0].primitives[0].kind else { panic!() };
    assert_eq!(*value, assigned);
    assert_eq!(read.tables[1].actions, program().tables[1].actions);
}

/// What `change` makes of the fixture's JSON is refused with these words.
fn refused(expected: &str, change: impl FnOnce(&mut Value)) {
    let mut json = richer().to_json();
    change(&mut json);
    let error = read(&json).unwrap_err();
    assert!(error.to_string().contains(expected), "{error}\n  wanted {expected}");
}

#[test]
fn other_versions_and_shapes_are_refused() {
    assert!(matches!(Program::from_json("{"), Err(IrError::Json { .. })));
    assert!(matches!(Program::from_json("[]"), Err(IrError::Json { .. })));
    assert!(matches!(Program::from_json("{}"), Err(IrError::Json { .. })));
    refused("bmv2 JSON of version 3.0 can't be read, only 2.0 to 2.24", |j| {
        j["__meta__"]["version"] = json!([3, 0]);
    });
    refused("of version 2.25 can't", |j| j["__meta__"]["version"] = json!([2, 25]));
    refused("not bmv2 JSON", |j| j["actions"] = json!(7));
}

#[test]
fn what_the_ir_does_not_carry_is_refused_and_named() {
    let unsupported = |what: &str, change: fn(&mut Value)| {
        let mut json = richer().to_json();
        change(&mut json);
        let error = read(&json).unwrap_err();
        assert!(matches!(error, IrError::Unsupported { .. }), "{error}");
        assert!(error.to_string().contains(what), "{error}\n  wanted {what}");
    };
    unsupported("`extern_instances` is not carried", |j| j["extern_instances"] = json!([{ "name": "e" }]));
    unsupported("`what_is_that` is not carried", |j| j["what_is_that"] = json!(1));
    unsupported("action `MyIngress.drop` is not supported: primitive `send_to_controller`", |j| {
        j["actions"][0]["primitives"] = json!([{ "op": "send_to_controller", "parameters": [] }]);
    });
    unsupported("primitive `add_header_fast`", |j| {
        j["actions"][0]["primitives"] =
            json!([{ "op": "add_header_fast", "parameters": [{ "type": "header", "value": "ip" }] }]);
    });
    unsupported("an action profile of its own", |j| {
        j["pipelines"][0]["tables"][0]["type"] = json!("indirect")
    });
    unsupported("a register in an expression", |j| {
        j["pipelines"][0]["conditionals"][0]["expression"]["value"]["right"] =
            json!({ "type": "register", "value": ["r", { "type": "hexstr", "value": "0x1" }] });
    });
    unsupported("`_jump` with a number that isn't constant", |j| {
        j["actions"][1]["primitives"] =
            json!([{ "op": "_jump", "parameters": [{ "type": "runtime_data", "value": 0 }] }]);
    });
    unsupported("it is direct, but of no table", |j| {
        j["counter_arrays"] = json!([{ "name": "c", "id": 0, "is_direct": true }]);
    });
    unsupported("`length_exp`: how long a field is", |j| j["header_types"][2]["length_exp"] = json!({}));
    unsupported("saturates", |j| {
        j["header_types"][2]["fields"][0].as_array_mut().unwrap().push(json!(true));
    });
    unsupported("algorithm `random`", |j| j["calculations"][0]["algo"] = json!("random"));
    unsupported("checksum of type `ipv4`", |j| j["checksums"][0]["type"] = json!("ipv4"));
    unsupported("match type `valid`", |j| {
        j["pipelines"][0]["tables"][0]["key"][0]["match_type"] = json!("valid");
    });
    unsupported("2 parsers", |j| {
        let parser = j["parsers"][0].clone();
        j["parsers"].as_array_mut().unwrap().push(parser);
    });
}

#[test]
fn contradictions_are_refused_and_named() {
    refused("`7` is no name", |j| {
        let op = &mut j["parsers"][0]["parse_states"][0]["parser_ops"][0]["parameters"][0];
        *op = json!({ "type": "stack", "value": 7 });
    });
    refused("`extract_VL` with 1 parameters", |j| {
        j["parsers"][0]["parse_states"][0]["parser_ops"][0]["op"] = json!("extract_VL");
    });
    refused("table `MyIngress.exact` refers to `direct meter `meter``", |j| {
        j["pipelines"][0]["tables"][0]["direct_meters"] = json!("meter");
    });
    refused("a value stands where a stack is wanted", |j| {
        j["pipelines"][0]["conditionals"][0]["expression"]["value"]["op"] = json!("last_stack_index");
        j["pipelines"][0]["conditionals"][0]["expression"]["value"]["right"]["value"] = json!(["ip", "ttl"]);
    });
    refused("expected 2 but got 1", |j| {
        j["actions"][0]["primitives"] = json!([{ "op": "assign", "parameters": [1] }]);
    });
    refused("action `MyIngress.forward` refers to `eth.dest`, which doesn't exist", |j| {
        j["actions"][1]["primitives"][0]["parameters"][0]["value"] = json!(["eth", "dest"]);
    });
    refused("parse state `start` refers to `parse_ipv6`", |j| {
        j["parsers"][0]["parse_states"][0]["transitions"][0]["next_state"] = json!("parse_ipv6");
    });
    refused("case `0x800` must have 3 bytes", |j| {
        j["parsers"][0]["parse_states"][1]["transitions"][0]["value"] = json!("0x800");
    });
    refused("case 0xfaba can't match a key of 12 bits", |j| {
        j["parsers"][0]["parse_states"][1]["transitions"][0]["value"] = json!("0xfaba03");
    });
    refused("table `MyIngress.exact` refers to `node_9`", |j| {
        j["pipelines"][0]["tables"][0]["base_default_next"] = json!("node_9");
    });
    refused("its successors lead back to it", |j| {
        j["pipelines"][0]["conditionals"][0]["true_next"] = json!("MyIngress.exact");
    });
    refused("goes on in the other pipeline", |j| {
        j["pipelines"][0]["conditionals"][0]["true_next"] = json!("Other.lpm");
    });
    refused("a number stands where a truth value is wanted", |j| {
        j["pipelines"][0]["conditionals"][0]["expression"] = json!({ "type": "hexstr", "value": "0x1" });
    });
    refused("a truth value stands where a number is wanted", |j| {
        j["actions"][1]["primitives"][0]["parameters"][1] =
            json!({ "type": "expression", "value": { "type": "bool", "value": true } });
    });
    refused("don't fill bytes", |j| j["header_types"][2]["fields"][0][1] = json!(47));
    refused("refers to `standard_metadata.egress_spec`", |j| {
        j["header_types"][1]["fields"][1][0] = json!("egress");
    });
    refused("2 arguments for an action with 0 parameters", |j| {
        j["pipelines"][0]["tables"][0]["default_entry"]["action_data"] = json!(["0x1", "0x2"]);
    });
    refused("it is ternary, but its keys make it range", |j| {
        j["pipelines"][0]["tables"][2]["match_type"] = json!("ternary");
    });
    refused("refers to `parameter 2`", |j| {
        j["actions"][1]["primitives"][0]["parameters"][1]["value"] = json!(2);
    });
    refused("`0xzz` is no hexadecimal number", |j| {
        j["pipelines"][0]["tables"][2]["entries"][0]["action_entry"]["action_data"][0] = json!("0xzz");
    });
    refused("a constant entry doesn't fit", |j| {
        j["pipelines"][1]["tables"][0]["entries"][0]["match_key"][0]["prefix_length"] = json!(129);
    });
    refused("node `node_2`: two tables or conditions have that name", |j| {
        j["pipelines"][0]["tables"][1]["name"] = json!("node_2");
    });
}

fn expression() -> impl Strategy<Value = Expr> {
    let field = |header, field| Expr::Field(FieldRef { header: HeaderId(header), field });
    let leaf = prop_oneof![
        any::<i128>().prop_map(|n| Expr::Const(BigInt::from(n))),
        Just(field(0, 0)),
        Just(field(3, 2)),
        Just(field(3, 3)),
        (0..2usize).prop_map(Expr::Param),
    ];
    leaf.prop_recursive(6, 40, 3, |inner| {
        let numeric =
            super::expressions::BINARY.map(|(_, op)| op).into_iter().chain([BinaryOp::TwosComplement]);
        let numeric: Vec<BinaryOp> = numeric.filter(|op| !op.is_truth()).collect();
        let compare =
            vec![BinaryOp::Eq, BinaryOp::Ne, BinaryOp::Lt, BinaryOp::Le, BinaryOp::Gt, BinaryOp::Ge];
        let binary = |op, a, b| Expr::Binary(op, Box::new(a), Box::new(b));
        let unary = |op, a| Expr::Unary(op, Box::new(a));
        let truth = prop_oneof![
            any::<bool>().prop_map(Expr::Bool),
            Just(Expr::Valid(HeaderId(3))),
            (prop::sample::select(compare), inner.clone(), inner.clone())
                .prop_map(move |(op, a, b)| binary(op, a, b)),
            inner.clone().prop_map(move |a| unary(UnaryOp::DataToBool, a)),
        ];
        let joined = (truth.clone(), truth.clone(), 0..4u8).prop_map(move |(a, b, which)| match which {
            0 => binary(BinaryOp::And, a, b),
            1 => binary(BinaryOp::Or, a, b),
            2 => binary(BinaryOp::Ne, a, b),
            _ => unary(UnaryOp::Not, a),
        });
        prop_oneof![
            (prop::sample::select(numeric), inner.clone(), inner.clone())
                .prop_map(move |(op, a, b)| binary(op, a, b)),
            inner.clone().prop_map(move |a| unary(UnaryOp::BitNot, a)),
            inner.clone().prop_map(move |a| unary(UnaryOp::Neg, a)),
            joined.prop_map(move |a| unary(UnaryOp::BoolToData, a)),
            (truth, inner.clone(), inner).prop_map(|(c, a, b)| Expr::Ternary(
                Box::new(c),
                Box::new(a),
                Box::new(b)
            )),
        ]
    })
}

proptest! {
    #[test]
    fn expressions_are_read_back(value in expression(), condition in expression()) {
        let mut program = richer();
        let assigned = PrimitiveKind::Assign { place: Place::Field(FieldRef { header: HeaderId(0), field: 0 }), value };
        program.actions[1].primitives.push(Primitive { kind: assigned, source_info: None });
        let without_parameters = !format!("{condition:?}").contains("Param");
        if without_parameters {
            program.conditionals[0].expression = Expr::Unary(UnaryOp::DataToBool, Box::new(condition));
        }
        prop_assert_eq!(program.validate(), Ok(()));
        prop_assert_eq!(read(&program.to_json()), Ok(program));
    }

    #[test]
    fn damaged_json_never_panics(position in any::<prop::sample::Index>(), byte in any::<u8>()) {
        let mut text = richer().to_json().to_string().into_bytes();
        let position = position.index(text.len());
        text[position] = byte;
        let _ = Program::from_json(&String::from_utf8_lossy(&text));
    }
}

/// Expressions nest as deep as simple_switch reads them, and no deeper.
#[test]
fn deep_expressions_are_read() {
    let deep = |levels: usize| {
        let mut json = richer().to_json();
        let condition = &mut json["pipelines"][0]["conditionals"][0]["expression"];
        for _ in 0..levels {
            *condition = json!({ "type": "expression", "value": { "op": "not", "left": null, "right": condition.take() } });
        }
        json.to_string()
    };
    let program = Program::from_json(&deep(400)).unwrap();
    assert_eq!(Program::from_json(&program.to_json().to_string()).unwrap(), program);
    let error = Program::from_json(&deep(600)).unwrap_err();
    assert!(error.to_string().contains("more than 1000 levels deep"), "{error}");
    // Brackets in strings are no levels.
    let text = format!("{{ \"x\": \"{}\\\"[\" }}", "[".repeat(2000));
    let error = Program::from_json(&text).unwrap_err();
    assert!(!error.to_string().contains("levels"), "{error}");
}
