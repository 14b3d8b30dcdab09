//! Bad input gives one clear error, status 2, nothing half-written, and no panic.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

type Error = Box<dyn std::error::Error>;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn hyper4(arguments: &[&str]) -> Result<Output, Error> {
    Ok(Command::new(env!("CARGO_BIN_EXE_hyper4")).current_dir(root()).args(arguments).output()?)
}

/// Status 2, and a message with all of `parts` in it.
fn refused(arguments: &[&str], parts: &[&str]) -> Result<(), Error> {
    let output = hyper4(arguments)?;
    let message = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    for part in parts {
        assert!(message.contains(part), "{arguments:?} doesn't say `{part}`: {message}");
    }
    assert!(!message.contains("panicked"), "{arguments:?}: {message}");
    assert!(message.matches("error").count() <= 2, "{arguments:?} says too much: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
    Ok(())
}

const L2: &str = "p4programs/l2_switch/prog.p4";

#[test]
fn files_that_are_not_there() -> Result<(), Error> {
    refused(&["verify", "no/such/folder"], &["`no/such/folder`"])?;
    refused(&["verify", "no/such.p4"], &["no/such.p4"])?;
    refused(&["run", L2, "--commands", "no/commands.txt"], &["no/commands.txt"])?;
    refused(&["run", L2, "--pcap", "1=no.pcap"], &["no.pcap"])?;
    refused(&["verify", L2, "--persona", "no.toml"], &["no.toml"])?;
    refused(&["verify", "README.md"], &["README.md"])?;
    refused(&["prove", "isolation", "no.toml"], &["no.toml"])
}

#[test]
fn broken_programs() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let broken = folder.path().join("broken.p4");
    std::fs::write(&broken, "#include <core.p4>\nheader h_t { bit<8 f; }\n")?;
    let name = broken.to_string_lossy();
    let output = folder.path().join("out.json");
    refused(&["compile", &name, "-o", &output.to_string_lossy()], &["broken.p4:2", "^"])?;
    assert!(!output.exists(), "half-written output");
    refused(&["verify", &name], &["broken.p4:2"])?;
    let json = folder.path().join("prog.json");
    std::fs::write(&json, "{ \"program\": 3")?;
    refused(&["run", &json.to_string_lossy()], &["prog.json"])?;
    std::fs::write(&json, "{\"__meta__\": {\"version\": [99, 0], \"compiler\": \"x\"}}")?;
    refused(&["run", &json.to_string_lossy()], &["prog.json", "99"])
}

#[test]
fn broken_commands() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let commands = folder.path().join("commands.txt");
    let name = commands.to_string_lossy().into_owned();
    let cases = [
        ("table_add nowhere forward 1 => 2", "nowhere"),
        ("\ntable_add dmac forward 00:00:00:00:00:01 => 99999", "line 2"),
        ("table_add dmac forward => 1", "line 1"),
        ("dance", "dance"),
    ];
    for (text, part) in cases {
        std::fs::write(&commands, text)?;
        refused(&["run", L2, "--commands", &name], &["commands.txt", part])?;
    }
    std::fs::write(&commands, "table_delete dmac 7")?;
    refused(&["run", L2, "--commands", &name], &["7"])
}

#[test]
fn broken_captures_and_packets() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let capture = folder.path().join("1.pcap");
    let whole = std::fs::read(root().join("corpus/captures/lan/1.pcap"))?;
    std::fs::write(&capture, whole.get(..whole.len() - 5).ok_or("a short capture")?)?;
    let pcap = format!("1={}", capture.display());
    refused(&["run", L2, "--pcap", &pcap], &["1.pcap", "packet"])?;
    std::fs::write(&capture, "not a capture at all, but long enough to have a header")?;
    refused(&["run", L2, "--pcap", &pcap], &["1.pcap", "not a pcap file"])?;
    refused(&["run", L2, "--pcap", &format!("999={}", capture.display())], &["999="])?;
    refused(&["run", L2, "--packet", "600:00"], &["600:00"])?;
    refused(&["run", L2, "--packet", "1:0g"], &["1:0g"])?;
    refused(&["run", L2, "--packet", "1:012"], &["1:012"])?;
    let lines = folder.path().join("stimulus.jsonl");
    std::fs::write(&lines, "{\"port\": 1, \"hex\": \"00\"}\n{\"port\": 700, \"hex\": \"00\"}\n")?;
    refused(&["run", L2, "--stimulus", &lines.to_string_lossy()], &["stimulus.jsonl", "line 2"])
}

#[test]
fn broken_configurations() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let file = folder.path().join("persona.toml");
    let name = file.to_string_lossy().into_owned();
    std::fs::write(&file, "window_bytes = 102")?;
    refused(&["verify", L2, "--persona", &name], &["persona.toml", "window_bytes", "102"])?;
    std::fs::write(&file, "windows = 3")?;
    refused(&["persona", "generate", &name], &["persona.toml", "windows"])?;
    std::fs::write(folder.path().join("composition.toml"), "[[device]]\nname = \"a\"\n")?;
    refused(&["verify", &folder.path().to_string_lossy()], &["composition.toml", "program"])?;
    refused(&["verify", "--format", "yaml"], &["yaml", "json"])?;
    refused(&["verfy"], &["verfy", "verify"])
}

/// The document that scripts read.
#[test]
fn run_writes_one_json_document() -> Result<(), Error> {
    let packet = "1:ffffffffffff0200000000010800";
    let commands = "p4programs/l2_switch/commands.txt";
    for side in [&[][..], &["--virtual"]] {
        let mut arguments = vec!["run", L2, "--commands", commands, "--packet", packet, "--format", "json"];
        arguments.extend(side);
        let output = hyper4(&arguments)?;
        assert_eq!(output.status.code(), Some(0));
        let document: serde_json::Value = serde_json::from_slice(&output.stdout)?;
        let expected = serde_json::json!({
            "schema": "hyper4/run/1",
            "outputs": [
                {"index": 0, "port": 2, "hex": "ffffffffffff0200000000010800"},
                {"index": 0, "port": 3, "hex": "ffffffffffff0200000000010800"},
                {"index": 0, "port": 4, "hex": "ffffffffffff0200000000010800"},
            ],
            "refused": null,
        });
        assert_eq!(document, expected);
    }
    Ok(())
}

/// What can't be emulated is refused with its place, and nothing comes out.
#[test]
fn what_the_persona_cannot_do_is_refused() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let text = std::fs::read_to_string(root().join(L2))?;
    let assertion = "assert(standard_metadata.ingress_port != 9);";
    let changed = text.replacen("mark_to_drop(standard_metadata);", assertion, 1);
    assert_ne!(text, changed);
    let file = folder.path().join("assertion.p4");
    std::fs::write(&file, changed)?;
    let output =
        hyper4(&["run", &file.to_string_lossy(), "--virtual", "--packet", "1:00", "--format", "json"])?;
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(output.status.code(), Some(3), "{document}");
    assert_eq!(document.pointer("/outputs"), Some(&serde_json::json!([])));
    assert!(document.pointer("/refused/line").is_some_and(serde_json::Value::is_u64), "{document}");
    let file = document.pointer("/refused/file").and_then(|f| f.as_str()).unwrap_or_default().to_owned();
    assert!(file.ends_with("assertion.p4"), "{document}");
    Ok(())
}

/// Slices that are promised more than the persona has are a mistake in the configuration, not the tool's failure.
#[test]
fn promises_that_cant_be_kept() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let config = folder.path().join("dpmu.toml");
    let program = std::fs::canonicalize(root().join(L2))?;
    let slice = |name: &str, port: u16, rows: u32| {
        let program = program.display();
        format!(
            "[[slice]]\nname = \"{name}\"\nports = [{port}]\nrows = {rows}\n\
             [[slice.device]]\nname = \"d\"\nprogram = \"{program}\"\n"
        )
    };
    std::fs::write(&config, slice("red", 1, 5000) + &slice("blue", 2, 100))?;
    refused(
        &["prove", "isolation", &config.to_string_lossy()],
        &["dpmu.toml", "slice `red`", "rows of the device", "10000 needed"],
    )
}
