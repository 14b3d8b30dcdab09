//! Guests and their chain are what their rows on the persona are, and rows with a fault are not.

use std::collections::BTreeMap;
use std::time::Instant;

use hyper4_dpmu::Wiring;
use hyper4_gen::{Guest as Shape, PacketGenerator, PacketLimits};
use hyper4_ir::Packet;
use hyper4_suite::{Composition, Damage, Error, Fault, SINGLE_GUESTS, composition, guest};
use hyper4_symbolic::{self as symbolic, Options, Proof, Verdict, prove_composition, prove_equivalence};

use crate::sides::{Slice, device, native, rows, run_device, run_native};

fn is_about_something(name: &str, proof: &Proof) {
    println!("{name}: {proof:?}");
    assert!(proof.transmitting > 129, "{name}: {proof:?}");
    assert!(proof.queries >= 130, "{name}: coverage of each length is put to Z3: {proof:?}");
    assert_eq!((proof.bounds.window, proof.bounds.longest), (128, 65_535), "{name}");
    assert!(proof.exceptions.is_empty(), "{name}: {proof:?}");
}

#[test]
fn guests_are_what_their_rows_are_for_every_packet() -> Result<(), Error> {
    for name in SINGLE_GUESTS {
        let guest = guest(name)?;
        let on_persona = device(&rows(&Slice::alone(&guest), None)?)?;
        let begun = Instant::now();
        match prove_equivalence(&native(&guest)?, &on_persona, &Options::default()) {
            Verdict::Proved(proof) => is_about_something(name, &proof),
            other => panic!("{name}: {other}"),
        }
        println!("{name}: {:?}", begun.elapsed());
    }
    Ok(())
}

/// The native side of a composition.
fn linked(composition: &Composition) -> Result<symbolic::Composition, Error> {
    let Wiring::Links(links) = &composition.wiring else { return Err("no links".into()) };
    let end = |end: &hyper4_switch::Endpoint| match end.clone() {
        hyper4_switch::Endpoint::Physical(port) => symbolic::Endpoint::Physical(port),
        hyper4_switch::Endpoint::Device { device, port } => symbolic::Endpoint::Device { device, port },
    };
    let mut devices = BTreeMap::new();
    for (name, guest) in &composition.guests {
        devices.insert(name.clone(), native(guest)?);
    }
    let ingress = links.ingress.iter().map(|(port, to)| (*port, end(to))).collect();
    let egress = links.egress.iter().map(|(from, to)| (from.clone(), end(to))).collect();
    Ok(symbolic::Composition::new(devices, ingress, egress)?)
}

#[test]
fn the_chain_is_three_switches_joined_by_links_for_every_packet() -> Result<(), Error> {
    let name = "arp_firewall_router";
    let composition = composition(name)?;
    let on_persona = device(&rows(&Slice::composed(&composition), None)?)?;
    let begun = Instant::now();
    match prove_composition(&linked(&composition)?, &on_persona, &Options::default()) {
        Verdict::Proved(proof) => is_about_something(name, &proof),
        other => panic!("{other}"),
    }
    println!("{name}: {:?}", begun.elapsed());
    Ok(())
}

/// The guests' headers take no more than that.
fn few_lengths() -> Options {
    Options { window: 48, longest: 48, ..Options::default() }
}

/// Bit of the state in which byte `byte` of the packet begins, counted from its least significant bit.
const fn byte(byte: u32) -> u32 {
    256 + 8 * (127 - byte)
}

/// The same of what a lookup by prefixes matches, where the key begins with the packet's first byte: behind one of zeros.
const fn prefix_byte(byte: u32) -> u32 {
    8 * (56 - byte)
}

/// Where the packet's length lies in the state.
const LENGTH: u32 = byte(0) + 8 + 8;

/// A wrong row either shows in a packet, which the engines then deal with as the executor says, or can't show at all:
/// then the engines agree on whatever is generated.
#[test]
fn wrong_rows_are_refuted_by_packets_that_replay() -> Result<(), Error> {
    use Damage::{Argument, Drop, Key, Mask};
    let faults: [(&str, &str, usize, Damage); 18] = [
        // The device ID, the port that is matched.
        ("l2_switch", "Ingress.enter", 3, Argument { index: 0, bit: 3 }),
        ("l2_switch", "Ingress.enter", 3, Drop),
        // A mask's bit, a missing row, a row for another address.
        ("l2_switch", "Ingress.enter", 0, Mask { bit: LENGTH }),
        ("l2_switch", ".lpm_2", 1, Drop),
        ("l2_switch", ".lpm_2", 1, Key { bit: prefix_byte(5) }),
        // Other ports: bits of the value that is set, of `egress_spec`.
        ("l2_switch", ".lpm_2", 1, Argument { index: 1, bit: 10 }),
        // The next micro-PC, the next slot, the next key.
        ("l2_switch", ".lpm_1", 0, Argument { index: 0, bit: 0 }),
        ("l2_switch", ".lpm_1", 0, Argument { index: 0, bit: 25 }),
        ("l2_switch", ".lpm_1", 0, Argument { index: 2, bit: byte(3) }),
        ("l2_switch", ".leave_multicast_20", 0, Drop),
        // What is dropped where it is lost anyway makes no difference.
        ("l2_switch", ".leave_back", 0, Drop),
        ("l2_switch", ".leave_onward", 0, Drop),
        ("l2_switch", ".enter_back", 0, Drop),
        ("l2_switch", ".enter_onward", 0, Drop),
        ("arp_proxy", ".step_", 0, Argument { index: 1, bit: byte(21) }),
        ("firewall", "Ingress.enter", 13, Drop),
        ("ipv4_router", ".lpm_", 1, Mask { bit: 0 }),
        ("ipv4_router", ".lpm_", 2, Argument { index: 1, bit: byte(2) }),
    ];
    let mut refuted = 0;
    for (name, table, row, damage) in faults {
        let what = format!("{name} {table} {row} {damage:?}");
        let guest = guest(name)?;
        let right = rows(&Slice::alone(&guest), None)?;
        let wrong = rows(&Slice::alone(&guest), Some(&Fault { table, row, damage }))?;
        assert_ne!(right, wrong, "{what}: there is no such row");
        let begun = Instant::now();
        match prove_equivalence(&native(&guest)?, &device(&wrong)?, &few_lengths()) {
            Verdict::Refuted(refutation) => {
                let packets = std::slice::from_ref(&refutation.packet);
                assert_eq!(run_native(&guest, packets)?, refutation.native, "{what}: {}", refutation.what);
                assert_eq!(run_device(&wrong, packets)?, refutation.virtual_, "{what}: {}", refutation.what);
                assert_ne!(refutation.native, refutation.virtual_, "{what}");
                assert_eq!(run_device(&right, packets)?, refutation.native, "{what}: without the fault");
                println!("{what}: {} ({:?})", refutation.what, begun.elapsed());
                refuted += 1;
            }
            Verdict::Proved(proof) => {
                let packets = packets(name, 3000)?;
                let expected = run_native(&guest, &packets)?;
                assert!(!expected.is_empty(), "{what}");
                assert_eq!(run_device(&wrong, &packets)?, expected, "{what}");
                println!("{what}: makes no difference, {} paths ({:?})", proof.paths, begun.elapsed());
            }
            unknown @ Verdict::Unknown { .. } => panic!("{what}: {unknown}"),
        }
    }
    assert!(refuted >= 14, "only {refuted} are refuted");
    Ok(())
}

/// Packets that a guest does different things with.
pub(crate) fn packets(name: &str, count: u64) -> Result<Vec<Packet>, Error> {
    let guest = guest(name)?;
    let shape = Shape { program: guest.program, commands: guest.commands };
    let generator = PacketGenerator::new(1, name, &[shape], &PacketLimits::default())?;
    Ok((0..count).map(|index| generator.packet(index)).collect())
}
