//! Virtual devices joined in one pass: chains, graphs, links with conditions, egress pipelines in the middle.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use hyper4_dpmu::{DpmuError, Lease, Wiring, WiringError};
use hyper4_engine::Engine;
use hyper4_ir::{Command, Event, Packet};
use hyper4_persona::{PersonaConfig, compile};
use hyper4_suite::{Error, Guest, Persona, guest, persona, persona_of, program, root};
use hyper4_switch::{
    BytesMatch, ConditionalLink, Endpoint, LinkedSwitches, Links, PacketCondition, Switch, Tracing,
};
use hyper4_virtual::VirtualNetwork;

use crate::draw::Draw;
use crate::programs;

/// A persona with as many slots as there can be.
fn long_persona() -> Result<Persona, Error> {
    static PERSONA: OnceLock<Result<Persona, String>> = OnceLock::new();
    let config = PersonaConfig { ingress_slots: 64, ..PersonaConfig::default() };
    PERSONA.get_or_init(|| persona_of(config).map_err(|e| e.to_string())).clone().map_err(Into::into)
}

type Guests = BTreeMap<String, Guest>;

fn device(name: &str, port: u16) -> Endpoint {
    Endpoint::Device { device: name.to_owned(), port }
}

fn on_persona(persona: &Persona, guests: &Guests, links: &Links) -> Result<VirtualNetwork, DpmuError> {
    let (program, layout) = (Arc::clone(&persona.program), persona.layout.clone());
    let mut network =
        VirtualNetwork::new(Box::new(Engine::new()), program, layout).map_err(DpmuError::Device)?;
    let programs = guests.iter().map(|(name, g)| (name.clone(), Arc::clone(&g.program))).collect();
    network.add_slice("a", Lease::everything(), &programs, Wiring::Links(links.clone()))?;
    Ok(network)
}

/// Commands, then packets: the answers, outputs and traces of both. Answers what was transmitted and how many parts the
/// longest trace has.
fn compare(
    persona: &Persona,
    guests: &Guests,
    links: &Links,
    packets: &[Packet],
    name: &str,
) -> Result<(usize, usize), Error> {
    let mut network = on_persona(persona, guests, links)?;
    let mut switches: BTreeMap<String, Box<dyn Switch + Send>> = BTreeMap::new();
    for (device, guest) in guests {
        let mut engine = Engine::new();
        engine.load(Arc::clone(&guest.program))?;
        for command in &guest.commands {
            assert_eq!(engine.control(command), network.control("a", device, command), "{name}: {command}");
        }
        switches.insert(device.clone(), Box::new(engine));
    }
    let mut native = LinkedSwitches::new(switches, links.clone())?;
    let expected = native.inject(packets, Tracing::On)?;
    let actual = network.inject(packets, Tracing::On)?;
    for (index, (expected, actual)) in expected.traces.iter().zip(&actual.traces).enumerate() {
        assert_eq!(expected, actual, "{name}, packet {index}: {:?}", packets[index]);
    }
    assert_eq!(expected.outputs, actual.outputs, "{name}");
    let longest = expected.traces.iter().map(|trace| trace.packets.len()).max().unwrap_or(0);
    Ok((actual.outputs.len(), longest))
}

/// The L2 switch, firewall, router and others, one behind the other, with their egress pipelines.
#[test]
fn a_chain_of_eight_in_one_pass() -> Result<(), Error> {
    let persona = long_persona()?;
    let mut guests = Guests::new();
    let mut links = Links::default();
    let kinds =
        ["l2_switch", "firewall", "l2_switch", "arp_proxy", "firewall", "l2_switch", "firewall", "l2_switch"];
    let name = |position: usize| format!("device{position}");
    let mut packets = Vec::new();
    for (position, kind) in kinds.into_iter().enumerate() {
        let mut guest = guest(kind)?;
        // Copies can't go on inside of the switch.
        guest.commands.retain(|c| matches!(c, Command::TableAdd { .. } | Command::TableSetDefault { .. }));
        packets.extend(crate::packets(&guest, 1500)?);
        guests.insert(name(position), guest);
        for port in 1..5 {
            let from = (name(position), port);
            let to = if position == 7 {
                Endpoint::Physical(port)
            } else {
                device(&name(position + 1), 1 + port % 4)
            };
            links.egress.insert(from, to);
        }
        if kind == "arp_proxy" {
            links.egress.insert((name(position), 10), device(&name(position + 1), 1));
        }
    }
    for port in 1..5 {
        links.ingress.insert(port, device(&name(0), port));
    }
    for packet in &mut packets {
        // Hosts that the switches know.
        if packet.bytes.len() > 12 && packet.bytes[5] % 2 == 0 {
            let host = packet.bytes[5] % 3 + 1;
            packet.bytes[..6].copy_from_slice(&[2, 0, 0, 0, 0, host]);
        }
    }
    let (outputs, longest) = compare(&persona, &guests, &links, &packets, "chain")?;
    println!("{outputs} outputs, up to {longest} devices");
    assert!(outputs > 20 && longest == 8, "{outputs} {longest}");

    let standard = self::persona()?;
    let answer = on_persona(&standard, &guests, &links).map(drop);
    match answer {
        Err(DpmuError::Wiring(WiringError::Slots { device, needed, taken, slots })) => {
            println!("{device}: {needed} {taken} {slots}");
            assert!(slots == 20 && needed + taken > slots && guests.contains_key(&device));
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}

/// A graph drawn at random: links lead to later devices or out, some under conditions.
fn graph(draw: &mut Draw, devices: u64) -> Links {
    let mut links = Links::default();
    let name = |number: u64| format!("d{number}");
    for port in 0..4 {
        links.ingress.insert(port, device(&name(draw.below(devices.min(2))), port));
    }
    for number in 0..devices {
        let onward = |draw: &mut Draw| match number + 1 + draw.below(devices - number) {
            next if next < devices => device(&name(next), draw.below(4) as u16),
            _ => Endpoint::Physical(draw.below(4) as u16),
        };
        for port in 0..6 {
            if draw.once_in(6) {
                continue;
            }
            let from = (name(number), port);
            // No two ports of a device lead to one physical port.
            let to = match onward(draw) {
                Endpoint::Physical(_) => Endpoint::Physical(port),
                inside => inside,
            };
            for _ in 0..if draw.once_in(4) { 1 + draw.below(2) } else { 0 } {
                let part = |draw: &mut Draw| {
                    let mask = draw.pick(&[0xff, 0x0f, 0x01]);
                    let value = draw.pick(&[0u8, 1, 2, 0x45, 0xff]) & mask;
                    BytesMatch { at: draw.below(40) as u16, value: vec![value], mask: vec![mask] }
                };
                let when = PacketCondition((0..1 + draw.below(2)).map(|_| part(draw)).collect());
                let to = onward(draw);
                links.conditional.entry(from.clone()).or_default().push(ConditionalLink { when, to });
            }
            if !(links.conditional.contains_key(&from) && draw.once_in(3)) {
                links.egress.insert(from, to);
            }
        }
    }
    links
}

#[test]
fn random_programs_in_random_graphs_are_what_they_are_natively() -> Result<(), Error> {
    let persona = long_persona()?;
    let mut refused: BTreeMap<String, usize> = BTreeMap::new();
    let (mut compared, mut outputs, mut egress_inside, mut conditional, mut longest) = (0, 0, 0, 0, 0);
    for seed in 1..120u64 {
        let mut draw = Draw(seed << 20);
        let count = 2 + draw.below(4);
        let mut guests = Guests::new();
        while guests.len() < count as usize {
            let program = Arc::new(programs::program(&mut draw));
            if compile(Arc::clone(&program), &persona.layout).is_err() {
                continue;
            }
            let mut commands = draw.commands(&program);
            commands.retain(|c| matches!(c, Command::TableAdd { .. } | Command::TableSetDefault { .. }));
            guests.insert(format!("d{}", guests.len()), Guest { program, commands });
        }
        let links = graph(&mut draw, count);
        match on_persona(&persona, &guests, &links) {
            Ok(_) => {}
            Err(error) => {
                let reason = match &error {
                    DpmuError::Wiring(WiringError::Slots { .. }) => "slots".to_owned(),
                    other => other.to_string(),
                };
                *refused.entry(reason).or_default() += 1;
                continue;
            }
        }
        let packets: Vec<Packet> = (0..80).map(|_| programs::packet(&mut draw)).collect();
        let (out, long) = compare(&persona, &guests, &links, &packets, &format!("seed {seed}"))?;
        compared += 1;
        outputs += out;
        longest = longest.max(long);
        conditional += usize::from(!links.conditional.is_empty());
        let inside = |(from, _): (&(String, u16), &Endpoint)| {
            guests.get(&from.0).is_some_and(|g| g.program.egress.start.is_some())
        };
        let mut inside_links = links.onward().filter(|(_, end)| matches!(end, Endpoint::Device { .. }));
        egress_inside += usize::from(inside_links.any(inside));
    }
    println!(
        "{compared} graphs compared, {outputs} outputs, {egress_inside} with egress inside, {conditional} with conditions, \
         up to {longest} devices; refused: {refused:#?}"
    );
    let refusals: usize = refused.values().sum();
    assert!(compared > refusals && outputs > 500, "{compared} {outputs} {refused:#?}");
    assert!(egress_inside > 10 && conditional > 10 && longest > 2, "{egress_inside} {conditional} {longest}");
    Ok(())
}

/// What can't be done is refused with what is in the way.
#[test]
fn what_cant_be_wired_is_refused() -> Result<(), Error> {
    let standard = persona()?;
    let firewall = guest("firewall")?;
    let guests: Guests = ["a", "b", "c", "d"].map(|name| (name.to_owned(), firewall.clone())).into();
    let chained = |pairs: &[(&str, &str)]| Links {
        ingress: [(1, device("a", 1))].into(),
        egress: pairs.iter().map(|(from, to)| (((*from).to_owned(), 2), device(to, 1))).collect(),
        ..Links::default()
    };
    let refusal = |links: &Links| match on_persona(&standard, &guests, links) {
        Err(error) => error.to_string(),
        Ok(_) => "nothing".to_owned(),
    };
    // `a` leads into the circle, but isn't part of it.
    let circle = refusal(&chained(&[("a", "b"), ("b", "c"), ("c", "d"), ("d", "b")]));
    assert_eq!(
        circle,
        "the links form a circle, so that packets could go round for ever: `b` → `c` → `d` → `b`"
    );
    let itself = refusal(&chained(&[("a", "a")]));
    assert_eq!(itself, "the links form a circle, so that packets could go round for ever: `a` → `a`");
    let mut far = chained(&[]);
    let when = PacketCondition(vec![BytesMatch { at: 126, value: vec![1, 2, 3], mask: vec![0xff; 3] }]);
    far.conditional.insert(("a".to_owned(), 2), vec![ConditionalLink { when, to: Endpoint::Physical(2) }]);
    assert_eq!(
        refusal(&far),
        "the condition behind port 2 of virtual device `a` looks at the first 129 bytes of a packet, but the persona holds \
         128"
    );
    Ok(())
}

/// Every packet that is ARP goes one way, the others another; short ones are neither.
#[test]
fn a_condition_parts_packets() -> Result<(), Error> {
    let standard = persona()?;
    let mut hub = guest("l2_switch")?;
    hub.commands.retain(|c| matches!(c, Command::TableAdd { .. }));
    let guests: Guests = ["hub", "arp", "rest"].map(|name| (name.to_owned(), hub.clone())).into();
    let arp = PacketCondition(vec![BytesMatch { at: 12, value: vec![8, 6], mask: vec![0xff, 0xff] }]);
    let mut links = Links { ingress: [(1, device("hub", 1))].into(), ..Links::default() };
    let from = ("hub".to_owned(), 2);
    links.conditional.insert(from.clone(), vec![ConditionalLink { when: arp, to: device("arp", 1) }]);
    links.egress.insert(from, device("rest", 1));
    links.egress.insert(("arp".to_owned(), 2), Endpoint::Physical(7));
    links.egress.insert(("rest".to_owned(), 2), Endpoint::Physical(8));
    let packet = |kind: [u8; 2], length: usize| {
        let mut bytes = vec![2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, kind[0], kind[1]];
        bytes.resize(length, 0);
        Packet { port: 1, bytes }
    };
    let packets = [
        packet([8, 6], 60),
        packet([8, 0], 60),
        packet([8, 6], 14),
        packet([8, 7], 14),
        packet([8, 6], 2000),
    ];
    let (outputs, longest) = compare(&standard, &guests, &links, &packets, "parted")?;
    assert_eq!((outputs, longest), (5, 2));
    let mut network = on_persona(&standard, &guests, &links)?;
    for (name, guest) in &guests {
        for command in &guest.commands {
            network.control("a", name, command)?;
        }
    }
    let batch = network.inject(&packets, Tracing::On)?;
    let ports: Vec<u16> = batch.outputs.iter().map(|output| output.port).collect();
    assert_eq!(ports, [7, 8, 7, 8, 7]);
    let named = |name: &str| Event::Device(name.to_owned());
    assert!(batch.traces[0].packets[1].events.contains(&named("arp")));
    Ok(())
}

/// The switch counts the bytes that came in: who counts them goes before those that make packets longer, or is refused.
#[test]
fn who_counts_bytes_goes_first() -> Result<(), Error> {
    let standard = long_persona()?;
    let load = |file: &str| -> Result<Guest, Error> {
        Ok(Guest { program: program(&root().join("harness/suite/tests").join(file))?, commands: Vec::new() })
    };
    let counting = load("persona_equal/metered.p4")?;
    let tagger = load("tenants/tagger.p4")?;
    let guests: Guests = [("counting", counting), ("tagger", tagger.clone()), ("untagger", tagger)]
        .map(|(name, guest)| (name.to_owned(), guest))
        .into();
    let chain = |names: [&str; 3]| {
        let mut links = Links { ingress: [(1, device(names[0], 1))].into(), ..Links::default() };
        for (from, to) in [(0, 1), (1, 2)] {
            (0..3).for_each(|port| {
                links.egress.insert((names[from].to_owned(), port), device(names[to], 1));
            });
        }
        links.egress.insert((names[2].to_owned(), 2), Endpoint::Physical(2));
        links
    };
    let packet = |length: u8| {
        let kind = if length.is_multiple_of(2) { [0x81, 0] } else { [9, 9] };
        let bytes = (0..length).map(|at| if at / 2 == 6 { kind[usize::from(at % 2)] } else { at }).collect();
        Packet { port: 1, bytes }
    };
    let packets: Vec<Packet> = (0..100).map(packet).collect();
    let chained = chain(["counting", "tagger", "untagger"]);
    let (outputs, longest) = compare(&standard, &guests, &chained, &packets, "counting first")?;
    assert_eq!((outputs, longest), (100, 3));
    match on_persona(&standard, &guests, &chain(["tagger", "counting", "untagger"])).map(drop) {
        Err(DpmuError::Wiring(error @ WiringError::LengthChanged { .. })) => {
            assert_eq!(
                error.to_string(),
                "virtual device `counting` looks at the length of packets (`standard_metadata.packet_length`, or the bytes \
                 of a counter or meter), and devices before it make packets longer or shorter: put it first"
            );
        }
        other => panic!("{other:?}"),
    }
    Ok(())
}
