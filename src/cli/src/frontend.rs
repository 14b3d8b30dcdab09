//! From a program's file to IR.

use std::path::Path;
use std::sync::Arc;

use hyper4_drivers::P4c;
use hyper4_ir::Program;
use hyper4_p4::Options as P4Options;

use crate::args::{FrontendKind, Options};
use crate::failure::{Failure, show_diagnostics};

/// Read a program: bmv2 JSON, or P4_16 that is compiled.
pub(crate) fn load_program(options: &Options, path: &Path) -> Result<Arc<Program>, Failure> {
    let extension = path.extension().and_then(|e| e.to_str()).unwrap_or_default();
    match extension {
        "json" => from_json(path, &read(path)?),
        "p4" => compile(options, path),
        _ => Err(Failure::input(format!("`{}` is neither a .p4 nor a .json file", path.display()))),
    }
    .map(Arc::new)
}

/// Compile a P4_16 program.
pub(crate) fn compile(options: &Options, path: &Path) -> Result<Program, Failure> {
    match options.frontend {
        FrontendKind::Own => {
            let (typed, mut diagnostics) = hyper4_p4::compile_file(path, &p4_options(options));
            finish(options, typed, &mut diagnostics)
        }
        FrontendKind::P4c => with_p4c(options, path),
    }
}

/// Compile a P4_16 text with the own front end.
pub(crate) fn compile_text(options: &Options, name: &str, text: &str) -> Result<Program, Failure> {
    let (typed, mut diagnostics) = hyper4_p4::compile_source(name, text, &p4_options(options));
    finish(options, typed, &mut diagnostics)
}

/// A file's text, or why it can't be had.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    std::fs::read_to_string(path).map_err(|e| Failure::input(format!("can't read `{}`: {e}", path.display())))
}

pub(crate) fn p4_options(options: &Options) -> P4Options {
    let define = |text: &String| match text.split_once('=') {
        Some((name, value)) => (name.to_owned(), value.to_owned()),
        None => (text.clone(), "1".to_owned()),
    };
    P4Options {
        include_dirs: options.include_dirs.clone(),
        defines: options.defines.iter().map(define).collect(),
    }
}

fn finish(
    options: &Options,
    typed: Option<hyper4_p4::typed::Program>,
    diagnostics: &mut hyper4_p4::Diagnostics,
) -> Result<Program, Failure> {
    let failed = |d: &mut hyper4_p4::Diagnostics| Failure::Program(Box::new(std::mem::take(d)));
    let Some(typed) = typed else { return Err(failed(diagnostics)) };
    match hyper4_lower::lower(&typed) {
        Ok(program) => {
            if !options.quiet && !diagnostics.list.is_empty() {
                show_diagnostics(options, diagnostics);
            }
            Ok(program)
        }
        Err(mut refused) => Err(failed(&mut refused)),
    }
}

fn from_json(path: &Path, text: &str) -> Result<Program, Failure> {
    Program::from_json(text).map_err(|e| Failure::input(format!("`{}`: {e}", path.display())))
}

pub(crate) fn with_p4c(options: &Options, path: &Path) -> Result<Program, Failure> {
    let mut p4c = P4c::new(options.p4c.as_deref())
        .map_err(|e| Failure::input(format!("{e}; name one with --p4c, or leave out --frontend p4c")))?;
    for folder in &options.include_dirs {
        p4c = p4c.include(folder);
    }
    for define in &options.defines {
        p4c = p4c.define(define);
    }
    let compiled = p4c.compile(path).map_err(|e| Failure::input(e.to_string()))?;
    if !options.quiet && !compiled.warnings.is_empty() {
        eprintln!("{}", compiled.warnings.trim_end());
    }
    from_json(path, &compiled.json)
}
