//! `hyper4 prove isolation` of configurations that are known to be bad: each is refuted by a packet that replays.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

type Error = Box<dyn std::error::Error>;

/// A persona on which there are fewer lengths to prove about.
const SMALL: &str = "window_bytes = 64\nparse_bytes = 48\ningress_slots = 10\negress_slots = 2\nregisters = 64\n\
                     counters = 64\nmeters = 4\n";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn prove(arguments: &[&str]) -> Result<Output, Error> {
    let folder = tempfile::tempdir()?;
    let persona = folder.path().join("small.toml");
    std::fs::write(&persona, SMALL)?;
    let mut command = Command::new(env!("CARGO_BIN_EXE_hyper4"));
    command.current_dir(root()).args(["prove", "isolation", "--quiet", "--persona"]).arg(persona);
    Ok(command.args(arguments).output()?)
}

/// The files of faults, by their names.
fn faults() -> Result<Vec<String>, Error> {
    let mut faults = Vec::new();
    for entry in std::fs::read_dir(root().join("corpus/isolation/known_bad"))? {
        let path = entry?.path();
        let is_toml = path.extension().is_some_and(|extension| extension == "toml");
        if is_toml && std::fs::read_to_string(&path)?.contains("[[fault]]") {
            faults.push(path.file_stem().ok_or("a file without a name")?.to_string_lossy().into_owned());
        }
    }
    faults.sort();
    Ok(faults)
}

#[test]
fn known_bad_configurations_are_refuted_by_packets_that_replay() -> Result<(), Error> {
    let faults = faults()?;
    assert!(faults.len() >= 7, "{faults:?}");
    for name in faults {
        let file = format!("corpus/isolation/known_bad/{name}.toml");
        let output = prove(&["--format", "json", "--faults", &file])?;
        let said = || String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(1), "{name}: {}", said());
        let document: Value = serde_json::from_slice(&output.stdout)?;
        let subject = document.pointer("/subjects/0").ok_or("no subject")?;
        assert_eq!(subject["status"], "refuted", "{name}: {subject}");
        let shown = &subject["counterexample"];
        assert_eq!(shown["replayed"], true, "{name}: {subject}");
        let trace = shown["traces"].as_object().and_then(|traces| traces.values().next());
        let events = trace.and_then(|trace| trace.pointer("/0/events")).and_then(Value::as_array);
        assert!(events.is_some_and(|events| events.len() > 3), "{name}: {subject}");
        println!("{name}: {}: {}", subject["note"], shown["what"]);
    }
    Ok(())
}

/// For people the trace is there too.
#[test]
fn a_refutation_is_shown_as_a_trace() -> Result<(), Error> {
    let output = prove(&["--faults", "corpus/isolation/known_bad/foreign_group.toml"])?;
    let text = String::from_utf8(output.stdout)?;
    for part in ["refuted by packet ", "replayed: so it is on a switch", "the last packet, on the persona:"] {
        assert!(text.contains(part), "{part}: {text}");
    }
    assert!(text.contains("PersonaIngress"), "{text}");
    assert_eq!(output.status.code(), Some(1));
    Ok(())
}

/// With `--out` the device, its rows and the packets are kept as a subject, which sends by the foreign port when it is run.
#[test]
fn a_counterexample_is_kept_as_a_subject() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let out = folder.path().to_string_lossy().into_owned();
    let file = "corpus/isolation/known_bad/foreign_group.toml";
    let output = prove(&["--faults", file, "--format", "json", "--out", &out])?;
    let document: Value = serde_json::from_slice(&output.stdout)?;
    let note = document.pointer("/subjects/0/note").and_then(Value::as_str).unwrap_or_default();
    assert!(note.contains("kept: `hyper4 run "), "{note}");
    let case = folder.path().join("counterexamples/foreign_group");
    let run = Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .arg("run")
        .arg(&case)
        .args(["--format", "json"])
        .output()?;
    let ran: Value = serde_json::from_slice(&run.stdout)?;
    let outputs = ran["outputs"].as_array().ok_or("no outputs")?;
    let port =
        document.pointer("/subjects/0/counterexample/port").and_then(Value::as_u64).ok_or("no port")?;
    let own = if port <= 2 { 1..=2 } else { 3..=4 };
    let foreign = |output: &Value| output["port"].as_u64().is_some_and(|port| !own.contains(&port));
    assert!(outputs.iter().any(foreign), "a packet by port {port}: {outputs:?}");
    Ok(())
}

/// Without their faults the same configurations are proved, and so are others.
#[test]
fn the_same_without_faults_is_proved() -> Result<(), Error> {
    for name in ["two_counting", "two_cloning", "two_chains"] {
        let file = format!("corpus/isolation/known_bad/{name}.toml");
        let output = prove(&["--format", "json", &file])?;
        let document: Value = serde_json::from_slice(&output.stdout)?;
        assert_eq!(document.pointer("/subjects/0/status"), Some(&"proved".into()), "{name}: {document}");
        // For the rows that are there, and for those that the operator may add.
        let note = document.pointer("/subjects/0/note").and_then(Value::as_str).unwrap_or_default();
        assert!(note.contains("by induction") && note.contains("rules of the gate"), "{name}: {note}");
        assert_eq!(note.matches("resources: ").count(), 3, "{name}: {note}");
        assert_eq!(output.status.code(), Some(0));
    }
    Ok(())
}

/// A lease of another one's port is no configuration: no row is made of it.
#[test]
fn leases_that_overlap_are_no_configuration() -> Result<(), Error> {
    let output = prove(&["corpus/isolation/known_bad/overlapping_leases.toml"])?;
    let said = String::from_utf8(output.stderr)?;
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(said.contains("slices `left` and `right` share a port"), "{said}");
    Ok(())
}
