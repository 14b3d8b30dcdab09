//! The samples of corpus/p4/ok beyond the front end: what lowering takes is lowered, becomes JSON that is read back,
//! and is loaded on the engine.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::Program;
use hyper4_p4::{Options, compile_file};
use hyper4_suite::Error;
use hyper4_switch::Switch;

fn samples() -> Result<Vec<PathBuf>, Error> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../corpus/p4/ok");
    let mut found = Vec::new();
    for entry in std::fs::read_dir(&folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "p4") {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

#[test]
fn samples_are_loaded() -> Result<(), Error> {
    let samples = samples()?;
    let mut loaded = 0usize;
    let mut refused = Vec::new();
    for path in &samples {
        let (program, diagnostics) = compile_file(path, &Options::default());
        let program = program.ok_or_else(|| format!("{}\n{}", path.display(), diagnostics.render()))?;
        match hyper4_lower::lower(&program) {
            Ok(lowered) => {
                let read = Program::from_json(&serde_json::to_string(&lowered.to_json())?)
                    .map_err(|error| format!("{}: {error}", path.display()))?;
                Engine::new().load(Arc::new(read)).map_err(|error| format!("{}: {error}", path.display()))?;
                loaded += 1;
            }
            Err(reasons) => refused.push(format!("{}\n{}", path.display(), reasons.render())),
        }
    }
    for reason in &refused {
        println!("not lowered: {reason}");
    }
    assert!(loaded * 2 > samples.len(), "{loaded} of {} samples are lowered", samples.len());
    Ok(())
}
