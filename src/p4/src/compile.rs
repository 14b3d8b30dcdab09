//! All phases in a row.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::ast;
use crate::check::check;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::parse::{p4_14, parse};
use crate::preprocess::{Setup, preprocess};
use crate::source::SourceMap;
use crate::typed;
use crate::validate;

/// How to compile.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Folders with include files; `core.p4` and `v1model.p4` are built in, but one found here goes first.
    pub include_dirs: Vec<PathBuf>,
    /// Macros to define, as `(name, value)`.
    pub defines: Vec<(String, String)>,
}

/// Compiles a file to the typed tree. There is one unless a diagnostic is an error.
pub fn compile_file(path: &Path, options: &Options) -> (Option<typed::Program>, Diagnostics) {
    match read(path) {
        Ok(text) => compile_source(&path.to_string_lossy(), &text, options),
        Err(diagnostics) => (None, diagnostics),
    }
}

/// Compiles a text to the typed tree; the name is for diagnostics and for finding `#include "…"`.
pub fn compile_source(name: &str, text: &str, options: &Options) -> (Option<typed::Program>, Diagnostics) {
    let (tree, mut diagnostics) = parse_source(name, text, options);
    if diagnostics.has_errors() {
        return (None, diagnostics);
    }
    let sources = Arc::new(std::mem::take(&mut diagnostics.sources));
    validate::tree(&tree, &mut diagnostics.list);
    let program = check(&tree, &sources, &mut diagnostics.list);
    diagnostics.once_each();
    diagnostics.sources = Arc::unwrap_or_clone(sources);
    diagnostics.truncate();
    (program.filter(|_| !diagnostics.has_errors()), diagnostics)
}

/// Preprocesses and parses a file.
pub fn parse_file(path: &Path, options: &Options) -> (ast::Program, Diagnostics) {
    match read(path) {
        Ok(text) => parse_source(&path.to_string_lossy(), &text, options),
        Err(diagnostics) => (ast::Program::default(), diagnostics),
    }
}

/// Preprocesses and parses a text.
pub fn parse_source(name: &str, text: &str, options: &Options) -> (ast::Program, Diagnostics) {
    let mut sources = SourceMap::new();
    let mut list = Vec::new();
    // Offsets are 32 bits wide.
    if u32::try_from(text.len()).is_err() {
        list.push(Diagnostic::global(format!("`{name}` is larger than 4 GiB")));
        return (ast::Program::default(), Diagnostics { sources, list });
    }
    let file = sources.add(name, text);
    let setup = Setup { include_dirs: options.include_dirs.clone(), defines: options.defines.clone() };
    let tokens = preprocess(file, &setup, &mut sources, &mut list);
    let tree = parse(&tokens, &sources, &mut list);
    let mut diagnostics = Diagnostics { sources, list };
    if diagnostics.has_errors()
        && let Some(diagnostic) = p4_14(&tokens)
    {
        diagnostics.list = vec![diagnostic];
    }
    diagnostics.once_each();
    diagnostics.truncate();
    (tree, diagnostics)
}

fn read(path: &Path) -> Result<String, Diagnostics> {
    let refuse = |reason: String| {
        let message = format!("can't read `{}`: {reason}", path.display());
        Diagnostics { sources: SourceMap::new(), list: vec![Diagnostic::global(message)] }
    };
    let bytes = std::fs::read(path).map_err(|error| refuse(error.to_string()))?;
    String::from_utf8(bytes).map_err(|_| refuse("it is not UTF-8 text".to_owned()))
}
