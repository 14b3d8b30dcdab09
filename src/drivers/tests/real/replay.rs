//! Captures through a real simple_switch.

use hyper4_drivers::{Cores, SimpleSwitch, SimpleSwitchOptions};
use hyper4_ir::{Output, Packet};
use hyper4_switch::{Switch, SwitchError, Tracing};

use crate::lives::{COMMANDS, commands, frame, program, set_up};
use crate::oracle;

/// What left each port, in order.
fn by_port(outputs: &[Output]) -> Vec<(u16, &[u8])> {
    let mut list: Vec<_> = outputs.iter().map(|output| (output.port, output.bytes.as_slice())).collect();
    // Stable: packets of one port keep their order.
    list.sort_by_key(|(port, _)| *port);
    list
}

#[test]
fn a_replay_gives_what_single_packets_give() {
    let Some(path) = oracle::simple_switch() else { return };
    let packets: Vec<Packet> =
        (0..500).map(|i| frame(1 + i % 3, 0x11, 0x800, format!("number {i}").as_bytes())).collect();
    let mut switch = set_up(path.clone());
    let expected = switch.inject(&packets, Tracing::Off).unwrap().outputs;
    assert!(expected.len() > 500, "{}: some are flooded", expected.len());

    let options = SimpleSwitchOptions { program_path: Some(path), ..SimpleSwitchOptions::default() };
    let fresh = SimpleSwitch::new(options).unwrap();
    let program = program();
    let json = program.to_json().to_string();
    for cores in [Cores::All, Cores::One] {
        let replayed =
            fresh.replay(&program, &json, &commands(COMMANDS), &packets, &expected, cores).unwrap();
        assert_eq!(by_port(&replayed.outputs), by_port(&expected));
        assert!(!replayed.span.is_zero());
    }
    let refused = fresh.replay(&program, "{}", &[], &packets, &expected, Cores::All);
    assert!(matches!(refused, Err(SwitchError::Unsupported { .. })), "{refused:?}");
}
