//! Any text: the front end doesn't panic, has a program exactly when it has no errors, and prints what it reads so that
//! it is read again as the same. Lowering refuses a program or makes one that is valid and that bmv2 JSON can say.
#![no_main]

use hyper4_ir::Program;
use hyper4_p4::{Options, compile_source, parse_source, print::print};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    // What files there are is not what is tested.
    if text.contains("include") && !text.contains("#include <core.p4>") && !text.contains("#include <v1model.p4>") {
        return;
    }
    let options = Options::default();
    let (tree, diagnostics) = parse_source("fuzz.p4", text, &options);
    if !diagnostics.has_errors() {
        let printed = print(&tree);
        let (again, more) = parse_source("printed.p4", &printed, &options);
        assert!(!more.has_errors(), "printed:\n{printed}\n{}", more.render());
        assert!(again == tree, "printed it is another program:\n{printed}");
    }
    let (program, diagnostics) = compile_source("fuzz.p4", text, &options);
    assert!(program.is_none() == diagnostics.has_errors());
    assert!(diagnostics.render().is_empty() == diagnostics.list.is_empty());
    let Some(program) = program else { return };
    match hyper4_lower::lower(&program) {
        Ok(lowered) => {
            lowered.validate().expect("what is lowered is valid");
            let json = lowered.to_json().to_string();
            let again = Program::from_json(&json).expect("what is written can be read");
            assert!(again == lowered, "JSON makes it another program:\n{json}");
        }
        Err(refusals) => assert!(refusals.has_errors() && !refusals.render().is_empty()),
    }
});
