//! No input makes the front end panic, and whatever it accepts can be printed and read again.

use hyper4_p4::{Options, Severity, compile_source, parse_source, print::print};
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// Tokens of all kinds, the rarer ones as often as the common ones.
const TOKENS: &[&str] = &[
    "header",
    "struct",
    "control",
    "parser",
    "state",
    "start",
    "transition",
    "select",
    "accept",
    "apply",
    "action",
    "table",
    "key",
    "actions",
    "entries",
    "const",
    "default",
    "default_action",
    "if",
    "else",
    "switch",
    "return",
    "exit",
    "for",
    "in",
    "inout",
    "out",
    "bit",
    "int",
    "bool",
    "varbit",
    "error",
    "tuple",
    "list",
    "enum",
    "typedef",
    "type",
    "extern",
    "package",
    "value_set",
    "void",
    "this",
    "true",
    "_",
    "x",
    "y",
    "h_t",
    "a_t",
    "1",
    "8w3",
    "0xF",
    "4s1",
    "\"s\"",
    "(",
    ")",
    "{",
    "}",
    "[",
    "]",
    "<",
    ">",
    "<<",
    "<=",
    ";",
    ",",
    ".",
    "..",
    "...",
    ":",
    "?",
    "@",
    "@name",
    "=",
    "==",
    "!",
    "!=",
    "~",
    "+",
    "++",
    "+:",
    "|+|",
    "-",
    "|-|",
    "*",
    "/",
    "%",
    "&",
    "&&",
    "&&&",
    "|",
    "||",
    "^",
    "#",
    "##",
    "\n#define x y\n",
    "\n#if 1\n",
    "\n#endif\n",
    "\n#include <core.p4>\n",
    "/*",
    "*/",
    "//",
    "\"",
    "\\",
    "$",
    "é",
];

const PROGRAMS: &[&str] = &[
    include_str!("../../../corpus/p4/ok/declarations.p4"),
    include_str!("../../../corpus/p4/ok/expressions.p4"),
    include_str!("../../../corpus/p4/ok/macros.p4"),
    include_str!("../../../corpus/p4/ok/tables.p4"),
    include_str!("../../../corpus/p4/ok/annotations.p4"),
    include_str!("../../../corpus/p4/ok/entries.p4"),
    include_str!("../../../corpus/p4/ok/functions.p4"),
    include_str!("../../../corpus/p4/ok/generics.p4"),
    include_str!("../../../corpus/p4/ok/initialisers.p4"),
    include_str!("../../../corpus/p4/ok/loops.p4"),
    include_str!("../../../corpus/p4/ok/nested_controls.p4"),
    include_str!("../../../corpus/p4/ok/parser_loop.p4"),
    include_str!("../../../corpus/p4/ok/preprocessor.p4"),
    include_str!("../../../corpus/p4/ok/priorities.p4"),
    include_str!("../../../corpus/p4/ok/switch_values.p4"),
    include_str!("../../../corpus/p4/ok/types.p4"),
];

/// Compiles, renders what was found, and checks that tree and errors fit together.
fn compile(text: &str) -> bool {
    let options = Options::default();
    let (tree, diagnostics) = parse_source("soup.p4", text, &options);
    for diagnostic in &diagnostics.list {
        assert!(!diagnostic.message.is_empty());
    }
    if !diagnostics.has_errors() {
        let printed = print(&tree);
        let (again, more) = parse_source("printed.p4", &printed, &options);
        assert!(!more.has_errors(), "{text}\n---\n{printed}\n---\n{}", more.render());
        assert_eq!(again, tree, "{text}\n---\n{printed}");
    }
    let (program, diagnostics) = compile_source("soup.p4", text, &options);
    let refused = diagnostics.list.iter().any(|diagnostic| diagnostic.severity == Severity::Error);
    assert_eq!(program.is_none(), refused, "{text}");
    assert_eq!(diagnostics.render().is_empty(), diagnostics.list.is_empty());
    program.is_some()
}

/// A change of a program: at a place, drop so many words and put others in.
fn change() -> impl Strategy<Value = (Index, usize, Vec<&'static str>)> {
    (any::<Index>(), 0..4usize, prop::collection::vec(select(TOKENS), 0..4))
}

/// Words, spaces kept as words of their own.
fn words(text: &str) -> Vec<&str> {
    let mut words = Vec::new();
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let alike = |letter: char| letter.is_alphanumeric() || letter == '_';
        let end = if alike(first) { rest.find(|letter| !alike(letter)) } else { Some(first.len_utf8()) };
        let (word, behind) = rest.split_at(end.unwrap_or(rest.len()));
        words.push(word);
        rest = behind;
    }
    words
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn token_soup(tokens in prop::collection::vec(select(TOKENS), 0..120)) {
        compile(&tokens.join(" "));
    }

    #[test]
    fn any_text(text in "\\PC{0,200}") {
        compile(&text);
    }

    #[test]
    fn changed_programs(program in select(PROGRAMS), changes in prop::collection::vec(change(), 1..4)) {
        let mut words = words(program);
        for (place, dropped, added) in &changes {
            let start = place.index(words.len());
            let end = (start + dropped).min(words.len());
            words.splice(start..end, added.iter().copied());
        }
        compile(&words.concat());
    }
}

#[test]
fn unchanged_programs_are_accepted() {
    for program in PROGRAMS {
        assert!(compile(program));
        assert_eq!(words(program).concat(), *program);
    }
}

#[test]
fn deep_and_long_inputs_end() {
    let deep = 5_000;
    for (open, middle, close) in [
        ("const int x = ", "(", "1"),
        ("const int x = ", "-", "1"),
        ("const int x = ", "{", "1"),
        ("const int x = 1", " + 1", ";"),
        ("const int x = a", ".b", ";"),
        ("const int x = a", "[1]", ";"),
        ("const int x = a", "(1)", ";"),
        ("const int x = ", "(bit<8>)", "1;"),
        ("const int x = ", "true ? 1 : ", "1;"),
        ("const ", "tuple<", "x"),
        ("const bit", "<(bit", ">"),
        ("const bit<8>", "[1]", " x = 1;"),
        ("control c() { apply ", "{", ""),
        ("control c() { apply { ", "if (true) ", ""),
        ("control c() { apply { if (true) ; ", "else if (true) ; ", "} }"),
        ("control c() { apply { ", "switch (x) { 1: { ", ""),
        ("control c() { apply { ", "for (;;) ", ""),
        ("", "T() x = { ", ""),
        ("", "@a(", ""),
        ("", "typedef ", ""),
        ("", "#if 1\n", ""),
        ("#if ", "(", "1\n#endif"),
        ("#if ", "!", "1\n#endif"),
        ("#define F(x) x\nconst int x = ", "F(", "1"),
        ("const bool x = true", " ? true : true", ";"),
        ("const bit<(", "1 + (", "x"),
        ("@a[", "{", "]"),
        ("#line 7\n", "#line 9 \"x.p4\"\n", "const int x = ;"),
        ("#define F(a, ...) a __VA_ARGS__\nconst int x = ", "F(1, ", "1"),
        ("struct s<T> { T x; } const ", "s<", "x"),
        ("control c(in bit<8> x) { apply { switch (x) { ", "1: ", "{ } } } }"),
        ("control c() { table t { key = { ", "x: exact; ", "} } apply { } }"),
        ("parser p() { ", "state start { transition start; } ", "}"),
    ] {
        compile(&format!("{open}{}{close}", middle.repeat(deep)));
    }
    let constants: String = (1..60).map(|i| format!("const int c{i} = c{} * c{};\n", i - 1, i - 1)).collect();
    compile(&format!("const int c0 = 3;\n{constants}"));
    let structs: String =
        (1..200).map(|i| format!("struct s{i}<T> {{ s{}<T> a; s{}<T> b; }}\n", i - 1, i - 1)).collect();
    compile(&format!("struct s0<T> {{ T a; }}\n{structs}struct last {{ s199<bit<8>> a; }}"));
}
