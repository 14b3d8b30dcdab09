//! Tests that need a tool which not every machine has.
//!
//! Such a test begins with `let Some(tool) = oracle::simple_switch() else { return };`. Where the tool is missing that
//! prints a line `skipped: no NAME on PATH` to the standard error, past the test runner's capture, so that skipped
//! tests can be seen and counted (`cargo test 2>&1 | grep -c 'skipped: '`).

use std::io::Write;
use std::path::PathBuf;

/// The real simple_switch.
pub(crate) fn simple_switch() -> Option<PathBuf> {
    present(hyper4_drivers::find_simple_switch(), "simple_switch")
}

/// The real p4c-bm2-ss.
pub(crate) fn p4c() -> Option<PathBuf> {
    present(hyper4_drivers::find_p4c(), "p4c-bm2-ss")
}

fn present(found: Option<PathBuf>, name: &str) -> Option<PathBuf> {
    if found.is_none() {
        // One write, so that it stays one line among those of other tests.
        let line = format!("skipped: no {name} on PATH\n");
        std::io::stderr().write_all(line.as_bytes()).expect("standard error can be written");
    }
    found
}
