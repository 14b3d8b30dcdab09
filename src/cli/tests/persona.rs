//! `persona fit` and `persona info`: what fits runs, and what is said to be missing is.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

type Error = Box<dyn std::error::Error>;

const L2: &str = "p4programs/l2_switch";
const ROUTER: &str = "p4programs/ipv4_router";
const CHAIN: &str = "p4programs/arp_firewall_router";

fn hyper4(arguments: &[&str]) -> Result<Output, Error> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Ok(Command::new(env!("CARGO_BIN_EXE_hyper4")).current_dir(root).args(arguments).output()?)
}

/// Standard output of a command that must end with that status.
fn said(arguments: &[&str], status: i32) -> Result<String, Error> {
    let output = hyper4(arguments)?;
    let message = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(status), "{arguments:?}: {message}");
    Ok(String::from_utf8(output.stdout)?)
}

#[test]
fn the_fitted_persona_carries_its_program_and_none_with_a_slot_less_does() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    for (subject, pipeline) in [(L2, "egress_slots"), (ROUTER, "ingress_slots"), (CHAIN, "ingress_slots")] {
        let fitted = folder.path().join("fitted.toml");
        let fitted = fitted.to_string_lossy();
        said(&["persona", "fit", subject, "-o", &fitted], 0)?;
        let verified = said(&["verify", subject, "--persona", &fitted, "--packets", "500"], 0)?;
        assert!(verified.contains("equal"), "{verified}");

        let text = std::fs::read_to_string(&*fitted)?;
        let mut less = String::new();
        for line in text.lines() {
            match line.strip_prefix(&format!("{pipeline} = ")) {
                Some(slots) => less.push_str(&format!("{pipeline} = {}\n", slots.parse::<u32>()? - 1)),
                None => less.push_str(&format!("{line}\n")),
            }
        }
        assert_ne!(less, text, "a slot was taken away");
        let smaller = folder.path().join("smaller.toml");
        std::fs::write(&smaller, less)?;
        said(&["verify", subject, "--persona", &smaller.to_string_lossy(), "--packets", "10"], 3)?;
    }
    Ok(())
}

#[test]
fn info_tells_what_a_program_takes_and_what_is_missing() -> Result<(), Error> {
    let fitted: Value = serde_json::from_str(&said(&["persona", "fit", L2, "--format", "json"], 0)?)?;
    let info: Value = serde_json::from_str(&said(&["persona", "info", L2, "--format", "json"], 0)?)?;
    assert_eq!(info["subjects"][0]["ingress_slots"], fitted["config"]["ingress_slots"]);
    assert_eq!(info["subjects"][0]["egress_slots"], fitted["config"]["egress_slots"]);
    assert!(info["subjects"][0]["rows"].as_u64().is_some_and(|rows| rows > 10), "{info}");

    let folder = tempfile::tempdir()?;
    let tiny = folder.path().join("tiny.toml");
    std::fs::write(&tiny, "window_bytes = 16\nmetadata_bits = 64\ningress_slots = 2\n")?;
    let text = said(&["persona", "info", "--config", &tiny.to_string_lossy(), L2, CHAIN], 3)?;
    assert!(text.contains("16 bytes"), "{text}");
    assert_eq!(text.matches("refused: ").count(), 2, "{text}");
    Ok(())
}
