//! P4_16 front end: preprocess, lex, parse, type-check, v1model, diagnostics, printer.
