use num_bigint::BigInt;

use crate::typed::{ExpressionKind, Program, StatementKind, Type};
use crate::{Options, compile_source};

/// A program whose ingress has this body, with `bit<8> x`, `int<8> i`, `bool f` and `bit<32> w` at hand.
fn program(declarations: &str, body: &str) -> Program {
    let text = format!(
        "#include <v1model.p4>
        struct headers_t {{ }}
        struct metadata_t {{ bit<8> x; int<8> i; bool f; bit<32> w; }}
        {declarations}
        parser P(packet_in b, out headers_t h, inout metadata_t m, inout standard_metadata_t s) {{
            state start {{ transition accept; }}
        }}
        control N(inout headers_t h, inout metadata_t m) {{ apply {{ }} }}
        control I(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {{
            bit<8> x; int<8> i; bool f; bit<32> w;
            apply {{ {body} }}
        }}
        control E(inout headers_t h, inout metadata_t m, inout standard_metadata_t s) {{ apply {{ }} }}
        control D(packet_out b, in headers_t h) {{ apply {{ }} }}
        V1Switch(P(), N(), I(), E(), N(), D()) main;"
    );
    let (program, diagnostics) = compile_source("t.p4", &text, &Options::default());
    program.unwrap_or_else(|| panic!("{}", diagnostics.render()))
}

/// The value of `target = value;` in the ingress.
fn assigned(declarations: &str, target: &str, value: &str) -> ExpressionKind {
    let program = program(declarations, &format!("{target} = {value};"));
    match program.controls["I"].apply.first().map(|statement| statement.kind.clone()) {
        Some(StatementKind::Assign(_, value)) => value.kind,
        other => panic!("{other:?}"),
    }
}

#[test]
fn constants_are_folded() {
    let declarations = "const bit<8> A = 250; const int B = 7; enum bit<8> Z { e = 3 }";
    for (target, value, expected) in [
        ("x", "A + 10", 4),
        ("x", "B * 5 - 3", 32),
        ("x", "-1", 255),
        ("x", "~8w1", 254),
        ("x", "8w200 |+| 100", 255),
        ("x", "8w2 |-| 3", 0),
        ("i", "8s100 |+| 100", 127),
        ("i", "8s127 + 1", -128),
        ("x", "1 << 3", 8),
        ("x", "8w1 << 9", 0),
        ("i", "-8s4 >> 1", -2),
        ("w", "16w0xAB ++ 16w0xCD", 0xAB_00CD),
        ("x", "A[7:4] == 15 ? 8w1 : 2", 1),
        ("x", "(bit<8>)16w0x1234", 0x34),
        ("x", "(bit<8>)(bit<1>)true", 1),
        ("x", "B / 2 % 2", 1),
        ("x", "Z.e", 3),
        ("w", "(bit<32>)A[5+:3]", 7),
    ] {
        let found = assigned(declarations, target, value);
        let value_found = match &found {
            ExpressionKind::Integer(value) => Some(value.clone()),
            ExpressionKind::Cast(inner) => inner.integer().cloned(),
            _ => None,
        };
        assert_eq!(value_found, Some(BigInt::from(expected)), "{value}: {found:?}");
    }
    assert!(matches!(assigned("", "f", "1 < 2 && !(3 == 4)"), ExpressionKind::Bool(true)));
}

#[test]
fn literals_take_the_type_of_the_other_side() {
    let ExpressionKind::Binary(_, left, right) = assigned("", "x", "1 + x") else { panic!() };
    assert_eq!((left.ty, right.ty), (Type::Bit(8), Type::Bit(8)));
}

#[test]
fn type_parameters_are_inferred() {
    let program = program("", "hash(x, HashAlgorithm.crc16, 16w0, { w, x }, 32w4); random(x, 0, 9);");
    let types: Vec<Vec<String>> = program.controls["I"]
        .apply
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::Call(call) => Some(call.types.iter().map(ToString::to_string).collect()),
            _ => None,
        })
        .collect();
    assert_eq!(types, [vec!["bit<8>", "bit<16>", "tuple<bit<32>, bit<8>>", "bit<32>"], vec!["bit<8>"]]);
}

#[test]
fn names_for_the_control_plane() {
    let declarations = "action top() { }
        control Sub(inout bit<8> x) { action a() { } table t { key = { x[3:0]: exact; } actions = { a; top; } } apply { t.apply(); } }
        control Other(inout bit<8> x) { @name(\".abs\") action a() { } @name(\"n\") table t { actions = { a; } } apply { t.apply(); } }";
    let program = program(declarations, "");
    let table = |control: &str| program.controls[control].tables[0].clone();
    assert_eq!(&*table("Sub").control_plane_name, "Sub.t");
    assert_eq!(&*table("Sub").keys[0].control_plane_name, "x[3:0]");
    assert_eq!(&*table("Sub").actions[0].call.action.control_plane_name, "Sub.a");
    assert_eq!(&*table("Sub").actions[1].call.action.control_plane_name, "top");
    assert_eq!(&*table("Other").control_plane_name, "Other.n");
    assert_eq!(&*table("Other").actions[0].call.action.control_plane_name, "abs");
    assert_eq!(&*table("Other").default_action.as_ref().unwrap().action.name, "NoAction");
}

#[test]
fn structures_that_double_are_refused() {
    let structs: String = (1..60).map(|i| format!("struct s{i} {{ s{} a; s{} b; }}", i - 1, i - 1)).collect();
    let text = format!("struct s0 {{ bit<8> x; }} {structs}");
    let (program, diagnostics) = compile_source("t.p4", &text, &Options::default());
    assert!(program.is_none());
    assert_eq!(diagnostics.list[0].message, "this type has more than 65536 parts");
}
