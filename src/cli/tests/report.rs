//! `hyper4 report`, and what other commands keep for it: as it is used when a persona is changed.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use pcap_file::pcapng::PcapNgReader;
use pcap_file::pcapng::blocks::Block;
use pcap_file::pcapng::blocks::enhanced_packet::EnhancedPacketOption;
use serde_json::Value;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").canonicalize().unwrap()
}

fn hyper4(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_hyper4")).current_dir(root()).args(arguments).output().unwrap()
}

fn status(output: &Output) -> i32 {
    output.status.code().unwrap()
}

/// A persona that decrements too much: its sums lose a carry.
fn bent_persona(folder: &Path) -> PathBuf {
    let file = folder.join("bent.p4");
    let generated = hyper4(&["persona", "generate", "-q"]);
    let text = String::from_utf8(generated.stdout).unwrap();
    let bent =
        text.replacen("((meta.state & add_mask) + addend)", "((meta.state & (add_mask - 1)) + addend)", 1);
    assert_ne!(text, bent, "the persona still adds like that");
    std::fs::write(&file, bent).unwrap();
    file
}

#[test]
fn a_changed_persona_gets_a_regression_report() {
    let folder = tempfile::tempdir().unwrap();
    let path = |name: &str| folder.path().join(name).display().to_string();
    let persona = bent_persona(folder.path()).display().to_string();
    let subjects = ["p4programs/l2_switch", "p4programs/ipv4_router"];
    let verify = ["verify", "-q", "--packets", "500", subjects[0], subjects[1], "--out"];
    let good = hyper4(&[&verify[..], &[&path("good")]].concat());
    assert_eq!(status(&good), 0, "{good:?}");
    let bad = hyper4(&[&verify[..], &[&path("bad"), "--persona", &persona]].concat());
    assert_eq!(status(&bad), 1, "{bad:?}");

    // What diverged can be seen again from what was kept.
    let document: Value =
        serde_json::from_str(&std::fs::read_to_string(path("bad/verify.json")).unwrap()).unwrap();
    let router = &document["subjects"][1];
    assert_eq!(router["status"], "diverged");
    let replay: Vec<&str> = router["replay"].as_str().unwrap().split(' ').skip(1).collect();
    let again = hyper4(&replay);
    assert_eq!(status(&again), 1, "{again:?}");
    let steps = std::fs::read_to_string(path("bad/divergences/ipv4_router/stimulus.jsonl")).unwrap();
    assert_eq!(steps.lines().filter(|line| line.contains("\"hex\"")).count(), 1, "the packet alone shows it");

    // Both sides' outputs, with what differs in words.
    let capture = std::fs::File::open(path("bad/divergences/ipv4_router/outputs.pcapng")).unwrap();
    let mut reader = PcapNgReader::new(capture).unwrap();
    let mut comments = Vec::new();
    while let Some(block) = reader.next_block() {
        if let Block::EnhancedPacket(packet) = block.unwrap() {
            comments.extend(packet.options.iter().filter_map(|option| match option {
                EnhancedPacketOption::Comment(text) => Some(text.to_string()),
                _ => None,
            }));
        }
    }
    assert_eq!(comments.len(), 3, "{comments:?}");
    assert!(comments[1].ends_with("native output 0; differs from byte 22 on `ipv4.ttl`"), "{comments:?}");
    assert!(comments[2].contains("virtual output 0; differs"), "{comments:?}");

    // The report, and its exit status with and without a baseline.
    let out = path("report");
    let report = hyper4(&["report", &path("bad"), "--baseline", &path("good"), "--out", &out, "-q"]);
    assert_eq!(status(&report), 1, "{report:?}");
    let text = String::from_utf8(report.stdout).unwrap();
    assert!(text.contains("1 regression against good"), "{text}");
    for file in ["report.json", "report.html", "report.md", "junit.xml", "report.sarif"] {
        assert!(std::fs::metadata(Path::new(&out).join(file)).unwrap().len() > 500, "{file}");
    }
    assert_eq!(status(&hyper4(&["report", &path("bad")])), 1);
    assert_eq!(status(&hyper4(&["report", &path("good")])), 0);
    // As bad as before is no regression; a report stands for the results that it was made of.
    assert_eq!(status(&hyper4(&["report", &path("bad"), "--baseline", &out])), 0);
    assert_eq!(status(&hyper4(&["report", &path("good"), "--baseline", &out])), 0);
}

#[test]
fn formats_are_for_what_checks_subjects() {
    let verify =
        ["verify", "-q", "--packets", "50", "--covering", "false", "p4programs/l2_switch", "--format"];
    for (format, begin) in
        [("junit", "<?xml"), ("sarif", "{\n"), ("md", "## HyPer4: 1 passed"), ("html", "<!DOCTYPE html>")]
    {
        let output = hyper4(&[&verify[..], &[format]].concat());
        assert_eq!(status(&output), 0, "{output:?}");
        assert!(String::from_utf8_lossy(&output.stdout).starts_with(begin), "{output:?}");
    }
    for command in [&["persona", "info"][..], &["explain", "p4programs/l2_switch"], &["bench", "--growth"]] {
        let output = hyper4(&[command, &["--format", "junit"]].concat());
        assert_eq!(status(&output), 2);
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(
            said,
            "error: this command checks no subjects, so that there is no such report of it; use --format term or --format json\n"
        );
    }
}

#[test]
fn wrong_folders_are_told() {
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().display().to_string();
    let output = hyper4(&["report", &empty, "--out", &format!("{empty}/out")]);
    assert_eq!(status(&output), 2);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(said.starts_with(&format!("error: `{empty}` has no results in it: give the folder")), "{said}");
    assert!(!folder.path().join("out").exists(), "nothing is half written");
}
