use std::time::Duration;

use hyper4_diff::{
    Construct, Counts, DecodedField, DecodedHeader, Divergence, DivergenceKind, Failure, FailureCause,
    Hidden, Outcome, OutputDifference, OutputView, PacketView, Status, SubjectResult, TraceDifference,
    TraceMismatch, Unsupported, Which,
};
use hyper4_ir::{Event, SourceInfo, TableOutcome};

use crate::wrap::{shorten, wrap};
use crate::{ExitStatus, ReachReport, Skipped, Sources, SubjectReport, TermWriter, VerifyReport, hex};

fn result(name: &str, outcome: Outcome, packets: u64) -> SubjectResult {
    let counts = Counts {
        packets,
        outputs: packets / 2,
        drops: packets / 2,
        traces: packets,
        events: packets * 12,
        ..Counts::default()
    };
    let hidden = Hidden { rule: "events of kind Condition are not compared".to_owned(), count: packets * 2 };
    SubjectResult { name: name.to_owned(), outcome, counts, hidden: vec![hidden] }
}

/// A value as its JSON has it: this crate has no use for the type itself.
fn bits(width: u32, value: u64) -> serde_json::Value {
    serde_json::json!({ "width": width, "hex": format!("{value:#x}") })
}

fn field(name: &str, width: u32, value: u64) -> DecodedField {
    serde_json::from_value(serde_json::json!({ "name": name, "value": bits(width, value) })).unwrap()
}

fn divergence() -> Divergence {
    let ethernet = (0..14).map(|n| format!("{n:02x}")).collect::<String>();
    let sent = format!("{ethernet}{}", "45000054f0e14000400136c50a0000010a000102".repeat(9));
    let (mut expected, mut actual) = (sent.clone(), sent.clone());
    expected.replace_range(44..46, "3f");
    actual.replace_range(44..46, "40");
    let header = |name: &str, offset, fields: &[(&str, u32, u64)]| DecodedHeader {
        name: name.to_owned(),
        offset,
        fields: fields.iter().map(|(name, width, value)| field(name, *width, *value)).collect(),
    };
    let action = "MyIngress.ipv4_forward".to_owned();
    let arguments = [bits(48, 0x22), bits(9, 2)];
    let action_event = serde_json::json!({ "Action": { "name": action, "arguments": arguments } });
    let action_event: Event = serde_json::from_value(action_event).unwrap();
    Divergence {
        step: 4711,
        kind: DivergenceKind::Bytes,
        packet: Some(PacketView {
            port: 1,
            hex: sent,
            headers: vec![
                header(
                    "ethernet",
                    0,
                    &[
                        ("dstAddr", 48, 0x1_0203_0405),
                        ("srcAddr", 48, 0x0607_0809_0a0b),
                        ("etherType", 16, 0x0c0d),
                    ],
                ),
                header("ipv4", 112, &[("version", 4, 4), ("ttl", 8, 64), ("dstAddr", 32, 0x0a00_0102)]),
            ],
        }),
        command: None,
        construct: Some(Construct {
            name: format!("action `{action}`"),
            source: Some(SourceInfo { filename: "router.p4".to_owned(), line: 98, ..SourceInfo::default() }),
        }),
        expected: "194 bytes by port 2, `ipv4.ttl` = 0x3f (byte 22)".to_owned(),
        actual: "194 bytes by port 2, `ipv4.ttl` = 0x40 (byte 22)".to_owned(),
        output: Some(OutputDifference {
            position: 0,
            expected: Some(OutputView { port: 2, hex: expected }),
            actual: Some(OutputView { port: 2, hex: actual }),
            offset: Some(22),
            field: Some("ipv4.ttl".to_owned()),
            expected_value: Some("0x3f".to_owned()),
            actual_value: Some("0x40".to_owned()),
        }),
        trace: Some(TraceDifference {
            device: Some("router".to_owned()),
            copy: 0,
            event: 9,
            after: Some(Event::Table {
                name: "MyIngress.ipv4_lpm".to_owned(),
                outcome: TableOutcome::Hit(3),
            }),
            mismatch: TraceMismatch::Event { expected: Some(action_event), actual: None },
        }),
        origin: Some("row 17 of table `lpm_2` (action `apply_effect`, device 3, step 4)".to_owned()),
        note: None,
        side_by_side: None,
    }
}

fn report() -> VerifyReport {
    let unsupported = Unsupported {
        side: Which::Virtual,
        reason: "registers have no place in this persona; give it one with more state".to_owned(),
        construct: "register `MyIngress.last_seen`".to_owned(),
        file: Some("p4programs/learning.p4".to_owned()),
        line: Some(41),
    };
    let failure = Failure {
        cause: FailureCause::Input,
        side: Some(Which::Native),
        step: Some(3),
        message: "table `MyIngress.acl` has no entry with handle 9".to_owned(),
    };
    let reply = Divergence {
        kind: DivergenceKind::Reply,
        step: 2,
        packet: None,
        command: Some("table_delete MyIngress.acl 0".to_owned()),
        construct: None,
        expected: "done".to_owned(),
        actual: "refused: table `MyIngress.acl` has no entry with handle 0".to_owned(),
        output: None,
        trace: None,
        origin: None,
        note: Some("look for state or chance".to_owned()),
        side_by_side: None,
    };
    let mut report = VerifyReport::new(42);
    let reach =
        ReachReport { constructs: 120, reached: 118, unreached: vec!["a".to_owned(), "b".to_owned()] };
    report.subjects = vec![
        SubjectReport::new(result("l2_switch", Outcome::Equal, 40_000), Duration::from_millis(1234))
            .with_reach(reach)
            .with_sources(Sources { captured: 1200, covering: 800, generated: 38_000 }),
        SubjectReport::new(
            result("ipv4_router", Outcome::Diverged(Box::new(divergence())), 4712),
            Duration::from_micros(900_499),
        ),
        SubjectReport::new(
            result("arp_proxy_firewall_router", Outcome::Diverged(Box::new(reply)), 1),
            Duration::ZERO,
        ),
        SubjectReport::new(result("learning", Outcome::Unsupported(unsupported), 0), Duration::ZERO),
        SubjectReport::new(result("firewall", Outcome::Error(failure), 3), Duration::from_secs(12)),
    ];
    report.skipped = vec![Skipped {
        what: "golden traces".to_owned(),
        reason: "there is no simple_switch on PATH".to_owned(),
    }];
    report
}

fn text(report: &VerifyReport, writer: TermWriter) -> String {
    let mut out = Vec::new();
    writer.write(report, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn terminal() {
    insta::assert_snapshot!(text(&report(), TermWriter::default()));
}

#[test]
fn narrow_terminal() {
    insta::assert_snapshot!(text(&report(), TermWriter { width: 48, colour: false }));
}

#[test]
fn colours_change_nothing_but_colours() {
    let coloured = text(&report(), TermWriter { width: 80, colour: true });
    assert!(coloured.contains("\u{1b}[1m\u{1b}[31mdiverged\u{1b}[0m"), "{coloured}");
    let mut plain = String::new();
    let mut rest = coloured.as_str();
    while let Some((before, behind)) = rest.split_once('\u{1b}') {
        plain.push_str(before);
        rest = behind.split_once('m').unwrap().1;
    }
    plain.push_str(rest);
    let without = text(&report(), TermWriter::default());
    assert!(!without.contains('\u{1b}'));
    assert_eq!(plain, without);
}

#[test]
fn no_line_is_too_wide() {
    let mut wide = report();
    wide.subjects[0].name =
        "a/rather/long/path/to/a/subject/that/goes/on/and/on/for/longer/than/a/line".to_owned();
    wide.subjects[1].counts.events = u64::MAX;
    for width in [40, 44, 57, 65, 80, 100, 132] {
        for report in [&report(), &wide] {
            let text = text(report, TermWriter { width, colour: false });
            for line in text.lines() {
                assert!(line.chars().count() <= width, "{width}: {line}");
            }
            assert!(text.lines().all(|line| line == line.trim_end()));
        }
    }
}

#[test]
fn json() {
    let mut out = Vec::new();
    report().write_json(&mut out).unwrap();
    let text = String::from_utf8(out).unwrap();
    assert!(text.ends_with("}\n"));
    let document: serde_json::Value = serde_json::from_str(&text).unwrap();
    assert_eq!(serde_json::from_str::<VerifyReport>(&text).unwrap(), report());
    let subject = &document["subjects"][0];
    for (key, value) in [
        ("name", "\"l2_switch\""),
        ("status", "\"equal\""),
        ("packets", "40000"),
        ("outputs", "20000"),
        ("seconds", "1.234"),
    ] {
        assert_eq!(subject[key].to_string(), value);
    }
    assert_eq!(document["schema"], "hyper4/verify/1");
    let statuses: Vec<_> =
        document["subjects"].as_array().unwrap().iter().map(|s| s["status"].as_str().unwrap()).collect();
    assert_eq!(statuses, ["equal", "diverged", "diverged", "unsupported", "error"]);
    insta::assert_snapshot!(text);
}

#[test]
fn nothing_and_all_equal_are_short() {
    insta::assert_snapshot!(text(&VerifyReport::new(1), TermWriter::default()), @"
0 subjects: nothing was compared; 0 packets, 0 outputs, 0 trace events compared;
seed 1
");
    let mut equal = VerifyReport::new(7);
    let mut one = result("one", Outcome::Equal, 1);
    one.hidden.clear();
    equal.subjects = vec![SubjectReport::new(one, Duration::ZERO)];
    assert_eq!(text(&equal, TermWriter::default()).lines().count(), 4);
}

#[test]
fn the_exit_status_is_the_first_that_applies() {
    use ExitStatus::{AsWished, BadInput, Found, ToolFailed, Unsupported};
    let codes: Vec<u8> = ExitStatus::PRECEDENCE.iter().map(|status| status.code()).collect();
    assert_eq!(codes, [4, 2, 1, 3, 0]);
    assert_eq!(Found.and(Unsupported), Found);
    assert_eq!(AsWished.and(Unsupported), Unsupported);
    assert_eq!(BadInput.and(Found).and(ToolFailed), ToolFailed);
    assert_eq!(Unsupported.allowing_unsupported(true), AsWished);
    assert_eq!(Found.allowing_unsupported(true), Found);

    let mut all = report();
    assert_eq!(all.exit_status(false), BadInput);
    all.subjects.pop();
    assert_eq!(all.exit_status(true), Found);
    all.subjects.drain(1..3);
    assert_eq!((all.exit_status(false), all.exit_status(true)), (Unsupported, AsWished));
    all.subjects.pop();
    assert_eq!(all.exit_status(false), AsWished);
    all.subjects[0].counts.packets = 0;
    assert_eq!(all.exit_status(false), ToolFailed, "equal without packets contradicts itself");
    assert_eq!(VerifyReport::new(1).exit_status(true), BadInput);
    let tool = Failure { cause: FailureCause::Tool, side: None, step: None, message: String::new() };
    assert_eq!(ExitStatus::of(&Outcome::Error(tool)), ToolFailed);
    let meanings: std::collections::BTreeSet<_> = ExitStatus::PRECEDENCE.map(ExitStatus::meaning).into();
    assert_eq!(meanings.len(), 5);
}

#[test]
fn a_subject_counts_once_under_its_status() {
    let report = report();
    let counts =
        [Status::Equal, Status::Diverged, Status::Unsupported, Status::Error].map(|s| report.count(s));
    assert_eq!(counts, [1, 2, 1, 1]);
    assert_eq!(report.total().packets, 44_716);
}

#[test]
fn text_is_broken_and_shortened() {
    assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
    assert_eq!(wrap("a abcdefghij b", 4), ["a", "abcd", "efgh", "ij b"]);
    assert_eq!(wrap("", 4), [""]);
    assert_eq!(shorten("abcdef", 6), "abcdef");
    assert_eq!(shorten("abcdef", 4), "…def");
    let lines = hex::lines("00112233445566778899", 30);
    let lines: Vec<_> = lines.iter().map(|line| (line.offset, line.bytes.as_str())).collect();
    assert_eq!(lines, [(0, "00 11 22 33 44 55 66 77"), (8, "88 99")]);
    let (line, column) = hex::line_of("00112233445566778899", 9, 30);
    assert_eq!((line.bytes.as_str(), column), ("88 99", 3));
    let (line, column) = hex::line_of("0011", 2, 30);
    assert_eq!((line.offset, line.bytes.as_str(), column), (0, "00 11", 6));
}
