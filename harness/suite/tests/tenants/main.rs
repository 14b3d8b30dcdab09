//! Tenants beside each other, and what their controllers do to them.
#![allow(clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod beside;
mod compositions;
mod cost;
mod isolation;
mod leases;
mod many;
mod reconcile;
mod rollback;
mod swap;

#[path = "../persona_equal/draw.rs"]
mod draw;
#[path = "../persona_equal/programs.rs"]
mod programs;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_dpmu::{DpmuError, Lease, Wiring};
use hyper4_engine::Engine;
use hyper4_gen::{Guest as Shape, PacketGenerator, PacketLimits};
use hyper4_ir::{Command, MatchValue, Packet, Program};
use hyper4_suite::{Error, Guest, SINGLE_GUESTS, guest, persona};
use hyper4_switch::{ControlError, Switch, Tracing};
use hyper4_virtual::{VirtualNetwork, VirtualSwitch};

const SEED: u64 = 1;

fn network(below: Box<dyn Switch + Send>) -> Result<VirtualNetwork, Error> {
    let persona = persona()?;
    Ok(VirtualNetwork::new(below, persona.program, persona.layout)?)
}

fn add_slice(network: &mut VirtualNetwork, name: &str, ports: &[u16], guest: &Guest) -> Result<(), Error> {
    let lease = Lease { ports: ports.iter().copied().collect(), ..Lease::everything() };
    let programs = BTreeMap::from([("sw".to_owned(), Arc::clone(&guest.program))]);
    network.add_slice(name, lease, &programs, Wiring::Direct("sw".to_owned()))?;
    for command in &guest.commands {
        network.control(name, "sw", command)?;
    }
    Ok(())
}

fn packets(guest: &Guest, count: u64) -> Result<Vec<Packet>, Error> {
    let shape = Shape { program: Arc::clone(&guest.program), commands: guest.commands.clone() };
    let generator = PacketGenerator::new(SEED, "tenants", &[shape], &PacketLimits::default())?;
    Ok((0..count).map(|i| generator.packet(i)).collect())
}

/// The same L2 switch in two slices: a packet of one slice never leaves by a port of the other, and each slice does what
/// it does alone.
#[test]
fn slices_beside_each_other_do_what_they_do_alone() -> Result<(), Error> {
    let guest = guest("l2_switch")?;
    let slices: [(&str, &[u16]); 2] = [("a", &[1, 2]), ("b", &[3, 4])];
    let mut both = network(Box::new(Engine::new()))?;
    for (name, ports) in slices {
        add_slice(&mut both, name, ports, &guest)?;
    }
    let sent = packets(&guest, 4000)?;
    for (name, ports) in slices {
        let mut alone = network(Box::new(Engine::new()))?;
        add_slice(&mut alone, name, ports, &guest)?;
        let own: Vec<Packet> = sent.iter().filter(|p| ports.contains(&p.port)).cloned().collect();
        let expected = alone.inject(&own, Tracing::On)?;
        let actual = both.inject(&own, Tracing::On)?;
        assert_eq!(expected, actual, "slice {name}");
        let left: BTreeSet<u16> = actual.outputs.iter().map(|o| o.port).collect();
        assert!(left.iter().all(|p| ports.contains(p)), "slice {name} sent by {left:?}");
        assert!(actual.outputs.len() > 100, "slice {name} sent only {}", actual.outputs.len());
    }
    Ok(())
}

/// A port has one owner.
#[test]
fn a_leased_port_is_not_leased_again() -> Result<(), Error> {
    let guest = guest("l2_switch")?;
    let mut network = network(Box::new(Engine::new()))?;
    add_slice(&mut network, "a", &[1, 2], &guest)?;
    let lease = Lease { ports: BTreeSet::from([2, 3]), ..Lease::everything() };
    let answer = network.dpmu().create_slice("b", lease);
    assert_eq!(answer, Err(DpmuError::PortTaken { port: 2, slice: "a".to_owned() }));
    Ok(())
}

/// A choice of `n`, from a generator of its own: the same on every machine.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, n: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) as usize % n.max(1)
    }
}

/// A random command on one of the program's tables: often valid, at times not.
fn random_command(dice: &mut Dice, program: &Program, known: &[Command]) -> Option<Command> {
    let tables: Vec<_> = program.tables.iter().filter(|t| !t.keys.is_empty()).collect();
    let table = tables.get(dice.roll(tables.len()))?;
    let templates: Vec<_> = known
        .iter()
        .filter(|c| matches!(c, Command::TableAdd { table: t, .. } if *t == table.name))
        .collect();
    let Command::TableAdd { key, arguments, action, priority, .. } =
        templates.get(dice.roll(templates.len()))?
    else {
        return None;
    };
    let (table, handle) = (table.name.clone(), dice.roll(6) as u64 | (dice.roll(2) as u64) << 24);
    let (action, arguments) = (action.clone(), arguments.clone());
    // Now and then the group that floods is gone, or there but empty.
    match dice.roll(60) {
        0 => return Some(Command::MulticastGroupDestroy { group: 1 }),
        1 => return Some(Command::MulticastGroupCreate { group: 1 }),
        _ => {}
    }
    Some(match dice.roll(8) {
        0..=3 => {
            let bit = dice.roll(4) as u32;
            let nudge = |v: &Bits| v.xor(&Bits::mask(v.width(), bit, 1));
            let key = key.iter().map(|k| match k {
                MatchValue::Exact(v) => MatchValue::Exact(nudge(v)),
                MatchValue::Lpm { value, prefix_length } => {
                    MatchValue::Lpm { value: value.clone(), prefix_length: prefix_length.saturating_sub(bit) }
                }
                MatchValue::Ternary { value, mask } => MatchValue::Ternary {
                    value: value.clone(),
                    mask: if bit == 0 { nudge(mask) } else { mask.clone() },
                },
                other => other.clone(),
            });
            let priority = priority.map(|p| p + dice.roll(3) as u32);
            Command::TableAdd { table, key: key.collect(), action, arguments, priority }
        }
        4 => Command::TableModify { table, handle, action, arguments },
        5 => Command::TableDelete { table, handle },
        6 => Command::TableSetDefault { table, action, arguments },
        _ if dice.roll(8) == 0 => Command::TableClear { table },
        _ => Command::TableDump { table },
    })
}

/// A controller that adds, modifies, deletes and sets defaults at random gets the same answers (handles and errors
/// included) from a guest as from a native switch, and the packets in between go the same way.
#[test]
fn a_random_controller_sees_no_difference() -> Result<(), Error> {
    let persona = persona()?;
    for name in SINGLE_GUESTS {
        let guest = guest(name)?;
        let mut native = Engine::new();
        let (program, layout) = (Arc::clone(&persona.program), persona.layout.clone());
        let mut other = VirtualSwitch::new(Box::new(|| Ok(Box::new(Engine::new()))), program, layout);
        native.load(Arc::clone(&guest.program))?;
        other.load(Arc::clone(&guest.program))?;
        for command in &guest.commands {
            assert_eq!(native.control(command), other.control(command), "{name}: {command}");
        }
        let sent = packets(&guest, 6000)?;
        let mut dice = Dice(SEED);
        let (mut done, mut refused, mut sent_out) = (0, 0, 0);
        for chunk in sent.chunks(20) {
            let Some(command) = random_command(&mut dice, &guest.program, &guest.commands) else { continue };
            let (expected, actual) = (native.control(&command), other.control(&command));
            assert_eq!(expected, actual, "{name}, seed {SEED}: {command}");
            if expected.is_ok() {
                done += 1
            } else {
                refused += 1
            }
            let (expected, actual) = (native.inject(chunk, Tracing::On)?, other.inject(chunk, Tracing::On)?);
            assert_eq!(expected.outputs, actual.outputs, "{name}, seed {SEED}, after {command}");
            for (e, a) in expected.traces.iter().zip(&actual.traces) {
                assert_eq!(e, a, "{name}, seed {SEED}, after {command}");
            }
            sent_out += actual.outputs.len();
        }
        assert!(done > 50 && refused > 10 && sent_out > 100, "{name}: {done} {refused} {sent_out}");
    }
    Ok(())
}

/// A lease's rows are a limit, and one that is met changes nothing.
#[test]
fn a_full_lease_refuses_the_next_entry() -> Result<(), Error> {
    let guest = guest("l2_switch")?;
    let mut network = network(Box::new(Engine::new()))?;
    add_slice(&mut network, "probe", &[1], &guest)?;
    let rows = network.dpmu().rows().count() as u64;
    let mut network = self::network(Box::new(Engine::new()))?;
    let lease = Lease { ports: BTreeSet::from([1]), rows: rows - 3, groups: 8, copies: 64, cells: 0 };
    let programs = BTreeMap::from([("sw".to_owned(), Arc::clone(&guest.program))]);
    network.add_slice("a", lease, &programs, Wiring::Direct("sw".to_owned()))?;
    let mut refused = 0;
    for command in &guest.commands {
        let before = network.dpmu().rows().count();
        if let Err(error) = network.dpmu().control("a", "sw", command) {
            assert!(matches!(error, DpmuError::Exhausted { .. }), "{error}");
            assert_eq!(network.dpmu().rows().count(), before);
            refused += 1;
        }
    }
    assert!(refused > 0);
    Ok(())
}

/// A tenant can't speak of another's virtual device.
#[test]
fn unknown_names_are_refused() -> Result<(), Error> {
    let guest = guest("l2_switch")?;
    let mut network = network(Box::new(Engine::new()))?;
    add_slice(&mut network, "a", &[1, 2], &guest)?;
    let dump = Command::TableDump { table: "SwitchIngress.dmac".to_owned() };
    let answer = network.dpmu().control("a", "other", &dump);
    assert!(matches!(answer, Err(DpmuError::Unknown { kind: "virtual device", .. })), "{answer:?}");
    let missing = Command::TableDump { table: "nothing".to_owned() };
    let answer = network.dpmu().control("a", "sw", &missing);
    assert_eq!(answer, Err(DpmuError::Control(ControlError::UnknownTable("nothing".to_owned()))));
    Ok(())
}
