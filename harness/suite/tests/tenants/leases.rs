//! What a lease promises is there, whatever others do.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_dpmu::{DeviceName, DpmuError, Lease, Wiring, WiringError};
use hyper4_engine::Engine;
use hyper4_ir::{Command, CounterCommand, CounterValue, MatchValue, Packet, Reply};
use hyper4_suite::{Error, guest, persona, program, root};
use hyper4_switch::{Endpoint, LinkedSwitches, Links, Recorder, Switch, Tracing};
use hyper4_virtual::VirtualNetwork;

const ROWS_OF_A_TABLE: u64 = 4096;

fn lease(port: u16, rows: u64) -> Lease {
    Lease { ports: [port].into(), rows, groups: u64::MAX, copies: u64::MAX, cells: 0 }
}

/// Add entries to `dmac` until one is refused; how many there were, and why no more.
fn fill(network: &mut VirtualNetwork, slice: &str) -> (u64, DpmuError) {
    // 0 would take a row more: a header that isn't there reads as 0.
    for number in 1.. {
        let command = Command::TableAdd {
            table: "dmac".to_owned(),
            key: vec![MatchValue::Exact(Bits::from_u64(48, number))],
            action: "forward".to_owned(),
            arguments: vec![Bits::from_u64(9, 1)],
            priority: None,
        };
        if let Err(error) = network.dpmu().control(slice, "sw", &command) {
            return (number - 1, error);
        }
    }
    panic!("no end")
}

#[test]
fn what_is_promised_is_there_whatever_others_take() -> Result<(), Error> {
    let persona = persona()?;
    assert_eq!(u64::from(persona.layout.config().rows_per_table), ROWS_OF_A_TABLE);
    let mut program = (*guest("l2_switch")?.program).clone();
    program.tables.iter_mut().for_each(|table| table.max_size = 1 << 20);
    let programs = BTreeMap::from([("sw".to_owned(), Arc::new(program))]);
    let mut network =
        VirtualNetwork::new(Box::new(Recorder::default()), persona.program, persona.layout.clone())?;
    let add = |network: &mut VirtualNetwork, name: &str, lease: Lease| {
        network.add_slice(name, lease, &programs, Wiring::Direct("sw".to_owned()))
    };
    add(&mut network, "greedy", lease(1, u64::MAX))?;
    add(&mut network, "promised", lease(2, 1000))?;
    add(&mut network, "other", lease(3, 500))?;
    // 1500 rows are promised, and 1000 more for a change of the greatest: the rest is for whoever comes.
    let (taken, error) = fill(&mut network, "greedy");
    let full = DpmuError::Exhausted { resource: "rows in a table of the device", needed: 1, left: 0 };
    assert_eq!(error, full);
    // One stands for a miss.
    assert_eq!(taken, ROWS_OF_A_TABLE - 2500 - 1);
    // No new promise that can't be kept.
    let answer = network.dpmu().create_slice("late", lease(4, 700));
    let short = DpmuError::Exhausted { resource: "rows of the device", needed: 700, left: 0 };
    assert_eq!(answer, Err(short));
    for (name, rows) in [("promised", 1000), ("other", 500)] {
        let held = network.dpmu().rows_held(name);
        let (taken, error) = fill(&mut network, name);
        let full = DpmuError::Exhausted { resource: "rows of the lease", needed: 1, left: 0 };
        let now = network.dpmu().rows_held(name);
        assert_eq!((taken, error, now), (rows - held, full, rows), "{name}");
        // There is room for the new rows beside the old ones.
        network.dpmu().wire(name, Wiring::Direct("sw".to_owned()))?;
        assert_eq!(network.dpmu().rows_held(name), rows, "{name}");
    }
    // What one gives back is free for others.
    network.dpmu().delete_slice("promised")?;
    assert_eq!(network.dpmu().rows_held("promised"), 0);
    assert!(fill(&mut network, "greedy").0 == 0, "the first entries are there already");
    network.dpmu().create_slice("late", lease(2, 500))?;
    Ok(())
}

/// Groups and copies: counted over the slice, promised like rows.
#[test]
fn groups_are_limited_by_the_slice() -> Result<(), Error> {
    let persona = persona()?;
    let l2 = guest("l2_switch")?;
    let mut network = VirtualNetwork::new(Box::new(Recorder::default()), persona.program, persona.layout)?;
    let lease = Lease { ports: (1..5).collect(), rows: 1000, groups: 2, copies: 6, cells: 0 };
    let programs = BTreeMap::from([("sw".to_owned(), Arc::clone(&l2.program))]);
    network.add_slice("a", lease, &programs, Wiring::Direct("sw".to_owned()))?;
    for command in &l2.commands {
        network.control("a", "sw", command)?;
    }
    let mut control = |text: &str| -> Result<Result<(), DpmuError>, Error> {
        let line = hyper4_ir::parse_commands(&l2.program, text)?.into_iter().next().ok_or("no command")?;
        Ok(network.dpmu().control("a", "sw", &line.content).map(drop))
    };
    assert_eq!(control("mc_mgrp_create 2")?, Ok(()));
    let groups = DpmuError::Exhausted { resource: "multicast groups of the lease", needed: 3, left: 2 };
    assert_eq!(control("mc_mgrp_create 3")?, Err(groups));
    assert_eq!(control("mc_node_create 5 1 2 3")?, Ok(()));
    let copies =
        DpmuError::Exhausted { resource: "copies of the lease's multicast groups", needed: 7, left: 6 };
    assert_eq!(control("mc_node_associate 2 1")?, Err(copies));
    assert_eq!(control("mc_node_update 1 1 2")?, Ok(()));
    assert_eq!(control("mc_node_associate 2 1")?, Ok(()));
    Ok(())
}

/// A packet for a port that isn't the slice's is lost behind the guest's egress, as on a switch without that port: what
/// counts there counts it.
#[test]
fn what_is_lost_was_in_egress_before() -> Result<(), Error> {
    let counter = program(&root().join("harness/suite/tests/tenants/counter.p4"))?;
    let ports = [1, 2];
    let mut network = super::network(Box::new(Engine::new()))?;
    let lease = Lease { ports: ports.into(), ..Lease::everything() };
    let programs = BTreeMap::from([("sw".to_owned(), Arc::clone(&counter))]);
    network.add_slice("a", lease, &programs, Wiring::Direct("sw".to_owned()))?;

    let mut engine = Engine::new();
    engine.load(Arc::clone(&counter))?;
    let links = Links {
        ingress: ports.map(|port| (port, Endpoint::Device { device: "sw".to_owned(), port })).into(),
        egress: ports.map(|port| (("sw".to_owned(), port), Endpoint::Physical(port))).into(),
        ..Links::default()
    };
    let switches: BTreeMap<String, Box<dyn Switch + Send>> =
        BTreeMap::from([("sw".to_owned(), Box::new(engine) as Box<dyn Switch + Send>)]);
    let mut native = LinkedSwitches::new(switches, links)?;

    let wishes = [1, 7, 2, 7, 3, 1, 200, 2].map(|port| Packet { port: 1, bytes: vec![port, 0, 0, 0, port] });
    let expected = native.inject(&wishes, Tracing::On)?;
    let actual = network.inject(&wishes, Tracing::On)?;
    assert_eq!(expected.outputs, actual.outputs);
    assert_eq!(actual.outputs.len(), 4);
    assert_eq!(expected.traces, actual.traces);
    let read =
        Command::Counter { counter: "E.wishes".to_owned(), command: CounterCommand::Read { index: 7 } };
    let counted = network.control("a", "sw", &read)?;
    assert_eq!(counted, native.device("sw").ok_or("no switch")?.control(&read)?);
    assert!(matches!(counted, Reply::Counter(CounterValue { packets: 2, .. })), "{counted:?}");
    Ok(())
}

/// A lease is another one while packets pass: what the slice runs goes on by the ports that it has now.
#[test]
fn a_lease_changes_while_the_slice_works() -> Result<(), Error> {
    let l2 = guest("l2_switch")?;
    let mut network = super::network(Box::new(Engine::new()))?;
    let small = |ports: &[u16]| Lease { ports: ports.iter().copied().collect(), ..Lease::everything() };
    let programs = BTreeMap::from([("sw".to_owned(), Arc::clone(&l2.program))]);
    network.add_slice("a", small(&[1, 2]), &programs, Wiring::Direct("sw".to_owned()))?;
    network.add_slice("b", small(&[5]), &programs, Wiring::Direct("sw".to_owned()))?;
    for mac in 1..=4 {
        let command = Command::TableAdd {
            table: "dmac".to_owned(),
            key: vec![MatchValue::Exact(Bits::from_u64(48, mac))],
            action: "forward".to_owned(),
            arguments: vec![Bits::from_u64(9, mac)],
            priority: None,
        };
        network.control("a", "sw", &command)?;
    }
    let sent = |network: &mut VirtualNetwork, port: u16, mac: u8| -> Result<Vec<u16>, Error> {
        let bytes = [&[0, 0, 0, 0, 0, mac], [2; 6].as_slice(), &[8, 0], &[0; 50]].concat();
        let batch = network.inject(&[Packet { port, bytes }], Tracing::Off)?;
        Ok(batch.outputs.iter().map(|output| output.port).collect())
    };
    assert_eq!(sent(&mut network, 1, 2)?, [2]);
    assert_eq!((sent(&mut network, 1, 3)?, sent(&mut network, 3, 1)?), (vec![], vec![]));

    // Port 3 for port 2, and back again.
    network.dpmu().change_lease("a", small(&[1, 3]), None)?;
    assert_eq!((sent(&mut network, 1, 3)?, sent(&mut network, 3, 1)?), (vec![3], vec![1]));
    assert_eq!((sent(&mut network, 1, 2)?, sent(&mut network, 2, 1)?), (vec![], vec![]));
    let rows = network.dpmu().rows_held("a");
    network.dpmu().change_lease("a", small(&[1, 2]), None)?;
    assert_eq!((sent(&mut network, 1, 2)?, sent(&mut network, 1, 3)?), (vec![2], vec![]));
    assert_eq!(network.dpmu().rows_held("a"), rows);
    let estate = network.dpmu().estate("a").ok_or("no slice")?;
    assert_eq!(estate.ports, [1, 2].into());

    // What can't be leaves everything as it was.
    let before: Vec<_> = network.dpmu().rows().cloned().collect();
    let refused = |network: &mut VirtualNetwork, lease| network.dpmu().change_lease("a", lease, None);
    let taken = DpmuError::PortTaken { port: 5, slice: "b".to_owned() };
    assert_eq!(refused(&mut network, small(&[1, 5])), Err(taken));
    let less = Lease { rows: rows - 1, ..small(&[1, 2]) };
    // A limit where there was none is a promise: its rows are made anew, and counted then.
    let full = DpmuError::Exhausted { resource: "rows of the lease", needed: rows, left: rows - 1 };
    assert_eq!(refused(&mut network, less.clone()), Err(full));
    let cells = network.dpmu().usage("a").ok_or("no slice")?.cells;
    assert_eq!(cells, 0);
    let links = Links {
        ingress: [(1, Endpoint::Device { device: "sw".to_owned(), port: 1 })].into(),
        egress: [(("sw".to_owned(), 1), Endpoint::Physical(2))].into(),
        ..Links::default()
    };
    let answer = network.dpmu().change_lease("a", small(&[1]), Some(Wiring::Links(links.clone())));
    assert_eq!(answer, Err(DpmuError::Wiring(WiringError::PortNotLeased(2))));
    assert_eq!(network.dpmu().rows().cloned().collect::<Vec<_>>(), before);
    assert_eq!(network.dpmu().lease("a"), Some(&small(&[1, 2])));
    assert_eq!(sent(&mut network, 1, 2)?, [2]);

    // A promise is kept free, and can't be less than what is used.
    let promise = Lease { rows: 100, ..small(&[1, 2]) };
    network.dpmu().change_lease("a", promise.clone(), None)?;
    let in_use = DpmuError::Exhausted { resource: "rows of the lease", needed: rows, left: rows - 1 };
    assert_eq!(refused(&mut network, less), Err(in_use));
    let short = network.dpmu().change_lease("b", Lease { rows: ROWS_OF_A_TABLE, ..small(&[5]) }, None);
    assert!(matches!(short, Err(DpmuError::Exhausted { resource: "rows of the device", .. })), "{short:?}");
    assert_eq!(network.dpmu().lease("a"), Some(&promise));

    // Ports and wiring at once.
    let links = Links { egress: [(("sw".to_owned(), 2), Endpoint::Physical(7))].into(), ..links };
    network.dpmu().change_lease("a", small(&[1, 7]), Some(Wiring::Links(links)))?;
    assert_eq!((sent(&mut network, 1, 2)?, sent(&mut network, 2, 1)?), (vec![7], vec![]));
    network.dpmu().delete_slice("a")?;
    assert_eq!(network.dpmu().usage("a"), None);
    Ok(())
}

/// What a slice uses, and which rows its entries are.
#[test]
fn the_operator_sees_what_slices_use() -> Result<(), Error> {
    let l2 = guest("l2_switch")?;
    let mut network = super::network(Box::new(Engine::new()))?;
    super::add_slice(&mut network, "a", &[1, 2, 3, 4], &l2)?;
    let usage = network.dpmu().usage("a").ok_or("no slice")?;
    assert_eq!((usage.rows, usage.groups), (network.dpmu().rows_held("a"), 1));
    assert!(usage.copies > 0, "{usage:?}");
    let name = DeviceName { slice: "a".to_owned(), device: "sw".to_owned() };
    let translated = network.dpmu().translated(&name, None, usize::MAX)?.len();
    assert_eq!(network.dpmu().translated(&name, None, 2)?.len(), 2);
    let entries = network.dpmu().translated(&name, Some("dmac"), usize::MAX)?;
    assert!(entries.len() > 1 && entries.len() < translated, "{translated}");
    for found in &entries {
        assert!(found.table.ends_with("dmac"), "{found:?}");
        assert!(!found.rows.is_empty(), "{found:?}");
        // What is shown is what the tenant said.
        let said =
            |command: &Command| matches!(command, Command::TableAdd { key, .. } if *key == found.entry.key);
        assert!(l2.commands.iter().any(said), "{found:?}");
    }
    let nothing = network.dpmu().translated(&name, Some("nothing"), 1).map(drop);
    assert_eq!(nothing, Err(DpmuError::Unknown { kind: "table", name: "nothing".to_owned() }));
    Ok(())
}
