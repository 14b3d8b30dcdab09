//! `hyper4 record` with the real tools, where they are.

use std::path::Path;
use std::process::Command;

use hyper4_drivers::{find_p4c, find_simple_switch};

type Error = Box<dyn std::error::Error>;

/// What is recorded today is what was recorded: the probe's results are the switch's, not the machine's.
#[test]
fn a_recording_can_be_repeated() -> Result<(), Error> {
    if find_simple_switch().is_none() || find_p4c().is_none() {
        println!("skipped: there is no simple_switch, or no p4c-bm2-ss");
        return Ok(());
    }
    let probe = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/probes/egress_drop");
    let out = tempfile::tempdir()?;
    let done = Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .args(["record", "--quiet", "--out"])
        .arg(out.path())
        .arg(&probe)
        .output()?;
    assert_eq!(done.status.code(), Some(0), "{}", String::from_utf8_lossy(&done.stderr));
    for file in ["outputs.json", "traces.json"] {
        let text = |folder: &Path| std::fs::read_to_string(folder.join(file));
        assert_eq!(text(&out.path().join("egress_drop"))?, text(&probe)?, "{file}");
    }
    let record: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(out.path().join("egress_drop/record.json"))?)?;
    for (name, part) in [("switch", "simple_switch "), ("compiler", "p4c-bm2-ss "), ("date", "20")] {
        let said = record[name].as_str().unwrap_or_default();
        assert!(said.starts_with(part), "{name}: {said}");
    }
    let listed = |name: &str| out.path().join("egress_drop").join(name).exists();
    assert!(listed("prog.json") && listed("stimulus.jsonl"));
    Ok(())
}

#[test]
fn a_folder_without_a_program_is_refused() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let done = Command::new(env!("CARGO_BIN_EXE_hyper4")).arg("record").arg(folder.path()).output()?;
    assert_eq!(done.status.code(), Some(2));
    let said = String::from_utf8_lossy(&done.stderr).into_owned();
    assert!(said.contains("prog.p4 or prog.json"), "{said}");
    Ok(())
}
