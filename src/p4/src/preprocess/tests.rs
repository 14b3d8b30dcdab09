use super::*;

fn run(text: &str) -> (String, Vec<String>) {
    let mut sources = SourceMap::new();
    let mut diagnostics = Vec::new();
    let file = sources.add("t.p4", text);
    let tokens = preprocess(file, &Setup::default(), &mut sources, &mut diagnostics);
    let words: Vec<&str> =
        tokens.iter().filter(|token| token.kind != TokenKind::End).map(|token| &*token.text).collect();
    (words.join(" "), diagnostics.into_iter().map(|diagnostic| diagnostic.message).collect())
}

fn ok(text: &str) -> String {
    let (tokens, errors) = run(text);
    assert!(errors.is_empty(), "{errors:?}");
    tokens
}

#[test]
fn object_macros_are_replaced_and_undefined() {
    assert_eq!(ok("#define A B 1\n#define B 2\nA x\n#undef B\nA\n"), "2 1 x B 1");
}

#[test]
fn a_macro_does_not_expand_itself() {
    assert_eq!(ok("#define A A B\n#define B A\nA B"), "A A B B".replace("A A B B", "A A A B"));
}

#[test]
fn function_macros_paste_stringify_and_span_lines() {
    assert_eq!(
        ok("#define T(N, W) table t_##N { bit<W> f##N##_x; }\nT(1,\n 8) #define\n"
            .trim_end_matches("#define\n")),
        "table t_1 { bit < 8 > f1_x ; }"
    );
    assert_eq!(ok("#define S(x) #x\nS(a b)"), "\"a b\"");
    assert_eq!(ok("#define F(x) x\n#define G F\nG(3) F"), "3 F");
    assert_eq!(ok("#define F() 7\nF()"), "7");
    assert_eq!(ok("#define LONG a \\\n  b\nLONG c"), "a b c");
}

#[test]
fn arguments_are_expanded_unless_pasted() {
    assert_eq!(ok("#define N 3\n#define P(a) x##a a\nP(N)"), "xN 3");
}

#[test]
fn variadic_macros_take_what_is_left() {
    assert_eq!(ok("#define F(a, ...) a(__VA_ARGS__)\nF(x, 1, 2) F(x)"), "x ( 1 , 2 ) x ( )");
    assert_eq!(ok("#define F(a, rest...) a rest\nF(x, 1, 2)"), "x 1 , 2");
    assert_eq!(ok("#define F(a, ...) a(0, ## __VA_ARGS__)\nF(x, 1) F(x)"), "x ( 0 , 1 ) x ( 0 )");
}

#[test]
fn stringified_tokens_keep_their_spaces() {
    assert_eq!(ok("#define S(x) #x\nS(a+b   c)"), "\"a+b c\"");
}

#[test]
fn lines_can_be_numbered_anew() {
    assert_eq!(ok("#line 40\n__LINE__\n__LINE__\n# 7 \"other.p4\"\n__LINE__"), "40 41 7");
    let text = "const bit<8> a = 1;\n#line 40 \"made.p4\"\n\nconst bit<8> b = ;\n";
    let (_, diagnostics) = crate::parse_source("t.p4", text, &crate::Options::default());
    let places: Vec<String> =
        diagnostics.list.iter().map(|d| diagnostics.position(d).unwrap().to_string()).collect();
    assert_eq!(places, ["made.p4:41:18"]);
    assert!(diagnostics.render().contains("41 | const bit<8> b = ;"), "{}", diagnostics.render());
}

#[test]
fn conditions_choose() {
    let text = "#define V 20200408\n#if V >= 20200408 && defined(V) && !defined W\nnew\n#elif 1\nx\n#else\nold\n#endif\n#ifndef V\ny\n#endif";
    assert_eq!(ok(text), "new");
    assert_eq!(ok("#if (1 + 2 * 3) == 7 && (8 >> 1) == 4 && (1 << 2) >= 4\nyes\n#endif"), "yes");
    assert_eq!(ok("#if 0\n#if 1\na\n#else\nb\n#endif\n#elif 0x10 == 16\nc\n#endif"), "c");
}

#[test]
fn lines_and_comments() {
    assert_eq!(ok("a // b\n/* c \n * d */ __LINE__ e"), "a 3 e");
}

#[test]
fn faults_are_reported() {
    for (text, expected) in [
        ("#if 1\nx", "this `#if` has no `#endif`"),
        ("#endif", "this `#endif` has no `#if`"),
        ("#else", "this `#else` has no `#if`"),
        ("#incldue <core.p4>", "`#incldue` is no directive"),
        ("#include <nothere.p4>", "can't include `nothere.p4`: there is no such file in the include path"),
        ("#error no good", "#error: no good"),
        ("#define F(a) a\nF(1, 2)", "macro `F` takes 1 argument, not 2"),
        ("#define F(a) a\nF(1", "the arguments of macro `F` have no `)`"),
        ("#if +\n#endif", "the condition of `#if` is no integer expression"),
        ("/* x", "this comment does not end"),
        ("\"a", "this string does not end"),
        ("#define", "expected the name of a macro behind `#define`"),
        ("#if 1/0\n#endif", "the condition of `#if` is no integer expression"),
    ] {
        let (_, errors) = run(text);
        assert!(errors.iter().any(|error| error == expected), "{text}: {errors:?}");
    }
}

#[test]
fn explosive_macros_are_stopped() {
    let mut text = String::from("#define A0 x x x x x x x x x x\n");
    for level in 1..20 {
        let below = format!("A{} ", level - 1).repeat(10);
        text.push_str(&format!("#define A{level} {below}\n"));
    }
    text.push_str("A19\n");
    let (_, errors) = run(&text);
    assert_eq!(errors, ["the macros of this program expand to too many tokens"]);
    let nested = format!("#define F(x) x\n{}1{}", "F(".repeat(5000), ")".repeat(5000));
    assert!(!run(&nested).1.is_empty());
}

#[test]
fn core_and_v1model_are_built_in() {
    let tokens = ok("#include <v1model.p4>\n");
    assert!(tokens.contains("package V1Switch"));
    assert!(tokens.contains("extern packet_in"));
}
