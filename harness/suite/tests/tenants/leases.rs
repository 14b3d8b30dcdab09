//! What a lease promises is there, whatever others do.

use std::collections::BTreeMap;
use std::sync::Arc;

use hyper4_bits::Bits;
use hyper4_dpmu::{DpmuError, Lease, Wiring};
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
