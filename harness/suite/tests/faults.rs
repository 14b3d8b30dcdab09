//! A fault in a row of the persona must be found and named: one of each kind of row.

use std::sync::Arc;

use hyper4_diff::{Generated, Options, Outcome, Rules, SwitchSide, compare};
use hyper4_engine::Engine;
use hyper4_gen::{Guest as Shape, PacketGenerator, PacketLimits};
use hyper4_suite::{Damage, Error, Fault, FaultySwitch, guest, persona};
use hyper4_switch::{Switch, SwitchError};
use hyper4_virtual::VirtualSwitch;

/// What a fault in a guest's row came to: where it first shows.
fn plant(name: &str, fault: &Fault) -> Result<Outcome, Error> {
    let guest = guest(name)?;
    let persona = persona()?;
    let load = |switch: &mut dyn Switch| -> Result<(), SwitchError> {
        switch.load(Arc::clone(&guest.program))?;
        guest.commands.iter().try_for_each(|c| switch.control(c).map(|_| ()))
    };
    let native = || {
        let mut engine = Engine::new();
        load(&mut engine)?;
        Ok(SwitchSide(engine))
    };
    let other = || {
        let fault = fault.clone();
        let make = move || Ok(Box::new(FaultySwitch::new(Engine::new(), fault.clone())) as _);
        let mut switch =
            VirtualSwitch::new(Box::new(make), Arc::clone(&persona.program), persona.layout.clone());
        load(&mut switch)?;
        Ok(SwitchSide(switch))
    };
    let shape = Shape { program: Arc::clone(&guest.program), commands: guest.commands.clone() };
    let generator = PacketGenerator::new(1, name, &[shape], &PacketLimits::default())?;
    let stimulus = Generated { count: 4096, packet: |i| generator.packet(i) };
    let options = Options { rules: Rules::default(), ..Options::default() };
    Ok(compare(name, native, other, &stimulus, &options, &|_| ()).outcome)
}

/// Guest, table of the persona, which row, damage, and the construct that must be named.
type Case = (&'static str, &'static str, usize, Damage, &'static str);

/// Bit of the state in which byte `byte` of the packet begins, counted from its least significant bit.
const fn byte(byte: u32) -> u32 {
    256 + 8 * (127 - byte)
}

/// The same of what a lookup by prefixes matches.
const fn prefix_byte(byte: u32) -> u32 {
    8 * (59 - byte)
}

#[test]
fn a_fault_in_a_row_of_each_kind_is_found_and_named() -> Result<(), Error> {
    let cases: [Case; 11] = [
        // Packets enter a device that doesn't exist.
        ("l2_switch", "Ingress.enter", 3, Damage::Argument { index: 0, bit: 3 }, "`SwitchIngress.smac`"),
        // A parser path is missing.
        ("firewall", "Ingress.enter", 0, Damage::Drop, "parser error `PacketTooShort`"),
        ("l2_switch", ".lpm_2", 1, Damage::Key { bit: prefix_byte(5) }, "`SwitchIngress.dmac`"),
        ("ipv4_router", ".lpm_", 1, Damage::Mask { bit: 0 }, "`RouterIngress.ipv4_lpm`"),
        ("firewall", ".ternary_2", 3, Damage::Drop, "`FirewallIngress.acl`"),
        ("firewall", ".ternary_2", 5, Damage::Mask { bit: byte(29) }, "`FirewallIngress.acl`"),
        // A default action that doesn't drop: the bits of egress_spec.
        ("firewall", ".ternary_2", 2, Damage::Argument { index: 1, bit: 9 }, "`FirewallIngress.deny`"),
        ("arp_proxy", ".step_", 0, Damage::Argument { index: 1, bit: byte(21) }, "`ProxyIngress.reply`"),
        ("l2_switch", ".leave_multicast_20", 0, Damage::Drop, "`SwitchIngress.flood`"),
        // The egress pipeline is left out, or begins elsewhere.
        ("l2_switch", ".leave_onward", 0, Damage::Drop, "end of a pipeline"),
        ("l2_switch", ".enter_back", 0, Damage::Drop, "condition `node_6`"),
    ];
    let mut missed = Vec::new();
    for (name, table, row, damage, named) in cases {
        match plant(name, &Fault { table, row, damage })? {
            Outcome::Diverged(divergence) => {
                let construct = divergence.construct.map(|c| c.name).unwrap_or_default();
                println!("{name} {table} {row} {damage:?}: packet {}, {construct}", divergence.step);
                if !construct.contains(named) {
                    missed
                        .push(format!("{name} {table} {row} {damage:?}: named `{construct}`, not `{named}`"));
                }
            }
            other => missed.push(format!("{name} {table} {row} {damage:?}: {other:?}")),
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    Ok(())
}
