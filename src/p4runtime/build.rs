//! Makes Rust of the definitions in `proto/`.

use std::error::Error;

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-changed=proto");
    let descriptors = protox::compile(["p4runtime.proto", "operator.proto"], ["proto"])?;
    tonic_prost_build::configure().include_file("definitions.rs").compile_fds(descriptors)?;
    Ok(())
}
