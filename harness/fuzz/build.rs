//! libFuzzer is C++; its library comes behind everything that needs it.

fn main() {
    println!("cargo:rustc-link-arg=-lstdc++");
    println!("cargo:rerun-if-changed=build.rs");
}
