//! Any text as bmv2 JSON: reading it doesn't panic; what is read is valid, is written and read again as the same; the
//! engine refuses it or runs it, and a packet's life ends.
#![no_main]

use std::sync::Arc;

use hyper4_engine::Engine;
use hyper4_ir::{Packet, Program};
use hyper4_switch::{Switch, Tracing};
use libfuzzer_sys::fuzz_target;

/// Cells of arrays and entries of tables that are worth the memory.
const LARGE: u64 = 1 << 20;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(program) = Program::from_json(text) else { return };
    program.validate().expect("what is read is valid");
    let again = Program::from_json(&program.to_json().to_string()).expect("what is written can be read");
    assert!(again == program, "it is written as another program");
    let sizes = program.registers.iter().map(|register| u64::from(register.size) * u64::from(register.width) / 8);
    let sizes = sizes.chain(program.counters.iter().map(|counter| u64::from(counter.size)));
    if sizes.chain(program.meters.iter().map(|meter| u64::from(meter.size))).sum::<u64>() > LARGE {
        return;
    }
    let mut engine = Engine::new();
    if engine.load(Arc::new(program)).is_ok() {
        let packet = |fill: u8| Packet { port: 1, bytes: (0..100).map(|byte| byte & fill).collect() };
        // Lives that end with a fault end.
        let _ = engine.inject(&[packet(0)], Tracing::Full);
        let _ = engine.inject(&[packet(0xff), packet(1)], Tracing::Off);
    }
});
