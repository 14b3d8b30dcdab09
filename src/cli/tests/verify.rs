//! The main job on every guest of p4programs/, through the binary, as a user runs it.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

type Error = Box<dyn std::error::Error>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The folders of p4programs/ that are subjects; there is no list of them.
fn subjects() -> Result<Vec<String>, Error> {
    let mut names = Vec::new();
    for entry in std::fs::read_dir(root().join("p4programs"))? {
        let path = entry?.path();
        if ["prog.p4", "prog.json", "composition.toml"].iter().any(|f| path.join(f).exists()) {
            names.push(path.file_name().unwrap_or_default().to_string_lossy().into_owned());
        }
    }
    names.sort();
    Ok(names)
}

fn verify(arguments: &[&str]) -> Result<(Option<i32>, Value), Error> {
    let output = Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .current_dir(root())
        .args(["verify", "--format", "json"])
        .args(arguments)
        .output()?;
    let document = serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok((output.status.code(), document))
}

/// Every subject is there, equal, and was compared on at least `packets` packets, some of which came out.
fn all_equal(document: &Value, packets: u64) -> Result<(), Error> {
    assert_eq!(document.pointer("/schema"), Some(&Value::from("hyper4/verify/1")));
    let results = document.pointer("/subjects").and_then(Value::as_array).ok_or("no subjects")?;
    let name = |r: &Value| r.pointer("/name").and_then(Value::as_str).unwrap_or_default().to_owned();
    assert_eq!(results.iter().map(name).collect::<Vec<_>>(), subjects()?);
    for result in results {
        let number = |key: &str| result.pointer(key).and_then(Value::as_u64).unwrap_or_default();
        assert_eq!(result.pointer("/status"), Some(&Value::from("equal")), "{result}");
        assert!(number("/packets") >= packets, "{result}");
        assert!(number("/outputs") > 0 && number("/events") > number("/packets"), "{result}");
    }
    Ok(())
}

#[test]
fn every_guest_is_emulated_faithfully() -> Result<(), Error> {
    let (status, document) = verify(&["--packets", "3000", "--seed", "7"])?;
    assert_eq!(status, Some(0), "{document}");
    assert_eq!(document.pointer("/seed"), Some(&Value::from(7)));
    with_covering_packets(&document)?;
    all_equal(&document, 3000)
}

/// Packets that reach all of a subject's programs are among those that are compared, or it is said why not.
fn with_covering_packets(document: &Value) -> Result<(), Error> {
    let mut covering = 0;
    for result in document.pointer("/subjects").and_then(Value::as_array).ok_or("no subjects")? {
        let number = |key: &str| result.pointer(key).and_then(Value::as_u64).unwrap_or_default();
        let sources = ["captured", "covering", "generated"].map(|key| number(&format!("/sources/{key}")));
        assert_eq!(sources.iter().sum::<u64>(), number("/packets"), "{result}");
        let name = result.pointer("/name").and_then(Value::as_str).unwrap_or_default();
        let skipped = document.pointer("/skipped").map(Value::to_string).unwrap_or_default();
        let refused = skipped.contains(&format!("covering packets of {name}\""));
        assert!(number("/sources/covering") > 2 || refused, "{result}");
        covering += number("/sources/covering");
    }
    assert!(covering > 60, "{covering} packets");
    Ok(())
}

/// The same seed gives the same result on any number of threads, but for the time it took.
#[test]
fn the_number_of_threads_makes_no_difference() -> Result<(), Error> {
    let run = |jobs| -> Result<Value, Error> {
        let (_, mut document) = verify(&["p4programs/firewall", "--packets", "9000", "--jobs", jobs])?;
        *document.pointer_mut("/subjects/0/seconds").ok_or("no time")? = Value::Null;
        Ok(document)
    };
    assert_eq!(run("1")?, run("3")?);
    Ok(())
}

/// Both sides on the real simple_switch, the persona compiled by the real p4c.
#[test]
fn every_guest_is_emulated_faithfully_on_the_real_switch() -> Result<(), Error> {
    for tool in ["simple_switch", "p4c-bm2-ss"] {
        if Command::new(tool).arg("--version").output().is_err() {
            eprintln!("skipped: no {tool} on PATH");
            return Ok(());
        }
    }
    let (status, document) = verify(&["--packets", "20", "--switch", "bmv2", "--frontend", "p4c"])?;
    assert_eq!(status, Some(0), "{document}");
    all_equal(&document, 20)
}
