//! `hyper4 compile`: what it writes and where, what it says, and its exit status.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

type Error = Box<dyn std::error::Error>;

const L2: &str = "p4programs/l2_switch/prog.p4";
const ROUTER: &str = "p4programs/ipv4_router/prog.p4";

fn hyper4(arguments: &[&str]) -> Result<Output, Error> {
    let root: PathBuf = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    Ok(Command::new(env!("CARGO_BIN_EXE_hyper4")).current_dir(root).args(arguments).output()?)
}

fn stderr(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

fn ok(arguments: &[&str]) -> Result<String, Error> {
    let output = hyper4(arguments)?;
    assert_eq!(output.status.code(), Some(0), "{arguments:?}: {}", stderr(&output));
    Ok(String::from_utf8(output.stdout)?)
}

/// Status 2, nothing on standard output, and a message with `part` in it.
fn refused(arguments: &[&str], part: &str) -> Result<(), Error> {
    let output = hyper4(arguments)?;
    let message = stderr(&output);
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {message}");
    assert!(message.contains(part), "{arguments:?} doesn't say `{part}`: {message}");
    assert!(output.stdout.is_empty(), "{arguments:?} wrote to standard output");
    Ok(())
}

fn broken(folder: &Path) -> Result<String, Error> {
    let path = folder.join("broken.p4");
    std::fs::write(
        &path,
        "#include <core.p4>\n#include <v1model.p4>\nheader h { bit<8> f }\nconst bit<4> c = missing;\n",
    )?;
    Ok(path.to_string_lossy().into_owned())
}

#[test]
fn every_kind_of_output() -> Result<(), Error> {
    let json: serde_json::Value = serde_json::from_str(&ok(&["compile", L2, "-o", "-", "--quiet"])?)?;
    assert_eq!(json["__meta__"]["compiler"], "hyper4");
    assert_eq!(serde_json::from_str::<serde_json::Value>(&ok(&["compile", L2, "--emit", "json"])?)?, json);
    let info = ok(&["compile", L2, "--emit", "p4info"])?;
    assert!(info.starts_with("# proto-file: p4/config/v1/p4info.proto\n"), "{info}");
    assert!(info.contains("match_type: EXACT"), "{info}");
    assert!(ok(&["compile", L2, "--emit", "ir"])?.contains("HeaderType"));
    assert!(ok(&["compile", L2, "--emit", "ast"])?.contains("Program"));
    // The program printed is the program.
    let folder = tempfile::tempdir()?;
    let printed = folder.path().join("again.p4");
    let printed = printed.to_string_lossy();
    ok(&["compile", L2, "--emit", "p4", "-o", &printed])?;
    let again: serde_json::Value = serde_json::from_str(&ok(&["compile", &printed, "--emit", "json"])?)?;
    assert_eq!(again["actions"].as_array().map(Vec::len), json["actions"].as_array().map(Vec::len));
    Ok(())
}

#[test]
fn p4info_as_text_and_as_bytes() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let file = |name: &str| folder.path().join(name).to_string_lossy().into_owned();
    let (json, text, bytes) = (file("r.json"), file("r.p4info.txtpb"), file("r.p4info.bin"));
    let said = stderr(&hyper4(&["compile", ROUTER, "-o", &json, "--p4info", &text])?);
    assert!(said.contains("wrote") && said.contains("r.json") && said.contains("txtpb"), "{said}");
    ok(&["compile", ROUTER, "--p4info", &bytes])?;
    assert!(std::fs::read_to_string(&text)?.contains("tables {"));
    let bytes = std::fs::read(&bytes)?;
    // Field 1, a message: `pkg_info { arch: "v1model" }`.
    assert!(bytes.starts_with(b"\x0a\x09\x2a\x07v1model"), "{:?}", bytes.get(..16));
    Ok(())
}

#[test]
fn standard_input() -> Result<(), Error> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let mut child = Command::new(env!("CARGO_BIN_EXE_hyper4"))
        .args(["compile", "-", "--emit", "json"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()?;
    let mut input = child.stdin.take().ok_or("no standard input")?;
    input.write_all(&std::fs::read(root.join(L2))?)?;
    drop(input);
    let output = child.wait_with_output()?;
    assert_eq!(output.status.code(), Some(0));
    let json: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(json["program"], "<stdin>");
    Ok(())
}

#[test]
fn many_programs() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let broken = broken(folder.path())?;
    let out = folder.path().join("out");
    std::fs::create_dir(&out)?;
    let out_name = out.to_string_lossy().into_owned();
    let output =
        hyper4(&["compile", L2, &broken, ROUTER, "no/such.p4", "--format", "json", "-o", &out_name])?;
    assert_eq!(output.status.code(), Some(2));
    let document: serde_json::Value = serde_json::from_slice(&output.stdout)?;
    assert_eq!(document["schema"], "hyper4/compile/1");
    let programs = document["programs"].as_array().ok_or("no programs")?;
    let status: Vec<&str> = programs.iter().filter_map(|program| program["status"].as_str()).collect();
    assert_eq!(status, ["compiled", "refused", "compiled", "refused"]);
    let found = programs[1]["diagnostics"].as_array().ok_or("no diagnostics")?;
    assert!(found.iter().any(|d| d["severity"] == "error" && d["line"].as_u64() == Some(3)), "{found:?}");
    assert!(programs[3]["diagnostics"][0]["message"].as_str().is_some_and(|m| m.contains("no/such.p4")));
    // Two programs are called `prog`: the later one stays.
    assert!(out.join("prog.json").exists() && !out.join("broken.json").exists());
    let said = stderr(&hyper4(&["compile", L2, &broken])?);
    assert!(said.contains("1 programs compiled, 1 refused"), "{said}");
    Ok(())
}

#[test]
fn what_can_not_be_asked_for() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    let name = broken(folder.path())?;
    let output = folder.path().join("x.json").to_string_lossy().into_owned();
    std::fs::write(&output, "before")?;
    let said = stderr(&hyper4(&["compile", &name, "-o", &output])?);
    assert!(said.contains("broken.p4:3") && !said.contains("panicked"), "{said}");
    assert_eq!(std::fs::read_to_string(&output)?, "before", "a refused program leaves files as they were");
    refused(&["compile", L2, ROUTER, "-o", &output], "several programs are written to a folder")?;
    refused(&["compile", "README.md", "-o", &output], "is not a .p4 file")?;
    refused(&["compile", "no/such.p4"], "no/such.p4")?;
    refused(&["compile", L2, "-o", "no/such/folder/x.json"], "no/such/folder")?;
    refused(&["compile", L2, "-o", "-", "--p4info", "-"], "name a file for one")?;
    refused(&["compile", L2, "-o", "-", "--format", "json"], "name a file with --output")?;
    refused(&["compile"], "PROGRAM")?;
    refused(&["compile", L2, "--emit", "elf"], "elf")?;
    let text = folder.path().join("latin.p4");
    std::fs::write(&text, b"// \xe9\n")?;
    refused(&["compile", &text.to_string_lossy()], "UTF-8")?;
    std::fs::write(&text, b"")?;
    refused(&["compile", &text.to_string_lossy()], "error")
}

#[test]
fn macros_and_include_folders() -> Result<(), Error> {
    let folder = tempfile::tempdir()?;
    std::fs::write(folder.path().join("size.p4"), "#ifndef SIZE\n#error name a SIZE\n#endif\n")?;
    let program = folder.path().join("p.p4");
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let text = std::fs::read_to_string(root.join(L2))?;
    std::fs::write(&program, format!("#include <size.p4>\n{text}"))?;
    let (program, folder) = (program.to_string_lossy(), folder.path().to_string_lossy());
    refused(&["compile", &program], "size.p4")?;
    refused(&["compile", &program, "-I", &folder], "name a SIZE")?;
    ok(&["compile", &program, "-I", &folder, "-D", "SIZE=4"])?;
    ok(&["compile", &program, "-I", &folder, "-D", "SIZE"])?;
    Ok(())
}
