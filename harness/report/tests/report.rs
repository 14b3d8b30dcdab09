//! What several commands found, joined, held against earlier results, and written in every format.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use hyper4_report::{Added, CheckStatus, Comparison, ExitStatus, Report, TermWriter};
use serde_json::{Value, json};

/// A divergence with its traces, as `verify` writes it.
fn divergence() -> Value {
    let line = |native: Option<&str>, other: Option<&str>, row: Option<&str>| json!({"native": native, "virtual": other, "row": row});
    let same = |text| line(Some(text), Some(text), None);
    json!({
        "step": 404, "kind": "bytes",
        "packet": {"port": 1, "hex": "02000000010102000000011008004500", "headers": [
            {"name": "ethernet", "offset": 0, "fields": [
                {"name": "dst", "value": {"width": 48, "hex": "0x20000000101"}},
                {"name": "src", "value": {"width": 48, "hex": "0x20000000110"}},
                {"name": "ether_type", "value": {"width": 16, "hex": "0x800"}}]}]},
        "command": null,
        "construct": {"name": "action `Ingress.forward`", "source": {
            "filename": "p4programs/router 2/prog.p4", "line": 103, "column": 4, "source_fragment": "action <b>"}},
        "expected": "`ipv4.ttl` = 0x02", "actual": "`ipv4.ttl` = 0x01 <script>",
        "output": {"position": 0, "expected": {"port": 3, "hex": "0202"}, "actual": {"port": 3, "hex": "0201"},
            "offset": 1, "field": "ipv4.ttl", "expected_value": "0x02", "actual_value": "0x01"},
        "trace": null, "origin": "row 2 of PersonaIngress.exact_3: table Ingress.nexthop", "note": null,
        "side_by_side": {
            "native_outputs": [{"port": 3, "hex": "0202"}], "virtual_outputs": [{"port": 3, "hex": "0201"}],
            "copies": [{"copied_from": null, "lines": [
                same("parse state `start`"),
                line(Some("table `Ingress.nexthop` hits entry 2"), Some("table `Ingress.nexthop` misses"), Some("row 7 of exact_3")),
                same("leaves by port 3")]}]}
    })
}

fn verified(name: &str, status: &str, divergence: Value) -> Value {
    json!({
        "name": name, "status": status, "packets": 2000, "outputs": 1500, "drops": 500, "replicated": 0, "commands": 0,
        "traces": 2000, "events": 30000, "sources": {"captured": 10, "covering": 20, "generated": 1970},
        "seconds": 0.25, "hidden": [], "reach": null, "divergence": divergence, "unsupported": null, "error": null,
        "replay": "hyper4 verify p4programs/router"
    })
}

/// Results of each command; `bad` makes them worse.
fn report(label: &str, bad: bool) -> Report {
    let mut report = Report::new(label);
    let mut subjects = vec![verified("l2_switch", "equal", Value::Null)];
    subjects.push(match bad {
        true => verified("router|2", "diverged", divergence()),
        false => verified("router|2", "equal", Value::Null),
    });
    let mut refused = verified("big", "unsupported", Value::Null);
    refused["unsupported"] = json!({"side": "virtual", "reason": "there is no slot left", "construct": "table `acl`",
        "file": "big.p4", "line": 7});
    subjects.push(refused);
    let survived = match bad {
        true => {
            json!([{"kind": "mask", "subject": "l2_switch", "change": "row 3: bit 4 of its mask", "why": "no packet met it", "packet": null}])
        }
        false => json!([]),
    };
    let documents = [
        json!({"schema": "hyper4/verify/1", "seed": 7, "subjects": subjects,
            "skipped": [{"what": "covering packets of big", "reason": "time was up"}]}),
        json!({"schema": "hyper4/prove/1", "subjects": [
            {"name": "l2_switch", "property": "equivalence", "status": "proved", "paths": 4130, "seconds": 1.5,
             "bounds": "packets of 0 to 128 bytes", "reason": null, "counterexample": null, "exceptions": ["meta.x"], "note": null},
            {"name": "big", "property": "isolation", "status": "unknown", "paths": null, "seconds": 60.0,
             "bounds": "any port", "reason": "time was up", "counterexample": null, "exceptions": [], "note": null}]}),
        json!({"schema": "hyper4/stf/1", "tests": [
            {"test": "a/ternary.stf", "program": "a/ternary.p4", "status": "pass", "packets": 3, "outputs": 3, "checks": 3,
             "failures": [], "stage": null, "reason": null}]}),
        json!({"schema": "hyper4/fuzz/1", "seed": 9, "cases": 100, "seconds": 2.5, "findings": [],
            "tallies": {"virtual": {"agreed": 90, "packets": 9000, "events": 100000, "unsupported": {"hash": 10}, "found": 0}}}),
        json!({"schema": "hyper4/mutate/1", "planted": 100, "killed": if bad { 90 } else { 96 }, "equivalent": 4,
            "survived": survived, "kinds": {"mask": {"planted": 100, "killed": if bad { 90 } else { 96 }, "equivalent": 4}}, "oracles": {}}),
        json!({"schema": "hyper4/packets/1", "name": "l2_switch", "seed": 1, "packets": [{}, {}], "seconds": 0.5, "wrong": [],
            "coverage": {"entry": {"covered": 5, "feasible": 6, "unknown": 1}},
            "missed": [{"goal": "entry 3 of smac", "status": "unknown", "reason": "time was up"}]}),
        json!({"schema": "hyper4/persona-info/1", "state_bits": 1296, "tables": 96, "actions": 50,
            "subjects": [{"name": "l2_switch", "ingress_slots": 3, "egress_slots": 1, "rows": 40}, {"name": "x", "refused": "no slot"}]}),
        json!({"schema": "hyper4/bench/1", "seed": 1, "subjects": [{"name": "l2_switch", "native_pps": 2_000_000.0,
            "virtual_pps": if bad { 500_000.0 } else { 1_000_000.0 }, "native_tables_per_packet": 3.0,
            "virtual_tables_per_packet": if bad { 8.0 } else { 6.0 }, "bmv2_native_pps": null, "bmv2_virtual_pps": null}]}),
    ];
    for document in documents {
        assert_eq!(report.add(document), Ok(Added::Taken));
    }
    report
}

#[test]
fn every_writer_says_the_same() {
    let (before, after) = (report("before", false), report("after", true));
    let comparison = Comparison::new(&before, &after);
    let after = after.following(&before);
    let mut text = Vec::new();
    TermWriter::default().write_report(&after, Some(&comparison), &mut text).unwrap();
    insta::assert_snapshot!("term", String::from_utf8(text).unwrap());
    insta::assert_snapshot!("markdown", after.to_markdown(Some(&comparison)));
    insta::assert_snapshot!("junit", after.to_junit().unwrap());
    insta::assert_snapshot!("sarif", after.to_sarif().unwrap());
    insta::assert_snapshot!("html", body(&after.to_html(Some(&comparison))));
    assert_eq!(after.exit_status(), ExitStatus::Found);
}

/// A page without its style and script, a line an element.
fn body(page: &str) -> String {
    let begin = page.find("<body>").unwrap();
    let end = page.find("<script>").unwrap();
    page[begin..end].replace("><", ">\n<")
}

#[test]
fn html_keeps_what_it_shows_from_being_html() {
    let page = report("x", true).to_html(None);
    assert_eq!(page.matches("<script>").count(), 1, "only its own script");
    assert!(page.contains("0x01 &lt;script&gt;"));
    assert!(!page.contains("http://") && !page.contains("https://"), "it needs no network");
}

#[test]
fn regressions_are_what_the_rules_say() {
    let (before, after) = (report("before", false), report("after", true));
    let lines = Comparison::new(&before, &after).regressions();
    let expected = [
        "faults: mask mutation: passed before, now failed: 6 faults survived",
        "router|2 verify: passed before, now failed: step 404: wrong bytes: expected `ipv4.ttl` = 0x02, actual `ipv4.ttl` = 0x01 <script>",
        "all mutation score: 1.00 before, now 0.94",
        "l2_switch tables per packet, virtual: 6.00 before, now 8.00",
    ];
    assert_eq!(lines, expected, "what is measured by time is not among them");
    let back = Comparison::new(&after, &before);
    assert_eq!((back.regressions().len(), back.better.len()), (0, 2));
    assert_eq!(back.exit_status(), ExitStatus::AsWished);

    // What fails as before is no regression; what is gone is one, and what is new and fails.
    assert_eq!(Comparison::new(&after, &after).regressions(), Vec::<String>::new());
    let mut fewer = after.clone();
    fewer.results.retain(|result| result.subject != "router|2");
    assert_eq!(Comparison::new(&after, &fewer).regressions(), ["router|2 verify: failed before, now absent"]);
    assert_eq!(Comparison::new(&fewer, &after).regressions().len(), 1);
}

#[test]
fn sarif_is_valid() {
    let metadata = cargo_metadata::MetadataCommand::new().exec().unwrap();
    let package = metadata.packages.iter().find(|package| package.name.as_str() == "serde-sarif").unwrap();
    let schema = package.manifest_path.parent().unwrap().join("src/schema.json");
    let schema: Value = serde_json::from_str(&std::fs::read_to_string(schema).unwrap()).unwrap();
    let validator = jsonschema::validator_for(&schema).unwrap();
    let mut sarif: Value = serde_json::from_str(&report("x", true).to_sarif().unwrap()).unwrap();
    let errors: Vec<String> = validator.iter_errors(&sarif).map(|error| error.to_string()).collect();
    assert_eq!(errors, Vec::<String>::new());
    assert_eq!(sarif["runs"][0]["results"].as_array().unwrap().len(), 5);
    // The schema doesn't take anything.
    sarif["runs"][0]["results"][0]["level"] = json!("loud");
    assert!(!validator.is_valid(&sarif));
}

#[test]
fn junit_counts_what_there_is() {
    let junit = report("x", true).to_junit().unwrap();
    let document = quick_junit::Report::deserialize_from_str(&junit).unwrap();
    assert_eq!((document.tests, document.failures, document.errors), (9, 2, 0));
    let cases = document.test_suites.iter().flat_map(|suite| &suite.test_cases);
    let skipped = cases.filter(|case| matches!(case.status, quick_junit::TestCaseStatus::Skipped { .. }));
    assert_eq!(skipped.count(), 3, "unsupported, unknown");
    // Viewers that hold it to Jenkins' schema know no more attributes there.
    let head = junit.lines().nth(1).unwrap();
    let attributes: Vec<&str> =
        head.split(' ').filter_map(|word| word.split_once('=')).map(|(name, _)| name).collect();
    assert_eq!(attributes, ["name", "tests", "failures", "errors", "time"]);
}

#[test]
fn a_folder_is_read_and_a_wrong_one_refused() {
    let folder = tempfile::tempdir().unwrap();
    let error = |folder: &std::path::Path| Report::from_folder(folder).unwrap_err().to_string();
    let here = folder.path().display().to_string();
    assert!(error(folder.path()).starts_with(&format!("`{here}` has no results in it")));
    let missing = folder.path().join("missing");
    assert!(error(&missing).starts_with(&format!("can't read `{}`", missing.display())));
    let file = folder.path().join("verify.json");
    for (text, wrong) in [
        ("{", "EOF while parsing an object at line 1 column 1"),
        (
            r#"{"schema": "hyper4/verify/2"}"#,
            "it is version 2 of `hyper4/verify`, and this tool reads version 1",
        ),
        (r#"{"schema": "hyper4/verify/1", "seed": 1}"#, "missing field `subjects`"),
    ] {
        std::fs::write(&file, text).unwrap();
        assert_eq!(error(folder.path()), format!("`{}`: {wrong}", file.display()));
    }
    let document = json!({"schema": "hyper4/verify/1", "seed": 1, "subjects": [verified("a", "equal", Value::Null)], "skipped": []});
    std::fs::write(&file, document.to_string()).unwrap();
    let campaign = json!({"schema": "hyper4/fuzz/1", "seed": 9, "cases": 1, "seconds": 2.5, "findings": [],
        "tallies": {"virtual": {"agreed": 1, "packets": 9, "events": 10, "unsupported": {}, "found": 0}}});
    std::fs::create_dir(folder.path().join("campaign")).unwrap();
    std::fs::write(folder.path().join("campaign/campaign.json"), campaign.to_string()).unwrap();
    std::fs::write(folder.path().join("other.json"), r#"{"schema": "another/1"}"#).unwrap();
    let report = Report::from_folder(folder.path()).unwrap();
    assert_eq!(report.tally(), "2 passed");
    assert_eq!(report.exit_status(), ExitStatus::AsWished);
}

#[test]
fn nothing_compared_is_no_success() {
    let mut empty = verified("a", "equal", Value::Null);
    empty["packets"] = json!(0);
    let mut report = Report::new("x");
    report.add(json!({"schema": "hyper4/verify/1", "seed": 1, "subjects": [empty], "skipped": []})).unwrap();
    assert_eq!(report.results[0].status, CheckStatus::Error);
    assert_eq!(Report::new("x").exit_status(), ExitStatus::BadInput);
}

#[test]
fn a_thousand_subjects_stay_small() {
    let mut report = Report::new("x");
    let subjects: Vec<Value> = (0..1000)
        .map(|number| match number % 50 {
            0 => verified(&format!("subject_{number}"), "diverged", divergence()),
            _ => verified(&format!("subject_{number}"), "equal", Value::Null),
        })
        .collect();
    report.add(json!({"schema": "hyper4/verify/1", "seed": 1, "subjects": subjects, "skipped": []})).unwrap();
    assert!(report.to_html(None).len() < 5_000_000);
    assert!(report.to_markdown(None).len() < 65_536, "it fits a comment");
}
