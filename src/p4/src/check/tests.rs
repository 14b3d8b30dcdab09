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

/// The first error of a program.
fn first_error(text: &str) -> String {
    let (_, diagnostics) = compile_source("t.p4", text, &Options::default());
    diagnostics.errors().next().map(|error| error.message.clone()).unwrap_or_default()
}

#[test]
fn type_arguments_make_one_declaration_each() {
    let declarations = "T pick<T>(in T a, in T b) { return a; }
        header h_t<T> { T v; }
        control Sub<T>(inout T x)(T start) { apply { x = start; } }
        control Other(inout bit<8> x, inout bit<16> y) {
            Sub<bit<8>>(1) one; Sub(8w2) two; Sub<bit<16>>(3) three;
            apply { one.apply(x); two.apply(x); three.apply(y); x = pick(x, 1); y = pick(16w1, y); x = pick<bit<8>>(2, 3); }
        }";
    let program = program(declarations, "");
    let controls: Vec<&str> = program.controls.keys().map(|name| &**name).collect();
    assert!(controls.contains(&"Sub<bit<8>>") && controls.contains(&"Sub<bit<16>>"), "{controls:?}");
    assert_eq!(controls.iter().filter(|name| name.starts_with("Sub")).count(), 2);
    let functions: Vec<&str> = program.functions.iter().map(|function| &*function.name).collect();
    assert_eq!(functions, ["pick<bit<8>>", "pick<bit<16>>"]);
}

#[test]
fn specialised_structures_have_p4c_names() {
    let declarations = "struct pair_t<A, B> { A a; B b; } header one_t<T> { T v; } struct all_t { pair_t<bit<8>, bool> p; one_t<int<4>> o; tuple<pair_t<bit<1>, tuple<bit<2>>>> t; }";
    let program = program(declarations, "");
    let names: Vec<String> =
        program.structures.values().filter(|s| !s.arguments.is_empty()).map(|s| s.flat_name()).collect();
    assert_eq!(names, ["pair_t_bit8_bool", "one_t_int4", "pair_t_bit1_tuple_bit2"]);
}

#[test]
fn arguments_that_are_left_out_have_their_default_values() {
    let declarations = "bit<8> three(in bit<8> a, in bit<8> b = 7, in bit<8> c = 9) { return a; }";
    let ExpressionKind::Call(call) = assigned(declarations, "x", "three(c = 1, a = x)") else { panic!() };
    let values: Vec<Option<BigInt>> = call
        .arguments
        .iter()
        .map(|argument| argument.value.as_ref().and_then(|value| value.integer().cloned()))
        .collect();
    assert_eq!(values, [None, Some(BigInt::from(7)), Some(BigInt::from(1))]);
}

#[test]
fn entries_have_the_priorities_that_follow() {
    let table = |entries: &str| {
        let declarations = format!(
            "control T(inout bit<8> x) {{ action a() {{ }} table t {{ key = {{ x: ternary; }} actions = {{ a; NoAction; }} {entries} }} apply {{ t.apply(); }} }}"
        );
        let program = program(&declarations, "");
        let table = program.controls["T"].tables[0].clone();
        table.entries.iter().map(|entry| entry.priority.clone().map(|p| p.to_string())).collect::<Vec<_>>()
    };
    let of = |priorities: &[&str]| priorities.iter().map(|p| Some((*p).to_owned())).collect::<Vec<_>>();
    assert_eq!(table("entries = { 1: a(); 2: a(); 3: a(); }"), of(&["3", "2", "1"]));
    assert_eq!(table("largest_priority_wins = false; entries = { 1: a(); 2: a(); }"), of(&["1", "2"]));
    assert_eq!(
        table("priority_delta = 10; entries = { priority = 50: 1: a(); 2: a(); priority = 17: 3: a(); }"),
        of(&["50", "40", "17"])
    );
    assert_eq!(table("const entries = { 1: a(); }"), [None]);
}

#[test]
fn what_would_never_end_is_refused() {
    let functions: String =
        (1..40).map(|i| format!("void f{i}<T>(in T x) {{ f{}((tuple<T, bit<8>>){{ x, 1 }}); f{}((tuple<T, bit<4>>){{ x, 1 }}); }}", i - 1, i - 1)).collect();
    let text =
        format!("void f0<T>(in T x) {{ }} {functions} control c(in bit<8> x) {{ apply {{ f39(x); }} }}");
    assert!(
        first_error(&text).starts_with("there are too many specialised declarations"),
        "{}",
        first_error(&text)
    );
    // Each level nests on the stack of the one that uses it.
    let nested: String = (1..60)
        .map(|i| {
            let (open, close) = ("if (true) {".repeat(90), "}".repeat(90));
            format!("void f{i}<T>(in T x) {{ {open} f{}((tuple<T>){{ x }}); {close} }}", i - 1)
        })
        .collect();
    let text = format!("void f0<T>(in T x) {{ }} {nested} control c(in bit<8> x) {{ apply {{ f59(x); }} }}");
    assert!(first_error(&text).starts_with("there are too many specialised"), "{}", first_error(&text));
    let chain: String =
        (1..2000).map(|i| format!("bit<8> f{i}(in bit<8> x) {{ return f{}(x); }}", i - 1)).collect();
    let text = format!("bit<8> f0(in bit<8> x) {{ return x; }} {chain}");
    assert_eq!(first_error(&text), "functions call each other more than 512 levels deep");
    let chain: String = (1..2000).map(|i| format!("action a{i}() {{ a{}(); }}", i - 1)).collect();
    let text = format!("action a0() {{ }} {chain} control c() {{ apply {{ a1999(); }} }}");
    assert_eq!(first_error(&text), "actions call each other more than 512 levels deep");
    let chain: String =
        (1..2000).map(|i| format!("control c{i}() {{ c{}() c; apply {{ c.apply(); }} }}", i - 1)).collect();
    let text = format!("control c0() {{ apply {{ }} }} {chain}");
    assert_eq!(first_error(&text), "controls apply each other more than 512 levels deep");
    // Blocks around a call are levels, too.
    let (open, close) = ("if (true) {".repeat(90), "}".repeat(90));
    let chain: String = (1..20).map(|i| format!("void f{i}() {{ {open} f{}(); {close} }}", i - 1)).collect();
    let text = format!("void f0() {{ }} {chain}");
    assert_eq!(first_error(&text), "functions call each other more than 512 levels deep");
    let chain: String = (1..2000).map(|i| format!("struct s{i} {{ s{} x; }}", i - 1)).collect();
    let text = format!("struct s0 {{ bit<8> x; }} {chain}");
    assert_eq!(first_error(&text), "types are nested more than 256 levels deep");
    let uses = "a = A;".repeat(200);
    let text =
        format!("const bit<8>[60000] A = ...; control c(inout bit<8>[60000] a) {{ apply {{ {uses} }} }}");
    assert!(first_error(&text).contains("too many elements in all"), "{}", first_error(&text));
}

#[test]
fn an_index_with_side_effects_is_evaluated_once() {
    let declarations = "extern bit<8> next(); struct a_t { bit<8>[4] v; }";
    let program = program(declarations, "a_t a; a.v[next()] += 1; a.v[x] += 1;");
    let kinds: Vec<bool> = program.controls["I"]
        .apply
        .iter()
        .filter_map(|statement| match &statement.kind {
            StatementKind::AssignOp(..) => Some(true),
            StatementKind::Assign(..) => Some(false),
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [true, false]);
}

#[test]
fn keys_have_p4c_names() {
    let declarations = "header k_t { @name(\".abs\") bit<8> g; @name(\"z\") bit<8> r; bit<8> p; }
        struct ks_t { k_t[2] s; k_t h; }
        control K(inout ks_t k) { action a() { } table t { key = { k.h.p: exact; k.h.g: exact; k.h.r: exact; k.s[1].p: exact; k.h.isValid(): exact; k.h.p[3:0]: exact; k.h.p & 0xF: exact; } actions = { a; NoAction; } } apply { t.apply(); } }";
    let program = program(declarations, "");
    let names: Vec<String> =
        program.controls["K"].tables[0].keys.iter().map(|key| key.control_plane_name.to_string()).collect();
    assert_eq!(names, ["k.h.p", "abs", "k.h.z", "k.s[1].p", "k.h.$valid$", "k.h.p[3:0]", "k.h.p & 15"]);
}
