//! A tenant alone, and the same tenant beside 63 others that are quiet, busy or hostile: the same answers, packets and
//! traces, on the engine and on the real switch.

use hyper4_dpmu::Wiring;
use std::time::Duration;

use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions};
use hyper4_engine::Engine;
use hyper4_ir::{Command, MatchValue, Output, Packet, Reply, Trace};
use hyper4_suite::{Error, Guest};
use hyper4_switch::{Endpoint, Links, Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualNetwork;

use crate::Dice;
use crate::many::{DEVICE, PORTS, Tenant, network, tenants};

/// What the others do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Others {
    Absent,
    Quiet,
    Busy,
    Hostile,
}

/// All that a tenant can observe.
#[derive(Debug, Default, PartialEq)]
struct Seen {
    replies: Vec<Result<Reply, SwitchError>>,
    outputs: Vec<Output>,
    traces: Vec<Trace>,
    entries: Vec<Result<Reply, SwitchError>>,
}

/// How long a scene is.
#[derive(Clone, Copy)]
struct Size {
    others: usize,
    rounds: usize,
    packets: usize,
    tracing: Tracing,
}

const ROWS: u64 = 400;

/// What `victim` sees beside the others, and how many of the hostile commands were refused and taken.
fn scene(
    below: Box<dyn Switch + Send>,
    tenants: &[Tenant],
    victim: usize,
    others: Others,
    size: Size,
) -> Result<(Seen, [usize; 2]), Error> {
    let mut network = network(below)?;
    let own = &tenants[victim];
    let present: Vec<&Tenant> = match others {
        Others::Absent => Vec::new(),
        _ => tenants
            .iter()
            .enumerate()
            .filter(|(i, _)| *i != victim)
            .map(|(_, t)| t)
            .take(size.others)
            .collect(),
    };
    // Half of them are there before, half come later.
    let (before, after) = present.split_at(present.len() / 2);
    let mut seen = Seen::default();
    let mut answers = [0, 0];
    let enter = |network: &mut VirtualNetwork, tenant: &Tenant| -> Result<(), Error> {
        tenant.add(network, ROWS)?;
        // A lease may be too small for all its entries; what is refused is no concern of others.
        tenant.commands().iter().for_each(|c| drop(network.control(&tenant.name, DEVICE, c)));
        Ok(())
    };
    before.iter().try_for_each(|t| enter(&mut network, t))?;
    own.add(&mut network, ROWS)?;
    for command in own.commands() {
        seen.replies.push(network.control(&own.name, DEVICE, command));
    }
    after.iter().try_for_each(|t| enter(&mut network, t))?;
    let mut dice = Dice(7);
    let mut others_dice = Dice(8);
    let mut sent = own.packets.iter().cycle();
    for round in 0..size.rounds {
        match others {
            Others::Absent | Others::Quiet => {}
            Others::Busy => {
                for tenant in &present {
                    let command =
                        crate::random_command(&mut others_dice, &tenant.guest.program, tenant.commands());
                    command.into_iter().for_each(|c| drop(network.control(&tenant.name, DEVICE, &c)));
                }
            }
            Others::Hostile => {
                let tenant = present[round % present.len()];
                let [refused, taken] = attack(&mut network, tenant, own, &mut others_dice)?;
                answers = [answers[0] + refused, answers[1] + taken];
            }
        }
        if let Some(command) = crate::random_command(&mut dice, &own.guest.program, own.commands()) {
            seen.replies.push(network.control(&own.name, DEVICE, &command));
        }
        let mut packets = Vec::new();
        let mut is_own = Vec::new();
        for number in 0..size.packets {
            packets.extend(sent.next().cloned());
            is_own.push(true);
            if matches!(others, Others::Busy | Others::Hostile) {
                let other = present[(round + number) % present.len()];
                packets.push(foreign(other, number, others, &mut others_dice));
                is_own.push(false);
            }
        }
        let batch = network.inject(&packets, size.tracing)?;
        for output in batch.outputs {
            let cause = output.cause.ok_or("an output without a cause")?;
            let ports = own.first_port..own.first_port + PORTS;
            assert_eq!(
                is_own[cause],
                ports.contains(&output.port),
                "{others:?}: {output:?} of {:?}",
                packets[cause]
            );
            if is_own[cause] {
                let cause = is_own[..cause].iter().filter(|own| **own).count();
                seen.outputs.push(Output { cause: Some(round * size.packets + cause), ..output });
            }
        }
        let traces = batch.traces.into_iter().zip(&is_own);
        seen.traces.extend(traces.filter(|(_, own)| **own).map(|(trace, _)| trace));
    }
    for table in &own.guest.program.tables {
        let dump = Command::TableDump { table: table.name.clone() };
        seen.entries.push(network.control(&own.name, DEVICE, &dump));
    }
    seen.entries.push(network.control(&own.name, DEVICE, &Command::MulticastDump));
    Ok((seen, answers))
}

/// A packet of another tenant; a hostile one sends what nobody expects, by any port that isn't the victim's.
fn foreign(tenant: &Tenant, number: usize, others: Others, dice: &mut Dice) -> Packet {
    let own = tenant.packets[number % tenant.packets.len()].clone();
    if others == Others::Busy {
        return own;
    }
    let port = if dice.roll(8) == 0 { 500 } else { own.port };
    let length = [1, 13, 14, 64, 127, 128, 129, 1500, 9000][dice.roll(9)];
    Packet { port, bytes: (0..length).map(|_| dice.roll(256) as u8).collect() }
}

/// Everything that a tenant could try: how much was refused, and how much done.
fn attack(
    network: &mut VirtualNetwork,
    tenant: &Tenant,
    victim: &Tenant,
    dice: &mut Dice,
) -> Result<[usize; 2], Error> {
    let mut commands = Vec::new();
    // Every row of the device as it lies there, its handle, and every table of the persona by name.
    let rows: Vec<(Command, String, u64)> = {
        let rows = network.dpmu().rows();
        rows.map(|row| (row.command.clone(), row.table().to_owned(), row.handle)).collect()
    };
    for _ in 0..40 {
        let (command, table, handle) = rows[dice.roll(rows.len())].clone();
        if let Command::TableAdd { action, arguments, .. } = &command {
            let (action, arguments) = (action.clone(), arguments.clone());
            commands.push(Command::TableModify { table: table.clone(), handle, action, arguments });
        }
        commands.push(command);
        commands.push(Command::TableDelete { table: table.clone(), handle });
        commands.push(Command::TableClear { table: table.clone() });
        commands.push(Command::TableDump { table });
    }
    // Keys of wrong kinds, widths, numbers; the victim's entries.
    for command in victim.commands().iter().chain(tenant.commands()).take(40) {
        commands.push(command.clone());
        let mut wrong = command.clone();
        if let Command::TableAdd { key, .. } = &mut wrong {
            match dice.roll(3) {
                0 => key.clear(),
                1 => key.extend(key.clone()),
                _ => key.iter_mut().for_each(|k| *k = MatchValue::Exact(hyper4_bits::Bits::ones(2000))),
            }
        }
        commands.push(wrong);
    }
    // Groups without end, with every port there is.
    for group in 1..40 {
        commands.push(Command::MulticastGroupCreate { group });
        let rid = group;
        commands.push(Command::MulticastNodeCreate { rid, ports: (0..512).collect(), lags: vec![] });
        commands.push(Command::MulticastNodeAssociate { group, node: dice.roll(40) as u64 });
    }
    // As many entries as there is room for.
    if let Some(template) = tenant.commands().iter().find(|c| matches!(c, Command::TableAdd { .. })) {
        for number in 0..500u64 {
            let mut command = template.clone();
            if let Command::TableAdd { key, priority, .. } = &mut command {
                for part in key {
                    let number = |width| hyper4_bits::Bits::from_u64(width, number);
                    match part {
                        MatchValue::Exact(v) | MatchValue::Lpm { value: v, .. } => *v = number(v.width()),
                        MatchValue::Ternary { value, mask } => {
                            *value = number(value.width());
                            *mask = hyper4_bits::Bits::ones(mask.width());
                        }
                        MatchValue::Range { low, high } => {
                            *low = number(low.width());
                            *high = hyper4_bits::Bits::ones(high.width());
                        }
                        MatchValue::Optional(v) => *v = None,
                    }
                }
                *priority = priority.map(|_| number as u32);
            }
            commands.push(command);
        }
    }
    let mut answers = [0, 0];
    for command in &commands {
        let done = network.control(&tenant.name, DEVICE, command).is_ok();
        answers[usize::from(done)] += 1;
    }
    // Another's virtual device, another's ports, a way back to itself.
    let victims = Links {
        ingress: [(victim.first_port, Endpoint::Device { device: DEVICE.to_owned(), port: 1 })].into(),
        ..tenant.links()
    };
    let sends = Links {
        egress: [((DEVICE.to_owned(), 1), Endpoint::Physical(victim.first_port))].into(),
        ..tenant.links()
    };
    let circle = Links {
        egress: [((DEVICE.to_owned(), 1), Endpoint::Device { device: DEVICE.to_owned(), port: 1 })].into(),
        ..tenant.links()
    };
    let foreign = Links {
        egress: [((DEVICE.to_owned(), 1), Endpoint::Device { device: victim.name.clone(), port: 1 })].into(),
        ..tenant.links()
    };
    for links in [victims, sends, circle, foreign] {
        assert!(network.dpmu().wire(&tenant.name, Wiring::Links(links)).is_err());
        answers[0] += 1;
    }
    let direct = network.dpmu().wire(&tenant.name, Wiring::Direct(DEVICE.to_owned())).is_ok();
    let back = network.dpmu().wire(&tenant.name, Wiring::Links(tenant.links())).is_ok();
    let Guest { program, commands } = &victim.guest;
    let replaced = network.dpmu().replace(&tenant.name, DEVICE, program.clone(), commands).is_ok();
    for done in [direct, back, replaced] {
        answers[usize::from(done)] += 1;
    }
    Ok(answers)
}

fn compare(
    make: &dyn Fn() -> Result<Box<dyn Switch + Send>, Error>,
    tenants: &[Tenant],
    victims: &[usize],
    size: Size,
) -> Result<(), Error> {
    for victim in victims {
        let (alone, _) = scene(make()?, tenants, *victim, Others::Absent, size)?;
        let [refused, taken] =
            [false, true].map(|ok| alone.replies.iter().filter(|r| r.is_ok() == ok).count());
        let name = &tenants[*victim].guest.program.name;
        println!("{name}: {} outputs, {taken} commands done, {refused} refused", alone.outputs.len());
        assert!(taken > 3 && alone.outputs.len() > size.packets, "{name}: {taken} {}", alone.outputs.len());
        for others in [Others::Quiet, Others::Busy, Others::Hostile] {
            let (beside, [refused, taken]) = scene(make()?, tenants, *victim, others, size)?;
            assert_eq!(alone.replies, beside.replies, "{name}, {others:?}: answers");
            assert_eq!(alone.outputs, beside.outputs, "{name}, {others:?}: packets");
            assert_eq!(alone.traces, beside.traces, "{name}, {others:?}: traces");
            assert_eq!(alone.entries, beside.entries, "{name}, {others:?}: state");
            if others == Others::Hostile {
                println!(
                    "{name}: beside {refused} hostile commands that were refused, {taken} that were done"
                );
                assert!(refused > 200 && taken > 50, "{name}: {refused} {taken}");
            }
        }
    }
    Ok(())
}

#[test]
fn a_tenant_sees_nothing_of_63_others() -> Result<(), Error> {
    let tenants = tenants(64, 60)?;
    let size = Size { others: 63, rounds: 20, packets: 20, tracing: Tracing::On };
    compare(&|| Ok(Box::new(Engine::new())), &tenants, &[0, 1, 2, 3, 40], size)
}

#[test]
fn a_tenant_of_the_real_switch_sees_nothing_of_63_others() -> Result<(), Error> {
    // A busy machine takes its time to start one.
    let options = SimpleSwitchOptions { patience: Duration::from_secs(60), ..SimpleSwitchOptions::default() };
    if let Err(error) = SimpleSwitch::new(options.clone()) {
        println!("skipped: {error}");
        return Ok(());
    }
    let tenants = tenants(64, 60)?;
    let size = Size { others: 63, rounds: 4, packets: 15, tracing: Tracing::On };
    compare(&|| Ok(Box::new(SimpleSwitch::new(options.clone())?)), &tenants, &[3], size)
}
