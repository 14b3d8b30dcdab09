//! What a persona can't emulate is refused when it is loaded: with the construct, its line, and the reason.

use std::sync::Arc;

use hyper4_p4::{Options, compile_source};
use hyper4_persona::{Layout, PersonaConfig, Refusal, compile};
use hyper4_suite::Error;

/// A program around what is tried. Line numbers of the parts are looked up in the text.
struct Parts {
    parser: &'static str,
    ingress: &'static str,
    egress: &'static str,
    checksum: &'static str,
    deparser: &'static str,
}

const PLAIN: Parts = Parts {
    parser: "state start { packet.extract(hdr.a); transition accept; }",
    ingress: "apply { }",
    egress: "apply { }",
    checksum: "",
    deparser: "packet.emit(hdr.a); packet.emit(hdr.b);",
};

impl Parts {
    fn text(&self) -> String {
        let Self { parser, ingress, egress, checksum, deparser } = self;
        format!(
            "#include <core.p4>
#include <v1model.p4>
header a_t {{ bit<8> kind; bit<8> small; bit<16> word; bit<32> wide; bit<1200> large; }}
header b_t {{ bit<16> word; }}
struct headers_t {{ a_t a; b_t b; }}
struct metadata_t {{ bit<128> m0; bit<128> m1; bit<16> word; }}
parser P(packet_in packet, out headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {{
{parser}
}}
control V(inout headers_t hdr, inout metadata_t meta) {{ apply {{ }} }}
control I(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {{
{ingress}
}}
control E(inout headers_t hdr, inout metadata_t meta, inout standard_metadata_t sm) {{
{egress}
}}
control C(inout headers_t hdr, inout metadata_t meta) {{ apply {{
{checksum}
}} }}
control D(packet_out packet, in headers_t hdr) {{ apply {{ {deparser} }} }}
V1Switch(P(), V(), I(), E(), C(), D()) main;
"
        )
        .replace("bit<1200> large; ", if parser.contains("large") { "bit<1200> large; " } else { "" })
    }

    fn refused(&self, layout: &Layout) -> Result<Refusal, Error> {
        let text = self.text();
        let (typed, diagnostics) = compile_source("tried.p4", &text, &Options::default());
        let typed = typed.ok_or_else(|| format!("{diagnostics:?}"))?;
        let program = hyper4_lower::lower(&typed).map_err(|d| format!("{d:?}"))?;
        match compile(Arc::new(program), layout) {
            Ok(_) => Err(format!("not refused:\n{text}").into()),
            Err(refusal) => Ok(refusal),
        }
    }
}

fn standard() -> Result<Layout, Error> {
    Ok(Layout::new(PersonaConfig::default())?)
}

/// The refusal names the construct, a part of the reason, and the line that has `line` in it.
fn expect(parts: &Parts, construct: &str, reason: &str, line: &str) -> Result<(), Error> {
    let refusal = parts.refused(&standard()?)?;
    let message = refusal.to_string();
    assert!(refusal.construct.contains(construct), "construct of: {message}");
    assert!(refusal.reason.contains(reason), "reason of: {message}");
    let text = parts.text();
    let place = refusal.source_info.ok_or_else(|| format!("no place: {message}"))?;
    let found = text.lines().nth(place.line.saturating_sub(1) as usize).unwrap_or_default();
    assert!(found.contains(line), "{message}\nis said of line {}: {found}", place.line);
    assert!(message.contains(&format!("tried.p4:{}", place.line)), "{message}");
    Ok(())
}

#[test]
fn actions_without_an_effect_are_refused() -> Result<(), Error> {
    let cases = [
        ("assert(meta.word == 1);", "has `assert`"),
        ("random(meta.word, 16w1, hdr.a.word);", "whose bounds aren't constants"),
        ("sm.priority = 1;", "standard_metadata.priority"),
        ("hash(meta.word, HashAlgorithm.crc16, hdr.a.word, { hdr.a.wide }, 32w10);", "base isn't a constant"),
        (
            "hash(meta.word, HashAlgorithm.crc16, 16w0, { hdr.a.wide }, hdr.a.wide);",
            "maximum isn't a constant",
        ),
        ("hash(meta.word, HashAlgorithm.crc32_custom, 16w0, { hdr.a.wide }, 32w10);", "`crc32_custom`"),
        ("hash(meta.word, HashAlgorithm.identity, 16w0, { hdr.a.wide }, 32w10);", "no power of two"),
    ];
    for (statement, reason) in cases {
        // What is computed is looked at, or it would not be computed at all.
        let ingress = format!(
            "action look() {{ }}
            table t {{ key = {{ meta.word: exact; }} actions = {{ look; }} default_action = look(); }}
            apply {{
                if (hdr.a.isValid()) {{
                    meta.word = hdr.a.word;
                    {statement}
                }}
                t.apply();
            }}"
        );
        let parts = Parts { ingress: ingress.leak(), ..PLAIN };
        expect(&parts, "action", reason, statement.split(';').next().unwrap_or_default())?;
    }
    Ok(())
}

#[test]
fn parsers_that_look_too_far_or_compute_are_refused() -> Result<(), Error> {
    let beyond =
        "state start { packet.extract(hdr.a); transition select(hdr.a.large[0:0]) { default: accept; } }";
    expect(&Parts { parser: beyond, ..PLAIN }, "parser state", "the persona takes 96", "state start")?;
    let computed = "state start { packet.extract(hdr.a); meta.word = hdr.a.word + 1;
        transition select(meta.word) { 5: accept; default: more; } }
        state more { packet.extract(hdr.b); transition accept; }";
    expect(&Parts { parser: computed, ..PLAIN }, "parser state", "computed value", "state start")
}

#[test]
fn egress_spec_in_egress_is_refused() -> Result<(), Error> {
    let egress = "apply {\nif (sm.egress_spec == 3) {\nhdr.a.kind = 1;\n}\n}";
    expect(&Parts { egress, ..PLAIN }, "condition", "egress_spec", "sm.egress_spec == 3")
}

#[test]
fn checksums_that_the_persona_has_not_are_refused() -> Result<(), Error> {
    for (inputs, algorithm, reason) in
        [("hdr.a.wide", "crc32_custom", "algorithm"), ("hdr.a.wide", "identity", "no power of two")]
    {
        let checksum = format!(
            "update_checksum(hdr.a.isValid(), {{ {inputs} }}, hdr.a.word, HashAlgorithm.{algorithm});"
        );
        let ingress = "apply { meta.word = hdr.a.word; }";
        let parts = Parts { checksum: checksum.leak(), ingress, ..PLAIN };
        expect(&parts, "checksum", reason, "update_checksum")?;
    }
    Ok(())
}

#[test]
fn what_does_not_fit_is_refused_with_numbers() -> Result<(), Error> {
    let metadata = Parts {
        ingress: "action look() { }
            table t { key = { meta.m0: exact; meta.m1: exact; } actions = { look; } default_action = look(); }
            apply { meta.m0 = (bit<128>)hdr.a.wide; meta.m1 = (bit<128>)hdr.a.word; t.apply(); }",
        ..PLAIN
    };
    let refusal = metadata.refused(&standard()?)?;
    assert!(refusal.reason.contains("256 bits of metadata, and the persona has 208"), "{refusal}");

    let small = PersonaConfig { ingress_slots: 2, ..PersonaConfig::default() };
    let slots = Parts {
        ingress: "action look() { }
            table t { key = { hdr.a.word: exact; } actions = { look; } default_action = look(); }
            table u { key = { hdr.a.word: exact; } actions = { look; } default_action = look(); }
            apply { t.apply(); u.apply(); }",
        ..PLAIN
    };
    let refusal = slots.refused(&Layout::new(small)?)?;
    assert!(refusal.reason.contains("ingress needs 4 slots, and the persona has 2"), "{refusal}");
    Ok(())
}

/// What would take the compiler minutes and gigabytes is refused after seconds.
#[test]
fn loops_to_bounds_known_at_run_time_are_refused() -> Result<(), Error> {
    let ingress = "action nested() {
            for (bit<8> i = 0; i < hdr.a.kind; i = i + 1) {
                for (bit<8> j = 0; j < hdr.a.kind; j = j + 1) {
                    hdr.a.wide = hdr.a.wide + 1;
                }
            }
        }
        apply { nested(); }";
    expect(&Parts { ingress, ..PLAIN }, "action I.nested", "ternary rows", "action nested")
}
