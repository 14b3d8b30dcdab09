use num_bigint::BigInt;

use super::*;
use crate::{Options, parse_source};

#[test]
fn literals() {
    for (text, value, width) in [
        ("0", 0, None),
        ("1_000", 1000, None),
        ("0x1F", 31, None),
        ("0b1010_1010", 170, None),
        ("0o17", 15, None),
        ("0d19", 19, None),
        ("8w255", 255, Some((8, false))),
        ("4s0b0111", 7, Some((4, true))),
        ("16w0xBEEF", 0xBEEF, Some((16, false))),
    ] {
        let literal = literal(text).unwrap();
        assert_eq!((literal.value, literal.width), (BigInt::from(value), width), "{text}");
    }
    for text in ["", "0x", "0xZ", "1a", "w1", "8w", "0w1", "8x1", "99999999999w1", "_1", "0b2", "8w_", "-1"] {
        assert!(literal(text).is_err(), "{text}");
    }
}

#[test]
fn positions_survive_macros_and_includes() {
    let text = "#define BAD(x) const bit<8> a = x +;\n#define N 3\n#include <core.p4>\nconst bit<8> b = N +;\n   BAD(1)\n";
    let (_, diagnostics) = parse_source("t.p4", text, &Options::default());
    let places: Vec<String> =
        diagnostics.list.iter().map(|d| diagnostics.position(d).unwrap().to_string()).collect();
    assert_eq!(places, ["t.p4:4:21", "t.p4:5:4"]);
}

#[test]
fn what_follows_an_error_is_still_read() {
    let text = "header a_t { bit<8> x }\nconst int = 1;\ncontrol c() { apply { x = ; y = 1; } }\nstruct s_t { bit<8> y; }\n";
    let (tree, diagnostics) = parse_source("t.p4", text, &Options::default());
    assert_eq!(diagnostics.list.len(), 3, "{}", diagnostics.render());
    let names: Vec<&str> = tree.declarations.iter().map(|d| &*d.name.text).collect();
    assert_eq!(names, ["a_t", "c", "s_t"]);
}

#[test]
fn a_name_declared_as_a_type_makes_a_cast() {
    let text = "typedef bit<8> t;\nconst bit<8> a = (t)-1;\nconst bit<8> v = 1;\nconst bit<8> b = (v)-1;\n";
    let (tree, diagnostics) = parse_source("t.p4", text, &Options::default());
    assert!(diagnostics.list.is_empty(), "{}", diagnostics.render());
    let kinds: Vec<bool> = tree
        .declarations
        .iter()
        .filter_map(|declaration| match &declaration.kind {
            crate::ast::DeclarationKind::Constant(_, value) => {
                Some(matches!(value.kind, crate::ast::ExpressionKind::Cast(..)))
            }
            _ => None,
        })
        .collect();
    assert_eq!(kinds, [true, false, false]);
}

#[test]
fn unknown_characters_are_for_annotations_alone() {
    let text = "@a(it's $5 (say)) const bit<8> a = 1;\nconst bit<8> b = $ 2;\n";
    let (tree, diagnostics) = parse_source("t.p4", text, &Options::default());
    let messages: Vec<&str> = diagnostics.list.iter().map(|d| &*d.message).collect();
    assert_eq!(messages, ["`$` starts nothing that P4 knows"]);
    assert_eq!(tree.declarations.len(), 2);
}

#[test]
fn arrays_may_be_declared_behind_the_name() {
    let text = "struct s { bit<8> a[4]; }\nstruct t { bit<8>[4] a; }\n";
    let (tree, diagnostics) = parse_source("t.p4", text, &Options::default());
    assert!(diagnostics.list.is_empty(), "{}", diagnostics.render());
    let fields: Vec<_> = tree
        .declarations
        .iter()
        .filter_map(|declaration| match &declaration.kind {
            crate::ast::DeclarationKind::Structure(structure) => structure.fields.first(),
            _ => None,
        })
        .collect();
    assert_eq!(fields.len(), 2);
    assert_eq!(fields.first(), fields.last());
}
