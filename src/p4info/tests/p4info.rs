//! P4Info of a program with one of everything that a controller sees.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by it")]

use hyper4_p4::{Options, compile_source};

const PROGRAM: &str = r#"
#include <core.p4>
#include <v1model.p4>

@p4runtime_translation("example.org/port", string) type bit<9> port_t;
@p4runtime_translation("example.org/vrf", 12) type bit<10> vrf_t;
type bit<48> mac_t;
enum bit<8> Kind { A = 1, B = 0x20 }

@controller_header("packet_in") header to_controller_t { bit<9> port; @id(7) bit<7> rest; }
header eth_t { bit<48> dst; bit<48> src; bit<16> kind; }
struct headers_t { eth_t eth; }
struct meta_t { @name(".plain") bit<8> absolute; port_t port; vrf_t vrf; mac_t mac; Kind kind; bool flag; bit<2> color; bit<16> hash; }
struct digest_t { bit<48> mac; Kind kind; }
struct key_t { @match(ternary) bit<16> a; bit<8> b; }

parser P(packet_in b, out headers_t h, inout meta_t m, inout standard_metadata_t s) {
    value_set<key_t>(4) known;
    state start { b.extract(h.eth); transition select(h.eth.kind, m.vrf == (vrf_t) 1 ? 8w1 : 8w0) { known: accept; default: accept; } }
}
control V(inout headers_t h, inout meta_t m) { apply { } }
control Inner(inout headers_t h, inout meta_t m) {
    action mark(bit<16> hash) { m.hash = hash; }
    table again { key = { h.eth.src: exact; } actions = { mark; } }
    apply { again.apply(); }
}
control Counting(inout meta_t m) { counter(4, CounterType.bytes) steps; apply { steps.count(1); } }
control counting_t(inout meta_t m);
control Wrapper(inout meta_t m)(counting_t inside) { apply { inside.apply(m); } }
control I(inout headers_t h, inout meta_t m, inout standard_metadata_t s) {
    counter(32, CounterType.packets_and_bytes) hits;
    direct_counter(CounterType.bytes) each;
    direct_meter<bit<2>>(MeterType.packets) rate;
    register<bit<32>>(16) seen;
    @max_group_size(8) action_selector(HashAlgorithm.crc16, 64, 10) choose;
    Inner() inner;
    Counting() given;
    Wrapper(given) wrapper;
    table keys { key = { m.absolute: exact; h.eth.src & 0xff00: exact; m.hash[7:4]: exact; } actions = { NoAction; } }
    @brief("sends") @description("a packet") @my_note(a, "b c") @folded[1 + 2 * (3 - 1), 1 == 2, "a" ++ "b", -(4 << 2), ~0]
    action send(@id(5) port_t to, mac_t mac, bool f, Kind k) { rate.read(m.color); m.port = to; hits.count(1); seen.write(0, 1); }
    action learn() { digest<digest_t>(1, { h.eth.src, Kind.A }); }
    @hidden table secret { key = { m.flag: exact; } actions = { learn; } }
    @id(0x33) table main {
        key = { m.port: exact @name("port"); m.vrf: lpm; h.eth.dst: ternary; h.eth.kind: range; m.kind: optional; m.flag: exact; }
        actions = { send; @tableonly learn; @defaultonly NoAction; }
        const default_action = NoAction();
        counters = each;
        meters = rate;
        support_timeout = true;
    }
    table pick {
        key = { h.eth.dst: exact; m.hash: selector; }
        actions = { send; learn; }
        implementation = choose;
        size = 77;
    }
    table unused { key = { h.eth.dst: exact; } actions = { NoAction; } }
    table fixed {
        key = { h.eth.kind: exact; }
        actions = { inner_default; NoAction; }
        default_action = inner_default(16w0x102);
        const entries = { 1: NoAction(); }
    }
    action inner_default(bit<16> x) { m.hash = x; }
    apply { wrapper.apply(m); keys.apply(); main.apply(); pick.apply(); fixed.apply(); secret.apply(); inner.apply(h, m); }
}
control E(inout headers_t h, inout meta_t m, inout standard_metadata_t s) { apply { } }
control C(inout headers_t h, inout meta_t m) { apply { } }
control D(packet_out b, in headers_t h) { apply { b.emit(h.eth); } }
@pkginfo(name="one.p4", version="3")
@platform_property(multicast_group_table_size=5)
V1Switch(P(), V(), I(), E(), C(), D()) main;
"#;

fn info() -> String {
    let text =
        PROGRAM.replace("    action inner_default(bit<16> x) { m.hash = x; }\n    apply {", "    apply {");
    let text = text.replace(
        "    table fixed {",
        "    action inner_default(bit<16> x) { m.hash = x; }\n    table fixed {",
    );
    let (tree, diagnostics) = compile_source("one.p4", &text, &Options::default());
    let tree = tree.unwrap_or_else(|| panic!("{}", diagnostics.render()));
    hyper4_p4info::text(&hyper4_p4info::p4info(&tree))
}

/// The message of that kind and name, as text.
fn part(info: &str, kind: &str, name: &str) -> String {
    let head = format!("\n{kind} {{\n");
    let mut parts = info.split(head.as_str()).skip(1);
    let name = format!("name: \"{name}\"");
    let found = parts.find(|part| part.split("\n}\n").next().is_some_and(|part| part.contains(&name)));
    let part = found.unwrap_or_else(|| panic!("no {kind} {name} in\n{info}"));
    part.split("\n}\n").next().unwrap_or_default().split_whitespace().collect::<Vec<_>>().join(" ")
}

fn holds(info: &str, kind: &str, name: &str, wanted: &[&str]) {
    let part = part(info, kind, name);
    for wanted in wanted {
        assert!(part.contains(wanted), "{kind} {name} lacks `{wanted}`: {part}");
    }
}

#[test]
fn everything_is_told() {
    let info = info();
    let all = info.split_whitespace().collect::<Vec<_>>().join(" ");
    for wanted in [
        r#"pkg_info { name: "one.p4" version: "3" arch: "v1model" platform_properties { multicast_group_table_size: 5 } }"#,
        r#"key: "port_t" value { translated_type { uri: "example.org/port" sdn_string { } } }"#,
        r#"key: "vrf_t" value { translated_type { uri: "example.org/vrf" sdn_bitwidth: 12 } }"#,
        r#"key: "mac_t" value { original_type { bitstring { bit { bitwidth: 48 } } } }"#,
        r#"key: "Kind" value { underlying_type { bitwidth: 8 } members { name: "A" value: "\001" } members { name: "B" value: " " } }"#,
        r#"key: "digest_t""#,
    ] {
        assert!(all.contains(wanted), "no `{wanted}` in\n{info}");
    }
    assert!(!info.contains("I.secret") && !info.contains("I.unused"), "{info}");
    holds(
        &info,
        "tables",
        "I.main",
        &[
            "id: 33554483",
            r#"match_fields { id: 1 name: "port" match_type: EXACT type_name { name: "port_t" } }"#,
            r#"match_fields { id: 2 name: "m.vrf" bitwidth: 12 match_type: LPM type_name { name: "vrf_t" } }"#,
            r#"id: 3 name: "h.eth.dst" bitwidth: 48 match_type: TERNARY"#,
            r#"id: 4 name: "h.eth.kind" bitwidth: 16 match_type: RANGE"#,
            r#"id: 5 name: "m.kind" bitwidth: 8 match_type: OPTIONAL"#,
            r#"id: 6 name: "m.flag" bitwidth: 1 match_type: EXACT"#,
            r#"annotations: "@tableonly" scope: TABLE_ONLY"#,
            r#"annotations: "@defaultonly" scope: DEFAULT_ONLY"#,
            "const_default_action_id: 21257015",
            "initial_default_action { action_id: 21257015 }",
            "size: 1024 idle_timeout_behavior: NOTIFY_CONTROL",
        ],
    );
    holds(&info, "tables", "I.pick", &["implementation_id:", "size: 77", r#"alias: "pick""#]);
    assert!(!part(&info, "tables", "I.pick").contains("m.hash"), "selector keys aren't match fields");
    holds(
        &info,
        "tables",
        "I.fixed",
        &[r#"arguments { param_id: 1 value: "\001\002" }"#, "is_const_table: true has_initial_entries: true"],
    );
    for wanted in [
        "expressions { int64_value: 5 } expressions { bool_value: false } expressions { string_value: \"ab\" }",
        "expressions { int64_value: -16 } expressions { int64_value: -1 }",
    ] {
        holds(&info, "actions", "I.send", &[wanted]);
    }
    // Of an instance that another was made with, and keys without a name of their own.
    holds(&info, "counters", "I.given.steps", &["size: 4"]);
    holds(
        &info,
        "tables",
        "I.keys",
        &[r#"name: "plain""#, r#"name: "h.eth.src & 0xff00""#, r#"name: "m.hash[7:4]""#],
    );
    holds(&info, "tables", "I.inner.again", &[r#"alias: "again""#]);
    holds(
        &info,
        "actions",
        "I.send",
        &[
            r#"annotations: "@my_note(a, \"b c\")" doc { brief: "sends" description: "a packet" }"#,
            r#"params { id: 5 name: "to" type_name { name: "port_t" } }"#,
            r#"params { id: 2 name: "mac" bitwidth: 48 type_name { name: "mac_t" } }"#,
            r#"params { id: 3 name: "f" bitwidth: 1 }"#,
            r#"params { id: 4 name: "k" bitwidth: 8 }"#,
        ],
    );
    holds(
        &info,
        "action_profiles",
        "I.choose",
        &["table_ids:", "with_selector: true size: 64 max_group_size: 8"],
    );
    holds(&info, "counters", "I.hits", &["spec { unit: BOTH } size: 32"]);
    holds(&info, "direct_counters", "I.each", &["unit: BYTES", "direct_table_id: 33554483"]);
    holds(&info, "direct_meters", "I.rate", &["unit: PACKETS", "direct_table_id: 33554483"]);
    holds(&info, "registers", "I.seen", &["type_spec { bitstring { bit { bitwidth: 32 } } } size: 16"]);
    holds(&info, "digests", "digest_t", &[r#"type_spec { struct { name: "digest_t" } }"#]);
    holds(
        &info,
        "value_sets",
        "P.known",
        &[
            r#"match { id: 1 name: "a" bitwidth: 16 match_type: TERNARY }"#,
            r#"match { id: 2 name: "b" bitwidth: 8 match_type: EXACT } size: 4"#,
        ],
    );
    holds(
        &info,
        "controller_packet_metadata",
        "packet_in",
        &[r#"metadata { id: 1 name: "port" bitwidth: 9 } metadata { id: 7 name: "rest" bitwidth: 7 }"#],
    );
}
