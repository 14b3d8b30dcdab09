//! Two L2 switches beside each other.

use std::collections::BTreeSet;
use std::time::Instant;

use hyper4_bits::Bits;
use hyper4_ir::Command;
use hyper4_suite::{Error, guest};
use hyper4_symbolic::{self as symbolic, Options, Verdict, prove_isolation};

use crate::sides::{Slice, device, rows, run_device};

fn slices() -> Result<Vec<Slice>, Error> {
    let guest = guest("l2_switch")?;
    Ok(vec![Slice::of("a", &[1, 2], &guest), Slice::of("b", &[3, 4], &guest)])
}

fn claims() -> Vec<symbolic::Slice> {
    let slice = |name: &str, ports: [u16; 2]| symbolic::Slice {
        name: name.to_owned(),
        ingress_ports: BTreeSet::from(ports),
        egress_ports: BTreeSet::from(ports),
    };
    vec![slice("a", [1, 2]), slice("b", [3, 4])]
}

#[test]
fn no_packet_of_a_slice_leaves_by_another_ones_port() -> Result<(), Error> {
    let device = device(&rows(&slices()?, None)?)?;
    let begun = Instant::now();
    match prove_isolation(&device, &claims(), &Options::default()) {
        Verdict::Proved(proof) => {
            println!("{proof:?} {:?}", begun.elapsed());
            assert!(proof.transmitting > 2 * 129, "{proof:?}");
            assert_eq!((proof.bounds.window, proof.bounds.longest), (128, 65_535));
        }
        other => panic!("{other}"),
    }
    Ok(())
}

/// Each row of the operator's is bent until a packet gets through, or can't.
#[test]
fn leaks_are_refuted_by_packets_that_replay() -> Result<(), Error> {
    let right = rows(&slices()?, None)?;
    let mut leaks = 0;
    let mut met = BTreeSet::new();
    for (index, command) in right.iter().enumerate() {
        let Some(wrong) = bent(command) else { continue };
        let mut commands = right.clone();
        commands[index] = wrong;
        let Ok(device) = device(&commands) else { continue };
        // The guests' headers take 14 bytes.
        let options = Options { window: 20, longest: 20, ..Options::default() };
        let verdict = prove_isolation(&device, &claims(), &options);
        let Verdict::Refuted(refutation) = verdict else { continue };
        let outputs = run_device(&commands, std::slice::from_ref(&refutation.packet))?;
        assert_eq!(outputs, refutation.native, "{:?}: {}", commands[index], refutation.what);
        let own: &[u16] = if refutation.packet.port <= 2 { &[1, 2] } else { &[3, 4] };
        assert!(outputs.iter().any(|output| !own.contains(&output.port)), "{}", refutation.what);
        let (Command::TableAdd { table, .. } | Command::TableModify { table, .. }) = command else {
            return Err("only rows are bent".into());
        };
        met.insert(table.trim_end_matches(|c: char| c.is_ascii_digit()).to_owned());
        leaks += 1;
    }
    println!("{leaks} leaks, in {met:?}");
    assert!(leaks >= 8, "{leaks} leaks, in {met:?}");
    for table in ["PersonaIngress.enter", "PersonaIngress.leave_", "PersonaIngress.leave_multicast_"] {
        assert!(met.contains(table), "no leak in {table}, only in {met:?}");
    }
    Ok(())
}

/// A row of the operator's that sends somewhere else: to the other slice's port, group or device.
fn bent(command: &Command) -> Option<Command> {
    let mut command = command.clone();
    match &mut command {
        // Groups come to their slices by a change of the row: 2 is the first one's, 3 the second one's.
        Command::TableModify { table, arguments, .. } if table.contains(".leave_multicast_") => {
            let group = arguments.first_mut()?;
            *group = Bits::from_u64(16, 5 - group.to_u64()?);
        }
        // Devices are numbered from 1.
        Command::TableAdd { table, arguments, .. } if table.ends_with(".enter") => {
            let device = arguments.first_mut()?;
            *device = Bits::from_u64(16, 3 - device.to_u64()?);
        }
        Command::TableAdd { table, action, arguments, .. } if table.contains(".leave_") => {
            if !action.contains(".transmit") {
                return None;
            }
            // A port becomes one of the other side.
            let port = arguments.first_mut()?;
            *port = Bits::from_u64(9, if port.to_u64()? <= 2 { 3 } else { 1 });
        }
        _ => return None,
    }
    Some(command)
}
