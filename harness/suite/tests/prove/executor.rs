//! The executor is a switch of its own: for given packets it must do what the engine and a real simple_switch do.

use std::sync::Arc;

use hyper4_ir::Program;
use hyper4_suite::{Error, Golden, SINGLE_GUESTS, guest};
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
