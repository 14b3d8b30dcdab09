//! `hyper4 packets`, as a user runs it.

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

type Error = Box<dyn std::error::Error>;

fn hyper4(arguments: &[&str]) -> Result<Output, Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Ok(Command::new(env!("CARGO_BIN_EXE_hyper4")).current_dir(root).args(arguments).output()?)
}

fn document(arguments: &[&str]) -> Result<(Option<i32>, Value), Error> {
    let output = hyper4(&[&["packets", "--format", "json"], arguments].concat())?;
    let document = serde_json::from_slice(&output.stdout)
        .map_err(|e| format!("{e}: {}", String::from_utf8_lossy(&output.stderr)))?;
    Ok((output.status.code(), document))
}

fn number(document: &Value, pointer: &str) -> Result<u64, Error> {
    Ok(document
        .pointer(pointer)
        .and_then(Value::as_u64)
        .ok_or_else(|| format!("no {pointer}: {document}"))?)
}

/// Of a program whose entries all have a purpose every one is hit, and a switch does what is said of each packet.
#[test]
fn the_fabric_is_covered() -> Result<(), Error> {
    let (status, document) = document(&["p4programs/fabric"])?;
    assert_eq!(status, Some(0), "{document}");
    assert_eq!(document.pointer("/schema"), Some(&Value::from("hyper4/packets/1")));
    assert_eq!(document.pointer("/wrong"), Some(&Value::Array(Vec::new())));
    for kind in ["entries", "misses", "actions", "cases", "branches"] {
        let count = |what: &str| number(&document, &format!("/coverage/{kind}/{what}"));
        assert_eq!(count("covered")?, count("feasible")?, "{kind}");
        assert_eq!(count("unknown")?, 0, "{kind}");
    }
    assert_eq!(
        number(&document, "/coverage/entries/covered")?,
        number(&document, "/coverage/entries/goals")?
    );
    // A default route, and defaults of tables that are only reached with something that they have.
    assert_eq!(number(&document, "/coverage/misses/infeasible")?, 3);
    assert_eq!(number(&document, "/coverage/actions/infeasible")?, 2);
    let packets = document.pointer("/packets").and_then(Value::as_array).ok_or("no packets")?;
    assert!((15..=40).contains(&packets.len()), "{}", packets.len());
    Ok(())
}

#[test]
fn paths_are_kept_as_a_stimulus_and_as_captures() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().to_str().ok_or("a path that isn't text")?;
    let (status, document) = document(&["p4programs/fabric", "--paths", "--max", "200", "--out", out])?;
    assert_eq!(status, Some(0), "{document}");
    let packets = document.pointer("/packets").and_then(Value::as_array).ok_or("no packets")?;
    assert_eq!(packets.len(), 200);
    let lines = std::fs::read_to_string(folder.path().join("stimulus.jsonl"))?;
    let read: Vec<Value> = lines.lines().map(serde_json::from_str).collect::<Result<_, _>>()?;
    let part = |packet: &Value| {
        ["port", "hex"].map(|key| packet.pointer(&format!("/{key}")).cloned().unwrap_or_default())
    };
    assert_eq!(read.iter().map(part).collect::<Vec<_>>(), packets.iter().map(part).collect::<Vec<_>>());
    let ports: BTreeSet<u64> = packets.iter().filter_map(|p| p.pointer("/port")?.as_u64()).collect();
    let captures: Vec<String> = ports
        .iter()
        .map(|port| format!("{port}={}", folder.path().join(format!("{port}.pcap")).display()))
        .collect();
    let mut run = vec!["run", "p4programs/fabric", "--format", "json"];
    captures.iter().for_each(|capture| run.extend(["--pcap", capture]));
    let outputs = |output: Output| -> Result<Value, Error> {
        let document: Value = serde_json::from_slice(&output.stdout)?;
        Ok(document.pointer("/outputs").cloned().unwrap_or_default())
    };
    let by_captures = outputs(hyper4(&run)?)?;
    let stimulus = folder.path().join("stimulus.jsonl");
    let stimulus = stimulus.to_str().ok_or("a path that isn't text")?;
    let by_lines =
        outputs(hyper4(&["run", "p4programs/fabric", "--format", "json", "--stimulus", stimulus])?)?;
    assert!(by_lines.as_array().is_some_and(|outputs| outputs.len() > 50), "{by_lines}");
    assert_eq!(by_captures, by_lines);
    Ok(())
}

/// Without entries most of the program is out of reach, and it is said which entries would help.
#[test]
fn what_needs_an_entry_is_said_to() -> Result<(), Error> {
    let output = hyper4(&["packets", "p4programs/fabric/prog.p4"])?;
    assert_eq!(output.status.code(), Some(0));
    let text = String::from_utf8(output.stdout)?;
    let line = "not reached: action `FabricIngress.set_vlan` of table `FabricIngress.port_vlan`: table \
                `FabricIngress.port_vlan` has no entry with action `FabricIngress.set_vlan`";
    assert!(text.contains(line), "{text}");
    Ok(())
}

#[test]
fn a_search_without_time_ends_with_unknown() -> Result<(), Error> {
    let (status, document) = document(&["p4programs/fabric", "--time", "0"])?;
    assert_eq!(status, Some(3), "{document}");
    assert!(number(&document, "/coverage/entries/unknown")? > 0);
    Ok(())
}

#[test]
fn a_composition_and_what_is_not_there_are_bad_input() -> Result<(), Error> {
    let composition = hyper4(&["packets", "p4programs/arp_firewall_router"])?;
    assert_eq!(composition.status.code(), Some(2));
    assert!(String::from_utf8(composition.stderr)?.contains("name one of its programs"));
    assert_eq!(hyper4(&["packets", "p4programs/nowhere"])?.status.code(), Some(2));
    Ok(())
}
