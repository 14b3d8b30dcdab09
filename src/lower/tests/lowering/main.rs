//! Programs and what they are lowered to, and programs that are refused, with the reason.
//!
//! `UPDATE_EXPECTED=1` writes the expectations beside the programs; look at the difference. Where a `p4c-bm2-ss`
//! is on PATH, what it makes of the programs in `ok/` has to be the same; where none is, that is skipped, and said.
//! Programs in `own/` are lowered in another way than p4c does it, to the same behaviour.

mod describe;

use std::path::Path;
use std::process::Command;

use hyper4_ir::Program;
use hyper4_p4::{Options, compile_file, compile_source};

type Outcome = datatest_stable::Result<()>;

fn lowered(path: &Path) -> datatest_stable::Result<Program> {
    let (program, diagnostics) = compile_file(path, &Options::default());
    let program = program.ok_or_else(|| diagnostics.render())?;
    Ok(hyper4_lower::lower(&program).map_err(|diagnostics| diagnostics.render())?)
}

fn compared(found: &str, path: &Path) -> Outcome {
    let expected = path.with_extension("txt");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&expected, found)?;
    }
    let expected = std::fs::read_to_string(&expected)?;
    if found != expected {
        return Err(format!("expected:\n{expected}\nfound:\n{found}").into());
    }
    Ok(())
}

/// What the program is lowered to; it survives being written and read as bmv2 JSON.
fn accepted(path: &Path) -> Outcome {
    let program = lowered(path)?;
    let again = Program::from_json(&program.to_json().to_string())?;
    if again != program {
        return Err("written as JSON and read again it is another program".into());
    }
    compared(&describe::program(&program), path)
}

/// The guests are lowered, and validated as bmv2 JSON is.
fn guest(path: &Path) -> Outcome {
    let program = lowered(path)?;
    if Program::from_json(&program.to_json().to_string())? != program {
        return Err("written as JSON and read again it is another program".into());
    }
    Ok(())
}

fn refused(path: &Path) -> Outcome {
    let name = path.file_name().ok_or("no file name")?.to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path)?;
    let (program, diagnostics) = compile_source(&name, &text, &Options::default());
    let program = program.ok_or_else(|| diagnostics.render())?;
    match hyper4_lower::lower(&program) {
        Ok(_) => Err("it is lowered".into()),
        Err(diagnostics) => compared(&(diagnostics.render() + "\n"), path),
    }
}

/// p4c makes the same of it.
fn like_p4c(path: &Path) -> Outcome {
    if Command::new("p4c-bm2-ss").arg("--version").output().is_err() {
        println!("skipped {}: no p4c-bm2-ss on PATH", path.display());
        return Ok(());
    }
    let folder = tempfile::tempdir()?;
    let json = folder.path().join("p4c.json");
    let output = Command::new("p4c-bm2-ss").arg(path).arg("-o").arg(&json).output()?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned().into());
    }
    let theirs = Program::from_json(&std::fs::read_to_string(&json)?)?;
    let (ours, theirs) = (describe::comparable(&lowered(path)?), describe::comparable(&theirs));
    if ours != theirs {
        let only = |left: &[String], right: &[String]| {
            let lines: Vec<&str> =
                left.iter().filter(|line| !right.contains(line)).map(String::as_str).collect();
            lines.join("\n")
        };
        let (a, b) = (only(&ours, &theirs), only(&theirs, &ours));
        return Err(format!("only ours:\n{a}\nonly p4c's:\n{b}").into());
    }
    Ok(())
}

datatest_stable::harness! {
    { test = accepted, root = "tests/data/ok", pattern = r"\.p4$" },
    { test = accepted, root = "tests/data/own", pattern = r"\.p4$" },
    { test = refused, root = "tests/data/refused", pattern = r"\.p4$" },
    { test = guest, root = "../../p4programs", pattern = r"prog\.p4$" },
    { test = like_p4c, root = "tests/data/ok", pattern = r"\.p4$" },
    { test = like_p4c, root = "../../p4programs", pattern = r"prog\.p4$" },
}
