//! Prints one line a file: whether it is accepted, and where its first error is.
//!
//! `cargo run -p hyper4-p4 --example check -- [-I DIR]… FILE…`

use std::path::{Path, PathBuf};
use std::time::Instant;

use hyper4_p4::{Options, compile_file};

fn main() {
    let mut options = Options::default();
    let mut arguments = std::env::args().skip(1);
    let mut files = Vec::new();
    while let Some(argument) = arguments.next() {
        match argument.as_str() {
            "-I" => options.include_dirs.extend(arguments.next().map(PathBuf::from)),
            _ => files.push(argument),
        }
    }
    for file in files {
        let start = Instant::now();
        let (_, diagnostics) = compile_file(Path::new(&file), &options);
        let time = start.elapsed().as_millis();
        let lines = diagnostics.errors().map(|error| {
            let place = diagnostics.position(error).map(|place| place.to_string()).unwrap_or_default();
            format!("{place}: {}", error.message)
        });
        let lines: Vec<String> = lines.collect();
        let verdict = if lines.is_empty() { "ok" } else { "refused" };
        println!("{file}\t{verdict}\t{time} ms\t{}", lines.join(" | ").replace(['\n', '\t'], " "));
    }
}
