//! p4c-bm2-ss as a compiler.

use std::path::{Path, PathBuf};

use hyper4_drivers::{P4c, P4cError, ToolError, version};
use hyper4_ir::Program;

use crate::{lives, oracle};

fn data(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data").join(name)
}

#[test]
fn a_program_becomes_json() {
    let Some(path) = oracle::p4c() else { return };
    assert!(version(&path).unwrap().contains("Version"));
    let compiled = P4c::new(None).unwrap().compile(&data("lives.p4")).unwrap();
    assert_eq!(compiled.warnings, "");
    let program = Program::from_json(&compiled.json).unwrap();
    // All but where it stands is what was recorded.
    let names =
        |program: &Program| -> Vec<String> { program.tables.iter().map(|t| t.name.clone()).collect() };
    assert_eq!(names(&program), names(&lives::program()));
    assert_eq!(program.header_types, lives::program().header_types);
}

#[test]
fn included_files_are_looked_for_where_it_is_told() {
    let Some(_) = oracle::p4c() else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("prog.p4");
    let library = folder.path().join("library");
    std::fs::create_dir(&library).unwrap();
    std::fs::write(library.join("mine.p4"), "#include \"lives.p4\"\n").unwrap();
    std::fs::copy(data("lives.p4"), library.join("lives.p4")).unwrap();
    std::fs::write(&program, "#include <mine.p4>\n").unwrap();
    let p4c = P4c::new(None).unwrap();
    let error = p4c.compile(&program).unwrap_err();
    let P4cError::Rejected { program: named, diagnostics } = &error else { panic!("{error:?}") };
    assert_eq!(named, &program.display().to_string());
    assert!(diagnostics.contains("mine.p4"), "{diagnostics}");
    assert!(p4c.include(&library).compile(&program).unwrap().json.contains("LivesIngress.host"));
}

#[test]
fn macros_are_defined() {
    let Some(_) = oracle::p4c() else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("prog.p4");
    let text = std::fs::read_to_string(data("lives.p4")).unwrap();
    std::fs::write(&program, text.replace("size = 4;", "size = SIZE;")).unwrap();
    let p4c = P4c::new(None).unwrap();
    assert!(p4c.compile(&program).unwrap_err().to_string().contains("SIZE"));
    let compiled = p4c.define("UNUSED").define("SIZE=17").compile(&program).unwrap();
    let program = Program::from_json(&compiled.json).unwrap();
    let host = program.table_by_name("LivesIngress.host").unwrap();
    assert_eq!(program.tables[host.index()].max_size, 17);
}

#[test]
fn errors_are_the_compilers_own() {
    let Some(_) = oracle::p4c() else { return };
    let folder = tempfile::tempdir().unwrap();
    let program = folder.path().join("prog.p4");
    std::fs::write(&program, "header h_t { bit<8> a; }\nheader h_t { nothing b; }\n").unwrap();
    let error = P4c::new(None).unwrap().compile(&program).unwrap_err().to_string();
    assert!(error.contains("prog.p4(2)"), "{error}");
    let error = P4c::new(None).unwrap().compile(&folder.path().join("missing.p4")).unwrap_err().to_string();
    assert!(error.contains("missing.p4"), "{error}");
}

#[test]
fn a_compiler_that_is_not_there_is_named() {
    let p4c = P4c::new(Some(Path::new("/nowhere/p4c"))).unwrap();
    let error = p4c.compile(Path::new("prog.p4")).unwrap_err();
    let P4cError::Tool(ToolError::Start { path, .. }) = &error else { panic!("{error:?}") };
    assert_eq!(path, "/nowhere/p4c");
    assert!(version(Path::new("/nowhere/p4c")).is_err());
}
