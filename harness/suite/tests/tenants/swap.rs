//! One virtual device is replaced under traffic: no packet is lost, none is treated by half of each.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use hyper4_dpmu::{Lease, Wiring};
use hyper4_drivers::{SimpleSwitch, SimpleSwitchOptions};
use hyper4_engine::Engine;
use hyper4_ir::{Batch, Command, Output, Packet, Program, Reply};
use hyper4_suite::{Error, Guest, composition, guest, persona};
use hyper4_switch::{LinkedSwitches, Switch, SwitchError, Tracing};
use hyper4_virtual::VirtualNetwork;

/// Packets that are sent, and what came of each.
#[derive(Default)]
struct Traffic {
    /// Sent over and over, some after each command.
    packets: Vec<Packet>,
    at_once: usize,
    sent: Vec<usize>,
    came: Vec<Vec<Output>>,
}

/// A switch into which traffic comes after each command.
struct Busy {
    below: Box<dyn Switch + Send>,
    traffic: Arc<Mutex<Traffic>>,
}

impl Switch for Busy {
    fn load(&mut self, program: Arc<Program>) -> Result<(), SwitchError> {
        self.below.load(program)
    }

    fn program(&self) -> Option<&Arc<Program>> {
        self.below.program()
    }

    fn control(&mut self, command: &Command) -> Result<Reply, SwitchError> {
        let reply = self.below.control(command)?;
        let mut traffic = self.traffic.lock().unwrap_or_else(PoisonError::into_inner);
        if !traffic.packets.is_empty() {
            let first = traffic.sent.len();
            let numbers = (first..first + traffic.at_once).map(|n| n % traffic.packets.len());
            let numbers: Vec<usize> = numbers.collect();
            let packets: Vec<Packet> = numbers.iter().map(|n| traffic.packets[*n].clone()).collect();
            let batch = self.below.inject(&packets, Tracing::Off)?;
            traffic.sent.extend(numbers);
            let mut came = vec![Vec::new(); packets.len()];
            for output in batch.outputs {
                came[output.cause.unwrap_or(0)].push(Output { cause: None, ..output });
            }
            traffic.came.extend(came);
        }
        Ok(reply)
    }

    fn inject(&mut self, packets: &[Packet], tracing: Tracing) -> Result<Batch, SwitchError> {
        self.below.inject(packets, tracing)
    }
}

/// What each packet comes to.
type Answers = Vec<Vec<Output>>;

fn answers(
    mut inject: impl FnMut(&Packet) -> Result<Batch, SwitchError>,
    packets: &[Packet],
) -> Result<Answers, Error> {
    let mut answers = Vec::new();
    for packet in packets {
        let outputs = inject(packet)?.outputs;
        answers.push(outputs.into_iter().map(|output| Output { cause: None, ..output }).collect());
    }
    Ok(answers)
}

/// Let traffic run while `change` is made: each packet comes to what it did before, or to what it does afterwards, and
/// of the packets of one port all do afterwards once one did.
fn under_traffic(
    network: &mut VirtualNetwork,
    traffic: &Arc<Mutex<Traffic>>,
    candidates: &[Packet],
    at_once: usize,
    old: &Answers,
    new: &Answers,
    change: impl FnOnce(&mut VirtualNetwork) -> Result<(), Error>,
) -> Result<(), Error> {
    // Packets that come out on both sides, and not the same way.
    let telling: Vec<usize> = (0..candidates.len())
        .filter(|i| !old[*i].is_empty() && !new[*i].is_empty() && old[*i] != new[*i])
        .collect();
    assert!(telling.len() > 10, "only {} packets tell the programs apart", telling.len());
    let lock = |traffic: &Arc<Mutex<Traffic>>| {
        std::mem::take(&mut *traffic.lock().unwrap_or_else(PoisonError::into_inner))
    };
    *traffic.lock().unwrap_or_else(PoisonError::into_inner) = Traffic {
        packets: telling.iter().map(|i| candidates[*i].clone()).collect(),
        at_once,
        ..Traffic::default()
    };
    change(network)?;
    let done = lock(traffic);
    assert_eq!(done.sent.len(), done.came.len());
    let mut counts = [0, 0];
    let mut changed: BTreeMap<u16, bool> = BTreeMap::new();
    for (position, (number, came)) in done.sent.iter().zip(&done.came).enumerate() {
        let index = telling[*number];
        let is_new = *came == new[index];
        assert!(is_new || *came == old[index], "packet {position}, {:?}: {came:?}", candidates[index]);
        let port = changed.entry(candidates[index].port).or_default();
        assert!(is_new || !*port, "packet {position} came to the old program after the new one");
        *port |= is_new;
        counts[usize::from(is_new)] += 1;
    }
    println!("{} packets: {} by the old program, {} by the new one", done.sent.len(), counts[0], counts[1]);
    assert!(counts.iter().all(|count| *count > 50), "{counts:?}");
    Ok(())
}

fn native(guest: &Guest) -> Result<Engine, Error> {
    let mut engine = Engine::new();
    engine.load(Arc::clone(&guest.program))?;
    for command in &guest.commands {
        engine.control(command)?;
    }
    Ok(engine)
}

fn replaced_alone(below: Box<dyn Switch + Send>, at_once: usize) -> Result<(), Error> {
    let (old, new) = (guest("ipv4_router")?, guest("l2_switch")?);
    let traffic = Arc::new(Mutex::new(Traffic::default()));
    let persona = persona()?;
    let busy = Busy { below, traffic: Arc::clone(&traffic) };
    let mut network = VirtualNetwork::new(Box::new(busy), persona.program, persona.layout)?;
    let programs = BTreeMap::from([("sw".to_owned(), Arc::clone(&old.program))]);
    network.add_slice("a", Lease::everything(), &programs, Wiring::Direct("sw".to_owned()))?;
    for command in &old.commands {
        network.control("a", "sw", command)?;
    }
    let sent = crate::packets(&old, 300)?;
    let (mut one, mut other) = (native(&old)?, native(&new)?);
    let before = answers(|p| one.inject(std::slice::from_ref(p), Tracing::Off), &sent)?;
    let after = answers(|p| other.inject(std::slice::from_ref(p), Tracing::Off), &sent)?;
    let swap = |to: &Guest| {
        let to = to.clone();
        move |network: &mut VirtualNetwork| -> Result<(), Error> {
            let replies = network.dpmu().replace("a", "sw", to.program, &to.commands)?;
            assert_eq!(replies.len(), to.commands.len());
            Ok(())
        }
    };
    under_traffic(&mut network, &traffic, &sent, at_once, &before, &after, swap(&new))?;
    under_traffic(&mut network, &traffic, &sent, at_once, &after, &before, swap(&old))
}

#[test]
fn a_program_is_replaced_without_a_packet_lost() -> Result<(), Error> {
    replaced_alone(Box::new(Engine::new()), 7)
}

#[test]
fn a_program_is_replaced_without_a_packet_lost_on_the_real_switch() -> Result<(), Error> {
    let options = SimpleSwitchOptions { patience: Duration::from_secs(60), ..SimpleSwitchOptions::default() };
    match SimpleSwitch::new(options) {
        Ok(switch) => replaced_alone(Box::new(switch), 2),
        Err(error) => {
            println!("skipped: {error}");
            Ok(())
        }
    }
}

/// The router at the end of a chain gets other entries, all at once, by being replaced.
#[test]
fn one_device_of_a_chain_is_replaced() -> Result<(), Error> {
    let chain = composition("arp_firewall_router")?;
    let Wiring::Links(links) = chain.wiring.clone() else { return Err("no links".into()) };
    let traffic = Arc::new(Mutex::new(Traffic::default()));
    let persona = persona()?;
    let busy = Busy { below: Box::new(Engine::new()), traffic: Arc::clone(&traffic) };
    let mut network = VirtualNetwork::new(Box::new(busy), persona.program, persona.layout)?;
    let programs = chain.guests.iter().map(|(name, g)| (name.clone(), Arc::clone(&g.program)));
    network.add_slice("a", Lease::everything(), &programs.collect(), chain.wiring.clone())?;
    let mut other = chain.clone();
    let router = other.guests.get_mut("router").ok_or("no router")?;
    for command in &mut router.commands {
        // Other MAC addresses of the next hops.
        if let Command::TableAdd { key, arguments, .. } = command
            && key.len() == 1
            && arguments.len() > 1
        {
            for argument in arguments.iter_mut().filter(|a| a.width() == 48) {
                *argument = argument.xor(&hyper4_bits::Bits::from_u64(48, 0x0f00));
            }
        }
    }
    let native = |guests: &BTreeMap<String, Guest>| -> Result<LinkedSwitches, Error> {
        let mut switches: BTreeMap<String, Box<dyn Switch + Send>> = BTreeMap::new();
        for (name, guest) in guests {
            switches.insert(name.clone(), Box::new(native(guest)?));
        }
        Ok(LinkedSwitches::new(switches, links.clone())?)
    };
    for (name, guest) in &chain.guests {
        for command in &guest.commands {
            network.control("a", name, command)?;
        }
    }
    let (mut one, mut two) = (native(&chain.guests)?, native(&other.guests)?);
    let mut sent = Vec::new();
    for name in ["router", "firewall", "arp_proxy"] {
        sent.extend(crate::packets(&chain.guests[name], 3000)?);
    }
    let before = answers(|p| one.inject(std::slice::from_ref(p), Tracing::Off), &sent)?;
    let after = answers(|p| two.inject(std::slice::from_ref(p), Tracing::Off), &sent)?;
    let router = other.guests["router"].clone();
    under_traffic(&mut network, &traffic, &sent, 7, &before, &after, |network| {
        network.dpmu().replace("a", "router", router.program, &router.commands)?;
        Ok(())
    })
}
