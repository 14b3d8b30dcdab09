//! `hyper4 stf` as a user runs it.

use std::path::Path;
use std::process::{Command, Output};

type Error = Box<dyn std::error::Error>;

fn stf(arguments: &[&str]) -> Result<Output, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stf");
    Ok(Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .args(["stf", "--quiet"])
        .args(arguments)
        .current_dir(folder)
        .output()?)
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// Standard output is what the file says.
fn compare(done: &Output, expected: &str) -> Result<(), Error> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/stf").join(expected);
    let found = text(&done.stdout);
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&file, &found)?;
    }
    let expected = std::fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(found, expected, "{}: {}", file.display(), text(&done.stderr));
    Ok(())
}

#[test]
fn a_batch_as_json() -> Result<(), Error> {
    let done = stf(&["--batch", "list", "--format", "json"])?;
    compare(&done, "batch.json")?;
    assert_eq!(done.status.code(), Some(2), "a test that doesn't fit counts more than one that fails");
    Ok(())
}

#[test]
fn a_batch_for_people() -> Result<(), Error> {
    compare(&stf(&["--batch", "list"])?, "batch.txt")
}

#[test]
fn one_test_natively_and_on_a_persona() -> Result<(), Error> {
    for more in [&[][..], &["--virtual"]] {
        for (test, status) in [("passes.stf", 0), ("fails.stf", 1), ("misfit.stf", 2), ("syntax.stf", 2)] {
            let done = stf(&[&[test, "forward.p4"], more].concat())?;
            assert_eq!(done.status.code(), Some(status), "{test} {more:?}: {}", text(&done.stdout));
        }
    }
    Ok(())
}

#[test]
fn wrong_usage_is_told() -> Result<(), Error> {
    for arguments in [&[][..], &["passes.stf"], &["passes.stf", "forward.p4", "--batch", "list"]] {
        let done = stf(arguments)?;
        assert_eq!(done.status.code(), Some(2), "{arguments:?}");
        assert!(text(&done.stderr).contains("Usage"), "{arguments:?}: {}", text(&done.stderr));
    }
    let done = stf(&["--batch", "fails.stf"])?;
    assert_eq!(done.status.code(), Some(2));
    let done = stf(&["--batch", "missing"])?;
    assert_eq!(done.status.code(), Some(2));
    assert!(text(&done.stderr).contains("can't read `missing`"), "{}", text(&done.stderr));
    Ok(())
}
