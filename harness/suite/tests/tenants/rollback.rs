//! A device that fails in the middle of a change is as it was before, wherever that is.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use hyper4_dpmu::{DpmuError, Lease, Wiring};
use hyper4_engine::Engine;
use hyper4_ir::{Batch, Command, Packet, Program, Reply};
use hyper4_suite::{Error, composition, guest, persona};
use hyper4_switch::{Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualNetwork;

/// A switch that fails at its `left`-th command from now, and at `times - 1` more behind it.
struct FailingSwitch {
    below: Engine,
    left: Arc<AtomicI64>,
    times: Arc<AtomicI64>,
}

impl Switch for FailingSwitch {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.below.load(program)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.below.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let left = self.left.fetch_sub(1, Ordering::SeqCst);
        if (1 - self.times.load(Ordering::SeqCst)..=0).contains(&left) {
            return Err(SwitchError::Failed("planted".to_owned()));
        }
        self.below.control(command)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.below.inject(packets, tracing)
    }
}

/// What lies in the device but for its handles.
#[derive(Debug, PartialEq)]
pub(super) struct State {
    pub(super) rows: BTreeSet<String>,
    groups: BTreeMap<u16, Vec<(u16, Vec<u16>)>>,
    nodes: usize,
}

pub(super) fn state(network: &mut VirtualNetwork, persona: &Program) -> Result<State, Error> {
    let switch = network.dpmu().switch();
    let mut rows = BTreeSet::new();
    for table in &persona.tables {
        let Reply::Entries { entries, .. } =
            switch.control(&Command::TableDump { table: table.name.clone() })?
        else {
            return Err("no entries".into());
        };
        for entry in entries {
            let row = format!("{} {:?} {:?} {:?}", table.name, entry.key, entry.priority, entry.action);
            assert!(rows.insert(row), "a row is there twice");
        }
    }
    let Reply::Multicast(dump) = switch.control(&Command::MulticastDump)? else {
        return Err("no groups".into());
    };
    let nodes = dump.nodes.iter().map(|(handle, node)| (*handle, (node.rid, node.ports.clone())));
    let nodes: BTreeMap<u64, (u16, Vec<u16>)> = nodes.collect();
    let groups = dump.groups.iter().map(|(group, members)| {
        (*group, members.iter().filter_map(|n| nodes.get(n).cloned()).collect::<Vec<_>>())
    });
    let state = State { rows, groups: groups.collect(), nodes: nodes.len() };
    // What the DPMU believes is what is there.
    let believed: BTreeSet<(String, u64)> =
        network.dpmu().rows().map(|row| (row.table().to_owned(), row.handle)).collect();
    assert_eq!(believed.len(), state.rows.len());
    for (table, handle) in believed {
        let switch = network.dpmu().switch();
        switch.control(&Command::TableDumpEntry { table, handle })?;
    }
    Ok(state)
}

pub(super) type Operation = Box<dyn Fn(&mut VirtualNetwork) -> Result<(), DpmuError>>;

struct Scene {
    network: VirtualNetwork,
    left: Arc<AtomicI64>,
    times: Arc<AtomicI64>,
}

fn scene() -> Result<Scene, Error> {
    let (left, times) = (Arc::new(AtomicI64::new(i64::MAX)), Arc::new(AtomicI64::new(1)));
    let below = FailingSwitch { below: Engine::new(), left: Arc::clone(&left), times: Arc::clone(&times) };
    Ok(Scene { network: tenants(Box::new(below))?, left, times })
}

/// Two slices on a switch: one that floods, and a chain.
pub(super) fn tenants(below: Box<dyn Switch + Send>) -> Result<VirtualNetwork, Error> {
    let persona = persona()?;
    let mut network = VirtualNetwork::new(below, persona.program, persona.layout)?;
    let l2 = guest("l2_switch")?;
    let lease = Lease { ports: (10..20).collect(), rows: 1500, groups: 4, copies: 40, cells: 0 };
    let programs = BTreeMap::from([("sw".to_owned(), l2.program)]);
    network.add_slice("switch", lease, &programs, Wiring::Direct("sw".to_owned()))?;
    for command in &l2.commands {
        network.control("switch", "sw", command)?;
    }
    let chain = composition("arp_firewall_router")?;
    let lease = Lease { ports: (1..5).collect(), ..Lease::everything() };
    let programs = chain.guests.iter().map(|(name, g)| (name.clone(), Arc::clone(&g.program)));
    network.add_slice("chain", lease, &programs.collect(), chain.wiring)?;
    for (name, guest) in &chain.guests {
        for command in &guest.commands {
            network.control("chain", name, command)?;
        }
    }
    Ok(network)
}

/// What is done, one after the other; each leads to another state.
pub(super) fn operations() -> Result<Vec<(&'static str, Operation)>, Error> {
    let (l2, router) = (guest("l2_switch")?, guest("ipv4_router")?);
    let chain = composition("arp_firewall_router")?;
    let control = |command: &str, program: &Program| -> Result<Operation, Error> {
        let line = hyper4_ir::parse_commands(program, command)?.into_iter().next().ok_or("no command")?;
        Ok(Box::new(move |n: &mut VirtualNetwork| n.dpmu().control("switch", "sw", &line.content).map(drop)))
    };
    let commands = [
        ("an entry is added", "table_add dmac forward 02:00:00:00:00:77 => 12"),
        ("an entry is modified", "table_modify dmac forward 1 => 13"),
        ("a default is set", "table_set_default dmac forward 11"),
        ("a group loses a node", "mc_node_dissociate 1 0"),
        ("a group gets it back", "mc_node_associate 1 0"),
        ("a node has other ports", "mc_node_update 0 10 11 12 13"),
        ("a group goes", "mc_mgrp_destroy 1"),
        ("an entry is deleted", "table_delete dmac 0"),
        ("a table is cleared", "table_clear dmac"),
    ];
    let mut operations: Vec<(&str, Operation)> = Vec::new();
    for (name, command) in commands {
        operations.push((name, control(command, &l2.program)?));
    }
    let with_groups = l2.clone();
    operations.push((
        "a program is replaced",
        Box::new(move |n| {
            n.dpmu().replace("switch", "sw", Arc::clone(&router.program), &router.commands).map(drop)
        }),
    ));
    operations.push((
        "a program with groups takes its place",
        Box::new(move |n| {
            let (program, commands) = (Arc::clone(&with_groups.program), &with_groups.commands);
            n.dpmu().replace("switch", "sw", program, commands).map(drop)
        }),
    ));
    operations.push((
        "it is wired anew",
        Box::new(|n| {
            let wiring = n.dpmu().wiring("switch").cloned();
            wiring.map_or(Ok(()), |wiring| n.dpmu().wire("switch", wiring))
        }),
    ));
    let firewall = chain.guests.get("firewall").cloned().ok_or("no firewall")?;
    operations.push((
        "one of a chain is replaced",
        Box::new(move |n| {
            let (program, commands) = (Arc::clone(&firewall.program), &firewall.commands[..1]);
            n.dpmu().replace("chain", "firewall", program, commands).map(drop)
        }),
    ));
    operations.push(("a slice goes", Box::new(|n| n.dpmu().delete_slice("switch"))));
    Ok(operations)
}

#[test]
fn a_change_that_fails_anywhere_leaves_no_trace() -> Result<(), Error> {
    let persona = persona()?.program;
    let Scene { mut network, left, times: _ } = scene()?;
    let mut places = 0;
    for (name, operation) in operations()? {
        let before = state(&mut network, &persona)?;
        let held = network.dpmu().rows_held("switch") + network.dpmu().rows_held("chain");
        let mut failures = 0;
        for at in 0.. {
            left.store(at, Ordering::SeqCst);
            let done = operation(&mut network);
            let failed = left.swap(i64::MAX, Ordering::SeqCst) < 0;
            if !failed {
                done.map_err(|e| format!("{name}: {e}"))?;
                break;
            }
            assert_eq!(
                done,
                Err(DpmuError::Device(SwitchError::Failed("planted".to_owned()))),
                "{name}, {at}"
            );
            assert_eq!(state(&mut network, &persona)?, before, "{name}, failed at command {at}");
            let after = network.dpmu().rows_held("switch") + network.dpmu().rows_held("chain");
            assert_eq!(after, held, "{name}, failed at command {at}");
            // Whether the device did what it failed at can't be known; it didn't.
            let revived = network.dpmu().revive()?;
            assert!(revived.is_some_and(|done| done.is_nothing()), "{name}, {at}: {revived:?}");
            failures += 1;
        }
        println!("{name}: {failures} places to fail at");
        assert!(failures > 0, "{name} doesn't touch the device");
        let rows = network.dpmu().rows().count() as u64;
        assert_eq!(rows, network.dpmu().rows_held("switch") + network.dpmu().rows_held("chain"), "{name}");
        state(&mut network, &persona)?;
        places += failures;
    }
    assert!(places > 300, "{places}");
    Ok(())
}

/// A device that doesn't take back either is told of.
#[test]
fn a_change_that_cant_be_taken_back_is_told_of() -> Result<(), Error> {
    let Scene { mut network, left, times } = scene()?;
    times.store(2, Ordering::SeqCst);
    left.store(3, Ordering::SeqCst);
    let wiring = network.dpmu().wiring("switch").cloned().ok_or("not wired")?;
    let answer = network.dpmu().wire("switch", wiring);
    assert!(matches!(answer, Err(DpmuError::Inconsistent { .. })), "{answer:?}");
    Ok(())
}
