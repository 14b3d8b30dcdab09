//! Links the libz3 that `ci/setup` prepared, or says that it is missing before a linker does in its own words.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

fn main() -> ExitCode {
    let crate_root = PathBuf::from(env::var_os("CARGO_MANIFEST_DIR").unwrap_or_default());
    let checkout = crate_root.ancestors().nth(2).map_or_else(PathBuf::new, PathBuf::from);
    let folder = checkout.join(".z3/lib");
    let library = folder.join("libz3.so");
    println!("cargo::rerun-if-changed=build.rs");
    println!("cargo::rerun-if-changed={}", library.display());
    if !library.exists() {
        eprintln!("Z3 is not set up: there is no `{}`", library.display());
        eprintln!("run `ci/setup` in `{}`, then build again", checkout.display());
        return ExitCode::FAILURE;
    }
    println!("cargo::rustc-link-search=native={}", folder.display());
    ExitCode::SUCCESS
}
