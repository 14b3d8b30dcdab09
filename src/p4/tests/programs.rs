//! Programs that have to be accepted, and programs with the diagnostics they have to get: errors or warnings.
//!
//! `UPDATE_EXPECTED=1` writes the diagnostics beside the programs in `corpus/p4/{err,warn}`; look at the difference.

use std::path::Path;

use hyper4_p4::{Diagnostics, Options, compile_file, parse_file, parse_source, print::print};

type Outcome = datatest_stable::Result<()>;

fn accepted(path: &Path) -> Outcome {
    let (program, diagnostics) = compile_file(path, &Options::default());
    if program.is_none() || !diagnostics.list.is_empty() {
        return Err(diagnostics.render().into());
    }
    round_trip(path)
}

/// What is printed parses to the same tree, and is printed the same again.
fn round_trip(path: &Path) -> Outcome {
    let (tree, diagnostics) = parse_file(path, &Options::default());
    if diagnostics.has_errors() || tree.declarations.is_empty() {
        return Err(diagnostics.render().into());
    }
    let text = print(&tree);
    let (again, diagnostics) = parse_source("printed.p4", &text, &Options::default());
    if diagnostics.has_errors() {
        return Err(diagnostics.render().into());
    }
    if again != tree || print(&again) != text {
        return Err(format!("printed and parsed again it is another program:\n{text}").into());
    }
    Ok(())
}

fn refused(path: &Path) -> Outcome {
    let diagnostics = expected(path)?;
    if !diagnostics.has_errors() {
        return Err(format!("it is taken\n{}", diagnostics.render()).into());
    }
    Ok(())
}

fn warned(path: &Path) -> Outcome {
    let diagnostics = expected(path)?;
    if diagnostics.has_errors() || diagnostics.list.is_empty() {
        return Err(format!("it is to be taken with warnings\n{}", diagnostics.render()).into());
    }
    round_trip(path)
}

/// Compiles a program and compares the diagnostics with those beside it.
fn expected(path: &Path) -> datatest_stable::Result<Diagnostics> {
    let name = path.file_name().ok_or("no file name")?.to_string_lossy().into_owned();
    let text = std::fs::read_to_string(path)?;
    // The name alone, so that the messages are the same everywhere.
    let (_, diagnostics) = hyper4_p4::compile_source(&name, &text, &Options::default());
    let found = diagnostics.render() + "\n";
    let expected = path.with_extension("stderr");
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&expected, &found)?;
    }
    let expected = std::fs::read_to_string(&expected)?;
    if found != expected {
        return Err(format!("expected:\n{expected}\nfound:\n{found}").into());
    }
    Ok(diagnostics)
}

datatest_stable::harness! {
    { test = accepted, root = "../../corpus/p4/ok", pattern = r"\.p4$" },
    { test = refused, root = "../../corpus/p4/err", pattern = r"\.p4$" },
    { test = warned, root = "../../corpus/p4/warn", pattern = r"\.p4$" },
    { test = accepted, root = "../../p4programs", pattern = r"prog\.p4$" },
    { test = round_trip, root = "../../p4programs/include", pattern = r"\.p4$" },
}
