//! Every bmv2 JSON at hand is read, and reading what was written of it gives the same program.

#![allow(clippy::panic, clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by it")]

use std::path::{Path, PathBuf};

use hyper4_ir::{IrError, Program};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "json") {
            found.push(path);
        }
    }
}

/// The program of a file that is bmv2 JSON.
fn program(path: &Path) -> Option<Result<Program, IrError>> {
    let text = std::fs::read_to_string(path).unwrap();
    text.contains("\"header_types\"").then(|| Program::from_json(&text))
}

fn same_again(path: &Path, program: &Program) {
    let written = program.to_json().to_string();
    let again = Program::from_json(&written).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    assert!(again == *program, "{}: another program is read back", path.display());
}

#[test]
fn what_is_committed_is_read_and_written() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut found = Vec::new();
    files(&root.join("corpus"), &mut found);
    files(&root.join("p4programs"), &mut found);
    let mut compared = 0;
    for path in &found {
        let Some(read) = program(path) else { continue };
        same_again(path, &read.unwrap_or_else(|error| panic!("{}: {error}", path.display())));
        compared += 1;
    }
    assert!(compared >= 4, "only {compared} programs");
}

/// `HYPER4_BMV2_JSON` names a folder of JSON that p4c wrote; `HYPER4_BMV2_JSON_OUT` one where it is to be written again,
/// for a real simple_switch to load. A file that simple_switch doesn't load either is listed in `refused.txt` there.
#[test]
fn what_p4c_wrote_is_read_and_written() {
    let Some(folder) = std::env::var_os("HYPER4_BMV2_JSON").map(PathBuf::from) else {
        println!("skipped: HYPER4_BMV2_JSON names no folder of bmv2 JSON");
        return;
    };
    let out = std::env::var_os("HYPER4_BMV2_JSON_OUT").map(PathBuf::from);
    let refused = std::fs::read_to_string(folder.join("refused.txt")).unwrap_or_default();
    let mut found = Vec::new();
    files(&folder, &mut found);
    found.sort();
    let (mut read, mut differences) = (0, Vec::new());
    for path in &found {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        match program(path) {
            None => {}
            Some(Ok(program)) => {
                same_again(path, &program);
                if let Some(out) = &out {
                    std::fs::write(out.join(&name), program.to_json().to_string()).unwrap();
                }
                read += 1;
            }
            Some(Err(error)) if refused.lines().any(|line| line == name) => println!("{name}: {error}"),
            Some(Err(error)) => differences.push(format!("{name}: {error}")),
        }
    }
    println!("{read} read, {} not", differences.len());
    assert!(read > 0, "no bmv2 JSON in {}", folder.display());
    assert!(differences.is_empty(), "{}", differences.join("\n"));
}
