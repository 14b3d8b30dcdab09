//! The executor is a switch of its own: for given packets it must do what the engine and a real simple_switch do.

use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_engine::Engine;
use hyper4_ir::{Command, Packet, Program, TransitionMatch, parse_commands};
use hyper4_suite::{Error, Golden, SINGLE_GUESTS, guest, root};
use hyper4_switch::{Switch, Tracing};
use hyper4_symbolic::{Subject, outputs};

use crate::equivalence::packets;
use crate::sides::{Slice, device, native, rows, run_device, run_native};

#[test]
fn it_does_what_a_real_simple_switch_did() -> Result<(), Error> {
    for name in SINGLE_GUESTS {
        let guest = guest(name)?;
        let golden = Golden::load(name, &guest.program)?;
        assert!(golden.packets.len() > 1000 && golden.outputs.len() > 100, "{name}");
        assert_eq!(outputs(&native(&guest)?, &golden.packets)?, golden.outputs, "{name}");
        let program = Arc::new(Program::from_json(&golden.p4c_json()?)?);
        let commands = golden.commands(&program)?;
        let subject = Subject::with_commands(program, &commands)?;
        assert_eq!(outputs(&subject, &golden.packets)?, golden.outputs, "{name} from p4c");
    }
    Ok(())
}

#[test]
fn it_does_what_the_engine_does() -> Result<(), Error> {
    for name in SINGLE_GUESTS {
        let guest = guest(name)?;
        let packets = packets(name, 2000)?;
        let expected = run_native(&guest, &packets)?;
        assert!(expected.len() > 200, "{name}: {}", expected.len());
        assert_eq!(outputs(&native(&guest)?, &packets)?, expected, "{name}");
        let rows = rows(&Slice::alone(&guest), None)?;
        let few = packets.get(..300).unwrap_or_default();
        let expected = run_device(&rows, few)?;
        assert!(!expected.is_empty(), "{name}");
        assert_eq!(outputs(&device(&rows)?, few)?, expected, "{name} on the persona");
    }
    Ok(())
}

/// Key and members of a value set are compared under the mask, whatever else stands in a member.
#[test]
fn members_of_value_sets_lie_under_the_mask() -> Result<(), Error> {
    let text = std::fs::read_to_string(root().join("corpus/probes/value_set/prog.json"))?;
    let mut program = Program::from_json(&text)?;
    let transitions = program.parser.states.iter_mut().flat_map(|state| &mut state.transitions);
    let sets = transitions.filter_map(|transition| match &mut transition.matches {
        TransitionMatch::ValueSet { mask, .. } => Some(mask),
        _ => None,
    });
    let masked = sets.map(|mask| *mask = Some(vec![Bits::from_u64(8, 0x10)])).count();
    assert_eq!(masked, 1);
    let program = Arc::new(program);
    let add = parse_commands(&program, "pvs_add ProbeParser.trusted 0xd7")?;
    let commands: Vec<Command> = add.into_iter().map(|line| line.content).collect();
    let mut engine = Engine::new();
    engine.load(Arc::clone(&program))?;
    for command in &commands {
        engine.control(command)?;
    }
    let packets: Vec<Packet> =
        [0x10, 0x30, 0xd7, 0xe7, 0x07].map(|op| Packet { port: 1, bytes: vec![op; 8] }).into();
    let expected = engine.inject(&packets, Tracing::Off)?.outputs;
    let ways: Vec<_> = expected.iter().map(|output| output.bytes.get(1).copied()).collect();
    assert_eq!(ways, [1, 1, 1, 0, 2].map(Some));
    assert_eq!(outputs(&Subject::with_commands(program, &commands)?, &packets)?, expected);
    Ok(())
}
