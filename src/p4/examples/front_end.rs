//! The front end alone, with the words of `hyper4 compile`: quick to build while working on it.
//!
//! `front_end compile [-I FOLDER]… [--emit p4] FILE` says what is wrong with a program, or prints it again.

use std::path::PathBuf;
use std::process::ExitCode;

use hyper4_p4::{Diagnostics, Options, compile_file, parse_file, print::print};

fn main() -> ExitCode {
    let mut options = Options::default();
    let mut printed = false;
    let mut file = None;
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "compile" => {}
            // What is printed goes to standard output anyway.
            "--output" => drop(arguments.next()),
            "-I" => options.include_dirs.extend(arguments.next().map(PathBuf::from)),
            "--emit" => printed = arguments.next().is_some_and(|what| what == "p4"),
            _ => file = Some(PathBuf::from(argument)),
        }
    }
    let Some(file) = file else {
        eprintln!("usage: front_end compile [-I FOLDER]... [--emit p4] FILE");
        return ExitCode::from(2);
    };
    let diagnostics = if printed {
        let (tree, diagnostics) = parse_file(&file, &options);
        if !diagnostics.has_errors() {
            print!("{}", print(&tree));
        }
        diagnostics
    } else {
        compile_file(&file, &options).1
    };
    show(&diagnostics);
    ExitCode::from(u8::from(diagnostics.has_errors()))
}

fn show(diagnostics: &Diagnostics) {
    if !diagnostics.list.is_empty() {
        eprintln!("{diagnostics}");
    }
}
