//! P4_16 front end: preprocess, lex, parse, type-check, v1model, diagnostics, printer.
//!
//! [`compile_file`] and [`compile_source`] run everything and hand back a [`typed::Program`] together
//! with the [`Diagnostics`] that were found on the way. No input makes them panic: what is wrong is a
//! diagnostic, and what the later phases don't handle is refused there, not here.
//!
//! The phases can be run alone: [`preprocess::preprocess`] gives the token list, [`parse::parse`] the
//! [`ast::Program`] (always a tree, however broken the text), [`check::check`] the typed tree, and
//! [`print::print`] turns a tree back into P4_16.

pub mod ast;
pub mod check;
mod compile;
pub mod diagnostic;
pub mod parse;
pub mod preprocess;
pub mod print;
pub mod source;
pub mod token;
pub mod typed;
pub mod validate;

pub use compile::{Options, compile_file, compile_source, parse_file, parse_source};
pub use diagnostic::{Diagnostic, Diagnostics, Severity};
pub use source::{Position, SourceMap, Span};
