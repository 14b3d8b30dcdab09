//! Writes the P4Info of many programs: `p4info OUT PROGRAM.p4…`, a file of each program's name in the folder OUT. A
//! program that is refused is left out.

use std::path::Path;
use std::process::ExitCode;

use hyper4_p4::{Options, compile_file};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let Some(out) = arguments.next() else {
        eprintln!("usage: p4info OUT PROGRAM.p4…");
        return ExitCode::from(2);
    };
    for program in arguments {
        let (tree, _) = compile_file(Path::new(&program), &Options::default());
        let (Some(tree), Some(stem)) = (tree, Path::new(&program).file_stem()) else { continue };
        let path = Path::new(&out).join(format!("{}.p4info.txtpb", stem.to_string_lossy()));
        if let Err(error) = std::fs::write(&path, hyper4_p4info::text(&hyper4_p4info::p4info(&tree))) {
            eprintln!("can't write `{}`: {error}", path.display());
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
